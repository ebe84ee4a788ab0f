//! The course: all lessons in the catalogue's order, how far a person has come, and which is next. Pure; knows no store.

mod pairs;
mod progress;
mod to_try;

pub use pairs::{Pair, pair};
pub use progress::{Attended, Place, Progress, Unreadable};
pub use to_try::to_try;

use crate::scenarios::index::{Entry, INDEX};
use crate::scenarios::{self, Family, Scenario};

/// The course as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its groups, in order.
    pub groups: Vec<Group>,
    /// "3 of 35 lessons done", and how predictions went.
    pub told: String,
    /// Whether anything was begun.
    pub is_begun: bool,
    /// Where to go on; `None`: everything is done.
    pub onwards: Option<Onwards>,
}

/// The lessons of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The family's name.
    pub title: &'static str,
    /// How many of its lessons are done, in words.
    pub told: String,
    /// Its lessons.
    pub lessons: Vec<Line>,
}

/// A lesson in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its words.
    pub entry: &'static Entry,
    /// Its place in the whole course, from 1.
    pub number: usize,
    /// How far it is.
    pub state: State,
    /// "Done", "Step 3 of 9", and how predictions went.
    pub told: String,
}

/// How far a lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not begun.
    New,
    /// Begun.
    Begun,
    /// Gone through to the end, in one of its variants at least.
    Done,
}

impl State {
    /// Its name in the page.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Begun => "begun",
            Self::Done => "done",
        }
    }
}

/// Where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onwards {
    /// The lesson.
    pub entry: &'static Entry,
    /// What is said of it: "Split brain, from step 4 of 9".
    pub told: String,
}

impl Outline {
    /// The course with this progress.
    #[must_use]
    pub fn of(progress: &Progress) -> Self {
        let lines: Vec<Line> = INDEX.iter().enumerate().map(|(index, entry)| line(index, entry, progress)).collect();
        let groups = Family::ALL.into_iter().map(|family| group(family, &lines)).collect();
        let lessons = done_of(&lines);
        let told = match progress.predictions() {
            (_, 0) => format!("{lessons} lessons done."),
            (right, asked) => format!("{lessons} lessons done; {right} of {asked} predictions right."),
        };
        Self { groups, told, is_begun: !progress.is_empty(), onwards: onwards(progress) }
    }
}

fn done_of(lines: &[Line]) -> String {
    let done = lines.iter().filter(|line| line.state == State::Done).count();
    format!("{done} of {}", lines.len())
}

fn group(family: Family, lines: &[Line]) -> Group {
    let lessons: Vec<Line> = lines.iter().filter(|line| line.entry.family == family).cloned().collect();
    Group { title: family.title(), told: format!("{} done", done_of(&lessons)), lessons }
}

fn line(index: usize, entry: &'static Entry, progress: &Progress) -> Line {
    let attended = progress.of(entry.id);
    let state = match attended {
        None => State::New,
        Some(attended) if attended.is_done => State::Done,
        Some(_) => State::Begun,
    };
    let told = match attended {
        None => "Not begun".to_owned(),
        Some(attended) => {
            let reached =
                if attended.is_done { "Done".to_owned() } else { format!("Step {} of {}", attended.step, steps(entry.id, attended)) };
            match attended.predictions() {
                (_, 0) => reached,
                (right, asked) => format!("{reached}, {right} of {asked} predictions right"),
            }
        }
    };
    Line { entry, number: index + 1, state, told }
}

/// How many steps the variant has that was seen last.
fn steps(id: &str, attended: &Attended) -> usize {
    scenarios::find(id).map_or(0, |scenario| (scenario.steps)(attended.variant).len())
}

/// The lesson after this one in the course; `None` after the last.
#[must_use]
pub fn after(id: &str) -> Option<&'static Entry> {
    let index = INDEX.iter().position(|entry| entry.id == id)?;
    INDEX.get(index + 1)
}

/// Where a person comes back to: the lesson where they were, if it is not done; else the first one after it that is not,
/// and after the last the first of all that is not.
fn onwards(progress: &Progress) -> Option<Onwards> {
    let is_open = |entry: &&Entry| progress.of(entry.id).is_none_or(|attended| !attended.is_done);
    let last = progress.last().and_then(|id| INDEX.iter().position(|entry| entry.id == id)).unwrap_or(0);
    let entry = INDEX[last..].iter().chain(&INDEX[..last]).find(is_open)?;
    let told = match progress.of(entry.id) {
        Some(attended) if attended.step > 1 => {
            format!("{}, from step {} of {}", entry.title, attended.step, steps(entry.id, attended))
        }
        _ => entry.title.to_owned(),
    };
    Some(Onwards { entry, told })
}

/// Where a lesson is taken up again: the variant and the step (from 1), unless it was left at its beginning or is done.
#[must_use]
pub fn left_at(scenario: &Scenario, progress: &Progress) -> Option<(&'static str, usize)> {
    let attended = progress.of(scenario.id).filter(|attended| !attended.is_done)?;
    Some((attended.variant, attended.step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: &str, step: usize) -> Place {
        let scenario = scenarios::find(id).expect("a scenario");
        Place { scenario: scenario.id, variant: scenario.variants[0].id, step, is_last: false, answer: None }
    }

    #[test]
    fn every_lesson_stands_once_in_the_order_of_the_catalogue_with_something_to_try() {
        let outline = Outline::of(&Progress::default());
        let shown: Vec<_> = outline.groups.iter().flat_map(|group| &group.lessons).map(|line| (line.entry.id, line.number)).collect();
        let expected: Vec<_> = INDEX.iter().zip(1..).map(|(entry, number)| (entry.id, number)).collect();
        assert_eq!(shown, expected);
        for entry in INDEX {
            assert!(to_try(entry.id).is_some_and(|text| text.ends_with(['.', '?'])), "nothing to try after {}", entry.id);
            assert!(scenarios::find(entry.id).is_some_and(|one| one.variants.iter().all(|variant| !(one.steps)(variant.id).is_empty())));
        }
    }

    #[test]
    fn one_comes_back_to_where_one_was_and_then_to_what_is_not_done() {
        let mut progress = Progress::default();
        let onwards = |progress: &Progress| Outline::of(progress).onwards.map(|onwards| (onwards.entry.id, onwards.told));
        assert_eq!(onwards(&progress), Some((INDEX[0].id, INDEX[0].title.to_owned())));
        progress.note(&place("split-brain", 4));
        let count = scenarios::find("split-brain").map_or(0, |one| (one.steps)(one.variants[0].id).len());
        assert_eq!(onwards(&progress), Some(("split-brain", format!("Split brain, from step 4 of {count}"))));
        progress.note(&Place { is_last: true, ..place("split-brain", count) });
        assert_eq!(onwards(&progress).map(|(id, _)| id), Some("add-follower-stop"));
        for entry in INDEX {
            progress.note(&Place { is_last: true, ..place(entry.id, 1) });
        }
        assert_eq!(onwards(&progress), None);
        assert_eq!(Outline::of(&progress).told, "35 of 35 lessons done.");
    }

    #[test]
    fn each_lesson_but_the_last_has_a_next_one() {
        assert_eq!(after("single-leader-sync").map(|entry| entry.id), Some("single-leader-async"));
        assert_eq!(after(INDEX[INDEX.len() - 1].id), None);
        assert_eq!(after("no-such-lesson"), None);
    }
}
