//! Histories from files: a table of verdicts on histories made by hand, what the reader refuses, and that nothing from outside
//! makes it panic.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use proptest::prelude::*;
use replicascope::histories::{self, Guarantee, History, Model, NullRead, Options, Value, Verdict};
use replicascope::limits;
use std::path::Path;

/// Per file, in the order of `Guarantee::ALL`: linearizable, read-your-writes, monotonic-reads, monotonic-writes,
/// writes-follow-reads, consistent-prefix, no-lost-writes. `+` holds, `-` violated, `?` undecided.
const VERDICTS: &[(&str, &str)] = &[
    ("aborted-own-read", "--++++-"),
    ("aborted-read", "-++++++"),
    ("append-after-put", "+++++++"),
    ("append-equal-parts", "-++++++"),
    ("append-info-in-text", "+++++++"),
    ("append-lost", "-+++++-"),
    ("append-nothing-yet", "+++++++"),
    ("append-nothing", "+++++++"),
    ("append-out-of-order", "-----++"),
    ("append-own-first-missing", "--+-++-"),
    ("append-own-missing", "--++++-"),
    ("append-own-replaced-before", "--++++-"),
    ("append-own-replaced", "+++++++"),
    ("append-parts-in-parts", "-++++++"),
    ("append-read-many-hole", "-++++-+"),
    ("append-read-many-states", "-++++++"),
    ("append-readers-disagree", "-----++"),
    ("append-readers-lack-different-parts", "-+++++-"),
    ("append-reads-fill-in", "-++++++"),
    ("append-reads-go-back", "-+-+++-"),
    ("append-reads-lose-the-first", "-+-+++-"),
    ("append-reply-before-question", "-+++-++"),
    ("append-reply-on-other-key", "-+++-+-"),
    ("append-reply-with-question", "+++++++"),
    ("append-reply-without-question", "-+++-+-"),
    ("append-second-with-first-on-other-key", "+++++++"),
    ("append-second-with-first", "-+++++-"),
    ("append-second-without-first-on-other-key", "-++-++-"),
    ("append-second-without-first", "-++-++-"),
    ("append-too-many-equal-parts", "+????++"),
    ("append-unknown-part", "---+-++"),
    ("append", "+++++++"),
    ("cas-chain", "+++++++"),
    ("cas-twice", "-+++++?"),
    ("concurrent-read-old-then-new", "++++++?"),
    ("concurrent-reads-go-back", "-+++++?"),
    ("empty", "+++++++"),
    ("everything-vanished", "-+++++-"),
    ("failed-cas-could-overlap", "++++++?"),
    ("failed-cas-observes", "-+++++?"),
    ("failed-write-is-not-own", "+++++++"),
    ("fresh-read", "+++++++"),
    ("info-cas-fits-late", "+++++++"),
    ("info-never", "+++++++"),
    ("info-takes-effect-late", "+++++++"),
    ("info-takes-effect-once", "-+-++++"),
    ("kept-write-seen", "+++++++"),
    ("lost-write", "-+++++-"),
    ("lost-write-overlap", "+++++++"),
    ("lost-write-sees-nothing", "++++++-"),
    ("not-read-after-writes", "++++++?"),
    ("nothing-written", "+++++++"),
    ("only-unread-info", "+++++++"),
    ("open-takes-effect", "+++++++"),
    ("own-info-write-missing", "+++++++"),
    ("own-write-another-process", "--++++-"),
    ("own-write-concurrent", "+++++++"),
    ("own-write-missing", "--++++-"),
    ("own-write-older-by-time", "--++++-"),
    ("own-write-overwritten", "+++++++"),
    ("own-write-version-newer", "+++++++"),
    ("own-write-version-older", "+-+++++"),
    ("read-before-write", "-+++++?"),
    ("read-from-nowhere", "-+++++-"),
    ("read-many-cause", "-+++---"),
    ("read-many-fork", "-++++-?"),
    ("read-many-old-but-whole", "-+++++-"),
    ("read-many-phantom", "-++++-+"),
    ("read-many-states", "+++++++"),
    ("read-many-torn", "-++-+--"),
    ("read-many-unrelated", "-+++++-"),
    ("readers-agree", "-++++++"),
    ("readers-disagree", "-+-++++"),
    ("reads-go-back", "-+-+++-"),
    ("reads-go-back-to-nothing", "-+-+++-"),
    ("reads-go-forward", "-++++++"),
    ("repeated-values", "+++++++"),
    ("repeated-values-stale", "-+++++-"),
    ("reply-after-question", "+++++++"),
    ("reply-before-question", "-+++-+-"),
    ("reply-version-before", "++++-+?"),
    ("sees-unknown-dot", "++++++?"),
    ("stale-read", "-+++++-"),
    ("two-keys-are-independent", "++++++?"),
    ("two-sessions-cannot-agree", "--+++++"),
    ("writes-first-unknown", "+++++++"),
    ("writes-second-overwritten-first", "+++++++"),
    ("writes-seen-in-order", "-++++++"),
    ("writes-seen-out-of-order", "-++-++-"),
    ("writes-versions-swapped", "+++-++?"),
];

