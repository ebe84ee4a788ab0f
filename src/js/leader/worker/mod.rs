//! A leader at work: its store, its connections, its alarm clock, and who waits for what.
//!
//! Everything that is the caller's (`send` of a channel, promises, subscribers) is called with nothing borrowed, and may
//! call back in: what that changes is worked off by the call that is already at work.

mod inner;
mod stored;

use crate::js::error::{Code, Outcome, Problem};
use crate::js::{names, records, snapshot};
use crate::limits;
use crate::offline::leader::{LocalLeader, Options, PeerId};
use crate::offline::storage::StorageError;
use crate::offline::web::channel::Channel;
use crate::offline::web::js;
use crate::offline::web::store::Store;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Mode, Operation};
use inner::{Deed, Inner, Stage, Waiting, settle};
use js_sys::{Function, Promise, Uint8Array};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// What is done at once. Then others get their turn: a channel that answers from inside of its `send` may go on for ever.
const MAX_DEEDS: usize = 1_000;

/// What a leader was opened with.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) options: Options,
    pub(super) author: Author,
}

/// The end of a channel: the caller's object, and its `send`.
pub(super) struct Line {
    pub(super) channel: JsValue,
    pub(super) send: Function,
}

/// A connection. Numbers are not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinkId(u64);

/// A leader at work. Clones are the same one.
#[derive(Clone)]
pub(super) struct Worker(Rc<Shared>);

/// The same, without keeping it.
#[derive(Clone)]
pub(super) struct Weak(std::rc::Weak<Shared>);

struct Shared {
    setting: Setting,
    inner: RefCell<Inner>,
}

impl Weak {
    /// The leader, if it is still there.
    pub(super) fn get(&self) -> Option<Worker> {
        self.0.upgrade().map(Worker)
    }

    /// Does something, if the leader is still there.
    pub(super) fn with(&self, act: impl FnOnce(&Worker)) {
        if let Some(worker) = self.get() {
            act(&worker);
        }
    }

    /// The same, when what runs now has returned.
    pub(super) fn later(&self, act: impl FnOnce(&Worker) + 'static) {
        let weak = self.clone();
        spawn_local(async move { weak.with(act) });
    }
}

impl Worker {
    pub(super) fn start(setting: Setting, leader: LocalLeader, store: Store) -> Self {
        let inner = Inner {
            leader,
            store: Some(store),
            notices: None,
            links: BTreeMap::new(),
            link_count: 0,
            kept: None,
            waiting: BTreeMap::new(),
            store_waiters: Vec::new(),
            subscribers: BTreeMap::new(),
            subscriber_count: 0,
            is_telling: false,
            wake: None,
            is_at_work: false,
            stage: Stage::Open,
        };
        let worker = Self(Rc::new(Shared { setting, inner: RefCell::new(inner) }));
        worker.work();
        worker
    }

    pub(super) fn weak(&self) -> Weak {
        Weak(Rc::downgrade(&self.0))
    }

    /// Keeps where it hears that its store was opened again.
    pub(super) fn keep(&self, notices: Channel) {
        self.0.inner.borrow_mut().notices = Some(notices);
    }

