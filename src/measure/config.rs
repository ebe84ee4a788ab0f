//! What is measured, from JSON. Everything is checked here, before anything is allocated from its numbers.

use super::distribution::{Distribution, Part, Shape};
use crate::limits;
use serde_json::{Map, Value};

/// How far weights may be from 1 together.
const WEIGHT_TOLERANCE: f64 = 0.001;

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Replicas.
    pub n: u16,
    /// Answers that a read waits for.
    pub r: u16,
    /// Acknowledgements that a write waits for.
    pub w: u16,
    /// Whether a read asks all replicas; else just enough, drawn.
    pub reads_all: bool,
    /// Whether a write goes to all replicas; else to just enough, drawn.
    pub writes_all: bool,
    /// A write on its way to a replica.
    pub write: Distribution,
    /// Its acknowledgement.
    pub ack: Distribution,
    /// A read on its way to a replica.
    pub read: Distribution,
    /// Its answer.
    pub response: Distribution,
    /// What every leg to or from a replica takes longer that is not the client's local one.
    pub remote_extra_ms: f64,
    /// Times after a write's end at which a read may start, ascending, 0 first.
    pub consistent_at_ms: Vec<f64>,
}

/// What is wrong with a configuration, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ConfigError {
    /// Path of the field.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

type Checked<T> = Result<T, ConfigError>;

fn error<T>(field: &str, problem: impl Into<String>) -> Checked<T> {
    Err(ConfigError { field: field.to_owned(), problem: problem.into() })
}

const FIELDS: [&str; 11] =
    ["n", "r", "w", "read_fan_out", "write_fan_out", "write", "ack", "read", "response", "remote_extra_ms", "consistent_at_ms"];

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// The first field that is missing, unknown or out of range, with its path.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        if text.len() > limits::MAX_RECIPE_BYTES {
            return error("config", format!("at most {} bytes", limits::MAX_RECIPE_BYTES));
        }
        let value: Value = serde_json::from_str(text).or_else(|problem| error("config", problem.to_string()))?;
        let fields = object("config", &value)?;
        only(fields, "", &FIELDS)?;
        let n = count(fields, "n", limits::MAX_NODES as u64 - 1)?;
        let leg = |name: &str| distribution(name, required(fields, name)?);
        Ok(Self {
            n,
            r: count(fields, "r", u64::from(n))?,
            w: count(fields, "w", u64::from(n))?,
            reads_all: asks_all(fields, "read_fan_out")?,
            writes_all: asks_all(fields, "write_fan_out")?,
            write: leg("write")?,
            ack: leg("ack")?,
            read: leg("read")?,
            response: leg("response")?,
            remote_extra_ms: fields.get("remote_extra_ms").map_or(Ok(0.0), |value| not_negative("remote_extra_ms", value))?,
            consistent_at_ms: times(fields.get("consistent_at_ms"))?,
        })
    }
}

fn object<'a>(field: &str, value: &'a Value) -> Checked<&'a Map<String, Value>> {
    value.as_object().map_or_else(|| error(field, "must be an object"), Ok)
}

fn required<'a>(fields: &'a Map<String, Value>, name: &str) -> Checked<&'a Value> {
    fields.get(name).map_or_else(|| error(name, "is missing"), Ok)
}

fn only(fields: &Map<String, Value>, path: &str, known: &[&str]) -> Checked<()> {
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => error(&below(path, &named(key)), format!("is unknown; there are {}", known.join(", "))),
        None => Ok(()),
    }
}

