//! What is shown: each card from the state of the device.

use super::Lab;
use crate::offline::state::{CloudHost, DeviceState, NativeState, StorageState};
use crate::replication::ids::SessionId;
use crate::ui::app::Asked;
use crate::ui::components::{ask, part};
use crate::ui::lab::cart::Cart;
use crate::ui::lab::cloud::CloudCard;
use crate::ui::lab::conflicts::ConflictsCard;
use crate::ui::lab::connection::Connection;
use crate::ui::lab::decide;
use crate::ui::lab::devices::DevicesCard;
use crate::ui::lab::identity::IdentityCard;
use crate::ui::lab::message::LabDialog;
use crate::ui::lab::modes::ModesCard;
use crate::ui::lab::native::NativeCard;
use crate::ui::lab::notes::NotesCard;
use crate::ui::lab::outbox::OutboxCard;
use crate::ui::lab::storage::StorageCard;
use crate::ui::lab::told::ToldCard;
use crate::ui::lab::top::Trouble;
use crate::ui::markup::{Tag, tag};
use crate::view::lab::{links, notes};
use crate::view::words;

impl Lab {
    fn is_usable(&self) -> bool {
        self.state.view.is_some() && matches!(self.state.storage, StorageState::Durable { .. } | StorageState::MemoryOnly { .. })
    }

    pub(super) fn trouble(&self) -> Trouble {
        let (said, is_loud) = links::storage(&self.state.storage);
        Trouble {
            storage: is_loud.then_some(said.text),
            is_framed: self.is_framed,
            can_retry: matches!(self.state.storage, StorageState::Failed(_)),
            alarm: links::alarm(&self.state),
        }
    }

    pub(super) fn connection(&self) -> Connection {
        let DeviceState { links, .. } = &self.state;
        Connection {
            name: self.state.name.clone(),
            reach: links::reach(links),
            words: links::reach_words(links),
            tabs_on: links.tabs.is_on,
            cloud_on: links.cloud.is_on,
            counts: self.held.as_ref().map(|held| held.outbox.summary()).unwrap_or_default(),
            is_saving: self.state.is_saving || !self.saving.is_empty(),
            storage: links::storage_briefly(&self.state.storage),
            browser: links::browser(self.state.is_browser_online),
            probe: links::probe(self.state.probe),
        }
    }

    pub(super) fn work(&self) -> Tag {
        let saving_items = self.saving.values().filter_map(|(_, item)| item.clone()).collect();
        let saving_keys = self.saving.values().map(|(key, _)| key.clone()).collect();
        let cart = Cart {
            lines: self.held.as_ref().map(|held| held.lines.clone()).unwrap_or_default(),
            saving: saving_items,
            is_usable: self.is_usable(),
            mode: self.held.as_ref().map_or("", |held| words::mode_name(held.cart_mode)),
            undo: self.undo.last().map(|(_, undo)| undo.what.clone()),
        };
        let notes = NotesCard {
            notes: self.state.view.as_ref().map(|view| notes::notes(view, &saving_keys)).unwrap_or_default(),
            editing: self.editing.clone(),
            is_usable: self.is_usable(),
        };
        tag("div").class("lab-column lab-work").child(part(cart, &self.say)).child(part(notes, &self.say))
    }

    pub(super) fn decisions(&self) -> Tag {
        let column = tag("div").class("lab-column");
        let Some(held) = &self.held else { return column };
        let is_offline = !self.state.links.cloud.is_on;
        let modes = ModesCard {
            keys: held.keys.clone(),
            chosen: held.chosen.clone(),
            mode: held.mode,
            comparison: held.comparison.clone(),
            is_usable: self.is_usable(),
        };
        column
            .child(part(OutboxCard { outbox: held.outbox.clone(), is_offline }, &self.say))
            .child(part(ConflictsCard { keys: held.conflicts.clone() }, &self.say))
            .child(part(modes, &self.say))
            .child(part(ToldCard { lines: self.told.iter().rev().cloned().collect() }, &self.say))
    }

    pub(super) fn world(&self) -> Tag {
        let (say, links) = (&self.say, &self.state.links);
        let is_silent = links.cloud.host == CloudHost::Nowhere && links.cloud.is_on && !links.cloud.conditions.is_out;
        let cloud = CloudCard {
            host: links::host(&links.cloud),
            peer: links::cloud_peer(&links.cloud),
            conditions: links.cloud.conditions,
            lost_count: links.cloud.lost_count,
            held: links.cloud.view.as_deref().map(links::held),
            has_host: !is_silent && !matches!(links.cloud.host, CloudHost::Failed(_)),
        };
        let devices = DevicesCard {
            peers: links.tabs.peers.iter().map(links::peer).collect(),
            orphans: self.state.orphans.to_vec(),
            malformed_count: links.tabs.malformed_count,
        };
        let native = NativeCard {
            state: links::native(&links.native),
            is_off: links.native.state == NativeState::Off,
            address: links.native.address.clone().unwrap_or_default(),
        };
        let identity = self.held.as_ref().map(|held| tag("div").child(part(IdentityCard { identity: held.identity.clone() }, say)));
        tag("div")
            .class("lab-column")
            .child(part(cloud, say))
            .child(part(devices, say))
            .child(part(self.storage_card(), say))
            .child(part(native, say))
            .maybe(identity)
    }

    fn storage_card(&self) -> StorageCard {
        let persisted = match self.state.storage {
            StorageState::Durable { persisted: Some(true) } => "yes",
            StorageState::Durable { persisted: Some(false) } => "no",
            _ => "nothing",
        };
        let state = links::storage(&self.state.storage).0;
        StorageCard { state, persisted, guard: links::guard(self.state.guard), is_usable: self.is_usable() }
    }

    pub(super) fn dialogs(&self) -> Tag {
        let say = &self.say;
        let notice = self.deciding.as_ref().and_then(|deciding| deciding.notice.clone());
        let card = self.deciding.as_ref().map(|deciding| deciding.card.clone());
        let (key, dialog) = match &self.dialog {
            None => ("none", None),
            Some(LabDialog::Decide(_, Some(item))) => {
                let asked = Asked { session: SessionId(0), item: item.to_string(), card, notice };
                ("line", Some(ask(&asked, say)))
            }
            Some(LabDialog::Decide(_, None)) => ("note", Some(decide::decide_note(card.as_ref(), notice.as_deref(), say))),
            Some(LabDialog::Clear(is_all)) => {
                let pending_count = self.state.view.as_ref().map_or(0, |view| view.pending.len());
                ("clear", Some(decide::confirm_clear(*is_all, &self.state.name, pending_count, say)))
            }
        };
        tag("div").class("dialogs").child(tag("div").key(key).maybe(dialog))
    }
}
