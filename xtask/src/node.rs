//! The packages of `package.json`: the optimiser for wasm, the browser's remote control, the accessibility checks.

use crate::{Outcome, process::Child, project, watch::Stopwatch};
use std::fs;

/// The oldest node that all of them support.
const NODE_MAJOR_MIN: u32 = 20;

/// A copy of the lock file that the installed packages come from.
const STAMP: &str = "node_modules/.installed-from";

/// Installs the packages unless they are there in the versions of the lock file.
pub(crate) fn ensure_packages(watch: &Stopwatch) -> Outcome {
    ensure_packages_in(watch, ".")
}

/// The same for a folder of the project that has packages of its own.
pub(crate) fn ensure_packages_in(watch: &Stopwatch, folder: &str) -> Outcome {
    ensure_node()?;
    let place = project::root().join(folder);
    let lock = fs::read_to_string(place.join("package-lock.json")).map_err(|error| format!("{folder}/package-lock.json: {error}"))?;
    if fs::read_to_string(place.join(STAMP)).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    watch.step(&format!("the packages of {folder}/package-lock.json are not installed: installing them into its node_modules/"));
    Child::new("npm").args(["ci", "--no-audit", "--no-fund", "--prefix", folder]).run(watch)?;
    fs::write(place.join(STAMP), lock).map_err(|error| format!("{folder}/{STAMP}: {error}"))
}

pub(crate) fn ensure_node() -> Outcome {
    let version = Child::new("node").args(["--version"]).read();
    match version.as_deref().and_then(major) {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        Some(major) => Err(format!("node {major} is too old: install node {NODE_MAJOR_MIN} or newer, with npm")),
        None => Err(format!("node is missing: install node {NODE_MAJOR_MIN} or newer, with npm")),
    }
}

/// 20 in `v20.11.1`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_tells_its_major_version() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("unknown"), None);
    }
}
