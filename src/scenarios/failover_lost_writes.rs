//! Writes that a failover loses: what the old leader acknowledged and the new one never received. Asynchronous
//! replication loses its tail; semi-synchronous replication too, once it has fallen back or both copies fail; a majority does not.

mod told;

use super::ground::{Ground, stream};
use super::group::{drops, lists};
use super::leaders::{read_values, writes};
use super::{About, Expectation, Outcome, Scope, Script, Variant};
use crate::replication::strategies::single_leader::settings::{FAILOVER, REPLICATION, SYNCHRONOUS_TIMEOUT};
use crate::simulation::setup::Setup;

const OREGON: u16 = 0;
const OHIO: u16 = 1;
const IRELAND: u16 = 2;
const ANA: u16 = 0;
const CARO: u16 = 1;
const BEN: u16 = 2;
/// Places in the lists of choices of the settings.
const SEMI_SYNCHRONOUS: u64 = 1;
const MAJORITY: u64 = 3;
const VOTE: u64 = 2;

pub(super) const SCENARIO: Script = Script {
    seed: 2,
    setup,
    variants: &[
        Variant { id: "asynchronous", title: "Asynchronous", change: |_| {}, about: About::broken("no-lost-writes") },
        Variant {
            id: "fallback",
            title: "Semi-synchronous, after its timeout",
            change: |setup| {
                setup.dials.set(&REPLICATION, SEMI_SYNCHRONOUS);
                setup.dials.set(&SYNCHRONOUS_TIMEOUT, 500);
            },
            about: About::broken("no-lost-writes"),
        },
        Variant {
            id: "double-failure",
            title: "Semi-synchronous, two failures",
            change: |setup| setup.dials.set(&REPLICATION, SEMI_SYNCHRONOUS),
            about: About::broken("no-lost-writes"),
        },
        Variant {
            id: "majority",
            title: "Acknowledged by a majority",
            change: |setup| {
                setup.dials.set(&REPLICATION, MAJORITY);
                setup.dials.set(&FAILOVER, VOTE);
            },
            about: About::kept("no-lost-writes"),
        },
    ],
    steps: told::steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const LOST: &[(&str, &str)] = &[("Ana", "order 2"), ("Caro", "order 3")];

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "Ana and Caro were told ok, and both orders are lost",
        scope: Scope::General,
        variants: &["asynchronous", "fallback", "double-failure"],
        holds: |outcome| {
            writes(outcome, ANA).len() == 2
                && writes(outcome, CARO).len() == 1
                && outcome.metrics.lost_count == 2
                && read_values(outcome, BEN).iter().map(Option::is_some).eq([true, false, false])
        },
    },
    Expectation {
        claim: "the old leader lists both, with their authors, when it returns; what was lost is accounted for",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| drops(outcome, OREGON) == 1 && lists(outcome, OREGON, LOST) && outcome.holds("accounted-for") == Some(true),
    },
    Expectation {
        claim: "the replicas agree in the end",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("convergence") == Some(true),
    },
    Expectation {
        claim: "the leader stops waiting after half a second and says ok to both",
        scope: Scope::General,
        variants: &["fallback"],
        holds: |outcome| outcome.count_told("fell-back") == 1 && waited(outcome, ANA, 1, 500, 510) && waited(outcome, CARO, 0, 500, 510),
    },
    Expectation {
        claim: "both writes waited for Ohio's acknowledgement",
        scope: Scope::General,
        variants: &["double-failure"],
        holds: |outcome| waited(outcome, ANA, 1, 50, 100) && waited(outcome, CARO, 0, 50, 100),
    },
    Expectation {
        claim: "neither was told ok: their clients know that they do not know; order 1 is there",
        scope: Scope::General,
        variants: &["majority"],
        holds: |outcome| {
            writes(outcome, ANA).len() == 1
                && writes(outcome, CARO).is_empty()
                && outcome.metrics.unknown_count == 2
                && outcome.metrics.lost_count == 0
                && read_values(outcome, BEN).iter().map(Option::is_some).eq([true, false, false])
        },
    },
];

/// Whether an acknowledged write of a session took so many milliseconds.
fn waited(outcome: &Outcome<'_>, session: u16, index: usize, least: u64, most: u64) -> bool {
    let ms = writes(outcome, session).get(index).copied().and_then(super::leaders::waited_ms);
    ms.is_some_and(|ms| (least..=most).contains(&ms))
}

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 1)
        .datacenter("Ohio", 1)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(25_000, 500))
        .link(0, 2, stream(65_000, 500))
        .link(1, 2, stream(40_000, 500))
        .person("Ana", 0, 500)
        .person("Caro", 0, 500)
        .person("Ben", 2, 500)
        .setup()
}
