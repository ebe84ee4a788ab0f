//! What the page shows of what the device holds. Made anew only when that has changed.

use crate::limits;
use crate::offline::state::DeviceState;
use crate::offline::web::device::Device;
use crate::replication::delta::{Key, Mode};
use crate::replication::view::{Content, Decided, ReplicaView};
use crate::view::cart::{self, CartLine};
use crate::view::lab::conflicts::{self, KeyConflicts};
use crate::view::lab::identity::{self, Identity};
use crate::view::lab::modes::{Comparison, side_by_side};
use crate::view::lab::outbox::{self, Outbox};
use crate::view::lab::{CART, Who, changes, notes};
use std::rc::Rc;

/// Keys whose conflicts are shown.
const SHOWN_KEYS: usize = 20;

/// All of it.
pub(super) struct Held {
    view: Rc<ReplicaView>,
    who: Who,
    pub(super) chosen: Key,
    pub(super) lines: Vec<CartLine>,
    pub(super) cart_mode: Mode,
    pub(super) outbox: Outbox,
    pub(super) conflicts: Vec<KeyConflicts>,
    /// Keys to choose from, with their names.
    pub(super) keys: Vec<(Key, String)>,
    pub(super) mode: Mode,
    pub(super) comparison: Comparison,
    pub(super) identity: Identity,
}

impl Held {
    /// What `device` holds; the same as `before` if nothing has changed.
    pub(super) fn of(device: &Device, state: &DeviceState, who: &Who, chosen: &Key, default: Mode, before: Option<Self>) -> Option<Self> {
        let view = state.view.clone()?;
        let chosen = if view.records.contains_key(chosen) { chosen.clone() } else { Key::from(CART) };
        match before {
            Some(same) if Rc::ptr_eq(&same.view, &view) && same.chosen == chosen && same.who == *who => Some(same),
            _ => Some(Self::new(device, state, view, who.clone(), chosen, default)),
        }
    }

    fn new(device: &Device, state: &DeviceState, view: Rc<ReplicaView>, who: Who, chosen: Key, default: Mode) -> Self {
        let log = device.log();
        let mode_of = |key: &Key| view.records.get(key).map_or(default, |record| record.mode);
        let cart = view.records.get(&Key::from(CART));
        Self {
            lines: cart.map(cart::lines).unwrap_or_default(),
            cart_mode: mode_of(&Key::from(CART)),
            outbox: outbox::outbox(&view, &log, &who),
            conflicts: in_conflict(device, &view, &who),
            keys: keys(device, &view),
            mode: mode_of(&chosen),
            comparison: side_by_side(mode_of(&chosen), &device.deltas(&chosen), &who.name),
            identity: identity::identity(state.replica, state.store, &view, &log, &who),
            view,
            who,
            chosen,
        }
    }
}

/// The keys that are or were in conflict; those that are come first.
fn in_conflict(device: &Device, view: &ReplicaView, who: &Who) -> Vec<KeyConflicts> {
    let of = |(key, record): (&Key, &Decided)| conflicts::of_key(key, record, &device.deltas(key), who);
    let eventful = view.records.iter().filter(|(_, record)| conflicts::is_eventful(record)).filter_map(of);
    let (mut found, decided): (Vec<KeyConflicts>, Vec<KeyConflicts>) = eventful.partition(|key| !key.conflicts.is_empty());
    found.extend(decided);
    found.truncate(SHOWN_KEYS);
    found
}

/// The cart, and then the notes.
fn keys(device: &Device, view: &ReplicaView) -> Vec<(Key, String)> {
    let cart = Key::from(CART);
    let notes = view.records.iter().filter(|(key, _)| notes::created_at(key).is_some()).rev().take(limits::MAX_SHOWN_NOTES);
    let title = |key: &Key, record: &Decided| match &record.content {
        Content::Plain(value) => changes::key_name(key, &value.to_string()),
        Content::Absent | Content::Cart(_) | Content::Open => conflicts::title(key, record, &device.deltas(key)),
    };
    let named = notes.map(|(key, record)| (key.clone(), title(key, record)));
    std::iter::once((cart, "Cart".to_owned())).chain(named).collect()
}
