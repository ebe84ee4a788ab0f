//! Splitting the network: each node is put into a group, and nothing passes between the groups.

use super::part::Draw;
use crate::limits;
use crate::replication::ids::NodeId;
use crate::simulation::command::{Command, LinkCommand};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::Msg;

const GROUPS: [&str; limits::MAX_GROUPS] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P"];

/// The form. What is chosen stays in its fields until it is sent.
#[derive(PartialEq)]
pub(super) struct Partition {
    pub(super) nodes: Vec<(NodeId, String)>,
}

impl Draw for Partition {
    fn draw(&self, say: &Say) -> Tag {
        let nodes: Vec<NodeId> = self.nodes.iter().map(|(node, _)| *node).collect();
        let on_submit = move |event: &web_sys::Event| {
            event.prevent_default();
            let chosen = |name: &str| nodes.iter().copied().filter(|node| form::named(event, &field(*node)) == name).collect::<Vec<_>>();
            let groups: Vec<Vec<NodeId>> = GROUPS.into_iter().map(chosen).filter(|group| !group.is_empty()).collect();
            (groups.len() > 1).then_some(Msg::Command(Command::Link(LinkCommand::Partition(groups))))
        };
        let option = |name: &'static str| tag("option").key(name).set("value", name).text(name);
        let choice = |(node, name): &(NodeId, String)| {
            let none = tag("option").key("none").set("value", "").flag("selected", true).text("in none");
            let select = tag("select").class("select select-small").set("name", field(*node)).testid(field(*node));
            let select = select.child(none).children(GROUPS.into_iter().take(self.nodes.len()).map(option));
            tag("label").key(node.0).class("inline-field").child(tag("span").text(name.clone())).child(select)
        };
        let hint = "Put nodes into at least two groups. Those in none still reach everybody.";
        let split = tag("button").set("type", "submit").class("button button-small").testid("split").text("Split");
        tag("form")
            .class("partition")
            .on(On::Submit, say, on_submit)
            .child(tag("p").class("quiet").text(hint))
            .child(tag("div").class("partition-nodes").children(self.nodes.iter().map(choice)))
            .child(tag("div").class("fault-buttons").child(split))
    }
}

fn field(node: NodeId) -> String {
    format!("group-{}", node.0)
}
