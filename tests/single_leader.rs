//! The single leader, mechanism by mechanism: each run is small enough to be followed by hand, and most show the anomaly
//! first and then what removes it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]
#![allow(dead_code, reason = "shared with the other tests of this strategy")]

mod single;

use replicascope::replication::ids::{NodeId, SiteId};
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::view::{Fate, Role};
use replicascope::simulation::command::{Command, End, LinkCommand, NodeCommand};
use replicascope::simulation::registry;
use replicascope::simulation::setup::{Latency, Link, Pace, ReadRule, Site, SiteKind, Workload};
use single::{Run, dials, group};
use std::collections::BTreeSet;

const HOME: ReadRule = ReadRule::Home;
const LEADER: ReadRule = ReadRule::Leader;
const VOTE: (&str, &str) = ("failover", "vote");
const MAJORITY: (&str, &str) = ("replication", "majority");

fn run(nodes: u16, clients: &[ReadRule], settings: &[(&str, &str)]) -> Run {
    Run::new(group(nodes, 0, clients, dials(settings)), 1)
}

/// Cuts one direction between two nodes.
fn cut(run: &mut Run, from: u16, to: u16) {
    run.apply(&Command::Link(LinkCommand::Cut { from: End::Node(NodeId(from)), to: End::Node(NodeId(to)) }));
}

#[test]
fn a_write_takes_as_long_as_what_it_waits_for() {
    // Half a millisecond to the leader and back, half for each store, one between nodes.
    let latency = |settings: &[(&str, &str)]| {
        let mut run = run(3, &[HOME], settings);
        run.until(100);
        run.put(0, "x", 1);
        run.more(100);
        run.latency_us(0)
    };
    let synchronous = ("replication", "synchronous");
    assert_eq!(latency(&[]), Some(500 + 500 + 500));
    assert_eq!(latency(&[synchronous]), Some(500 + 500 + 1_000 + 500 + 1_000 + 500));
    assert_eq!(latency(&[synchronous, ("acknowledge_on", "received")]), Some(500 + 500 + 1_000 + 1_000 + 500));
    assert_eq!(
        latency(&[synchronous, ("acknowledge_on", "applied"), ("apply_us", "7000")]),
        Some(500 + 500 + 1_000 + 500 + 7_000 + 1_000 + 500)
    );
    assert_eq!(latency(&[MAJORITY]), Some(4_000));
    assert_eq!(latency(&[("replication", "semi-synchronous")]), Some(4_000));
}

#[test]
fn one_follower_down_blocks_a_synchronous_leader() {
    let mut run = run(3, &[HOME], &[("replication", "synchronous")]);
    run.until(10);
    run.order(2, NodeCommand::Crash);
    run.put(0, "x", 1);
    run.more(20_000);
    assert_eq!(run.written(0), None, "PostgreSQL waits for ever");
    run.order(2, NodeCommand::Restart);
    run.more(1_000);
    assert!(run.written(0).is_some());
}

#[test]
fn until_it_falls_back_or_takes_the_follower_out() {
    let mut run = run(3, &[HOME], &[("replication", "synchronous"), ("synchronous_timeout_ms", "800")]);
    run.until(10);
    run.order(2, NodeCommand::Crash);
    run.put(0, "x", 1);
    run.more(5_000);
    assert_eq!((run.latency_us(0), run.told("fell-back")), (Some(801_500), 1), "the timeout counts from the leader's storing the write");
    run.put(0, "x", 2);
    run.more(100);
    assert_eq!(run.latency_us(0), Some(1_500), "from then on asynchronous");
    run.order(2, NodeCommand::Restart);
    run.more(1_000);
    run.put(0, "x", 3);
    run.more(100);
    assert_eq!((run.latency_us(0), run.told("synchronous-again")), (Some(4_000), 1));

    let settings = dials(&[("replication", "synchronous"), ("replace_after_ms", "2000"), ("failover", "observer")]);
    let mut run = Run::new(group(4, 1, &[HOME], settings), 1);
    run.until(10);
    run.order(2, NodeCommand::Crash);
    run.put(0, "x", 1);
    run.more(1_000);
    assert_eq!(run.written(0), None);
    run.more(5_000);
    assert!(run.written(0).is_some(), "the spare stands in the lost one's place");
    assert_eq!((run.view(3).role, run.value(3, "x"), run.told("replaces")), (Role::Follower, Some(1), 1));
    run.order(2, NodeCommand::Restart);
    run.more(2_000);
    assert!(run.view(2).facts.contains(&("learners", "n2".to_owned())), "{:?}", run.view(2).facts);
    assert_eq!(run.value(2, "x"), Some(1), "it follows, without a vote");
    run.order(2, NodeCommand::Join);
    run.more(2_000);
    assert!(run.view(0).facts.contains(&("voters", "n0 n1 n2 n3".to_owned())), "{:?}", run.view(0).facts);
}

