//! Who holds which slot, and what happens to a device without a page.

use super::devices::{Tab, options, quick};
use super::page::{run, unique, until};
use replicascope::offline::web::state::{DeviceOptions, Link, SlotGuard};
use wasm_bindgen_test::wasm_bindgen_test;

fn lonely(space: &str) -> DeviceOptions {
    DeviceOptions { may_host_cloud: false, ..options(space) }
}

#[wasm_bindgen_test]
async fn a_slot_that_is_free_again_has_its_data_still() {
    let space = unique("again");
    let first = Tab::open(lonely(&space)).await;
    first.save("milk").await;
    let (store, replica) = (first.state().store, first.state().replica);
    assert_eq!(first.state().guard, SlotGuard::Lock);
    first.device.close();
    let second = Tab::open(lonely(&space)).await;
    assert_eq!((second.state().slot, second.state().store), (Some(0), store));
    until("it has the data", || second.cart() == "milk 1").await;
    second.save("eggs").await;
    assert_ne!(second.state().replica, replica, "rule R3");
    second.device.close();
}

#[wasm_bindgen_test]
async fn switches_come_back_with_the_slot_where_that_is_asked_for() {
    let space = unique("switches");
    let remembering = || DeviceOptions { remembers_switches: true, ..lonely(&space) };
    let stands = |tab: &Tab| (tab.state().slot, tab.state().links.tabs.is_on, tab.state().links.cloud.is_on);
    let first = Tab::open(remembering()).await;
    assert_eq!(stands(&first), (Some(0), true, true));
    first.device.set_link(Link::Cloud, false);
    first.device.close();
    let forgetful = Tab::open(lonely(&space)).await;
    assert_eq!(stands(&forgetful), (Some(0), true, true));
    forgetful.device.close();
    let back = Tab::open(remembering()).await;
    assert_eq!(stands(&back), (Some(0), true, false));
    back.device.set_link(Link::Cloud, true);
    back.device.close();
    let again = Tab::open(remembering()).await;
    assert_eq!(stands(&again), (Some(0), true, true));
    again.device.set_link(Link::Tabs, false);
    let other = Tab::open(remembering()).await;
    assert_eq!(stands(&other), (Some(1), true, true), "each device has its own");
    again.device.close();
    other.device.close();
}

#[wasm_bindgen_test]
async fn who_loses_its_lock_becomes_another_device_and_loses_nothing_saved() {
    let space = unique("stolen");
    let tab = Tab::open(lonely(&space)).await;
    tab.save("milk").await;
    let before = (tab.state().store, tab.state().replica);
    run(
        "return new Promise((resolve) => navigator.locks.request(args[0], { steal: true }, () => {
           resolve();
           return new Promise((release) => { globalThis.giveBack = release; });
         }));",
        &[&format!("{space}-slot-0")],
    )
    .await;
    until("it is another device", || tab.state().slot == Some(1) && tab.is_durable()).await;
    assert!(tab.has_said("another page has taken over this device"));
    tab.save("eggs").await;
    assert_ne!((tab.state().store, tab.state().replica), before);
    assert_eq!(tab.cart(), "eggs 1");
    run("giveBack();", &[]).await;
    tab.device.find_orphans();
    until("what it left is offered", || tab.state().orphans.iter().any(|orphan| orphan.slot == 0 && orphan.pending_count == 1)).await;
    tab.device.close();
}

#[wasm_bindgen_test]
async fn an_adopted_device_is_pushed_confirmed_and_gone() {
    let space = unique("adopt");
    let (keeps, leaves) = (Tab::open(options(&space)).await, Tab::open(options(&space)).await);
    quick(&keeps).await;
    [Link::Tabs, Link::Cloud].into_iter().for_each(|link| leaves.device.set_link(link, false));
    leaves.save("milk").await;
    leaves.device.close();
    keeps.device.find_orphans();
    until("it is offered", || keeps.state().orphans.iter().any(|orphan| orphan.slot == 1 && orphan.pending_count == 1)).await;
    assert_eq!(keeps.cart(), "");
    keeps.device.adopt(1);
    until("its write arrives", || keeps.cart() == "milk 1").await;
    until("it is done with", || keeps.state().orphans.is_empty()).await;
    until("that is said", || keeps.has_said("device 2 held is here and confirmed")).await;
    keeps.device.close();
}

#[wasm_bindgen_test]
async fn data_that_the_browser_lost_is_missed_aloud_and_data_that_was_cleared_is_not() {
    let space = unique("evicted");
    let tab = Tab::open(lonely(&space)).await;
    tab.save("milk").await;
    tab.device.close();
    replicascope::offline::web::indexed::delete(&format!("{space}-device-0")).await.unwrap();
    let tab = Tab::open(lonely(&space)).await;
    until("it is said", || tab.has_said("the browser has lost what this device had stored")).await;
    tab.save("eggs").await;
    tab.device.clear().await.unwrap();
    until("it is empty", || tab.is_durable() && tab.cart().is_empty()).await;
    tab.device.close();
    let tab = Tab::open(lonely(&space)).await;
    assert!(!tab.has_said("the browser has lost"));
    tab.device.close();
}
