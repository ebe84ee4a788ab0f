//! `run`, `compare` and `measure` from outside: what they answer, and how they end.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod terminal;

use replicascope::scenarios;
use replicascope::session::Session;
use serde_json::{Value as Json, json};
use std::path::Path;
use terminal::{json_of, list, replicascope, scratch};

/// An object has exactly these fields.
fn assert_fields(object: &Json, names: &[&str]) {
    let mut known: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let mut names = names.to_vec();
    known.sort_unstable();
    names.sort_unstable();
    assert_eq!(known, names);
}

/// The shape that others rely on.
fn assert_is_run(run: &Json) {
    let names = ["scenario", "variant", "strategy", "seed", "fingerprint", "ended_at_ms", "events", "expectations", "verdicts", "metrics"];
    assert_fields(run, &names);
    assert!(run["seed"].as_str().unwrap().parse::<u64>().is_ok() && run["fingerprint"].as_str().unwrap().len() == 16);
    assert!(run["ended_at_ms"].is_number() && run["events"].is_u64());
    for expectation in run["expectations"].as_array().unwrap() {
        assert_fields(expectation, &["claim", "held"]);
        assert!(expectation["held"].is_boolean() || expectation["held"].is_null());
    }
    for verdict in run["verdicts"].as_array().unwrap() {
        let mut names = vec!["guarantee", "holds", "promised", "violations", "witness"];
        if verdict["holds"].is_null() {
            names.push("undecided_because");
        }
        assert_fields(verdict, &names);
        let is_violated = verdict["violations"].as_u64().unwrap() > 0;
        assert_eq!(verdict["holds"] == false, is_violated, "{verdict}");
        assert_eq!(is_violated, !verdict["witness"].as_array().unwrap().is_empty(), "{verdict}");
    }
    for name in ["reads", "writes", "read_ms_p99", "write_ms_p99", "stale_reads", "conflicts", "lost_writes", "write_gap_ms_most", "failed"]
    {
        assert!(run["metrics"][name].is_number(), "{name}");
    }
}

fn runs(answer: Json) -> Vec<Json> {
    if let Json::Array(runs) = answer { runs } else { vec![answer] }
}

#[test]
fn every_scenario_shows_what_it_claims() {
    for scenario in list("scenarios") {
        let (id, variants) = (scenario["id"].as_str().unwrap(), scenario["variants"].as_array().unwrap());
        let runs = runs(json_of(&["run", id], "", 0));
        assert_eq!(runs.len(), variants.len(), "{id}");
        for (run, variant) in runs.iter().zip(variants) {
            assert_is_run(run);
            assert_eq!((&run["scenario"], &run["variant"], &run["seed"]), (&scenario["id"], &variant["id"], &scenario["seed"]));
            assert!(run["expectations"].as_array().unwrap().iter().all(|expectation| expectation["held"] != false), "{id}");
            let (scenario, variant) = (scenarios::find(id).unwrap(), variant["id"].as_str().unwrap());
            let fingerprint = scenarios::fingerprint_of(scenario, variant).unwrap();
            assert_eq!(run["fingerprint"], format!("{fingerprint:016x}"), "{id} {variant}");
        }
    }
}

#[test]
fn one_variant_is_one_object() {
    let run = json_of(&["run", "offline-leader", "--variant", "ask"], "", 0);
    assert_is_run(&run);
    assert_eq!(run["variant"], "ask");
}

#[test]
fn another_seed_is_another_run_and_leaves_pinned_claims_open() {
    for scenario in list("scenarios") {
        let id = scenario["id"].as_str().unwrap();
        let own = runs(json_of(&["run", id], "", 0));
        let other = runs(json_of(&["run", id, "--seed", "18446744073709551615"], "", 0));
        assert!(own.iter().zip(&other).all(|(own, other)| own["fingerprint"] != other["fingerprint"]), "{id}");
        assert!(other.iter().all(|run| run["seed"] == "18446744073709551615"), "{id}");
        let broken = scenario["variants"]
            .as_array()
            .unwrap()
            .iter()
            .position(|variant| variant["promised"] == false && !variant["guarantee"].is_null());
        if let Some(index) = broken {
            let last = other[index]["expectations"].as_array().unwrap().last().unwrap();
            assert_eq!(last["held"], Json::Null, "{id}: {last}");
        }
    }
}