    fn open(&self) -> Outcome<std::cell::RefMut<'_, Inner>> {
        let inner = self.0.inner.borrow_mut();
        if inner.stage == Stage::Open { Ok(inner) } else { Err(Problem::new(Code::Closed, "this leader was closed")) }
    }

    /// Looks at the leader, and how it decides by default.
    pub(super) fn look<T>(&self, look: impl FnOnce(&LocalLeader, Mode) -> T) -> Outcome<T> {
        Ok(look(&self.open()?.leader, self.0.setting.options.mode))
    }

    /// Writes, having seen all that is held of the key.
    pub(super) fn write(&self, key: Key, operation: Operation) -> Promise {
        let context = self.0.inner.borrow().leader.context(&key);
        self.write_having_seen(key, operation, context)
    }

    pub(super) fn write_having_seen(&self, key: Key, operation: Operation, context: VersionVector) -> Promise {
        let mut asked = Some((key, operation, context));
        let promise = Promise::new(&mut |resolve, reject| {
            let Some((key, operation, context)) = asked.take() else { return };
            match self.open() {
                Ok(mut inner) => {
                    let request = inner.leader.write(js::now(), key, operation, context, self.0.setting.author.clone());
                    inner.waiting.insert(request, Waiting { resolve, reject });
                }
                Err(problem) => drop(reject.call1(&JsValue::UNDEFINED, &problem.into())),
            }
        });
        self.changed();
        self.work();
        promise
    }

    /// A channel is there. The first frame goes out with the next [`Worker::work`].
    pub(super) fn connect(&self, line: Line) -> Outcome<LinkId> {
        let mut inner = self.open()?;
        let full = |_| Problem::new(Code::TooLarge, format!("at most {} connections at once", limits::MAX_PEERS));
        let peer = inner.leader.connect(js::now()).map_err(full)?;
        inner.link_count += 1;
        let link = LinkId(inner.link_count);
        inner.links.insert(link, (peer, Rc::new(line)));
        inner.kept = Some(self.clone());
        drop(inner);
        self.changed();
        Ok(link)
    }

    /// A channel is gone.
    pub(super) fn disconnect(&self, link: LinkId) {
        if self.0.inner.borrow_mut().drop_link(link) {
            self.changed();
            self.work();
        }
    }

    /// All connections end: nobody will hold it any more.
    pub(super) fn let_go(&self) {
        self.0.inner.borrow_mut().drop_links();
    }

    /// A frame came in. After the end of a connection nobody listens any more.
    pub(super) fn receive(&self, link: LinkId, frame: &[u8]) -> Outcome<()> {
        {
            let inner = &mut *self.0.inner.borrow_mut();
            let Some((peer, _)) = inner.links.get(&link) else { return Ok(()) };
            inner.leader.receive(js::now(), *peer, frame).map_err(|error| Problem::argument("frame", &error.to_string()))?;
        }
        self.changed();
        self.work();
        Ok(())
    }

    /// Whether a connection has not ended.
    pub(super) fn is_linked(&self, link: LinkId) -> bool {
        self.0.inner.borrow().links.contains_key(&link)
    }

    pub(super) fn subscribe(&self, callback: Function) -> Outcome<u64> {
        let mut inner = self.open()?;
        if inner.subscribers.len() >= limits::MAX_SUBSCRIBERS {
            return Err(Problem::new(Code::TooLarge, format!("at most {} subscribers", limits::MAX_SUBSCRIBERS)));
        }
        inner.subscriber_count += 1;
        let number = inner.subscriber_count;
        inner.subscribers.insert(number, callback);
        Ok(number)
    }

    pub(super) fn unsubscribe(&self, number: u64) {
        self.0.inner.borrow_mut().subscribers.remove(&number);
    }

    /// Does what there is to do, until there is nothing, until the store is away, or until others should get their turn.
    pub(super) fn work(&self) {
        if std::mem::replace(&mut self.0.inner.borrow_mut().is_at_work, true) {
            return;
        }
        let is_done = (0..MAX_DEEDS).any(|_| !self.does_next());
        let inner = &mut *self.0.inner.borrow_mut();
        inner.is_at_work = false;
        if is_done { inner.arm(self) } else { inner.go_on_soon(self) }
    }

    /// Whether there was something to do; it is done then.
    fn does_next(&self) -> bool {
        let deed = self.0.inner.borrow_mut().next();
        match deed {
            Some(Deed::Commit(store, commit)) => spawn_local(self.clone().commit(store, commit)),
            Some(Deed::Send(link, line, frame)) => self.send(link, &line, &frame),
            Some(Deed::Settle(waiting, answer)) => settle(&waiting, answer),
            None => return false,
        }
        true
    }

    /// A channel that throws is gone; whoever made it knows why.
    fn send(&self, link: LinkId, line: &Line, frame: &[u8]) {
        if line.send.call1(&line.channel, &Uint8Array::from(frame)).is_err() && self.0.inner.borrow_mut().drop_link(link) {
            self.changed();
        }
    }

    /// The store is gone: nothing of what waits for it will be durable.
    pub(super) fn fail(&self, error: StorageError) {
        self.0.inner.borrow_mut().fail(error);
        self.changed();
        self.work();
    }

    /// Something may look different: subscribers are told once, soon.
    fn changed(&self) {
        let inner = &mut *self.0.inner.borrow_mut();
        if inner.subscribers.is_empty() || std::mem::replace(&mut inner.is_telling, true) {
            return;
        }
        self.weak().later(|worker| {
            let subscribers: Vec<Function> = {
                let inner = &mut *worker.0.inner.borrow_mut();
                inner.is_telling = false;
                inner.subscribers.values().cloned().collect()
            };
            for subscriber in subscribers {
                if let Err(thrown) = subscriber.call0(&JsValue::UNDEFINED) {
                    // Nobody here can handle it: it is reported as any promise that nobody handles.
                    drop(Promise::reject(&thrown));
                }
            }
        });
    }

    /// How it stands.
    pub(super) fn status(&self) -> Json {
        let inner = self.0.inner.borrow();
        let leader = &inner.leader;
        let peer = |peer: &PeerId| {
            let exchange = leader.node().exchanges().iter().find(|exchange| exchange.site == peer.site());
            json!({
                "phase": exchange.map_or("apart", |exchange| names::phase(exchange.phase)),
                "store": exchange.and_then(|exchange| exchange.store).map(|store| format!("{:016x}", store.0)),
                "stopped": leader.is_stopped(*peer),
            })
        };
        json!({
            "closed": inner.stage != Stage::Open,
            "saving": leader.is_saving(),
            "failure": leader.failure().map(|error| json!({ "code": Problem::from(error.clone()).code_text(), "message": error.to_string() })),
            "store": format!("{:016x}", leader.store_id().0),
            "replica": leader.replica_id().map(records::replica),
            "alarm": leader.view().alarm.map(snapshot::alarm),
            "peers": inner.links.values().map(|(id, _)| peer(id)).collect::<Vec<_>>(),
        })
    }
}
