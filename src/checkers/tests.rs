//! Hand-made runs, each of which breaks one thing: every checker must be able to say no.

use super::{Verdict, judge};
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Item, LineChange, Mode, Operation, Value};
use crate::replication::ids::{NodeId, ReplicaId, SessionId, SiteId};
use crate::replication::note::Alarm;
use crate::replication::protocol::{Promises, Reply, Token};
use crate::replication::time::SimTime;
use crate::replication::view::{Content, Decided, Discarded, Fate, Line, Reason, ReplicaView, Role};
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::snapshot::{NodeSnapshot, Snapshot};
use std::collections::BTreeMap;

const YOURS: Dot = Dot { replica: ReplicaId(1), counter: 1 };
const YOUR_SECOND: Dot = Dot { replica: ReplicaId(1), counter: 2 };
const ANAS: Dot = Dot { replica: ReplicaId(2), counter: 1 };
const NOBODYS: Dot = Dot { replica: ReplicaId(9), counter: 9 };

fn seen(dots: &[Dot]) -> VersionVector {
    dots.iter().copied().collect()
}

fn operation(session: u16, write: Option<(&str, LineChange)>, context: &[Dot], reply: Reply) -> OperationRecord {
    OperationRecord {
        session: SessionId(session),
        author: if session == 0 { "You".into() } else { "Ana".into() },
        node: NodeId(session),
        key: "cart".into(),
        also: Vec::new(),
        is_unknown: false,
        write: write.map(|(item, change)| Operation::Cart(item.into(), change)),
        context: seen(context),
        invoked_at: SimTime::from_ms(5),
        closed: Some((SimTime::from_ms(5), reply)),
    }
}

/// An acknowledged write whose client had seen `context`.
fn write(session: u16, item: &str, change: LineChange, dot: Dot, context: &[Dot]) -> OperationRecord {
    operation(
        session,
        Some((item, change)),
        context,
        Reply::Written { version: dot.counter, dot: Some(dot), context: seen(&[dot]), token: Token::default() },
    )
}

/// A read that showed `shown`.
fn read(session: u16, shown: &[Dot]) -> OperationRecord {
    let reply = Reply::State { decided: Box::new(record(&[], &[])), context: seen(shown) };
    OperationRecord { invoked_at: SimTime::from_ms(9), ..operation(session, None, &[], reply) }
}

fn record(lines: &[(&str, u32)], fates: &[(Dot, Fate)]) -> Decided {
    let line = |quantity| Line { quantity, is_open: false, is_pending: false, observed: Vec::new() };
    let lines: BTreeMap<Item, Line> = lines.iter().map(|(item, quantity)| ((*item).into(), line(*quantity))).collect();
    Decided {
        mode: Mode::AddWins,
        content: Content::Cart(lines),
        conflicts: Vec::new(),
        fates: fates.iter().copied().collect(),
        version: 0,
    }
}

fn leader(site: u16, decided: Decided) -> NodeSnapshot {
    let mut replica = ReplicaView::empty(Role::Leader);
    replica.vector = decided.fates.keys().copied().collect();
    replica.delta_count = decided.fates.len() as u64;
    replica.records.insert("cart".into(), decided);
    NodeSnapshot {
        node: NodeId(site),
        site: SiteId(site),
        replica: Some(replica),
        skew_ms: 0,
        lag: None,
        held_count: 0,
        line_count: 0,
        busy: crate::replication::time::SimDuration::ZERO,
        is_paused: false,
        slowness: 1,
    }
}

fn snapshot(nodes: Vec<NodeSnapshot>) -> Snapshot {
    Snapshot {
        now: SimTime::from_ms(10),
        event_count: 9,
        nodes,
        links: Vec::new(),
        sessions: Vec::new(),
        promises: Promises { keeps_writes: true, ..Promises::default() },
        in_flight_count: 0,
    }
}

