//! Frames that wait to be sent over one connection: bounded in number and in bytes.

use crate::limits;
use hyper::body::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

/// The end that frames are put into.
pub(super) struct Queue {
    frames: mpsc::Sender<Bytes>,
    bytes: Arc<AtomicUsize>,
}

/// The end that they come out of.
pub(super) struct Queued {
    frames: mpsc::Receiver<Bytes>,
    bytes: Arc<AtomicUsize>,
}

pub(super) fn queue() -> (Queue, Queued) {
    let (sender, receiver) = mpsc::channel(limits::MAX_QUEUED_FRAMES);
    let bytes = Arc::new(AtomicUsize::new(0));
    (Queue { frames: sender, bytes: bytes.clone() }, Queued { frames: receiver, bytes })
}

impl Queue {
    /// `false`: it is full, or nobody reads it.
    pub(super) fn push(&self, frame: Vec<u8>) -> bool {
        let length = frame.len();
        // Only this end adds, so the sum cannot pass the bound in between.
        if self.bytes.load(Ordering::Relaxed) + length > limits::MAX_QUEUED_BYTES {
            return false;
        }
        self.bytes.fetch_add(length, Ordering::Relaxed);
        self.frames.try_send(frame.into()).is_ok()
    }
}

impl Queued {
    pub(super) async fn pop(&mut self) -> Option<Bytes> {
        let frame = self.frames.recv().await?;
        self.bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_in_number_and_in_bytes() {
        let (queue_, _queued) = queue();
        assert_eq!((0..10_000).filter(|_| queue_.push(vec![0])).count(), limits::MAX_QUEUED_FRAMES);
        let (queue_, _queued) = queue();
        assert_eq!((0..100).filter(|_| queue_.push(vec![0; limits::MAX_FRAME_BYTES])).count(), 4);
    }
}
