//! Where the words on links stand: beside their own link, and as clear of everything else as they can.

use super::layout::{Layout, RADIUS, Spot, WidthClass};
use super::links::{LinkShape, is_steep, label_width};
use crate::view::geometry::{Curve, Point, Rect};

/// A label may stand in the middle of its link, or so many steps from there towards either end.
const STEPS: u32 = 9;
const STEP: f64 = 0.04;
/// A link is looked at in so many points.
const POINTS: u32 = 60;
const HEIGHT: f64 = 15.0;
/// From the line of letters to their top.
const ASCENT: f64 = 11.0;
/// Between a label and the line it belongs to; where that runs aslant, the second.
const GAPS: [f64; 2] = [12.0, 22.0];
/// Above or below a line that runs level: messages on it do not reach the letters.
const OVER: f64 = 13.0;
/// Lines keep this far from letters.
const CLEAR: f64 = 3.0;

/// What it costs to stand on something.
const OUTSIDE: u32 = 1_000;
const ON_LABEL: u32 = 100;
/// A node hides what is behind it.
const ON_NODE: u32 = 80;
const ON_ZONE: u32 = 60;
const ON_LINK: u32 = 10;
const ON_OWN_LINK: u32 = 3;

/// A place for a label.
struct Candidate {
    at: Point,
    is_beside: bool,
    frame: Rect,
}

/// Gives each label its place, one after the other.
pub(super) fn place(links: &mut [LinkShape], layout: &Layout) {
    let ways = links.iter().map(|link| points(&link.curve)).collect();
    let mut ground = Ground { layout, ways, taken: Vec::new() };
    for (index, link) in links.iter_mut().enumerate().filter(|(_, link)| !link.label.is_empty()) {
        if let Some(candidate) = ground.best(index, link) {
            (link.label_at, link.is_label_beside) = (candidate.at, candidate.is_beside);
            ground.taken.push(candidate.frame);
        }
    }
}

/// What labels should not stand on.
struct Ground<'a> {
    layout: &'a Layout,
    ways: Vec<Vec<Point>>,
    taken: Vec<Rect>,
}

