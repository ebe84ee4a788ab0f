//! What a worker tells its page of a search.

use super::lines::{Fields, Lines, MessageError};
use super::{Found, Hunt, Outcome, Progress, Size, Tally};
use crate::limits;
use crate::recipe::Recipe;
use crate::replication::time::SimTime;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// It is there and takes an order.
    Ready,
    /// It looks for a seed.
    Searching {
        /// The one that is run.
        seed: u64,
        /// What was run so far.
        tally: Tally,
    },
    /// It leaves parts out.
    Shrinking {
        /// What is left.
        size: Size,
        /// What was run so far.
        tally: Tally,
    },
    /// A run violates the guarantee.
    Found(Box<Finding>),
    /// No run of these seeds does.
    NotFound(Tally),
    /// No more runs were allowed; this seed and those after it were not searched.
    Stopped(u64, Tally),
    /// No run of the first seed has anything that the guarantee is about.
    NothingToJudge,
    /// It cannot be searched, and why.
    Refused(String),
    /// It came to its end by a bug, and where.
    Broken(String),
}

/// A violation, with as few parts as could be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The smallest seed that has one.
    pub seed: u64,
    /// The guarantee's name for people.
    pub title: String,
    /// Whether the configuration promises it.
    pub promised: bool,
    /// What shows it.
    pub sentences: Vec<String>,
    /// How large the run was that was found.
    pub before: Size,
    /// How large it is now.
    pub after: Size,
    /// Whether no part can be left out alone.
    pub is_minimal: bool,
    /// The fingerprint of the run when it is judged.
    pub fingerprint: u64,
    /// When it is judged.
    pub ended_at: SimTime,
    /// What was run for it.
    pub tally: Tally,
    /// What replays it.
    pub recipe: Recipe,
}

impl Report {
    /// How a search stands.
    #[must_use]
    pub fn of(hunt: &Hunt) -> Self {
        let tally = hunt.tally();
        match (hunt.progress(), hunt.outcome()) {
            (_, Some(Outcome::Found(found))) => Self::Found(Box::new(Finding::of(found, tally))),
            (_, Some(Outcome::Stopped(seed))) => Self::Stopped(*seed, tally),
            (_, Some(Outcome::NothingToJudge)) => Self::NothingToJudge,
            (Progress::Searching { seed, .. }, _) => Self::Searching { seed, tally },
            (Progress::Shrinking { size, .. }, _) => Self::Shrinking { size, tally },
            (Progress::Done, _) => Self::NotFound(tally),
        }
    }

    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Ready => Lines::of("ready"),
            Self::Searching { seed, tally } => write_tally(Lines::of("searching").with("seed", seed), *tally),
            Self::Shrinking { size, tally } => write_tally(write_size(Lines::of("shrinking"), *size), *tally),
            Self::Found(finding) => finding.write(),
            Self::NotFound(tally) => write_tally(Lines::of("not-found"), *tally),
            Self::Stopped(seed, tally) => write_tally(Lines::of("stopped").with("seed", seed), *tally),
            Self::NothingToJudge => Lines::of("nothing-to-judge"),
            Self::Refused(reason) => Lines::of("refused").with("reason", reason),
            Self::Broken(place) => Lines::of("broken").with("place", place),
        }
        .into_text()
    }

    /// From text.
    ///
    /// # Errors
    /// The field that is not as it should be.
    pub fn from_text(text: &str) -> Result<Self, MessageError> {
        let mut fields = Fields::new(text)?;
        let report = match fields.kind {
            "ready" => Self::Ready,
            "searching" => Self::Searching { seed: fields.number("seed", u64::MAX)?, tally: read_tally(&mut fields)? },
            "shrinking" => Self::Shrinking { size: read_size(&mut fields)?, tally: read_tally(&mut fields)? },
            "found" => Self::Found(Box::new(Finding::read(&mut fields)?)),
            "not-found" => Self::NotFound(read_tally(&mut fields)?),
            "stopped" => Self::Stopped(fields.number("seed", u64::MAX)?, read_tally(&mut fields)?),
            "nothing-to-judge" => Self::NothingToJudge,
            "refused" => Self::Refused(fields.sentence("reason")?),
            "broken" => Self::Broken(fields.sentence("place")?),
            _ => return Err(MessageError::new("message", "is of no known kind")),
        };
        fields.end()?;
        Ok(report)
    }
}

impl Finding {
    fn of(found: &Found, tally: Tally) -> Self {
        let sentences = found.verdict.witness.iter().take(limits::MAX_SEARCH_SENTENCES).map(|witness| witness.sentence.clone());
        Self {
            seed: found.seed,
            title: found.verdict.title.to_owned(),
            promised: found.verdict.promised,
            sentences: sentences.collect(),
            before: found.before,
            after: found.after,
            is_minimal: found.is_minimal,
            fingerprint: found.fingerprint,
            ended_at: found.ended_at,
            tally,
            recipe: found.recipe.clone(),
        }
    }

