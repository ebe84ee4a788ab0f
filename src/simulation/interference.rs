//! What a person does to one message in flight. On a stream nothing overtakes: what is behind a message that is delayed
//! or held waits too, and a message cannot be lost alone: its stream breaks and begins anew.

use super::command::MessageCommand;
use super::journal::DropReason;
use super::network::pair;
use super::simulation::Simulation;
use super::world::{Event, Parcel};
use crate::replication::ids::NodeId;
use crate::replication::protocol::Protocol;
use crate::replication::time::{SimDuration, SimTime};

impl<P: Protocol> Simulation<P> {
    /// A message that is not in flight (any more) is left alone.
    pub(super) fn command_message(&mut self, number: u64, command: MessageCommand) {
        let Some((from, to)) = self.route_of(number) else { return };
        let is_stream = self.world.network.is_stream(from, to);
        match command {
            MessageCommand::Drop if is_stream => self.begin_streams(vec![pair(from, to)]),
            MessageCommand::Drop => {
                for (_, parcel) in self.take_from(number, false) {
                    self.world.drop_parcel(&parcel, DropReason::Loss);
                }
            }
            MessageCommand::Delay { ms } => self.delay(number, is_stream, SimDuration::from_ms(ms)),
            // A stream drops doubles by itself.
            MessageCommand::Duplicate if is_stream => {}
            MessageCommand::Duplicate => self.double(number),
            MessageCommand::Hold => {
                let parcels = self.take_from(number, is_stream);
                self.world.held.extend(parcels.into_iter().map(|(_, parcel)| parcel));
            }
            MessageCommand::Release => {
                for (_, parcel) in self.take_from(number, is_stream) {
                    self.world.queue.push(self.world.now, Event::Message(parcel));
                }
            }
        }
    }

    fn route_of(&self, number: u64) -> Option<(NodeId, NodeId)> {
        let travelling =
            self.world.queue.iter().filter_map(|(_, event)| if let Event::Message(parcel) = event { Some(parcel) } else { None });
        let parcel = travelling.chain(&self.world.held).find(|parcel| parcel.number == number)?;
        Some((parcel.from, parcel.to))
    }

    /// Takes a message out, and with it all behind it on a stream, in the order of sending, with their times of arrival.
    fn take_from(&mut self, number: u64, and_later: bool) -> Vec<(SimTime, Parcel<P::Message>)> {
        let Some(route) = self.route_of(number) else { return Vec::new() };
        let is_meant = |parcel: &Parcel<P::Message>| match and_later {
            true => (parcel.from, parcel.to) == route && parcel.number >= number,
            false => parcel.number == number,
        };
        let due = |(at, event): (SimTime, &Event<P>)| match event {
            Event::Message(parcel) if is_meant(parcel) => Some((parcel.number, at)),
            _ => None,
        };
        let times: Vec<(u64, SimTime)> = self.world.queue.iter().filter_map(due).collect();
        let travelling = self.world.queue.take_where(|event| matches!(event, Event::Message(parcel) if is_meant(parcel)));
        let travelling = travelling.into_iter().filter_map(|event| if let Event::Message(parcel) = event { Some(parcel) } else { None });
        let (held, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.world.held).into_iter().partition(is_meant);
        self.world.held = rest;
        let at =
            |parcel: &Parcel<P::Message>| times.iter().find(|(number, _)| *number == parcel.number).map_or(self.world.now, |(_, at)| *at);
        let mut taken: Vec<(SimTime, Parcel<P::Message>)> = travelling.chain(held).map(|parcel| (at(&parcel), parcel)).collect();
        taken.sort_unstable_by_key(|(_, parcel)| parcel.number);
        taken
    }

    fn delay(&mut self, number: u64, is_stream: bool, delay: SimDuration) {
        let Some((from, to)) = self.route_of(number) else { return };
        let mut not_before = SimTime::ZERO;
        for (at, parcel) in self.take_from(number, is_stream) {
            let later = if parcel.number == number { at + delay } else { at };
            not_before = not_before.max(later);
            let due = if is_stream { not_before } else { later };
            self.world.queue.push(due, Event::Message(parcel));
        }
        if is_stream {
            self.world.network.not_before(from, to, not_before);
        }
    }

    fn double(&mut self, number: u64) {
        for (at, parcel) in self.take_from(number, false) {
            let double = Parcel { number: self.world.message_count, ..parcel.clone() };
            self.world.message_count += 1;
            self.world.in_flight_count += 1;
            self.world.queue.push(at, Event::Message(parcel));
            self.world.queue.push(at, Event::Message(double));
        }
    }
}
