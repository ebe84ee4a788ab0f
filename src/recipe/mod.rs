//! A recipe rebuilds a run: setup, seed and commands. It is the share link, the bug report and the file.
//!
//! Whatever arrives here may be damaged or made up: sizes are bounded before anything is decoded, and
//! [`Recipe::check`] refuses what cannot be run, with the path of the field. Knows no engine and no screen.

mod link;

use crate::limits;
use crate::replication::time::SimTime;
use crate::simulation::command::Command;
use crate::simulation::registry;
use crate::simulation::setup::{Setup, SetupError, check_name, within};
use serde::{Deserialize, Serialize};

/// The version of the format that is read and written.
pub const VERSION: u32 = 1;

/// Everything that a run is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// [`VERSION`].
    pub version: u32,
    /// Id of the scenario that it came from. The setup stands here all the same.
    pub scenario: Option<String>,
    /// Id of the scenario's variant.
    pub variant: Option<String>,
    /// What the run starts from.
    pub setup: Setup,
    /// The seed of every random stream; in JSON a decimal string, since a JSON number cannot hold 64 bits everywhere.
    #[serde(with = "seed")]
    pub seed: u64,
    /// What was done to the run, in order.
    #[serde(default)]
    pub commands: Vec<TimedCommand>,
    /// Where a page opens it.
    pub open: Option<Open>,
}

/// A command and the place between two events where it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimedCommand {
    /// When.
    pub at_ns: SimTime,
    /// After how many events of the run. Decides only among events at exactly that time.
    pub event: u64,
    /// What.
    pub command: Command,
}

/// Where a page opens a recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The playback position.
    pub at_ns: SimTime,
    /// The view of the page.
    pub view: Option<String>,
    /// The step of the lesson.
    pub step: Option<u32>,
}

/// What is wrong with a recipe, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// Refused before decoding.
    #[error("the {what} has {length} {unit}; at most {most} are read")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Counted in what.
        unit: &'static str,
        /// How many.
        length: usize,
        /// How many are allowed.
        most: usize,
    },
    /// Not the JSON of a recipe.
    #[error("line {line}, column {column}: {problem}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// Not a link, or one that was damaged on its way.
    #[error("the link cannot be read: {0}")]
    Link(&'static str),
    /// A format that this build does not know.
    #[error("version: this is version {found}; only version {VERSION} is understood")]
    Version {
        /// The one found.
        found: String,
    },
    /// Well-formed, but cannot be run.
    #[error(transparent)]
    Invalid(#[from] SetupError),
}

impl Recipe {
    /// The recipe of a run that nobody touched.
    #[must_use]
    pub const fn new(setup: Setup, seed: u64) -> Self {
        Self { version: VERSION, scenario: None, variant: None, setup, seed, commands: Vec::new(), open: None }
    }

    /// Reads JSON or a link, told apart by the first character.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        if text.trim_start().starts_with('{') { Self::from_json(text) } else { Self::from_link(text) }
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// What is wrong, with line and column or with the path of the field.
    pub fn from_json(text: &str) -> Result<Self, RecipeError> {
        if text.len() > limits::MAX_RECIPE_BYTES {
            return Err(RecipeError::TooLong { what: "recipe", unit: "bytes", length: text.len(), most: limits::MAX_RECIPE_BYTES });
        }
        check_json_version(text)?;
        let recipe: Self = serde_json::from_str(text).map_err(|error| RecipeError::from_json_error(&error))?;
        recipe.check()?;
        Ok(recipe)
    }

    /// The recipe as JSON for people.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a recipe has only text keys and finite numbers")
    }

    /// Reads the fragment of a share link, or the fragment of a whole URL.
    ///
    /// # Errors
    /// What is wrong with the link or with the recipe in it.
    pub fn from_link(text: &str) -> Result<Self, RecipeError> {
        let recipe = link::decode(text)?;
        recipe.check()?;
        Ok(recipe)
    }

    /// The fragment of a share link: `#v1.…`.
    ///
    /// # Errors
    /// The recipe is too long for a link, or cannot be run.
    pub fn to_link(&self) -> Result<String, RecipeError> {
        self.check()?;
        link::encode(self)
    }

    /// Refuses what cannot be run.
    ///
    /// # Errors
    /// The first field that is out of range, with its path.
    pub fn check(&self) -> Result<(), RecipeError> {
        if self.version != VERSION {
            return Err(RecipeError::Version { found: self.version.to_string() });
        }
        for (field, name) in [("scenario", &self.scenario), ("variant", &self.variant)] {
            check_optional_name(field, name.as_deref())?;
        }
        self.setup.check().map_err(|error| below("setup", &error))?;
        if registry::find(&self.setup.strategy).is_none() {
            return Err(SetupError::new("setup.strategy", "no strategy has this name").into());
        }
        self.check_commands()?;
        self.check_open()
    }

    fn check_commands(&self) -> Result<(), RecipeError> {
        within("commands", self.commands.len(), 0, limits::MAX_COMMANDS)?;
        let mut before = (SimTime::ZERO, 0);
        for (index, timed) in self.commands.iter().enumerate() {
            let field = format!("commands[{index}]");
            check_time(&format!("{field}.at_ns"), timed.at_ns)?;
            let place = (timed.at_ns, timed.event);
            if place < before {
                return Err(SetupError::new(field, "stands before the command ahead of it").into());
            }
            before = place;
            timed.command.check(&self.setup).map_err(|error| below(&field, &error))?;
        }
        Ok(())
    }

    fn check_open(&self) -> Result<(), RecipeError> {
        let Some(open) = &self.open else { return Ok(()) };
        check_time("open.at_ns", open.at_ns)?;
        check_optional_name("open.view", open.view.as_deref())
    }
}

impl RecipeError {
    fn from_json_error(error: &serde_json::Error) -> Self {
        let whole = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = whole.strip_suffix(&place).unwrap_or(&whole).to_owned();
        Self::Json { line: error.line(), column: error.column(), problem }
    }
}

/// A recipe of another version may have other fields: its version is told first.
fn check_json_version(text: &str) -> Result<(), RecipeError> {
    #[derive(Deserialize)]
    struct Probe {
        version: serde_json::Number,
    }
    match serde_json::from_str::<Probe>(text) {
        Ok(probe) if probe.version.as_u64() != Some(u64::from(VERSION)) => Err(RecipeError::Version { found: probe.version.to_string() }),
        // What else is wrong is told by the whole reader.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn check_time(field: &str, time: SimTime) -> Result<(), RecipeError> {
    if time.0 <= limits::MAX_RUN_NS {
        return Ok(());
    }
    Err(SetupError::new(field, format!("at most {} ns", limits::MAX_RUN_NS)).into())
}

fn check_optional_name(field: &str, name: Option<&str>) -> Result<(), RecipeError> {
    name.map_or(Ok(()), |name| check_name(field, name)).map_err(RecipeError::Invalid)
}

fn below(field: &str, error: &SetupError) -> RecipeError {
    SetupError::new(format!("{field}.{}", error.field), error.problem.clone()).into()
}

/// A seed is text where people read it, and a number in links.
mod seed {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(seed: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(seed) } else { seed.serialize(serializer) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        if !deserializer.is_human_readable() {
            return u64::deserialize(deserializer);
        }
        let text = String::deserialize(deserializer)?;
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if is_plain { text.parse().ok() } else { None };
        number.ok_or_else(|| D::Error::custom("seed: a decimal number from 0 to 18446744073709551615, in quotes"))
    }
}
