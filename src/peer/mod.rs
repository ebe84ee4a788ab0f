//! The native peer: a hub with a durable store that browsers reach over a WebSocket. What `replicascope peer` runs.
//!
//! ```text
//! server ─→ site                            files of the built page
//!        └→ connection ─ secret, frames ─→ hub ─→ LocalLeader ─→ store
//! ```
//! Everything that comes in is untrusted: every queue, message and wait has a bound in `limits.rs`, and reaching one ends
//! that connection alone, with a line in the log.

mod connection;
mod hub;
mod log;
mod origin;
mod pace;
mod queue;
mod refusal;
mod secret;
mod server;
mod site;
pub mod store;
#[cfg(test)]
mod tests;
mod tls;

pub use origin::{Origin, OriginError};
pub use secret::{Secret, SecretError};
pub use server::run;
pub use site::{Site, SiteError};
pub use tls::{Tls, TlsError};

use crate::offline::storage::StorageError;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What a peer is started with.
pub struct Options {
    /// The file of its store; a new one if there is none.
    pub data: PathBuf,
    /// Where it listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// What devices must know.
    pub secret: Secret,
    /// Pages of these origins may connect, besides those that it serves itself.
    pub origins: Vec<Origin>,
    /// The page that it serves.
    pub site: Option<Site>,
    /// Without it all goes in clear.
    pub tls: Option<Tls>,
}

/// Why a peer did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Its store cannot be opened.
    #[error("{}: {problem}", path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: StorageError,
    },
    /// The address cannot be listened on.
    #[error("--listen {address}: {problem}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        problem: std::io::Error,
    },
    /// The operating system lacks something.
    #[error("the system gives no {0}: {1}")]
    System(&'static str, String),
    /// Its store failed while it ran: all that was acknowledged is durable, and nothing more is.
    #[error("{}: {problem}; everything acknowledged is stored, nothing more is", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: StorageError,
    },
}
