//! WebSockets and HTTP by hand.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{HandshakeError, Message, WebSocket};

const PATIENCE: Duration = Duration::from_secs(30);

/// What a WebSocket runs over.
pub(crate) trait Wire: Read + Write + std::fmt::Debug {
    fn set_blocking(&mut self, is_blocking: bool);
}

impl Wire for TcpStream {
    fn set_blocking(&mut self, is_blocking: bool) {
        self.set_nonblocking(!is_blocking).unwrap();
    }
}

pub(crate) type Socket = WebSocket<Box<dyn Wire>>;

pub(crate) fn tcp(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Opens a WebSocket as a page of this origin would; an error is the refusal of the handshake.
pub(crate) fn open(address: SocketAddr, origin: Option<&str>) -> Result<Socket, Error> {
    over(Box::new(tcp(address)?), &format!("ws://{address}/"), origin)
}

pub(crate) fn over(wire: Box<dyn Wire>, url: &str, origin: Option<&str>) -> Result<Socket, Error> {
    let mut request = url.into_client_request()?;
    if let Some(origin) = origin {
        request.headers_mut().insert("Origin", HeaderValue::from_str(origin).unwrap());
    }
    match client(request, wire) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(error)) => Err(error),
        Err(HandshakeError::Interrupted(_)) => panic!("the handshake takes too long"),
    }
}

/// Reads until the peer closes: code and reason.
pub(crate) fn closing(socket: &mut Socket) -> (u16, String) {
    loop {
        match socket.read() {
            Ok(Message::Close(Some(CloseFrame { code, reason }))) => return (code.into(), reason.to_string()),
            Ok(Message::Binary(_) | Message::Ping(_)) => {}
            other => panic!("no closing frame but {other:?}"),
        }
    }
}

/// Sends bytes, and returns all that comes back until the peer closes.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = tcp(address).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The answer to a request for this path, which is sent as it is.
pub(crate) fn get(address: SocketAddr, method: &str, path: &str) -> String {
    exchange(address, format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())
}
