//! Listening, and what is done with those who come: a page, or a WebSocket. Ends on Ctrl-C or SIGTERM, when the store has
//! what is under way.

use super::connection::{self, Arrived};
use super::hub::{Clock, Event, Hub};
use super::log::{Log, say};
use super::origin::Origin;
use super::refusal::Refusal;
use super::secret::Secret;
use super::site::Site;
use super::store::RedbStore;
use super::{Options, PeerError};
use crate::limits;
use crate::offline::leader::{self, Kind, LocalLeader};
use crate::offline::storage::{Storage, StorageError};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, upgrade};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

/// A stranger's place; free again when all who hold it are gone.
pub(super) type Permit = Arc<OwnedSemaphorePermit>;

/// What all connections share.
pub(super) struct Shared {
    pub(super) secret: Secret,
    pub(super) log: Arc<Log>,
    /// Weak, so that the hub ends when the last connection has.
    pub(super) hub: mpsc::WeakSender<Event>,
    pub(super) stop: watch::Receiver<bool>,
    origins: Vec<Origin>,
    site: Option<Site>,
    tls: Option<TlsAcceptor>,
    strangers: Arc<Semaphore>,
    count: AtomicU64,
}

impl Shared {
    /// A number that no other connection has.
    pub(super) fn number(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }
}

/// Runs a peer until the system asks it to end.
///
/// # Errors
/// It could not start, or its store failed.
pub fn run(options: Options, on_listening: impl FnOnce(SocketAddr)) -> Result<(), PeerError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| PeerError::System("runtime", error.to_string()))?;
    let ended = runtime.block_on(start(options, on_listening));
    runtime.shutdown_timeout(Duration::from_millis(limits::MAX_SHUTDOWN_MS));
    ended
}

async fn start(options: Options, on_listening: impl FnOnce(SocketAddr)) -> Result<(), PeerError> {
    let Options { data, listen, secret, origins, site, tls } = options;
    let (clock, log) = (Clock::start(), Arc::new(Log::new()));
    let at_data = |problem| PeerError::Data { path: data.clone(), problem };
    let (leader, store) = open(&data, &clock).await.map_err(at_data)?;
    let listener = TcpListener::bind(listen).await.map_err(|problem| PeerError::Listen { address: listen, problem })?;
    let address = listener.local_addr().map_err(|problem| PeerError::Listen { address: listen, problem })?;
    let (stopper, stop) = watch::channel(false);
    let (hub, inbox) = mpsc::channel(limits::MAX_HUB_EVENTS);
    let strangers = Arc::new(Semaphore::new(limits::MAX_STRANGERS));
    let tls = tls.map(|tls| tls.0);
    let weak = hub.downgrade();
    let shared = Shared { secret, log: log.clone(), hub: weak, stop, origins, site, tls, strangers, count: AtomicU64::new(0) };
    let mut working = tokio::spawn(Hub::new(leader, store, clock, log).run(inbox));
    let asked_to_end = termination().map_err(|error| PeerError::System("signals", error.to_string()))?;
    on_listening(address);
    let failure = tokio::select! {
        never = accept_all(listener, Arc::new(shared)) => match never {},
        () = asked_to_end => None,
        ended = &mut working => Some(ended),
    };
    stopper.send_replace(true);
    drop(hub);
    let ended = match failure {
        Some(ended) => flat(ended),
        None => finish(working).await,
    };
    drop(timeout(Duration::from_secs(3), stopper.closed()).await);
    ended.map_err(|problem| PeerError::Failed { path: data, problem })
}

async fn open(data: &std::path::Path, clock: &Clock) -> Result<(LocalLeader, RedbStore), StorageError> {
    let mut store = RedbStore::open(data)?;
    let rows = store.load().await?;
    let entropy = getrandom::u64().map_err(|error| StorageError::Unavailable(format!("no random numbers: {error}")))?;
    let leader = LocalLeader::open(&leader::Options::new(Kind::Hub), rows, clock.now(), entropy)?;
    Ok((leader, store))
}

/// Waits until the last connection is gone and what it sent is durable.
async fn finish(working: JoinHandle<Result<(), StorageError>>) -> Result<(), StorageError> {
    match timeout(Duration::from_millis(limits::MAX_SHUTDOWN_MS), working).await {
        Ok(ended) => flat(ended),
        Err(_) => Err(StorageError::Unavailable("the last commit takes too long".to_owned())),
    }
}

fn flat(ended: Result<Result<(), StorageError>, tokio::task::JoinError>) -> Result<(), StorageError> {
    ended.unwrap_or_else(|error| Err(StorageError::Unavailable(error.to_string())))
}

/// Ready when the system asks this program to end. Listens from now on.
fn termination() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

