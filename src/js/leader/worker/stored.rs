//! A worker and its store: commits, files, the end.

use super::Worker;
use super::inner::{Stage, settle};
use crate::js::error::{Code, Outcome, Problem};
use crate::offline::leader::LocalLeader;
use crate::offline::storage::{Commit, Row, Storage};
use crate::offline::web::js;
use crate::offline::web::store::Store;
use wasm_bindgen::JsValue;

impl Worker {
    /// Makes a commit durable, and goes on with what waited for it.
    pub(super) async fn commit(self, mut store: Store, commit: Commit) {
        let result = store.commit(&commit).await;
        {
            let inner = &mut *self.0.inner.borrow_mut();
            inner.store = Some(store);
            match result {
                Ok(()) => inner.leader.committed(),
                Err(error) => inner.fail(error),
            }
        }
        self.changed();
        self.wake_waiters();
        self.work();
    }

    /// Finds out whether the store is still its own: a commit of nothing is refused as any other.
    pub(in crate::js::leader) async fn prove_ownership(self) {
        // Closed meanwhile: then there is nothing to prove.
        let Ok(mut store) = self.borrow_store().await else { return };
        if let Err(error) = store.commit(&Commit(Vec::new())).await {
            self.fail(error);
        }
        self.give_back(store);
    }

    /// Takes the store once nothing of it is under way. While it is away the leader waits.
    async fn borrow_store(&self) -> Outcome<Store> {
        loop {
            if let Some(store) = self.open()?.store.take() {
                return Ok(store);
            }
            self.store_is_back().await;
        }
    }

    async fn store_is_back(&self) {
        // A promise that never fails.
        drop(js::settled(|resolve, _| self.0.inner.borrow_mut().store_waiters.push(resolve.clone())).await);
    }

    fn wake_waiters(&self) {
        let waiters = std::mem::take(&mut self.0.inner.borrow_mut().store_waiters);
        for waiter in waiters {
            // The functions of a promise do not throw.
            drop(waiter.call0(&JsValue::UNDEFINED));
        }
    }

    fn give_back(&self, store: Store) {
        self.0.inner.borrow_mut().store = Some(store);
        self.wake_waiters();
        self.work();
    }

    /// Everything that is stored.
    pub(in crate::js::leader) async fn rows(&self) -> Outcome<Vec<Row>> {
        let mut store = self.borrow_store().await?;
        let rows = store.load().await;
        self.give_back(store);
        Ok(rows?)
    }

    /// Puts rows in place of all that there is, and starts over from them.
    pub(in crate::js::leader) async fn replace(&self, rows: Vec<Row>) -> Outcome<()> {
        let mut store = self.borrow_store().await?;
        let replaced = match store.replace(rows).await {
            Ok(()) => store.load().await,
            Err(error) => Err(error),
        };
        let opened = replaced.and_then(|rows| LocalLeader::open(&self.0.setting.options, rows, js::now(), js::entropy()));
        let begun = opened.map(|leader| self.0.inner.borrow_mut().begin_again(leader));
        self.give_back(store);
        for waiting in begun?.into_values() {
            settle(&waiting, Err(Problem::new(Code::Refused, "the content of a file took the place of what was there")));
        }
        self.changed();
        Ok(())
    }

    /// Ends it when all writes under way are durable.
    pub(in crate::js::leader) async fn close(&self) {
        loop {
            let is_saving = {
                let inner = &mut *self.0.inner.borrow_mut();
                if inner.stage == Stage::Closed {
                    return;
                }
                inner.stage = Stage::Closing;
                inner.store.is_none() || (inner.leader.failure().is_none() && inner.leader.is_saving())
            };
            if !is_saving {
                break;
            }
            self.store_is_back().await;
        }
        self.work();
        let (store, waiting) = {
            let inner = &mut *self.0.inner.borrow_mut();
            inner.stage = Stage::Closed;
            inner.notices = None;
            inner.drop_links();
            inner.subscribers.clear();
            inner.wake = None;
            (inner.store.take(), std::mem::take(&mut inner.waiting))
        };
        drop(store);
        for waiting in waiting.into_values() {
            settle(&waiting, Err(Problem::new(Code::Closed, "this leader was closed")));
        }
    }
}
