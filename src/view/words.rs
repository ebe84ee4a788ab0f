//! Fixed words of the page: names and one-line explanations. A translation starts here.

use crate::replication::delta::Mode;
use crate::replication::protocol::{MessageKind, Refusal};
use crate::replication::time::SimTime;
use crate::replication::view::{ExchangePhase, Reason, Role};
use crate::simulation::journal::DropReason;

/// Name of a conflict policy.
#[must_use]
pub const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::LastWrite => "Last write (cart)",
        Mode::LastWriteLine => "Last write (line)",
        Mode::NaiveUnion => "Naive union",
        Mode::AddWins => "Add-wins",
        Mode::Ask => "Ask",
        Mode::Home => "Home leader",
    }
}

/// What a conflict policy does, in a sentence.
#[must_use]
pub const fn mode_meaning(mode: Mode) -> &'static str {
    match mode {
        Mode::LastWrite => "The whole value with the latest timestamp wins; concurrent changes to other lines of a cart are lost with it.",
        Mode::LastWriteLine => "For each line the latest timestamp wins; a fast clock wins everything.",
        Mode::NaiveUnion => {
            "Every item that stands in any version is kept, with the highest quantity. Broken on purpose: removed items come back."
        }
        Mode::AddWins => "What was added or set without being seen by a removal stays; removals drop only what they had seen.",
        Mode::Ask => "Both versions are kept until a person decides; nothing is dropped by itself.",
        Mode::Home => "The key's home leader orders all writes and rejects those that had not seen the last one it accepted.",
    }
}

/// Why a write does not show.
#[must_use]
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::OlderStamp => "the other has the later timestamp",
        Reason::LowerId => "the timestamps are equal and the other has the higher replica id",
        Reason::AddWins => "the removal had not seen that write, and add-wins removes only what was seen",
        Reason::UnionKeeps => "the item stands in another version, and the union keeps it",
        Reason::LowerQuantity => "of two quantities set at the same time the higher one shows",
        Reason::SameQuantity => "both set the same quantity, which counts once",
        Reason::ArrivedEarlier => "the other arrived later here, and a later arrival overwrites",
        Reason::EarlierHome => "the other stands later in the order of the key's home leaders",
        Reason::RejectedByHome => "the key's home had already accepted a write that this one had not seen",
    }
}

/// The name of a message kind.
#[must_use]
pub const fn message(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Replicate => "log entries",
        MessageKind::Batch => "a batch of writes",
        MessageKind::Acknowledge => "an acknowledgement",
        MessageKind::Nack => "a refusal",
        MessageKind::Hello => "a handshake",
        MessageKind::Done => "an end of exchange",
        MessageKind::Read => "a read",
        MessageKind::Write => "a write",
        MessageKind::Heartbeat => "a sign of life",
        MessageKind::Vote => "a vote",
        MessageKind::Snapshot => "a snapshot",
        MessageKind::Repair => "a repair",
        MessageKind::Hint => "a hint",
        MessageKind::Hash => "hashes",
    }
}

/// Why a message was lost.
#[must_use]
pub const fn drop_reason(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Loss => "the link lost it",
        DropReason::Cut => "the link is cut",
        DropReason::Reset => "the connection it travelled on is gone",
        DropReason::Down => "the node is down",
        DropReason::NoRoute => "no link leads there",
        DropReason::Full => "too much is in flight",
    }
}

/// Why a request was refused.
#[must_use]
pub const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotLeader(_) => "the node is not the leader any more",
        Refusal::Full => "a limit is reached",
        Refusal::Behind => "the node lacks something that was already seen",
        Refusal::Unsupported => "this strategy cannot do that",
        Refusal::Unmet => "the condition of the write does not hold",
        Refusal::Unavailable => "the node cannot take writes now",
        Refusal::Unknown => "too few replicas answered in time: the outcome is unknown",
        Refusal::Unreachable => "the node is down or out of reach",
    }
}

/// The name of a role.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Leader => "leader",
        Role::Follower => "follower",
        Role::Candidate => "candidate",
        Role::Spare => "spare",
        Role::Replica => "replica",
        Role::Coordinator => "coordinator",
    }
}

/// The letter of a role.
#[must_use]
pub const fn role_letter(role: Role) -> &'static str {
    match role {
        Role::Leader => "L",
        Role::Follower => "F",
        Role::Candidate => "?",
        Role::Spare => "–",
        Role::Replica => "R",
        Role::Coordinator => "C",
    }
}

/// Where an exchange stands.
#[must_use]
pub const fn phase(phase: ExchangePhase) -> &'static str {
    match phase {
        ExchangePhase::Apart => "no answer yet",
        ExchangePhase::Syncing => "syncing",
        ExchangePhase::Equal => "up to date",
    }
}

/// A moment of the run: milliseconds below ten seconds, seconds from there.
#[must_use]
pub fn time(at: SimTime) -> String {
    if at < SimTime::from_ms(10_000) {
        return at.in_ms();
    }
    let ms = at.0.saturating_add(500_000) / 1_000_000;
    format!("{}.{:03} s", ms / 1_000, ms % 1_000)
}

/// What a replica's own clock showed: hours, minutes, seconds, milliseconds.
#[must_use]
pub fn clock(wall_ms: i64) -> String {
    let of_day = wall_ms.rem_euclid(86_400_000);
    let (seconds, ms) = (of_day / 1_000, of_day % 1_000);
    format!("{:02}:{:02}:{:02}.{ms:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A length of time, without decimals from 10 ms.
#[must_use]
pub fn duration(ns: u64) -> String {
    let ms = ns as f64 / 1e6;
    if ms >= 10_000.0 {
        format!("{} s", rounded(ms / 1e3, 1))
    } else if ms >= 10.0 {
        format!("{} ms", rounded(ms, 0))
    } else {
        format!("{} ms", rounded(ms, 1))
    }
}

/// A number rounded to exactly `places` decimals, without the tables that the standard library brings for it.
#[must_use]
pub fn rounded(number: f64, places: u32) -> String {
    let unit = 10_u64.pow(places);
    let units = (number * unit as f64).round() as i64;
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.unsigned_abs() / unit, units.unsigned_abs() % unit);
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}", width = places as usize) }
}

/// A number with as many decimals as it needs, at most `places`, which is not 0.
#[must_use]
pub fn decimal(number: f64, places: u32) -> String {
    rounded(number, places).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// "1 write", "2 writes".
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The first letter in upper case.
#[must_use]
pub fn sentence_case(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