#[test]
fn until_before_the_end_decides_nothing_and_after_it_changes_no_claim() {
    let early = json_of(&["run", "offline-leader", "--variant", "ask", "--until", "100.5"], "", 3);
    assert_eq!(early["ended_at_ms"], 100.5);
    assert!(early["expectations"].as_array().unwrap().iter().all(|expectation| expectation["held"].is_null()));
    let late = json_of(&["run", "offline-leader", "--variant", "ask", "--until", "9000"], "", 0);
    assert_eq!(late["ended_at_ms"], 9000.0);
    let whole = json_of(&["run", "offline-leader", "--variant", "ask"], "", 0);
    assert_eq!(late["expectations"], whole["expectations"]);
}

/// The played lesson as a recipe: file, standard input, link and URL are the same run as in the library.
#[test]
fn a_recipe_comes_from_file_input_or_link() {
    let recipe = scenarios::find("offline-leader").unwrap().play(Some("add-wins")).unwrap().recipe();
    let (text, link) = (recipe.to_json(), recipe.to_link().unwrap());
    let file = scratch("played.json", &text);
    let answer = json_of(&["run", &file, "--until", "3000"], "", 0);
    assert_is_run(&answer);
    assert_eq!(answer["expectations"], json!([]));
    let mut session = Session::open(recipe).unwrap();
    session.run_until(replicascope::replication::time::SimTime::from_ms(3_000));
    assert_eq!(answer["fingerprint"], format!("{:016x}", session.fingerprint()));
    let link_file = scratch("played.link", &format!("{link}\n"));
    let url = format!("https://example.org/?x=1{link}");
    for (target, input) in [("-", text.as_str()), ("-", &link), (&link, ""), (&link[1..], ""), (&url, ""), (&link_file, "")] {
        assert_eq!(json_of(&["run", target, "--until", "3000"], input, 0), answer, "{target}");
    }
}

/// A write that is told before it is stored, and a crash between the two.
fn crash(persist_first: bool) -> String {
    let wire = json!({ "kind": "stream", "latency": { "constant": { "us": 1000 } }, "loss_per_million": 0, "duplicate_per_million": 0 });
    let site = |name: &str| json!({ "name": name, "kind": "datacenter", "node_count": 1 });
    let timed = |ms: u64, command: Json| json!({ "at_ns": ms * 1_000_000, "event": 0, "command": command });
    json!({
        "version": 1,
        "seed": "1",
        "setup": {
            "strategy": "multi-leader-sync",
            "sites": [site("A<b>&\"; note #1"), site("B")],
            "links": [{ "a": 0, "b": 1, "wire": wire }],
            "inside": wire,
            "sessions": [{ "author": "Ana", "site": 0, "access": null, "workload": "idle" }],
            "mode": "add-wins",
            "cart": [],
            "dials": { "persist_us": 100_000, "persist_first": persist_first },
        },
        "commands": [
            timed(900, json!({ "link": { "disconnect": 0 } })),
            timed(1_000, json!({ "act": { "session": 0, "action": { "put": { "key": "x", "value": { "number": 1 } } } } })),
            timed(1_050, json!({ "node": { "node": 0, "fault": "crash" } })),
            timed(1_200, json!({ "node": { "node": 0, "fault": "restart" } })),
            timed(1_300, json!({ "link": "heal-all" })),
        ],
    })
    .to_string()
}

#[test]
fn a_bare_recipe_is_judged_by_what_it_promises() {
    assert_is_run(&json_of(&["run", "-"], &crash(true), 0));
    // With a rule switched off nothing is promised: what is lost is shown, and is no failure.
    let broken = json_of(&["run", "-"], &crash(false), 0);
    let accounted = broken["verdicts"].as_array().unwrap().iter().find(|verdict| verdict["guarantee"] == "accounted-for").unwrap();
    assert_eq!((&accounted["holds"], &accounted["promised"]), (&json!(false), &json!(false)));
    assert_eq!(json_of(&["run", "-", "--set", "persist_first=false"], &crash(true), 0)["fingerprint"], broken["fingerprint"]);
    // While a write is on its way to the store nothing can be said of convergence.
    json_of(&["run", "-", "--until", "1020"], &crash(true), 3);
}

