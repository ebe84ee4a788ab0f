//! The fields and variants of everything that a recipe is made of, by name for people and in order for links.

use super::format::{
    LAST, Problem, Reader, Shape, Writer, choice, field, field_or, is_bare, none_or, optional_field, record, wrapper, write_field,
};
use super::{Compared, Future, Open, Recipe, TimedCommand};
use crate::replication::delta::{Author, Item, Key, Mode, Value};
use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::setting::{Dials, Kind, Setting};
use crate::replication::time::{SimDuration, SimTime};
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::command::{Action, Command, End, LinkCommand, MessageCommand, NodeCommand};
use crate::simulation::setup::{CartLine, Latency, Link, Pace, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use crate::simulation::{dials, registry};

/// A seed is text where people read it, since a JSON number cannot hold 64 bits everywhere, and a number in links.
struct Seed(u64);

impl Shape for Seed {
    fn write(&self, to: &mut dyn Writer) {
        if to.is_for_people() { to.text(&self.0.to_string()) } else { to.number(self.0) }
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        if !from.is_for_people() {
            return u64::read(from).map(Self);
        }
        let text = from.text()?;
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if is_plain { text.parse().ok() } else { None };
        let problem = || from.problem("seed: a decimal number from 0 to 18446744073709551615, in quotes".to_owned());
        number.map(Self).ok_or_else(problem)
    }
}

impl Shape for Recipe {
    fn write(&self, to: &mut dyn Writer) {
        let Self { version, scenario, variant, setup, seed, commands, open, .. } = self;
        to.record();
        write_field(to, "version", version);
        write_field(to, "scenario", scenario);
        write_field(to, "variant", variant);
        write_field(to, "setup", setup);
        write_field(to, "seed", &Seed(*seed));
        write_field(to, "commands", commands);
        write_field(to, "open", open);
        if IS_WHOLE {
            write_last(self, to);
        }
        to.end_record();
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        let [last, second_last, _] = LAST;
        from.only(&["version", "scenario", "variant", "setup", "seed", "commands", "open", last, second_last])?;
        let mut recipe = Self {
            version: field(from, "version")?,
            scenario: field(from, "scenario")?,
            variant: field(from, "variant")?,
            setup: field(from, "setup")?,
            seed: field::<Seed>(from, "seed")?.0,
            commands: optional_field(from, "commands")?.unwrap_or_default(),
            open: field(from, "open")?,
            branches: Vec::new(),
            compare: Vec::new(),
        };
        if IS_WHOLE {
            read_last(&mut recipe, from)?;
        }
        Ok(recipe)
    }
}

/// At the end, and only where there are any: recipes without them are what they were before there were any. A link has the
/// variants behind all setups: links from before there were variants are read as they are.
fn write_last(recipe: &Recipe, to: &mut dyn Writer) {
    let Recipe { branches, compare, .. } = recipe;
    let [last, compared, variants] = LAST;
    let is_compared = !compare.is_empty();
    if !branches.is_empty() || (is_compared && !to.is_for_people()) {
        write_field(to, last, branches);
    }
    if !is_compared {
        return;
    }
    if to.is_for_people() {
        return write_field(to, compared, compare);
    }
    let (ids, setups): (Vec<_>, Vec<_>) = compare.iter().map(|one| (one.variant.clone(), one.setup.clone())).unzip();
    write_field(to, compared, &setups);
    if ids.iter().any(Option::is_some) {
        write_field(to, variants, &ids);
    }
}

/// A link says that there are none by ending before them.
fn read_last(recipe: &mut Recipe, from: &mut dyn Reader) -> Result<(), Problem> {
    let [last, compared, _] = LAST;
    let branches: Option<Vec<Future>> = optional_field(from, last)?;
    if from.is_for_people() {
        let compare = optional_field(from, compared)?;
        (recipe.branches, recipe.compare) = (branches.unwrap_or_default(), compare.unwrap_or_default());
        return Ok(());
    }
    let compare = read_compared(from)?;
    let is_void = match (&branches, &compare) {
        (_, Some(compare)) => compare.is_empty(),
        (Some(branches), None) => branches.is_empty(),
        (None, None) => false,
    };
    if is_void {
        return Err(from.problem(format!("{last}, {compared}: a link without any ends before them")));
    }
    (recipe.branches, recipe.compare) = (branches.unwrap_or_default(), compare.unwrap_or_default());
    Ok(())
}

/// The setups of a link, and then the variant of each, if any of them has one.
fn read_compared(from: &mut dyn Reader) -> Result<Option<Vec<Compared>>, Problem> {
    let [_, compared, variants] = LAST;
    let setups: Option<Vec<Setup>> = optional_field(from, compared)?;
    let ids: Option<Vec<Option<String>>> = optional_field(from, variants)?;
    let Some(setups) = setups else { return Ok(None) };
    if ids.as_ref().is_some_and(|ids| ids.len() != setups.len() || ids.iter().all(Option::is_none)) {
        return Err(from.problem(format!("{variants}: one for each setup, or none at all")));
    }
    let ids = ids.unwrap_or_else(|| vec![None; setups.len()]);
    Ok(Some(ids.into_iter().zip(setups).map(|(variant, setup)| Compared { variant, setup }).collect()))
}

/// Settings: for people an object of key and value, a value being a number, a flag or a name; in links pairs of key
/// and number.
impl Shape for Dials {
    fn write(&self, to: &mut dyn Writer) {
        if !to.is_for_people() {
            to.list(self.iter().len());
            for (setting, value) in self.iter() {
                to.item();
                to.text(setting.key);
                to.number(value);
            }
            return to.end_list();
        }
        to.record();
        for (setting, value) in self.iter() {
            to.field(setting.key);
            match setting.kind {
                Kind::Number { .. } => to.number(value),
                Kind::Flag => to.flag(value != 0),
                Kind::Choice(_) => to.text(&dials::show(setting, value)),
            }
        }
        to.end_record();
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        let mut read = Self::default();
        if from.is_for_people() {
            let names: Vec<&'static str> = registry::settings().map(|setting| setting.key).collect();
            from.only(&names)?;
            for setting in registry::settings() {
                if from.field(setting.key)? {
                    read.set(setting, read_setting(from, setting)?);
                    from.leave();
                }
            }
            return Ok(read);
        }
        for index in 0..from.list()? {
            from.item(index)?;
            let key = from.text()?;
            let setting = registry::setting(&key).ok_or_else(|| from.problem(format!("no setting is called {key:?}")))?;
            read.set(setting, from.number(u64::MAX)?);
            from.leave();
        }
        Ok(read)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

fn read_setting(from: &mut dyn Reader, setting: &Setting) -> Result<u64, Problem> {
    match setting.kind {
        Kind::Number { .. } => from.number(u64::MAX),
        Kind::Flag => from.flag().map(u64::from),
        Kind::Choice(_) => {
            let name = from.text()?;
            dials::parse(setting, &name).map_err(|problem| from.problem(problem))
        }
    }
}

wrapper!(NodeId, SiteId, SessionId, SimTime, SimDuration, Key, Item, Author);

record!(TimedCommand { at_ns, event, command });
record!(Compared { variant, setup });
record!(Future { name, parent, from_ns, until_ns, commands });
record!(Open { at_ns, view, step });
record!(Setup { strategy, sites, links, inside, sessions, mode, cart, dials });
record!(Site { name, kind, node_count, spare_count = 0 });
record!(Link { a, b, wire, back });
record!(Wire { kind, latency, loss_per_million, duplicate_per_million });
record!(Session { author, site, access, workload, reads = ReadRule::Home });
record!(CartLine { item, quantity });

choice!(SiteKind { "datacenter" => Datacenter, "device" => Device, "client" => Client });
choice!(WireKind { "stream" => Stream, "datagram" => Datagram });
choice!(Latency {
    "constant" => Constant { us },
    "uniform" => Uniform { min_us, max_us },
    "exponential" => Exponential { base_us, mean_us },
    "pareto" => Pareto { least_us, shape_thousandths },
});
choice!(Workload {
    "idle" => Idle,
    "alternate" => Alternate { key },
    "mix" => Mix { key_count, skew_percent, read_percent, pace },
});
choice!(Pace { "closed" => Closed { think_us }, "open" => Open { mean_us } });
choice!(ReadRule {
    "home" => Home,
    "leader" => Leader,
    "any-follower" => AnyFollower,
    "nearest" => Nearest,
    "sticky" => Sticky,
    "within-lag" => WithinLag { ms },
    "leader-after-write" => LeaderAfterWrite { window_ms },
    "token" => Token { is_shared },
});
choice!(Mode {
    "last-write" => LastWrite,
    "last-write-line" => LastWriteLine,
    "naive-union" => NaiveUnion,
    "add-wins" => AddWins,
    "ask" => Ask,
    "home" => Home,
});
choice!(Command {
    "act" => Act { session, action },
    "link" => Link(command),
    "node" => Node { node, fault },
    "message" => Message { message, fault },
    "decide" => Decide(mode),
});
choice!(Action {
    "look" => Look,
    "add" => Add { item, count },
    "set" => Set { item, quantity },
    "decrease" => Decrease { item },
    "remove" => Remove { item },
    "resolve" => Resolve { item, quantity },
    "get" => Get { key },
    "get-many" => GetMany { keys },
    "put" => Put { key, value },
    "put-if" => PutIf { key, expected, value },
    "delete" => Delete { key },
});
choice!(Value { "number" => Number(number), "text" => Text(text) });
choice!(MessageCommand {
    "drop" => Drop,
    "delay" => Delay { ms },
    "duplicate" => Duplicate,
    "hold" => Hold,
    "release" => Release,
});
choice!(LinkCommand {
    "cut" => Cut { from, to },
    "heal" => Heal { from, to },
    "disconnect" => Disconnect(site),
    "reconnect" => Reconnect(site),
    "partition" => Partition(groups),
    "heal-all" => HealAll,
    "tune" => Tune { a, b, wire },
});
choice!(End { "node" => Node(node), "site" => Site(site) });
choice!(NodeCommand {
    "crash" => Crash,
    "restart" => Restart,
    "skew" => Skew { ms },
    "promote" => Promote,
    "pause" => Pause,
    "resume" => Resume,
    "slow" => Slow { factor },
    "join" => Join,
    "leave" => Leave,
});
