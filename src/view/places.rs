//! Sites, links and people of a draft, as fields with their values and with what is wrong with them.

use super::draft::{Draft, Shape, WireOf, numbers};
use super::stage::latency_words;
use super::words;
use crate::replication::ids::{SessionId, SiteId};
use crate::replication::view::Role;
use crate::simulation::registry;
use crate::simulation::setup::{Latency, Link, ReadRule, Session, Setup, SetupError, Site, SiteKind, Wire, WireKind};
use crate::simulation::topology;
use std::sync::Arc;

/// Everything that stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacesView {
    /// Sites, in their order.
    pub sites: Vec<SiteField>,
    /// What is wrong with the sites as a whole.
    pub sites_refusal: Option<String>,
    /// Links.
    pub links: Vec<LinkField>,
    /// What is wrong with the links as a whole, or with the one that was to be added.
    pub links_refusal: Option<String>,
    /// Graphs of links by name.
    pub topologies: Vec<TopologyChoice>,
    /// The link between two nodes of one datacenter.
    pub inside: WireField,
    /// People.
    pub people: Vec<PersonField>,
    /// What the last change brought with it.
    pub told: String,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteField {
    /// Which.
    pub site: SiteId,
    /// Its name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SiteKind,
    /// Its nodes.
    pub node_count: u16,
    /// Those of them that are spares.
    pub spare_count: u16,
    /// Who leads first, and whether anything leads there.
    pub note: String,
    /// The site whose place it would have to take to lead first, where only one does.
    pub leads_from: Option<SiteId>,
    /// What is wrong with its name, its nodes and its spares.
    pub refusals: [Option<String>; 3],
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkField {
    /// "Oregon – Ireland".
    pub name: String,
    /// The sites that it joins, each with those that could stand in its place, itself included.
    pub ends: [(SiteId, Vec<SiteId>); 2],
    /// How it behaves, in words.
    pub words: String,
    /// What is wrong with the two sites that it joins.
    pub refusal: Option<String>,
    /// Its wires, while it is looked at: one, or one for each direction.
    pub wires: Option<Vec<WireField>>,
}

/// How a link behaves in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireField {
    /// Which.
    pub of: WireOf,
    /// Where it stands in the setup.
    pub path: String,
    /// "Oregon → Ireland".
    pub title: String,
    /// How it behaves.
    pub wire: Wire,
    /// The numbers of its latency: what each is, its value and its unit.
    pub numbers: Vec<(&'static str, String, &'static str)>,
    /// What is wrong with its latency, its loss and its duplicates.
    pub refusals: [Option<String>; 3],
}

/// A graph of links by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopologyChoice {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it is.
    pub summary: &'static str,
    /// Whether so many sites can be linked like this.
    pub is_possible: bool,
}

/// Somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonField {
    /// Whose session.
    pub session: SessionId,
    /// The name.
    pub author: Arc<str>,
    /// Where.
    pub site: SiteId,
    /// Milliseconds to the nodes there; 0: sits at it.
    pub access_ms: String,
    /// Whom it asks when it reads.
    pub rule: ReadRule,
    /// What is wrong with the name, the latency to the nodes, and the rule.
    pub refusals: [Option<String>; 3],
}

/// All fields of a draft.
#[must_use]
pub fn view(draft: &Draft) -> PlacesView {
    let setup = &draft.setup;
    let leaders = leading_sites(draft);
    let sites = (0u16..).zip(&setup.sites).map(|(index, site)| site_field(draft, SiteId(index), site, &leaders)).collect();
    let links = setup.links.iter().enumerate().map(|(index, link)| link_field(draft, index, link)).collect();
    let linked_count = setup.sites.iter().filter(|site| site.kind != SiteKind::Client).count();
    let choice = |topology: &topology::Topology| TopologyChoice {
        id: topology.id,
        title: topology.title,
        summary: topology.summary,
        is_possible: (usize::from(topology.least)..=usize::from(topology.most)).contains(&linked_count),
    };
    let is_whole = |error: &&SetupError| error.field == "sites" || error.field.starts_with("sites (");
    PlacesView {
        sites,
        sites_refusal: draft.refused.as_ref().filter(is_whole).map(|error| draft.problem(error)),
        links,
        links_refusal: draft
            .unlinkable
            .clone()
            .or_else(|| draft.refused.as_ref().filter(|error| error.field == "links").map(|error| draft.problem(error))),
        topologies: topology::ALL.iter().map(choice).collect(),
        inside: wire_field(draft, WireOf::Inside, "inside".to_owned(), "Inside a datacenter".to_owned(), setup.inside),
        people: (0u16..).zip(&setup.sessions).map(|(index, person)| person_field(draft, SessionId(index), person)).collect(),
        told: draft.told.clone(),
    }
}

