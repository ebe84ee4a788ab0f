//! Three replicas, a write at one, a read at another: with a write quorum of 1 and a read quorum of 1 the read may miss the
//! write, with 2 and 2 both ask at least one replica in common. `cargo run --example quorum`

use replicascope::recipe::Recipe;
use replicascope::replication::delta::{Mode, Value};
use replicascope::replication::ids::{SessionId, SiteId};
use replicascope::replication::protocol::Reply;
use replicascope::replication::setting::Dials;
use replicascope::replication::time::{SimDuration, SimTime};
use replicascope::session::Session as Run;
use replicascope::simulation::command::{Action, Command};
use replicascope::simulation::registry;
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use std::fmt::Write as _;

const ANA: SessionId = SessionId(0);
const BEN: SessionId = SessionId(1);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", tell()?);
    Ok(())
}

/// Plays both and tells what came of them.
pub(crate) fn tell() -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    for quorum in [1, 2] {
        let mut run = Run::open(Recipe::new(setup(quorum), 7))?;
        run.submit(Command::Act { session: ANA, action: Action::Put { key: "price".into(), value: Value::Number(70) } })?;
        // Ben asks a millisecond after Ana was told that it is done.
        while run.history().iter().all(|operation| operation.closed.is_none()) && run.step() {}
        run.run_until(run.now() + SimDuration::from_ms(1));
        run.submit(Command::Act { session: BEN, action: Action::Get { key: "price".into() } })?;
        run.run_until(SimTime::from_ms(1_000));
        writeln!(text, "write quorum {quorum}, read quorum {quorum}, of 3 replicas")?;
        for operation in run.history().iter() {
            let what = if operation.write.is_some() { "writes 70" } else { "reads" };
            let Some((at, reply)) = &operation.closed else { continue };
            let shown = match reply {
                Reply::Value { value: Some(value), .. } => format!("sees {value}"),
                Reply::Value { value: None, .. } => "sees nothing".to_owned(),
                _ => "is told ok".to_owned(),
            };
            writeln!(text, "  {} {what} at {} and {shown} at {}", operation.author, operation.invoked_at.in_ms(), at.in_ms())?;
        }
        let verdicts = run.verdicts();
        let verdict = verdicts.iter().find(|verdict| verdict.guarantee == "linearizable").ok_or("no such checker")?;
        writeln!(text, "  linearizable: {}", if verdict.holds == Some(true) { "holds" } else { "violated" })?;
    }
    Ok(text)
}

/// A replica each in three places that are 60 ms apart; Ana asks the first, Ben the last.
fn setup(quorum: u64) -> Setup {
    let wire = |us| Wire { kind: WireKind::Stream, latency: Latency::Constant { us }, loss_per_million: 0, duplicate_per_million: 0 };
    let site = |name: &str| Site { name: name.into(), kind: SiteKind::Datacenter, node_count: 1, spare_count: 0 };
    let link = |(a, b)| Link { a: SiteId(a), b: SiteId(b), wire: wire(60_000), back: None };
    let person = |name: &str, site| Session {
        author: name.into(),
        site: SiteId(site),
        access: Some(Latency::Constant { us: 1_000 }),
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    let mut dials = Dials::default();
    for key in ["write_quorum", "read_quorum"] {
        if let Some(setting) = registry::setting(key) {
            dials.set(setting, quorum);
        }
    }
    Setup {
        strategy: "leaderless".to_owned(),
        sites: ["Oregon", "Tokyo", "Ireland"].map(site).into(),
        links: [(0, 1), (1, 2), (0, 2)].map(link).into(),
        inside: wire(500),
        sessions: vec![person("Ana", 0), person("Ben", 2)],
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials,
    }
}
