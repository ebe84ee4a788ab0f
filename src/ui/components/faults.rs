//! The faults tab: break nodes, clocks, links and whole sites, and heal them.

use super::flight_fault::flights_block;
use super::part::{keyed_part, part};
use super::partition::Partition;
use super::settings::whole;
use crate::simulation::command::{Command, LinkCommand};
use crate::ui::IS_WHOLE;
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::ui::screen::Breakable;
use crate::view::faults::SiteFault;
use yew::Html;

/// The tab.
pub(super) fn faults_tab(breakable: &Breakable, say: &Say) -> Tag {
    let heal_all = button("button button-small").on_click(say, Msg::Command(Command::Link(LinkCommand::HealAll)));
    let heal_all = heal_all.testid("heal-all").text("Heal all links");
    let sites = tag("ul").class("faults").children(breakable.sites.iter().map(|one| site(one, say)));
    let head = tag("div").class("block-head").child(tag("h2").text("Sites")).child(heal_all);
    tag("div")
        .class("tab-body")
        .child(tag("section").class("block").child(head).child(sites))
        .child(block("Links", breakable.links.iter().map(|link| keyed_part(link.name.clone(), link.clone(), say))))
        .child(tag("div").maybe(IS_WHOLE.then(|| split(breakable, say))))
        .child(block("Nodes", breakable.nodes.iter().map(|node| keyed_part(node.node.0, node.clone(), say))))
        .child(if IS_WHOLE { flights_block(&breakable.flights, say) } else { more(say) })
}

fn split(breakable: &Breakable, say: &Say) -> Tag {
    let nodes = breakable.nodes.iter().map(|node| (node.node, node.name.clone())).collect();
    let title = tag("h2").text("Split the network");
    tag("section").class("block").child(title).child(part(Partition { nodes }, say))
}

/// The rest stands in the other program.
fn more(say: &Say) -> Tag {
    tag("section").class("block").child(whole("Pausing nodes, splitting the network and stopping single messages", say))
}

fn block(title: &'static str, faults: impl Iterator<Item = Html>) -> Tag {
    tag("section").class("block").child(tag("h2").text(title)).child(tag("ul").class("faults").children(faults))
}

fn site(site: &SiteFault, say: &Say) -> Tag {
    let id = site.site;
    let (label, state, command) = if site.is_cut_off {
        ("Take online", "offline", LinkCommand::Reconnect(id))
    } else {
        ("Take offline", "", LinkCommand::Disconnect(id))
    };
    let toggle = button("button button-small")
        .on_click(say, Msg::Command(Command::Link(command)))
        .set("aria-label", format!("{label}: {}", site.name))
        .testid(format!("site-{}", id.0))
        .text(label);
    tag("li").key(id.0).class("fault fault-site").child(fault_title(&site.name, state.to_owned())).child(toggle)
}

/// A thing that can be broken, and how it stands.
pub(super) fn fault_title(name: &str, state: String) -> Tag {
    tag("h3").text(name.to_owned()).child(tag("span").class("fault-state").text(state))
}
