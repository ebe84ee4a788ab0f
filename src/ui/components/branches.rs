//! The branches of a run: drawn as a tree on one scale of time, named, deleted, switched, and two of them compared.

use super::dialog::dialog;
use super::part::{Draw, keyed_part};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, RunMsg, TimeMsg};
use crate::view::branches::Limb;
use crate::view::difference::{Difference, Row};
use std::rc::Rc;

/// What the dialog shows.
pub(crate) struct Branches {
    pub(crate) limbs: Vec<Limb>,
    /// The time at the end of the scale, in words.
    pub(crate) extent: String,
    /// The name of the one that was deleted last.
    pub(crate) removed: Option<String>,
    pub(crate) compared: Option<Rc<Difference>>,
}

const ROW: usize = 26;

/// The dialog.
pub(super) fn branches(shown: &Branches, say: &Say) -> Tag {
    let is_single = shown.limbs.len() == 1;
    let item = |(row, limb): (usize, &Limb)| keyed_part(limb.index, Entry { row, limb: limb.clone(), is_single }, say);
    let restore = shown.removed.as_ref().map(|name| {
        let back = button("button button-small").on_click(say, Msg::time(TimeMsg::Restore)).testid("branch-restore").text("Bring it back");
        tag("p").text(format!("“{name}” is deleted. ")).child(back)
    });
    let hint = "Acting in the past opens a branch. A dotted line shows where it leaves the one before it.";
    let body = tag("div")
        .child(tag("p").class("quiet").text(if is_single { "There is one branch so far. Acting in the past opens another." } else { hint }))
        .child(picture(shown))
        .child(tag("ul").class("branch-list").children(shown.limbs.iter().enumerate().map(item)))
        .child(tag("div").set("role", "status").maybe(restore))
        .child(tag("div").maybe((!is_single).then(|| compare(&shown.limbs, say))))
        .child(tag("div").set("role", "status").maybe(shown.compared.as_deref().map(difference)));
    dialog("Branches", "branches-dialog", body, say)
}

/// A line for each branch, and one down to it from where it leaves its parent. The list says the same.
fn picture(shown: &Branches) -> Tag {
    let middle = |row: usize| row * ROW + ROW / 2;
    let percent = |place: u32| format!("{}%", f64::from(place) / 10.0);
    let line = |class: &'static str, (x1, y1): (u32, usize), (x2, y2): (u32, usize)| {
        let line = tag("line").class(class).set("x1", percent(x1)).set("y1", y1.to_string());
        line.set("x2", percent(x2)).set("y2", y2.to_string())
    };
    let limb = |(row, limb): (usize, &Limb)| {
        let class = if limb.is_active { "branch-line branch-active" } else { "branch-line" };
        let down = limb.parent_row.map(|parent| line("branch-turn", (limb.from, middle(parent)), (limb.from, middle(row))));
        let start = tag("circle").class(class).set("cx", percent(limb.from)).set("cy", middle(row).to_string()).set("r", "4");
        let number = tag("text").class("branch-number").set("x", percent(limb.until)).set("dx", "10");
        let number = number.set("y", (middle(row) + 4).to_string()).text((row + 1).to_string());
        tag("g")
            .key(limb.index)
            .maybe(down)
            .child(line(class, (limb.from, middle(row)), (limb.until, middle(row))))
            .child(start)
            .child(number)
    };
    let height = (shown.limbs.len() * ROW).to_string();
    let svg = tag("svg").class("branch-picture").set("width", "100%").set("height", height).set("aria-hidden", "true");
    let svg = svg.testid("branch-picture").children(shown.limbs.iter().enumerate().map(limb));
    let scale = tag("div").class("branch-scale").child(tag("span").text("0 ms")).child(tag("span").text(shown.extent.clone()));
    tag("div").class("branch-tree").child(svg).child(scale)
}

/// One branch in the list.
#[derive(PartialEq)]
struct Entry {
    row: usize,
    limb: Limb,
    is_single: bool,
}

