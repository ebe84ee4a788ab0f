//! What devices must know.

use crate::limits;
use subtle::ConstantTimeEq;

/// A secret. It is never printed.
pub struct Secret(Padded);

/// A text at its full possible length, so that comparing two of them takes the same time whatever they hold.
type Padded = [u8; limits::MAX_SECRET_BYTES + 2];

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is nothing in it.
    #[error("the secret is empty")]
    Empty,
    /// A page could not send it.
    #[error("the secret has more than {} bytes", limits::MAX_SECRET_BYTES)]
    Long,
    /// A page sends text.
    #[error("the secret must be one line of text (UTF-8)")]
    NoText,
}

impl Secret {
    /// The secret in a file's bytes: one line, with or without its end.
    ///
    /// # Errors
    /// It is empty, too long or more than one line.
    pub fn from_file(bytes: &[u8]) -> Result<Self, SecretError> {
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if std::str::from_utf8(line).map_or(true, |line| line.chars().any(char::is_control)) {
            return Err(SecretError::NoText);
        }
        if line.is_empty() {
            return Err(SecretError::Empty);
        }
        padded(line).map(Self).ok_or(SecretError::Long)
    }

    /// Whether that is it. Takes as long for a wrong one as for the right one.
    pub(super) fn is(&self, said: &[u8]) -> bool {
        padded(said).is_some_and(|said| bool::from(self.0.ct_eq(&said)))
    }
}

fn padded(text: &[u8]) -> Option<Padded> {
    let mut padded = [0; limits::MAX_SECRET_BYTES + 2];
    let (length, content) = padded.split_at_mut(2);
    content.get_mut(..text.len())?.copy_from_slice(text);
    length.copy_from_slice(&u16::try_from(text.len()).ok()?.to_le_bytes());
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_with_or_without_its_end() {
        for file in ["søt", "søt\n", "søt\r\n"] {
            let secret = Secret::from_file(file.as_bytes()).map_err(|error| error.to_string());
            let says = |said: &str| secret.as_ref().map(|secret| secret.is(said.as_bytes()));
            assert_eq!(
                (says("søt"), says("søt\0"), says("sø"), says(""), says(&"s".repeat(999))),
                (Ok(true), Ok(false), Ok(false), Ok(false), Ok(false))
            );
        }
    }

    #[test]
    fn what_is_no_secret() {
        let refusal = |file: &[u8]| Secret::from_file(file).err();
        assert_eq!(refusal(b""), Some(SecretError::Empty));
        assert_eq!(refusal(b"\n"), Some(SecretError::Empty));
        assert_eq!(refusal(b"a\nb\n"), Some(SecretError::NoText));
        assert_eq!(refusal(&[255]), Some(SecretError::NoText));
        assert_eq!(refusal(&[b'a'; 257]), Some(SecretError::Long));
        assert_eq!(refusal(&[b'a'; 256]), None);
    }
}
