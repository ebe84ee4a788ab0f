//! What the strategy can be set to, with the names that real systems give to the same thing.

use super::members::Members;
use crate::replication::protocol::{Plan, Promises};
use crate::replication::setting::{Misfit, Setting};
use crate::replication::strategies::HEARTBEAT_EVERY;
use crate::replication::time::SimDuration;

/// Whose acknowledgements a write waits for.
pub static REPLICATION: Setting = Setting::choice(
    "replication",
    "Replication",
    "Whose acknowledgements the leader waits for before it answers a write: nobody's, some followers' (MySQL semi-synchronous, \
     PostgreSQL synchronous_standby_names), every follower's, or a majority's of the group (Raft, MongoDB w:majority).",
    &["asynchronous", "semi-synchronous", "synchronous", "majority"],
);
/// How many followers are synchronous.
pub static SYNCHRONOUS_COUNT: Setting = Setting::count(
    "synchronous_count",
    "Synchronous followers (k)",
    "Semi-synchronous: how many followers must acknowledge (MySQL rpl_semi_sync_source_wait_for_replica_count; the number in \
     PostgreSQL's FIRST k and ANY k).",
    (1, 63),
    1,
);
/// Which followers are synchronous.
pub static SYNCHRONOUS_SELECTION: Setting = Setting::choice(
    "synchronous_selection",
    "Which followers",
    "Semi-synchronous: the first k in the order of nodes among those in reach, or any k (PostgreSQL synchronous_standby_names FIRST \
     and ANY; MySQL waits for any).",
    &["first", "any"],
);
/// When a leader stops waiting for followers.
pub static SYNCHRONOUS_TIMEOUT: Setting = Setting::ms(
    "synchronous_timeout_ms",
    "Falls back after",
    "A leader that waits longer for its synchronous followers goes on asynchronously until they have caught up (MySQL \
     rpl_semi_sync_source_timeout: 10 s). 0: never, as in PostgreSQL. A majority is always waited for.",
    (0, 600_000),
    0,
);
/// What an acknowledgement means.
pub static ACKNOWLEDGE_ON: Setting = Setting {
    default: 1,
    ..Setting::choice(
        "acknowledge_on",
        "Acknowledged when",
        "What a follower has done with a write when it acknowledges it: received it (PostgreSQL remote_write), stored it durably \
         (PostgreSQL on; MySQL's relay log) or applied it for readers (PostgreSQL remote_apply).",
        &["received", "durable", "applied"],
    )
};
/// Who makes a new leader.
pub static FAILOVER: Setting = Setting::choice(
    "failover",
    "Failover",
    "Who replaces a leader that is not heard: nobody but the command Promote, a single observer (the follower with the lowest number in \
     reach), or a majority vote (Raft, MongoDB).",
    &["none", "observer", "vote"],
);
/// When a leader counts as lost.
pub static FAILOVER_TIMEOUT: Setting = Setting::ms(
    "failover_timeout_ms",
    "Failover timeout",
    "A follower that does not hear its leader for this long, or up to twice as long (drawn anew each time), takes it for lost (MongoDB \
     electionTimeoutMillis: 10 s).",
    (1, 600_000),
    1_000,
);
/// Whether a deposed leader is refused.
pub static FENCING: Setting = Setting::flag(
    "fencing",
    "Fencing",
    "Followers and a deposed leader obey the higher epoch. Off: both leaders go on, and their followers take entries from either.",
    true,
);
/// Whether a leader needs a lease.
pub static LEASE: Setting = Setting::flag(
    "lease",
    "Lease",
    "A leader without a majority's acknowledgements for the length of the lease stops taking writes and fresh reads. Correct only with \
     votes, and while clocks drift apart by less than the lease allows: a clock that jumps breaks it.",
    false,
);
/// How long a lease lasts.
pub static LEASE_LENGTH: Setting =
    Setting::ms("lease_ms", "Lease length", "How long a majority's acknowledgement of a heartbeat lets the leader act.", (1, 600_000), 900);
