//! What the two ways of adding a follower have in common: a datacenter with a spare, two people who write, one who reads,
//! and what a copy may not do to them.

use super::followers::OREGON_3;
use super::ground::{Ground, get, node, put, stream};
use super::{Constraint, Outcome};
use crate::checkers::{Evidence, Witness};
use crate::replication::protocol::Reply;
use crate::replication::strategies::HEARTBEAT_EVERY;
use crate::replication::strategies::single_leader::settings::CHUNK_KEYS;
use crate::replication::time::{SimDuration, SimTime};
use crate::simulation::command::{Command, NodeCommand};
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::setup::{ReadRule, Setup};
use crate::simulation::snapshot::Snapshot;

pub(super) const ANA: u16 = 0;
pub(super) const BEN: u16 = 1;
pub(super) const YOU: u16 = 2;
/// Keys at the beginning: the copy takes one message for two of them.
const KEYS: u16 = 20;

/// No write is refused, and none waits for the copy.
pub(super) const WRITES_GO_ON: Constraint = Constraint {
    id: "constraint:writes-go-on",
    title: "Writes go on",
    meaning: "no write is refused, and none takes longer than 20 ms",
    violations: stopped,
};

fn stopped(_: &Snapshot, history: &History) -> Vec<Witness> {
    let is_stopped = |operation: &OperationRecord| match &operation.closed {
        Some((_, Reply::Refused(_))) => true,
        Some((at, _)) => at.since(operation.invoked_at) > SimDuration::from_ms(20),
        None => false,
    };
    let writes = (0u64..).zip(history.iter()).filter(|(_, operation)| operation.write.is_some() && is_stopped(operation));
    writes.map(|(number, write)| Witness { sentence: Evidence::tell(write), operations: vec![number], dots: Vec::new() }).collect()
}

/// Oregon 1 leads, Oregon 2 follows, Oregon 3 is a spare.
pub(super) fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter_with_spares("Oregon", 2, 1)
        .inside(stream(5_000, 0))
        .person("Ana", 0, 1_000)
        .person("Ben", 0, 1_000)
        .person("You", 0, 1_000)
        .reading(ReadRule::AnyFollower)
        .dial(&CHUNK_KEYS, 2)
        .dial(&HEARTBEAT_EVERY, 50)
        .setup()
}

/// Ana writes every key once.
pub(super) fn fill() -> Vec<Command> {
    (0..KEYS).map(|key| put(ANA, &format!("k{key}"), 0)).collect()
}

/// The spare joins, while Ana and Ben write and you read.
pub(super) fn join() -> Vec<Command> {
    let mut commands = vec![node(OREGON_3.0, NodeCommand::Join)];
    for number in 1..=70 {
        let key = format!("k{}", number % KEYS);
        commands.push(put(ANA, &key, i64::from(number)));
        commands.push(put(BEN, "news", i64::from(number)));
        commands.push(get(YOU, "news"));
    }
    commands
}

/// How many reads the new follower answered before this time, and after it.
pub(super) fn answers_around(outcome: &Outcome<'_>, time: SimTime) -> (usize, usize) {
    let answered = outcome.operations(YOU).filter(|read| read.node == OREGON_3).filter_map(|read| match &read.closed {
        Some((at, Reply::Value { .. })) => Some(*at),
        _ => None,
    });
    let (late, early): (Vec<_>, Vec<_>) = answered.partition(|at| *at > time);
    (early.len(), late.len())
}

/// The two people's writes.
pub(super) fn writes<'a>(outcome: &Outcome<'a>) -> impl Iterator<Item = &'a OperationRecord> + 'a {
    outcome.session.history().iter().filter(|operation| operation.write.is_some())
}
