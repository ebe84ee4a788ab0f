//! Opening something else: in place where this program can play it, else through the address, which loads the other one.

use super::App;
use crate::scenarios;
use crate::ui::hooks::page;
use crate::ui::message::OpenMsg;
use crate::ui::opening::{self, Reason};
use crate::ui::player::Player;
use crate::ui::{IS_WHOLE, link_to};

/// What came of the wish.
enum Attempt {
    /// A run, or why there is none.
    Here(Box<Result<Player, Reason>>),
    /// The page is loaded anew.
    Elsewhere,
    /// Nothing was asked for.
    Nothing,
}

impl Attempt {
    fn here(run: Result<Player, Reason>) -> Self {
        Self::Here(Box::new(run))
    }
}

impl App {
    pub(super) fn on_open(&mut self, msg: OpenMsg) -> bool {
        #[cfg(feature = "catalogue")]
        let compared = match &msg {
            OpenMsg::Text(text) => crate::recipe::Recipe::parse(text.trim()).ok(),
            OpenMsg::Address => opening::compared(),
            _ => None,
        };
        match self.attempt(msg) {
            Attempt::Here(attempt) => self.on_opened(*attempt),
            Attempt::Elsewhere | Attempt::Nothing => return false,
        }
        #[cfg(feature = "catalogue")]
        self.open_compared(compared);
        true
    }

    fn attempt(&self, msg: OpenMsg) -> Attempt {
        let scenario = self.player.as_ref().and_then(|player| player.scenario).map(|scenario| scenario.id);
        match (msg, scenario) {
            (OpenMsg::Scenario(id), _) if !IS_WHOLE && scenarios::find(&id).is_none() => {
                page::go(&format!("?scenario={id}"));
                Attempt::Elsewhere
            }
            (OpenMsg::Scenario(id), _) => {
                page::rename(&format!("?scenario={id}"));
                Attempt::here(opening::from_scenario(&id, None))
            }
            (OpenMsg::Variant(variant), Some(id)) => {
                let variant = Some(variant).filter(|variant| !variant.is_empty());
                let named = variant.as_ref().map(|variant| format!("&variant={variant}")).unwrap_or_default();
                page::rename(&format!("?scenario={id}{named}"));
                Attempt::here(opening::from_scenario(id, variant.as_deref()))
            }
            (OpenMsg::Variant(_), None) => Attempt::Nothing,
            (OpenMsg::Text(text), _) => Self::pasted(&text),
            (OpenMsg::Whole, _) => match self.player.as_ref().map(|player| opening::shared(player).to_link()) {
                Some(Ok(link)) => {
                    page::go(&link);
                    Attempt::Elsewhere
                }
                Some(Err(error)) => Attempt::here(Err(error.to_string())),
                None => Attempt::Nothing,
            },
            (OpenMsg::Address, _) if !IS_WHOLE => {
                page::reload();
                Attempt::Elsewhere
            }
            (OpenMsg::Address, _) => opening::from_address().map_or(Attempt::Nothing, Attempt::here),
        }
    }

    /// Only the program with everything reads recipes; the other one hands them over in the address.
    fn pasted(text: &str) -> Attempt {
        if IS_WHOLE {
            return Attempt::here(opening::from_text(text).map_err(|reason| format!("This recipe cannot be opened: {reason}")));
        }
        match link_to(text) {
            Some(link) => {
                page::go(&link);
                Attempt::Elsewhere
            }
            None => Attempt::here(Err("This is neither a link nor a recipe.".to_owned())),
        }
    }

    pub(super) fn on_opened(&mut self, attempt: Result<Player, Reason>) {
        // Where it came from a dialog, the alert must not stay behind it.
        self.dialog = None;
        match attempt {
            Ok(player) => {
                let speed = self.player.as_ref().map(|before| before.speed).unwrap_or_default();
                self.player = Some(Player { speed, ..player });
                #[cfg(feature = "catalogue")]
                self.return_to_stage();
                self.alert = None;
                self.opened();
            }
            Err(reason) => self.alert = Some(reason),
        }
    }
}