fn site_field(draft: &Draft, site: SiteId, described: &Site, leaders: &[SiteId]) -> SiteField {
    let at = |field: &str| draft.refusal(&format!("sites[{}].{field}", site.0));
    let is_linked = draft.setup.links.iter().any(|link| link.a == site || link.b == site);
    let mut notes = Vec::new();
    if leaders == [site] {
        notes.push(if described.node_count > 1 { "Its first node leads first." } else { "Leads first." });
    }
    if !is_linked && draft.setup.sites.len() > 1 {
        notes.push("No link leads here.");
    }
    SiteField {
        site,
        name: described.name.clone(),
        kind: described.kind,
        node_count: described.node_count,
        spare_count: described.spare_count,
        note: notes.join(" "),
        leads_from: match leaders {
            [only] if *only != site && described.kind != SiteKind::Client => Some(*only),
            _ => None,
        },
        refusals: [at("name"), at("node_count"), at("spare_count")],
    }
}

/// The sites that have a leader at the start.
fn leading_sites(draft: &Draft) -> Vec<SiteId> {
    let nodes = draft.start.iter().flat_map(|start| &start.nodes);
    let leads =
        |node: &&crate::simulation::snapshot::NodeSnapshot| node.replica.as_ref().is_some_and(|replica| replica.role == Role::Leader);
    let mut sites: Vec<SiteId> = nodes.filter(leads).map(|node| node.site).collect();
    sites.dedup();
    sites
}

/// Sites that are not linked with `other` yet, and `end`, which is.
fn possible_ends(setup: &Setup, end: SiteId, other: SiteId) -> Vec<SiteId> {
    let is_linked = |site: SiteId| setup.links.iter().any(|link| [(link.a, link.b), (link.b, link.a)].contains(&(site, other)));
    (0..setup.sites.len() as u16).map(SiteId).filter(|site| *site == end || (*site != other && !is_linked(*site))).collect()
}

fn link_field(draft: &Draft, index: usize, link: &Link) -> LinkField {
    let name = |site: SiteId| site_name(&draft.setup, site);
    let path = format!("links[{index}]");
    let exactly = |error: &&SetupError| error.field == path || error.field == format!("{path}.a") || error.field == format!("{path}.b");
    let (a, b) = (name(link.a), name(link.b));
    let there = if link.back.is_some() { format!("{a} → {b}") } else { format!("{a} ↔ {b}") };
    let wires = || {
        let there = wire_field(draft, WireOf::There(index), format!("{path}.wire"), there, link.wire);
        let back = link.back.map(|back| wire_field(draft, WireOf::Back(index), format!("{path}.back"), format!("{b} → {a}"), back));
        std::iter::once(there).chain(back).collect()
    };
    // What is wrong with a wire must be in sight.
    let is_open = draft.open_link == Some(index) || draft.refusal(&path).is_some();
    LinkField {
        ends: [(link.a, possible_ends(&draft.setup, link.a, link.b)), (link.b, possible_ends(&draft.setup, link.b, link.a))],
        words: link_words(link),
        refusal: draft.refused.as_ref().filter(exactly).map(|error| draft.problem(error)),
        wires: is_open.then(wires),
        name: format!("{a} – {b}"),
    }
}

fn link_words(link: &Link) -> String {
    let there = wire_words(&link.wire);
    match &link.back {
        Some(back) => format!("{there}; back {}", wire_words(back)),
        None => there,
    }
}

fn wire_words(wire: &Wire) -> String {
    let mut words = latency_words(&wire.latency);
    if wire.kind == WireKind::Datagram {
        words.push_str(", datagrams");
        for (per_million, what) in [(wire.loss_per_million, "lost"), (wire.duplicate_per_million, "twice")] {
            if per_million > 0 {
                words.push_str(&format!(", {} % {what}", percent(per_million)));
            }
        }
    }
    words
}

fn wire_field(draft: &Draft, of: WireOf, path: String, title: String, wire: Wire) -> WireField {
    let at = |field: &str| draft.refusal(&format!("{path}.{field}"));
    let refusals = [at("latency"), at("loss_per_million"), at("duplicate_per_million")];
    WireField { of, title, wire, numbers: latency_numbers(&wire.latency), refusals, path }
}

