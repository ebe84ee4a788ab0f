//! What a person (or a script) does to a run. Commands are the only way to act on it, and all are recorded.

use super::setup::{Setup, SetupError, Wire, check_name, check_wire, within};
use crate::limits;
use crate::replication::delta::{Item, Key, Mode, Value};
use crate::replication::ids::{NodeId, SessionId, SiteId};
use serde::Serialize;

/// One command. Nested by area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// A person acts.
    Act {
        /// Who.
        session: SessionId,
        /// How.
        action: Action,
    },
    /// Something happens to a link.
    Link(LinkCommand),
    /// Something happens to a node.
    Node {
        /// Which.
        node: NodeId,
        /// What.
        fault: NodeCommand,
    },
    /// Something happens to one message in flight.
    Message {
        /// Its number.
        message: u64,
        /// What.
        fault: MessageCommand,
    },
    /// From now on every replica decides conflicts like this.
    Decide(Mode),
}

/// What a person does with the cart (key "cart"). Each edit first reads at the person's replica, then writes
/// with what that read had shown, as a real client does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Reads the cart, and remembers what was seen for a later [`Action::Resolve`].
    Look,
    /// "+".
    Add {
        /// What.
        item: Item,
        /// How many more.
        count: u32,
    },
    /// A typed quantity.
    Set {
        /// What.
        item: Item,
        /// How many in all (more than 0).
        quantity: u32,
    },
    /// "−": one less; removes the line at 0.
    Decrease {
        /// What.
        item: Item,
    },
    /// Takes the line out.
    Remove {
        /// What.
        item: Item,
    },
    /// Decides an open conflict, having seen what the last [`Action::Look`] showed.
    Resolve {
        /// Which line.
        item: Item,
        /// The quantity from now on; 0 removes the line.
        quantity: u32,
    },
    /// Reads a key.
    Get {
        /// Which.
        key: Key,
    },
    /// Reads several keys at one moment of one replica.
    GetMany {
        /// Which.
        keys: Vec<Key>,
    },
    /// Writes a key, having seen what the session saw of it before.
    Put {
        /// Which.
        key: Key,
        /// What.
        value: Value,
    },
    /// Writes a key if it has a value now (`None`: if it has none).
    PutIf {
        /// Which.
        key: Key,
        /// What it must be.
        expected: Option<Value>,
        /// What it becomes.
        value: Value,
    },
    /// Deletes a key, having seen what the session saw of it before.
    Delete {
        /// Which.
        key: Key,
    },
}

/// What happens to a message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageCommand {
    /// It is lost.
    Drop,
    /// It comes this much later.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// It comes twice.
    Duplicate,
    /// It stays where it is until it is released.
    Hold,
    /// It arrives now.
    Release,
}

/// What happens to links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkCommand {
    /// Nothing passes from one end to the other any more (one direction).
    Cut {
        /// From.
        from: End,
        /// To.
        to: End,
    },
    /// That direction works again.
    Heal {
        /// From.
        from: End,
        /// To.
        to: End,
    },
    /// All links of a site to other sites, both directions: a device goes offline.
    Disconnect(SiteId),
    /// They work again.
    Reconnect(SiteId),
    /// Nothing passes between these groups of nodes any more; nodes that are in none reach everybody.
    Partition(Vec<Vec<NodeId>>),
    /// Everything works again.
    HealAll,
    /// The link between two sites, or twice the same site: all links inside it, behaves like this from now on.
    Tune {
        /// One end.
        a: SiteId,
        /// The other.
        b: SiteId,
        /// How.
        wire: Wire,
    },
}

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// One node.
    Node(NodeId),
    /// All nodes of a site.
    Site(SiteId),
}

/// What happens to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeCommand {
    /// It stops; what was not durable is gone.
    Crash,
    /// It starts again from its store.
    Restart,
    /// Its clock is off by this many milliseconds from now on.
    Skew {
        /// Ahead (positive) or behind (negative).
        ms: i64,
    },
    /// The observer makes it the leader of its site in a new term.
    Promote,
    /// It stands still, as in a long garbage collection: nothing is lost, nothing is done.
    Pause,
    /// It goes on.
    Resume,
    /// Its work takes this many times as long from now on (1: as usual).
    Slow {
        /// The factor.
        factor: u32,
    },
    /// The spare node joins the group of its site.
    Join,
    /// It is taken out of the group of its site.
    Leave,
}

impl Command {
    /// Refuses what names something that is not there or is out of range.
    ///
    /// # Errors
    /// The field, with its path below the command.
    pub fn check(&self, setup: &Setup) -> Result<(), SetupError> {
        match self {
            Self::Act { session, action } => {
                exists("act.session", session.index(), setup.sessions.len())?;
                action.check()
            }
            Self::Link(link) => link.check(setup),
            Self::Node { node, fault } => {
                exists("node.node", node.index(), setup.node_count())?;
                fault.check()
            }
            Self::Message { fault: MessageCommand::Delay { ms }, .. } if *ms > limits::MAX_MESSAGE_DELAY_MS => {
                Err(SetupError::new("message.fault.delay.ms", format!("at most {}", limits::MAX_MESSAGE_DELAY_MS)))
            }
            Self::Message { .. } | Self::Decide(_) => Ok(()),
        }
    }
}

