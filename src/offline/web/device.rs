//! One device as a page sees it: a cheap handle; everything behind it goes on by itself.

use super::cloud::Cloud;
use super::indexed;
use super::js;
use super::orphans::Adopted;
use super::participant::Participant;
use super::port::PortKind;
use super::senses::Senses;
use super::slot::{self, Slot, Switches};
use super::space;
use super::state::{
    CloudLink, Conditions, DeviceOptions, DeviceState, Event, Link, Links, NativeLink, NativeState, Orphan, Outcome, Probe, SlotGuard,
    StorageState, TabsLink, Tale, Told, WriteId,
};
use super::talk::Talk;
use crate::limits;
use crate::offline::device_file;
use crate::offline::mesh::control::Control;
use crate::offline::storage::{Row, StorageError};
use crate::replication::causality::Dot;
use crate::replication::delta::{Author, Delta, Key, Operation};
use crate::replication::ids::RequestId;
use crate::replication::protocol::Refusal;
use crate::replication::view::ReplicaView;
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// Who is told.
pub type OnEvent = Rc<dyn Fn(Event)>;

/// A device. Clones are the same one; it ends with the page, or by [`Device::close`].
#[derive(Clone)]
pub struct Device(pub(super) Rc<Shared>);

pub(super) struct Shared {
    pub(super) options: DeviceOptions,
    pub(super) on_event: OnEvent,
    /// How many times everything was cleared, as far as this page knows.
    pub(super) cleared: Cell<u64>,
    pub(super) inner: RefCell<Inner>,
}

pub(super) struct Inner {
    /// Goes up whenever everything starts over: what was begun before and ends later is dropped.
    pub(super) generation: u64,
    pub(super) slot: Option<Slot>,
    /// Slots that another page took from this one without a lock.
    pub(super) avoided: BTreeSet<u32>,
    pub(super) storage: StorageState,
    /// Whether storage ever worked here: then memory is no way out.
    pub(super) was_durable: bool,
    /// Whether it is noted outside of the store that there is something in it.
    pub(super) is_use_noted: bool,
    pub(super) me: Option<Participant>,
    /// What was held when it last ran.
    pub(super) last_view: Option<Rc<ReplicaView>>,
    pub(super) asked: BTreeMap<RequestId, WriteId>,
    pub(super) write_count: u64,
    pub(super) tabs_on: bool,
    pub(super) cloud_on: bool,
    pub(super) native: Option<(String, String)>,
    pub(super) cloud: Cloud,
    pub(super) adopted: BTreeMap<u32, Adopted>,
    pub(super) orphans: Rc<[Orphan]>,
    pub(super) told: VecDeque<Told>,
    pub(super) talk: Option<Talk>,
    pub(super) conditions: (u64, Conditions),
    pub(super) has_ana_edited: bool,
    pub(super) ana_turn: u64,
    pub(super) senses: Option<Senses>,
    pub(super) probe: Probe,
    pub(super) changed: Option<Timeout>,
    pub(super) retry: Option<Timeout>,
    pub(super) is_closed: bool,
}

impl Device {
    /// Opens the device of this page. Returns at once; events report how it goes.
    #[must_use]
    pub fn open(options: DeviceOptions, on_event: OnEvent) -> Self {
        let inner = Inner {
            generation: 0,
            slot: None,
            avoided: BTreeSet::new(),
            storage: StorageState::Opening,
            was_durable: false,
            is_use_noted: false,
            me: None,
            last_view: None,
            asked: BTreeMap::new(),
            write_count: 0,
            tabs_on: true,
            cloud_on: true,
            native: None,
            cloud: Cloud::default(),
            adopted: BTreeMap::new(),
            orphans: Rc::new([]),
            told: VecDeque::new(),
            talk: None,
            conditions: (0, Conditions { latency_ms: 80, ..Conditions::default() }),
            has_ana_edited: false,
            ana_turn: 0,
            senses: None,
            probe: Probe::Unknown,
            changed: None,
            retry: None,
            is_closed: false,
        };
        let device = Self(Rc::new(Shared { options, on_event, cleared: Cell::new(0), inner: RefCell::new(inner) }));
        device.listen_to_page();
        device.start();
        device
    }

    /// What a page may know of it. Cheap.
    #[must_use]
    pub fn state(&self) -> DeviceState {
        let inner = self.0.inner.borrow();
        let me = inner.me.as_ref();
        DeviceState {
            name: inner.name(),
            slot: inner.slot.as_ref().map(|slot| slot.number),
            guard: inner.slot.as_ref().map_or(SlotGuard::None, |slot| slot.guard),
            store: me.map(|me| me.with_leader(|leader| leader.store_id())),
            replica: me.and_then(|me| me.with_leader(|leader| leader.replica_id())),
            view: me.map(Participant::view).or_else(|| inner.last_view.clone()),
            is_saving: me.is_some_and(|me| me.with_leader(|leader| leader.is_saving())),
            storage: inner.storage.clone(),
            links: Links { tabs: inner.tabs_link(), cloud: inner.cloud_link(), native: inner.native_link() },
            is_browser_online: js::navigator().is_none_or(|navigator| navigator.on_line()),
            probe: inner.probe,
            orphans: inner.orphans.clone(),
            told: inner.told.iter().cloned().collect(),
        }
    }

