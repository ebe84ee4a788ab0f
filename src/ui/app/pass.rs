//! A frame of a run that plays.

use super::App;
use crate::ui::pace::Turn;
use std::rc::Rc;

impl App {
    /// Moves the messages, and brings up to date the part of the page whose turn it is. Returns whether there is one.
    pub(super) fn pass(&mut self, has_happened: bool) -> bool {
        if has_happened && let (Some(player), Some(screen)) = (&self.player, &mut self.screen) {
            screen.flights = player.session.flights();
            self.pace.stir(screen.flights.len());
        }
        let turn = self.pace.next();
        match turn {
            Some(Turn::Clock) => {
                self.show_time();
                self.pace.drawn();
                return false;
            }
            Some(Turn::Said) => self.announce(),
            Some(Turn::Track) => self.redraw_track(),
            #[cfg(feature = "catalogue")]
            Some(Turn::Diagram) => self.refresh_diagram(),
            #[cfg(feature = "catalogue")]
            Some(Turn::Charts) => self.refresh_charts(),
            Some(turn) => self.redraw(turn),
            None => {}
        }
        turn.is_some()
    }

    fn redraw_track(&mut self) {
        let track = self.track();
        if let (Some(track), Some(screen)) = (track, &mut self.screen) {
            screen.track = Rc::new(track);
        }
    }

    fn redraw(&mut self, turn: Turn) {
        let Some(mut screen) = self.screen.take() else { return };
        if let Some(player) = &self.player {
            screen.redraw(turn, player, self.focus());
        }
        self.screen = Some(screen);
    }
}
