//! The examples run, and show what they say.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

#[allow(dead_code, reason = "its `main` prints what is looked at here")]
#[path = "../examples/add_your_own_strategy.rs"]
mod add_your_own_strategy;
#[allow(dead_code, reason = "its `main` prints what is looked at here")]
#[path = "../examples/find_an_anomaly.rs"]
mod find_an_anomaly;
#[allow(dead_code, reason = "its `main` prints what is looked at here")]
#[path = "../examples/offline_cart.rs"]
mod offline_cart;
#[allow(dead_code, reason = "its `main` prints what is looked at here")]
#[path = "../examples/quorum.rs"]
mod quorum;

use replicascope::recipe::Recipe;

#[test]
fn quorums_of_one_miss_a_write_and_quorums_of_two_do_not() {
    let text = quorum::tell().unwrap();
    let (one, two) = text.split_once("write quorum 2").unwrap();
    assert!(one.contains("sees nothing") && one.contains("linearizable: violated"), "{text}");
    assert!(two.contains("sees 70") && two.contains("linearizable: holds"), "{text}");
}

#[test]
fn devices_agree_when_they_have_met_and_a_store_keeps_it() {
    let text = offline_cart::tell().unwrap();
    let met = "[(\"eggs\", 6), (\"milk\", 3)]";
    assert!(text.contains("apart:   phone [(\"milk\", 2)], laptop [(\"eggs\", 6), (\"milk\", 1)]"), "{text}");
    assert!(text.contains(&format!("met:     phone {met}, laptop {met}")), "{text}");
    assert!(text.contains(&format!("started: phone {met}")), "{text}");
}

#[test]
fn an_anomaly_is_found_and_its_link_opens() {
    let text = find_an_anomaly::tell().unwrap();
    assert!(text.contains("Linearizable is violated with seed "), "{text}");
    let link = text.lines().last().unwrap().trim();
    assert!(Recipe::from_link(link).is_ok(), "{link}");
}

#[test]
fn a_new_strategy_runs_and_is_judged() {
    let text = add_your_own_strategy::tell().unwrap();
    assert_eq!(text.matches("holds Some(Plain(Number(70)))").count(), 3, "{text}");
    let verdict = |guarantee: &str, holds: &str| text.lines().any(|line| line.starts_with(guarantee) && line.contains(holds));
    assert!(verdict("linearizable", "Some(false)"), "{text}");
    assert!(verdict("monotonic-reads", "Some(true)"), "{text}");
    assert_eq!(add_your_own_strategy::tell().unwrap(), text, "the same seed is the same run");
}
