//! What the whole window tells.

use super::App;
use crate::ui::hooks::listen::Listener;
use crate::ui::keys;
use crate::ui::message::{Msg, OpenMsg, ShowMsg};
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Keys, the address, and what the reader prefers.
pub(super) fn listeners(ctx: &Context<App>) -> Vec<Listener> {
    let link = ctx.link().clone();
    let keys = Listener::window("keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let Some(key) = keys::meaning(event) else { return };
        event.prevent_default();
        link.send_message(key);
    });
    let on = |msg: fn() -> Msg| {
        let link = ctx.link().clone();
        move |_| link.send_message(msg())
    };
    let address = Listener::window("hashchange", on(|| Msg::Open(OpenMsg::Address)));
    let dark = Listener::media("(prefers-color-scheme: dark)", on(|| Msg::Show(ShowMsg::Media)));
    let motion = Listener::media("(prefers-reduced-motion: reduce)", on(|| Msg::Show(ShowMsg::Media)));
    #[cfg(not(feature = "catalogue"))]
    let (host, drops) = (None, []);
    #[cfg(feature = "catalogue")]
    let (host, drops) = {
        let link = ctx.link().clone();
        let host = crate::ui::embed::listen(move |msg| link.send_message(msg));
        (host, super::export::drops(ctx))
    };
    [keys, address, dark, motion, host].into_iter().flatten().chain(drops).collect()
}