#[test]
fn policies_topologies_and_presets_change_the_run() {
    let own = json_of(&["run", "offline-leader", "--variant", "add-wins"], "", 0);
    let ask = json_of(&["run", "offline-leader", "--variant", "ask"], "", 0);
    let changed = replicascope(&["run", "offline-leader", "--variant", "add-wins", "--policy", "ask", "--json"], b"");
    let changed: Json = serde_json::from_slice(&changed.stdout).unwrap();
    assert_eq!(changed["fingerprint"], ask["fingerprint"]);
    assert_ne!(changed["fingerprint"], own["fingerprint"]);
    let preset = replicascope(&["run", "offline-leader", "--variant", "add-wins", "--preset", "couchdb", "--json"], b"");
    let preset: Json = serde_json::from_slice(&preset.stdout).unwrap();
    assert_eq!(preset["fingerprint"], ask["fingerprint"]);
    let line = replicascope(&["run", "offline-leader", "--variant", "add-wins", "--topology", "star", "--json"], b"");
    assert_ne!(serde_json::from_slice::<Json>(&line.stdout).unwrap()["fingerprint"], own["fingerprint"]);
}

/// A mixed load on three nodes under a strategy, with five seconds of it.
fn mixed(strategy: &str) -> String {
    let wire = json!({ "kind": "stream", "latency": { "constant": { "us": 2000 } }, "loss_per_million": 0, "duplicate_per_million": 0 });
    let alone = strategy == "single-leader";
    let site = |index: u16| json!({ "name": format!("S{index}"), "kind": "datacenter", "node_count": if alone { 3 } else { 1 } });
    let link = |a: u16, b: u16| json!({ "a": a, "b": b, "wire": wire });
    let load = json!({ "mix": { "key_count": 5, "skew_percent": 0, "read_percent": 50, "pace": { "closed": { "think_us": 20000 } } } });
    json!({
        "version": 1,
        "seed": "5",
        "setup": {
            "strategy": strategy,
            "sites": if alone { vec![site(0)] } else { vec![site(0), site(1), site(2)] },
            "links": if alone { vec![] } else { vec![link(0, 1), link(1, 2), link(2, 0)] },
            "inside": wire,
            "sessions": [{ "author": "Ana", "site": 0, "access": { "constant": { "us": 500 } }, "workload": load }],
            "mode": "last-write",
            "cart": [],
        },
        "commands": [],
    })
    .to_string()
}

#[test]
fn every_preset_runs_and_sets_what_it_says() {
    for preset in list("presets") {
        let (id, strategy) = (preset["id"].as_str().unwrap(), preset["strategy"].as_str().unwrap());
        let output = replicascope(&["run", "-", "--preset", id, "--until", "2000", "--json"], mixed(strategy).as_bytes());
        assert_ne!(output.status.code(), Some(2), "{id}: {}", String::from_utf8_lossy(&output.stderr));
        let run: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_is_run(&run);
        assert!(run["metrics"]["writes"].as_u64().unwrap() > 10, "{id}: {}", run["metrics"]);
        let plain = replicascope(&["run", "-", "--until", "2000", "--json"], mixed(strategy).as_bytes());
        assert!(plain.status.code().is_some_and(|code| code != 2), "{strategy}");
    }
    let mean = |preset: &str| {
        let output = replicascope(&["run", "-", "--preset", preset, "--until", "2000", "--json"], mixed("single-leader").as_bytes());
        serde_json::from_slice::<Json>(&output.stdout).unwrap()["metrics"]["write_ms_mean"].as_f64().unwrap()
    };
    // One way to a follower and back, 4 ms, and its store.
    assert!(mean("mysql-semi-sync") > mean("mysql-async") + 4.0);
    assert!(mean("mongodb-majority") > mean("mysql-async") + 4.0);
}