fn latency_numbers(latency: &Latency) -> Vec<(&'static str, String, &'static str)> {
    let (first, second) = numbers(latency);
    let labels = match Shape::of(latency) {
        Shape::Constant => ["Latency", ""],
        Shape::Uniform => ["Least", "Most"],
        Shape::Exponential => ["Constant part", "Mean of the tail"],
        Shape::Pareto => ["Least", "Shape"],
    };
    let second_unit = if Shape::of(latency) == Shape::Pareto { "" } else { "ms" };
    let first = (labels[0], thousandths(first), "ms");
    std::iter::once(first).chain(second.map(|second| (labels[1], thousandths(second), second_unit))).collect()
}

fn person_field(draft: &Draft, session: SessionId, person: &Session) -> PersonField {
    let at = |field: &str| draft.refusal(&format!("sessions[{}].{field}", session.0));
    PersonField {
        session,
        author: person.author.0.clone(),
        site: person.site,
        access_ms: person.access.as_ref().map_or_else(|| "0".to_owned(), |access| thousandths(numbers(access).0)),
        rule: person.reads,
        refusals: [at("author"), at("access"), at("reads")],
    }
}

impl Draft {
    /// What is wrong with the field at `path`, or with a part of it.
    pub(super) fn refusal(&self, path: &str) -> Option<String> {
        let is_here = |error: &&SetupError| error.field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.refused.as_ref().filter(is_here).map(|error| self.problem(error))
    }

    /// What is wrong, with the names that people know instead of the numbers of sites.
    pub(super) fn problem(&self, error: &SetupError) -> String {
        let mut told: Vec<String> = Vec::new();
        for word in error.problem.split(' ') {
            let number = word.trim_end_matches([',', ':', ';', '.']);
            let site = number.parse().ok().and_then(|site: usize| self.setup.sites.get(site));
            match (told.last_mut(), site) {
                (Some(last), Some(site)) if last == "site" => *last = format!("{}{}", site.name, &word[number.len()..]),
                _ => told.push(word.to_owned()),
            }
        }
        told.join(" ")
    }
}

/// Where the field at `path` stands on the page, in words.
#[must_use]
pub fn where_is(path: &str, setup: &Setup) -> String {
    let (list, rest) = path.split_once('[').unwrap_or((path, ""));
    let (index, field) = rest.split_once(']').unwrap_or(("", ""));
    let index: usize = index.parse().unwrap_or(usize::MAX);
    let what = |noun: &str| match field {
        ".name" | ".author" => format!("{noun}, name"),
        ".node_count" => format!("{noun}, nodes"),
        ".spare_count" => format!("{noun}, spares"),
        _ => noun.to_owned(),
    };
    match list {
        "sites" if index < setup.sites.len() => what(&format!("Site {}", index + 1)),
        "sites" | "sites (nodes in all)" => "Sites".to_owned(),
        "sessions" if index < setup.sessions.len() => what(&format!("Person {}", index + 1)),
        "links" => match setup.links.get(index) {
            Some(link) => format!("Link {} – {}", site_name(setup, link.a), site_name(setup, link.b)),
            None => "Links".to_owned(),
        },
        _ if path.starts_with("inside") => "Inside a datacenter".to_owned(),
        _ => path.strip_prefix("dials.").and_then(registry::setting).map_or_else(|| path.to_owned(), |setting| setting.title.to_owned()),
    }
}

fn site_name(setup: &Setup, site: SiteId) -> String {
    setup.sites.get(site.index()).map_or_else(|| format!("site {}", site.0), |site| site.name.to_string())
}

/// Milliseconds of microseconds.
fn thousandths(number: u64) -> String {
    words::decimal(number as f64 / 1e3, 3)
}

