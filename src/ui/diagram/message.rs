//! What can be asked of the diagram.

use super::Diagram;
use crate::replication::ids::NodeId;
use crate::replication::time::SimTime;
use crate::ui::message::RunMsg;
use crate::ui::player::Player;
use crate::view::geometry::Point;
use crate::view::lanes::{self, Frame, Parts, Sight, Target, Toward};

/// So much above and below what is looked at is drawn too, so that a little scrolling draws nothing anew.
const MARGIN: f64 = 96.0;

/// One wish.
#[derive(Clone)]
pub enum DiagramMsg {
    /// Show it, or not.
    Open(bool),
    /// It has this width.
    Resized(f64),
    /// This part of it is looked at.
    Look(Sight),
    /// So many times as long a window, the moment at this share of it staying where it is.
    Zoom(f64, f64),
    /// The window moved by a share of itself.
    Pan(f64),
    /// The whole run.
    Whole,
    /// With the run.
    Follow,
    /// A pointer over a place of the picture; `None`: it left.
    Hover(Option<(f64, f64)>),
    /// A place was pressed.
    Press(f64, f64),
    /// To a neighbour of the chosen event.
    Step(Toward),
    /// Nothing is chosen.
    Clear,
    /// To the moment of the chosen event.
    Go,
    /// The line of the event list with this number is pointed at.
    Line(Option<u64>),
    /// A node of the stage is pointed at.
    Node(Option<NodeId>),
}

impl Diagram {
    /// Does it; says what the run is to do, if anything.
    pub(crate) fn on(&mut self, msg: DiagramMsg, player: &Player) -> Option<RunMsg> {
        let end = self.known.end();
        match msg {
            DiagramMsg::Open(is_open) => {
                self.is_open = is_open;
                self.is_stale = true;
            }
            DiagramMsg::Resized(width) => {
                self.width = width;
                self.is_stale = true;
            }
            DiagramMsg::Look(seen) => self.look(seen),
            DiagramMsg::Zoom(factor, share) => self.fix(self.frame.zoomed(factor, share.clamp(0.0, 1.0), Frame::whole(end).span)),
            DiagramMsg::Pan(share) => self.fix(self.frame.panned(share, end)),
            DiagramMsg::Whole => self.fix(Frame::whole(end)),
            DiagramMsg::Follow => self.fixed = None,
            DiagramMsg::Hover(place) => self.lit = place.and_then(|(x, y)| self.nearest(x, y)),
            DiagramMsg::Press(x, y) => {
                let found = self.nearest(x, y);
                // A second press on what is chosen goes to its moment.
                if found.is_some() && found == self.chosen {
                    return self.moment();
                }
                self.choose(found);
            }
            DiagramMsg::Step(toward) => {
                let next = lanes::neighbour(&self.known, self.chosen, toward, self.now, self.with_heartbeats);
                if next.is_some() {
                    self.choose(next);
                }
            }
            DiagramMsg::Clear => {
                self.proof = None;
                self.choose(None);
            }
            DiagramMsg::Go => return self.moment(),
            DiagramMsg::Line(number) => self.lit = number.map(Target::Entry),
            DiagramMsg::Node(node) => self.lit_node = node,
        }
        self.refresh(player, self.with_heartbeats);
        None
    }

    /// Lanes that come into sight are drawn, and those out of it no longer.
    fn look(&mut self, seen: Sight) {
        if !self.sight.holds(seen) || !seen.with_margin(2.0 * MARGIN).holds(self.sight) {
            self.sight = seen.with_margin(MARGIN);
            self.is_stale = true;
        }
    }

    fn fix(&mut self, frame: Frame) {
        self.fixed = Some(frame);
    }

    fn nearest(&self, x: f64, y: f64) -> Option<Target> {
        lanes::nearest(&self.known, &self.plot(), Point::new(x, y), self.with_heartbeats)
    }

    /// The run at the chosen event.
    fn moment(&self) -> Option<RunMsg> {
        let parts = Parts::of(self.chosen?, &self.known)?;
        let number = match self.chosen? {
            Target::Entry(number) => Some(number),
            Target::Task(_) => parts.numbers.first().copied(),
        };
        let entry = number.and_then(|number| self.known.entry(number));
        Some(entry.map_or(RunMsg::Seek(SimTime(parts.at.0)), |entry| RunMsg::Jump(entry.at, entry.event)))
    }
}
