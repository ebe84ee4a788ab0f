//! One strategy, one file, one line in [`ALL`](crate::simulation::registry::ALL). Settings that several of them read stand here.

use super::setting::Setting;

pub mod leaderless;
pub mod multi_leader_forward;
pub mod multi_leader_sync;
pub mod single_leader;

/// How often a leader tells its followers that it lives.
pub static HEARTBEAT_EVERY: Setting =
    Setting::ms("heartbeat_every_ms", "Heartbeat every", "A leader tells its followers this often that it lives.", (1, 60_000), 250);

/// How often leaders exchange.
pub static EXCHANGE_EVERY: Setting =
    Setting::ms("exchange_every_ms", "Exchange every", "Leaders send each other what is new this often; 0: at once.", (0, 600_000), 0);
