use super::*;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Operation, Value};
use crate::replication::ids::{ReplicaId, SessionId};
use crate::replication::protocol::Token;
use crate::simulation::command::NodeCommand;
use crate::simulation::journal::{DropReason, Trace};
use proptest::prelude::*;

const NODES: u16 = 3;
const SESSIONS: u16 = 2;

/// A run as it could be: what happens is drawn, but messages leave before they arrive and answers follow questions.
#[derive(Debug)]
struct Run {
    journal: Journal,
    history: History,
    commands: Vec<TimedCommand>,
}

impl Run {
    fn order(&self) -> Order<'_> {
        Order { journal: &self.journal, history: &self.history, commands: &self.commands, with_heartbeats: false }
    }

    fn of(draws: &[(u8, u16, u16)]) -> Self {
        let mut run = Self { journal: Journal::new(Trace::Full, 1), history: History::default(), commands: Vec::new() };
        let (mut flying, mut open, mut at, mut records) = (Vec::new(), Vec::new(), 0, Vec::new());
        for (index, (what, one, other)) in (0_u64..).zip(draws) {
            at += u64::from(*other % 3);
            let (node, peer) = (NodeId(one % NODES), NodeId(other % NODES));
            let kind = if what % 2 == 0 { MessageKind::Batch } else { MessageKind::Heartbeat };
            let happening = match what % 12 {
                0..=3 => {
                    flying.push((index, node, peer, kind));
                    Happening::Sent { message: index, from: node, to: peer, kind }
                }
                4..=6 if !flying.is_empty() => {
                    let (message, from, to, kind) = flying.swap_remove(usize::from(*other) % flying.len());
                    Happening::Delivered { message, from, to, kind }
                }
                7 if !flying.is_empty() => {
                    let (message, from, to, kind) = flying.swap_remove(usize::from(*other) % flying.len());
                    Happening::Dropped { message, from, to, kind, reason: DropReason::Loss }
                }
                8 => {
                    let command = if what % 24 == 8 {
                        Command::Act { session: SessionId(one % SESSIONS), action: crate::simulation::command::Action::Look }
                    } else {
                        Command::Node { node, fault: NodeCommand::Pause }
                    };
                    run.commands.push(TimedCommand { at_ns: SimTime(at), event: index, command });
                    Happening::Commanded(run.commands.len() as u32 - 1)
                }
                9 => {
                    // A question leaves no entry of its own; a write is accepted at once.
                    let dot = Dot { replica: ReplicaId(u64::from(node.0) + 1), counter: index + 1 };
                    records.push(record(SessionId(one % SESSIONS), node, SimTime(at), what % 24 == 9));
                    open.push((records.len() - 1, dot));
                    at += 1;
                    Happening::Noted(node, std::rc::Rc::new(Note::Accepted(dot)))
                }
                10 if !open.is_empty() => {
                    let (number, dot) = open.swap_remove(usize::from(*other) % open.len());
                    let record: &mut OperationRecord = &mut records[number];
                    let dot = record.write.as_ref().map(|_| dot);
                    let reply = Reply::Written { version: 1, dot, context: VersionVector::new(), token: Token::default() };
                    record.closed = Some((SimTime(at), reply));
                    Happening::Answered(record.session, number as u64)
                }
                _ => Happening::Noted(node, std::rc::Rc::new(Note::CaughtUp(crate::replication::ids::Lsn(1)))),
            };
            run.journal.record(SimTime(at), index, happening);
        }
        run.history = records.into_iter().collect();
        run
    }
}

fn record(session: SessionId, node: NodeId, invoked_at: SimTime, is_write: bool) -> OperationRecord {
    OperationRecord {
        session,
        author: "Ana".into(),
        node,
        key: "page".into(),
        also: Vec::new(),
        write: is_write.then_some(Operation::Put(Value::Number(1))),
        context: VersionVector::new(),
        invoked_at,
        closed: None,
        is_unknown: false,
    }
}

