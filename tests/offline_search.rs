//! Every sequence of whole steps of three local leaders and one cart line, up to a depth: a write; a sync of two; a sync that
//! is cut, or in which the receiver dies, between any two messages. States that differ only in which replica is which, or
//! in names that nothing depends on, count once.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use replicascope::offline::leader::{Act, Kind, LocalLeader, Now, Options, PeerId};
use replicascope::offline::memory::MemoryStorage;
use replicascope::replication::causality::Dot;
use replicascope::replication::delta::{Author, Delta, Item, Key, LineChange, Mode, Operation};
use replicascope::replication::modes;
use replicascope::replication::protocol::Reply;
use replicascope::replication::rules::Rules;
use replicascope::replication::time::{LocalTime, SimTime};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

const REPLICAS: usize = 3;
/// Steps after the beginning.
const DEPTH: usize = 5;
const ORDERS: [[usize; REPLICAS]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[derive(Clone)]
struct Replica {
    leader: LocalLeader,
    storage: MemoryStorage,
    start_count: u64,
}

/// What one write is called, whoever drew which id: its replica, and the how-manieth of that replica it is.
type Name = (usize, usize);

#[derive(Clone)]
struct State {
    replicas: Vec<Replica>,
    names: BTreeMap<Dot, Name>,
    rules: Rules,
    step_count: u64,
}

/// One whole step.
#[derive(Clone, Copy, Debug)]
enum Step {
    Write(usize, Change),
    Sync(usize, usize, End),
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Add,
    Set,
    Remove,
}

/// How a sync ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Done,
    /// Cut after so many messages.
    Cut(usize),
    /// The second replica dies after so many messages, and comes back.
    Death(usize),
}

fn key() -> Key {
    Key::from("cart")
}

impl State {
    fn new(rules: Rules) -> Self {
        let mut state = Self { replicas: Vec::new(), names: BTreeMap::new(), rules, step_count: 1 };
        for index in 0..REPLICAS {
            let storage = MemoryStorage::default();
            let leader = state.open(index, &storage, 0);
            state.replicas.push(Replica { leader, storage, start_count: 0 });
            state.drain(index, &mut VecDeque::new());
        }
        state
    }

    /// One clock for all, so that later steps have later stamps.
    fn now(&self) -> Now {
        Now { steady: SimTime::from_ms(self.step_count), wall: LocalTime(self.step_count as i64 * 1_000_000) }
    }

    fn open(&self, index: usize, storage: &MemoryStorage, start_count: u64) -> LocalLeader {
        let mut options = Options::new(Kind::Device);
        options.rules = self.rules;
        LocalLeader::open(&options, storage.rows(), self.now(), (index as u64) << 32 | start_count << 8 | 1).unwrap()
    }

    /// Takes what a replica wants done; what it sends goes to the end of `flying`.
    fn drain(&mut self, index: usize, flying: &mut VecDeque<(usize, Vec<u8>)>) -> Option<Dot> {
        let mut written = None;
        let replica = &mut self.replicas[index];
        while let Some(act) = replica.leader.poll() {
            match act {
                Act::Commit(commit) => {
                    replica.storage.apply(&commit);
                    replica.leader.committed();
                }
                Act::Send(_, bytes) => flying.push_back((index, bytes)),
                Act::Answer(_, Reply::Written { dot, .. }) => written = dot,
                Act::Answer(..) | Act::Tell(_) => {}
            }
        }
        written
    }

    fn write(&mut self, index: usize, change: Change) {
        let change = match change {
            Change::Add => LineChange::Add(1),
            Change::Set => LineChange::Set(2, Vec::new()),
            Change::Remove => LineChange::Remove(Vec::new()),
        };
        let now = self.now();
        let leader = &mut self.replicas[index].leader;
        let context = leader.context(&key());
        leader.write(now, key(), Operation::Cart(Item::from("milk"), change), context, Author::from("somebody"));
        if let Some(dot) = self.drain(index, &mut VecDeque::new()) {
            let ordinal = self.names.values().filter(|(replica, _)| *replica == index).count();
            self.names.insert(dot, (index, ordinal));
        }
    }