#[test]
fn the_next_in_line_becomes_synchronous() {
    let mut settings = vec![("replication", "semi-synchronous")];
    for selection in ["first", "any"] {
        settings.push(("synchronous_selection", selection));
        let mut run = run(3, &[HOME], &settings);
        run.until(10);
        run.order(1, NodeCommand::Crash);
        run.put(0, "x", 1);
        run.more(2_000);
        assert_eq!(run.latency_us(0), Some(4_000), "{selection}: a broken stream is noticed at once");
        run.order(1, NodeCommand::Restart);
        run.more(2_000);
        run.order(1, NodeCommand::Pause);
        run.put(0, "x", 2);
        run.more(2_000);
        let patient = run.latency_us(0).expect("another follower steps in");
        // FIRST waits until the silent one counts as out of reach; ANY takes whoever is there.
        assert_eq!((patient > 500_000, patient == 4_000), (selection == "first", selection == "any"), "{selection}: {patient}");
    }
}

/// The leader is cut off, goes on acknowledging, and is replaced; then all heals.
fn deposed(settings: &[(&str, &str)]) -> Run {
    let mut run = run(3, &[HOME, HOME], settings);
    run.until(100);
    run.put(0, "x", 1);
    run.more(500);
    run.partition(&[&[0], &[1, 2]]);
    run.put(0, "x", 2);
    run.put(0, "y", 3);
    run.more(4_000);
    run.heal();
    run.more(3_000);
    run
}

#[test]
fn an_asynchronous_failover_lists_the_acknowledged_writes_that_are_gone() {
    for failover in ["vote", "observer"] {
        let run = deposed(&[("failover", failover)]);
        assert_ne!(run.leaders(), [0], "{failover}");
        let acknowledged = |value: i64| {
            let wrote = |record: &&replicascope::simulation::history::OperationRecord| {
                record.write
                    == Some(replicascope::replication::delta::Operation::Put(replicascope::replication::delta::Value::Number(value)))
            };
            let record = run.engine.history().iter().find(wrote).expect("it was asked for");
            if let Some((_, Reply::Written { dot: Some(dot), .. })) = record.closed { dot } else { panic!("{value} was not acknowledged") }
        };
        let listed: Vec<_> =
            run.view(0).discarded.iter().map(|lost| (lost.dot, lost.key.0.to_string(), lost.author.0.to_string())).collect();
        let who = "client0".to_owned();
        assert_eq!(listed, [(acknowledged(2), "x".to_owned(), who.clone()), (acknowledged(3), "y".to_owned(), who)], "{failover}");
        for node in 0..3 {
            assert_eq!((run.value(node, "x"), run.value(node, "y")), (Some(1), None), "{failover}: n{node}");
            assert_eq!(run.view(node).records[&"x".into()].fates, [(acknowledged(1), Fate::Visible)].into());
        }
    }
}

