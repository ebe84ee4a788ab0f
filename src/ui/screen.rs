//! All that the components show, computed in one place from the run after each change.

use super::IS_WHOLE;
use super::aloud::Aloud;
use super::message::Tab;
use super::pace::Turn;
use super::player::Player;
use crate::replication::delta::Mode;
use crate::replication::ids::NodeId;
use crate::replication::protocol::MessageKind;
use crate::scenarios::claim::verdicts as judge;
use crate::simulation::command::Command;
use crate::simulation::setup::SiteKind;
use crate::simulation::snapshot::{Flight, Snapshot};
use crate::view::cart::{self, CartCard};
use crate::view::conflict::{self, ConflictView};
use crate::view::draft::Draft;
use crate::view::events::{self, Context, EventLine};
use crate::view::faults::{self, FlightFault, LinkFault, NodeFault, SiteFault};
use crate::view::names::Names;
use crate::view::records::{self, Records};
use crate::view::replica::{self, Inspection};
use crate::view::settings::SettingsView;
use crate::view::stage::{self, Scene};
use crate::view::timeline::Track;
use crate::view::verdicts::{self, Marked, VerdictCard};
use crate::view::words;
use crate::view::writers::Writers;
use std::rc::Rc;

/// The page's content at one moment.
pub(crate) struct Screen {
    /// The cluster.
    pub(crate) snapshot: Snapshot,
    /// Messages on their way.
    pub(crate) flights: Vec<Flight>,
    /// The picture.
    pub(crate) scene: Rc<Scene>,
    /// Whether that is one of the draft, and not of the run.
    pub(crate) is_draft: bool,
    /// The data.
    pub(crate) data: Data,
    /// The scrub track.
    pub(crate) track: Rc<Track>,
    /// The active tab.
    pub(crate) panel: Panel,
    /// Conflicts anywhere: how many.
    pub(crate) conflict_count: usize,
}

/// What stands below the stage.
#[derive(Clone, PartialEq)]
pub(crate) enum Data {
    /// A card for each person's cart.
    Carts(Rc<Vec<CartCard>>),
    /// Plain records: a form for each person, a card for each replica.
    Records(Rc<Records>),
}

/// What the active tab shows.
#[derive(Clone, PartialEq)]
pub(crate) enum Panel {
    /// Conflicts.
    Conflict(Option<Rc<ConflictView>>, Mode),
    /// Guarantees.
    Verdicts(Rc<Vec<VerdictCard>>),
    /// One replica, and the fingerprint of the run.
    Replica(Option<Rc<Inspection>>, String),
    /// What can be broken.
    Faults(Rc<Breakable>),
    /// The run as text, what is in flight, and the proof that is being looked at.
    Events(Rc<Vec<EventLine>>, String, Option<Rc<Marked>>),
    /// What the run is set to.
    Settings(Rc<SettingsView>),
    /// What the run could be set to in the other program.
    NoSettings,
}

/// Everything that can be broken.
#[derive(Clone, PartialEq)]
pub(crate) struct Breakable {
    /// Nodes.
    pub(crate) nodes: Vec<NodeFault>,
    /// Sites.
    pub(crate) sites: Vec<SiteFault>,
    /// Links.
    pub(crate) links: Vec<LinkFault>,
    /// Messages.
    pub(crate) flights: Vec<FlightFault>,
}

/// What the person has chosen to look at.
#[derive(Clone, Copy)]
pub(crate) struct Focus<'a> {
    /// The tab.
    pub(crate) tab: Tab,
    /// The replica.
    pub(crate) node: Option<NodeId>,
    /// Width of the stage.
    pub(crate) width: f64,
    /// Signs of life too.
    pub(crate) with_heartbeats: bool,
    /// The proof.
    pub(crate) marked: Option<&'a Rc<Marked>>,
    /// Settings that are being changed.
    pub(crate) draft: Option<&'a Draft>,
    /// Writes of whose fate is told, at most.
    pub(crate) fates_most: usize,
}

/// Lines of the event list, at most.
const MOST_LINES: usize = 300;
/// The same while the run plays: nobody reads on while all lines are replaced, which is what a busy run does.
const MOST_LINES_PLAYING: usize = 60;

