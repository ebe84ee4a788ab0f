//! What happened lately, as sentences.

use super::{Who, changes::change, links};
use crate::offline::state::{Links, Peer, Tale};
use crate::replication::causality::Dot;
use crate::replication::delta::Delta;
use crate::replication::ids::SiteId;
use crate::replication::note::{Alarm, ExchangeNote, Note};
use crate::view::stage::Tone;
use crate::view::words;
use std::sync::Arc;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldLine {
    /// When.
    pub at: String,
    /// How it is meant.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// Whether it is said aloud.
    pub is_aloud: bool,
}

/// What is known when something is told.
pub struct Known<'a> {
    /// Who looks.
    pub who: &'a Who,
    /// Whom the device is connected with.
    pub links: &'a Links,
    /// The writes that it holds.
    pub delta: &'a dyn Fn(Dot) -> Option<Arc<Delta>>,
}

impl Known<'_> {
    /// A line for a tale that is worth one.
    #[must_use]
    pub fn line(&self, wall_ms: i64, tale: &Tale) -> Option<ToldLine> {
        let (tone, text, is_aloud) = match tale {
            Tale::Said(sentence) => (Tone::Warn, format!("{}.", words::sentence_case(sentence)), true),
            Tale::Note(note) => self.note(note)?,
        };
        Some(ToldLine { at: self.who.time(wall_ms), tone, text, is_aloud })
    }

    fn note(&self, note: &Note) -> Option<(Tone, String, bool)> {
        Some(match note {
            Note::Exchange(site, exchange) => self.exchange(*site, *exchange)?,
            Note::Conflict { item, here, arrived, .. } => {
                let what = item.as_ref().map_or_else(|| "a note".to_owned(), ToString::to_string);
                let text = format!("Conflict on {what}: {} and {}, neither had seen the other.", self.write(*arrived), self.write(*here));
                (Tone::Conflict, text, true)
            }
            Note::Accepted(dot) => (Tone::Acknowledge, format!("Saved here: {}.", self.write(*dot)), false),
            Note::Applied(dot) => (Tone::Device, format!("Arrived: {}.", self.write(*dot)), false),
            Note::ClockAhead(dot) => (Tone::Warn, format!("The clock of {} is far ahead: it is not followed.", self.write(*dot)), true),
            Note::Amnesia(_) => {
                let text = "A peer knows more of this device's writes than its own store: the store went back. A new identity writes from here on.";
                (Tone::Warn, text.to_owned(), true)
            }
            Note::Told(_, sentence) => (Tone::Quiet, format!("This device {sentence}."), false),
            Note::Alarm(alarm) => (Tone::Warn, format!("Alarm: {}.", self::alarm(*alarm)), true),
            // Of sites with followers; a device has none.
            Note::CaughtUp(_) | Note::Promoted(_) | Note::SteppedDown(..) | Note::TailDiscarded(..) | Note::TailHandedOver(_) => {
                return None;
            }
        })
    }

    fn exchange(&self, site: SiteId, note: ExchangeNote) -> Option<(Tone, String, bool)> {
        let name = self.name(site);
        let begun = words::sentence_case(&name);
        Some(match note {
            // Peers greet each other every few seconds.
            ExchangeNote::Opened { missing_count: 0 } => return None,
            ExchangeNote::Opened { missing_count } => {
                (Tone::Quiet, format!("{begun} lacks {}: on the way.", words::count(u64::from(missing_count), "write", "writes")), false)
            }
            ExchangeNote::Hole => {
                (Tone::Quiet, format!("Refused a batch from {name}: something before it is missing. It starts over."), false)
            }
            ExchangeNote::Equal => (Tone::Ok, format!("{begun} and this device hold the same: vectors and hashes are equal."), true),
            ExchangeNote::Confirmed { pending_count: 0 } => (Tone::Ok, format!("All your writes are confirmed by {name}."), true),
            ExchangeNote::Confirmed { pending_count } => {
                (Tone::Ok, format!("Writes confirmed by {name}; {pending_count} still pending."), false)
            }
            ExchangeNote::PendingAgain { pending_count } => {
                (Tone::Warn, format!("{begun} does not hold {pending_count} confirmed writes any more: pending again."), true)
            }
        })
    }

    fn name(&self, site: SiteId) -> String {
        let Links { tabs, cloud, native } = self.links;
        let is = |peer: &&Peer| peer.site == site;
        if cloud.peer.as_ref().filter(is).is_some() {
            return "the cloud".to_owned();
        }
        match tabs.peers.iter().chain(&native.peer).find(is) {
            Some(peer) => links::peer_name(peer).to_owned(),
            None => "a peer".to_owned(),
        }
    }

    /// A write with its author: "Ana's eggs set to 8".
    fn write(&self, dot: Dot) -> String {
        match (self.delta)(dot) {
            Some(delta) if *delta.author.0 == *self.who.name => format!("your {}", change(&delta)),
            Some(delta) => format!("{}'s {}", delta.author, change(&delta)),
            None => format!("write {dot}"),
        }
    }
}

