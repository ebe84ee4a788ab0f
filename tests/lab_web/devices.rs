//! Several devices in one page, as if each had a tab of its own.

use super::page::{unique, until};
use replicascope::offline::web::device::Device;
use replicascope::offline::web::state::{Conditions, DeviceOptions, DeviceState, Event, Link, Outcome, StorageState, Tale, WriteId};
use replicascope::replication::delta::{Item, Key, LineChange, Operation};
use replicascope::replication::view::Content;
use std::cell::RefCell;
use std::rc::Rc;

/// A device, and what it told.
pub(crate) struct Tab {
    pub(crate) device: Device,
    events: Rc<RefCell<Vec<Event>>>,
}

pub(crate) fn options(space: &str) -> DeviceOptions {
    DeviceOptions { space: space.to_owned(), ..DeviceOptions::default() }
}

impl Tab {
    /// Opens one, and waits until it can be written to.
    pub(crate) async fn open(options: DeviceOptions) -> Self {
        let events = Rc::new(RefCell::new(Vec::new()));
        let heard = events.clone();
        let tab = Self { device: Device::open(options, Rc::new(move |event| heard.borrow_mut().push(event))), events };
        until("it opens", || tab.is_durable()).await;
        tab
    }

    pub(crate) fn state(&self) -> DeviceState {
        self.device.state()
    }

    pub(crate) fn is_durable(&self) -> bool {
        matches!(self.state().storage, StorageState::Durable { .. })
    }

    pub(crate) fn add(&self, item: &str) -> WriteId {
        self.device.write(Key::from("cart"), Operation::Cart(Item::from(item), LineChange::Add(1)))
    }

    pub(crate) fn outcome(&self, id: WriteId) -> Option<Outcome> {
        self.events.borrow().iter().find_map(|event| match event {
            Event::Answered(own, outcome) if *own == id => Some(outcome.clone()),
            _ => None,
        })
    }

    /// Adds one of an item, and waits until that is saved.
    pub(crate) async fn save(&self, item: &str) {
        let id = self.add(item);
        until("the write is answered", || self.outcome(id).is_some()).await;
        assert!(matches!(self.outcome(id), Some(Outcome::Saved(_))), "{:?}", self.outcome(id));
    }

    pub(crate) fn cart(&self) -> String {
        let state = self.state();
        let content = state.view.as_ref().and_then(|view| view.records.get(&Key::from("cart")).map(|record| record.content.clone()));
        match content {
            Some(Content::Cart(lines)) => {
                lines.iter().map(|(item, line)| format!("{item} {}", line.quantity)).collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        }
    }

    pub(crate) fn pending_count(&self) -> usize {
        self.state().view.map_or(0, |view| view.pending.len())
    }

    pub(crate) fn has_said(&self, words: &str) -> bool {
        self.state().told.iter().any(|told| matches!(&told.what, Tale::Said(sentence) if sentence.contains(words)))
    }
}

pub(crate) async fn quick(tab: &Tab) {
    tab.device.set_cloud_conditions(Conditions::default());
    until("the conditions are set", || tab.state().links.cloud.conditions == Conditions::default()).await;
}

mod tests {
    use super::super::page::{sleep_ms, until_within};
    use super::*;
    use replicascope::offline::web::state::CloudHost;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn tabs_exchange_and_the_cloud_confirms() {
        let space = unique("tabs");
        let (a, b) = (Tab::open(options(&space)).await, Tab::open(options(&space)).await);
        assert_eq!((a.state().slot, b.state().slot), (Some(0), Some(1)));
        quick(&a).await;
        until("they are connected", || a.state().links.tabs.peers.len() == 1 && b.state().links.tabs.peers.len() == 1).await;
        assert_eq!(a.state().links.tabs.peers[0].name, "Device 2");
        a.save("milk").await;
        b.save("eggs").await;
        until("both have both", || a.cart() == "eggs 1, milk 1" && b.cart() == a.cart()).await;
        until("all is confirmed", || a.pending_count() + b.pending_count() == 0).await;
        let hosts = [&a, &b].map(|tab| tab.state().links.cloud.host);
        assert_eq!(hosts, [CloudHost::Here, CloudHost::Elsewhere]);
        assert_ne!(a.state().replica, b.state().replica);
        a.device.close();
        b.device.close();
    }

    #[wasm_bindgen_test]
    async fn other_tabs_confirm_nothing_and_a_switched_off_link_carries_nothing() {
        let space = unique("alone");
        let lonely = || DeviceOptions { may_host_cloud: false, ..options(&space) };
        let (a, b) = (Tab::open(lonely()).await, Tab::open(lonely()).await);
        a.save("milk").await;
        until("the other has it", || b.cart() == "milk 1").await;
        sleep_ms(200).await;
        assert_eq!(a.pending_count(), 1);
        a.device.set_link(Link::Tabs, false);
        until("nobody is connected", || b.state().links.tabs.peers.is_empty()).await;
        a.save("eggs").await;
        sleep_ms(500).await;
        assert_eq!(b.cart(), "milk 1");
        a.device.set_link(Link::Tabs, true);
        until("it is made good", || b.cart() == "eggs 1, milk 1").await;
        a.device.close();
        b.device.close();
    }

