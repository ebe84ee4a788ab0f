//! The charts' part of the page's state. Measuring runs only while they are open, a few times a second while playing.

use super::components::{ChartsView, part};
use super::hooks::clipboard;
use super::markup::Say;
use super::message::Msg;
use super::player::Player;
use crate::replication::time::SimTime;
use crate::view::charts::{Chart, Sampler, charts};
use crate::view::words;
use std::cmp::Ordering;
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::{Html, NodeRef};

/// Events that are measured at once, so that nothing freezes; the next drawing goes on.
const MOST_EVENTS: u64 = 200_000;

/// One wish.
#[derive(Clone)]
pub enum ChartsMsg {
    /// Show them, or not.
    Open(bool),
    /// Show this chart's table; `None`: no table.
    Table(Option<&'static str>),
    /// Copy this chart's table.
    Copy(&'static str),
    /// Copying worked, or not.
    Copied(bool),
}

/// The state.
#[derive(Default)]
pub(crate) struct Charts {
    sampler: Sampler,
    is_open: bool,
    table: Option<&'static str>,
    is_copied: Option<bool>,
    shown: Rc<Vec<Chart>>,
    end: SimTime,
    measured: String,
    body: NodeRef,
}

impl Charts {
    /// Another run is there.
    pub(crate) fn forget(&mut self) {
        self.sampler = Sampler::default();
        self.shown = Rc::default();
    }

    /// Brings them up to date.
    pub(crate) fn refresh(&mut self, player: &Player) {
        if !self.is_open {
            return;
        }
        let has_moved = self.sampler.follow(&player.session, MOST_EVENTS);
        let reached = self.sampler.reached();
        self.measured = match reached.cmp(&player.session.now()) {
            Ordering::Less => format!("Measured up to {} so far.", words::time(reached)),
            Ordering::Equal => String::new(),
            Ordering::Greater => format!("The numbers beside the lines are those at {}.", words::time(reached)),
        };
        // A branch that has only begun is another run, and nothing has moved in it.
        let end = self.sampler.bins().end();
        if has_moved || self.shown.is_empty() || end != self.end {
            self.shown = Rc::new(charts(self.sampler.bins(), &player.names));
            self.end = end;
        }
    }

    /// Moves the cursor of all charts, past the virtual DOM.
    pub(crate) fn paint(&self, now: SimTime) {
        let Some(body) = self.body.cast::<HtmlElement>().filter(|_| self.is_open) else { return };
        let share = 100.0 * now.0 as f64 / self.end.0.max(1) as f64;
        drop(body.style().set_property("--now", &format!("{}%", words::rounded(share.clamp(0.0, 100.0), 2))));
    }

    /// Does what was asked for.
    pub(crate) fn on(&mut self, msg: ChartsMsg, player: &Player, say: &Say) {
        match msg {
            ChartsMsg::Open(is_open) => self.is_open = is_open,
            ChartsMsg::Table(table) => (self.table, self.is_copied) = (table, None),
            ChartsMsg::Copy(id) => {
                let say = say.clone();
                let csv = self.shown.iter().find(|chart| chart.id == id).map(Chart::csv).unwrap_or_default();
                clipboard::copy(&csv, move |is_copied| say.emit(Msg::Charts(ChartsMsg::Copied(is_copied))));
            }
            ChartsMsg::Copied(is_copied) => self.is_copied = Some(is_copied),
        }
        self.refresh(player);
    }

    /// The section of the page.
    pub(crate) fn section(&self, say: &Say) -> Html {
        let view = ChartsView {
            charts: self.shown.clone(),
            is_open: self.is_open,
            table: self.table,
            is_copied: self.is_copied,
            measured: self.measured.clone(),
            body: self.body.clone(),
        };
        part(view, say)
    }
}
