//! Whose words: sources, systems, and the pages of their documentation.

use super::Called;

pub(super) const KLEPPMANN: &str = "Kleppmann, Designing Data-Intensive Applications (2017), chapter 5";
pub(super) const KLEPPMANN_8: &str = "Kleppmann, Designing Data-Intensive Applications (2017), chapter 8";
pub(super) const RAFT: &str = "Ongaro and Ousterhout, In search of an understandable consensus algorithm (2014)";
pub(super) const GRAY_CHERITON: &str = "Gray and Cheriton, Leases (1989)";
pub(super) const TERRY: &str = "Terry and others, Session guarantees for weakly consistent replicated data (1994)";
pub(super) const PBS: &str = "Bailis and others, Probabilistically bounded staleness (2012)";
pub(super) const HERLIHY_WING: &str = "Herlihy and Wing, Linearizability (1990)";
pub(super) const DYNAMO: &str = "DeCandia and others, Dynamo (2007)";
pub(super) const LAMPORT: &str = "Lamport, Time, clocks, and the ordering of events in a distributed system (1978)";
pub(super) const PARKER: &str = "Parker and others, Detection of mutual inconsistency in distributed systems (1983)";
pub(super) const DVV: &str = "Pregui\u{e7}a and others, Dotted version vectors (2010)";
pub(super) const THOMAS: &str = "Johnson and Thomas, The maintenance of duplicate databases, RFC 677 (1975)";
pub(super) const HLC: &str = "Kulkarni and others, Logical physical clocks (2014)";
pub(super) const SHAPIRO: &str = "Shapiro and others, Conflict-free replicated data types (2011)";
pub(super) const GIFFORD: &str = "Gifford, Weighted voting for replicated data (1979)";
pub(super) const DEMERS: &str = "Demers and others, Epidemic algorithms for replicated database maintenance (1987)";
pub(super) const MERKLE: &str = "Merkle, A digital signature based on a conventional encryption function (1987)";
pub(super) const ABD: &str = "Attiya, Bar-Noy and Dolev, Sharing memory robustly in message-passing systems (1995)";
/// Where no text is known that has it.
pub(super) const THIS_PROJECT: &str = "a rule of this project";

/// A real system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct System(&'static str);

pub(super) const POSTGRESQL: System = System("PostgreSQL");
pub(super) const MYSQL: System = System("MySQL");
pub(super) const MONGODB: System = System("MongoDB");
pub(super) const CASSANDRA: System = System("Cassandra");
pub(super) const DYNAMODB: System = System("DynamoDB");
pub(super) const RIAK: System = System("Riak");
pub(super) const COUCHDB: System = System("CouchDB");
pub(super) const ETCD: System = System("etcd");

impl System {
    /// What this system calls something, and where it says so.
    pub(super) const fn says(self, name: &'static str, doc: &'static str) -> Called {
        Called { system: self.0, name, doc }
    }
}

pub(super) const POSTGRESQL_STANDBY: &str = "https://www.postgresql.org/docs/current/warm-standby.html";
pub(super) const POSTGRESQL_SYNC: &str = "https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION";
pub(super) const POSTGRESQL_FAILOVER: &str = "https://www.postgresql.org/docs/current/warm-standby-failover.html";
pub(super) const POSTGRESQL_LSN: &str = "https://www.postgresql.org/docs/current/functions-admin.html";
pub(super) const POSTGRESQL_STAT: &str = "https://www.postgresql.org/docs/current/monitoring-stats.html";
pub(super) const POSTGRESQL_TIMELINE: &str = "https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES";
pub(super) const POSTGRESQL_REWIND: &str = "https://www.postgresql.org/docs/current/app-pgrewind.html";
pub(super) const POSTGRESQL_BASEBACKUP: &str = "https://www.postgresql.org/docs/current/app-pgbasebackup.html";
pub(super) const MYSQL_REPLICATION: &str = "https://dev.mysql.com/doc/refman/8.4/en/replication-implementation.html";
pub(super) const MYSQL_OVERVIEW: &str = "https://dev.mysql.com/doc/refman/8.4/en/replication.html";
pub(super) const MYSQL_LOGS: &str = "https://dev.mysql.com/doc/refman/8.4/en/replica-logs.html";
pub(super) const MYSQL_POSITION: &str = "https://dev.mysql.com/doc/refman/8.4/en/replication-gtids-auto-positioning.html";
pub(super) const MYSQL_GTID: &str = "https://dev.mysql.com/doc/refman/8.4/en/replication-gtids-concepts.html";
pub(super) const MYSQL_SEMISYNC: &str = "https://dev.mysql.com/doc/refman/8.4/en/replication-semisync.html";
pub(super) const MYSQL_STATUS: &str = "https://dev.mysql.com/doc/refman/8.4/en/show-replica-status.html";
pub(super) const MYSQL_WAIT: &str = "https://dev.mysql.com/doc/refman/8.4/en/gtid-functions.html";
pub(super) const MYSQL_GROUP: &str = "https://dev.mysql.com/doc/refman/8.4/en/group-replication.html";
pub(super) const MYSQL_SERVER_ID: &str =
    "https://dev.mysql.com/doc/refman/8.4/en/replication-options-replica.html#option_mysqld_replicate-same-server-id";
