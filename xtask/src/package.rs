//! The JavaScript package in `dist-package/`: the wasm with its bindings and types, the door in front of them, README
//! and licenses.

use crate::{Outcome, node, process::Child, project, size, tools, watch::Stopwatch};
use std::{fs, path::PathBuf};

/// What the package's wasm and JavaScript may take in brotli: a tenth more than when this was written. A page that embeds
/// it loads this before it can do anything.
pub(crate) const BUDGET_BYTES: u64 = 500_000;

/// The name of the generated files.
const BINDINGS: &str = "replicascope_wasm";

/// Where the parts that are written by hand are.
const SOURCE: &str = "src/js/package";

/// The folder of the package.
pub(crate) fn folder() -> PathBuf {
    project::root().join("dist-package")
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
    // As the page's own programs.
    Child::new("wasm-opt").args(["-O3", "--all-features"]).args([&wasm]).args(["-o"]).args([&wasm]).run(watch)?;
    // Types of the wasm's own exports: nobody calls those.
    remove(&folder.join(format!("{BINDINGS}_bg.wasm.d.ts")))?;
    let root = project::root();
    let own = fs::read_dir(root.join(SOURCE)).map_err(|error| format!("{SOURCE}: {error}"))?;
    let licenses = ["LICENSE-APACHE", "LICENSE-MIT"].map(|name| root.join(name));
    for path in own.flatten().map(|entry| entry.path()).chain(licenses) {
        let name = path.file_name().unwrap_or_default();
        fs::copy(&path, folder.join(name)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn remove(path: &std::path::Path) -> Outcome {
    fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The sizes of its wasm and JavaScript.
pub(crate) fn sizes() -> Outcome<Vec<size::Size>> {
    size::of_folder("dist-package")
}