impl Action {
    /// The cart line it is about.
    #[must_use]
    pub const fn item(&self) -> Option<&Item> {
        match self {
            Self::Look | Self::Get { .. } | Self::GetMany { .. } | Self::Put { .. } | Self::PutIf { .. } | Self::Delete { .. } => None,
            Self::Add { item, .. }
            | Self::Set { item, .. }
            | Self::Decrease { item }
            | Self::Remove { item }
            | Self::Resolve { item, .. } => Some(item),
        }
    }

    fn check(&self) -> Result<(), SetupError> {
        if let Some(item) = self.item() {
            check_name("act.action.item", &item.0)?;
        }
        self.check_plain()?;
        let most = limits::MAX_QUANTITY as usize;
        match self {
            Self::Add { count, .. } => within("act.action.count", *count as usize, 1, most),
            Self::Set { quantity, .. } => within("act.action.quantity", *quantity as usize, 1, most),
            Self::Resolve { quantity, .. } => within("act.action.quantity", *quantity as usize, 0, most),
            _ => Ok(()),
        }
    }

    /// What is about plain keys and values.
    fn check_plain(&self) -> Result<(), SetupError> {
        let value = match self {
            Self::Get { key } | Self::Delete { key } => return check_name("act.action.key", &key.0),
            Self::GetMany { keys } => {
                within("act.action.keys", keys.len(), 1, limits::MAX_READ_KEYS)?;
                return keys.iter().try_for_each(|key| check_name("act.action.keys", &key.0));
            }
            Self::Put { key, value } | Self::PutIf { key, value, .. } => {
                check_name("act.action.key", &key.0)?;
                value
            }
            _ => return Ok(()),
        };
        let expected = if let Self::PutIf { expected, .. } = self { expected.as_ref() } else { None };
        for text in [Some(value), expected].into_iter().flatten() {
            if let Value::Text(text) = text
                && text.chars().count() > limits::MAX_TEXT_CHARS
            {
                return Err(SetupError::new("act.action.value", format!("at most {} characters", limits::MAX_TEXT_CHARS)));
            }
        }
        Ok(())
    }
}

impl LinkCommand {
    fn check(&self, setup: &Setup) -> Result<(), SetupError> {
        let sites = setup.sites.len();
        match self {
            Self::Cut { from, to } | Self::Heal { from, to } => {
                from.check("link.from", setup)?;
                to.check("link.to", setup)
            }
            Self::Disconnect(site) | Self::Reconnect(site) => exists("link.site", site.index(), sites),
            Self::Partition(groups) => check_groups(groups, setup),
            Self::HealAll => Ok(()),
            Self::Tune { a, b, wire } => {
                let joins = |link: &super::setup::Link| (link.a, link.b) == (*a, *b) || (link.b, link.a) == (*a, *b);
                let is_inside = a == b && setup.sites.get(a.index()).is_some_and(|site| site.node_count > 1);
                if !is_inside && !setup.links.iter().any(joins) {
                    return Err(SetupError::new("link.tune", format!("sites {} and {} are not linked", a.0, b.0)));
                }
                check_wire("link.tune.wire", wire)
            }
        }
    }
}

impl End {
    fn check(self, field: &str, setup: &Setup) -> Result<(), SetupError> {
        match self {
            Self::Node(node) => exists(field, node.index(), setup.node_count()),
            Self::Site(site) => exists(field, site.index(), setup.sites.len()),
        }
    }
}

impl NodeCommand {
    fn check(self) -> Result<(), SetupError> {
        match self {
            Self::Skew { ms } if ms.unsigned_abs() > limits::MAX_SKEW_MS.unsigned_abs() => {
                Err(SetupError::new("node.fault.skew.ms", format!("at most {} either way", limits::MAX_SKEW_MS)))
            }
            Self::Slow { factor } => within("node.fault.slow.factor", factor as usize, 1, limits::MAX_SLOWDOWN as usize),
            _ => Ok(()),
        }
    }
}

fn check_groups(groups: &[Vec<NodeId>], setup: &Setup) -> Result<(), SetupError> {
    within("link.partition", groups.len(), 1, limits::MAX_GROUPS)?;
    let mut named = Vec::new();
    for node in groups.iter().flatten() {
        exists("link.partition", node.index(), setup.node_count())?;
        if named.contains(node) {
            return Err(SetupError::new("link.partition", format!("node {} stands in two groups", node.0)));
        }
        named.push(*node);
    }
    Ok(())
}

fn exists(field: &str, index: usize, count: usize) -> Result<(), SetupError> {
    if index < count {
        return Ok(());
    }
    Err(SetupError::new(field, format!("no number {index} (there are {count})")))
}
