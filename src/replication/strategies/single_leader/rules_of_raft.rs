//! The two rules that random schedules hardly ever need, tested at one node by hand: a leader counts acknowledgements
//! only of entries of its own epoch (Raft §5.4.2, figure 8), and changes the group only after it has committed one.

use super::durable::{Ballot, Record, Standing};
use super::log::{Entry, Payload};
use super::members::Members;
use super::message::{Answer, Appended, Matter, Message, Purpose};
use super::settings::{Config, FAILOVER, REPLICATION};
use super::{Out, SingleLeader};
use crate::replication::delta::Mode;
use crate::replication::ids::{Lsn, NodeId, SiteId, Term};
use crate::replication::log::Epoch;
use crate::replication::protocol::{Cluster, Env, Member, Outbox, Plan, Protocol};
use crate::replication::random::{Purpose as Stream, Rng};
use crate::replication::setting::Dials;
use crate::replication::time::{LocalTime, SimTime};
use crate::replication::view::Role;
use std::rc::Rc;

const OTHER: NodeId = NodeId(1);
const SPARE: NodeId = NodeId(3);

fn cluster() -> Cluster {
    let member = |node: u16| Member {
        node: NodeId(node),
        site: SiteId(0),
        is_device: false,
        is_client: false,
        is_spare: node == 3,
        leads_first: node == 0,
    };
    Cluster { members: (0..4).map(member).collect(), exchanges: Vec::new() }
}

/// A node of three whose log holds 150 entries of a leader before it.
fn started(env: &mut Env<'_>, out: &mut Out) -> SingleLeader {
    let dials = Dials::default().with(&REPLICATION, 3).with(&FAILOVER, 2);
    let plan = Plan { strategy: "single-leader", cluster: env.cluster, dials: &dials, mode: Mode::LastWrite, cart: Vec::new() };
    let config = Rc::new(Config::from_plan(&plan).expect("it fits"));
    let mut store = super::durable::Durable::default();
    let before = Epoch { term: Term(1), leader: Some(OTHER) };
    store.take(&Record::Begin(before, Members::initial(env.cluster), Standing::Member));
    for _ in 0..150 {
        let payload = Payload::Put { key: "x".into(), value: None, author: "Ada".into() };
        let entry = Entry::new(store.log.chain(), before, SimTime::ZERO, payload);
        store.take(&Record::Log(store.log.last(), vec![entry]));
    }
    store.take(&Record::Epoch(before, Ballot { term: Term(1), voted: Some(OTHER) }));
    SingleLeader::on_start(&config, env, &store, out)
}

#[test]
fn a_leader_counts_only_its_own_entries_and_changes_nothing_before() {
    let (cluster, mut rng) = (cluster(), Rng::stream(1, Stream::Node, 0));
    let mut env = Env { now: SimTime::ZERO, local_clock: LocalTime(0), me: NodeId(0), cluster: &cluster, rng: &mut rng };
    let out = &mut Outbox::new(false);
    let mut node = started(&mut env, out);
    node.on_message(&mut env, OTHER, Message::Lead, out);
    let asked = (Term(2), Purpose::Transfer);
    let answer = Answer { asked, is_granted: true, term: Term(2), end: node.kept.log.end(), leads: false };
    node.on_message(&mut env, OTHER, Message::Answer(answer), out);
    assert_eq!((node.role, node.kept.log.last()), (Role::Leader, Lsn(151)), "its own first entry follows those it took over");

    let epoch = node.kept.epoch;
    let appended = |position: u64| Message::Appended(Appended { epoch, held: Lsn(position), acknowledged: Lsn(position), round: 1 });
    node.on_message(&mut env, OTHER, appended(150), out);
    assert_eq!((node.commit, node.stable), (Lsn(0), Lsn(0)), "a majority holds them, and a later leader may still replace them");
    node.on_message(&mut env, SPARE, Message::Group(Matter::Join), out);
    assert!(node.lead.joining.is_none());

    node.on_message(&mut env, OTHER, appended(151), out);
    assert_eq!((node.commit, node.stable), (Lsn(151), Lsn(151)));
    node.on_message(&mut env, SPARE, Message::Group(Matter::Join), out);
    assert!(node.lead.joining.is_some());
}
