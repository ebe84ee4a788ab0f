//! The built page, held in memory: a request names one of the files that were there at the start, or gets nothing. No
//! path of a request ever reaches the file system.

use crate::limits;
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io::Error as IoError;
use std::path::{Path, PathBuf};

/// Files by their path from the root, without the slash before it.
pub struct Site(BTreeMap<String, File>);

/// One of them.
pub(super) struct File {
    pub(super) content: Bytes,
    pub(super) kind: &'static str,
}

/// Why a folder is no site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// It cannot be read.
    #[error("{}: {problem}", path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// Why.
        problem: IoError,
    },
    /// It is not the built page.
    #[error("{}: holds no index.html; `cargo xtask build` makes the page in dist/", .0.display())]
    NoPage(PathBuf),
    /// It is more than a page.
    #[error("{}: more than {} files, {} bytes or {} folders in each other are no page", .0.display(), limits::MAX_SITE_FILES, limits::MAX_SITE_BYTES, limits::MAX_SITE_DEPTH)]
    Large(PathBuf),
}

const PAGE: &str = "index.html";

impl Site {
    /// All files of a folder, but hidden ones and links.
    ///
    /// # Errors
    /// It cannot be read, has no page, or is too large.
    pub fn load(folder: &Path) -> Result<Self, SiteError> {
        let mut loading = Loading { files: BTreeMap::new(), bytes: 0 };
        loading.folder(folder, "", 0)?;
        if loading.files.contains_key(PAGE) { Ok(Self(loading.files)) } else { Err(SiteError::NoPage(folder.to_owned())) }
    }

    /// The file of a request's path.
    pub(super) fn find(&self, path: &str) -> Option<&File> {
        let name = path.strip_prefix('/')?;
        self.0.get(if name.is_empty() { PAGE } else { name })
    }
}

struct Loading {
    files: BTreeMap<String, File>,
    bytes: usize,
}

impl Loading {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), SiteError> {
        if depth > limits::MAX_SITE_DEPTH {
            return Err(SiteError::Large(folder.to_owned()));
        }
        let problem = |problem| SiteError::Read { path: folder.to_owned(), problem };
        for entry in fs::read_dir(folder).map_err(problem)? {
            self.entry(&entry.map_err(problem)?, prefix, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &DirEntry, prefix: &str, depth: usize) -> Result<(), SiteError> {
        let path = entry.path();
        let problem = |problem| SiteError::Read { path: path.clone(), problem };
        let Ok(name) = entry.file_name().into_string() else { return Ok(()) };
        if name.starts_with('.') {
            return Ok(());
        }
        // Of the entry itself: a link is neither, and is left out.
        let kind = entry.file_type().map_err(problem)?;
        if kind.is_dir() {
            return self.folder(&path, &format!("{prefix}{name}/"), depth + 1);
        }
        if kind.is_file() {
            let size = entry.metadata().map_err(problem)?.len();
            self.make_room(&path, usize::try_from(size).unwrap_or(usize::MAX))?;
            let content = fs::read(&path).map_err(problem)?;
            self.files.insert(format!("{prefix}{name}"), File { content: content.into(), kind: kind_of(&name) });
        }
        Ok(())
    }

    fn make_room(&mut self, path: &Path, bytes: usize) -> Result<(), SiteError> {
        self.bytes = self.bytes.saturating_add(bytes);
        let fits = self.files.len() < limits::MAX_SITE_FILES && self.bytes <= limits::MAX_SITE_BYTES;
        if fits { Ok(()) } else { Err(SiteError::Large(path.to_owned())) }
    }
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
