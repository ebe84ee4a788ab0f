//! Charts: small multiples over one time axis, each with a legend by words and dashes, and its numbers as a table.

use super::part::Draw;
use crate::ui::charts::ChartsMsg;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::view::charts::{Chart, Line, MOST_LINES};
use crate::view::words;
use std::rc::Rc;
use yew::NodeRef;

/// The section.
#[derive(PartialEq)]
pub(crate) struct ChartsView {
    pub(crate) charts: Rc<Vec<Chart>>,
    pub(crate) is_open: bool,
    /// The chart whose table is open.
    pub(crate) table: Option<&'static str>,
    /// Whether copying that table worked, once tried.
    pub(crate) is_copied: Option<bool>,
    /// Where the run is measured up to, if that is not now.
    pub(crate) measured: String,
    pub(crate) body: NodeRef,
}

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 90.0;

fn wish(msg: ChartsMsg) -> Msg {
    Msg::Charts(msg)
}

impl Draw for ChartsView {
    fn draw(&self, say: &Say) -> Tag {
        let toggle = button("button button-small").state("aria-expanded", self.is_open).set("aria-controls", "charts-body");
        let toggle = toggle.on_click(say, wish(ChartsMsg::Open(!self.is_open))).testid("charts-toggle");
        let toggle = toggle.text(if self.is_open { "Hide" } else { "Show" });
        let head = tag("div").class("diagram-head").child(tag("h2").text("Charts")).child(toggle);
        let body = tag("div").set("id", "charts-body").class("charts-body").refer(&self.body).flag("hidden", !self.is_open);
        let charts = self.is_open.then(|| tag("div").class("charts-grid").children(self.charts.iter().map(|chart| self.chart(chart, say))));
        let body = body.child(tag("p").class("quiet").set("role", "status").text(self.measured.clone())).maybe(charts);
        tag("section").class("charts").set("aria-label", "Charts").testid("charts").child(head).child(body)
    }
}

impl ChartsView {
    fn chart(&self, chart: &Chart, say: &Say) -> Tag {
        let shown = chart.lines.iter().take(MOST_LINES);
        let more = chart.lines.len().saturating_sub(MOST_LINES);
        let more = if more > 0 { format!("{} more in the table.", words::count(more as u64, "line", "lines")) } else { String::new() };
        let none = if chart.lines.is_empty() { "Nothing here has such a value." } else { "" };
        tag("figure")
            .key(chart.id)
            .class("chart")
            .testid(format!("chart-{}", chart.id))
            .child(tag("figcaption").child(tag("h3").text(chart.title)).child(tag("span").class("quiet").text(chart.unit)))
            .maybe((!chart.lines.is_empty()).then(|| picture(chart)))
            .child(tag("ul").class("chart-legend").children(shown.enumerate().map(legend)))
            .child(tag("p").class("quiet").text(format!("{more}{none}")))
            .child(tag("p").class("quiet").text(chart.note.clone()))
            .child(self.table(chart, say))
    }

    /// Its rows are drawn only while it is open.
    fn table(&self, chart: &Chart, say: &Say) -> Tag {
        let is_open = self.table == Some(chart.id);
        let msg = wish(ChartsMsg::Table(if is_open { None } else { Some(chart.id) }));
        let summary = tag("summary").text("Table").testid(format!("table-{}", chart.id)).on(On::Click, say, move |event| {
            event.prevent_default();
            Some(msg.clone())
        });
        let table = is_open.then(|| {
            let said = match self.is_copied {
                None => "",
                Some(true) => "Copied.",
                Some(false) => "The browser does not allow copying here.",
            };
            let copy = button("button button-small").on_click(say, wish(ChartsMsg::Copy(chart.id))).testid("copy-csv").text("Copy as CSV");
            let bar = tag("p").child(copy).child(tag("span").class("quiet").set("role", "status").text(said));
            let scroll = tag("div")
                .class("chart-rows")
                .set("tabindex", "0")
                .set("role", "region")
                .set("aria-label", format!("{}, as a table", chart.title));
            tag("div").child(bar).child(scroll.child(rows(chart)))
        });
        tag("details").flag("open", is_open).child(summary).maybe(table)
    }
}

fn picture(chart: &Chart) -> Tag {
    let line = |(index, line): (usize, &Line)| {
        tag("path").key(index).class(format!("chart-line chart-line-{index}")).set("d", chart.path(line, WIDTH, HEIGHT))
    };
    let count = chart.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
    let end = words::duration(chart.width.0 * count as u64);
    let latest: Vec<String> = chart.lines.iter().take(MOST_LINES).map(|line| format!("{} {}", line.name, Chart::latest(line))).collect();
    let svg = tag("svg").class("chart-picture").set("viewBox", format!("0 0 {WIDTH} {HEIGHT}")).set("preserveAspectRatio", "none");
    let svg = svg.set("role", "img").set("aria-label", format!("{}, in {}: at the end {}", chart.title, chart.unit, latest.join(", ")));
    let svg = svg.number("data-bins", count as u64).child(tag("g").children(chart.lines.iter().take(MOST_LINES).enumerate().map(line)));
    let top = tag("span").class("chart-top").text(words::decimal(chart.top, 1));
    let now = tag("div").class("chart-now");
    let ends = tag("p").class("chart-ends mono").child(tag("span").text("0")).child(tag("span").text(end));
    tag("div").child(tag("div").class("chart-frame").child(svg).child(top).child(now)).child(ends)
}

fn legend((index, line): (usize, &Line)) -> Tag {
    let sample = tag("svg").class("chart-sample").set("viewBox", "0 0 28 8").set("aria-hidden", "true");
    let sample = sample.child(tag("path").class(format!("chart-line chart-line-{index}")).set("d", "M0 4H28"));
    tag("li").key(index).child(sample).child(tag("span").text(line.name.clone())).child(tag("span").class("mono").text(Chart::latest(line)))
}

fn rows(chart: &Chart) -> Tag {
    let head = tag("tr").children(chart.columns().into_iter().map(|name| tag("th").set("scope", "col").text(name)));
    let row = |(index, cells): (usize, Vec<String>)| tag("tr").key(index).children(cells.into_iter().map(|cell| tag("td").text(cell)));
    let caption = tag("caption").text(format!("{}, {}", chart.title, chart.unit));
    tag("table").child(caption).child(tag("thead").child(head)).child(tag("tbody").children(chart.rows().into_iter().enumerate().map(row)))
}
