//! What comes before what: a graph over writes and initial states. An edge says "not after"; between two different
//! writes of one key that is "before", so that a cycle through two of them is a contradiction (strongly connected
//! components after Tarjan, "Depth-first search and linear graph algorithms", 1972).
//!
//! Besides writes there are *marks*: a mark of a chain stands after all that the chain has passed, which keeps the number of
//! edges linear.

use super::facts::{Facts, WriteFact};
use std::collections::{BTreeMap, VecDeque};

/// A write, an initial state or a mark.
pub(in super::super) type NodeId = u32;

/// No operation.
const NOBODY: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
struct Edge {
    to: NodeId,
    /// The operation that demands it.
    because: usize,
}

/// The graph. Nodes below `states` are writes and initial states.
#[derive(Clone, Debug)]
pub(in super::super) struct Order {
    edges: Vec<Vec<Edge>>,
    states: usize,
}

impl Order {
    /// What real time and known versions demand, key by key.
    ///
    /// A write that completed before another was invoked is before it. Where both have versions, those decide instead.
    pub(in super::super) fn of_writes(facts: &Facts) -> Self {
        let mut order = Self { edges: vec![Vec::new(); facts.state_count()], states: facts.state_count() };
        let mut of_key: BTreeMap<u32, Vec<NodeId>> = BTreeMap::new();
        for (write, node) in facts.writes.iter().zip(0..) {
            of_key.entry(write.key).or_default().push(node);
            order.add(facts.initial(write.key), node, NOBODY);
        }
        for nodes in of_key.values() {
            let has_version = |node: &NodeId| facts.writes[*node as usize].version.is_some();
            let (known, unknown): (Vec<NodeId>, Vec<NodeId>) = nodes.iter().partition(|node| has_version(node));
            order.add_versions(facts, known.clone());
            order.add_real_time(facts, &unknown, nodes);
            order.add_real_time(facts, &known, &unknown);
        }
        order
    }

    pub(in super::super) fn add(&mut self, from: NodeId, to: NodeId, because: usize) {
        if from != to {
            self.edges[from as usize].push(Edge { to, because });
        }
    }

    pub(in super::super) fn mark(&mut self) -> NodeId {
        self.edges.push(Vec::new());
        self.edges.len() as NodeId - 1
    }

    pub(in super::super) fn node_count(&self) -> usize {
        self.edges.len()
    }

    pub(in super::super) fn successors(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.edges[node as usize].iter().map(|edge| edge.to)
    }

    /// Equal versions of different writes say nothing about the two.
    fn add_versions(&mut self, facts: &Facts, mut nodes: Vec<NodeId>) {
        nodes.sort_unstable_by_key(|node| (facts.writes[*node as usize].version, *node));
        let mut passed = None;
        for equals in nodes.chunk_by(|a, b| facts.writes[*a as usize].version == facts.writes[*b as usize].version) {
            let mark = self.mark();
            for node in equals {
                if let Some(passed) = passed {
                    self.add(passed, *node, NOBODY);
                }
                self.add(*node, mark, NOBODY);
            }
            passed = Some(mark);
        }
    }

    fn add_real_time(&mut self, facts: &Facts, before: &[NodeId], after: &[NodeId]) {
        let write = |node: NodeId| -> &WriteFact { &facts.writes[node as usize] };
        let ended = before.iter().filter_map(|node| write(*node).closed.map(|closed| Passed { closed, node: *node, operation: NOBODY }));
        let chain = Chain::new(self, ended.collect());
        for node in after {
            chain.before(write(*node).invoked).into_iter().for_each(|mark| self.add(mark, *node, NOBODY));
        }
    }

    /// Operations of a small contradiction, if there is one.
    pub(in super::super) fn contradiction(&self, facts: &Facts) -> Option<Vec<usize>> {
        let components = self.components();
        let mut states_of: BTreeMap<u32, Vec<NodeId>> = BTreeMap::new();
        for (component, node) in components.iter().take(self.states).zip(0..) {
            states_of.entry(*component).or_default().push(node);
        }
        let states = states_of.values().find(|states| states.len() > 1)?;
        let cycles = states.iter().take(MAX_STARTS).filter_map(|start| self.cycle(*start, &components, facts));
        cycles.min_by_key(Vec::len)
    }

    /// From a state to another one and back, by the nearest way.
    fn cycle(&self, start: NodeId, components: &[u32], facts: &Facts) -> Option<Vec<usize>> {
        let (there, mut operations) = self.path(start, components, |node| node != start && (node as usize) < self.states)?;
        operations.extend(self.path(there, components, |node| node == start)?.1);
        operations.extend([start, there].iter().filter_map(|node| facts.writes.get(*node as usize)).map(|write| write.operation));
        operations.sort_unstable();
        operations.dedup();
        Some(operations)
    }

