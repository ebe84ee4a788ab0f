//! What a run measures: latency, staleness, unavailability, conflicts and lost writes, from what its clients saw.

use crate::checkers::{Verdict, stale_reads};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::time::SimDuration;
use crate::session::Session;
use crate::simulation::history::OperationRecord;
use crate::simulation::journal::Happening;

/// The numbers of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Latency of reads that were answered.
    pub reads: Latencies,
    /// Latency of writes that were acknowledged.
    pub writes: Latencies,
    /// Operations that were refused.
    pub failed_count: u64,
    /// Operations whose outcome the client never learned.
    pub unknown_count: u64,
    /// Reads that returned something older than a write that was complete before they began.
    pub stale_count: u64,
    /// Most newer completed writes that such a read missed.
    pub stale_versions_most: u64,
    /// Longest time since the first of them completed.
    pub stale_most: SimDuration,
    /// Conflicts that replicas found.
    pub conflict_count: u64,
    /// Acknowledged writes that do not show, with nothing ordered after them.
    pub lost_count: u64,
    /// Longest time without any acknowledged write, while one was asked for.
    pub write_gap_most: SimDuration,
    /// Share of the time that each node worked, in thousandths.
    pub busy_thousandths: Vec<u64>,
}

/// Latencies of one kind of operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean: SimDuration,
    /// The median.
    pub p50: SimDuration,
    /// One in a hundred is longer.
    pub p99: SimDuration,
    /// The longest.
    pub most: SimDuration,
}

impl Latencies {
    fn of(mut lengths: Vec<u64>) -> Self {
        lengths.sort_unstable();
        let at = |percent: usize| {
            SimDuration(lengths.get((lengths.len() * percent / 100).min(lengths.len().saturating_sub(1))).copied().unwrap_or(0))
        };
        let mean = lengths.iter().sum::<u64>().checked_div(lengths.len() as u64).unwrap_or(0);
        Self { count: lengths.len() as u64, mean: SimDuration(mean), p50: at(50), p99: at(99), most: at(100) }
    }
}

impl Metrics {
    /// Measures a run.
    #[must_use]
    pub fn of(session: &Session, verdicts: &[Verdict]) -> Self {
        let mut metrics = Self { busy_thousandths: busy(session), ..Self::default() };
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for operation in session.history().iter() {
            match &operation.closed {
                Some((_, Reply::Refused(_))) => metrics.failed_count += 1,
                Some((at, _)) => {
                    let lengths = if operation.write.is_some() { &mut writes } else { &mut reads };
                    lengths.push(at.since(operation.invoked_at).0);
                }
                None => metrics.unknown_count += u64::from(operation.is_unknown),
            }
        }
        (metrics.reads, metrics.writes) = (Latencies::of(reads), Latencies::of(writes));
        metrics.add_staleness(session);
        metrics.conflict_count = conflicts(session);
        metrics.write_gap_most = write_gap(session);
        let lost = verdicts.iter().find(|verdict| verdict.guarantee == "no-lost-writes");
        metrics.lost_count = lost.map_or(0, |verdict| u64::from(verdict.violation_count));
        metrics
    }

    fn add_staleness(&mut self, session: &Session) {
        for stale in stale_reads(session.history()) {
            self.stale_count += 1;
            self.stale_versions_most = self.stale_versions_most.max(stale.missed.len() as u64);
            self.stale_most = self.stale_most.max(stale.age);
        }
    }

    /// The numbers by name, as lists and tables show them; times in milliseconds.
    #[must_use]
    pub fn rows(&self) -> Vec<(&'static str, f64)> {
        let ms = |duration: SimDuration| duration.0 as f64 / 1e6;
        let mut rows = vec![
            ("reads", self.reads.count as f64),
            ("read_ms_mean", ms(self.reads.mean)),
            ("read_ms_p99", ms(self.reads.p99)),
            ("writes", self.writes.count as f64),
            ("write_ms_mean", ms(self.writes.mean)),
            ("write_ms_p99", ms(self.writes.p99)),
            ("failed", self.failed_count as f64),
            ("unknown", self.unknown_count as f64),
            ("stale_reads", self.stale_count as f64),
            ("stale_versions_most", self.stale_versions_most as f64),
            ("stale_ms_most", ms(self.stale_most)),
            ("conflicts", self.conflict_count as f64),
            ("lost_writes", self.lost_count as f64),
            ("write_gap_ms_most", ms(self.write_gap_most)),
        ];
        let busiest = self.busy_thousandths.iter().max().copied().unwrap_or(0);
        rows.push(("busiest_node_percent", busiest as f64 / 10.0));
        rows
    }
}

fn conflicts(session: &Session) -> u64 {
    let journal = session.journal();
    let found = journal.iter_from(journal.dropped_count()).filter_map(|entry| match &entry.happening {
        Happening::Noted(_, note) => match &**note {
            Note::Conflict { here, arrived, .. } => Some((*here.min(arrived), *here.max(arrived))),
            _ => None,
        },
        _ => None,
    });
    // Every replica finds the same conflict: counted once.
    found.collect::<std::collections::BTreeSet<_>>().len() as u64
}

/// The longest time during which writes were waited for and none was acknowledged.
fn write_gap(session: &Session) -> SimDuration {
    let writes = || session.history().iter().filter(|operation| operation.write.is_some());
    let acknowledged = |operation: &OperationRecord| match &operation.closed {
        Some((at, Reply::Written { .. })) => Some(*at),
        _ => None,
    };
    let mut ends: Vec<_> = writes().filter_map(acknowledged).collect();
    ends.sort_unstable();
    let gap = |operation: &OperationRecord| {
        let next = ends.partition_point(|end| *end < operation.invoked_at);
        ends.get(next).map_or(session.now(), |end| *end).since(operation.invoked_at)
    };
    writes().map(gap).max().unwrap_or_default()
}

fn busy(session: &Session) -> Vec<u64> {
    let run = session.now().0.max(1);
    let share = |busy: SimDuration| (u128::from(busy.0) * 1_000 / u128::from(run)) as u64;
    let mut nodes: Vec<(NodeId, u64)> = session.snapshot().nodes.iter().map(|node| (node.node, share(node.busy))).collect();
    nodes.sort_unstable();
    nodes.into_iter().map(|(_, share)| share).collect()
}
