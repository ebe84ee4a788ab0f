//! A recipe rebuilds a run: setup, seed and commands. It is the share link, the bug report and the file.
//!
//! Whatever arrives here may be damaged or made up: sizes are bounded before anything is decoded, and
//! [`Recipe::check`] refuses what cannot be run, with the path of the field. Knows no engine and no screen.

mod bytes;
#[cfg(any(test, feature = "js"))]
mod command;
mod format;
mod json_reader;
mod json_text;
mod json_writer;
mod link;
mod shapes;

#[cfg(feature = "catalogue")]
pub(crate) use self::json_writer::json_quoted;

use self::format::Problem;
use crate::limits;
use crate::replication::time::SimTime;
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::command::Command;
use crate::simulation::registry;
use crate::simulation::setup::{Setup, SetupError, check_name, within};

/// The version of the format that is read and written.
pub const VERSION: u32 = 1;

/// Everything that a run is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub seed: u64,
    /// What was done to the run, in order.
    pub commands: Vec<TimedCommand>,
    /// All futures of the run that were kept; empty when there is only the one of `commands`.
    pub branches: Vec<Future>,
    /// Other setups that the same seed and commands are run under, to be seen beside it.
    pub compare: Vec<Compared>,
    /// Where a page opens it.
    pub open: Option<Open>,
}

/// A setup to be run beside the recipe's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Id of the scenario's variant that it came from: several may have one setup, and differ in their steps.
    pub variant: Option<String>,
    /// What the run starts from.
    pub setup: Setup,
}

/// One of several futures of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Future {
    /// Its name.
    pub name: String,
    /// The place in the list of the one that it left, which stands before it.
    pub parent: Option<u32>,
    /// When it left that one.
    pub from_ns: SimTime,
    /// How far it was played.
    pub until_ns: SimTime,
    /// What was done in it, from the start of the run; nothing for the one whose commands are the recipe's own.
    pub commands: Option<Vec<TimedCommand>>,
}

/// A command and the place between two events where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedCommand {
    /// When.
    pub at_ns: SimTime,
    /// After how many events of the run. Decides only among events at exactly that time.
    pub event: u64,
    /// What.
    pub command: Command,
}

/// Sorts commands by time; of those given at one time each keeps its place.
#[cfg(feature = "catalogue")]
pub(crate) fn in_order_of_time(commands: &mut [TimedCommand]) {
    commands.sort_by_key(|timed| timed.at_ns);
}

/// Where a page opens a recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
        Self {
            version: VERSION,
            scenario: None,
            variant: None,
            setup,
            seed,
            commands: Vec::new(),
            branches: Vec::new(),
            compare: Vec::new(),
            open: None,
        }
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
        let root = json_text::parse(text)?;
        // A recipe of another version may have other fields: its version is told first.
        let version = json_reader::number_in(&root, "version");
        if let Some(other) = version.filter(|version| *version != VERSION.to_string()) {
            return Err(RecipeError::Version { found: other.to_owned() });
        }
        let recipe: Self = json_reader::read(&root)?;
        recipe.check()?;
        Ok(recipe)
    }

    /// The recipe as JSON for people.
    #[must_use]
    pub fn to_json(&self) -> String {
        json_writer::write(self)
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

    /// The link with all branches, or, where that is too long, with the open one alone; and whether any is left out.
    ///
    /// # Errors
    /// The recipe is too long for a link even so, or cannot be run.
    pub fn to_link_within_bounds(&self) -> Result<(String, bool), RecipeError> {
        match self.to_link() {
            Err(RecipeError::TooLong { .. }) if !self.branches.is_empty() => {
                let alone = Self { branches: Vec::new(), ..self.clone() };
                alone.to_link().map(|link| (link, true))
            }
            link => link.map(|link| (link, false)),
        }
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
        check_setup("setup", &self.setup)?;
        self.check_commands("commands", &self.commands)?;
        if IS_WHOLE {
            self.check_branches()?;
            self.check_compare()?;
        }
        self.check_open()
    }

    fn check_compare(&self) -> Result<(), RecipeError> {
        within("compare", self.compare.len(), 0, limits::MAX_COMPARED - 1)?;
        for (index, Compared { variant, setup }) in self.compare.iter().enumerate() {
            let field = format!("compare[{index}]");
            check_optional_name(&format!("{field}.variant"), variant.as_deref())?;
            check_setup(&format!("{field}.setup"), setup)?;
            for timed in &self.commands {
                timed.command.check(setup).map_err(|error| below(&format!("{field}.setup has no place for a command"), &error))?;
            }
        }
        Ok(())
    }

    fn check_commands(&self, list: &str, commands: &[TimedCommand]) -> Result<(), RecipeError> {
        within(list, commands.len(), 0, limits::MAX_COMMANDS)?;
        let mut before = (SimTime::ZERO, 0);
        for (index, timed) in commands.iter().enumerate() {
            let field = format!("{list}[{index}]");
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

    fn check_branches(&self) -> Result<(), RecipeError> {
        within("branches", self.branches.len(), 0, limits::MAX_BRANCHES)?;
        for (index, branch) in self.branches.iter().enumerate() {
            let field = format!("branches[{index}]");
            check_name(&format!("{field}.name"), &branch.name)?;
            check_time(&format!("{field}.from_ns"), branch.from_ns)?;
            check_time(&format!("{field}.until_ns"), branch.until_ns)?;
            if branch.parent.is_some_and(|parent| parent as usize >= index) {
                return Err(SetupError::new(format!("{field}.parent"), "stands before it in the list").into());
            }
            self.check_commands(&format!("{field}.commands"), branch.commands.as_deref().unwrap_or_default())?;
        }
        let own_count = self.branches.iter().filter(|branch| branch.commands.is_none()).count();
        if !self.branches.is_empty() && own_count != 1 {
            let problem = format!("{own_count} have the recipe's own commands; it must be one");
            return Err(SetupError::new("branches", problem).into());
        }
        Ok(())
    }

    fn check_open(&self) -> Result<(), RecipeError> {
        let Some(open) = &self.open else { return Ok(()) };
        check_time("open.at_ns", open.at_ns)?;
        check_optional_name("open.view", open.view.as_deref())
    }
}

impl Compared {
    /// The recipe's own.
    #[must_use]
    pub fn first_of(recipe: &Recipe) -> Self {
        Self { variant: recipe.variant.clone(), setup: recipe.setup.clone() }
    }
}

impl From<Problem> for RecipeError {
    fn from(problem: Problem) -> Self {
        let ((line, column), problem) = problem.into_parts();
        Self::Json { line, column, problem }
    }
}

fn check_setup(field: &str, setup: &Setup) -> Result<(), RecipeError> {
    setup.check().map_err(|error| below(field, &error))?;
    match registry::find(&setup.strategy) {
        Some(_) => Ok(()),
        None => Err(SetupError::new(format!("{field}.strategy"), "no strategy has this name").into()),
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
