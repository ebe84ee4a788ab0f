//! The names by which answers call what the core has as enums. They are part of the interface: never change one.

use crate::replication::protocol::{MessageKind, Refusal};
use crate::replication::view::{ExchangePhase, Fate, Reason, Role};
use crate::simulation::journal::DropReason;

pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Leader => "leader",
        Role::Follower => "follower",
        Role::Replica => "replica",
        Role::Coordinator => "coordinator",
        Role::Candidate => "candidate",
        Role::Spare => "spare",
    }
}

pub(super) const fn message(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Replicate => "replicate",
        MessageKind::Batch => "batch",
        MessageKind::Acknowledge => "acknowledge",
        MessageKind::Nack => "nack",
        MessageKind::Hello => "hello",
        MessageKind::Done => "done",
        MessageKind::Read => "read",
        MessageKind::Write => "write",
        MessageKind::Heartbeat => "heartbeat",
        MessageKind::Vote => "vote",
        MessageKind::Snapshot => "snapshot",
        MessageKind::Repair => "repair",
        MessageKind::Hint => "hint",
        MessageKind::Hash => "hash",
    }
}

pub(super) const fn drop_reason(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Loss => "loss",
        DropReason::Cut => "cut",
        DropReason::Reset => "reset",
        DropReason::Down => "down",
        DropReason::NoRoute => "no-route",
        DropReason::Full => "full",
    }
}

pub(super) const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotLeader(_) => "not-leader",
        Refusal::Full => "full",
        Refusal::Behind => "behind",
        Refusal::Unsupported => "unsupported",
        Refusal::Unmet => "unmet",
        Refusal::Unavailable => "unavailable",
        Refusal::Unknown => "unknown",
        Refusal::Unreachable => "unreachable",
    }
}

pub(super) const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Visible => "visible",
        Fate::Superseded { .. } => "superseded",
        Fate::Discarded { .. } => "discarded",
        Fate::Overruled { .. } => "overruled",
        Fate::Open => "open",
        Fate::Tentative => "tentative",
        Fate::Opaque => "opaque",
    }
}

pub(super) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::OlderStamp => "older-stamp",
        Reason::LowerId => "lower-id",
        Reason::AddWins => "add-wins",
        Reason::UnionKeeps => "union-keeps",
        Reason::LowerQuantity => "lower-quantity",
        Reason::SameQuantity => "same-quantity",
        Reason::ArrivedEarlier => "arrived-earlier",
        Reason::EarlierHome => "earlier-home",
        Reason::RejectedByHome => "rejected-by-home",
    }
}

pub(super) const fn phase(phase: ExchangePhase) -> &'static str {
    match phase {
        ExchangePhase::Apart => "apart",
        ExchangePhase::Syncing => "syncing",
        ExchangePhase::Equal => "equal",
    }
}