/// Two leaders that agree.
fn agreed(lines: &[(&str, u32)], fates: &[(Dot, Fate)]) -> Snapshot {
    snapshot((0..2).map(|site| leader(site, record(lines, fates))).collect())
}

fn verdict(guarantee: &str, snapshot: &Snapshot, operations: Vec<OperationRecord>) -> Verdict {
    let history: History = operations.into_iter().collect();
    let verdicts = judge(snapshot, &history);
    verdicts.into_iter().find(|verdict| verdict.guarantee == guarantee).expect("a known guarantee")
}

fn check(guarantee: &str, holds: Option<bool>, snapshot: &Snapshot, operations: Vec<OperationRecord>) -> Verdict {
    let verdict = verdict(guarantee, snapshot, operations);
    assert_eq!(verdict.holds, holds, "{verdict:?}");
    assert_eq!(verdict.violation_count > 0, holds == Some(false), "{verdict:?}");
    assert_eq!(verdict.undecided_because.is_some(), holds.is_none(), "{verdict:?}");
    verdict
}

fn remove() -> LineChange {
    LineChange::Remove(Vec::new())
}

#[test]
fn equal_replicas_converged() {
    check("convergence", Some(true), &agreed(&[("milk", 1)], &[(YOURS, Fate::Visible)]), Vec::new());
}

#[test]
fn replicas_that_hold_the_same_and_show_something_else_did_not_converge() {
    let fates = [(YOURS, Fate::Visible)];
    let nodes = vec![leader(0, record(&[("milk", 1)], &fates)), leader(1, record(&[("milk", 2)], &fates))];
    let verdict = check("convergence", Some(false), &snapshot(nodes), Vec::new());
    assert_eq!(verdict.violation_count, 1);
}

#[test]
fn replicas_that_know_different_writes_did_not_converge() {
    let nodes = vec![leader(0, record(&[], &[(YOURS, Fate::Visible)])), leader(1, record(&[], &[(ANAS, Fate::Visible)]))];
    check("convergence", Some(false), &snapshot(nodes), Vec::new());
}

#[test]
fn unequal_hashes_and_alarms_are_not_convergence() {
    let mut unequal = agreed(&[], &[(YOURS, Fate::Visible)]);
    unequal.nodes[1].replica.as_mut().expect("it is up").hash = 1;
    check("convergence", Some(false), &unequal, Vec::new());
    let mut alarmed = agreed(&[], &[(YOURS, Fate::Visible)]);
    alarmed.in_flight_count = 3;
    alarmed.nodes[1].replica.as_mut().expect("it is up").alarm = Some(Alarm::DotReused(YOURS));
    check("convergence", Some(false), &alarmed, Vec::new());
}

#[test]
fn nothing_is_said_of_a_network_that_is_not_quiet() {
    let fates = [(YOURS, Fate::Discarded { by: ANAS, reason: Reason::OlderStamp }), (ANAS, Fate::Visible)];
    let mut busy = agreed(&[], &fates);
    busy.in_flight_count = 3;
    let verdict = check("convergence", None, &busy, Vec::new());
    assert_eq!(verdict.undecided_because.as_deref(), Some("3 messages are in flight"));
    check("no-lost-writes", None, &busy, vec![write(0, "eggs", remove(), YOURS, &[])]);
    let mut pending = agreed(&[], &fates);
    pending.nodes[0].replica.as_mut().expect("it is up").pending = vec![YOURS];
    check("convergence", None, &pending, Vec::new());
}

#[test]
fn a_write_that_was_overruled_by_one_that_had_not_seen_it_is_lost_though_listed() {
    let fates = [(YOURS, Fate::Overruled { by: ANAS, reason: Reason::AddWins }), (ANAS, Fate::Visible)];
    let operations = || vec![write(0, "eggs", remove(), YOURS, &[]), write(1, "eggs", LineChange::Set(12, Vec::new()), ANAS, &[])];
    let state = agreed(&[("eggs", 12)], &fates);
    let verdict = check("no-lost-writes", Some(false), &state, operations());
    assert!(verdict.witness[0].sentence.contains("You: remove eggs"), "{}", verdict.witness[0].sentence);
    assert_eq!((&verdict.witness[0].operations[..], &verdict.witness[0].dots[..]), (&[0][..], &[YOURS][..]));
    check("accounted-for", Some(true), &state, operations());
}

