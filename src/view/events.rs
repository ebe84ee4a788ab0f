//! The run as text: every journal entry a sentence. The complete twin of the picture.

use super::names::Names;
use super::writers::Writers;
use super::{describe, words};
use crate::recipe::TimedCommand;
use crate::replication::note::{ExchangeNote, Note};
use crate::replication::protocol::{MessageKind, Reply};
use crate::simulation::history::History;
use crate::simulation::journal::{Entry, Happening, Journal};

/// What a line is about; the sign before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A message left.
    Sent,
    /// A message arrived.
    Delivered,
    /// A message was lost.
    Dropped,
    /// A node explains.
    Noted,
    /// Two versions met.
    Conflict,
    /// A client got its answer.
    Answered,
    /// A person acted.
    Commanded,
    /// Something that must never happen did.
    Alarm,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// Its number in the journal.
    pub number: u64,
    /// When.
    pub at: String,
    /// At which event of the run, for jumping there.
    pub event: u64,
    /// When, exactly.
    pub at_ns: u64,
    /// What it is about.
    pub kind: LineKind,
    /// The sentence.
    pub text: String,
    /// Whether it belongs to the proof that is being looked at.
    pub is_marked: bool,
}

/// What sentences need to know besides the entry.
pub struct Context<'a> {
    /// Names of nodes.
    pub names: &'a Names,
    /// Names of writes.
    pub writers: &'a Writers,
    /// The command log.
    pub commands: &'a [TimedCommand],
    /// What clients were told.
    pub history: &'a History,
    /// Operations of the proof that is being looked at.
    pub marked: &'a [u64],
}

impl LineKind {
    /// The sign before a line, so that its kind does not hang on colour.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Sent => "→",
            Self::Delivered => "↓",
            Self::Dropped => "✕",
            Self::Noted => "·",
            Self::Conflict => "⚑",
            Self::Answered => "✓",
            Self::Commanded => "▸",
            Self::Alarm => "!",
        }
    }

    /// Its id, for styling.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Dropped => "dropped",
            Self::Noted => "noted",
            Self::Conflict => "conflict",
            Self::Answered => "answered",
            Self::Commanded => "commanded",
            Self::Alarm => "alarm",
        }
    }
}

/// Whether an entry only says that a node is alive.
#[must_use]
pub const fn is_heartbeat(happening: &Happening) -> bool {
    matches!(
        happening,
        Happening::Sent { kind: MessageKind::Heartbeat, .. }
            | Happening::Delivered { kind: MessageKind::Heartbeat, .. }
            | Happening::Dropped { kind: MessageKind::Heartbeat, .. }
    )
}

/// The latest entries as lines, newest first: at most `most`, signs of life only on request.
#[must_use]
pub fn latest(journal: &Journal, most: usize, with_heartbeats: bool, context: &Context<'_>) -> Vec<EventLine> {
    // Signs of life are most of a calm run; looking back this far finds enough else, and stays cheap.
    let first = journal.end().saturating_sub(most as u64 * 40).max(journal.dropped_count());
    let shown = (first..).zip(journal.iter_from(first)).filter(|(_, entry)| with_heartbeats || !is_heartbeat(&entry.happening));
    let mut lines: Vec<(u64, Entry)> = shown.collect();
    let surplus = lines.len().saturating_sub(most);
    lines.drain(..surplus).count();
    lines.iter().rev().map(|(number, entry)| line(*number, entry, context)).collect()
}

/// The line for the entry with this number.
#[must_use]
pub fn line(number: u64, entry: &Entry, context: &Context<'_>) -> EventLine {
    let (kind, text) = sentence(&entry.happening, context);
    let is_marked = matches!(entry.happening, Happening::Answered(_, operation) if context.marked.contains(&operation));
    EventLine { number, at: words::time(entry.at), event: entry.event, at_ns: entry.at.0, kind, text, is_marked }
}

/// Sentences said at once, at most; of more, the latest.
const MOST_SAID: usize = 3;

/// What is said of the entries from number `first` on, to those who hear the page; `None`: nothing. With everything, all
/// but messages that only say that a node is alive.
#[must_use]
pub fn said(journal: &Journal, first: u64, with_everything: bool, context: &Context<'_>) -> Option<String> {
    let mut entries: Vec<Entry> = journal.iter_from(first).filter(|entry| is_said(&entry.happening, with_everything)).collect();
    let left_out = entries.len().saturating_sub(MOST_SAID);
    entries.drain(..left_out).count();
    let sentences: Vec<String> = entries.iter().map(|entry| sentence(&entry.happening, context).1).collect();
    let before = if left_out > 0 { format!("{left_out} more before. ") } else { String::new() };
    (!sentences.is_empty()).then(|| format!("{before}{}.", sentences.join(". ")))
}

