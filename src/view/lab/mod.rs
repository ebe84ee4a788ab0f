//! The offline lab for the eye: one device with its cart, notes, outbox, conflicts and links, as plain data and sentences.

pub mod changes;
pub mod conflicts;
pub mod edit;
pub mod identity;
pub mod links;
pub mod modes;
pub mod notes;
pub mod outbox;
pub mod told;
pub mod tour;

#[cfg(test)]
mod example;

use crate::replication::delta::Key;
use crate::view::words;

/// The key of the cart.
pub const CART: &str = "cart";

/// Who looks, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// The device's name, which is the author of what is written here.
    pub name: String,
    /// The local time minus UTC, in milliseconds.
    pub offset_ms: i64,
}

impl Who {
    /// An author in a sentence: "you", "Ana".
    #[must_use]
    pub fn author<'a>(&self, author: &'a str) -> &'a str {
        if author == self.name { "you" } else { author }
    }

    /// A moment by a wall clock: "14:02:31".
    #[must_use]
    pub fn time(&self, wall_ms: i64) -> String {
        let full = words::clock(wall_ms.saturating_add(self.offset_ms));
        full.split('.').next().unwrap_or_default().to_owned()
    }
}

/// What a key is to people.
#[must_use]
pub fn key_title(key: &Key) -> String {
    if &*key.0 == CART {
        return "Cart".to_owned();
    }
    match notes::created_at(key) {
        Some(_) => "Note".to_owned(),
        None => key.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_local_and_the_device_is_you() {
        let who = Who { name: "Device 1".to_owned(), offset_ms: 3_600_000 };
        assert_eq!(who.time(82_799_999), "23:59:59");
        assert_eq!((who.author("Device 1"), who.author("Device 12")), ("you", "Device 12"));
    }

    #[test]
    fn keys_have_titles() {
        let titles = ["cart", "note-0000000000001-1", "note-", "x"].map(|key| key_title(&Key::from(key)));
        assert_eq!(titles, ["Cart", "Note", "note-", "x"]);
    }
}
