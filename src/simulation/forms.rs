//! The form of every command, for lists and for those who write recipes by hand: an example, and its fields with type,
//! unit and range. Tests compare it with what recipes accept. Knows no run.

use crate::limits;

/// One kind of command.
pub struct Form {
    /// Area and name: `node.crash`, `act.put`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The command as in a recipe, as JSON.
    pub example: &'static str,
    /// What can be filled in.
    pub fields: &'static [Field],
}

/// A field of a command.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Where it stands in the command (a JSON pointer, RFC 6901).
    pub pointer: &'static str,
    /// What stands there.
    pub kind: FieldKind,
}

/// What stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A whole number.
    Number {
        /// Of what.
        unit: &'static str,
        /// The least.
        least: i64,
        /// The most; `None`: as many as the setup has.
        most: Option<i64>,
    },
    /// A text of at most so many characters, not empty.
    Name(usize),
    /// `{"number": …}` or `{"text": …}`; `null` where nothing is meant, if that is allowed.
    Value {
        /// Whether it may be `null`.
        is_optional: bool,
    },
    /// A list of names, between one and so many.
    Names(usize),
    /// Lists of node numbers, between one and so many.
    Groups(usize),
    /// `{"node": …}` or `{"site": …}`.
    End,
    /// How a link behaves, as in a setup.
    Wire,
    /// A policy.
    Policy,
}

impl FieldKind {
    /// Its name in lists.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Number { .. } => "number",
            Self::Name(_) => "text",
            Self::Value { .. } => "value",
            Self::Names(_) => "list of texts",
            Self::Groups(_) => "list of lists of nodes",
            Self::End => "end",
            Self::Wire => "wire",
            Self::Policy => "policy",
        }
    }

    /// The least and the most: of a number, of characters, or of entries.
    #[must_use]
    pub const fn range(self) -> Option<(i64, Option<i64>)> {
        match self {
            Self::Number { least, most, .. } => Some((least, most)),
            Self::Name(most) | Self::Names(most) | Self::Groups(most) => Some((1, Some(most as i64))),
            Self::Value { .. } | Self::End | Self::Wire | Self::Policy => None,
        }
    }

    /// What it counts.
    #[must_use]
    pub const fn unit(self) -> Option<&'static str> {
        match self {
            Self::Number { unit, .. } => Some(unit),
            Self::Name(_) => Some("characters"),
            Self::Names(_) | Self::Groups(_) => Some("entries"),
            Self::Value { .. } | Self::End | Self::Wire | Self::Policy => None,
        }
    }
}

const fn number(name: &'static str, pointer: &'static str, unit: &'static str, least: i64, most: i64) -> Field {
    Field { name, pointer, kind: FieldKind::Number { unit, least, most: Some(most) } }
}

const fn index(name: &'static str, pointer: &'static str) -> Field {
    Field { name, pointer, kind: FieldKind::Number { unit: "count", least: 0, most: None } }
}

const fn field(name: &'static str, pointer: &'static str, kind: FieldKind) -> Field {
    Field { name, pointer, kind }
}

const SESSION: Field = index("session", "/act/session");
const NODE: Field = index("node", "/node/node");
const MESSAGE: Field = index("message", "/message/message");
const QUANTITY: i64 = limits::MAX_QUANTITY as i64;
const NAME: FieldKind = FieldKind::Name(limits::MAX_NAME_CHARS);
const VALUE: FieldKind = FieldKind::Value { is_optional: false };

macro_rules! form {
    ($id:literal, $title:literal, $summary:literal, $example:literal, [$($field:expr),* $(,)?]) => {
        Form { id: $id, title: $title, summary: $summary, example: $example, fields: &[$($field),*] }
    };
}

