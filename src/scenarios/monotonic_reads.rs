//! Monotonic reads: you reload, and what you saw is gone, since the second replica is further behind than the first. Keeping
//! to one replica prevents it, until that replica dies.

use super::followers::{OREGON_2, OREGON_3, is_refused, reads, shows_number};
use super::ground::{Ground, get, node, put, stream};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::note::Note;
use crate::replication::strategies::single_leader::settings::{APPLY, APPLY_VARIES};
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::{ReadRule, Setup};

const ANA: u16 = 0;
const YOU: u16 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 6,
    setup,
    variants: &[
        Variant {
            id: "any-follower",
            title: "Read from any follower",
            change: |setup| read_by(setup, ReadRule::AnyFollower),
            about: About::broken("monotonic-reads"),
        },
        Variant {
            id: "sticky",
            title: "Keep to one follower",
            change: |setup| read_by(setup, ReadRule::Sticky),
            about: About::kept("monotonic-reads"),
        },
        Variant {
            id: "sticky-dies",
            title: "Keep to one follower, which dies",
            change: |setup| read_by(setup, ReadRule::Sticky),
            about: About::broken("monotonic-reads"),
        },
        Variant {
            id: "token-dies",
            title: "Carry a token, and the follower dies",
            change: |setup| read_by(setup, ReadRule::Token { is_shared: false }),
            about: About::kept("monotonic-reads"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the comment is there, then it is not",
        scope: Scope::Pinned,
        variants: &["any-follower", "sticky-dies"],
        holds: |outcome| {
            let reads = reads(outcome, YOU);
            let ends = (reads[0], reads[reads.len() - 1]);
            shows_number(ends.0, Some(1)) && ends.0.node == OREGON_2 && shows_number(ends.1, None) && ends.1.node == OREGON_3
        },
    },
    Expectation {
        claim: "one follower answers all reads",
        scope: Scope::General,
        variants: &["sticky"],
        holds: |outcome| {
            let reads = reads(outcome, YOU);
            reads.len() == 2 && reads[0].node == reads[1].node && reads[0].node.0 != 0
        },
    },
    Expectation {
        claim: "the comment stays",
        scope: Scope::Pinned,
        variants: &["sticky"],
        holds: |outcome| reads(outcome, YOU).iter().all(|read| shows_number(read, Some(1))),
    },
    Expectation {
        claim: "the leader takes the place of the dead follower, and without it nobody answers",
        scope: Scope::Pinned,
        variants: &["token-dies"],
        holds: |outcome| {
            let reads = reads(outcome, YOU);
            shows_number(reads[0], Some(1)) && shows_number(reads[1], Some(1)) && reads[1].node.0 == 0 && is_refused(reads[2])
        },
    },
];

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 3)
        .inside(stream(500, 0))
        .person("Ana", 0, 1_000)
        .person("You", 0, 10_000)
        .dial(&APPLY, 200_000)
        .dial(&APPLY_VARIES, 1)
        .setup()
}

fn read_by(setup: &mut Setup, rule: ReadRule) {
    setup.sessions[usize::from(YOU)].reads = rule;
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(
        "Oregon 1 leads. Oregon 2 and Oregon 3 follow; each needs 200 ms on average until it has applied a write, drawn for each of \
         them. So one is mostly further behind than the other. You read comments, 10 ms away.",
        Until::Now,
    )];
    steps.push(Step::told(
        match variant {
            "sticky" | "sticky-dies" => "Your first read draws a follower, and you keep to that one.",
            "token-dies" => {
                "Your reads go to any follower. Each answer names the position in the log that it shows, and you carry the newest along: \
                 only a replica that has applied it may answer, else the leader does."
            }
            _ => "Your reads go to any follower, drawn for each read.",
        },
        Until::Now,
    ));
    steps.push(
        Step::told(
            "Ana comments. The leader has told her \"ok\", and the first follower has applied the comment: Oregon 2.",
            Until::Noted(|_, note| matches!(note, Note::CaughtUp(_))),
        )
        .acting(vec![put(ANA, "comments", 1)])
        .showing(Panel::Replica),
    );
    steps.push(
        Step::told("You open the page: Oregon 2 answers, and you see one comment.", Until::Quiet)
            .acting(vec![get(YOU, "comments")])
            .showing(Panel::Events),
    );
    match variant {
        "sticky" => steps.extend(sticky()),
        "sticky-dies" => steps.extend(sticky_dies()),
        "token-dies" => steps.extend(token_dies()),
        _ => steps.extend(any_follower()),
    }
    steps
}

