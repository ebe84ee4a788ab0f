//! Values as JSON for people: two spaces for each level, one field or item on each line.

use super::format::{Shape, Writer};

/// A value as JSON.
pub(super) fn write(value: &impl Shape) -> String {
    let mut writer = JsonWriter { out: String::new(), depth: 0, is_first: true };
    value.write(&mut writer);
    writer.out
}

/// Adds a text as JSON has it.
fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..' ' => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// A text as JSON has it, quotes included.
#[cfg(feature = "catalogue")]
pub(crate) fn json_quoted(text: &str) -> String {
    let mut out = String::new();
    push_text(&mut out, text);
    out
}

struct JsonWriter {
    out: String,
    depth: usize,
    /// Whether nothing stands in the innermost list or record yet.
    is_first: bool,
}

impl JsonWriter {
    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
        self.is_first = true;
    }

    fn next(&mut self) {
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        self.new_line();
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !self.is_first {
            self.new_line();
        }
        self.is_first = false;
        self.out.push(bracket);
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }
}

impl Writer for JsonWriter {
    fn is_for_people(&self) -> bool {
        true
    }

    fn number(&mut self, number: u64) {
        self.out.push_str(&number.to_string());
    }

    fn signed(&mut self, number: i64) {
        self.out.push_str(&number.to_string());
    }

    fn flag(&mut self, flag: bool) {
        self.out.push_str(if flag { "true" } else { "false" });
    }

    fn text(&mut self, text: &str) {
        push_text(&mut self.out, text);
    }

    fn option(&mut self, is_some: bool) {
        if !is_some {
            self.out.push_str("null");
        }
    }

    fn list(&mut self, _count: usize) {
        self.open('[');
    }

    fn item(&mut self) {
        self.next();
    }

    fn end_list(&mut self) {
        self.close(']');
    }

    fn record(&mut self) {
        self.open('{');
    }

    fn field(&mut self, name: &'static str) {
        self.next();
        self.text(name);
        self.out.push_str(": ");
    }

    fn end_record(&mut self) {
        self.close('}');
    }

    fn choice(&mut self, _names: &[&'static str], name: &'static str, is_bare: bool) {
        if is_bare {
            return self.text(name);
        }
        self.record();
        self.field(name);
    }

    fn end_choice(&mut self, is_bare: bool) {
        if !is_bare {
            self.end_record();
        }
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_back_as_they_were() {
        for text in ["", "a \"b\" \\ c", "new\nline\ttab\u{1}", "größer → ∞"] {
            assert_eq!(serde_json::from_str::<String>(&json_quoted(text)).ok().as_deref(), Some(text));
        }
    }
}
