//! A peer as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const SECRET: &str = "correct horse battery staple";
/// Where the pages of the tests come from.
pub(crate) const PAGE: &str = "http://page.example:8080";
const PATIENCE: Duration = Duration::from_secs(60);

/// An empty folder of this test run.
pub(crate) fn folder(name: &str) -> PathBuf {
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peer").join(name);
    _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    place
}

/// Waits until it holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let late = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < late, "never: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A running peer; killed when dropped.
pub(crate) struct Peer {
    child: Child,
    pub(crate) address: SocketAddr,
    told: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Starts one on the data of this folder and on any free port.
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Self {
        Self::start_with(Command::new(env!("CARGO_BIN_EXE_replicascope")), folder, more)
    }

    /// Starts one by a command that takes its arguments.
    pub(crate) fn start_with(mut command: Command, folder: &Path, more: &[&str]) -> Self {
        let secret = folder.join("secret");
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        let mut child = command
            .args(["peer", "--allow-origin", PAGE, "--data"])
            .arg(folder.join("data.redb"))
            .arg("--secret-file")
            .arg(secret)
            .args(if more.contains(&"--listen") { &[][..] } else { &["--listen", "127.0.0.1:0"] })
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let (lines, errors) = (told.clone(), BufReader::new(child.stderr.take().unwrap()));
        thread::spawn(move || errors.lines().map_while(Result::ok).for_each(|line| lines.lock().unwrap().push(line)));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Option<serde_json::Value> = serde_json::from_str(&line).ok();
        let address = said.as_ref().map_or_else(|| line.trim().rsplit('/').next(), |said| said["listening"].as_str());
        let address = address.and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{line:?} {:?}", told.lock().unwrap()));
        Self { child, address, told }
    }

    /// At once, as a power cut to the program would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap()
    }

    /// How it ended by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        until("it ends", || !self.is_running());
        self.child.wait().unwrap()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }

    /// Waits for a line on standard error with all these words.
    pub(crate) fn until_told(&self, words: &[&str]) -> String {
        let late = Instant::now() + PATIENCE;
        loop {
            let told = self.told();
            if let Some(found) = told.iter().find(|line| words.iter().all(|word| line.contains(word))) {
                return found.clone();
            }
            assert!(Instant::now() < late, "{words:?} is never told, only {told:?}");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
