//! What arrives, in which order, and what is done with it.

use super::{Run, choice, link, mesh, setup};
use replicascope::replication::causality::{Dot, VersionVector};
use replicascope::replication::delta::Key;
use replicascope::replication::ids::{NodeId, SiteId};
use replicascope::replication::protocol::Reply;
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::multi_leader_forward::{DELIVERY, FORWARDING, TIE_BREAK};
use replicascope::replication::view::{Fate, Reason};
use replicascope::simulation::command::{Command, LinkCommand, NodeCommand};
use replicascope::simulation::registry;
use replicascope::simulation::setup::{Pace, Setup, Workload};

fn delivery(forwarding: &str, delivery: &str) -> Dials {
    Dials::default().with(&FORWARDING, choice(&FORWARDING, forwarding)).with(&DELIVERY, choice(&DELIVERY, delivery))
}

/// Three leaders, all linked; the link from the first to the third is slow.
fn slow_corner(dials: Dials) -> Setup {
    setup(3, vec![link(0, 1, 10), link(1, 2, 10), link(0, 2, 300)], dials)
}

#[test]
fn one_key_ends_at_the_stale_value_unless_vectors_are_compared() {
    let ends = |way| {
        let mut run = Run::new(&slow_corner(delivery("direct", way)));
        run.put(0, "x", 50).until(100).put(1, "x", 70).until(150);
        let early = if way == "causal" { None } else { Some(70) };
        assert_eq!(run.shown("x")[2], early, "70 is at the third leader first, and under causal delivery waits there");
        run.until(2_000);
        run
    };
    let broken = ends("none");
    assert_eq!(broken.shown("x"), [Some(70), Some(70), Some(50)], "for ever");
    assert_eq!(broken.told("overwrites-effect").len(), 1);
    for way in ["compare", "causal"] {
        assert_eq!(ends(way).shown("x"), [Some(70); 3]);
    }
    assert_eq!(ends("compare").told("dominated").len(), 1);
}

#[test]
fn flooding_hands_on_the_cause_before_the_effect() {
    let mut run = Run::new(&slow_corner(delivery("flood", "none")));
    run.put(0, "x", 50).until(100).put(1, "x", 70).until(2_000);
    assert_eq!(run.shown("x"), [Some(70); 3]);
}

#[test]
fn an_answer_is_not_visible_before_its_question_under_causal_delivery() {
    let seen_without_question = |way| {
        let mut run = Run::new(&slow_corner(delivery("direct", way)));
        run.put(0, "question", 1).until(100).put(1, "answer", 2);
        let mut is_anomalous = false;
        for ms in 100..600 {
            run.until(ms);
            is_anomalous |= run.shown("answer")[2].is_some() && run.shown("question")[2].is_none();
        }
        assert_eq!((run.shown("question"), run.shown("answer")), (vec![Some(1); 3], vec![Some(2); 3]));
        (is_anomalous, run.told("held").len())
    };
    assert_eq!(seen_without_question("none"), (true, 0));
    assert_eq!(seen_without_question("compare"), (true, 0), "vectors of one key say nothing of another");
    assert_eq!(seen_without_question("causal"), (false, 1));
}

#[test]
fn what_is_held_for_its_cause_survives_a_crash() {
    let mut run = Run::new(&slow_corner(delivery("direct", "causal")));
    run.put(0, "question", 1).until(100).put(1, "answer", 2).until(150);
    run.node(2, NodeCommand::Crash).until(200).node(2, NodeCommand::Restart).until(210);
    assert_eq!((run.shown("question")[2], run.shown("answer")[2]), (None, None));
    run.until(3_000);
    assert_eq!((run.shown("question")[2], run.shown("answer")[2]), (Some(1), Some(2)));
}

/// Two people write at the same moment.
fn meeting(dials: Dials, skew_ms: i64) -> Run {
    let mut run = Run::new(&setup(2, mesh(2, 10), dials));
    run.node(0, NodeCommand::Skew { ms: skew_ms });
    run.until(50).put(0, "x", 1).put(1, "x", 2).until(1_000);
    run
}

#[test]
fn concurrent_writes_swap_places_in_order_of_arrival() {
    let run = meeting(delivery("flood", "none"), 0);
    assert_eq!(run.shown("x"), [Some(2), Some(1)], "each leader ends with the other's");
    assert_eq!(run.conflict_count(), 2);
    let told = run.told("conflict");
    assert!(told.iter().all(|(_, sentence)| sentence.contains("person 0") && sentence.contains("person 1")), "{told:?}");
    let loser = *run.decided(0, "x").unwrap().fates.values().find(|fate| **fate != Fate::Visible).unwrap();
    assert!(matches!(loser, Fate::Discarded { reason: Reason::ArrivedEarlier, .. }));
}

#[test]
fn equal_timestamps_never_agree_without_the_tie_break() {
    let agreed = meeting(delivery("flood", "compare"), 0);
    assert_eq!(agreed.shown("x"), [Some(2); 2], "the higher id");
    assert_eq!(agreed.decided(0, "x").unwrap().fates, agreed.decided(1, "x").unwrap().fates);
    let apart = meeting(delivery("flood", "compare").with(&TIE_BREAK, 0), 0);
    assert_eq!(apart.shown("x"), [Some(2), Some(1)]);
}

