//! Light, dark, or as the system has it.

use super::hooks::{page, storage};

const STORED_AS: &str = "replicascope.theme";

/// The choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// What was chosen last time.
    pub(crate) fn stored() -> Self {
        match storage::read(STORED_AS).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// The one with this id.
    #[cfg(feature = "catalogue")]
    pub(crate) fn named(id: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.id() == id)
    }

    /// The next choice of the switch.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// Its id.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "as the system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Puts it on the page.
    pub(crate) fn apply(self) {
        if let Some(root) = page::root() {
            // A page without the attribute follows the system, so a failure here only loses the choice.
            drop(root.set_attribute("data-theme", self.id()));
        }
    }

    /// Remembers it, where the browser allows.
    pub(crate) fn store(self) {
        storage::write(STORED_AS, self.id());
    }
}