impl Draw for Entry {
    fn draw(&self, say: &Say) -> Tag {
        let Limb { index, name, words, .. } = self.limb.clone();
        let show = button("button button-small").state("aria-pressed", self.limb.is_active).on_click(say, Msg::Run(RunMsg::Branch(index)));
        let label = if self.limb.is_active { "On stage" } else { "Show" };
        let show = show.set("aria-label", format!("{label}: {name}")).testid("branch-show").text(label);
        let on_submit = move |event: &web_sys::Event| {
            let name = form::submitted(event);
            (!name.is_empty()).then_some(Msg::time(TimeMsg::Rename(index, name)))
        };
        let field = tag("input").class("input").set("maxlength", "64").value(name.clone()).set("aria-label", format!("Name of {name}"));
        let rename = tag("button").set("type", "submit").class("button button-small").testid("branch-rename").text("Rename");
        let rename = tag("form").class("branch-name").on(On::Submit, say, on_submit).child(field.testid("branch-name")).child(rename);
        let delete = button("button button-small").on_click(say, Msg::time(TimeMsg::Remove(index))).flag("disabled", self.is_single);
        let delete = delete.set("aria-label", format!("Delete {name}")).testid("branch-delete").text("Delete");
        tag("li")
            .class(format!("branch branch-depth-{}", self.limb.depth.min(6)))
            .testid(format!("branch-{index}"))
            .child(tag("p").child(tag("strong").text(format!("{}. {name}", self.row + 1))).text(" ").text(words))
            .child(tag("div").class("branch-tools").child(show).child(rename).child(delete))
    }
}

fn compare(limbs: &[Limb], say: &Say) -> Tag {
    let active = limbs.iter().position(|limb| limb.is_active).unwrap_or(0);
    let other = usize::from(active == 0);
    let select = |name: &'static str, label: &'static str, chosen: usize| {
        let option = |(row, limb): (usize, &Limb)| {
            tag("option").key(limb.index).set("value", limb.index.to_string()).flag("selected", row == chosen).text(limb.name.clone())
        };
        let select = tag("select").class("select").set("name", name).testid(name);
        tag("label").child(tag("span").text(label)).child(select.children(limbs.iter().enumerate().map(option)))
    };
    let on_submit = |event: &web_sys::Event| {
        event.prevent_default();
        let chosen = |name: &str| form::named(event, name).parse().ok();
        Some(Msg::time(TimeMsg::Compare(chosen("compare-one")?, chosen("compare-other")?)))
    };
    let submit = tag("button").set("type", "submit").class("button").testid("compare-branches").text("Compare");
    tag("form")
        .class("branch-compare")
        .on(On::Submit, say, on_submit)
        .child(tag("h3").text("Compare two branches"))
        .child(select("compare-one", "This one", active))
        .child(select("compare-other", "with this one", other))
        .child(submit)
}

fn difference(difference: &Difference) -> Tag {
    let cell = |name: &'static str, text: String| tag(name).text(text);
    let row = |(index, row): (usize, &Row)| {
        let what = cell("th", row.what.clone()).set("scope", "row");
        tag("tr").key(index).child(what).child(cell("td", row.one.clone())).child(cell("td", row.other.clone()))
    };
    let table = |(title, rows): &(&'static str, Vec<Row>)| {
        let [one, other] = &difference.names;
        let head = |text: &str| cell("th", text.to_owned()).set("scope", "col");
        let head = tag("tr").child(head("What")).child(head(one)).child(head(other));
        let body = tag("tbody").children(rows.iter().enumerate().map(row));
        let table = tag("table").class("difference").child(tag("caption").text(*title)).child(tag("thead").child(head)).child(body);
        if rows.is_empty() { tag("p").class("quiet").text(format!("{title}: no difference.")) } else { table }
    };
    let summary = tag("p").testid("difference-summary").child(tag("strong").text(difference.summary()));
    tag("div").class("differences").testid("differences").child(summary).children(difference.tables.iter().map(table))
}
