//! A run as the text of a Mermaid sequence diagram: lines in the order of their beginning, with both times in words,
//! since its arrows have no slant.

use super::diagram::{Arrow, Bar, Diagram, Mark};
use super::words;
use crate::replication::time::SimTime;

/// The diagram as text.
#[must_use]
pub fn mermaid(title: &str, diagram: &Diagram) -> String {
    let mut out = format!("---\ntitle: \"{}\"\n---\nsequenceDiagram\n", plain(title));
    for (index, name) in diagram.sessions.iter().enumerate() {
        out.push_str(&format!("    actor s{index} as {}\n", plain(name)));
    }
    for (index, name) in diagram.nodes.iter().enumerate() {
        out.push_str(&format!("    participant n{index} as {}\n", plain(name)));
    }
    let mut lines: Vec<(SimTime, String)> = diagram.arrows.iter().map(message).collect();
    lines.extend(diagram.operations.iter().flat_map(operation));
    let last = diagram.nodes.len().saturating_sub(1);
    lines.extend(diagram.marks.iter().map(|mark| note(mark, last)));
    lines.sort_by_key(|(at, _)| *at);
    for (_, line) in lines {
        out.push_str(&format!("    {line}\n"));
    }
    if diagram.left_out_count > 0 {
        out.push_str(&format!("    Note over n0: {} more are not shown\n", diagram.left_out_count));
    }
    out
}

fn message(arrow: &Arrow) -> (SimTime, String) {
    let (from, to) = (arrow.from.0, arrow.to.0);
    let what = words::message(arrow.kind);
    let sent = words::time(arrow.sent_at);
    let line = match (arrow.ended_at, arrow.lost) {
        (_, Some(reason)) => format!("n{from}-xn{to}: {what} ({sent}) lost, {}", words::drop_reason(reason)),
        (Some(ended), None) => format!("n{from}->>n{to}: {what} ({sent} to {})", words::time(ended)),
        (None, None) => format!("n{from}-)n{to}: {what} ({sent}, in flight)"),
    };
    (arrow.sent_at, line)
}

fn operation(bar: &Bar) -> Vec<(SimTime, String)> {
    let (session, node) = (bar.session.0, bar.node.0);
    let mut lines = vec![(bar.from, format!("s{session}->>n{node}: {} ({})", plain(&bar.asked), words::time(bar.from)))];
    if let Some(to) = bar.to {
        lines.push((to, format!("n{node}-->>s{session}: {} ({})", plain(&bar.answered), words::time(to))));
    }
    lines
}

fn note(mark: &Mark, last: usize) -> (SimTime, String) {
    let over = mark.node.map_or_else(|| if last > 0 { format!("n0,n{last}") } else { "n0".to_owned() }, |node| format!("n{}", node.0));
    (mark.at, format!("Note over {over}: {} ({})", plain(&mark.text), words::time(mark.at)))
}

/// Names come from recipes: what Mermaid reads as syntax or markup is replaced.
fn plain(text: &str) -> String {
    let clean =
        |char: char| if char.is_control() || matches!(char, ';' | '#' | '<' | '>' | '"' | '\\' | '%' | '{' | '}') { ' ' } else { char };
    text.chars().map(clean).collect()
}
