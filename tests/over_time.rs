//! The page's diagram and charts over real runs: what they show is what the journal and the history hold, however the run
//! was come to, and the charts' numbers are those of `run --json`.
#![cfg(not(target_arch = "wasm32"))]

use replicascope::limits;
use replicascope::recipe::Recipe;
use replicascope::replication::note::Note;
use replicascope::replication::protocol::MessageKind;
use replicascope::replication::time::{SimDuration, SimTime};
use replicascope::scenarios::claim::verdicts;
use replicascope::scenarios::metrics::Metrics;
use replicascope::scenarios::{self, Scenario};
use replicascope::session::Session;
use replicascope::simulation::command::{Command, NodeCommand};
use replicascope::simulation::journal::Happening;
use replicascope::simulation::setup::Workload;
use replicascope::view::charts::{Sampler, charts};
use replicascope::view::lanes::{Chain, Emphasis, Frame, Known, Order, Parts, Picture, Plot, Sight, Target, Toward, neighbour, picture};
use replicascope::view::names::Names;

/// Every scenario, as its first variant plays it.
fn runs() -> Vec<(&'static Scenario, Session)> {
    let play = |scenario: &&'static Scenario| {
        let (session, _) = scenario.perform(scenario.recipe(None)?)?;
        (!session.history().is_empty()).then_some((*scenario, session))
    };
    let runs: Vec<_> = scenarios::ALL.iter().filter_map(play).collect();
    assert!(runs.len() > 20, "{} scenarios are played", runs.len());
    runs
}

/// A run that goes on by itself.
fn loaded() -> Session {
    let is_loaded = |session: &Session| session.setup().sessions.iter().any(|one| one.workload != Workload::Idle);
    let open = |scenario: &&'static Scenario| Session::open(scenario.recipe(None)?).ok().filter(is_loaded);
    let mut session = scenarios::ALL.iter().find_map(open).expect("a scenario has a workload");
    session.run_until(SimTime::from_ms(2_000));
    session
}

#[test]
fn the_diagram_holds_every_message_and_operation() {
    for (scenario, session) in runs() {
        let names = Names::new(session.setup());
        let mut known = Known::default();
        assert!(known.follow(&session, &names));
        let sent = |is_sign: bool| {
            let entries = session.journal().iter();
            entries
                .filter(|entry| matches!(entry.happening, Happening::Sent { kind, .. } if (kind == MessageKind::Heartbeat) == is_sign))
                .count()
        };
        assert_eq!((known.trips.len(), known.signs_of_life.len()), (sent(false), sent(true)), "{}", scenario.id);
        assert_eq!(known.tasks.len(), session.history().len(), "{}", scenario.id);
        let end = known.end();
        let plot = Plot { frame: Frame::whole(end), width: 900.0, lane_count: known.lanes.len(), sight: Sight::ALL };
        let shown = picture(&known, &names, plot, Emphasis::default(), false);
        assert_eq!((shown.counts.0, shown.counts.1), (sent(false), session.history().len()), "{}", scenario.id);
        // However it was come to, it is the same.
        let mut walked = Session::open(Recipe { open: None, ..session.recipe() }).expect("the same recipe");
        let mut slowly = Known::default();
        for part in 1..=20 {
            walked.run_until(SimTime(session.now().0 / 20 * part));
            slowly.follow(&walked, &names);
        }
        walked.seek_event(session.position());
        slowly.follow(&walked, &names);
        assert_eq!(picture(&slowly, &names, plot, Emphasis::default(), false), shown, "{}", scenario.id);
    }
}

#[test]
fn going_back_keeps_what_is_known_and_another_future_does_not() {
    let mut session = loaded();
    let names = Names::new(session.setup());
    let mut known = Known::default();
    known.follow(&session, &names);
    let (trips, end) = (known.trips.len(), known.end());
    session.seek(SimTime::from_ms(500));
    assert!(!known.follow(&session, &names), "nothing is new");
    assert_eq!((known.trips.len(), known.end()), (trips, end));
    session.submit(Command::Node { node: replicascope::replication::ids::NodeId(0), fault: NodeCommand::Pause }).expect("a command");
    assert!(known.follow(&session, &names));
    assert!(known.trips.len() < trips && known.end() == session.now());
    assert_eq!(known.stretches.within(session.now(), session.now()).filter(|one| one.state.id() == "paused").count(), 1);
}