/// Every command, by area.
pub static ALL: &[Form] = &[
    form!("act.look", "Look", "Reads the cart, and remembers what was seen.", r#"{"act":{"session":0,"action":"look"}}"#, [SESSION]),
    form!(
        "act.add",
        "Add",
        "Adds so many of an item to the cart.",
        r#"{"act":{"session":0,"action":{"add":{"item":"eggs","count":2}}}}"#,
        [SESSION, field("item", "/act/action/add/item", NAME), number("count", "/act/action/add/count", "count", 1, QUANTITY),]
    ),
    form!(
        "act.set",
        "Set",
        "Sets the quantity of an item.",
        r#"{"act":{"session":0,"action":{"set":{"item":"eggs","quantity":12}}}}"#,
        [SESSION, field("item", "/act/action/set/item", NAME), number("quantity", "/act/action/set/quantity", "count", 1, QUANTITY)]
    ),
    form!(
        "act.decrease",
        "Decrease",
        "One less of an item; at 0 its line goes.",
        r#"{"act":{"session":0,"action":{"decrease":{"item":"eggs"}}}}"#,
        [SESSION, field("item", "/act/action/decrease/item", NAME)]
    ),
    form!(
        "act.remove",
        "Remove",
        "Takes an item out.",
        r#"{"act":{"session":0,"action":{"remove":{"item":"eggs"}}}}"#,
        [SESSION, field("item", "/act/action/remove/item", NAME),]
    ),
    form!(
        "act.resolve",
        "Resolve",
        "Decides an open conflict, having seen what the last look showed; 0 removes the line.",
        r#"{"act":{"session":0,"action":{"resolve":{"item":"eggs","quantity":6}}}}"#,
        [
            SESSION,
            field("item", "/act/action/resolve/item", NAME),
            number("quantity", "/act/action/resolve/quantity", "count", 0, QUANTITY)
        ]
    ),
    form!(
        "act.get",
        "Get",
        "Reads a key.",
        r#"{"act":{"session":0,"action":{"get":{"key":"x"}}}}"#,
        [SESSION, field("key", "/act/action/get/key", NAME),]
    ),
    form!(
        "act.get-many",
        "Get many",
        "Reads several keys at one moment of one replica.",
        r#"{"act":{"session":0,"action":{"get-many":{"keys":["x","y"]}}}}"#,
        [SESSION, field("keys", "/act/action/get-many/keys", FieldKind::Names(limits::MAX_READ_KEYS))]
    ),
    form!(
        "act.put",
        "Put",
        "Writes a key.",
        r#"{"act":{"session":0,"action":{"put":{"key":"x","value":{"number":1}}}}}"#,
        [SESSION, field("key", "/act/action/put/key", NAME), field("value", "/act/action/put/value", VALUE),]
    ),
    form!(
        "act.put-if",
        "Put if",
        "Writes a key if it has a value now.",
        r#"{"act":{"session":0,"action":{"put-if":{"key":"x","expected":null,"value":{"number":1}}}}}"#,
        [
            SESSION,
            field("key", "/act/action/put-if/key", NAME),
            field("expected", "/act/action/put-if/expected", FieldKind::Value { is_optional: true }),
            field("value", "/act/action/put-if/value", VALUE),
        ]
    ),
    form!(
        "act.delete",
        "Delete",
        "Deletes a key.",
        r#"{"act":{"session":0,"action":{"delete":{"key":"x"}}}}"#,
        [SESSION, field("key", "/act/action/delete/key", NAME),]
    ),
    form!(
        "link.cut",
        "Cut",
        "Nothing passes from one end to the other any more (one direction).",
        r#"{"link":{"cut":{"from":{"node":0},"to":{"site":1}}}}"#,
        [field("from", "/link/cut/from", FieldKind::End), field("to", "/link/cut/to", FieldKind::End)]
    ),
    form!(
        "link.heal",
        "Heal",
        "That direction works again.",
        r#"{"link":{"heal":{"from":{"node":0},"to":{"site":1}}}}"#,
        [field("from", "/link/heal/from", FieldKind::End), field("to", "/link/heal/to", FieldKind::End),]
    ),
    form!(
        "link.disconnect",
        "Disconnect",
        "All links of a site to others are cut: a device goes offline.",
        r#"{"link":{"disconnect":1}}"#,
        [index("site", "/link/disconnect"),]
    ),
    form!("link.reconnect", "Reconnect", "They work again.", r#"{"link":{"reconnect":1}}"#, [index("site", "/link/reconnect")]),
    form!(
        "link.partition",
        "Partition",
        "Nothing passes between groups of nodes; nodes that are in none reach everybody.",
        r#"{"link":{"partition":[[0],[1]]}}"#,
        [field("groups", "/link/partition", FieldKind::Groups(limits::MAX_GROUPS))]
    ),
    form!("link.heal-all", "Heal all", "Everything that was cut works again.", r#"{"link":"heal-all"}"#, []),
    form!(
        "link.tune",
        "Tune",
        "The link between two sites (or, twice the same site, all links inside it) behaves like this from now on.",
        r#"{"link":{"tune":{"a":0,"b":1,"wire":{"kind":"stream","latency":{"constant":{"us":1000}},"loss_per_million":0,"duplicate_per_million":0}}}}"#,
        [index("a", "/link/tune/a"), index("b", "/link/tune/b"), field("wire", "/link/tune/wire", FieldKind::Wire)]
    ),
    form!("node.crash", "Crash", "A node stops; what was not durable is gone.", r#"{"node":{"node":0,"fault":"crash"}}"#, [NODE]),
    form!("node.restart", "Restart", "It starts again from its store.", r#"{"node":{"node":0,"fault":"restart"}}"#, [NODE]),
    form!(
        "node.skew",
        "Skew",
        "Its clock is off by so much from now on.",
        r#"{"node":{"node":0,"fault":{"skew":{"ms":250}}}}"#,
        [NODE, number("ms", "/node/fault/skew/ms", "ms", -limits::MAX_SKEW_MS, limits::MAX_SKEW_MS),]
    ),
    form!(
        "node.promote",
        "Promote",
        "It becomes the leader of its site in a new term.",
        r#"{"node":{"node":0,"fault":"promote"}}"#,
        [NODE]
    ),
    form!("node.pause", "Pause", "It stands still: nothing is lost, nothing is done.", r#"{"node":{"node":0,"fault":"pause"}}"#, [NODE]),
    form!("node.resume", "Resume", "It goes on.", r#"{"node":{"node":0,"fault":"resume"}}"#, [NODE]),
    form!(
        "node.slow",
        "Slow",
        "Its work takes so many times as long (1: as usual).",
        r#"{"node":{"node":0,"fault":{"slow":{"factor":10}}}}"#,
        [NODE, number("factor", "/node/fault/slow/factor", "count", 1, limits::MAX_SLOWDOWN as i64),]
    ),
    form!("node.join", "Join", "A spare node joins the group of its site.", r#"{"node":{"node":0,"fault":"join"}}"#, [NODE]),
    form!("node.leave", "Leave", "It is taken out of the group of its site.", r#"{"node":{"node":0,"fault":"leave"}}"#, [NODE]),
    form!("message.drop", "Drop", "A message in flight is lost.", r#"{"message":{"message":0,"fault":"drop"}}"#, [MESSAGE]),
    form!(
        "message.delay",
        "Delay",
        "It comes so much later.",
        r#"{"message":{"message":0,"fault":{"delay":{"ms":50}}}}"#,
        [MESSAGE, number("ms", "/message/fault/delay/ms", "ms", 0, limits::MAX_MESSAGE_DELAY_MS as i64),]
    ),
    form!("message.duplicate", "Duplicate", "It comes twice.", r#"{"message":{"message":0,"fault":"duplicate"}}"#, [MESSAGE]),
    form!("message.hold", "Hold", "It stays where it is until it is released.", r#"{"message":{"message":0,"fault":"hold"}}"#, [MESSAGE]),
    form!("message.release", "Release", "It arrives now.", r#"{"message":{"message":0,"fault":"release"}}"#, [MESSAGE]),
    form!(
        "decide",
        "Decide",
        "From now on every replica decides conflicts by this policy.",
        r#"{"decide":"add-wins"}"#,
        [field("policy", "/decide", FieldKind::Policy)]
    ),
];
