//! Whether the page in `dist/` is a release page, and not older than what it is made of; the same of the package.

use crate::{package, page, project};
use std::{fs, path::Path, time::SystemTime};

/// What the page is made of.
const SOURCES: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "index.html",
    "src",
    "www",
    // The hook that finishes it.
    "xtask/src/page.rs",
    "xtask/src/assets.rs",
    "xtask/src/offline.rs",
    "xtask/src/sheets.rs",
];

/// What the package is made of.
const PACKAGE_SOURCES: [&str; 4] = ["Cargo.toml", "Cargo.lock", "src", "xtask/src/package.rs"];

/// Whether there is no package, or a source is newer.
pub(crate) fn package_is_stale() -> bool {
    let Some(built_at) = changed_at(&package::stamp()) else { return true };
    PACKAGE_SOURCES.iter().any(|source| is_newer(&project::root().join(source), built_at))
}

/// Whether there is no release page (`trunk serve` leaves another kind), or a source is newer.
pub(crate) fn page_is_stale() -> bool {
    let index = project::dist().join("index.html");
    let Some(built_at) = changed_at(&index).filter(|_| page::has_policy(&index)) else {
        return true;
    };
    SOURCES.iter().any(|source| is_newer(&project::root().join(source), built_at))
}

fn is_newer(path: &Path, built_at: SystemTime) -> bool {
    if changed_at(path).is_some_and(|changed_at| changed_at > built_at) {
        return true;
    }
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    inside.into_iter().any(|entry| is_newer(&entry.path(), built_at))
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
