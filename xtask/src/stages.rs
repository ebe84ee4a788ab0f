//! The stages of `cargo xtask test`: each counts its tests or checks, and running too few of them is a failure,
//! because some runners end happily when they have found no test at all.

use crate::{Outcome, browser, node, package, page, process::Child, project, site, size, stale, tally::Tally, tools, watch::Stopwatch};
use std::{env, iter};

/// A part of the tests that can be run on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Format,
    Lint,
    Native,
    Wasm,
    Lab,
    Package,
    Build,
    EndToEnd,
    Docs,
}

/// In the order in which they run, with their names and with the fewest tests or checks that each must run.
/// Raise a number when tests are added, so that tests which silently stop running are noticed.
const MINIMUM: [(Stage, &str, u32); 9] = [
    (Stage::Format, "format", 3),
    (Stage::Lint, "lint", 4),
    (Stage::Native, "native", 798),
    (Stage::Wasm, "wasm", 26),
    (Stage::Lab, "lab", 14),
    (Stage::Package, "package", 86),
    (Stage::Build, "build", 17),
    (Stage::EndToEnd, "e2e", 386),
    (Stage::Docs, "docs", 203),
];

/// Folder with packages of their own for the tests of the JavaScript package.
const PACKAGE_TOOLS: &str = "tests/package/tools";

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const XTASK: [&str; 2] = ["--manifest-path", "xtask/Cargo.toml"];

/// Runs the stages named, or all, to their end, and closes with `N passed, N failed`.
pub(crate) fn test(watch: &Stopwatch, names: &[String]) -> Outcome {
    let chosen = chosen(names)?;
    let mut sum = Tally::default();
    let mut summary = String::new();
    for (stage, name, minimum) in chosen {
        watch.step(&format!("== {name}"));
        let tally = judged(name, minimum, run(watch, stage));
        watch.step(&format!("== {name}: {}", tally.line()));
        summary.push_str(&format!("{name:>8}: {}\n", tally.line()));
        sum += tally;
    }
    println!("\n{summary}{}", sum.line());
    if sum.failed_count == 0 { Ok(()) } else { Err("there are failures".to_owned()) }
}

/// The release page, with everything that it takes.
pub(crate) fn build_page(watch: &Stopwatch) -> Outcome {
    tools::ensure_wasm_target(watch)?;
    tools::ensure(watch, &tools::TRUNK)?;
    tools::ensure(watch, &tools::WASM_BINDGEN)?;
    node::ensure_packages(watch)?;
    tools::trunk("build").args(["--release"]).run(watch)
}

fn chosen(names: &[String]) -> Outcome<Vec<(Stage, &'static str, u32)>> {
    let known = |name: &String| MINIMUM.iter().any(|(_, own, _)| own == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let known: Vec<&str> = MINIMUM.iter().map(|(_, name, _)| *name).collect();
        return Err(format!("there is no stage `{unknown}`: {}", known.join(", ")));
    }
    let is_chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    Ok(MINIMUM.into_iter().filter(|(_, name, _)| is_chosen(name)).collect())
}

/// What a stage counts for: a stage that could not run, or ran too few tests, has failed.
fn judged(name: &str, minimum: u32, outcome: Outcome<Tally>) -> Tally {
    let mut tally = outcome.unwrap_or_else(|problem| {
        eprintln!("xtask: {name} could not run: {problem}");
        Tally::one(false)
    });
    if tally.failed_count == 0 && tally.count() < minimum {
        eprintln!("xtask: {name} ran {} tests, but must run {minimum} or more", tally.count());
        tally += Tally::one(false);
    }
    tally
}

fn run(watch: &Stopwatch, stage: Stage) -> Outcome<Tally> {
    match stage {
        Stage::Format => format(watch),
        Stage::Lint => lint(watch),
        Stage::Native => native(watch),
        Stage::Wasm => wasm(watch),
        Stage::Lab => lab(watch),
        Stage::Package => package(watch),
        Stage::Build => build(watch),
        Stage::EndToEnd => end_to_end(watch),
        Stage::Docs => site::test(watch),
    }
}

