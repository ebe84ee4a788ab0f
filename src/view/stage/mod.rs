//! The stage: where zones, replicas and links stand, what is written on them, and where messages are.
//! Pure: setup, snapshot and width in, shapes with roles out.

mod labels;
mod layout;
mod links;
mod messages;
mod replicas;

pub use layout::{Layout, WidthClass, Zone};
pub use links::{LinkShape, latency_words};
pub use messages::{Form, MessageShape, glyph, messages};
pub use replicas::{LagShape, LineShape, NodeShape, SiteState, site_state};

use super::names::Names;
use super::words;
use crate::replication::ids::SiteId;
use crate::replication::view::Role;
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

/// What a shape stands for; the page gives each role its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// A leader.
    Leader,
    /// A follower or another plain replica.
    Follower,
    /// A person's device.
    Device,
    /// A node that is down.
    Down,
    /// Writes on their way.
    Write,
    /// Acknowledgements.
    Acknowledge,
    /// Reads.
    Read,
    /// Refusals and conflicts.
    Conflict,
    /// All is well.
    Ok,
    /// Something is behind or waiting.
    Warn,
    /// Nothing special.
    Quiet,
}

impl Tone {
    /// Its id, for styling.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Follower => "follower",
            Self::Device => "device",
            Self::Down => "down",
            Self::Write => "write",
            Self::Acknowledge => "acknowledge",
            Self::Read => "read",
            Self::Conflict => "conflict",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Quiet => "quiet",
        }
    }
}

/// A letter of a zone's head is about this wide.
const LETTER: f64 = 7.5;
/// Beside and between its words.
const ROOM: f64 = 44.0;

/// The picture of a cluster at one moment, messages aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Where everything stands.
    pub layout: Layout,
    /// What is written on each zone, in the order of sites.
    pub titles: Vec<ZoneTitle>,
    /// Links.
    pub links: Vec<LinkShape>,
    /// Replicas, in the order of nodes.
    pub nodes: Vec<NodeShape>,
    /// The picture in a sentence.
    pub summary: String,
    /// The letters on the circles and what they stand for.
    pub roles: String,
}

/// No coordinate is NaN. So the same picture, held twice, is known by its address and need not be compared.
impl Eq for Scene {}

/// The head of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneTitle {
    /// Which site.
    pub site: SiteId,
    /// Its name.
    pub name: String,
    /// What it is, or how it stands.
    pub state: String,
    /// The tone of the state.
    pub tone: Tone,
}

/// Draws `snapshot` for a stage `width` pixels wide.
#[must_use]
pub fn scene(setup: &Setup, names: &Names, snapshot: &Snapshot, width: f64) -> Scene {
    let lines: Vec<usize> = snapshot.nodes.iter().map(replicas::line_count).collect();
    let layout = Layout::new(setup, width, &lines);
    let mut titles: Vec<ZoneTitle> = names.sites().map(|site| title(site, snapshot, names)).collect();
    if IS_WHOLE {
        fit(&mut titles, &layout);
    }
    let links = links::links(&layout, snapshot, names);
    let nodes: Vec<NodeShape> = snapshot.nodes.iter().map(|node| replicas::shape(node, snapshot.now, &layout, names)).collect();
    let summary = summary(&titles, snapshot);
    let roles = if IS_WHOLE { roles(snapshot) } else { "L leader · F follower · #n log position".to_owned() };
    Scene { layout, titles, links, nodes, summary, roles }
}

/// What zones are goes without saying where one of them has no room for it beside its name, or links lead through that place.
fn fit(titles: &mut [ZoneTitle], layout: &Layout) {
    let has_room = |title: &ZoneTitle| {
        let zone = &layout.zones[title.site.index()];
        let length = (title.name.chars().count() + title.state.chars().count()) as f64 * LETTER;
        zone.is_device || title.tone != Tone::Quiet || length + ROOM <= zone.frame.width
    };
    if layout.class == WidthClass::Narrow || !titles.iter().all(has_room) {
        titles.iter_mut().filter(|title| title.tone == Tone::Quiet).for_each(|title| title.state.clear());
    }
}

fn title(site: SiteId, snapshot: &Snapshot, names: &Names) -> ZoneTitle {
    let state = site_state(site, snapshot, names);
    let is_device = names.is_device(site);
    let words = match state {
        SiteState::CutOff if is_device => "offline",
        SiteState::CutOff => "cut off",
        SiteState::Syncing => "syncing…",
        SiteState::UpToDate if is_device => "up to date",
        SiteState::Waiting if is_device => "connecting…",
        SiteState::UpToDate | SiteState::Waiting => names.kind(site),
        SiteState::Down => "down",
    };
    let tone = match state {
        SiteState::CutOff | SiteState::Down => Tone::Warn,
        SiteState::UpToDate if is_device => Tone::Ok,
        SiteState::Syncing | SiteState::Waiting if is_device => Tone::Device,
        SiteState::UpToDate | SiteState::Syncing | SiteState::Waiting => Tone::Quiet,
    };
    ZoneTitle { site, name: names.site(site).to_owned(), state: words.to_owned(), tone }
}