impl Screen {
    /// The content for `player` as it is now.
    pub(crate) fn new(player: &Player, focus: Focus<'_>, track: Track) -> Self {
        let session = &player.session;
        let snapshot = if focus.tab == Tab::Conflict { session.snapshot() } else { player.glance() };
        let plan = if IS_WHOLE { plan(player, focus) } else { None };
        let is_draft = plan.is_some();
        let scene = plan.unwrap_or_else(|| stage::scene(session.setup(), &player.names, &snapshot, focus.width));
        Self {
            flights: if is_draft { Vec::new() } else { session.flights() },
            is_draft,
            data: data(player, &snapshot),
            panel: panel(player, focus, &snapshot),
            scene: Rc::new(scene),
            track: Rc::new(track),
            conflict_count: conflict_count(&snapshot),
            snapshot,
        }
    }

    /// Brings one part up to date, while the run plays.
    pub(crate) fn redraw(&mut self, turn: Turn, player: &Player, focus: Focus<'_>) {
        let tells_fates = turn == Turn::Panel && focus.tab == Tab::Conflict;
        let snapshot = if tells_fates { player.session.snapshot() } else { player.glance() };
        match turn {
            Turn::Stage => {
                self.scene = Rc::new(stage::scene(player.session.setup(), &player.names, &snapshot, focus.width));
                self.is_draft = false;
                self.snapshot = snapshot;
            }
            Turn::Data => self.data = data(player, &snapshot),
            Turn::Clock | Turn::Panel | Turn::Track | Turn::Said | Turn::Diagram | Turn::Charts => {
                self.conflict_count = conflict_count(&snapshot);
                self.panel = panel(player, focus, &snapshot);
            }
        }
    }

    /// The first device, if there is one: its site and whether it is offline.
    pub(crate) fn device(&self) -> Option<(crate::replication::ids::SiteId, bool)> {
        match &self.data {
            Data::Carts(cards) => cards.iter().find_map(|card| card.device.map(|site| (site, card.is_offline))),
            Data::Records(records) => records.people.iter().find_map(|person| person.device),
        }
    }
}

/// Whether replicas decide as they did when the run began.
pub(crate) fn is_mode_kept(player: &Player) -> bool {
    mode(player) == player.session.setup().mode
}

/// How replicas decide now: the last word said about it up to this moment.
pub(crate) fn mode(player: &Player) -> Mode {
    let until_now = player.session.commands().iter().take(player.session.position().command_count);
    let said = until_now.rev().find_map(|timed| match timed.command {
        Command::Decide(mode) => Some(mode),
        Command::Act { .. } | Command::Link(_) | Command::Node { .. } | Command::Message { .. } => None,
    });
    said.unwrap_or(player.session.setup().mode)
}

/// What those who hear the page are told of what happened from journal entry `first` on.
pub(crate) fn said(player: &Player, snapshot: &Snapshot, first: u64, aloud: Aloud) -> Option<String> {
    let session = &player.session;
    // Whose write is which is known to the whole history: not to be asked for nothing.
    let with_everything = aloud == Aloud::Everything;
    let is_silent = || !session.journal().iter_from(first).any(|entry| events::is_said(&entry.happening, with_everything));
    if IS_WHOLE && (aloud == Aloud::Nothing || is_silent()) {
        return None;
    }
    let writers = Writers::collect(session.history(), snapshot);
    let (names, commands, history) = (&player.names, session.commands(), session.history());
    let context = Context { names, writers: &writers, commands, history, marked: &[] };
    if IS_WHOLE {
        return events::said(session.journal(), first, with_everything, &context);
    }
    session.journal().iter_from(first).filter_map(|entry| events::announcement(&entry, &context)).last()
}

/// The cluster of the draft as it would start, while its places are being changed and nothing moves.
fn plan(player: &Player, focus: Focus<'_>) -> Option<Scene> {
    let draft = focus.draft.filter(|_| focus.tab == Tab::Settings && !player.is_playing())?;
    let start = draft.plan(player.session.setup())?;
    Some(stage::scene(&draft.setup, &Names::new(&draft.setup), start, focus.width))
}

