//! The table of contents: every scenario of the course with its words, also where the scenario itself is not built in,
//! so that the small first page can offer all of them.

use super::Family;
use super::Family::{Lag, Leaderless, MultiLeader, SingleLeader};

/// Whether this build holds the whole catalogue; the other one knows the opening scene alone.
pub const IS_WHOLE: bool = cfg!(feature = "catalogue");

/// The scenario that the page opens with.
pub const OPENING: &str = "offline-leader";

/// A scenario as lists show it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in recipes and addresses.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub summary: &'static str,
    /// Where it stands in the course.
    pub family: Family,
}

/// Every scenario of the course, in its order.
pub static INDEX: &[Entry] = &[
    entry(
        SingleLeader,
        "single-leader-sync",
        "Synchronous replication",
        "The leader waits for every follower: nothing is lost, and the slowest follower decides how long a write takes.",
    ),
    entry(
        SingleLeader,
        "single-leader-async",
        "Asynchronous replication",
        "The leader answers at once and its followers lag behind: who reads there may read the past.",
    ),
    entry(
        SingleLeader,
        "single-leader-semi-sync",
        "Semi-synchronous replication",
        "The leader waits for one follower: every acknowledged write has a second copy, and one failure loses nothing.",
    ),
    entry(
        SingleLeader,
        "leader-bottleneck",
        "The leader is the bottleneck",
        "More followers answer more reads; no follower takes a write off the leader.",
    ),
    entry(
        SingleLeader,
        "follower-outage",
        "A follower is down for a while",
        "Others take its reads; when it returns it first gets what it missed, and only then answers.",
    ),
    entry(
        SingleLeader,
        "all-followers-down",
        "All followers are down",
        "The leader takes the reads while no follower is up, and hands them back.",
    ),
    entry(
        SingleLeader,
        "leader-failover",
        "A new leader",
        "The leader crashes: followers notice, choose another, a spare fills the gap, and the old leader comes back as a follower.",
    ),
    entry(
        SingleLeader,
        "failover-lost-writes",
        "Writes that a failover loses",
        "A new leader lacks what only the old one had: customers were told ok, and their orders are gone.",
    ),
    entry(
        SingleLeader,
        "split-brain",
        "Split brain",
        "A link breaks, a second leader takes over, and the first one does not know: both sell the same stock.",
    ),
    entry(
        SingleLeader,
        "add-follower-stop",
        "Add a follower: stop the writes",
        "The leader stops the writes, copies everything to a new follower, and goes on.",
    ),
    entry(
        SingleLeader,
        "add-follower-snapshot",
        "Add a follower: snapshot and log",
        "A new follower gets a snapshot of one log position and then the log from there, while writes go on.",
    ),
    entry(
        SingleLeader,
        "sync-follower-reads",
        "Synchronous followers disagree",
        "Every follower acknowledges every write, and yet Ben reads the new score and Caro, after him, the old one.",
    ),
    entry(
        Lag,
        "read-your-writes",
        "Read your writes",
        "You change your profile, reload, and the change is gone; three ways to prevent it, and what each costs.",
    ),
    entry(
        Lag,
        "read-your-writes-two-devices",
        "Read your writes on two devices",
        "You save on the laptop and look at the phone: a token helps only the devices that know it.",
    ),
    entry(
        Lag,
        "monotonic-reads",
        "Monotonic reads",
        "You see a comment, reload, and it is gone: the second follower is further behind than the first.",
    ),
    entry(Lag, "consistent-prefix", "Effect before cause", "A write takes the slow way and arrives after the write that answers it."),
    entry(
        MultiLeader,
        "multi-datacenter",
        "A leader in each datacenter",
        "The same writes with one leader per datacenter and with one for both: how long people wait, and who stops.",
    ),
    entry(
        MultiLeader,
        "offline-leader",
        "Offline shopping cart",
        "Your phone goes offline, the cart is edited on both sides, and one conflict waits on reconnect.",
    ),
    entry(
        MultiLeader,
        "write-conflict-lww",
        "Conflict: last write wins",
        "Two people rename a page at two leaders; one timestamp wins, and the other write is gone.",
    ),
    entry(
        MultiLeader,
        "write-conflict-home",
        "Conflict avoided: a home leader",
        "All writes of a record go to one leader: no conflict, a longer way, and trouble when the home is in doubt.",
    ),
    entry(
        MultiLeader,
        "write-conflict-merge",
        "Conflict: both writes are merged",
        "Two people change one cart at two leaders; a merge keeps both, and some merges bring back what was removed.",
    ),
    entry(
        MultiLeader,
        "write-conflict-ask",
        "Conflict: a person decides",
        "Both versions are kept and shown with who and when, until somebody who has seen them decides.",
    ),
    entry(
        MultiLeader,
        "multi-leader-invariant",
        "The last seat, sold twice",
        "Two leaders each find the last seat free and sell it; one home leader sells it once.",
    ),
    entry(
        MultiLeader,
        "topology-ring",
        "Leaders in a ring",
        "Each leader sends writes to the next only: long ways, loops to be stopped, and one node down cuts the ring.",
    ),
    entry(
        MultiLeader,
        "topology-star",
        "Leaders in a star",
        "Every write goes by the centre: two links at most, and nothing without the centre.",
    ),
    entry(
        MultiLeader,
        "topology-mesh",
        "Leaders all to all",
        "Every two leaders are linked: any node may fail, and writes overtake each other.",
    ),
    entry(
        Leaderless,
        "quorum-client",
        "The client asks a quorum",
        "A client sends each write and each read to all three replicas and goes on when enough of them have answered.",
    ),
    entry(
        Leaderless,
        "quorum-coordinator",
        "A coordinator asks the quorum",
        "A node near the replicas asks the quorum for a client far away; when it crashes, the outcome is unknown.",
    ),
    entry(
        Leaderless,
        "quorum-overlap",
        "Overlapping quorums",
        "With w + r > n every read asks at least one replica that has the last acknowledged write; with less there is a hole.",
    ),
    entry(
        Leaderless,
        "quorum-not-linearizable",
        "Quorums are not linearizable",
        "With w + r > n two reads can still disagree about a write; versions from a quorum and write-back on reads repair it.",
    ),
    entry(Leaderless, "read-repair", "Read repair", "A read finds a stale replica and mends it in passing; what nobody reads stays stale."),
    entry(
        Leaderless,
        "anti-entropy",
        "Anti-entropy with hash trees",
        "Replicas compare hash trees in the background and find one differing record among many with a few hashes.",
    ),
    entry(
        Leaderless,
        "leaderless-availability",
        "A replica fails and nobody waits",
        "Reads and writes go on while a replica is down; under a single leader the same fault stops the writes for a while.",
    ),
    entry(
        Leaderless,
        "sloppy-quorum",
        "Sloppy quorum and hinted hand-off",
        "During a partition substitutes accept writes for replicas out of reach; reads may miss them until the hints are handed over.",
    ),
    entry(
        Leaderless,
        "siblings",
        "Siblings and tombstones",
        "Concurrent writes are kept side by side until somebody has seen them all; deletions are kept too, or they come undone.",
    ),
];

