//! Starting other programs: their output is shown while it comes, and kept where it is to be counted.

use crate::{Outcome, project, tally, watch::Stopwatch};
use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, BufRead, BufReader, IsTerminal, Read, Write},
    process::{Command, ExitStatus, Stdio},
    thread,
};

/// A program about to be started in the project's folder.
pub(crate) struct Child {
    program: OsString,
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
}

/// How a program ended, and everything it printed.
pub(crate) struct Ended {
    pub(crate) succeeded: bool,
    pub(crate) output: String,
}

impl Child {
    pub(crate) fn new(program: impl Into<OsString>) -> Self {
        Self { program: program.into(), arguments: Vec::new(), variables: Vec::new() }
    }

    pub(crate) fn args<T: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs it to its end with this program's own terminal; a failure is a problem.
    pub(crate) fn run(self, watch: &Stopwatch) -> Outcome {
        watch.step(&self.line());
        let status = self.command().status().map_err(|error| self.not_started(&error))?;
        if status.success() { Ok(()) } else { Err(self.failed(status)) }
    }

    /// Runs it to its end, shows its output and keeps it. A failure is for the caller to judge.
    pub(crate) fn watch(self, watch: &Stopwatch) -> Outcome<Ended> {
        watch.step(&self.line());
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.not_started(&error))?;
        let out = child.stdout.take().map(|pipe| thread::spawn(move || tee(pipe, io::stdout())));
        let err = child.stderr.take().map(|pipe| thread::spawn(move || tee(pipe, io::stderr())));
        let status = child.wait().map_err(|error| self.not_started(&error))?;
        let output = [out, err].into_iter().flatten().filter_map(|reader| reader.join().ok()).collect();
        Ok(Ended { succeeded: status.success(), output })
    }

    /// Runs it silently; `None` if it could not be started or failed.
    pub(crate) fn read(self) -> Option<String> {
        let output = self.command().stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The command line, for people.
    pub(crate) fn line(&self) -> String {
        let words = [&self.program].into_iter().chain(&self.arguments);
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    fn command(&self) -> Command {
        // Resolved here, since not every system looks programs up in the path that is passed on.
        let program = self.program.to_string_lossy();
        let found = project::find_program(&program).map_or_else(|| self.program.clone(), OsString::from);
        let mut command = Command::new(found);
        command.args(&self.arguments).current_dir(project::root());
        command.env("PATH", project::search_path());
        // Trunk takes its value for a flag's and refuses to start.
        command.env_remove("NO_COLOR");
        let is_told = ["NO_COLOR", "CARGO_TERM_COLOR"].into_iter().any(|name| env::var_os(name).is_some());
        if io::stderr().is_terminal() && !is_told {
            // A pipe to this program ends at the same terminal.
            command.env("CARGO_TERM_COLOR", "always");
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn not_started(&self, error: &io::Error) -> String {
        format!("`{}` could not be run: {error}", self.line())
    }

    fn failed(&self, status: ExitStatus) -> String {
        format!("`{}` failed ({status})", self.line())
    }
}

/// Passes a child's output on line by line, and returns all of it as plain text.
fn tee(from: impl Read, mut to: impl Write) -> String {
    let mut reader = BufReader::new(from);
    let mut kept = String::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // A closed terminal is no reason to lose the count.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        kept.push_str(&tally::plain(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_passed_on_and_kept() {
        let mut shown = Vec::new();
        let kept = tee(&b"one\ntwo \x1b[32mgreen\x1b[0m\nlast"[..], &mut shown);
        assert_eq!(kept, "one\ntwo green\nlast");
        assert_eq!(shown, b"one\ntwo \x1b[32mgreen\x1b[0m\nlast");
    }

    #[test]
    fn command_lines_are_readable() {
        let child = Child::new("cargo").args(["test", "--lib"]).env("X", "1");
        assert_eq!(child.line(), "cargo test --lib");
    }
}
