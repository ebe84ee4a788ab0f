//! The conflict tab: both sides, the policy, what was decided, and what became of every write.

use super::replica::node_picker;
use crate::replication::delta::Mode;
use crate::simulation::command::Command;
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::message::Msg;
#[cfg(feature = "catalogue")]
use crate::ui::message::ShowMsg;
#[cfg(feature = "catalogue")]
use crate::view::conflict::MOST_FATES;
use crate::view::conflict::{ConflictCard, ConflictView, FateLine, SideCard};
use crate::view::names::Names;
use crate::view::words;

/// The tab.
pub(super) fn conflict_tab(view: Option<&ConflictView>, mode: Mode, names: &Names, say: &Say) -> Tag {
    let conflicts = view.map_or(&[] as &[ConflictCard], |view| &view.conflicts);
    let (title, nothing) =
        if conflicts.is_empty() { ("No conflict", "Every write here had seen the one before it.") } else { ("Conflict", "") };
    let picker = node_picker(names, view.map(|view| view.node), say).testid("conflict-at");
    let place = tag("label").class("inline-field").child(tag("span").text("seen at")).child(picker);
    let list = tag("div").class("conflicts").testid("conflicts").set("data-count", conflicts.len().to_string());
    let block = tag("section")
        .class("block")
        .child(tag("div").class("block-head").child(tag("h2").text(title)).child(place))
        .child(list.children(conflicts.iter().enumerate().map(card)))
        .child(tag("p").class("quiet").text(nothing));
    tag("div").class("tab-body").child(block).child(policy(view, mode, say)).child(fates(view, say))
}

fn card((index, card): (usize, &ConflictCard)) -> Tag {
    let title = tag("h3").child(tag("strong").text(card.subject.clone())).text(" · ").text(card.nature.clone());
    let waits = if card.is_open { " · waits for a decision" } else { "" };
    let base = tag("p").class("conflict-base").text("before: ").text(card.base.clone()).text(waits);
    let conflict = tag("article").key(index).class("conflict").testid(format!("conflict-{}", card.subject));
    conflict.child(title).child(sides(&card.sides)).child(base)
}

/// The versions side by side; the dialog shows them too.
pub(crate) fn sides(sides: &[SideCard]) -> Tag {
    let side = |(index, side): (usize, &SideCard)| {
        let origin = tag("p").class("side-origin").text(side.origin.clone());
        tag("div").key(index).class("side").child(origin).child(tag("p").class("side-value").text(side.value.clone()))
    };
    tag("div").class("sides").children(sides.iter().enumerate().map(side))
}

fn policy(view: Option<&ConflictView>, mode: Mode, say: &Say) -> Tag {
    let option = |option: Mode| {
        button("segment")
            .key(option.id())
            .state("aria-pressed", option == mode)
            .on_click(say, Msg::Command(Command::Decide(option)))
            .set("title", words::mode_meaning(option))
            .testid(format!("policy-{}", option.id()))
            .text(words::mode_name(option))
    };
    let options = tag("div")
        .class("segments")
        .set("role", "group")
        .set("aria-label", "Policy")
        .children(Mode::ALL.into_iter().filter(|mode| mode.is_built_in()).map(option));
    let decided = view
        .map(|view| &view.decided)
        .filter(|decided| !decided.is_empty())
        .map(|decided| tag("p").class("decided").text("Decided: ").child(tag("strong").testid("decided").text(decided.clone())));
    tag("section")
        .class("block")
        .child(tag("h2").text("How shall replicas decide?"))
        .child(options)
        .child(tag("p").testid("policy-meaning").text(words::mode_meaning(mode)))
        .maybe(decided)
}

fn fates(view: Option<&ConflictView>, say: &Say) -> Tag {
    let lines = view.map_or(&[] as &[FateLine], |view| &view.fates);
    let line = |(index, fate): (usize, &FateLine)| {
        let sign = tag("span").class("fate-sign").set("aria-hidden", "true").text(fate.sign);
        let line = tag("li").key(index).class(format!("fate fate-{}", fate.kind)).set("data-fate", fate.kind);
        line.child(sign).child(tag("span").text(fate.text.clone()))
    };
    let rest = match view.map_or(0, |view| view.superseded_count) {
        0 => String::new(),
        count => format!("{} replaced by a later write that had seen it.", words::count(count, "write was", "writes were")),
    };
    let nothing = if lines.is_empty() { "Nothing was discarded or overruled here. " } else { "" };
    let block = tag("section")
        .class("block")
        .child(tag("h2").text("What became of every write"))
        .child(tag("ul").class("fates").testid("fates").children(lines.iter().enumerate().map(line)));
    #[cfg(feature = "catalogue")]
    let block = block.child(earlier(view, say));
    #[cfg(not(feature = "catalogue"))]
    let _ = say;
    block.child(tag("p").class("quiet").text(nothing).text(rest))
}

/// Between the latest writes and all of them.
#[cfg(feature = "catalogue")]
fn earlier(view: Option<&ConflictView>, say: &Say) -> Tag {
    let (shown, earlier) = view.map_or((0, 0), |view| (view.fates.len(), view.earlier_count));
    let button = |with_all: bool| button("button button-small").on_click(say, Msg::Show(ShowMsg::AllFates(with_all))).testid("all-fates");
    let turn = match earlier {
        0 if shown <= MOST_FATES => None,
        0 => Some(button(false).text("Show the latest only")),
        _ => Some(button(true).text(format!("Show the earlier ones too ({earlier})"))),
    };
    tag("div").class("earlier").maybe(turn)
}
