//! Systems with one leader: MySQL, PostgreSQL, MongoDB.

use super::{Parameter, Preset, choose, set};
use crate::replication::setting::Setting;
use crate::replication::strategies::HEARTBEAT_EVERY;
use crate::replication::strategies::single_leader::settings::{
    ACKNOWLEDGE_ON, CONFIRM_READS, FAILOVER, FAILOVER_TIMEOUT, FENCING, LEASE, REPLICATION, SYNCHRONOUS_COUNT, SYNCHRONOUS_SELECTION,
    SYNCHRONOUS_TIMEOUT,
};
use crate::simulation::setup::Setup;

pub(super) static MYSQL_ASYNC: Preset = Preset {
    id: "mysql-async",
    title: "MySQL, asynchronous",
    summary: "The source commits and answers; replicas fetch its binary log later.",
    strategy: "single-leader",
    parameters: &[
        Parameter { name: "rpl_semi_sync_source_enabled", value: "OFF", maps_to: "replication=asynchronous" },
        Parameter { name: "failover", value: "none built in", maps_to: "failover=none" },
    ],
    caveats: &[
        "Replicas pull the binary log; here the leader pushes it.",
        "Several applier threads of a replica (replica_parallel_workers) are not modelled: the log is applied one write after another.",
    ],
    citation: "https://dev.mysql.com/doc/refman/8.4/en/replication-implementation.html",
    change: |setup| waiting(setup, "asynchronous", "any", 1, 0),
};

pub(super) static MYSQL_SEMI_SYNC: Preset = Preset {
    id: "mysql-semi-sync",
    title: "MySQL, semi-synchronous",
    summary: "The source answers once one replica has the write in its relay log, and goes on without after ten seconds.",
    strategy: "single-leader",
    parameters: &[
        Parameter { name: "rpl_semi_sync_source_enabled", value: "ON", maps_to: "replication=semi-synchronous" },
        Parameter { name: "rpl_semi_sync_source_wait_for_replica_count", value: "1", maps_to: "synchronous_count=1" },
        Parameter { name: "rpl_semi_sync_source_timeout", value: "10000", maps_to: "synchronous_timeout_ms=10000" },
        Parameter {
            name: "acknowledgement of a replica",
            value: "written to the relay log and flushed",
            maps_to: "acknowledge_on=durable",
        },
        Parameter { name: "which replicas", value: "any", maps_to: "synchronous_selection=any" },
    ],
    caveats: &[
        "rpl_semi_sync_source_wait_point: AFTER_SYNC, the default, shows a write to readers of the source only after the \
         acknowledgement; AFTER_COMMIT is not modelled.",
        "The source waits for as many replicas as are configured, connected or not (rpl_semi_sync_source_wait_no_replica=ON).",
    ],
    citation: "https://dev.mysql.com/doc/refman/8.4/en/replication-semisync.html",
    change: |setup| waiting(setup, "semi-synchronous", "any", 1, 10_000),
};

pub(super) static POSTGRESQL_FIRST: Preset = Preset {
    id: "postgresql-first",
    title: "PostgreSQL, FIRST 1",
    summary: "The primary waits for the first standby of the list that is in reach, for as long as it takes.",
    strategy: "single-leader",
    parameters: &[
        Parameter {
            name: "synchronous_standby_names",
            value: "FIRST 1 (…)",
            maps_to: "replication=semi-synchronous synchronous_selection=first synchronous_count=1",
        },
        Parameter { name: "synchronous_commit", value: "on", maps_to: "acknowledge_on=durable" },
        Parameter { name: "timeout", value: "none", maps_to: "synchronous_timeout_ms=0" },
        Parameter { name: "failover", value: "none built in", maps_to: "failover=none" },
    ],
    caveats: &[
        "The order of priority is the order of nodes.",
        "A cancelled wait (the client gives up) leaves the write committed on the primary; here its outcome is unknown to the client.",
        "Every transaction can choose synchronous_commit for itself; here all writes are alike.",
    ],
    citation: "https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-SYNCHRONOUS-STANDBY-NAMES",
    change: |setup| waiting(setup, "semi-synchronous", "first", 1, 0),
};

