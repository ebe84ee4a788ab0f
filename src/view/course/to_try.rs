//! What a lesson hands over: something to try with one's own hands, once it has told its story. A question rather than an
//! answer, since the run then shows it.

/// What to try after a lesson. `None`: there is no such lesson.
#[must_use]
pub fn to_try(id: &str) -> Option<&'static str> {
    TABLE.iter().find(|(scenario, _)| *scenario == id).map(|(_, text)| *text)
}

const TABLE: &[(&str, &str)] = &[
    ("single-leader-sync", "Slow one link down under Faults and let Ana write: how long does she wait now, and for whom?"),
    (
        "single-leader-async",
        "Let Ana write and, while the entry is still on its way, let Ben read at his follower. How old is what he sees?",
    ),
    ("single-leader-semi-sync", "Crash the synchronous follower, then write: who takes its place, and does a write wait meanwhile?"),
    (
        "leader-bottleneck",
        "Raise the number of followers in Settings and start anew. Whose utilisation falls under Charts, and whose does not?",
    ),
    (
        "follower-outage",
        "Crash a follower, write a few times, restart it: how many entries does it ask for, and when does it answer reads again?",
    ),
    ("all-followers-down", "Crash the followers one after the other and read after each. Who answers, and how long does it take?"),
    ("leader-failover", "Crash the new leader as well. Is there still a majority that can choose another?"),
    (
        "failover-lost-writes",
        "Write at the leader and crash it at once, before the entry has arrived anywhere. Which write do the verdicts list as lost?",
    ),
    ("split-brain", "Split the network again, let both sides write, and heal it. Whose writes are in force, and who had been told ok?"),
    ("add-follower-stop", "Write while the copy is under way. Is the write refused, or does it wait, and for how long?"),
    ("add-follower-snapshot", "Write while the snapshot travels. At which log position does the new follower go on with the log?"),
    (
        "sync-follower-reads",
        "Write once and read at both followers while the confirmation is on its way. Can you get two different answers?",
    ),
    (
        "read-your-writes",
        "Write your profile and reload at once, several times. How often is your change missing, and how often with one of the fixes?",
    ),
    (
        "read-your-writes-two-devices",
        "Write on one device and read on the other at once. Which variant needs the devices to know of each other?",
    ),
    ("monotonic-reads", "Let Ana write and reload again and again. When does time go backwards, and when can it not?"),
    (
        "consistent-prefix",
        "Hold a message on its way (choose it on the stage), let a later one overtake it, then let it go. What does Tokyo show in between?",
    ),
    ("multi-datacenter", "Take Oregon offline, write in Ireland, and bring Oregon back. What did people in each place notice?"),
    ("offline-leader", "Take your phone offline, change eggs on both sides, come back, and then change how the conflict is decided."),
    (
        "write-conflict-lww",
        "Skew Oregon's clock by a second under Faults and let both write at about the same time. Does the later write win?",
    ),
    ("write-conflict-home", "Take the home leader offline and write its key from elsewhere. What is the writer told?"),
    (
        "write-conflict-merge",
        "Remove an item at one leader and raise its quantity at the other, both before they have heard of each other. What is left?",
    ),
    (
        "write-conflict-ask",
        "Make a conflict, open it to decide, and write at the other leader before you do. What becomes of your decision?",
    ),
    (
        "multi-leader-invariant",
        "Let both buy while the link between the leaders is cut, then heal it. Who was told ok, and who has the seat?",
    ),
    (
        "topology-ring",
        "Crash a node of the ring and write at its neighbour. How far does the write come, and does the other direction help?",
    ),
    ("topology-star", "Crash a leaf, then the centre, and write after each. Who hears of it?"),
    ("topology-mesh", "Cut a single link and write at one of its ends. Does the write still reach the other end, and by which way?"),
    ("quorum-client", "Set w to 3 in Settings, start anew, cut one link and write. What does the client say, and when?"),
    (
        "quorum-coordinator",
        "Crash the coordinator right after a write was sent to it. What is the client told, and what do the replicas hold?",
    ),
    (
        "quorum-overlap",
        "Choose w and r in Settings with w + r of at most 3, and read right after each write. How often do you see the old price?",
    ),
    (
        "quorum-not-linearizable",
        "Hold one of the messages of a write on the stage, and let Ben and then Cid read. Can Cid see the older value?",
    ),
    ("read-repair", "Crash a replica, write, restart it, and read a few times. After which read does it hold the new version?"),
    ("anti-entropy", "Write a record while a replica is cut off, heal the link, and read nothing. How many hashes until they are equal?"),
    ("leaderless-availability", "Crash a second replica and write. How many may be down before writes are no longer answered?"),
    (
        "sloppy-quorum",
        "Split the network, write, read on the other side, and heal. What do you read before the hints have arrived, and what after?",
    ),
    ("siblings", "Let Ana and Ben write without reading first, then let one of them read and write. How many siblings are left?"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;

    #[test]
    fn each_stands_for_a_lesson_and_names_only_who_and_what_is_in_it() {
        let words = |text: &str| text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        let mut everybody: Vec<String> = Vec::new();
        let named = |id: &str| {
            let setup = (scenarios::find(id).expect("a lesson").setup)();
            let sites = setup.sites.iter().flat_map(|site| words(&site.name)).collect::<Vec<_>>();
            sites.into_iter().chain(setup.sessions.iter().flat_map(|session| words(&session.author.0))).collect::<Vec<_>>()
        };
        for (id, _) in TABLE {
            everybody.extend(named(id).into_iter().filter(|name| !matches!(&**name, "You" | "Your" | "s" | "app" | "phone")));
        }
        for (id, text) in TABLE {
            let here = named(id);
            for word in words(text).iter().filter(|word| everybody.contains(word)) {
                assert!(here.contains(word), "{id}: there is no {word}");
            }
        }
    }
}
