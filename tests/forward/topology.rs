//! Ring, star and mesh: hops and delays, what stops loops, and what a node that is down cuts off.

use super::{Outcome, Run, choice, link, mesh, ring, setup, star};
use replicascope::replication::ids::NodeId;
use replicascope::replication::note::{Alarm, Note};
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::EXCHANGE_EVERY;
use replicascope::replication::strategies::multi_leader_forward::{
    DELIVERY, FORWARDING, HOME, HOME_FENCING, HOME_LEASE, HOME_SITE, ORIGIN_IDS, RESEND_EVERY,
};
use replicascope::replication::time::SimTime;
use replicascope::simulation::command::NodeCommand;
use replicascope::simulation::registry;
use replicascope::simulation::setup::{Link, Setup};

const DELAY_MS: u64 = 10;

fn forwarding(name: &str) -> Dials {
    Dials::default().with(&FORWARDING, choice(&FORWARDING, name))
}

/// Delays in milliseconds from `origin` to all others, in order of nodes.
fn delays(count: u16, links: Vec<Link>, dials: Dials, origin: u16) -> Vec<u64> {
    let mut run = Run::new(&setup(count, links, dials));
    run.until(100).put(origin, "x", 1).until(1_000);
    assert_eq!(run.shown("x"), vec![Some(1); usize::from(count)]);
    let at = run.applied_at();
    (0..count).filter(|node| *node != origin).map(|node| at[&NodeId(node)].since(SimTime::from_ms(100)).0 / 1_000_000).collect()
}

#[test]
fn delays_are_those_of_the_closed_forms() {
    for count in 2..=8_u16 {
        let n = u64::from(count);
        for origin in 0..count {
            let around = delays(count, ring(count, DELAY_MS), forwarding("one-way-ring"), origin);
            assert_eq!(around.iter().max(), Some(&((n - 1) * DELAY_MS)), "one-way ring of {count}, worst: (n-1)d");
            assert_eq!(around.iter().sum::<u64>() * 2, n * DELAY_MS * (n - 1), "one-way ring of {count}, mean: n d / 2");
            for name in ["flood", "direct"] {
                assert_eq!(delays(count, mesh(count, DELAY_MS), forwarding(name), origin), vec![DELAY_MS; usize::from(count) - 1]);
            }
            let both_ways = delays(count, ring(count, DELAY_MS), forwarding("flood"), origin);
            assert_eq!(both_ways.iter().max(), Some(&(n / 2 * DELAY_MS)), "flooded ring of {count}: the far side");
            let starred = delays(count, star(count, DELAY_MS), forwarding("flood"), origin);
            let (centre, leaves) = if origin == 0 { (None, &starred[..]) } else { (Some(starred[0]), &starred[1..]) };
            assert!(centre.is_none_or(|delay| delay == DELAY_MS));
            let expected = if origin == 0 { DELAY_MS } else { 2 * DELAY_MS };
            assert!(leaves.iter().all(|delay| *delay == expected), "star of {count}, leaf to leaf: 2d, from the centre: d");
        }
    }
}

#[test]
fn hops_are_told_with_the_delay() {
    let mut run = Run::new(&setup(3, ring(3, DELAY_MS), forwarding("one-way-ring")));
    run.put(0, "x", 5).until(100);
    assert_eq!(
        run.told("arrived"),
        [
            (NodeId(1), "applies x = 5 of n0 after 1 link and 10.0 ms".to_owned()),
            (NodeId(2), "applies x = 5 of n0 after 2 links and 20.0 ms".to_owned())
        ]
    );
    assert_eq!(run.told("loop-stopped"), [(NodeId(0), "knows x = 5 of n0 and drops it".to_owned())]);
}

fn circulates(run: &Run) -> usize {
    run.notes().iter().filter(|(_, _, note)| matches!(note, Note::Alarm(Alarm::Circulates(_)))).count()
}

