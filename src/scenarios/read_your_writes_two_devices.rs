//! Read your writes on two devices: a token helps the device that has it. A token that the devices share helps both; after
//! a failover that loses the write, it asks for something that nobody has.

use super::followers::{is_refused, is_written, reads, shows_text, took_ms};
use super::ground::{Ground, get, node, partition, say, stream};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::note::Note;
use crate::replication::protocol::{Refusal, Reply};
use crate::replication::strategies::single_leader::settings::{APPLY, APPLY_VARIES};
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::{ReadRule, Setup};

const LAPTOP: u16 = 0;
const PHONE: u16 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant {
            id: "own-tokens",
            title: "A token for each device",
            change: |setup| share(setup, false),
            about: About::broken("read-your-writes"),
        },
        Variant {
            id: "shared-token",
            title: "One token for both devices",
            change: |setup| share(setup, true),
            about: About::kept("read-your-writes"),
        },
        Variant {
            id: "failover",
            title: "One token, and a failover",
            change: |setup| share(setup, true),
            about: About::kept("read-your-writes"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the laptop sees the city, the phone does not",
        scope: Scope::Pinned,
        variants: &["own-tokens"],
        holds: |outcome| shows_text(reads(outcome, LAPTOP)[0], Some("Oslo")) && shows_text(reads(outcome, PHONE)[0], None),
    },
    Expectation {
        claim: "both devices see the city",
        scope: Scope::General,
        variants: &["shared-token"],
        holds: |outcome| shows_text(reads(outcome, LAPTOP)[0], Some("Oslo")) && shows_text(reads(outcome, PHONE)[0], Some("Oslo")),
    },
    Expectation {
        claim: "the phone is sent on to the leader: two round trips",
        scope: Scope::Pinned,
        variants: &["shared-token"],
        holds: |outcome| reads(outcome, PHONE)[0].node.0 == 0 && took_ms(reads(outcome, PHONE)[0], 80),
    },
    Expectation {
        claim: "nobody can satisfy the token of a lost write",
        scope: Scope::General,
        variants: &["failover"],
        holds: |outcome| {
            let is_behind = |session| matches!(reads(outcome, session)[0].closed, Some((_, Reply::Refused(Refusal::Behind))));
            outcome.operations(LAPTOP).next().is_some_and(is_written) && is_behind(LAPTOP) && is_behind(PHONE)
        },
    },
    Expectation {
        claim: "the next write brings a token of the new epoch, and both devices read again",
        scope: Scope::General,
        variants: &["failover"],
        holds: |outcome| {
            let reread = |session| reads(outcome, session)[1];
            shows_text(reread(LAPTOP), Some("Rome")) && shows_text(reread(PHONE), Some("Rome"))
        },
    },
    Expectation {
        claim: "no device is refused while the leader lives",
        scope: Scope::General,
        variants: &["own-tokens", "shared-token"],
        holds: |outcome| !outcome.session.history().iter().any(is_refused),
    },
];

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 3)
        .inside(stream(500, 0))
        .person("You", 0, 10_000)
        .person("You", 0, 20_000)
        .dial(&APPLY, 200_000)
        .dial(&APPLY_VARIES, 1)
        .setup()
}

fn share(setup: &mut Setup, is_shared: bool) {
    for session in &mut setup.sessions {
        session.reads = ReadRule::Token { is_shared };
    }
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(
        "Oregon 1 leads, Oregon 2 and Oregon 3 follow and need 200 ms on average until they have applied a write. You have a laptop, \
         10 ms away, and a phone, 20 ms away. Each read carries a token, the position in the log that its answer must show at least.",
        Until::Now,
    )];
    match variant {
        "shared-token" => steps.extend(shared_token()),
        "failover" => steps.extend(failover()),
        _ => steps.extend(own_tokens()),
    }
    steps
}

fn own_tokens() -> Vec<Step> {
    vec![
        Step::told("Each device keeps the token of its own writes and reads, and nothing of the other's.", Until::Now),
        Step::told("On the laptop you are about to enter Oslo as your city, reload there, and then look at the phone.", Until::Now).asking(
            Prediction {
                question: "Which of the two shows Oslo?",
                answers: &["Both", "Only the laptop", "Neither"],
                right: 1,
                because: "The laptop asks for position 1 and gets it from the leader. The phone has no token, so that any follower may \
                          answer it.",
            },
        ),
        Step::told(
            "The laptop shows Oslo. The follower that it asked refused, since it had not applied position 1, and Oregon 1 answered.",
            Until::Quiet,
        )
        .acting(vec![say(LAPTOP, "city", "Oslo"), get(LAPTOP, "city")])
        .showing(Panel::Events),
        Step::told(
            "The phone shows an empty field: it asked for nothing in particular, and the follower that it asked has not applied the \
             write. You have seen Oslo on the laptop, and now it is gone.",
            Until::Quiet,
        )
        .acting(vec![get(PHONE, "city")])
        .showing(Panel::Events),
        Step::told("A token for each device keeps read-your-writes for each device. For you, a person with two, it does not.", Until::Now)
            .showing(Panel::Verdicts),
        Step::told("Open the same with one token for both devices, and then with a failover.", Until::Now),
    ]
}

