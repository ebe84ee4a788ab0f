//! What a person (or a script) does to a run. Commands are the only way to act on it, and all are recorded.

use super::setup::{Setup, SetupError, Wire, check_name, check_wire, within};
use crate::limits;
use crate::replication::delta::{Item, Mode};
use crate::replication::ids::{NodeId, SessionId, SiteId};
use serde::{Deserialize, Serialize};

/// One command. Nested by area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// From now on every replica decides conflicts like this.
    Decide(Mode),
}

/// What a person does with the cart (key "cart"). Each edit first reads at the person's replica, then writes
/// with what that read had shown, as a real client does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// What happens to links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Everything works again.
    HealAll,
    /// The link between two sites behaves like this from now on.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// One node.
    Node(NodeId),
    /// All nodes of a site.
    Site(SiteId),
}

/// What happens to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
            Self::Decide(_) => Ok(()),
        }
    }
}

impl Action {
    /// The cart line it is about.
    #[must_use]
    pub const fn item(&self) -> Option<&Item> {
        match self {
            Self::Look => None,
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
        let most = limits::MAX_QUANTITY as usize;
        match self {
            Self::Add { count, .. } => within("act.action.count", *count as usize, 1, most),
            Self::Set { quantity, .. } => within("act.action.quantity", *quantity as usize, 1, most),
            Self::Resolve { quantity, .. } => within("act.action.quantity", *quantity as usize, 0, most),
            Self::Look | Self::Decrease { .. } | Self::Remove { .. } => Ok(()),
        }
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
            Self::HealAll => Ok(()),
            Self::Tune { a, b, wire } => {
                let joins = |link: &super::setup::Link| (link.a, link.b) == (*a, *b) || (link.b, link.a) == (*a, *b);
                if !setup.links.iter().any(joins) {
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
            Self::Skew { .. } | Self::Crash | Self::Restart | Self::Promote => Ok(()),
        }
    }
}

fn exists(field: &str, index: usize, count: usize) -> Result<(), SetupError> {
    if index < count {
        return Ok(());
    }
    Err(SetupError::new(field, format!("no number {index} (there are {count})")))
}