async fn accept_all(listener: TcpListener, shared: Arc<Shared>) -> Infallible {
    let mut flush = interval(Duration::from_secs(5));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => accept(stream, address, &shared),
                Err(error) => {
                    say(&format!("a connection was not accepted: {error}"));
                    // Without this a lack of file handles would keep it busy.
                    sleep(Duration::from_millis(200)).await;
                }
            },
            _ = flush.tick() => shared.log.flush(),
        }
    }
}

fn accept(stream: TcpStream, address: SocketAddr, shared: &Arc<Shared>) {
    let Ok(permit) = shared.strangers.clone().try_acquire_owned() else {
        shared.log.refused(address, "too many connections");
        return;
    };
    let shared = shared.clone();
    tokio::spawn(async move {
        let mut stop = shared.stop.clone();
        tokio::select! {
            () = welcome(stream, address, Arc::new(permit), &shared) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    });
}

async fn welcome(stream: TcpStream, address: SocketAddr, permit: Permit, shared: &Arc<Shared>) {
    // Frames are small and answers are waited for.
    drop(stream.set_nodelay(true));
    let Some(tls) = &shared.tls else { return http(TokioIo::new(stream), address, permit, shared).await };
    match timeout(Duration::from_millis(limits::MAX_HANDSHAKE_MS), tls.accept(stream)).await {
        Ok(Ok(stream)) => http(TokioIo::new(stream), address, permit, shared).await,
        Ok(Err(error)) => shared.log.refused(address, &format!("no TLS: {error}")),
        Err(_) => shared.log.refused(address, "TLS takes too long"),
    }
}

async fn http<Io: Read + Write + Unpin + Send + 'static>(io: Io, address: SocketAddr, permit: Permit, shared: &Arc<Shared>) {
    let service = service_fn(|request| {
        let answer = answer(request, address, permit.clone(), shared);
        async move { Ok::<_, Infallible>(answer) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits::MAX_HANDSHAKE_MS))
        .max_buf_size(limits::MAX_HEAD_BYTES)
        .serve_connection(io, service)
        .with_upgrades();
    match timeout(Duration::from_millis(limits::MAX_HTTP_MS), serving).await {
        Ok(Err(error)) if error.is_parse() => shared.log.refused(address, &format!("not HTTP: {error}")),
        // A browser leaves connections open that it may use again.
        Ok(_) | Err(_) => {}
    }
}

fn answer(request: Request<Incoming>, address: SocketAddr, permit: Permit, shared: &Arc<Shared>) -> Response<Full<Bytes>> {
    let wants_socket = request.headers().get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if wants_socket { socket(request, address, permit, shared) } else { page(&request, shared.site.as_ref()) }
}

/// A page is told why it may not connect by the closing of its WebSocket, since browsers hide every other refusal from it.
fn socket(mut request: Request<Incoming>, address: SocketAddr, permit: Permit, shared: &Arc<Shared>) -> Response<Full<Bytes>> {
    let refusal = match origin(request.headers()) {
        None => {
            shared.log.refused(address, "no Origin: only pages in a browser may connect, and what says which page it is");
            return plain(StatusCode::FORBIDDEN, "a WebSocket needs one Origin header\n");
        }
        Some(origin) => (!is_allowed(&origin, request.headers(), shared)).then_some(Refusal::Origin(origin)),
    };
    let response = match create_response_with_body(&request, Full::default) {
        Ok(response) => response,
        Err(error) => {
            shared.log.refused(address, &format!("not a WebSocket: {error}"));
            return plain(StatusCode::BAD_REQUEST, "this is not how a WebSocket begins\n");
        }
    };
    let (upgrading, shared) = (upgrade::on(&mut request), shared.clone());
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrading.await {
            connection::run(upgraded, Arrived { address, permit, refusal }, &shared).await;
        }
    });
    response
}

fn origin(headers: &HeaderMap) -> Option<String> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => Some(String::from_utf8_lossy(origin.as_bytes()).into_owned()),
        _ => None,
    }
}

fn is_allowed(origin: &str, headers: &HeaderMap, shared: &Shared) -> bool {
    let Ok(origin) = origin.parse::<Origin>() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    shared.origins.contains(&origin) || host.and_then(|host| Origin::own(host, shared.tls.is_some())) == Some(origin)
}

fn page(request: &Request<Incoming>, site: Option<&Site>) -> Response<Full<Bytes>> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    }
    let Some(site) = site else {
        return plain(
            StatusCode::NOT_FOUND,
            "A peer of Replicascope: pages reach it over a WebSocket. With --site it serves the page too.\n",
        );
    };
    match site.find(request.uri().path()) {
        Some(file) => with_kind(StatusCode::OK, file.kind, file.content.clone()),
        None => plain(StatusCode::NOT_FOUND, "there is no such file\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    with_kind(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}

fn with_kind(status: StatusCode, kind: &'static str, content: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(content));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The next start may serve another build.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
