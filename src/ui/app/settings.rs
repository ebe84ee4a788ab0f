//! Changing the settings of a run: a draft, tried and put into force by starting the run anew.

use super::App;
use crate::recipe::Recipe;
use crate::replication::ids::NodeId;
use crate::simulation::setup::Setup;
use crate::ui::components::Editing;
use crate::ui::message::{SettingsMsg, Tab};
use crate::ui::player::Player;
use crate::ui::screen::Screen;
use crate::view::draft::{Draft, Edit, LinkEdit, element_id, has_other_places};

impl App {
    pub(super) fn on_settings(&mut self, msg: SettingsMsg) -> bool {
        self.draft_settings();
        let (Some(player), Some(draft)) = (&mut self.player, &mut self.draft) else { return false };
        match msg {
            SettingsMsg::Strategy(id) => draft.setup.strategy = id,
            SettingsMsg::Dial(setting, value) => draft.setup.dials.set(setting, value),
            SettingsMsg::Edit(edit) => {
                // While time passes the stage shows the run, not the draft.
                if !matches!(edit, Edit::Link(LinkEdit::Open(_))) {
                    player.running = None;
                }
                self.focus_next = draft.edit(&edit);
            }
            SettingsMsg::Drag(drag) => {
                draft.drag = drag;
                return true;
            }
            SettingsMsg::Drop => {
                player.running = None;
                draft.drop_site();
            }
            SettingsMsg::Apply => match &draft.refused {
                None => {
                    let setup = draft.applied();
                    return self.start_anew(setup);
                }
                Some(error) => self.focus_next = Some(element_id(&error.field)),
            },
            SettingsMsg::Discard => *draft = Draft::of(player.session.setup()),
            SettingsMsg::Undo => {
                let setup = player.original.clone();
                return self.start_anew(setup);
            }
        }
        draft.judge(player.session.seed());
        true
    }

    /// There is a draft, and it is known whether it can be run.
    pub(super) fn draft_settings(&mut self) {
        let Some(player) = self.player.as_ref().filter(|_| self.draft.is_none()) else { return };
        let mut draft = Draft::of(player.session.setup());
        draft.judge(player.session.seed());
        self.draft = Some(draft);
    }

    /// How sites can be moved on the stage: while it shows those of the draft.
    pub(super) fn editing(&self, player: &Player, screen: &Screen) -> Option<Editing> {
        let draft = self.draft.as_ref().filter(|_| self.tab == Tab::Settings)?;
        let shows_the_same = screen.is_draft || !draft.is_elsewhere(player.session.setup());
        let words = match draft.refused {
            None => "The draft as it would start. “Apply and restart” runs it.",
            Some(_) => "The draft. It cannot be started like this yet.",
        };
        shows_the_same.then_some(Editing { drag: draft.drag, notice: screen.is_draft.then_some(words) })
    }

    /// The id of the field that names the site of a node of the draft.
    pub(super) fn field_of(&self, node: NodeId) -> Option<String> {
        let spot = self.screen.as_ref()?.scene.layout.spots.get(node.index())?;
        Some(element_id(&format!("sites[{}].name", spot.site.0)))
    }

    /// The same scenario and seed with another setup: nothing done, the guide folded away, and gone where it would tell of
    /// other sites than there are.
    fn start_anew(&mut self, setup: Setup) -> bool {
        let Some(before) = &self.player else { return false };
        let tells = !has_other_places(&setup, &before.original);
        let recipe = Recipe { setup, commands: Vec::new(), open: None, ..before.session.recipe() };
        match Player::open(recipe) {
            Ok(player) => {
                let guide = player.guide.map(crate::ui::guide::Guide::closed).filter(|_| tells);
                self.player = Some(Player { speed: before.speed, original: before.original.clone(), guide, ..player });
                self.opened();
                self.announced = "The run starts anew with these settings.".into();
            }
            Err(error) => self.alert = Some(format!("That cannot be run: {error}")),
        }
        true
    }
}
