//! What the strategy can be set to, with the names that real systems give it.

use super::nodes::NodeSet;
use super::ring::Ring;
use crate::replication::protocol::{Plan, Promises};
use crate::replication::setting::{Dials, Kind, Misfit, Setting, Unit};
use crate::replication::time::SimDuration;

const ALL_OR_QUORUM: &[&str] = &["all", "quorum"];

/// Copies of each key.
pub static REPLICA_COUNT: Setting = Setting::count(
    "replica_count",
    "n",
    "Replicas of each key: this many nodes of the ring after the key's hash; 0: all. Riak n_val, Cassandra replication_factor.",
    (0, 63),
    0,
);
/// Acknowledgements that a write waits for.
pub static WRITE_QUORUM: Setting =
    Setting::count("write_quorum", "w", "Acknowledgements that a write waits for. Riak w, Cassandra ONE, QUORUM, ALL.", (1, 64), 2);
/// Answers that a read waits for.
pub static READ_QUORUM: Setting =
    Setting::count("read_quorum", "r", "Answers that a read waits for. Riak r, Cassandra ONE, QUORUM, ALL.", (1, 64), 2);
/// Whom a read asks.
pub static READ_FAN_OUT: Setting = Setting::choice(
    "read_fan_out",
    "Reads ask",
    "Whether a read asks all replicas (Dynamo) or just enough of them (Cassandra).",
    ALL_OR_QUORUM,
);
/// Whom a write is sent to.
pub static WRITE_FAN_OUT: Setting = Setting::choice(
    "write_fan_out",
    "Writes go to",
    "Whether a write is sent to all replicas, as real systems do, or to just enough of them.",
    ALL_OR_QUORUM,
);
/// Which replicas are just enough.
pub static QUORUM_CHOICE: Setting = Setting::choice(
    "quorum_choice",
    "Just enough are",
    "Whether just enough replicas are drawn for each request, or always the first of the ring, the own one before all.",
    &["random", "fixed"],
);
/// The second phase of a read.
pub static WRITE_BACK: Setting = Setting::flag(
    "write_back",
    "Reads write back",
    "A read stores what it returns at a write quorum before it answers (Attiya, Bar-Noy, Dolev 1995).",
    false,
);
/// Where versions come from.
pub static VERSION_FROM: Setting = Setting::choice(
    "version_from",
    "Versions from",
    "The coordinator's clock (Cassandra), or one more than the highest of a read quorum (the register of Attiya, Bar-Noy and Dolev).",
    &["clock", "quorum"],
);
/// Whether a version from a quorum is given once, crashes or not.
pub static LASTING_VERSIONS: Setting = Setting::flag(
    "lasting_versions",
    "Versions outlive crashes",
    "A version from a quorum also says at which start its coordinator gave it; without, one that crashed may give it to another write.",
    true,
);
/// How fine the clock of versions is.
pub static CLOCK_TICK: Setting = Setting::us(
    "clock_tick_us",
    "Clock tick",
    "Versions from clocks that agree to this many microseconds are equal (Cassandra: 1); 0: as fine as the simulation.",
    (0, 60_000_000),
    0,
);
/// Who wins among equal clocks.
pub static TIES: Setting = Setting::choice(
    "ties",
    "Ties",
    "Among equal clocks the higher node wins, or by Cassandra's rule the deletion, then the larger value.",
    &["node", "value"],
);
/// What becomes of concurrent writes.
pub static CONFLICTS: Setting = Setting::choice(
    "conflicts",
    "Concurrent writes",
    "The highest version wins (Cassandra; Riak with allow_mult = false), or all are kept as siblings (Riak allow_mult = true).",
    &["last-write", "siblings"],
);
/// Siblings without dots.
pub static PLAIN_VERSION_VECTORS: Setting = Setting::flag(
    "plain_version_vectors",
    "Without dots",
    "Siblings share one plain version vector, as in Riak before 2.0: versions that were seen come back (sibling explosion).",
    false,
);
/// Mending what a read finds stale.
pub static READ_REPAIR: Setting =
    Setting::flag("read_repair", "Read repair", "A read sends the newest version to those among its replicas that lack it.", false);