#[test]
fn with_a_majority_nothing_acknowledged_is_lost() {
    let run = deposed(&[MAJORITY, VOTE]);
    assert_ne!(run.leaders(), [0]);
    assert_eq!(run.value(0, "x"), Some(1));
    // The deposed leader tells its client once it knows that the write did not happen.
    assert!(matches!(run.last(0).closed, Some((_, Reply::Written { .. } | Reply::Refused(_)))), "{:?}", run.last(0).closed);
    let refused = run.engine.history().iter().filter(|record| matches!(record.closed, Some((_, Reply::Refused(Refusal::Unavailable)))));
    assert_eq!(refused.count(), 1);
}

#[test]
fn a_site_of_two_has_no_majority_without_its_leader() {
    let mut vote = run(2, &[HOME], &[VOTE]);
    vote.until(100);
    vote.order(0, NodeCommand::Crash);
    vote.more(20_000);
    assert!(vote.leaders().is_empty());
    let mut observer = run(2, &[HOME], &[("failover", "observer")]);
    observer.until(100);
    observer.order(0, NodeCommand::Crash);
    observer.more(20_000);
    assert_eq!(observer.leaders(), [1]);
}

#[test]
fn the_observer_promotes_the_most_advanced() {
    let mut run = run(4, &[HOME], &[("failover", "observer")]);
    run.until(100);
    cut(&mut run, 0, 1);
    cut(&mut run, 0, 2);
    run.put(0, "x", 7);
    run.more(50);
    run.order(0, NodeCommand::Crash);
    run.more(5_000);
    assert_eq!((run.leaders(), run.value(3, "x")), (vec![3], Some(7)), "n1 decides, n3 has the write");
    assert_eq!(run.value(1, "x"), Some(7));
}

#[test]
fn without_fencing_both_leaders_go_on() {
    let split = |fencing: &'static str| {
        let mut run = run(5, &[HOME, HOME], &[("fencing", fencing)]);
        run.until(100);
        run.partition(&[&[0, 1], &[2, 3, 4]]);
        run.order(3, NodeCommand::Promote);
        run.heal();
        run.more(2_000);
        run.put(0, "x", 1);
        run.more(2_000);
        run
    };
    assert_eq!(split("true").leaders(), [3]);
    let mut run = split("false");
    assert_eq!(run.leaders(), [0, 3]);
    assert!(run.written(0).is_some(), "the old one still acknowledges");
    run.more(1_000);
    let dropped = |node| run.view(node).discarded.len();
    assert!((0..5).any(|node| run.value(node, "x").is_none()) || (0..5).any(|node| dropped(node) > 0), "and others do not keep it");
}

#[test]
fn a_deposed_leader_answers_stale_unless_a_lease_or_a_round_stops_it() {
    let read = |settings: &[(&str, &str)]| {
        let mut setup = group(3, 0, &[LEADER, HOME], dials(&[&[MAJORITY, VOTE], settings].concat()));
        // The second client stands with the third node, and so finds the new leader.
        let site = |name: &str, node_count| Site { name: name.into(), kind: SiteKind::Datacenter, node_count, spare_count: 0 };
        setup.sites = vec![site("a", 1), site("b", 2)];
        setup.links = vec![Link { a: SiteId(0), b: SiteId(1), wire: setup.inside, back: None }];
        setup.sessions[1].site = SiteId(1);
        let mut run = Run::new(setup, 1);
        run.until(100);
        run.put(0, "x", 1);
        run.more(500);
        run.apply(&Command::Link(LinkCommand::Disconnect(SiteId(0))));
        run.more(5_000);
        run.put(1, "x", 2);
        run.more(1_000);
        assert!(run.written(1).is_some(), "the other side has a leader of its own");
        run.get(0, "x");
        run.more(1_000);
        run.read(0)
    };
    assert_eq!(read(&[]), Ok(Some(1)), "stale");
    assert_eq!(read(&[("lease", "true")]), Err(Some(Refusal::Unavailable)));
    assert_eq!(read(&[("confirm_reads", "true")]), Err(None), "it waits for a majority");
}