    /// Joins two replicas until `end`. Returns how many messages were delivered.
    fn sync(&mut self, a: usize, b: usize, end: End) -> usize {
        let (now, mut flying) = (self.now(), VecDeque::new());
        let mut peers = [PeerId::default(); REPLICAS];
        for index in [a, b] {
            peers[index] = self.replicas[index].leader.connect(now).unwrap();
            self.drain(index, &mut flying);
        }
        let most = match end {
            End::Done => usize::MAX,
            End::Cut(count) | End::Death(count) => count,
        };
        let mut delivered = 0;
        while delivered < most {
            let Some((from, bytes)) = flying.pop_front() else { break };
            let to = if from == a { b } else { a };
            // A mutant's frames may be refused; honest ones never are, which the checks below would notice.
            let _refused = self.replicas[to].leader.receive(now, peers[to], &bytes);
            self.drain(to, &mut flying);
            delivered += 1;
        }
        if let End::Death(_) = end {
            self.restart(b);
        }
        for index in [a, b] {
            self.replicas[index].leader.disconnect(now, peers[index]);
            self.drain(index, &mut VecDeque::new());
        }
        delivered
    }

    fn restart(&mut self, index: usize) {
        let start_count = self.replicas[index].start_count + 1;
        let storage = self.replicas[index].storage.clone();
        let leader = self.open(index, &storage, start_count);
        self.replicas[index] = Replica { leader, storage, start_count };
        self.drain(index, &mut VecDeque::new());
    }

    fn apply(&self, step: Step) -> Self {
        let mut next = self.clone();
        next.step_count += 1;
        match step {
            Step::Write(index, change) => next.write(index, change),
            Step::Sync(a, b, end) => drop(next.sync(a, b, end)),
        }
        next
    }

