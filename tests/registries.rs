//! Each registry against its folder: adding a scenario, checker, topology, strategy, mode or preset is one file and one
//! line, and a file without its line, or a line without its file, is found here.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use replicascope::replication::delta::Mode;
use replicascope::simulation::{registry, topology};
use replicascope::{checkers, presets, scenarios};
use std::collections::BTreeSet;
use std::path::Path;

/// A file of a folder that stands in no registry, and why.
type Helper = (&'static str, &'static str);

/// The names of the modules in a folder, but for `mod` and the helpers, each of which must be there.
fn modules(folder: &str, helpers: &[Helper]) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let names = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    let mut modules: BTreeSet<String> = names.collect();
    for (helper, why) in helpers.iter().chain(&[("mod", "holds the registry")]) {
        assert!(modules.remove(*helper) && !why.is_empty(), "{folder} has no {helper}");
    }
    modules
}

/// Ids as the names of their modules.
fn named<'i>(ids: impl IntoIterator<Item = &'i str>) -> BTreeSet<String> {
    ids.into_iter().map(|id| id.replace('-', "_")).collect()
}

#[test]
fn scenarios_are_their_folder() {
    let helpers = [
        ("adding", "shared by the scenarios that add a follower"),
        ("claim", "what a scenario claims"),
        ("ending", "when a run without steps is over"),
        ("followers", "shared by the scenarios of followers that fail"),
        ("ground", "shared setups"),
        ("group", "shared by the scenarios of elections"),
        ("index", "the table of contents as the page shows it"),
        ("leaders", "shared by the scenarios of several leaders"),
        ("lesson", "the guided mode"),
        ("metrics", "what runs are measured by"),
        ("quorums", "shared by the leaderless scenarios"),
        ("topology", "shared by the scenarios of topologies"),
    ];
    assert_eq!(modules("scenarios", &helpers), named(scenarios::ALL.iter().map(|scenario| scenario.id)));
    assert!(scenarios::INDEX.iter().map(|entry| entry.id).eq(scenarios::ALL.iter().map(|scenario| scenario.id)));
}

#[test]
fn checkers_are_their_folder() {
    let helpers = [
        ("evidence", "what checkers judge by"),
        ("seen", "a run as a history of the judging room"),
        ("stale_reads", "shared with the metrics of scenarios"),
        ("tests", "tests"),
    ];
    assert_eq!(modules("checkers", &helpers), named(checkers::ALL.iter().map(|checker| checker.id)));
}

#[test]
fn topologies_are_their_folder() {
    assert_eq!(modules("simulation/topology", &[]), named(topology::ALL.iter().map(|topology| topology.id)));
}

#[test]
fn strategies_are_their_folder() {
    assert_eq!(modules("replication/strategies", &[]), named(registry::ALL.iter().map(|strategy| strategy.id)));
}

/// Each policy with the file that decides by it.
#[test]
fn policies_are_their_folder() {
    let file_of = |mode: Mode| match mode {
        Mode::LastWrite | Mode::NaiveUnion => "whole",
        Mode::LastWriteLine | Mode::Ask => "line",
        Mode::AddWins => "add_wins",
        Mode::Home => "home",
    };
    let helpers = [("causal", "who had seen whom"), ("plain", "keys that are no carts, under every policy")];
    assert_eq!(modules("replication/modes", &helpers), named(Mode::ALL.into_iter().map(file_of)));
}

/// Presets of one kind of strategy stand in one file.
#[test]
fn presets_are_their_folder() {
    let file_of = |strategy: &'static str| if strategy.starts_with("multi-leader") { "multi-leader" } else { strategy };
    assert_eq!(modules("presets", &[("tests", "tests")]), named(presets::ALL.iter().map(|preset| file_of(preset.strategy))));
}