#[test]
fn a_write_that_a_shown_one_had_seen_is_not_lost() {
    let fates = [(YOURS, Fate::Superseded { by: ANAS }), (ANAS, Fate::Visible)];
    let later = write(1, "eggs", LineChange::Set(12, Vec::new()), ANAS, &[YOURS]);
    let operations = vec![write(0, "eggs", remove(), YOURS, &[]), later];
    check("no-lost-writes", Some(true), &agreed(&[("eggs", 12)], &fates), operations);
}

#[test]
fn what_the_accepting_leader_held_counts_only_where_the_strategy_orders_by_it() {
    let fates = [(YOURS, Fate::Superseded { by: ANAS }), (ANAS, Fate::Visible)];
    let blind = |held: &[Dot]| {
        let mut later = write(1, "eggs", LineChange::Set(12, Vec::new()), ANAS, &[]);
        if let Some((_, Reply::Written { context, .. })) = &mut later.closed {
            *context = seen(held);
        }
        vec![write(0, "eggs", remove(), YOURS, &[]), later]
    };
    let mut state = agreed(&[("eggs", 12)], &fates);
    for guarantee in ["no-lost-writes", "accounted-for"] {
        state.promises.follows_held = false;
        check(guarantee, Some(false), &state, blind(&[YOURS, ANAS]));
        state.promises.follows_held = true;
        check(guarantee, Some(true), &state, blind(&[YOURS, ANAS]));
        check(guarantee, Some(false), &state, blind(&[ANAS]));
    }
}

#[test]
fn a_later_write_of_another_line_excuses_nothing() {
    let fates = [(YOURS, Fate::Overruled { by: ANAS, reason: Reason::UnionKeeps }), (ANAS, Fate::Visible), (YOUR_SECOND, Fate::Visible)];
    let bread = write(0, "bread", LineChange::Add(1), YOUR_SECOND, &[YOURS]);
    check("no-lost-writes", Some(false), &agreed(&[("milk", 2)], &fates), vec![write(0, "milk", remove(), YOURS, &[]), bread]);
}

#[test]
fn what_nobody_holds_is_lost_and_not_accounted_for() {
    let state = agreed(&[], &[(ANAS, Fate::Visible)]);
    check("no-lost-writes", Some(false), &state, vec![write(0, "milk", remove(), YOURS, &[])]);
    let verdict = check("accounted-for", Some(false), &state, vec![write(0, "milk", remove(), YOURS, &[])]);
    assert!(verdict.witness[0].sentence.contains("You: remove milk"), "{}", verdict.witness[0].sentence);
}

#[test]
fn what_a_node_dropped_and_lists_is_lost_but_accounted_for() {
    let mut state = agreed(&[], &[(ANAS, Fate::Visible)]);
    let lost = Discarded { dot: YOURS, author: "You".into(), key: "cart".into(), reason: "its leader was replaced" };
    state.nodes[1].replica.as_mut().expect("it is up").discarded = vec![lost];
    check("accounted-for", Some(true), &state, vec![write(0, "milk", remove(), YOURS, &[])]);
    check("no-lost-writes", Some(false), &state, vec![write(0, "milk", remove(), YOURS, &[])]);
    check("accounted-for", Some(false), &state, vec![write(0, "milk", remove(), YOUR_SECOND, &[])]);
}

