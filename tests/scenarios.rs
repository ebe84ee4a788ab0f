//! Every scenario, every variant: the guided tour reaches its end and shows what its text says; fingerprints are
//! pinned.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod pins;

use replicascope::recipe::Recipe;
use replicascope::replication::causality::Dot;
use replicascope::replication::delta::Key;
use replicascope::replication::time::SimDuration;
use replicascope::replication::view::{Content, Fate, Role};
use replicascope::scenarios;
use replicascope::session::Session;
use replicascope::view::conflict;
use replicascope::view::names::Names;
use replicascope::view::writers::Writers;
use std::collections::BTreeSet;

/// What every replica holds at the end of a tour: one text if they agree.
fn carts(session: &Session) -> Vec<String> {
    let mut carts: Vec<String> = session
        .snapshot()
        .nodes
        .iter()
        .map(|node| {
            let record = &node.replica.as_ref().unwrap().records[&Key::from("cart")];
            let Content::Cart(lines) = &record.content else { panic!("no cart") };
            let lines: Vec<String> =
                lines.iter().map(|(item, line)| format!("{item} {}{}", line.quantity, if line.is_open { "?" } else { "" })).collect();
            lines.join(", ")
        })
        .collect();
    carts.dedup();
    carts
}

/// The writes that do not show, as "author: fate".
fn losers(session: &Session) -> Vec<String> {
    let snapshot = session.snapshot();
    let leader = snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).find(|replica| replica.role == Role::Leader).unwrap();
    let fates = &leader.records[&Key::from("cart")].fates;
    let author = |dot| {
        session.history().iter().find_map(|operation| match &operation.closed {
            Some((_, replicascope::replication::protocol::Reply::Written { dot: Some(written), .. })) if *written == dot => {
                Some(operation.author.to_string())
            }
            _ => None,
        })
    };
    let told = fates.iter().filter_map(|(dot, fate)| match fate {
        Fate::Discarded { reason, .. } => Some(format!("{}: discarded, {reason:?}", author(*dot)?)),
        Fate::Overruled { reason, .. } => Some(format!("{}: overruled, {reason:?}", author(*dot)?)),
        Fate::Visible | Fate::Superseded { .. } | Fate::Open | Fate::Tentative | Fate::Opaque => None,
    });
    let mut told: Vec<String> = told.collect();
    told.sort();
    told
}

#[test]
fn every_tour_reaches_its_end_and_every_variant_decides_as_stated() {
    let expected = [
        ("add-wins", "bread 1, eggs 12", vec!["You: overruled, AddWins"]),
        ("naive-union", "bread 1, eggs 12, milk 2", vec!["You: overruled, UnionKeeps", "You: overruled, UnionKeeps"]),
        ("last-write", "eggs 12, milk 2", vec!["You: discarded, OlderStamp"; 3]),
        ("last-write-line", "bread 1, eggs 12", vec!["You: discarded, OlderStamp"]),
        ("ask", "bread 1, eggs 12?", vec![]),
    ];
    let scenario = scenarios::find("offline-leader").unwrap();
    assert_eq!(scenario.variants.len(), expected.len());
    for (variant, cart, lost) in expected {
        let session = scenario.play(Some(variant)).unwrap_or_else(|| panic!("{variant}: the tour got stuck"));
        assert_eq!(carts(&session), [cart], "{variant}");
        assert_eq!(losers(&session), lost, "{variant}");
        assert!(session.verdicts().iter().all(|verdict| verdict.guarantee != "accounted-for" || verdict.holds == Some(true)), "{variant}");
    }
}

#[test]
fn fingerprints_are_pinned() {
    let all: usize = scenarios::ALL.iter().map(|scenario| scenario.variants.len()).sum();
    assert_eq!(pins::PINS.len(), all, "every variant has a pin");
    let mut moved = Vec::new();
    for (scenario, variant, pin) in pins::PINS {
        let fingerprint = scenarios::fingerprint_of(scenarios::find(scenario).unwrap(), variant).unwrap();
        if fingerprint != *pin {
            moved.push(format!("    ({scenario:?}, {variant:?}, 0x{fingerprint:016x}),"));
        }
    }
    assert!(moved.is_empty(), "these runs are not what they were:\n{}", moved.join("\n"));
}

#[test]
fn a_link_rebuilds_the_run() {
    for variant in scenarios::find("offline-leader").unwrap().variants {
        let mut session = scenarios::find("offline-leader").unwrap().play(Some(variant.id)).unwrap();
        let link = session.recipe().to_link().unwrap();
        let mut again = Session::open(Recipe::from_link(&link).unwrap()).unwrap();
        session.seek(session.now());
        again.seek(session.now());
        assert_eq!((again.position(), again.snapshot()), (session.position(), session.snapshot()), "{}", variant.id);
        assert_eq!(again.fingerprint(), session.fingerprint(), "{}", variant.id);
    }
}

#[test]
fn a_glance_is_all_but_what_became_of_each_write() {
    let mut fate_count = 0;
    for scenario in scenarios::ALL {
        let Some(recipe) = scenario.recipe(None) else { continue };
        let mut session = Session::open(recipe).unwrap();
        for _ in 0..20 {
            session.run_until(session.now() + SimDuration::from_ms(150));
            let mut whole = session.snapshot();
            for record in whole.nodes.iter_mut().filter_map(|node| node.replica.as_mut()).flat_map(|replica| replica.records.values_mut()) {
                fate_count += std::mem::take(&mut record.fates).len();
            }
            assert_eq!(session.glance(), whole, "{} at {:?}", scenario.id, session.now());
        }
    }
    assert!(fate_count > 1_000, "{fate_count}");
}

/// What a former leader had and dropped shows nowhere else: it stands in the list of what became of every write, whichever replica
/// is looked at.
#[test]
fn writes_that_replicas_dropped_are_listed_at_every_replica() {
    let mut listed_count = 0;
    for scenario in scenarios::ALL {
        for variant in scenario.variants {
            let Some(session) = scenario.play(Some(variant.id)) else { continue };
            let (snapshot, names) = (session.snapshot(), Names::new(session.setup()));
            let writers = Writers::collect(session.history(), &snapshot);
            let dropped: BTreeSet<Dot> = snapshot
                .nodes
                .iter()
                .filter_map(|node| node.replica.as_ref())
                .flat_map(|replica| &replica.discarded)
                .map(|lost| lost.dot)
                .collect();
            for node in names.nodes().filter(|node| snapshot.nodes[node.index()].replica.is_some()) {
                let view = conflict::at(node, &snapshot, &names, &writers, usize::MAX).unwrap();
                let own = &snapshot.nodes[node.index()].replica.as_ref().unwrap().records;
                let fated =
                    own.values().flat_map(|record| record.fates.values()).filter(|fate| matches!(fate, Fate::Discarded { .. })).count();
                let listed = view.fates.iter().filter(|line| line.kind == "discarded").count();
                assert_eq!(listed, dropped.len() + fated, "{} {} at {node:?}", scenario.id, variant.id);
                // Of more than are asked for, those that are not told are counted.
                for most in 0..3 {
                    let some = conflict::at(node, &snapshot, &names, &writers, most).unwrap();
                    assert!(some.fates.len() <= most);
                    assert_eq!(some.fates.len() as u64 + some.earlier_count, view.fates.len() as u64);
                }
            }
            listed_count += dropped.len();
        }
    }
    assert!(listed_count > 3, "{listed_count}");
}
