//! The local leader in a browser: real storage, real channels, and the browser's own bad days. Wasm only.
//!
//! ```text
//! Device ─ Participant ─ LocalLeader ─ IndexedDB
//!               ├─ tabs:   BroadcastChannel to the devices of other tabs
//!               ├─ cloud:  BroadcastChannel to the tab that holds the cloud's lock, through a simulated link
//!               └─ native: WebSocket to an address that the person entered
//! ```

pub use super::state;

pub(crate) mod channel;
mod cloud;
pub mod device;
pub mod indexed;
pub(crate) mod js;
mod locks;
mod opening;
mod orphans;
mod participant;
mod port;
mod senses;
mod slot;
mod socket;
mod space;
pub(crate) mod store;
mod talk;
