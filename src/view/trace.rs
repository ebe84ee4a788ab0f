//! A run's journal as JSON lines: one object an entry, fields in the order of their names.

use super::events::{self, Context};
use super::names::Names;
use super::writers::Writers;
use crate::recipe::json_quoted;
use crate::replication::protocol::MessageKind;
use crate::session::Session;
use crate::simulation::journal::{Entry, Happening};

/// The whole journal; the first line says how many older entries are gone, if any.
#[must_use]
pub fn trace(session: &Session) -> String {
    let (names, snapshot) = (Names::new(session.setup()), session.snapshot());
    let writers = Writers::collect(session.history(), &snapshot);
    let context = Context { names: &names, writers: &writers, commands: session.commands(), history: session.history(), marked: &[] };
    let mut text = String::new();
    let first = session.journal().dropped_count();
    if first > 0 {
        text.push_str(&format!("{{\"entries\":{first},\"type\":\"cut\"}}\n"));
    }
    for (number, entry) in (first..).zip(session.journal().iter()) {
        line(&mut text, number, &entry, &context);
    }
    text
}

fn line(out: &mut String, number: u64, entry: &Entry, context: &Context<'_>) {
    let line = events::line(number, entry, context);
    let mut fields: Vec<(&str, String)> = vec![
        ("at_ns", entry.at.0.to_string()),
        ("event", entry.event.to_string()),
        ("number", number.to_string()),
        ("text", json_quoted(&line.text)),
        ("type", json_quoted(line.kind.id())),
    ];
    match &entry.happening {
        Happening::Sent { message, from, to, kind } | Happening::Delivered { message, from, to, kind } => {
            fields.extend(of_message(*message, from.0, to.0, *kind));
        }
        Happening::Dropped { message, from, to, kind, reason } => {
            fields.extend(of_message(*message, from.0, to.0, *kind));
            fields.push(("reason", json_quoted(&format!("{reason:?}").to_lowercase())));
        }
        Happening::Noted(node, _) => fields.push(("node", node.0.to_string())),
        Happening::Answered(session, operation) => {
            fields.push(("session", session.0.to_string()));
            fields.push(("operation", operation.to_string()));
        }
        Happening::Commanded(index) => fields.push(("command", index.to_string())),
    }
    fields.sort_unstable_by_key(|(name, _)| *name);
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    out.push_str(&format!("{{{}}}\n", fields.join(",")));
}

fn of_message(message: u64, from: u16, to: u16, kind: MessageKind) -> [(&'static str, String); 4] {
    let kind = json_quoted(&format!("{kind:?}").to_lowercase());
    [("message", message.to_string()), ("from", from.to_string()), ("to", to.to_string()), ("kind", kind)]
}
