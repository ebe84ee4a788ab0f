//! Changing the settings of a run: a draft, tried and put into force by starting the run anew.

use super::App;
use crate::recipe::Recipe;
use crate::simulation::setup::Setup;
use crate::ui::message::SettingsMsg;
use crate::ui::player::Player;
use crate::view::settings::Draft;

impl App {
    pub(super) fn on_settings(&mut self, msg: SettingsMsg) -> bool {
        let Some(player) = &self.player else { return false };
        let setup = player.session.setup();
        let mut draft = self.draft.take().unwrap_or_else(|| Draft::of(setup));
        draft.refused = None;
        match msg {
            SettingsMsg::Strategy(id) => draft.strategy = id,
            SettingsMsg::Dial(setting, value) => draft.dials.set(setting, value),
            SettingsMsg::Read(session, rule) => {
                if let Some(read) = draft.reads.get_mut(session.index()) {
                    *read = rule;
                }
            }
            SettingsMsg::Apply => match draft.check(setup, player.session.seed()) {
                Ok(()) => {
                    let setup = draft.applied(setup);
                    return self.start_anew(setup);
                }
                Err(error) => draft.refused = Some(error),
            },
            SettingsMsg::Undo => {
                let setup = player.original.clone();
                return self.start_anew(setup);
            }
        }
        self.draft = Some(draft);
        true
    }

    /// The same scenario and seed with another setup: nothing done, the guide folded away.
    fn start_anew(&mut self, setup: Setup) -> bool {
        let Some(before) = &self.player else { return false };
        let recipe = Recipe { setup, commands: Vec::new(), open: None, ..before.session.recipe() };
        match Player::open(recipe) {
            Ok(player) => {
                let guide = player.guide.map(crate::ui::guide::Guide::closed);
                self.player = Some(Player { speed: before.speed, original: before.original.clone(), guide, ..player });
                self.opened();
                self.announced = "The run starts anew with these settings.".into();
            }
            Err(error) => self.alert = Some(format!("That cannot be run: {error}")),
        }
        true
    }
}
