//! JSON text as a tree in which everything knows its place. Bounded in depth; in length by who calls it.

use super::format::{Place, Problem};
use crate::limits;

/// A value and its place in the text: line and column, from 1.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What stands there.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Flag(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Record(Vec<Field>),
}

/// The name of a field, its place, and what stands there.
pub(super) type Field = (String, Place, Node);

/// Reads the whole text as one value.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let mut parser = Parser { rest: text, line: 1, line_start: text.len(), depth: 0 };
    let node = parser.node()?;
    parser.skip_space();
    if parser.rest.is_empty() { Ok(node) } else { Err(parser.problem("something follows the end of the recipe")) }
}

struct Parser<'a> {
    rest: &'a str,
    line: usize,
    /// How much text was left where the line began.
    line_start: usize,
    depth: usize,
}

impl Parser<'_> {
    fn place(&self) -> Place {
        (self.line, self.line_start - self.rest.len() + 1)
    }

    fn problem(&self, what: &str) -> Problem {
        let what = if self.rest.is_empty() { "the text ends too early" } else { what };
        Problem::new(self.place(), what.to_owned())
    }

    fn skip_space(&mut self) {
        while let Some(space) = self.rest.chars().next().filter(|char| matches!(char, ' ' | '\n' | '\r' | '\t')) {
            self.rest = &self.rest[1..];
            if space == '\n' {
                self.line += 1;
                self.line_start = self.rest.len();
            }
        }
    }

    /// Takes `token` away if it comes next.
    fn takes(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn node(&mut self) -> Result<Node, Problem> {
        self.skip_space();
        let place = self.place();
        let value = match self.rest.bytes().next() {
            Some(b'{' | b'[') => self.nested()?,
            Some(b'"') => Value::Text(self.text()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            _ if self.takes("null") => Value::Null,
            _ if self.takes("true") => Value::Flag(true),
            _ if self.takes("false") => Value::Flag(false),
            _ => return Err(self.problem("expected value")),
        };
        Ok(Node { place, value })
    }

    fn nested(&mut self) -> Result<Value, Problem> {
        if self.depth == limits::MAX_JSON_DEPTH {
            return Err(self.problem("recursion limit exceeded"));
        }
        self.depth += 1;
        let value = if self.takes("{") { self.record() } else { self.list() };
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Value, Problem> {
        self.takes("[");
        let mut items = Vec::new();
        while self.goes_on("]", items.is_empty())? {
            items.push(self.node()?);
        }
        Ok(Value::List(items))
    }

    fn record(&mut self) -> Result<Value, Problem> {
        let mut fields: Vec<Field> = Vec::new();
        while self.goes_on("}", fields.is_empty())? {
            self.skip_space();
            let place = self.place();
            let name = self.text()?;
            if fields.iter().any(|(known, ..)| *known == name) {
                return Err(Problem::new(place, format!("duplicate field `{name}`")));
            }
            self.skip_space();
            if fields.len() == limits::MAX_JSON_FIELDS {
                return Err(self.problem("too many fields"));
            }
            if !self.takes(":") {
                return Err(self.problem("expected `:`"));
            }
            fields.push((name, place, self.node()?));
        }
        Ok(Value::Record(fields))
    }

    /// Whether another item comes before the closing `bracket`.
    fn goes_on(&mut self, bracket: &str, is_first: bool) -> Result<bool, Problem> {
        self.skip_space();
        if self.takes(bracket) {
            return Ok(false);
        }
        if is_first || self.takes(",") { Ok(true) } else { Err(self.problem(&format!("expected `,` or `{bracket}`"))) }
    }

    fn number(&mut self) -> Result<String, Problem> {
        let is_part = |char: char| matches!(char, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|char| !is_part(char)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        let digits = number.strip_prefix('-').unwrap_or(number);
        if digits.starts_with('0') && digits[1..].starts_with(|char: char| char.is_ascii_digit()) {
            return Err(self.problem("invalid number"));
        }
        self.rest = rest;
        Ok(number.to_owned())
    }

    fn text(&mut self) -> Result<String, Problem> {
        if !self.takes("\"") {
            return Err(self.problem("expected a text in quotes"));
        }
        let mut text = String::new();
        loop {
            let plain = self.rest.find(|char| char < ' ' || matches!(char, '"' | '\\')).unwrap_or(self.rest.len());
            text.push_str(&self.rest[..plain]);
            self.rest = &self.rest[plain..];
            if self.takes("\"") {
                return Ok(text);
            }
            if !self.takes("\\") {
                return Err(self.problem("control character in a text"));
            }
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, Problem> {
        let Some(sign) = self.rest.chars().next() else { return Err(self.problem("invalid escape")) };
        let plain = match sign {
            '"' | '\\' | '/' => sign,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => return self.code_point(),
            _ => return Err(self.problem("invalid escape")),
        };
        self.rest = &self.rest[1..];
        Ok(plain)
    }

    /// `uXXXX`, or two of them for what lies beyond the basic plane.
    fn code_point(&mut self) -> Result<char, Problem> {
        let first = self.four_digits()?;
        let code = match first {
            0xd800..0xdc00 if self.takes("\\") => {
                let second = self.four_digits()?;
                0x1_0000 + ((first - 0xd800) << 10) + second.checked_sub(0xdc00).filter(|low| *low < 0x400).unwrap_or(u32::MAX >> 1)
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(|| self.problem("invalid escape"))
    }

    fn four_digits(&mut self) -> Result<u32, Problem> {
        let digits = self.rest.strip_prefix('u').and_then(|rest| rest.get(..4));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.problem("invalid escape"))?;
        self.rest = &self.rest[5..];
        Ok(code)
    }
}
