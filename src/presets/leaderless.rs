//! Systems without a leader: Cassandra, Riak.

use super::{Parameter, Preset, choose, majority, set, storing_nodes};
use crate::replication::strategies::leaderless::{
    ANTI_ENTROPY_EVERY, CLOCK_TICK, CONFLICTS, HINT_WINDOW, HINTS_COUNT, PLAIN_VERSION_VECTORS, QUORUM_CHOICE, READ_FAN_OUT, READ_QUORUM,
    READ_REPAIR, READ_REPAIR_CHANCE, REPLICA_COUNT, REQUEST_TIMEOUT, SLOPPY_QUORUM, TIES, TOMBSTONE_KEEP, TOMBSTONES, VERSION_FROM,
    WRITE_BACK, WRITE_FAN_OUT, WRITE_QUORUM,
};
use crate::simulation::setup::{Setup, SiteKind};

/// Copies of each key: replication_factor and n_val of these systems' own examples.
const COPIES: u64 = 3;

const REPLICATION_FACTOR: Parameter = Parameter { name: "replication_factor", value: "3", maps_to: "replica_count=3, or all there are" };
const HINTS: Parameter = Parameter { name: "hinted_handoff_enabled", value: "true", maps_to: "sloppy_quorum=true hints_count=false" };
const HINT_WINDOW_3H: Parameter = Parameter { name: "max_hint_window", value: "3h", maps_to: "hint_window_ms=3600000" };
const REPAIR: Parameter = Parameter { name: "read_repair", value: "BLOCKING", maps_to: "read_repair=true" };
const TIMEOUT: Parameter = Parameter { name: "write_request_timeout", value: "2000ms", maps_to: "request_timeout_ms=2000" };
const GRACE: Parameter = Parameter { name: "gc_grace_seconds", value: "864000", maps_to: "tombstone_keep_ms=0" };

const HINT_CAVEAT: &str = "Hints are kept for three hours; here for one, the longest run.";
const COORDINATOR_CAVEAT: &str = "Hints are kept by the coordinator; here by the nodes that follow on the ring.";
const REPAIR_CAVEAT: &str =
    "Read repair blocks the read until the replicas that it asked have the newest version; here it follows the answer.";
const REFUSAL_CAVEAT: &str = "A coordinator that knows too few live replicas refuses at once (Unavailable); here it waits for its timeout. Reads of \
                              Cassandra time out after read_request_timeout (5000ms), here as writes do.";
const RETRY_CAVEAT: &str = "speculative_retry (99PERCENTILE): a coordinator that waits unusually long asks one more replica; here it asks only those of the quorum.";
const CITATION: &str = "https://cassandra.apache.org/doc/latest/cassandra/architecture/dynamo.html";

pub(super) static CASSANDRA_ONE: Preset = Preset {
    id: "cassandra-one",
    title: "Cassandra, ONE",
    summary: "Writes go to all replicas, and the first acknowledgement counts; a read asks one replica.",
    strategy: "leaderless",
    parameters: &[
        REPLICATION_FACTOR,
        Parameter { name: "CONSISTENCY", value: "ONE", maps_to: "write_quorum=1 read_quorum=1" },
        HINTS,
        HINT_WINDOW_3H,
        REPAIR,
        TIMEOUT,
        GRACE,
    ],
    caveats: &[
        "A read of one replica has nothing to compare, and repairs nothing.",
        HINT_CAVEAT,
        COORDINATOR_CAVEAT,
        REFUSAL_CAVEAT,
        RETRY_CAVEAT,
    ],
    citation: CITATION,
    change: |setup| cassandra(setup, |_| 1),
};

pub(super) static CASSANDRA_QUORUM: Preset = Preset {
    id: "cassandra-quorum",
    title: "Cassandra, QUORUM",
    summary: "Reads and writes wait for a majority of the replicas, at whichever datacenter they stand.",
    strategy: "leaderless",
    parameters: &[
        REPLICATION_FACTOR,
        Parameter { name: "CONSISTENCY", value: "QUORUM", maps_to: "write_quorum and read_quorum: more than half of the replicas" },
        HINTS,
        HINT_WINDOW_3H,
        REPAIR,
        TIMEOUT,
        GRACE,
    ],
    caveats: &[HINT_CAVEAT, COORDINATOR_CAVEAT, REPAIR_CAVEAT, REFUSAL_CAVEAT, RETRY_CAVEAT],
    citation: CITATION,
    change: |setup| cassandra(setup, majority),
};

pub(super) static CASSANDRA_ALL: Preset = Preset {
    id: "cassandra-all",
    title: "Cassandra, ALL",
    summary: "Reads and writes wait for every replica: one that is down stops both.",
    strategy: "leaderless",
    parameters: &[
        REPLICATION_FACTOR,
        Parameter { name: "CONSISTENCY", value: "ALL", maps_to: "write_quorum and read_quorum: all replicas" },
        HINTS,
        HINT_WINDOW_3H,
        REPAIR,
        TIMEOUT,
        GRACE,
    ],
    caveats: &[HINT_CAVEAT, COORDINATOR_CAVEAT, REPAIR_CAVEAT, REFUSAL_CAVEAT],
    citation: CITATION,
    change: |setup| cassandra(setup, |count| count),
};

