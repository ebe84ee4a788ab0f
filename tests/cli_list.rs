//! What the command line lists, against what the library accepts.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod terminal;

use replicascope::recipe::Recipe;
use replicascope::scenarios;
use replicascope::simulation::forms::{self, FieldKind, Form};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use terminal::{json_of, list, replicascope};

const KINDS: [&str; 9] = ["scenarios", "strategies", "policies", "topologies", "checkers", "presets", "terms", "settings", "commands"];

fn text<'a>(entry: &'a Json, field: &str) -> &'a str {
    entry[field].as_str().unwrap_or_else(|| panic!("{field} of {entry}"))
}

#[test]
fn every_list_has_ids_titles_and_summaries() {
    for kind in KINDS {
        let entries = list(kind);
        assert!(!entries.is_empty(), "{kind}");
        let ids: BTreeSet<&str> = entries.iter().map(|entry| text(entry, "id")).collect();
        assert_eq!(ids.len(), entries.len(), "{kind}");
        assert!(entries.iter().all(|entry| !text(entry, "title").is_empty() && !text(entry, "summary").is_empty()), "{kind}");
        let people = String::from_utf8(replicascope(&["list", kind], b"").stdout).unwrap();
        assert!(ids.iter().all(|id| people.contains(id)), "{kind}");
    }
}

#[test]
fn scenarios_list_what_their_variants_are_about() {
    let entries = list("scenarios");
    assert_eq!(entries.len(), scenarios::ALL.len());
    for (entry, scenario) in entries.iter().zip(scenarios::ALL) {
        assert_eq!(text(entry, "id"), scenario.id);
        for (listed, variant) in entry["variants"].as_array().unwrap().iter().zip(scenario.variants) {
            assert_eq!(text(listed, "id"), variant.id);
            assert_eq!(listed["guarantee"].as_str(), variant.about.map(|about| about.guarantee));
            assert_eq!(listed["promised"].as_bool(), Some(variant.about.is_some_and(|about| about.promised)));
            assert!(listed["assumption"].is_null() || listed["assumption"].is_string());
        }
    }
}

