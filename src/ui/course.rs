//! The course on the page: what the browser keeps of a person's way through it. Every use of the store may fail; then this
//! page remembers as long as it is open. What stands there is not trusted: see `view::course::Progress::read`.

use super::components::CourseShown;
use super::hooks::storage;
use crate::view::course::{Outline, Place, Progress};

const KEY: &str = "replicascope-course";

/// Wishes about the course.
#[derive(Clone)]
pub enum CourseMsg {
    /// Open this lesson: where it was left, or at its start.
    Open(&'static str),
    /// The same lesson and seed in another variant, from its start.
    Variant(&'static str),
    /// Ask whether to forget everything.
    AskReset(bool),
    /// Forget everything.
    Reset,
}

/// What this page knows of the course.
#[derive(Default)]
pub(crate) struct Course {
    /// As last read or written: all there is where nothing can be stored.
    progress: Progress,
    /// Where the person was noted last.
    noted: Option<Place>,
    /// What stood in the store was no progress.
    is_refused: bool,
    is_reset_asked: bool,
}

impl Course {
    /// How far the person is, by what the browser keeps: another tab may have gone on.
    pub(crate) fn read(&mut self) -> &Progress {
        if let Some(text) = storage::read(KEY) {
            match Progress::read(&text) {
                Ok(progress) => (self.progress, self.is_refused) = (progress, false),
                Err(_) => self.is_refused = true,
            }
        }
        &self.progress
    }

    /// Notes where the person is, if that is news.
    pub(crate) fn note(&mut self, place: Place) {
        if self.noted.as_ref() == Some(&place) {
            return;
        }
        self.read();
        if self.progress.note(&place) {
            storage::write(KEY, &self.progress.to_text());
        }
        self.noted = Some(place);
    }

    /// Forgets everything, also what was not understood.
    pub(crate) fn reset(&mut self) {
        // Where the person stands now is forgotten as well, until the next step.
        *self = Self { noted: self.noted.take(), ..Self::default() };
        storage::write(KEY, &self.progress.to_text());
    }

    /// The dialog is about to be opened.
    pub(crate) fn open(&mut self) {
        self.is_reset_asked = false;
        self.read();
    }

    /// Whether resetting is being asked about.
    pub(crate) const fn ask_reset(&mut self, is_asked: bool) {
        self.is_reset_asked = is_asked;
    }

    /// What the dialog shows; `here`: the lesson that is open.
    pub(crate) fn shown(&self, here: Option<&'static str>) -> CourseShown {
        CourseShown { outline: Outline::of(&self.progress), here, is_refused: self.is_refused, is_reset_asked: self.is_reset_asked }
    }
}
