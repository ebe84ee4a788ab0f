//! A leader at work in this page: its store, its channels, its alarm clock. A device is one, the cloud is one, and so is
//! an adopted device.

use super::channel::Channel;
use super::js;
use super::port::{Port, PortKind};
use super::socket::{Socket, SocketEvent};
use super::state::{Conditions, NativeState, Peer};
use super::store::Store;
use crate::offline::leader::{Act, LocalLeader, PeerId};
use crate::offline::mesh::MeshAct;
use crate::offline::mesh::envelope::Instance;
use crate::offline::storage::{Commit, Row, Storage, StorageError};
use crate::replication::delta::{Author, Delta, Key, Operation};
use crate::replication::ids::RequestId;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;
use crate::replication::view::{ExchangePhase, ReplicaView};
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// What a participant tells who runs it.
pub(super) enum Happened {
    Changed,
    Answered(RequestId, Reply),
    Told(Note),
    Said(String),
    Failed(StorageError),
}

/// A leader at work. Clones are the same one.
#[derive(Clone)]
pub(super) struct Participant(Rc<Shared>);

struct Shared {
    inner: RefCell<Inner>,
    on_happened: Box<dyn Fn(Happened)>,
}

struct Inner {
    leader: LocalLeader,
    /// Away while a commit or an export is under way.
    store: Option<Store>,
    ports: Vec<Port>,
    socket: Option<Socket>,
    routes: BTreeMap<PeerId, Route>,
    wake: Option<(SimTime, Timeout)>,
    view: Option<Rc<ReplicaView>>,
    happened: Vec<Happened>,
    has_changed: bool,
    is_ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Route {
    Port(PortKind, Instance),
    Socket,
}

impl Participant {
    pub(super) fn start(leader: LocalLeader, store: Store, on_happened: impl Fn(Happened) + 'static) -> Self {
        let inner = Inner {
            leader,
            store: Some(store),
            ports: Vec::new(),
            socket: None,
            routes: BTreeMap::new(),
            wake: None,
            view: None,
            happened: Vec::new(),
            has_changed: true,
            is_ended: false,
        };
        let participant = Self(Rc::new(Shared { inner: RefCell::new(inner), on_happened: Box::new(on_happened) }));
        participant.turn(|_| {});
        participant
    }

    /// Does something with the leader and its channels, and then all that follows from it.
    fn turn<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let (result, happened) = {
            let mut inner = self.0.inner.borrow_mut();
            let result = change(&mut inner);
            if !inner.is_ended {
                inner.settle(self);
                inner.arm(self);
            }
            (result, inner.take_happened())
        };
        happened.into_iter().for_each(&self.0.on_happened);
        result
    }

    fn weak(&self) -> Weak<Shared> {
        Rc::downgrade(&self.0)
    }

    /// Adds a port over the channel `name`.
    pub(super) fn join(&self, mut port: Port, name: &str) {
        let (weak, kind) = (self.weak(), port.kind);
        let channel = Channel::open(name, move |bytes| {
            if let Some(shared) = weak.upgrade() {
                Self(shared).turn(|inner| inner.on_channel(kind, bytes));
            }
        });
        if channel.is_none() {
            (self.0.on_happened)(Happened::Said("this browser has no channels between tabs".to_owned()));
        }
        port.channel = channel;
        self.turn(|inner| {
            port.apply(js::now().steady);
            inner.ports.push(port);
        });
    }

    pub(super) fn switch(&self, kind: PortKind, is_on: bool) {
        self.turn(|inner| inner.change_port(kind, |port| port.is_on = is_on));
    }

    pub(super) fn set_conditions(&self, conditions: Conditions) {
        self.turn(|inner| {
            inner.change_port(PortKind::Cloud, |port| {
                if let Some(line) = &mut port.line {
                    line.set(conditions);
                }
            });
        });
    }

    /// Connects to a native peer, in place of one before.
    pub(super) fn connect_native(&self, address: &str, secret: &str) {
        self.disconnect_native();
        let weak = self.weak();
        let socket = Socket::open(address, secret, move |event| {
            if let Some(shared) = weak.upgrade() {
                Self(shared).turn(|inner| inner.on_socket(event));
            }
        });
        self.turn(|inner| inner.socket = Some(socket));
    }

    pub(super) fn disconnect_native(&self) {
        let socket = self.turn(|inner| {
            inner.drop_route(Route::Socket);
            inner.has_changed = true;
            inner.socket.take()
        });
        drop(socket);
    }

    /// Greets everybody again: after a sleep, when the page becomes visible.
    pub(super) fn wake_up(&self) {
        self.turn(|inner| {
            let now = js::now();
            inner.ports.iter_mut().for_each(|port| port.mesh.announce(now.steady));
            inner.leader.greet(now);
        });
        if let Some(socket) = &self.0.inner.borrow().socket {
            socket.hurry();
        }
    }

