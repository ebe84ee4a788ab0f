//! Siblings: versions of one key that did not see each other, with dotted version vectors (Preguiça et al., "Dotted
//! Version Vectors: Logical Clocks for Optimistic Replication", 2010; the compact set of 2012), or, to show what goes
//! wrong, with one plain version vector for all of them.
//!
//! Each version has the dot that its replica gave it. `seen` is what the whole set has seen: a version that one side
//! lacks although its `seen` covers the dot was overwritten there. This holds because replicas send whole sets only,
//! so that a vector never covers a version that its set neither holds nor has dropped.

use super::cell::{Standing, Write};
use crate::replication::causality::{Causality, Dot, VersionVector};

/// The versions of one key that did not see each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Siblings {
    seen: VersionVector,
    /// In the order of dots.
    writes: Vec<Write>,
    is_plain: bool,
}

impl Siblings {
    /// No version yet; `is_plain` without dots.
    #[must_use]
    pub const fn new(is_plain: bool) -> Self {
        Self { seen: VersionVector::new(), writes: Vec::new(), is_plain }
    }

    /// The versions, in the order of dots.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// What the whole set has seen.
    #[must_use]
    pub const fn seen(&self) -> &VersionVector {
        &self.seen
    }

    /// A replica takes a client's write: versions that the client had seen go.
    #[must_use]
    pub fn updated(&self, write: Write) -> Self {
        // A plain vector stands for all versions together: either the client had seen all of it, or nothing goes.
        let had_seen_all = write.context.covers_all(&self.seen);
        let goes = |held: &Write| if self.is_plain { had_seen_all } else { write.context.covers(held.dot) };
        let mut next = self.clone();
        next.writes.retain(|held| !goes(held));
        next.seen.merge(&write.context);
        next.seen.observe(write.dot);
        next.insert(write);
        next
    }

