//! The command line, `replicascope`: subcommands in `replicascope::cli`. Native only.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    replicascope::cli::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
