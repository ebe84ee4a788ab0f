//! Links as they are drawn: one per pair of sites, one per pair of nodes inside a site.

use super::labels;
use super::layout::{Layout, WidthClass};
use crate::replication::ids::NodeId;
use crate::replication::view::Role;
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::setup::{Latency, Wire};
use crate::simulation::snapshot::{LinkSnapshot, Snapshot};
use crate::view::geometry::{Curve, Point};
use crate::view::names::Names;
use crate::view::words;

/// About as wide as a letter of a label is.
const LETTER_WIDTH: f64 = 7.3;
/// From here on a link between two rows goes straight from one side to the other.
const FAR_APART: f64 = 440.0;

/// A link as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkShape {
    /// The nodes that it is drawn between.
    pub ends: (NodeId, NodeId),
    /// Its curve, from circle to circle.
    pub curve: Curve,
    /// What is written on it: latency, and whether it is cut.
    pub label: String,
    /// Where that is written.
    pub label_at: Point,
    /// Whether it starts there; otherwise it is centred there.
    pub is_label_beside: bool,
    /// Whether nothing passes in at least one direction.
    pub is_cut: bool,
    /// Whether it leads to a device.
    pub is_device: bool,
    /// Whether it stays inside a site.
    pub is_inside: bool,
}

/// Every link to draw.
pub(super) fn links(layout: &Layout, snapshot: &Snapshot, names: &Names) -> Vec<LinkShape> {
    let mut shapes = Vec::new();
    for link in snapshot.links.iter().filter(|link| link.from < link.to) {
        let (a, b) = (names.site_of(link.from), names.site_of(link.to));
        let is_drawn = a == b || (speaker(snapshot, link.from, names), speaker(snapshot, link.to, names)) == (link.from, link.to);
        if is_drawn {
            let back = snapshot.links.iter().find(|other| (other.from, other.to) == (link.to, link.from));
            shapes.push(shape(link, back, layout, names));
        }
    }
    if IS_WHOLE {
        labels::place(&mut shapes, layout);
    }
    shapes
}

/// The node that speaks for the site of `node`: its leader in the newest term, or its first node.
fn speaker(snapshot: &Snapshot, node: NodeId, names: &Names) -> NodeId {
    let site = names.site_of(node);
    let members = snapshot.nodes.iter().filter(|member| member.site == site);
    let leaders = members.clone().filter_map(|member| {
        let replica = member.replica.as_ref().filter(|replica| replica.role == Role::Leader)?;
        Some((replica.term, member.node))
    });
    leaders.max().map(|(_, node)| node).or_else(|| members.map(|member| member.node).next()).unwrap_or(node)
}

fn shape(link: &LinkSnapshot, back: Option<&LinkSnapshot>, layout: &Layout, names: &Names) -> LinkShape {
    let way = layout.way(link.from, link.to);
    let (a, b) = (names.site_of(link.from), names.site_of(link.to));
    let is_inside = a == b;
    let is_back_cut = back.is_some_and(|back| back.is_cut);
    let cut = match (link.is_cut, is_back_cut) {
        (true, true) => Some("cut".to_owned()),
        (true, false) => Some(format!("cut towards {}", names.node(link.to))),
        (false, true) => Some(format!("cut towards {}", names.node(link.from))),
        (false, false) => None,
    };
    let is_narrow = layout.class == WidthClass::Narrow;
    let latency = if is_narrow { latency_short(&link.wire.latency) } else { wire_words(&link.wire) };
    let label = match cut {
        Some(cut) if is_inside || is_narrow => cut.split(' ').next().unwrap_or_default().to_owned(),
        Some(cut) => cut,
        None if is_inside => String::new(),
        None => latency,
    };
    LinkShape {
        ends: (link.from, link.to),
        curve: way.between_discs(super::layout::RADIUS, super::layout::RADIUS),
        label_at: label_at(&way, &label, is_inside, is_narrow),
        is_label_beside: is_steep(&way) && !is_narrow,
        label,
        is_cut: link.is_cut || is_back_cut,
        is_device: names.is_device(a) || names.is_device(b),
        is_inside,
    }
}

fn label_at(way: &Curve, label: &str, is_inside: bool, is_narrow: bool) -> Point {
    let middle = way.at(0.5);
    let (least, most) = (way.from.x.min(way.to.x), way.from.x.max(way.to.x));
    match () {
        () if is_narrow && !is_inside => middle,
        // It bows to the left: written on that side of it.
        () if is_steep(way) && way.control.x < least - 1.0 => Point::new(middle.x - 14.0 - label_width(label), middle.y + 4.0),
        // Two such ways cross in the middle.
        () if is_steep(way) && most - least > FAR_APART => {
            let at = way.at(0.3);
            Point::new(at.x + 14.0, at.y - 4.0)
        }
        () if is_steep(way) => Point::new(middle.x + 22.0, middle.y + 4.0),
        () => Point::new(middle.x, middle.y - 10.0),
    }
}

/// About as wide as a label is drawn.
pub(super) fn label_width(label: &str) -> f64 {
    label.chars().count() as f64 * LETTER_WIDTH
}

/// Whether a link goes from one row to another: then its label stands beside it.
pub(super) fn is_steep(way: &Curve) -> bool {
    (way.from.y - way.to.y).abs() > 40.0
}

fn wire_words(wire: &Wire) -> String {
    let latency = latency_words(&wire.latency);
    match wire.loss_per_million {
        0 => latency,
        loss => format!("{latency} · {} % lost", words::decimal(f64::from(loss) / 1e4, 4)),
    }
}

/// A latency distribution, in words; one that cannot be used, too.
#[must_use]
pub fn latency_words(latency: &Latency) -> String {
    match *latency {
        Latency::Constant { us } => format!("{} ms", ms(us)),
        Latency::Uniform { min_us, max_us } => format!("{} ms ± {}", ms(min_us.midpoint(max_us)), ms(max_us.saturating_sub(min_us) / 2)),
        Latency::Pareto { least_us, .. } => format!("from {} ms, long tail", ms(least_us)),
        Latency::Exponential { base_us: 0, mean_us } => format!("mean {} ms", ms(mean_us)),
        Latency::Exponential { base_us, mean_us } => format!("{} ms + mean {}", ms(base_us), ms(mean_us)),
    }
}

fn latency_short(latency: &Latency) -> String {
    let us = match *latency {
        Latency::Constant { us } => us,
        Latency::Uniform { min_us, max_us } => min_us.midpoint(max_us),
        Latency::Exponential { base_us, mean_us } => base_us.saturating_add(mean_us),
        Latency::Pareto { least_us, .. } => least_us,
    };
    format!("{} ms", ms(us))
}

/// Milliseconds with at most one decimal.
fn ms(us: u64) -> String {
    words::decimal(us as f64 / 1e3, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_read_as_people_say_them() {
        assert_eq!(latency_words(&Latency::Constant { us: 500 }), "0.5 ms");
        assert_eq!(latency_words(&Latency::Uniform { min_us: 62_000, max_us: 74_000 }), "68 ms ± 6");
        assert_eq!(latency_words(&Latency::Exponential { base_us: 20_000, mean_us: 5_000 }), "20 ms + mean 5");
    }
}
