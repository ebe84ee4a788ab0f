//! How a device comes up, stops, and comes up again: a slot, a store, a leader from what the store holds, its channels.

use super::device::{Device, Inner};
use super::indexed::IndexedStore;
use super::js;
use super::participant::{Happened, Participant};
use super::port::{Port, PortKind};
use super::slot;
use super::space;
use super::state::{Event, Outcome, SlotGuard, StorageState, Tale};
use super::store::Store;
use super::talk::Talk;
use crate::offline::leader::{Kind, LocalLeader, Options};
use crate::offline::memory::MemoryStorage;
use crate::offline::mesh::MeshOptions;
use crate::offline::mesh::envelope::Role;
use crate::offline::storage::{Storage, StorageError};
use crate::replication::ids::RequestId;
use crate::replication::protocol::{Refusal, Reply};
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Where trouble may pass by itself, it is tried again after this long.
const RETRY_MS: u32 = 15_000;
const RETRY_BLOCKED_MS: u32 = 2_000;

impl Device {
    /// Begins, or begins again.
    pub(super) fn start(&self) {
        let generation = {
            let mut inner = self.0.inner.borrow_mut();
            if inner.is_closed {
                return;
            }
            inner.generation += 1;
            inner.retry = None;
            inner.storage = StorageState::Opening;
            inner.is_use_noted = false;
            inner.generation
        };
        let device = self.clone();
        spawn_local(async move { device.come_up(generation).await });
        self.changed();
    }

    fn is_current(&self, generation: u64) -> bool {
        let inner = self.0.inner.borrow();
        inner.generation == generation && !inner.is_closed
    }

    async fn come_up(&self, generation: u64) {
        let cleared = space::cleared(&self.0.options.space).await;
        if !self.is_current(generation) {
            return;
        }
        self.enter_space(cleared);
        self.open_talk();
        if !self.take_slot(generation).await {
            return;
        }
        let (space, number) = (self.space(), self.slot_number());
        let weak = Rc::downgrade(&self.0);
        let on_lost = Rc::new(move |error: StorageError| {
            if let Some(shared) = weak.upgrade() {
                Self(shared).later(move |device| device.fail_if_current(generation, error));
            }
        });
        let opened = IndexedStore::open(&slot::database_name(&space, number), on_lost).await;
        if !self.is_current(generation) {
            return;
        }
        match opened {
            Ok(store) => {
                if store.was_restored() {
                    self.say("the browser had lost what this device had stored: the second copy gave all of it back");
                }
                self.run(Store::Indexed(store), generation).await;
            }
            Err(StorageError::Unavailable(why)) if !self.0.inner.borrow().was_durable => {
                self.say(format!("there is no storage here ({why}): everything is kept in memory, and gone with this page"));
                self.0.inner.borrow_mut().storage = StorageState::MemoryOnly { why };
                self.run(Store::Memory(MemoryStorage::default()), generation).await;
            }
            Err(error) => self.fail(error),
        }
    }

    async fn take_slot(&self, generation: u64) -> bool {
        if self.0.inner.borrow().slot.is_some() {
            return true;
        }
        let mut avoided = self.0.inner.borrow().avoided.clone();
        if super::locks::manager().is_none() {
            avoided.extend(self.ask_for_slots().await);
        }
        let weak = Rc::downgrade(&self.0);
        let on_stolen = move || {
            if let Some(shared) = weak.upgrade() {
                Self(shared).later(move |device| device.fail_if_current(generation, StorageError::Fenced));
            }
        };
        let slot = slot::take(&self.space(), &avoided, on_stolen).await;
        if !self.is_current(generation) {
            return false;
        }
        let Some(slot) = slot else {
            self.fail(StorageError::Unavailable("every device slot of this browser is taken".to_owned()));
            return false;
        };
        if slot.guard == SlotGuard::TokenOnly {
            self.say("this page has no Web Locks (it is not secure, or the browser is old): only the token in the store keeps others out");
        }
        let number = slot.number;
        self.0.inner.borrow_mut().slot = Some(slot);
        self.recall_switches(number);
        self.announce_slot();
        true
    }

    pub(super) fn slot_number(&self) -> u32 {
        self.0.inner.borrow().slot.as_ref().map_or(0, |slot| slot.number)
    }

