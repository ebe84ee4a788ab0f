//! The space-time diagram's part of the page's state: the window, what is pointed at and what is chosen. What it shows
//! comes from `view::lanes`; it is computed anew only when something of it has changed, while playing a few times a second.

mod gesture;
mod message;
mod prove;

pub(crate) use gesture::{Gestures, light_lines};
pub use message::DiagramMsg;
pub(crate) use prove::Proof;

use super::components::part;
use super::components::{Chosen, DiagramView, Drawn};
use super::markup::Say;
use super::player::Player;
use crate::replication::ids::NodeId;
use crate::replication::time::{SimDuration, SimTime};
use crate::view::events::{self, Context};
use crate::view::lanes::{self, Cone, Emphasis, Frame, Known, Order, Parts, Plot, Process, Sight, Stroke, Target};
use crate::view::operations;
use crate::view::words;
use crate::view::writers::Writers;
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::{Html, NodeRef};

/// On a narrower page the diagram waits behind its button.
const ROOMY: f64 = 760.0;

/// The state.
pub(crate) struct Diagram {
    pub(super) known: Known,
    /// The window that the person chose; `None`: it follows the run.
    fixed: Option<Frame>,
    frame: Frame,
    width: f64,
    /// What of it is drawn.
    sight: Sight,
    is_open: bool,
    with_heartbeats: bool,
    now: SimTime,
    chosen: Option<Target>,
    cone: Option<Cone>,
    lit: Option<Target>,
    lit_node: Option<NodeId>,
    proof: Option<Rc<Proof>>,
    drawn: Option<Drawn>,
    is_stale: bool,
    gestures: Gestures,
    place: NodeRef,
    cursor: NodeRef,
    veil: NodeRef,
}

impl Diagram {
    /// Nothing is known yet.
    pub(crate) fn new(page_width: f64) -> Self {
        Self {
            known: Known::default(),
            fixed: None,
            frame: Frame::new(SimTime::ZERO, SimDuration::from_ms(100)),
            width: 800.0,
            sight: Sight::ALL,
            is_open: page_width >= ROOMY,
            with_heartbeats: false,
            now: SimTime::ZERO,
            chosen: None,
            cone: None,
            lit: None,
            lit_node: None,
            proof: None,
            drawn: None,
            is_stale: true,
            gestures: Gestures::default(),
            place: NodeRef::default(),
            cursor: NodeRef::default(),
            veil: NodeRef::default(),
        }
    }

    /// Another run is there.
    pub(crate) fn forget(&mut self) {
        self.known.forget();
        (self.fixed, self.chosen, self.cone, self.lit, self.proof) = (None, None, None, None, None);
        self.is_stale = true;
    }

    /// Takes in what the run has come to, before it may go back.
    pub(crate) fn follow(&mut self, player: &Player) {
        if self.is_open && self.known.follow(&player.session, &player.names) {
            self.is_stale = true;
        }
    }

    /// Brings the picture up to date.
    pub(crate) fn refresh(&mut self, player: &Player, with_heartbeats: bool) {
        self.now = player.session.now();
        if !self.is_open {
            return;
        }
        self.follow(player);
        self.is_stale |= self.with_heartbeats != with_heartbeats;
        self.with_heartbeats = with_heartbeats;
        let frame = self.fixed.unwrap_or_else(|| self.known.following(self.frame, self.now));
        self.is_stale |= frame != self.frame;
        self.frame = frame;
        self.draw(player);
    }

    fn draw(&mut self, player: &Player) {
        if !self.is_stale && self.drawn.is_some() {
            return;
        }
        let (chain, proof) = self.proof.as_ref().map(|proof| (&proof.chain.messages[..], &proof.chain.operations[..])).unwrap_or_default();
        let emphasis = Emphasis { cone: self.cone.as_ref(), chain, proof };
        self.drawn = Some(Drawn(Rc::new(lanes::picture(&self.known, &player.names, self.plot(), emphasis, self.with_heartbeats))));
        self.is_stale = false;
    }

    fn plot(&self) -> Plot {
        Plot { frame: self.frame, width: self.width, lane_count: self.known.lanes.len(), sight: self.sight }
    }