    pub(super) fn write(&self, key: Key, operation: Operation, author: Author) -> RequestId {
        self.turn(|inner| {
            inner.touch();
            let context = inner.leader.context(&key);
            inner.leader.write(js::now(), key, operation, context, author)
        })
    }

    pub(super) fn view(&self) -> Rc<ReplicaView> {
        let mut inner = self.0.inner.borrow_mut();
        let Inner { leader, view, .. } = &mut *inner;
        view.get_or_insert_with(|| Rc::new(leader.view())).clone()
    }

    pub(super) fn with_leader<T>(&self, look: impl FnOnce(&LocalLeader) -> T) -> T {
        look(&self.0.inner.borrow().leader)
    }

    pub(super) fn log(&self) -> Vec<Arc<Delta>> {
        self.with_leader(|leader| leader.node().deltas().arrived_from(0).to_vec())
    }

    /// Who is connected over this port.
    pub(super) fn peers(&self, kind: PortKind) -> Vec<Peer> {
        let inner = self.0.inner.borrow();
        let named = |(peer, route): (&PeerId, &Route)| match route {
            Route::Port(own, instance) if *own == kind => Some(inner.peer(*peer, inner.port(kind)?.mesh.name_of(*instance).unwrap_or("?"))),
            Route::Port(..) | Route::Socket => None,
        };
        inner.routes.iter().filter_map(named).collect()
    }

    pub(super) fn native(&self) -> Option<(String, NativeState, Option<Peer>)> {
        let inner = self.0.inner.borrow();
        let socket = inner.socket.as_ref()?;
        let peer = inner.routes.iter().find(|(_, route)| **route == Route::Socket);
        Some((socket.address(), socket.state(), peer.map(|(peer, _)| inner.peer(*peer, "Native peer"))))
    }

    /// What a port has counted: messages that were none, and messages that the simulated link lost.
    pub(super) fn counts(&self, kind: PortKind) -> (u64, u64) {
        let inner = self.0.inner.borrow();
        let lost = |port: &Port| port.line.as_ref().map_or(0, |line| line.lost_count());
        inner.port(kind).map_or((0, 0), |port| (port.mesh.malformed_count(), lost(port)))
    }

    /// Ends it: says good-bye to all, and hands out its store once nothing of it is under way.
    pub(super) fn end(&self) {
        self.turn(|inner| {
            let now = js::now().steady;
            for port in &mut inner.ports {
                port.mesh.close();
                port.flush(now);
            }
            inner.is_ended = true;
            (inner.wake, inner.socket) = (None, None);
            inner.ports.clear();
        });
    }

    /// The store, when nothing is under way. While it is away the leader waits; see [`Participant::give_back`].
    pub(super) async fn borrow_store(&self) -> Store {
        loop {
            if let Some(store) = self.0.inner.borrow_mut().store.take() {
                return store;
            }
            js::sleep_ms(4).await;
        }
    }

    pub(super) fn give_back(&self, store: Store) {
        self.turn(|inner| inner.store = Some(store));
    }

    pub(super) async fn rows(&self) -> Result<Vec<Row>, StorageError> {
        let mut store = self.borrow_store().await;
        let rows = store.load().await;
        self.give_back(store);
        rows
    }

    async fn commit(self, mut store: Store, commit: Commit) {
        let result = store.commit(&commit).await;
        self.turn(|inner| {
            inner.store = Some(store);
            inner.touch();
            match result {
                Ok(()) => inner.leader.committed(),
                Err(error) => {
                    inner.leader.failed(error.clone());
                    inner.happened.push(Happened::Failed(error));
                }
            }
        });
    }
}

impl Inner {
    fn touch(&mut self) {
        self.view = None;
        self.has_changed = true;
    }

    fn port(&self, kind: PortKind) -> Option<&Port> {
        self.ports.iter().find(|port| port.kind == kind)
    }

    fn change_port(&mut self, kind: PortKind, change: impl FnOnce(&mut Port)) {
        self.has_changed = true;
        if let Some(port) = self.ports.iter_mut().find(|port| port.kind == kind) {
            change(port);
            port.apply(js::now().steady);
        }
    }

    fn peer(&self, peer: PeerId, name: &str) -> Peer {
        let exchange = self.leader.node().exchanges().iter().find(|exchange| exchange.site == peer.site());
        Peer {
            name: name.to_owned(),
            site: peer.site(),
            store: exchange.and_then(|exchange| exchange.store),
            phase: exchange.map_or(ExchangePhase::Apart, |exchange| exchange.phase),
            is_stopped: self.leader.is_stopped(peer),
        }
    }

    fn take_happened(&mut self) -> Vec<Happened> {
        let mut happened = std::mem::take(&mut self.happened);
        if std::mem::take(&mut self.has_changed) {
            happened.push(Happened::Changed);
        }
        happened
    }

