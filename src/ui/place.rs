//! The places of the page: what its address opens besides the stage.

#[cfg(feature = "catalogue")]
use super::hooks::page;

/// A place that the header leads to. The offline lab is another program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The course, which opens over whatever place it is.
    Learn,
    /// The stage.
    #[default]
    Play,
    /// Searching for anomalies.
    Measure,
    /// Comparing, a part of it.
    Compare,
}

impl Place {
    /// Its name.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Learn => "Learn",
            Self::Play => "Play",
            Self::Measure => "Measure",
            Self::Compare => "Compare",
        }
    }

    /// Where it is.
    pub(crate) const fn address(self) -> &'static str {
        match self {
            Self::Learn => "?view=learn",
            Self::Play => "./",
            Self::Measure => "?view=measure",
            Self::Compare => "?view=compare",
        }
    }
}

#[cfg(feature = "catalogue")]
impl Place {
    /// The one that the address of the page names.
    pub(crate) fn of_address() -> Self {
        match page::query("view").as_deref() {
            Some("measure") => Self::Measure,
            Some("compare") => Self::Compare,
            _ => Self::Play,
        }
    }
}
