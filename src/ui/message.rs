//! Everything that can be asked of the page, by area.

use super::aloud::Aloud;
use super::kept::Kept;
use super::theme::Theme;
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::setting::Setting;
use crate::replication::time::SimTime;
use crate::simulation::command::{Action, Command};
use crate::view::draft::{Drag, Edit};
use crate::view::handles::Handle;
use crate::view::speed::Speed;

/// One wish.
#[derive(Clone)]
pub enum Msg {
    /// A frame of the screen, at this page time in milliseconds.
    Frame(f64),
    /// About playback.
    Run(RunMsg),
    /// About the guide.
    Guide(GuideMsg),
    /// A person acts in a session.
    Act(SessionId, Action),
    /// Anything else done to the run.
    Command(Command),
    /// The first device goes offline, or back online.
    ToggleDevice,
    /// About what is shown.
    Show(ShowMsg),
    /// About what is being played.
    Open(OpenMsg),
    /// About deciding a conflict by hand.
    Ask(AskMsg),
    /// About the settings of the run.
    Settings(SettingsMsg),
    /// About the space-time diagram.
    #[cfg(feature = "catalogue")]
    Diagram(super::diagram::DiagramMsg),
    /// About files.
    #[cfg(feature = "catalogue")]
    Export(super::export::ExportMsg),
    /// About the charts.
    #[cfg(feature = "catalogue")]
    Charts(super::charts::ChartsMsg),
    /// To another place of the page.
    #[cfg(feature = "catalogue")]
    Place(super::place::Place),
    /// About the search for an anomaly.
    #[cfg(feature = "catalogue")]
    Search(super::measure::SearchMsg),
    /// About runs side by side.
    #[cfg(feature = "catalogue")]
    Compare(super::measure::CompareMsg),
    /// About breakpoints, branches and handles on the stage.
    Time(Kept<TimeMsg>),
    /// A term of the glossary.
    #[cfg(feature = "catalogue")]
    Term(&'static str),
    /// About the course.
    #[cfg(feature = "catalogue")]
    Course(super::course::CourseMsg),
    /// From the page around a frame.
    #[cfg(feature = "catalogue")]
    Embed(super::embed::EmbedMsg),
    /// About the offline lab, which is another page.
    #[cfg(feature = "lab")]
    Lab(super::lab::LabMsg),
}

impl Msg {
    /// About breakpoints, branches and handles on the stage.
    pub(crate) fn time(msg: TimeMsg) -> Self {
        Self::Time(Kept::new(Some(msg)))
    }
}

/// Playback.
#[derive(Clone)]
pub enum RunMsg {
    /// Play if paused, pause if playing.
    Toggle,
    /// To just after the next event.
    Step,
    /// To just after the event before.
    StepBack,
    /// To a time.
    Seek(SimTime),
    /// To just after an event.
    Jump(SimTime, u64),
    /// On until nothing moves.
    Settle,
    /// How fast.
    Speed(Speed),
    /// From the start with this seed.
    Restart(u64),
    /// To another branch.
    Branch(usize),
}

/// The guide.
#[derive(Clone)]
pub enum GuideMsg {
    /// The next step.
    Next,
    /// The step before.
    Back,
    /// Into free play.
    Close,
    /// Back from free play.
    Reopen,
    /// An answer to the prediction.
    Answer(usize),
}

/// What is shown.
#[derive(Clone)]
pub enum ShowMsg {
    /// A tab of the panel.
    Tab(Tab),
    /// The same where the panel is far from what was pressed.
    FarTab(Tab),
    /// A replica.
    Node(NodeId),
    /// Light or dark.
    Theme(Theme),
    /// The browser's own light or dark, or its wish for less motion, changed.
    Media,
    /// A dialog.
    Dialog(Dialog),
    /// No dialog.
    CloseDialog,
    /// The link was copied, or could not be.
    Copied(bool),
    /// No alert.
    DismissAlert,
    /// The stage has this width.
    Resized(f64),
    /// Signs of life, or not.
    Heartbeats(bool),
    /// How much is said to those who hear the page.
    Aloud(Aloud),
    /// What the list of scenarios is searched for.
    Search(String),
    /// A proof: the guarantee that it is about, what it says, and its operations.
    Proof(&'static str, String, Vec<u64>),
    /// No proof.
    NoProof,
    /// What became of all writes, or of the latest.
    #[cfg(feature = "catalogue")]
    AllFates(bool),
}

/// Breakpoints, branches, undo, and handles on the stage.
#[derive(Clone)]
pub enum TimeMsg {
    /// What to wait for, by its place in the list.
    Choose(usize),
    /// Run until it happens.
    Search,
    /// Stop that.
    CancelSearch,
    /// What was found is read.
    CloseFound,
    /// Take hold of something on the stage.
    Take(Handle),
    /// The same with the message at this place, if there is one; else with this.
    TakeAt(f64, f64, Option<Handle>),
    /// To the handles of messages, by keyboard.
    ToMessages,
    /// Take back what was done last.
    Undo,
    /// Do it again.
    Redo,
    /// Another name for a branch.
    Rename(usize, String),
    /// Away with a branch.
    Remove(usize),
    /// Back with it.
    Restore,
    /// What differs between two branches.
    Compare(usize, usize),
}

/// Settings.
#[derive(Clone)]
pub enum SettingsMsg {
    /// Another strategy.
    Strategy(String),
    /// A dial.
    Dial(&'static Setting, u64),
    /// Sites, links and people.
    Edit(Edit),
    /// A site is dragged on the stage, or is not any more.
    Drag(Option<Drag>),
    /// It is dropped.
    Drop,
    /// Start anew like this.
    Apply,
    /// Forget the changes.
    Discard,
    /// Start anew as it was opened.
    Undo,
}

/// What is played.
#[derive(Clone)]
pub enum OpenMsg {
    /// A scenario.
    Scenario(String),
    /// A variant of it; empty for the plain one.
    Variant(String),
    /// A link or recipe, pasted.
    Text(String),
    /// The address of the page changed.
    Address,
    /// The same run in the program with everything.
    Whole,
}

/// Deciding by hand.
#[derive(Clone)]
pub enum AskMsg {
    /// Look at the conflict on this line in this session.
    Open(SessionId, String),
    /// This quantity from now on.
    Resolve(u32),
}

/// Tabs of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Conflicts and how they are decided.
    Conflict,
    /// Guarantees.
    Verdicts,
    /// One replica.
    Replica,
    /// What can be broken.
    Faults,
    /// The run as text.
    Events,
    /// What the run is set to.
    Settings,
}

/// Dialogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Link and recipe.
    Share,
    /// Keys and rules.
    Help,
    /// The list of scenarios.
    Scenarios,
    /// The tree of branches.
    Branches,
    /// What can happen to a thing on the stage.
    Handle,
    /// The course.
    #[cfg(feature = "catalogue")]
    Course,
    /// The glossary.
    #[cfg(feature = "catalogue")]
    Glossary,
}

impl Tab {
    /// Every tab, in order.
    pub(crate) const ALL: [Self; 6] = [Self::Conflict, Self::Verdicts, Self::Replica, Self::Faults, Self::Events, Self::Settings];

    /// Its id in the page.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Verdicts => "verdicts",
            Self::Replica => "replica",
            Self::Faults => "faults",
            Self::Events => "events",
            Self::Settings => "settings",
        }
    }

    /// Its name.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Conflict => "Conflict",
            Self::Verdicts => "Verdicts",
            Self::Replica => "Replica",
            Self::Faults => "Faults",
            Self::Events => "Events",
            Self::Settings => "Settings",
        }
    }
}