fn format(watch: &Stopwatch) -> Outcome<Tally> {
    let cargo_fmt = || Child::new("cargo").args(["fmt", "--check"]);
    // `cargo fmt` does not see the modules that a macro declares.
    let rustfmt = Child::new("rustfmt").args(["--edition", "2024", "--check"]).args(project::rust_files("src"));
    checks(watch, [cargo_fmt(), cargo_fmt().args(XTASK), rustfmt])
}

fn lint(watch: &Stopwatch) -> Outcome<Tally> {
    tools::ensure_wasm_target(watch)?;
    let clippy = || Child::new("cargo").args(["clippy", "--quiet"]);
    let deny = ["--", "--deny", "warnings"];
    checks(
        watch,
        [
            clippy().args(["--lib", "--no-default-features"]).args(deny),
            clippy().args(["--all-targets", "--features", "cli"]).args(deny),
            clippy().args(WASM).args(["--all-features", "--bins", "--lib", "--tests", "--examples"]).args(deny),
            clippy().args(XTASK).args(["--all-targets"]).args(deny),
        ],
    )
}

/// Commands that pass or fail as a whole. All are run.
fn checks(watch: &Stopwatch, children: impl IntoIterator<Item = Child>) -> Outcome<Tally> {
    let mut sum = Tally::default();
    for child in children {
        sum += Tally::one(child.watch(watch)?.succeeded);
    }
    Ok(sum)
}

fn native(watch: &Stopwatch) -> Outcome<Tally> {
    let cargo_test = || Child::new("cargo").args(["test", "--no-fail-fast"]);
    let mut sum = cargo_tests(watch, cargo_test().args(["--features", "cli"]))?;
    sum += cargo_tests(watch, cargo_test().args(XTASK))?;
    // The texts in the sources against the words of each language.
    let ended = Child::new("node").args(["tests/words/check.mjs"]).watch(watch)?;
    sum += Tally::of_closing_line(&ended.output).judged(ended.succeeded);
    Ok(sum)
}

fn wasm(watch: &Stopwatch) -> Outcome<Tally> {
    tools::ensure_wasm_target(watch)?;
    tools::ensure(watch, &tools::WASM_BINDGEN)?;
    let browser = browser::ensure(watch)?;
    let child = Child::new("cargo")
        .args(["test", "--no-fail-fast"])
        .args(WASM)
        .args(["--features", "ui,lab", "--lib", "--tests"])
        .env("CHROMEDRIVER", browser.driver)
        // For one binary with all its tests, and for the driver's start.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    cargo_tests(watch, child)
}

/// The local leader in a browser that is killed, and the native peer that is: a driver page, and what node does to both.
fn lab(watch: &Stopwatch) -> Outcome<Tally> {
    tools::ensure_wasm_target(watch)?;
    tools::ensure(watch, &tools::WASM_BINDGEN)?;
    node::ensure_packages(watch)?;
    let browser = browser::ensure(watch)?;
    let driver = project::root().join("target/lab-driver");
    let program = project::target().join("wasm32-unknown-unknown/debug/examples/lab_driver.wasm");
    Child::new("cargo").args(["build", "--features", "ui,lab", "--example", "lab_driver"]).args(WASM).run(watch)?;
    Child::new("wasm-bindgen").args(["--target", "web", "--no-typescript", "--out-dir"]).args([&driver, &program]).run(watch)?;
    Child::new("cargo").args(["build", "--features", "cli", "--bin", "replicascope"]).run(watch)?;
    let peer = project::target().join("debug").join(format!("replicascope{}", env::consts::EXE_SUFFIX));
    let child = Child::new("node").args(["tests/e2e/lab/run.mjs"]).env("DRIVER", driver).env("PEER", peer);
    let child = child.env("CHROMIUM", browser.chromium);
    let ended = child.watch(watch)?;
    Ok(Tally::of_closing_line(&ended.output).judged(ended.succeeded))
}

