//! Scrubbing: a run of 100,000 events with a cart that people edit all the time, and leaps to places all over it. Each leap
//! takes the run to its place and makes the picture of it, as the page does; none may take longer than 50 ms.
//!
//! `cargo bench --no-default-features --bench scrub`

use replicascope::replication::ids::SessionId;
use replicascope::replication::time::SimTime;
use replicascope::scenarios;
use replicascope::session::Session;
use replicascope::simulation::command::{Action, Command};
use std::hint::black_box;
use std::time::Instant;

const EVENTS: u64 = 100_000;
const EDITS: u64 = 300;
const LEAPS: u64 = 400;
const MOST_MS: f64 = 50.0;

fn main() {
    let mut session = run();
    let (events, end) = (session.event_count(), session.now());
    assert!(events >= EVENTS, "{events} events");
    let mut times: Vec<f64> = (1..=LEAPS).map(|leap| leap_to(&mut session, place(leap, end))).collect();
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{events} events, {LEAPS} leaps: median {:.2} ms, 99 in 100 below {:.2} ms, longest {:.2} ms", at(50), at(99), at(100));
    assert!(at(100) < MOST_MS, "the longest leap takes {:.2} ms; at most {MOST_MS} ms", at(100));
}

/// The opening scene, with an edit every so many events.
fn run() -> Session {
    let recipe = scenarios::find("offline-leader").and_then(|scenario| scenario.recipe(None)).expect("the opening scene");
    let mut session = Session::open(recipe).expect("it can be run");
    for edit in 0..EDITS {
        let action = Action::Set { item: ["milk", "eggs", "tea"][(edit % 3) as usize].into(), quantity: 1 + (edit % 90) as u32 };
        session.submit(Command::Act { session: SessionId((edit % 3) as u16), action }).expect("a valid command");
        while session.event_count() < (edit + 1) * EVENTS / EDITS && session.step() {}
    }
    session
}

/// Places that lie all over the run, in no order.
fn place(leap: u64, end: SimTime) -> SimTime {
    SimTime((u128::from(end.0) * u128::from(leap * 7_919 % 10_007) / 10_007) as u64)
}

fn leap_to(session: &mut Session, at: SimTime) -> f64 {
    let start = Instant::now();
    session.seek(at);
    black_box((session.snapshot(), session.flights()));
    assert_eq!(session.now(), at, "it is where it was sent");
    start.elapsed().as_secs_f64() * 1e3
}
