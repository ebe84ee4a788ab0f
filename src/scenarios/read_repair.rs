//! A read that finds a stale replica writes the newer version to it (Dynamo, DeCandia et al. 2007, section 4.5).

use super::ground::{get, heal_all, put};
use super::quorums::{ANA, ANAS_APP, BEN, BENS_APP, IRELAND, OREGON, TOKYO, cut, held, now, once, quiet, reads, three_places, witness};
use super::{About, Assumption, Constraint, Expectation, Panel, Prediction, Scope, Script, Step, Variant};
use crate::checkers::Witness;
use crate::replication::ids::NodeId;
use crate::replication::protocol::MessageKind;
use crate::replication::strategies::leaderless::{QUORUM_CHOICE, READ_FAN_OUT, READ_QUORUM, READ_REPAIR, WRITE_QUORUM};
use crate::simulation::history::History;
use crate::simulation::journal::Happening;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant {
            id: "repair",
            title: "With read repair",
            change: |setup| setup.dials.set(&READ_REPAIR, 1),
            about: About::kept_while(MENDED, ASKED),
        },
        Variant { id: "none", title: "Without", change: |_| {}, about: About::broken(MENDED) },
    ],
    steps,
    constraints: &[Constraint {
        id: MENDED,
        title: "What was read is mended",
        meaning: "every replica holds the newest value of a record that somebody has read",
        violations: stale_though_read,
    }],
    expectations: EXPECTATIONS,
};

const MENDED: &str = "constraint:mended";

const ASKED: Assumption = Assumption {
    words: "the read asks the stale replica too",
    is_met: |outcome| {
        let journal = outcome.session.journal();
        let asks = |happening| match happening {
            Happening::Sent { from, to, kind, .. } => (from, to, kind) == (NodeId(BENS_APP), NodeId(IRELAND), MessageKind::Read),
            _ => false,
        };
        journal.iter_from(journal.dropped_count()).any(|entry| asks(entry.happening))
    },
    outside: Some(|setup| {
        setup.dials.set(&READ_FAN_OUT, 1);
        setup.dials.set(&QUORUM_CHOICE, 1);
    }),
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the price is repaired at Ireland, and nothing else is",
        scope: Scope::General,
        variants: &["repair"],
        holds: |outcome| outcome.count_told("read-repaired") == 1 && held(&outcome.snapshot, IRELAND, "price") == Some(Some(70)),
    },
    Expectation {
        claim: "without it Ireland stays stale though its answer was seen to be old",
        scope: Scope::General,
        variants: &["none"],
        holds: |outcome| outcome.count_told("read-repaired") == 0 && held(&outcome.snapshot, IRELAND, "price") == Some(Some(50)),
    },
    Expectation {
        claim: "the stock, which nobody read, stays stale at Ireland",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| {
            let stock = |node| held(&outcome.snapshot, node, "stock");
            stock(OREGON) == Some(Some(8)) && stock(TOKYO) == Some(Some(8)) && stock(IRELAND) == Some(Some(9))
        },
    },
    Expectation {
        claim: "Ben reads the newest price either way",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| reads(outcome, BEN) == [Some(70)],
    },
];

/// Records that were read and are not the same everywhere.
fn stale_though_read(snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let was_read = |key: &str| {
        history.iter().position(|operation| operation.write.is_none() && operation.closed.is_some() && *operation.key.0 == *key)
    };
    let stale = ["price", "stock"].into_iter().filter_map(|key| {
        let read = was_read(key)?;
        let written = history.iter().enumerate().filter(|(_, operation)| operation.write.is_some() && *operation.key.0 == *key).last()?.0;
        let newest = held(snapshot, OREGON, key)?;
        let differs = [TOKYO, IRELAND].into_iter().find(|node| held(snapshot, *node, key) != Some(newest))?;
        let name = if differs == TOKYO { "Tokyo" } else { "Ireland" };
        Some(witness(format!("{name} still has an old {key} after it was read"), &[written, read]))
    });
    stale.collect()
}

fn setup() -> Setup {
    three_places().dial(&WRITE_QUORUM, 2).dial(&READ_QUORUM, 2).setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let repairs = variant == "repair";
    vec![
        quiet("Replicas in Oregon, Tokyo and Ireland, w = 2 and r = 2. Nothing is written yet."),
        quiet("Ana writes price 50 and stock 9. All three replicas have both.").acting(vec![put(ANA, "price", 50), put(ANA, "stock", 9)]),
        quiet("Her connection to Ireland breaks, and she writes price 70 and stock 8. Two acknowledgements are enough. Ireland missed both writes: its versions are older.")
            .acting(vec![cut(ANAS_APP, IRELAND), put(ANA, "price", 70), put(ANA, "stock", 8)])
            .showing(Panel::Carts),
        now("The connection is back. Nobody sends the missed writes again.").acting(vec![heal_all()]).asking(Prediction {
            question: "Ben reads the price. Ireland answers with an old version, Oregon with a newer one. What happens to Ireland's copy?",
            answers: &["It stays old", "The read sends the newer version to it"],
            right: usize::from(repairs),
            because: if repairs {
                "The client sees both versions anyway. Having answered Ben, it writes the newer one to the replica that lacks it."
            } else {
                "A plain read only compares. What it found out is forgotten as soon as Ben has his answer."
            },
        }),
        if repairs {
            once("read-repaired", "Ben sees 70, the higher version, and his app sends it to Ireland. It costs one message, and Ben does not wait for it.")
        } else {
            once("quorum-completed", "Ben sees 70, the higher version. Ireland keeps the old price, and the next read finds it stale again.")
        }
        .acting(vec![get(BEN, "price")])
        .showing(Panel::Events),
        quiet(if repairs {
            "Ireland holds price 70 now. Its stock is still 9: nobody has read it. Read repair mends what is read, and only at replicas that the read asked; a record that is never read needs anti-entropy."
        } else {
            "Ireland holds price 50 and stock 9. As long as every read asks two replicas, it does no harm; each stale copy is one copy less for the next crash."
        })
        .showing(Panel::Carts),
    ]
}