/// The JavaScript package: built, within its budget, and used in node, in a bundler and in the real browser.
fn package(watch: &Stopwatch) -> Outcome<Tally> {
    node::ensure_packages_in(watch, PACKAGE_TOOLS)?;
    package::build(watch)?;
    let sizes = package::sizes()?;
    print!("{}", size::describe(&sizes, "together", size::PACKAGE_BUDGET_BYTES));
    let mut sum = check("the package keeps to its size budget", &over_budget(&sizes, size::PACKAGE_BUDGET_BYTES));
    let browser = browser::ensure(watch)?;
    let child = Child::new("node").args(["tests/package/run.mjs"]).env("PACKAGE", package::folder()).env("CHROMIUM", browser.chromium);
    let ended = child.watch(watch)?;
    sum += Tally::of_closing_line(&ended.output).judged(ended.succeeded);
    Ok(sum)
}

fn cargo_tests(watch: &Stopwatch, child: Child) -> Outcome<Tally> {
    let ended = child.watch(watch)?;
    Ok(Tally::of_cargo(&ended.output).judged(ended.succeeded))
}

/// The build itself is the first check, the size the last.
fn build(watch: &Stopwatch) -> Outcome<Tally> {
    build_page(watch)?;
    let mut sum = Tally::one(true);
    for (claim, problems) in page::check()? {
        sum += check(claim, &problems);
    }
    let sizes = size::measure()?;
    print!("{}", size::describe_all(&sizes));
    let first = ("the page keeps to its size budget".to_owned(), &sizes.first, size::BUDGET_BYTES);
    let others = sizes.others.iter().map(|(program, sizes)| (format!("{} keeps to its own", program.what), sizes, program.budget_bytes));
    for (claim, sizes, budget_bytes) in iter::once(first).chain(others) {
        sum += check(&claim, &over_budget(sizes, budget_bytes));
    }
    Ok(sum)
}

fn over_budget(sizes: &[size::Size], budget_bytes: u64) -> Vec<String> {
    match size::total_bytes(sizes) {
        0 => vec!["there is nothing".to_owned()],
        bytes if bytes > budget_bytes => vec![format!("{} bytes too many", bytes - budget_bytes)],
        _ => Vec::new(),
    }
}

fn check(claim: &str, problems: &[String]) -> Tally {
    println!("{:>4} {claim}", if problems.is_empty() { "ok" } else { "FAIL" });
    for problem in problems {
        println!("       {problem}");
    }
    Tally::one(problems.is_empty())
}

fn end_to_end(watch: &Stopwatch) -> Outcome<Tally> {
    node::ensure_packages(watch)?;
    let browser = browser::ensure(watch)?;
    if stale::page_is_stale() {
        watch.step("dist/ is missing or older than its sources: building the page");
        build_page(watch)?;
    }
    let child = Child::new("node").args(["tests/e2e/run.mjs"]).env("CHROMIUM", browser.chromium);
    let ended = child.watch(watch)?;
    Ok(Tally::of_closing_line(&ended.output).judged(ended.succeeded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn no_name_means_all_stages() {
        assert_eq!(chosen(&[]).map(|stages| stages.len()), Ok(MINIMUM.len()));
    }

    #[test]
    fn named_stages_run_in_their_order() {
        let stages = chosen(&names(&["e2e", "lint"])).expect("both exist");
        assert_eq!(stages.iter().map(|(_, name, _)| *name).collect::<Vec<_>>(), ["lint", "e2e"]);
        assert!(chosen(&names(&["lint", "lnt"])).is_err_and(|problem| problem.contains("`lnt`")));
    }

    #[test]
    fn too_few_tests_are_a_failure() {
        assert_eq!(judged("wasm", 2, Ok(Tally::one(true))).line(), "1 passed, 1 failed");
        assert_eq!(judged("wasm", 1, Ok(Tally::default())).line(), "0 passed, 1 failed");
        assert_eq!(judged("wasm", 1, Ok(Tally::one(true))).line(), "1 passed, 0 failed");
    }

    #[test]
    fn a_stage_that_could_not_run_is_a_failure() {
        assert_eq!(judged("e2e", 1, Err("no browser".to_owned())).line(), "0 passed, 1 failed");
    }
}
