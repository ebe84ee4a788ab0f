//! What pages of one browser profile say to each other beside the replication: it is no part of any simulated link.

use super::line::Conditions;
use crate::replication::wire::{Reader, WireError, Writer};

/// A message to all other pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// "Who holds which slot, and what is the link to the cloud like?"
    Ask,
    /// "I hold this slot."
    Holds(u32),
    /// "The link to the cloud is like this", for the how-manieth time it was set.
    Conditions(u64, Conditions),
    /// "Ana is to edit the cart": for the page that hosts the cloud.
    AnaEdits,
    /// "Everything is being cleared", for the how-manieth time.
    Cleared(u64),
}

const VERSION: u8 = 1;

/// A message as bytes.
#[must_use]
pub fn encode(message: &Control) -> Vec<u8> {
    let mut out = Writer(vec![VERSION]);
    match message {
        Control::Ask => out.byte(1),
        Control::Holds(slot) => {
            out.byte(2);
            out.number(u64::from(*slot));
        }
        Control::Conditions(revision, conditions) => {
            out.byte(3);
            out.number(*revision);
            out.number(u64::from(conditions.latency_ms));
            out.number(u64::from(conditions.loss_percent));
            out.byte(u8::from(conditions.is_out));
        }
        Control::AnaEdits => out.byte(4),
        Control::Cleared(count) => {
            out.byte(5);
            out.number(*count);
        }
    }
    out.0
}

/// The message of bytes.
///
/// # Errors
/// They are none.
pub fn decode(bytes: &[u8]) -> Result<Control, WireError> {
    let mut reader = Reader(bytes);
    let version = reader.byte()?;
    if version != VERSION {
        return Err(WireError::Version(version));
    }
    let message = match reader.byte()? {
        1 => Control::Ask,
        2 => Control::Holds(number(&mut reader)?),
        3 => {
            let revision = reader.number()?;
            let (latency_ms, loss_percent) = (number(&mut reader)?, number(&mut reader)?);
            Control::Conditions(revision, Conditions { latency_ms, loss_percent, is_out: reader.flag()? }.clamped())
        }
        4 => Control::AnaEdits,
        5 => Control::Cleared(reader.number()?),
        _ => return Err(WireError::Malformed("an unknown kind of message")),
    };
    if reader.is_empty() { Ok(message) } else { Err(WireError::Trailing) }
}

fn number(reader: &mut Reader<'_>) -> Result<u32, WireError> {
    u32::try_from(reader.number()?).map_err(|_| WireError::Malformed("a number is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_as_it_went() {
        let conditions = Conditions { latency_ms: 300, loss_percent: 20, is_out: true };
        for message in [Control::Ask, Control::Holds(3), Control::Conditions(9, conditions), Control::AnaEdits, Control::Cleared(2)] {
            assert_eq!(decode(&encode(&message)), Ok(message));
        }
        let wild = Conditions { latency_ms: u32::MAX, loss_percent: 1_000, is_out: false };
        assert_eq!(decode(&encode(&Control::Conditions(1, wild))), Ok(Control::Conditions(1, wild.clamped())));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for bytes in [&[][..], &[1], &[2, 1], &[1, 9], &[1, 4, 0], &[1, 5], &[1, 3, 1, 1, 1, 2]] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
    }
}