#[test]
fn what_the_journal_has_dropped_goes_and_nothing_of_it_stays_open() {
    let mut session = loaded();
    let names = Names::new(session.setup());
    let mut known = Known::default();
    known.follow(&session, &names);
    // Looked at again only when what was known is gone: nothing of it has an end.
    let unknown_until = session.journal().end();
    while session.journal().dropped_count() <= unknown_until {
        session.run_until(session.now() + SimDuration::from_ms(5_000));
    }
    let more = session.journal().end() + limits::MAX_JOURNAL_ENTRIES as u64 / 2;
    while session.journal().end() < more {
        known.follow(&session, &names);
        session.run_until(session.now() + SimDuration::from_ms(2_000));
    }
    known.follow(&session, &names);
    let (first, now) = (session.journal().iter().next().expect("it holds entries").at, session.now());
    let before_it = SimTime(first.0 - 1);
    let open = known.trips_within(SimTime::ZERO, now, true).filter(|trip| trip.ended.is_none()).count();
    assert_eq!(open, session.flights().len());
    let held = |with_heartbeats| known.trips_within(SimTime::ZERO, before_it, with_heartbeats).count();
    assert!(held(true) < 1_000, "{} messages from before the journal", held(true));
    let tasks = known.tasks.within(SimTime::ZERO, before_it).count();
    assert!(tasks < 500 && known.tasks.len() > 1_000, "{tasks} operations from before the journal, of {}", known.tasks.len());
}

#[test]
fn a_full_window_is_drawn_in_few_elements() {
    let mut session = loaded();
    let names = Names::new(session.setup());
    while session.journal().end() < 100_000 && session.now() < SimTime::from_ms(600_000) {
        session.run_until(session.now() + SimDuration::from_ms(5_000));
    }
    assert!(session.journal().end() >= 100_000, "{} entries", session.journal().end());
    let mut known = Known::default();
    known.follow(&session, &names);
    let plot = |frame| Plot { frame, width: 900.0, lane_count: known.lanes.len(), sight: Sight::ALL };
    let whole = picture(&known, &names, plot(Frame::whole(known.end())), Emphasis::default(), true);
    assert!(whole.one_of > 1 && whole.strokes.len() < 60, "one of {}, {} paths", whole.one_of, whole.strokes.len());
    let letters: usize = whole.strokes.iter().map(|stroke| stroke.path.len()).sum();
    assert!(letters < 500_000, "{letters} bytes of paths");
    let near = known.following(Frame::new(SimTime::ZERO, SimDuration::from_ms(1)), known.end());
    let near = picture(&known, &names, plot(near), Emphasis::default(), false);
    assert!(near.one_of == 1 && near.counts.0 > 10 && near.counts.0 < 400, "{:?}", near.counts);
}

/// Places of letters and words must be ones that are looked at; what is counted is counted all the same.
#[test]
fn lanes_out_of_sight_are_not_drawn() {
    let mut session = loaded();
    let names = Names::new(session.setup());
    session.run_until(SimTime::from_ms(2_000));
    let mut known = Known::default();
    known.follow(&session, &names);
    let frame = known.following(Frame::new(SimTime::ZERO, SimDuration::from_ms(1)), known.end());
    let draw = |sight| {
        let plot = Plot { frame, width: 900.0, lane_count: known.lanes.len(), sight };
        picture(&known, &names, plot, Emphasis::default(), false)
    };
    let size = |picture: &Picture| picture.strokes.iter().map(|stroke| stroke.path.len()).sum::<usize>();
    let (all, height) = (draw(Sight::ALL), draw(Sight::ALL).plot.height());
    assert_eq!(
        draw(Sight { from: 0.0, to: height }),
        Picture { plot: Plot { sight: Sight { from: 0.0, to: height }, ..all.plot }, ..all.clone() }
    );
    let mut words = 0;
    for from in [0.0, height / 3.0, height - 60.0] {
        let sight = Sight { from, to: from + 60.0 };
        let some = draw(sight);
        assert_eq!((some.counts, some.one_of, &some.summary), (all.counts, all.one_of, &all.summary));
        assert!(size(&some) < size(&all) && size(&some) > 0, "{} of {} bytes", size(&some), size(&all));
        let near = sight.with_margin(some.plot.lane() * 2.0);
        for label in some.labels.iter().filter(|label| label.class != "label-command") {
            assert!((near.from..=near.to).contains(&label.at.y), "{label:?} is outside of {near:?}");
            words += 1;
        }
    }
    assert!(words > 0);
}

