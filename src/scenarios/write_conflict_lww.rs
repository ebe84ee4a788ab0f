//! Last write wins: of writes that had not seen each other the one with the later timestamp is kept, ties by the higher
//! id. The leaders agree, and a write that was acknowledged is gone; which one, the clocks decide.

use super::ground::{Ground, node, say, stream};
use super::leaders::{dot, fate, shown, writes};
use super::{About, Assumption, Constraint, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::checkers::{Evidence, Witness};
use crate::replication::delta::{Key, Value};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::strategies::multi_leader_forward::{DELIVERY, TIE_BREAK};
use crate::replication::view::{Fate, Reason};
use crate::simulation::command::NodeCommand;
use crate::simulation::history::History;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

const TITLE: &str = "title";
/// Place in the list of choices of the delivery.
const COMPARE: u64 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 4,
    setup,
    variants: &[
        Variant {
            id: "right-clocks",
            title: "Clocks are right",
            change: |_| {},
            about: About::kept_while(
                "constraint:last-shows",
                Assumption {
                    words: "the clocks differ by less than the time between the writes",
                    is_met: clocks_differ_less,
                    outside: None,
                },
            ),
        },
        Variant { id: "clock-ahead", title: "One clock runs ahead", change: |_| {}, about: About::broken("constraint:last-shows") },
        Variant { id: "tie", title: "Equal timestamps, higher id wins", change: |_| {}, about: About::kept("convergence") },
        Variant {
            id: "tie-by-arrival",
            title: "Equal timestamps, no tie-break",
            change: |setup| setup.dials.set(&TIE_BREAK, 0),
            about: About::broken("convergence"),
        },
    ],
    steps,
    constraints: &[Constraint {
        id: "constraint:last-shows",
        title: "The last one shows",
        meaning: "the write that was asked for last is the one that shows",
        violations: earlier_shows,
    }],
    expectations: EXPECTATIONS,
};

/// Of the acknowledged writes of the title, the last one asked for: does every leader show it?
fn earlier_shows(snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let sought = (0..).zip(history.iter()).filter(|(_, operation)| &*operation.key.0 == TITLE && dot(operation).is_some());
    let Some((number, last)) = sought.max_by_key(|(number, operation)| (operation.invoked_at, *number)) else { return Vec::new() };
    let Some(name) = dot(last) else { return Vec::new() };
    let replicas = snapshot.nodes.iter().filter_map(|node| Some((node.node, node.replica.as_ref()?)));
    let fates = replicas.filter_map(|(node, replica)| Some((node, *replica.records.get(&Key::from(TITLE))?.fates.get(&name)?)));
    let hidden = fates.filter(|(_, fate)| *fate != Fate::Visible);
    let witness = hidden.map(|(node, _)| Witness {
        sentence: format!("{}: the last one asked for, and {node} shows an earlier one", Evidence::tell(last)),
        operations: vec![number],
        dots: vec![name],
    });
    witness.collect()
}

/// Both clocks are read when the writes arrive, as far apart as they were asked for.
fn clocks_differ_less(outcome: &Outcome<'_>) -> bool {
    let skews = || outcome.snapshot.nodes.iter().map(|node| node.skew_ms);
    let most = skews().max().unwrap_or_default() - skews().min().unwrap_or_default();
    let asked: Vec<u64> = [0, 1].into_iter().flat_map(|session| writes(outcome, session)).map(|write| write.invoked_at.0).collect();
    asked.windows(2).all(|pair| pair[0].abs_diff(pair[1]) / 1_000_000 > most.unsigned_abs())
}

/// Whether both leaders show this title, list the other write as discarded for this reason, and it counts as lost.
fn is_decided(outcome: &Outcome<'_>, title: &str, loser: u16, reason: Reason) -> bool {
    let is_lost = |node: u16| {
        let told = writes(outcome, loser).first().and_then(|write| fate(outcome, node, write));
        matches!(told, Some(Fate::Discarded { reason: why, .. }) if why == reason)
    };
    let is_shown = |node: u16| shown(outcome, node, TITLE) == Some(Value::Text(title.into()));
    (0..2).all(|node| is_shown(node) && is_lost(node))
        && outcome.holds("convergence") == Some(true)
        && outcome.holds("no-lost-writes") == Some(false)
        && outcome.metrics.lost_count == 1
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "both writes are acknowledged, and one conflict is found",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.metrics.writes.count == 2 && outcome.metrics.conflict_count == 1,
    },
    Expectation {
        claim: "Ben's later write wins everywhere, and Ana's is lost and listed",
        scope: Scope::General,
        variants: &["right-clocks"],
        holds: |outcome| is_decided(outcome, "C", 0, Reason::OlderStamp) && outcome.holds("accounted-for") == Some(true),
    },
    Expectation {
        claim: "Ana's older write wins everywhere, and Ben's is lost and listed",
        scope: Scope::General,
        variants: &["clock-ahead"],
        holds: |outcome| is_decided(outcome, "B", 1, Reason::OlderStamp) && outcome.holds("accounted-for") == Some(true),
    },
    Expectation {
        claim: "of equal timestamps the higher id wins everywhere",
        scope: Scope::General,
        variants: &["tie"],
        holds: |outcome| is_decided(outcome, "C", 0, Reason::LowerId),
    },
    Expectation {
        claim: "without the tie-break each leader ends with the other's write",
        scope: Scope::General,
        variants: &["tie-by-arrival"],
        holds: |outcome| {
            let title = |node| shown(outcome, node, TITLE);
            title(0) == Some(Value::Text("C".into())) && title(1) == Some(Value::Text("B".into()))
        },
    },
];

