//! The documentation, and the folder for a static host: the page, `docs/`, the script for other pages, the
//! JavaScript package, a page for what is not there. All addresses in it are relative.

use crate::{Outcome, browser, node, package, process::Child, project, stages, stale, tally::Tally, tools, watch::Stopwatch};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// What is shown for addresses that lead nowhere.
const NOT_FOUND: &str = "404.html";
/// Where the JavaScript package is put.
const PACKAGE: &str = "package";
/// Folders with packages of their own for the tests of the documentation.
const TEST_TOOLS: &str = "tests/docs/tools";

/// The folder for a static host.
fn site() -> PathBuf {
    project::root().join("site")
}

/// The pages as Markdown, with what the program says of itself.
fn book() -> PathBuf {
    project::target().join("book")
}

/// The command line, which says what there is.
fn program(watch: &Stopwatch) -> Outcome<PathBuf> {
    Child::new("cargo").args(["build", "--features", "cli", "--bin", "replicascope"]).run(watch)?;
    Ok(project::target().join("debug").join(format!("replicascope{}", env::consts::EXE_SUFFIX)))
}

/// Builds the documentation, and the page for what is not there, into the folder for a static host.
pub(crate) fn build_docs(watch: &Stopwatch) -> Outcome {
    tools::ensure(watch, &tools::MDBOOK)?;
    node::ensure_node()?;
    let program = program(watch)?;
    fs::create_dir_all(site()).map_err(|error| format!("{}: {error}", site().display()))?;
    let child = Child::new("node").args(["docs/build.mjs"]).env("REPLICASCOPE", program).env("WORK", book());
    child.env("OUT", site().join("docs")).env("NOT_FOUND", site().join(NOT_FOUND)).run(watch)?;
    watch.step("the documentation is in site/docs/");
    Ok(())
}

/// Makes the folder anew, with the page as it is in `dist/` and the package, which are built if they are older than their sources.
pub(crate) fn build(watch: &Stopwatch) -> Outcome {
    if stale::page_is_stale() {
        stages::build_page(watch)?;
    }
    package::ensure(watch)?;
    if site().exists() {
        fs::remove_dir_all(site()).map_err(|error| format!("{}: {error}", site().display()))?;
    }
    copy(&project::dist(), &site())?;
    copy(&package::folder(), &site().join(PACKAGE))?;
    // A host that builds sites by itself takes the folder as it is.
    fs::write(site().join(".nojekyll"), "").map_err(|error| format!(".nojekyll: {error}"))?;
    build_docs(watch)?;
    watch.step("the folder for a static host is site/");
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Outcome {
    copied(from, to).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

fn copied(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copied(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Everything about embeds, documentation and the folder: first what needs no browser.
pub(crate) fn test(watch: &Stopwatch) -> Outcome<Tally> {
    node::ensure_packages(watch)?;
    node::ensure_packages_in(watch, TEST_TOOLS)?;
    let browser = browser::ensure(watch)?;
    build(watch)?;
    let node = |script: &str| Child::new("node").args([script]).env("SITE", site()).env("BOOK", book());
    let program = program(watch)?;
    let mut sum = counted(watch, node("tests/docs/check.mjs").env("REPLICASCOPE", program))?;
    sum += counted(watch, node("tests/docs/run.mjs").env("CHROMIUM", browser.chromium.clone()))?;
    sum += counted(watch, node("tests/docs/lighthouse.mjs").env("CHROMIUM", browser.chromium).env("ONLY", "steady"))?;
    Ok(sum)
}

fn counted(watch: &Stopwatch, child: Child) -> Outcome<Tally> {
    let ended = child.watch(watch)?;
    Ok(Tally::of_closing_line(&ended.output).judged(ended.succeeded))
}

/// What Lighthouse says of the main page, speed included.
pub(crate) fn lighthouse(watch: &Stopwatch) -> Outcome {
    node::ensure_packages(watch)?;
    node::ensure_packages_in(watch, TEST_TOOLS)?;
    let browser = browser::ensure(watch)?;
    if !site().join("index.html").is_file() || stale::page_is_stale() {
        build(watch)?;
    }
    Child::new("node").args(["tests/docs/lighthouse.mjs"]).env("SITE", site()).env("CHROMIUM", browser.chromium).run(watch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_copied_with_the_folders_in_them() {
        let (from, to) = (project::target().join("copied-from"), project::target().join("copied-to"));
        for folder in [&from, &to] {
            drop(fs::remove_dir_all(folder));
        }
        fs::create_dir_all(from.join("a/b")).expect("a folder");
        fs::write(from.join("a/b/c.txt"), "text").expect("a file");
        copy(&from, &to).expect("copied");
        assert_eq!(fs::read_to_string(to.join("a/b/c.txt")).expect("the file"), "text");
        assert!(copy(&from.join("none"), &to).is_err_and(|problem| problem.contains("none")));
    }

    #[test]
    fn the_workflow_publishes_what_the_command_makes() {
        let workflow = fs::read_to_string(project::root().join(".github/workflows/pages.yml")).expect("the workflow");
        assert!(workflow.contains("cargo xtask dist"), "it publishes what the command makes");
        assert!(!workflow.contains("mdbook"), "the version stands in xtask/src/tools.rs alone");
    }
}
