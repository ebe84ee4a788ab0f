//! Plain records: what each replica holds of each key, what differs from its leader or from the others, and what each
//! person was told last. The twin of the carts where nothing is a cart.

use super::names::Names;
use super::stage::Tone;
use super::{describe, operations, words};
use crate::replication::delta::Key;
use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::view::{Content, Decided, ReplicaView, Role};
use crate::simulation::command::{Action, Command};
use crate::simulation::history::History;
use crate::simulation::setup::{ReadRule, Setup, SiteKind, Workload};
use crate::simulation::snapshot::{NodeSnapshot, SessionSnapshot, Snapshot};
use std::collections::BTreeMap;

/// Keys shown on one card; differing ones come first when there are more.
const MOST_ROWS: usize = 8;

/// Everything below the stage of a run without carts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// A form for each person.
    pub people: Vec<PersonCard>,
    /// A card for each replica.
    pub replicas: Vec<ReplicaCard>,
    /// Sessions that run by themselves: how many.
    pub working_count: usize,
}

/// A person who can read and write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonCard {
    /// Whose session.
    pub session: SessionId,
    /// "Oregon · Ana".
    pub title: String,
    /// Whom they ask when they read.
    pub reads: String,
    /// The device, if the person sits at one, and whether it is cut off.
    pub device: Option<(SiteId, bool)>,
    /// Whether an answer is awaited.
    pub is_waiting: bool,
    /// What they were told last.
    pub answer: Option<String>,
    /// Whether that did not go well.
    pub is_trouble: bool,
    /// The key to begin with.
    pub key: String,
}

/// What one replica holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaCard {
    /// Which.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// What it is now, in a word.
    pub role: &'static str,
    /// How it stands, in words.
    pub state: String,
    /// The tone of that.
    pub tone: Tone,
    /// Its records.
    pub rows: Vec<RecordRow>,
    /// Records that are not shown: how many.
    pub more_count: usize,
}

/// One record at one replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Its key.
    pub key: String,
    /// Its value; several where versions stand side by side; none where it is not there.
    pub values: Vec<String>,
    /// Its place in the key's order, where there is one.
    pub version: u64,
    /// How it differs from the replica that it is compared with.
    pub difference: Option<String>,
}

/// Whether the run is about carts: then it has cart cards instead of these.
pub fn is_about_carts<'a>(setup: &Setup, mut commands: impl Iterator<Item = &'a Command>, snapshot: &Snapshot) -> bool {
    let edits =
        |command: &Command| matches!(command, Command::Act { action, .. } if matches!(action, Action::Look) || action.item().is_some());
    let holds = |replica: &ReplicaView| replica.records.values().any(|record| matches!(record.content, Content::Cart(_)));
    !setup.cart.is_empty() || commands.any(edits) || snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).any(holds)
}

/// The cards of `snapshot`.
#[must_use]
pub fn records(setup: &Setup, names: &Names, snapshot: &Snapshot, history: &History) -> Records {
    let keys = keys(snapshot);
    let first = keys.first().map_or_else(|| "x".to_owned(), |key| key.to_string());
    let stores = |node: &&NodeSnapshot| setup.sites.get(node.site.index()).is_none_or(|site| site.kind != SiteKind::Client);
    let sessions = || setup.sessions.iter().zip(&snapshot.sessions);
    let people = sessions().filter(|(session, _)| session.workload == Workload::Idle);
    let replicas: Vec<&NodeSnapshot> = snapshot.nodes.iter().filter(stores).collect();
    Records {
        people: people.map(|(_, session)| person(session, &first, names, snapshot, history)).collect(),
        replicas: replicas.iter().map(|node| replica(node, &replicas, &keys, names)).collect(),
        working_count: sessions().filter(|(session, _)| session.workload != Workload::Idle).count(),
    }
}

fn person(session: &SessionSnapshot, key: &str, names: &Names, snapshot: &Snapshot, history: &History) -> PersonCard {
    let site = names.site_of(session.node);
    let (answer, is_trouble) = operations::last(session.session, history).unzip();
    PersonCard {
        session: session.session,
        title: names.session(session.session),
        reads: read_rule(session.reads),
        device: names.is_device(site).then(|| (site, super::quiet::is_cut_off(site, snapshot, names))),
        is_waiting: session.open_count > 0,
        answer,
        is_trouble: is_trouble.unwrap_or(false),
        key: operations::last_key(session.session, history).unwrap_or_else(|| key.to_owned()),
    }
}

