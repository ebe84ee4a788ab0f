//! Where zones and replicas stand: in rows on a wide stage, stacked beside a gutter for the links on a narrow one.

use crate::replication::ids::{NodeId, SiteId};
use crate::simulation::setup::{Setup, SiteKind};
use crate::view::geometry::{Curve, Point, Rect};

/// How the stage is arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WidthClass {
    /// Datacenters side by side, devices below.
    Wide,
    /// All zones stacked.
    Narrow,
}

/// The place of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Which site.
    pub site: SiteId,
    /// Its box.
    pub frame: Rect,
    /// Whether a person carries it.
    pub is_device: bool,
}

/// The place of a replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Its site.
    pub site: SiteId,
    /// Middle of the circle.
    pub center: Point,
    /// Where its data is written, first line.
    pub lines_at: Point,
}

/// All places.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Width of the stage.
    pub width: f64,
    /// Height of the stage.
    pub height: f64,
    /// How it is arranged.
    pub class: WidthClass,
    /// By site.
    pub zones: Vec<Zone>,
    /// By node.
    pub spots: Vec<Spot>,
}

/// Nothing is laid out for less: the stage is not measured yet, or hidden.
const LEAST_WIDTH: f64 = 272.0;
/// Below this width zones are stacked.
const NARROW_BELOW: f64 = 620.0;
/// On a very wide stage the picture does not spread further than this.
const WIDEST: f64 = 1_240.0;
const MARGIN: f64 = 20.0;
/// The least between two zones of a row: room for what is written on their link.
const ZONE_GAP: f64 = 72.0;
const GUTTER: f64 = 64.0;
const COLUMN: f64 = 140.0;
const ROW_GAP: f64 = 40.0;
/// Lines of data beside a replica, at most.
pub(super) const MOST_LINES: usize = 6;
const LEAST_LINES: usize = 3;
pub(super) const LINE_HEIGHT: f64 = 18.0;
pub(super) const RADIUS: f64 = 32.0;

impl Layout {
    /// Places everything of `setup` on a stage `width` pixels wide; `lines` is how much each node has to say.
    #[must_use]
    pub fn new(setup: &Setup, width: f64, lines: &[usize]) -> Self {
        let width = width.max(LEAST_WIDTH);
        let class = if width < NARROW_BELOW { WidthClass::Narrow } else { WidthClass::Wide };
        let mut plan = Plan { width, sizes: sizes(setup, width, class, lines), zones: vec![None; setup.sites.len()], bottom: 0.0 };
        match class {
            WidthClass::Wide => plan.rows(setup),
            WidthClass::Narrow => plan.stack(setup),
        }
        let height = plan.bottom + MARGIN;
        let zones: Vec<Zone> = plan.zones.into_iter().flatten().collect();
        let spots = zones.iter().zip(&setup.sites).flat_map(|(zone, site)| spots(zone, site.node_count, width, class)).collect();
        Self { width, height, class, zones, spots }
    }

    /// The way from one replica to another, centre to centre: the same curve in both directions.
    #[must_use]
    pub fn way(&self, from: NodeId, to: NodeId) -> Curve {
        if from > to {
            return self.way(to, from).reversed();
        }
        let (Some(a), Some(b)) = (self.spots.get(from.index()), self.spots.get(to.index())) else {
            return Curve::straight(Point::default(), Point::default());
        };
        Curve { from: a.center, control: self.control(a, b), to: b.center }
    }

    /// The site whose zone `point` lies in.
    #[must_use]
    pub fn site_at(&self, point: Point) -> Option<SiteId> {
        self.zones.iter().find(|zone| zone.frame.contains(point)).map(|zone| zone.site)
    }

