//! What a page may know of its device: plain data, built on demand.

pub use crate::offline::mesh::line::Conditions;
use crate::offline::storage::StorageError;
use crate::replication::causality::Dot;
use crate::replication::delta::Mode;
use crate::replication::ids::{ReplicaId, SiteId, StoreId};
use crate::replication::note::Note;
use crate::replication::protocol::Refusal;
use crate::replication::view::{ExchangePhase, ReplicaView};
use std::rc::Rc;

/// What a device is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceOptions {
    /// Begins the names of all databases, locks and channels. Pages with different ones know nothing of each other.
    pub space: String,
    /// How conflicts are decided unless a key has a mode of its own; the same at all replicas.
    pub mode: Mode,
    /// The cart that Ana edits.
    pub cart: String,
    /// Whether this page may host the cloud.
    pub may_host_cloud: bool,
    /// Whether the switches of the links are as the person left them when the page comes back.
    pub remembers_switches: bool,
}

impl Default for DeviceOptions {
    fn default() -> Self {
        Self {
            space: "replicascope".to_owned(),
            mode: Mode::AddWins,
            cart: "cart".to_owned(),
            may_host_cloud: true,
            remembers_switches: false,
        }
    }
}

/// Which link a switch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// To the devices in other tabs.
    Tabs,
    /// To the cloud.
    Cloud,
}

/// The name of a write, until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WriteId(pub u64);

/// What a page is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Something of [`DeviceState`] is different. Comes once for everything that changed at the same time.
    Changed,
    /// A write was answered: it is durable, or nothing happened.
    Answered(WriteId, Outcome),
    /// Something worth telling; also kept in [`DeviceState::told`].
    Told(Told),
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable on this device.
    Saved(Dot),
    /// Nothing happened, and why.
    Refused(Refusal),
}

/// Something worth telling.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Milliseconds since 1970, by this computer's clock.
    pub at_ms: f64,
    /// What.
    pub what: Tale,
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Tale {
    /// From the node.
    Note(Note),
    /// From what surrounds it: a sentence.
    Said(String),
}

/// All of it.
#[derive(Clone, Debug)]
pub struct DeviceState {
    /// Its name: "Device 1".
    pub name: String,
    /// Its slot; `None` while it opens.
    pub slot: Option<u32>,
    /// What keeps other pages from its slot.
    pub guard: SlotGuard,
    /// The identity of its store.
    pub store: Option<StoreId>,
    /// The identity that it writes under, once minted.
    pub replica: Option<ReplicaId>,
    /// What it holds; `None` while it opens. The same `Rc` as long as nothing changed.
    pub view: Option<Rc<ReplicaView>>,
    /// Whether something waits for the store.
    pub is_saving: bool,
    /// How its store does.
    pub storage: StorageState,
    /// Its links.
    pub links: Links,
    /// What the browser believes (`navigator.onLine`); it governs nothing here.
    pub is_browser_online: bool,
    /// What a request to this page's own server found.
    pub probe: Probe,
    /// Devices without a page, with something in them.
    pub orphans: Rc<[Orphan]>,
    /// The latest tales, oldest first, at most `limits::MAX_TOLD`.
    pub told: Rc<[Told]>,
}

/// What keeps other pages from a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotGuard {
    /// None yet.
    None,
    /// A Web Lock, and the token in the store.
    Lock,
    /// The token in the store alone: this browser, or plain http, has no Web Locks.
    TokenOnly,
}

/// How the store does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageState {
    /// Not open yet.
    Opening,
    /// What is saved survives the end of the page and of the browser.
    Durable {
        /// Whether the browser promised not to evict it (`navigator.storage.persist()`); `None` while it has not said.
        persisted: Option<bool>,
    },
    /// The browser gives no storage: everything is gone with the page.
    MemoryOnly {
        /// Why.
        why: String,
    },
    /// The last thing asked of it failed. Nothing that was acknowledged is lost.
    Failed(StorageError),
    /// The page is frozen or in the back/forward cache.
    Suspended,
}

/// The links of a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Links {
    /// To devices in other tabs.
    pub tabs: TabsLink,
    /// To the cloud.
    pub cloud: CloudLink,
    /// To a native peer.
    pub native: NativeLink,
}

/// The link to other tabs.
#[derive(Clone, Debug, PartialEq)]
pub struct TabsLink {
    /// The switch.
    pub is_on: bool,
    /// Who is connected.
    pub peers: Vec<Peer>,
    /// Messages that were none, and were ignored.
    pub malformed_count: u64,
}

/// The link to the cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudLink {
    /// The switch.
    pub is_on: bool,
    /// Where the cloud runs.
    pub host: CloudHost,
    /// The connection, while there is one.
    pub peer: Option<Peer>,
    /// The simulated link, the same for all tabs.
    pub conditions: Conditions,
    /// Messages that the simulated link lost on this page.
    pub lost_count: u64,
    /// What the cloud holds, while this tab hosts it.
    pub view: Option<Rc<ReplicaView>>,
}

/// Where the cloud runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudHost {
    /// Nobody has been heard.
    Nowhere,
    /// In this tab.
    Here,
    /// In another tab.
    Elsewhere,
    /// This tab holds its lock, but its store does not open.
    Failed(StorageError),
}

/// The link to a native peer.
#[derive(Clone, Debug, PartialEq)]
pub struct NativeLink {
    /// What the person entered.
    pub address: Option<String>,
    /// How it goes.
    pub state: NativeState,
    /// The connection, while there is one.
    pub peer: Option<Peer>,
}

/// How the connection to a native peer goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NativeState {
    /// No address was entered: nothing is contacted.
    Off,
    /// Under way.
    Connecting,
    /// Open.
    Open,
    /// Tried again in a while.
    Waiting {
        /// How long.
        retry_in_ms: u32,
        /// Why it ended.
        why: String,
    },
    /// Not tried again: the address or the secret is wrong.
    Refused(String),
}

/// A connected leader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its name: "Device 2", "Cloud".
    pub name: String,
    /// The site that the view's exchanges and notes name it by.
    pub site: SiteId,
    /// Its store, once it has greeted.
    pub store: Option<StoreId>,
    /// Where the exchange with it is.
    pub phase: ExchangePhase,
    /// Whether it was stopped after an alarm.
    pub is_stopped: bool,
}

/// What a request to this page's own server found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Probe {
    /// None has ended yet.
    Unknown,
    /// It answered after so many milliseconds.
    Ok(f64),
    /// It did not.
    Failed,
}

/// A device without a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its slot.
    pub slot: u32,
    /// Writes that it holds.
    pub delta_count: u64,
    /// Own writes that nobody confirmed, as far as its store knows.
    pub pending_count: usize,
    /// Whether this tab is pushing them.
    pub is_adopted: bool,
}