#[test]
fn a_spare_holds_nothing_and_disagrees_with_nobody() {
    let mut state = agreed(&[("milk", 1)], &[(YOURS, Fate::Visible)]);
    let mut spare = leader(1, record(&[], &[]));
    spare.node = NodeId(2);
    spare.replica.as_mut().expect("it is up").role = Role::Spare;
    state.nodes.push(spare);
    check("convergence", Some(true), &state, Vec::new());
    state.nodes[2].replica.as_mut().expect("it is up").role = Role::Follower;
    check("convergence", Some(false), &state, Vec::new());
}

/// Your write of a plain key, of place 1 in its order.
fn plain_write() -> OperationRecord {
    OperationRecord { write: Some(Operation::Put(Value::Number(1))), ..write(0, "milk", remove(), YOURS, &[]) }
}

#[test]
fn an_overwritten_version_that_a_snapshot_left_out_is_accounted_for() {
    let mut state = agreed(&[], &[(ANAS, Fate::Visible)]);
    let replica = state.nodes[1].replica.as_mut().expect("it is up");
    replica.vector.observe(YOURS);
    check("accounted-for", Some(false), &state, vec![plain_write()]);
    let replica = state.nodes[1].replica.as_mut().expect("it is up");
    replica.records.get_mut(&"cart".into()).expect("it was put there").version = 2;
    check("accounted-for", Some(true), &state, vec![plain_write()]);
}

#[test]
fn a_write_whose_client_was_told_nothing_may_stand_in_the_place_of_another_in_one_order() {
    let fates = [(YOURS, Fate::Superseded { by: NOBODYS }), (NOBODYS, Fate::Visible)];
    let mut state = agreed(&[], &fates);
    state.promises.follows_held = true;
    check("no-lost-writes", Some(true), &state, vec![plain_write()]);
    let mut gone = agreed(&[], &[(YOURS, Fate::Superseded { by: NOBODYS })]);
    gone.promises.follows_held = true;
    check("no-lost-writes", Some(false), &gone, vec![plain_write()]);
}

/// A majority's promise is one of its order: no mode decides anything there.
#[test]
fn one_order_promises_to_lose_no_write_whatever_the_mode() {
    let mut state = agreed(&[], &[(YOURS, Fate::Visible)]);
    for node in &mut state.nodes {
        let records = &mut node.replica.as_mut().expect("it is up").records;
        records.values_mut().for_each(|record| record.mode = Mode::LastWrite);
    }
    let promised = |state: &Snapshot| verdict("no-lost-writes", state, vec![plain_write()]).promised;
    assert!(!promised(&state), "last write wins drops one of two concurrent writes");
    state.promises.follows_held = true;
    assert!(promised(&state));
    state.promises.keeps_writes = false;
    assert!(!promised(&state));
}

#[test]
fn a_write_that_is_known_but_not_listed_is_not_accounted_for() {
    let mut state = agreed(&[], &[(ANAS, Fate::Visible)]);
    state.in_flight_count = 1;
    state.nodes[0].replica.as_mut().expect("it is up").vector.observe(YOURS);
    check("accounted-for", Some(false), &state, vec![write(0, "milk", remove(), YOURS, &[])]);
}

#[test]
fn superseded_by_a_writer_who_had_not_seen_it_is_a_lie() {
    let fates = [(YOURS, Fate::Superseded { by: ANAS }), (ANAS, Fate::Visible)];
    let operations = vec![write(0, "eggs", remove(), YOURS, &[]), write(1, "eggs", LineChange::Set(12, Vec::new()), ANAS, &[])];
    check("accounted-for", Some(false), &agreed(&[], &fates), operations);
}

#[test]
fn losing_against_nobody_is_a_lie() {
    for fate in
        [Fate::Discarded { by: NOBODYS, reason: Reason::OlderStamp }, Fate::Superseded { by: NOBODYS }, Fate::Superseded { by: YOURS }]
    {
        check("accounted-for", Some(false), &agreed(&[], &[(YOURS, fate)]), vec![write(0, "eggs", remove(), YOURS, &[])]);
    }
}

