//! The cloud: one simulated datacenter for each browser profile. The page that holds its lock runs it, with a store of
//! its own; all others wait for the lock. When that page dies the next one takes over, from what is durable.

use super::device::Device;
use super::indexed::IndexedStore;
use super::js;
use super::locks::{self, Ask, HeldLock};
use super::participant::{Happened, Participant};
use super::port::{Port, PortKind};
use super::state::CloudHost;
use super::store::Store;
use crate::offline::ana;
use crate::offline::leader::{Kind, LocalLeader, Options};
use crate::offline::mesh::MeshOptions;
use crate::offline::mesh::envelope::Role;
use crate::offline::storage::{Storage, StorageError};
use crate::replication::delta::{Author, Key};
use crate::replication::note::Note;
use crate::replication::view::ReplicaView;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

const ANA: &str = "Ana";
/// A cloud whose store failed is tried again after this long.
const RETRY_MS: u32 = 5_000;

/// This page's part in hosting it.
#[derive(Default)]
pub(super) struct Cloud {
    /// Ends the waiting for the lock, which would keep the page out of the back/forward cache.
    waiting: Option<AbortController>,
    lock: Option<HeldLock>,
    hub: Option<Participant>,
    failure: Option<StorageError>,
}

pub(super) fn database_name(space: &str) -> String {
    format!("{space}-cloud")
}

impl Cloud {
    pub(super) fn host(&self, is_connected: bool) -> CloudHost {
        match (&self.failure, &self.hub) {
            (Some(error), _) => CloudHost::Failed(error.clone()),
            (None, Some(_)) => CloudHost::Here,
            (None, None) if is_connected => CloudHost::Elsewhere,
            (None, None) => CloudHost::Nowhere,
        }
    }

    pub(super) fn view(&self) -> Option<Rc<ReplicaView>> {
        self.hub.as_ref().map(Participant::view)
    }

    pub(super) fn end(self) {
        if let Some(waiting) = &self.waiting {
            waiting.abort();
        }
        if let Some(hub) = &self.hub {
            hub.end();
        }
    }
}

impl Device {
    /// Waits for the cloud's lock, and runs it from then on.
    pub(super) fn stand_for_cloud(&self, generation: u64) {
        // Without locks two pages would each run one: then there is none.
        let Some(manager) = locks::manager() else {
            self.say("without Web Locks no page can host the cloud");
            return;
        };
        let Ok(waiting) = AbortController::new() else { return };
        let signal = waiting.signal().into();
        self.0.inner.borrow_mut().cloud.waiting = Some(waiting);
        let device = self.clone();
        spawn_local(async move {
            let weak = Rc::downgrade(&device.0);
            let on_stolen = move || {
                if let Some(shared) = weak.upgrade() {
                    Self(shared).later(move |device| device.lose_cloud(generation, StorageError::Fenced));
                }
            };
            let name = format!("{}-cloud", device.space());
            let Ok(Some(lock)) = manager.take(&name, Ask::Wait(signal), on_stolen).await else { return };
            if device.0.inner.borrow().generation != generation {
                return;
            }
            device.0.inner.borrow_mut().cloud.lock = Some(lock);
            device.run_cloud(generation).await;
        });
    }

    async fn run_cloud(&self, generation: u64) {
        match self.open_cloud(generation).await {
            Ok(hub) if self.0.inner.borrow().generation == generation => {
                let options = MeshOptions { role: Role::Hub, seeks: Role::Device, name: "Cloud".to_owned() };
                // The simulated link stands before the devices: this end is plain.
                let port = Port::new(PortKind::Cloud, options, js::entropy(), None, true);
                hub.join(port, &format!("{}-cloud", self.space()));
                let mut inner = self.0.inner.borrow_mut();
                (inner.cloud.hub, inner.cloud.failure) = (Some(hub), None);
            }
            Ok(hub) => hub.end(),
            Err(error) => self.lose_cloud(generation, error),
        }
        self.changed();
    }

    async fn open_cloud(&self, generation: u64) -> Result<Participant, StorageError> {
        let weak = Rc::downgrade(&self.0);
        let lost = move |error: StorageError| {
            if let Some(shared) = weak.upgrade() {
                Self(shared).later(move |device| device.lose_cloud(generation, error));
            }
        };
        let on_lost = Rc::new(lost.clone());
        let mut store = IndexedStore::open(&database_name(&self.space()), on_lost).await?;
        let rows = store.load().await?;
        let mut options = Options::new(Kind::Hub);
        options.mode = self.0.options.mode;
        let leader = LocalLeader::open(&options, rows, js::now(), js::entropy())?;
        let weak = Rc::downgrade(&self.0);
        Ok(Participant::start(leader, Store::Indexed(store), move |happened| match (happened, weak.upgrade()) {
            (Happened::Failed(error), _) => lost(error),
            (Happened::Changed, Some(shared)) => Self(shared).changed(),
            (Happened::Told(Note::Told("collected", sentence)), Some(shared)) => Self(shared).say(format!("the cloud {sentence}")),
            // What else the cloud notes shows at the devices.
            (Happened::Changed | Happened::Answered(..) | Happened::Told(_) | Happened::Said(_), _) => {}
        }))
    }

    /// The cloud's store failed, or its lock was taken: it is down until that is over.
    fn lose_cloud(&self, generation: u64, error: StorageError) {
        if self.0.inner.borrow().generation != generation {
            return;
        }
        self.say(format!("the cloud is down: {error}"));
        let cloud = std::mem::take(&mut self.0.inner.borrow_mut().cloud);
        cloud.end();
        self.0.inner.borrow_mut().cloud.failure = Some(error);
        self.changed();
        let device = self.clone();
        spawn_local(async move {
            js::sleep_ms(RETRY_MS).await;
            if device.0.inner.borrow().generation == generation {
                device.0.inner.borrow_mut().cloud.failure = None;
                device.stand_for_cloud(generation);
            }
        });
    }

    /// Ana edits, if this page runs the cloud; by herself always the first line, so that it is known where to look.
    pub(super) fn ana_edits_here(&self, is_by_herself: bool) -> bool {
        let (hub, turn) = {
            let mut inner = self.0.inner.borrow_mut();
            let Some(hub) = inner.cloud.hub.clone() else { return false };
            inner.ana_turn += u64::from(!is_by_herself);
            (hub, if is_by_herself { 0 } else { inner.ana_turn - 1 })
        };
        let cart = Key::from(self.0.options.cart.as_str());
        let operation = ana::edit(hub.view().records.get(&cart).map(|record| &record.content), turn);
        hub.write(cart, operation, Author::from(ANA));
        true
    }
}