fn any_follower() -> Vec<Step> {
    vec![
        Step::told("You are about to reload. Oregon 3 has not applied the comment yet.", Until::Now).asking(Prediction {
            question: "What may the reload show?",
            answers: &["One comment, for certain", "One comment or none", "None, for certain"],
            right: 1,
            because: "It depends on who is drawn: Oregon 2 shows the comment, Oregon 3 does not yet.",
        }),
        Step::told("Oregon 3 was drawn, and the comment is gone. For you, time went backwards.", Until::Quiet)
            .acting(vec![get(YOU, "comments")])
            .showing(Panel::Events),
        Step::told(
            "Each follower shows a state that once was, in the right order. Only who changes between them can go back. Nothing was \
             written by you, so read-your-writes does not help here.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told("Open the same with one follower kept to, and then with that follower dying.", Until::Now),
    ]
}

fn sticky() -> Vec<Step> {
    vec![
        Step::told("You are about to reload. Oregon 3 has not applied the comment yet.", Until::Now).asking(Prediction {
            question: "What does the reload show?",
            answers: &["One comment", "None", "It depends on the draw"],
            right: 0,
            because: "You keep to Oregon 2, and a replica that is up only ever goes forward in its log.",
        }),
        Step::told("Oregon 2 answers again: one comment.", Until::Quiet).acting(vec![get(YOU, "comments")]).showing(Panel::Events),
        Step::told(
            "Reads that keep to one replica are monotonic. They may all be old: had you drawn Oregon 3, you would have seen no comment \
             twice, and that is monotonic too. And the load follows the people, even where they crowd at one replica.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told("The limit: it holds while that replica lives. Open the same with the follower dying.", Until::Now),
    ]
}

fn sticky_dies() -> Vec<Step> {
    vec![
        Step::told("Oregon 2, the follower that you keep to, crashes. Oregon 3 has not applied the comment yet.", Until::Now)
            .acting(vec![node(OREGON_2.0, NodeCommand::Crash)])
            .showing(Panel::Faults),
        Step::told("You are about to reload.", Until::Now).asking(Prediction {
            question: "What happens?",
            answers: &["An error until Oregon 2 is back", "You move to Oregon 3 and see no comment", "You wait for Oregon 3 to catch up"],
            right: 1,
            because: "This client prefers an answer to a guarantee: it moves to the next follower, which is further behind. To wait or \
                      to fail would have kept the guarantee and cost availability.",
        }),
        Step::told("Nobody answers at Oregon 2; you keep to Oregon 3 from now on, and the comment is gone.", Until::Quiet)
            .acting(vec![get(YOU, "comments")])
            .showing(Panel::Events),
        Step::told(
            "When a replica dies, its readers either get no answer, or move and may go back in time. A replica chosen by a hash of your \
             name behaves the same when the list of replicas changes.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told("Open the same with a token instead.", Until::Now),
    ]
}

fn token_dies() -> Vec<Step> {
    vec![
        Step::told("Oregon 2 crashes. Oregon 3 has not applied the comment yet.", Until::Now)
            .acting(vec![node(OREGON_2.0, NodeCommand::Crash)])
            .showing(Panel::Faults),
        Step::told("You are about to reload. Your token says: position 1.", Until::Now).asking(Prediction {
            question: "Who answers?",
            answers: &["Oregon 3, with no comment", "Oregon 1, with one comment", "Nobody"],
            right: 1,
            because: "Oregon 3 has not applied position 1 and says so. The leader has it.",
        }),
        Step::told("Oregon 3 refused, Oregon 1 answered: one comment.", Until::Quiet)
            .acting(vec![get(YOU, "comments")])
            .showing(Panel::Events),
        Step::told("Now Oregon 1 crashes too, and you reload: an error. The only replica that is up is behind what you saw.", Until::Quiet)
            .acting(vec![node(0, NodeCommand::Crash), get(YOU, "comments")])
            .showing(Panel::Faults),
        Step::told(
            "The guarantee holds, and the price is availability: you get an error until Oregon 3 has applied position 1. Try again in a \
             second.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}
