//! The space-time diagram in the page.

use super::App;
use crate::ui::diagram::{DiagramMsg, light_lines};
use crate::ui::hooks::page;
use crate::ui::message::RunMsg;

impl App {
    /// Returns whether the page is to be drawn; the run itself changes only where the diagram leads to a moment.
    pub(super) fn on_diagram(&mut self, msg: DiagramMsg) -> bool {
        let Some(player) = &self.player else { return false };
        let wish: Option<RunMsg> = self.diagram.on(msg, player);
        if let Some(wish) = wish {
            self.on_run(wish);
            self.refresh();
        }
        true
    }

    /// After each drawing: the lines of the event list that belong to what is pointed at.
    pub(super) fn follow_diagram(&mut self, send: impl Fn(crate::ui::message::Msg) + Clone + 'static) {
        self.diagram.listen(send);
        light_lines(&self.diagram.lines());
    }

    /// Brings the diagram up to date.
    pub(super) fn refresh_diagram(&mut self) {
        if let Some(player) = &self.player {
            self.diagram.refresh(player, self.with_heartbeats, page::now_ms());
        }
    }
}