fn setup() -> Setup {
    Ground::new("multi-leader-forward")
        .datacenter("Oregon", 1)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(60_000, 5_000))
        .person("Ana", 0, 2_000)
        .person("Ben", 1, 2_000)
        .dial(&DELIVERY, COMPARE)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(
        "Two leaders, about 60 ms apart, hold the title of a page. Each stamps the writes that it accepts with the time on its \
         own clock, in milliseconds. Of two writes that had not seen each other the later timestamp is kept.",
        Until::Now,
    )];
    match variant {
        "right-clocks" | "clock-ahead" => steps.extend(one_after_another(variant == "clock-ahead")),
        _ => steps.extend(at_once(variant == "tie")),
    }
    steps
}

fn conflict() -> Until {
    Until::Noted(|_, note| matches!(note, Note::Conflict { .. }))
}

fn one_after_another(is_ahead: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    if is_ahead {
        let skew = vec![node(0, NodeCommand::Skew { ms: 5_000 })];
        let text = "Oregon's clock runs five seconds ahead. Nobody in Oregon notices.";
        steps.push(Step::told(text, Until::Now).acting(skew).showing(Panel::Faults));
    }
    steps.extend([
        Step::told(
            "Ana, in Oregon, calls the page B. Her leader accepts it.",
            Until::Noted(|node, note| node == NodeId(0) && matches!(note, Note::Accepted(_))),
        )
        .acting(vec![say(0, TITLE, "B")])
        .showing(Panel::Replica),
        Step::told(
            "A moment later Ben, in Ireland, called it C. His leader had not heard of B and accepted C; both people were told ok. \
             Now the writes meet, and the version vectors show that neither had seen the other: a conflict.",
            conflict(),
        )
        .acting(vec![say(1, TITLE, "C")])
        .showing(Panel::Events),
        Step::told("Each leader compares the two timestamps.", Until::Now).asking(Prediction {
            question: "Ana wrote B, and then Ben wrote C. What will the page be called?",
            answers: &["B", "C", "It depends on the leader that is asked"],
            right: usize::from(!is_ahead),
            because: if is_ahead {
                "Oregon's clock is five seconds ahead, so B carries the later timestamp although it was written first."
            } else {
                "C carries the later timestamp. The clocks agree here, so the later timestamp is the later write."
            },
        }),
        Step::told(
            if is_ahead {
                "Both leaders call it B. Ben wrote last, was told ok, and his C is gone: discarded for an older timestamp. As long as the clock is wrong, a write of Oregon wins against all \
                 that Ireland writes in the next five seconds without having seen it."
            } else {
                "Both leaders call it C. Ana was told ok, and her B is gone: discarded for an older timestamp, as the list of \
                 writes says with her name. The leaders agree; that is all that last write wins promises."
            },
            Until::Quiet,
        )
        .showing(Panel::Conflict),
        Step::told(
            if is_ahead {
                "Clocks of real servers differ, by milliseconds on a good day. Of writes that are closer together than that, it \
                 is chance which one is kept."
            } else {
                "The limit: this was the last write because the clocks differ by less than the time between the writes. Open the \
                 same with a clock that runs ahead, or with equal timestamps."
            },
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]);
    steps
}

fn at_once(breaks_ties: bool) -> Vec<Step> {
    vec![
        Step::told(
            "Ana, in Oregon, calls the page B, and Ben, in Ireland, calls it C. Both writes were accepted in the same \
             millisecond, and a leader has found the conflict: the timestamps are equal.",
            conflict(),
        )
        .acting(vec![say(0, TITLE, "B"), say(1, TITLE, "C")])
        .showing(Panel::Conflict),
        Step::told(
            if breaks_ties {
                "Of equal timestamps the higher id wins here; Ireland's id is the higher one."
            } else {
                "There is no rule for equal timestamps here: of these, what arrived last is kept."
            },
            Until::Now,
        )
        .asking(Prediction {
            question: "What will the page be called?",
            answers: &["C at both leaders", "C in Oregon and B in Ireland", "B at both leaders"],
            right: usize::from(!breaks_ties),
            because: if breaks_ties {
                "Both leaders compare the same two ids, and come to the same winner without a word between them."
            } else {
                "At each leader the other's write arrived last."
            },
        }),
        Step::told(
            if breaks_ties {
                "Both leaders call it C. The order of arrival was not the same for both, and it did not matter. Ana's B is \
                 discarded for a lower id."
            } else {
                "Oregon calls it C, Ireland B, and nothing is in flight: they will never agree. Each has kept the write of the \
                 other's person and discarded its own."
            },
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told(
            "A rule that decides conflicts must give the same answer at every replica, whatever arrives first. Open the same with \
             the other rule.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}