/// Reads that ask more than they need, for the sake of repair.
pub static READ_REPAIR_CHANCE: Setting = Setting {
    key: "read_repair_chance_percent",
    title: "Read repair chance",
    meaning: "How many of a hundred reads ask all replicas although just enough would do (Cassandra read_repair_chance).",
    kind: Kind::Number { unit: Unit::Percent, least: 0, most: 100 },
    default: 0,
};
/// The background comparison.
pub static ANTI_ENTROPY_EVERY: Setting = Setting::ms(
    "anti_entropy_every_ms",
    "Anti-entropy every",
    "A replica compares hash trees with another one this often; 0: never. Riak anti_entropy, Cassandra repair.",
    (0, 3_600_000),
    0,
);
/// The size of a hash tree.
pub static TREE_DEPTH: Setting =
    Setting::count("tree_depth", "Tree depth", "A hash tree has two to the power of this many leaves.", (1, 10), 6);
/// Substitutes for replicas out of reach.
pub static SLOPPY_QUORUM: Setting = Setting::flag(
    "sloppy_quorum",
    "Sloppy quorum",
    "Other nodes keep hints for replicas out of reach and hand them over later (Dynamo, Riak; Cassandra hinted_handoff_enabled).",
    false,
);
/// Whether a hint is as good as a copy.
pub static HINTS_COUNT: Setting =
    Setting::flag("hints_count", "Hints count", "A hint counts as an acknowledgement (Dynamo, Riak) or not (Cassandra but at ANY).", true);
/// How long hints are kept.
pub static HINT_WINDOW: Setting = Setting::ms(
    "hint_window_ms",
    "Hint window",
    "A hint that could not be handed over for this long is dropped (Cassandra max_hint_window: 3 h).",
    (1, 3_600_000),
    60_000,
);
/// When a silent node counts as out of reach.
pub static SUSPECT_AFTER: Setting = Setting::ms(
    "suspect_after_ms",
    "Suspect after",
    "A replica that leaves a request unanswered for this long counts as out of reach; hints are offered this often.",
    (1, 600_000),
    500,
);
/// When a coordinator gives up.
pub static REQUEST_TIMEOUT: Setting = Setting::ms(
    "request_timeout_ms",
    "Request timeout",
    "A coordinator gives up after this long: the outcome of a write is then unknown; 0: never. Cassandra write_request_timeout.",
    (0, 600_000),
    2_000,
);
/// Whether deletions leave a trace.
pub static TOMBSTONES: Setting =
    Setting::flag("tombstones", "Tombstones", "A deletion is kept as a version; without, what was deleted comes back.", true);
/// How long the trace of a deletion is kept.
pub static TOMBSTONE_KEEP: Setting = Setting::ms(
    "tombstone_keep_ms",
    "Tombstones kept",
    "A tombstone older than this is collected; 0: never. Cassandra gc_grace_seconds, Riak delete_mode.",
    (0, 3_600_000),
    0,
);
/// Whether each completed quorum is told.
pub static TELL_QUORUMS: Setting =
    Setting::flag("tell_quorums", "Tell quorums", "Every completed quorum makes a note; long measurements do without.", true);

/// The settings that it reads.
pub static SETTINGS: &[&Setting] = &[
    &REPLICA_COUNT,
    &WRITE_QUORUM,
    &READ_QUORUM,
    &READ_FAN_OUT,
    &WRITE_FAN_OUT,
    &QUORUM_CHOICE,
    &WRITE_BACK,
    &VERSION_FROM,
    &LASTING_VERSIONS,
    &CLOCK_TICK,
    &TIES,
    &CONFLICTS,
    &PLAIN_VERSION_VECTORS,
    &READ_REPAIR,
    &READ_REPAIR_CHANCE,
    &ANTI_ENTROPY_EVERY,
    &TREE_DEPTH,
    &SLOPPY_QUORUM,
    &HINTS_COUNT,
    &HINT_WINDOW,
    &SUSPECT_AFTER,
    &REQUEST_TIMEOUT,
    &TOMBSTONES,
    &TOMBSTONE_KEEP,
    &TELL_QUORUMS,
];

