//! One WebSocket: the secret first, then frames both ways until one side ends it.

use super::hub::{Event, Link};
use super::pace::Pace;
use super::queue::{self, Queued};
use super::refusal::Refusal;
use super::server::{Permit, Shared};
use crate::limits;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How long the other side may take to close, so that it reads why.
const FAREWELL: Duration = Duration::from_secs(2);

/// A connection at its start.
pub(super) struct Arrived {
    pub(super) address: SocketAddr,
    /// Given back once the secret was shown.
    pub(super) permit: Permit,
    /// What is known against it before it said anything.
    pub(super) refusal: Option<Refusal>,
}

pub(super) async fn run(upgraded: Upgraded, arrived: Arrived, shared: &Shared) {
    let config = WebSocketConfig::default()
        .read_buffer_size(16 << 10)
        .write_buffer_size(0)
        .max_write_buffer_size(limits::MAX_QUEUED_BYTES)
        .max_message_size(Some(limits::MAX_FRAME_BYTES))
        .max_frame_size(Some(limits::MAX_FRAME_BYTES));
    let mut socket = Socket::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let Arrived { address, permit, refusal } = arrived;
    // One who is refused keeps a stranger's place until the end.
    let mut permit = Some(permit);
    let refusal = match refusal {
        Some(refusal) => refusal,
        None => talk(&mut socket, address, &mut permit, shared).await,
    };
    if refusal.is_told() {
        shared.log.refused(address, &refusal.reason());
    }
    if matches!(refusal, Refusal::WrongSecret) {
        sleep(Duration::from_millis(limits::WRONG_SECRET_WAIT_MS)).await;
    }
    close(socket, &refusal).await;
}

async fn talk(socket: &mut Socket, address: SocketAddr, permit: &mut Option<Permit>, shared: &Shared) -> Refusal {
    if let Err(refusal) = check_secret(socket, shared).await {
        return refusal;
    }
    *permit = None;
    let Some(hub) = shared.hub.upgrade() else { return Refusal::Stopping };
    let (queue, queued) = queue::queue();
    let (end, ended) = oneshot::channel();
    let number = shared.number();
    if hub.send(Event::Join(number, Link { address, queue, end })).await.is_err() {
        return Refusal::Stopping;
    }
    let mut stop = shared.stop.clone();
    let (sink, stream) = socket.split();
    let refusal = tokio::select! {
        refusal = read(stream, number, &hub) => refusal,
        refusal = write(sink, queued) => refusal,
        refusal = ended => refusal.unwrap_or(Refusal::Stopping),
        _ = stop.wait_for(|stop| *stop) => Refusal::Stopping,
    };
    // A hub that has ended needs no news.
    drop(hub.send(Event::Leave(number)).await);
    refusal
}

async fn check_secret(socket: &mut Socket, shared: &Shared) -> Result<(), Refusal> {
    let mut stop = shared.stop.clone();
    let wait = timeout(Duration::from_millis(limits::MAX_SECRET_WAIT_MS), first_message(socket));
    let message = tokio::select! {
        message = wait => message.map_err(|_| Refusal::NoSecret)??,
        _ = stop.wait_for(|stop| *stop) => return Err(Refusal::Stopping),
    };
    if message.len() > limits::MAX_SECRET_BYTES {
        return Err(Refusal::LongSecret);
    }
    if shared.secret.is(&message) { Ok(()) } else { Err(Refusal::WrongSecret) }
}

async fn first_message(socket: &mut Socket) -> Result<Bytes, Refusal> {
    loop {
        match socket.next().await {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => return Ok(message.into_data()),
            Some(Ok(Message::Close(_))) | None => return Err(Refusal::Gone),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(Refusal::from(error)),
        }
    }
}

/// Hands frames to the hub. While that has no room nothing is read, so that the sender waits too.
async fn read(mut stream: impl Stream<Item = Result<Message, Error>> + Unpin, number: u64, hub: &mpsc::Sender<Event>) -> Refusal {
    let mut pace = Pace::new(limits::MAX_MESSAGES_AT_ONCE, Duration::from_secs(1) / limits::MAX_MESSAGES_PER_SECOND, Instant::now());
    loop {
        let Ok(message) = timeout(Duration::from_millis(limits::MAX_SILENCE_MS), stream.next()).await else { return Refusal::Silent };
        if !pace.take(Instant::now()) {
            return Refusal::Flood;
        }
        match message {
            Some(Ok(Message::Binary(frame))) => {
                if hub.send(Event::Frame(number, frame)).await.is_err() {
                    return Refusal::Stopping;
                }
            }
            Some(Ok(Message::Text(_))) => return Refusal::Text,
            Some(Ok(Message::Close(_))) | None => return Refusal::Gone,
            // Pings are answered by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Err(error)) => return error.into(),
        }
    }
}

async fn write(mut sink: impl Sink<Message, Error = Error> + Unpin, mut queued: Queued) -> Refusal {
    let mut pings = interval(Duration::from_millis(limits::PING_EVERY_MS));
    loop {
        let message = tokio::select! {
            frame = queued.pop() => match frame {
                Some(frame) => Message::Binary(frame),
                // The hub has ended this, and says why on another way.
                None => std::future::pending().await,
            },
            _ = pings.tick() => Message::Ping(Bytes::new()),
        };
        match timeout(Duration::from_millis(limits::MAX_SEND_MS), sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(Error::WriteBufferFull(_))) | Err(_) => return Refusal::Slow,
            Ok(Err(error)) => return error.into(),
        }
    }
}

/// Says why, and reads on for a moment, be it nonsense: what is closed with something unread loses its last words.
async fn close(mut socket: Socket, refusal: &Refusal) {
    if matches!(refusal, Refusal::Gone) {
        return;
    }
    let farewell = async {
        if socket.close(Some(refusal.closing())).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
            let mut nonsense = [0; 4_096];
            while socket.get_mut().read(&mut nonsense).await.is_ok_and(|length| length > 0) {}
        }
    };
    drop(timeout(FAREWELL, farewell).await);
}
