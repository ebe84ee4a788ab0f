//! A leader's end of one channel: who is connected over it, and, to the cloud, the simulated link before it.

use super::channel::Channel;
use crate::offline::mesh::line::{Conditions, Line, Way};
use crate::offline::mesh::{Mesh, MeshAct, MeshOptions};
use crate::replication::time::SimTime;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PortKind {
    Tabs,
    Cloud,
}

pub(super) struct Port {
    pub(super) kind: PortKind,
    pub(super) mesh: Mesh,
    pub(super) channel: Option<Channel>,
    pub(super) line: Option<Line>,
    /// The person's switch.
    pub(super) is_on: bool,
}

impl Port {
    pub(super) fn new(kind: PortKind, options: MeshOptions, entropy: u64, conditions: Option<Conditions>, is_on: bool) -> Self {
        let line = conditions.map(|conditions| Line::new(conditions.clamped(), entropy ^ 1));
        Self { kind, mesh: Mesh::new(options, entropy), channel: None, line, is_on }
    }

    /// Comes onto the channel, or leaves it, as the switch and the link say.
    pub(super) fn apply(&mut self, now: SimTime) {
        let is_out = self.line.as_ref().is_some_and(|line| line.conditions().is_out);
        if self.is_on && !is_out {
            self.mesh.open(now);
        } else {
            self.mesh.close();
        }
    }

    /// Bytes came from the channel.
    pub(super) fn arrived(&mut self, now: SimTime, bytes: Vec<u8>) {
        match &mut self.line {
            Some(line) => line.push(now, Way::In, bytes),
            None => self.mesh.receive(now, &bytes),
        }
    }

    /// What the leader has to do next; what goes onto the channel is put there.
    pub(super) fn next(&mut self, now: SimTime) -> Option<MeshAct> {
        loop {
            while let Some((way, bytes)) = self.line.as_mut().and_then(|line| line.pop(now)) {
                match way {
                    Way::Out => self.post(&bytes),
                    Way::In => self.mesh.receive(now, &bytes),
                }
            }
            match (self.mesh.poll()?, &mut self.line) {
                (MeshAct::Post(bytes), Some(line)) => line.push(now, Way::Out, bytes),
                (MeshAct::Post(bytes), None) => self.post(&bytes),
                (act, _) => return Some(act),
            }
        }
    }

    /// Puts what there is on the channel, for the last time.
    pub(super) fn flush(&mut self, now: SimTime) {
        while let Some(act) = self.mesh.poll() {
            if let MeshAct::Post(bytes) = act {
                self.post(&bytes);
            }
        }
        while self.next(now).is_some() {}
    }

    fn post(&self, bytes: &[u8]) {
        if let Some(channel) = &self.channel {
            channel.post(bytes);
        }
    }

    pub(super) fn next_wake(&self) -> Option<SimTime> {
        let arrives = self.line.as_ref().and_then(Line::next_wake);
        self.mesh.next_wake().into_iter().chain(arrives).min()
    }
}