    /// Moves the cursor, past the virtual DOM.
    pub(crate) fn paint(&self, now: SimTime) {
        let Some(Drawn(picture)) = self.drawn.as_ref().filter(|_| self.is_open) else { return };
        let plot = picture.plot;
        let (x, is_there) = (plot.x(now), plot.frame.holds(now));
        let place = x.clamp(plot.left(), plot.width);
        let from = if now < plot.frame.from { plot.left() } else { place };
        let shift = |node: &NodeRef, x: f64, is_shown: bool| {
            let Some(element) = node.cast::<HtmlElement>() else { return };
            drop(element.style().set_property("transform", &format!("translateX({}px)", words::rounded(x, 1))));
            drop(element.style().set_property("visibility", if is_shown { "visible" } else { "hidden" }));
            drop(element.set_attribute("data-ns", &now.0.to_string()));
        };
        shift(&self.cursor, place, is_there);
        shift(&self.veil, from, now < plot.frame.to());
    }

    /// What is pointed at.
    pub(crate) const fn lit(&self) -> Option<Target> {
        self.lit
    }

    /// The nodes of what is pointed at or chosen, to be ringed on the stage.
    pub(crate) fn ringed(&self) -> Vec<NodeId> {
        let target = self.lit.or(self.chosen);
        target.and_then(|target| Parts::of(target, &self.known)).map(|parts| parts.nodes()).unwrap_or_default()
    }

    /// The lines of the event list that belong to it.
    pub(crate) fn lines(&self) -> Vec<u64> {
        let target = self.lit.or(self.chosen).filter(|_| self.is_open);
        target.and_then(|target| Parts::of(target, &self.known)).map(|parts| parts.numbers).unwrap_or_default()
    }

    /// The section of the page.
    pub(crate) fn section(&self, player: &Player, say: &Say) -> Html {
        let outline = |target: Option<Target>| target.and_then(|target| self.outline(target));
        let view = DiagramView {
            drawn: self.drawn.clone(),
            is_open: self.is_open,
            is_following: self.fixed.is_none(),
            lit: outline(self.lit),
            lit_lane: self.lit_node.and_then(|node| self.known.lanes.place(Process::Node(node))),
            chosen_outline: outline(self.chosen),
            chosen: self.chosen.and_then(|target| self.told(target, player)),
            proof: self.proof.clone(),
            place: self.place.clone(),
            cursor: self.cursor.clone(),
            veil: self.veil.clone(),
        };
        part(view, say)
    }

    fn outline(&self, target: Target) -> Option<Stroke> {
        lanes::outline_at(&self.known, &self.plot(), target, self.with_heartbeats)
    }

    /// The chosen event in words.
    fn told(&self, target: Target, player: &Player) -> Option<Chosen> {
        let parts = Parts::of(target, &self.known)?;
        let text = match target {
            Target::Task(number) => operations::line(number, &self.known.history, &player.names)?.text,
            Target::Entry(number) => {
                let writers = Writers::collect(&self.known.history, &player.session.glance());
                let (names, commands, history) = (&player.names, &self.known.commands[..], &self.known.history);
                let context = Context { names, writers: &writers, commands, history, marked: &[] };
                events::line(number, &self.known.entry(number)?, &context).text
            }
        };
        let cone = self.cone.as_ref().map(|cone| (cone.past_count, cone.future_count));
        let numbers = match target {
            Target::Entry(number) => Some(number),
            Target::Task(_) => parts.numbers.first().copied(),
        };
        Some(Chosen { at: words::time(parts.at), text, cone, number: numbers, can_go: parts.event.is_some() })
    }

    fn order(&self) -> Order<'_> {
        Order {
            journal: &self.known.journal,
            history: &self.known.history,
            commands: &self.known.commands,
            with_heartbeats: self.with_heartbeats,
        }
    }

    /// Chooses an event: its past and its future are lit, and it comes into the window.
    fn choose(&mut self, target: Option<Target>) {
        self.chosen = target;
        self.is_stale = true;
        let parts = target.and_then(|target| Parts::of(target, &self.known));
        let center = match target {
            Some(Target::Entry(number)) => Some(number),
            _ => parts.as_ref().and_then(|parts| parts.numbers.first().copied()),
        };
        self.cone = center.map(|center| self.order().cone(center));
        if let Some(at) = parts.map(|parts| parts.at)
            && !self.frame.holds(at)
        {
            self.fixed = Some(self.frame.holding(at));
        }
        self.reveal();
    }

    /// Scrolls to the lane of the chosen event.
    fn reveal(&self) {
        let height = self.chosen.and_then(|target| lanes::height_of(&self.known, &self.plot(), target));
        let (Some(height), Some(place)) = (height, self.place.cast::<HtmlElement>()) else { return };
        let seen = gesture::sight(&place);
        if height < seen.from || seen.to < height {
            place.set_scroll_top((height - (seen.to - seen.from) / 2.0) as i32);
        }
    }
}