/// Whether a leader asks before it answers a fresh read.
pub static CONFIRM_READS: Setting = Setting::flag(
    "confirm_reads",
    "Confirm reads",
    "Before a leader answers a fresh read, a majority confirms that it still leads (Raft ReadIndex). Off: a deposed leader answers stale.",
    false,
);
/// How long applying takes.
pub static APPLY: Setting = Setting::us(
    "apply_us",
    "Work per applied write",
    "A follower applies its log one write after another, and each takes this long: a follower slower than its leader lags further and \
     further behind.",
    (0, 60_000_000),
    0,
);
/// Whether that time is drawn.
pub static APPLY_VARIES: Setting = Setting::flag(
    "apply_varies",
    "Work varies",
    "The work per applied write is drawn (exponential, with that mean) instead of always the same.",
    false,
);
/// Whether a follower that returns answers at once.
pub static CATCH_UP_FIRST: Setting = Setting::flag(
    "catch_up_first",
    "Catch up first",
    "A node that returned or joined answers reads only once it holds all that was acknowledged before.",
    true,
);
/// How a follower is added.
pub static JOIN_METHOD: Setting = Setting::choice(
    "join_method",
    "Add a follower by",
    "Copy a snapshot of one log position while writes go on, then the log from there; or stop writes for the whole copy.",
    &["snapshot", "stop"],
);
/// What happens to writes while they are stopped.
pub static WRITES_WHILE_COPYING: Setting = Setting::choice(
    "writes_while_copying",
    "Writes meanwhile",
    "What a leader does with writes while it has stopped them for a copy: refuse them, or let them wait.",
    &["refuse", "queue"],
);
/// How large a part of a snapshot is.
pub static CHUNK_KEYS: Setting = Setting::count(
    "snapshot_chunk_keys",
    "Keys per message of a copy",
    "A snapshot travels in messages of this many keys, one after another.",
    (1, 1_000),
    64,
);
/// When a lost node is replaced.
pub static REPLACE_AFTER: Setting = Setting::ms(
    "replace_after_ms",
    "Replace after",
    "A leader that does not hear a voter for this long puts a spare in its place; what was replaced returns without a vote. 0: never.",
    (0, 600_000),
    0,
);
/// How much of the log is kept.
pub static LOG_KEEP: Setting = Setting::count(
    "log_keep_entries",
    "Log entries kept",
    "Entries that a majority holds are dropped but for about this many; a follower further behind gets a snapshot (MongoDB's oplog \
     size, PostgreSQL wal_keep_size). 0: all are kept. Dropped entries that an observer's choice of leader loses cannot be listed.",
    (0, 1_000_000),
    0,
);

/// The settings that it reads.
pub static SETTINGS: &[&Setting] = &[
    &HEARTBEAT_EVERY,
    &REPLICATION,
    &SYNCHRONOUS_COUNT,
    &SYNCHRONOUS_SELECTION,
    &SYNCHRONOUS_TIMEOUT,
    &ACKNOWLEDGE_ON,
    &FAILOVER,
    &FAILOVER_TIMEOUT,
    &FENCING,
    &LEASE,
    &LEASE_LENGTH,
    &CONFIRM_READS,
    &APPLY,
    &APPLY_VARIES,
    &CATCH_UP_FIRST,
    &JOIN_METHOD,
    &WRITES_WHILE_COPYING,
    &CHUNK_KEYS,
    &REPLACE_AFTER,
    &LOG_KEEP,
];

/// Whose acknowledgements a write waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replication {
    /// Nobody's.
    Asynchronous,
    /// Some followers'.
    SemiSynchronous,
    /// Every follower's.
    Synchronous,
    /// A majority's.
    Majority,
}

/// What a follower has done when it acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcknowledgeOn {
    /// Received.
    Received,
    /// Stored.
    Durable,
    /// Applied.
    Applied,
}

/// Who makes a new leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failover {
    /// Only the command.
    None,
    /// One follower.
    Observer,
    /// A majority.
    Vote,
}

