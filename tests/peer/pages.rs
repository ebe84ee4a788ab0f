//! `--site`: the built page, and nothing else.

use crate::process::{Peer, folder};
use crate::raw::{exchange, get};
use std::fs::{create_dir_all, write};

#[test]
fn the_built_page_is_served_and_nothing_beside_it() {
    let place = folder("site");
    let site = place.join("dist");
    create_dir_all(site.join("icons")).unwrap();
    write(place.join("outside.txt"), "outside").unwrap();
    write(site.join("index.html"), "<!doctype html><title>the page</title>").unwrap();
    write(site.join("app.js"), "export default 1;").unwrap();
    write(site.join("app_bg.wasm"), b"\0asm\x01\0\0\0").unwrap();
    write(site.join("icons/icon.svg"), "<svg/>").unwrap();
    write(site.join(".hidden"), "hidden").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.join("outside.txt"), site.join("link.txt")).unwrap();
    let peer = Peer::start(&place, &["--site", site.to_str().unwrap()]);
    for (path, kind, content) in [
        ("/", "text/html; charset=utf-8", "the page"),
        ("/index.html", "text/html; charset=utf-8", "the page"),
        ("/?scenario=quorum-overlap", "text/html; charset=utf-8", "the page"),
        ("/app.js", "text/javascript; charset=utf-8", "export default 1;"),
        ("/app_bg.wasm", "application/wasm", "\0asm"),
        ("/icons/icon.svg", "image/svg+xml", "<svg/>"),
    ] {
        let answer = get(peer.address, "GET", path);
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert!(
            answer.contains(&format!("content-type: {kind}\r\n")) && answer.contains("nosniff") && answer.contains(content),
            "{path}: {answer}"
        );
        let head = get(peer.address, "HEAD", path);
        assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{path}: {head}");
    }
    for path in [
        "/../outside.txt",
        "/icons/../../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/..\\outside.txt",
        "//outside.txt",
        "/icons/../index.html",
        "/link.txt",
        "/.hidden",
        "/icons",
        "/icons/",
        "/none.html",
        "/etc/passwd",
        "/index.html/",
    ] {
        let answer = get(peer.address, "GET", path);
        assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        assert!(!answer.contains("outside") && !answer.contains("hidden"), "{path}: {answer}");
    }
    assert!(get(peer.address, "POST", "/").starts_with("HTTP/1.1 405"));
    assert!(exchange(peer.address, b"GET ../outside.txt HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 400"));
}

#[test]
fn without_a_site_it_says_what_it_is() {
    let peer = Peer::start(&folder("no-site"), &[]);
    let answer = get(peer.address, "GET", "/");
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("Replicascope") && answer.contains("--site"), "{answer}");
}
