//! Values of a history: a number, a text or null. Numbers that are equal are one value, however they are written.

use serde_json::{Number, Value as Json};
use std::rc::Rc;

/// What was written or read. Null stands for the initial state wherever it appears.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// The initial state.
    Null,
    /// A whole number.
    Integer(i128),
    /// A number with a fraction, as the bits of its double.
    Fraction(u64),
    /// A text.
    Text(Rc<str>),
}

/// Whole numbers from here on have no exact double, so that two of them could look like one.
const INEXACT_FROM: f64 = 9_007_199_254_740_992.0;

impl Value {
    /// Reads a value; the error says what is wrong.
    pub fn from_json(json: &Json) -> Result<Self, String> {
        match json {
            Json::Null => Ok(Self::Null),
            Json::Number(number) => Self::from_number(number),
            Json::String(text) => Ok(Self::Text(text.as_str().into())),
            Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err("must be a number, a string or null".to_owned()),
        }
    }

    fn from_number(number: &Number) -> Result<Self, String> {
        if let Some(whole) = number.as_i128() {
            return Ok(Self::Integer(whole));
        }
        let double =
            number.as_f64().filter(|double| double.is_finite()).ok_or_else(|| format!("{number} is no number that can be held"))?;
        if libm::trunc(double) != double {
            return Ok(Self::Fraction(double.to_bits()));
        }
        if double.abs() >= INEXACT_FROM {
            return Err(format!("{number} is too large to be told from its neighbours"));
        }
        Ok(Self::Integer(double as i128))
    }

    /// Its text; empty for what is none.
    pub(super) fn text(&self) -> Rc<str> {
        match self {
            Self::Text(text) => Rc::clone(text),
            Self::Null | Self::Integer(_) | Self::Fraction(_) => "".into(),
        }
    }

    /// As JSON again.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Integer(whole) => Number::from_i128(*whole).map_or(Json::Null, Json::Number),
            Self::Fraction(bits) => Number::from_f64(f64::from_bits(*bits)).map_or(Json::Null, Json::Number),
            Self::Text(text) => Json::String(text.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, String> {
        Value::from_json(&serde_json::from_str(text).expect("is JSON"))
    }

    #[test]
    fn equal_numbers_are_one_value() {
        assert_eq!(read("1"), read("1.0"));
        assert_eq!(read("0"), read("-0.0"));
        assert_ne!(read("1"), read("1.5"));
        assert_ne!(read("1"), read("\"1\""));
        assert_ne!(read("18446744073709551615"), read("18446744073709551614"));
        assert!(read("36893488147419103232").is_err_and(|reason| reason.contains("too large")));
    }

    #[test]
    fn they_come_back_as_they_were() {
        for text in ["null", "1", "-3", "0.25", "\"a\"", "18446744073709551615"] {
            assert_eq!(read(text).expect("is a value").to_json().to_string(), text);
        }
    }
}