    #[wasm_bindgen_test]
    async fn the_cloud_moves_to_another_tab_and_keeps_what_it_held() {
        let space = unique("cloud");
        let (a, b) = (Tab::open(options(&space)).await, Tab::open(options(&space)).await);
        [&a, &b].iter().for_each(|tab| tab.device.set_link(Link::Tabs, false));
        quick(&a).await;
        a.save("milk").await;
        until("it went through the cloud", || b.cart() == "milk 1").await;
        until("it is confirmed", || a.pending_count() == 0).await;
        a.device.close();
        until("the other hosts it", || b.state().links.cloud.host == CloudHost::Here).await;
        until("the cloud has it still", || b.state().links.cloud.view.is_some_and(|view| view.delta_count == 1)).await;
        b.save("eggs").await;
        until("it confirms", || b.pending_count() == 0).await;
        b.device.close();
    }

    #[wasm_bindgen_test]
    async fn an_outage_holds_writes_back_and_loss_only_delays_them() {
        let space = unique("outage");
        let a = Tab::open(options(&space)).await;
        a.device.set_cloud_conditions(Conditions { is_out: true, ..Conditions::default() });
        a.save("milk").await;
        sleep_ms(500).await;
        assert_eq!((a.pending_count(), a.state().links.cloud.peer), (1, None));
        a.device.set_cloud_conditions(Conditions { loss_percent: 30, latency_ms: 20, is_out: false });
        // A message that is lost costs up to one handshake.
        until_within(60, "it comes through", || a.pending_count() == 0).await;
        a.device.close();
    }

    #[wasm_bindgen_test]
    async fn ana_edits_at_the_cloud_and_by_herself_while_the_device_is_offline() {
        let space = unique("ana");
        let a = Tab::open(options(&space)).await;
        quick(&a).await;
        until("the cloud is there", || a.state().links.cloud.peer.is_some()).await;
        a.device.ana_edits();
        until("her edit arrives", || a.cart() == "eggs 1").await;
        a.device.set_link(Link::Cloud, false);
        until("she edits once more", || a.state().links.cloud.view.is_some_and(|view| view.delta_count == 2)).await;
        assert_eq!(a.cart(), "eggs 1", "offline is offline");
        a.device.set_link(Link::Cloud, true);
        until("that arrives too", || a.state().view.is_some_and(|view| view.delta_count == 2)).await;
        a.device.close();
    }

    #[wasm_bindgen_test]
    async fn a_file_brings_the_writes_to_another_device() {
        let (space, other) = (unique("export"), unique("import"));
        let (a, b) = (Tab::open(options(&space)).await, Tab::open(options(&other)).await);
        a.save("milk").await;
        let file = a.device.export().await.unwrap();
        assert!(b.device.import(&file[1..]).await.is_err());
        b.save("eggs").await;
        b.device.import(&file).await.unwrap();
        until("it has what the file held", || b.is_durable() && b.cart() == "milk 1").await;
        assert_ne!(a.state().store, b.state().store);
        b.save("milk").await;
        assert_ne!(a.state().replica, b.state().replica);
        b.device.clear().await.unwrap();
        until("it is empty", || b.is_durable() && b.cart().is_empty()).await;
        a.device.close();
        b.device.close();
    }

    #[wasm_bindgen_test]
    async fn a_full_store_refuses_loudly_and_loses_nothing() {
        let space = unique("room");
        let a = Tab::open(DeviceOptions { may_host_cloud: false, ..options(&space) }).await;
        a.save("milk").await;
        super::super::page::run(
            "const plain = IDBObjectStore.prototype.put;
             globalThis.moreRoom = () => { IDBObjectStore.prototype.put = plain; };
             IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };",
            &[],
        )
        .await;
        let id = a.add("eggs");
        until("it is answered", || a.outcome(id).is_some()).await;
        until("the view is what is durable", || a.cart() == "milk 1").await;
        super::super::page::run("moreRoom();", &[]).await;
        assert!(matches!(a.outcome(id), Some(Outcome::Refused(_))), "{:?}", a.outcome(id));
        assert!(matches!(a.state().storage, StorageState::Failed(_)), "{:?}", a.state().storage);
        assert!(a.has_said("storage is full"));
        a.device.retry();
        until("it works again", || a.is_durable()).await;
        a.save("bread").await;
        assert_eq!(a.cart(), "bread 1, milk 1");
        a.device.close();
    }

    #[wasm_bindgen_test]
    async fn nothing_is_contacted_before_an_address_is_entered_and_a_wrong_one_is_refused() {
        use replicascope::offline::web::state::NativeState;
        let a = Tab::open(options(&unique("native"))).await;
        assert_eq!(a.state().links.native.state, NativeState::Off);
        a.device.connect_native("http://127.0.0.1:1", "secret");
        assert!(matches!(a.state().links.native.state, NativeState::Refused(_)));
        a.device.connect_native("ws://127.0.0.1:1/", &"x".repeat(257));
        assert!(matches!(a.state().links.native.state, NativeState::Refused(_)));
        a.device.connect_native("ws://127.0.0.1:1/", "secret");
        until("it is tried again later", || matches!(a.state().links.native.state, NativeState::Waiting { .. })).await;
        a.device.disconnect_native();
        assert_eq!(a.state().links.native.state, NativeState::Off);
        a.device.close();
    }
}