/// Parts in a million as a percentage.
#[must_use]
pub fn percent(per_million: u32) -> String {
    words::decimal(f64::from(per_million) / 1e4, 4)
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::view::draft::{Edit, LinkEdit, SiteEdit, WireEdit};
    use crate::view::example;

    fn draft(edits: &[Edit]) -> Draft {
        let mut draft = Draft::of(&example::setup());
        for edit in edits {
            draft.edit(edit);
        }
        draft.judge(1);
        draft
    }

    fn wire(of: WireOf, edit: WireEdit) -> Edit {
        Edit::Link(LinkEdit::Wire(of, edit))
    }

    #[test]
    fn what_the_setup_refuses_is_said_at_the_field_that_it_names() {
        let name = draft(&[Edit::Site(SiteEdit::Name(SiteId(1), " ".into()))]);
        assert_eq!(view(&name).sites[1].refusals, [Some("must not be empty".to_owned()), None, None]);
        let nodes = draft(&[Edit::Site(SiteEdit::Nodes(SiteId(0), 0))]);
        assert_eq!(view(&nodes).sites[0].refusals[1].as_deref(), Some("0 is not between 1 and 64"));
        let spares = draft(&[Edit::Site(SiteEdit::Spares(SiteId(0), 2))]);
        assert_eq!(view(&spares).sites[0].refusals[2].as_deref(), Some("2 is not between 0 and 1"));
        let all = draft(&[Edit::Site(SiteEdit::Nodes(SiteId(0), 40)), Edit::Site(SiteEdit::Nodes(SiteId(1), 40))]);
        assert_eq!(view(&all).sites_refusal.as_deref(), Some("81 is not between 1 and 64"));
        let latency = draft(&[wire(WireOf::There(1), WireEdit::First(80_000))]);
        let fields = view(&latency).links[1].wires.clone().expect("open, since something is wrong");
        assert_eq!(fields[0].refusals[0].as_deref(), Some("the least is above the most"));
        let back = draft(&[Edit::Link(LinkEdit::Separate(0, true)), wire(WireOf::Back(0), WireEdit::Loss(1_000_001))]);
        let fields = view(&back).links[0].wires.clone().expect("open");
        assert_eq!((&fields[0].refusals, fields[1].refusals[1].is_some()), (&[None, None, None], true));
        let inside = draft(&[wire(WireOf::Inside, WireEdit::Duplicates(2_000_000))]);
        assert!(view(&inside).inside.refusals[2].is_some());
    }

    #[test]
    fn every_refusal_says_where_in_words() {
        let setup = example::setup();
        for (path, words) in [
            ("sites[2].name", "Site 3, name"),
            ("sites[0].node_count", "Site 1, nodes"),
            ("sites (nodes in all)", "Sites"),
            ("links[1].back.latency", "Link Oregon – Your phone"),
            ("links", "Links"),
            ("inside.latency", "Inside a datacenter"),
            ("sessions[1].author", "Person 2, name"),
            ("dials.persist_us", "Store"),
            ("cart[0].item", "cart[0].item"),
        ] {
            assert_eq!(where_is(path, &setup), words);
        }
    }

    #[test]
    fn a_strategy_that_the_sites_do_not_fit_names_the_site() {
        let mut forward = Draft::of(&example::setup());
        "multi-leader-forward".clone_into(&mut forward.setup.strategy);
        forward.judge(1);
        let refusal = view(&forward).sites_refusal.expect("its sites have one node each");
        assert!(refusal.starts_with("Oregon has several nodes"), "{refusal}");
    }

    #[test]
    fn where_one_leader_leads_all_another_site_can_take_its_place() {
        let mut single = draft(&[Edit::Link(LinkEdit::Topology("mesh"))]);
        let leads_from = |draft: &Draft| view(draft).sites.iter().map(|site| site.leads_from).collect::<Vec<_>>();
        assert_eq!(leads_from(&single), [None, None, None], "every site has a leader of its own");
        "single-leader".clone_into(&mut single.setup.strategy);
        single.judge(1);
        assert_eq!(leads_from(&single), [None, Some(SiteId(0)), Some(SiteId(0))]);
        assert_eq!(view(&single).sites[0].note, "Its first node leads first.");
        single.edit(&Edit::Site(SiteEdit::Move { site: SiteId(1), to: SiteId(0) }));
        single.judge(1);
        let field = view(&single).sites[0].clone();
        assert_eq!((&*field.name, field.note.as_str()), ("Ireland", "Its first node leads first."));
    }

    #[test]
    fn links_are_told_in_words_and_a_site_without_one_says_so() {
        let changed = draft(&[
            Edit::Site(SiteEdit::Add(SiteKind::Datacenter)),
            Edit::Link(LinkEdit::Separate(0, true)),
            wire(WireOf::Back(0), WireEdit::Kind(WireKind::Datagram)),
            wire(WireOf::Back(0), WireEdit::Loss(15_000)),
        ]);
        let view = view(&changed);
        assert_eq!(view.links[0].words, "68 ms ± 6; back 68 ms ± 6, datagrams, 1.5 % lost");
        assert_eq!(view.sites.iter().filter(|site| site.note.contains("No link")).map(|site| &*site.name).collect::<Vec<_>>(), ["Tokyo"]);
        let possible: Vec<_> = view.topologies.iter().filter(|one| one.is_possible).map(|one| one.id).collect();
        assert_eq!(possible, ["line", "star", "ring", "mesh"]);
    }
}