    /// All writes of a key, in causal order: what every mode is a fold over.
    #[must_use]
    pub fn deltas(&self, key: &Key) -> Vec<Arc<Delta>> {
        let inner = self.0.inner.borrow();
        let of_key = |me: &Participant| me.with_leader(|leader| leader.node().deltas().key(key).map(|log| log.deltas.clone()));
        inner.me.as_ref().and_then(of_key).unwrap_or_default()
    }

    /// The write of this name, if it holds it.
    #[must_use]
    pub fn delta(&self, dot: Dot) -> Option<Arc<Delta>> {
        self.0.inner.borrow().me.as_ref()?.with_leader(|leader| leader.node().deltas().get(dot).cloned())
    }

    /// All writes that it holds, in the order of their arrival.
    #[must_use]
    pub fn log(&self) -> Vec<Arc<Delta>> {
        self.0.inner.borrow().me.as_ref().map(Participant::log).unwrap_or_default()
    }

    /// Writes, having seen all that the device holds. Answered by [`Event::Answered`] once it is durable.
    pub fn write(&self, key: Key, operation: Operation) -> WriteId {
        let (id, me, author) = {
            let mut inner = self.0.inner.borrow_mut();
            inner.write_count += 1;
            (WriteId(inner.write_count), inner.me.clone(), Author::from(inner.name().as_str()))
        };
        match me {
            // The answer is handed out when this has returned: it finds the request in the list.
            Some(me) => {
                let request = me.write(key, operation, author);
                self.0.inner.borrow_mut().asked.insert(request, id);
            }
            None => self.later(move |device| (device.0.on_event)(Event::Answered(id, Outcome::Refused(Refusal::Unavailable)))),
        }
        id
    }

    /// Switches a link.
    pub fn set_link(&self, link: Link, is_on: bool) {
        let participants = {
            let mut inner = self.0.inner.borrow_mut();
            match link {
                Link::Tabs => inner.tabs_on = is_on,
                Link::Cloud => inner.cloud_on = is_on,
            }
            inner.participants()
        };
        let kind = match link {
            Link::Tabs => PortKind::Tabs,
            Link::Cloud => PortKind::Cloud,
        };
        participants.iter().for_each(|participant| participant.switch(kind, is_on));
        self.keep_switches();
        self.expect_ana();
        self.changed();
    }

    /// The switches of the device in this slot, as they were left.
    pub(super) fn recall_switches(&self, slot: u32) {
        // A page that lost its slot to another one is as its person left it.
        if !self.0.options.remembers_switches || !self.0.inner.borrow().avoided.is_empty() {
            return self.keep_switches();
        }
        let switches = slot::switches(&self.space(), slot);
        {
            let mut inner = self.0.inner.borrow_mut();
            (inner.tabs_on, inner.cloud_on) = (switches.tabs_on, switches.cloud_on);
            inner.has_ana_edited |= switches.has_ana_edited;
        }
        self.expect_ana();
    }

    pub(super) fn keep_switches(&self) {
        let inner = self.0.inner.borrow();
        if let (true, Some(slot)) = (self.0.options.remembers_switches, &inner.slot) {
            let switches = Switches { tabs_on: inner.tabs_on, cloud_on: inner.cloud_on, has_ana_edited: inner.has_ana_edited };
            slot::set_switches(&self.space(), slot.number, switches);
        }
    }

    /// Connects to a native peer, and again whenever that breaks. Nothing is contacted before this.
    pub fn connect_native(&self, address: &str, secret: &str) {
        let me = {
            let mut inner = self.0.inner.borrow_mut();
            inner.native = Some((address.to_owned(), secret.to_owned()));
            inner.me.clone()
        };
        if let Some(me) = me {
            me.connect_native(address, secret);
        }
        self.changed();
    }

    /// Forgets the native peer.
    pub fn disconnect_native(&self) {
        let me = {
            let mut inner = self.0.inner.borrow_mut();
            inner.native = None;
            inner.me.clone()
        };
        if let Some(me) = me {
            me.disconnect_native();
        }
        self.changed();
    }

    /// The device as a file.
    ///
    /// # Errors
    /// Its store cannot be read.
    pub async fn export(&self) -> Result<Vec<u8>, StorageError> {
        let me = self.0.inner.borrow().me.clone();
        let me = me.ok_or_else(|| StorageError::Unavailable("the device is not open".to_owned()))?;
        Ok(device_file::encode(&me.rows().await?))
    }

    /// Puts the content of a file in place of this device's: same writes, new identity.
    ///
    /// # Errors
    /// The file is none, or there is no room; then all is as it was.
    pub async fn import(&self, file: &[u8]) -> Result<(), StorageError> {
        let rows = device_file::decode(file)?;
        self.replace(rows).await
    }