/// Those of [`INDEX`] that no build can play yet: they are not offered.
static COMING: &[&str] = &[];

const fn entry(family: Family, id: &'static str, title: &'static str, summary: &'static str) -> Entry {
    Entry { id, title, summary, family }
}

/// What can be played, in the order of the course.
pub fn offered() -> impl Iterator<Item = &'static Entry> {
    INDEX.iter().filter(|entry| !COMING.contains(&entry.id))
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::scenarios::ALL;

    #[test]
    fn every_scenario_stands_in_the_index_with_its_own_words() {
        let own = |id: &str| ALL.iter().find(|scenario| scenario.id == id);
        for entry in offered() {
            let scenario = own(entry.id).unwrap_or_else(|| panic!("{} is offered but not built in", entry.id));
            let words = (scenario.title, scenario.summary, scenario.family);
            assert_eq!((entry.title, entry.summary, entry.family), words, "{}", entry.id);
        }
        for scenario in ALL {
            assert!(offered().any(|entry| entry.id == scenario.id), "{} is built in: add it to INDEX, take it out of COMING", scenario.id);
        }
    }

    #[test]
    fn families_stand_together_in_the_order_of_the_course() {
        assert!(INDEX.is_sorted_by_key(|entry| entry.family));
        assert!(COMING.iter().all(|id| INDEX.iter().any(|entry| entry.id == *id)));
        for (index, entry) in INDEX.iter().enumerate() {
            assert!(entry.summary.ends_with('.') && !entry.title.is_empty(), "{}", entry.id);
            assert!(INDEX[..index].iter().all(|other| other.id != entry.id), "{} twice", entry.id);
        }
    }
}
