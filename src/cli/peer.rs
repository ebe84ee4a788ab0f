//! `peer`: a native peer that browsers sync through.

use super::{Ended, Problem, input, print};
use crate::limits;
use crate::peer::{self, Options, Origin, PeerError, Secret, Site, Tls};
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the options do not say.
pub(super) const HELP: &str = "\
The page's offline lab connects to the address that is printed, with the secret. The peer keeps what devices write in the
data file, and tells them that it is safe once it is on the disk. Ctrl-C ends it; nothing acknowledged is ever lost.
Refused connections are listed on standard error.

Exit codes: 0 it was asked to end, 1 its store failed, 2 bad input.

Examples:
  openssl rand -hex 16 > secret.txt; chmod 600 secret.txt
  replicascope peer --data peer.redb --secret-file secret.txt --site dist
  replicascope peer --data peer.redb --secret-file secret.txt --allow-origin http://127.0.0.1:8080
  replicascope peer --data peer.redb --secret-file secret.txt --site dist --listen 0.0.0.0:7700 --cert cert.pem --key key.pem";

/// Where it keeps its data, where it listens, and who may connect.
#[derive(Args)]
pub(super) struct Arguments {
    /// The file of its data; made if there is none
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Where it listens; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7700")]
    listen: SocketAddr,
    /// A file with one line that devices must know (`-` reads standard input)
    #[arg(long, value_name = "FILE")]
    secret_file: String,
    /// Pages from here may connect too, like https://host:port
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<Origin>,
    /// Serve the built page from this folder
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// Certificate (PEM), with those that vouch for it: https and wss
    #[arg(long, value_name = "PEM", requires = "key")]
    cert: Option<String>,
    /// Its key (PEM)
    #[arg(long, value_name = "PEM", requires = "cert")]
    key: Option<String>,
    /// Print `{"listening","socket","page"}` once it listens
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Problem> {
    let options = options(arguments)?;
    let (mut told, has_tls) = (Ok(()), options.tls.is_some());
    let ended = peer::run(options, |address| told = tell(arguments, address, has_tls));
    told?;
    match ended {
        Ok(()) => Ok(Ended::Held),
        Err(failed @ PeerError::Failed { .. }) => {
            eprintln!("replicascope: {failed}");
            Ok(Ended::DidNotHold)
        }
        Err(error) => Err(Problem(error.to_string())),
    }
}

fn options(arguments: &Arguments) -> Result<Options, Problem> {
    if arguments.allow_origin.len() > limits::MAX_ORIGINS {
        return Err(Problem(format!("--allow-origin: at most {} of them", limits::MAX_ORIGINS)));
    }
    let named = |file: &str, problem: &dyn std::fmt::Display| Problem(format!("{}: {problem}", input::name_of(file)));
    // One more than fits, for the end of the line.
    let secret = input::read(&arguments.secret_file, limits::MAX_SECRET_BYTES + 2)?;
    let secret = Secret::from_file(&secret).map_err(|problem| named(&arguments.secret_file, &problem))?;
    let tls = match (&arguments.cert, &arguments.key) {
        (Some(cert), Some(key)) => {
            let (certificate, private) = (input::read(cert, limits::MAX_PEM_BYTES)?, input::read(key, limits::MAX_PEM_BYTES)?);
            Some(Tls::new(&certificate, &private).map_err(|problem| Problem(problem.to_string()))?)
        }
        _ => None,
    };
    let site = arguments.site.as_deref().map(Site::load).transpose().map_err(|problem| Problem(format!("--site {problem}")))?;
    Ok(Options { data: arguments.data.clone(), listen: arguments.listen, secret, origins: arguments.allow_origin.clone(), site, tls })
}

fn tell(arguments: &Arguments, address: SocketAddr, has_tls: bool) -> Result<(), Problem> {
    warn(arguments, address, has_tls);
    let s = if has_tls { "s" } else { "" };
    let socket = format!("ws{s}://{address}");
    let page = arguments.site.is_some().then(|| format!("http{s}://{address}/"));
    if arguments.json {
        return print(&format!("{}\n", json!({ "listening": address.to_string(), "socket": socket, "page": page })));
    }
    let mut text = format!("listening on {socket}\n");
    if let Some(page) = page {
        text.push_str(&format!("the page is at {page}\n"));
    }
    if address.ip().is_unspecified() {
        text.push_str("other devices use this machine's name or address instead of that\n");
    }
    print(&text)
}

fn warn(arguments: &Arguments, address: SocketAddr, has_tls: bool) {
    if !has_tls && !address.ip().is_loopback() {
        eprintln!(
            "replicascope peer: without --cert and --key other machines get plain http. There the browser gives the page no Web Locks, no \
             service worker (so no start without the network) and no promise to keep its data; a page from https cannot connect at \
             all; and the secret and the data can be read on the way"
        );
    }
    if is_readable_by_others(&arguments.secret_file) {
        eprintln!("replicascope peer: {}: others on this machine can read the secret; chmod 600 keeps them out", arguments.secret_file);
    }
}

#[cfg(unix)]
fn is_readable_by_others(file: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &str) -> bool {
    false
}