impl Ground<'_> {
    /// The first of those that cost least.
    fn best(&self, index: usize, link: &LinkShape) -> Option<Candidate> {
        let mut best: Option<(u32, Candidate)> = None;
        for candidate in candidates(&link.curve, &link.label, self.layout.class) {
            let least = best.as_ref().map_or(u32::MAX, |(least, _)| *least);
            let mut cost = self.cost_of_boxes(&candidate.frame);
            if cost < least {
                cost += self.cost_of_lines(index, &candidate.frame);
            }
            if cost < least {
                best = Some((cost, candidate));
            }
            if cost == 0 {
                break;
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    fn cost_of_boxes(&self, frame: &Rect) -> u32 {
        let (around, Layout { width, height, .. }) = (frame.grown(CLEAR), self.layout);
        let is_outside = around.x < 0.0 || around.right() > *width || around.y < 0.0 || around.bottom() > *height;
        let labels = self.taken.iter().filter(|other| other.overlaps(frame)).count() as u32;
        let zones = self.layout.zones.iter().filter(|zone| zone.frame.overlaps(frame)).count() as u32;
        let nodes = self.layout.spots.iter().filter(|spot| disc(spot).overlaps(frame)).count() as u32;
        u32::from(is_outside) * OUTSIDE + labels * ON_LABEL + nodes * ON_NODE + zones * ON_ZONE
    }

    /// `index` is the label's own link.
    fn cost_of_lines(&self, index: usize, frame: &Rect) -> u32 {
        let around = frame.grown(CLEAR);
        let crosses = |(other, way): (usize, &Vec<Point>)| match way.iter().any(|point| around.contains(*point)) {
            true if other == index => ON_OWN_LINK,
            true => ON_LINK,
            false => 0,
        };
        self.ways.iter().enumerate().map(crosses).sum()
    }
}

fn disc(spot: &Spot) -> Rect {
    Rect { x: spot.center.x - RADIUS, y: spot.center.y - RADIUS, width: 2.0 * RADIUS, height: 2.0 * RADIUS }
}

fn points(curve: &Curve) -> Vec<Point> {
    (0..=POINTS).map(|step| curve.at(f64::from(step) / f64::from(POINTS))).collect()
}

/// On a narrow stage on the link itself; else above or below it, or on either side of a steep one.
fn candidates(curve: &Curve, label: &str, class: WidthClass) -> impl Iterator<Item = Candidate> {
    let width = label_width(label);
    let (curve, is_narrow, is_steep) = (*curve, class == WidthClass::Narrow, is_steep(curve));
    let bows_left = curve.control.x < curve.from.x.min(curve.to.x) - 1.0;
    let places = (0..=STEPS).map(|step| f64::from(step) * STEP).flat_map(|away| [0.5 - away, 0.5 + away]).skip(1);
    places.flat_map(move |place| {
        let on = curve.at(place);
        let middle = |y: f64| Candidate::new(Point::new(on.x, y), width, false);
        let beside = |x: f64| Candidate::new(Point::new(x, on.y + 4.0), width, true);
        let [right, further_right] = GAPS.map(|gap| beside(on.x + gap));
        let [left, further_left] = GAPS.map(|gap| beside(on.x - gap - width));
        match (is_narrow, is_steep, bows_left) {
            (true, ..) => vec![middle(on.y)],
            (false, true, true) => vec![left, further_left, right, further_right],
            (false, true, false) => vec![right, further_right, left, further_left],
            (false, false, _) => vec![middle(on.y - OVER), middle(on.y + OVER + ASCENT)],
        }
    })
}

impl Candidate {
    fn new(at: Point, width: f64, is_beside: bool) -> Self {
        let x = if is_beside { at.x } else { at.x - width / 2.0 };
        Self { at, is_beside, frame: Rect { x, y: at.y - ASCENT, width, height: HEIGHT } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;
    use crate::session::Session;
    use crate::simulation::setup::SiteKind;
    use crate::view::draft::{Draft, Edit, LinkEdit, SiteEdit};
    use crate::view::names::Names;
    use crate::view::stage::{Scene, scene};

    fn frame(link: &LinkShape) -> Rect {
        Candidate::new(link.label_at, label_width(&link.label), link.is_label_beside).frame
    }

    fn scenes(width: f64) -> impl Iterator<Item = (&'static str, Scene)> {
        let recipes = scenarios::ALL.iter().filter_map(|scenario| Some((scenario.id, scenario.recipe(None)?)));
        recipes.map(move |(id, recipe)| {
            let session = Session::open(recipe).expect("it can be run");
            (id, scene(session.setup(), &Names::new(session.setup()), &session.snapshot(), width))
        })
    }

    #[test]
    fn no_label_stands_on_another_or_outside_of_the_stage_and_hardly_any_on_a_zone() {
        for (width, on_zones_most) in [(680.0, 16), (930.0, 1), (1_600.0, 0)] {
            let (mut count, mut on_zones) = (0, 0);
            for (id, scene) in scenes(width) {
                let labels: Vec<Rect> = scene.links.iter().filter(|link| !link.label.is_empty()).map(frame).collect();
                for (index, label) in labels.iter().enumerate() {
                    count += 1;
                    assert!(label.x >= 0.0 && label.right() <= width && label.y >= 0.0, "{id}, {width}: {label:?}");
                    assert!(labels[..index].iter().all(|other| !other.overlaps(label)), "{id}, {width}: two labels on each other");
                    assert!(!scene.layout.spots.iter().any(|spot| disc(spot).overlaps(label)), "{id}, {width}: a label behind a node");
                    on_zones += usize::from(scene.layout.zones.iter().any(|zone| zone.frame.overlaps(label)));
                }
            }
            assert!(count > 60 && on_zones <= on_zones_most, "{width}: {on_zones} of {count} labels on zones");
        }
    }

    #[test]
    fn labels_in_the_gutter_of_a_narrow_stage_do_not_stand_on_each_other() {
        for (id, scene) in scenes(352.0) {
            let labels: Vec<Rect> = scene.links.iter().filter(|link| !link.label.is_empty()).map(frame).collect();
            for (index, label) in labels.iter().enumerate() {
                assert!(labels[..index].iter().all(|other| !other.overlaps(label)), "{id}: two labels on each other");
            }
        }
    }

    /// A cluster that somebody draws: up to six datacenters, each linked with each.
    #[test]
    fn in_a_draft_with_more_sites_no_label_stands_on_another() {
        let recipe = scenarios::ALL.iter().find_map(|scenario| scenario.recipe(None)).expect("there is one");
        let session = Session::open(recipe).expect("it can be run");
        let mut draft = Draft::of(session.setup());
        for _ in 0..4 {
            draft.edit(&Edit::Site(SiteEdit::Add(SiteKind::Datacenter)));
            draft.edit(&Edit::Link(LinkEdit::Topology("mesh")));
            draft.judge(1);
            let start = draft.start.as_ref().expect("it can be shown");
            for width in [352.0, 520.0, 680.0, 930.0, 1_250.0, 1_600.0] {
                let scene = scene(&draft.setup, &Names::new(&draft.setup), start, width);
                let labels: Vec<Rect> = scene.links.iter().filter(|link| !link.label.is_empty()).map(frame).collect();
                let count = draft.setup.sites.len();
                assert_eq!(labels.len(), count * (count - 1) / 2, "each link says how long it takes");
                for (index, label) in labels.iter().enumerate() {
                    assert!(labels[..index].iter().all(|other| !other.overlaps(label)), "{count} sites, {width}: two labels on each other");
                }
            }
        }
    }
}
