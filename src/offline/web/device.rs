//! One device as a page sees it: a cheap handle; everything behind it goes on by itself.

use super::state::{Conditions, DeviceOptions, DeviceState, Event, Link, Orphan, WriteId};
use crate::offline::storage::StorageError;
use crate::replication::delta::{Delta, Key, Operation};
use std::rc::Rc;
use std::sync::Arc;

/// Who is told.
pub type OnEvent = Rc<dyn Fn(Event)>;

/// A device. Clones are the same one; it ends with the page, or by [`Device::close`].
#[derive(Clone)]
pub struct Device {
    _on_event: OnEvent,
}

impl Device {
    /// Opens the device of this page. Returns at once; events report how it goes.
    #[must_use]
    pub fn open(options: DeviceOptions, on_event: OnEvent) -> Self {
        let _ = options;
        Self { _on_event: on_event }
    }
    /// What a page may know of it. Cheap.
    #[must_use]
    pub fn state(&self) -> DeviceState {
        unimplemented!()
    }
    /// All writes of a key, in causal order: what every mode is a fold over.
    #[must_use]
    pub fn deltas(&self, key: &Key) -> Vec<Arc<Delta>> {
        unimplemented!()
    }
    /// All writes that it holds, in the order of their arrival.
    #[must_use]
    pub fn log(&self) -> Vec<Arc<Delta>> {
        unimplemented!()
    }
    /// Writes, having seen all that the device holds. Answered by [`Event::Answered`] once it is durable.
    pub fn write(&self, key: Key, operation: Operation) -> WriteId {
        unimplemented!()
    }
    /// Switches a link.
    pub fn set_link(&self, link: Link, is_on: bool) {
        unimplemented!()
    }
    /// Sets the simulated link to the cloud, for all tabs.
    pub fn set_cloud_conditions(&self, conditions: Conditions) {
        unimplemented!()
    }
    /// Lets Ana edit the cart at the cloud.
    pub fn ana_edits(&self) {
        unimplemented!()
    }
    /// Connects to a native peer, and again whenever that breaks. Nothing is contacted before this.
    pub fn connect_native(&self, address: &str, secret: &str) {
        unimplemented!()
    }
    /// Forgets the native peer.
    pub fn disconnect_native(&self) {
        unimplemented!()
    }
    /// Looks for devices without a page.
    pub fn find_orphans(&self) {
        unimplemented!()
    }
    /// Pushes what a device without a page holds: its store runs in this tab until the cloud confirmed all of it.
    pub fn adopt(&self, slot: u32) {
        unimplemented!()
    }
    /// Opens the store again after it failed.
    pub fn retry(&self) {
        unimplemented!()
    }
    /// The device as a file.
    pub async fn export(&self) -> Result<Vec<u8>, StorageError> {
        unimplemented!()
    }
    /// Puts the content of a file in place of this device's: same writes, new identity.
    pub async fn import(&self, file: &[u8]) -> Result<(), StorageError> {
        unimplemented!()
    }
    /// Deletes this device's data, and begins as a new one.
    pub async fn clear(&self) {
        unimplemented!()
    }
    /// Deletes the data of all devices and of the cloud.
    pub async fn clear_all(&self) {
        unimplemented!()
    }
    /// Ends it.
    pub fn close(&self) {
        unimplemented!()
    }
}