    /// Every step that can follow.
    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for index in 0..REPLICAS {
            steps.extend([Change::Add, Change::Set, Change::Remove].map(|change| Step::Write(index, change)));
        }
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            let count = self.clone().sync(a, b, End::Done);
            steps.push(Step::Sync(a, b, End::Done));
            for after in 1..count {
                steps.extend([Step::Sync(a, b, End::Cut(after)), Step::Sync(a, b, End::Death(after)), Step::Sync(b, a, End::Death(after))]);
            }
        }
        steps
    }

    fn deltas(&self, index: usize) -> &[Arc<Delta>] {
        self.replicas[index].leader.node().deltas().arrived_from(0)
    }

    fn known(&self, index: usize) -> BTreeSet<Name> {
        self.deltas(index).iter().filter_map(|delta| self.names.get(&delta.dot).copied()).collect()
    }

    /// What the future depends on, the same for states that differ only in which replica is which.
    fn canonical(&self) -> String {
        ORDERS.iter().map(|order| self.described(order)).min().unwrap()
    }

    fn described(&self, order: &[usize; REPLICAS]) -> String {
        let renamed = |(replica, ordinal): Name| (order[replica], ordinal);
        let mut writes: BTreeMap<Dot, &Arc<Delta>> = BTreeMap::new();
        let mut replicas = vec![String::new(); REPLICAS];
        for index in 0..REPLICAS {
            writes.extend(self.deltas(index).iter().map(|delta| (delta.dot, delta)));
            let known: BTreeSet<Name> = self.known(index).into_iter().map(renamed).collect();
            let has_id = self.replicas[index].leader.replica_id().is_some();
            replicas[order[index]] = format!("{known:?}{has_id}");
        }
        // By stamp, so that only the order of the stamps counts.
        let mut told: Vec<&Arc<Delta>> = writes.into_values().collect();
        told.sort_by_key(|delta| delta.rank());
        let seen = |delta: &Delta| -> BTreeSet<Name> {
            self.names.iter().filter(|(dot, _)| delta.context.covers(**dot)).map(|(_, name)| renamed(*name)).collect()
        };
        let kind = |delta: &Delta| match &delta.operation {
            Operation::Cart(_, LineChange::Add(_)) => 'a',
            Operation::Cart(_, LineChange::Set(..)) => 's',
            _ => 'r',
        };
        let told: Vec<String> = told
            .iter()
            .map(|delta| format!("{:?}{}{:?}", self.names.get(&delta.dot).copied().map(renamed), kind(delta), seen(delta)))
            .collect();
        format!("{replicas:?}{told:?}")
    }

    /// What must be true of every state.
    fn check(&self) -> Result<(), String> {
        for index in 0..REPLICAS {
            let view = self.replicas[index].leader.view();
            if let Some(alarm) = view.alarm {
                return Err(format!("replica {index}: {alarm:?}"));
            }
            let known: BTreeSet<Dot> = self.deltas(index).iter().map(|delta| delta.dot).collect();
            let has_hole = |delta: &Arc<Delta>| self.names.keys().any(|dot| delta.context.covers(*dot) && !known.contains(dot));
            if self.deltas(index).iter().any(has_hole) {
                return Err(format!("replica {index} holds an effect without its cause"));
            }
            let own = self.names.iter().filter(|(_, (replica, _))| *replica == index);
            if let Some((dot, _)) = own.into_iter().find(|(dot, _)| !known.contains(dot)) {
                return Err(format!("replica {index} acknowledged {dot} and does not hold it"));
            }
        }
        self.agree()
    }

    /// Replicas that know the same decide the same, in every mode.
    fn agree(&self) -> Result<(), String> {
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            if self.known(a) != self.known(b) {
                continue;
            }
            for mode in Mode::ALL {
                let decided = |index: usize| modes::decide(mode, self.deltas(index));
                if decided(a) != decided(b) {
                    return Err(format!("{a} and {b} know the same and differ under {mode:?}"));
                }
            }
        }
        Ok(())
    }

    /// Once all have met, all hold everything.
    fn converge(&self) -> Result<(), String> {
        let mut end = self.clone();
        for (a, b) in [(0, 1), (1, 2), (0, 1)] {
            end.sync(a, b, End::Done);
        }
        end.check()?;
        let all: BTreeSet<Name> = self.names.values().copied().collect();
        let lacking = (0..REPLICAS).find(|index| end.known(*index) != all);
        lacking.map_or(Ok(()), |index| {
            Err(format!("after meeting all, replica {index} lacks {:?}", all.difference(&end.known(index)).collect::<Vec<_>>()))
        })
    }
}

/// Visits every state up to `depth`; the path to the first bad one, and what is wrong there.
fn search(rules: Rules, depth: usize) -> Result<usize, (Vec<Step>, String)> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut frontier: Vec<(State, Vec<Step>)> = vec![(State::new(rules), Vec::new())];
    for _ in 0..depth {
        let mut next = Vec::new();
        for (state, path) in &frontier {
            for step in state.steps() {
                let reached = state.apply(step);
                if !seen.insert(reached.canonical()) {
                    continue;
                }
                let path: Vec<Step> = path.iter().copied().chain([step]).collect();
                if let Err(problem) = reached.check().and_then(|()| reached.converge()) {
                    return Err((path, problem));
                }
                next.push((reached, path));
            }
        }
        frontier = next;
    }
    Ok(seen.len())
}

#[test]
fn every_sequence_of_steps_converges_and_loses_nothing() {
    match search(Rules::default(), DEPTH) {
        Ok(count) => {
            println!("{count} states within {DEPTH} steps");
            assert!(count > 3_000, "the search has become shallow: {count} states");
        }
        Err((path, problem)) => panic!("{path:?}: {problem}"),
    }
}

#[test]
fn the_search_finds_what_a_missing_rule_breaks() {
    for (name, rules) in
        [("R1", Rules { detect_by_vector: false, ..Rules::default() }), ("R7", Rules { removes_consume_dot: false, ..Rules::default() })]
    {
        let Err((path, problem)) = search(rules, 4) else { panic!("without {name} nothing was found") };
        println!("without {name}: {path:?}: {problem}");
    }
}