fn data(player: &Player, snapshot: &Snapshot) -> Data {
    let session = &player.session;
    let commands = session.commands().iter().map(|timed| &timed.command);
    if IS_WHOLE && !records::is_about_carts(session.setup(), commands, snapshot) {
        return Data::Records(Rc::new(records::records(session.setup(), &player.names, snapshot, session.history())));
    }
    Data::Carts(Rc::new(cart::cards(session.setup(), &player.names, snapshot)))
}

fn conflict_count(snapshot: &Snapshot) -> usize {
    snapshot.nodes.iter().map(|node| conflicts_at(snapshot, node.node)).max().unwrap_or(0)
}

fn conflicts_at(snapshot: &Snapshot, node: NodeId) -> usize {
    let replica = snapshot.nodes.get(node.index()).and_then(|node| node.replica.as_ref());
    replica.map_or(0, |replica| replica.records.values().map(|record| record.conflicts.len()).sum())
}

fn panel(player: &Player, focus: Focus<'_>, snapshot: &Snapshot) -> Panel {
    let session = &player.session;
    let names = &player.names;
    let writers = Writers::collect(session.history(), snapshot);
    match focus.tab {
        Tab::Conflict => {
            let node = conflict::focus(snapshot, focus.node, names).or(focus.node).or_else(|| first_leader(player));
            let view = node.and_then(|node| conflict::at(node, snapshot, names, &writers, focus.fates_most));
            Panel::Conflict(view.map(Rc::new), mode(player))
        }
        Tab::Verdicts => Panel::Verdicts(Rc::new(verdicts::cards(&judge(player.scenario, session)))),
        Tab::Replica => {
            let node = focus.node.unwrap_or(NodeId(0));
            let fingerprint = format!("{:016x}", session.fingerprint());
            Panel::Replica(replica::inspect(node, snapshot, names, &writers).map(Rc::new), fingerprint)
        }
        Tab::Faults => Panel::Faults(Rc::new(Breakable {
            nodes: faults::nodes(session.setup(), snapshot, names),
            sites: faults::sites(snapshot, names),
            links: faults::links(session.setup(), snapshot, names),
            flights: if IS_WHOLE { faults::flights(&session.flights(), focus.with_heartbeats, snapshot, names) } else { Vec::new() },
        })),
        Tab::Events => {
            let marked = focus.marked.map(|marked| marked.numbers()).unwrap_or_default();
            let (commands, history) = (session.commands(), session.history());
            let context = Context { names, writers: &writers, commands, history, marked: &marked };
            let most = if IS_WHOLE && player.is_playing() { MOST_LINES_PLAYING } else { MOST_LINES };
            let lines = events::latest(session.journal(), most, focus.with_heartbeats, &context);
            Panel::Events(Rc::new(lines), in_flight(player), focus.marked.cloned())
        }
        Tab::Settings if IS_WHOLE => {
            let setup = session.setup();
            let fresh = || Draft::of(setup).view(setup, &player.original);
            Panel::Settings(Rc::new(focus.draft.map_or_else(fresh, |draft| draft.view(setup, &player.original))))
        }
        Tab::Settings => Panel::NoSettings,
    }
}

/// The person's device, or the first node.
fn first_leader(player: &Player) -> Option<NodeId> {
    let sites = &player.session.setup().sites;
    player
        .names
        .nodes()
        .find(|node| {
            let site = player.names.site_of(*node);
            sites.get(site.index()).is_some_and(|site| site.kind == SiteKind::Device)
        })
        .or(Some(NodeId(0)))
}

/// The canvas's text twin: what is on its way.
fn in_flight(player: &Player) -> String {
    let flights = player.session.flights();
    let shown: Vec<String> = flights
        .iter()
        .filter(|flight| flight.kind != MessageKind::Heartbeat)
        .take(20)
        .map(|flight| {
            let kind = words::sentence_case(words::message(flight.kind));
            format!(
                "{kind} from {} to {}, due at {}",
                player.names.node(flight.from),
                player.names.node(flight.to),
                words::time(flight.due_at)
            )
        })
        .collect();
    if shown.is_empty() { "Nothing is in flight.".to_owned() } else { format!("{}.", shown.join("; ")) }
}
