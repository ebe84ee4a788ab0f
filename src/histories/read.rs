//! Reads the history format: one JSON object a line, in the shape of Jepsen's histories
//! (Kingsbury, "Jepsen: history format"). Refuses what it cannot read with line, field and reason; every size is bounded by
//! `limits`. Fields that it does not know are left alone, since Jepsen's tools add their own.

use super::fields::{Fields, Refused, quoted};
use super::format::{Action, Function, History, Moment, Operation, Outcome};
use crate::limits;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Reads a history file.
pub fn read(bytes: &[u8]) -> Result<History, Refused> {
    let most = limits::MAX_HISTORY_BYTES;
    if bytes.len() > most {
        return Err(Refused { line: None, field: None, reason: format!("the history has more than {most} bytes") });
    }
    let mut reader = Reader::default();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            // At most as many lines as bytes.
            reader.take(&Fields::parse(index as u32 + 1, line)?)?;
        }
    }
    Ok(reader.history)
}

#[derive(Default)]
struct Reader {
    history: History,
    keys: BTreeMap<String, u32>,
    sessions: BTreeMap<String, u32>,
    /// The open operation of each busy process.
    busy: BTreeMap<u64, Busy>,
    now: u64,
}

struct Busy {
    number: usize,
    /// Whether the invocation named the session.
    has_session: bool,
}

impl Reader {
    fn take(&mut self, fields: &Fields) -> Result<(), Refused> {
        let process = fields.whole("process")?;
        let kind = fields.word("type")?;
        let outcome = match kind {
            "invoke" => None,
            "ok" => Some(Outcome::Ok),
            "fail" => Some(Outcome::Fail),
            "info" => Some(Outcome::Info),
            _ => return fields.refuse("type", format!("unknown: {}", quoted(kind))),
        };
        let function = fields.function()?;
        let time = fields.whole("time")?;
        if time < self.now {
            return fields.refuse("time", format!("{time} comes after {}: times must not decrease", self.now));
        }
        self.now = time;
        let moment = Moment { line: fields.line, time };
        match outcome {
            None => self.invoke(fields, process, function, moment),
            Some(outcome) => self.close(fields, process, function, moment, outcome),
        }
    }

    fn invoke(&mut self, fields: &Fields, process: u64, function: Function, invoked: Moment) -> Result<(), Refused> {
        if let Some(busy) = self.busy.get(&process) {
            let line = self.history.operations[busy.number].invoked.line;
            return fields.refuse("process", format!("{process} is busy since line {line}"));
        }
        let number = self.history.operations.len();
        let most = limits::MAX_HISTORY_OPERATIONS;
        if number >= most {
            return fields.refuse("type", format!("more than {most} operations"));
        }
        let action = self.action(fields, function)?;
        let session = fields.optional_name("session")?;
        let has_session = session.is_some();
        let session = self.session(session.unwrap_or_else(|| process.to_string()));
        let mut operation = Operation {
            process,
            session,
            function,
            action,
            invoked,
            closed: None,
            outcome: Outcome::Open,
            node: None,
            version: None,
            dot: None,
            sees: None,
        };
        add_details(&mut operation, fields)?;
        self.history.operations.push(operation);
        self.busy.insert(process, Busy { number, has_session });
        Ok(())
    }

    fn close(&mut self, fields: &Fields, process: u64, function: Function, closed: Moment, outcome: Outcome) -> Result<(), Refused> {
        let Some(busy) = self.busy.remove(&process) else {
            return fields.refuse("process", format!("{process} has no open invoke"));
        };
        self.check_close(fields, busy.number, function)?;
        if let Some(name) = fields.optional_name("session")? {
            self.close_session(fields, &busy, name)?;
        }
        let shown = match outcome {
            Outcome::Ok => self.shown(fields, busy.number)?,
            Outcome::Fail | Outcome::Info | Outcome::Open => None,
        };
        let operation = &mut self.history.operations[busy.number];
        add_details(operation, fields)?;
        operation.closed = Some(closed);
        operation.outcome = outcome;
        if let Some(shown) = shown {
            operation.action = shown;
        }
        Ok(())
    }

    /// A close repeats what its invocation asked.
    fn check_close(&mut self, fields: &Fields, number: usize, function: Function) -> Result<(), Refused> {
        let asked = self.history.operations[number].function;
        if asked != function {
            let line = self.history.operations[number].invoked.line;
            return fields.refuse("f", format!("{} closes the {} of line {line}", function.name(), asked.name()));
        }
        if function == Function::ReadMany {
            return Ok(());
        }
        let name = fields.name("key")?;
        let key = self.keys.get(&name).copied();
        let operation = &self.history.operations[number];
        if key.is_none() || key != operation.action.key() {
            return fields.refuse("key", format!("{} is not the key of line {}", quoted(&name), operation.invoked.line));
        }
        Ok(())
    }

