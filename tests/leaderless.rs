//! The leaderless strategy: one test for each mechanism, and thousands of random schedules with faults, each judged by
//! what its settings promise. Each protection switched off turns them red.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod quorums;

use quorums::{Promise, Schedule, Tally, run_until};
use replicascope::replication::delta::{Mode, Value};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::note::Note;
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::setting::{Dials, Setting};
use replicascope::replication::strategies::leaderless as dial;
use replicascope::replication::time::SimTime;
use replicascope::replication::view::{Content, Fate, Reason};
use replicascope::simulation::command::{Action, Command, LinkCommand, NodeCommand};
use replicascope::simulation::dials;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::journal::Happening;
use replicascope::simulation::registry;
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};

const SCHEDULES: u64 = 4_000;

fn all_green(promise: Promise) -> Tally {
    let mut tally = Tally::default();
    for seed in 0..SCHEDULES {
        if let Err(problem) = Schedule::draw(seed, promise, &[]).run(&mut tally) {
            panic!("seed {seed}: {problem}");
        }
    }
    println!("{SCHEDULES} schedules, {promise:?}: {tally:?}");
    // A generator that stopped producing faults would make this worthless.
    assert!(tally.acknowledged > 2 * SCHEDULES && tally.reads > 4 * SCHEDULES, "{tally:?}");
    assert!(
        tally.crashes > SCHEDULES && tally.cuts > SCHEDULES && tally.dropped > 10 * SCHEDULES && tally.unknown > SCHEDULES / 2,
        "{tally:?}"
    );
    tally
}