/// A name from outside, on one line and never nothing: in quotes unless it looks like a field of ours.
fn named(key: &str) -> String {
    let is_plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { key.to_owned() } else { format!("{key:?}") }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn count(fields: &Map<String, Value>, name: &str, most: u64) -> Checked<u16> {
    match required(fields, name)?.as_u64() {
        Some(number) if (1..=most).contains(&number) => Ok(number as u16),
        _ => error(name, format!("must be a whole number between 1 and {most}")),
    }
}

fn asks_all(fields: &Map<String, Value>, name: &str) -> Checked<bool> {
    match fields.get(name).map(Value::as_str) {
        None | Some(Some("all")) => Ok(true),
        Some(Some("quorum")) => Ok(false),
        Some(_) => error(name, "must be \"all\" or \"quorum\""),
    }
}

fn number(field: &str, value: &Value) -> Checked<f64> {
    match value.as_f64() {
        Some(number) if number.abs() <= limits::MAX_MEASURE_NUMBER => Ok(number),
        Some(_) => error(field, format!("must not be above {}", limits::MAX_MEASURE_NUMBER)),
        None => error(field, "must be a number"),
    }
}

fn positive(field: &str, value: &Value) -> Checked<f64> {
    match number(field, value)? {
        number if number >= 1.0 / limits::MAX_MEASURE_NUMBER => Ok(number),
        _ => error(field, "must be positive"),
    }
}

fn not_negative(field: &str, value: &Value) -> Checked<f64> {
    match number(field, value)? {
        number if number >= 0.0 => Ok(number),
        _ => error(field, "must not be negative"),
    }
}

fn times(value: Option<&Value>) -> Checked<Vec<f64>> {
    let field = "consistent_at_ms";
    let mut times = vec![0.0];
    if let Some(value) = value {
        let Some(list) = value.as_array() else { return error(field, "must be a list") };
        if list.len() > limits::MAX_MEASURE_TIMES {
            return error(field, format!("at most {} times", limits::MAX_MEASURE_TIMES));
        }
        for (index, value) in list.iter().enumerate() {
            times.push(not_negative(&format!("{field}[{index}]"), value)?);
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    Ok(times)
}

const SHAPES: [&str; 4] = ["pareto", "exponential", "uniform_ms", "constant_ms"];

fn distribution(path: &str, value: &Value) -> Checked<Distribution> {
    let fields = object(path, value)?;
    if let Some(mixture) = fields.get("mixture") {
        only(fields, path, &["mixture"])?;
        return mixture_of(&below(path, "mixture"), mixture);
    }
    only(fields, path, &["mixture", SHAPES[0], SHAPES[1], SHAPES[2], SHAPES[3]])?;
    Ok(Distribution::of(shape(path, fields)?))
}

fn mixture_of(path: &str, value: &Value) -> Checked<Distribution> {
    let Some(list) = value.as_array() else { return error(path, "must be a list") };
    if !(1..=limits::MAX_MEASURE_PARTS).contains(&list.len()) {
        return error(path, format!("must have between 1 and {} parts", limits::MAX_MEASURE_PARTS));
    }
    let mut parts = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let fields = object(&path, value)?;
        only(fields, &path, &["weight", SHAPES[0], SHAPES[1], SHAPES[2], SHAPES[3]])?;
        let field = below(&path, "weight");
        let Some(weight) = fields.get("weight") else { return error(&field, "is missing") };
        parts.push(Part { weight: positive(&field, weight)?, shape: shape(&path, fields)? });
    }
    let sum: f64 = parts.iter().map(|part| part.weight).sum();
    if (sum - 1.0).abs() > WEIGHT_TOLERANCE + 1e-12 {
        return error(path, format!("weights sum to {sum}, not to 1"));
    }
    parts.iter_mut().for_each(|part| part.weight /= sum);
    Ok(Distribution { parts })
}

/// Exactly one shape.
fn shape(path: &str, fields: &Map<String, Value>) -> Checked<Shape> {
    let mut named = SHAPES.iter().filter_map(|name| Some((*name, fields.get(*name)?)));
    let (Some((name, value)), None) = (named.next(), named.next()) else {
        return error(path, format!("must have exactly one of {}", SHAPES.join(", ")));
    };
    let path = below(path, name);
    match name {
        "pareto" => {
            let [xm_ms, alpha] = parameters(&path, value, ["xm_ms", "alpha"])?;
            Ok(Shape::Pareto { xm_ms, alpha })
        }
        "exponential" => {
            let [rate_per_ms] = parameters(&path, value, ["rate_per_ms"])?;
            Ok(Shape::Exponential { rate_per_ms })
        }
        "constant_ms" => Ok(Shape::Constant { ms: not_negative(&path, value)? }),
        _ => uniform(&path, value),
    }
}

fn parameters<const COUNT: usize>(path: &str, value: &Value, names: [&str; COUNT]) -> Checked<[f64; COUNT]> {
    let fields = object(path, value)?;
    only(fields, path, &names)?;
    let mut numbers = [0.0; COUNT];
    for (number, name) in numbers.iter_mut().zip(names) {
        let field = below(path, name);
        *number = fields.get(name).map_or_else(|| error(&field, "is missing"), |value| positive(&field, value))?;
    }
    Ok(numbers)
}

fn uniform(path: &str, value: &Value) -> Checked<Shape> {
    let Some([from, to]) = value.as_array().map(Vec::as_slice) else { return error(path, "must be a list of two numbers") };
    let (from_ms, to_ms) = (not_negative(&format!("{path}[0]"), from)?, not_negative(&format!("{path}[1]"), to)?);
    if from_ms > to_ms {
        return error(path, "the least is above the most");
    }
    Ok(Shape::Uniform { from_ms, to_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_named_on_one_line_whatever_its_name() {
        let told = |name: &str| Config::from_json(&format!("{{{name}: 1}}")).expect_err("it is unknown").field;
        assert_eq!(told(r#""nn""#), "nn");
        assert_eq!(told(r#""""#), r#""""#);
        assert_eq!(told(r#""a\nb""#), r#""a\nb""#);
    }
}