    /// The nearest node wanted and the operations on the way there.
    fn path(&self, start: NodeId, components: &[u32], is_wanted: impl Fn(NodeId) -> bool) -> Option<(NodeId, Vec<usize>)> {
        let mut came_from: BTreeMap<NodeId, (NodeId, usize)> = BTreeMap::new();
        let mut waiting = VecDeque::from([start]);
        while let Some(node) = waiting.pop_front() {
            for edge in &self.edges[node as usize] {
                let is_inside = components[edge.to as usize] == components[start as usize];
                if !is_inside || came_from.contains_key(&edge.to) {
                    continue;
                }
                came_from.insert(edge.to, (node, edge.because));
                if is_wanted(edge.to) {
                    return Some((edge.to, walked(&came_from, start, edge.to)));
                }
                waiting.push_back(edge.to);
            }
        }
        None
    }

    /// The component of each node.
    fn components(&self) -> Vec<u32> {
        let mut tarjan = Tarjan::new(self.edges.len());
        for node in 0..self.edges.len() {
            tarjan.visit(node, &self.edges);
        }
        tarjan.component
    }
}

/// States of one contradiction that a smallest cycle is looked for from.
const MAX_STARTS: usize = 32;

fn walked(came_from: &BTreeMap<NodeId, (NodeId, usize)>, start: NodeId, end: NodeId) -> Vec<usize> {
    let mut operations = Vec::new();
    let mut node = end;
    while let Some((before, because)) = came_from.get(&node) {
        operations.extend(Some(*because).filter(|operation| *operation != NOBODY));
        node = *before;
        if node == start {
            break;
        }
    }
    operations
}

/// Something that was complete at a line.
pub(in super::super) struct Passed {
    pub(in super::super) closed: u32,
    pub(in super::super) node: NodeId,
    pub(in super::super) operation: usize,
}

/// One of the things passed, with the mark after all up to it.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Link {
    closed: u32,
    pub(in super::super) node: NodeId,
    pub(in super::super) operation: usize,
    pub(in super::super) mark: NodeId,
}

/// Marks along a line of time.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Chain {
    links: Vec<Link>,
}

impl Chain {
    pub(in super::super) fn new(order: &mut Order, mut passed: Vec<Passed>) -> Self {
        passed.sort_by_key(|passed| passed.closed);
        let mut links: Vec<Link> = Vec::new();
        for Passed { closed, node, operation } in passed {
            let mark = order.mark();
            if let Some(last) = links.last() {
                order.add(last.mark, mark, NOBODY);
            }
            order.add(node, mark, operation);
            links.push(Link { closed, node, operation, mark });
        }
        Self { links }
    }

    /// All that was complete before this line.
    pub(in super::super) fn until(&self, line: u32) -> &[Link] {
        &self.links[..self.links.partition_point(|link| link.closed < line)]
    }

    /// The mark after all that was complete before this line.
    pub(in super::super) fn before(&self, line: u32) -> Option<NodeId> {
        self.until(line).last().map(|link| link.mark)
    }
}

/// Tarjan's algorithm without recursion.
struct Tarjan {
    /// Order of discovery, from 1; 0: not yet.
    index: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    stack: Vec<usize>,
    count: u32,
}

/// Of a node whose component is not known yet.
const OPEN: u32 = u32::MAX;

impl Tarjan {
    fn new(size: usize) -> Self {
        Self { index: vec![0; size], low: vec![0; size], component: vec![OPEN; size], stack: Vec::new(), count: 0 }
    }

    fn visit(&mut self, root: usize, edges: &[Vec<Edge>]) {
        if self.index[root] != 0 {
            return;
        }
        let mut calls = vec![(root, 0)];
        self.discover(root);
        while let Some((node, next)) = calls.last_mut() {
            let node = *node;
            let Some(edge) = edges[node].get(*next) else {
                calls.pop();
                self.leave(node, calls.last().map(|(parent, _)| *parent));
                continue;
            };
            *next += 1;
            let to = edge.to as usize;
            if self.index[to] == 0 {
                self.discover(to);
                calls.push((to, 0));
            } else if self.component[to] == OPEN {
                self.low[node] = self.low[node].min(self.index[to]);
            }
        }
    }

    fn discover(&mut self, node: usize) {
        self.count += 1;
        self.index[node] = self.count;
        self.low[node] = self.count;
        self.stack.push(node);
    }

    fn leave(&mut self, node: usize, parent: Option<usize>) {
        if self.low[node] == self.index[node] {
            while let Some(member) = self.stack.pop() {
                self.component[member] = node as u32;
                if member == node {
                    break;
                }
            }
        }
        if let Some(parent) = parent {
            self.low[parent] = self.low[parent].min(self.low[node]);
        }
    }
}
