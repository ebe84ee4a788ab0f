//! Concurrent writes kept as siblings, by dotted version vectors (Preguiça et al. 2010), and deletions, which must be kept
//! as tombstones or else return.

use super::ground::{Ground, act, get, node, say, stream};
use super::quorums::{IRELAND, OREGON, TOKYO, later, now, once, quiet, shown, siblings, sleeps, values, witness};
use super::{About, Assumption, Constraint, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Variant};
use crate::checkers::Witness;
use crate::replication::delta::{Key, Operation};
use crate::replication::protocol::Reply;
use crate::replication::strategies::leaderless::{
    ANTI_ENTROPY_EVERY, CONFLICTS, PLAIN_VERSION_VECTORS, READ_QUORUM, TOMBSTONE_KEEP, TOMBSTONES, WRITE_QUORUM,
};
use crate::replication::time::SimDuration;
use crate::replication::view::Fate;
use crate::simulation::command::{Action, Command, NodeCommand};
use crate::simulation::history::History;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

const ANA: u16 = 0;
const BEN: u16 = 1;
const KEY: &str = "list";
const EXPLOSION: &str = "constraint:no-sibling-explosion";
const DELETED: &str = "constraint:deleted-stays-deleted";

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant { id: "dotted", title: "Dotted version vectors", change: |_| {}, about: About::kept(EXPLOSION) },
        Variant {
            id: "plain",
            title: "Plain version vectors: siblings explode",
            change: |setup| setup.dials.set(&PLAIN_VERSION_VECTORS, 1),
            about: About::broken(EXPLOSION),
        },
        Variant {
            id: "tombstone",
            title: "Deletion leaves a tombstone",
            change: |setup| keep(setup, 60_000),
            about: About::kept_while(DELETED, SHORT_SLEEP),
        },
        Variant {
            id: "no-tombstone",
            title: "Deletion leaves no trace",
            change: |setup| {
                keep(setup, 0);
                setup.dials.set(&TOMBSTONES, 0);
            },
            about: About::broken(DELETED),
        },
        Variant {
            id: "collected",
            title: "The tombstone is collected too soon",
            change: |setup| keep(setup, 1_000),
            about: About::broken(DELETED),
        },
    ],
    steps,
    constraints: &[
        Constraint {
            id: EXPLOSION,
            title: "No sibling explosion",
            meaning: "two people who each know their own writes never make more than two siblings",
            violations: explosion,
        },
        Constraint {
            id: DELETED,
            title: "Deleted stays deleted",
            meaning: "what was deleted does not return by itself",
            violations: returned,
        },
    ],
    expectations: EXPECTATIONS,
};

const SHORT_SLEEP: Assumption = Assumption {
    words: "no replica sleeps longer than tombstones are kept",
    is_met: |outcome| {
        let keep = outcome.session.setup().dials.duration(&TOMBSTONE_KEEP);
        keep == SimDuration::ZERO || sleeps(outcome).iter().all(|(_, from, until)| until.since(*from) < keep)
    },
    outside: Some(|setup| setup.dials.set(&TOMBSTONE_KEEP, 1_000)),
};

const EDITS: &[&str] = &["dotted", "plain"];

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "after one write each, both are kept as siblings; the read after all edits shows two",
        scope: Scope::General,
        variants: &["dotted"],
        holds: |outcome| outcome.count_told("sibling-made") > 0 && shown(outcome, ANA) == [2],
    },
    Expectation {
        claim: "with plain vectors the read shows all eight writes",
        scope: Scope::Pinned,
        variants: &["plain"],
        holds: |outcome| shown(outcome, ANA) == [8],
    },
    Expectation {
        claim: "a write that has seen them all leaves one",
        scope: Scope::General,
        variants: EDITS,
        holds: |outcome| {
            outcome.count_told("sibling-merged") > 0
                && [OREGON, TOKYO, IRELAND].iter().all(|node| siblings(&outcome.snapshot, *node, KEY) == 1)
        },
    },
    Expectation {
        claim: "no acknowledged write is lost without a write that had seen it",
        scope: Scope::General,
        variants: EDITS,
        holds: |outcome| outcome.holds("no-lost-writes") == Some(true) && outcome.holds("accounted-for") == Some(true),
    },
    Expectation {
        claim: "the tombstone is collected before Tokyo is back",
        scope: Scope::General,
        variants: &["collected"],
        holds: |outcome| outcome.count_told("tombstone-collected") >= 2,
    },
    Expectation {
        claim: "Ben reads nothing",
        scope: Scope::General,
        variants: &["tombstone"],
        holds: |outcome| shown(outcome, BEN) == [0] && outcome.holds("no-lost-writes") == Some(true) && outcome.metrics.writes.count == 2,
    },
    Expectation {
        claim: "Ben reads what was deleted",
        scope: Scope::General,
        variants: &["no-tombstone", "collected"],
        holds: |outcome| shown(outcome, BEN) == [1],
    },
    Expectation {
        claim: "the acknowledged deletion is listed as undone, and no write is missing without being listed",
        scope: Scope::General,
        variants: &["no-tombstone", "collected"],
        holds: |outcome| {
            outcome.holds("no-lost-writes") == Some(false) && outcome.holds("accounted-for") == Some(true) && is_undone(outcome)
        },
    },
];