    fn on_channel(&mut self, kind: PortKind, bytes: Vec<u8>) {
        if let Some(port) = self.ports.iter_mut().find(|port| port.kind == kind) {
            port.arrived(js::now().steady, bytes);
        }
    }

    fn on_socket(&mut self, event: SocketEvent) {
        self.has_changed = true;
        match event {
            SocketEvent::Up => self.connect(Route::Socket),
            SocketEvent::Down => self.drop_route(Route::Socket),
            SocketEvent::Bytes(bytes) => self.receive(Route::Socket, &bytes),
            SocketEvent::Changed => {}
        }
    }

    /// Until nothing more follows.
    fn settle(&mut self, me: &Participant) {
        let now = js::now();
        if self.leader.next_wake().is_some_and(|at| at <= now.steady) {
            self.leader.tick(now);
        }
        self.ports.iter_mut().for_each(|port| port.mesh.tick(now.steady));
        loop {
            let mesh_act = self.ports.iter_mut().find_map(|port| port.next(now.steady).map(|act| (port.kind, act)));
            if let Some((kind, act)) = mesh_act {
                self.on_mesh(kind, act);
            } else if let Some(act) = self.store.is_some().then(|| self.leader.poll()).flatten() {
                self.touch();
                self.act(me, act);
            } else {
                return;
            }
        }
    }

    fn on_mesh(&mut self, kind: PortKind, act: MeshAct) {
        match act {
            MeshAct::Up(instance) => self.connect(Route::Port(kind, instance)),
            MeshAct::Down(instance) => self.drop_route(Route::Port(kind, instance)),
            MeshAct::Frame(instance, bytes) => self.receive(Route::Port(kind, instance), &bytes),
            // Ports put these on their channel themselves.
            MeshAct::Post(_) => {}
        }
    }

    fn connect(&mut self, route: Route) {
        self.touch();
        match self.leader.connect(js::now()) {
            Ok(peer) => drop(self.routes.insert(peer, route)),
            Err(refusal) => self.happened.push(Happened::Said(format!("a peer was not connected: {refusal:?}"))),
        }
    }

    fn drop_route(&mut self, route: Route) {
        if let Some(peer) = self.peer_of(route) {
            self.touch();
            self.routes.remove(&peer);
            self.leader.disconnect(js::now(), peer);
        }
    }

    fn peer_of(&self, route: Route) -> Option<PeerId> {
        self.routes.iter().find(|(_, own)| **own == route).map(|(peer, _)| *peer)
    }

    fn receive(&mut self, route: Route, bytes: &[u8]) {
        let Some(peer) = self.peer_of(route) else { return };
        self.touch();
        if let Err(problem) = self.leader.receive(js::now(), peer, bytes) {
            self.happened.push(Happened::Said(format!("a message was not understood: {problem}")));
            self.drop_route(route);
            self.end_route(route);
        }
    }

    fn end_route(&mut self, route: Route) {
        match route {
            Route::Port(kind, instance) => {
                if let Some(port) = self.ports.iter_mut().find(|port| port.kind == kind) {
                    port.mesh.reset(js::now().steady, instance);
                }
            }
            Route::Socket => {
                if let Some(socket) = &self.socket {
                    socket.break_off("it sent a message that was not understood");
                }
            }
        }
    }

    fn act(&mut self, me: &Participant, act: Act) {
        match act {
            Act::Commit(commit) => {
                if let Some(store) = self.store.take() {
                    spawn_local(me.clone().commit(store, commit));
                }
            }
            Act::Send(peer, bytes) => self.send(peer, bytes),
            Act::Answer(request, reply) => self.happened.push(Happened::Answered(request, reply)),
            Act::Tell(note) => self.happened.push(Happened::Told(note)),
        }
    }

    fn send(&mut self, peer: PeerId, bytes: Vec<u8>) {
        match self.routes.get(&peer) {
            Some(Route::Port(kind, instance)) => {
                let (kind, instance) = (*kind, *instance);
                if let Some(port) = self.ports.iter_mut().find(|port| port.kind == kind) {
                    port.mesh.send(instance, bytes);
                }
            }
            Some(Route::Socket) => {
                if let Some(socket) = &self.socket {
                    socket.send(&bytes);
                }
            }
            None => {}
        }
    }

    /// Sets the alarm clock to what is due next.
    fn arm(&mut self, me: &Participant) {
        let next = self.ports.iter().filter_map(Port::next_wake).chain(self.leader.next_wake()).min();
        let Some(at) = next else { return };
        if self.wake.as_ref().is_some_and(|(set, _)| *set == at) {
            return;
        }
        let wait_ms = at.since(js::now().steady).0.div_ceil(1_000_000).min(60_000) as u32;
        let weak = me.weak();
        let timeout = Timeout::new(wait_ms, move || {
            if let Some(shared) = weak.upgrade() {
                Participant(shared).turn(|inner| inner.wake = None);
            }
        });
        self.wake = Some((at, timeout));
    }
}