pub(super) static CASSANDRA_LOCAL_QUORUM: Preset = Preset {
    id: "cassandra-local-quorum",
    title: "Cassandra, LOCAL_QUORUM",
    summary: "Every datacenter has its replicas; reads and writes wait for a majority of as many as one datacenter has.",
    strategy: "leaderless",
    parameters: &[
        Parameter { name: "NetworkTopologyStrategy", value: "{dc1: 3, dc2: 3}", maps_to: "replica_count: all nodes" },
        Parameter {
            name: "CONSISTENCY",
            value: "LOCAL_QUORUM",
            maps_to: "write_quorum and read_quorum: more than half of the smallest datacenter's nodes; read_fan_out=all",
        },
        HINTS,
        HINT_WINDOW_3H,
        REPAIR,
        TIMEOUT,
        GRACE,
    ],
    caveats: &[
        "Only replicas of the coordinator's datacenter count for Cassandra. Here the first answers count: the same while the own \
         datacenter is nearest and enough of it is up; else a far replica stands in where Cassandra refuses.",
        "Reads ask all replicas here, so that the nearest can answer first; Cassandra asks as many local ones as it needs.",
        HINT_CAVEAT,
        COORDINATOR_CAVEAT,
        REPAIR_CAVEAT,
    ],
    citation: CITATION,
    change: local_quorum,
};

pub(super) static RIAK: Preset = Preset {
    id: "riak",
    title: "Riak KV",
    summary: "Sloppy quorums of three replicas; concurrent writes are kept as siblings with dotted version vectors.",
    strategy: "leaderless",
    parameters: &[
        Parameter { name: "n_val", value: "3", maps_to: "replica_count=3, or all there are" },
        Parameter { name: "r", value: "quorum", maps_to: "read_quorum: more than half of the replicas" },
        Parameter { name: "w", value: "quorum", maps_to: "write_quorum: more than half of the replicas" },
        Parameter { name: "pr, pw", value: "0", maps_to: "sloppy_quorum=true hints_count=true" },
        Parameter { name: "allow_mult", value: "true", maps_to: "conflicts=siblings" },
        Parameter { name: "dvv_enabled", value: "true", maps_to: "plain_version_vectors=false" },
        Parameter { name: "anti_entropy", value: "active", maps_to: "anti_entropy_every_ms=15000" },
        Parameter { name: "delete_mode", value: "3s", maps_to: "tombstone_keep_ms=3000" },
    ],
    caveats: &[
        "Quorums, allow_mult and dvv_enabled are those of bucket types; the default bucket of old has allow_mult = false.",
        "anti_entropy.trigger_interval (15s) is when Riak looks for work to do; one exchange then concerns some partitions, here all keys.",
        "Partitions (vnodes) are not modelled: a node owns what follows its place on the ring.",
        "Riak collects a tombstone only once all primary replicas have it; here it goes by time alone.",
        "delete_mode: 3 seconds is what Riak 1.0 introduced (its release notes); the schema of riak.conf does not name it.",
    ],
    citation: "https://docs.riak.com/riak/kv/latest/developing/app-guide/replication-properties/index.html",
    change: riak,
};

fn copies(setup: &Setup) -> u64 {
    COPIES.min(storing_nodes(setup)).max(1)
}

fn cassandra(setup: &mut Setup, quorum: fn(u64) -> u64) {
    let copies = copies(setup);
    set(setup, &[(&REPLICA_COUNT, copies), (&WRITE_QUORUM, quorum(copies)), (&READ_QUORUM, quorum(copies))]);
    cassandra_common(setup);
}

fn local_quorum(setup: &mut Setup) {
    let datacenters = setup.sites.iter().filter(|site| site.kind == SiteKind::Datacenter);
    let smallest = datacenters.map(|site| u64::from(site.node_count - site.spare_count.min(site.node_count))).min();
    let quorum = majority(smallest.unwrap_or(1));
    set(setup, &[(&REPLICA_COUNT, 0), (&WRITE_QUORUM, quorum), (&READ_QUORUM, quorum)]);
    cassandra_common(setup);
    choose(setup, &[(&READ_FAN_OUT, "all")]);
}

fn cassandra_common(setup: &mut Setup) {
    choose(
        setup,
        &[
            (&READ_FAN_OUT, "quorum"),
            (&WRITE_FAN_OUT, "all"),
            (&QUORUM_CHOICE, "fixed"),
            (&VERSION_FROM, "clock"),
            (&CONFLICTS, "last-write"),
            (&TIES, "value"),
        ],
    );
    set(setup, &[(&CLOCK_TICK, 1), (&READ_REPAIR, 1), (&READ_REPAIR_CHANCE, 0), (&WRITE_BACK, 0), (&SLOPPY_QUORUM, 1), (&HINTS_COUNT, 0)]);
    set(setup, &[(&HINT_WINDOW, 3_600_000), (&REQUEST_TIMEOUT, 2_000), (&TOMBSTONES, 1), (&TOMBSTONE_KEEP, 0), (&ANTI_ENTROPY_EVERY, 0)]);
}

fn riak(setup: &mut Setup) {
    let copies = copies(setup);
    let quorum = majority(copies);
    choose(setup, &[(&READ_FAN_OUT, "all"), (&WRITE_FAN_OUT, "all"), (&VERSION_FROM, "clock"), (&CONFLICTS, "siblings")]);
    set(setup, &[(&REPLICA_COUNT, copies), (&WRITE_QUORUM, quorum), (&READ_QUORUM, quorum), (&PLAIN_VERSION_VECTORS, 0)]);
    set(setup, &[(&SLOPPY_QUORUM, 1), (&HINTS_COUNT, 1), (&READ_REPAIR, 1), (&WRITE_BACK, 0)]);
    set(setup, &[(&ANTI_ENTROPY_EVERY, 15_000), (&TOMBSTONES, 1), (&TOMBSTONE_KEEP, 3_000)]);
}
