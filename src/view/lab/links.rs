//! The links of a device, its lamps, its store and the cloud, in words.

use crate::offline::state::{CloudHost, CloudLink, DeviceState, Links, NativeLink, NativeState, Peer, Probe, SlotGuard, StorageState};
use crate::replication::view::{ExchangePhase, ReplicaView};
use crate::view::stage::Tone;
use crate::view::{describe, words};

/// A sentence with a tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// How it is meant.
    pub tone: Tone,
    /// What.
    pub text: String,
}

fn said(tone: Tone, text: impl Into<String>) -> Said {
    Said { tone, text: text.into() }
}

/// Whether the person cut the device off: from everything, from something, or from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Both links are on.
    Online,
    /// One of them is.
    Partly,
    /// Both are off.
    Offline,
}

/// How the switches stand.
#[must_use]
pub const fn reach(links: &Links) -> Reach {
    match (links.tabs.is_on, links.cloud.is_on) {
        (true, true) => Reach::Online,
        (false, false) => Reach::Offline,
        _ => Reach::Partly,
    }
}

/// What that means now.
#[must_use]
pub fn reach_words(links: &Links) -> Said {
    let peers = links.tabs.peers.len() as u64;
    match (reach(links), &links.cloud.peer) {
        (Reach::Offline, _) => said(Tone::Warn, "Offline. What you write is kept on this device and leaves when you are back."),
        (Reach::Partly, _) => said(Tone::Warn, "Partly offline: one of the two links is off."),
        (Reach::Online, None) => said(Tone::Quiet, "Online, looking for the cloud…"),
        (Reach::Online, Some(cloud)) => {
            let others = if peers == 0 { String::new() } else { format!(" and with {}", words::count(peers, "other tab", "other tabs")) };
            said(phase_tone(cloud.phase), format!("Online, {} with the cloud{others}.", phase(cloud.phase)))
        }
    }
}

const fn phase(phase: ExchangePhase) -> &'static str {
    match phase {
        ExchangePhase::Apart => "connecting",
        ExchangePhase::Syncing => "syncing",
        ExchangePhase::Equal => "up to date",
    }
}

const fn phase_tone(phase: ExchangePhase) -> Tone {
    match phase {
        ExchangePhase::Apart => Tone::Quiet,
        ExchangePhase::Syncing => Tone::Device,
        ExchangePhase::Equal => Tone::Ok,
    }
}

/// The name of a connected leader, which it says a little later than it connects.
#[must_use]
pub fn peer_name(peer: &Peer) -> &str {
    if peer.name == "?" { "A peer without a name yet" } else { &peer.name }
}

/// How it is with a connected leader: "Device 2: up to date".
#[must_use]
pub fn peer(peer: &Peer) -> Said {
    let name = peer_name(peer);
    if peer.is_stopped {
        return said(Tone::Warn, format!("{name}: stopped after an alarm"));
    }
    said(phase_tone(peer.phase), format!("{name}: {}", words::phase(peer.phase)))
}

/// How it is with the cloud, while it is connected.
#[must_use]
pub fn cloud_peer(cloud: &CloudLink) -> Option<Said> {
    cloud.peer.as_ref().map(|connected| peer(&Peer { name: "Exchange with this device".to_owned(), ..connected.clone() }))
}

/// Where the cloud runs.
#[must_use]
pub fn host(cloud: &CloudLink) -> Said {
    match &cloud.host {
        CloudHost::Here => {
            said(Tone::Acknowledge, "It runs in this tab. When you close it, the cloud is down until another tab takes over.")
        }
        CloudHost::Elsewhere => said(Tone::Acknowledge, "It runs in another tab of this browser. When that closes, this one takes over."),
        CloudHost::Nowhere if !cloud.is_on || cloud.conditions.is_out => said(Tone::Quiet, "Not heard: the link to it is off or out."),
        CloudHost::Nowhere => said(Tone::Quiet, "Nobody has been heard yet."),
        CloudHost::Failed(error) => said(Tone::Warn, format!("Down: {error}.")),
    }
}

/// What is held: "eggs 8, milk 2 · 1 note".
#[must_use]
pub fn held(view: &ReplicaView) -> String {
    let cart = view.records.iter().find(|(key, _)| &*key.0 == super::CART);
    let cart = cart.map_or_else(|| "no cart yet".to_owned(), |(_, record)| describe::content(&record.content));
    let notes = super::notes::notes(view, &Default::default());
    match notes.notes.len() + notes.more_count {
        0 => cart,
        count => format!("{cart} · {}", words::count(count as u64, "note", "notes")),
    }
}

/// The lamp for what the browser believes.
#[must_use]
pub fn browser(is_online: bool) -> Said {
    if is_online { said(Tone::Ok, "says it is online") } else { said(Tone::Warn, "says it is offline") }
}

/// The lamp for the page's own server.
#[must_use]
pub fn probe(probe: Probe) -> Said {
    match probe {
        Probe::Unknown => said(Tone::Quiet, "not asked yet"),
        Probe::Ok(ms) => said(Tone::Ok, format!("answered in {} ms", words::rounded(ms, 0))),
        Probe::Failed => said(Tone::Warn, "did not answer"),
    }
}