/// Whom a session asks when it reads, in words after "reads from".
#[must_use]
pub fn read_rule(rule: ReadRule) -> String {
    match rule {
        ReadRule::Home => "the node to which it writes".to_owned(),
        ReadRule::Leader => "the leader".to_owned(),
        ReadRule::AnyFollower => "any follower".to_owned(),
        ReadRule::Nearest => "the nearest node".to_owned(),
        ReadRule::Sticky => "one follower, always the same".to_owned(),
        ReadRule::WithinLag { ms } => format!("a follower at most {ms} ms behind"),
        ReadRule::LeaderAfterWrite { window_ms } => format!("the leader for {window_ms} ms after a write, else any follower"),
        ReadRule::Token { is_shared: false } => "a follower that holds what this session has seen".to_owned(),
        ReadRule::Token { is_shared: true } => "a follower that holds what this person has seen".to_owned(),
    }
}

fn keys(snapshot: &Snapshot) -> Vec<Key> {
    let mut keys = BTreeMap::new();
    for replica in snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()) {
        for key in replica.records.keys() {
            keys.insert(key.clone(), ());
        }
    }
    keys.into_keys().collect()
}

fn replica(node: &NodeSnapshot, all: &[&NodeSnapshot], keys: &[Key], names: &Names) -> ReplicaCard {
    let (state, tone) = state(node);
    let mut rows: Vec<RecordRow> = match &node.replica {
        Some(replica) => keys.iter().filter_map(|key| row(key, node, replica, all, names)).collect(),
        None => Vec::new(),
    };
    let more_count = rows.len().saturating_sub(MOST_ROWS);
    if more_count > 0 {
        let (different, equal): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.difference.is_some());
        rows = different.into_iter().chain(equal).take(MOST_ROWS).collect();
    }
    let role = node.replica.as_ref().map_or("down", |replica| words::role(replica.role));
    ReplicaCard { node: node.node, name: names.node(node.node), role, state, tone, rows, more_count }
}

fn state(node: &NodeSnapshot) -> (String, Tone) {
    match (&node.replica, node.lag) {
        (None, _) => ("down".to_owned(), Tone::Warn),
        (Some(_), _) if node.is_paused => ("stands still".to_owned(), Tone::Warn),
        (Some(replica), Some(lag)) if replica.role == Role::Follower && lag.entry_count > 0 => {
            (format!("{} behind · {}", lag.entry_count, words::duration(lag.age.0)), Tone::Warn)
        }
        (Some(replica), Some(_)) if replica.role == Role::Follower => ("up to date".to_owned(), Tone::Ok),
        (Some(replica), _) if !replica.pending.is_empty() => (format!("{} pending", replica.pending.len()), Tone::Warn),
        _ => (String::new(), Tone::Quiet),
    }
}

fn row(key: &Key, node: &NodeSnapshot, replica: &ReplicaView, all: &[&NodeSnapshot], names: &Names) -> Option<RecordRow> {
    let held = replica.records.get(key);
    let difference = compared_with(key, node, replica, all).and_then(|(other, theirs)| difference(held, theirs, &names.node(other)));
    let values = held.map_or_else(Vec::new, values);
    // A key that is nowhere any more, and that was never anything here, is not worth a row.
    (held.is_some() || difference.is_some()).then(|| RecordRow {
        key: key.to_string(),
        values,
        version: held.map_or(0, |held| held.version),
        difference,
    })
}

/// What a reader would be shown; nothing where the key is not there or deleted.
fn values(record: &Decided) -> Vec<String> {
    match &record.content {
        Content::Absent => Vec::new(),
        Content::Open => {
            record.conflicts.iter().flat_map(|conflict| &conflict.sides).map(|side| describe::side_value(&side.value)).collect()
        }
        content => vec![describe::content(content)],
    }
}

/// The replica that `node` is compared with: its site's leader, else the only leader, else the first of those most agree with.
fn compared_with<'a>(
    key: &Key,
    node: &NodeSnapshot,
    replica: &ReplicaView,
    all: &[&'a NodeSnapshot],
) -> Option<(NodeId, Option<&'a Decided>)> {
    let up: Vec<(&'a NodeSnapshot, &'a ReplicaView)> = all.iter().filter_map(|one| Some((*one, one.replica.as_ref()?))).collect();
    let counted = || up.iter().filter(|(_, replica)| replica.role != Role::Spare);
    let leads = |(_, replica): &&(&NodeSnapshot, &ReplicaView)| replica.role == Role::Leader;
    let found = |(other, replica): &(&'a NodeSnapshot, &'a ReplicaView)| (other.node, replica.records.get(key));
    if replica.role != Role::Leader {
        let near = up.iter().filter(leads).find(|(other, _)| other.site == node.site);
        let only = || up.iter().filter(leads).max_by_key(|(_, replica)| replica.term);
        if let Some(leader) = near.or_else(only) {
            return Some(found(leader));
        }
    }
    let said = |replica: &ReplicaView| replica.records.get(key).map(values).unwrap_or_default();
    let support = |(_, one): &&(&NodeSnapshot, &ReplicaView)| counted().filter(|(_, other)| said(one) == said(other)).count();
    let most = counted().map(|one| support(&one)).max()?;
    counted().find(|one| support(one) == most).map(found)
}

