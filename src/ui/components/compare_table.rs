//! What compared runs came to: a column for each, what differs marked by a sign, a word and a line.

use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::measure::{CompareMsg, CompareView, LaneView};
use crate::view::compare::{Line, Shown};

/// The table, and whether it shows only what differs.
pub(super) fn table(view: &CompareView, say: &Say) -> Tag {
    let only = tag("input").set("type", "checkbox").checked(view.only_differing).testid("compare-only");
    let only = only.on(On::Change, say, |event| Some(CompareMsg::OnlyDiffering(form::is_checked(event)).into()));
    let only = tag("label").class("check").child(only).child(tag("span").text("Only what differs"));
    let live = if view.is_running { "off" } else { "polite" };
    let summary = match view.is_busy {
        true => "The runs are being played.".to_owned(),
        false => view.summary.clone(),
    };
    let summary = tag("p").class("compare-summary").set("role", "status").set("aria-live", live).testid("compare-summary").text(summary);
    let shown = view.table.iter().filter(|line| line.differs || !view.only_differing);
    let head = |lane: &LaneView| {
        let number = tag("span").class("lane-number").text(format!("Run {}", lane.index + 1));
        tag("th").key(lane.index).set("scope", "col").child(number).child(tag("span").class("lane-title").text(" ").text(lane.name.clone()))
    };
    let heads = tag("tr").child(tag("td")).children(view.lanes.iter().map(head));
    let body = tag("tbody").children(shown.map(row));
    let table = tag("table").class("table compare-table").testid("compare-table");
    let table =
        table.child(tag("caption").class("visually-hidden").text("What the runs came to")).child(tag("thead").child(heads)).child(body);
    let scrolling =
        tag("div").class("compare-scroll").set("tabindex", "0").set("role", "region").set("aria-label", "What the runs came to");
    tag("div").class("compare-outcome").child(summary).child(only).child(scrolling.child(table))
}

fn row(line: &Line) -> Tag {
    let sign = line.differs.then(|| {
        let said = tag("span").class("visually-hidden").text(" (differs)");
        tag("span").class("differs-sign").child(tag("span").set("aria-hidden", "true").text(" ≠")).child(said)
    });
    let class = if line.differs { "row-differs" } else { "row-same" };
    let name = tag("th").set("scope", "row").text(line.title).maybe(sign);
    let cell = |(index, cell): (usize, &Shown)| {
        let class = if cell.state == "number" { "number".to_owned() } else { format!("judged judged-{}", cell.state) };
        tag("td").key(index).class(class).set("data-state", cell.state).text(cell.text.clone())
    };
    let cells = line.cells.iter().enumerate().map(cell);
    tag("tr").key(line.key).class(class).testid(format!("row-{}", line.key)).child(name).children(cells)
}
