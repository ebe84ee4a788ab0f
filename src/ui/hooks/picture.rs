//! Pictures of the page that stand on their own: SVG with its looks written out, and pixels made of that.

use super::page;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement, Url, XmlSerializer};

/// Looks that style sheets give to elements of a picture.
const LOOKS: [&str; 18] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-opacity",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "text-anchor",
    "dominant-baseline",
    "paint-order",
    "visibility",
    "display",
];
/// A picture of pixels has twice as many each way, as long as no side is longer than this.
const LONGEST: f64 = 16_000.0;
/// So many in all: what browsers can hold.
const MOST_PIXELS: f64 = 64e6;

/// A picture of the page with its looks written into each element, on the ground of `ground`, with what is on `canvas`.
pub(crate) fn standalone(picture: &Element, ground: Element, canvas: Option<&HtmlCanvasElement>) -> Option<String> {
    let window = page::window()?;
    let copy: Element = picture.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    let parts = |root: &Element| -> Option<Vec<Element>> {
        let all = root.query_selector_all("*").ok()?;
        Some((0..all.length()).filter_map(|index| all.get(index)?.dyn_into().ok()).collect())
    };
    for (from, to) in parts(picture)?.iter().zip(parts(&copy)?) {
        let style = window.get_computed_style(from).ok().flatten()?;
        for name in LOOKS {
            if let Ok(value) = style.get_property_value(name) {
                drop(to.set_attribute(name, &value));
            }
        }
        for name in ["class", "tabindex", "role", "data-testid"] {
            drop(to.remove_attribute(name));
        }
    }
    let (width, height) = (picture.get_attribute("width")?, picture.get_attribute("height")?);
    copy.set_attribute("xmlns", "http://www.w3.org/2000/svg").ok()?;
    drop(copy.remove_attribute("class"));
    let add = |name: &str, attributes: &[(&str, &str)]| {
        let part = page::document()?.create_element_ns(Some("http://www.w3.org/2000/svg"), name).ok()?;
        attributes.iter().for_each(|(name, value)| drop(part.set_attribute(name, value)));
        part.set_attribute("width", &width).ok()?;
        part.set_attribute("height", &height).ok()?;
        Some(part)
    };
    let colour = window.get_computed_style(&ground).ok().flatten()?.get_property_value("background-color").ok()?;
    let ground = add("rect", &[("fill", &colour)])?;
    copy.insert_before(&ground, copy.first_child().as_ref()).ok()?;
    if let Some(pixels) = canvas.and_then(|canvas| canvas.to_data_url().ok()) {
        let image = add("image", &[("href", &pixels)])?;
        copy.append_child(&image).ok()?;
    }
    XmlSerializer::new().ok()?.serialize_to_string(&copy).ok()
}

/// An SVG as a PNG.
pub(crate) async fn png(svg: &str) -> Result<Blob, &'static str> {
    let kind = BlobPropertyBag::new();
    kind.set_type("image/svg+xml");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&svg.into()), &kind).map_err(|_| "it cannot be drawn")?;
    let address = Url::create_object_url_with_blob(&blob).map_err(|_| "it cannot be drawn")?;
    let drawn = draw(&address).await;
    drop(Url::revoke_object_url(&address));
    let canvas = drawn?;
    let made = Promise::new(&mut |done: Function, _: Function| {
        let give = Closure::once_into_js(move |blob: JsValue| done.call1(&JsValue::NULL, &blob));
        drop(canvas.to_blob(give.unchecked_ref()));
    });
    JsFuture::from(made).await.ok().and_then(|blob| blob.dyn_into().ok()).ok_or("it is too large for this browser")
}

async fn draw(address: &str) -> Result<HtmlCanvasElement, &'static str> {
    let image = HtmlImageElement::new().map_err(|_| "it cannot be drawn")?;
    image.set_src(address);
    JsFuture::from(image.decode()).await.map_err(|_| "it cannot be drawn")?;
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = (LONGEST / width).min(LONGEST / height).min((MOST_PIXELS / (width * height)).sqrt()).min(2.0);
    let canvas = page::document().and_then(|document| document.create_element("canvas").ok()?.dyn_into::<HtmlCanvasElement>().ok());
    let canvas = canvas.ok_or("it cannot be drawn")?;
    canvas.set_width((width * scale) as u32);
    canvas.set_height((height * scale) as u32);
    let context = canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let context = context.ok_or("it cannot be drawn")?;
    drop(context.scale(scale, scale));
    context.draw_image_with_html_image_element(&image, 0.0, 0.0).map_err(|_| "it cannot be drawn")?;
    Ok(canvas)
}