/// Every single step of happens-before, and from there the closure by Warshall's algorithm.
fn closure(order: &Order<'_>) -> (Vec<Entry>, Vec<Vec<bool>>) {
    let entries: Vec<Entry> = order.journal.iter().collect();
    let count = entries.len();
    let mut leads = vec![vec![false; count]; count];
    let steps: Vec<Step<'_>> = entries.iter().map(|entry| order.step(entry)).collect();
    let asked = order.asked();
    for late in 0..count {
        for early in 0..late {
            leads[early][late] = is_edge(&asked, (&entries[early], &steps[early]), (&entries[late], &steps[late]));
        }
    }
    // "The client asked after `early`; the node answered, and `late` is what it did then."
    for (middle, step) in steps.iter().enumerate() {
        let Some(record) = step.answers else { continue };
        for early in 0..middle {
            let is_client = steps[early].process == Some(Process::Session(record.session)) && entries[early].at <= record.invoked_at;
            for late in middle + 1..count {
                leads[early][late] |= is_client && steps[late].process == Some(Process::Node(record.node));
            }
        }
    }
    for middle in 0..count {
        for early in 0..count {
            for late in 0..count {
                leads[early][late] |= leads[early][middle] && leads[middle][late];
            }
        }
    }
    (entries, leads)
}

fn is_edge(asked: &BTreeMap<Dot, &OperationRecord>, early: (&Entry, &Step<'_>), late: (&Entry, &Step<'_>)) -> bool {
    let ((early_entry, early), (_, late)) = (early, late);
    let is_same = early.process.is_some() && early.process == late.process;
    let is_message = early.sends.is_some() && early.sends == late.takes;
    let is_told = early.accepts.is_some_and(|dot| late.answers.is_some_and(|record| dots_of(record).any(|one| one == dot)));
    let is_served =
        late.answers.is_some_and(|record| early.process == Some(Process::Node(record.node)) && early_entry.at < record.invoked_at);
    let is_asked = late
        .accepts
        .and_then(|dot| asked.get(&dot))
        .is_some_and(|record| early.process == Some(Process::Session(record.session)) && early_entry.at <= record.invoked_at);
    is_same || is_message || is_told || is_served || is_asked
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn past_and_future_are_the_transitive_closure(draws in prop::collection::vec((0_u8..48, 0_u16..30, 0_u16..30), 1..60), center in 0_usize..60) {
        let run = Run::of(&draws);
        let order = run.order();
        let (entries, leads) = closure(&order);
        let center = center % entries.len();
        let cone = order.cone(center as u64);
        for (number, entry) in entries.iter().enumerate() {
            let Some(process) = order.step(entry).process else { continue };
            let wanted = if number == center {
                Relation::Same
            } else if leads[number][center] {
                Relation::Before
            } else if leads[center][number] {
                Relation::After
            } else {
                Relation::Concurrent
            };
            prop_assert_eq!(cone.relation(process, number as u64), wanted, "entry {} {:?} of {:?}", number, entry, entries);
        }
        let of_processes = |number: &usize| order.step(&entries[*number]).process.is_some();
        let before = (0..entries.len()).filter(|number| leads[*number][center]).filter(of_processes).count() as u64;
        let after = (0..entries.len()).filter(|number| leads[center][*number]).filter(of_processes).count() as u64;
        prop_assert_eq!((cone.past_count, cone.future_count), (before, after));
    }

    #[test]
    fn a_way_is_a_chain_of_messages_and_the_quickest(draws in prop::collection::vec((0_u8..48, 0_u16..30, 0_u16..30), 1..60), center in 0_usize..60, to in 0..NODES) {
        let run = Run::of(&draws);
        let order = run.order();
        let (entries, _) = closure(&order);
        let center = center % entries.len();
        prop_assume!(matches!(order.step(&entries[center]).process, Some(Process::Node(_))));
        let way = order.way(center as u64, NodeId(to));
        // By node and message alone, as an oracle: who has heard of it, entry by entry.
        let (mut heard, mut carried, mut first) = (BTreeSet::new(), BTreeSet::new(), None);
        for (number, entry) in entries.iter().enumerate().skip(center) {
            let step = order.step(entry);
            let Some(Process::Node(node)) = step.process else { continue };
            if number == center || step.takes.is_some_and(|message| carried.contains(&message)) {
                heard.insert(node);
                if node == NodeId(to) && first.is_none() {
                    first = Some(number as u64);
                }
            }
            if heard.contains(&node) {
                carried.extend(step.sends);
            }
        }
        prop_assert_eq!(way.as_ref().map(|way| way.reached), first);
        for pair in way.iter().flat_map(|way| way.hops.windows(2)) {
            prop_assert!(pair[0].arrived <= pair[1].sent);
        }
        if let Some(way) = &way {
            prop_assert_eq!(way.hops.last().map_or(center as u64, |hop| hop.arrived), way.reached);
            prop_assert!(way.hops.iter().all(|hop| hop.sent < hop.arrived && hop.sent >= center as u64));
        }
    }
}
