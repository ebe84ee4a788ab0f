//! The reference workload beside a bare loop: builds and runs the package `benches/native`, which says more. `cargo bench` compiles
//! everything to unwind on a panic; what the project ships aborts, and the code for unwinding costs a good part of the speed.
//!
//! `cargo bench --bench reference [-- <events> [<rounds>]]`

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/native/Cargo.toml");
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/target").to_owned());
    // Cargo's own words to a bench begin with dashes.
    let words = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut run = Command::new(cargo);
    run.args(["run", "--quiet", "--release", "--manifest-path", package, "--target-dir", &target, "--"]).args(words);
    match run.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            eprintln!("the reference workload ended with {status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("cargo does not start: {error}");
            ExitCode::FAILURE
        }
    }
}
