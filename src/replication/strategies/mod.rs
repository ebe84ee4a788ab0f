//! One strategy, one file, one line in [`ALL`](crate::simulation::registry::ALL).

pub mod multi_leader_sync;
pub mod register;
pub mod single_leader;
