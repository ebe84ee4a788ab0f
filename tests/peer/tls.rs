//! https and wss, with a certificate that the test makes.

use crate::device::{Device, run};
use crate::process::{PAGE, Peer, folder};
use crate::raw::{Wire, exchange, over, tcp};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

type Stream = StreamOwned<ClientConnection, TcpStream>;

impl Wire for Stream {
    fn set_blocking(&mut self, is_blocking: bool) {
        self.sock.set_nonblocking(!is_blocking).unwrap();
    }
}

fn make_certificate(place: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(place.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(place.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

fn connect(address: SocketAddr, certificate: &CertificateDer<'static>) -> Stream {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    StreamOwned::new(connection, tcp(address).unwrap())
}

#[test]
fn a_device_syncs_and_the_page_is_served_over_tls() {
    let place = folder("tls");
    let certificate = make_certificate(&place);
    let site = place.join("dist");
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("index.html"), "the page").unwrap();
    let file = |name: &str| place.join(name).to_str().unwrap().to_owned();
    let peer = Peer::start(&place, &["--cert", &file("cert.pem"), "--key", &file("key.pem"), "--site", &file("dist")]);
    let mut page = connect(peer.address, &certificate);
    write!(page, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    // Some close without the last message of TLS.
    _ = page.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("the page"), "{answer}");

    let url = format!("wss://localhost:{}/", peer.address.port());
    let own = format!("https://localhost:{}", peer.address.port());
    for (entropy, origin) in [(12, PAGE), (13, &own)] {
        let mut device = Device::new(if entropy == 12 { "phone" } else { "laptop" }, entropy);
        device.add();
        assert!(device.use_socket(over(Box::new(connect(peer.address, &certificate)), &url, Some(origin)).unwrap()));
        run(&mut [&mut device], "it is confirmed", |devices| {
            devices[0].pending_count() == 0 && devices[0].items().len() == entropy as usize - 11
        });
    }
    assert!(!exchange(peer.address, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").contains("the page"), "nothing goes in clear");
    peer.until_told(&["refused 127.0.0.1:", "no TLS"]);
}
