//! What a run leaves in files: its journal as JSON lines, and its diagrams.

use super::Problem;
use super::play::Played;
use crate::view::diagram::Diagram;
use crate::view::{sequence, spacetime, trace};
use clap::Args;
use std::path::{Path, PathBuf};

/// Which files are written.
#[derive(Args)]
pub(super) struct Files {
    /// Write the journal as JSON lines
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Write a space-time diagram
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write a sequence diagram for Mermaid
    #[arg(long, value_name = "FILE")]
    mermaid: Option<PathBuf>,
}

impl Files {
    /// Writes what was asked for. Of several runs the first has the names as given; others have their variant's id before
    /// the extension.
    pub(super) fn write(&self, played: &Played, is_first: bool) -> Result<(), Problem> {
        let place = |path: &Path| if is_first { path.to_owned() } else { beside(path, played.job.recipe.variant.as_deref()) };
        if let Some(path) = &self.trace {
            save(&place(path), &trace::trace(&played.session))?;
        }
        if self.svg.is_none() && self.mermaid.is_none() {
            return Ok(());
        }
        let diagram = Diagram::of(&played.session);
        let title = format!("{}, seed {}", played.job.name, played.session.seed());
        if let Some(path) = &self.svg {
            save(&place(path), &spacetime::svg(&title, &diagram))?;
        }
        if let Some(path) = &self.mermaid {
            save(&place(path), &sequence::mermaid(&title, &diagram))?;
        }
        Ok(())
    }
}

/// `run.svg` of the variant `fast`: `run.fast.svg`.
fn beside(path: &Path, variant: Option<&str>) -> PathBuf {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}.{}{extension}", variant.unwrap_or("run")))
}

fn save(path: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(path, text).map_err(|error| Problem(format!("{}: {error}", path.display())))
}
