//! The command line from outside: what it prints, and how it ends.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use serde_json::Value as Json;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn history(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories").join(name)
}

fn replicascope(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_replicascope"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A child that refuses its arguments does not read.
    _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn check(arguments: &[&str], input: &str) -> Output {
    replicascope(&[&["check"], arguments].concat(), input)
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit code 2, nothing on standard output, one line on standard error with all these words.
fn assert_refused(output: &Output, words: &[&str]) {
    let line = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert_eq!(out(output), "");
    assert_eq!(line.lines().count(), 1, "{line}");
    for word in words {
        assert!(line.contains(word), "{word:?} is missing in {line:?}");
    }
}

const FRESH: &str = r#"{"process":0,"type":"invoke","f":"write","key":"x","value":1,"time":0}
{"process":0,"type":"ok","f":"write","key":"x","value":1,"time":1}
{"process":1,"type":"invoke","f":"read","key":"x","value":null,"time":2}
{"process":1,"type":"ok","f":"read","key":"x","value":1,"time":3}
"#;

fn stale() -> String {
    FRESH.replace(r#""value":1,"time":3"#, r#""value":null,"time":3"#)
}

#[test]
fn what_holds_ends_with_0() {
    let output = check(&["-", "--guarantee", "linearizable", "--json"], FRESH);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
    let expected = serde_json::json!({ "guarantee": "linearizable", "holds": true, "operations": 2, "witness": [] });
    assert_eq!(json(&output), expected);
}

#[test]
fn what_is_violated_ends_with_1_and_shows_operations() {
    let output = check(&["-", "--guarantee", "linearizable", "--json"], &stale());
    assert_eq!(output.status.code(), Some(1));
    let answer = json(&output);
    assert_eq!(answer["holds"], false);
    let lines: Vec<&Json> = answer["witness"].as_array().unwrap().iter().map(|operation| &operation["line"]).collect();
    assert_eq!(lines, [1, 3]);
    assert_eq!(answer["witness"][1]["f"], "read");
}

#[test]
fn what_is_undecided_ends_with_3_and_says_why() {
    let cut: String = FRESH.lines().take(2).map(|line| format!("{line}\n")).collect();
    let output = check(&["-", "--guarantee", "no-lost-writes", "--json"], &cut);
    assert_eq!(output.status.code(), Some(3));
    let answer = json(&output);
    assert_eq!(answer["holds"], Json::Null);
    assert!(answer["undecided_because"].as_str().unwrap().contains("not read"));
}

#[test]
fn a_time_limit_of_nothing_decides_nothing() {
    let repeated = FRESH.replace("read", "cas").replace("\"value\":null,\"time\":2", "\"value\":[1,1],\"time\":2");
    let repeated = repeated.replace("\"value\":1,\"time\":3", "\"value\":[1,1],\"time\":3");
    let many: String = (0..300).map(|round| shifted(&repeated, round * 10)).collect();
    let output = check(&["-", "--guarantee", "linearizable", "--time-limit", "0"], &many);
    assert_eq!(output.status.code(), Some(3), "{}", out(&output));
    assert!(out(&output).contains("time limit"));
    assert_eq!(check(&["-", "--guarantee", "linearizable"], &many).status.code(), Some(0));
}

/// The same lines later.
fn shifted(text: &str, by: u64) -> String {
    let mut shifted = String::new();
    for line in text.lines() {
        let mut fields: Json = serde_json::from_str(line).unwrap();
        fields["time"] = Json::from(fields["time"].as_u64().unwrap() + by);
        shifted.push_str(&format!("{fields}\n"));
    }
    shifted
}

#[test]
fn people_read_sentences() {
    assert_eq!(out(&check(&["-", "--guarantee", "linearizable"], FRESH)), "linearizable holds (2 operations)\n");
    let violated = out(&check(&["-", "--guarantee", "linearizable"], &stale()));
    assert!(violated.starts_with("linearizable is violated (2 operations)"), "{violated}");
    assert!(violated.contains("line 3: process 1 read x null (ok)"), "{violated}");
}

#[test]
fn a_file_is_read_as_standard_input_is() {
    let path = history("stale-read.jsonl");
    let output = check(&[path.to_str().unwrap(), "--guarantee", "linearizable", "--json"], "");
    assert_eq!(output.status.code(), Some(1));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(json(&output), json(&check(&["-", "--guarantee", "linearizable", "--json"], &text)));
}

#[test]
fn options_change_what_is_understood() {
    let code = |arguments: &[&str], input: &str| check(&[&["-", "--guarantee", "linearizable"], arguments].concat(), input).status.code();
    assert_eq!(code(&["--null-read", "unconstrained"], &stale()), Some(0));
    let seven = FRESH.lines().skip(2).collect::<Vec<_>>().join("\n").replace("\"value\":1", "\"value\":7");
    assert_eq!(code(&[], &seven), Some(1));
    assert_eq!(code(&["--initial", "7"], &seven), Some(0));
    assert_eq!(code(&["--initial", "-7"], &seven), Some(1));
    let failed = r#"{"process":0,"type":"invoke","f":"cas","key":"x","value":[null,1],"time":0}
{"process":0,"type":"fail","f":"cas","key":"x","value":[null,1],"time":1}
"#;
    assert_eq!(code(&[], failed), Some(1));
    assert_eq!(code(&["--failed-cas", "ignored"], failed), Some(0));
}

#[test]
fn bad_histories_name_file_line_and_field() {
    let output = check(&["-", "--guarantee", "linearizable", "--json"], &FRESH.replace("\"time\":2", "\"time\":0"));
    assert_refused(&output, &["standard input", "line 3", "`time`", "decrease"]);
    let output = check(&["-", "--guarantee", "linearizable", "--model", "register"], &FRESH.replace("\"write\"", "\"append\""));
    assert_refused(&output, &["line 1", "`value`"]);
    let cas = r#"{"process":0,"type":"invoke","f":"cas","key":"x","value":[1,2],"time":0}"#;
    assert_refused(&check(&["-", "--guarantee", "linearizable", "--model", "kv"], cas), &["line 1", "`f`", "kv"]);
    let path = history("no-such-file.jsonl");
    assert_refused(&check(&[path.to_str().unwrap(), "--guarantee", "linearizable"], ""), &["no-such-file.jsonl", "No such file"]);
}

#[test]
fn bad_arguments_are_one_line() {
    assert_refused(&check(&["-"], FRESH), &["--guarantee"]);
    assert_refused(&check(&["-", "--guarantee", "perfect"], FRESH), &["perfect", "read-your-writes"]);
    assert_refused(&check(&["-", "--guarantee", "linearizable", "--model", "queue"], FRESH), &["queue", "append-kv"]);
    assert_refused(&check(&["-", "--guarantee", "linearizable", "--initial", "[1]"], FRESH), &["--initial"]);
    assert_refused(&check(&["-", "--guarantee", "linearizable", "--initial", "{"], FRESH), &["--initial"]);
    assert_refused(&check(&["-", "--guarantee", "linearizable", "--time-limit", "soon"], FRESH), &["--time-limit", "seconds"]);
    assert_refused(&check(&["-", "--guarantee", "linearizable", "--time-limit", "-1"], FRESH), &["--time-limit"]);
    assert_refused(&check(&["-", "--guarantee", "linearizable", "--loud"], FRESH), &["--loud"]);
    assert_refused(&replicascope(&[], ""), &[]);
    assert_refused(&replicascope(&["chekc"], ""), &["chekc"]);
}

#[test]
fn help_and_completions_end_with_0() {
    let help = replicascope(&["check", "--help"], "");
    assert_eq!(help.status.code(), Some(0));
    assert!(out(&help).contains("--failed-cas") && out(&help).contains("writes-follow-reads"));
    assert!(out(&replicascope(&["--help"], "")).contains("3 undecided"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = replicascope(&["completions", shell], "");
        assert_eq!(script.status.code(), Some(0));
        assert!(out(&script).contains("guarantee"), "{shell}");
    }
    assert_eq!(json(&replicascope(&["completions", "bash", "--json"], ""))["shell"], "bash");
}
