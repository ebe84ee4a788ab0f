//! Which pages may connect. A browser names the origin of the page that opens a WebSocket; what is no browser can claim any.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An origin as a browser writes it: `https://host:port`, the port only where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// Why a text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin is http://HOST or https://HOST, with :PORT if need be, and without a path")]
pub struct OriginError;

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").ok_or(OriginError)?;
        let default_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(OriginError),
        };
        let (host, port) = split_port(rest).ok_or(OriginError)?;
        let is_default = port.is_none_or(|port| port == default_port);
        Ok(Self(if is_default { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{}", port.unwrap_or_default()) }))
    }
}

impl Origin {
    /// The origin of the pages that a server serves which was asked as `host` (the header of that name).
    ///
    /// Over plain http any name could have been made to lead here by those who own it, for a page of their own (DNS
    /// rebinding); so only addresses count there, and names that nobody can own. With TLS the certificate says who it is.
    pub(super) fn own(host: &str, has_tls: bool) -> Option<Self> {
        let (name, _) = split_port(host)?;
        if has_tls {
            return format!("https://{host}").parse().ok();
        }
        let is_address = name.parse::<Ipv4Addr>().is_ok() || in_brackets(name).is_some();
        let is_local = !name.contains('.') || name.to_ascii_lowercase().ends_with(".local");
        (is_address || is_local).then(|| format!("http://{host}").parse().ok()).flatten()
    }
}

/// Host and port, if they can be that.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_name = || !host.is_empty() && host.chars().all(|char| char.is_ascii_alphanumeric() || ".-_".contains(char));
    if !is_name() && in_brackets(host).is_none() {
        return None;
    }
    match port {
        Some(port) if port.chars().all(|char| char.is_ascii_digit()) => Some((host, Some(port.parse().ok()?))),
        Some(_) => None,
        None => Some((host, None)),
    }
}

fn in_brackets(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Option<String> {
        text.parse().ok().map(|Origin(text)| text)
    }

    #[test]
    fn origins_are_written_in_one_way() {
        assert_eq!(origin("http://127.0.0.1:8080").as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(origin("HTTPS://Example.ORG:443").as_deref(), Some("https://example.org"));
        assert_eq!(origin("http://[::1]:80").as_deref(), Some("http://[::1]"));
        for wrong in [
            "",
            "null",
            "*",
            "example.org",
            "ftp://a",
            "http://",
            "http://a/",
            "http://a/b",
            "http://a:",
            "http://a:b",
            "http://a:99999",
            "http://a b",
            "http://u@a",
            "http://::1",
            "http://[::1",
            "http://[x]",
            "http://a:+1",
        ] {
            assert_eq!(origin(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_name_that_anyone_could_own_is_no_own_origin_without_tls() {
        let own = |host: &str, has_tls: bool| Origin::own(host, has_tls).map(|Origin(text)| text);
        assert_eq!(own("127.0.0.1:7700", false).as_deref(), Some("http://127.0.0.1:7700"));
        assert_eq!(own("[::1]:7700", false).as_deref(), Some("http://[::1]:7700"));
        assert_eq!(own("localhost:7700", false).as_deref(), Some("http://localhost:7700"));
        assert_eq!(own("laptop.local", false).as_deref(), Some("http://laptop.local"));
        assert_eq!(own("rebound.example:7700", false), None);
        assert_eq!(own("peer.example:7700", true).as_deref(), Some("https://peer.example:7700"));
        assert_eq!(own("", false), None);
    }
}
