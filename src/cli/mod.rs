//! The command line: arguments in, one answer on standard output, an exit code that scripts can rely on.
//!
//! Subcommands stand in a file each and do no work of their own: they read, ask a core room, and print. The only room
//! besides the page that may read a clock, for time limits. Bad input ends with one line on standard error.

mod changes;
mod check;
mod compare;
mod completions;
mod files;
mod hunt;
mod hunt_report;
mod input;
mod list;
mod measure;
mod peer;
mod play;
mod progress;
mod report;
mod run;
mod target;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Database replication that you can watch, break and check.
#[derive(Parser)]
#[command(name = "replicascope", version, about, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 held, 1 did not hold, 2 bad input, 3 undecided within the given limits.";

#[derive(Subcommand)]
enum Command {
    /// List what can be named: scenarios, strategies, settings, …
    List(list::Arguments),
    /// Play a scenario, a recipe or a share link to its end
    #[command(after_help = run::HELP)]
    Run(run::Arguments),
    /// Play variants or recipes with the same seed and faults, side by side
    #[command(after_help = compare::HELP)]
    Compare(compare::Arguments),
    /// Search for a seed that violates a guarantee, and shrink what is found
    #[command(after_help = hunt::HELP)]
    Hunt(hunt::Arguments),
    /// Judge a history file by one guarantee
    Check(check::Arguments),
    /// Measure leaderless quorums: latency, staleness
    Measure(measure::Arguments),
    /// Run a native peer that browsers sync through
    #[command(after_help = peer::HELP)]
    Peer(peer::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
}

/// How a subcommand ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// What was asked for, or expected, held.
    Held,
    DidNotHold,
    Undecided,
}

impl Ended {
    /// The end of two runs together: what did not hold outweighs what is undecided.
    const fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::DidNotHold, _) | (_, Self::DidNotHold) => Self::DidNotHold,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Held, Self::Held) => Self::Held,
        }
    }
}

/// Bad input, in one line.
struct Problem(String);

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(match ended {
            Ended::Held => 0,
            Ended::DidNotHold => 1,
            Ended::Undecided => 3,
        })
    }
}

/// What bad input ends with.
const BAD_INPUT: u8 = 2;

/// Runs the subcommand that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            // Help and version were asked for.
            return if error.print().is_ok() { ExitCode::SUCCESS } else { ExitCode::from(BAD_INPUT) };
        }
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return refused("a subcommand is missing; see --help");
        }
        Err(error) => return refused(&one_line(&error.to_string())),
    };
    let ended = match cli.command {
        Command::List(arguments) => list::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Hunt(arguments) => hunt::run(&arguments),
        Command::Measure(arguments) => measure::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Peer(arguments) => peer::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments, Cli::command()),
    };
    ended.map_or_else(|Problem(line)| refused(&line), ExitCode::from)
}

fn refused(line: &str) -> ExitCode {
    // Names from outside may hold line breaks; the refusal is one line all the same.
    let line: String = line.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    eprintln!("replicascope: {line}");
    ExitCode::from(BAD_INPUT)
}

/// The refusal of arguments without the usage that follows it.
fn one_line(message: &str) -> String {
    let start = message.split("\n\nUsage:").next().unwrap_or(message);
    let start = start.split("\n\nFor more information").next().unwrap_or(start);
    let words: Vec<&str> = start.split_whitespace().collect();
    words.join(" ").trim_start_matches("error: ").to_owned()
}

/// Prints lines; a reader that went away is no mistake of ours.
fn print(text: &str) -> Result<(), Problem> {
    use std::io::{ErrorKind, Write, stdout};
    match stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Problem(format!("standard output: {error}"))),
        _ => Ok(()),
    }
}
