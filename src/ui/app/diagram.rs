//! The space-time diagram in the page.

use super::App;
use crate::replication::time::SimTime;
use crate::ui::charts::ChartsMsg;
use crate::ui::diagram::{DiagramMsg, light_lines};
use crate::ui::markup::{Tag, tag};
use crate::ui::message::RunMsg;
use crate::ui::player::Player;

impl App {
    /// Returns whether the page is to be drawn; the run itself changes only where the diagram leads to a moment.
    pub(super) fn on_diagram(&mut self, msg: DiagramMsg) -> bool {
        let Some(player) = &self.player else { return false };
        let (is_hover, before) = (matches!(msg, DiagramMsg::Hover(_)), self.diagram.lit());
        let wish: Option<RunMsg> = self.diagram.on(msg, player);
        if is_hover && before == self.diagram.lit() {
            return false;
        }
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

    /// About the charts; the run stays as it is.
    pub(super) fn on_charts(&mut self, msg: ChartsMsg) -> bool {
        let Some(player) = &self.player else { return false };
        self.charts.on(msg, player, &self.say);
        let now = player.session.now();
        self.paint_diagram(now);
        true
    }

    /// The diagram and the charts.
    pub(super) fn over_time(&self, player: &Player) -> Tag {
        tag("div").class("over-time").child(self.diagram.section(player, &self.say)).child(self.charts.section(&self.say))
    }

    /// Another run is there.
    pub(super) fn forget_diagram(&mut self) {
        self.diagram.forget();
        self.charts.forget();
    }

    /// Moves the cursors.
    pub(super) fn paint_diagram(&self, now: SimTime) {
        self.diagram.paint(now);
        self.charts.paint(now);
    }

    /// Brings the diagram up to date.
    pub(super) fn refresh_diagram(&mut self) {
        if let Some(player) = &self.player {
            self.diagram.refresh(player, self.with_heartbeats);
        }
    }

    /// Brings the charts up to date.
    pub(super) fn refresh_charts(&mut self) {
        if let Some(player) = &self.player {
            self.charts.refresh(player);
        }
    }
}
