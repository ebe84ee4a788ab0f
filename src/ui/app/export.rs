//! Saving and opening files.

use super::App;
use crate::ui::export::{self, ExportMsg};
use crate::ui::hooks::listen::Listener;
use crate::ui::message::Msg;
use yew::Context;

impl App {
    /// Returns whether the page is to be drawn.
    pub(super) fn on_export(&mut self, msg: ExportMsg) -> bool {
        match msg {
            ExportMsg::Save(what) => {
                if let Some(player) = &self.player {
                    export::save(what, player, &self.say);
                }
                false
            }
            ExportMsg::Import(file) => {
                export::import(file, &self.say);
                false
            }
            ExportMsg::Refused(reason) => {
                // The alert must not stay behind the dialog.
                self.dialog = None;
                self.alert = Some(reason);
                true
            }
        }
    }
}

/// Files dropped anywhere on the page; without the first listener the browser would leave the page for them.
pub(super) fn drops(ctx: &Context<App>) -> Vec<Listener> {
    let link = ctx.link().clone();
    let over = Listener::window("dragover", |event| event.prevent_default());
    let dropped = Listener::window("drop", move |event| {
        if let Some(msg) = export::dropped(&event) {
            link.send_message::<Msg>(msg);
        }
    });
    over.into_iter().chain(dropped).collect()
}
