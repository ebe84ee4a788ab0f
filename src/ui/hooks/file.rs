//! Files: one that the person chose, and one that they keep.

use super::page;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Event, File, HtmlElement, HtmlInputElement, Url};

/// The file in the field that changed. The field is empty again, so that the same file can be chosen once more.
pub(crate) fn chosen(event: &Event) -> Option<File> {
    let field: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = field.files()?.get(0);
    field.set_value("");
    file
}

/// All that is in a file of at most so many bytes.
pub(crate) async fn read(file: &File, most: usize) -> Result<Vec<u8>, String> {
    if file.size() > most as f64 {
        return Err(format!("the file has more than {} MiB", most >> 20));
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| "the file cannot be read".to_owned())?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Lets the person keep these bytes as a file.
pub(crate) fn save(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    save_blob(name, &Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?)
}

/// The same with what the browser holds.
pub(crate) fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let document = page::document().ok_or(JsValue::NULL)?;
    let link: HtmlElement = document.create_element("a")?.dyn_into()?;
    link.set_attribute("href", &address)?;
    link.set_attribute("download", name)?;
    link.click();
    // The browser has taken hold of it by then.
    gloo_timers::callback::Timeout::new(60_000, move || drop(Url::revoke_object_url(&address))).forget();
    Ok(())
}
