//! What happened, as plain data: every entry with its sentence, and the numbers that belong to its kind.

use super::names;
use crate::session::Session;
use crate::simulation::journal::{Entry, Happening};
use crate::view::events::{self, Context};
use crate::view::names::Names;
use crate::view::writers::Writers;
use serde_json::{Value as Json, json};

/// The entries from number `since` on that are still held.
pub(super) fn journal(session: &Session, since: u64) -> Json {
    let journal = session.journal();
    let names = Names::new(session.setup());
    let writers = Writers::collect(session.history(), &session.snapshot());
    let context = Context { names: &names, writers: &writers, commands: session.commands(), history: session.history(), marked: &[] };
    let first = since.max(journal.dropped_count());
    let entries = (first..).zip(journal.iter_from(first)).map(|(number, entry)| line(number, &entry, &context));
    json!({ "dropped": journal.dropped_count(), "end": journal.end(), "entries": entries.collect::<Vec<_>>() })
}

fn line(number: u64, entry: &Entry, context: &Context<'_>) -> Json {
    let line = events::line(number, entry, context);
    let mut fields = json!({
        "number": number,
        "at_ms": entry.at.as_ms(),
        "event": entry.event,
        "kind": line.kind.id(),
        "text": line.text,
    });
    match &entry.happening {
        Happening::Sent { message, from, to, kind } | Happening::Delivered { message, from, to, kind } => {
            fields["message"] = json!({ "id": message, "from": from.0, "to": to.0, "kind": names::message(*kind) });
        }
        Happening::Dropped { message, from, to, kind, reason } => {
            fields["message"] = json!({ "id": message, "from": from.0, "to": to.0, "kind": names::message(*kind) });
            fields["reason"] = Json::from(names::drop_reason(*reason));
        }
        Happening::Noted(node, _) => fields["node"] = Json::from(node.0),
        Happening::Answered(session, operation) => {
            fields["session"] = Json::from(session.0);
            fields["operation"] = Json::from(*operation);
        }
        Happening::Commanded(index) => fields["command"] = Json::from(*index),
    }
    fields
}
