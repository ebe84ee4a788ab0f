//! Messages in motion: where each one is follows from when it was sent, when it is due, and what time it is.

use super::Tone;
use super::layout::{Layout, RADIUS};
use crate::replication::ids::NodeId;
use crate::replication::protocol::MessageKind;
use crate::replication::time::SimTime;
use crate::simulation::snapshot::Flight;
use crate::view::geometry::{Curve, Point};

/// The outline of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A filled disc.
    Disc,
    /// A hollow disc.
    Ring,
    /// A diamond.
    Diamond,
    /// A triangle.
    Triangle,
    /// A square.
    Square,
    /// A small dot without a letter.
    Dot,
}

/// A message as drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessageShape {
    /// Its number.
    pub id: u64,
    /// Its middle.
    pub at: Point,
    /// Its outline.
    pub form: Form,
    /// The letter on it.
    pub letter: &'static str,
    /// What it stands for.
    pub tone: Tone,
}

/// Outline, letter and tone of a kind of message: three ways to tell them apart.
#[must_use]
pub const fn glyph(kind: MessageKind) -> (Form, &'static str, Tone) {
    match kind {
        MessageKind::Replicate => (Form::Disc, "R", Tone::Write),
        MessageKind::Batch => (Form::Disc, "B", Tone::Write),
        MessageKind::Write => (Form::Disc, "W", Tone::Write),
        MessageKind::Acknowledge => (Form::Ring, "A", Tone::Acknowledge),
        MessageKind::Nack => (Form::Ring, "N", Tone::Conflict),
        MessageKind::Hello => (Form::Square, "H", Tone::Leader),
        MessageKind::Done => (Form::Square, "D", Tone::Ok),
        MessageKind::Read => (Form::Diamond, "R", Tone::Read),
        MessageKind::Vote => (Form::Square, "V", Tone::Leader),
        MessageKind::Snapshot => (Form::Square, "S", Tone::Write),
        MessageKind::Repair => (Form::Disc, "F", Tone::Ok),
        MessageKind::Hint => (Form::Disc, "H", Tone::Write),
        MessageKind::Hash => (Form::Diamond, "#", Tone::Read),
        MessageKind::Heartbeat => (Form::Dot, "", Tone::Quiet),
    }
}

/// Messages on one way keep this far from each other, so that their letters can be read …
const APART: f64 = 17.0;
/// … where there are so many at most.
const MOST_APART: usize = 40;

/// The messages in flight at `now`; signs of life only on request.
#[must_use]
pub fn messages(layout: &Layout, flights: &[Flight], now: SimTime, with_heartbeats: bool) -> Vec<MessageShape> {
    let is_shown = |flight: &&Flight| with_heartbeats || flight.kind != MessageKind::Heartbeat;
    // Many messages share a way.
    let mut ways: Vec<Option<Curve>> = vec![None; layout.spots.len() * layout.spots.len()];
    let mut way = |flight: &Flight| {
        let known = ways.get_mut(flight.from.index() * layout.spots.len() + flight.to.index());
        let new = || layout.way(flight.from, flight.to).between_discs(RADIUS, RADIUS);
        known.map_or_else(new, |known| *known.get_or_insert_with(new))
    };
    let mut shapes: Vec<MessageShape> = flights.iter().filter(is_shown).map(|flight| message(way(flight), flight, now)).collect();
    if shapes.len() <= MOST_APART {
        let ends: Vec<[NodeId; 2]> = flights.iter().filter(is_shown).map(|flight| [flight.from, flight.to]).collect();
        (1..shapes.len()).for_each(|index| set_apart(layout, &mut shapes, &ends, index));
    }
    shapes
}

