//! The space-time diagram as SVG: time runs to the right, a lane for each session and node, a slanted arrow for each
//! message, a bar for each operation. Self-contained: no script, no style from elsewhere.

use super::diagram::{Arrow, Bar, Diagram, Mark};
use super::geometry::px;
use super::words;
use crate::replication::time::SimTime;

const LEFT: f64 = 170.0;
const TOP: f64 = 48.0;
const LANE: f64 = 64.0;
const SESSION_LANE: f64 = 34.0;
const RIGHT: f64 = 40.0;
const NARROWEST: f64 = 900.0;
const WIDEST: f64 = 12_000.0;

/// Rules of the drawing. Colours are not alone: lost messages are dashed and end with a cross, refused operations are hollow.
const STYLE: &str = "text{font:12px sans-serif;fill:#222}.small{font-size:10px;fill:#555}.lane{stroke:#bbb}.arrow{stroke:#2a5d9f;fill:none;\
                     marker-end:url(#head)}.lost{stroke:#a33;stroke-dasharray:4 3;fill:none}.cross{stroke:#a33}.bar{fill:#4a7d5a;stroke:#4a7d5a}\
                     .refused{fill:none;stroke:#a33}.open{fill:none;stroke:#777;stroke-dasharray:3 3}.mark{fill:#b8860b}.axis{stroke:#999}";

/// Draws a diagram.
#[must_use]
pub fn svg(title: &str, diagram: &Diagram) -> String {
    let scene = Scene::new(diagram);
    let (width, height) = (scene.width, scene.height());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#2a5d9f\"/></marker></defs>\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n<text x=\"10\" y=\"20\">{title}</text>\n",
        w = px(width),
        h = px(height),
        title = escaped(title)
    );
    if diagram.left_out_count > 0 {
        let words = format!("{} more are not drawn", diagram.left_out_count);
        out.push_str(&format!("<text class=\"small\" x=\"10\" y=\"36\">{words}</text>\n"));
    }
    scene.axis(&mut out);
    scene.lanes(&mut out);
    diagram.operations.iter().for_each(|bar| scene.bar(bar, &mut out));
    diagram.arrows.iter().for_each(|arrow| scene.arrow(arrow, &mut out));
    diagram.marks.iter().for_each(|mark| scene.mark(mark, &mut out));
    out.push_str("</svg>\n");
    out
}

struct Scene<'a> {
    diagram: &'a Diagram,
    width: f64,
    end_ns: f64,
}

impl<'a> Scene<'a> {
    fn new(diagram: &'a Diagram) -> Self {
        let width = LEFT + RIGHT + diagram.arrows.len() as f64 * 16.0 + diagram.operations.len() as f64 * 10.0;
        Self { diagram, width: width.clamp(NARROWEST, WIDEST), end_ns: (diagram.end.0 as f64).max(1.0) }
    }

    fn x(&self, at: SimTime) -> f64 {
        LEFT + at.0 as f64 / self.end_ns * (self.width - LEFT - RIGHT)
    }

    fn session_y(&self, index: usize) -> f64 {
        TOP + SESSION_LANE * (index as f64 + 0.5)
    }

    fn node_y(&self, index: usize) -> f64 {
        TOP + SESSION_LANE * self.diagram.sessions.len() as f64 + LANE * (index as f64 + 0.5)
    }

    fn bottom(&self) -> f64 {
        self.node_y(self.diagram.nodes.len()) - LANE * 0.5
    }

    fn height(&self) -> f64 {
        self.bottom() + 40.0
    }

    /// Ten moments below the lanes.
    fn axis(&self, out: &mut String) {
        for tenth in 0..=10_u64 {
            let at = SimTime((self.diagram.end.0 as u128 * u128::from(tenth) / 10) as u64);
            let (x, bottom) = (px(self.x(at)), self.bottom());
            let (y, text_y) = (px(bottom + 6.0), px(bottom + 20.0));
            let words = words::time(at);
            out.push_str(&format!("<path class=\"axis\" d=\"M{x} {}V{y}\"/>", px(bottom)));
            out.push_str(&format!("<text class=\"small\" x=\"{x}\" y=\"{text_y}\" text-anchor=\"middle\">{words}</text>\n"));
        }
    }

    fn lanes(&self, out: &mut String) {
        let sessions = self.diagram.sessions.iter().enumerate().map(|(index, name)| (self.session_y(index), name));
        let nodes = self.diagram.nodes.iter().enumerate().map(|(index, name)| (self.node_y(index), name));
        for (y, name) in sessions.chain(nodes) {
            let (line, text) = (px(y), px(y + 4.0));
            let end = px(self.width - RIGHT);
            out.push_str(&format!("<path class=\"lane\" d=\"M{} {line}H{end}\"/>", px(LEFT)));
            out.push_str(&format!("<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{}</text>\n", px(LEFT - 10.0), escaped(name)));
        }
    }

    fn bar(&self, bar: &Bar, out: &mut String) {
        let (from, to) = (self.x(bar.from), self.x(bar.to.unwrap_or(self.diagram.end)));
        let y = self.session_y(usize::from(bar.session.0)) - 6.0;
        let class = match bar.to {
            None => "open",
            Some(_) if bar.is_refused => "refused",
            Some(_) => "bar",
        };
        let (x, y, width) = (px(from), px(y), px((to - from).max(2.0)));
        let words = escaped(&format!("{} → {}", bar.asked, bar.answered));
        out.push_str(&format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"12\" rx=\"3\"><title>{words}</title></rect>\n"
        ));
    }

    fn arrow(&self, arrow: &Arrow, out: &mut String) {
        let (x1, y1) = (self.x(arrow.sent_at), self.node_y(arrow.from.index()));
        let (x2, y2) = (self.x(arrow.ended_at.unwrap_or(self.diagram.end)), self.node_y(arrow.to.index()));
        let class = if arrow.lost.is_some() { "lost" } else { "arrow" };
        let lost = arrow.lost.map(|reason| format!(", lost: {}", words::drop_reason(reason))).unwrap_or_default();
        let words = escaped(&format!("{}{lost}", words::message(arrow.kind)));
        let path = format!("M{} {}L{} {}", px(x1), px(y1), px(x2), px(y2));
        out.push_str(&format!("<path class=\"{class}\" d=\"{path}\"><title>{words}</title></path>\n"));
        if arrow.lost.is_some() {
            let (left, right, up, down) = (px(x2 - 4.0), px(x2 + 4.0), px(y2 - 4.0), px(y2 + 4.0));
            out.push_str(&format!("<path class=\"cross\" d=\"M{left} {up}L{right} {down}M{left} {down}L{right} {up}\"/>\n"));
        }
    }

    fn mark(&self, mark: &Mark, out: &mut String) {
        let x = self.x(mark.at);
        let y = mark.node.map_or(TOP - 6.0, |node| self.node_y(node.index()) - 14.0);
        let (a, b, c) = (px(x - 4.0), px(x + 4.0), px(y - 8.0));
        let words = escaped(&mark.text);
        out.push_str(&format!(
            "<path class=\"mark\" d=\"M{x} {y}L{a} {c}L{b} {c}z\"><title>{words}</title></path>\n",
            x = px(x),
            y = px(y)
        ));
    }
}

/// Names come from recipes: nothing of them is markup, and nothing is a character that XML forbids.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        match char {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            char => escaped.push(char),
        }
    }
    escaped
}
