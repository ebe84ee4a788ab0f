//! What the pages of one browser profile tell each other beside the replication: who holds which slot, what the
//! simulated link is like, and that Ana is to edit. None of it passes through the simulated link.

use super::channel::Channel;
use super::device::Device;
use super::js;
use super::state::Conditions;
use crate::offline::mesh::control::{self, Control};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// How long pages are waited for that say which slots they hold.
const SLOTS_WITHIN_MS: u32 = 300;
/// Ana edits by herself when the device has been offline for so long.
const ANA_AFTER_MS: u32 = 4_000;

/// The channel.
pub(super) struct Talk {
    channel: Channel,
    held: Rc<RefCell<BTreeSet<u32>>>,
}

impl Talk {
    pub(super) fn open(device: &Device) -> Option<Self> {
        let held = Rc::new(RefCell::new(BTreeSet::new()));
        let (weak, heard) = (Rc::downgrade(&device.0), held.clone());
        let channel = Channel::open(&format!("{}-control", device.space()), move |bytes| {
            // What is no message is nobody's.
            if let (Some(shared), Ok(message)) = (weak.upgrade(), control::decode(&bytes)) {
                if let Control::Holds(slot) = message {
                    heard.borrow_mut().insert(slot);
                }
                Device(shared).on_control(message);
            }
        })?;
        Some(Self { channel, held })
    }
}

impl Device {
    pub(super) fn post(&self, message: Control) {
        if let Some(talk) = &self.0.inner.borrow().talk {
            talk.channel.post(&control::encode(&message));
        }
    }

    /// What is the link like, and who holds which slot?
    pub(super) fn ask_others(&self) {
        self.post(Control::Ask);
    }

    /// The slots that other pages say they hold.
    pub(super) async fn ask_for_slots(&self) -> BTreeSet<u32> {
        let held = self.0.inner.borrow().talk.as_ref().map(|talk| talk.held.clone());
        js::sleep_ms(SLOTS_WITHIN_MS).await;
        held.map(|held| held.borrow().clone()).unwrap_or_default()
    }

    pub(super) fn announce_slot(&self) {
        let slot = self.0.inner.borrow().slot.as_ref().map(|slot| slot.number);
        if let Some(slot) = slot {
            self.post(Control::Holds(slot));
        }
    }

    fn on_control(&self, message: Control) {
        match message {
            Control::Ask => {
                self.announce_slot();
                let (revision, conditions) = self.0.inner.borrow().conditions;
                if revision > 0 {
                    self.post(Control::Conditions(revision, conditions));
                }
            }
            Control::Holds(_) => {}
            // Later: this ends the channel that it came through.
            Control::Cleared(cleared) => self.later(move |device| device.begin_cleared(cleared)),
            Control::Conditions(revision, conditions) => self.take_conditions(revision, conditions),
            Control::AnaEdits => {
                self.ana_edits_here(false);
            }
        }
    }

    /// Sets the simulated link to the cloud, for all tabs.
    pub fn set_cloud_conditions(&self, conditions: Conditions) {
        let revision = self.0.inner.borrow().conditions.0.saturating_add(1);
        self.take_conditions(revision, conditions.clamped());
        self.post(Control::Conditions(revision, conditions.clamped()));
    }

    /// The latest setting counts; of two at once the same one at all pages.
    fn take_conditions(&self, revision: u64, conditions: Conditions) {
        let rank =
            |(revision, conditions): (u64, Conditions)| (revision, conditions.latency_ms, conditions.loss_percent, conditions.is_out);
        let participants = {
            let mut inner = self.0.inner.borrow_mut();
            if rank((revision, conditions)) <= rank(inner.conditions) {
                return;
            }
            inner.conditions = (revision, conditions);
            inner.participants()
        };
        participants.iter().for_each(|participant| participant.set_conditions(conditions));
        self.expect_ana();
        self.changed();
    }

    /// Lets Ana edit the cart at the cloud.
    pub fn ana_edits(&self) {
        self.ana_edits_somewhere(false);
    }

    fn ana_edits_somewhere(&self, is_by_herself: bool) {
        if !self.ana_edits_here(is_by_herself) {
            self.post(Control::AnaEdits);
        }
    }

    /// Once, while the device is offline, Ana edits by herself; once more when it is offline another time.
    pub(super) fn expect_ana(&self) {
        let device = self.clone();
        if !device.0.inner.borrow().is_offline() {
            device.0.inner.borrow_mut().has_ana_edited = false;
            return;
        }
        spawn_local(async move {
            js::sleep_ms(ANA_AFTER_MS).await;
            let is_time = {
                let mut inner = device.0.inner.borrow_mut();
                inner.is_offline() && !std::mem::replace(&mut inner.has_ana_edited, true)
            };
            if is_time {
                device.keep_switches();
                device.ana_edits_somewhere(true);
            }
        });
    }
}
