//! `hunt` from outside: what it answers, that `run` plays what it found, and how it ends.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod terminal;

use replicascope::recipe::Recipe;
use replicascope::scenarios;
use serde_json::{Value as Json, json};
use terminal::{json_of, replicascope, scratch};

const ALWAYS: [&str; 5] = ["guarantee", "seeds", "found", "runs", "stopped_at"];
const WHEN_FOUND: [&str; 15] = [
    "seed",
    "scenario",
    "variant",
    "violated",
    "promised",
    "violations",
    "witness",
    "before",
    "after",
    "is_minimal",
    "fingerprint",
    "ended_at_ms",
    "until_ms",
    "recipe",
    "link",
];

/// The shape that others rely on.
fn assert_is_answer(answer: &Json) {
    let mut names: Vec<&str> = ALWAYS.to_vec();
    if answer["found"] == true {
        names.extend(WHEN_FOUND);
    }
    let mut known: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    known.sort_unstable();
    names.sort_unstable();
    assert_eq!(known, names);
}

/// `run` plays the recipe and the link to the same end, where the guarantee is violated.
fn assert_is_replayed(answer: &Json) {
    let (recipe, link) = (answer["recipe"].to_string(), answer["link"].as_str().unwrap());
    assert_eq!(Recipe::from_json(&recipe).unwrap(), Recipe::from_link(link).unwrap());
    let until = answer["until_ms"].as_f64().map(|ms| ms.to_string());
    let until: Vec<&str> = until.iter().flat_map(|ms| ["--until", ms]).collect();
    for (target, input) in [("-", recipe.as_str()), (link, "")] {
        let output = replicascope(&[&["run", target, "--json"], until.as_slice()].concat(), input.as_bytes());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let run: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&run["fingerprint"], &run["ended_at_ms"]), (&answer["fingerprint"], &answer["ended_at_ms"]));
        let verdicts = run["verdicts"].as_array().unwrap();
        let verdict = verdicts.iter().find(|verdict| verdict["guarantee"] == answer["violated"]).unwrap();
        assert_eq!((&verdict["holds"], &verdict["witness"]), (&json!(false), &answer["witness"]));
    }
}

#[test]
fn what_is_found_is_told_and_played_again() {
    let cases: [&[&str]; 4] = [
        &["failover-lost-writes", "--variant", "asynchronous", "--guarantee", "no-lost-writes", "--seeds", "0..20"],
        &["quorum-not-linearizable", "--guarantee", "linearizable", "--seeds", "3..9", "--faults", "1"],
        &["single-leader-async", "--guarantee", "staleness", "--seeds", "7..8", "--until", "1200.5"],
        &["single-leader-async", "--guarantee", "staleness", "--seeds", "7..9", "--set", "persist_us=2000"],
    ];
    for arguments in cases {
        let answer = json_of(&[&["hunt"], arguments].concat(), "", 1);
        assert_is_answer(&answer);
        assert_eq!((&answer["found"], &answer["is_minimal"], &answer["scenario"]), (&json!(true), &json!(true), &json!(arguments[0])));
        assert_is_replayed(&answer);
    }
}

#[test]
fn a_recipe_and_its_link_are_searched_alike() {
    let recipe = scenarios::find("quorum-overlap").unwrap().play(Some("one-one")).unwrap().recipe();
    let (text, link) = (recipe.to_json(), recipe.to_link().unwrap());
    let file = scratch("hunted.json", &text);
    let search = |target: &str, input: &str| json_of(&["hunt", target, "--guarantee", "staleness", "--seeds", "0..30"], input, 1);
    let answer = search(&file, "");
    assert_is_answer(&answer);
    assert_is_replayed(&answer);
    assert_eq!((search("-", &text), search(&link, "")), (answer.clone(), answer));
}

#[test]
fn nothing_found_is_held_or_undecided_and_the_bound_on_runs_is_told() {
    let search = |scenario: &str, guarantee: &str, more: &[&str], code: i32| {
        let answer = json_of(&[&["hunt", scenario, "--guarantee", guarantee, "--seeds", "0..6"], more].concat(), "", code);
        assert_is_answer(&answer);
        answer
    };
    let held = search("single-leader-sync", "no-lost-writes", &[], 0);
    assert_eq!((&held["found"], &held["runs"]), (&json!(false), &json!({ "searched": 18, "undecided": 0, "shrunk": 0 })));
    let undecided = search("quorum-coordinator", "no-lost-writes", &[], 3);
    assert!(undecided["found"] == false && undecided["runs"]["undecided"].as_u64().unwrap() > 0);
    let stopped = search("single-leader-sync", "no-lost-writes", &["--max-runs", "4"], 3);
    assert_eq!((&stopped["stopped_at"], &stopped["runs"]["searched"]), (&json!("1"), &json!(4)));
    let early = search("single-leader-async", "staleness", &["--max-runs", "3"], 1);
    assert_eq!(early["is_minimal"], false);
}

#[test]
fn people_read_words() {
    let arguments = ["hunt", "failover-lost-writes", "--guarantee", "no-lost-writes", "--seeds", "0..20"];
    let text = String::from_utf8(replicascope(&arguments, b"").stdout).unwrap();
    let words = [
        "✕ no-lost-writes is violated by failover-lost-writes asynchronous with seed",
        "was acknowledged, does not show",
        "operations",
        "#v1.",
    ];
    for word in words {
        assert!(text.contains(word), "{word} in {text}");
    }
    // The recipe stands at the end, to be cut out.
    let recipe = &text[text.find("\n{").unwrap()..];
    assert_eq!(Recipe::from_json(recipe).unwrap().setup.strategy, "single-leader");
}

/// Where any promise is asked for, only what is promised counts; constraints of a scenario are asked for by their names.
#[test]
fn promises_and_constraints_are_searched_too() {
    let own_tokens = ["hunt", "read-your-writes-two-devices", "--variant", "own-tokens", "--seeds", "0..5", "--guarantee"];
    assert_eq!(json_of(&[&own_tokens[..], &["read-your-writes"]].concat(), "", 1)["promised"], json!(false));
    // At the end of some runs it cannot be said yet whether replicas will hold the same.
    assert_eq!(json_of(&[&own_tokens[..], &["promised"]].concat(), "", 3)["found"], json!(false));
    let sold = ["hunt", "multi-leader-invariant", "--seeds", "0..5", "--guarantee", "constraint:sold-once"];
    let answer = json_of(&sold, "", 1);
    assert_is_answer(&answer);
    assert_eq!((&answer["violated"], &answer["variant"]), (&json!("constraint:sold-once"), &json!("any-leader")));
    // Whoever is given the finding sees the constraint violated.
    let told = json_of(&["run", "-"], &answer["recipe"].to_string(), 0);
    let judged = told["verdicts"].as_array().unwrap().iter().find(|verdict| verdict["guarantee"] == "constraint:sold-once").unwrap();
    assert_eq!((&judged["holds"], &told["fingerprint"]), (&json!(false), &answer["fingerprint"]));
}