#[test]
fn a_clock_that_is_ahead_makes_its_older_write_win() {
    for (skew_ms, winner) in [(-5_000, 2), (5_000, 1)] {
        let mut run = Run::new(&setup(2, mesh(2, 50), delivery("flood", "compare")));
        run.node(0, NodeCommand::Skew { ms: skew_ms }).put(0, "x", 1).until(20).put(1, "x", 2).until(1_000);
        assert_eq!(run.shown("x"), [Some(winner); 2]);
        let reasons: Vec<Fate> = run.decided(1, "x").unwrap().fates.into_values().filter(|fate| *fate != Fate::Visible).collect();
        assert!(matches!(reasons[..], [Fate::Discarded { reason: Reason::OlderStamp, .. }]), "{reasons:?}");
        assert_eq!(run.decided(1, "x").unwrap().conflicts[0].sides.len(), 2);
    }
}

#[test]
fn a_deletion_is_a_version_like_any_other() {
    let mut run = Run::new(&setup(3, mesh(3, 10), delivery("direct", "compare")));
    run.put(0, "x", 1).until(100).act(1, replicascope::simulation::command::Action::Delete { key: "x".into() }).until(500);
    assert_eq!(run.shown("x"), [None; 3]);
    assert_eq!(run.decided(2, "x").unwrap().fates.len(), 2);
}

#[test]
fn a_cut_leader_goes_on_alone_and_hands_over_everything_later() {
    let mut run = Run::new(&setup(3, mesh(3, 10), delivery("direct", "compare")));
    run.0.apply(&Command::Link(LinkCommand::Disconnect(SiteId(0))));
    for number in 0..200 {
        run.put(0, &format!("k{}", number % 7), number);
    }
    run.until(1_000);
    assert_eq!(run.views()[0].as_ref().unwrap().pending.len(), 200);
    assert_eq!(run.shown("k3")[1], None);
    run.0.apply(&Command::Link(LinkCommand::Reconnect(SiteId(0))));
    run.until(3_000);
    assert_eq!(run.shown("k3"), [Some(199); 3], "in order: the last of 3, 10, …, 199");
    let view = run.views()[0].clone().unwrap();
    assert_eq!((view.pending.len(), view.confirmed_count), (0, 200));
}

/// Counts, over a run of two leaders that write one key at random, the writes of the first that are concurrent with one
/// of the second: from the contexts that clients were answered with.
fn concurrent_writes(seed: u64, mean_ms: u64, delay_ms: u64) -> (u64, u64) {
    let mut setup = setup(2, mesh(2, delay_ms), delivery("flood", "compare"));
    for session in &mut setup.sessions {
        session.workload = Workload::Mix { key_count: 1, skew_percent: 0, read_percent: 0, pace: Pace::Open { mean_us: mean_ms * 1_000 } };
    }
    let mut run = Run(registry::build(&setup, seed).unwrap());
    run.until(mean_ms * 900);
    let writes: Vec<(NodeId, Dot, &VersionVector)> = (run.0.history().iter())
        .filter_map(|record| match &record.closed {
            Some((_, Reply::Written { dot: Some(dot), context, .. })) => Some((record.node, *dot, context)),
            _ => None,
        })
        .collect();
    assert!(writes.len() > 1_600, "no write was refused: {}", writes.len());
    let side = |node: u16| writes.iter().filter(move |write| write.0 == NodeId(node));
    // The last writes have no chance yet to meet those that follow.
    let judged: Vec<_> = side(0).take(800).collect();
    let is_concurrent = |one: &(NodeId, Dot, &VersionVector)| side(1).any(|other| !one.2.covers(other.1) && !other.2.covers(one.1));
    (judged.iter().filter(|write| is_concurrent(write)).count() as u64, judged.len() as u64)
}

#[test]
fn the_share_of_conflicts_is_that_of_the_closed_form() {
    for (mean_ms, delay_ms) in [(200, 10), (100, 25), (50, 40)] {
        let counts: Vec<(u64, u64)> = (0..12).map(|seed| concurrent_writes(seed, mean_ms, delay_ms)).collect();
        let (met, all) = counts.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let share = met as f64 / all as f64;
        let expected = 1.0 - (-2.0 * delay_ms as f64 / mean_ms as f64).exp();
        println!("mean {mean_ms} ms, delay {delay_ms} ms: {share:.4}, closed form {expected:.4}, of {all} writes");
        assert!((share - expected).abs() < 0.015, "{share:.4} instead of {expected:.4}");
    }
}

#[test]
fn several_keys_are_read_at_one_moment() {
    let mut run = Run::new(&setup(2, mesh(2, 10), delivery("flood", "none")));
    run.put(0, "x", 1)
        .put(0, "y", 2)
        .act(0, replicascope::simulation::command::Action::GetMany { keys: vec!["x".into(), "y".into(), "z".into()] });
    run.until(10);
    let answer = run.0.history().iter().last().and_then(|record| record.closed.clone()).unwrap().1;
    let Reply::Values(values) = answer else { panic!("{answer:?}") };
    let keys: Vec<(Key, bool)> = values.into_iter().map(|(key, value, _)| (key, value.is_some())).collect();
    assert_eq!(keys, [("x".into(), true), ("y".into(), true), ("z".into(), false)]);
}
