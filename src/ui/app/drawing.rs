//! What is made anew after something happened: all parts at once, or the messages and the time alone.

use super::App;
use crate::ui::IS_WHOLE;
use crate::ui::message::Tab;
use crate::ui::painter;
use crate::ui::screen::{self, Focus, Screen};
#[cfg(feature = "catalogue")]
use crate::view::conflict::MOST_FATES;
use crate::view::stage;
#[cfg(not(feature = "catalogue"))]
use crate::view::timeline;
use crate::view::timeline::Track;

impl App {
    pub(super) fn refresh(&mut self) {
        if IS_WHOLE && self.tab == Tab::Settings {
            self.draft_settings();
        }
        let Some(track) = self.track() else { return };
        let Some(player) = &self.player else { return };
        self.screen = Some(Screen::new(player, self.focus(), track));
        self.announce();
        #[cfg(feature = "catalogue")]
        self.refresh_diagram();
        #[cfg(feature = "catalogue")]
        self.refresh_charts();
    }

    /// The scrub track, with what has happened since the last time.
    pub(super) fn track(&mut self) -> Option<Track> {
        let session = &self.player.as_ref()?.session;
        #[cfg(feature = "catalogue")]
        return Some(self.on_track.track(session));
        #[cfg(not(feature = "catalogue"))]
        Some(timeline::track(session))
    }

    pub(super) fn focus(&self) -> Focus<'_> {
        Focus {
            tab: self.tab,
            node: self.selected,
            width: self.width,
            with_heartbeats: self.with_heartbeats,
            marked: self.marked.as_ref(),
            draft: self.draft.as_ref(),
            #[cfg(feature = "catalogue")]
            fates_most: if self.with_all_fates { usize::MAX } else { MOST_FATES },
            #[cfg(not(feature = "catalogue"))]
            fates_most: usize::MAX,
        }
    }

    pub(super) fn announce(&mut self) {
        let (Some(player), Some(screen)) = (&self.player, &self.screen) else { return };
        let end = player.session.journal().end();
        if end > self.told_until
            && let Some(said) = screen::said(player, &screen.snapshot, self.told_until, self.aloud)
        {
            self.announced = said.into();
        }
        self.told_until = end;
    }

    pub(super) fn paint(&mut self) {
        self.paint_messages();
        self.show_time();
    }

    pub(super) fn paint_messages(&mut self) {
        let (Some(player), Some(screen)) = (&self.player, &mut self.screen) else { return };
        let now = player.session.now();
        let layout = &screen.scene.layout;
        let messages = stage::messages(layout, &screen.flights, now, self.with_heartbeats);
        painter::paint(&self.canvas, (layout.width, layout.height), &messages, &mut self.palette);
    }

    /// The time in words, and the cursors that stand at it.
    pub(super) fn show_time(&self) {
        let (Some(player), Some(screen)) = (&self.player, &self.screen) else { return };
        let now = player.session.now();
        self.clock.show(now, screen.track.extent);
        #[cfg(feature = "catalogue")]
        self.paint_diagram(now);
    }
}
