//! Why a connection ends, in words for the log and as a closing frame for the page.

use super::log::quoted;
use crate::limits;
use crate::replication::wire::WireError;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Why this side ends a connection, or that the other one has.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A page of an origin that is not allowed.
    Origin(String),
    NoSecret,
    LongSecret,
    WrongSecret,
    /// A message that is too long.
    Long,
    /// A message that is no frame of the protocol.
    Frame(WireError),
    /// Text where frames are binary.
    Text,
    /// Not what a WebSocket looks like.
    Socket(String),
    Flood,
    Slow,
    Silent,
    Full,
    /// This peer ends.
    Stopping,
    /// The other side is gone: nothing to refuse.
    Gone,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => Self::Long,
            Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Io(_)
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing) => Self::Gone,
            error => Self::Socket(error.to_string()),
        }
    }
}

impl Refusal {
    /// Whether it is worth a line in the log.
    pub(super) const fn is_told(&self) -> bool {
        !matches!(self, Self::Stopping | Self::Gone)
    }

    pub(super) fn reason(&self) -> String {
        match self {
            Self::Origin(origin) => {
                format!("pages from {} may not connect; --allow-origin with that origin allows them", quoted(origin))
            }
            Self::NoSecret => format!("no secret within {} s", limits::MAX_SECRET_WAIT_MS / 1_000),
            Self::LongSecret => format!("the secret has more than {} bytes", limits::MAX_SECRET_BYTES),
            Self::WrongSecret => "wrong secret".to_owned(),
            Self::Long => format!("a message has more than {} bytes", limits::MAX_FRAME_BYTES),
            Self::Frame(problem) => format!("not a frame: {problem}"),
            Self::Text => "text where frames are binary".to_owned(),
            Self::Socket(problem) => format!("not a WebSocket: {problem}"),
            Self::Flood => format!("more than {} messages a second", limits::MAX_MESSAGES_PER_SECOND),
            Self::Slow => "it reads too slowly".to_owned(),
            Self::Silent => format!("no sign of life for {} s", limits::MAX_SILENCE_MS / 1_000),
            Self::Full => "too many devices are connected".to_owned(),
            Self::Stopping => "the peer ends".to_owned(),
            Self::Gone => "it is gone".to_owned(),
        }
    }

    /// "Policy" tells a page that trying again is of no use; see `offline/web/socket.rs`.
    fn code(&self) -> CloseCode {
        match self {
            Self::Origin(_) | Self::LongSecret | Self::WrongSecret | Self::Frame(WireError::Version(_)) => CloseCode::Policy,
            Self::NoSecret | Self::Flood | Self::Slow | Self::Silent | Self::Full => CloseCode::Again,
            Self::Long => CloseCode::Size,
            Self::Frame(_) => CloseCode::Invalid,
            Self::Text => CloseCode::Unsupported,
            Self::Socket(_) => CloseCode::Protocol,
            Self::Stopping | Self::Gone => CloseCode::Away,
        }
    }

    pub(super) fn closing(&self) -> CloseFrame {
        let mut reason = self.reason();
        // What fits into a control frame beside the code.
        while reason.len() > 123 {
            reason.pop();
        }
        CloseFrame { code: self.code(), reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_reason_fits_into_its_frame() {
        let closing = Refusal::Origin("http://é".repeat(50)).closing();
        assert!(closing.reason.len() <= 123 && closing.code == CloseCode::Policy, "{closing:?}");
    }
}
