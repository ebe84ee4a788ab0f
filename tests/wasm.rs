//! The same core in a real browser: fingerprints equal to the host's, going back and forth, links.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod pins;

use replicascope::recipe::Recipe;
use replicascope::replication::time::SimTime;
use replicascope::scenarios;
use replicascope::session::Session;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn fingerprints_are_those_of_the_host() {
    for (scenario, variant, pin) in pins::PINS {
        let fingerprint = scenarios::fingerprint_of(scenarios::find(scenario).unwrap(), variant).unwrap();
        assert_eq!(fingerprint, *pin, "{scenario} {variant}: 0x{fingerprint:016x}");
    }
}

#[wasm_bindgen_test]
fn going_back_and_forth_changes_nothing() {
    let mut session = scenarios::find("offline-leader").unwrap().play(None).unwrap();
    let (end, fingerprint, snapshot) = (session.position(), session.fingerprint(), session.snapshot());
    session.seek(SimTime::ZERO);
    assert_eq!(session.event_count(), 0);
    session.seek_event(end);
    assert_eq!((session.fingerprint(), session.snapshot()), (fingerprint, snapshot));
}

#[wasm_bindgen_test]
fn a_link_rebuilds_the_run() {
    let mut session = scenarios::find("offline-leader").unwrap().play(None).unwrap();
    let link = session.recipe().to_link().unwrap();
    let mut again = Session::open(Recipe::from_link(&link).unwrap()).unwrap();
    session.seek(session.now());
    again.seek(session.now());
    assert_eq!(again.fingerprint(), session.fingerprint());
}