fn summary(titles: &[ZoneTitle], snapshot: &Snapshot) -> String {
    let sites: Vec<String> = titles.iter().map(|title| format!("{} ({})", title.name, title.state)).collect();
    let flying = words::count(u64::from(snapshot.in_flight_count), "message", "messages");
    format!("{}; {flying} in flight at {}", sites.join(", "), words::time(snapshot.now))
}

/// "L leader · F follower · #n log position".
fn roles(snapshot: &Snapshot) -> String {
    let mut roles: Vec<Role> = snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).map(|replica| replica.role).collect();
    roles.sort_unstable();
    roles.dedup();
    let has_log = roles.iter().any(|role| !matches!(role, Role::Replica | Role::Coordinator));
    let mut words: Vec<String> = roles.iter().map(|role| format!("{} {}", words::role_letter(*role), words::role(*role))).collect();
    if has_log {
        words.push("#n log position".to_owned());
    }
    words.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::example;
    use crate::view::geometry::Point;

    #[test]
    fn roles_positions_and_lag_are_written_on_the_replicas() {
        let (setup, snapshot) = example::cluster();
        let names = Names::new(&setup);
        let scene = scene(&setup, &names, &snapshot, 940.0);
        let [leader, follower, ..] = scene.nodes.as_slice() else { panic!("five nodes") };
        assert_eq!((leader.letter, leader.position.as_str(), leader.tone), ("L", "#42", Tone::Leader));
        assert_eq!(follower.lag.as_ref().map(|lag| lag.words.as_str()), Some("2 behind · 18 ms"));
        assert_eq!(leader.cart_data, "eggs:12,milk:2");
        let flagged: Vec<_> = leader.lines.iter().filter(|line| line.is_conflict).map(|line| line.text.as_str()).collect();
        assert_eq!(flagged, ["eggs 12"]);
        let device = scene.nodes.last().expect("the phone");
        assert!(device.lines.iter().any(|line| line.text == "eggs removed" && line.is_conflict), "{:?}", device.lines);
        assert!(device.lines.iter().any(|line| line.text == "bread 1" && line.is_pending));
        assert_eq!(device.tone, Tone::Device);
    }

    #[test]
    fn a_cut_device_is_offline_and_its_link_says_cut() {
        let (setup, mut snapshot) = example::cluster();
        let names = Names::new(&setup);
        assert_eq!(scene(&setup, &names, &snapshot, 940.0).titles[2].state, "syncing…");
        for link in snapshot.links.iter_mut().filter(|link| link.from.0 == 4 || link.to.0 == 4) {
            link.is_cut = true;
        }
        let scene = scene(&setup, &names, &snapshot, 940.0);
        assert_eq!(scene.titles[2].state, "offline");
        assert_eq!(scene.links.iter().filter(|link| link.is_cut).count(), 1);
    }

    #[test]
    fn a_crashed_node_is_drawn_as_down() {
        let (setup, mut snapshot) = example::cluster();
        snapshot.nodes[1].replica = None;
        let scene = scene(&setup, &Names::new(&setup), &snapshot, 940.0);
        assert_eq!((scene.nodes[1].tone, scene.nodes[1].letter), (Tone::Down, "✕"));
    }

    #[test]
    fn nothing_stands_outside_the_stage_or_on_each_other_at_any_width() {
        let (setup, snapshot) = example::cluster();
        let names = Names::new(&setup);
        for width in [320.0, 360.0, 520.0, 680.0, 940.0, 1_600.0, 2_400.0] {
            let Scene { layout, nodes, .. } = scene(&setup, &names, &snapshot, width);
            for (index, zone) in layout.zones.iter().enumerate() {
                assert!(zone.frame.x >= 0.0 && zone.frame.right() <= width && zone.frame.bottom() <= layout.height, "{width}: {zone:?}");
                assert!(layout.zones[..index].iter().all(|other| !other.frame.overlaps(&zone.frame)), "{width}: zones overlap");
                let middle = Point::new(zone.frame.x + zone.frame.width / 2.0, zone.frame.y + zone.frame.height / 2.0);
                assert_eq!((layout.site_at(middle), layout.site_at(Point::new(-middle.x, middle.y))), (Some(zone.site), None));
            }
            for node in &nodes {
                let zone = &layout.zones[names.site_of(node.node).index()].frame;
                assert!(node.center.x - node.radius >= zone.x && node.center.x + node.radius <= zone.right(), "{width}: {}", node.label);
                assert!(node.lines.iter().all(|line| line.at.y < zone.bottom()), "{width}: lines of {}", node.label);
            }
        }
    }
}
