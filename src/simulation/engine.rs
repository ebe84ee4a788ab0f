//! The object-safe face of a simulation: generics stop here.

use super::command::Command;
use super::history::History;
use super::journal::Journal;
use super::snapshot::{Flight, Snapshot};
use crate::replication::time::SimTime;

/// A running cluster, whatever its strategy.
pub trait Engine {
    /// The time of the last event.
    fn now(&self) -> SimTime;

    /// How many events were processed.
    fn event_count(&self) -> u64;

    /// When the next event is due; `None` when nothing will ever happen by itself.
    fn next_event_at(&self) -> Option<SimTime>;

    /// Processes one event. `false` when there is none.
    fn step(&mut self) -> bool;

    /// Moves the clock to `time` without processing events; `time` must not be after the next event.
    fn rest_until(&mut self, time: SimTime);

    /// Applies a command (already checked against the setup) now.
    fn apply(&mut self, command: &Command);

    /// What a person may see of the cluster now.
    fn snapshot(&self) -> Snapshot;

    /// The same without what became of each write.
    #[cfg(feature = "catalogue")]
    fn glance(&self) -> Snapshot;

    /// The messages in flight now, in the order of sending.
    fn flights(&self) -> Vec<Flight>;

    /// What a message in flight says, in a few words; `None` when it is not in flight, or in a build without the catalogue.
    fn message_label(&self, number: u64) -> Option<String>;

    /// What happened, event by event.
    fn journal(&self) -> &Journal;

    /// Lets go of what happened before the entry of this number, and of the latest operations before the one of that number,
    /// as far as that saves memory.
    fn forget_before(&mut self, number: u64, operation: usize);

    /// What the clients saw.
    fn history(&self) -> &History;

    /// A number that two runs share only if they did the same.
    fn fingerprint(&self) -> u64;

    /// An independent copy, for checkpoints and branches.
    fn fork(&self) -> Box<dyn Engine>;
}
