//! The store in memory does what every store must do.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod storage;

use replicascope::offline::memory::MemoryStorage;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

struct Kept(MemoryStorage);

impl storage::Shelf for Kept {
    type Store = MemoryStorage;

    async fn open(&mut self) -> MemoryStorage {
        self.0.clone()
    }

    async fn close(&mut self, store: MemoryStorage) {
        self.0 = store;
    }
}

#[test]
fn memory_keeps_to_the_contract_of_stores() {
    let mut shelf = Kept(MemoryStorage::default());
    let check = pin!(storage::check(&mut shelf));
    // Nothing of it ever waits.
    assert!(matches!(check.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(())));
}