    fn write(&self) -> Lines {
        let lines = Lines::of("found").with("seed", self.seed).with("title", &self.title).with("promised", u8::from(self.promised));
        let lines = self.sentences.iter().fold(lines.with("sentences", self.sentences.len()), |lines, one| lines.with("sentence", one));
        let lines = write_size(write_size(lines, self.before), self.after).with("is_minimal", u8::from(self.is_minimal));
        let lines = lines.with("fingerprint", self.fingerprint).with("ended_at_ns", self.ended_at.0);
        write_tally(lines, self.tally).with("recipe", self.recipe.to_json())
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, MessageError> {
        let (seed, title, promised) = (fields.number("seed", u64::MAX)?, fields.sentence("title")?, fields.flag("promised")?);
        let count = fields.number("sentences", limits::MAX_SEARCH_SENTENCES as u64)?;
        let sentences = (0..count).map(|_| fields.sentence("sentence")).collect::<Result<_, _>>()?;
        let (before, after) = (read_size(fields)?, read_size(fields)?);
        Ok(Self {
            seed,
            title,
            promised,
            sentences,
            before,
            after,
            is_minimal: fields.flag("is_minimal")?,
            fingerprint: fields.number("fingerprint", u64::MAX)?,
            ended_at: SimTime(fields.number("ended_at_ns", limits::MAX_RUN_NS)?),
            tally: read_tally(fields)?,
            recipe: Recipe::from_json(&fields.text("recipe")?).map_err(|error| MessageError::new("recipe", error.to_string()))?,
        })
    }
}

fn write_tally(lines: Lines, tally: Tally) -> Lines {
    lines.with("searched", tally.searched).with("undecided", tally.undecided).with("shrunk", tally.shrunk)
}

fn read_tally(fields: &mut Fields<'_>) -> Result<Tally, MessageError> {
    let mut count = |name| fields.number(name, limits::MAX_HUNT_RUNS);
    Ok(Tally { searched: count("searched")?, undecided: count("undecided")?, shrunk: count("shrunk")? })
}

fn write_size(lines: Lines, size: Size) -> Lines {
    let Size { sites, nodes, clients, operations, faults } = size;
    lines.with("sites", sites).with("nodes", nodes).with("clients", clients).with("operations", operations).with("faults", faults)
}

fn read_size(fields: &mut Fields<'_>) -> Result<Size, MessageError> {
    let mut count = |name, most: usize| fields.number(name, most as u64).map(|number| number as usize);
    Ok(Size {
        sites: count("sites", limits::MAX_SITES)?,
        nodes: count("nodes", limits::MAX_NODES)?,
        clients: count("clients", limits::MAX_SESSIONS)?,
        operations: count("operations", limits::MAX_HISTORY_OPERATIONS)?,
        faults: count("faults", limits::MAX_COMMANDS)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::Target;
    use crate::scenarios;

    /// Every kind of message, as a real search tells it.
    fn reports() -> Vec<Report> {
        let scenario = scenarios::find("failover-lost-writes").expect("a scenario");
        let mut hunt = Hunt::new(Target::scenario(scenario, None), "no-lost-writes", 0..60).expect("a search");
        let mut reports = vec![Report::Ready, Report::of(&hunt)];
        while !matches!(hunt.step(), Progress::Shrinking { .. }) {}
        reports.push(Report::of(&hunt));
        hunt.run();
        reports.push(Report::of(&hunt));
        let tally = Tally { searched: 7, undecided: 2, shrunk: 0 };
        reports.extend([Report::NotFound(tally), Report::Stopped(u64::MAX, tally), Report::NothingToJudge]);
        reports.extend([Report::Refused("a\nb".to_owned()), Report::Broken("src/x.rs:1".to_owned())]);
        reports
    }

    #[test]
    fn every_report_comes_back() {
        let reports = reports();
        let kinds: std::collections::BTreeSet<_> =
            reports.iter().map(|report| report.to_text().split('\n').next().map(str::to_owned)).collect();
        assert_eq!(kinds.len(), 9);
        for report in reports {
            assert_eq!(Report::from_text(&report.to_text()), Ok(report));
        }
    }

    #[test]
    fn what_is_cut_short_or_goes_on_is_refused() {
        for text in reports().iter().map(Report::to_text) {
            assert!(Report::from_text(&format!("{text}\nmore 1")).is_err());
            let lines: Vec<&str> = text.split('\n').collect();
            for count in 1..lines.len() {
                assert!(Report::from_text(&lines[..count].join("\n")).is_err(), "{count} lines of {}", lines[0]);
            }
        }
        assert!(Report::from_text("hello").is_err());
    }

    #[test]
    fn a_finding_that_cannot_be_run_is_refused() {
        let found = reports().into_iter().find(|report| matches!(report, Report::Found(_))).expect("a finding").to_text();
        let refusal = |from: &str, to: &str| Report::from_text(&found.replacen(from, to, 1)).expect_err("wrong").field;
        assert_eq!(refusal("\"version\": 1", "\"version\": 2"), "recipe");
        assert_eq!(refusal("\nnodes ", "\nnodes 9"), "nodes");
        assert_eq!(refusal("\nsentences 1", "\nsentences 9"), "sentences");
    }
}
