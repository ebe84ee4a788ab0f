//! Devices without a page: their data is there, nobody holds their slot. One can be adopted: its store runs as a second
//! leader in this page, with channels of its own, until the cloud has confirmed all that it wrote and this device holds
//! all that it held. Then it is deleted.

use super::device::Device;
use super::indexed::{self, IndexedStore};
use super::js;
use super::locks;
use super::participant::{Happened, Participant};
use super::slot::{self, Slot};
use super::state::Orphan;
use super::store::Store;
use crate::offline::leader::{Kind, LocalLeader, Options};
use crate::offline::storage::{Storage, StorageError};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// An adopted device at work.
pub(super) struct Adopted {
    pub(super) participant: Participant,
    slot: Slot,
}

impl Device {
    /// Looks for devices without a page.
    pub fn find_orphans(&self) {
        let device = self.clone();
        spawn_local(async move {
            let generation = device.0.inner.borrow().generation;
            let orphans = device.orphans().await;
            if device.0.inner.borrow().generation == generation {
                device.0.inner.borrow_mut().orphans = orphans.into();
                device.changed();
            }
        });
    }

    async fn orphans(&self) -> Vec<Orphan> {
        // Without locks nobody knows who is at home.
        let Some(manager) = locks::manager() else { return Vec::new() };
        let space = self.space();
        let held = manager.held().await;
        let slots = indexed::names().await.into_iter().filter_map(|name| slot::slot_of(&space, &name));
        let mut found = Vec::new();
        for number in slots {
            if self.0.inner.borrow().adopted.contains_key(&number) {
                found.extend(self.adopted_orphan(number));
            } else if !held.contains(&slot::lock_name(&space, number)) {
                found.extend(self.look_into(number).await);
            }
        }
        found.sort_unstable_by_key(|orphan: &Orphan| orphan.slot);
        found
    }

    fn adopted_orphan(&self, slot: u32) -> Option<Orphan> {
        let view = self.0.inner.borrow().adopted.get(&slot)?.participant.view();
        Some(Orphan { slot, delta_count: view.delta_count, pending_count: view.pending.len(), is_adopted: true })
    }

    /// What a device holds. Its lock is left alone: a page that reloads wants it at this moment.
    async fn look_into(&self, number: u32) -> Option<Orphan> {
        let rows = IndexedStore::peek(&slot::database_name(&self.space(), number)).await.ok()?;
        let leader = LocalLeader::open(&self.leader_options(), rows, js::now(), js::entropy()).ok()?;
        let view = leader.view();
        let orphan = Orphan { slot: number, delta_count: view.delta_count, pending_count: view.pending.len(), is_adopted: false };
        (orphan.delta_count > 0).then_some(orphan)
    }

    fn leader_options(&self) -> Options {
        Options { mode: self.0.options.mode, ..Options::new(Kind::Device) }
    }

    async fn leader_of(&self, slot: u32, on_lost: indexed::OnLost) -> Result<(LocalLeader, Store), StorageError> {
        let mut store = IndexedStore::open(&slot::database_name(&self.space(), slot), on_lost).await?;
        let rows = store.load().await?;
        Ok((LocalLeader::open(&self.leader_options(), rows, js::now(), js::entropy())?, Store::Indexed(store)))
    }

    /// Pushes what a device without a page holds: its store runs in this tab until the cloud confirmed all of it.
    pub fn adopt(&self, slot: u32) {
        let device = self.clone();
        spawn_local(async move {
            if let Err(error) = device.take_in(slot).await {
                device.say(format!("device {} could not be adopted: {error}", slot + 1));
            }
            device.find_orphans();
        });
    }

    async fn take_in(&self, number: u32) -> Result<(), StorageError> {
        let generation = self.0.inner.borrow().generation;
        let weak = Rc::downgrade(&self.0);
        let give_up = move || {
            if let Some(shared) = weak.upgrade() {
                Self(shared).later(move |device| device.let_go(number));
            }
        };
        let taken = slot::take_one(&self.space(), number, give_up.clone()).await;
        let slot = taken.ok_or_else(|| StorageError::Unavailable("a page holds its slot".to_owned()))?;
        let lost = give_up.clone();
        let (leader, store) = self.leader_of(number, Rc::new(move |_| lost())).await?;
        if self.0.inner.borrow().generation != generation {
            return Ok(());
        }
        let weak = Rc::downgrade(&self.0);
        let participant = Participant::start(leader, store, move |happened| match (happened, weak.upgrade()) {
            (Happened::Failed(_), _) => give_up(),
            (Happened::Changed, Some(shared)) => Self(shared).later(move |device| device.look_after(number)),
            (Happened::Changed | Happened::Answered(..) | Happened::Told(_) | Happened::Said(_), _) => {}
        });
        self.link_up(&participant, format!("Device {} (adopted)", number + 1));
        self.0.inner.borrow_mut().adopted.insert(number, Adopted { participant, slot });
        Ok(())
    }

    fn let_go(&self, slot: u32) {
        let adopted = self.0.inner.borrow_mut().adopted.remove(&slot);
        if let Some(adopted) = adopted {
            adopted.participant.end();
            self.find_orphans();
        }
    }

    /// Whether an adopted device is done with.
    fn look_after(&self, number: u32) {
        let is_done = {
            let inner = self.0.inner.borrow();
            let (Some(me), Some(adopted)) = (&inner.me, inner.adopted.get(&number)) else { return };
            let (mine, its) = (me.view(), adopted.participant.view());
            let is_saved = me.with_leader(|leader| !leader.is_saving());
            its.pending.is_empty() && mine.vector.covers_all(&its.vector) && is_saved
        };
        if is_done {
            self.retire(number);
        } else {
            let listed = self.adopted_orphan(number);
            let mut inner = self.0.inner.borrow_mut();
            inner.orphans = inner.orphans.iter().filter(|orphan| orphan.slot != number).cloned().chain(listed).collect();
            drop(inner);
            self.changed();
        }
    }

    fn retire(&self, number: u32) {
        let Some(Adopted { participant, slot }) = self.0.inner.borrow_mut().adopted.remove(&number) else { return };
        participant.end();
        self.say(format!("all that device {} held is here and confirmed by the cloud: its store is deleted", number + 1));
        let device = self.clone();
        spawn_local(async move {
            drop(participant.borrow_store().await);
            if let Err(error) = indexed::delete(&slot::database_name(&device.space(), number)).await {
                device.say(format!("the store of device {} could not be deleted: {error}", number + 1));
            }
            slot::set_used(&device.space(), number, false);
            drop(slot);
            device.find_orphans();
        });
    }
}
