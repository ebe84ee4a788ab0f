//! How far a person has come, and as the text in which a browser keeps it. That text may be anything: it is bounded,
//! read line by line, and refused as a whole where a line is not understood. What names no lesson, variant or step of this
//! build is left out, since another version may have written it.

use crate::limits;
use crate::scenarios::{self, Scenario};
use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "replicascope course 1";

/// What was done of the course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    lessons: BTreeMap<&'static str, Attended>,
    last: Option<&'static str>,
}

/// What was done of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attended {
    /// The variant that was seen last.
    pub variant: &'static str,
    /// The furthest step of it, from 1.
    pub step: usize,
    /// Whether the end of any variant was reached.
    pub is_done: bool,
    /// By variant and step, whether the first answer was right.
    answers: BTreeMap<(&'static str, usize), bool>,
}

/// Where a person is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// In which lesson.
    pub scenario: &'static str,
    /// In which variant of it.
    pub variant: &'static str,
    /// At which step, from 1.
    pub step: usize,
    /// Whether the last step is reached.
    pub is_last: bool,
    /// Whether the answer to this step's question, if one was given, is right.
    pub answer: Option<bool>,
}

/// The text is no progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line that is not understood, from 1; 0: the text is too long.
    pub line: usize,
}

impl Attended {
    /// How many first answers were right, and how many questions were answered.
    #[must_use]
    pub fn predictions(&self) -> (usize, usize) {
        (self.answers.values().filter(|is_right| **is_right).count(), self.answers.len())
    }
}

impl Progress {
    /// What was done of a lesson.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&Attended> {
        self.lessons.get(id)
    }

    /// The lesson that was seen last.
    #[must_use]
    pub const fn last(&self) -> Option<&'static str> {
        self.last
    }

    /// Whether nothing was begun.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lessons.is_empty()
    }

    /// How many first answers were right, and how many questions were answered.
    #[must_use]
    pub fn predictions(&self) -> (usize, usize) {
        let each = self.lessons.values().map(Attended::predictions);
        each.fold((0, 0), |(right, asked), (also_right, also_asked)| (right + also_right, asked + also_asked))
    }

    /// Notes that a person is here. Whether that is news.
    pub fn note(&mut self, place: &Place) -> bool {
        let before = (self.last, self.of(place.scenario).cloned());
        let new = || Attended { variant: place.variant, step: 1, is_done: false, answers: BTreeMap::new() };
        let attended = self.lessons.entry(place.scenario).or_insert_with(new);
        // Going back does not undo; another variant starts at its own beginning.
        attended.step = if attended.variant == place.variant { attended.step.max(place.step) } else { place.step };
        attended.variant = place.variant;
        attended.is_done |= place.is_last;
        if let Some(is_right) = place.answer {
            attended.answers.entry((place.variant, place.step)).or_insert(is_right);
        }
        self.last = Some(place.scenario);
        before != (self.last, self.of(place.scenario).cloned())
    }

    /// As a text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        // Writing to a text cannot fail.
        if let Some(last) = self.last {
            let _ = writeln!(text, "last {last}");
        }
        for (id, attended) in &self.lessons {
            let state = if attended.is_done { "done" } else { "begun" };
            let _ = writeln!(text, "at {id} {} {} {state}", attended.variant, attended.step);
            for ((variant, step), is_right) in &attended.answers {
                let _ = writeln!(text, "answer {id} {variant} {step} {}", if *is_right { "right" } else { "wrong" });
            }
        }
        text
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// When it is too long or a line of it is not understood.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > limits::MAX_PROGRESS_BYTES {
            return Err(Unreadable { line: 0 });
        }
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(Unreadable { line: 1 });
        }
        let mut progress = Self::default();
        for (line, number) in lines.zip(2..) {
            progress.read_line(line).ok_or(Unreadable { line: number })?;
        }
        Ok(progress)
    }

    /// `None`: not understood.
    fn read_line(&mut self, line: &str) -> Option<()> {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["last", id] => self.last = scenarios::find(id).map(|scenario| scenario.id),
            ["at", id, variant, step, state] => {
                let step = number(step)?;
                let is_done = either(state, "done", "begun")?;
                if let Some((scenario, variant, count)) = known(id, variant) {
                    let step = step.min(count);
                    self.lessons.insert(scenario.id, Attended { variant, step, is_done, answers: BTreeMap::new() });
                }
            }
            ["answer", id, variant, step, verdict] => {
                let step = number(step)?;
                let is_right = either(verdict, "right", "wrong")?;
                if let Some((scenario, variant, _)) = known(id, variant)
                    && (scenario.steps)(variant).get(step - 1).is_some_and(|step| step.prediction.is_some())
                    && let Some(attended) = self.lessons.get_mut(scenario.id)
                {
                    attended.answers.insert((variant, step), is_right);
                }
            }
            _ => return None,
        }
        Some(())
    }
}