/// Some schedule turns red, and for this reason.
fn assert_red(promise: Promise, off: &[(&'static Setting, u64)], reason: &str) {
    let names: Vec<&str> = off.iter().map(|(setting, _)| setting.key).collect();
    let problem = |seed| Schedule::draw(seed, promise, off).run(&mut Tally::default()).err().filter(|why| why.contains(reason));
    let Some((seed, why)) = (0..SCHEDULES).find_map(|seed| Some((seed, problem(seed)?))) else {
        panic!("with {names:?} changed nothing turned red")
    };
    println!("{names:?}: seed {seed}: {}", why.chars().take(200).collect::<String>());
}

#[test]
fn strict_quorums_with_versions_from_a_quorum_and_write_back_are_linearizable() {
    let tally = all_green(Promise::Linearizable);
    assert!(tally.write_backs > 300 && tally.repairs > 300, "{tally:?}");
}

#[test]
fn without_write_back_the_register_is_not_linearizable() {
    assert_red(Promise::Linearizable, &[(&dial::WRITE_BACK, 0)], "no order");
}

#[test]
fn with_versions_from_clocks_the_register_is_not_linearizable() {
    assert_red(Promise::Linearizable, &[(&dial::VERSION_FROM, 0)], "no order");
}

#[test]
fn without_lasting_versions_a_version_names_two_writes() {
    assert_red(Promise::Linearizable, &[(&dial::LASTING_VERSIONS, 0)], "given twice");
}

#[test]
fn with_quorums_that_do_not_overlap_the_register_is_not_linearizable() {
    assert_red(Promise::Linearizable, &[(&dial::READ_QUORUM, 1), (&dial::WRITE_QUORUM, 1)], "no order");
}

#[test]
fn with_sloppy_quorums_the_register_is_not_linearizable() {
    assert_red(Promise::Linearizable, &[(&dial::SLOPPY_QUORUM, 1)], "no order");
}

#[test]
fn siblings_lose_no_acknowledged_write_and_bring_none_back() {
    let tally = all_green(Promise::Siblings);
    assert!(tally.siblings > SCHEDULES && tally.trees > SCHEDULES && tally.hints > 100, "{tally:?}");
}

#[test]
fn with_last_write_wins_acknowledged_writes_are_lost() {
    assert_red(Promise::Siblings, &[(&dial::CONFLICTS, 0)], "lost");
}

#[test]
fn without_dots_overwritten_versions_stay() {
    assert_red(Promise::Siblings, &[(&dial::PLAIN_VERSION_VECTORS, 1)], "had seen it");
}

#[test]
fn without_tombstones_what_was_deleted_comes_back() {
    assert_red(Promise::Siblings, &[(&dial::TOMBSTONES, 0)], "is back");
}

#[test]
fn with_anti_entropy_replicas_converge_under_any_settings() {
    let tally = all_green(Promise::Converges);
    assert!(tally.hints > 50 && tally.repairs > SCHEDULES / 4, "{tally:?}");
}

#[test]
fn without_anti_entropy_replicas_stay_apart() {
    assert_red(Promise::Converges, &[(&dial::ANTI_ENTROPY_EVERY, 0)], "");
}

/// `node_count` replicas at one place, two clients that coordinate by themselves, everything a millisecond away.
fn cluster(node_count: u16, settings: &[(&'static Setting, u64)]) -> Setup {
    let wire = Wire { kind: WireKind::Stream, latency: Latency::Constant { us: 1_000 }, loss_per_million: 0, duplicate_per_million: 0 };
    let client = |name: &str| Site { name: name.into(), kind: SiteKind::Client, node_count: 1, spare_count: 0 };
    let session = |author: &str, site: u16| Session {
        author: author.into(),
        site: SiteId(site),
        access: None,
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    let mut drawn = Dials::default().with(&dials::PERSIST, 0);
    settings.iter().for_each(|(setting, value)| drawn.set(setting, *value));
    Setup {
        strategy: "leaderless".to_owned(),
        sites: vec![Site { name: "replicas".into(), kind: SiteKind::Datacenter, node_count, spare_count: 0 }, client("a"), client("b")],
        links: [1, 2].map(|site| Link { a: SiteId(0), b: SiteId(site), wire, back: None }).into(),
        inside: wire,
        sessions: vec![session("Ada", 1), session("Ben", 2)],
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials: drawn,
    }
}

struct Play {
    engine: Box<dyn Engine>,
    ms: u64,
}

impl Play {
    fn new(node_count: u16, settings: &[(&'static Setting, u64)]) -> Self {
        Self { engine: registry::build(&cluster(node_count, settings), 1).expect("a sound setup"), ms: 0 }
    }

    fn wait(&mut self, ms: u64) -> &mut Self {
        self.ms += ms;
        run_until(self.engine.as_mut(), SimTime::from_ms(self.ms));
        self
    }

    fn act(&mut self, session: u16, action: Action) -> &mut Self {
        self.engine.apply(&Command::Act { session: SessionId(session), action });
        self
    }

    fn put(&mut self, session: u16, value: i64) -> &mut Self {
        self.act(session, Action::Put { key: "x".into(), value: Value::Number(value) })
    }

    fn delete(&mut self, session: u16) -> &mut Self {
        self.act(session, Action::Delete { key: "x".into() })
    }

    fn get(&mut self, session: u16) -> &mut Self {
        self.act(session, Action::Get { key: "x".into() })
    }

    fn fault(&mut self, node: u16, fault: NodeCommand) -> &mut Self {
        self.engine.apply(&Command::Node { node: NodeId(node), fault });
        self
    }

    /// Nothing passes between these and the others.
    fn apart(&mut self, nodes: &[u16]) -> &mut Self {
        let count = self.engine.snapshot().nodes.len() as u16;
        let (inside, outside) = (0..count).map(NodeId).partition(|node| nodes.contains(&node.0));
        self.engine.apply(&Command::Link(LinkCommand::Partition(vec![inside, outside])));
        self
    }

    fn heal(&mut self) -> &mut Self {
        self.engine.apply(&Command::Link(LinkCommand::HealAll));
        self
    }

    fn last(&self) -> Option<Reply> {
        self.engine.history().iter().last().and_then(|operation| operation.closed.clone()).map(|(_, reply)| reply)
    }

    fn value(&self) -> Option<i64> {
        match self.last() {
            Some(Reply::Value { value: Some(Value::Number(number)), .. }) => Some(number),
            Some(Reply::Value { value: None, .. }) => None,
            other => panic!("not a value: {other:?}"),
        }
    }

    fn siblings(&self) -> Vec<i64> {
        let Some(Reply::Siblings { values, .. }) = self.last() else { panic!("no siblings: {:?}", self.last()) };
        let number = |value: &Option<Value>| if let Some(Value::Number(number)) = value { *number } else { 0 };
        let mut numbers: Vec<i64> = values.iter().map(|(_, value)| number(value)).collect();
        numbers.sort_unstable();
        numbers
    }

    /// What replica `node` shows of x.
    fn shows(&self, node: usize) -> Option<i64> {
        let snapshot = self.engine.snapshot();
        match snapshot.nodes[node].replica.as_ref()?.records.get(&"x".into())?.content {
            Content::Plain(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    fn told(&self, name: &str) -> Vec<String> {
        let told = |happening| match happening {
            Happening::Noted(_, note) => match &*note {
                Note::Told(told, sentence) if *told == name => Some(sentence.clone()),
                _ => None,
            },
            _ => None,
        };
        self.engine.journal().iter().filter_map(|entry| told(entry.happening)).collect()
    }
}

#[test]
fn the_quorum_that_completed_is_told_and_a_replica_coordinates_too() {
    let mut play = Play::new(3, &[]);
    play.put(0, 1).wait(10).get(1).wait(10);
    assert_eq!(play.value(), Some(1));
    assert_eq!(
        play.told("quorum-completed"),
        ["completes a write of x with [n0 n1], n1 last", "completes a read of x with [n0 n1], n1 last"]
    );
    let mut setup = cluster(3, &[]);
    setup.sessions[0].site = SiteId(0);
    let mut inside = Play { engine: registry::build(&setup, 1).expect("sound"), ms: 0 };
    inside.put(0, 5).wait(10).get(0).wait(10);
    assert_eq!(inside.value(), Some(5));
    let closed: Vec<u64> = inside.engine.history().iter().filter_map(|one| Some(one.closed.as_ref()?.0.since(one.invoked_at).0)).collect();
    assert_eq!(closed, [2_000_000, 2_000_000], "its own copy at once, the second one there and back");
}

#[test]
fn a_coordinator_without_its_quorum_leaves_the_outcome_unknown_and_the_write_behind() {
    let mut play = Play::new(3, &[(&dial::REQUEST_TIMEOUT, 50)]);
    play.apart(&[1, 2]).put(0, 7).wait(200);
    let record = play.engine.history().get(0).expect("one write").clone();
    assert!(record.is_unknown && record.closed.is_none(), "{record:?}");
    assert_eq!(play.engine.snapshot().sessions[0].trouble, Some(Refusal::Unknown));
    assert_eq!((play.shows(0), play.shows(1)), (Some(7), None), "the failed write stays behind");
    play.get(1).wait(200);
    assert_eq!(play.last(), Some(Reply::Refused(Refusal::Unavailable)), "a read has no outcome to be unsure of");
}

#[test]
fn read_repair_mends_what_is_read_and_nothing_else() {
    for (repairs, expected) in [(1, Some(1)), (0, None)] {
        let mut play = Play::new(3, &[(&dial::READ_REPAIR, repairs)]);
        play.fault(2, NodeCommand::Crash).put(0, 1).act(0, Action::Put { key: "y".into(), value: Value::Number(2) }).wait(20);
        play.fault(2, NodeCommand::Restart).wait(20).get(1).wait(20);
        assert_eq!(play.shows(2), expected);
        assert_eq!(play.told("read-repaired").len() as u64, repairs);
        assert!(!play.engine.snapshot().nodes[2].replica.as_ref().expect("up").records.contains_key(&"y".into()), "nobody read y");
    }
    // Just enough replicas are read: the third one is mended by those reads that ask all.
    let quorum = [(&dial::READ_REPAIR, 1), (&dial::READ_FAN_OUT, 1), (&dial::QUORUM_CHOICE, 1)];
    for (chance, expected) in [(100, Some(1)), (0, None)] {
        let mut play = Play::new(3, &[quorum[0], quorum[1], quorum[2], (&dial::READ_REPAIR_CHANCE, chance)]);
        play.fault(2, NodeCommand::Crash).put(0, 1).wait(20).fault(2, NodeCommand::Restart).wait(20).get(1).wait(20);
        assert_eq!(play.shows(2), expected, "chance {chance}");
    }
}

#[test]
fn anti_entropy_finds_one_bad_leaf_with_one_and_two_hashes_for_each_level() {
    let mut play = Play::new(2, &[(&dial::ANTI_ENTROPY_EVERY, 100), (&dial::TREE_DEPTH, 5), (&dial::WRITE_QUORUM, 1)]);
    play.wait(300).apart(&[0, 2]).put(0, 3).wait(50);
    assert_eq!((play.shows(0), play.shows(1)), (Some(3), None));
    play.heal().wait(400);
    assert_eq!((play.shows(0), play.shows(1)), (Some(3), Some(3)));
    let differing: Vec<String> = play.told("tree-compared").into_iter().filter(|told| told.starts_with("differs")).collect();
    assert!(!differing.is_empty() && differing.iter().all(|told| told.ends_with("in 1 leaves: 11 hashes a side")), "{differing:?}");
}

#[test]
fn substitutes_keep_hints_and_hand_them_over() {
    let settings = [(&dial::REPLICA_COUNT, 3), (&dial::WRITE_QUORUM, 3), (&dial::READ_QUORUM, 1), (&dial::REQUEST_TIMEOUT, 400)];
    let run = |is_sloppy: u64, counts: u64, window_ms: u64, down_ms: u64| {
        let more =
            [(&dial::SLOPPY_QUORUM, is_sloppy), (&dial::HINTS_COUNT, counts), (&dial::HINT_WINDOW, window_ms), (&dial::SUSPECT_AFTER, 50)];
        let mut play = Play::new(5, &[settings, more].concat());
        let home = (0..5).find(|node| {
            let mut probe = Play::new(5, &settings);
            probe.put(0, 1).wait(20);
            probe.shows(*node).is_some()
        });
        let home = home.expect("somebody stores x");
        play.fault(home as u16, NodeCommand::Crash).put(0, 4).wait(down_ms);
        let is_done = matches!(play.last(), Some(Reply::Written { .. }));
        play.fault(home as u16, NodeCommand::Restart).wait(300);
        (is_done, play.shows(home), play.told("hint-kept").len(), play.told("hint-delivered").len(), play.told("hint-dropped").len())
    };
    assert_eq!(run(1, 1, 60_000, 1_000), (true, Some(4), 1, 1, 0));
    assert_eq!(run(1, 0, 60_000, 1_000), (false, Some(4), 1, 1, 0), "kept, but it does not count");
    assert_eq!(run(0, 1, 60_000, 1_000), (false, None, 0, 0, 0), "strict: the third replica is out of reach");
    assert_eq!(run(1, 1, 500, 1_000), (true, None, 1, 0, 1), "it was away for longer than hints are kept");
}

#[test]
fn siblings_are_kept_until_a_write_has_seen_them() {
    let mut play = Play::new(3, &[(&dial::CONFLICTS, 1)]);
    play.put(0, 1).put(1, 2).wait(20).get(0).wait(20);
    assert_eq!(play.siblings(), [1, 2]);
    play.put(0, 3).wait(20).get(1).wait(20);
    assert_eq!(play.siblings(), [3]);
    assert!(!play.told("sibling-made").is_empty() && !play.told("sibling-merged").is_empty());
    // Two clients, each of which has read all but the other's last write: without dots nothing ever goes.
    let count = |is_plain: u64| {
        let mut play = Play::new(3, &[(&dial::CONFLICTS, 1), (&dial::PLAIN_VERSION_VECTORS, is_plain)]);
        for round in 0..8 {
            play.get(1).wait(20).put(0, 2 * round + 1).wait(20).get(0).wait(20).put(1, 2 * round + 2).wait(20);
        }
        play.get(0).wait(20);
        play.siblings().len()
    };
    assert_eq!(count(0), 2);
    assert!(count(1) > 5, "an explosion, not {}", count(1));
}

#[test]
fn a_deletion_without_a_tombstone_or_with_one_collected_too_early_is_undone() {
    let run = |settings: &[(&'static Setting, u64)]| {
        let mut play = Play::new(3, &[settings, &[(&dial::READ_REPAIR, 1)]].concat());
        play.put(0, 1).wait(20).fault(2, NodeCommand::Crash).delete(0).wait(500).fault(2, NodeCommand::Restart).wait(20);
        play.get(1).wait(20).get(1).wait(20);
        (play.value(), play.told("tombstone-collected").len())
    };
    assert_eq!(run(&[(&dial::READ_QUORUM, 3)]), (None, 0));
    assert_eq!(run(&[(&dial::READ_QUORUM, 3), (&dial::TOMBSTONES, 0)]), (Some(1), 0));
    assert_eq!(run(&[(&dial::READ_QUORUM, 3), (&dial::TOMBSTONE_KEEP, 200)]), (Some(1), 2), "a zombie");
    assert_eq!(run(&[(&dial::READ_QUORUM, 3), (&dial::TOMBSTONE_KEEP, 2_000)]), (None, 0));
}

#[test]
fn a_clock_that_runs_behind_loses_the_later_write_and_says_so() {
    let mut play = Play::new(3, &[]);
    play.fault(4, NodeCommand::Skew { ms: -60_000 }).put(0, 1).wait(20).put(1, 2).wait(20).get(0).wait(20);
    assert_eq!(play.value(), Some(1), "the later write is older by its clock");
    let snapshot = play.engine.snapshot();
    let record = &snapshot.nodes[0].replica.as_ref().expect("up").records[&"x".into()];
    let fates: Vec<Fate> = record.fates.values().copied().collect();
    let is_lost = |fate: &Fate| matches!(fate, Fate::Discarded { reason: Reason::OlderStamp, .. });
    assert!(fates.len() == 2 && fates.iter().any(is_lost) && fates.contains(&Fate::Visible), "{fates:?}");
    // By one more than what a quorum has, it does not.
    let mut fixed = Play::new(3, &[(&dial::VERSION_FROM, 1)]);
    fixed.fault(4, NodeCommand::Skew { ms: -60_000 }).put(0, 1).wait(20).put(1, 2).wait(20).get(0).wait(20);
    assert_eq!(fixed.value(), Some(2));
}

#[test]
fn a_coordinator_that_crashed_never_gives_a_version_twice() {
    // Ada's app has versions from a quorum and sends 9; one replica gets it, and the app crashes before any answer.
    let run = |lasting: u64| {
        let mut play = Play::new(3, &[(&dial::VERSION_FROM, 1), (&dial::LASTING_VERSIONS, lasting)]);
        play.put(0, 9).wait(2).apart(&[1, 2]).wait(2).fault(3, NodeCommand::Crash).wait(10).heal();
        play.fault(3, NodeCommand::Restart).wait(100).apart(&[0]).put(0, 5).wait(20);
        assert!(matches!(play.last(), Some(Reply::Written { .. })), "5 is acknowledged: {:?}", play.last());
        assert_eq!([0, 1, 2].map(|node| play.shows(node)), [Some(9), Some(5), Some(5)]);
        let snapshot = play.engine.snapshot();
        let versions = [0, 1].map(|node| snapshot.nodes[node].replica.as_ref().unwrap().records[&"x".into()].version);
        // The quorum that answers is made of 9 and 5.
        play.heal().apart(&[1]).get(1).wait(20);
        (versions[0] == versions[1], play.value())
    };
    assert_eq!(run(1), (false, Some(5)));
    assert_eq!(run(0), (true, Some(9)), "the version names two writes, and the one that nobody was told of wins");
}

#[test]
fn equal_clocks_are_decided_by_node_or_by_cassandras_rule() {
    let run = |ties: u64, first: &dyn Fn(&mut Play), second: &dyn Fn(&mut Play)| {
        let mut play = Play::new(3, &[(&dial::TIES, ties), (&dial::CLOCK_TICK, 1_000_000)]);
        first(&mut play);
        second(&mut play);
        play.wait(20).get(0).wait(20);
        play.value()
    };
    let (nine, five) = (|play: &mut Play| _ = play.put(0, 9), |play: &mut Play| _ = play.put(1, 5));
    assert_eq!(run(0, &nine, &five), Some(5), "the second client is the higher node");
    assert_eq!(run(1, &nine, &five), Some(9), "the larger value");
    assert_eq!(run(1, &|play| _ = play.delete(0), &five), None, "a deletion before all");
}

#[test]
fn quorums_that_do_not_fit_are_refused_by_name() {
    let field = |settings: &[(&'static Setting, u64)]| registry::build(&cluster(3, settings), 1).err().map(|error| error.field);
    assert_eq!(field(&[(&dial::WRITE_QUORUM, 4)]).as_deref(), Some("dials.write_quorum"));
    assert_eq!(field(&[(&dial::REPLICA_COUNT, 4)]).as_deref(), Some("dials.replica_count"));
    assert_eq!(field(&[(&dial::REPLICA_COUNT, 1)]).as_deref(), Some("dials.write_quorum"));
    assert_eq!(field(&[(&dial::READ_QUORUM, 3)]), None);
}
