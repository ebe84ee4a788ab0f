//! Words about replication without a leader.

use super::Term;
use super::systems::*;

pub(super) const TERMS: &[Term] = &[
    Term {
        id: "quorum",
        name: "quorum",
        aliases: &["quorums", "majority"],
        definition: "How many replicas must answer: w for a write and r for a read, of n. With w + r > n every read meets the last complete write.",
        source: GIFFORD,
        called: &[
            MONGODB.says("w: majority; read concern \u{201c}majority\u{201d}", MONGODB_WRITE_CONCERN),
            CASSANDRA.says("consistency level: ONE, QUORUM, LOCAL_QUORUM, ALL", CASSANDRA_DYNAMO),
            RIAK.says("n_val, w and r", RIAK_PROPERTIES),
            ETCD.says("a majority of the members", ETCD_GLOSSARY),
        ],
    },
    Term {
        id: "coordinator",
        name: "coordinator",
        aliases: &["coordinators"],
        definition: "A node that asks the replicas for a client. It orders nothing.",
        source: DYNAMO,
        called: &[CASSANDRA.says("coordinator", CASSANDRA_DYNAMO)],
    },
    Term {
        id: "sloppy-quorum",
        name: "sloppy quorum",
        aliases: &["sloppy quorums", "sloppy"],
        definition: "Other nodes stand in for replicas that are out of reach and count towards w. Then w + r > n no longer makes reads meet writes.",
        source: DYNAMO,
        called: &[
            RIAK.says("the default; pw and pr count primary replicas only", RIAK_PROPERTIES),
            CASSANDRA.says("only consistency level ANY counts a hint", CASSANDRA_DYNAMO),
        ],
    },
    Term {
        id: "hinted-handoff",
        name: "hinted handoff",
        aliases: &["hinted hand-off", "hint", "hints"],
        definition: "Who stands in for a replica keeps its writes with a hint for whom they are, and hands them over when it is back.",
        source: DYNAMO,
        called: &[
            CASSANDRA.says("hints: hinted_handoff_enabled, max_hint_window", CASSANDRA_HINTS),
            RIAK.says("hinted handoff by fallback nodes", RIAK_GLOSSARY),
        ],
    },
    Term {
        id: "read-repair",
        name: "read repair",
        aliases: &[],
        definition: "A read that finds a stale replica writes the newer version to it. What nobody reads is not mended.",
        source: DYNAMO,
        called: &[CASSANDRA.says("the table option read_repair", CASSANDRA_READ_REPAIR), RIAK.says("read repair", RIAK_GLOSSARY)],
    },
    Term {
        id: "anti-entropy",
        name: "anti-entropy",
        aliases: &[],
        definition: "Replicas compare all they hold in the background and mend what differs, read or not.",
        source: DEMERS,
        called: &[
            CASSANDRA.says("anti-entropy repair: nodetool repair", CASSANDRA_REPAIR),
            RIAK.says("active anti-entropy (AAE)", RIAK_GLOSSARY),
        ],
    },
    Term {
        id: "hash-tree",
        name: "hash tree",
        aliases: &["hash trees", "Merkle tree", "Merkle trees"],
        definition: "Hashes of ranges, and hashes of those: two replicas find one difference by comparing a few of them.",
        source: MERKLE,
        called: &[CASSANDRA.says("Merkle tree", CASSANDRA_REPAIR), RIAK.says("Merkle tree, in active anti-entropy (AAE)", RIAK_AAE)],
    },
    Term {
        id: "write-back",
        name: "write-back",
        aliases: &["write-back on reads", "write-back on read"],
        definition: "A read first writes what it is about to return to a quorum, so that no later read returns less.",
        source: ABD,
        called: &[CASSANDRA.says("blocking read repair, for monotonic quorum reads", CASSANDRA_READ_REPAIR)],
    },
];
