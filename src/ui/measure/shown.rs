//! What a comparison shows, computed from it after each change.

use super::compare::Compare;
use super::lane::Lane;
use crate::compare::differences;
use crate::recipe::Compared;
use crate::replication::time::SimTime;
use crate::simulation::dials::GENERAL;
use crate::simulation::registry;
use crate::simulation::setup::Setup;
use crate::ui::clock::Clock;
use crate::ui::player::Player;
use crate::view::compare::{self as view, Choice, Line};
use crate::view::settings::Field;
use crate::view::speed::Speed;
use crate::view::stage::Scene;
use crate::view::words;
use std::rc::Rc;
use yew::NodeRef;

/// The comparison.
#[derive(PartialEq)]
pub(crate) struct CompareView {
    /// The scenario that is compared; "stage" for a run of one's own.
    pub(crate) subject: String,
    /// What "the run on the stage" is.
    pub(crate) stage: String,
    /// What happens in each run.
    pub(crate) what_happens: String,
    pub(crate) seed: u64,
    pub(crate) lanes: Vec<LaneView>,
    pub(crate) can_add: bool,
    pub(crate) choices: Rc<Vec<Choice>>,
    pub(crate) is_busy: bool,
    pub(crate) is_running: bool,
    pub(crate) speed: Speed,
    pub(crate) end: SimTime,
    pub(crate) clock: Clock,
    pub(crate) frame: NodeRef,
    pub(crate) table: Rc<Vec<Line>>,
    pub(crate) summary: String,
    pub(crate) only_differing: bool,
    pub(crate) link: Result<String, String>,
    pub(crate) is_copied: Option<bool>,
}

/// One of its runs.
#[derive(PartialEq)]
pub(crate) struct LaneView {
    pub(crate) index: usize,
    pub(crate) name: String,
    /// The choice that it is; `None`: one of its own.
    pub(crate) choice: Option<String>,
    /// What it has otherwise than the first run.
    pub(crate) differences: String,
    pub(crate) dials: Vec<Field>,
    pub(crate) scene: Option<Rc<Scene>>,
    pub(crate) canvas: NodeRef,
    pub(crate) refused: Option<String>,
    /// When it is over, in words.
    pub(crate) end: String,
    /// Whether it is over where the clock stands.
    pub(crate) is_over: bool,
}

impl Compare {
    /// What it shows beside the run on the stage.
    pub(crate) fn view(&self, player: &Player) -> Option<CompareView> {
        let recipe = self.recipe()?;
        let first = &recipe.setup;
        let (now, scenario) = (self.now, self.scenario());
        let view = |(index, lane): (usize, &Lane)| {
            let one = Compared::first_of(&lane.run.recipe);
            let setup = &one.setup;
            let told = if index == 0 { Vec::new() } else { differences(first, setup) };
            // Variants with one setup differ in what is played.
            let has_other_steps = told.is_empty() && lane.run.recipe.variant != self.lanes[0].run.recipe.variant;
            LaneView {
                index,
                name: lane.run.name.clone(),
                choice: view::choice_of(scenario, first, &one),
                differences: if has_other_steps { "other steps".to_owned() } else { told.join("; ") },
                dials: fields(setup),
                scene: lane.scene(),
                canvas: lane.canvas.clone(),
                refused: lane.refused().map(str::to_owned),
                end: words::time(lane.end()),
                is_over: lane.session().is_some() && now >= lane.end(),
            }
        };
        let lanes = self.lanes.iter().enumerate().map(view).collect();
        let table = self.table();
        Some(CompareView {
            subject: recipe.scenario.clone().filter(|_| recipe.commands.is_empty()).unwrap_or_else(|| "stage".to_owned()),
            stage: player.scenario.map_or("a run of your own", |scenario| scenario.title).to_owned(),
            what_happens: crate::view::search::what_happens(scenario.is_some() && recipe.commands.is_empty(), recipe.commands.len()),
            seed: recipe.seed,
            can_add: recipe.compare.len() + 1 < crate::limits::MAX_COMPARED,
            lanes,
            choices: self.choices(),
            is_busy: self.is_busy(),
            is_running: self.is_running,
            speed: self.speed,
            end: self.end(),
            clock: self.clock.clone(),
            frame: self.frame.clone(),
            summary: view::summary(&table),
            table,
            only_differing: self.only_differing,
            // While the clock runs the link would change with every frame.
            link: if self.is_running { Err("pause first".to_owned()) } else { self.link() },
            is_copied: self.is_copied,
        })
    }
}

fn fields(setup: &Setup) -> Vec<Field> {
    let own = registry::find(&setup.strategy).map_or(&[] as &[_], |entry| entry.settings);
    let field = |setting: &&'static crate::replication::setting::Setting| {
        let value = setup.dials.get(setting);
        let refusal = (!setting.allows(value)).then(|| format!("must be {}", setting.range()));
        Field { setting, value, refusal }
    };
    own.iter().chain(GENERAL).map(field).collect()
}