#[test]
fn a_read_that_lacks_an_own_write_does_not_read_your_writes() {
    let state = agreed(&[], &[(YOURS, Fate::Visible)]);
    let operations = |shown: &[Dot]| vec![write(0, "milk", remove(), YOURS, &[]), read(0, shown)];
    check("read-your-writes", Some(true), &state, operations(&[YOURS]));
    let verdict = check("read-your-writes", Some(false), &state, operations(&[ANAS]));
    assert_eq!(verdict.witness[0].operations, [0, 1]);
}

#[test]
fn what_others_wrote_or_what_was_written_later_need_not_be_read() {
    let state = agreed(&[], &[(YOURS, Fate::Visible)]);
    let others = vec![write(0, "milk", remove(), YOURS, &[]), read(1, &[])];
    check("read-your-writes", Some(true), &state, others);
    let later = vec![read(0, &[]), write(0, "milk", remove(), YOURS, &[])];
    check("read-your-writes", Some(true), &state, later);
}

#[test]
fn writes_without_names_cannot_be_judged() {
    let nameless = || {
        vec![operation(
            0,
            Some(("milk", remove())),
            &[],
            Reply::Written { version: 1, dot: None, context: VersionVector::new(), token: Token::default() },
        )]
    };
    for guarantee in ["no-lost-writes", "accounted-for"] {
        check(guarantee, None, &agreed(&[], &[]), nameless());
    }
}

#[cfg(feature = "catalogue")]
#[test]
fn an_own_write_is_complete_when_the_next_read_begins_in_the_same_instant() {
    let put = |session| OperationRecord {
        write: Some(Operation::Put(Value::Number(1))),
        ..operation(session, None, &[], Reply::Written { version: 1, dot: Some(YOURS), context: seen(&[]), token: Token::default() })
    };
    let old = || operation(0, None, &[], Reply::Value { value: None, version: 0, token: Token::default() });
    let state = agreed(&[], &[]);
    let verdict = check("staleness", Some(false), &state, vec![put(0), old()]);
    assert_eq!(verdict.witness[0].operations, [0, 1]);
    check("staleness", Some(true), &state, vec![old(), put(0)]);
    check("staleness", Some(true), &state, vec![put(1), old()]);
}

#[test]
fn a_cut_history_is_undecided() {
    let mut history = History::bounded(0, 0);
    history.push(read(0, &[]));
    let verdicts = judge(&agreed(&[], &[]), &history);
    assert!(verdicts.iter().filter(|verdict| verdict.guarantee != "convergence").all(|verdict| verdict.holds.is_none()));
}

/// A replica of a strategy without leaders that holds a number, or nothing.
fn keeper(node: u16, content: Option<i64>, version: u64, fates: &[(Dot, Fate)]) -> NodeSnapshot {
    let content = content.map_or(Content::Absent, |number| Content::Plain(Value::Number(number)));
    let mut replica = ReplicaView::empty(Role::Replica);
    replica.hash = version;
    replica.records.insert("x".into(), Decided::plain(content, version, fates.iter().copied().collect()));
    NodeSnapshot { replica: Some(replica), ..leader(node, record(&[], &[])) }
}

fn coordinator(node: u16) -> NodeSnapshot {
    NodeSnapshot { replica: Some(ReplicaView::empty(Role::Coordinator)), ..leader(node, record(&[], &[])) }
}

/// An acknowledged write of a number (`None` deletes) between two moments, blind to what was there.
fn put(number: Option<i64>, dot: Dot, version: u64, (from, to): (u64, u64)) -> OperationRecord {
    let reply = Reply::Written { version, dot: Some(dot), context: seen(&[dot]), token: Token::default() };
    OperationRecord {
        key: "x".into(),
        write: Some(number.map_or(Operation::Delete, |number| Operation::Put(Value::Number(number)))),
        invoked_at: SimTime::from_ms(from),
        closed: Some((SimTime::from_ms(to), reply)),
        ..operation(0, None, &[], Reply::State { decided: Box::new(record(&[], &[])), context: seen(&[]) })
    }
}