    /// Deletes this device's data, and begins as a new one.
    ///
    /// # Errors
    /// It cannot be deleted.
    pub async fn clear(&self) -> Result<(), StorageError> {
        self.replace(Vec::new()).await
    }

    /// Deletes the data of all devices and of the cloud. Pages that are open begin as new devices.
    ///
    /// # Errors
    /// Something could not be deleted.
    pub async fn clear_all(&self) -> Result<(), StorageError> {
        let space = self.0.options.space.clone();
        let cleared = self.0.cleared.get().saturating_add(1);
        // Others go first: they would keep databases open, and give back what they hold.
        space::note_cleared(&space, cleared);
        self.post(Control::Cleared(cleared));
        self.stop(StorageState::Opening);
        self.enter_space(cleared);
        let mut result = Ok(());
        for name in indexed::names().await {
            let Some(before) = space::cleared_before(&space, &name).filter(|before| *before < cleared) else { continue };
            result = indexed::delete(&name).await.and(result);
            let space = space::named(&space, before);
            if let Some(slot) = slot::slot_of(&space, &name) {
                slot::set_used(&space, slot, false);
            }
        }
        self.start();
        result
    }

    /// Another page cleared everything.
    pub(super) fn begin_cleared(&self, cleared: u64) {
        if cleared > self.0.cleared.get() && !self.0.inner.borrow().is_closed {
            self.stop(StorageState::Opening);
            self.enter_space(cleared);
            self.start();
            self.say("another tab cleared everything: this is a new device");
        }
    }

    async fn replace(&self, rows: Vec<Row>) -> Result<(), StorageError> {
        let me = self.0.inner.borrow().me.clone();
        let me = me.ok_or_else(|| StorageError::Unavailable("the device is not open".to_owned()))?;
        let mut store = me.borrow_store().await;
        let result = store.replace(rows).await;
        if result.is_err() {
            me.give_back(store);
            return result;
        }
        slot::set_used(&self.space(), self.slot_number(), false);
        // What the leader has in memory is of the time before.
        self.begin_again(store).await;
        result
    }

    /// Ends it.
    pub fn close(&self) {
        self.stop(StorageState::Suspended);
        let mut inner = self.0.inner.borrow_mut();
        inner.is_closed = true;
        (inner.senses, inner.changed, inner.retry) = (None, None, None);
    }

    /// Something is different: the page is told once, soon.
    pub(super) fn changed(&self) {
        let mut inner = self.0.inner.borrow_mut();
        if inner.changed.is_none() && !inner.is_closed {
            let device = self.clone();
            inner.changed = Some(Timeout::new(0, move || {
                device.0.inner.borrow_mut().changed = None;
                (device.0.on_event)(Event::Changed);
            }));
        }
    }

    /// When what runs now has returned.
    pub(super) fn later(&self, then: impl FnOnce(&Self) + 'static) {
        let device = self.clone();
        Timeout::new(0, move || then(&device)).forget();
    }

    pub(super) fn tell(&self, what: Tale) {
        let told = Told { at_ms: js::wall_ms(), what };
        {
            let mut inner = self.0.inner.borrow_mut();
            if inner.told.len() == limits::MAX_TOLD {
                inner.told.pop_front();
            }
            inner.told.push_back(told.clone());
        }
        (self.0.on_event)(Event::Told(told));
        self.changed();
    }

    pub(super) fn say(&self, sentence: impl Into<String>) {
        self.tell(Tale::Said(sentence.into()));
    }
}

impl Inner {
    pub(super) fn name(&self) -> String {
        self.slot.as_ref().map_or_else(|| "Device".to_owned(), |slot| format!("Device {}", slot.number + 1))
    }

    /// This device and the adopted ones.
    pub(super) fn participants(&self) -> Vec<Participant> {
        self.me.iter().chain(self.adopted.values().map(|adopted| &adopted.participant)).cloned().collect()
    }

    fn tabs_link(&self) -> TabsLink {
        let me = self.me.as_ref();
        TabsLink {
            is_on: self.tabs_on,
            peers: me.map(|me| me.peers(PortKind::Tabs)).unwrap_or_default(),
            malformed_count: me.map_or(0, |me| me.counts(PortKind::Tabs).0),
        }
    }

    fn cloud_link(&self) -> CloudLink {
        let me = self.me.as_ref();
        let peer = me.and_then(|me| me.peers(PortKind::Cloud).pop());
        CloudLink {
            is_on: self.cloud_on,
            host: self.cloud.host(peer.is_some()),
            peer,
            conditions: self.conditions.1,
            lost_count: me.map_or(0, |me| me.counts(PortKind::Cloud).1),
            view: self.cloud.view(),
        }
    }

    fn native_link(&self) -> NativeLink {
        match self.me.as_ref().and_then(Participant::native) {
            Some((address, state, peer)) => NativeLink { address: Some(address), state, peer },
            None => NativeLink { address: self.native.as_ref().map(|(address, _)| address.clone()), state: NativeState::Off, peer: None },
        }
    }
}
