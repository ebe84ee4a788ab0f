//! Breakpoints, undo, branches, and handles on the stage.

use super::App;
use crate::replication::ids::NodeId;
use crate::session::Removed;
use crate::ui::components::{Branches, Open, TimeBar, grip_id};
use crate::ui::kept::Kept;
use crate::ui::message::{Dialog, Tab, TimeMsg};
use crate::ui::player::{Goal, Player};
use crate::ui::screen::Screen;
use crate::view::breakpoint::{self, Place, Told};
use crate::view::difference::{Difference, difference};
use crate::view::geometry::Point;
use crate::view::handles::{self, Handle, Handles};
use crate::view::verdicts::Marked;
use crate::view::{branches, describe, words};
use std::rc::Rc;

/// What is shown of it beside the run.
#[derive(Default)]
pub(super) struct Time {
    /// The chosen breakpoint's place in the list.
    chosen: usize,
    told: Kept<Rc<Told>>,
    handle: Kept<Handle>,
    removed: Kept<Removed>,
    compared: Kept<Rc<Difference>>,
}

impl App {
    pub(super) fn on_time(&mut self, msg: TimeMsg) -> bool {
        let Some(player) = &mut self.player else { return false };
        match msg {
            TimeMsg::Choose(index) => self.time.chosen = index,
            TimeMsg::Search if player.running == Some(Goal::Found) => player.running = None,
            TimeMsg::Search => self.search(),
            TimeMsg::CancelSearch => player.running = None,
            TimeMsg::CloseFound => (self.time.told, self.marked) = (Kept::default(), None),
            TimeMsg::Take(handle) => self.take(handle),
            TimeMsg::TakeAt(x, y, or) => return self.take_at(Point::new(x, y), or),
            TimeMsg::ToMessages => self.focus_messages(),
            TimeMsg::Undo => return self.undo(),
            TimeMsg::Redo => {
                player.running = None;
                return player.session.redo();
            }
            TimeMsg::Rename(index, name) => {
                if let Err(error) = player.session.rename_branch(index, &name) {
                    self.alert = Some(format!("That name cannot be given: {error}"));
                }
            }
            TimeMsg::Remove(index) => {
                player.running = None;
                self.time.removed = Kept::new(player.session.remove_branch(index));
                self.time.compared = Kept::default();
            }
            TimeMsg::Restore => {
                if let Some(removed) = self.time.removed.take()
                    && !player.session.restore_branch(removed)
                {
                    self.alert = Some("There are as many branches as a run may have: delete another one first.".to_owned());
                }
            }
            TimeMsg::Compare(one, other) => self.compare(one, other),
        }
        true
    }

    fn search(&mut self) {
        (self.time.told, self.marked) = (Kept::default(), None);
        let Some(player) = &mut self.player else { return };
        if let Some(choice) = breakpoint::choices(player.scenario).into_iter().nth(self.time.chosen) {
            player.search(choice.breakpoint);
        }
    }

    /// A slice of a search; on its end, what was found is told, marked, and brought forward.
    pub(super) fn search_on(&mut self) -> bool {
        let Some(player) = &mut self.player else { return false };
        let Some(told) = player.search_on() else { return true };
        self.marked = Marked::new(told.sentence.clone(), &told.operations, player.session.history(), &player.names).map(Rc::new);
        self.tab = match told.place {
            Some(Place::Conflict) => Tab::Conflict,
            Some(Place::Verdicts) => Tab::Verdicts,
            Some(Place::Events) => Tab::Events,
            None => self.tab,
        };
        self.time.told = Kept::new(Some(Rc::new(told)));
        true
    }

    /// The nodes of what was found.
    pub(super) fn found(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.time.told.get().into_iter().flat_map(|told| told.nodes.iter().copied())
    }

    fn undo(&mut self) -> bool {
        let Some(player) = &mut self.player else { return false };
        player.running = None;
        let words = player.undo_words();
        if !player.session.undo() {
            return false;
        }
        // The lesson told of what is not there any more.
        if let Some(guide) = &mut player.guide {
            guide.set_closed(true);
        }
        self.announced = words.map(|words| format!("Taken back: {words}")).unwrap_or_default().into();
        true
    }

