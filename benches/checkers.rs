//! Checkers on histories as long as people bring: 2,000 key-value operations of 10 and 50 clients, linearizable and not,
//! with unique and with repeated values; session guarantees on 10,000 operations.
//!
//! `cargo bench --bench checkers [-- <name part>]`

use replicascope::histories::linearizable::{Method, holds_by};
use replicascope::histories::{self, Guarantee, History, Options};
use replicascope::replication::random::{Purpose, Rng};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
struct Load {
    clients: u32,
    keys: u32,
    operations: u32,
    /// Values repeat below this; 0: they are unique.
    values: u32,
    append: bool,
    /// Whether a tenth of the writes replaces the text.
    puts: bool,
    cas: bool,
    /// Of a hundred reads, how many return the value before the present one.
    stale_percent: u32,
    crash_percent: u32,
}

const KV: Load = Load {
    clients: 10,
    keys: 10,
    operations: 2_000,
    values: 0,
    append: false,
    puts: false,
    cas: false,
    stale_percent: 0,
    crash_percent: 0,
};

/// The longest that one verdict may take.
const LIMIT: Duration = Duration::from_secs(30);

fn main() {
    let part = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    println!("{:<62} {:>9} {:>12}", "history", "holds", "ms");
    for (name, load, method) in linearizable_loads() {
        if name.contains(&part) {
            let history = history(load);
            measure(&name, |budget| holds_by(method, &history, &Options::default(), budget));
        }
    }
    for (stale_percent, word, append) in [(0, "fresh", false), (5, "stale", false), (0, "fresh", true), (5, "stale", true)] {
        let history = history(Load { clients: 50, keys: 20, operations: 10_000, stale_percent, append, ..KV });
        for (guarantee, id) in Guarantee::ALL {
            let kind = if append { ", append" } else { "" };
            let name = format!("{id}, 10,000 operations of 50 clients{kind}, {word}");
            if name.contains(&part) {
                measure(&name, |budget| {
                    histories::judge(&history, guarantee, &Options::default(), budget).expect("fits every model").holds
                });
            }
        }
    }
}

fn linearizable_loads() -> Vec<(String, Load, Method)> {
    let mut loads = Vec::new();
    for clients in [10, 50] {
        for keys in [1, 10] {
            for stale_percent in [0, 5] {
                let base = Load { clients, keys, stale_percent, ..KV };
                let kinds = [
                    ("unique, zones", base, Method::Best),
                    ("unique, search", base, Method::Search),
                    ("unique, crashes", Load { crash_percent: 5, ..base }, Method::Best),
                    ("repeated", Load { values: 5, ..base }, Method::Best),
                    ("repeated, crashes", Load { values: 5, crash_percent: 3, ..base }, Method::Best),
                    ("cas", Load { values: 5, cas: true, ..base }, Method::Best),
                    ("append", Load { append: true, ..base }, Method::Best),
                    ("append, search", Load { append: true, ..base }, Method::Search),
                    ("append, crashes", Load { append: true, crash_percent: 5, ..base }, Method::Best),
                    ("append and put", Load { append: true, puts: true, ..base }, Method::Best),
                ];
                for (kind, load, method) in kinds {
                    let word = if stale_percent == 0 { "fresh" } else { "stale" };
                    loads.push((format!("linearizable, {clients} clients, {keys} keys, {kind}, {word}"), load, method));
                }
            }
        }
    }
    loads
}

