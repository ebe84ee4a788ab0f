//! The cart cards: what each person sees of the cart at the replica they talk to, and what they may do.

use super::names::Names;
use super::stage::{SiteState, Tone, site_state};
use super::words;
use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::view::{Content, Decided, Role};
use crate::simulation::setup::{Setup, Workload};
use crate::simulation::snapshot::{NodeSnapshot, SessionSnapshot, Snapshot};

/// The key under which every cart stands.
pub const CART_KEY: &str = "cart";

/// One person's cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartCard {
    /// Whose session.
    pub session: SessionId,
    /// "Your phone", "Oregon · Ana".
    pub title: String,
    /// The node it shows.
    pub node: NodeId,
    /// The device, if the person sits at one.
    pub device: Option<SiteId>,
    /// Whether that device is cut off.
    pub is_offline: bool,
    /// How it stands, in words.
    pub state: String,
    /// The tone of that.
    pub tone: Tone,
    /// "2 pending · 3 confirmed".
    pub counts: String,
    /// Writes not confirmed yet.
    pub pending_count: u64,
    /// The lines.
    pub lines: Vec<CartLine>,
    /// Why nothing can be shown, or what went wrong last.
    pub trouble: Option<String>,
    /// Whether the node runs.
    pub is_usable: bool,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// What.
    pub item: String,
    /// How many; 0 for a removed line that still waits for a decision.
    pub quantity: u32,
    /// Not confirmed yet.
    pub is_pending: bool,
    /// Versions met that had not seen each other.
    pub is_conflict: bool,
    /// Waits for a person.
    pub is_open: bool,
}

/// A card for every person; sessions that run by themselves have none.
#[must_use]
pub fn cards(setup: &Setup, names: &Names, snapshot: &Snapshot) -> Vec<CartCard> {
    let people = setup.sessions.iter().zip(&snapshot.sessions).filter(|(session, _)| session.workload == Workload::Idle);
    people.map(|(_, session)| card(session, names, snapshot)).collect()
}

fn card(session: &SessionSnapshot, names: &Names, snapshot: &Snapshot) -> CartCard {
    let site = names.site_of(session.node);
    let at = answering(session.node, site, snapshot);
    let node = snapshot.nodes.get(at.index());
    let replica = node.and_then(|node| node.replica.as_ref());
    let is_device = names.is_device(site);
    let state = site_state(site, snapshot, names);
    let (words, tone) = state_words(state, is_device);
    let pending_count = replica.map_or(0, |replica| replica.pending.len() as u64);
    let confirmed_count = replica.map_or(0, |replica| replica.confirmed_count);
    let record = replica.and_then(|replica| replica.records.iter().find(|(key, _)| &*key.0 == CART_KEY));
    let down = replica.is_none().then(|| format!("{} is down", names.node(at)));
    let refused = session.trouble.map(|refusal| format!("Last request failed: {}", words::refusal(refusal)));
    CartCard {
        session: session.session,
        title: names.session(session.session),
        node: at,
        device: is_device.then_some(site),
        is_offline: state == SiteState::CutOff,
        state: words.to_owned(),
        tone,
        counts: format!("{pending_count} pending · {confirmed_count} confirmed"),
        pending_count,
        lines: record.map_or_else(Vec::new, |(_, decided)| lines(decided)),
        trouble: down.or(refused),
        is_usable: replica.is_some(),
    }
}

/// The node that a person's next request ends up at: the one that last served them while it is up, else the leader of
/// the site, else any node of it.
fn answering(last: NodeId, site: SiteId, snapshot: &Snapshot) -> NodeId {
    let up = || snapshot.nodes.iter().filter(|node| node.site == site && node.replica.is_some());
    let leads = |node: &&NodeSnapshot| node.replica.as_ref().is_some_and(|replica| replica.role == Role::Leader);
    let is_up = up().any(|node| node.node == last);
    let other = || up().find(leads).or_else(|| up().next()).map_or(last, |node| node.node);
    if is_up { last } else { other() }
}

const fn state_words(state: SiteState, is_device: bool) -> (&'static str, Tone) {
    match state {
        SiteState::Down => ("down", Tone::Warn),
        SiteState::CutOff if is_device => ("offline", Tone::Warn),
        SiteState::CutOff => ("cut off", Tone::Warn),
        SiteState::Waiting => ("connecting…", Tone::Quiet),
        SiteState::Syncing => ("syncing…", Tone::Device),
        SiteState::UpToDate => ("up to date", Tone::Ok),
    }
}

/// The lines of a cart.
#[must_use]
pub fn lines(decided: &Decided) -> Vec<CartLine> {
    let Content::Cart(cart) = &decided.content else { return Vec::new() };
    let contested = |item| decided.conflicts.iter().find(|conflict| conflict.item.as_ref().is_none_or(|one| one == item));
    let present = cart.iter().map(|(item, line)| CartLine {
        item: item.to_string(),
        quantity: line.quantity,
        is_pending: line.is_pending,
        is_conflict: contested(item).is_some(),
        is_open: line.is_open || contested(item).is_some_and(|conflict| conflict.is_open),
    });
    let is_gone = |item: &&crate::replication::delta::Item| !cart.contains_key(*item);
    let open = decided.conflicts.iter().filter(|conflict| conflict.is_open);
    let removed = open.filter_map(|conflict| conflict.item.as_ref()).filter(is_gone).map(|item| CartLine {
        item: item.to_string(),
        quantity: 0,
        is_pending: false,
        is_conflict: true,
        is_open: true,
    });
    present.chain(removed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::example;

    #[test]
    fn each_person_sees_the_cart_of_their_replica() {
        let (setup, snapshot) = example::cluster();
        let cards = cards(&setup, &Names::new(&setup), &snapshot);
        let titles: Vec<_> = cards.iter().map(|card| card.title.as_str()).collect();
        assert_eq!(titles, ["Your phone", "Oregon · Ana", "Ireland · Ben"]);
        assert_eq!(cards[0].counts, "1 pending · 0 confirmed");
        let bread = cards[0].lines.iter().find(|line| line.item == "bread").expect("bread");
        assert!(bread.is_pending && !bread.is_conflict);
        assert!(cards[1].lines.iter().any(|line| line.item == "eggs" && line.quantity == 12 && line.is_conflict));
    }

    #[test]
    fn an_open_removed_line_can_still_be_decided() {
        let (setup, mut snapshot) = example::cluster();
        let replica = snapshot.nodes[4].replica.as_mut().expect("up");
        for record in replica.records.values_mut() {
            record.conflicts[0].is_open = true;
        }
        let cards = cards(&setup, &Names::new(&setup), &snapshot);
        assert!(cards[0].lines.iter().any(|line| line.item == "eggs" && line.quantity == 0 && line.is_open));
    }

    #[test]
    fn a_down_replica_is_said() {
        let (setup, mut snapshot) = example::cluster();
        snapshot.nodes[0].replica = None;
        let shown = cards(&setup, &Names::new(&setup), &snapshot);
        assert!(shown[1].is_usable, "the other node of the site answers");
        snapshot.nodes[1].replica = None;
        let cards = cards(&setup, &Names::new(&setup), &snapshot);
        assert_eq!(cards[1].trouble.as_deref(), Some("Oregon 1 is down"));
        assert!(!cards[1].is_usable);
    }
}