#[test]
fn a_clock_that_jumps_breaks_the_lease() {
    let mut run = run(3, &[LEADER], &[MAJORITY, VOTE, ("lease", "true")]);
    run.until(500);
    run.partition(&[&[0], &[1, 2]]);
    run.order(0, NodeCommand::Skew { ms: -60_000 });
    run.more(5_000);
    run.get(0, "x");
    run.more(100);
    assert_eq!((run.leaders().len(), run.read(0)), (2, Ok(None)), "its clock says that the lease has hardly begun");
}

#[test]
fn a_token_of_a_lost_tail_is_never_satisfied() {
    let mut run = run(3, &[ReadRule::Token { is_shared: false }], &[VOTE]);
    run.until(100);
    run.put(0, "x", 1);
    run.more(100);
    run.get(0, "x");
    run.more(100);
    assert_eq!(run.read(0), Ok(Some(1)), "a follower that has it answers");
    run.partition(&[&[0], &[1, 2]]);
    run.put(0, "x", 2);
    run.more(5_000);
    assert!(run.written(0).is_some());
    run.heal();
    run.more(3_000);
    run.get(0, "x");
    run.more(3_000);
    assert_eq!(run.read(0), Err(Some(Refusal::Behind)), "entry #2 of term 1 exists no more, however long the new log grows");
}

#[test]
fn a_follower_that_returns_answers_once_it_has_caught_up() {
    let read = |catch_up_first: &'static str| {
        let mut run = run(3, &[HOME, ReadRule::Nearest], &[("catch_up_first", catch_up_first)]);
        run.until(100);
        run.put(0, "x", 1);
        run.more(100);
        run.order(1, NodeCommand::Crash);
        run.put(0, "x", 2);
        run.more(100);
        // It comes back, but does not hear its leader yet.
        cut(&mut run, 0, 1);
        run.order(1, NodeCommand::Restart);
        run.get(1, "x");
        run.more(20);
        let early = (run.last(1).node.0, run.read(1));
        run.heal();
        run.more(1_000);
        run.get(1, "x");
        run.more(20);
        (early, (run.last(1).node.0, run.read(1)))
    };
    assert_eq!(read("false"), ((1, Ok(Some(1))), (1, Ok(Some(2)))), "stale at first");
    assert_eq!(read("true"), ((0, Ok(Some(2))), (1, Ok(Some(2)))), "sent on to the leader at first");
}

#[test]
fn with_all_followers_down_the_leader_serves() {
    let mut run = run(3, &[HOME, ReadRule::AnyFollower], &[]);
    run.until(100);
    run.put(0, "x", 1);
    run.more(100);
    run.order(1, NodeCommand::Crash);
    run.order(2, NodeCommand::Crash);
    run.get(1, "x");
    run.more(100);
    assert_eq!((run.last(1).node.0, run.read(1)), (0, Ok(Some(1))));
    run.order(1, NodeCommand::Restart);
    run.order(2, NodeCommand::Restart);
    run.more(2_000);
    run.get(1, "x");
    run.more(100);
    assert_ne!(run.last(1).node.0, 0, "and hands them back");
}

/// A spare joins a group with 50 keys, one key in each message of the copy: 50 round trips of 2 ms.
fn joined(settings: &[(&str, &str)]) -> Run {
    let mut run = Run::new(group(4, 1, &[HOME, HOME], dials(&[&[("snapshot_chunk_keys", "1")], settings].concat())), 1);
    for key in 0..50 {
        run.put(0, &format!("k{key}"), key);
    }
    run.until(1_000);
    assert_eq!(run.view(3).role, Role::Spare);
    run.order(3, NodeCommand::Join);
    run.more(50);
    run.put(1, "x", 7);
    run.more(2_000);
    let view = run.view(3);
    assert_eq!((view.role, view.records.len()), (Role::Follower, run.view(0).records.len()));
    assert_eq!(view.hash, run.view(0).hash);
    run
}

