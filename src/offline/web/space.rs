//! The names of all that the pages of one browser profile share. "Clear everything" begins new ones, so that what an older
//! page still has in memory, or writes once more, finds nobody who would take it.

use super::{indexed, js};
use crate::limits;

/// Begins the names of a space that was cleared so many times.
pub(super) fn named(space: &str, cleared: u64) -> String {
    if cleared == 0 { space.to_owned() } else { format!("{space}~{cleared}") }
}

/// After how many clearings a database was made; `None` if it is none of this space.
pub(super) fn cleared_before(space: &str, database: &str) -> Option<u64> {
    let rest = database.strip_prefix(space)?;
    let (cleared, kind) = match rest.strip_prefix('~') {
        Some(rest) => rest.split_once('-').and_then(|(cleared, kind)| Some((cleared.parse().ok()?, kind)))?,
        None => (0, rest.strip_prefix('-')?),
    };
    let is_slot = |number: &str| number.parse::<u32>().is_ok_and(|number| number < limits::MAX_DEVICE_SLOTS);
    (kind == "cloud" || kind.strip_prefix("device-").is_some_and(is_slot)).then_some(cleared)
}

/// How many times the space was cleared: as noted, or, where the note is lost, as the databases say.
pub(super) async fn cleared(space: &str) -> u64 {
    let noted = storage().and_then(|storage| storage.get_item(&note(space)).ok()??.parse().ok());
    let stored = indexed::names().await.into_iter().filter_map(|name| cleared_before(space, &name));
    stored.chain(noted).max().unwrap_or(0)
}

/// Notes that the space was cleared so many times.
pub(super) fn note_cleared(space: &str, cleared: u64) {
    if let Some(storage) = storage() {
        // Without room the databases say it.
        drop(storage.set_item(&note(space), &cleared.to_string()));
    }
}

fn note(space: &str) -> String {
    format!("{space}-cleared")
}

fn storage() -> Option<web_sys::Storage> {
    js::window()?.local_storage().ok()?
}
