//! `cargo xtask`: everything one does with this project that is more than one cargo command.
//!
//! It knows the project's folders and tools, and nothing of the application's code.

mod assets;
mod browser;
mod markup;
mod node;
mod offline;
mod package;
mod page;
mod process;
mod project;
mod sha256;
mod sheets;
mod site;
mod size;
mod stages;
mod stale;
mod tally;
mod tools;
mod watch;

use process::Child;
use std::process::ExitCode;
use watch::Stopwatch;

/// What a command ends with: nothing, or a sentence that says what is wrong and what to do.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
cargo xtask serve [trunk arguments]   install what is missing, then serve the page and rebuild it on changes
cargo xtask test [stage ...]          run all checks, or only the stages named:
                                      format, lint, native, wasm, lab, package, build, e2e, docs
cargo xtask build                     the release page, in dist/
cargo xtask package                   the JavaScript package, in package/
cargo xtask docs                      the documentation, in site/docs/
cargo xtask dist                      page, documentation and package for a static host, in site/
cargo xtask lighthouse                what Lighthouse says of the page
cargo xtask bench [kind ...]          the benchmarks, all kinds if none is named:
                                      native, wasm, page, merge
cargo xtask setup                     only install what is missing
cargo xtask help                      this text

`cargo xtask serve --open` shows the page in a browser; any argument of `trunk serve` can follow.
One browser story: `node tests/e2e/run.mjs WORD` runs those with WORD in their name, on the page in dist/.
Tools go to .tools/ and node_modules/ in this folder, unless the right version is installed already.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome {
    let watch = Stopwatch::start();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    match command {
        "serve" => serve(&watch, rest),
        "test" => stages::test(&watch, rest),
        "build" => build(&watch),
        "package" => build_package(&watch),
        "bench" => bench(&watch, rest),
        "docs" => site::build_docs(&watch),
        "dist" => site::build(&watch),
        "lighthouse" => site::lighthouse(&watch),
        "setup" => set_up(&watch),
        // Called by Trunk after each of its builds.
        "finish-page" => page::finish(),
        "help" | "-h" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{HELP}")),
    }
}

fn set_up(watch: &Stopwatch) -> Outcome {
    tools::ensure_wasm_target(watch)?;
    tools::ensure(watch, &tools::TRUNK)?;
    tools::ensure(watch, &tools::WASM_BINDGEN)?;
    tools::ensure(watch, &tools::MDBOOK)?;
    node::ensure_packages(watch)?;
    browser::ensure(watch)?;
    watch.step("everything is installed");
    Ok(())
}

fn serve(watch: &Stopwatch, arguments: &[String]) -> Outcome {
    tools::ensure_wasm_target(watch)?;
    tools::ensure(watch, &tools::TRUNK)?;
    tools::ensure(watch, &tools::WASM_BINDGEN)?;
    if arguments.iter().any(|argument| argument == "--release") {
        // Only release builds are optimised by wasm-opt, which is one of the packages.
        node::ensure_packages(watch)?;
    }
    // Not into dist/, so that tests can run beside it.
    tools::trunk("serve").args(arguments).env("TRUNK_BUILD_DIST", project::root().join("target/serve")).run(watch)
}

fn build(watch: &Stopwatch) -> Outcome {
    stages::build_page(watch)?;
    let sizes = size::measure()?;
    print!("{}", size::describe_all(&sizes));
    watch.step("the page is in dist/");
    Ok(())
}

fn build_package(watch: &Stopwatch) -> Outcome {
    package::build(watch)?;
    print!("{}", size::describe(&package::sizes()?, "together", size::PACKAGE_BUDGET_BYTES));
    watch.step("the package is in package/");
    Ok(())
}

fn bench(watch: &Stopwatch, arguments: &[String]) -> Outcome {
    let kinds: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let kinds = if kinds.is_empty() { vec!["native", "wasm", "page", "merge"] } else { kinds };
    for kind in kinds {
        match kind {
            "native" => Child::new("cargo").args(["bench", "--no-default-features"]).run(watch)?,
            "wasm" => bench_in_node(watch, "benches/wasm.mjs")?,
            "merge" => bench_in_node(watch, "benches/merge.mjs")?,
            "page" => bench_page(watch)?,
            other => return Err(format!("there is no kind of benchmark `{other}`: native, wasm, page or merge")),
        }
    }
    Ok(())
}

/// The built page in the real browser.
fn bench_page(watch: &Stopwatch) -> Outcome {
    stages::build_page(watch)?;
    let browser = browser::ensure(watch)?;
    Child::new("node").args(["benches/page.mjs"]).env("CHROMIUM", browser.chromium).run(watch)
}

/// Wasm in node, beside native builds.
fn bench_in_node(watch: &Stopwatch, script: &str) -> Outcome {
    if !project::root().join(script).is_file() {
        return Err(format!("{script} is missing"));
    }
    tools::ensure_wasm_target(watch)?;
    tools::ensure(watch, &tools::WASM_BINDGEN)?;
    node::ensure_packages(watch)?;
    Child::new("node").args([script]).run(watch)
}
