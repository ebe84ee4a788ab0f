//! The parts of the page, with what each of them shows: those of the run, and the dialog that is open.

use super::App;
use crate::ui::IS_WHOLE;
use crate::ui::components::{Open, PanelView, RibbonView, Share, Stage, Transport, carts, part, records};
use crate::ui::guide::Guide;
use crate::ui::hooks::page;
use crate::ui::kept::Kept;
use crate::ui::markup::{Tag, tag};
use crate::ui::message::Dialog;
use crate::ui::opening;
use crate::ui::player::Player;
use crate::ui::screen::{Data, Screen};
use crate::view::picker;

impl App {
    /// The run: the stage and what stands around it.
    pub(super) fn play(&self, main: Tag, player: &Player, screen: &Screen) -> Tag {
        let say = &self.say;
        let ribbon = RibbonView {
            ribbon: player.guide.as_ref().map(Guide::ribbon),
            is_playing: player.is_playing(),
            #[cfg(feature = "catalogue")]
            end: self.lesson_end(player),
        };
        let stage = Stage {
            scene: screen.scene.clone(),
            frame: self.frame.clone(),
            canvas: self.canvas.clone(),
            selected: self.selected.filter(|_| !screen.is_draft),
            editing: IS_WHOLE.then(|| self.editing(player, screen)).flatten(),
            with_heartbeats: self.with_heartbeats,
            handles: if IS_WHOLE { self.handles(player, screen) } else { Kept::default() },
            ringed: if IS_WHOLE { self.ringed() } else { Vec::new() },
        };
        let transport = Transport {
            track: screen.track.clone(),
            clock: self.clock.clone(),
            is_playing: player.is_playing(),
            speed: player.speed,
            seed: player.session.seed(),
            branches: player.session.branches().into_iter().map(|branch| (branch.name, branch.is_active)).collect(),
        };
        let panel = PanelView {
            tab: self.tab,
            panel: screen.panel.clone(),
            names: player.names.clone(),
            conflict_count: screen.conflict_count,
            aloud: self.aloud,
        };
        let scene = tag("div").class("scene").child(part(ribbon, say)).child(part(stage, say)).child(part(transport, say));
        let scene = if IS_WHOLE { scene.child(part(self.time_bar(player), say)) } else { scene };
        #[cfg(feature = "catalogue")]
        let scene = scene.child(self.over_time(player));
        #[cfg(feature = "catalogue")]
        let scene = match self.embed_verdicts() {
            Some(verdicts) => scene.child(part(verdicts, say)),
            None => scene,
        };
        let title = player.scenario.map_or("a run of your own", |scenario| scenario.title);
        let data = match &screen.data {
            Data::Carts(cards) => carts(cards, say),
            Data::Records(shown) if IS_WHOLE => records(shown, say),
            Data::Records(_) => carts(&[], say),
        };
        main.child(tag("h1").class("visually-hidden").text(format!("Play: {title}"))).child(scene).child(data).child(part(panel, say))
    }

    pub(super) fn open_dialog(&self) -> Open {
        match (&self.asked, self.dialog, &self.player) {
            (Some(asked), ..) => Open::Ask(asked.clone()),
            (None, Some(Dialog::Help), _) => Open::Help,
            (None, Some(Dialog::Branches), Some(player)) if IS_WHOLE => Open::Branches(Kept::new(Some(self.branches(player)))),
            (None, Some(Dialog::Handle), Some(player)) if IS_WHOLE => self.open_handle(player),
            (None, Some(Dialog::Scenarios), player) => {
                let chosen = player.as_ref().and_then(|player| player.scenario).map(|scenario| scenario.id);
                Open::Scenarios(picker::groups(&self.search), chosen)
            }
            #[cfg(feature = "catalogue")]
            (None, Some(Dialog::Glossary), _) => Open::Glossary(self.search.clone()),
            #[cfg(feature = "catalogue")]
            (None, Some(Dialog::Course), _) => Open::Course(self.course.shown(self.lesson())),
            (None, Some(Dialog::Share), Some(player)) => {
                let recipe = opening::shared(player);
                let found = if IS_WHOLE { recipe.to_link_within_bounds() } else { recipe.to_link().map(|link| (link, false)) };
                let leaves_out = found.as_ref().is_ok_and(|(_, leaves_out)| *leaves_out);
                let link = found.map(|(link, _)| format!("{}{link}", page::address())).map_err(|error| error.to_string());
                Open::Share(Share { link, leaves_out, recipe: recipe.to_json(), is_copied: self.is_copied })
            }
            _ => Open::Nothing,
        }
    }
}