fn measure(name: &str, mut judge: impl FnMut(&mut histories::Budget<'_>) -> Option<bool>) {
    let started = Instant::now();
    let holds = judge(&mut || started.elapsed() < LIMIT);
    let holds = holds.map_or("undecided".to_owned(), |holds| holds.to_string());
    println!("{name:<62} {holds:>9} {:>12.1}", started.elapsed().as_secs_f64() * 1e3);
}

/// A client's operation on its way.
struct Flight {
    head: String,
    appends: bool,
    answer: Option<String>,
    write: Option<(u32, String)>,
    cas: Option<(String, String)>,
    crashes: bool,
}

/// Clients in a closed loop on one copy; every operation takes effect at one moment. A crashed client's process is
/// replaced by a new one.
fn history(load: Load) -> History {
    let mut rng = Rng::stream(7, Purpose::Workload, 0);
    let mut draw = move |bound: u32| rng.below(bound);
    let mut text = String::new();
    let mut state: BTreeMap<u32, (String, String)> = BTreeMap::new();
    let mut flights: BTreeMap<u32, Flight> = BTreeMap::new();
    let mut processes: Vec<u32> = (0..load.clients).collect();
    let (mut started, mut time, mut next_process) = (0, 0, load.clients);
    while started < load.operations || !flights.is_empty() {
        time += 1;
        let client = draw(load.clients) as usize;
        let process = processes[client];
        let Some(mut flight) = flights.remove(&process) else {
            if started < load.operations {
                started += 1;
                let flight = flight(load, started, &mut draw);
                let asked = match (&flight.write, &flight.cas) {
                    (_, Some((old, new))) => format!("[{old},{new}]"),
                    (Some((_, value)), _) => value.clone(),
                    _ => "null".to_owned(),
                };
                let head = &flight.head;
                writeln!(text, r#"{{"process":{process},"type":"invoke",{head},"value":{asked},"time":{time}}}"#).expect("to a string");
                flights.insert(process, flight);
            }
            continue;
        };
        if flight.answer.is_none() {
            let is_lost = flight.crashes && draw(2) == 0;
            if !is_lost {
                flight.answer = Some(take_effect(load, &flight, &mut state, &mut draw));
            } else {
                flight.answer = Some("lost".to_owned());
            }
            flights.insert(process, flight);
            continue;
        }
        let (kind, value) = match flight.answer.as_deref() {
            _ if flight.crashes => ("info", "null"),
            Some("differed") => ("fail", "null"),
            answer => ("ok", answer.unwrap_or("null")),
        };
        let head = &flight.head;
        writeln!(text, r#"{{"process":{process},"type":"{kind}",{head},"value":{value},"time":{time}}}"#).expect("to a string");
        if flight.crashes {
            processes[client] = next_process;
            next_process += 1;
        }
    }
    histories::read(text.as_bytes()).expect("is a history")
}

fn flight(load: Load, number: u32, draw: &mut impl FnMut(u32) -> u32) -> Flight {
    let key = draw(load.keys);
    let crashes = draw(100) < load.crash_percent;
    let is_write = draw(2) == 0;
    let value = match (load.append, load.values) {
        (true, _) => format!("\"{number},\""),
        (false, 0) => number.to_string(),
        (false, values) => draw(values).to_string(),
    };
    let cas = (load.cas && is_write && draw(2) == 0).then(|| (draw(load.values.max(1)).to_string(), value.clone()));
    let appends = is_write && load.append && !(load.puts && draw(10) == 0);
    let name = match (is_write, appends) {
        _ if cas.is_some() => "cas",
        (true, true) => "append",
        (true, false) => "put",
        (false, _) => "get",
    };
    Flight { appends, head: format!(r#""f":"{name}","key":"k{key}""#), answer: None, write: is_write.then_some((key, value)), cas, crashes }
}

fn take_effect(load: Load, flight: &Flight, state: &mut BTreeMap<u32, (String, String)>, draw: &mut impl FnMut(u32) -> u32) -> String {
    let start = if load.append { "\"\"" } else { "null" };
    let fresh = || (start.to_owned(), start.to_owned());
    let Some((key, value)) = &flight.write else {
        let key = flight.head.rsplit('k').next().and_then(|end| end.trim_end_matches('"').parse().ok()).unwrap_or(0);
        let (now, before) = state.entry(key).or_insert_with(fresh);
        return if draw(100) < load.stale_percent { before.clone() } else { now.clone() };
    };
    let (now, before) = state.entry(*key).or_insert_with(fresh);
    if flight.cas.as_ref().is_some_and(|(old, _)| old != now) {
        return "differed".to_owned();
    }
    let next = if flight.appends { format!("{}{}", &now[..now.len() - 1], &value[1..]) } else { value.clone() };
    *before = std::mem::replace(now, next);
    match &flight.cas {
        Some((old, new)) => format!("[{old},{new}]"),
        None => "null".to_owned(),
    }
}
