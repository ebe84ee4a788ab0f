//! Points, boxes and curves, in CSS pixels.

use super::words;

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A quadratic Bézier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Where it starts.
    pub from: Point,
    /// What pulls it aside.
    pub control: Point,
    /// Where it ends.
    pub to: Point,
}

impl Point {
    /// The point `(x, y)`.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The straight distance to `other`.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        libm::hypot(other.x - self.x, other.y - self.y)
    }

    /// The point a share `t` of the way to `other`.
    #[must_use]
    pub fn towards(self, other: Self, t: f64) -> Self {
        Self::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }
}

impl Rect {
    /// The right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The lower edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether `point` lies in it.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        (self.x..=self.right()).contains(&point.x) && (self.y..=self.bottom()).contains(&point.y)
    }

    /// The box with a margin around it.
    #[must_use]
    pub fn grown(&self, margin: f64) -> Self {
        Self { x: self.x - margin, y: self.y - margin, width: self.width + 2.0 * margin, height: self.height + 2.0 * margin }
    }

    /// Whether the two boxes share an area.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

impl Curve {
    /// A straight line.
    #[must_use]
    pub fn straight(from: Point, to: Point) -> Self {
        Self { from, control: from.towards(to, 0.5), to }
    }

    /// The point at `t` between 0 and 1.
    #[must_use]
    pub fn at(&self, t: f64) -> Point {
        self.blossom(t, t)
    }

    /// The same curve the other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { from: self.to, control: self.control, to: self.from }
    }

    /// The part of it outside a disc around each end.
    #[must_use]
    pub fn between_discs(&self, start_radius: f64, end_radius: f64) -> Self {
        let steps = (0..=64).map(|step| f64::from(step) / 64.0);
        let start = steps.clone().find(|t| self.at(*t).distance(self.from) >= start_radius).unwrap_or(0.0);
        let end = steps.rev().find(|t| self.at(*t).distance(self.to) >= end_radius).unwrap_or(1.0);
        if start >= end {
            return *self;
        }
        Self { from: self.at(start), control: self.blossom(start, end), to: self.at(end) }
    }

    /// The curve as an SVG path.
    #[must_use]
    pub fn path(&self) -> String {
        let place = |point: Point| format!("{} {}", px(point.x), px(point.y));
        format!("M{}Q{} {}", place(self.from), place(self.control), place(self.to))
    }

    fn blossom(&self, s: f64, t: f64) -> Point {
        self.from.towards(self.control, s).towards(self.control.towards(self.to, s), t)
    }
}

/// A coordinate with a tenth of a pixel.
#[must_use]
pub fn px(value: f64) -> String {
    words::rounded(value, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARC: Curve = Curve { from: Point::new(0.0, 0.0), control: Point::new(50.0, -60.0), to: Point::new(100.0, 0.0) };

    #[test]
    fn a_curve_meets_its_ends_and_bends_towards_its_control() {
        assert_eq!(ARC.at(0.0), ARC.from);
        assert_eq!(ARC.at(1.0), ARC.to);
        assert_eq!(ARC.at(0.5), Point::new(50.0, -30.0));
        assert_eq!(ARC.reversed().at(0.25), ARC.at(0.75));
    }

    #[test]
    fn the_part_between_discs_lies_on_the_curve() {
        let part = ARC.between_discs(20.0, 10.0);
        assert!(part.from.distance(ARC.from) >= 20.0 && part.from.distance(ARC.from) < 24.0);
        assert!(part.to.distance(ARC.to) >= 10.0 && part.to.distance(ARC.to) < 14.0);
        let middle = part.at(0.5);
        let nearest = (0..=1000).map(|step| ARC.at(f64::from(step) / 1000.0).distance(middle)).fold(f64::INFINITY, f64::min);
        assert!(nearest < 0.1, "off the curve by {nearest}");
    }
}