fn shared_token() -> Vec<Step> {
    vec![
        Step::told(
            "Both devices share one token, as if it stood in your account: each sends it along, and each raises it. (How it gets \
             from one to the other takes no time here; in a real system it needs a store that is itself up to date.)",
            Until::Now,
        ),
        Step::told("On the laptop you are about to enter Oslo as your city, reload there, and then look at the phone.", Until::Now).asking(
            Prediction {
                question: "How long does the phone, 20 ms away, wait for Oslo?",
                answers: &["40 ms", "80 ms", "Until a follower has applied it"],
                right: 1,
                because: "A follower that has not applied position 1 refuses, one round trip; then the leader answers, another one.",
            },
        ),
        Step::told("The laptop shows Oslo. Position 1 is now the token of both devices.", Until::Quiet)
            .acting(vec![say(LAPTOP, "city", "Oslo"), get(LAPTOP, "city")])
            .showing(Panel::Events),
        Step::told("The phone asked for position 1. A follower refused, Oregon 1 answered: Oslo, after 80 ms instead of 40.", Until::Quiet)
            .acting(vec![get(PHONE, "city")])
            .showing(Panel::Events),
        Step::told("Read-your-writes holds for you, on whatever device, while no write is lost.", Until::Now).showing(Panel::Verdicts),
        Step::told("Open the same with a failover that loses the write.", Until::Now),
    ]
}

fn failover() -> Vec<Step> {
    vec![
        Step::told("Both devices share one token. The links from Oregon 1 to its followers fail; you still reach everybody.", Until::Now)
            .acting(vec![partition(&[&[0], &[1, 2]])])
            .showing(Panel::Faults),
        Step::told(
            "On the laptop you enter Oslo. Oregon 1 waits for nobody and says \"saved\", at position 1 of term 1. No follower has it.",
            Until::Quiet,
        )
        .acting(vec![say(LAPTOP, "city", "Oslo")])
        .showing(Panel::Events),
        Step::told(
            "Oregon 1 crashes, and Oregon 2 is made the leader: term 2. It begins its term with an entry of its own, at position 1.",
            Until::Noted(|_, note| matches!(note, Note::Promoted(_))),
        )
        .acting(vec![node(0, NodeCommand::Crash), node(1, NodeCommand::Promote)])
        .showing(Panel::Faults),
        Step::told("You reload on both devices, with the token \"position 1 of term 1\".", Until::Now).asking(Prediction {
            question: "What do the devices show?",
            answers: &["An empty field", "Oslo", "An error"],
            right: 2,
            because: "The entry at position 1 is another one now, of term 2. The one of term 1 went with Oregon 1, so nobody can show \
                      it. A token without the term would have let the wrong entry pass.",
        }),
        Step::told(
            "Both devices are refused by every replica that is up, the new leader included. No wait will help: the token cannot be \
             satisfied while Oregon 1 is gone, and if it returns it drops the entry.",
            Until::Quiet,
        )
        .acting(vec![get(LAPTOP, "city"), get(PHONE, "city")])
        .showing(Panel::Events),
        Step::told(
            "What can a client do? Tell you that the write may be lost, and ask you to enter it again; or forget the token and \
             show you the empty field. To retry in silence is the wrong answer. This client keeps the token, and you write again: Rome.",
            Until::Quiet,
        )
        .acting(vec![say(LAPTOP, "city", "Rome")]),
        Step::told(
            "The answer brought a token of term 2, which is newer than any of term 1. Both devices read again, and both show Rome.",
            Until::Quiet,
        )
        .acting(vec![get(LAPTOP, "city"), get(PHONE, "city")])
        .showing(Panel::Verdicts),
        Step::told(
            "Read-your-writes held: you were refused rather than shown something older. Oslo is lost all the same. A token keeps no \
             write alive; a majority that acknowledges it does.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}
