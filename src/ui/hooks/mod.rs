//! Effects of the browser: frames, sizes, listeners, fields, the dialog, storage, the address, the clipboard. The only
//! place below which a clock is read.

pub(crate) mod clipboard;
#[cfg(any(feature = "lab", feature = "catalogue"))]
pub(crate) mod file;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod listen;
pub(crate) mod modal;
pub(crate) mod page;
#[cfg(feature = "catalogue")]
pub(crate) mod picture;
pub(crate) mod pointer;
pub(crate) mod roving;
pub(crate) mod size;
pub(crate) mod storage;