/// Left, right, top and bottom of each rectangle in a path of such.
fn rectangles(path: &str) -> Vec<[f64; 4]> {
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let one = |part: &str| {
        let (corner, sides) = part.split_once('h').expect("a width");
        let (x, y) = corner.split_once(' ').expect("a corner");
        let (width, rest) = sides.split_once('v').expect("a height");
        let height = rest.split_once('h').expect("back").0;
        [number(x), number(x) + number(width), number(y), number(y) + number(height)]
    };
    path.split('M').filter(|part| !part.is_empty()).map(one).collect()
}

#[test]
fn signs_of_messages_stand_on_no_operation() {
    let (mut sign_count, mut bar_count) = (0, 0);
    for (_, session) in runs() {
        let names = Names::new(session.setup());
        let mut known = Known::default();
        known.follow(&session, &names);
        for width in [900.0, 340.0] {
            let plot = Plot { frame: Frame::whole(known.end()), width, lane_count: known.lanes.len(), sight: Sight::ALL };
            let drawn = picture(&known, &names, plot, Emphasis::default(), false);
            let bars: Vec<[f64; 4]> = drawn
                .strokes
                .iter()
                .filter(|stroke| stroke.class.starts_with("bar bar-"))
                .flat_map(|stroke| rectangles(&stroke.path))
                .collect();
            bar_count += bars.len();
            for letters in drawn.letters.iter().filter(|letters| letters.class.contains("tone-")) {
                let places = |text: &str| text.split_whitespace().map(|one| one.parse::<f64>().expect("a number")).collect::<Vec<_>>();
                for (x, y) in places(&letters.xs).into_iter().zip(places(&letters.ys)) {
                    sign_count += 1;
                    let y = y - 3.5;
                    let hit = bars.iter().find(|[left, right, top, bottom]| (*left..=*right).contains(&x) && (*top..=*bottom).contains(&y));
                    assert!(hit.is_none(), "a sign at {x} {y} stands on {hit:?}");
                }
            }
        }
    }
    assert!(sign_count > 100 && bar_count > 20, "{sign_count} signs, {bar_count} operations");
}

#[test]
fn events_are_walked_one_by_one_and_lead_to_their_moment() {
    let (_, mut session) = runs().swap_remove(1);
    let names = Names::new(session.setup());
    let mut known = Known::default();
    known.follow(&session, &names);
    let mut chosen = neighbour(&known, None, Toward::Before, session.now(), false);
    let mut last = u64::MAX;
    for _ in 0..50 {
        let Some(Target::Entry(number)) = chosen else { break };
        assert!(number < last);
        last = number;
        let entry = known.entry(number).expect("it is held");
        let parts = Parts::of(Target::Entry(number), &known).expect("it is something");
        assert!(parts.numbers.contains(&number));
        let place = session.place(entry.at, entry.event);
        session.seek_event(place);
        assert!(session.journal().end() > number, "the run has come to it");
        chosen = neighbour(&known, chosen, Toward::Before, session.now(), false);
    }
    assert!(last < u64::MAX);
}

#[test]
fn a_proof_says_when_word_of_the_write_came() {
    let mut told_count = 0;
    for scenario in scenarios::ALL {
        for variant in scenario.variants.iter().filter(|variant| variant.about.as_ref().is_some_and(|about| !about.promised)) {
            let about = variant.about.as_ref().expect("it is about something");
            let Some(recipe) = scenario.recipe(Some(variant.id)) else { continue };
            let (session, _) = scenario.perform(recipe).expect("it is played");
            let found = verdicts(Some(scenario), &session).into_iter().find(|verdict| verdict.guarantee == about.guarantee);
            let names = Names::new(session.setup());
            let (journal, history, commands) = (session.journal(), session.history(), session.commands());
            let order = Order { journal, history, commands, with_heartbeats: false };
            for witness in found.iter().flat_map(|verdict| &verdict.witness) {
                let chain = Chain::of(&order, &names, &witness.operations);
                let writes =
                    witness.operations.iter().filter_map(|number| history.get(*number as usize)).filter(|record| record.write.is_some());
                assert!(chain.sentences.len() < 3 * witness.operations.len().max(1));
                assert!(writes.count() > 0 || chain.messages.is_empty());
                told_count += chain.sentences.len();
            }
        }
    }
    assert!(told_count > 0, "no proof of any scenario has a chain");
}