pub(super) const MONGODB_PRIMARY: &str = "https://www.mongodb.com/docs/manual/core/replica-set-primary/";
pub(super) const MONGODB_MEMBERS: &str = "https://www.mongodb.com/docs/manual/core/replica-set-members/";
pub(super) const MONGODB_ELECTION: &str = "https://www.mongodb.com/docs/manual/core/replica-set-elections/";
pub(super) const MONGODB_WRITE_CONCERN: &str = "https://www.mongodb.com/docs/manual/reference/write-concern/";
pub(super) const MONGODB_STATUS: &str = "https://www.mongodb.com/docs/manual/reference/command/replSetGetStatus/";
pub(super) const MONGODB_LAG: &str = "https://www.mongodb.com/docs/manual/tutorial/troubleshoot-replica-sets/";
pub(super) const MONGODB_ROLLBACK: &str = "https://www.mongodb.com/docs/manual/core/replica-set-rollbacks/";
pub(super) const MONGODB_SYNC: &str = "https://www.mongodb.com/docs/manual/core/replica-set-sync/";
pub(super) const MONGODB_CAUSAL: &str = "https://www.mongodb.com/docs/manual/core/causal-consistency-read-write-concerns/";
pub(super) const MONGODB_READ_CONCERN: &str = "https://www.mongodb.com/docs/manual/reference/read-concern/";
pub(super) const MONGODB_LINEARIZABLE: &str = "https://www.mongodb.com/docs/manual/reference/read-concern-linearizable/";
pub(super) const MONGODB_STALENESS: &str = "https://www.mongodb.com/docs/manual/core/read-preference-staleness/";
pub(super) const CASSANDRA_DYNAMO: &str = "https://cassandra.apache.org/doc/latest/cassandra/architecture/dynamo.html";
pub(super) const CASSANDRA_GUARANTEES: &str = "https://cassandra.apache.org/doc/latest/cassandra/architecture/guarantees.html";
pub(super) const CASSANDRA_HINTS: &str = "https://cassandra.apache.org/doc/latest/cassandra/managing/operating/hints.html";
pub(super) const CASSANDRA_READ_REPAIR: &str = "https://cassandra.apache.org/doc/latest/cassandra/managing/operating/read_repair.html";
pub(super) const CASSANDRA_REPAIR: &str = "https://cassandra.apache.org/doc/latest/cassandra/managing/operating/repair.html";
pub(super) const CASSANDRA_TOMBSTONES: &str =
    "https://cassandra.apache.org/doc/latest/cassandra/managing/operating/compaction/tombstones.html";
pub(super) const DYNAMODB_GLOBAL: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html";
pub(super) const DYNAMODB_OVERVIEW: &str = "https://docs.aws.amazon.com/prescriptive-guidance/latest/dynamodb-global-tables/overview.html";
pub(super) const DYNAMODB_DESIGN: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-global-table-design.html";
pub(super) const DYNAMODB_READ: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html";
pub(super) const DYNAMODB_MODES: &str =
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-global-table-design.prescriptive-guidance.writemodes.html";
pub(super) const RIAK_GLOSSARY: &str = "https://docs.riak.com/riak/kv/latest/learn/glossary/index.html";
pub(super) const RIAK_PROPERTIES: &str = "https://docs.riak.com/riak/kv/latest/developing/app-guide/replication-properties/index.html";
pub(super) const RIAK_CONFLICTS: &str = "https://docs.riak.com/riak/kv/latest/developing/usage/conflict-resolution/index.html";
pub(super) const RIAK_DELETION: &str = "https://docs.riak.com/riak/kv/latest/using/reference/object-deletion/index.html";
pub(super) const RIAK_CAUSAL: &str = "https://docs.riak.com/riak/kv/latest/learn/concepts/causal-context/index.html";
pub(super) const RIAK_TYPES: &str = "https://docs.riak.com/riak/kv/latest/learn/concepts/crdts/index.html";
pub(super) const RIAK_AAE: &str = "https://docs.riak.com/riak/kv/latest/learn/concepts/active-anti-entropy/index.html";
pub(super) const COUCHDB_CONFLICTS: &str = "https://docs.couchdb.org/en/stable/replication/conflicts.html";
pub(super) const COUCHDB_CHANGES: &str = "https://docs.couchdb.org/en/stable/api/database/changes.html";
pub(super) const COUCHDB_DOCUMENTS: &str = "https://docs.couchdb.org/en/stable/api/document/common.html";
pub(super) const ETCD_GLOSSARY: &str = "https://etcd.io/docs/latest/learning/glossary/";
pub(super) const ETCD_GUARANTEES: &str = "https://etcd.io/docs/latest/learning/api_guarantees/";
pub(super) const ETCD_API: &str = "https://etcd.io/docs/latest/learning/api/";
pub(super) const ETCD_FAILURES: &str = "https://etcd.io/docs/latest/op-guide/failures/";
pub(super) const ETCD_LEARNER: &str = "https://etcd.io/docs/latest/learning/design-learner/";
pub(super) const ETCD_TUNING: &str = "https://etcd.io/docs/latest/tuning/";
