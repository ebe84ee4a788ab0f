//! Words about what clients see, and what they are promised.

use super::Term;
use super::systems::*;

pub(super) const TERMS: &[Term] = &[
    Term {
        id: "session-guarantee",
        name: "session guarantee",
        aliases: &["session guarantees"],
        definition: "A promise about what one session sees of its own reads and writes, whatever others see.",
        source: TERRY,
        called: &[MONGODB.says("causally consistent sessions", MONGODB_CAUSAL)],
    },
    Term {
        id: "read-your-writes",
        name: "read your writes",
        aliases: &["read-your-writes"],
        definition: "After a session has written, its reads show that write or something newer.",
        source: TERRY,
        called: &[
            MONGODB.says("read own writes, in a causally consistent session with majority reads and writes", MONGODB_CAUSAL),
            DYNAMODB.says("a strongly consistent read, in the same Region", DYNAMODB_GLOBAL),
        ],
    },
    Term {
        id: "monotonic-reads",
        name: "monotonic reads",
        aliases: &[],
        definition: "A session never sees something older than what it has seen before.",
        source: TERRY,
        called: &[MONGODB.says("monotonic reads, in a causally consistent session with majority reads", MONGODB_CAUSAL)],
    },
    Term {
        id: "monotonic-writes",
        name: "monotonic writes",
        aliases: &[],
        definition: "A session's writes take effect everywhere in the order in which it made them.",
        source: TERRY,
        called: &[MONGODB.says("monotonic writes, in a causally consistent session with majority writes", MONGODB_CAUSAL)],
    },
    Term {
        id: "writes-follow-reads",
        name: "writes follow reads",
        aliases: &[],
        definition: "A write made after reading something is ordered after what was read, and seen nowhere without it.",
        source: TERRY,
        called: &[MONGODB.says("writes follow reads, in a causally consistent session with majority reads", MONGODB_CAUSAL)],
    },
    Term {
        id: "consistent-prefix",
        name: "consistent prefix",
        aliases: &["consistent prefix reads"],
        definition: "Whoever reads sees the writes in their order up to some point, so no answer before its question.",
        source: KLEPPMANN,
        called: &[],
    },
    Term {
        id: "read-token",
        name: "read token",
        aliases: &["token", "tokens"],
        definition: "What a client carries from its last write or read, so that a replica can tell whether it is fresh enough to answer.",
        source: TERRY,
        called: &[
            POSTGRESQL
                .says("a position from pg_current_wal_lsn(), compared with pg_last_wal_replay_lsn() by the application", POSTGRESQL_LSN),
            MYSQL.says("a GTID set, waited for with WAIT_FOR_EXECUTED_GTID_SET", MYSQL_WAIT),
            MONGODB.says("a time of operation, sent as afterClusterTime", MONGODB_READ_CONCERN),
        ],
    },
    Term {
        id: "staleness",
        name: "staleness",
        aliases: &["stale", "stale read", "stale reads"],
        definition: "How old what was read is: how many newer writes were complete, and for how long, when the read began.",
        source: PBS,
        called: &[
            MONGODB.says("bounded by maxStalenessSeconds", MONGODB_STALENESS),
            DYNAMODB.says("eventually consistent read", DYNAMODB_READ),
            ETCD.says("serializable read: it may be stale", ETCD_GUARANTEES),
        ],
    },
    Term {
        id: "linearizable",
        name: "linearizable",
        aliases: &["linearizability"],
        definition: "Every operation seems to happen at one moment between its call and its answer: once anybody has read a new value, nobody reads the old one.",
        source: HERLIHY_WING,
        called: &[
            MONGODB.says("read concern \u{201c}linearizable\u{201d}, with w: majority", MONGODB_LINEARIZABLE),
            CASSANDRA.says("lightweight transactions", CASSANDRA_GUARANTEES),
            ETCD.says("the default, but not for watches", ETCD_GUARANTEES),
        ],
    },
    Term {
        id: "convergence",
        name: "convergence",
        aliases: &["converge", "eventual consistency"],
        definition: "When no more is written and every message has arrived, all replicas hold the same.",
        source: DYNAMO,
        called: &[
            CASSANDRA.says("eventual consistency", CASSANDRA_GUARANTEES),
            DYNAMODB.says("multi-Region eventual consistency (MREC)", DYNAMODB_GLOBAL),
        ],
    },
    Term {
        id: "no-lost-writes",
        name: "lost write",
        aliases: &["lost writes", "no lost writes"],
        definition: "A write that its client was told is done, and that nobody will see again although nobody replaced it knowingly.",
        source: KLEPPMANN,
        called: &[MONGODB.says("a write with w: 1 may be rolled back", MONGODB_ROLLBACK)],
    },
    Term {
        id: "accounted-for",
        name: "accounted for",
        aliases: &[],
        definition: "A write that no longer shows is listed, with who wrote it, what replaced it and why.",
        source: THIS_PROJECT,
        called: &[],
    },
    Term {
        id: "outcome-unknown",
        name: "outcome unknown",
        aliases: &["outcome is unknown"],
        definition: "The client got no answer: the write may have happened, may still happen, or may never.",
        source: KLEPPMANN_8,
        called: &[
            CASSANDRA.says("a timed out write; a hint may be stored for it", CASSANDRA_HINTS),
            ETCD.says("a timeout: the client may be uncertain about the operation", ETCD_GUARANTEES),
        ],
    },
    Term {
        id: "partition",
        name: "network partition",
        aliases: &["partition", "partitioned"],
        definition: "The network falls into groups that cannot reach each other, while the nodes themselves work.",
        source: KLEPPMANN_8,
        called: &[],
    },
];
