//! What a peer tells on standard error. Others cannot fill it: what they cause is counted when it comes too fast.

use super::pace::Pace;
use crate::limits;
use std::io::{Write, stderr};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(super) struct Log(Mutex<Lines>);

struct Lines {
    pace: Pace,
    left_out: u64,
}

impl Log {
    pub(super) fn new() -> Self {
        let pace = Pace::new(limits::MAX_LINES_AT_ONCE, Duration::from_secs(1), Instant::now());
        Self(Mutex::new(Lines { pace, left_out: 0 }))
    }

    pub(super) fn refused(&self, address: SocketAddr, reason: &str) {
        self.tell(&format!("refused {address}: {reason}"));
    }

    /// A line about what others did.
    pub(super) fn tell(&self, line: &str) {
        let (is_told, left_out) = self.count(Instant::now(), true);
        if is_told {
            tell_left_out(left_out);
            say(line);
        }
    }

    /// Says how many were left out, when that is not too soon.
    pub(super) fn flush(&self) {
        let (_, left_out) = self.count(Instant::now(), false);
        tell_left_out(left_out);
    }

    /// Whether to tell one more, and how many were left out before, if that is to be told.
    fn count(&self, now: Instant, has_one: bool) -> (bool, u64) {
        // What a panic elsewhere left behind is a count like any other.
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if (has_one || lines.left_out > 0) && lines.pace.take(now) {
            return (has_one, std::mem::take(&mut lines.left_out));
        }
        lines.left_out += u64::from(has_one);
        (false, 0)
    }
}

fn tell_left_out(count: u64) {
    if count > 0 {
        say(&format!("{count} more lines were left out"));
    }
}

/// One line. A terminal that is gone is no reason to stop.
pub(super) fn say(line: &str) {
    let line: String = line.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    drop(writeln!(stderr(), "replicascope peer: {line}"));
}

/// What a stranger said, so far as a line of the log repeats it.
pub(super) fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(limits::MAX_QUOTED_CHARS).collect();
    if cut.len() < text.len() { format!("{cut:?}…") } else { format!("{cut:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted() {
        let (log, now) = (Log::new(), Instant::now());
        let told = (0..1_000).filter(|_| log.count(now, true).0).count();
        assert_eq!(told, limits::MAX_LINES_AT_ONCE as usize);
        assert_eq!(log.count(now, false), (false, 0), "too soon");
        let later = now + Duration::from_secs(5);
        assert_eq!(log.count(later, true), (true, 980));
        assert_eq!(log.count(later, true), (true, 0));
    }

    #[test]
    fn what_strangers_say_stays_short_and_on_its_line() {
        assert_eq!(quoted("http://a\nb"), r#""http://a\nb""#);
        assert!(quoted(&"é".repeat(5_000)).chars().count() <= limits::MAX_QUOTED_CHARS + 3);
    }
}
