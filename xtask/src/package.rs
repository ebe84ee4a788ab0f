//! The JavaScript package in `package/`: the wasm with its bindings and types, the door in front of them, README
//! and licenses.

use crate::{Outcome, node, process::Child, project, size, stale, tools, watch::Stopwatch};
use std::{fs, path::PathBuf};

/// The name of its folder.
const FOLDER: &str = "package";

/// The name of the generated files.
const BINDINGS: &str = "replicascope_wasm";

const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Where the parts that are written by hand are.
const SOURCE: &str = "src/js/package";

/// The folder of the package.
pub(crate) fn folder() -> PathBuf {
    project::root().join(FOLDER)
}

/// The file of it that is written last.
pub(crate) fn stamp() -> PathBuf {
    folder().join(LICENSES[1])
}

/// Builds the package unless it is there and not older than its sources.
pub(crate) fn ensure(watch: &Stopwatch) -> Outcome {
    if stale::package_is_stale() {
        watch.step("package/ is missing or older than its sources: building the package");
        build(watch)?;
    }
    Ok(())
}

/// Builds the package anew.
pub(crate) fn build(watch: &Stopwatch) -> Outcome {
    tools::ensure_wasm_target(watch)?;
    tools::ensure(watch, &tools::WASM_BINDGEN)?;
    node::ensure_packages(watch)?;
    // The library, linked as what can be loaded; everyone else links it as a library.
    Child::new("cargo")
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--release", "--target", "wasm32-unknown-unknown"])
        .args(["--no-default-features", "--features", "js"])
        .run(watch)?;
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let program = project::target().join("wasm32-unknown-unknown/release/replicascope.wasm");
    Child::new("wasm-bindgen").args(["--target", "web", "--out-name", BINDINGS, "--out-dir"]).args([&folder, &program]).run(watch)?;
    let wasm = folder.join(format!("{BINDINGS}_bg.wasm"));
    // With the features that the compiler used, and no others: what newer ones are written as, Node 20 does not read.
    Child::new("wasm-opt").args(["-O3"]).args([&wasm]).args(["-o"]).args([&wasm]).run(watch)?;
    // Types of the wasm's own exports: nobody calls those.
    let types = folder.join(format!("{BINDINGS}_bg.wasm.d.ts"));
    fs::remove_file(&types).map_err(|error| format!("{}: {error}", types.display()))?;
    let root = project::root();
    let own = fs::read_dir(root.join(SOURCE)).map_err(|error| format!("{SOURCE}: {error}"))?;
    for path in own.flatten().map(|entry| entry.path()).chain(LICENSES.map(|name| root.join(name))) {
        let name = path.file_name().unwrap_or_default();
        fs::copy(&path, folder.join(name)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The sizes of its wasm and JavaScript.
pub(crate) fn sizes() -> Outcome<Vec<size::Size>> {
    size::of_folder(FOLDER)
}
