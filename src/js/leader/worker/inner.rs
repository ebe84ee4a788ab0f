//! What a worker holds, and what it has to do next.

use super::{Line, LinkId, Worker};
use crate::js::error::{Code, Outcome, Problem};
use crate::js::{names, records};
use crate::offline::leader::{Act, LocalLeader, PeerId};
use crate::offline::storage::{Commit, StorageError};
use crate::offline::web::channel::Channel;
use crate::offline::web::js;
use crate::offline::web::store::Store;
use crate::replication::ids::RequestId;
use crate::replication::protocol::{Refusal, Reply};
use crate::replication::time::SimTime;
use gloo_timers::callback::Timeout;
use js_sys::Function;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Timers of hosts overflow beyond 24 days; being woken for nothing is harmless.
const MAX_WAIT_MS: u64 = 3_600_000;

pub(super) struct Inner {
    pub(super) leader: LocalLeader,
    /// Away while a commit, an export or an import is under way.
    pub(super) store: Option<Store>,
    /// Where it hears that its store was opened again.
    pub(super) notices: Option<Channel>,
    pub(super) links: BTreeMap<LinkId, (PeerId, Rc<Line>)>,
    pub(super) link_count: u64,
    /// While it is connected it lives, even if the caller holds nothing but the channel.
    pub(super) kept: Option<Worker>,
    pub(super) waiting: BTreeMap<RequestId, Waiting>,
    /// Who wants the store next.
    pub(super) store_waiters: Vec<Function>,
    pub(super) subscribers: BTreeMap<u64, Function>,
    pub(super) subscriber_count: u64,
    pub(super) is_telling: bool,
    pub(super) wake: Option<(SimTime, Timeout)>,
    pub(super) is_at_work: bool,
    pub(super) stage: Stage,
}

/// The two functions of a promise.
pub(super) struct Waiting {
    pub(super) resolve: Function,
    pub(super) reject: Function,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Open,
    /// Takes nothing more; what is under way goes on.
    Closing,
    Closed,
}

/// Something to be done with nothing borrowed.
pub(super) enum Deed {
    Commit(Store, Commit),
    Send(LinkId, Rc<Line>, Vec<u8>),
    Settle(Waiting, Result<Json, Problem>),
}

impl Inner {
    pub(super) fn drop_link(&mut self, link: LinkId) -> bool {
        let Some((peer, _)) = self.links.remove(&link) else { return false };
        self.leader.disconnect(js::now(), peer);
        if self.links.is_empty() {
            self.kept = None;
        }
        true
    }

    /// All connections end.
    pub(super) fn drop_links(&mut self) {
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            self.drop_link(link);
        }
    }

    /// The store is gone, and with it all connections: nothing that came in would last.
    pub(super) fn fail(&mut self, error: StorageError) {
        self.drop_links();
        self.leader.failed(error);
    }

    /// Another leader takes the place of this one; hands back who waited for it.
    pub(super) fn begin_again(&mut self, leader: LocalLeader) -> BTreeMap<RequestId, Waiting> {
        self.drop_links();
        self.leader = leader;
        std::mem::take(&mut self.waiting)
    }

    pub(super) fn next(&mut self) -> Option<Deed> {
        let now = js::now();
        if self.leader.next_wake().is_some_and(|at| at <= now.steady) {
            self.leader.tick(now);
        }
        loop {
            if self.stage == Stage::Closed || self.store.is_none() {
                return None;
            }
            match self.leader.poll()? {
                Act::Commit(commit) => return self.store.take().map(|store| Deed::Commit(store, commit)),
                Act::Send(peer, frame) => {
                    if let Some((link, (_, line))) = self.links.iter().find(|(_, (own, _))| *own == peer) {
                        return Some(Deed::Send(*link, line.clone(), frame));
                    }
                }
                Act::Answer(request, reply) => {
                    if let Some(waiting) = self.waiting.remove(&request) {
                        return Some(Deed::Settle(waiting, self.answer(&reply)));
                    }
                }
                // Alarms are part of the status.
                Act::Tell(_) => {}
            }
        }
    }

    pub(super) fn answer(&self, reply: &Reply) -> Outcome<Json> {
        let refusal = match reply {
            Reply::Written { dot, context, .. } => {
                return Ok(json!({ "dot": dot.map(records::dot), "context": records::vector(context) }));
            }
            Reply::Refused(refusal) => *refusal,
            Reply::Value { .. } | Reply::Values(_) | Reply::Siblings { .. } | Reply::State { .. } => Refusal::Unsupported,
        };
        Err(match (self.leader.failure(), refusal) {
            (Some(error), _) => error.clone().into(),
            (None, Refusal::Full) => Problem::new(Code::TooLarge, "the leader holds as much as it can"),
            (None, Refusal::Behind) => Problem::new(Code::Refused, "context: names writes that this leader does not hold"),
            (None, refusal) => Problem::new(Code::Refused, format!("the write was refused: {}", names::refusal(refusal))),
        })
    }

    /// Sets the alarm clock to what is due next.
    pub(super) fn arm(&mut self, me: &Worker) {
        let next = self.leader.next_wake().filter(|_| self.stage != Stage::Closed);
        let Some(at) = next else {
            self.wake = None;
            return;
        };
        if self.wake.as_ref().is_some_and(|(set, _)| *set == at) {
            return;
        }
        let wait_ms = at.since(js::now().steady).0.div_ceil(1_000_000).min(MAX_WAIT_MS);
        self.wake_in(me, at, wait_ms as u32);
    }

    /// Sets it to as soon as everybody else had a turn.
    pub(super) fn go_on_soon(&mut self, me: &Worker) {
        self.wake_in(me, SimTime::ZERO, 0);
    }

    fn wake_in(&mut self, me: &Worker, at: SimTime, wait_ms: u32) {
        let weak = me.weak();
        let timeout = Timeout::new(wait_ms, move || {
            weak.with(|worker| {
                worker.0.inner.borrow_mut().wake = None;
                worker.work();
            });
        });
        self.wake = Some((at, timeout));
    }
}

/// Keeps a promise, one way or the other.
pub(super) fn settle(waiting: &Waiting, answer: Outcome<Json>) {
    let settled = answer.and_then(|answer| crate::js::answer::plain(&answer));
    // The functions of a promise do not throw.
    drop(match settled {
        Ok(value) => waiting.resolve.call1(&JsValue::UNDEFINED, &value),
        Err(problem) => waiting.reject.call1(&JsValue::UNDEFINED, &problem.into()),
    });
}