    /// The leader, from what the store holds.
    async fn run(&self, mut store: Store, generation: u64) {
        let rows = store.load().await;
        if !self.is_current(generation) {
            return;
        }
        let is_durable = matches!(store, Store::Indexed(_));
        if is_durable && rows.as_ref().is_ok_and(Vec::is_empty) && slot::was_used(&self.space(), self.slot_number()) {
            self.say("the browser has lost what this device had stored: it evicted or cleared it; this is a new device");
        }
        let mut options = Options::new(Kind::Device);
        options.mode = self.0.options.mode;
        let leader = match rows.and_then(|rows| LocalLeader::open(&options, rows, js::now(), js::entropy())) {
            Ok(leader) => leader,
            Err(error) => return self.fail(error),
        };
        let me = self.participant(leader, store, generation);
        {
            let mut inner = self.0.inner.borrow_mut();
            inner.me = Some(me.clone());
            inner.last_view = None;
            if is_durable {
                inner.was_durable = true;
                inner.storage = StorageState::Durable { persisted: None };
            }
        }
        if is_durable {
            self.ask_to_persist(generation);
        }
        let (name, native) = {
            let inner = self.0.inner.borrow();
            (inner.name(), inner.native.clone())
        };
        self.link_up(&me, name);
        if let Some((address, secret)) = native {
            me.connect_native(&address, &secret);
        }
        if is_durable && self.0.options.may_host_cloud {
            self.stand_for_cloud(generation);
        }
        self.find_orphans();
        self.changed();
    }

    fn participant(&self, leader: LocalLeader, store: Store, generation: u64) -> Participant {
        let weak = Rc::downgrade(&self.0);
        Participant::start(leader, store, move |happened| {
            if let Some(shared) = weak.upgrade() {
                Self(shared).on_happened(generation, happened);
            }
        })
    }

    /// The channels of this device, or of one that it has adopted.
    pub(super) fn link_up(&self, participant: &Participant, name: String) {
        let (tabs_on, cloud_on, conditions) = {
            let inner = self.0.inner.borrow();
            (inner.tabs_on, inner.cloud_on, inner.conditions.1)
        };
        let space = self.space();
        let options = |seeks| MeshOptions { role: Role::Device, seeks, name: name.clone() };
        let tabs = Port::new(PortKind::Tabs, options(Role::Device), js::entropy(), None, tabs_on);
        participant.join(tabs, &format!("{space}-tabs"));
        let cloud = Port::new(PortKind::Cloud, options(Role::Hub), js::entropy(), Some(conditions), cloud_on);
        participant.join(cloud, &format!("{space}-cloud"));
    }

    fn on_happened(&self, generation: u64, happened: Happened) {
        if !self.is_current(generation) {
            return;
        }
        match happened {
            Happened::Changed => self.changed(),
            Happened::Told(note) => self.tell(Tale::Note(note)),
            Happened::Said(sentence) => self.say(sentence),
            // Later: the request may not be in the list yet.
            Happened::Answered(request, reply) => self.later(move |device| device.answer(request, &reply)),
            Happened::Failed(error) => self.later(move |device| device.fail_if_current(generation, error)),
        }
    }

    fn answer(&self, request: RequestId, reply: &Reply) {
        let Some(id) = self.0.inner.borrow_mut().asked.remove(&request) else { return };
        let outcome = match reply {
            Reply::Written { dot: Some(dot), .. } => {
                self.note_use();
                Outcome::Saved(*dot)
            }
            Reply::Refused(refusal) => Outcome::Refused(*refusal),
            _ => Outcome::Refused(Refusal::Unsupported),
        };
        (self.0.on_event)(Event::Answered(id, outcome));
    }

    /// There is something to lose now.
    fn note_use(&self) {
        let (was_noted, is_durable) = {
            let mut inner = self.0.inner.borrow_mut();
            (std::mem::replace(&mut inner.is_use_noted, true), matches!(inner.storage, StorageState::Durable { .. }))
        };
        if is_durable && !was_noted {
            slot::set_used(&self.space(), self.slot_number(), true);
        }
    }

    fn fail_if_current(&self, generation: u64, error: StorageError) {
        if self.is_current(generation) {
            self.fail(error);
        }
    }

    /// The store did not do what it was asked: all stops, it is said, and where that can help all begins again from what
    /// the store holds.
    fn fail(&self, error: StorageError) {
        self.say(format!("{error}; what was saved is safe, what was not is refused"));
        let me = self.0.inner.borrow().me.clone();
        self.stop(StorageState::Failed(error.clone()));
        if let Some(me) = me {
            self.show_what_is_durable(me);
        }
        let retry_ms = match error {
            StorageError::Fenced => {
                self.forget_slot();
                0
            }
            StorageError::Blocked => RETRY_BLOCKED_MS,
            StorageError::Full(_) | StorageError::Unavailable(_) => RETRY_MS,
            // Another program would have to come first.
            StorageError::Newer(_) | StorageError::Damaged(_) => return,
        };
        self.retry_in(retry_ms);
    }

