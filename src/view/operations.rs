//! What clients asked and were told, one operation a line.

use super::names::Names;
use super::{describe, words};
use crate::replication::delta::Operation;
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;
use crate::simulation::history::{History, OperationRecord};

/// One operation in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationLine {
    /// Its number in the history.
    pub number: u64,
    /// When it ended, or began where it has not ended.
    pub at: SimTime,
    /// The node that was asked.
    pub node: NodeId,
    /// Who did what, and what came of it.
    pub text: String,
    /// Whether it did not end well.
    pub is_trouble: bool,
}

/// How far back the last answer of a session is looked for.
const LOOK_BACK: usize = 2_000;

/// The operation of this number.
#[must_use]
pub fn line(number: u64, history: &History, names: &Names) -> Option<OperationLine> {
    let record = history.get(usize::try_from(number).ok()?)?;
    let at = record.closed.as_ref().map_or(record.invoked_at, |(at, _)| *at);
    let text = format!("{} {} → {}", names.session(record.session), asked(record), told(record));
    Some(OperationLine { number, at, node: record.node, text, is_trouble: is_trouble(record) })
}

/// What the session was told last: what it asked, what came of it.
#[must_use]
pub fn last(session: SessionId, history: &History) -> Option<(String, bool)> {
    let end = history.len();
    let mut latest = (end.saturating_sub(LOOK_BACK)..end).rev().filter_map(|number| history.get(number));
    let record = latest.find(|record| record.session == session && (record.closed.is_some() || record.is_unknown))?;
    Some((format!("{} → {}", asked(record), told(record)), is_trouble(record)))
}

/// The key that the session asked about last.
#[must_use]
pub fn last_key(session: SessionId, history: &History) -> Option<String> {
    let end = history.len();
    let mut latest = (end.saturating_sub(LOOK_BACK)..end).rev().filter_map(|number| history.get(number));
    latest.find(|record| record.session == session).map(|record| record.key.to_string())
}

/// "reads profile", "writes profile = new".
fn asked(record: &OperationRecord) -> String {
    let key = &record.key;
    match &record.write {
        None if record.also.is_empty() => format!("reads {key}"),
        None => {
            let also = record.also.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
            format!("reads {key} and {also}")
        }
        Some(Operation::Put(value)) => format!("writes {key} = {value}"),
        Some(Operation::Delete) => format!("deletes {key}"),
        Some(operation) => format!("asks for {}", describe::write_noun(operation)),
    }
}

fn told(record: &OperationRecord) -> String {
    let shown = |value: &Option<crate::replication::delta::Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    match record.closed.as_ref().map(|(_, reply)| reply) {
        _ if record.is_unknown => "no answer in time, the outcome is unknown".to_owned(),
        None => "no answer yet".to_owned(),
        Some(Reply::Written { .. }) => "done".to_owned(),
        Some(Reply::Value { value, .. }) => shown(value),
        Some(Reply::Values(values)) => {
            values.iter().map(|(key, value, _)| format!("{key} = {}", shown(value))).collect::<Vec<_>>().join(", ")
        }
        Some(Reply::Siblings { values, .. }) if values.is_empty() => "nothing".to_owned(),
        Some(Reply::Siblings { values, .. }) => values.iter().map(|(_, value)| shown(value)).collect::<Vec<_>>().join(" | "),
        Some(Reply::State { decided, .. }) => describe::content(&decided.content),
        Some(Reply::Refused(refusal)) => format!("refused: {}", words::refusal(*refusal)),
    }
}

const fn is_trouble(record: &OperationRecord) -> bool {
    record.is_unknown || matches!(record.closed, Some((_, Reply::Refused(_))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::causality::VersionVector;
    use crate::replication::protocol::Refusal;
    use crate::view::example;

    fn record(session: u16, write: Option<Operation>, closed: Option<(u64, Reply)>) -> OperationRecord {
        OperationRecord {
            session: SessionId(session),
            author: "Ana".into(),
            node: NodeId(0),
            key: "page".into(),
            also: Vec::new(),
            write,
            context: VersionVector::new(),
            invoked_at: SimTime::from_ms(3),
            closed: closed.map(|(ms, reply)| (SimTime::from_ms(ms), reply)),
            is_unknown: false,
        }
    }

    #[test]
    fn operations_say_what_was_asked_and_what_came_of_it() {
        let (setup, _) = example::cluster();
        let names = Names::new(&setup);
        let put = || Some(Operation::Put(crate::replication::delta::Value::Number(7)));
        let history: History = [
            record(1, put(), Some((9, Reply::Refused(Refusal::Unavailable)))),
            record(1, put(), None),
            record(2, Some(Operation::Delete), None),
        ]
        .into_iter()
        .collect();
        let first = line(0, &history, &names).expect("number 0");
        assert_eq!(first.text, "Oregon · Ana writes page = 7 → refused: the node cannot take writes now");
        assert_eq!((first.at, first.is_trouble), (SimTime::from_ms(9), true));
        assert_eq!(line(2, &history, &names).map(|line| line.text).as_deref(), Some("Ireland · Ben deletes page → no answer yet"));
        assert_eq!(
            last(SessionId(1), &history).map(|(text, _)| text).as_deref(),
            Some("writes page = 7 → refused: the node cannot take writes now")
        );
        assert_eq!(last(SessionId(2), &history), None, "it has no answer yet");
        assert_eq!(line(3, &history, &names), None);
    }
}
