//! Words for scenarios: places, links, people and what they do, so that a scenario file reads as a list.

use crate::replication::delta::{Key, Mode, Value};
use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::setting::{Dials, Setting};
use crate::simulation::command::{Action, Command, LinkCommand, NodeCommand};
use crate::simulation::setup::{CartLine, Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};

/// A setup in the making.
pub(super) struct Ground(Setup);

impl Ground {
    /// Nothing yet, under this strategy. Nodes of one site are 0.5 ms apart.
    pub(super) fn new(strategy: &str) -> Self {
        Self(Setup {
            strategy: strategy.to_owned(),
            sites: Vec::new(),
            links: Vec::new(),
            inside: stream(500, 0),
            sessions: Vec::new(),
            mode: Mode::LastWrite,
            cart: Vec::new(),
            dials: Dials::default(),
        })
    }

    /// A datacenter of so many nodes.
    pub(super) fn datacenter(self, name: &str, node_count: u16) -> Self {
        self.site(name, SiteKind::Datacenter, node_count, 0)
    }

    /// A datacenter whose last nodes are spares.
    pub(super) fn datacenter_with_spares(self, name: &str, node_count: u16, spare_count: u16) -> Self {
        self.site(name, SiteKind::Datacenter, node_count + spare_count, spare_count)
    }

    /// A person's device.
    pub(super) fn device(self, name: &str) -> Self {
        self.site(name, SiteKind::Device, 1, 0)
    }

    /// A client that sends to replicas by itself.
    pub(super) fn client(self, name: &str) -> Self {
        self.site(name, SiteKind::Client, 1, 0)
    }

    fn site(mut self, name: &str, kind: SiteKind, node_count: u16, spare_count: u16) -> Self {
        self.0.sites.push(Site { name: name.into(), kind, node_count, spare_count });
        self
    }

    /// The link between two nodes of one site.
    pub(super) fn inside(mut self, wire: Wire) -> Self {
        self.0.inside = wire;
        self
    }

    /// A link between two sites, the same both ways.
    pub(super) fn link(mut self, a: u16, b: u16, wire: Wire) -> Self {
        self.0.links.push(Link { a: SiteId(a), b: SiteId(b), wire, back: None });
        self
    }

    /// A person at a site, so many microseconds away from its nodes (0: at the device itself).
    pub(super) fn person(mut self, name: &str, site: u16, access_us: u64) -> Self {
        let access = (access_us > 0).then_some(Latency::Constant { us: access_us });
        let session = Session { author: name.into(), site: SiteId(site), access, workload: Workload::Idle, reads: ReadRule::Home };
        self.0.sessions.push(session);
        self
    }

    /// The last person reads by this rule.
    pub(super) fn reading(mut self, reads: ReadRule) -> Self {
        if let Some(session) = self.0.sessions.last_mut() {
            session.reads = reads;
        }
        self
    }

    /// The last person does this by itself.
    pub(super) fn working(mut self, workload: Workload) -> Self {
        if let Some(session) = self.0.sessions.last_mut() {
            session.workload = workload;
        }
        self
    }

    /// How conflicts are decided.
    pub(super) fn mode(mut self, mode: Mode) -> Self {
        self.0.mode = mode;
        self
    }

    /// A line of the cart that everybody starts with.
    pub(super) fn in_cart(mut self, item: &str, quantity: u32) -> Self {
        self.0.cart.push(CartLine { item: item.into(), quantity });
        self
    }

    /// A setting.
    pub(super) fn dial(mut self, setting: &'static Setting, value: u64) -> Self {
        self.0.dials.set(setting, value);
        self
    }

    /// Done.
    pub(super) fn setup(self) -> Setup {
        self.0
    }
}

/// A stream with a constant part and an exponential tail, in microseconds.
pub(super) const fn stream(base_us: u64, mean_us: u64) -> Wire {
    wire(WireKind::Stream, base_us, mean_us)
}

const fn wire(kind: WireKind, base_us: u64, mean_us: u64) -> Wire {
    let latency = if mean_us == 0 { Latency::Constant { us: base_us } } else { Latency::Exponential { base_us, mean_us } };
    Wire { kind, latency, loss_per_million: 0, duplicate_per_million: 0 }
}

/// A session acts.
pub(super) const fn act(session: u16, action: Action) -> Command {
    Command::Act { session: SessionId(session), action }
}

/// A session writes a number.
pub(super) fn put(session: u16, key: &str, number: i64) -> Command {
    act(session, Action::Put { key: Key::from(key), value: Value::Number(number) })
}

/// A session writes a text.
pub(super) fn say(session: u16, key: &str, text: &str) -> Command {
    act(session, Action::Put { key: Key::from(key), value: Value::Text(text.into()) })
}

/// A session reads.
pub(super) fn get(session: u16, key: &str) -> Command {
    act(session, Action::Get { key: Key::from(key) })
}

/// A session reads several keys at once.
pub(super) fn get_many(session: u16, keys: &[&str]) -> Command {
    act(session, Action::GetMany { keys: keys.iter().map(|key| Key::from(*key)).collect() })
}

/// Something happens to a node.
pub(super) const fn node(node: u16, fault: NodeCommand) -> Command {
    Command::Node { node: NodeId(node), fault }
}

/// The network falls into groups of nodes.
pub(super) fn partition(groups: &[&[u16]]) -> Command {
    let group = |nodes: &&[u16]| nodes.iter().map(|node| NodeId(*node)).collect();
    Command::Link(LinkCommand::Partition(groups.iter().map(group).collect()))
}

/// Everything that was cut works again.
pub(super) const fn heal_all() -> Command {
    Command::Link(LinkCommand::HealAll)
}

/// All links of a site to others are cut.
pub(super) const fn disconnect(site: u16) -> Command {
    Command::Link(LinkCommand::Disconnect(SiteId(site)))
}

/// They work again.
pub(super) const fn reconnect(site: u16) -> Command {
    Command::Link(LinkCommand::Reconnect(SiteId(site)))
}