    /// What was held in memory may be more than what is stored.
    fn show_what_is_durable(&self, me: Participant) {
        let (device, generation) = (self.clone(), self.0.inner.borrow().generation);
        spawn_local(async move {
            let was_saving = me.with_leader(LocalLeader::is_saving) || me.with_leader(|leader| leader.failure().is_some());
            let rows = me.borrow_store().await.load().await;
            let leader = rows.and_then(|rows| LocalLeader::open(&Options::new(Kind::Device), rows, js::now(), js::entropy()));
            if device.is_current(generation) {
                let mut inner = device.0.inner.borrow_mut();
                match leader {
                    Ok(leader) => inner.last_view = Some(Rc::new(leader.view())),
                    Err(_) if was_saving => inner.last_view = None,
                    // All of it was durable.
                    Err(_) => {}
                }
                drop(inner);
                device.changed();
            }
        });
    }

    fn retry_in(&self, ms: u32) {
        let device = self.clone();
        self.0.inner.borrow_mut().retry = Some(Timeout::new(ms, move || device.start()));
    }

    /// Opens the store again after it failed.
    pub fn retry(&self) {
        if matches!(self.0.inner.borrow().storage, StorageState::Failed(_)) {
            self.retry_in(0);
        }
    }

    /// The names of what this page shares with others begin like this.
    pub(super) fn space(&self) -> String {
        space::named(&self.0.options.space, self.0.cleared.get())
    }

    /// Everything was cleared so many times: what has the names of before is no concern of this page any more.
    pub(super) fn enter_space(&self, cleared: u64) {
        if cleared > self.0.cleared.get() {
            self.0.cleared.set(cleared);
            let mut inner = self.0.inner.borrow_mut();
            (inner.slot, inner.last_view) = (None, None);
            inner.avoided.clear();
        }
    }

    /// Another page has this slot: this one becomes another device.
    fn forget_slot(&self) {
        let mut inner = self.0.inner.borrow_mut();
        if let Some(slot) = inner.slot.take() {
            inner.avoided.insert(slot.number);
        }
    }

    /// Everything of this page stops; locks and channels are free for others.
    pub(super) fn stop(&self, storage: StorageState) {
        let keeps_slot = matches!(storage, StorageState::Failed(_) | StorageState::Opening);
        let stopped = {
            let mut inner = self.0.inner.borrow_mut();
            inner.generation += 1;
            inner.storage = storage;
            inner.retry = None;
            inner.last_view = inner.me.as_ref().map(Participant::view).or_else(|| inner.last_view.take());
            if !keeps_slot {
                inner.slot = None;
            }
            let adopted = std::mem::take(&mut inner.adopted);
            (inner.me.take(), adopted, std::mem::take(&mut inner.cloud), inner.talk.take())
        };
        let (me, adopted, cloud, talk) = stopped;
        me.iter().chain(adopted.values().map(|adopted| &adopted.participant)).for_each(Participant::end);
        cloud.end();
        drop(talk);
        self.refuse_all();
        self.changed();
    }

    /// What nobody will answer any more: it may be stored, or not.
    fn refuse_all(&self) {
        let asked = std::mem::take(&mut self.0.inner.borrow_mut().asked);
        self.later(move |device| {
            for id in asked.into_values() {
                (device.0.on_event)(Event::Answered(id, Outcome::Refused(Refusal::Unknown)));
            }
        });
    }

    /// The same slot and store, with other content.
    pub(super) async fn begin_again(&self, store: Store) {
        self.stop(StorageState::Opening);
        match store {
            Store::Indexed(_) => {
                drop(store);
                self.start();
            }
            Store::Memory(_) => {
                let generation = self.0.inner.borrow().generation;
                self.0.inner.borrow_mut().storage = StorageState::MemoryOnly { why: "as before".to_owned() };
                self.open_talk();
                self.run(store, generation).await;
            }
        }
    }

    fn ask_to_persist(&self, generation: u64) {
        let device = self.clone();
        spawn_local(async move {
            let persisted = persisted().await;
            if device.is_current(generation)
                && let StorageState::Durable { persisted: known } = &mut device.0.inner.borrow_mut().storage
            {
                *known = persisted;
            }
            device.changed();
        });
    }

    fn open_talk(&self) {
        let talk = Talk::open(self);
        self.0.inner.borrow_mut().talk = talk;
        self.ask_others();
    }
}

/// Whether the browser promises not to evict what is stored.
async fn persisted() -> Option<bool> {
    // Plain http has no storage manager.
    let navigator = js::navigator()?;
    js::field(&navigator, "storage")?;
    JsFuture::from(navigator.storage().persist().ok()?).await.ok()?.as_bool()
}

impl Inner {
    /// Whether the person cut the device off from the cloud.
    pub(super) const fn is_offline(&self) -> bool {
        !self.cloud_on || self.conditions.1.is_out
    }
}