/// Whether an entry is said to those who hear the page.
#[must_use]
pub fn is_said(happening: &Happening, with_everything: bool) -> bool {
    if with_everything { !is_heartbeat(happening) } else { is_important(happening) }
}

/// What a screen reader should be told of an entry at once, if anything.
#[must_use]
pub fn announcement(entry: &Entry, context: &Context<'_>) -> Option<String> {
    is_important(&entry.happening).then(|| sentence(&entry.happening, context).1)
}

fn is_important(happening: &Happening) -> bool {
    match happening {
        Happening::Noted(_, note) => match note.as_ref() {
            Note::Conflict { .. }
            | Note::Promoted(_)
            | Note::Amnesia(_)
            | Note::Alarm(_)
            | Note::ClockAhead(_)
            | Note::TailDiscarded(..)
            | Note::TailHandedOver(_) => true,
            Note::Exchange(_, exchange) => {
                matches!(exchange, ExchangeNote::Confirmed { pending_count: 0 } | ExchangeNote::PendingAgain { .. })
            }
            Note::Told(..) => true,
            Note::Accepted(_) | Note::Applied(_) | Note::CaughtUp(_) | Note::SteppedDown(..) => false,
        },
        Happening::Commanded(_) => true,
        Happening::Sent { .. } | Happening::Delivered { .. } | Happening::Dropped { .. } | Happening::Answered(..) => false,
    }
}

fn sentence(happening: &Happening, context: &Context<'_>) -> (LineKind, String) {
    let name = |node| context.names.node(node);
    match happening {
        Happening::Sent { from, to, kind, .. } => {
            (LineKind::Sent, format!("{} sends {} to {}", name(*from), words::message(*kind), name(*to)))
        }
        Happening::Delivered { from, to, kind, .. } => {
            (LineKind::Delivered, format!("{} receives {} from {}", name(*to), words::message(*kind), name(*from)))
        }
        Happening::Dropped { from, to, kind, reason, .. } => {
            let why = words::drop_reason(*reason);
            (
                LineKind::Dropped,
                format!("{} from {} to {} is lost: {why}", words::sentence_case(words::message(*kind)), name(*from), name(*to)),
            )
        }
        Happening::Noted(node, note) => {
            let kind = match note.as_ref() {
                Note::Conflict { .. } => LineKind::Conflict,
                Note::Alarm(_) | Note::Amnesia(_) => LineKind::Alarm,
                _ => LineKind::Noted,
            };
            (kind, format!("{}: {}", name(*node), describe::note(note, context.names, context.writers)))
        }
        Happening::Answered(session, operation) => {
            (LineKind::Answered, answer(context.names.session(*session), *operation, context.history))
        }
        Happening::Commanded(index) => {
            let logged = context.commands.get(*index as usize);
            (LineKind::Commanded, logged.map_or_else(|| "A command".to_owned(), |timed| describe::command(&timed.command, context.names)))
        }
    }
}

fn answer(session: String, operation: u64, history: &History) -> String {
    let record = usize::try_from(operation).ok().and_then(|index| history.get(index));
    let reply = record.and_then(|record| record.closed.as_ref()).map(|(_, reply)| reply);
    match reply {
        Some(Reply::Written { .. }) => format!("{session}: the write is durable where it was accepted"),
        Some(Reply::Value { value, .. }) => {
            format!("{session}: reads {}", value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string))
        }
        Some(Reply::Values(values)) => {
            let shown = |(key, value, _): &(_, Option<_>, _)| match value {
                Some(value) => format!("{key} = {value}"),
                None => format!("no {key}"),
            };
            format!("{session}: reads {}", values.iter().map(shown).collect::<Vec<String>>().join(", "))
        }
        Some(Reply::Siblings { values, .. }) => format!("{session}: reads {}", words::count(values.len() as u64, "version", "versions")),
        Some(Reply::State { decided, .. }) => format!("{session}: reads {}", describe::content(&decided.content)),
        Some(Reply::Refused(refusal)) => format!("{session}: refused, {}", words::refusal(*refusal)),
        None => format!("{session}: answered"),
    }
}