#[test]
fn a_follower_is_added_while_writes_go_on_or_wait() {
    let snapshot = joined(&[]);
    assert_eq!((snapshot.latency_us(1), snapshot.value(3, "x")), (Some(1_500), Some(7)));
    let refuse = joined(&[("join_method", "stop")]);
    assert_eq!(refuse.last(1).closed.map(|(_, reply)| reply), Some(Reply::Refused(Refusal::Unavailable)));
    let queue = joined(&[("join_method", "stop"), ("writes_while_copying", "queue")]);
    let waited = queue.latency_us(1).expect("it is written in the end");
    assert!((50_000..100_000).contains(&waited), "the rest of 50 round trips: {waited}");
    assert_eq!(queue.value(3, "x"), Some(7));
}

#[test]
fn a_follower_behind_the_log_gets_a_snapshot() {
    let mut run = run(3, &[HOME], &[("log_keep_entries", "10")]);
    run.until(10);
    run.order(2, NodeCommand::Crash);
    for value in 0..100 {
        run.put(0, ["x", "y", "z"][value % 3], value as i64);
    }
    run.more(3_000);
    run.order(2, NodeCommand::Restart);
    run.more(3_000);
    assert_eq!(run.told("copy-done"), 1);
    assert_eq!((run.value(2, "x"), run.value(2, "y"), run.value(2, "z")), (Some(99), Some(97), Some(98)));
    assert_eq!(run.view(2).hash, run.view(0).hash);
    let held = |node: u16| run.view(node).records.values().map(|record| record.fates.len()).sum::<usize>();
    assert!(held(0) <= 23, "the leader keeps about ten to twenty entries, and the last of each key: {}", held(0));
}

#[test]
fn a_leader_that_leaves_hands_over() {
    for failover in ["none", "observer", "vote"] {
        let mut run = run(3, &[HOME, HOME], &[MAJORITY, ("failover", failover)]);
        run.until(100);
        run.put(0, "x", 1);
        run.more(100);
        run.order(0, NodeCommand::Leave);
        run.more(100);
        assert_eq!(run.leaders().len(), 1, "{failover}: without a pause");
        run.more(5_000);
        assert_eq!((run.view(0).role, run.told("left")), (Role::Spare, 1), "{failover}");
        run.put(1, "x", 2);
        run.more(100);
        assert!(run.written(1).is_some(), "{failover}: the client finds the new leader");
        run.order(0, NodeCommand::Join);
        run.more(2_000);
        assert_eq!((run.view(0).role, run.value(0, "x")), (Role::Follower, Some(2)), "{failover}");
    }
}

#[test]
fn a_synchronous_follower_is_not_linearizable() {
    // n2 is farther away: n1 has the write, is read, and after that n2 is read and has it not.
    let mut setup = group(3, 0, &[HOME, ReadRule::Nearest, ReadRule::Nearest], dials(&[("replication", "synchronous")]));
    let site = |name: &str| Site { name: name.into(), kind: SiteKind::Datacenter, node_count: 1, spare_count: 0 };
    setup.sites = vec![site("a"), site("b"), site("c")];
    let mut far = setup.inside;
    far.latency = Latency::Constant { us: 100_000 };
    let link = |a, b, wire| Link { a: SiteId(a), b: SiteId(b), wire, back: None };
    setup.links = vec![link(0, 1, setup.inside), link(0, 2, far), link(1, 2, far)];
    setup.sessions[1].site = SiteId(1);
    setup.sessions[2].site = SiteId(2);
    let mut run = Run::new(setup, 1);
    run.until(500);
    run.put(0, "x", 1);
    run.more(20);
    run.get(1, "x");
    run.more(20);
    run.get(2, "x");
    run.more(20);
    assert_eq!((run.read(1), run.read(2), run.written(0)), (Ok(Some(1)), Ok(None), None));
}