    fn close_session(&mut self, fields: &Fields, busy: &Busy, name: String) -> Result<(), Refused> {
        let session = self.session(name);
        let operation = &mut self.history.operations[busy.number];
        if busy.has_session && operation.session != session {
            return fields.refuse("session", format!("differs from line {}", operation.invoked.line));
        }
        operation.session = session;
        Ok(())
    }

    /// What a successful close adds: what a read returned. What a write repeats must be what it asked.
    fn shown(&mut self, fields: &Fields, number: usize) -> Result<Option<Action>, Refused> {
        let operation = &self.history.operations[number];
        let line = operation.invoked.line;
        let differs = || fields.refuse("value", format!("differs from line {line}"));
        match (&operation.action, fields.optional_value()) {
            (Action::Read(key, _), _) => Ok(Some(Action::Read(*key, Some(fields.value()?)))),
            (Action::ReadMany(_), _) => self.read_many(fields).map(Some),
            (Action::Write(_, asked) | Action::Append(_, asked), Some(json)) if fields.as_value(json)? != *asked => differs(),
            (Action::Cas(_, old, new), Some(json)) => {
                let (repeated_old, repeated_new) = fields.pair(json)?;
                if (&repeated_old, &repeated_new) == (old, new) { Ok(None) } else { differs() }
            }
            (Action::Write(..) | Action::Append(..) | Action::Cas(..), _) => Ok(None),
        }
    }

    fn read_many(&mut self, fields: &Fields) -> Result<Action, Refused> {
        let Json::Object(object) = fields.required("value")? else {
            return fields.refuse("value", "a read-many returns an object of key and value");
        };
        let most = limits::MAX_HISTORY_LIST;
        if object.len() > most {
            return fields.refuse("value", format!("has more than {most} keys"));
        }
        let mut values = Vec::new();
        for (name, json) in object {
            let name = fields.as_text_name("value", name)?;
            values.push((self.key(fields, name)?, fields.as_value(json)?));
        }
        Ok(Action::ReadMany(values))
    }

    fn action(&mut self, fields: &Fields, function: Function) -> Result<Action, Refused> {
        if function == Function::ReadMany {
            return match fields.optional_value() {
                None | Some(Json::Object(_) | Json::Array(_)) => Ok(Action::ReadMany(Vec::new())),
                Some(_) => fields.refuse("value", "a read-many names its keys in an object, or null"),
            };
        }
        let name = fields.name("key")?;
        let key = self.key(fields, name)?;
        Ok(match function {
            Function::Write | Function::Put => Action::Write(key, fields.value()?),
            Function::Append => Action::Append(key, appended(fields)?),
            Function::Cas => {
                let (old, new) = fields.pair(fields.required("value")?)?;
                Action::Cas(key, old, new)
            }
            Function::Read | Function::Get | Function::ReadMany => Action::Read(key, None),
        })
    }

    fn key(&mut self, fields: &Fields, name: String) -> Result<u32, Refused> {
        let most = limits::MAX_HISTORY_KEYS;
        let id = numbered(&mut self.keys, &mut self.history.keys, name);
        if id as usize >= most { fields.refuse("key", format!("more than {most} different keys")) } else { Ok(id) }
    }

    fn session(&mut self, name: String) -> u32 {
        numbered(&mut self.sessions, &mut self.history.sessions, name)
    }
}

fn appended(fields: &Fields) -> Result<super::value::Value, Refused> {
    match fields.value()? {
        text @ super::value::Value::Text(_) => Ok(text),
        _ => fields.refuse("value", "an append takes a string"),
    }
}

/// The number of a name, new if it is new. Bounded by the operations of a history.
fn numbered(numbers: &mut BTreeMap<String, u32>, names: &mut Vec<String>, name: String) -> u32 {
    *numbers.entry(name).or_insert_with_key(|name| {
        names.push(name.clone());
        names.len() as u32 - 1
    })
}

/// The optional fields, which may stand on the invocation or on the close.
fn add_details(operation: &mut Operation, fields: &Fields) -> Result<(), Refused> {
    let line = operation.invoked.line;
    merge(fields, "node", &mut operation.node, fields.optional_name("node")?, line)?;
    merge(fields, "version", &mut operation.version, fields.optional_whole("version")?, line)?;
    merge(fields, "dot", &mut operation.dot, fields.optional_dot()?, line)?;
    merge(fields, "sees", &mut operation.sees, fields.dots("sees")?, line)
}

fn merge<T: PartialEq>(fields: &Fields, field: &'static str, old: &mut Option<T>, new: Option<T>, line: u32) -> Result<(), Refused> {
    match (&old, new) {
        (_, None) => Ok(()),
        (Some(old), Some(new)) if *old != new => fields.refuse(field, format!("differs from line {line}")),
        (_, new) => {
            *old = new;
            Ok(())
        }
    }
}
