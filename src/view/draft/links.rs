//! Changes of links: which sites are linked, and how each link behaves in each direction.

use super::Draft;
use crate::replication::ids::SiteId;
use crate::simulation::setup::{Latency, Link, Wire, WireKind};
use crate::simulation::topology;
use crate::view::stage::latency_words;

/// A change of links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkEdit {
    /// These two sites are linked.
    Add(SiteId, SiteId),
    /// The first or second end of this link stands at another site.
    End(usize, LinkEnd, SiteId),
    /// They are not any more.
    Remove(usize),
    /// All sites are linked as in the topology of this id.
    Topology(&'static str),
    /// Look at this link, or at none.
    Open(Option<usize>),
    /// Whether its two directions differ.
    Separate(usize, bool),
    /// One direction behaves otherwise.
    Wire(WireOf, WireEdit),
}

/// Which end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnd {
    /// The first.
    First,
    /// The second.
    Second,
}

/// Which direction of which link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireOf {
    /// Between two nodes of one datacenter.
    Inside,
    /// Both directions, or from the first site to the second where they differ.
    There(usize),
    /// From the second site to the first.
    Back(usize),
}

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireEdit {
    /// Stream or datagrams.
    Kind(WireKind),
    /// The distribution of its latency; the middle stays.
    Shape(Shape),
    /// The first number of the distribution: microseconds.
    First(u64),
    /// Its second number: microseconds, or the thousandths of a shape.
    Second(u64),
    /// Messages lost in a million.
    Loss(u32),
    /// Messages that come twice in a million.
    Duplicates(u32),
}

/// Distributions of latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Always the same.
    Constant,
    /// Anything between.
    Uniform,
    /// With an exponential tail.
    Exponential,
    /// With a heavy tail.
    Pareto,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Constant, Self::Uniform, Self::Exponential, Self::Pareto];

    /// Its id, as in recipes.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Uniform => "uniform",
            Self::Exponential => "exponential",
            Self::Pareto => "pareto",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Uniform => "uniform",
            Self::Exponential => "exponential tail",
            Self::Pareto => "heavy tail (Pareto)",
        }
    }

    /// That of `latency`.
    #[must_use]
    pub const fn of(latency: &Latency) -> Self {
        match latency {
            Latency::Constant { .. } => Self::Constant,
            Latency::Uniform { .. } => Self::Uniform,
            Latency::Exponential { .. } => Self::Exponential,
            Latency::Pareto { .. } => Self::Pareto,
        }
    }

    /// A latency of this shape that lies about where `latency` does.
    #[must_use]
    pub fn about(self, latency: &Latency) -> Latency {
        let us = match *latency {
            Latency::Constant { us } => us,
            Latency::Uniform { min_us, max_us } => min_us.midpoint(max_us),
            Latency::Exponential { base_us, mean_us } => base_us.saturating_add(mean_us),
            Latency::Pareto { least_us, .. } => least_us,
        };
        let tenth = us / 10;
        match self {
            Self::Constant => Latency::Constant { us },
            Self::Uniform => Latency::Uniform { min_us: us - tenth, max_us: us.saturating_add(tenth) },
            Self::Exponential => Latency::Exponential { base_us: us - tenth, mean_us: tenth },
            Self::Pareto => Latency::Pareto { least_us: us.max(1), shape_thousandths: 3_000 },
        }
    }
}

/// The two numbers of a distribution; a constant has one.
#[must_use]
pub const fn numbers(latency: &Latency) -> (u64, Option<u64>) {
    match *latency {
        Latency::Constant { us } => (us, None),
        Latency::Uniform { min_us, max_us } => (min_us, Some(max_us)),
        Latency::Exponential { base_us, mean_us } => (base_us, Some(mean_us)),
        Latency::Pareto { least_us, shape_thousandths } => (least_us, Some(shape_thousandths as u64)),
    }
}

fn with_numbers(latency: Latency, first: u64, second: u64) -> Latency {
    match latency {
        Latency::Constant { .. } => Latency::Constant { us: first },
        Latency::Uniform { .. } => Latency::Uniform { min_us: first, max_us: second },
        Latency::Exponential { .. } => Latency::Exponential { base_us: first, mean_us: second },
        Latency::Pareto { .. } => Latency::Pareto { least_us: first, shape_thousandths: u32::try_from(second).unwrap_or(u32::MAX) },
    }
}

impl WireEdit {
    /// The wire after it.
    #[must_use]
    pub fn on(self, wire: Wire) -> Wire {
        let (first, second) = numbers(&wire.latency);
        match self {
            Self::Kind(kind) => Wire { kind, ..wire },
            Self::Shape(shape) => Wire { latency: shape.about(&wire.latency), ..wire },
            Self::First(first) => Wire { latency: with_numbers(wire.latency, first, second.unwrap_or(0)), ..wire },
            Self::Second(second) => Wire { latency: with_numbers(wire.latency, first, second), ..wire },
            Self::Loss(loss_per_million) => Wire { loss_per_million, ..wire },
            Self::Duplicates(duplicate_per_million) => Wire { duplicate_per_million, ..wire },
        }
    }
}

