//! Verdicts for the eye: a mark, a name, a meaning, and the sentence that proves it.

use super::names::Names;
use super::operations::{self, OperationLine};
use crate::checkers::{Verdict, Witness};
use crate::replication::ids::NodeId;
use crate::replication::time::SimTime;
use crate::simulation::history::History;

/// One guarantee as judged so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictCard {
    /// The guarantee's id.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
    /// The mark: ✓ ✕ or ….
    pub sign: &'static str,
    /// holds, violated or undecided; for styling and for those who do not see the mark.
    pub state: &'static str,
    /// Whether the strategy promises it at all.
    pub promise: &'static str,
    /// The proof, or why it is undecided.
    pub witness: Vec<WitnessLine>,
}

/// A sentence of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessLine {
    /// The sentence.
    pub sentence: String,
    /// Numbers of the operations that show it; none where none does.
    pub operations: Vec<u64>,
}

/// A proof that is being looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// What it violates, and how.
    pub sentence: String,
    /// Its operations, in the order of their ends.
    pub operations: Vec<OperationLine>,
    /// The moment at which it was complete.
    pub at: SimTime,
}

impl Marked {
    /// The proof with these operations; nothing if the history holds none of them.
    #[must_use]
    pub fn new(sentence: String, operations: &[u64], history: &History, names: &Names) -> Option<Self> {
        let mut operations: Vec<OperationLine> = operations.iter().filter_map(|number| operations::line(*number, history, names)).collect();
        operations.sort_unstable_by_key(|line| (line.at, line.number));
        let at = operations.last()?.at;
        Some(Self { sentence, operations, at })
    }

    /// Numbers of its operations.
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        self.operations.iter().map(|line| line.number).collect()
    }

    /// The nodes that were asked.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        self.operations.iter().map(|line| line.node).collect()
    }
}

/// Every verdict, violated ones first.
#[must_use]
pub fn cards(verdicts: &[Verdict]) -> Vec<VerdictCard> {
    let (mut violated, other): (Vec<VerdictCard>, Vec<VerdictCard>) = verdicts.iter().map(card).partition(|card| card.state == "violated");
    violated.extend(other);
    violated
}

fn card(verdict: &Verdict) -> VerdictCard {
    let (sign, state) = match verdict.holds {
        Some(true) => ("✓", "holds"),
        Some(false) => ("✕", "violated"),
        None => ("…", "undecided"),
    };
    let plain = |sentence: String| WitnessLine { sentence, operations: Vec::new() };
    let proof = |witness: &Witness| WitnessLine { sentence: witness.sentence.clone(), operations: witness.operations.clone() };
    let sentences = verdict.witness.iter().take(3).map(proof);
    let more = verdict.violation_count.saturating_sub(3);
    let rest = (verdict.holds == Some(false) && more > 0).then(|| format!("and {more} more"));
    let open = verdict.undecided_because.clone().filter(|_| verdict.holds.is_none());
    VerdictCard {
        id: verdict.guarantee,
        title: verdict.title,
        meaning: verdict.meaning,
        sign,
        state,
        promise: if verdict.promised { "promised here" } else { "not promised here" },
        witness: sentences.chain(rest.into_iter().chain(open).map(plain)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::causality::VersionVector;
    use crate::replication::ids::SessionId;
    use crate::replication::protocol::{Refusal, Reply};
    use crate::simulation::history::OperationRecord;
    use crate::view::example;

    fn read(node: u16, ended_ms: u64) -> OperationRecord {
        OperationRecord {
            session: SessionId(1),
            author: "Ana".into(),
            node: NodeId(node),
            key: "page".into(),
            also: Vec::new(),
            write: None,
            context: VersionVector::new(),
            invoked_at: SimTime::from_ms(1),
            closed: Some((SimTime::from_ms(ended_ms), Reply::Refused(Refusal::Behind))),
            is_unknown: false,
        }
    }

    fn verdict(holds: Option<bool>, operations: Vec<u64>) -> Verdict {
        let witness = vec![Witness { sentence: "it went back".to_owned(), operations, dots: Vec::new() }; 4];
        Verdict {
            guarantee: "monotonic-reads",
            title: "Monotonic reads",
            meaning: "",
            holds,
            promised: true,
            violation_count: 5,
            witness: if holds == Some(false) { witness } else { Vec::new() },
            undecided_because: Some("too early".to_owned()),
        }
    }

    #[test]
    fn violated_ones_come_first_and_count_what_is_not_listed() {
        let cards = cards(&[verdict(Some(true), Vec::new()), verdict(None, Vec::new()), verdict(Some(false), vec![1, 0])]);
        assert_eq!(cards.iter().map(|card| card.state).collect::<Vec<_>>(), ["violated", "holds", "undecided"]);
        let said: Vec<_> = cards[0].witness.iter().map(|line| (line.sentence.as_str(), line.operations.len())).collect();
        assert_eq!(said, [("it went back", 2), ("it went back", 2), ("it went back", 2), ("and 2 more", 0)]);
        assert_eq!(cards[2].witness[0].sentence, "too early");
    }

    #[test]
    fn a_proof_leads_to_the_moment_at_which_it_was_complete() {
        let (setup, _) = example::cluster();
        let history: History = [read(2, 9), read(3, 4)].into_iter().collect();
        let marked = Marked::new("it went back".to_owned(), &[0, 1, 77], &history, &Names::new(&setup)).expect("two are known");
        assert_eq!((marked.numbers(), marked.nodes(), marked.at), (vec![1, 0], vec![NodeId(3), NodeId(2)], SimTime::from_ms(9)));
        assert_eq!(Marked::new(String::new(), &[77], &history, &Names::new(&setup)), None);
    }
}
