//! A cluster for the tests of this room: Oregon and Ireland with a follower each, and a phone, in the middle of
//! a conflict over eggs.

use crate::replication::causality::Dot;
use crate::replication::clock::Stamp;
use crate::replication::delta::{Item, Key, Mode};
use crate::replication::ids::{Lsn, NodeId, ReplicaId, SessionId, SiteId, Term};
use crate::replication::setting::Dials;
use crate::replication::time::{SimDuration, SimTime};
use crate::replication::view::{
    Conflict, Content, Decided, ExchangePhase, ExchangeView, Fate, Line, Reason, ReplicaView, Role, Side, SideValue,
};
use crate::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use crate::simulation::snapshot::{Lag, LinkSnapshot, NodeSnapshot, SessionSnapshot, Snapshot};
use std::collections::BTreeMap;

/// Ana's set of eggs to 12, in Oregon.
pub(super) const ANAS: Dot = Dot { replica: ReplicaId(0xa << 60), counter: 7 };
/// Your removal of eggs, on the phone.
pub(super) const YOURS: Dot = Dot { replica: ReplicaId(0xc << 60), counter: 1 };

const WIRE: Wire = Wire {
    kind: WireKind::Stream,
    latency: Latency::Uniform { min_us: 62_000, max_us: 74_000 },
    loss_per_million: 0,
    duplicate_per_million: 0,
};

/// The setup and the moment.
pub(super) fn cluster() -> (Setup, Snapshot) {
    (setup(), snapshot())
}

/// The setup alone.
pub(super) fn setup() -> Setup {
    let site = |name: &str, kind, node_count| Site { name: name.into(), kind, node_count, spare_count: 0 };
    let session = |author: &str, site| Session {
        author: author.into(),
        site: SiteId(site),
        access: None,
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    Setup {
        strategy: "multi-leader-sync".to_owned(),
        sites: vec![
            site("Oregon", SiteKind::Datacenter, 2),
            site("Ireland", SiteKind::Datacenter, 2),
            site("Your phone", SiteKind::Device, 1),
        ],
        links: vec![
            Link { a: SiteId(0), b: SiteId(1), wire: WIRE, back: None },
            Link { a: SiteId(0), b: SiteId(2), wire: WIRE, back: None },
        ],
        inside: WIRE,
        sessions: vec![session("you", 2), session("Ana", 0), session("Ben", 1)],
        mode: Mode::AddWins,
        cart: Vec::new(),
        dials: Dials::default(),
    }
}

/// "eggs" at 12 by Ana, removed by you; neither had seen the other.
pub(super) fn conflict() -> Conflict {
    let side = |dot, author: &str, value| Side { dot, author: author.into(), stamp: Stamp { wall_ms: 120, logical: 0 }, value };
    let sides = vec![side(YOURS, "you", SideValue::Absent), side(ANAS, "Ana", SideValue::Quantity(12))];
    Conflict { item: Some(Item::from("eggs")), base: SideValue::Quantity(6), sides, is_open: false }
}

/// A cart record with the conflict.
pub(super) fn record(cart: &[(&str, u32, bool)]) -> Decided {
    let line = |(item, quantity, is_pending): &(&str, u32, bool)| {
        (Item::from(*item), Line { quantity: *quantity, is_open: false, is_pending: *is_pending, observed: Vec::new() })
    };
    let fates = BTreeMap::from([(ANAS, Fate::Visible), (YOURS, Fate::Overruled { by: ANAS, reason: Reason::AddWins })]);
    Decided { mode: Mode::AddWins, content: Content::Cart(cart.iter().map(line).collect()), conflicts: vec![conflict()], fates, version: 0 }
}

fn snapshot() -> Snapshot {
    let both = [("milk", 2, false), ("eggs", 12, false)];
    let mut phone = node(4, 2, Role::Leader, 3, &[("milk", 2, false), ("bread", 1, true)]);
    if let Some(replica) = &mut phone.replica {
        replica.pending = vec![YOURS];
        let acknowledged = crate::replication::causality::VersionVector::new();
        replica.exchanges = vec![ExchangeView { site: SiteId(0), acknowledged, phase: ExchangePhase::Syncing }];
    }
    let mut follower = node(1, 0, Role::Follower, 40, &both);
    follower.lag = Some(Lag { entry_count: 2, age: SimDuration::from_ms(18), leader_position: Lsn(42) });
    let nodes = vec![
        node(0, 0, Role::Leader, 42, &both),
        follower,
        node(2, 1, Role::Leader, 39, &both),
        node(3, 1, Role::Follower, 39, &both),
        phone,
    ];
    let link = |from: u16, to: u16| LinkSnapshot { from: NodeId(from), to: NodeId(to), wire: WIRE, is_cut: false };
    let pairs = [(0, 1), (0, 2), (2, 3), (0, 4)];
    let session = |session, node| SessionSnapshot {
        session: SessionId(session),
        node: NodeId(node),
        reads: ReadRule::Home,
        open_count: 0,
        seen: None,
        trouble: None,
    };
    Snapshot {
        promises: crate::replication::protocol::Promises::default(),
        now: SimTime::from_ms(184),
        event_count: 60,
        nodes,
        links: pairs.into_iter().flat_map(|(a, b)| [link(a, b), link(b, a)]).collect(),
        sessions: vec![session(0, 4), session(1, 0), session(2, 2)],
        in_flight_count: 2,
    }
}

fn node(node: u16, site: u16, role: Role, position: u64, cart: &[(&str, u32, bool)]) -> NodeSnapshot {
    let mut replica = ReplicaView::empty(role);
    replica.term = Term(1);
    replica.position = Lsn(position);
    replica.records = BTreeMap::from([(Key::from("cart"), record(cart))]);
    NodeSnapshot {
        node: NodeId(node),
        site: SiteId(site),
        replica: Some(replica),
        skew_ms: 0,
        lag: None,
        held_count: 0,
        line_count: 0,
        busy: SimDuration::ZERO,
        is_paused: false,
        slowness: 1,
    }
}
