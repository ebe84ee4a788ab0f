//! The table of contents: every scenario of the course with its words, also where the scenario itself is not built in,
//! so that the small first page can offer all of them.

use super::Family;
pub use super::INDEX;

/// Whether this build holds the whole catalogue; the other one knows the opening scene alone.
pub const IS_WHOLE: bool = cfg!(feature = "catalogue");

/// The scenario that the page opens with.
pub const OPENING: &str = "offline-leader";
/// The variant of it that a newcomer sees: it loses a write.
pub const OPENING_VARIANT: &str = "last-write";

/// A scenario as lists show it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in recipes and addresses.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub summary: &'static str,
    /// Where it stands in the course.
    pub family: Family,
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::scenarios::ALL;

    #[test]
    fn this_build_holds_them_all() {
        assert!(INDEX.iter().map(|entry| entry.id).eq(ALL.iter().map(|scenario| scenario.id)));
    }

    #[test]
    fn families_stand_together_in_the_order_of_the_course() {
        assert!(INDEX.is_sorted_by_key(|entry| entry.family));
        for (index, entry) in INDEX.iter().enumerate() {
            assert!(entry.summary.ends_with('.') && !entry.title.is_empty(), "{}", entry.id);
            assert!(INDEX[..index].iter().all(|other| other.id != entry.id), "{} twice", entry.id);
        }
    }
}