/// Whether Oregon lists the deletion as discarded.
fn is_undone(outcome: &Outcome<'_>) -> bool {
    let deletion = outcome.operations(ANA).find(|operation| operation.write == Some(Operation::Delete));
    let Some((_, Reply::Written { dot: Some(dot), .. })) = deletion.and_then(|deletion| deletion.closed.as_ref()) else { return false };
    let oregon = outcome.snapshot.nodes.first().and_then(|node| node.replica.as_ref());
    let record = oregon.and_then(|replica| replica.records.get(&Key::from(KEY)));
    record.is_some_and(|record| matches!(record.fates.get(dot), Some(Fate::Discarded { .. })))
}

/// Reads that showed more versions than there are people, and replicas that hold more.
fn explosion(snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let reads = history.iter().enumerate().filter_map(|(number, operation)| Some((number, values(operation)?)));
    let many = reads
        .filter(|(_, count)| *count > 2)
        .map(|(number, count)| witness(format!("a read shows {count} siblings of two people"), &[number]));
    let held = [OREGON, TOKYO, IRELAND].into_iter().map(|node| siblings(snapshot, node, KEY)).max().filter(|count| *count > 2);
    many.chain(held.map(|count| witness(format!("a replica holds {count} siblings of two people"), &[]))).collect()
}

/// Reads that show something although it was deleted, and nobody wrote since.
fn returned(_snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let writes = || history.iter().enumerate().filter(|(_, operation)| operation.write.is_some());
    let Some((last, deletion)) = writes().last().filter(|(_, operation)| operation.write == Some(Operation::Delete)) else {
        return Vec::new();
    };
    let Some((deleted_at, Reply::Written { .. })) = &deletion.closed else { return Vec::new() };
    let reads = history
        .iter()
        .enumerate()
        .filter(|(_, operation)| operation.invoked_at > *deleted_at && values(operation).is_some_and(|count| count > 0));
    reads.map(|(number, _)| witness(format!("{KEY} was deleted, and a later read shows it"), &[last, number])).collect()
}

fn setup() -> Setup {
    Ground::new("leaderless")
        .datacenter("Oregon", 1)
        .datacenter("Tokyo", 1)
        .datacenter("Ireland", 1)
        .link(OREGON, TOKYO, stream(50_000, 1_000))
        .link(OREGON, IRELAND, stream(65_000, 1_000))
        .link(TOKYO, IRELAND, stream(110_000, 1_000))
        .person("Ana", OREGON, 5_000)
        .person("Ben", IRELAND, 5_000)
        .dial(&WRITE_QUORUM, 2)
        .dial(&READ_QUORUM, 2)
        .dial(&CONFLICTS, 1)
        .setup()
}

/// How long tombstones are kept (0: for ever), and replicas that compare in the background.
fn keep(setup: &mut Setup, ms: u64) {
    setup.dials.set(&TOMBSTONE_KEEP, ms);
    setup.dials.set(&ANTI_ENTROPY_EVERY, 500);
}

fn steps(variant: &str) -> Vec<Step> {
    match variant {
        "dotted" => edits(false),
        "plain" => edits(true),
        other => deletion(other),
    }
}

fn more(session: u16, words: [&str; 3]) -> Vec<Command> {
    words.into_iter().map(|text| say(session, KEY, text)).collect()
}