/// A message that would cover one before it on the same way goes around it, on the right of where it is bound for.
fn set_apart(layout: &Layout, shapes: &mut [MessageShape], ends: &[[NodeId; 2]], index: usize) {
    let [from, to] = ends[index];
    let [Some(start), Some(end)] = [from, to].map(|node| layout.spots.get(node.index()).map(|spot| spot.center)) else { return };
    let length = start.distance(end).max(1.0);
    let (ahead_x, ahead_y) = ((end.x - start.x) / length, (end.y - start.y) / length);
    for other in 0..index {
        if ends[other] != [from, to] && ends[other] != [to, from] {
            continue;
        }
        let (at, taken) = (shapes[index].at, shapes[other].at);
        let (x, y) = (at.x - taken.x, at.y - taken.y);
        let (ahead, aside) = (x * ahead_x + y * ahead_y, y * ahead_x - x * ahead_y);
        let least = (APART * APART - ahead * ahead).max(0.0).sqrt();
        if aside.abs() < least {
            let more = least - aside;
            shapes[index].at = Point::new(at.x - ahead_y * more, at.y + ahead_x * more);
        }
    }
}

fn message(way: Curve, flight: &Flight, now: SimTime) -> MessageShape {
    let (form, letter, tone) = glyph(flight.kind);
    MessageShape { id: flight.id, at: way.at(progress(flight, now)), form, letter, tone }
}

/// How much of its way a message has behind it, 0 to 1.
fn progress(flight: &Flight, now: SimTime) -> f64 {
    let whole = flight.due_at.since(flight.sent_at).0;
    if whole == 0 {
        return 1.0;
    }
    (now.since(flight.sent_at).0 as f64 / whole as f64).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::example;

    fn flight(kind: MessageKind, from: u16, to: u16) -> Flight {
        Flight {
            id: 1,
            from: NodeId(from),
            to: NodeId(to),
            kind,
            sent_at: SimTime::from_ms(100),
            due_at: SimTime::from_ms(200),
            is_held: false,
        }
    }

    #[test]
    fn a_message_moves_from_sender_to_receiver_with_time() {
        let layout = Layout::new(&example::cluster().0, 940.0, &[2; 5]);
        let at = |ms| messages(&layout, &[flight(MessageKind::Batch, 0, 2)], SimTime::from_ms(ms), false)[0].at;
        let (start, end) = (layout.spots[0].center, layout.spots[2].center);
        assert!(at(100).distance(start) < 40.0 && at(200).distance(end) < 40.0);
        assert!(at(120).x < at(150).x && at(150).x < at(180).x);
        assert_eq!(at(500), at(200), "a held message waits at the door");
    }

    #[test]
    fn both_directions_share_one_way() {
        let layout = Layout::new(&example::cluster().0, 940.0, &[2; 5]);
        let at = |from, to| messages(&layout, &[flight(MessageKind::Batch, from, to)], SimTime::from_ms(150), false)[0].at;
        assert!(at(0, 2).distance(at(2, 0)) < 1.0);
    }

    #[test]
    fn messages_on_one_way_go_around_each_other_without_a_leap() {
        let layout = Layout::new(&example::cluster().0, 940.0, &[2; 5]);
        for (from, to) in [(0, 2), (0, 1), (2, 4)] {
            let sent = |from, to, delay: u64| Flight {
                sent_at: SimTime::from_ms(100 + delay),
                due_at: SimTime::from_ms(200 + delay),
                ..flight(MessageKind::Hello, from, to)
            };
            let flights = [sent(from, to, 0), sent(from, to, 0), sent(from, to, 1), sent(to, from, 0)];
            let at = |tenths: u64| messages(&layout, &flights, SimTime(tenths * 100_000), false);
            let mut before = at(1_000);
            for tenths in 1_001..2_010 {
                let shapes = at(tenths);
                for (one, shape) in shapes.iter().enumerate() {
                    assert!(shape.at.distance(before[one].at) < 6.0, "message {one} leaps at {tenths}");
                    assert!(
                        shapes[..one].iter().all(|other| other.at.distance(shape.at) > APART - 1.0),
                        "message {one} is covered at {tenths}"
                    );
                }
                before = shapes;
            }
        }
    }

    #[test]
    fn signs_of_life_are_hidden_unless_asked_for() {
        let layout = Layout::new(&example::cluster().0, 360.0, &[2; 5]);
        let flights = [flight(MessageKind::Heartbeat, 0, 1), flight(MessageKind::Hello, 0, 2)];
        assert_eq!(messages(&layout, &flights, SimTime::from_ms(150), false).len(), 1);
        assert_eq!(messages(&layout, &flights, SimTime::from_ms(150), true).len(), 2);
    }
}