/// What the strategy is set to; the fields are the settings of the same names.
#[derive(Clone, Debug)]
pub struct Config {
    pub(super) heartbeat_every: SimDuration,
    pub(super) replication: Replication,
    pub(super) synchronous_count: usize,
    pub(super) takes_first: bool,
    pub(super) synchronous_timeout: SimDuration,
    pub(super) acknowledge_on: AcknowledgeOn,
    pub(super) failover: Failover,
    pub(super) failover_timeout: SimDuration,
    pub(super) fencing: bool,
    pub(super) lease: bool,
    pub(super) lease_length: SimDuration,
    pub(super) confirm_reads: bool,
    pub(super) apply: SimDuration,
    pub(super) apply_varies: bool,
    pub(super) catch_up_first: bool,
    pub(super) join_stops_writes: bool,
    pub(super) stopped_writes_queue: bool,
    pub(super) chunk_keys: usize,
    pub(super) replace_after: SimDuration,
    pub(super) log_keep: u64,
    /// The group at the start.
    pub(super) members: Members,
}

impl Config {
    /// What a majority has, and a vote elects by, is never lost. A follower shows a prefix of one log.
    pub(super) fn promises(&self) -> Promises {
        let keeps_writes =
            self.replication == Replication::Majority && self.acknowledge_on != AcknowledgeOn::Received && self.failover == Failover::Vote;
        Promises {
            linearizable_at_leader: keeps_writes && self.fencing && (self.confirm_reads || self.lease),
            keeps_writes: keeps_writes && self.fencing,
            converges: self.fencing,
            causal: self.fencing && self.catch_up_first,
            honours_freshness: true,
            follows_held: true,
            ..Promises::default()
        }
    }

    /// What a plan asks for.
    ///
    /// # Errors
    /// A group without a leader, or more synchronous followers than there are.
    pub(super) fn from_plan(plan: &Plan<'_>) -> Result<Self, Misfit> {
        let dials = plan.dials;
        let members = Members::initial(plan.cluster);
        if members.voters.is_empty() {
            return Err(Misfit::new("sites", "no node stores anything"));
        }
        let replication = match dials.choice(&REPLICATION) {
            "semi-synchronous" => Replication::SemiSynchronous,
            "synchronous" => Replication::Synchronous,
            "majority" => Replication::Majority,
            _ => Replication::Asynchronous,
        };
        let synchronous_count = dials.get(&SYNCHRONOUS_COUNT) as usize;
        if replication == Replication::SemiSynchronous && synchronous_count >= members.voters.len() {
            let followers = members.voters.len() - 1;
            return Err(Misfit::new(SYNCHRONOUS_COUNT.key, format!("{synchronous_count} is more than the {followers} followers")));
        }
        Ok(Self {
            heartbeat_every: dials.duration(&HEARTBEAT_EVERY),
            replication,
            synchronous_count,
            takes_first: dials.choice(&SYNCHRONOUS_SELECTION) == "first",
            synchronous_timeout: dials.duration(&SYNCHRONOUS_TIMEOUT),
            acknowledge_on: match dials.choice(&ACKNOWLEDGE_ON) {
                "received" => AcknowledgeOn::Received,
                "applied" => AcknowledgeOn::Applied,
                _ => AcknowledgeOn::Durable,
            },
            failover: match dials.choice(&FAILOVER) {
                "observer" => Failover::Observer,
                "vote" => Failover::Vote,
                _ => Failover::None,
            },
            failover_timeout: dials.duration(&FAILOVER_TIMEOUT),
            fencing: dials.is_on(&FENCING),
            lease: dials.is_on(&LEASE),
            lease_length: dials.duration(&LEASE_LENGTH),
            confirm_reads: dials.is_on(&CONFIRM_READS),
            apply: dials.duration(&APPLY),
            apply_varies: dials.is_on(&APPLY_VARIES),
            catch_up_first: dials.is_on(&CATCH_UP_FIRST),
            join_stops_writes: dials.choice(&JOIN_METHOD) == "stop",
            stopped_writes_queue: dials.choice(&WRITES_WHILE_COPYING) == "queue",
            chunk_keys: dials.get(&CHUNK_KEYS) as usize,
            replace_after: dials.duration(&REPLACE_AFTER),
            log_keep: dials.get(&LOG_KEEP),
            members,
        })
    }

    /// Whether followers apply what they receive at once, and not only what is known to be acknowledged (as in Raft).
    pub(super) fn applies_on_receipt(&self) -> bool {
        self.replication != Replication::Majority || self.acknowledge_on == AcknowledgeOn::Applied
    }
}
