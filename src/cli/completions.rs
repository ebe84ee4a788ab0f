//! `completions`: a script that completes these arguments in a shell.

use super::{Ended, Problem, print};
use clap::Args;
use clap_complete::{Shell, generate};

/// Which shell.
#[derive(Args)]
pub(super) struct Arguments {
    /// The shell to complete in
    shell: Shell,
    /// Print `{"shell","script"}` instead of the bare script
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, mut command: clap::Command) -> Result<Ended, Problem> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut command, "replicascope", &mut script);
    let script = String::from_utf8_lossy(&script);
    if arguments.json {
        print(&format!("{}\n", serde_json::json!({ "shell": arguments.shell.to_string(), "script": script })))?;
    } else {
        print(&script)?;
    }
    Ok(Ended::Held)
}
