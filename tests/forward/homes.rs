//! Home leaders: constraints that hold, what they cost, what happens when the home is down or in doubt.

use super::{Outcome, Run, choice, mesh, setup};
use replicascope::replication::ids::SiteId;
use replicascope::replication::note::Note;
use replicascope::replication::protocol::Refusal;
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::multi_leader_forward::{DELIVERY, FORWARDING, HOME, HOME_FENCING, HOME_SITE};
use replicascope::replication::view::{Fate, Reason};
use replicascope::simulation::command::{Command, LinkCommand, NodeCommand};

fn plain() -> Dials {
    Dials::default().with(&FORWARDING, choice(&FORWARDING, "direct")).with(&DELIVERY, choice(&DELIVERY, "compare"))
}

fn home() -> Dials {
    plain().with(&HOME, choice(&HOME, "by-key")).with(&HOME_SITE, 1)
}

const OK: fn(&Outcome) -> bool = |outcome| matches!(outcome, Outcome::After(_));

/// Three leaders; two people far from each other take the last item, or the same name, at the same moment.
fn rush(dials: Dials) -> Run {
    let mut run = Run::new(&setup(3, mesh(3, 50), dials));
    // A lease begins with the first signs of life.
    run.until(500).put(0, "stock", 1).until(1_000);
    run.put_if(1, "stock", Some(1), 0).put_if(2, "stock", Some(1), 0).until(1_500);
    run.put_if(1, "name/ada", None, 1).put_if(2, "name/ada", None, 2).until(2_000);
    run
}

/// Of the conditional writes, how many were told "ok".
fn sold(run: &Run, key: &str) -> usize {
    let records = run.0.history().iter().filter(|record| &*record.key.0 == key && record.session.0 > 0);
    records.filter(|record| matches!(record.closed, Some((_, replicascope::replication::protocol::Reply::Written { .. })))).count()
}

#[test]
fn the_last_item_is_sold_twice_without_a_home_and_once_with_it() {
    let twice = rush(plain());
    assert_eq!((sold(&twice, "stock"), sold(&twice, "name/ada")), (2, 2), "both were told ok, and no merge can repair it");
    assert!(twice.conflict_count() > 0);
    for dials in [home(), home().with(&HOME_SITE, 0), home().with(&HOME_FENCING, 1)] {
        let once = rush(dials);
        assert_eq!((sold(&once, "stock"), sold(&once, "name/ada"), once.conflict_count()), (1, 1, 0));
        let refused = [once.last(1), once.last(2)];
        assert!(refused.contains(&Some(Outcome::Refused(Refusal::Unmet))), "{refused:?}");
    }
}

#[test]
fn far_users_pay_the_way_to_the_home() {
    let mut run = Run::new(&setup(3, mesh(3, 50), home()));
    run.put(0, "x", 1).put(2, "x", 2).until(500);
    assert_eq!((run.last(0), run.last(2)), (Some(Outcome::After(0)), Some(Outcome::After(100))));
    assert_eq!(run.shown("x"), [Some(2); 3]);
    let versions: Vec<u64> = (0..3).map(|node| run.decided(node, "x").unwrap().version).collect();
    assert!(versions[0] > 0 && versions.iter().all(|version| *version == versions[0]));
}

#[test]
fn a_home_that_is_down_is_taken_over_in_a_new_term() {
    for dials in [home(), home().with(&HOME_FENCING, 1)] {
        let mut run = Run::new(&setup(3, mesh(3, 20), dials));
        run.until(1_000).put(2, "x", 1).until(1_500).node(0, NodeCommand::Crash).put(2, "x", 2).until(2_000);
        assert_eq!(run.last(2), Some(Outcome::Refused(Refusal::Unreachable)), "the key is unavailable");
        run.node(1, NodeCommand::Promote).until(5_000).put(2, "x", 3).until(5_500);
        assert_eq!(run.last(2), Some(Outcome::After(40)));
        run.node(0, NodeCommand::Restart).until(7_000);
        assert_eq!((run.shown("x"), run.conflict_count()), (vec![Some(3); 3], 0));
        run.put(0, "x", 4).until(7_500);
        assert_eq!(run.shown("x"), [Some(4); 3], "the old home sends its people to the new one");
        assert!(run.views().iter().flatten().all(|view| view.term.0 == 2));
        assert!(run.notes().iter().any(|(_, node, note)| node.0 == 0 && matches!(note, Note::SteppedDown(..))));
    }
}

