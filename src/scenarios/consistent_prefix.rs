//! Consistent prefix with several leaders: an effect overtakes its cause on a faster way. Of one key, a version vector
//! recognises the late cause (Parker et al. 1983); of two keys only causal delivery helps (Birman, Schiper & Stephenson 1991).

use super::ground::{Ground, get, get_many, put, say, stream};
use super::leaders::{read_values, show};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::delta::Value;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::strategies::multi_leader_forward::{DELIVERY, FORWARDING};
use crate::simulation::setup::Setup;

const IRELAND: NodeId = NodeId(1);
const TOKYO: NodeId = NodeId(2);
/// Places in the lists of choices of the settings.
const DIRECT: u64 = 2;
const COMPARE: u64 = 1;
const CAUSAL: u64 = 2;

pub(super) const SCENARIO: Script = Script {
    seed: 11,
    setup,
    variants: &[
        Variant {
            id: "one-key-arrival",
            title: "One key, applied in order of arrival",
            change: |_| {},
            about: About::broken("convergence"),
        },
        Variant {
            id: "one-key-vectors",
            title: "One key, version vectors compared",
            change: |setup| setup.dials.set(&DELIVERY, COMPARE),
            about: About::kept("convergence"),
        },
        Variant {
            id: "two-keys-arrival",
            title: "Question and answer, applied in order of arrival",
            change: |_| {},
            about: About::broken("consistent-prefix"),
        },
        Variant {
            id: "two-keys-causal",
            title: "Question and answer, causal delivery",
            change: |setup| setup.dials.set(&DELIVERY, CAUSAL),
            about: About::kept("consistent-prefix"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "Tokyo ends at 50, the others at 70",
        scope: Scope::General,
        variants: &["one-key-arrival"],
        holds: |outcome| show(outcome, "price", &[Some(70), Some(70), Some(50)]) && outcome.count_told("overwrites-effect") == 1,
    },
    Expectation {
        claim: "the late 50 is dropped, and all end at 70",
        scope: Scope::General,
        variants: &["one-key-vectors"],
        holds: |outcome| {
            show(outcome, "price", &[Some(70); 3]) && outcome.count_told("dominated") == 1 && outcome.holds("no-lost-writes") == Some(true)
        },
    },
    Expectation {
        claim: "Chie reads at Tokyo what it ends at, and Ben had read 50 before he wrote 70",
        scope: Scope::General,
        variants: &["one-key-arrival", "one-key-vectors"],
        holds: |outcome| {
            let tokyo = super::leaders::shown(outcome, TOKYO.0, "price");
            read_values(outcome, 2) == [tokyo] && read_values(outcome, 1).first() == Some(&Some(Value::Number(50)))
        },
    },
    Expectation {
        claim: "Chie sees the answer without its question, and both later",
        scope: Scope::General,
        variants: &["two-keys-arrival"],
        holds: |outcome| reads_of_both(outcome) == [(false, true), (true, true)] && outcome.count_told("held") == 0,
    },
    Expectation {
        claim: "the answer is held in Tokyo until its question is there",
        scope: Scope::General,
        variants: &["two-keys-causal"],
        holds: |outcome| reads_of_both(outcome) == [(false, false), (true, true)] && outcome.count_told("held") == 1,
    },
    Expectation {
        claim: "the leaders agree in the end",
        scope: Scope::General,
        variants: &["two-keys-arrival", "two-keys-causal"],
        holds: |outcome| outcome.holds("convergence") == Some(true),
    },
];

/// Of each of Chie's reads of both keys: whether it showed the question, and whether the answer.
fn reads_of_both(outcome: &Outcome<'_>) -> Vec<(bool, bool)> {
    let both = outcome.operations(2).filter_map(|operation| match &operation.closed {
        Some((_, Reply::Values(values))) => Some((values.first()?.1.is_some(), values.get(1)?.1.is_some())),
        _ => None,
    });
    both.collect()
}

fn setup() -> Setup {
    Ground::new("multi-leader-forward")
        .datacenter("Oregon", 1)
        .datacenter("Ireland", 1)
        .datacenter("Tokyo", 1)
        .link(0, 1, stream(60_000, 3_000))
        .link(1, 2, stream(100_000, 3_000))
        .link(0, 2, stream(400_000, 3_000))
        .person("Ana", 0, 2_000)
        .person("Ben", 1, 2_000)
        .person("Chie", 2, 2_000)
        .dial(&FORWARDING, DIRECT)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(
        "Three leaders. Each takes writes and sends its own to the two others directly. Oregon to Ireland takes about 60 ms, \
         Ireland to Tokyo about 100 ms, Oregon to Tokyo about 400 ms: that link is congested. Each link keeps its order.",
        Until::Now,
    )];
    match variant {
        "one-key-arrival" | "one-key-vectors" => steps.extend(one_key(variant == "one-key-vectors")),
        _ => steps.extend(two_keys(variant == "two-keys-causal")),
    }
    steps
}

fn applied_in_ireland() -> Until {
    Until::Noted(|node, note| node == IRELAND && matches!(note, Note::Applied(_)))
}

fn applied_in_tokyo() -> Until {
    Until::Noted(|node, note| node == TOKYO && matches!(note, Note::Applied(_)))
}

fn one_key(compares: bool) -> Vec<Step> {
    vec![
        Step::told("Ana, in Oregon, sets the price to 50. Ireland has applied it. To Tokyo it is still on its way.", applied_in_ireland())
            .acting(vec![put(0, "price", 50)])
            .showing(Panel::Replica),
        Step::told(
            "Ben, in Ireland, reads 50 and raises the price to 70. His write is in Tokyo now, and Tokyo shows 70. Ana's 50, \
             which was there first, has still not arrived.",
            applied_in_tokyo(),
        )
        .acting(vec![get(1, "price"), put(1, "price", 70)])
        .showing(Panel::Events),
        Step::told("The 50 will reach Tokyo after the 70. Think first.", Until::Now).asking(Prediction {
            question: "Everything arrives, nothing is lost. What will Tokyo show in the end?",
            answers: &["70", "50"],
            right: usize::from(!compares),
            because: if compares {
                "Ben's write carries a version vector that covers Ana's: it had seen the 50. What arrives late and had been \
                 seen already is dropped."
            } else {
                "A leader that applies writes in order of arrival lets the late 50 overwrite the 70, although the 70 was \
                 written by somebody who had seen the 50."
            },
        }),
        if compares {
            Step::told(
                "The 50 arrives. Tokyo compares version vectors: the 70 that it holds had seen this 50. So the 50 is old news, \
                 and is dropped.",
                Until::Told("dominated"),
            )
            .showing(Panel::Events)
        } else {
            Step::told("The 50 arrives. Tokyo applies it, as it applies everything, and shows 50 again.", Until::Told("overwrites-effect"))
                .showing(Panel::Events)
        },
        Step::told(
            if compares {
                "All three read 70. The order of arrival still differs from leader to leader; what they show does not."
            } else {
                "Ana and Ben read 70, Chie reads 50. Nothing is in flight and no message was lost: nothing will ever put this \
                 right, except another write."
            },
            Until::Quiet,
        )
        .acting(vec![get(0, "price"), get(1, "price"), get(2, "price")])
        .showing(Panel::Verdicts),
        Step::told(
            "Open the same with the other delivery. A vector of one key helps with that key only: a question and its answer are \
             two keys, and need causal delivery. That is the other pair of variants.",
            Until::Now,
        )
        .showing(Panel::Replica),
    ]
}

const WITH_CAUSAL: Prediction = Prediction {
    question: "Chie, in Tokyo, reads question and answer now. What does she see?",
    answers: &["The answer without a question", "Neither", "Both"],
    right: 1,
    because: "The answer carries what Ireland had applied before it. The question is among that and is not in Tokyo, so the \
              answer waits.",
};

const WITHOUT: Prediction = Prediction {
    question: "Chie, in Tokyo, reads question and answer now. What does she see?",
    answers: &["The answer without a question", "Neither", "Both"],
    right: 0,
    because: "Tokyo applies what arrives. It compares no versions, and comparing them would not help: question and answer are \
              two keys, and no version of one says anything of the other.",
};

fn two_keys(is_causal: bool) -> Vec<Step> {
    vec![
        Step::told(
            "Ana, in Oregon, asks: is the bridge open? Ireland has the question. To Tokyo it is still on its way.",
            applied_in_ireland(),
        )
        .acting(vec![say(0, "question", "Is the bridge open?")])
        .showing(Panel::Replica),
        if is_causal {
            Step::told(
                "Ben, in Ireland, reads the question and writes the answer. The answer arrives in Tokyo and is held there: a \
                 write that it may depend on has not arrived.",
                Until::Told("held"),
            )
        } else {
            Step::told(
                "Ben, in Ireland, reads the question and writes the answer. Tokyo applies the answer as soon as it arrives.",
                applied_in_tokyo(),
            )
        }
        .acting(vec![get(1, "question"), say(1, "answer", "Yes, since noon")])
        .showing(Panel::Events),
        Step::told("The question is still on its way to Tokyo. Think first.", Until::Now).asking(if is_causal {
            WITH_CAUSAL
        } else {
            WITHOUT
        }),
        Step::told(
            if is_causal {
                "Chie read neither. Now the question has arrived; the answer is applied right after it."
            } else {
                "Chie read an answer to nothing. Only now the question has arrived. Her read was no state that the conversation \
                 ever had: Ben wrote after he had seen the question."
            },
            applied_in_tokyo(),
        )
        .acting(vec![get_many(2, &["question", "answer"])])
        .showing(Panel::Verdicts),
        Step::told(
            if is_causal {
                "Chie reads again and sees both. At no moment could anybody in Tokyo see the effect without its cause. The price: \
                 the answer was there earlier, and could not be shown."
            } else {
                "Chie reads again and sees both. The leaders agree in the end; that does not undo what she saw."
            },
            Until::Quiet,
        )
        .acting(vec![get_many(2, &["question", "answer"])])
        .showing(Panel::Verdicts),
        Step::told(
            "Open the same with the other delivery. Or let leaders forward what they receive (flood): on links that keep their \
             order Ireland then hands on the question before its own answer, and the effect cannot overtake.",
            Until::Now,
        )
        .showing(Panel::Replica),
    ]
}