/// A number of a step, from 1.
fn number(text: &str) -> Option<usize> {
    let is_plain = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number > 0)
}

fn either(text: &str, yes: &str, no: &str) -> Option<bool> {
    (text == yes || text == no).then_some(text == yes)
}

/// The lesson and the variant of these names, and how many steps that has.
fn known(id: &str, variant: &str) -> Option<(&'static Scenario, &'static str, usize)> {
    let scenario = scenarios::find(id)?;
    let variant = scenario.variant(variant)?.id;
    Some((scenario, variant, (scenario.steps)(variant).len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that can be noted, noted.
    fn everything() -> Progress {
        let mut progress = Progress::default();
        for scenario in scenarios::ALL {
            for variant in scenario.variants {
                let steps = (scenario.steps)(variant.id);
                for (index, step) in steps.iter().enumerate() {
                    let answer = step.prediction.map(|_| index % 2 == 0);
                    let is_last = index + 1 == steps.len();
                    progress.note(&Place { scenario: scenario.id, variant: variant.id, step: index + 1, is_last, answer });
                }
            }
        }
        progress
    }

    #[test]
    fn what_is_noted_comes_back_from_its_text_and_keeps_to_the_bound() {
        let progress = everything();
        assert!(progress.predictions().1 > 50 && progress.lessons.len() == scenarios::ALL.len());
        let text = progress.to_text();
        assert!(text.len() <= limits::MAX_PROGRESS_BYTES / 2, "{} bytes", text.len());
        assert_eq!(Progress::read(&text), Ok(progress));
        assert_eq!(Progress::read(&Progress::default().to_text()), Ok(Progress::default()));
    }

    #[test]
    fn the_first_answer_counts_and_going_back_does_not_undo() {
        let mut progress = Progress::default();
        let at = |step, answer| Place { scenario: "offline-leader", variant: "add-wins", step, is_last: false, answer };
        assert!(progress.note(&at(5, Some(false))));
        assert!(!progress.note(&at(5, Some(true))), "nothing new");
        assert!(!progress.note(&at(2, None)));
        let attended = progress.of("offline-leader").expect("begun");
        assert_eq!((attended.step, attended.is_done, attended.predictions()), (5, false, (0, 1)));
        assert!(progress.note(&Place { is_last: true, ..at(8, None) }));
        assert!(progress.of("offline-leader").is_some_and(|attended| attended.is_done));
        // Done stays done when another variant is begun.
        let other = scenarios::find("offline-leader").expect("there").variants[1].id;
        assert!(progress.note(&Place { variant: other, ..at(1, None) }));
        assert!(progress.of("offline-leader").is_some_and(|attended| attended.is_done && attended.step == 1));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        let refused = |body: &str| Progress::read(&format!("{HEAD}\n{body}")).err().map(|unreadable| unreadable.line);
        assert_eq!(Progress::read("").err(), Some(Unreadable { line: 1 }));
        assert_eq!(Progress::read("{\"__proto__\":{}}").err(), Some(Unreadable { line: 1 }));
        assert_eq!(Progress::read(&"x".repeat(limits::MAX_PROGRESS_BYTES + 1)).err(), Some(Unreadable { line: 0 }));
        for line in [
            "what",
            "last",
            "last a b",
            "at offline-leader add-wins 0 done",
            "at offline-leader add-wins -1 done",
            "at offline-leader add-wins +1 done",
            "at offline-leader add-wins 99999999999999999999 done",
            "at offline-leader add-wins 3 finished",
            "at offline-leader add-wins 3 done ",
            "answer offline-leader add-wins 5 maybe",
            "<img src=x onerror=alert(1)>",
            "",
        ] {
            assert_eq!(refused(&format!("last split-brain\n{line}\n")), Some(3), "{line:?}");
        }
    }

    #[test]
    fn what_another_version_knew_is_left_out() {
        let text = "last gone\nat gone plain 2 done\nat split-brain gone 2 done\nanswer split-brain fencing 1 right\n\
                    at offline-leader add-wins 9999 begun\nanswer offline-leader add-wins 1 right\nanswer offline-leader add-wins 9999 right\n";
        let progress = Progress::read(&format!("{HEAD}\n{text}")).expect("understood");
        assert_eq!((progress.last(), progress.lessons.len()), (None, 1));
        let attended = progress.of("offline-leader").expect("known");
        let count = scenarios::find("offline-leader").map_or(0, |one| (one.steps)("add-wins").len());
        assert_eq!((attended.step, attended.predictions()), (count, (0, 0)));
    }
}
