//! Plain keys: reads of several at one moment, and conditions that are judged where a write is accepted. A condition
//! holds at one leader only: another one may accept a write on the same condition meanwhile.

use super::MultiLeaderSync;
use crate::replication::delta::{Key, Value};
use crate::replication::modes;
use crate::replication::protocol::{Condition, Refusal, Reply};
use crate::replication::view::Content;

impl MultiLeaderSync {
    /// The value of a plain key.
    ///
    /// # Errors
    /// Its versions wait for a person, so that it has no one value; or it is a cart.
    fn value_of(&self, key: &Key) -> Result<Option<Value>, Refusal> {
        let deltas = self.store.key(key).map(|log| log.deltas.as_slice()).unwrap_or_default();
        match modes::decide(self.mode, deltas).content {
            _ if key.0.starts_with("cart") => Err(Refusal::Unsupported),
            Content::Absent => Ok(None),
            Content::Plain(value) => Ok(Some(value)),
            Content::Open => Err(Refusal::Unmet),
            Content::Cart(_) => Err(Refusal::Unsupported),
        }
    }

    /// Several plain values at one moment. What is a cart, or waits for a person, cannot be told in this form.
    pub(super) fn read_many(&self, keys: Vec<Key>) -> Reply {
        let value = |key: Key| self.value_of(&key).map(|value| (key, value, 0));
        match keys.into_iter().map(value).collect() {
            Ok(values) => Reply::Values(values),
            Err(_) => Reply::Refused(Refusal::Unsupported),
        }
    }

    /// Why a condition does not hold.
    pub(super) fn unmet(&self, key: &Key, condition: &Condition) -> Option<Refusal> {
        let Condition::Equals(expected) = condition;
        match self.value_of(key) {
            Ok(value) if value == *expected => None,
            Ok(_) => Some(Refusal::Unmet),
            Err(refusal) => Some(refusal),
        }
    }
}