fn difference(held: Option<&Decided>, theirs: Option<&Decided>, other: &str) -> Option<String> {
    let (ours, wanted) = (held.map(values).unwrap_or_default(), theirs.map(values).unwrap_or_default());
    let (version, newest) = (held.map_or(0, |held| held.version), theirs.map_or(0, |theirs| theirs.version));
    if ours == wanted {
        return None;
    }
    let is_older = version < newest && version > 0;
    Some(match (ours.is_empty(), wanted.is_empty()) {
        (true, _) => format!("{other} has {}", wanted.join(" | ")),
        (false, true) => format!("not at {other}"),
        (false, false) if is_older => format!("older than at {other}"),
        (false, false) => format!("{other} has {}", wanted.join(" | ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::delta::Value;
    use crate::view::example;

    /// Each node holds "page" with this value; `None`: nothing.
    fn cluster(values: [Option<i64>; 5]) -> (Setup, Snapshot) {
        let (mut setup, mut snapshot) = example::cluster();
        setup.cart.clear();
        for (node, value) in snapshot.nodes.iter_mut().zip(values) {
            let replica = node.replica.as_mut().expect("up");
            let record = |value| Decided::plain(Content::Plain(Value::Number(value)), 0, BTreeMap::new());
            replica.records = value.map(|value| (Key::from("page"), record(value))).into_iter().collect();
        }
        (setup, snapshot)
    }

    fn differences(values: [Option<i64>; 5]) -> Vec<Option<String>> {
        let (setup, snapshot) = cluster(values);
        let records = records(&setup, &Names::new(&setup), &snapshot, &History::default());
        records.replicas.iter().map(|card| card.rows.first().and_then(|row| row.difference.clone())).collect()
    }

    #[test]
    fn followers_are_compared_with_the_leader_of_their_site_and_leaders_with_most() {
        assert_eq!(differences([Some(1); 5]), [const { None }; 5]);
        let found = differences([Some(2), Some(1), Some(1), Some(1), Some(1)]);
        assert_eq!(found[0].as_deref(), Some("Oregon 2 has 1"), "the other leaders and followers agree on 1");
        assert_eq!(found[1].as_deref(), Some("Oregon 1 has 2"));
        assert_eq!(found[2..], [const { None }; 3]);
    }

    #[test]
    fn what_is_missing_is_shown_as_missing() {
        let found = differences([Some(2), None, Some(2), Some(2), Some(2)]);
        assert_eq!(found[1].as_deref(), Some("Oregon 1 has 2"));
        let (setup, snapshot) = cluster([None; 5]);
        let records = records(&setup, &Names::new(&setup), &snapshot, &History::default());
        assert!(records.replicas.iter().all(|card| card.rows.is_empty()));
        assert_eq!(
            records.people.iter().map(|person| person.title.as_str()).collect::<Vec<_>>(),
            ["Your phone", "Oregon · Ana", "Ireland · Ben"]
        );
    }

    #[test]
    fn a_run_with_a_cart_is_about_carts() {
        let (setup, snapshot) = example::cluster();
        assert!(is_about_carts(&setup, std::iter::empty(), &snapshot));
        let (setup, snapshot) = cluster([Some(1); 5]);
        assert!(!is_about_carts(&setup, std::iter::empty(), &snapshot));
        let add = Command::Act { session: SessionId(0), action: Action::Add { item: "milk".into(), count: 1 } };
        assert!(is_about_carts(&setup, [&add].into_iter(), &snapshot));
    }

    #[test]
    fn siblings_stand_side_by_side() {
        let (setup, mut snapshot) = cluster([Some(1); 5]);
        let (_, carts) = example::cluster();
        let mut conflict =
            carts.nodes[4].replica.as_ref().expect("up").records.values().flat_map(|record| record.conflicts.clone()).next().expect("one");
        conflict.item = None;
        let count = conflict.sides.len();
        let replica = snapshot.nodes[2].replica.as_mut().expect("up");
        for record in replica.records.values_mut() {
            record.content = Content::Open;
            record.conflicts = vec![conflict.clone()];
        }
        let records = records(&setup, &Names::new(&setup), &snapshot, &History::default());
        assert_eq!(records.replicas[2].rows[0].values.len(), count);
        assert!(records.replicas[2].rows[0].difference.is_some());
    }
}
