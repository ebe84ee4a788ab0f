//! The places besides the stage, and what is asked there.

use super::App;
use crate::ui::components::part;
use crate::ui::hooks::{clipboard, page};
use crate::ui::markup::{On, Tag, tag};
use crate::ui::measure::SearchMsg;
use crate::ui::message::{Msg, Tab};
use crate::ui::place::Place;
use crate::ui::player::Player;

impl App {
    /// Goes to another place. The run stays where it is.
    pub(super) fn on_place(&mut self, place: Place) -> bool {
        self.go_to(place);
        self.fill_comparison();
        true
    }

    pub(super) fn go_to(&mut self, place: Place) {
        if let Some(player) = &mut self.player {
            player.running = None;
        }
        self.compare.leave();
        self.place = place;
        self.focus_next = Some("main".to_owned());
        page::rename(&self.address());
    }

    /// The address of the place, with the scenario that is played.
    fn address(&self) -> String {
        let player = self.player.as_ref();
        let scenario = player.and_then(|player| player.scenario).map(|scenario| scenario.id);
        let variant = player.and_then(|player| player.variant.as_deref()).filter(|_| scenario.is_some());
        let named = |name: &str, value: Option<&str>| value.map(|value| format!("&{name}={value}"));
        let view = match self.place {
            Place::Play => "?".to_owned(),
            place => place.address().to_owned(),
        };
        let rest = [named("scenario", scenario), named("variant", variant)].into_iter().flatten().collect::<String>();
        // Without a scenario the fragment of the address holds the run.
        let run = if scenario.is_none() { format!("#{}", page::fragment()) } else { String::new() };
        format!("{view}{rest}{run}").replacen("?&", "?", 1)
    }

    /// What was opened is for the stage.
    pub(super) fn return_to_stage(&mut self) {
        if self.place != Place::Play {
            self.compare.leave();
            self.place = Place::Play;
            self.focus_next = Some("main".to_owned());
        }
    }

    pub(super) fn on_search(&mut self, msg: SearchMsg) -> bool {
        let is_opening = matches!(msg, SearchMsg::Open);
        match msg {
            SearchMsg::Open => self.open_finding(),
            SearchMsg::Copy => self.copy_finding(),
            msg => {
                let (Some(player), say) = (&self.player, &self.say) else { return false };
                self.search_run.update(msg, player, say);
            }
        }
        is_opening || self.place == Place::Measure
    }

    /// The finding as the run on the stage, paused where it is judged. It is the same run or a bug.
    fn open_finding(&mut self) {
        let Some(finding) = self.search_run.finding() else { return };
        let (recipe, fingerprint, ended_at) = (finding.recipe.clone(), finding.fingerprint, finding.ended_at);
        let link = recipe.to_link();
        match Player::open(recipe) {
            Ok(mut player) => {
                player.session.seek(ended_at);
                let is_same = player.session.fingerprint() == fingerprint;
                self.on_opened(Ok(player));
                self.tab = Tab::Verdicts;
                if let Ok(link) = link {
                    page::rename(&format!("{}{link}", page::bare_address()));
                }
                if !is_same {
                    self.alert = Some(
                        "This replay is not the run that the search saw, which is a bug of the page: please report it with its recipe."
                            .to_owned(),
                    );
                }
            }
            Err(error) => self.alert = Some(format!("The finding cannot be opened: {error}")),
        }
    }

    fn copy_finding(&self) {
        let Some(Ok(link)) = self.search_run.finding().map(|finding| finding.recipe.to_link()) else { return };
        page::select("search-link");
        let say = self.say.clone();
        clipboard::copy(&format!("{}{link}", page::bare_address()), move |is_copied| say.emit(SearchMsg::Copied(is_copied).into()));
    }

    /// Another place than the stage.
    pub(super) fn elsewhere(&self, main: Tag, player: &Player) -> Tag {
        let title = tag("h1").class("visually-hidden").text(self.place.title());
        let main = main.class("measure").child(title).child(self.parts_of_measure());
        match self.place {
            Place::Measure => main.child(part(self.search_run.view(player), &self.say)),
            Place::Compare => match self.compare.view(player) {
                Some(view) => main.child(part(view, &self.say)),
                None => main,
            },
            Place::Learn | Place::Play => main,
        }
    }

    fn parts_of_measure(&self) -> Tag {
        let link = |place: Place, title: &'static str| {
            let link = tag("a").key(title).class("place").set("href", place.address()).text(title);
            let link = link.on(On::Click, &self.say, move |event| {
                event.prevent_default();
                Some(Msg::Place(place))
            });
            if self.place == place { link.set("aria-current", "page") } else { link }
        };
        let nav = tag("nav").class("places measure-parts").set("aria-label", "Parts of Measure");
        nav.child(link(Place::Measure, "Find an anomaly")).child(link(Place::Compare, "Compare"))
    }
}

impl From<Place> for Msg {
    fn from(place: Place) -> Self {
        Self::Place(place)
    }
}