    fn control(&self, a: &Spot, b: &Spot) -> Point {
        let middle = a.center.towards(b.center, 0.5);
        if a.site == b.site && (a.center.x - b.center.x).abs() < RADIUS {
            // One above the other: round what is written below the upper one, between the columns.
            let side = if middle.x < self.width / 2.0 { 1.0 } else { -1.0 };
            return Point::new(middle.x + side * COLUMN, middle.y);
        }
        if a.site == b.site {
            let is_next = (a.center.x - b.center.x).abs() <= COLUMN * 1.3;
            return if is_next { middle } else { Point::new(middle.x, middle.y - 70.0) };
        }
        if self.class == WidthClass::Narrow {
            let outermost = self.width - GUTTER * 0.45;
            return Point::new(2.0 * outermost - middle.x, middle.y);
        }
        if (a.center.y - b.center.y).abs() < 1.0 {
            let bend = (a.center.distance(b.center) * 0.16).clamp(36.0, 110.0);
            return Point::new(middle.x, middle.y - bend);
        }
        let apart = (a.center.x - b.center.x).abs();
        if apart < RADIUS {
            // One above the other: round the data of the upper one, on the side of the middle of the stage.
            let side = if middle.x < self.width / 2.0 { 1.0 } else { -1.0 };
            return Point::new(middle.x + side * 2.0 * COLUMN, middle.y);
        }
        if apart > self.width.min(WIDEST) / 2.0 {
            return middle;
        }
        // From the lower one straight up, then sideways into the upper one: clear of the data below it.
        let (upper, lower) = if a.center.y < b.center.y { (a, b) } else { (b, a) };
        Point::new(lower.center.x, upper.center.y + 12.0)
    }
}

/// The layout while it is being made.
struct Plan {
    width: f64,
    sizes: Vec<(f64, f64)>,
    zones: Vec<Option<Zone>>,
    bottom: f64,
}

impl Plan {
    fn rows(&mut self, setup: &Setup) {
        let (devices, centers): (Vec<usize>, Vec<usize>) =
            (0..setup.sites.len()).partition(|index| setup.sites[*index].kind == SiteKind::Device);
        self.bottom = MARGIN;
        // From three on they stand in two rows, so that no link has to pass over a third one; every other row runs back,
        // so that a ring is drawn as a ring.
        let most = if centers.len() > 2 { centers.len().div_ceil(2) } else { centers.len() };
        let mut rows = self.fill(&centers, most);
        rows.iter_mut().skip(1).step_by(2).for_each(|row| row.reverse());
        for row in rows.into_iter().chain(self.fill(&devices, usize::MAX)) {
            self.row(&row, setup);
        }
        self.bottom -= ROW_GAP;
    }

    /// Breaks sites into rows that fit, of at most so many.
    fn fill(&self, sites: &[usize], most: usize) -> Vec<Vec<usize>> {
        let mut rows: Vec<Vec<usize>> = Vec::new();
        let mut used = f64::INFINITY;
        for site in sites {
            let width = self.sizes[*site].0;
            let is_full = rows.last().is_some_and(|row| row.len() >= most);
            if is_full || used + width > self.width - 2.0 * MARGIN {
                rows.push(Vec::new());
                used = 0.0;
            }
            used += width + ZONE_GAP;
            if let Some(row) = rows.last_mut() {
                row.push(*site);
            }
        }
        rows
    }

    fn row(&mut self, row: &[usize], setup: &Setup) {
        let taken: f64 = row.iter().map(|site| self.sizes[*site].0).sum();
        let room = (self.width - 2.0 * MARGIN).min(WIDEST);
        let left = (self.width - room) / 2.0;
        // A row of several spreads to the edges; a single zone stands in the middle.
        let (mut x, gap) = match row.len() {
            1 => (left + (room - taken) / 2.0, 0.0),
            count => (left, (room - taken) / (count - 1) as f64),
        };
        let top = self.bottom;
        for site in row {
            let (width, height) = self.sizes[*site];
            self.put(*site, Rect { x, y: top, width, height }, setup);
            x += width + gap;
            self.bottom = self.bottom.max(top + height);
        }
        self.bottom += ROW_GAP;
    }