#[test]
fn runs_are_compared_with_the_same_seed_and_people() {
    let answer = json_of(&["compare", "offline-leader", "--variant", "last-write", "--variant", "add-wins", "--seed", "9"], "", 0);
    assert_fields(&answer, &["seed", "link", "runs"]);
    let again = json_of(&["compare", answer["link"].as_str().unwrap()], "", 0);
    let fingerprints = |answer: &Json| answer["runs"].as_array().unwrap().iter().map(|run| run["fingerprint"].clone()).collect::<Vec<_>>();
    assert_eq!(fingerprints(&again), fingerprints(&answer), "the link holds the comparison");
    let names: Vec<&str> = answer["runs"].as_array().unwrap().iter().map(|run| run["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["offline-leader last-write", "offline-leader add-wins"]);
    assert!(answer["runs"].as_array().unwrap().iter().all(|run| run["seed"] == "9" && run["metrics"]["conflicts"].is_u64()));
    let all = json_of(&["compare", "offline-leader"], "", 0);
    assert_eq!(all["runs"].as_array().unwrap().len(), scenarios::find("offline-leader").unwrap().variants.len());

    let one = scratch("single.json", &mixed("single-leader"));
    let other = scratch("leaderless.json", &mixed("leaderless").replace("\"5\"", "\"77\"").replace("20000", "999"));
    let both = json_of(&["compare", &one, &other, "--until", "1000"], "", 0);
    let runs = both["runs"].as_array().unwrap();
    assert_eq!((&runs[0]["seed"], &runs[1]["seed"]), (&json!("5"), &json!("5")));
    // The workload is the first one's too: about as many operations, not twenty times as many.
    let count = |run: &Json| run["metrics"]["reads"].as_u64().unwrap() + run["metrics"]["writes"].as_u64().unwrap();
    assert!(count(&runs[0]) > 20 && count(&runs[1]) < 2 * count(&runs[0]), "{} {}", count(&runs[0]), count(&runs[1]));
    let table = String::from_utf8(replicascope(&["compare", &one, &other, "--until", "1000"], b"").stdout).unwrap();
    for word in
        ["single-leader", "leaderless", "write_ms_p99", "stale_reads", "write_gap_ms_most", "conflicts", "lost_writes", "≠", "link: #v1."]
    {
        assert!(table.contains(word), "{word} in {table}");
    }
}

#[test]
fn people_read_a_table() {
    let output = replicascope(&["run", "offline-leader", "--variant", "ask"], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    for word in ["offline-leader ask", "✓ accounted-for", "guarantees", "measured", "write_ms_p99"] {
        assert!(text.contains(word), "{word} in {text}");
    }
}

/// Every opened element is closed, in order, and quotes and ampersands are markup only.
fn assert_is_xml(text: &str) {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        assert!(!before.contains('>'), "{before}");
        let (tag, after) = after.split_once('>').unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name.to_owned())),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split_whitespace().next().unwrap().to_owned()),
        }
        rest = after;
    }
    assert!(open.is_empty(), "{open:?}");
    for part in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|name| part.starts_with(name)), "{part:.20}");
    }
}

#[test]
fn trace_and_diagrams_tell_of_the_same_run() {
    let place = |name: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).to_str().unwrap().to_owned();
    let (trace, svg, mermaid) = (place("told.jsonl"), place("told.svg"), place("told.mmd"));
    json_of(&["run", "-", "--trace", &trace, "--svg", &svg, "--mermaid", &mermaid], &crash(true), 0);
    let lines: Vec<Json> = std::fs::read_to_string(&trace).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.windows(2).all(|pair| pair[0]["at_ns"].as_u64() <= pair[1]["at_ns"].as_u64()));
    assert!(lines.iter().zip(0_u64..).all(|(line, number)| line["number"] == number && line["text"].is_string()));
    let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind && line["kind"] != "heartbeat").count();
    assert!(count("sent") > 5 && count("commanded") == 5, "{} {}", count("sent"), count("commanded"));

    let drawing = std::fs::read_to_string(&svg).unwrap();
    assert_is_xml(&drawing);
    assert!(!drawing.contains("<b>") && drawing.contains("A&lt;b&gt;&amp;&quot;; note #1"));
    let drawn = |class: &str| drawing.matches(&format!("class=\"{class}\" d=")).count();
    assert_eq!(drawn("arrow") + drawn("lost"), count("sent"));
    assert_eq!(drawn("lost"), count("dropped"));
    assert_eq!(drawing.matches("<rect class=").count(), 1);

    let text = std::fs::read_to_string(&mermaid).unwrap();
    assert!(text.contains("\nsequenceDiagram\n") && text.contains("participant n0 as A b &   note  1"), "{text}");
    let messages = text
        .lines()
        .filter(|line| line.trim_start().starts_with('n') && (line.contains("->>n") || line.contains("-xn") || line.contains("-)n")));
    assert_eq!(messages.count(), count("sent"));
}