fn file(name: &str) -> History {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/histories/{name}.jsonl"));
    histories::read(&std::fs::read(path).unwrap()).unwrap()
}

fn judge(history: &History, guarantee: Guarantee, options: &Options) -> Verdict {
    histories::judge(history, guarantee, options, &mut || true).unwrap()
}

#[test]
fn histories_made_by_hand_are_judged_as_the_table_says() {
    let mut wrong = String::new();
    for (name, expected) in VERDICTS {
        let history = file(name);
        let verdicts = Guarantee::ALL.map(|(guarantee, _)| judge(&history, guarantee, &Options::default()));
        let signs: String = verdicts.iter().map(|verdict| verdict.holds.map_or('?', |holds| if holds { '+' } else { '-' })).collect();
        if signs != *expected {
            wrong.push_str(&format!("{name}: {signs} instead of {expected}\n"));
        }
        for verdict in verdicts {
            assert_eq!(verdict.witness.is_empty(), verdict.holds != Some(false), "{name}: {verdict:?}");
            assert_eq!(verdict.undecided_because.is_some(), verdict.holds.is_none(), "{name}: {verdict:?}");
            assert_eq!(verdict.operations, history.operations.len());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_file_stands_in_the_table_and_every_guarantee_has_both_verdicts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut known: Vec<String> = VERDICTS.iter().map(|(name, _)| format!("{name}.jsonl")).collect();
    known.sort();
    assert_eq!(names, known);
    for place in 0..Guarantee::ALL.len() {
        for sign in "+-".chars() {
            assert!(VERDICTS.iter().any(|(_, verdicts)| verdicts.chars().nth(place) == Some(sign)), "{place} has no {sign}");
        }
    }
}

#[test]
fn witnesses_name_the_operations_that_contradict_each_other() {
    let witness = |name: &str, guarantee| judge(&file(name), guarantee, &Options::default()).witness;
    assert_eq!(witness("stale-read", Guarantee::Linearizable), [0, 1]);
    assert_eq!(witness("own-write-older-by-time", Guarantee::ReadYourWrites), [0, 1, 2]);
    assert_eq!(witness("readers-disagree", Guarantee::MonotonicReads), [0, 1, 2, 3, 4, 5]);
    assert_eq!(witness("reads-go-back", Guarantee::MonotonicReads), [0, 1, 2, 3]);
    assert_eq!(witness("writes-seen-out-of-order", Guarantee::MonotonicWrites), [0, 2, 3]);
    assert_eq!(witness("reply-before-question", Guarantee::WritesFollowReads), [0, 1, 3, 4]);
    assert_eq!(witness("read-many-fork", Guarantee::ConsistentPrefix), [0, 1, 2, 3]);
    assert_eq!(witness("lost-write-sees-nothing", Guarantee::NoLostWrites), [0, 2]);
    assert_eq!(witness("append-own-first-missing", Guarantee::ReadYourWrites), [0, 2]);
    assert_eq!(witness("append-reads-lose-the-first", Guarantee::MonotonicReads), [0, 2, 3]);
    assert_eq!(witness("append-second-without-first", Guarantee::MonotonicWrites), [0, 1, 2]);
    assert_eq!(witness("append-reply-without-question", Guarantee::WritesFollowReads), [0, 1, 2, 3]);
    assert_eq!(witness("append-readers-disagree", Guarantee::MonotonicReads), [0, 1, 2, 3]);
    assert_eq!(witness("append-out-of-order", Guarantee::Linearizable), [0, 1, 2]);
}

#[test]
fn options_change_what_is_understood() {
    let with = |name: &str, guarantee, options: Options| judge(&file(name), guarantee, &options).holds;
    let unconstrained = Options { null_read: NullRead::Unconstrained, ..Options::default() };
    for guarantee in [Guarantee::Linearizable, Guarantee::ReadYourWrites] {
        assert_eq!(with("own-write-missing", guarantee, unconstrained.clone()), Some(true));
    }
    assert_eq!(with("own-write-missing", Guarantee::NoLostWrites, unconstrained), None);
    let nine = Options { initial: Value::Integer(9), ..Options::default() };
    assert_eq!(with("read-from-nowhere", Guarantee::Linearizable, nine.clone()), Some(false), "it had been overwritten");
    assert_eq!(with("info-never", Guarantee::Linearizable, nine), Some(true), "null stands for the initial state");
    let ignored = Options { failed_cas: histories::FailedCas::Ignored, ..Options::default() };
    assert_eq!(with("failed-cas-observes", Guarantee::Linearizable, ignored), Some(true));
}

#[test]
fn a_model_refuses_what_it_does_not_have() {
    let refusal = |name: &str, model| {
        let options = Options { model: Some(model), ..Options::default() };
        histories::judge(&file(name), Guarantee::Linearizable, &options, &mut || true).unwrap_err().to_string()
    };
    assert_eq!(refusal("cas-chain", Model::Register), "line 1: `f`: the model register has no cas");
    assert_eq!(refusal("cas-chain", Model::Kv), "line 1: `f`: the model kv has no cas");
    assert_eq!(refusal("append", Model::Kv), "line 1: `f`: the model kv has no append");
    assert_eq!(refusal("fresh-read", Model::AppendKv), "line 1: `value`: must be a string in the model append-kv");
    let options = Options { initial: Value::Integer(1), ..Options::default() };
    let refused = histories::judge(&file("append"), Guarantee::Linearizable, &options, &mut || true).unwrap_err();
    assert_eq!(refused.to_string(), "`initial`: must be a string in the model append-kv");
}

const INVOKE: &str = r#"{"process":0,"type":"invoke","f":"write","key":"x","value":1,"time":5}"#;
const OK: &str = r#"{"process":0,"type":"ok","f":"write","key":"x","value":1,"time":6}"#;

fn refusal(text: &str) -> String {
    histories::read(text.as_bytes()).map(|_| format!("accepted: {text}")).unwrap_or_else(|refused| refused.to_string())
}

/// The invocation with one part replaced.
fn bent(old: &str, new: &str) -> String {
    assert!(INVOKE.contains(old), "{old}");
    INVOKE.replace(old, new)
}

/// A sound invocation, and then the close with one part replaced.
fn bent_close(old: &str, new: &str) -> String {
    assert!(OK.contains(old), "{old}");
    format!("{INVOKE}\n{}", OK.replace(old, new))
}

#[test]
fn what_cannot_be_read_is_refused_with_line_field_and_reason() {
    let whole = "must be a whole number, 0 or more";
    let long = "x".repeat(limits::MAX_HISTORY_NAME_CHARS + 1);
    let huge = "x".repeat(limits::MAX_HISTORY_VALUE_BYTES + 1);
    let dots = vec!["1"; limits::MAX_HISTORY_LIST + 1].join(",");
    let read = r#"{"process":1,"type":"invoke","f":"read","key":"x","time":5}"#;
    let read_ok = r#"{"process":1,"type":"ok","f":"read","key":"x","value":1,"time":5}"#;
    let many = r#"{"process":1,"type":"invoke","f":"read-many","value":null,"time":5}"#;
    let many_ok = |value: &str| format!("{many}\n{}", many.replace("invoke", "ok").replace("null", value));
    let many_keys: Vec<String> = (0..=limits::MAX_HISTORY_LIST).map(|key| format!("\"{key}\":1")).collect();
    let cases: Vec<(String, String)> = vec![
        ("{".into(), "line 1: column 1: not JSON: EOF while parsing an object".into()),
        ("nonsense".into(), "line 1: column 2: not JSON: expected ident".into()),
        (format!("{INVOKE}x"), "line 1: column 71: not JSON: trailing characters".into()),
        (format!("{INVOKE}{OK}"), "line 1: column 71: not JSON: trailing characters".into()),
        ("[]".into(), "line 1: must be a JSON object".into()),
        ("17".into(), "line 1: must be a JSON object".into()),
        (format!("\n\n{INVOKE}\nnull"), "line 4: must be a JSON object".into()),
        (bent(r#""process":0,"#, ""), "line 1: `process`: missing".into()),
        (bent(r#""process":0"#, r#""process":"nemesis""#), format!("line 1: `process`: {whole}")),
        (bent(r#""process":0"#, r#""process":-1"#), format!("line 1: `process`: {whole}")),
        (bent(r#""process":0"#, r#""process":0.5"#), format!("line 1: `process`: {whole}")),
        (bent(r#""type":"invoke","#, ""), "line 1: `type`: missing".into()),
        (bent(r#""invoke""#, r#""start""#), r#"line 1: `type`: unknown: "start""#.into()),
        (bent(r#""invoke""#, "3"), "line 1: `type`: must be a string".into()),
        (bent(r#""f":"write","#, ""), "line 1: `f`: missing".into()),
        (bent(r#""write""#, r#""Write""#), r#"line 1: `f`: unknown: "Write""#.into()),
        (bent(r#""write""#, &format!("\"{long}\"")), format!("line 1: `f`: unknown: \"{}\"…", "x".repeat(32))),
        (bent(r#""write""#, "null"), "line 1: `f`: must be a string".into()),
        (bent(r#","time":5"#, ""), "line 1: `time`: missing".into()),
        (bent(r#""time":5"#, r#""time":-5"#), format!("line 1: `time`: {whole}")),
        (bent(r#""time":5"#, r#""time":"5""#), format!("line 1: `time`: {whole}")),
        (bent(r#""time":5"#, r#""time":1e30"#), format!("line 1: `time`: {whole}")),
        (bent_close(r#""time":6"#, r#""time":4"#), "line 2: `time`: 4 comes after 5: times must not decrease".into()),
        (bent(r#""key":"x","#, ""), "line 1: `key`: missing".into()),
        (bent(r#""x""#, "null"), "line 1: `key`: must be a string or a whole number".into()),
        (bent(r#""x""#, "[1]"), "line 1: `key`: must be a string or a whole number".into()),
        (bent(r#""x""#, &format!("\"{long}\"")), "line 1: `key`: has more than 256 characters".into()),
        (bent(r#","value":1"#, ""), "line 1: `value`: missing".into()),
        (bent(r#""value":1"#, r#""value":true"#), "line 1: `value`: must be a number, a string or null".into()),
        (bent(r#""value":1"#, r#""value":[1]"#), "line 1: `value`: must be a number, a string or null".into()),
        (bent(r#""value":1"#, r#""value":1e300"#), "line 1: `value`: 1e+300 is too large to be told from its neighbours".into()),
        (bent(r#""value":1"#, &format!("\"value\":\"{huge}\"")), "line 1: `value`: has more than 1048576 bytes".into()),
        (bent(r#""write""#, r#""cas""#), "line 1: `value`: a cas takes a pair [old, new]".into()),
        (
            bent(r#""write","key":"x","value":1"#, r#""cas","key":"x","value":[1,2,3]"#),
            "line 1: `value`: a cas takes a pair [old, new]".into(),
        ),
        (bent(r#""write","key":"x","value":1"#, r#""cas","key":"x","value":[1]"#), "line 1: `value`: a cas takes a pair [old, new]".into()),
        (bent(r#""write""#, r#""append""#), "line 1: `value`: an append takes a string".into()),
        (bent(r#""time":5"#, r#""time":5,"session":[]"#), "line 1: `session`: must be a string or a whole number".into()),
        (bent(r#""time":5"#, r#""time":5,"node":1.5"#), "line 1: `node`: must be a string or a whole number".into()),
        (bent(r#""time":5"#, r#""time":5,"version":-1"#), format!("line 1: `version`: {whole}")),
        (bent(r#""time":5"#, r#""time":5,"sees":"a""#), "line 1: `sees`: must be a list of dots".into()),
        (bent(r#""time":5"#, &format!("\"time\":5,\"sees\":[{dots}]")), "line 1: `sees`: has more than 1000 dots".into()),
        (bent(r#""time":5"#, r#""time":5,"sees":[["a"]]"#), "line 1: `sees`: a dot is a name or a pair [replica, counter]".into()),
        (bent(r#""time":5"#, r#""time":5,"dot":true"#), "line 1: `dot`: must be a string or a whole number".into()),
        (OK.into(), "line 1: `process`: 0 has no open invoke".into()),
        (format!("{INVOKE}\n{OK}\n{OK}"), "line 3: `process`: 0 has no open invoke".into()),
        (format!("{INVOKE}\n{INVOKE}"), "line 2: `process`: 0 is busy since line 1".into()),
        (bent_close(r#""write""#, r#""read""#), "line 2: `f`: read closes the write of line 1".into()),
        (bent_close(r#""x""#, r#""y""#), r#"line 2: `key`: "y" is not the key of line 1"#.into()),
        (bent_close(r#""key":"x","#, ""), "line 2: `key`: missing".into()),
        (bent_close(r#""value":1"#, r#""value":2"#), "line 2: `value`: differs from line 1".into()),
        (
            format!("{}\n{}", bent(r#""time":5"#, r#""time":5,"session":1"#), OK.replace(r#""time":6"#, r#""time":6,"session":2"#)),
            "line 2: `session`: differs from line 1".into(),
        ),
        (
            format!("{}\n{}", bent(r#""time":5"#, r#""time":5,"version":1"#), OK.replace(r#""time":6"#, r#""time":6,"version":2"#)),
            "line 2: `version`: differs from line 1".into(),
        ),
        (format!("{read}\n{}", read_ok.replace(r#","value":1"#, "")), "line 2: `value`: missing".into()),
        (
            format!("{read}\n{}", read_ok.replace(r#""value":1"#, r#""value":{}"#)),
            "line 2: `value`: must be a number, a string or null".into(),
        ),
        (many.replace("null", "1"), "line 1: `value`: a read-many names its keys in an object, or null".into()),
        (many_ok("null"), "line 2: `value`: a read-many returns an object of key and value".into()),
        (many_ok(r#"{"x":[]}"#), "line 2: `value`: must be a number, a string or null".into()),
        (many_ok(&format!("{{{}}}", many_keys.join(","))), "line 2: `value`: has more than 1000 keys".into()),
    ];
    assert!(cases.len() >= 40);
    for (text, expected) in cases {
        assert_eq!(refusal(&text), expected);
    }
}

#[test]
fn sizes_are_bounded() {
    let bytes = vec![b'\n'; limits::MAX_HISTORY_BYTES + 1];
    assert!(histories::read(&bytes).unwrap_err().to_string().starts_with("the history has more than"));
    let line = |number: usize| bent(r#""process":0"#, &format!("\"process\":{number}")) + "\n";
    let many: String = (0..=limits::MAX_HISTORY_OPERATIONS).map(line).collect();
    assert_eq!(refusal(&many), "line 100001: `type`: more than 100000 operations");
    let key = |number: usize| line(number).replace(r#""x""#, &number.to_string());
    let many: String = (0..=limits::MAX_HISTORY_KEYS).map(key).collect();
    assert_eq!(refusal(&many), "line 10001: `key`: more than 10000 different keys");
    assert_eq!(histories::read(b"{\"process\":\"\xff\"}").unwrap_err().to_string(), "line 1: not UTF-8");
    assert!(refusal(&"[".repeat(100_000)).contains("not JSON: recursion limit exceeded"));
}

#[test]
fn what_jepsen_adds_is_left_alone() {
    let text = format!("\r\n{}\r\n\n{}\r\n", bent(r#""time":5"#, r#""time":5,"index":0,"error":["timeout"]"#), OK);
    let history = histories::read(text.as_bytes()).unwrap();
    assert_eq!((history.operations.len(), history.operations[0].invoked.line), (1, 2));
}

/// Lines that are nearly right reach deeper than bytes that are not.
fn line() -> impl Strategy<Value = String> {
    let process = prop_oneof![8 => (0..3_i64).prop_map(|p| p.to_string()), 1 => Just("-1".to_owned())];
    let kind = prop_oneof![Just("invoke"), Just("ok"), Just("fail"), Just("info")];
    let function = prop_oneof![Just("read"), Just("write"), Just("cas"), Just("get"), Just("put"), Just("append"), Just("read-many")];
    let value = prop_oneof![
        Just("null"),
        Just("1"),
        Just("2"),
        Just("\"a\""),
        Just("\"\""),
        Just("[1,2]"),
        Just("[null,1]"),
        Just(r#"{"x":1,"y":null}"#),
        Just("1.5"),
        Just("{}"),
        Just("[[]]")
    ];
    let more = prop_oneof![
        6 => Just(""), 1 => Just(r#","version":3"#), 1 => Just(r#","sees":[["n",3]]"#), 1 => Just(r#","session":"s""#), 1 => Just(r#","node":"n""#)
    ];
    (process, kind, function, value, more).prop_map(|(process, kind, function, value, more)| {
        format!(r#"{{"process":{process},"type":"{kind}","f":"{function}","key":"x","value":{value},"time":1{more}}}"#)
    })
}

/// Whatever was read can be judged.
fn judge_all(bytes: &[u8]) {
    let Ok(history) = histories::read(bytes) else { return };
    for (guarantee, _) in Guarantee::ALL {
        let mut asked_count = 0;
        let mut budget = || {
            asked_count += 1;
            asked_count < 100
        };
        if let Ok(verdict) = histories::judge(&history, guarantee, &Options::default(), &mut budget) {
            assert!(verdict.witness.iter().all(|number| *number < history.operations.len()));
        }
    }
}

/// The longest start of these lines that the reader takes, leaving out lines that it does not.
fn readable(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let longer = format!("{text}{line}\n");
        if histories::read(longer.as_bytes()).is_ok() {
            text = longer;
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        judge_all(&bytes);
    }

    #[test]
    fn no_lines_make_a_judge_panic(lines in proptest::collection::vec(line(), 0..24)) {
        judge_all(lines.join("\n").as_bytes());
        judge_all(readable(&lines).as_bytes());
    }

    #[test]
    fn damaged_files_are_read_or_refused(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = format!("{INVOKE}\n{OK}\n").into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        bytes.truncate(cut.index(bytes.len()) + 1);
        judge_all(&bytes);
    }
}
