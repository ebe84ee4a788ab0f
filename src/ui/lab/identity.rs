//! What the replica is to others, for those who want to read it.

use super::card;
use crate::ui::components::Draw;
use crate::ui::markup::{Say, Tag, tag};
use crate::view::lab::identity::{Identity, LogLine};
use crate::view::words;

/// The card.
#[derive(PartialEq)]
pub(super) struct IdentityCard {
    pub(super) identity: Identity,
}

impl Draw for IdentityCard {
    fn draw(&self, _say: &Say) -> Tag {
        let shown = &self.identity;
        let fact = |name: &'static str, value: &str, testid: &'static str| {
            let value = tag("dd").class("mono").testid(testid).text(value.to_owned());
            tag("div").class("fact").child(tag("dt").text(name)).child(value)
        };
        let facts = tag("dl")
            .class("facts")
            .child(fact("Replica id", &shown.replica, "replica-id"))
            .child(fact("Store id", &shown.store, "store-id"))
            .child(fact("Hash", &shown.hash, "hash"));
        card("card lab-identity", "Replica").testid("identity").child(facts).child(self.vector()).child(self.log())
    }
}

impl IdentityCard {
    fn vector(&self) -> Tag {
        let shown = &self.identity;
        let entry = |(replica, counter): &(String, u64)| tag("li").class("mono").text(format!("{replica}: {counter}"));
        let title = format!("Version vector, {}", words::count(shown.vector_count as u64, "replica", "replicas"));
        tag("details")
            .class("lab-more")
            .testid("vector")
            .child(tag("summary").text(title))
            .child(tag("ul").class("lab-vector").children(shown.vector.iter().map(entry)))
    }

    fn log(&self) -> Tag {
        let shown = &self.identity;
        let row = |line: &LogLine| {
            tag("li")
                .key(line.position as u64)
                .class("lab-log-line")
                .child(tag("span").class("mono").text(format!("#{}", line.position)))
                .child(tag("span").text(format!("{} · {}", line.author, line.what)))
                .child(tag("span").class("mono quiet").text(format!("{} · {}", line.dot, line.at)))
        };
        let title = format!("Replication log, {}", words::count(shown.log_count as u64, "write", "writes"));
        tag("details")
            .class("lab-more")
            .testid("log")
            .child(tag("summary").text(title))
            .child(tag("ol").class("lab-log").children(shown.log.iter().map(row)))
    }
}
