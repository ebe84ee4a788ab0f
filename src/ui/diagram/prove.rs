//! A violation's proof as a causal chain, with what would have prevented it.

use super::Diagram;
use crate::replication::time::SimDuration;
use crate::ui::player::Player;
use crate::view::lanes::{Chain, Frame};
use crate::view::remedy::{Remedy, remedies};

/// What is shown of it.
#[derive(Clone, PartialEq)]
pub(crate) struct Proof {
    /// What it violates, and how.
    pub(crate) sentence: String,
    /// Its chain.
    pub(crate) chain: Chain,
    /// What would have prevented it.
    pub(crate) remedies: Vec<Remedy>,
}

impl Diagram {
    /// Shows the proof with these operations of a violation of `guarantee`. The run must be known up to its end.
    pub(crate) fn prove(&mut self, guarantee: &str, sentence: &str, operations: &[u64], player: &Player) {
        self.is_open = true;
        self.follow(player);
        let chain = Chain::of(&self.order(), &player.names, operations);
        let (from, to) = chain.span;
        let span = SimDuration(to.since(from).0.max(1_000_000));
        self.fixed = Some(Frame::new(from, span).zoomed(1.5, 0.5, SimDuration(u64::MAX)));
        self.is_stale = true;
        (self.chosen, self.cone) = (None, None);
        self.proof = Some(std::rc::Rc::new(Proof { sentence: sentence.to_owned(), chain, remedies: remedies(guarantee, player.scenario) }));
    }

    /// No proof.
    pub(crate) fn unprove(&mut self) {
        self.proof = None;
        self.is_stale = true;
    }
}
