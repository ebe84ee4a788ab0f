//! Files from outside, bounded before they are held.

use super::Problem;
use std::fs::File;
use std::io::{Read, stdin};

/// The name that stands for standard input.
const STDIN: &str = "-";

/// What messages call this input.
pub(super) fn name_of(path: &str) -> &str {
    if path == STDIN { "standard input" } else { path }
}

/// Reads a file, or standard input for `-`, of at most so many bytes.
pub(super) fn read(path: &str, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let problem = |reason: String| Problem(format!("{}: {reason}", name_of(path)));
    let mut bytes = Vec::new();
    let limit = bytes_max as u64 + 1;
    let outcome = if path == STDIN {
        stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    outcome.map_err(|error| problem(error.to_string()))?;
    if bytes.len() > bytes_max {
        return Err(problem(format!("has more than {bytes_max} bytes")));
    }
    Ok(bytes)
}
