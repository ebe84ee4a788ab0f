//! Split brain: a partition makes two leaders, and both say ok. Epochs (fencing) decide which log stays, but not what the
//! old leader acknowledged meanwhile; a majority, or a lease that makes the old leader stop, does.

mod told;

use super::ground::{Ground, stream};
use super::group::{drops, leaders, lists, numbers_read};
use super::leaders::{is_ok, refusal, show, writes};
use super::{About, Assumption, Constraint, Expectation, Outcome, Scope, Script, Variant};
use crate::checkers::{Evidence, Witness};
use crate::replication::note::Note;
use crate::replication::protocol::{Refusal, Reply};
use crate::replication::strategies::single_leader::settings::{FAILOVER, FENCING, LEASE, LEASE_LENGTH, REPLICATION};
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::journal::Happening;
use crate::simulation::setup::{ReadRule, Setup};
use crate::simulation::snapshot::Snapshot;

const OREGON: u16 = 0;
const IRELAND_2: u16 = 2;
const ANA: u16 = 0;
const BEN: u16 = 1;
const CARO: u16 = 2;
/// Places in the lists of choices of the settings.
const MAJORITY: u64 = 3;
const OBSERVER: u64 = 1;
const VOTE: u64 = 2;

pub(super) const SCENARIO: Script = Script {
    seed: 4,
    setup,
    variants: &[
        Variant {
            id: "no-fencing",
            title: "Nothing decides between them",
            change: |setup| setup.dials.set(&FENCING, 0),
            about: About::broken("constraint:one-order"),
        },
        Variant { id: "fencing", title: "The higher term decides", change: |_| {}, about: About::broken("no-lost-writes") },
        Variant {
            id: "majority",
            title: "Fencing, and a majority acknowledges",
            change: |setup| {
                setup.dials.set(&REPLICATION, MAJORITY);
                setup.dials.set(&FAILOVER, VOTE);
            },
            about: About::kept("no-lost-writes"),
        },
        Variant {
            id: "lease",
            title: "A lease makes the old leader stop",
            change: |setup| {
                setup.dials.set(&FAILOVER, VOTE);
                setup.dials.set(&LEASE, 1);
            },
            about: About::kept_while("constraint:one-order", LEASE_IS_OVER),
        },
    ],
    steps: told::steps,
    constraints: &[Constraint {
        id: "constraint:one-order",
        title: "One order of the stock",
        meaning: "of two acknowledged writes of a record, the leader of one held the other",
        violations: unordered,
    }],
    expectations: EXPECTATIONS,
};

const LEASE_IS_OVER: Assumption = Assumption {
    words: "the old leader stops before a new one leads",
    is_met: stops_before_another_leads,
    outside: Some(|setup| {
        setup.dials.set(&FAILOVER, OBSERVER);
        setup.dials.set(&LEASE_LENGTH, 5_000);
    }),
};

/// Whether no node led before the old leader had said that its lease was over.
fn stops_before_another_leads(outcome: &Outcome<'_>) -> bool {
    let journal = outcome.session.journal();
    let first = journal.iter().find_map(|entry| match &entry.happening {
        Happening::Noted(node, note) if node.0 == OREGON && matches!(**note, Note::Told("lease-lost", _)) => Some(true),
        Happening::Noted(node, note) if node.0 != OREGON && matches!(**note, Note::Promoted(_)) => Some(false),
        _ => None,
    });
    first != Some(false)
}

/// Pairs of acknowledged writes of one record, neither of whose leaders held the other.
fn unordered(_: &Snapshot, history: &History) -> Vec<Witness> {
    let writes: Vec<(u64, &OperationRecord)> = (0..).zip(history.iter()).filter(|(_, operation)| is_ok(operation)).collect();
    let mut witness = Vec::new();
    for (index, (number, one)) in writes.iter().enumerate() {
        for (later, other) in &writes[index + 1..] {
            if one.key == other.key && !held(one, other) && !held(other, one) {
                let sentence = format!(
                    "{} and {}: both were told ok, by leaders that had not seen the other",
                    Evidence::tell(one),
                    Evidence::tell(other)
                );
                witness.push(Witness { sentence, operations: vec![*number, *later], dots: Vec::new() });
            }
        }
    }
    witness
}

/// Whether the leader that accepted one write held the other.
fn held(one: &OperationRecord, other: &OperationRecord) -> bool {
    let (Some((_, Reply::Written { context, .. })), Some(dot)) = (&one.closed, super::leaders::dot(other)) else { return false };
    context.covers(dot)
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "both Ana and Ben were told ok, each by another leader, and Caro read the past from the old one",
        scope: Scope::General,
        variants: &["no-fencing", "fencing"],
        holds: |outcome| {
            writes(outcome, ANA).len() == 2
                && writes(outcome, BEN).len() == 1
                && numbers_read(outcome, CARO) == [Some(9)]
                && outcome.metrics.stale_count == 1
                && outcome.holds("constraint:one-order") == Some(false)
        },
    },
    Expectation {
        claim: "both go on leading, and Ireland 2 drops the entries of one for those of the other, and back",
        scope: Scope::General,
        variants: &["no-fencing"],
        holds: |outcome| leaders(outcome) == [0, 1] && drops(outcome, IRELAND_2) >= 2,
    },
    Expectation {
        claim: "Ana's acknowledged write is dropped, and listed with her name",
        scope: Scope::General,
        variants: &["fencing"],
        holds: |outcome| {
            ends_at(outcome, 8)
                && outcome.metrics.lost_count == 1
                && lists(outcome, OREGON, &[("Ana", "stock")])
                && outcome.holds("accounted-for") == Some(true)
        },
    },
    Expectation {
        claim: "only Ben was told ok, Ana is refused once the link works, and Caro still read the past",
        scope: Scope::General,
        variants: &["majority"],
        holds: |outcome| {
            ends_at(outcome, 8)
                && writes(outcome, BEN).len() == 1
                && ana_is_refused(outcome)
                && numbers_read(outcome, CARO) == [Some(10)]
                && outcome.metrics.stale_count == 1
                && outcome.holds("constraint:one-order") == Some(true)
        },
    },
    Expectation {
        claim: "the old leader stops: Ana and Caro are refused at once, nothing is lost, and Ana's next write goes to the new leader",
        scope: Scope::General,
        variants: &["lease"],
        holds: |outcome| {
            !stops_before_another_leads(outcome)
                || (ends_at(outcome, 7)
                    && ana_is_refused(outcome)
                    && outcome.operations(CARO).filter_map(refusal).eq([Refusal::Unavailable])
                    && outcome.metrics.stale_count == 0
                    && outcome.holds("no-lost-writes") == Some(true))
        },
    },
];

fn ana_is_refused(outcome: &Outcome<'_>) -> bool {
    outcome.operations(ANA).filter_map(refusal).eq([Refusal::Unavailable])
}

fn ends_at(outcome: &Outcome<'_>, stock: i64) -> bool {
    let leaders = leaders(outcome);
    leaders.len() == 1 && leaders[0] != OREGON && show(outcome, "stock", &[Some(stock); 3]) && outcome.holds("convergence") == Some(true)
}

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 1)
        .datacenter("Ireland", 2)
        .link(0, 1, stream(60_000, 3_000))
        .inside(stream(1_000, 0))
        .person("Ana", 0, 500)
        .person("Ben", 1, 2_000)
        .person("Caro", 0, 500)
        .reading(ReadRule::Leader)
        .dial(&FAILOVER, OBSERVER)
        .setup()
}