    /// What two replicas know together.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        if self.is_plain {
            return self.merged_plainly(other);
        }
        let mut next = Self { seen: self.seen.clone(), writes: Vec::new(), is_plain: false };
        next.seen.merge(&other.seen);
        for (mine, theirs) in [(self, other), (other, self)] {
            for write in &mine.writes {
                if !theirs.seen.covers(write.dot) || theirs.holds(write.dot) {
                    next.insert(write.clone());
                }
            }
        }
        next
    }

    /// By comparing whole vectors: the dominated side goes, else all versions stay.
    fn merged_plainly(&self, other: &Self) -> Self {
        match self.seen.compare(&other.seen) {
            Causality::After => self.clone(),
            Causality::Before => other.clone(),
            Causality::Equal | Causality::Concurrent => {
                let mut next = self.clone();
                next.seen.merge(&other.seen);
                other.writes.iter().for_each(|write| next.insert(write.clone()));
                next
            }
        }
    }

    /// How `new` stands to this set, which is held.
    #[must_use]
    pub fn standing(&self, new: &Self) -> Standing {
        let merged = self.merged(new);
        match (merged.is_same(self), merged.is_same(new)) {
            (true, true) => Standing::Same,
            (true, false) => Standing::Older,
            (false, true) => Standing::Newer,
            (false, false) => Standing::Apart,
        }
    }

    /// What a client has seen after its write `dot`, made with `context`. Its own write is left out where a vector could
    /// not name it without also naming a version of the same replica that the client did not see.
    #[must_use]
    pub fn context_after(&self, dot: Dot, mut context: VersionVector) -> VersionVector {
        let is_unseen = |other: Dot| other != dot && other.replica == dot.replica && other.counter < dot.counter && !context.covers(other);
        let is_alone = if self.is_plain { self.writes.len() == 1 } else { !self.writes.iter().any(|write| is_unseen(write.dot)) };
        if is_alone {
            context.observe(dot);
        }
        context
    }

    /// The same without deletions (where tombstones are switched off).
    #[must_use]
    pub fn without_tombstones(&self) -> Self {
        let mut next = self.clone();
        next.writes.retain(|write| write.value.is_some());
        next
    }

    fn is_same(&self, other: &Self) -> bool {
        let dots = |set: &Self| set.writes.iter().map(|write| write.dot).collect::<Vec<_>>();
        self.seen == other.seen && dots(self) == dots(other)
    }

    fn holds(&self, dot: Dot) -> bool {
        self.writes.binary_search_by_key(&dot, |write| write.dot).is_ok()
    }

    fn insert(&mut self, write: Write) {
        if let Err(index) = self.writes.binary_search_by_key(&write.dot, |held| held.dot) {
            self.writes.insert(index, write);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::replication::delta::Value;
    use crate::replication::ids::ReplicaId;
    use crate::replication::time::LocalTime;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn write(replica: u64, counter: u64, context: VersionVector) -> Write {
        let dot = Dot { replica: ReplicaId(replica), counter };
        Write { dot, value: Some(Value::Number(counter as i64)), author: "Ada".into(), context, at: LocalTime(0) }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put { server: usize, client: usize },
        Get { server: usize, client: usize },
        Sync { from: usize, to: usize },
    }

    /// The model: a version is a write with all the writes before it.
    type Model = BTreeMap<u32, BTreeSet<u32>>;

    fn drop_seen(model: &mut Model) {
        let copy = model.clone();
        model.retain(|write, _| !copy.iter().any(|(other, history)| other != write && history.contains(write)));
    }

    const SERVERS: usize = 3;
    const CLIENTS: usize = 3;

    struct World {
        servers: Vec<Siblings>,
        models: Vec<Model>,
        /// What each client read last: a context, and a set of writes.
        read: Vec<(VersionVector, BTreeSet<u32>)>,
        counts: [u64; SERVERS],
        dots: Vec<Dot>,
    }

    impl World {
        fn new(is_plain: bool) -> Self {
            Self {
                servers: vec![Siblings::new(is_plain); SERVERS],
                models: vec![Model::new(); SERVERS],
                read: vec![(VersionVector::new(), BTreeSet::new()); CLIENTS],
                counts: [0; SERVERS],
                dots: Vec::new(),
            }
        }

        fn step(&mut self, step: &Step) {
            match *step {
                Step::Put { server, client } => {
                    self.counts[server] += 1;
                    let (context, seen) = self.read[client].clone();
                    let new = write(server as u64, self.counts[server], context);
                    let name = self.dots.len() as u32;
                    self.dots.push(new.dot);
                    self.servers[server] = self.servers[server].updated(new);
                    self.models[server].insert(name, seen);
                    drop_seen(&mut self.models[server]);
                }
                Step::Get { server, client } => {
                    let model = &self.models[server];
                    let seen = model.iter().flat_map(|(write, history)| history.iter().copied().chain([*write])).collect();
                    self.read[client] = (self.servers[server].seen().clone(), seen);
                }
                Step::Sync { from, to } => {
                    self.servers[to] = self.servers[to].merged(&self.servers[from]);
                    let more = self.models[from].clone();
                    self.models[to].extend(more);
                    drop_seen(&mut self.models[to]);
                }
            }
        }

        fn differs(&self) -> Option<usize> {
            (0..SERVERS).find(|server| {
                let expected: BTreeSet<Dot> = self.models[*server].keys().map(|name| self.dots[*name as usize]).collect();
                self.servers[*server].writes().iter().map(|write| write.dot).collect::<BTreeSet<_>>() != expected
            })
        }
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = (0..3u8, 0..SERVERS, 0..CLIENTS, 0..SERVERS).prop_map(|(kind, server, client, to)| match kind {
            0 => Step::Put { server, client },
            1 => Step::Get { server, client },
            _ => Step::Sync { from: server, to },
        });
        proptest::collection::vec(step, 1..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn dotted_sets_are_exactly_the_maximal_causal_histories(steps in steps()) {
            let mut world = World::new(false);
            for step in &steps {
                world.step(step);
                prop_assert_eq!(world.differs(), None, "after {:?} of {:?}", step, &steps);
            }
        }

        #[test]
        fn merging_is_idempotent_commutative_and_associative(steps in steps()) {
            let mut world = World::new(false);
            steps.iter().for_each(|step| world.step(step));
            let [a, b, c] = [&world.servers[0], &world.servers[1], &world.servers[2]];
            prop_assert!(a.merged(a).is_same(a));
            prop_assert!(a.merged(b).is_same(&b.merged(a)));
            prop_assert!(a.merged(b).merged(c).is_same(&a.merged(&b.merged(c))));
        }
    }

    #[test]
    fn plain_vectors_keep_what_was_seen_and_dotted_ones_do_not() {
        // Each client in turn writes twice, and the other one reads in between. What had not seen each other at the end:
        // both last writes of the one, and the second of the other before.
        let rounds = |is_plain| {
            let mut world = World::new(is_plain);
            for round in 0..10 {
                world.step(&Step::Put { server: 0, client: round % 2 });
                world.step(&Step::Get { server: 0, client: (round + 1) % 2 });
                world.step(&Step::Put { server: 0, client: round % 2 });
            }
            world.servers[0].writes().len()
        };
        assert_eq!(rounds(false), 3);
        assert!(rounds(true) > 5, "an explosion, not {}", rounds(true));
    }

    #[test]
    fn a_context_never_names_a_version_that_its_client_did_not_see() {
        let first = Siblings::new(false).updated(write(1, 1, VersionVector::new()));
        let both = first.updated(write(1, 2, VersionVector::new()));
        let dot = |counter| Dot { replica: ReplicaId(1), counter };
        assert!(first.context_after(dot(1), VersionVector::new()).covers(dot(1)));
        assert!(!both.context_after(dot(2), VersionVector::new()).covers(dot(1)), "the first is a sibling that nobody saw");
    }
}
