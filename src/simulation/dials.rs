//! Settings in recipes: an object of key and value (a number, `true` or `false`, or a name) in JSON, pairs of key and
//! number in links. Keys are looked up in the registry.

use crate::replication::setting::{Dials, Kind, Setting, Unit};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// How long a store takes until a write is durable.
pub static PERSIST: Setting = Setting::us("persist_us", "Store", "Time until a write to a node's store is durable.", (0, 60_000_000), 500);
/// How long a node works on a read.
pub static SERVICE_READ: Setting =
    Setting::us("service_read_us", "Work per read", "Time a node works on a client's read; others wait in line.", (0, 60_000_000), 0);
/// How long a node works on a write.
pub static SERVICE_WRITE: Setting =
    Setting::us("service_write_us", "Work per write", "Time a node works on a client's write; others wait in line.", (0, 60_000_000), 0);
/// How long a node works on a message of another node.
pub static SERVICE_MESSAGE: Setting = Setting::us(
    "service_message_us",
    "Work per message",
    "Time a node works on a message of another node; others wait in line.",
    (0, 60_000_000),
    0,
);
/// How long a client waits for an answer.
pub static CLIENT_TIMEOUT: Setting = Setting::ms(
    "client_timeout_ms",
    "Client timeout",
    "A client that hears nothing for this long gives up: the outcome of a write is then unknown. 0: it waits for ever.",
    (0, 600_000),
    0,
);
/// How often a client asks again.
pub static CLIENT_RETRIES: Setting = Setting::count(
    "client_retries",
    "Client retries",
    "How often a client asks again, elsewhere, after a timeout or a refusal.",
    (0, 10),
    0,
);

/// The settings of every run, whatever its strategy.
pub static GENERAL: &[&Setting] = &[&PERSIST, &SERVICE_READ, &SERVICE_WRITE, &SERVICE_MESSAGE, &CLIENT_TIMEOUT, &CLIENT_RETRIES];

/// Reads a value as people write it: a number, `true`, `false` or a name.
///
/// # Errors
/// What would be allowed.
pub fn parse(setting: &Setting, text: &str) -> Result<u64, String> {
    let value = match (setting.kind, text) {
        (Kind::Flag, "true") => Some(1),
        (Kind::Flag, "false") => Some(0),
        (Kind::Choice(names), name) => names.iter().position(|known| *known == name).map(|index| index as u64),
        (Kind::Number { .. }, digits) => digits.parse().ok(),
        (Kind::Flag, _) => None,
    };
    value.filter(|value| setting.allows(*value)).ok_or_else(|| format!("{text:?} is not {}", setting.range()))
}

/// Shows a value as people write it.
#[must_use]
pub fn show(setting: &Setting, value: u64) -> String {
    match setting.kind {
        Kind::Number { .. } => value.to_string(),
        Kind::Flag => (value != 0).to_string(),
        Kind::Choice(names) => names.get(value as usize).copied().unwrap_or_default().to_owned(),
    }
}

/// The unit of a setting, as lists name it.
#[must_use]
pub const fn unit(setting: &Setting) -> &'static str {
    match setting.kind {
        Kind::Number { unit: Unit::Count, .. } => "count",
        Kind::Number { unit: Unit::Us, .. } => "us",
        Kind::Number { unit: Unit::Ms, .. } => "ms",
        Kind::Number { unit: Unit::Percent, .. } => "percent",
        Kind::Number { unit: Unit::Site, .. } => "site",
        Kind::Flag => "flag",
        Kind::Choice(_) => "choice",
    }
}

impl Serialize for Dials {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.iter().map(|(setting, value)| (setting.key, value)).collect::<Vec<_>>().serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(self.iter().len()))?;
        for (setting, value) in self.iter() {
            match setting.kind {
                Kind::Number { .. } => map.serialize_entry(setting.key, &value)?,
                Kind::Flag => map.serialize_entry(setting.key, &(value != 0))?,
                Kind::Choice(_) => map.serialize_entry(setting.key, &show(setting, value))?,
            }
        }
        map.end()
    }
}
