//! Messages as stamps: each kind is drawn once, and printed wherever a message is. Words and curves are what costs where
//! thousands of messages move.

use super::hooks::page;
use super::painter::{self, Palette};
use crate::view::geometry::Point;
use crate::view::stage::{Form, MessageShape, Tone};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Half of a stamp: the greatest outline with its rim.
const REACH: f64 = 15.0;

type Kind = (Form, &'static str, Tone);

/// The stamps of one theme.
#[derive(Default)]
pub(super) struct Stamps {
    ratio: f64,
    cut: Vec<(Kind, HtmlCanvasElement)>,
}

impl Stamps {
    /// Prints all messages.
    pub(super) fn print(&mut self, context: &CanvasRenderingContext2d, messages: &[MessageShape], ratio: f64, palette: &Palette) {
        if self.ratio != ratio {
            (self.ratio, self.cut) = (ratio, Vec::new());
        }
        for message in messages {
            let kind = (message.form, message.letter, message.tone);
            let Some(stamp) = self.stamp(kind, palette) else { return };
            // Whole pixels of the device: between them every print would be blurred, and cost more.
            let place = |middle: f64| ((middle - REACH) * ratio).round() / ratio;
            let (x, y) = (place(message.at.x), place(message.at.y));
            let side = f64::from(stamp.width()) / ratio;
            drop(context.draw_image_with_html_canvas_element_and_dw_and_dh(stamp, x, y, side, side));
        }
    }

    fn stamp(&mut self, kind: Kind, palette: &Palette) -> Option<&HtmlCanvasElement> {
        let index = match self.cut.iter().position(|(known, _)| *known == kind) {
            Some(index) => index,
            None => {
                self.cut.push((kind, cut(kind, self.ratio, palette)?));
                self.cut.len() - 1
            }
        };
        self.cut.get(index).map(|(_, stamp)| stamp)
    }
}

fn cut((form, letter, tone): Kind, ratio: f64, palette: &Palette) -> Option<HtmlCanvasElement> {
    let stamp: HtmlCanvasElement = page::document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    let side = (2.0 * REACH * ratio).ceil() as u32;
    stamp.set_width(side);
    stamp.set_height(side);
    let context = painter::context(&stamp)?;
    drop(context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0));
    painter::prepare(&context, palette);
    painter::draw(&context, &MessageShape { id: 0, at: Point::new(REACH, REACH), form, letter, tone }, palette);
    Some(stamp)
}
