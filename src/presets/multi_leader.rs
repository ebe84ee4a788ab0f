//! Systems with several leaders: MySQL's circular replication, DynamoDB global tables, CouchDB.

use super::{Parameter, Preset, choose, set};
use crate::replication::delta::Mode;
use crate::replication::strategies::EXCHANGE_EVERY;
use crate::replication::strategies::multi_leader_forward::{DELIVERY, FORWARDING, HOME, ORIGIN_IDS, TIE_BREAK};

pub(super) static MYSQL_RING: Preset = Preset {
    id: "mysql-ring",
    title: "MySQL, circular replication",
    summary: "Each source is the replica of the one before it; a server drops its own events when they come round.",
    strategy: "multi-leader-forward",
    parameters: &[
        Parameter { name: "CHANGE REPLICATION SOURCE TO", value: "the server before", maps_to: "forwarding=one-way-ring" },
        Parameter { name: "log_replica_updates", value: "ON", maps_to: "what arrives is sent on" },
        Parameter { name: "replicate-same-server-id", value: "0", maps_to: "origin_ids=true" },
        Parameter { name: "conflict detection", value: "none", maps_to: "delivery=none" },
    ],
    caveats: &[
        "Every server recognises any event that it has had before; MySQL without GTIDs recognises only its own, so that events of a \
         server that was taken out go round for ever (IGNORE_SERVER_IDS, or origin_ids=false here).",
        "A row event that finds no row, or a duplicate key, stops a MySQL replica; here the later arrival overwrites.",
    ],
    citation: "https://dev.mysql.com/doc/refman/8.4/en/replication-options-replica.html#option_mysqld_replicate-same-server-id",
    change: |setup| {
        choose(setup, &[(&FORWARDING, "one-way-ring"), (&DELIVERY, "none"), (&HOME, "none")]);
        set(setup, &[(&ORIGIN_IDS, 1), (&EXCHANGE_EVERY, 0)]);
    },
};

pub(super) static DYNAMODB_GLOBAL_TABLES: Preset = Preset {
    id: "dynamodb-global-tables",
    title: "DynamoDB global tables (MREC)",
    summary: "Every region takes writes and sends them to all others; of concurrent writes to an item the last one wins.",
    strategy: "multi-leader-forward",
    parameters: &[
        Parameter { name: "consistency mode", value: "multi-Region eventual consistency (MREC)", maps_to: "forwarding=direct" },
        Parameter { name: "conflict resolution", value: "last writer wins per item", maps_to: "delivery=compare tie_break=true" },
    ],
    caveats: &[
        "How ties of timestamps are decided is not documented; here the higher id wins.",
        "Inside a region DynamoDB keeps three copies with a leader each; here a region is one leader.",
        "Transactions are atomic in their own region only; they are not modelled.",
        "Conditional writes are checked against the region that takes them.",
    ],
    citation: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html",
    change: |setup| {
        choose(setup, &[(&FORWARDING, "direct"), (&DELIVERY, "compare"), (&HOME, "none")]);
        set(setup, &[(&ORIGIN_IDS, 1), (&TIE_BREAK, 1), (&EXCHANGE_EVERY, 0)]);
    },
};

pub(super) static COUCHDB: Preset = Preset {
    id: "couchdb",
    title: "CouchDB, continuous replication",
    summary: "Databases exchange revisions when they can; conflicting revisions are all kept until the application decides.",
    strategy: "multi-leader-sync",
    parameters: &[
        Parameter { name: "continuous", value: "true", maps_to: "exchange_every_ms=0" },
        Parameter { name: "conflicting revisions", value: "kept", maps_to: "policy ask" },
    ],
    caveats: &[
        "A plain read of CouchDB shows one winner, the same everywhere: not deleted, then the longest revision history, then the highest \
         revision hash; the others are found with conflicts=true. Here a conflict stays open until it is decided.",
        "CouchDB refuses an update that does not name the current revision; here what the client had seen is its context.",
        "Replication is between pairs of databases and one-way; here each link goes both ways.",
    ],
    citation: "https://docs.couchdb.org/en/stable/replication/conflicts.html",
    change: |setup| {
        setup.mode = Mode::Ask;
        set(setup, &[(&EXCHANGE_EVERY, 0)]);
    },
};
