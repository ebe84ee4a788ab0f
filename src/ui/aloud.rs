//! How much of what happens is said to those who hear the page; the browser remembers it.

use super::hooks::storage;

const STORED_AS: &str = "replicascope.aloud";

/// The choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aloud {
    /// Nothing.
    Nothing,
    /// What a person does, conflicts, new leaders, what is lost.
    #[default]
    Important,
    /// Every message and answer too.
    Everything,
}

impl Aloud {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Nothing, Self::Important, Self::Everything];

    /// What was chosen last time.
    pub(crate) fn stored() -> Self {
        storage::read(STORED_AS).map_or_else(Self::default, |id| Self::named(&id))
    }

    /// Remembers it, where the browser allows.
    pub(crate) fn store(self) {
        storage::write(STORED_AS, self.id());
    }

    /// The one with this id.
    pub(crate) fn named(id: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.id() == id).unwrap_or_default()
    }

    /// Its id.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Nothing => "off",
            Self::Important => "important",
            Self::Everything => "everything",
        }
    }

    /// Its name.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Important => "what is important",
            Self::Everything => "everything that happens",
        }
    }
}