impl Draft {
    pub(super) fn edit_link(&mut self, edit: &LinkEdit) -> Option<String> {
        match *edit {
            LinkEdit::Add(a, b) => return self.add_link(a, b),
            LinkEdit::End(index, end, site) => self.move_end(index, end, site),
            LinkEdit::Remove(index) => return self.remove_link(index),
            LinkEdit::Topology(id) => self.link_as(id),
            LinkEdit::Open(link) => self.open_link = link,
            LinkEdit::Separate(index, is_separate) => {
                if let Some(link) = self.setup.links.get_mut(index) {
                    link.back = is_separate.then_some(link.wire);
                }
            }
            LinkEdit::Wire(of, edit) => {
                if let Some(wire) = self.wire_mut(of) {
                    *wire = edit.on(*wire);
                }
            }
        }
        None
    }

    fn wire_mut(&mut self, of: WireOf) -> Option<&mut Wire> {
        match of {
            WireOf::Inside => Some(&mut self.setup.inside),
            WireOf::There(index) => self.setup.links.get_mut(index).map(|link| &mut link.wire),
            WireOf::Back(index) => self.setup.links.get_mut(index).and_then(|link| link.back.as_mut()),
        }
    }

    /// A new link is as the first one is.
    fn add_link(&mut self, a: SiteId, b: SiteId) -> Option<String> {
        let wire = self.setup.links.first().map_or(self.setup.inside, |link| link.wire);
        let index = self.setup.links.len();
        self.setup.links.push(Link { a, b, wire, back: None });
        if let Some(why) = self.unlinkable(index) {
            self.setup.links.pop();
            self.unlinkable = Some(why);
            return None;
        }
        self.told = format!("{} and {} are linked: {}.", self.name(a), self.name(b), latency_words(&wire.latency));
        None
    }

    /// Why the sites of this link cannot be linked.
    fn unlinkable(&self, index: usize) -> Option<String> {
        let link = self.setup.links.get(index)?;
        let own = format!("links[{index}]");
        // A pair that is linked twice is told of at the later one of its links.
        let is_about =
            |field: &str| field.starts_with(&own) || (field.starts_with("links") && !field.contains("].wire") && !field.contains("].back"));
        let error = self.setup.check().err().filter(|error| is_about(&error.field))?;
        Some(match error.field.as_str() {
            "links" => error.problem,
            _ => format!("{} – {}: {}", self.name(link.a), self.name(link.b), error.problem),
        })
    }

    /// Its wires stay as they are.
    fn move_end(&mut self, index: usize, end: LinkEnd, site: SiteId) {
        let Some(link) = self.setup.links.get_mut(index) else { return };
        let before = link.clone();
        *match end {
            LinkEnd::First => &mut link.a,
            LinkEnd::Second => &mut link.b,
        } = site;
        let (a, b) = (link.a, link.b);
        if let Some(why) = self.unlinkable(index) {
            self.setup.links[index] = before;
            self.unlinkable = Some(why);
            return;
        }
        self.told = format!("The link {} – {} joins {} and {} now.", self.name(before.a), self.name(before.b), self.name(a), self.name(b));
    }

    fn remove_link(&mut self, index: usize) -> Option<String> {
        if index >= self.setup.links.len() {
            return None;
        }
        let link = self.setup.links.remove(index);
        self.told = format!("{} and {} are not linked any more.", self.name(link.a), self.name(link.b));
        self.open_link = self.open_link.filter(|open| *open != index).map(|open| open - usize::from(open > index));
        Some(match self.setup.links.len() {
            0 => "at-links.from".to_owned(),
            count => format!("at-links[{}].remove", index.min(count - 1)),
        })
    }