    /// Devices come first: what a person does is what the story is about. The first datacenter stands next to them.
    fn stack(&mut self, setup: &Setup) {
        let (devices, centers): (Vec<usize>, Vec<usize>) =
            (0..setup.sites.len()).partition(|index| setup.sites[*index].kind == SiteKind::Device);
        self.bottom = 12.0;
        for site in devices.into_iter().chain(centers) {
            let (width, height) = self.sizes[site];
            self.put(site, Rect { x: 8.0, y: self.bottom, width, height }, setup);
            self.bottom += height + MARGIN;
        }
        self.bottom -= MARGIN;
    }

    fn put(&mut self, site: usize, frame: Rect, setup: &Setup) {
        let is_device = setup.sites[site].kind == SiteKind::Device;
        self.zones[site] = Some(Zone { site: SiteId(u16::try_from(site).unwrap_or(u16::MAX)), frame, is_device });
    }
}

/// Width and height of every zone.
fn sizes(setup: &Setup, width: f64, class: WidthClass, lines: &[usize]) -> Vec<(f64, f64)> {
    let mut first = 0;
    let most = match class {
        WidthClass::Wide => (width - 2.0 * MARGIN).min(WIDEST),
        WidthClass::Narrow => width - GUTTER - 8.0,
    };
    let size = |site: &crate::simulation::setup::Site| {
        let count = usize::from(site.node_count);
        let shown = lines.iter().skip(first).take(count).copied().max().unwrap_or(0).clamp(LEAST_LINES, MOST_LINES) as f64;
        first += count;
        if site.kind == SiteKind::Device {
            return (if class == WidthClass::Narrow { most } else { most.min(272.0) }, 74.0 + shown * LINE_HEIGHT);
        }
        let columns = columns(count, most);
        let width = if class == WidthClass::Narrow { most } else { columns as f64 * COLUMN + 24.0 };
        (width, 40.0 + count.div_ceil(columns) as f64 * row_height(shown))
    };
    setup.sites.iter().map(size).collect()
}

fn columns(count: usize, width: f64) -> usize {
    let fit = ((width - 16.0) / (COLUMN - 14.0)).floor().max(1.0) as usize;
    count.clamp(1, fit.min(4))
}

fn row_height(lines: f64) -> f64 {
    112.0 + lines * LINE_HEIGHT
}

/// The places inside a zone. The first node stands nearest to the middle of the stage, where the links leave.
fn spots(zone: &Zone, count: u16, stage_width: f64, class: WidthClass) -> Vec<Spot> {
    let frame = zone.frame;
    if zone.is_device {
        let center = match class {
            WidthClass::Wide => Point::new(frame.x + 56.0, frame.y + frame.height / 2.0),
            WidthClass::Narrow => Point::new(frame.right() - 52.0, frame.y + frame.height / 2.0),
        };
        let text_x = if class == WidthClass::Wide { frame.x + 112.0 } else { frame.x + 16.0 };
        return vec![Spot { site: zone.site, center, lines_at: Point::new(text_x, frame.y + 74.0) }];
    }
    let columns = columns(usize::from(count), frame.width);
    let rows = usize::from(count).div_ceil(columns).max(1);
    let height = (frame.height - 40.0) / rows as f64;
    let column = (frame.width - 16.0) / columns as f64;
    let runs_left = class == WidthClass::Narrow || frame.x + frame.width / 2.0 < stage_width / 2.0 - 1.0;
    let place = |index: usize| {
        let (row, place) = (index / columns, index % columns);
        let from_left = if runs_left { columns - 1 - place } else { place };
        let center = Point::new(frame.x + 8.0 + column * (from_left as f64 + 0.5), frame.y + 44.0 + height * row as f64 + RADIUS);
        Spot { site: zone.site, center, lines_at: Point::new(center.x, center.y + 77.0) }
    };
    (0..usize::from(count)).map(place).collect()
}
