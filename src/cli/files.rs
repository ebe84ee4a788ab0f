//! What a run leaves in files: its journal as JSON lines, and its diagrams.

use super::Problem;
use super::play::Played;
use crate::simulation::journal::{Entry, Happening};
use crate::view::diagram::Diagram;
use crate::view::events::{self, Context};
use crate::view::names::Names;
use crate::view::writers::Writers;
use crate::view::{sequence, spacetime};
use clap::Args;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Which files are written.
#[derive(Args)]
pub(super) struct Files {
    /// Write the journal as JSON lines
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Write a space-time diagram
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write a sequence diagram for Mermaid
    #[arg(long, value_name = "FILE")]
    mermaid: Option<PathBuf>,
}

impl Files {
    /// Writes what was asked for. Of several runs the first has the names as given; others have their variant's id before
    /// the extension.
    pub(super) fn write(&self, played: &Played, is_first: bool) -> Result<(), Problem> {
        let place = |path: &Path| if is_first { path.to_owned() } else { beside(path, played.job.recipe.variant.as_deref()) };
        if let Some(path) = &self.trace {
            save(&place(path), &trace(played))?;
        }
        if self.svg.is_none() && self.mermaid.is_none() {
            return Ok(());
        }
        let diagram = Diagram::of(&played.session);
        let title = format!("{}, seed {}", played.job.name, played.session.seed());
        if let Some(path) = &self.svg {
            save(&place(path), &spacetime::svg(&title, &diagram))?;
        }
        if let Some(path) = &self.mermaid {
            save(&place(path), &sequence::mermaid(&title, &diagram))?;
        }
        Ok(())
    }
}

/// `run.svg` of the variant `fast`: `run.fast.svg`.
fn beside(path: &Path, variant: Option<&str>) -> PathBuf {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}.{}{extension}", variant.unwrap_or("run")))
}

fn save(path: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(path, text).map_err(|error| Problem(format!("{}: {error}", path.display())))
}

/// One object a line; the first says how many older entries are gone, if any.
fn trace(played: &Played) -> String {
    let session = &played.session;
    let (names, snapshot) = (Names::new(session.setup()), session.snapshot());
    let writers = Writers::collect(session.history(), &snapshot);
    let context = Context { names: &names, writers: &writers, commands: session.commands(), history: session.history(), marked: &[] };
    let mut text = String::new();
    let first = session.journal().dropped_count();
    if first > 0 {
        text.push_str(&format!("{}\n", json!({ "type": "cut", "entries": first })));
    }
    for (number, entry) in (first..).zip(session.journal().iter()) {
        text.push_str(&format!("{}\n", traced(number, &entry, &context)));
    }
    text
}

fn traced(number: u64, entry: &Entry, context: &Context<'_>) -> Json {
    let line = events::line(number, entry, context);
    let mut fields = json!({ "number": number, "at_ns": entry.at.0, "event": entry.event, "type": line.kind.id(), "text": line.text });
    match &entry.happening {
        Happening::Sent { message, from, to, kind } | Happening::Delivered { message, from, to, kind } => {
            message_fields(&mut fields, *message, from.0, to.0, &format!("{kind:?}"));
        }
        Happening::Dropped { message, from, to, kind, reason } => {
            message_fields(&mut fields, *message, from.0, to.0, &format!("{kind:?}"));
            fields["reason"] = Json::from(format!("{reason:?}").to_lowercase());
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

fn message_fields(fields: &mut Json, message: u64, from: u16, to: u16, kind: &str) {
    fields["message"] = Json::from(message);
    fields["from"] = Json::from(from);
    fields["to"] = Json::from(to);
    fields["kind"] = Json::from(kind.to_lowercase());
}