fn edits(is_plain: bool) -> Vec<Step> {
    let question = Prediction {
        question: "Ana and Ben each replace their own list three times, without reading the other's. How many versions stand side by side then?",
        answers: &["One: the last", "Two: the last of each", "More than two"],
        right: if is_plain { 2 } else { 1 },
        because: if is_plain {
            "A plain vector stands for all siblings together. Ana's write has not seen Ben's, so her vector does not cover it, and then nothing goes: not even her own older list."
        } else {
            "Each version has a dot, a name of its own. Ana's write names the dots that she has seen: her older list goes, Ben's stays."
        },
    };
    let edited = if is_plain {
        "Each write was kept beside all those before it, also those of the same person that it was meant to replace: sibling explosion. Riak had it before it took to dotted version vectors."
    } else {
        "Two versions: the last of Ana's and the last of Ben's. What a writer had seen is gone; what it had not seen is kept."
    };
    let merged = if is_plain {
        "Ana reads them all, and writes one list. Her write has seen everything, and one version is left. The next two concurrent edits begin it anew."
    } else {
        "Ana reads both, and writes one list. Her write has seen both, and one version is left everywhere. No clock was asked, and nothing that nobody had seen was thrown away."
    };
    let mut edits = more(ANA, ["milk 2", "milk 3", "milk 4"]);
    edits.extend(more(BEN, ["eggs 2", "eggs 3", "eggs 4"]));
    vec![
        now(if is_plain {
            "Replicas in Oregon, Tokyo and Ireland keep concurrent writes side by side, as siblings. Here all siblings of a record share one plain version vector."
        } else {
            "Replicas in Oregon, Tokyo and Ireland keep concurrent writes side by side, as siblings. Each version carries a dot: the replica that named it, and a number."
        }),
        once("sibling-made", "Ana, in Oregon, writes a list; Ben, in Ireland, writes another at the same time. Neither had seen the other's: where the two meet, both are kept.")
            .acting(vec![say(ANA, KEY, "milk 1"), say(BEN, KEY, "eggs 1")])
            .showing(Panel::Conflict),
        quiet("All three replicas hold both versions. Neither is the loser: no clock decides.").asking(question),
        quiet(edited).acting(edits).showing(Panel::Conflict),
        quiet(merged).acting(vec![get(ANA, KEY), say(ANA, KEY, "milk 4 and eggs 4")]).showing(Panel::Carts),
    ]
}

fn deletion(variant: &str) -> Vec<Step> {
    let delete = vec![act(ANA, Action::Delete { key: KEY.into() })];
    let stays = variant == "tombstone";
    let crash = vec![node(TOKYO, NodeCommand::Crash)];
    let question = Prediction {
        question: "Tokyo comes back. It still holds the list. What will the replicas agree on?",
        answers: &["That the list is deleted", "That the list is there"],
        right: usize::from(!stays),
        because: if stays {
            "The tombstone is a version like any other, and newer than Tokyo's list."
        } else {
            "Oregon and Ireland have nothing at all that says that the list was deleted. To them Tokyo's list is one that they missed."
        },
    };
    let (intro, deleted, slept, back) = match variant {
        "tombstone" => (
            "Replicas in Oregon, Tokyo and Ireland, which compare their data twice a second. A deletion is stored as a version without a value, a tombstone, kept for a minute.",
            "Ana deletes the list. Oregon and Ireland acknowledge, and each holds a tombstone in its place.",
            "Four seconds pass. The tombstones are still there.",
            "Tokyo compares its data with the others and takes the tombstone. The list is deleted everywhere.",
        ),
        "no-tombstone" => (
            "Replicas in Oregon, Tokyo and Ireland, which compare their data twice a second. A deletion removes the record, and leaves no trace.",
            "Ana deletes the list. Oregon and Ireland acknowledge, and hold nothing any more.",
            "Four seconds pass. Nothing at Oregon or Ireland says that there was a list.",
            "Tokyo compares its data with the others. They lack a record that Tokyo has, and take it: the list is back.",
        ),
        _ => (
            "Replicas in Oregon, Tokyo and Ireland, which compare their data twice a second. A deletion is stored as a tombstone, kept for one second.",
            "Ana deletes the list. Oregon and Ireland acknowledge, and each holds a tombstone in its place.",
            "Four seconds pass. Oregon and Ireland have collected their tombstones: nothing says any more that there was a list.",
            "Tokyo slept longer than the tombstones were kept. The others lack a record that Tokyo has, and take it: the list is back, as a zombie.",
        ),
    };
    let end = if stays {
        "Ben reads nothing, as it should be. The limit: had Tokyo slept for more than a minute, the tombstones would have been collected before it was back."
    } else {
        "Ben reads the list that Ana has deleted. Nobody wrote it again. Tombstones must be kept for longer than any replica is away; one that was away longer must be emptied before it returns."
    };
    vec![
        now(intro),
        quiet("Ana writes a list. All three replicas hold it.").acting(vec![say(ANA, KEY, "milk")]),
        quiet("Tokyo goes down. Its store keeps the list.").acting(crash).showing(Panel::Faults),
        quiet(deleted).acting(delete).showing(Panel::Carts),
        later(4_000, slept).asking(question),
        later(4_000, back).acting(vec![node(TOKYO, NodeCommand::Restart)]).showing(Panel::Carts),
        quiet(end).acting(vec![get(BEN, KEY)]).showing(Panel::Verdicts),
    ]
}