/// Every listed key is one of `--set`: its default changes nothing, what is out of range is refused.
#[test]
fn settings_are_those_of_the_option() {
    let plain = json_of(&["run", "offline-leader", "--variant", "add-wins"], "", 0)["fingerprint"].clone();
    let mut tried = 0;
    for setting in list("settings") {
        let (key, kind) = (text(&setting, "key"), text(&setting, "type"));
        let strategies = setting["strategies"].as_array().unwrap();
        assert!(!strategies.is_empty(), "{key}");
        let (default, beyond) = match kind {
            "number" => {
                let (least, most) = (setting["range"]["least"].as_u64().unwrap(), setting["range"]["most"].as_u64().unwrap());
                let default = setting["default"].as_u64().unwrap();
                assert!((least..=most).contains(&default) && setting["unit"].is_string(), "{key}");
                (default.to_string(), (most + 1).to_string())
            }
            "flag" => (setting["default"].as_bool().unwrap().to_string(), "perhaps".to_owned()),
            "choice" => {
                assert!(setting["range"].as_array().unwrap().contains(&setting["default"]), "{key}");
                (text(&setting, "default").to_owned(), "neither".to_owned())
            }
            other => panic!("{key}: {other}"),
        };
        let run = |value: &str| {
            replicascope(&["run", "offline-leader", "--variant", "add-wins", "--json", "--set", &format!("{key}={value}")], b"")
        };
        assert_eq!(run(&beyond).status.code(), Some(2), "{key}={beyond}");
        if strategies.contains(&json!("multi-leader-sync")) {
            let output = run(&default);
            assert_eq!(output.status.code(), Some(0), "{key}={default}");
            let answer: Json = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(answer["fingerprint"], plain, "{key}={default}");
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

/// A recipe of two datacenters, one with two nodes, and one command.
fn recipe_with(command: &Json) -> String {
    let wire = json!({ "kind": "stream", "latency": { "constant": { "us": 1000 } }, "loss_per_million": 0, "duplicate_per_million": 0 });
    let site = |name: &str, count: u16| json!({ "name": name, "kind": "datacenter", "node_count": count });
    json!({
        "version": 1,
        "seed": "1",
        "setup": {
            "strategy": "multi-leader-sync",
            "sites": [site("A", 2), site("B", 1)],
            "links": [{ "a": 0, "b": 1, "wire": wire }],
            "inside": wire,
            "sessions": [{ "author": "Ana", "site": 0, "access": null, "workload": "idle" }],
            "mode": "add-wins",
            "cart": [],
        },
        "commands": [{ "at_ns": 0, "event": 0, "command": command }],
    })
    .to_string()
}

fn accepts(command: &Json) -> bool {
    Recipe::from_json(&recipe_with(command)).is_ok()
}

fn example(form: &Form) -> Json {
    serde_json::from_str(form.example).unwrap()
}

fn with(form: &Form, pointer: &str, value: Json) -> Json {
    let mut command = example(form);
    *command.pointer_mut(pointer).unwrap_or_else(|| panic!("{}: {pointer}", form.id)) = value;
    command
}

#[test]
fn every_example_is_a_command() {
    for form in forms::ALL {
        let outcome = Recipe::from_json(&recipe_with(&example(form)));
        assert!(outcome.is_ok(), "{}: {outcome:?}", form.id);
    }
}

/// Values at both ends of every range are accepted, those just beyond are refused.
#[test]
fn ranges_of_commands_are_those_of_recipes() {
    for form in forms::ALL {
        for field in form.fields {
            let takes = |value: Json| accepts(&with(form, field.pointer, value));
            let what = format!("{} {}", form.id, field.name);
            match field.kind {
                FieldKind::Number { least, most: Some(most), .. } => {
                    assert!(takes(json!(least)) && takes(json!(most)), "{what}");
                    assert!(!takes(json!(least - 1)) && !takes(json!(most + 1)), "{what}");
                }
                FieldKind::Number { most: None, .. } => {
                    assert!(!takes(json!(-1)), "{what}");
                    assert_eq!(takes(json!(60_000)), field.name == "message", "{what}");
                }
                FieldKind::Name(most) => {
                    assert!(takes(json!("x".repeat(most))) && takes(json!("x")), "{what}");
                    assert!(!takes(json!("x".repeat(most + 1))) && !takes(json!("")) && !takes(json!(1)), "{what}");
                }
                FieldKind::Value { is_optional } => {
                    assert!(takes(json!({ "number": -5 })) && takes(json!({ "text": "five" })), "{what}");
                    assert!(!takes(json!(5)), "{what}");
                    assert_eq!(takes(Json::Null), is_optional, "{what}");
                }
                FieldKind::Names(most) => {
                    assert!(takes(json!(vec!["x"; most])) && !takes(json!(vec!["x"; most + 1])) && !takes(json!([])), "{what}");
                }
                FieldKind::Groups(most) => {
                    let groups = |count: usize| json!(vec![Vec::<u16>::new(); count]);
                    assert!(takes(groups(most)) && !takes(groups(most + 1)) && !takes(groups(0)), "{what}");
                    assert!(!takes(json!([[0], [0]])) && !takes(json!([[99]])), "{what}");
                }
                FieldKind::End => {
                    assert!(takes(json!({ "node": 2 })) && takes(json!({ "site": 1 })), "{what}");
                    assert!(!takes(json!({ "node": 3 })) && !takes(json!({ "site": 2 })) && !takes(json!(0)), "{what}");
                }
                FieldKind::Wire => assert!(!takes(json!({})) && !takes(json!("stream")), "{what}"),
                FieldKind::Policy => {
                    let policies = list("policies");
                    assert!(policies.iter().all(|policy| takes(policy["id"].clone())) && !takes(json!("first-write")), "{what}");
                }
            }
        }
    }
}

/// What an example holds is a field, or the name of the command: nothing goes unlisted.
#[test]
fn every_part_of_an_example_is_listed() {
    fn leaves(value: &Json, place: &str, form: &Form, found: &mut Vec<String>) {
        if form.fields.iter().any(|field| field.pointer == place) {
            return;
        }
        match value {
            Json::Object(fields) => fields.iter().for_each(|(name, value)| leaves(value, &format!("{place}/{name}"), form, found)),
            Json::String(name) if form.id.ends_with(&format!(".{name}")) => {}
            _ => found.push(place.to_owned()),
        }
    }
    for form in forms::ALL {
        let mut unlisted = Vec::new();
        leaves(&example(form), "", form, &mut unlisted);
        assert!(unlisted.is_empty(), "{}: {unlisted:?}", form.id);
    }
}

/// The reader's own refusal of an unknown name says which names there are.
fn known_to_recipes(unknown: &Json) -> BTreeSet<String> {
    let refusal = Recipe::from_json(&recipe_with(unknown)).unwrap_err().to_string();
    let (_, names) = refusal.split_once("expected one of ").unwrap_or_else(|| panic!("{refusal}"));
    names.split(", ").map(|name| name.trim_matches('`').to_owned()).collect()
}

#[test]
fn no_command_is_missing() {
    let listed = |area: &str| -> BTreeSet<String> {
        forms::ALL.iter().filter_map(|form| form.id.strip_prefix(area)?.strip_prefix('.')).map(str::to_owned).collect()
    };
    let areas: BTreeSet<String> = forms::ALL.iter().map(|form| form.id.split('.').next().unwrap().to_owned()).collect();
    assert_eq!(areas, known_to_recipes(&json!({ "zzz": 1 })));
    assert_eq!(listed("act"), known_to_recipes(&json!({ "act": { "session": 0, "action": "zzz" } })));
    assert_eq!(listed("link"), known_to_recipes(&json!({ "link": "zzz" })));
    assert_eq!(listed("node"), known_to_recipes(&json!({ "node": { "node": 0, "fault": "zzz" } })));
    assert_eq!(listed("message"), known_to_recipes(&json!({ "message": { "message": 0, "fault": "zzz" } })));
}
