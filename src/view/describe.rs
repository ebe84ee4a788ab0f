//! Sentences about writes, commands and notes. Authors have names; the person is "you".

use super::names::Names;
use super::words;
use super::writers::Writers;
use crate::replication::causality::Dot;
use crate::replication::delta::{LineChange, Operation};
use crate::replication::note::{Alarm, ExchangeNote, Note};
use crate::replication::view::{Content, SideValue};
use crate::simulation::command::{Action, Command, End, LinkCommand, MessageCommand, NodeCommand};

/// Whether an author's name means the person at the screen.
#[must_use]
pub fn is_you(author: &str) -> bool {
    author.eq_ignore_ascii_case("you")
}

/// "Your", "Ana's".
#[must_use]
pub fn whose(author: &str) -> String {
    if is_you(author) { "Your".to_owned() } else { format!("{author}'s") }
}

/// A write as a thing: "set of eggs to 12", "removal of eggs".
#[must_use]
pub fn write_noun(operation: &Operation) -> String {
    match operation {
        Operation::Put(value) => format!("write of {value}"),
        Operation::Delete => "deletion".to_owned(),
        Operation::Cart(item, LineChange::Add(count)) => format!("{item} +{count}"),
        Operation::Cart(item, LineChange::Set(quantity, _)) => format!("{item} set to {quantity}"),
        Operation::Cart(item, LineChange::Remove(_)) => format!("removal of {item}"),
        Operation::SetMode(mode) => format!("policy {}", words::mode_name(*mode)),
        Operation::Rule(ruling) => if ruling.accepts { "acceptance" } else { "rejection" }.to_owned(),
        Operation::Opaque(_) => "write of a newer version".to_owned(),
    }
}

/// A write with its author: "Ana's eggs set to 12"; unknown ones by their dot.
#[must_use]
pub fn write_of(dot: Dot, writers: &Writers) -> String {
    match writers.get(dot) {
        Some(writer) => {
            let noun = writer.operation.as_ref().map_or_else(|| "write".to_owned(), write_noun);
            format!("{} {noun}", whose(&writer.author.0))
        }
        None => format!("Write {dot}"),
    }
}

/// The same in the middle of a sentence.
#[must_use]
pub fn write_of_inside(dot: Dot, writers: &Writers) -> String {
    let text = write_of(dot, writers);
    let is_name = writers.get(dot).is_some_and(|writer| !is_you(&writer.author.0));
    if is_name { text } else { text[..1].to_ascii_lowercase() + &text[1..] }
}

/// One side of a conflict: what it would make the value.
#[must_use]
pub fn side_value(value: &SideValue) -> String {
    match value {
        SideValue::Absent => "removed".to_owned(),
        SideValue::Quantity(quantity) => format!("set to {quantity}"),
        SideValue::Cart(lines) if lines.is_empty() => "an empty cart".to_owned(),
        SideValue::Cart(lines) => lines.iter().map(|(item, quantity)| format!("{item} {quantity}")).collect::<Vec<_>>().join(", "),
        SideValue::Plain(value) => value.to_string(),
    }
}

/// What stood there before a conflict.
#[must_use]
pub fn base_value(value: &SideValue) -> String {
    match value {
        SideValue::Absent => "not there".to_owned(),
        SideValue::Quantity(quantity) => quantity.to_string(),
        SideValue::Cart(_) | SideValue::Plain(_) => side_value(value),
    }
}