#[test]
fn origin_ids_stop_loops() {
    for name in ["one-way-ring", "flood"] {
        for delivery in ["none", "compare", "causal"] {
            let dials = forwarding(name).with(&DELIVERY, choice(&DELIVERY, delivery));
            let mut stopped = Run::new(&setup(4, ring(4, 1), dials.clone()));
            stopped.put(0, "x", 1).until(5_000);
            assert_eq!(circulates(&stopped), 0);
            let mut endless = Run::new(&setup(4, ring(4, 1), dials.with(&ORIGIN_IDS, 0)));
            endless.put(0, "x", 1).until(60);
            assert_eq!(circulates(&endless), 0, "it still goes round");
            assert!(endless.0.snapshot().in_flight_count > 0);
            endless.until(5_000);
            assert!(circulates(&endless) > 0, "{name} {delivery}: the bound is told");
            let positions = |run: &Run| run.views().iter().flatten().map(|view| view.position.0).sum::<u64>();
            assert_eq!(positions(&stopped), 4);
            assert!(positions(&endless) >= 64, "each of 64 hops is one more entry");
        }
    }
}

#[test]
fn a_circulating_flood_in_a_mesh_is_bounded() {
    let mut run = Run::new(&setup(4, mesh(4, 1), forwarding("flood").with(&ORIGIN_IDS, 0)));
    run.put(0, "x", 1).until(1_000);
    assert!(run.views().iter().flatten().all(|view| view.position.0 <= 10_001), "the log has a bound");
}

#[test]
fn a_node_down_cuts_a_one_way_ring_and_a_stars_centre_all_leaves() {
    let mut run = Run::new(&setup(5, ring(5, DELAY_MS), forwarding("one-way-ring")));
    run.node(2, NodeCommand::Crash).put(0, "x", 1).put(4, "y", 2).until(2_000);
    assert_eq!(run.shown("x"), [Some(1), Some(1), None, None, None], "nothing passes the gap");
    assert_eq!(run.shown("y"), [Some(2), Some(2), None, None, Some(2)]);
    run.node(2, NodeCommand::Restart).until(4_000);
    assert_eq!((run.shown("x"), run.shown("y")), (vec![Some(1); 5], vec![Some(2); 5]), "nothing acknowledged is lost");

    let mut run = Run::new(&setup(4, star(4, DELAY_MS), forwarding("flood")));
    run.node(0, NodeCommand::Crash).put(1, "x", 1).until(2_000);
    assert_eq!(run.shown("x"), [None, Some(1), None, None]);
}

#[test]
fn a_mesh_survives_any_node() {
    for name in ["flood", "direct"] {
        for down in 0..5_u16 {
            let mut run = Run::new(&setup(5, mesh(5, DELAY_MS), forwarding(name)));
            run.node(down, NodeCommand::Crash);
            for writer in (0..5).filter(|writer| *writer != down) {
                run.put(writer, &format!("k{writer}"), 1);
            }
            run.until(1_000);
            for writer in (0..5).filter(|writer| *writer != down) {
                let shown = run.shown(&format!("k{writer}"));
                assert!((0..5).all(|node| node == usize::from(down) || shown[node] == Some(1)), "{name}: {shown:?}");
            }
        }
    }
}

#[test]
fn periodic_exchange_waits_for_its_period() {
    let mut run = Run::new(&setup(2, vec![link(0, 1, DELAY_MS)], forwarding("flood").with(&EXCHANGE_EVERY, 500)));
    run.until(20).put(0, "x", 1).until(499);
    assert_eq!(run.shown("x"), [Some(1), None]);
    assert_eq!(run.last(0), Some(Outcome::After(0)), "the client does not wait for it");
    run.until(509);
    assert_eq!(run.shown("x"), [Some(1), None]);
    assert_eq!(run.until(510).shown("x"), [Some(1), Some(1)]);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let problem = |setup: &Setup| registry::build(setup, 1).err().map(|error| error.to_string()).unwrap_or_default();
    let dials = Dials::default;
    assert!(
        problem(&setup(3, star(3, 1), forwarding("one-way-ring"))).starts_with("dials.forwarding: a one-way ring needs a link from site 1")
    );
    assert!(problem(&setup(3, star(3, 1), forwarding("direct"))).starts_with("dials.forwarding: direct needs every two sites"));
    let by_key = || dials().with(&HOME, 1);
    assert!(problem(&setup(3, star(3, 1), by_key().with(&HOME_SITE, 4))).starts_with("dials.home_site: there is no site 4"));
    assert!(problem(&setup(3, star(3, 1), by_key().with(&HOME_FENCING, 1))).starts_with("dials.home_fencing: a lease needs"));
    let short = by_key().with(&HOME_FENCING, 1).with(&HOME_LEASE, 100);
    assert!(problem(&setup(3, mesh(3, 1), short)).starts_with("dials.home_lease_ms: must be longer"));
    let mut several = setup(2, mesh(2, 1), dials());
    several.sites[1].node_count = 2;
    assert!(problem(&several).starts_with("sites: site 1 has several nodes"));
}