/// An alarm, in words.
#[must_use]
pub fn alarm(alarm: Alarm) -> String {
    match alarm {
        Alarm::DotReused(dot) => format!("two different writes carry the name {dot}"),
        Alarm::HashesDiffer(_) => "a peer and this device know the same writes, but their hashes differ".to_owned(),
        Alarm::Circulates(dot) => format!("the write {dot} goes round without end and was dropped at a bound"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::state::{CloudHost, CloudLink, Conditions, NativeLink, NativeState, Peer, TabsLink};
    use crate::replication::view::ExchangePhase;
    use crate::view::lab::example;

    fn links() -> Links {
        let cloud = Peer { name: "Cloud".to_owned(), site: SiteId(1), store: None, phase: ExchangePhase::Equal, is_stopped: false };
        Links {
            tabs: TabsLink { is_on: true, peers: Vec::new(), malformed_count: 0 },
            cloud: CloudLink {
                is_on: true,
                host: CloudHost::Here,
                peer: Some(cloud),
                conditions: Conditions::default(),
                lost_count: 0,
                view: None,
            },
            native: NativeLink { address: None, state: NativeState::Off, peer: None },
        }
    }

    #[test]
    fn notes_become_sentences_with_names() {
        let (who, links, log) = (Who { name: example::ME.to_owned(), offset_ms: 0 }, links(), example::pair().log());
        let find = |dot: Dot| log.iter().find(|delta| delta.dot == dot).cloned();
        let known = Known { who: &who, links: &links, delta: &find };
        let text = |note| known.line(1_000, &Tale::Note(note)).map(|line| line.text);
        let ana = log.iter().find(|delta| &*delta.author.0 == "Ana").expect("hers").dot;
        assert_eq!(text(Note::Applied(ana)).as_deref(), Some("Arrived: Ana's removal of eggs."));
        assert_eq!(text(Note::Accepted(log[0].dot)).as_deref(), Some("Saved here: your eggs set to 6."));
        let conflict = Note::Conflict { key: "cart".into(), item: Some("eggs".into()), here: log[2].dot, arrived: ana };
        assert!(text(conflict).is_some_and(|text| text.starts_with("Conflict on eggs: Ana's removal of eggs and your eggs set to 8")));
        let exchange = |site, note| text(Note::Exchange(SiteId(site), note));
        assert_eq!(exchange(1, ExchangeNote::Opened { missing_count: 0 }), None);
        assert_eq!(
            exchange(1, ExchangeNote::Confirmed { pending_count: 0 }).as_deref(),
            Some("All your writes are confirmed by the cloud.")
        );
        assert_eq!(exchange(9, ExchangeNote::Opened { missing_count: 1 }).as_deref(), Some("A peer lacks 1 write: on the way."));
    }

    #[test]
    fn what_surrounds_the_node_speaks_for_itself() {
        let (who, links) = (Who::default(), links());
        let line =
            Known { who: &who, links: &links, delta: &|_| None }.line(0, &Tale::Said("there is no storage".to_owned())).expect("a line");
        assert_eq!((line.text.as_str(), line.at.as_str(), line.is_aloud), ("There is no storage.", "00:00:00", true));
    }
}
