//! The canvas: messages in motion. Only this file and `stamps.rs` touch its context.

use super::hooks::page;
use super::{IS_WHOLE, stamps::Stamps};
use crate::view::stage::{Form, MessageShape, Tone};
use crate::view::words;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::NodeRef;

const TONES: [Tone; 7] = [Tone::Leader, Tone::Write, Tone::Acknowledge, Tone::Read, Tone::Conflict, Tone::Ok, Tone::Quiet];
const SIZE: f64 = 10.0;

/// Colours as the theme has them now.
#[derive(Default)]
pub(crate) struct Palette {
    tones: Vec<(Tone, String)>,
    surface: String,
    on_fill: String,
    font: String,
    stamps: Stamps,
}

impl Palette {
    /// Reads the theme's tokens off the page.
    pub(crate) fn read() -> Self {
        let styles = page::root().and_then(|root| page::window()?.get_computed_style(&root).ok().flatten());
        let token =
            |name: &str| styles.as_ref().and_then(|styles| styles.get_property_value(name).ok()).unwrap_or_default().trim().to_owned();
        let tones = TONES.map(|tone| (tone, token(&format!("--tone-{}", tone.id())))).to_vec();
        let (surface, on_fill, font) = (token("--surface"), token("--on-fill"), token("--canvas-font"));
        Self { tones, surface, on_fill, font, stamps: Stamps::default() }
    }

    fn tone(&self, tone: Tone) -> &str {
        self.tones.iter().find(|(one, _)| *one == tone).map_or("", |(_, colour)| colour)
    }
}

/// Draws `messages` on a canvas of this size in CSS pixels.
pub(crate) fn paint(canvas: &NodeRef, size: (f64, f64), messages: &[MessageShape], palette: &mut Palette) {
    let Some(canvas) = canvas.cast::<HtmlCanvasElement>() else { return };
    let Some(context) = context(&canvas) else { return };
    fit(&canvas, size);
    let ratio = page::pixel_ratio();
    drop(context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0));
    context.clear_rect(0.0, 0.0, size.0, size.1);
    if IS_WHOLE {
        let mut stamps = std::mem::take(&mut palette.stamps);
        stamps.print(&context, messages, ratio, palette);
        palette.stamps = stamps;
        return;
    }
    prepare(&context, palette);
    for message in messages {
        draw(&context, message, palette);
    }
}

pub(super) fn prepare(context: &CanvasRenderingContext2d, palette: &Palette) {
    context.set_font(&palette.font);
    context.set_text_align("center");
    context.set_text_baseline("middle");
    context.set_line_width(2.0);
}

pub(super) fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// Gives the canvas as many pixels as the device shows of it.
fn fit(canvas: &HtmlCanvasElement, (width, height): (f64, f64)) {
    let ratio = page::pixel_ratio();
    let (wide, high) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    if canvas.width() == wide && canvas.height() == high {
        return;
    }
    canvas.set_width(wide);
    canvas.set_height(high);
    drop(canvas.style().set_property("width", &format!("{}px", words::rounded(width, 1))));
    drop(canvas.style().set_property("height", &format!("{}px", words::rounded(height, 1))));
}

pub(super) fn draw(context: &CanvasRenderingContext2d, message: &MessageShape, palette: &Palette) {
    let colour = palette.tone(message.tone);
    outline(context, message);
    let is_hollow = message.form == Form::Ring;
    context.set_fill_style_str(if is_hollow { &palette.surface } else { colour });
    context.fill();
    // A rim in the colour of the ground keeps messages apart where they meet.
    context.set_stroke_style_str(if is_hollow { colour } else { &palette.surface });
    context.stroke();
    context.set_fill_style_str(if is_hollow { colour } else { &palette.on_fill });
    drop(context.fill_text(message.letter, message.at.x, message.at.y + 0.5));
}

fn outline(context: &CanvasRenderingContext2d, message: &MessageShape) {
    let (x, y) = (message.at.x, message.at.y);
    let polygon = |corners: &[(f64, f64)]| {
        for (index, (dx, dy)) in corners.iter().enumerate() {
            if index == 0 { context.move_to(x + dx, y + dy) } else { context.line_to(x + dx, y + dy) }
        }
        context.close_path();
    };
    context.begin_path();
    match message.form {
        Form::Disc | Form::Ring => drop(context.arc(x, y, SIZE, 0.0, std::f64::consts::TAU)),
        Form::Dot => drop(context.arc(x, y, 3.0, 0.0, std::f64::consts::TAU)),
        Form::Diamond => polygon(&[(0.0, -SIZE - 2.0), (SIZE + 2.0, 0.0), (0.0, SIZE + 2.0), (-SIZE - 2.0, 0.0)]),
        Form::Triangle => polygon(&[(0.0, -SIZE - 1.0), (SIZE + 1.0, SIZE), (-SIZE - 1.0, SIZE)]),
        Form::Square => polygon(&[(-9.0, -9.0), (9.0, -9.0), (9.0, 9.0), (-9.0, 9.0)]),
    }
}
