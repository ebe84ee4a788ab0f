//! Device slots: numbers of which each page holds one, by a Web Lock, so that a reload returns to its data and a second
//! or duplicated tab is another device. Where there are no Web Locks the pages ask each other, and the owner's token in
//! the store is the whole protection.

use super::js;
use super::locks::{self, Ask, HeldLock};
use super::state::SlotGuard;
use crate::limits;
use std::collections::BTreeSet;

/// A slot; free again when dropped.
pub(super) struct Slot {
    pub(super) number: u32,
    pub(super) guard: SlotGuard,
    _lock: Option<HeldLock>,
}

pub(super) fn lock_name(space: &str, slot: u32) -> String {
    format!("{space}-slot-{slot}")
}

pub(super) fn database_name(space: &str, slot: u32) -> String {
    format!("{space}-device-{slot}")
}

/// The slot of a database of ours.
pub(super) fn slot_of(space: &str, database: &str) -> Option<u32> {
    let number = database.strip_prefix(space)?.strip_prefix("-device-")?;
    number.parse().ok().filter(|slot| *slot < limits::MAX_DEVICE_SLOTS)
}

/// Takes this slot and no other; `None` if a page holds it.
pub(super) async fn take_one(space: &str, number: u32, on_stolen: impl FnOnce() + 'static) -> Option<Slot> {
    let lock = locks::manager()?.take(&lock_name(space, number), Ask::IfAvailable, on_stolen).await.ok()??;
    Some(Slot { number, guard: SlotGuard::Lock, _lock: Some(lock) })
}

/// Takes the slot that this tab had before, or else the first that is free; never one of `avoided`.
/// `None` if all are taken.
pub(super) async fn take(space: &str, avoided: &BTreeSet<u32>, on_stolen: impl Fn() + Clone + 'static) -> Option<Slot> {
    let candidates: Vec<u32> = hint(space).into_iter().chain(0..limits::MAX_DEVICE_SLOTS).filter(|slot| !avoided.contains(slot)).collect();
    let slot = match locks::manager() {
        Some(manager) => {
            let mut taken = None;
            for number in candidates.iter().copied() {
                match manager.take(&lock_name(space, number), Ask::IfAvailable, on_stolen.clone()).await {
                    Ok(Some(lock)) => {
                        taken = Some(Slot { number, guard: SlotGuard::Lock, _lock: Some(lock) });
                        break;
                    }
                    Ok(None) => {}
                    // Locks are denied here, as in a frame without an origin.
                    Err(_) => {
                        taken = Some(Slot { number, guard: SlotGuard::TokenOnly, _lock: None });
                        break;
                    }
                }
            }
            taken
        }
        None => candidates.first().map(|number| Slot { number: *number, guard: SlotGuard::TokenOnly, _lock: None }),
    };
    if let Some(slot) = &slot {
        remember(space, slot.number);
    }
    slot
}

/// Which slot this tab had. A copied tab has a copy of it: it is a hint, and the lock decides.
fn hint(space: &str) -> Option<u32> {
    let storage = js::window()?.session_storage().ok()??;
    storage.get_item(&format!("{space}-slot")).ok()??.parse().ok().filter(|slot| *slot < limits::MAX_DEVICE_SLOTS)
}

fn remember(space: &str, slot: u32) {
    if let Some(storage) = js::window().and_then(|window| window.session_storage().ok()).flatten() {
        // A hint less, if there is no room.
        drop(storage.set_item(&format!("{space}-slot"), &slot.to_string()));
    }
}
