//! One strategy, one file or folder, one entry in `list!`. Settings that several of them read stand here.

use super::setting::Setting;

/// Every strategy, handed to a macro: here it makes the modules, in `simulation::registry` the list and one node for all.
macro_rules! list {
    ($take:ident) => {
        $take! {
            #[cfg(feature = "catalogue")]
            Leaderless {
                leaderless::Leaderless,
                id: "leaderless",
                title: "Leaderless",
                summary: "A coordinator, or the client itself, sends each read and write to the replicas and waits for a quorum of them.",
            }
            #[cfg(feature = "catalogue")]
            MultiLeaderForward {
                multi_leader_forward::MultiLeaderForward,
                id: "multi-leader-forward",
                title: "Multi-leader that forwards",
                summary: "One leader per site; each write travels in a message of its own, and leaders send it on along their links.",
            }
            MultiLeaderSync {
                multi_leader_sync::MultiLeaderSync,
                id: "multi-leader-sync",
                title: "Multi-leader with offline devices",
                summary: "One leader per datacenter and device; leaders exchange what the other lacks, now or on reconnect.",
            }
            #[cfg(feature = "catalogue")]
            SingleLeader {
                single_leader::SingleLeader,
                id: "single-leader",
                title: "Single leader",
                summary: "One leader orders all writes in its log; followers apply it, now or later, and one of them takes over.",
            }
        }
    };
}

/// The modules of the strategies.
macro_rules! modules {
    ($($(#[$built:meta])? $name:ident { $module:ident::$node:ident, $($words:tt)* })*) => {
        $(pub mod $module;)*
    };
}

list!(modules);
pub(crate) use list;

/// How often a leader tells its followers that it lives.
pub static HEARTBEAT_EVERY: Setting =
    Setting::ms("heartbeat_every_ms", "Heartbeat every", "A leader tells its followers this often that it lives.", (1, 60_000), 250);

/// How often leaders exchange.
pub static EXCHANGE_EVERY: Setting =
    Setting::ms("exchange_every_ms", "Exchange every", "Leaders send each other what is new this often; 0: at once.", (0, 600_000), 0);
