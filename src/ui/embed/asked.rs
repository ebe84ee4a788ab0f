//! What the frame's script asks for, as events of the document.

use super::{EmbedMsg, Wanted};
use crate::replication::time::SimTime;
use crate::ui::hooks::listen::Listener;
use crate::ui::hooks::page;
use crate::ui::message::Msg;
use crate::ui::theme::Theme;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CustomEvent;

/// Hears what the frame's script asks for.
pub(crate) fn listen(send: impl Fn(Msg) + 'static) -> Option<Listener> {
    let document = page::document()?;
    Listener::new(document.into(), "replicascope:ask", move |event| {
        let detail = event.dyn_ref::<CustomEvent>().map(CustomEvent::detail);
        if let Some(msg) = detail.and_then(|detail| asked(&detail)) {
            send(Msg::Embed(msg));
        }
    })
}

fn asked(detail: &JsValue) -> Option<EmbedMsg> {
    let field = |name: &str| Reflect::get(detail, &name.into()).ok();
    let text = |name: &str| field(name).and_then(|value| value.as_string()).unwrap_or_default();
    Some(match text("type").as_str() {
        "hello" => EmbedMsg::Hello,
        "play" => EmbedMsg::Play,
        "pause" => EmbedMsg::Pause,
        "hide" => EmbedMsg::Hide,
        "show" => EmbedMsg::Show,
        "theme" => EmbedMsg::Theme(Theme::named(&text("theme"))?),
        "seek" => {
            let ms = field("ms").and_then(|value| value.as_f64()).filter(|ms| *ms >= 0.0)?;
            EmbedMsg::Seek(SimTime((ms * 1e6) as u64))
        }
        "set" => EmbedMsg::Set(Wanted::from_fields(text), text("view") == "diagram"),
        _ => return None,
    })
}