/// A ring in order of sites, with links across for when one leaves.
fn leaving(delivery: &str) -> Run {
    let dials = forwarding("one-way-ring").with(&DELIVERY, choice(&DELIVERY, delivery));
    let mut run = Run::new(&setup(5, mesh(5, DELAY_MS), dials));
    run.put(1, "x", 1).until(15).node(1, NodeCommand::Leave);
    run
}

#[test]
fn what_a_removed_server_wrote_goes_round_for_ever_and_overwrites() {
    let mut run = leaving("none");
    run.until(400).put(3, "x", 2).until(415);
    assert!(run.shown("x").contains(&Some(1)) && run.shown("x").contains(&Some(2)), "the dead server's write still goes round");
    assert_eq!(run.told("bypassed"), [(NodeId(0), "sends to n2 instead of n1, which has left".to_owned())]);
    run.until(3_000);
    assert_eq!(circulates(&run), 1, "until the bound");
    assert_eq!(run.last(1), Some(Outcome::After(0)));
    run.put(1, "x", 3).until(3_100);
    assert_eq!(run.last(1), Some(Outcome::Refused(Refusal::Unavailable)));
}

#[test]
fn vectors_know_what_a_removed_server_wrote() {
    let mut run = leaving("compare");
    run.until(400).put(3, "x", 2).until(3_000);
    let rest = |key| run.shown(key).into_iter().enumerate().filter(|(node, _)| *node != 1).map(|(_, shown)| shown).collect::<Vec<_>>();
    assert_eq!((rest("x"), circulates(&run)), (vec![Some(2); 4], 0));
}

#[test]
fn leaving_a_ring_loses_nothing_even_through_crashes() {
    for crash_ms in (20..160).step_by(7) {
        let dials = forwarding("one-way-ring").with(&DELIVERY, choice(&DELIVERY, "compare")).with(&RESEND_EVERY, 20);
        let mut run = Run::new(&setup(5, mesh(5, DELAY_MS), dials));
        for round in 0..12_i64 {
            for node in 0..5_u16 {
                run.put(node, &format!("k{node}/{round}"), round);
            }
            run.until(10 * (round as u64 + 1));
            if round == 4 {
                run.node(1, NodeCommand::Leave);
            }
        }
        for node in [0, 1, 2] {
            let now_ms = run.0.now().0 / 1_000_000;
            run.until(now_ms + crash_ms / 3).node(node, NodeCommand::Crash).until(now_ms + crash_ms / 3 + 5);
            run.node(node, NodeCommand::Restart);
        }
        run.until(10_000).put(0, "after", 7).until(11_000);
        let written = run.0.history().iter().filter(|record| matches!(record.closed, Some((_, Reply::Written { .. }))));
        let keys: Vec<String> = written.map(|record| record.key.to_string()).collect();
        assert!(keys.len() > 50, "{}", keys.len());
        for key in &keys {
            let shown = run.shown(key);
            assert!([0, 2, 3, 4].iter().all(|node| shown[*node].is_some()), "{key} after a crash at {crash_ms}: {shown:?}");
        }
    }
}

#[test]
fn only_a_ring_can_be_left() {
    let mut run = Run::new(&setup(3, mesh(3, DELAY_MS), forwarding("flood")));
    run.node(1, NodeCommand::Leave).put(1, "x", 1).until(100);
    assert_eq!((run.shown("x"), run.told("cannot-leave").len()), (vec![Some(1); 3], 1));
}
