//! The pinned tools of the bundle: taken from the search path if they are there in the right version, otherwise
//! built into `.tools/`. A tool is asked for its own version, so nothing else needs to be remembered.

use crate::{Outcome, process::Child, project, watch::Stopwatch};

/// A program that `cargo install` builds.
pub(crate) struct Tool {
    /// The package's name at the registry.
    package: &'static str,
    /// The first is asked for its version.
    programs: &'static [&'static str],
    version: &'static str,
    /// How it is installed, beside its version.
    options: &'static [&'static str],
}

/// The package's own lock file is used.
const LOCKED: &str = "--locked";

/// The bundler. Newer ones need a newer compiler.
pub(crate) const TRUNK: Tool = Tool { package: "trunk", programs: &["trunk"], version: "0.21.14", options: &[LOCKED] };

/// Has to be of exactly the version of the `wasm-bindgen` library in `Cargo.toml`, and is named in `Trunk.toml` too.
/// Its lock file names a crate version that is not to be had everywhere.
pub(crate) const WASM_BINDGEN: Tool =
    Tool { package: "wasm-bindgen-cli", programs: &["wasm-bindgen", "wasm-bindgen-test-runner"], version: "0.2.130", options: &[] };

/// Builds the documentation. Its own server and its watching of files are not needed.
pub(crate) const MDBOOK: Tool = Tool {
    package: "mdbook",
    programs: &["mdbook"],
    version: "0.5.4",
    options: &[LOCKED, "--no-default-features", "--features", "search"],
};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Installs the tool unless it is there.
pub(crate) fn ensure(watch: &Stopwatch, tool: &Tool) -> Outcome {
    if is_installed(tool) {
        return Ok(());
    }
    watch.step(&format!("{} {} is missing: building it into .tools/, once, for some minutes", tool.package, tool.version));
    let version = format!("={}", tool.version);
    Child::new("cargo")
        .args(["install", tool.package, "--version", &version, "--force", "--root"])
        .args([project::tools()])
        .args(tool.options)
        .run(watch)?;
    if is_installed(tool) {
        Ok(())
    } else {
        Err(format!("{} was installed but does not report version {}", tool.programs[0], tool.version))
    }
}

/// `trunk` with one of its subcommands.
pub(crate) fn trunk(subcommand: &str) -> Child {
    // It would look for news of itself at every start.
    Child::new("trunk").args([subcommand]).env("TRUNK_SKIP_VERSION_CHECK", "true")
}

/// Adds the standard library for wasm to the compiler unless it is there.
pub(crate) fn ensure_wasm_target(watch: &Stopwatch) -> Outcome {
    let sysroot = Child::new("rustc").args(["--print", "sysroot"]).read().ok_or("rustc could not be run")?;
    if std::path::Path::new(&sysroot).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    if project::find_program("rustup").is_none() {
        return Err(format!("the compiler has no target {WASM_TARGET} and there is no rustup to add it: install it"));
    }
    Child::new("rustup").args(["target", "add", WASM_TARGET]).run(watch)
}

fn is_installed(tool: &Tool) -> bool {
    tool.programs.iter().all(|program| project::find_program(program).is_some())
        && Child::new(tool.programs[0]).args(["--version"]).read().is_some_and(|answer| version_in(&answer) == Some(tool.version))
}

/// The version in an answer such as `trunk 0.21.14` or `mdbook v0.5.4`.
fn version_in(answer: &str) -> Option<&str> {
    answer.split_whitespace().nth(1).map(|version| version.trim_start_matches('v'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn versions_are_read_from_answers() {
        assert_eq!(version_in("trunk 0.21.14"), Some("0.21.14"));
        assert_eq!(version_in("wasm-bindgen 0.2.130 (abc)"), Some("0.2.130"));
        assert_eq!(version_in("mdbook v0.5.4"), Some("0.5.4"));
        assert_eq!(version_in("trunk"), None);
    }

    fn text_of(path: &str) -> String {
        fs::read_to_string(project::root().join(path)).unwrap_or_default()
    }

    #[test]
    fn one_version_of_wasm_bindgen_is_named_everywhere() {
        let pinned = format!("\"{}\"", WASM_BINDGEN.version);
        assert!(text_of("Trunk.toml").contains(&format!("wasm_bindgen = {pinned}")));
        assert!(text_of("Cargo.toml").contains(&format!("\"={}\"", WASM_BINDGEN.version)));
    }

    #[test]
    fn one_version_of_wasm_opt_is_named_everywhere() {
        let trunk = text_of("Trunk.toml");
        let version = trunk.split("wasm_opt = \"version_").nth(1).and_then(|rest| rest.split('"').next());
        let version = version.expect("Trunk.toml pins wasm_opt");
        assert!(text_of("package.json").contains(&format!("\"binaryen\": \"{version}.0.0\"")));
    }
}