/// What the strategy is set to; see the settings of the same names.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    /// Who stores what.
    pub ring: Ring,
    /// Acknowledgements that a write waits for.
    pub write_quorum: u16,
    /// Answers that a read waits for.
    pub read_quorum: u16,
    /// Whether a read asks all.
    pub reads_all: bool,
    /// Whether a write goes to all.
    pub writes_all: bool,
    /// Whether just enough are drawn.
    pub draws_quorum: bool,
    /// Whether reads write back.
    pub writes_back: bool,
    /// Whether versions come from a read quorum.
    pub versions_by_quorum: bool,
    /// Whether those also name the coordinator's start.
    pub has_lasting_versions: bool,
    /// Nanoseconds of one tick of versions from clocks.
    pub clock_tick_ns: u64,
    /// Whether the higher node wins a tie.
    pub ties_by_node: bool,
    /// Whether concurrent writes are kept.
    pub keeps_siblings: bool,
    /// Whether siblings have no dots.
    pub plain_vectors: bool,
    /// Whether reads repair.
    pub repairs: bool,
    /// Reads of a hundred that ask all.
    pub repair_chance_percent: u32,
    /// Time between two comparisons; zero: none.
    pub anti_entropy_every: SimDuration,
    /// Levels of a hash tree below its root.
    pub tree_depth: u32,
    /// Whether substitutes take hints.
    pub is_sloppy: bool,
    /// Whether hints count.
    pub hints_count: bool,
    /// How long hints are kept.
    pub hint_window: SimDuration,
    /// When a silent node is suspected.
    pub suspect_after: SimDuration,
    /// When a coordinator gives up; zero: never.
    pub request_timeout: SimDuration,
    /// Whether deletions leave a trace.
    pub keeps_tombstones: bool,
    /// For how long; zero: for ever.
    pub tombstone_keep: SimDuration,
    /// Whether completed quorums are told.
    pub tells_quorums: bool,
}

impl Config {
    /// Quorums that always share a replica, versions that follow what a quorum knew and reads that write back make a
    /// linearizable register (Attiya, Bar-Noy & Dolev 1995). Clocks alone order writes as they like.
    pub(super) fn promises(&self) -> Promises {
        let always_meet = self.write_quorum + self.read_quorum > self.ring.replica_count() && !self.is_sloppy;
        // Where the trace of a deletion goes, what was deleted may return.
        let keeps_deletions = self.keeps_tombstones && self.tombstone_keep == SimDuration::ZERO;
        let orders_by_quorum = always_meet && self.has_lasting_versions && !self.keeps_siblings && keeps_deletions;
        Promises {
            linearizable: orders_by_quorum && self.writes_back,
            keeps_writes: orders_by_quorum || (self.keeps_siblings && !self.plain_vectors && keeps_deletions),
            accounts: keeps_deletions,
            converges: self.anti_entropy_every > SimDuration::ZERO,
            ..Promises::default()
        }
    }

    /// Reads the settings of a plan.
    pub(super) fn new(plan: &Plan<'_>) -> Result<Self, Misfit> {
        let members = plan.cluster.members.iter().filter(|member| !member.is_client && !member.is_spare);
        let nodes: Vec<_> = members.map(|member| member.node).collect();
        let dials = plan.dials;
        let count = match dials.get(&REPLICA_COUNT) {
            0 => nodes.len() as u64,
            some => some,
        };
        at_most(&REPLICA_COUNT, count, nodes.len(), "nodes that store")?;
        at_most(&WRITE_QUORUM, dials.get(&WRITE_QUORUM), count as usize, "replicas")?;
        at_most(&READ_QUORUM, dials.get(&READ_QUORUM), count as usize, "replicas")?;
        Ok(Self::of(dials, Ring::new(nodes, count as u16)))
    }