/// A decided value: "eggs 12, milk 2".
#[must_use]
pub fn content(content: &Content) -> String {
    match content {
        Content::Absent => "nothing".to_owned(),
        Content::Plain(value) => value.to_string(),
        Content::Open => "undecided".to_owned(),
        Content::Cart(lines) if lines.is_empty() => "an empty cart".to_owned(),
        Content::Cart(lines) => {
            let line = |(item, line): (&_, &crate::replication::view::Line)| {
                format!("{item} {}{}", line.quantity, if line.is_open { " (undecided)" } else { "" })
            };
            lines.iter().map(line).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A command in the past tense.
#[must_use]
pub fn command(command: &Command, names: &Names) -> String {
    match command {
        Command::Act { session, action } => {
            let who = words::sentence_case(names.author(*session));
            format!("{who} at {}: {}", names.session(*session), action_words(action))
        }
        Command::Link(link) => link_command(link, names),
        Command::Node { node, fault } => node_command(*fault, &names.node(*node)),
        Command::Message { message, fault } => {
            let what = match fault {
                MessageCommand::Drop => "lost",
                MessageCommand::Delay { .. } => "delayed",
                MessageCommand::Duplicate => "doubled",
                MessageCommand::Hold => "held",
                MessageCommand::Release => "released",
            };
            format!("Message {message} was {what}")
        }
        Command::Decide(mode) => format!("Replicas now decide conflicts by: {}", words::mode_name(*mode)),
    }
}

/// An action, shortly.
#[must_use]
pub fn action_words(action: &Action) -> String {
    match action {
        Action::Look => "looks at the cart".to_owned(),
        Action::Add { item, count } => format!("adds {count} {item}"),
        Action::Set { item, quantity } => format!("sets {item} to {quantity}"),
        Action::Decrease { item } => format!("takes one off {item}"),
        Action::Remove { item } => format!("removes {item}"),
        Action::Resolve { item, quantity: 0 } => format!("decides: no {item}"),
        Action::Get { key } => format!("reads {key}"),
        Action::GetMany { keys } => format!("reads {}", keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")),
        Action::Put { key, value } => format!("writes {key} = {value}"),
        Action::PutIf { key, expected: None, value } => format!("writes {key} = {value} if there is none"),
        Action::PutIf { key, expected: Some(expected), value } => format!("writes {key} = {value} if it is {expected}"),
        Action::Delete { key } => format!("deletes {key}"),
        Action::Resolve { item, quantity } => format!("decides: {item} {quantity}"),
    }
}

fn link_command(link: &LinkCommand, names: &Names) -> String {
    let end = |end: &End| match end {
        End::Node(node) => names.node(*node),
        End::Site(site) => names.site(*site).to_owned(),
    };
    match link {
        LinkCommand::Cut { from, to } => format!("Link cut: {} → {}", end(from), end(to)),
        LinkCommand::Heal { from, to } => format!("Link healed: {} → {}", end(from), end(to)),
        LinkCommand::Disconnect(site) => format!("{} went offline", names.site(*site)),
        LinkCommand::Reconnect(site) => format!("{} is back online", names.site(*site)),
        LinkCommand::Partition(groups) => {
            let group =
                |group: &Vec<crate::replication::ids::NodeId>| group.iter().map(|node| names.node(*node)).collect::<Vec<_>>().join(" and ");
            format!("Network split: {}", groups.iter().map(group).collect::<Vec<_>>().join(" | "))
        }
        LinkCommand::HealAll => "All links healed".to_owned(),
        LinkCommand::Tune { a, b, .. } => format!("Link changed: {} – {}", names.site(*a), names.site(*b)),
    }
}

fn node_command(fault: NodeCommand, node: &str) -> String {
    match fault {
        NodeCommand::Crash => format!("{node} crashed; what was not durable is gone"),
        NodeCommand::Restart => format!("{node} restarts from its store"),
        NodeCommand::Skew { ms } => format!("The clock of {node} is now off by {ms} ms"),
        NodeCommand::Pause => format!("{node} stands still"),
        NodeCommand::Resume => format!("{node} goes on"),
        NodeCommand::Slow { factor: 1 } => format!("{node} works at its usual speed"),
        NodeCommand::Slow { factor } => format!("{node} works {factor} times slower than usual"),
        NodeCommand::Join => format!("{node} was told to join its group"),
        NodeCommand::Leave => format!("{node} was told to leave its group"),
        NodeCommand::Promote => format!("{node} was told to become the leader of its site"),
    }
}

/// A note of a node, as a sentence after the node's name.
#[must_use]
pub fn note(note: &Note, names: &Names, writers: &Writers) -> String {
    match note {
        Note::Exchange(site, exchange) => exchange_note(*exchange, names.site(*site)),
        Note::Conflict { key, item, here, arrived } => {
            let whole = || if *key.0 == *super::cart::CART_KEY { "the cart".to_owned() } else { key.to_string() };
            let what = item.as_ref().map_or_else(whole, ToString::to_string);
            let (arrived, here) = (write_of_inside(*arrived, writers), write_of_inside(*here, writers));
            format!("conflict on {what}: {arrived} and {here}, neither had seen the other")
        }
        Note::Accepted(dot) => format!("accepted {}", write_of_inside(*dot, writers)),
        Note::Applied(dot) => format!("applied {}", write_of_inside(*dot, writers)),
        Note::CaughtUp(position) => format!("caught up to {position}"),
        Note::Promoted(term) => format!("is leader now, in term {}", term.0),
        Note::SteppedDown(term, leader) => format!("follows {} in term {}", names.node(*leader), term.0),
        Note::TailDiscarded(position, count) => {
            format!("drops {} after {position} that its successor never had", words::count(u64::from(*count), "log entry", "log entries"))
        }
        Note::TailHandedOver(count) => {
            format!("hands over {} that its successor never had", words::count(u64::from(*count), "write", "writes"))
        }
        Note::ClockAhead(dot) => format!("does not follow the clock of {}: far ahead", write_of_inside(*dot, writers)),
        Note::Amnesia(peer) => format!("{} knows more of its writes than its own store: the store went back", names.node(*peer)),
        Note::Told(_, sentence) => sentence.clone(),
        Note::Alarm(alarm) => format!("alarm: {}", self::alarm(*alarm, names)),
    }
}

fn exchange_note(note: ExchangeNote, site: &str) -> String {
    match note {
        ExchangeNote::Opened { missing_count: 0 } => format!("exchange with {site}: nothing to send"),
        ExchangeNote::Opened { missing_count } => {
            format!("exchange with {site}: {} to send", words::count(u64::from(missing_count), "write", "writes"))
        }
        ExchangeNote::Hole => format!("refused a batch from {site}: something before it is missing"),
        ExchangeNote::Equal => format!("holds the same as {site}: vectors and hashes are equal"),
        ExchangeNote::Confirmed { pending_count: 0 } => format!("all its writes are confirmed by {site}"),
        ExchangeNote::Confirmed { pending_count } => format!("writes confirmed by {site}, {pending_count} still pending"),
        ExchangeNote::PendingAgain { pending_count } => {
            format!(
                "{} not at {site} any more: pending again",
                words::count(u64::from(pending_count), "confirmed write is", "confirmed writes are")
            )
        }
    }
}

/// An alarm, in words.
#[must_use]
pub fn alarm(alarm: Alarm, names: &Names) -> String {
    match alarm {
        Alarm::DotReused(dot) => format!("two different writes carry the name {dot}"),
        Alarm::HashesDiffer(peer) => format!("same writes known as {}, but the hashes differ", names.node(peer)),
        Alarm::Circulates(dot) => format!("the write {dot} goes round without end and was dropped at a bound"),
    }
}