#[test]
fn a_slow_follower_knows_that_it_lags() {
    let within = |ms| ReadRule::WithinLag { ms };
    let mut run = run(2, &[HOME, within(400), within(60_000)], &[("apply_us", "50000"), ("heartbeat_every_ms", "50")]);
    run.until(1_000);
    run.get(1, "x");
    run.more(100);
    assert_eq!(run.last(1).node.0, 1, "idle, it is as fresh as its last heartbeat");
    for value in 0..40 {
        run.put(0, "x", value);
    }
    run.more(1_500);
    run.get(1, "x");
    run.get(2, "x");
    run.more(100);
    assert_eq!((run.last(1).node.0, run.read(1)), (0, Ok(Some(39))), "two seconds of work lie before it: sent on to the leader");
    assert_eq!(run.last(2).node.0, 1);
    let lag = run.engine.snapshot().nodes[1].lag.expect("a follower");
    assert!((5..40).contains(&lag.entry_count), "{lag:?}");
    run.more(3_000);
    assert_eq!(run.value(1, "x"), Some(39));
}

#[test]
fn an_asynchronous_failover_loses_rate_times_lag() {
    // 500 writes a second, followers 20 ms away: 10 acknowledged writes on average are on their way when the leader dies.
    const RUNS: u64 = 200;
    let mut lost_count = 0;
    for seed in 0..RUNS {
        let mut setup = group(2, 0, &[HOME; 10], dials(&[]));
        setup.inside.latency = Latency::Constant { us: 20_000 };
        for session in &mut setup.sessions {
            let pace = Pace::Open { mean_us: 20_000 };
            session.workload = Workload::Mix { key_count: 5, skew_percent: 0, read_percent: 0, pace };
        }
        let mut run = Run::new(setup, seed);
        run.until(1_000);
        run.order(0, NodeCommand::Crash);
        run.order(1, NodeCommand::Promote);
        run.order(0, NodeCommand::Restart);
        run.more(500);
        let held: BTreeSet<_> = run.view(1).records.values().flat_map(|record| record.fates.keys().copied().collect::<Vec<_>>()).collect();
        let listed: BTreeSet<_> = run.view(0).discarded.iter().map(|lost| lost.dot).collect();
        for record in run.engine.history().iter() {
            if let Some((_, Reply::Written { dot: Some(dot), .. })) = record.closed
                && !held.contains(&dot)
                && record.invoked_at.0 < 1_000_000_000
            {
                assert!(listed.contains(&dot), "seed {seed}: {dot} is listed");
                lost_count += 1;
            }
        }
    }
    let mean = f64::from(lost_count) / RUNS as f64;
    println!("lost on average: {mean} (500/s · 20 ms = 10)");
    // The standard error is √(10 / 200) = 0.22.
    assert!((9.3..10.7).contains(&mean), "{mean}");
}

#[test]
fn what_cannot_work_is_refused() {
    let problem = |settings: &[(&str, &str)]| registry::build(&group(3, 1, &[], dials(settings)), 1).err().map(|error| error.to_string());
    assert_eq!(problem(&[("replication", "semi-synchronous")]), None);
    let expected = "dials.synchronous_count: 2 is more than the 1 followers";
    assert_eq!(problem(&[("replication", "semi-synchronous"), ("synchronous_count", "2")]).as_deref(), Some(expected));
}

#[test]
fn a_log_of_a_hundred_thousand_entries_is_no_burden() {
    let mut setup = group(3, 0, &[HOME; 40], dials(&[("persist_us", "0")]));
    for session in &mut setup.sessions {
        session.workload = Workload::Mix { key_count: 100, skew_percent: 0, read_percent: 50, pace: Pace::Closed { think_us: 10 } };
    }
    let mut run = Run::new(setup, 1);
    let mut last = 0;
    while last < 100_000 {
        for _ in 0..100_000 {
            run.engine.step();
        }
        last = run.view(0).position.0;
    }
    run.engine.fork();
    assert!(run.view(1).position.0 > last - 1_000);
}