#[test]
fn several_variants_write_a_file_each() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("each.svg");
    json_of(&["run", "offline-leader", "--svg", path.to_str().unwrap()], "", 0);
    let variants = scenarios::find("offline-leader").unwrap().variants;
    assert_is_xml(&std::fs::read_to_string(&path).unwrap());
    for variant in &variants[1..] {
        let text = std::fs::read_to_string(path.with_file_name(format!("each.{}.svg", variant.id))).unwrap();
        assert!(text.contains(&format!("offline-leader {}", variant.id)));
        assert_is_xml(&text);
    }
}

/// Reads of all replicas see every write; of one of three, at once, fewer.
#[test]
fn quorums_are_measured() {
    let config = |r: u16, w: u16| {
        let leg = json!({ "exponential": { "rate_per_ms": 1.0 } });
        json!({ "n": 3, "r": r, "w": w, "write": leg, "ack": leg, "read": leg, "response": leg, "consistent_at_ms": [0, 5] }).to_string()
    };
    let measure = |config: &str, seed: &str| json_of(&["measure", "-", "--samples", "20000", "--seed", seed], config, 0);
    let strict = measure(&config(2, 2), "1");
    assert_fields(&strict, &["samples", "read_ms", "write_ms", "consistent_at", "t_visibility_ms", "within_k_versions"]);
    assert_fields(&strict["read_ms"], &["p50", "p99", "p99_9", "mean"]);
    assert_eq!(
        (&strict["samples"], &strict["consistent_at"][0]["t_ms"], &strict["consistent_at"][0]["p"]),
        (&json!(20_000), &json!(0.0), &json!(1.0))
    );
    let partial = measure(&config(1, 1), "1");
    let p = |index: usize| partial["consistent_at"][index]["p"].as_f64().unwrap();
    assert!(p(0) < 0.95 && p(0) < p(1), "{} {}", p(0), p(1));
    assert_eq!(partial, measure(&config(1, 1), "1"));
    assert_ne!(partial, measure(&config(1, 1), "2"));
    let text = String::from_utf8(replicascope(&["measure", "-", "--samples", "100"], config(1, 1).as_bytes()).stdout).unwrap();
    assert!(text.contains("100 samples") && text.contains("visible to 99.9 % of reads"), "{text}");
}

#[test]
fn help_and_completions_name_everything() {
    for subcommand in ["list", "run", "compare", "hunt", "check", "measure", "completions"] {
        let help = replicascope(&[subcommand, "--help"], b"");
        assert_eq!(help.status.code(), Some(0));
        assert!(String::from_utf8(help.stdout).unwrap().contains("--json"), "{subcommand}");
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let script = String::from_utf8(replicascope(&["completions", shell], b"").stdout).unwrap();
            assert!(script.contains(subcommand), "{shell} {subcommand}");
        }
    }
    let help = String::from_utf8(replicascope(&["run", "--help"], b"").stdout).unwrap();
    for word in ["--variant", "--preset", "--set", "--seed", "--until", "--trace", "--svg", "--mermaid", "Exit codes", "Examples"] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn a_load_that_never_ends_is_cut_off() {
    let output = replicascope(&["run", "-", "--preset", "cassandra-quorum", "--json"], mixed("leaderless").as_bytes());
    let answer: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["ended_at_ms"], 10_000.0);
    assert!(answer["metrics"]["writes"].as_u64().unwrap() > 50);
}