/// The home is cut off while another leader takes over; people at both go on.
fn disagreement(dials: Dials) -> Run {
    let mut run = Run::new(&setup(3, mesh(3, 20), dials));
    run.until(2_000).put_if(0, "seat", None, 1).until(2_500);
    run.0.apply(&Command::Link(LinkCommand::Disconnect(SiteId(0))));
    run.node(1, NodeCommand::Promote).until(6_000);
    run.put_if(0, "last", None, 10).put_if(1, "last", None, 20).until(7_000);
    run
}

#[test]
fn a_home_in_doubt_brings_conflicts_back() {
    let mut run = disagreement(home());
    assert_eq!((run.last(0).is_some_and(|last| OK(&last)), run.last(1).is_some_and(|last| OK(&last))), (true, true), "sold twice");
    run.0.apply(&Command::Link(LinkCommand::HealAll));
    run.until(9_000);
    assert_eq!(run.shown("last"), [Some(20); 3], "the later term wins");
    assert_eq!(run.shown("seat"), [Some(1); 3]);
    assert!(run.conflict_count() > 0 && !run.told("home-disagreement").is_empty());
    for node in 0..3 {
        let fates = run.decided(node, "last").unwrap().fates;
        assert!(fates.values().any(|fate| matches!(fate, Fate::Discarded { reason: Reason::EarlierHome, .. })), "{fates:?}");
    }
}

#[test]
fn a_lease_makes_the_old_home_stop() {
    let mut run = disagreement(home().with(&HOME_FENCING, 1));
    assert_eq!(run.last(0), Some(Outcome::Refused(Refusal::Unavailable)));
    assert!(run.last(1).is_some_and(|last| OK(&last)));
    run.0.apply(&Command::Link(LinkCommand::HealAll));
    run.until(9_000);
    assert_eq!((run.shown("last"), run.conflict_count()), (vec![Some(20); 3], 0));
}

#[test]
fn a_new_home_waits_for_the_old_lease() {
    let mut run = Run::new(&setup(3, mesh(3, 20), home().with(&HOME_FENCING, 1)));
    run.until(2_000).node(1, NodeCommand::Promote).until(2_900).put(1, "x", 1).until(2_950);
    assert_eq!(run.last(1), Some(Outcome::Refused(Refusal::Unavailable)));
    run.until(4_000).put(1, "x", 1).until(4_100);
    assert_eq!(run.last(1), Some(Outcome::After(0)));
}

#[test]
fn a_lease_does_not_save_what_the_old_home_had_not_sent_on() {
    let mut run = Run::new(&setup(3, mesh(3, 20), home().with(&HOME_FENCING, 1)));
    run.until(2_000).put_if(0, "last", None, 10).until(2_010);
    run.0.apply(&Command::Link(LinkCommand::Disconnect(SiteId(0))));
    run.node(1, NodeCommand::Promote).until(6_000).put_if(1, "last", None, 20).until(6_500);
    assert!(run.last(0).is_some_and(|last| OK(&last)) && run.last(1).is_some_and(|last| OK(&last)), "sold twice");
    run.0.apply(&Command::Link(LinkCommand::HealAll));
    run.until(9_000);
    assert_eq!((run.shown("last"), run.told("home-disagreement").len()), (vec![Some(20); 3], 3));
}
