//! What can be asked of a comparison.

use crate::replication::setting::Setting;
use crate::replication::time::SimTime;
use crate::ui::message::Msg;
use crate::view::speed::Speed;

/// About the comparison.
#[derive(Clone)]
pub enum CompareMsg {
    /// Compare this: "stage" for the run on the stage, or a scenario.
    Subject(String),
    /// Compare the broken and the fixed variant of the scenario on the stage.
    Pair,
    /// About one of its runs.
    Lane(usize, LaneMsg),
    /// One run more.
    Add,
    /// One run less.
    Remove(usize),
    /// All with this seed.
    Seed(u64),
    /// Go on playing the runs to their ends.
    Slice,
    /// Play or pause.
    Toggle,
    /// To the next event of any run.
    Step,
    /// To the event before.
    StepBack,
    /// To a time.
    Seek(SimTime),
    /// This fast.
    Speed(Speed),
    /// Only rows that differ, or all.
    OnlyDiffering(bool),
    /// Each stage has this width.
    Resized(f64),
    /// Open one run alone on the stage.
    Alone(usize),
    /// Copy its link.
    Copy,
    /// It was copied, or could not be.
    Copied(bool),
}

/// About one run.
#[derive(Clone)]
pub enum LaneMsg {
    /// This variant, real system or strategy.
    Choose(String),
    /// A setting to a value.
    Dial(&'static Setting, u64),
}

impl From<CompareMsg> for Msg {
    fn from(msg: CompareMsg) -> Self {
        Self::Compare(msg)
    }
}
