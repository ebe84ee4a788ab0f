//! Judging histories: what clients saw goes in, from a file or from a run, and a verdict with its witness comes out.
//!
//! Pure: knows no engine, no screen, no clock. A caller's *budget* is asked now and then whether to go on; when it says no,
//! the verdict is undecided. What each guarantee means for a history without versions stands in [`sessions`]'s files,
//! `consistent_prefix` and `no_lost_writes`.

mod consistent_prefix;
mod fields;
mod format;
pub mod linearizable;
mod model;
mod no_lost_writes;
mod read;
pub mod sessions;
mod texts;
mod value;

pub use fields::Refused;
pub use format::{Action, Function, History, KeyId, Moment, Operation, Outcome, SessionId};
pub use model::Model;
pub use read::read;
pub use value::Value;

/// Asked now and then whether to go on.
pub type Budget<'a> = dyn FnMut() -> bool + 'a;

/// A guarantee that histories are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarantee {
    /// Some order of the operations respects real time and the model.
    Linearizable,
    /// A session sees its own acknowledged writes.
    ReadYourWrites,
    /// A session's reads of a key never go backwards.
    MonotonicReads,
    /// A session's writes are ordered and seen as issued.
    MonotonicWrites,
    /// A write comes after what its session had read, and is seen with it.
    WritesFollowReads,
    /// A multi-key read is a state of the write sequence.
    ConsistentPrefix,
    /// An acknowledged write is visible, or overwritten by a later one.
    NoLostWrites,
}

impl Guarantee {
    /// All, with their ids.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Linearizable, "linearizable"),
        (Self::ReadYourWrites, "read-your-writes"),
        (Self::MonotonicReads, "monotonic-reads"),
        (Self::MonotonicWrites, "monotonic-writes"),
        (Self::WritesFollowReads, "writes-follow-reads"),
        (Self::ConsistentPrefix, "consistent-prefix"),
        (Self::NoLostWrites, "no-lost-writes"),
    ];

    /// Its id.
    #[must_use]
    pub fn id(self) -> &'static str {
        Self::ALL.iter().find(|(guarantee, _)| *guarantee == self).map_or("", |(_, id)| id)
    }

    /// The guarantee of this id.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| *own == id).map(|(guarantee, _)| *guarantee)
    }
}

/// What reading null says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NullRead {
    /// The initial state was seen.
    #[default]
    ObservesInitial,
    /// Nothing.
    Unconstrained,
}

/// What a failed cas says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailedCas {
    /// The state differed from the one expected.
    #[default]
    Observes,
    /// Nothing.
    Ignored,
}

/// How a history is to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which operations there are; `None`: the smallest model that has all of the history's.
    pub model: Option<Model>,
    /// What every key holds at the start.
    pub initial: Value,
    /// What reading null says.
    pub null_read: NullRead,
    /// What a failed cas says.
    pub failed_cas: FailedCas,
}

impl Default for Options {
    fn default() -> Self {
        Self { model: None, initial: Value::Null, null_read: NullRead::default(), failed_cas: FailedCas::default() }
    }
}

impl Options {
    /// Null stands for the initial state.
    fn meaning(&self, value: &Value) -> Value {
        if *value == Value::Null { self.initial.clone() } else { value.clone() }
    }

    /// Whether reading this value says anything.
    fn is_telling(&self, value: &Value) -> bool {
        *value != Value::Null || self.null_read == NullRead::ObservesInitial
    }
}

/// What is said of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// By which guarantee it was judged.
    pub guarantee: Guarantee,
    /// Whether it holds; `None` when that could not be decided.
    pub holds: Option<bool>,
    /// How many operations the history has.
    pub operations: usize,
    /// Numbers of operations that cannot all be explained, in order.
    pub witness: Vec<usize>,
    /// Why it was not decided.
    pub undecided_because: Option<String>,
}

/// What a checker found.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Finding {
    Holds,
    Violated(Vec<usize>),
    Undecided(String),
}

/// What a budget's end is called.
const OUT_OF_TIME: &str = "the time limit was reached";

impl Finding {
    fn out_of_time() -> Self {
        Self::Undecided(OUT_OF_TIME.to_owned())
    }

    /// Of two parts: a violation of one is a violation of the whole.
    fn and(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Violated(_), _) => self,
            (_, Self::Violated(_)) | (Self::Holds, _) => other,
            (Self::Undecided(_), _) => self,
        }
    }
}

/// The options as the history's model understands them: a text that nobody wrote is empty.
fn understood(history: &History, options: &Options) -> Result<Options, Refused> {
    let model = model::fitting(history, options)?;
    let mut options = options.clone();
    if model == Model::AppendKv && options.initial == Value::Null {
        options.initial = Value::Text("".into());
    }
    Ok(options)
}

/// Judges a history. The error names the operation that the model does not have.
pub fn judge(history: &History, guarantee: Guarantee, options: &Options, budget: &mut Budget<'_>) -> Result<Verdict, Refused> {
    let options = understood(history, options)?;
    let finding = match guarantee {
        Guarantee::Linearizable => linearizable::find(history, &options, budget),
        Guarantee::ConsistentPrefix => consistent_prefix::find(history, &options, budget),
        Guarantee::NoLostWrites => no_lost_writes::find(history, &options),
        Guarantee::ReadYourWrites => sessions::find(sessions::Rule::ReadYourWrites, history, &options, budget),
        Guarantee::MonotonicReads => sessions::find(sessions::Rule::MonotonicReads, history, &options, budget),
        Guarantee::MonotonicWrites => sessions::find(sessions::Rule::MonotonicWrites, history, &options, budget),
        Guarantee::WritesFollowReads => sessions::find(sessions::Rule::WritesFollowReads, history, &options, budget),
    };
    let (holds, mut witness, undecided_because) = match finding {
        Finding::Holds => (Some(true), Vec::new(), None),
        Finding::Violated(witness) => (Some(false), witness, None),
        Finding::Undecided(because) => (None, Vec::new(), Some(because)),
    };
    witness.sort_unstable();
    witness.dedup();
    Ok(Verdict { guarantee, holds, operations: history.operations.len(), witness, undecided_because })
}