    /// The settings on a ring that they fit.
    #[must_use]
    pub fn of(dials: &Dials, ring: Ring) -> Self {
        Self {
            ring,
            write_quorum: dials.get(&WRITE_QUORUM) as u16,
            read_quorum: dials.get(&READ_QUORUM) as u16,
            reads_all: dials.choice(&READ_FAN_OUT) == "all",
            writes_all: dials.choice(&WRITE_FAN_OUT) == "all",
            draws_quorum: dials.choice(&QUORUM_CHOICE) == "random",
            writes_back: dials.is_on(&WRITE_BACK),
            versions_by_quorum: dials.choice(&VERSION_FROM) == "quorum",
            has_lasting_versions: dials.choice(&VERSION_FROM) == "quorum" && dials.is_on(&LASTING_VERSIONS),
            clock_tick_ns: dials.duration(&CLOCK_TICK).0.max(1),
            ties_by_node: dials.choice(&TIES) == "node",
            keeps_siblings: dials.choice(&CONFLICTS) == "siblings",
            plain_vectors: dials.is_on(&PLAIN_VERSION_VECTORS),
            repairs: dials.is_on(&READ_REPAIR),
            repair_chance_percent: dials.get(&READ_REPAIR_CHANCE) as u32,
            anti_entropy_every: dials.duration(&ANTI_ENTROPY_EVERY),
            tree_depth: dials.get(&TREE_DEPTH) as u32,
            is_sloppy: dials.is_on(&SLOPPY_QUORUM),
            hints_count: dials.is_on(&HINTS_COUNT),
            hint_window: dials.duration(&HINT_WINDOW),
            suspect_after: dials.duration(&SUSPECT_AFTER),
            request_timeout: dials.duration(&REQUEST_TIMEOUT),
            keeps_tombstones: dials.is_on(&TOMBSTONES),
            tombstone_keep: dials.duration(&TOMBSTONE_KEEP),
            tells_quorums: dials.is_on(&TELL_QUORUMS),
        }
    }

    /// Whether silence of a replica makes a difference.
    pub(super) const fn suspects(&self) -> bool {
        self.is_sloppy || self.keeps_siblings || !self.reads_all || !self.writes_all
    }

    /// Whether a request is over with its answer.
    pub(super) fn is_brief(&self) -> bool {
        let has_timers = self.request_timeout > SimDuration::ZERO || self.suspects();
        !has_timers && !self.keeps_answers() && !self.keeps_siblings && !self.versions_by_quorum && !self.tells_quorums
    }

    /// Whether a request must remember what each replica answered.
    pub(super) const fn keeps_answers(&self) -> bool {
        self.repairs || self.writes_back
    }

    /// Whether more than the ring's answers may complete a request: whom `heard` may name.
    pub(super) const fn everybody(&self) -> NodeSet {
        self.ring.everybody()
    }
}

fn at_most(setting: &'static Setting, many: u64, most: usize, of_what: &str) -> Result<(), Misfit> {
    if many <= most as u64 {
        return Ok(());
    }
    Err(Misfit::new(setting.key, format!("{many} is more than the {most} {of_what}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::ids::NodeId;

    #[test]
    fn nothing_is_promised_of_writes_where_the_trace_of_a_deletion_goes() {
        let promises = |dials: Dials| Config::of(&dials, Ring::new((0..3).map(NodeId).collect(), 3)).promises();
        let siblings = || Dials::default().with(&CONFLICTS, 1);
        let register = || Dials::default().with(&VERSION_FROM, 1).with(&WRITE_BACK, 1);
        assert!(promises(siblings()).keeps_writes && promises(register()).linearizable);
        for (setting, value) in [(&TOMBSTONES, 0), (&TOMBSTONE_KEEP, 1_000)] {
            assert!(!promises(siblings().with(setting, value)).keeps_writes, "{}", setting.key);
            assert!(!promises(register().with(setting, value)).linearizable, "{}", setting.key);
        }
    }
}
