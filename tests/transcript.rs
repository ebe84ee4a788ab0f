//! A run that a reader can follow: the opening scene as a transcript. Whoever changes the protocol sees here what
//! people will see.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use replicascope::replication::delta::{Item, Key, Mode};
use replicascope::replication::ids::{SessionId, SiteId};
use replicascope::replication::protocol::MessageKind;
use replicascope::replication::setting::Dials;
use replicascope::replication::time::{SimDuration, SimTime};
use replicascope::replication::view::Content;
use replicascope::simulation::command::{Action, Command, LinkCommand};
use replicascope::simulation::dials;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::journal::Happening;
use replicascope::simulation::registry;
use replicascope::simulation::setup::{CartLine, Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use std::fmt::Write as _;

fn wire(us: u64) -> Wire {
    Wire { kind: WireKind::Stream, latency: Latency::Constant { us }, loss_per_million: 0, duplicate_per_million: 0 }
}

fn setup() -> Setup {
    let site = |name: &str, kind, node_count| Site { name: name.into(), kind, node_count, spare_count: 0 };
    let session = |author: &str, site| Session {
        author: author.into(),
        site: SiteId(site),
        access: None,
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    Setup {
        strategy: "multi-leader-sync".to_owned(),
        sites: vec![site("Oregon", SiteKind::Datacenter, 2), site("phone", SiteKind::Device, 1)],
        links: vec![Link { a: SiteId(0), b: SiteId(1), wire: wire(10_000), back: None }],
        inside: wire(1_000),
        sessions: vec![session("Ana", 0), session("you", 1)],
        mode: Mode::AddWins,
        cart: vec![CartLine { item: "eggs".into(), quantity: 6 }],
        dials: Dials::default().with(&dials::PERSIST, 1_000),
    }
}

fn run_until(engine: &mut dyn Engine, ms: u64) {
    let time = SimTime::from_ms(ms);
    while engine.next_event_at().is_some_and(|at| at <= time) {
        engine.step();
    }
    engine.rest_until(time);
}

fn carts(engine: &dyn Engine) -> String {
    let mut text = String::new();
    for node in engine.snapshot().nodes {
        let records = node.replica.unwrap().records;
        let Content::Cart(lines) = &records[&Key::from("cart")].content else { panic!("no cart") };
        let lines: Vec<String> = lines.iter().map(|(item, line)| format!("{item} {}", line.quantity)).collect();
        write!(text, "{}: {}; ", node.node, lines.join(", ")).unwrap();
    }
    text
}

fn messages(engine: &dyn Engine, from_ms: u64) -> Vec<String> {
    let since = SimTime::from_ms(from_ms);
    let told = engine.journal().since(since).filter_map(|entry| match entry.happening {
        Happening::Sent { from, to, kind, .. } if kind != MessageKind::Heartbeat => {
            Some(format!("{:.1} {from} → {to} {kind:?}", (entry.at - SimDuration(since.0)).as_ms()))
        }
        _ => None,
    });
    told.collect()
}

#[test]
fn edits_apart_then_reconnect() {
    let mut engine = registry::build(&setup(), 7).unwrap();
    run_until(&mut *engine, 500);
    engine.apply(&Command::Link(LinkCommand::Disconnect(SiteId(1))));
    let act = |session, action| Command::Act { session: SessionId(session), action };
    engine.apply(&act(1, Action::Remove { item: Item::from("eggs") }));
    engine.apply(&act(0, Action::Set { item: Item::from("eggs"), quantity: 12 }));
    run_until(&mut *engine, 600);
    assert_eq!(carts(&*engine), "n0: eggs 12; n1: eggs 12; n2: ; ");
    engine.apply(&Command::Link(LinkCommand::Reconnect(SiteId(1))));
    run_until(&mut *engine, 700);
    assert_eq!(carts(&*engine), "n0: eggs 12; n1: eggs 12; n2: eggs 12; ");
    let expected = "\
0.0 n0 → n2 Hello
0.0 n2 → n0 Hello
10.0 n2 → n0 Hello
10.0 n2 → n0 Batch
10.0 n0 → n2 Hello
10.0 n0 → n2 Batch";
    assert_eq!(messages(&*engine, 600)[..6].join("\n"), expected);
    let phone = engine.snapshot().nodes[2].replica.clone().unwrap();
    assert!(phone.pending.is_empty(), "the removal is confirmed by the datacenter, though overruled");
}
