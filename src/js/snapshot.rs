//! A run at one moment, as plain data.

use super::{names, records};
use crate::replication::note::Alarm;
use crate::replication::protocol::Promises;
use crate::replication::view::{Discarded, ReplicaView};
use crate::session::Session;
use crate::simulation::snapshot::{Flight, LinkSnapshot, NodeSnapshot, SessionSnapshot};
use crate::view::names::Names;
use serde_json::{Value as Json, json};

/// The cluster, and where the run stands.
pub(super) fn snapshot(session: &Session) -> Json {
    let (snapshot, names) = (session.snapshot(), Names::new(session.setup()));
    json!({
        "now_ms": session.now().as_ms(),
        "horizon_ms": session.horizon().as_ms(),
        "next_event_ms": session.next_event_at().map(|at| at.as_ms()),
        "at_limit": session.is_at_limit(),
        "events": session.event_count(),
        "commands": session.applied_count(),
        "seed": session.seed().to_string(),
        "fingerprint": format!("{:016x}", session.fingerprint()),
        "strategy": session.setup().strategy,
        "nodes": snapshot.nodes.iter().map(|node| of_node(node, &names)).collect::<Vec<_>>(),
        "links": snapshot.links.iter().map(link).collect::<Vec<_>>(),
        "sessions": snapshot.sessions.iter().map(|session| of_session(session, &names)).collect::<Vec<_>>(),
        "flights": session.flights().iter().map(flight).collect::<Vec<_>>(),
        "promises": promises(&snapshot.promises),
    })
}

fn of_node(node: &NodeSnapshot, names: &Names) -> Json {
    json!({
        "node": node.node.0,
        "name": names.node(node.node),
        "site": node.site.0,
        "site_name": names.site(node.site),
        "site_kind": names.kind(node.site),
        "up": node.replica.is_some(),
        "paused": node.is_paused,
        "slowness": node.slowness,
        "skew_ms": node.skew_ms,
        "held": node.held_count,
        "waiting": node.line_count,
        "lag": node.lag.map(|lag| json!({ "entries": lag.entry_count, "age_ms": lag.age.0 as f64 / 1e6 })),
        "replica": node.replica.as_ref().map(replica),
    })
}

fn replica(view: &ReplicaView) -> Json {
    json!({
        "role": names::role(view.role),
        "term": view.term.0,
        "leader": view.leader.map(|leader| leader.0),
        "position": view.position.0,
        "id": view.replica.map(records::replica),
        "vector": records::vector(&view.vector),
        "hash": format!("{:016x}", view.hash),
        "partial": view.is_partial,
        "records": Json::Object(view.records.iter().map(|(key, own)| (key.0.to_string(), records::decided(own))).collect()),
        "pending": view.pending.iter().map(|dot| records::dot(*dot)).collect::<Vec<_>>(),
        "confirmed": view.confirmed_count,
        "discarded": view.discarded.iter().map(discarded).collect::<Vec<_>>(),
        "facts": Json::Object(view.facts.iter().map(|(name, fact)| ((*name).to_owned(), Json::from(fact.as_str()))).collect()),
        "alarm": view.alarm.map(alarm),
    })
}

fn discarded(write: &Discarded) -> Json {
    json!({ "dot": records::dot(write.dot), "author": &*write.author.0, "key": &*write.key.0, "reason": write.reason })
}

/// The alarm's name.
pub(super) const fn alarm(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::DotReused(_) => "dot-reused",
        Alarm::HashesDiffer(_) => "hashes-differ",
        Alarm::Circulates(_) => "circulates",
    }
}

fn link(link: &LinkSnapshot) -> Json {
    json!({ "from": link.from.0, "to": link.to.0, "cut": link.is_cut })
}

fn of_session(session: &SessionSnapshot, names: &Names) -> Json {
    json!({
        "session": session.session.0,
        "name": names.session(session.session),
        "author": names.author(session.session),
        "node": session.node.0,
        "open": session.open_count,
        "seen": session.seen.as_ref().map(records::decided),
        "trouble": session.trouble.map(names::refusal),
    })
}

fn flight(flight: &Flight) -> Json {
    json!({
        "message": flight.id,
        "from": flight.from.0,
        "to": flight.to.0,
        "kind": names::message(flight.kind),
        "sent_ms": flight.sent_at.as_ms(),
        "due_ms": flight.due_at.as_ms(),
        "held": flight.is_held,
    })
}

fn promises(promises: &Promises) -> Json {
    json!({
        "linearizable": promises.linearizable,
        "linearizable_at_leader": promises.linearizable_at_leader,
        "keeps_writes": promises.keeps_writes,
        "accounts": promises.accounts,
        "converges": promises.converges,
        "causal": promises.causal,
    })
}
