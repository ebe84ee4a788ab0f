//! Where things are.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    // Cargo tells it at run time; the one it was compiled in is as good if the folder was not moved.
    let own = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The release page.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Where `cargo install` puts the pinned tools; their programs are in its `bin`.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// The search path for everything started from here: the project's own tools come first.
pub(crate) fn search_path() -> OsString {
    let own = [tools().join("bin"), root().join("node_modules/.bin")];
    let inherited = env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().chain(env::split_paths(&inherited));
    env::join_paths(folders).unwrap_or(inherited)
}

/// The program of that name that a child would run.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    env::split_paths(&search_path())
        .flat_map(|folder| [folder.join(name), folder.join(format!("{name}.exe")), folder.join(format!("{name}.cmd"))])
        .find(|candidate| candidate.is_file())
}

/// The Rust files in one of its folders and the folders in that, in order.
pub(crate) fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut waiting = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            match path.extension() {
                Some(extension) if extension == "rs" => files.push(path),
                _ if path.is_dir() => waiting.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}
