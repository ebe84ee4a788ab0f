//! What can be taken hold of on the stage: messages in flight, nodes and links. Where each handle stands, what it is called,
//! and which message is under a finger.

use super::faults::{self, Direction, FlightFault, LinkFault, NodeFault};
use super::geometry::{Curve, Point};
use super::names::Names;
use super::stage::{Layout, Scene, messages};
use super::words;
use crate::replication::ids::NodeId;
use crate::session::Session;
use crate::simulation::command::End;
use crate::simulation::snapshot::{Flight, Snapshot};

/// Something that can be taken hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// A node.
    Node(NodeId),
    /// The link between two nodes, as it is drawn.
    Link(NodeId, NodeId),
    /// A message.
    Message(u64),
}

/// A place on the stage that is pressed to take hold of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Grip {
    /// Of what.
    pub handle: Handle,
    /// What it is called.
    pub name: String,
    /// Where.
    pub at: Point,
    /// The way of a link.
    pub way: Option<Curve>,
}

/// All handles of a stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Handles {
    /// Of links.
    pub links: Vec<Grip>,
    /// Of nodes.
    pub nodes: Vec<Grip>,
    /// Of messages, in the order in which they arrive; none while time passes.
    pub messages: Vec<Grip>,
}

/// What is taken hold of, as it stands, with facts about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// A node.
    Node(NodeFault),
    /// A link.
    Link(LinkFault),
    /// A message.
    Message(FlightFault, Vec<(&'static str, String)>),
    /// Not there any more.
    Gone(String),
}

/// How far from a message's middle a finger may be.
pub const REACH: f64 = 22.0;
/// From a circle's middle to the handle of its node, both ways.
const CORNER: f64 = 26.0;

/// The handles of a scene. Messages have theirs only while they stand still.
#[must_use]
pub fn handles(scene: &Scene, flights: Option<&[Flight]>, snapshot: &Snapshot, with_heartbeats: bool, names: &Names) -> Handles {
    let node = |node: &super::stage::NodeShape| Grip {
        handle: Handle::Node(node.node),
        name: format!("What can happen to {}", names.node(node.node)),
        at: Point::new(node.center.x - CORNER, node.center.y - CORNER),
        way: None,
    };
    let link = |link: &super::stage::LinkShape| Grip {
        handle: Handle::Link(link.ends.0, link.ends.1),
        name: format!("Link {} – {}{}", names.node(link.ends.0), names.node(link.ends.1), if link.is_cut { ", cut" } else { "" }),
        at: link.curve.at(0.5),
        way: Some(link.curve),
    };
    Handles {
        links: scene.links.iter().map(link).collect(),
        nodes: scene.nodes.iter().map(node).collect(),
        messages: flights.map(|flights| message_grips(&scene.layout, flights, snapshot, with_heartbeats, names)).unwrap_or_default(),
    }
}

fn message_grips(layout: &Layout, flights: &[Flight], snapshot: &Snapshot, with_heartbeats: bool, names: &Names) -> Vec<Grip> {
    let shapes = messages(layout, flights, snapshot.now, with_heartbeats);
    let grip = |fault: FlightFault| {
        let at = shapes.iter().find(|shape| shape.id == fault.message)?.at;
        Some(Grip { handle: Handle::Message(fault.message), name: format!("{}, {}", fault.name, fault.state), at, way: None })
    };
    faults::flights(flights, with_heartbeats, snapshot, names).into_iter().filter_map(grip).collect()
}

/// The message that is nearest to a place on the stage, if one is within reach.
#[must_use]
pub fn message_at(layout: &Layout, flights: &[Flight], snapshot: &Snapshot, with_heartbeats: bool, place: Point) -> Option<u64> {
    let shapes = messages(layout, flights, snapshot.now, with_heartbeats);
    let near = shapes.iter().map(|shape| (shape.at.distance(place), shape.id)).filter(|(distance, _)| *distance <= REACH);
    near.min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, id)| id)
}

/// What is known of a handle now.
#[must_use]
pub fn held(handle: Handle, session: &Session, names: &Names) -> Held {
    let snapshot = session.snapshot();
    match handle {
        Handle::Node(node) => {
            let found = faults::nodes(session.setup(), &snapshot, names).into_iter().find(|fault| fault.node == node);
            found.map_or_else(|| Held::Gone("There is no such node.".to_owned()), Held::Node)
        }
        Handle::Link(from, to) => {
            let found = faults::links(session.setup(), &snapshot, names).into_iter().find(|link| joins(link, from, to, names));
            found.map_or_else(|| Held::Gone("There is no such link.".to_owned()), Held::Link)
        }
        Handle::Message(number) => message(number, session, &snapshot, names),
    }
}

