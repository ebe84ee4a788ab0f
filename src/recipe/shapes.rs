//! The fields and variants of everything that a recipe is made of, by name for people and in order for links.

use super::format::{Problem, Reader, Shape, Writer, choice, field, is_bare, optional_field, record, wrapper, write_field};
use super::{Open, Recipe, TimedCommand};
use crate::replication::delta::{Author, Item, Key, Mode};
use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::rules::Rules;
use crate::replication::time::{SimDuration, SimTime};
use crate::simulation::command::{Action, Command, End, LinkCommand, NodeCommand};
use crate::simulation::setup::{CartLine, Dials, Latency, Link, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};

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
        let Self { version, scenario, variant, setup, seed, commands, open } = self;
        to.record();
        write_field(to, "version", version);
        write_field(to, "scenario", scenario);
        write_field(to, "variant", variant);
        write_field(to, "setup", setup);
        write_field(to, "seed", &Seed(*seed));
        write_field(to, "commands", commands);
        write_field(to, "open", open);
        to.end_record();
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        from.only(&["version", "scenario", "variant", "setup", "seed", "commands", "open"])?;
        Ok(Self {
            version: field(from, "version")?,
            scenario: field(from, "scenario")?,
            variant: field(from, "variant")?,
            setup: field(from, "setup")?,
            seed: field::<Seed>(from, "seed")?.0,
            commands: optional_field(from, "commands")?.unwrap_or_default(),
            open: field(from, "open")?,
        })
    }
}

wrapper!(NodeId, SiteId, SessionId, SimTime, SimDuration, Key, Item, Author);

record!(TimedCommand { at_ns, event, command });
record!(Open { at_ns, view, step });
record!(Setup { strategy, sites, links, inside, sessions, mode, cart, dials });
record!(Site { name, kind, node_count });
record!(Link { a, b, wire });
record!(Wire { kind, latency, loss_per_million, duplicate_per_million });
record!(Session { author, site, access, workload });
record!(CartLine { item, quantity });
record!(Dials { persist, handshake_every, heartbeat_every, write_quorum, read_quorum, rules } or Self::default());
record!(Rules {
    detect_by_vector, fresh_ids, persist_first, cursor_is_vector, refuse_holes, removes_consume_dot
} or Self::default());

choice!(SiteKind { "datacenter" => Datacenter, "device" => Device, "client" => Client });
choice!(WireKind { "stream" => Stream, "datagram" => Datagram });
choice!(Latency {
    "constant" => Constant { us },
    "uniform" => Uniform { min_us, max_us },
    "exponential" => Exponential { base_us, mean_us },
});
choice!(Workload { "idle" => Idle, "alternate" => Alternate { key } });
choice!(Mode {
    "last-write" => LastWrite,
    "last-write-line" => LastWriteLine,
    "naive-union" => NaiveUnion,
    "add-wins" => AddWins,
    "ask" => Ask,
});
choice!(Command {
    "act" => Act { session, action },
    "link" => Link(command),
    "node" => Node { node, fault },
    "decide" => Decide(mode),
});
choice!(Action {
    "look" => Look,
    "add" => Add { item, count },
    "set" => Set { item, quantity },
    "decrease" => Decrease { item },
    "remove" => Remove { item },
    "resolve" => Resolve { item, quantity },
});
choice!(LinkCommand {
    "cut" => Cut { from, to },
    "heal" => Heal { from, to },
    "disconnect" => Disconnect(site),
    "reconnect" => Reconnect(site),
    "heal-all" => HealAll,
    "tune" => Tune { a, b, wire },
});
choice!(End { "node" => Node(node), "site" => Site(site) });
choice!(NodeCommand { "crash" => Crash, "restart" => Restart, "skew" => Skew { ms }, "promote" => Promote });
