//! Device slots: numbers of which each page holds one, by a Web Lock, so that a reload returns to its data and a second
//! or duplicated tab is another device. Where there are no Web Locks the pages ask each other, and the owner's token in
//! the store is the whole protection.

use super::js;
use super::locks::{self, Ask, HeldLock, LockManager};
use super::state::SlotGuard;
use crate::limits;
use std::collections::BTreeSet;

/// How often, and how long between, a page asks for the slot that it had.
const HINT_TRIES: u32 = 8;
const HINT_PAUSE_MS: u32 = 60;

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
    let candidates = (0..limits::MAX_DEVICE_SLOTS).filter(|slot| !avoided.contains(slot));
    let hint = hint(space).filter(|slot| !avoided.contains(slot));
    let slot = match locks::manager() {
        Some(manager) => match returned(&manager, space, hint, &on_stolen).await {
            Some(slot) => Some(slot),
            None => first_free(&manager, space, candidates, &on_stolen).await,
        },
        None => hint.into_iter().chain(candidates).next().map(without_lock),
    };
    if let Some(slot) = &slot {
        remember(space, slot.number);
    }
    slot
}

/// A page that reloads may ask before the lock of the page it was is free: it waits a little.
async fn returned(manager: &LockManager, space: &str, hint: Option<u32>, on_stolen: &(impl Fn() + Clone + 'static)) -> Option<Slot> {
    for _ in 0..HINT_TRIES {
        let slot = first_free(manager, space, std::iter::once(hint?), on_stolen).await;
        if slot.is_some() {
            return slot;
        }
        js::sleep_ms(HINT_PAUSE_MS).await;
    }
    None
}

async fn first_free(
    manager: &LockManager,
    space: &str,
    candidates: impl Iterator<Item = u32>,
    on_stolen: &(impl Fn() + Clone + 'static),
) -> Option<Slot> {
    for number in candidates {
        match manager.take(&lock_name(space, number), Ask::IfAvailable, on_stolen.clone()).await {
            Ok(Some(lock)) => return Some(Slot { number, guard: SlotGuard::Lock, _lock: Some(lock) }),
            Ok(None) => {}
            // Locks are denied here, as in a frame without an origin.
            Err(_) => return Some(without_lock(number)),
        }
    }
    None
}

const fn without_lock(number: u32) -> Slot {
    Slot { number, guard: SlotGuard::TokenOnly, _lock: None }
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

/// Remembers outside of the store that the device of this slot has data, or has none: so that what the browser evicts is
/// noticed, if it does not take this along.
pub(super) fn set_used(space: &str, slot: u32, is_used: bool) {
    if let Some(storage) = js::window().and_then(|window| window.local_storage().ok()).flatten() {
        let name = used_name(space, slot);
        drop(if is_used { storage.set_item(&name, "yes") } else { storage.remove_item(&name) });
    }
}

/// Whether the device of this slot had data.
pub(super) fn was_used(space: &str, slot: u32) -> bool {
    let storage = js::window().and_then(|window| window.local_storage().ok()).flatten();
    storage.is_some_and(|storage| storage.get_item(&used_name(space, slot)).is_ok_and(|found| found.is_some()))
}

/// The switches of a device as the person left them.
#[derive(Clone, Copy)]
pub(super) struct Switches {
    pub(super) tabs_on: bool,
    pub(super) cloud_on: bool,
    /// Whether Ana has edited while they were off.
    pub(super) has_ana_edited: bool,
}

impl Switches {
    const ON: Self = Self { tabs_on: true, cloud_on: true, has_ana_edited: false };

    const fn mark(self) -> &'static str {
        match (self.tabs_on, self.cloud_on, self.has_ana_edited) {
            (true, true, _) => "",
            (true, false, false) => "tabs",
            (true, false, true) => "tabs, ana",
            (false, true, _) => "cloud",
            (false, false, false) => "none",
            (false, false, true) => "none, ana",
        }
    }
}

/// Keeps the switches of a device outside of its store, since they are the person's and not the replica's.
pub(super) fn set_switches(space: &str, slot: u32, switches: Switches) {
    if let Some(storage) = js::window().and_then(|window| window.local_storage().ok()).flatten() {
        let (name, mark) = (switches_name(space, slot), switches.mark());
        drop(if mark.is_empty() { storage.remove_item(&name) } else { storage.set_item(&name, mark) });
    }
}

/// The switches of a device; all on where nothing is kept.
pub(super) fn switches(space: &str, slot: u32) -> Switches {
    let storage = js::window().and_then(|window| window.local_storage().ok()).flatten();
    let kept = storage.and_then(|storage| storage.get_item(&switches_name(space, slot)).ok().flatten()).unwrap_or_default();
    let both = [true, false];
    let all = both.map(|tabs_on| both.map(|cloud_on| both.map(|has_ana_edited| Switches { tabs_on, cloud_on, has_ana_edited })));
    let is_kept = |switches: &Switches| !kept.is_empty() && switches.mark() == kept;
    all.into_iter().flatten().flatten().find(is_kept).unwrap_or(Switches::ON)
}

fn switches_name(space: &str, slot: u32) -> String {
    format!("{space}-device-{slot}-switches")
}

fn used_name(space: &str, slot: u32) -> String {
    format!("{space}-device-{slot}-used")
}