/// Between sites a link joins all their nodes.
fn joins(link: &LinkFault, from: NodeId, to: NodeId, names: &Names) -> bool {
    let [Direction { from: one, to: other, .. }, _] = &link.directions;
    let has = |end: End, node: NodeId| match end {
        End::Node(own) => own == node,
        End::Site(site) => names.site_of(node) == site,
    };
    (has(*one, from) && has(*other, to)) || (has(*one, to) && has(*other, from))
}

fn message(number: u64, session: &Session, snapshot: &Snapshot, names: &Names) -> Held {
    let flights = session.flights();
    let Some(flight) = flights.iter().find(|flight| flight.id == number) else {
        return Held::Gone("It is not in flight any more: it arrived, or it was lost.".to_owned());
    };
    let Some(fault) = faults::flights(std::slice::from_ref(flight), true, snapshot, names).into_iter().next() else {
        return Held::Gone("It is not in flight any more.".to_owned());
    };
    let way = if fault.is_stream { "a stream: nothing overtakes, and what is lost is sent again" } else { "a datagram: it may be lost" };
    let mut facts = vec![
        ("From", names.node(flight.from)),
        ("To", names.node(flight.to)),
        ("Sent at", words::time(flight.sent_at)),
        ("Arrives", if flight.is_held { "held until it is released".to_owned() } else { words::time(flight.due_at) }),
        ("Travels on", way.to_owned()),
        ("Number", number.to_string()),
    ];
    if let Some(label) = session.message_label(number) {
        facts.insert(0, ("Says", names.in_words(&label)));
    }
    Held::Message(fault, facts)
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::replication::time::SimTime;
    use crate::scenarios;
    use crate::simulation::command::{Action, Command, LinkCommand, MessageCommand};
    use crate::view::stage;

    fn busy() -> (Session, Names) {
        let scenario = scenarios::find("offline-leader").expect("it is in the list");
        let mut session = Session::open(scenario.recipe(None).expect("it has a setup")).expect("it can be run");
        session.run_until(SimTime::from_ms(2_000));
        let action = Action::Add { item: "tea".into(), count: 1 };
        session.submit(Command::Act { session: crate::replication::ids::SessionId(1), action }).expect("a valid command");
        session.run_until(SimTime::from_ms(2_020));
        let names = Names::new(session.setup());
        (session, names)
    }

    #[test]
    fn every_message_is_found_where_it_is_drawn_and_none_far_away() {
        let (session, names) = busy();
        let snapshot = session.snapshot();
        let flights = session.flights();
        let scene = stage::scene(session.setup(), &names, &snapshot, 940.0);
        let handles = handles(&scene, Some(&flights), &snapshot, true, &names);
        assert!(!handles.messages.is_empty() && handles.nodes.len() == 5 && handles.links.len() == scene.links.len());
        for grip in &handles.messages {
            let found = message_at(&scene.layout, &flights, &snapshot, true, grip.at).expect("one is there");
            let at = handles.messages.iter().find(|other| other.handle == Handle::Message(found)).expect("it has a handle").at;
            assert!(at.distance(grip.at) < 0.1);
        }
        assert_eq!(message_at(&scene.layout, &flights, &snapshot, true, Point::new(-200.0, -200.0)), None);
    }

    #[test]
    fn each_handle_tells_what_it_holds_and_what_can_be_done_is_valid() {
        let (session, names) = busy();
        let snapshot = session.snapshot();
        let scene = stage::scene(session.setup(), &names, &snapshot, 940.0);
        let all = handles(&scene, Some(&session.flights()), &snapshot, true, &names);
        for grip in all.links.iter().chain(&all.nodes).chain(&all.messages) {
            match held(grip.handle, &session, &names) {
                Held::Node(_) => {}
                Held::Link(link) => {
                    let (a, b) = link.sites.expect("every link can be tuned");
                    Command::Link(LinkCommand::Tune { a, b, wire: link.wire }).check(session.setup()).expect("a valid command");
                }
                Held::Message(fault, facts) => {
                    assert!(facts.iter().any(|(name, said)| *name == "Says" && !said.is_empty()), "{facts:?}");
                    let hold = Command::Message { message: fault.message, fault: MessageCommand::Hold };
                    hold.check(session.setup()).expect("a valid command");
                }
                Held::Gone(why) => panic!("{}: {why}", grip.name),
            }
        }
        assert!(matches!(held(Handle::Message(u64::MAX), &session, &names), Held::Gone(_)));
    }
}
