//! Where the words on links stand: beside their own link, and as clear of everything else as they can.

use super::layout::{Layout, WidthClass};
use super::links::{LETTER_WIDTH, LinkShape, is_steep};
use crate::view::geometry::{Curve, Point, Rect};

/// A label may stand in the middle of its link, or so many steps from there towards either end.
const STEPS: u32 = 9;
const STEP: f64 = 0.04;
/// A link is looked at in so many points.
const POINTS: u32 = 24;
const HEIGHT: f64 = 15.0;
/// From the line of letters to their top.
const ASCENT: f64 = 11.0;
/// Between a label and the line it belongs to.
const GAP: f64 = 12.0;

/// What it costs to stand on something.
const OUTSIDE: u32 = 1_000;
const ON_LABEL: u32 = 100;
const ON_ZONE: u32 = 30;
const ON_LINK: u32 = 10;
const ON_OWN_LINK: u32 = 3;

/// A place for a label.
struct Spot {
    at: Point,
    is_beside: bool,
    frame: Rect,
}

/// Gives each label its place, one after the other.
pub(super) fn place(links: &mut [LinkShape], layout: &Layout) {
    let ways: Vec<Vec<Point>> = links.iter().map(|link| points(&link.curve)).collect();
    let mut taken: Vec<Rect> = Vec::new();
    for index in 0..links.len() {
        let link = &mut links[index];
        if link.label.is_empty() {
            continue;
        }
        let cost = |spot: &Spot| {
            let frame = &spot.frame;
            let is_outside = frame.x < 0.0 || frame.right() > layout.width || frame.y < 0.0 || frame.bottom() > layout.height;
            let labels = taken.iter().filter(|other| other.overlaps(frame)).count() as u32;
            let zones = layout.zones.iter().filter(|zone| zone.frame.overlaps(frame)).count() as u32;
            let crosses = |(other, way): (usize, &Vec<Point>)| match way.iter().any(|point| frame.contains(*point)) {
                true if other == index => ON_OWN_LINK,
                true => ON_LINK,
                false => 0,
            };
            let links: u32 = ways.iter().enumerate().map(crosses).sum();
            u32::from(is_outside) * OUTSIDE + labels * ON_LABEL + zones * ON_ZONE + links
        };
        let mut best: Option<(u32, Spot)> = None;
        for spot in spots(&link.curve, &link.label, layout.class) {
            let cost = cost(&spot);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, spot));
            }
            if cost == 0 {
                break;
            }
        }
        if let Some((_, spot)) = best {
            (link.label_at, link.is_label_beside) = (spot.at, spot.is_beside);
            taken.push(spot.frame);
        }
    }
}

fn points(curve: &Curve) -> Vec<Point> {
    (0..=POINTS).map(|step| curve.at(f64::from(step) / f64::from(POINTS))).collect()
}

/// On a narrow stage on the link itself; else above or below it, or on either side of a steep one.
fn spots(curve: &Curve, label: &str, class: WidthClass) -> impl Iterator<Item = Spot> {
    let width = label.chars().count() as f64 * LETTER_WIDTH;
    let (curve, is_narrow, is_steep) = (*curve, class == WidthClass::Narrow, is_steep(curve));
    let bows_left = curve.control.x < curve.from.x.min(curve.to.x) - 1.0;
    let places = (0..=STEPS).map(|step| f64::from(step) * STEP).flat_map(|away| [0.5 - away, 0.5 + away]).skip(1);
    places.flat_map(move |place| {
        let on = curve.at(place);
        let middle = |y: f64| Spot::new(Point::new(on.x, y), width, false);
        let (right, left) = (on.x + GAP, on.x - GAP - width);
        let beside = |x: f64| Spot::new(Point::new(x, on.y + 4.0), width, true);
        let both = match (is_narrow, is_steep, bows_left) {
            (true, ..) => [Some(middle(on.y)), None],
            (false, true, true) => [Some(beside(left)), Some(beside(right))],
            (false, true, false) => [Some(beside(right)), Some(beside(left))],
            (false, false, _) => [Some(middle(on.y - 10.0)), Some(middle(on.y + 10.0 + ASCENT))],
        };
        both.into_iter().flatten()
    })
}

impl Spot {
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
    use crate::view::names::Names;
    use crate::view::stage::{Scene, scene};

    fn frame(link: &LinkShape) -> Rect {
        Spot::new(link.label_at, link.label.chars().count() as f64 * LETTER_WIDTH, link.is_label_beside).frame
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
        for (width, on_zones_most) in [(680.0, 15), (930.0, 1), (1_600.0, 0)] {
            let (mut count, mut on_zones) = (0, 0);
            for (id, scene) in scenes(width) {
                let labels: Vec<Rect> = scene.links.iter().filter(|link| !link.label.is_empty()).map(frame).collect();
                for (index, label) in labels.iter().enumerate() {
                    count += 1;
                    assert!(label.x >= 0.0 && label.right() <= width && label.y >= 0.0, "{id}, {width}: {label:?}");
                    assert!(labels[..index].iter().all(|other| !other.overlaps(label)), "{id}, {width}: two labels on each other");
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
}