pub(super) static POSTGRESQL_ANY: Preset = Preset {
    id: "postgresql-any",
    title: "PostgreSQL, ANY 1",
    summary: "The primary waits for any one standby of the list, for as long as it takes.",
    strategy: "single-leader",
    parameters: &[
        Parameter {
            name: "synchronous_standby_names",
            value: "ANY 1 (…)",
            maps_to: "replication=semi-synchronous synchronous_selection=any synchronous_count=1",
        },
        Parameter { name: "synchronous_commit", value: "on", maps_to: "acknowledge_on=durable" },
        Parameter { name: "timeout", value: "none", maps_to: "synchronous_timeout_ms=0" },
        Parameter { name: "failover", value: "none built in", maps_to: "failover=none" },
    ],
    caveats: &[
        "All followers stand in the list; for ANY k set synchronous_count afterwards.",
        "A cancelled wait (the client gives up) leaves the write committed on the primary; here its outcome is unknown to the client.",
    ],
    citation: "https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION",
    change: |setup| waiting(setup, "semi-synchronous", "any", 1, 0),
};

pub(super) static MONGODB_MAJORITY: Preset = Preset {
    id: "mongodb-majority",
    title: "MongoDB, w: majority",
    summary: "A write is answered once a majority has it in its journal; a lost primary is replaced by a vote after ten seconds.",
    strategy: "single-leader",
    parameters: &[
        Parameter { name: "w", value: "\"majority\"", maps_to: "replication=majority" },
        Parameter { name: "writeConcernMajorityJournalDefault", value: "true", maps_to: "acknowledge_on=durable" },
        Parameter { name: "settings.electionTimeoutMillis", value: "10000", maps_to: "failover=vote failover_timeout_ms=10000" },
        Parameter { name: "settings.heartbeatIntervalMillis", value: "2000", maps_to: "heartbeat_every_ms=2000" },
    ],
    caveats: &[
        "Read concern local (the default) may return what is rolled back later; here followers of a majority show only what a majority \
         holds, as with read concern majority.",
        "A primary that cannot reach a majority steps down by itself; here it keeps its role until it hears of a higher term, and its \
         writes stay unanswered.",
        "Arbiters, priorities and votes of members are not modelled; secondaries pull the oplog, here the leader pushes it.",
        "wtimeout is not set: a write waits for as long as it takes.",
        "w: majority is the implicit default since 5.0, unless arbiters leave no more data-bearing voters than a majority; then it is w: 1.",
    ],
    citation: "https://www.mongodb.com/docs/manual/reference/write-concern/",
    change: mongodb,
};

/// Waiting for followers without elections, as MySQL and PostgreSQL do.
fn waiting(setup: &mut Setup, replication: &str, selection: &str, count: u64, timeout_ms: u64) {
    let choices: [(&'static Setting, &str); 4] =
        [(&REPLICATION, replication), (&SYNCHRONOUS_SELECTION, selection), (&ACKNOWLEDGE_ON, "durable"), (&FAILOVER, "none")];
    choose(setup, &choices);
    set(setup, &[(&SYNCHRONOUS_COUNT, count), (&SYNCHRONOUS_TIMEOUT, timeout_ms), (&LEASE, 0), (&CONFIRM_READS, 0)]);
}

fn mongodb(setup: &mut Setup) {
    choose(setup, &[(&REPLICATION, "majority"), (&ACKNOWLEDGE_ON, "durable"), (&FAILOVER, "vote")]);
    set(setup, &[(&FAILOVER_TIMEOUT, 10_000), (&HEARTBEAT_EVERY, 2_000), (&FENCING, 1), (&LEASE, 0), (&CONFIRM_READS, 0)]);
}