#[test]
fn charts_add_up_to_the_metrics_of_the_run() {
    for (scenario, session) in runs() {
        let verdicts = verdicts(Some(scenario), &session);
        let metrics = Metrics::of(&session, &verdicts);
        let mut sampler = Sampler::default();
        while sampler.follow(&session, 5_000) {}
        assert_eq!(sampler.reached(), session.now());
        let bins = sampler.bins();
        assert!(bins.len() <= limits::MAX_CHART_BINS);
        let sum = |value: &dyn Fn(&replicascope::view::charts::Bin) -> u64| bins.iter().map(value).sum::<u64>();
        assert_eq!(sum(&|bin| bin.ok_count), metrics.reads.count + metrics.writes.count, "{}", scenario.id);
        assert_eq!(sum(&|bin| bin.failed_count), metrics.failed_count, "{}", scenario.id);
        assert_eq!(sum(&|bin| bin.unknown_count), metrics.unknown_count, "{}", scenario.id);
        assert_eq!(sum(&|bin| bin.stale_count), metrics.stale_count, "{}", scenario.id);
        assert_eq!(bins.iter().map(|bin| bin.stale_most).max(), Some(metrics.stale_most), "{}", scenario.id);
        assert_eq!(sum(&|bin| bin.conflict_count), metrics.conflict_count, "{}", scenario.id);
        let latencies = || bins.iter().flat_map(|bin| &bin.latencies_ns);
        let mean = |latencies: scenarios::metrics::Latencies| latencies.mean.0 * latencies.count;
        let total = mean(metrics.reads) + mean(metrics.writes);
        // Means are rounded down to a nanosecond.
        assert!(latencies().sum::<u64>().abs_diff(total) <= metrics.reads.count + metrics.writes.count, "{}", scenario.id);
        assert_eq!(latencies().max().copied().unwrap_or(0), metrics.reads.most.0.max(metrics.writes.most.0));
        let last = bins.iter().rev().find_map(|bin| bin.sample.as_ref()).expect("a sample");
        let lost = verdicts.iter().find(|verdict| verdict.guarantee == "no-lost-writes").filter(|verdict| verdict.holds.is_some());
        assert_eq!(last.lost_count, lost.map(|verdict| u64::from(verdict.violation_count)), "{}", scenario.id);
        let snapshot = session.snapshot();
        for (index, node) in snapshot.nodes.iter().enumerate() {
            let busy: u64 = bins.iter().map(|bin| bin.busy.get(index).map_or(0, |busy| busy.0)).sum();
            assert_eq!(busy, node.busy.0, "{} node {index}", scenario.id);
            assert_eq!(last.lags[index], node.lag.map(|lag| (lag.entry_count, lag.age)), "{}", scenario.id);
        }
    }
}

/// Bins of a run that was watched in small steps are those of one that was looked at once.
#[test]
fn charts_do_not_hang_on_the_pace_of_the_screen() {
    let session = loaded();
    let names = Names::new(session.setup());
    let mut once = Sampler::default();
    while once.follow(&session, 1_000_000) {}
    let mut walked = Session::open(Recipe { open: None, ..session.recipe() }).expect("the same recipe");
    let mut often = Sampler::default();
    for ms in 0..=400 {
        walked.run_until(SimTime::from_ms(ms * 5));
        often.follow(&walked, 1_000_000);
    }
    let counts = |sampler: &Sampler| charts(sampler.bins(), &names).into_iter().collect::<Vec<_>>();
    assert_eq!(counts(&once), counts(&often));
}

#[test]
fn conflicts_are_marked_where_replicas_found_them() {
    let scenario = scenarios::find("write-conflict-lww").expect("a scenario");
    let (session, _) = scenario.perform(scenario.recipe(None).expect("its recipe")).expect("it is played");
    let names = Names::new(session.setup());
    let mut known = Known::default();
    known.follow(&session, &names);
    let noted = session
        .journal()
        .iter()
        .filter(|entry| matches!(&entry.happening, Happening::Noted(_, note) if matches!(&**note, Note::Conflict { .. })));
    let noted: Vec<SimTime> = noted.map(|entry| entry.at).collect();
    let marked: Vec<SimTime> =
        known.moments.iter().filter(|moment| moment.sign == replicascope::view::lanes::Sign::Conflict).map(|moment| moment.at).collect();
    assert!(!noted.is_empty());
    assert_eq!(noted, marked);
}
