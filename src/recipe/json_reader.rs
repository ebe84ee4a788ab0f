//! Values from JSON. What does not fit is refused with its place in the text.

use super::format::{Problem, Reader, Shape, quoted};
use super::json_text::{Field, Node, Value};

/// The value that `root` describes.
pub(super) fn read<T: Shape>(root: &Node) -> Result<T, Problem> {
    T::read(&mut JsonReader { path: vec![root] })
}

/// The text of the number in a field of `root`, if there is one.
pub(super) fn number_in<'a>(root: &'a Node, name: &str) -> Option<&'a str> {
    let Value::Record(fields) = &root.value else { return None };
    let (_, _, node) = fields.iter().find(|(known, ..)| known == name)?;
    if let Value::Number(number) = &node.value { Some(number) } else { None }
}

/// Stands where a chosen name has nothing to it.
static NOTHING: Node = Node { place: (0, 0), value: Value::Null };

struct JsonReader<'a> {
    /// From the whole to what is being read.
    path: Vec<&'a Node>,
}

impl<'a> JsonReader<'a> {
    fn node(&self) -> &'a Node {
        self.path.last().copied().unwrap_or(&NOTHING)
    }

    fn unfit(&self, expected: &str) -> Problem {
        let found = match &self.node().value {
            Value::Null => "null".to_owned(),
            Value::Flag(flag) => format!("boolean `{flag}`"),
            Value::Number(number) => format!("number `{number}`"),
            Value::Text(text) => format!("string \"{text}\""),
            Value::List(_) => "sequence".to_owned(),
            Value::Record(_) => "map".to_owned(),
        };
        self.problem(format!("invalid type: {found}, expected {expected}"))
    }

    fn fields(&self) -> Result<&'a [Field], Problem> {
        match &self.node().value {
            Value::Record(fields) => Ok(fields),
            _ => Err(self.unfit("map")),
        }
    }
}

impl Reader for JsonReader<'_> {
    fn is_for_people(&self) -> bool {
        true
    }

    fn number(&mut self, most: u64) -> Result<u64, Problem> {
        let Value::Number(number) = &self.node().value else { return Err(self.unfit("number")) };
        let number = number.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| self.unfit(&format!("whole number from 0 to {most}")))
    }

    fn signed(&mut self) -> Result<i64, Problem> {
        let Value::Number(number) = &self.node().value else { return Err(self.unfit("number")) };
        number.parse().map_err(|_| self.unfit("whole number of 64 bits"))
    }

    fn flag(&mut self) -> Result<bool, Problem> {
        if let Value::Flag(flag) = self.node().value { Ok(flag) } else { Err(self.unfit("boolean")) }
    }

    fn text(&mut self) -> Result<String, Problem> {
        if let Value::Text(text) = &self.node().value { Ok(text.clone()) } else { Err(self.unfit("string")) }
    }

    fn option(&mut self) -> Result<bool, Problem> {
        Ok(!matches!(self.node().value, Value::Null))
    }

    fn list(&mut self) -> Result<u64, Problem> {
        if let Value::List(items) = &self.node().value { Ok(items.len() as u64) } else { Err(self.unfit("sequence")) }
    }

    fn item(&mut self, index: u64) -> Result<(), Problem> {
        let Value::List(items) = &self.node().value else { return Err(self.unfit("sequence")) };
        let item = usize::try_from(index).ok().and_then(|index| items.get(index));
        self.path.push(item.ok_or_else(|| self.unfit("longer sequence"))?);
        Ok(())
    }

    fn only(&mut self, names: &[&'static str]) -> Result<(), Problem> {
        let unknown = self.fields()?.iter().find(|(name, ..)| !names.contains(&name.as_str()));
        unknown.map_or(Ok(()), |(name, place, _)| {
            Err(Problem::new(*place, format!("unknown field `{name}`, expected one of {}", quoted(names))))
        })
    }

    fn field(&mut self, name: &'static str) -> Result<bool, Problem> {
        let found = self.fields()?.iter().find(|(known, ..)| known == name);
        self.path.extend(found.map(|(.., node)| node));
        Ok(found.is_some())
    }

    fn choice(&mut self, names: &[&'static str]) -> Result<&'static str, Problem> {
        let (name, content) = match &self.node().value {
            Value::Text(name) => (name, &NOTHING),
            Value::Record(fields) if fields.len() == 1 => (&fields[0].0, &fields[0].2),
            _ => return Err(self.unfit("a name, or a map with one")),
        };
        let known = names.iter().find(|known| *known == name).copied();
        let known = known.ok_or_else(|| self.problem(format!("unknown variant `{name}`, expected one of {}", quoted(names))))?;
        self.path.push(content);
        Ok(known)
    }

    fn leave(&mut self) {
        self.path.pop();
    }

    fn problem(&self, what: String) -> Problem {
        // What stands for nothing has no place of its own.
        let place = self.path.iter().rev().map(|node| node.place).find(|place| place.0 > 0);
        Problem::new(place.unwrap_or((1, 1)), what)
    }
}
