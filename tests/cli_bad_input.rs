//! Whatever the command line is given that it cannot use, it refuses with exit code 2 and one line that says what and
//! where; and what decodes outside input never panics.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod terminal;

use proptest::prelude::*;
use replicascope::measure::Config;
use replicascope::recipe::Recipe;
use replicascope::scenarios;
use terminal::{replicascope, scratch};

/// Exit code 2, nothing on standard output, one line on standard error with all these words.
fn assert_refused(arguments: &[&str], input: &str, words: &[&str]) {
    let output = replicascope(arguments, input.as_bytes());
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {line}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert_eq!(line.lines().count(), 1, "{arguments:?}: {line}");
    assert!(line.starts_with("replicascope: ") && line.len() > 25, "{arguments:?}: {line}");
    for word in words {
        assert!(line.contains(word), "{arguments:?}: {word:?} is missing in {line:?}");
    }
}

#[test]
fn arguments_that_cannot_be_used() {
    let table: &[(&[&str], &[&str])] = &[
        (&[], &["subcommand"]),
        (&["rnu"], &["rnu"]),
        (&["--loud"], &["--loud"]),
        (&["list"], &["WHAT"]),
        (&["list", "people"], &["people", "scenarios", "commands"]),
        (&["list", "scenarios", "settings"], &["settings"]),
        (&["list", "scenarios", "--xml"], &["--xml"]),
        (&["run"], &["TARGET"]),
        (&["run", ""], &["\"\"", "scenario"]),
        (&["run", "offline-laeder"], &["offline-laeder", "list scenarios"]),
        (&["run", "missing.json"], &["missing.json", "No such file"]),
        (&["run", "missing\nfile.json"], &["missing file.json"]),
        (&["run", "/"], &["/", "irectory"]),
        (&["run", "offline-leader", "twice"], &["twice"]),
        (&["run", "offline-leader", "--variant", "best"], &["--variant", "best", "add-wins"]),
        (&["run", "offline-leader", "--variant", "ask", "--variant", "add-wins"], &["--variant"]),
        (&["run", "offline-leader", "--variant"], &["--variant"]),
        (&["run", "offline-leader", "--seed", "-1"], &["--seed", "-1"]),
        (&["run", "offline-leader", "--seed", "0x7"], &["--seed", "0x7"]),
        (&["run", "offline-leader", "--seed", "+7"], &["--seed", "+7"]),
        (&["run", "offline-leader", "--seed", ""], &["--seed"]),
        (&["run", "offline-leader", "--seed", "18446744073709551616"], &["--seed", "18446744073709551615"]),
        (&["run", "offline-leader", "--until", "-5"], &["--until", "-5"]),
        (&["run", "offline-leader", "--until", "soon"], &["--until", "soon"]),
        (&["run", "offline-leader", "--until", "nan"], &["--until"]),
        (&["run", "offline-leader", "--until", "3600001"], &["--until", "3600000"]),
        (&["run", "offline-leader", "--set", "persist_us"], &["--set", "persist_us", "KEY=VALUE"]),
        (&["run", "offline-leader", "--set", "=5"], &["--set", "\"\""]),
        (&["run", "offline-leader", "--set", "speed=5"], &["--set", "speed", "list settings"]),
        (&["run", "offline-leader", "--set", "persist_us=fast"], &["persist_us", "fast", "between 0 and"]),
        (&["run", "offline-leader", "--set", "persist_us=60000001"], &["persist_us", "60000001", "between 0 and"]),
        (&["run", "offline-leader", "--set", "persist_us=-1"], &["persist_us", "-1"]),
        (&["run", "offline-leader", "--set", "persist_us=1.5"], &["persist_us", "1.5"]),
        (&["run", "offline-leader", "--set", "persist_first=1"], &["persist_first", "true or false"]),
        (&["run", "offline-leader", "--set", "forwarding=pigeon"], &["forwarding", "pigeon", "flood"]),
        (&["run", "offline-leader", "--set", "read_quorum=2"], &["read_quorum", "multi-leader-sync"]),
        (&["run", "offline-leader", "--policy", "first-write"], &["--policy", "first-write", "list policies"]),
        (&["run", "offline-leader", "--topology", "tree"], &["--topology", "tree", "list topologies"]),
        (&["run", "offline-leader", "--topology", "pair"], &["offline-leader", "--topology", "2"]),
        (&["run", "offline-leader", "--preset", "oracle"], &["--preset", "oracle", "list presets"]),
        (&["run", "offline-leader", "--preset", "riak"], &["offline-leader", "--preset", "leaderless", "multi-leader-sync"]),
        (&["run", "offline-leader", "--trace", "/nowhere/t.jsonl"], &["/nowhere/t.jsonl", "No such file"]),
        (&["run", "offline-leader", "--svg", "/nowhere/t.svg"], &["/nowhere/t.svg"]),
        (&["run", "offline-leader", "--mermaid", "/nowhere/t.mmd"], &["/nowhere/t.mmd"]),
        (&["compare"], &["TARGETS"]),
        (&["compare", "offline-leader", "--variant", "ask"], &["compare"]),
        (&["compare", "offline-leader", "offline-leader"], &["offline-leader", "alone"]),
        (&["compare", "offline-leader", "--variant", "ask", "--variant", "best"], &["best", "add-wins"]),
        (&["compare", "one.json", "other.json"], &["one.json", "No such file"]),
        (&["compare", "offline-leader", "--set", "home_site=1"], &["home_site"]),
        (&["hunt"], &["TARGET"]),
        (&["hunt", "offline-leader", "--seeds", "0..9"], &["--guarantee"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence"], &["--seeds"]),
        (&["hunt", "offline-laeder", "--guarantee", "convergence", "--seeds", "0..9"], &["offline-laeder", "list scenarios"]),
        (&["hunt", "offline-leader", "--guarantee", "convergance", "--seeds", "0..9"], &["--guarantee", "convergance", "linearizable"]),
        (&["hunt", "multi-leader-invariant", "--guarantee", "constraint:seats", "--seeds", "0..9"], &["--guarantee", "no-lost-writes"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "9"], &["--seeds", "\"9\"", "A..B"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "9..9"], &["--seeds", "9..9"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "9..3"], &["--seeds", "9..3"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "-1..3"], &["--seeds", "-1..3"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..=3"], &["--seeds", "0..=3"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", ".."], &["--seeds", "\"..\""]),
        (
            &["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..18446744073709551616"],
            &["--seeds", "18446744073709551615"],
        ),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..9", "--seed", "1"], &["--seed"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..9", "--variant", "best"], &["best", "add-wins"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..9", "--faults", "101"], &["--faults", "101", "100"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..9", "--faults", "-1"], &["--faults", "-1"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..9", "--max-runs", "0"], &["--max-runs", "10000000"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..9", "--until", "soon"], &["--until", "soon"]),
        (&["hunt", "offline-leader", "--guarantee", "convergence", "--seeds", "0..9", "--set", "read_quorum=2"], &["read_quorum"]),
        (&["hunt", "offline-leader", "--guarantee", "linearizable", "--seeds", "0..9"], &["--guarantee linearizable", "about"]),
        (&["check"], &["--guarantee"]),
        (&["check", "none.jsonl", "--guarantee", "linearizable"], &["none.jsonl", "No such file"]),
        (&["check", "-", "--guarantee", "serializable"], &["serializable", "linearizable"]),
        (&["measure"], &["CONFIG"]),
        (&["measure", "none.json"], &["none.json", "No such file"]),
        (&["measure", "-", "--samples", "0"], &["--samples", "5000000"]),
        (&["measure", "-", "--samples", "5000001"], &["--samples"]),
        (&["measure", "-", "--samples", "many"], &["--samples", "many"]),
        (&["measure", "-", "--seed", "seven"], &["--seed", "seven"]),
        (&["peer"], &["--data"]),
        (&["peer", "--data", "/nowhere/p.redb"], &["--secret-file"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "none.txt"], &["none.txt", "No such file"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-"], &["standard input", "secret is empty"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-", "--listen", "7700"], &["--listen", "7700"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-", "--listen", "127.0.0.1:70000"], &["--listen", "70000"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-", "--allow-origin", "example.org"], &["--allow-origin", "http://HOST"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-", "--allow-origin", "*"], &["--allow-origin", "http://HOST"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-", "--allow-origin", "http://a/page"], &["without a path"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-", "--cert", "cert.pem"], &["--key"]),
        (&["peer", "--data", "/nowhere/p.redb", "--secret-file", "-", "--key", "key.pem"], &["--cert"]),
        (&["completions"], &["SHELL"]),
        (&["completions", "dos"], &["dos", "bash"]),
    ];
    for (arguments, words) in table {
        assert_refused(arguments, "", words);
    }
}

#[test]
fn a_peer_that_cannot_start() {
    let peer =
        |more: &[&'static str]| [&["peer", "--data", "/nowhere/peer.redb", "--secret-file", "-", "--listen", "127.0.0.1:0"], more].concat();
    let long = "a".repeat(300);
    let secrets: &[(&str, &[&str])] = &[
        ("\n", &["standard input", "empty"]),
        ("one\ntwo\n", &["one line"]),
        (&long, &["standard input", "bytes"]),
        (&long[..257], &["standard input", "256 bytes"]),
    ];
    for (secret, words) in secrets {
        assert_refused(&peer(&[]), secret, words);
    }
    assert_refused(&peer(&[]), "secret\n", &["/nowhere/peer.redb", "No such file"]);
    assert_refused(&peer(&["--site", "/nowhere"]), "secret", &["--site", "/nowhere", "No such file"]);
    assert_refused(
        &peer(&["--site", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer")]),
        "secret",
        &["--site", "index.html", "cargo xtask build"],
    );
    assert_refused(&peer(&["--cert", "none.pem", "--key", "none.pem"]), "secret", &["none.pem", "No such file"]);
    let letter = scratch("letter.pem", "to my aunt");
    let arguments: Vec<&str> = peer(&[]).into_iter().chain(["--cert", &letter, "--key", &letter]).collect();
    assert_refused(&arguments, "secret", &["--cert", "no certificate"]);
}

/// The recipe of a scenario with something replaced.
fn recipe(from: &str, to: &str) -> String {
    let text = scenarios::find("offline-leader").unwrap().play(None).unwrap().recipe().to_json();
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1)
}

#[test]
fn recipes_that_cannot_be_run() {
    let command = |command: &str| {
        let recipe = scenarios::find("offline-leader").unwrap().recipe(None).unwrap().to_json();
        let mut recipe: serde_json::Value = serde_json::from_str(&recipe).unwrap();
        let timed = format!("[{{\"at_ns\":0,\"event\":0,\"command\":{command}}}]");
        recipe["commands"] = serde_json::from_str(&timed).unwrap();
        recipe.to_string()
    };
    let table: Vec<(String, &[&str])> = vec![
        (String::new(), &["standard input", "line 1"]),
        ("{".to_owned(), &["line 1", "column"]),
        ("{}".to_owned(), &["line 1", "version"]),
        ("[]".to_owned(), &["line 1"]),
        ("{\"version\":1}".to_owned(), &["setup"]),
        ("{\"version\":2}".to_owned(), &["version", "2"]),
        (recipe("\"seed\": \"7\"", "\"seed\": 7"), &["line", "string"]),
        (recipe("\"seed\": \"7\"", "\"seed\": \"seven\""), &["line", "seed"]),
        (recipe("\"seed\": \"7\"", "\"seed\": \"7\", \"speed\": 1"), &["line", "speed"]),
        (recipe("multi-leader-sync", "one-leader"), &["setup.strategy", "no strategy"]),
        (recipe("\"node_count\": 2", "\"node_count\": 0"), &["setup.sites[0].node_count", "between 1 and"]),
        (recipe("\"node_count\": 2", "\"node_count\": 65000"), &["setup.sites[0].node_count"]),
        (recipe("\"node_count\": 2", "\"node_count\": -1"), &["line", "column"]),
        (recipe("\"node_count\": 2", "\"node_count\": 2, \"spare_count\": 2"), &["spare_count"]),
        (recipe("\"datacenter\"", "\"cellar\""), &["line", "cellar"]),
        (recipe("\"a\": 0", "\"a\": 9"), &["setup.links[0].a", "9"]),
        (command("\"run\""), &["line", "run"]),
        (command("{\"act\":{\"session\":99,\"action\":\"look\"}}"), &["commands[0].act.session", "99"]),
        (command("{\"act\":{\"session\":0,\"action\":\"shout\"}}"), &["shout", "look"]),
        (command("{\"act\":{\"session\":0,\"action\":{\"add\":{\"item\":\"\",\"count\":1}}}}"), &["commands[0].act.action.item"]),
        (command("{\"act\":{\"session\":0,\"action\":{\"add\":{\"item\":\"x\",\"count\":0}}}}"), &["commands[0].act.action.count"]),
        (command("{\"node\":{\"node\":64,\"fault\":\"crash\"}}"), &["commands[0].node.node", "64"]),
        (command("{\"node\":{\"node\":0,\"fault\":{\"slow\":{\"factor\":0}}}}"), &["commands[0].node.fault.slow.factor"]),
        (command("{\"link\":{\"disconnect\":7}}"), &["commands[0].link.site", "7"]),
        (command("{\"decide\":\"loudest\"}"), &["loudest", "add-wins"]),
        (" ".repeat((1 << 20) + 1), &["standard input", "1048576"]),
        ("#v1.%%%".to_owned(), &["standard input", "link", "base64"]),
    ];
    for (text, words) in &table {
        assert_refused(&["run", "-"], text, words);
        assert_refused(&["compare", "-", "offline-leader.json"], text, words);
    }
    let file = scratch("broken.json", "{\n\"version\": 1,\n\"seed\" 5}");
    assert_refused(&["run", &file], "", &["broken.json", "line 3"]);
    let output = replicascope(&["run", "-"], b"{\n\n\xff}");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("standard input: line 3: not UTF-8"));
    assert_refused(&["run", "-", "--variant", "ask"], &recipe("\"7\"", "\"8\""), &["--variant", "scenarios"]);
    let hunt = ["hunt", "-", "--guarantee", "convergence", "--seeds", "0..9"];
    assert_refused(&[&hunt[..], &["--variant", "ask"]].concat(), &recipe("\"7\"", "\"8\""), &["--variant", "scenarios"]);
    assert_refused(&hunt, "{}", &["standard input", "version"]);
    let idle = scenarios::find("offline-leader").unwrap().recipe(None).unwrap().to_json();
    assert_refused(&hunt, &idle, &["standard input", "nobody does anything"]);
}

#[test]
fn links_that_are_damaged() {
    let link = scenarios::find("offline-leader").unwrap().recipe(None).unwrap().to_link().unwrap();
    let cut = &link[..link.len() / 2];
    let longer = format!("{link}AAAA");
    let long = format!("#v1.{}", "A".repeat(70_000));
    let table: &[(&str, &[&str])] = &[
        ("#", &["link", "#v1."]),
        ("#hello", &["link", "#v1."]),
        ("#v1.", &["link"]),
        ("#v1.####", &["link", "base64"]),
        ("#v2.AAAA", &["link", "version", "2"]),
        ("#v999999999999.AAAA", &["link"]),
        ("v1.AAAA", &["link"]),
        ("https://example.org/#v1.AAAA", &["link"]),
        ("https://example.org/#top", &["link", "#v1."]),
        (cut, &["link"]),
        (&longer, &["link"]),
        (&long, &["link", "65536"]),
    ];
    for (text, words) in table {
        assert_refused(&["run", text], "", words);
    }
}

#[test]
fn histories_and_configurations_that_cannot_be_read() {
    let histories: &[(&str, &[&str])] = &[
        ("{", &["line 1"]),
        ("[]", &["line 1"]),
        ("{\"process\":0,\"type\":\"begin\",\"f\":\"read\",\"key\":\"x\",\"value\":null,\"time\":0}", &["line 1", "type"]),
        ("{\"process\":0,\"type\":\"invoke\",\"f\":\"peek\",\"key\":\"x\",\"value\":null,\"time\":0}", &["line 1", "`f`"]),
        ("{\"process\":0,\"type\":\"ok\",\"f\":\"read\",\"key\":\"x\",\"value\":null,\"time\":0}", &["line 1"]),
        ("{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"key\":\"x\",\"value\":null,\"time\":-1}", &["line 1", "time"]),
        ("{\"process\":0,\"type\":\"invoke\",\"f\":\"cas\",\"key\":\"x\",\"value\":[1],\"time\":0}", &["line 1", "value"]),
    ];
    for (text, words) in histories {
        assert_refused(&["check", "-", "--guarantee", "linearizable"], text, words);
    }
    let leg = "{\"constant_ms\":1}";
    let whole = format!("{{\"n\":3,\"r\":1,\"w\":1,\"write\":{leg},\"ack\":{leg},\"read\":{leg},\"response\":{leg}}}");
    let with = |from: &str, to: &str| whole.replacen(from, to, 1);
    assert_eq!(replicascope(&["measure", "-", "--samples", "10"], whole.as_bytes()).status.code(), Some(0));
    let configs: Vec<(String, &[&str])> = vec![
        (String::new(), &["standard input", "line 1"]),
        ("[]".to_owned(), &["object"]),
        ("{}".to_owned(), &["n", "missing"]),
        (with("\"n\":3", "\"n\":0"), &["n:", "between 1"]),
        (with("\"r\":1", "\"r\":4"), &["r:", "between 1 and 3"]),
        (with("\"w\":1", "\"w\":1.5"), &["w:", "whole number"]),
        (with("\"w\":1", "\"w\":1,\"speed\":1"), &["speed", "unknown"]),
        (with("\"w\":1", "\"w\":1,\"read_fan_out\":\"some\""), &["read_fan_out", "quorum"]),
        (with(leg, "{\"constant_ms\":-1}"), &["write.constant_ms", "negative"]),
        (with(leg, "{\"exponential\":{}}"), &["write.exponential.rate_per_ms", "missing"]),
        (with(leg, "{\"pareto\":{\"xm_ms\":0,\"alpha\":1}}"), &["write.pareto.xm_ms", "positive"]),
        (with(leg, "{\"uniform_ms\":[2,1]}"), &["write.uniform_ms"]),
        (with(leg, "{\"mixture\":[{\"weight\":0.5,\"constant_ms\":1}]}"), &["write.mixture", "sum"]),
        (with("\"w\":1", "\"w\":1,\"consistent_at_ms\":[-1]"), &["consistent_at_ms[0]"]),
    ];
    for (text, words) in &configs {
        assert_refused(&["measure", "-"], text, words);
    }
}

/// Bytes of the text with some changed, cut out or doubled.
fn damaged(text: &str, hits: &[(usize, u8, u8)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (place, how, byte) in hits {
        let place = place % bytes.len().max(1);
        match how % 4 {
            _ if bytes.is_empty() => break,
            0 => bytes[place] = *byte,
            1 => _ = bytes.remove(place),
            2 => bytes.insert(place, *byte),
            _ => bytes.truncate(place),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hits() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    prop::collection::vec((any::<usize>(), any::<u8>(), prop_oneof![any::<u8>(), prop::sample::select(&b"\"{}[]:,0-9eE.\\u"[..])]), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Refused in one line, or a recipe that can be checked, written and read again.
    #[test]
    fn damaged_recipes_and_links_are_read_or_refused(hits in hits()) {
        let recipe = scenarios::find("offline-leader").unwrap().recipe(None).unwrap();
        for text in [damaged(&recipe.to_json(), &hits), damaged(&recipe.to_link().unwrap(), &hits)] {
            match Recipe::parse(&text) {
                Ok(read) => prop_assert_eq!(Recipe::from_json(&read.to_json()).unwrap(), read),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}", body in "[A-Za-z0-9_-]{0,200}") {
        _ = Recipe::parse(&text);
        _ = Recipe::from_link(&format!("#v1.{body}"));
        _ = Config::from_json(&text);
    }

    #[test]
    fn damaged_configurations_are_read_or_refused(hits in hits()) {
        let leg = r#"{"mixture":[{"weight":0.4,"pareto":{"xm_ms":1.05,"alpha":1.51}},{"weight":0.6,"exponential":{"rate_per_ms":0.183}}]}"#;
        let whole = format!(r#"{{"n":3,"r":1,"w":1,"write":{leg},"ack":{leg},"read":{leg},"response":{leg},"consistent_at_ms":[0,1]}}"#);
        if let Err(error) = Config::from_json(&damaged(&whole, &hits)) {
            prop_assert!(!error.field.is_empty() && !error.problem.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Through the program: it never panics (101), and what it refuses is one line.
    #[test]
    fn the_program_never_panics(hits in hits()) {
        let recipe = scenarios::find("offline-leader").unwrap().recipe(None).unwrap();
        let text = damaged(&recipe.to_json(), &hits);
        let output = replicascope(&["run", "-", "--until", "50", "--json"], text.as_bytes());
        let told = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(2) => prop_assert_eq!(told.lines().count(), 1, "{}", told),
            code => prop_assert!(matches!(code, Some(0 | 1 | 3)) && told.is_empty(), "{:?} {}", code, told),
        }
    }
}