    /// Time stands still while something is held.
    fn take(&mut self, handle: Handle) {
        if let Some(player) = &mut self.player {
            player.running = None;
        }
        self.time.handle = Kept::new(Some(handle));
        self.dialog = Some(Dialog::Handle);
    }

    fn take_at(&mut self, place: Point, or: Option<Handle>) -> bool {
        let (Some(player), Some(screen)) = (&self.player, &self.screen) else { return false };
        // The picture may be older than the time.
        let (flights, snapshot) = (player.session.flights(), player.glance());
        let found = handles::message_at(&screen.scene.layout, &flights, &snapshot, self.with_heartbeats, place);
        let handle = found.map(Handle::Message).or(or);
        handle.map(|handle| self.take(handle)).is_some()
    }

    fn focus_messages(&mut self) {
        let Some(player) = &mut self.player else { return };
        player.running = None;
        let snapshot = player.glance();
        let first = crate::view::faults::flights(&player.session.flights(), self.with_heartbeats, &snapshot, &player.names);
        match first.first() {
            Some(first) => self.focus_next = Some(grip_id(Handle::Message(first.message))),
            None => {
                let sentence = "Step or play until a message is on its way; heartbeats count when they are shown.".to_owned();
                let title = "Nothing is in flight.".to_owned();
                let told = Told { title, sentence, operations: Vec::new(), nodes: Vec::new(), place: None };
                self.time.told = Kept::new(Some(Rc::new(told)));
            }
        }
    }

    /// Both at the moment up to which both are known.
    fn compare(&mut self, one: usize, other: usize) {
        let Some(player) = &self.player else { return };
        let session = &player.session;
        let known = session.branches();
        let (Some(first), Some(second)) = (known.get(one), known.get(other)) else { return };
        let at = first.horizon.min(second.horizon);
        let (Ok(here), Ok(there)) = (session.peek_branch(one, at), session.peek_branch(other, at)) else { return };
        let sides = [(first.name.as_str(), &here), (second.name.as_str(), &there)];
        self.time.compared = Kept::new(Some(Rc::new(difference(sides, player.scenario, &player.names))));
    }

    pub(super) fn handles(&self, player: &Player, screen: &Screen) -> Kept<Rc<Handles>> {
        let flights = (!player.is_playing()).then_some(screen.flights.as_slice());
        let handles = || handles::handles(&screen.scene, flights, &screen.snapshot, self.with_heartbeats, &player.names);
        Kept::new((!screen.is_draft).then(|| Rc::new(handles())))
    }

    pub(super) fn time_bar(&self, player: &Player) -> TimeBar {
        TimeBar {
            choices: Rc::new(breakpoint::choices(player.scenario)),
            chosen: self.time.chosen,
            going: player.search.get().filter(|_| player.is_playing()).map(|search| breakpoint::going(search, &player.session)),
            told: self.time.told.get().cloned(),
            undo: player.undo_words(),
            can_redo: player.session.can_redo(),
            branch_count: player.session.branches().len(),
        }
    }

    pub(super) fn branches(&self, player: &Player) -> Branches {
        let extent = self.screen.as_ref().map(|screen| screen.track.extent).unwrap_or_default();
        Branches {
            limbs: branches::tree(&player.session.branches(), extent),
            extent: words::time(extent),
            removed: self.time.removed.get().map(|removed| removed.name().to_owned()),
            compared: self.time.compared.get().cloned(),
        }
    }

    pub(super) fn open_handle(&self, player: &Player) -> Open {
        let held = self.time.handle.get().map(|handle| handles::held(*handle, &player.session, &player.names));
        Open::Handle(Kept::new(held))
    }
}

impl Player {
    /// What would be taken back.
    fn undo_words(&self) -> Option<String> {
        let last = self.session.applied_count().checked_sub(1)?;
        Some(describe::command(&self.session.commands().get(last)?.command, &self.names))
    }
}