const fn discarded(by: Dot) -> Fate {
    Fate::Discarded { by, reason: Reason::OlderStamp }
}

#[test]
fn without_a_leader_a_write_that_some_replica_holds_newest_is_not_lost() {
    let nodes = || vec![keeper(0, None, 0, &[]), keeper(1, Some(1), 7, &[(YOURS, Fate::Visible)]), coordinator(2)];
    check("no-lost-writes", Some(true), &snapshot(nodes()), vec![put(Some(1), YOURS, 7, (1, 2))]);
    check("accounted-for", Some(true), &snapshot(nodes()), vec![put(Some(1), YOURS, 7, (1, 2))]);
    check("no-lost-writes", Some(false), &snapshot(nodes()), vec![put(Some(2), ANAS, 8, (1, 2))]);
    check("accounted-for", Some(false), &snapshot(nodes()), vec![put(Some(2), ANAS, 8, (1, 2))]);
    check("convergence", Some(false), &snapshot(nodes()), Vec::new());
}

#[test]
fn without_a_leader_a_later_write_may_stand_in_the_place_of_an_earlier_one_and_not_the_other_way_round() {
    let nodes = || vec![keeper(0, Some(2), 9, &[(ANAS, Fate::Visible), (YOURS, discarded(ANAS))]), coordinator(1)];
    let yours = |when| put(Some(1), YOURS, 7, when);
    let anas = || put(Some(2), ANAS, 9, (10, 20));
    check("no-lost-writes", Some(true), &snapshot(nodes()), vec![yours((1, 5)), anas()]);
    check("no-lost-writes", Some(true), &snapshot(nodes()), vec![yours((15, 30)), anas()]);
    check("no-lost-writes", Some(false), &snapshot(nodes()), vec![anas(), yours((21, 30))]);
}

#[test]
fn without_a_leader_what_returns_after_its_tombstone_was_collected_overwrites_the_deletion() {
    let deletion = || put(None, ANAS, 9, (10, 20));
    let zombie = || vec![keeper(0, Some(1), 7, &[(YOURS, Fate::Visible), (ANAS, Fate::Visible)]), coordinator(1)];
    let buried = || vec![keeper(0, None, 0, &[(YOURS, discarded(ANAS)), (ANAS, Fate::Visible)]), coordinator(1)];
    check("no-lost-writes", Some(false), &snapshot(zombie()), vec![put(Some(1), YOURS, 7, (1, 5)), deletion()]);
    check("no-lost-writes", Some(true), &snapshot(buried()), vec![put(Some(1), YOURS, 7, (1, 5)), deletion()]);
}

#[test]
fn coordinators_and_forgotten_deletions_do_not_stand_against_convergence() {
    let buried = keeper(0, None, 0, &[(ANAS, Fate::Visible)]);
    let mut blank = coordinator(1);
    blank.replica = Some(ReplicaView::empty(Role::Replica));
    check("convergence", Some(true), &snapshot(vec![coordinator(2), buried, blank]), Vec::new());
}

#[test]
fn replicas_of_some_keys_agree_about_those_that_both_hold() {
    let partial = |mut node: NodeSnapshot| {
        node.replica.as_mut().expect("it is up").is_partial = true;
        node
    };
    let mut blank = coordinator(2);
    blank.replica = Some(ReplicaView::empty(Role::Replica));
    let fates = [(YOURS, Fate::Visible)];
    let nodes = |number, version| {
        vec![partial(keeper(0, Some(1), 7, &fates)), partial(keeper(1, Some(number), version, &fates)), partial(blank.clone())]
    };
    check("convergence", Some(true), &snapshot(nodes(1, 7)), Vec::new());
    check("convergence", Some(false), &snapshot(nodes(2, 8)), Vec::new());
}