    fn link_as(&mut self, id: &str) {
        let Some(topology) = topology::find(id) else { return };
        match topology.apply(&mut self.setup) {
            Ok(()) => self.told = format!("{}: {}", topology.title, topology.summary),
            Err(error) => self.unlinkable = Some(error.problem),
        }
        self.open_link = None;
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::limits;
    use crate::simulation::setup::SiteKind;
    use crate::view::draft::{Edit, SiteEdit};
    use crate::view::example;

    fn after(draft: &mut Draft, edit: LinkEdit) -> Option<String> {
        draft.edit(&Edit::Link(edit))
    }

    fn pairs(draft: &Draft) -> Vec<(u16, u16)> {
        draft.setup.links.iter().map(|link| (link.a.0, link.b.0)).collect()
    }

    #[test]
    fn a_link_that_the_setup_would_refuse_is_not_added_and_says_why() {
        let mut draft = Draft::of(&example::setup());
        after(&mut draft, LinkEdit::Add(SiteId(1), SiteId(1)));
        assert_eq!(draft.unlinkable.as_deref(), Some("Ireland – Ireland: joins a site to itself"));
        after(&mut draft, LinkEdit::Add(SiteId(2), SiteId(0)));
        assert_eq!(draft.unlinkable.as_deref(), Some("Your phone – Oregon: joins two sites that are already linked"));
        after(&mut draft, LinkEdit::Add(SiteId(9), SiteId(0)));
        assert!(draft.unlinkable.is_some());
        assert_eq!(draft.setup.links, example::setup().links);
        after(&mut draft, LinkEdit::Add(SiteId(2), SiteId(1)));
        assert_eq!((draft.unlinkable.as_ref(), draft.told.as_str()), (None, "Your phone and Ireland are linked: 68 ms ± 6."));
        assert_eq!(pairs(&draft), [(0, 1), (0, 2), (2, 1)]);
    }

    #[test]
    fn an_end_of_a_link_moves_to_another_site_with_its_wires_or_stays_and_says_why() {
        let mut draft = Draft::of(&example::setup());
        let wire = draft.setup.links[1].wire;
        after(&mut draft, LinkEdit::End(1, LinkEnd::First, SiteId(1)));
        assert_eq!((pairs(&draft), draft.setup.links[1].wire), (vec![(0, 1), (1, 2)], wire));
        assert_eq!(draft.told, "The link Oregon – Your phone joins Ireland and Your phone now.");
        after(&mut draft, LinkEdit::End(1, LinkEnd::Second, SiteId(1)));
        assert_eq!(draft.unlinkable.as_deref(), Some("Ireland – Ireland: joins a site to itself"));
        for (index, end, site) in [(1, LinkEnd::Second, 0), (0, LinkEnd::First, 2), (0, LinkEnd::First, 9)] {
            after(&mut draft, LinkEdit::End(index, end, SiteId(site)));
            assert!(draft.unlinkable.is_some(), "{index} {end:?} {site}");
            assert_eq!(pairs(&draft), [(0, 1), (1, 2)]);
        }
    }

    #[test]
    fn a_topology_links_all_sites_or_says_why_not() {
        let mut draft = Draft::of(&example::setup());
        draft.edit(&Edit::Site(SiteEdit::Add(SiteKind::Datacenter)));
        after(&mut draft, LinkEdit::Topology("ring"));
        assert_eq!(pairs(&draft), [(0, 1), (1, 2), (2, 3), (3, 0)]);
        after(&mut draft, LinkEdit::Topology("pair"));
        assert_eq!(draft.unlinkable.as_deref(), Some("a pair has between 2 and 2 sites, not 4"));
        assert_eq!(pairs(&draft).len(), 4);
    }

    #[test]
    fn the_link_that_is_looked_at_stays_so_when_another_one_goes() {
        let mut draft = Draft::of(&example::setup());
        after(&mut draft, LinkEdit::Open(Some(1)));
        assert_eq!(after(&mut draft, LinkEdit::Remove(0)).as_deref(), Some("at-links[0].remove"));
        assert_eq!((draft.open_link, draft.told.as_str()), (Some(0), "Oregon and Ireland are not linked any more."));
        assert_eq!(after(&mut draft, LinkEdit::Remove(0)).as_deref(), Some("at-links.from"));
        assert_eq!(draft.open_link, None);
    }

    #[test]
    fn directions_differ_only_when_they_are_parted() {
        let mut draft = Draft::of(&example::setup());
        let slow = LinkEdit::Wire(WireOf::Back(0), WireEdit::First(70_000));
        after(&mut draft, slow.clone());
        assert_eq!(draft.setup, example::setup());
        after(&mut draft, LinkEdit::Separate(0, true));
        after(&mut draft, slow);
        let link = &draft.setup.links[0];
        assert_eq!(
            (link.wire, link.back.map(|back| back.latency)),
            (example::setup().links[0].wire, Some(Latency::Uniform { min_us: 70_000, max_us: 74_000 }))
        );
        after(&mut draft, LinkEdit::Separate(0, false));
        assert_eq!(draft.setup, example::setup());
    }

    #[test]
    fn every_shape_about_a_latency_is_usable_and_keeps_about_its_middle() {
        for us in [0, 1, 68_000, limits::MAX_LATENCY_US / 2] {
            for shape in Shape::ALL {
                let latency = shape.about(&Latency::Constant { us });
                assert_eq!(Shape::of(&latency), shape);
                crate::simulation::setup::check_latency("latency", &latency).expect("usable");
                let Latency::Constant { us: back } = Shape::Constant.about(&latency) else { panic!("a constant") };
                assert!(back.abs_diff(us) <= 1, "{us} became {back} as {latency:?}");
            }
        }
    }

    #[test]
    fn each_number_of_a_wire_is_the_one_that_is_set() {
        let wire = example::setup().links[0].wire;
        for shape in Shape::ALL {
            let wire = WireEdit::Second(7_000).on(WireEdit::First(5_000).on(WireEdit::Shape(shape).on(wire)));
            let second = (shape != Shape::Constant).then_some(7_000);
            assert_eq!(numbers(&wire.latency), (5_000, second));
        }
        let wire = WireEdit::Duplicates(9).on(WireEdit::Loss(8).on(WireEdit::Kind(WireKind::Datagram).on(wire)));
        assert_eq!((wire.kind, wire.loss_per_million, wire.duplicate_per_million), (WireKind::Datagram, 8, 9));
    }
}
