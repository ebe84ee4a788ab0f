//! The command line as a person in a terminal meets it.
#![allow(dead_code, reason = "each test file needs some of it")]

use serde_json::Value as Json;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

pub(crate) fn replicascope(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_replicascope"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A child that refuses its arguments does not read.
    _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// The answer as JSON, after it ended with this code and said nothing on standard error.
pub(crate) fn json_of(arguments: &[&str], input: &str, code: i32) -> Json {
    let output = replicascope(&[arguments, &["--json"]].concat(), input.as_bytes());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    assert_eq!(told, "", "{arguments:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn list(what: &str) -> Vec<Json> {
    json_of(&["list", what], "", 0).as_array().unwrap().clone()
}

/// A file of this test run, of its own name.
pub(crate) fn scratch(name: &str, content: &str) -> String {
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&place, content).unwrap();
    place.to_str().unwrap().to_owned()
}
