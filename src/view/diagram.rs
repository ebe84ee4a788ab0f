//! A run as a diagram over time: lanes, arrows, operations and marks, bounded, as plain data. `spacetime` draws it as
//! SVG, `sequence` writes it as text. Signs of life are left out.

use super::names::Names;
use super::{describe, words};
use crate::replication::delta::Operation;
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::note::Note;
use crate::replication::protocol::{MessageKind, Reply};
use crate::replication::time::SimTime;
use crate::session::Session;
use crate::simulation::history::OperationRecord;
use crate::simulation::journal::{DropReason, Happening};
use std::collections::BTreeMap;

/// Messages that a diagram shows at most.
pub const MAX_ARROWS: usize = 1_500;
/// Operations that it shows at most.
pub const MAX_OPERATIONS: usize = 500;
/// Marks that it shows at most.
pub const MAX_MARKS: usize = 200;

/// What happened, as a picture needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagram {
    /// Names of the nodes, by number.
    pub nodes: Vec<String>,
    /// Names of the sessions, by number.
    pub sessions: Vec<String>,
    /// Messages, in the order of sending.
    pub arrows: Vec<Arrow>,
    /// What clients asked, in the order of asking.
    pub operations: Vec<Bar>,
    /// What is worth a mark: commands, conflicts, promotions, alarms.
    pub marks: Vec<Mark>,
    /// The end of the run.
    pub end: SimTime,
    /// What did not fit, or is no longer in the journal.
    pub left_out_count: u64,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// From.
    pub from: NodeId,
    /// To.
    pub to: NodeId,
    /// What it is.
    pub kind: MessageKind,
    /// When it left.
    pub sent_at: SimTime,
    /// When it arrived or was lost; `None`: it is in flight.
    pub ended_at: Option<SimTime>,
    /// Why it was lost.
    pub lost: Option<DropReason>,
}

/// An operation of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Whose.
    pub session: SessionId,
    /// The node that was asked.
    pub node: NodeId,
    /// What was asked.
    pub asked: String,
    /// What was answered.
    pub answered: String,
    /// Whether it was refused.
    pub is_refused: bool,
    /// When it was asked.
    pub from: SimTime,
    /// When the answer came; `None`: none came.
    pub to: Option<SimTime>,
}

/// Something at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: SimTime,
    /// At which node; `None`: at none.
    pub node: Option<NodeId>,
    /// What, in a few words.
    pub text: String,
}

impl Diagram {
    /// The diagram of a run up to now.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let names = Names::new(session.setup());
        let mut diagram = Self {
            nodes: names.nodes().map(|node| names.node(node)).collect(),
            sessions: (0..session.setup().sessions.len() as u16).map(|index| names.session(SessionId(index))).collect(),
            end: session.now(),
            left_out_count: session.journal().dropped_count(),
            ..Self::default()
        };
        diagram.read_journal(session, &names);
        for operation in session.history().iter() {
            if diagram.operations.len() < MAX_OPERATIONS { diagram.operations.push(bar(operation)) } else { diagram.left_out_count += 1 }
        }
        diagram
    }

    fn read_journal(&mut self, session: &Session, names: &Names) {
        let mut open = BTreeMap::new();
        for entry in session.journal().iter() {
            match &entry.happening {
                Happening::Sent { kind: MessageKind::Heartbeat, .. } => {}
                Happening::Sent { message, from, to, kind } => {
                    if self.arrows.len() < MAX_ARROWS {
                        open.insert(*message, self.arrows.len());
                        let arrow = Arrow { from: *from, to: *to, kind: *kind, sent_at: entry.at, ended_at: None, lost: None };
                        self.arrows.push(arrow);
                    } else {
                        self.left_out_count += 1;
                    }
                }
                Happening::Delivered { message, .. } => self.close(&open, *message, entry.at, None),
                Happening::Dropped { message, reason, .. } => self.close(&open, *message, entry.at, Some(*reason)),
                Happening::Noted(node, note) => self.mark(entry.at, Some(*node), telling(note)),
                Happening::Commanded(index) => {
                    let logged = session.commands().get(*index as usize);
                    self.mark(entry.at, None, logged.map(|timed| describe::command(&timed.command, names)));
                }
                Happening::Answered(..) => {}
            }
        }
    }

    /// A message that comes twice keeps its first arrival.
    fn close(&mut self, open: &BTreeMap<u64, usize>, message: u64, at: SimTime, lost: Option<DropReason>) {
        let Some(arrow) = open.get(&message).and_then(|index| self.arrows.get_mut(*index)) else { return };
        if arrow.ended_at.is_none() {
            (arrow.ended_at, arrow.lost) = (Some(at), lost);
        }
    }

    fn mark(&mut self, at: SimTime, node: Option<NodeId>, text: Option<String>) {
        let Some(text) = text else { return };
        if self.marks.len() < MAX_MARKS { self.marks.push(Mark { at, node, text }) } else { self.left_out_count += 1 }
    }
}

fn telling(note: &Note) -> Option<String> {
    match note {
        Note::Conflict { key, item, .. } => {
            Some(format!("conflict on {}", item.as_ref().map_or_else(|| key.to_string(), ToString::to_string)))
        }
        Note::Promoted(term) => Some(format!("leader of term {}", term.0)),
        Note::TailDiscarded(_, count) => Some(format!("drops {}", words::count(u64::from(*count), "write", "writes"))),
        Note::Alarm(_) => Some("alarm".to_owned()),
        _ => None,
    }
}

/// An operation as a bar.
#[must_use]
pub fn bar(operation: &OperationRecord) -> Bar {
    let key = &operation.key;
    let asked = match &operation.write {
        None if operation.also.is_empty() => format!("read {key}"),
        None => format!("read {key} and {} more", operation.also.len()),
        Some(Operation::Put(value)) => format!("write {key} = {value}"),
        Some(write) => describe::write_noun(write),
    };
    let reply = operation.closed.as_ref().map(|(_, reply)| reply);
    let answered = match reply {
        None if operation.is_unknown => "no answer: outcome unknown".to_owned(),
        None => "no answer yet".to_owned(),
        Some(Reply::Written { .. }) => "ok".to_owned(),
        Some(Reply::Value { value, .. }) => value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string),
        Some(Reply::Values(values)) => words::count(values.len() as u64, "value", "values"),
        Some(Reply::Siblings { values, .. }) => words::count(values.len() as u64, "version", "versions"),
        Some(Reply::State { decided, .. }) => describe::content(&decided.content),
        Some(Reply::Refused(refusal)) => format!("refused: {}", words::refusal(*refusal)),
    };
    Bar {
        session: operation.session,
        node: operation.node,
        asked,
        answered,
        is_refused: matches!(reply, Some(Reply::Refused(_))),
        from: operation.invoked_at,
        to: operation.closed.as_ref().map(|(at, _)| *at),
    }
}
