//! What goes over a channel that everybody hears: each message names its sender and whom it is for.

use crate::limits;
use crate::replication::wire::{Reader, WireError, Writer};

/// One running leader on a channel; random, new with every start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance(pub u64);

/// What a leader on a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A person's device.
    Device,
    /// What devices attach to.
    Hub,
}

/// A message with its sender and receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who sent it.
    pub from: Instance,
    /// Whom it is for; everybody if `None`.
    pub to: Option<Instance>,
    /// What it says.
    pub content: Content,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// "I am here."
    Presence {
        /// What the sender is.
        role: Role,
        /// Its name, for people.
        name: String,
    },
    /// "I am gone."
    Bye,
    /// "Let us connect", under this number.
    Open(u32),
    /// "We are connected", under this number.
    Accept(u32),
    /// Bytes of the connection with this number.
    Frame(u32, Vec<u8>),
    /// "There is no connection of this number."
    Reset(u32),
    /// "Are you there?"
    Ping,
    /// "I am."
    Pong,
}

/// The version of the envelopes; others are ignored.
const VERSION: u8 = 1;
/// Bytes of an envelope, at most: those of a frame, and what is around it.
pub const MAX_BYTES: usize = limits::MAX_FRAME_BYTES + 64 + limits::MAX_NAME_BYTES;

const PRESENCE: u8 = 1;
const BYE: u8 = 2;
const OPEN: u8 = 3;
const ACCEPT: u8 = 4;
const FRAME: u8 = 5;
const RESET: u8 = 6;
const PING: u8 = 7;
const PONG: u8 = 8;

/// An envelope as bytes.
#[must_use]
pub fn encode(envelope: &Envelope) -> Vec<u8> {
    let mut out = Writer(vec![VERSION]);
    out.fixed(envelope.from.0);
    out.fixed(envelope.to.map_or(0, |to| to.0));
    match &envelope.content {
        Content::Presence { role, name } => {
            out.byte(PRESENCE);
            out.byte(u8::from(*role == Role::Hub));
            out.text(name);
        }
        Content::Bye => out.byte(BYE),
        Content::Open(number) => numbered(&mut out, OPEN, *number),
        Content::Accept(number) => numbered(&mut out, ACCEPT, *number),
        Content::Reset(number) => numbered(&mut out, RESET, *number),
        Content::Frame(number, bytes) => {
            numbered(&mut out, FRAME, *number);
            out.bytes(bytes);
        }
        Content::Ping => out.byte(PING),
        Content::Pong => out.byte(PONG),
    }
    out.0
}

fn numbered(out: &mut Writer, kind: u8, number: u32) {
    out.byte(kind);
    out.number(u64::from(number));
}

/// The envelope of bytes.
///
/// # Errors
/// They are none.
pub fn decode(bytes: &[u8]) -> Result<Envelope, WireError> {
    if bytes.len() > MAX_BYTES {
        return Err(WireError::Long);
    }
    let mut reader = Reader(bytes);
    let version = reader.byte()?;
    if version != VERSION {
        return Err(WireError::Version(version));
    }
    let from = Instance(reader.fixed()?);
    let to = Some(reader.fixed()?).filter(|to| *to != 0).map(Instance);
    let content = read_content(&mut reader)?;
    if from.0 == 0 {
        return Err(WireError::Malformed("nobody sent it"));
    }
    if reader.is_empty() { Ok(Envelope { from, to, content }) } else { Err(WireError::Trailing) }
}

fn read_content(reader: &mut Reader<'_>) -> Result<Content, WireError> {
    Ok(match reader.byte()? {
        PRESENCE => {
            let role = if reader.flag()? { Role::Hub } else { Role::Device };
            let name = reader.text()?;
            if name.len() > limits::MAX_NAME_BYTES {
                return Err(WireError::Malformed("a name is too long"));
            }
            Content::Presence { role, name: name.to_owned() }
        }
        BYE => Content::Bye,
        OPEN => Content::Open(number(reader)?),
        ACCEPT => Content::Accept(number(reader)?),
        FRAME => {
            let number = number(reader)?;
            let bytes = reader.bytes()?;
            if bytes.len() > limits::MAX_FRAME_BYTES {
                return Err(WireError::Long);
            }
            Content::Frame(number, bytes.to_vec())
        }
        RESET => Content::Reset(number(reader)?),
        PING => Content::Ping,
        PONG => Content::Pong,
        _ => return Err(WireError::Malformed("an unknown kind of message")),
    })
}

fn number(reader: &mut Reader<'_>) -> Result<u32, WireError> {
    u32::try_from(reader.number()?).map_err(|_| WireError::Malformed("a number is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_as_it_went() {
        let contents = [
            Content::Presence { role: Role::Hub, name: "Cloud".to_owned() },
            Content::Bye,
            Content::Open(7),
            Content::Accept(u32::MAX),
            Content::Frame(3, vec![1, 2, 3]),
            Content::Reset(0),
            Content::Ping,
            Content::Pong,
        ];
        for (content, to) in contents.into_iter().zip([None, Some(Instance(9))].into_iter().cycle()) {
            let envelope = Envelope { from: Instance(5), to, content };
            assert_eq!(decode(&encode(&envelope)), Ok(envelope));
        }
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        let ping = encode(&Envelope { from: Instance(5), to: None, content: Content::Ping });
        assert_eq!(decode(&[]), Err(WireError::Short));
        assert_eq!(decode(&[9]), Err(WireError::Version(9)));
        assert_eq!(decode(&ping[..ping.len() - 1]), Err(WireError::Short));
        assert_eq!(decode(&[ping.as_slice(), &[0]].concat()), Err(WireError::Trailing));
        assert!(decode(&encode(&Envelope { from: Instance(0), to: None, content: Content::Ping })).is_err());
        assert_eq!(decode(&vec![1; MAX_BYTES + 1]), Err(WireError::Long));
        let name = "x".repeat(limits::MAX_NAME_BYTES + 1);
        let presence = Envelope { from: Instance(5), to: None, content: Content::Presence { role: Role::Device, name } };
        assert!(decode(&encode(&presence)).is_err());
    }
}
