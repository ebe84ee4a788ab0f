//! Marks in the picture: writes, conflicts, losses, new leaderships, commands.

use super::brush::{Brush, LETTER, short};
use super::known::{Moment, Sign};
use super::lane::Process;
use super::outline::{outline, outline_of};
use super::plot::Plot;
use crate::replication::time::SimTime;
use crate::simulation::command::Command;
use crate::simulation::journal::Happening;
use crate::view::describe;
use crate::view::geometry::{Point, px};
use crate::view::stage::Form;
use std::collections::BTreeSet;

/// Marks that are drawn at most.
const MOST_MOMENTS: usize = 600;
/// Letters of a command, at most and at least.
const MOST_COMMAND: usize = 34;
const LEAST_COMMAND: usize = 8;

impl Brush<'_> {
    pub(super) fn moments(&mut self, from: SimTime, to: SimTime) -> usize {
        let known = self.known;
        let (mut count, mut places) = (0, BTreeSet::new());
        let commands: Vec<f64> =
            known.moments_within(from, to).filter(|moment| moment.sign == Sign::Command).map(|moment| self.plot.x(moment.at)).collect();
        let mut next_commands = commands.into_iter().skip(1);
        for moment in known.moments_within(from, to) {
            count += 1;
            // Words of a command end where the next command is marked.
            let end = if moment.sign == Sign::Command { next_commands.next() } else { None }.unwrap_or(self.plot.width);
            let place = ((self.plot.x(moment.at) / 3.0) as i64, moment.node, moment.sign);
            if places.len() < MOST_MOMENTS && places.insert(place) {
                self.moment(moment, end);
            }
        }
        count
    }

    fn moment(&mut self, moment: &Moment, end: f64) {
        let x = self.plot.x(moment.at);
        let lane = moment.node.map(|node| self.y(Process::Node(node)));
        let Some(y) = lane.unwrap_or(Some(Plot::command_y())) else { return };
        let at = Point::new(x, y);
        match moment.sign {
            Sign::Write => self.stroke(9, "sign sign-write", &outline_of(4.0, at)),
            Sign::Conflict => self.stroke(9, "sign sign-conflict", &outline(Form::Diamond, at)),
            Sign::Alarm => {
                self.stroke(9, "sign sign-alarm", &outline(Form::Square, at));
                self.letter("letter letter-glyph".to_owned(), at, "!");
            }
            Sign::Lost => self.stroke(9, "sign sign-lost", &format!("M{} {}l-6 -10h12z", px(x), px(y + 6.0))),
            Sign::Epoch => self.stroke(9, "sign sign-epoch", &format!("M{} {}v-14l9 4l-9 4", px(x), px(y + 2.0))),
            Sign::Command => {
                self.stroke(9, "sign sign-command", &format!("M{} {}l-5 -7h10z", px(x), px(y + 4.0)));
                let room = ((end - x - 14.0) / LETTER).min(MOST_COMMAND as f64) as usize;
                if room < LEAST_COMMAND || !self.plot.frame.holds(moment.at) {
                    return;
                }
                if let Some(text) = self.command(moment.number, room) {
                    self.label("label-command", Point::new(x + 7.0, y + 3.0), text);
                }
            }
        }
        if moment.sign == Sign::Conflict && self.known.moments.len() < 40 {
            // The sign says it too, where there is no room for the word.
            let places = [-6.0, 14.0].map(|down| Point::new(x + 9.0, y + down));
            if let Some(place) = places.into_iter().find(|place| self.is_clear(*place, "conflict")) {
                self.label("label-conflict", place, "conflict".to_owned());
            }
        }
    }

    /// What was done, in so many letters. What that brings with it stands in the list of events.
    fn command(&self, number: u64, most: usize) -> Option<String> {
        let Happening::Commanded(index) = self.known.entry(number)?.happening else { return None };
        let timed = self.known.commands.get(index as usize)?;
        let text = describe::command(&timed.command, self.names);
        let deed = match &timed.command {
            Command::Node { .. } if text.chars().count() > most => text.split("; ").next().unwrap_or_default(),
            _ => &text,
        };
        Some(short(deed, most))
    }
}