/// How the store does; `true` when it has to be loud.
#[must_use]
pub fn storage(state: &StorageState) -> (Said, bool) {
    match state {
        StorageState::Opening => (said(Tone::Quiet, "Opening…"), false),
        StorageState::Durable { persisted: Some(true) } => {
            (said(Tone::Ok, "Durable: it survives the end of the tab, and the browser promised to keep it."), false)
        }
        StorageState::Durable { persisted: Some(false) } => {
            (said(Tone::Ok, "Durable: it survives the end of the tab. The browser may evict it when the disk is full."), false)
        }
        StorageState::Durable { persisted: None } => (said(Tone::Ok, "Durable: it survives the end of the tab."), false),
        StorageState::MemoryOnly { why } => (
            said(Tone::Warn, format!("In memory only: everything is gone when this page ends ({why}). Export what you want to keep.")),
            true,
        ),
        StorageState::Failed(error) => {
            (said(Tone::Warn, format!("Storage failed: {error}. What was saved is safe; nothing new is taken until it works again.")), true)
        }
        StorageState::Suspended => (said(Tone::Quiet, "Suspended: the page is frozen or in the back/forward cache."), false),
    }
}

/// The same in a word or two.
#[must_use]
pub fn storage_briefly(state: &StorageState) -> Said {
    let (full, _) = storage(state);
    Said { text: full.text.split(':').next().unwrap_or_default().trim_end_matches('.').to_owned(), ..full }
}

/// What keeps other pages from this device.
#[must_use]
pub const fn guard(guard: SlotGuard) -> &'static str {
    match guard {
        SlotGuard::None => "none yet",
        SlotGuard::Lock => "a Web Lock and the token in the store",
        SlotGuard::TokenOnly => "the token in the store alone: no Web Locks here",
    }
}

/// How it goes with a native peer.
#[must_use]
pub fn native(link: &NativeLink) -> Said {
    match (&link.state, &link.peer) {
        (NativeState::Off, _) => said(Tone::Quiet, "Off: nothing is contacted until you connect."),
        (NativeState::Connecting, _) => said(Tone::Quiet, "Connecting…"),
        (NativeState::Open, None) => said(Tone::Device, "Open, no greeting yet."),
        (NativeState::Open, Some(other)) => peer(other),
        (NativeState::Waiting { retry_in_ms, why }, _) => {
            said(Tone::Warn, format!("Not connected ({why}); tried again in {} s.", retry_in_ms.div_ceil(1_000)))
        }
        (NativeState::Refused(why), _) => said(Tone::Warn, format!("Refused: {why}.")),
    }
}

/// What must be loud at the top of the page, if anything.
#[must_use]
pub fn alarm(state: &DeviceState) -> Option<String> {
    let alarm = state.view.as_ref()?.alarm?;
    Some(format!("Alarm: {}. The peer concerned is stopped.", super::told::alarm(alarm)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::state::{Conditions, TabsLink};
    use crate::offline::storage::StorageError;
    use crate::replication::ids::SiteId;
    use crate::view::lab::example;

    fn links(tabs: bool, cloud: bool) -> Links {
        Links {
            tabs: TabsLink { is_on: tabs, peers: Vec::new(), malformed_count: 0 },
            cloud: CloudLink {
                is_on: cloud,
                host: CloudHost::Here,
                peer: None,
                conditions: Conditions::default(),
                lost_count: 0,
                view: None,
            },
            native: NativeLink { address: None, state: NativeState::Off, peer: None },
        }
    }

    #[test]
    fn the_switches_make_one_word() {
        let reaches = [(true, true), (false, true), (true, false), (false, false)].map(|(tabs, cloud)| reach(&links(tabs, cloud)));
        assert_eq!(reaches, [Reach::Online, Reach::Partly, Reach::Partly, Reach::Offline]);
        assert!(reach_words(&links(false, false)).text.starts_with("Offline."));
        let mut connected = links(true, true);
        assert!(reach_words(&connected).text.ends_with("looking for the cloud…"));
        let other = |name: &str, phase| Peer { name: name.to_owned(), site: SiteId(1), store: None, phase, is_stopped: false };
        connected.cloud.peer = Some(other("Cloud", ExchangePhase::Equal));
        connected.tabs.peers = vec![other("Device 2", ExchangePhase::Syncing)];
        assert_eq!(reach_words(&connected).text, "Online, up to date with the cloud and with 1 other tab.");
        assert_eq!(peer(&connected.tabs.peers[0]).text, "Device 2: syncing");
        assert_eq!(peer(&other("?", ExchangePhase::Equal)).text, "A peer without a name yet: up to date");
    }

    #[test]
    fn trouble_with_the_store_is_loud() {
        let is_loud = |state: StorageState| storage(&state).1;
        assert!(is_loud(StorageState::Failed(StorageError::Blocked)));
        assert!(is_loud(StorageState::MemoryOnly { why: "denied".to_owned() }));
        let briefly = |state: StorageState| storage_briefly(&state).text;
        assert_eq!(briefly(StorageState::Durable { persisted: Some(true) }), "Durable");
        assert_eq!(briefly(StorageState::Failed(StorageError::Blocked)), "Storage failed");
        assert!(!is_loud(StorageState::Durable { persisted: Some(false) }) && !is_loud(StorageState::Opening));
    }

    #[test]
    fn an_outage_is_no_silence_of_the_cloud() {
        let mut cloud = links(true, true).cloud;
        cloud.host = CloudHost::Nowhere;
        assert_eq!(host(&cloud).text, "Nobody has been heard yet.");
        cloud.conditions.is_out = true;
        assert!(host(&cloud).text.starts_with("Not heard"));
    }

    #[test]
    fn what_is_held_is_a_line() {
        assert_eq!(held(&example::device()), "eggs 8, milk 2 · 1 note");
        assert_eq!(held(&example::Pair::new().device.view()), "no cart yet");
    }

    #[test]
    fn waiting_seconds_are_rounded_up() {
        let waiting = NativeState::Waiting { retry_in_ms: 1_001, why: "no answer".to_owned() };
        let link = NativeLink { address: None, state: waiting, peer: None };
        assert_eq!(native(&link).text, "Not connected (no answer); tried again in 2 s.");
    }
}
