//! The run in a frame of another page.

use super::App;
use crate::replication::time::SimTime;
use crate::scenarios::claim::verdicts;
use crate::ui::components::{EmbedTop, EmbedVerdicts};
use crate::ui::diagram::DiagramMsg;
use crate::ui::embed::{self, EmbedMsg, Wanted};
use crate::ui::hooks::page;
use crate::ui::message::{Dialog, Msg, RunMsg, ShowMsg};
use crate::ui::painter::Palette;
use crate::ui::player::Player;

impl App {
    /// Returns whether the page is to be drawn.
    pub(super) fn on_embed(&mut self, msg: EmbedMsg) -> bool {
        let (Some(embed), Some(player)) = (&mut self.embed, &mut self.player) else { return false };
        match msg {
            EmbedMsg::Hello => {
                embed::tell_ready(player);
                self.tell_trouble();
                return false;
            }
            EmbedMsg::Play => embed.play(player),
            EmbedMsg::Pause => embed.pause(player),
            EmbedMsg::Seek(time) => {
                embed.pause(player);
                player.session.seek(time.min(player.session.horizon()));
            }
            EmbedMsg::Hide => embed.see(false, player),
            EmbedMsg::Show => embed.see(true, player),
            EmbedMsg::Set(wanted, has_diagram) => {
                embed.has_diagram = has_diagram;
                if embed.want(wanted.clone()) {
                    self.open_wanted(&wanted);
                }
                self.follow_view();
            }
            EmbedMsg::Theme(theme) => {
                self.theme = theme;
                theme.apply();
                self.palette = Palette::read();
            }
        }
        true
    }

    fn open_wanted(&mut self, wanted: &Wanted) {
        match wanted.open() {
            Ok(player) => {
                self.player = Some(player);
                self.alert = None;
                self.opened();
            }
            Err(reason) => {
                self.alert = Some(reason);
                self.tell_trouble();
            }
        }
    }

    /// A run was opened in a frame: the host hears of it.
    pub(super) fn opened_in_frame(&mut self) {
        if let (Some(embed), Some(player)) = (&mut self.embed, &self.player) {
            embed.opened(player);
        }
        self.follow_view();
    }

    /// The diagram is at work where the frame shows it, and nowhere else.
    fn follow_view(&mut self) {
        if let Some(has_diagram) = self.embed.as_ref().map(|embed| embed.has_diagram) {
            self.on_diagram(DiagramMsg::Open(has_diagram));
        }
    }

    /// What a wish means in a frame: the story starts anew where it has ended, and there is no room for what is about the
    /// whole page.
    pub(super) fn meant(&self, msg: Msg) -> Option<Msg> {
        match (&self.embed, msg) {
            (Some(_), Msg::Run(RunMsg::Toggle)) => {
                let is_playing = self.player.as_ref().is_some_and(Player::is_playing);
                Some(Msg::Embed(if is_playing { EmbedMsg::Pause } else { EmbedMsg::Play }))
            }
            (Some(_), Msg::Show(ShowMsg::Dialog(Dialog::Help | Dialog::Scenarios | Dialog::Share | Dialog::Course))) => None,
            (_, msg) => Some(msg),
        }
    }

    /// Says that the run that was asked for could not be opened.
    fn tell_trouble(&self) {
        if let Some(reason) = &self.alert {
            embed::tell_not_opened(reason);
        }
    }

    /// After everything that happened: tells the host. Whether there is something new to draw.
    pub(super) fn follow_embed(&mut self, before: SimTime) -> bool {
        let (Some(embed), Some(player)) = (&mut self.embed, &mut self.player) else { return false };
        embed.stop_at_end(player, before);
        embed.follow(player, || verdicts(player.scenario, &player.session))
    }

    /// The line above the stage.
    pub(super) fn embed_top(&self) -> EmbedTop {
        let player = self.player.as_ref();
        let scenario = player.and_then(|player| player.scenario);
        let variants = scenario.map_or(&[] as &[_], |scenario| scenario.variants);
        let variant = variants.iter().find(|variant| player.and_then(|player| player.variant.as_deref()) == Some(variant.id));
        EmbedTop {
            title: scenario.map_or("A run of your own", |scenario| scenario.title),
            variant: variant.map(|variant| variant.title),
            href: player.map(whole_page).unwrap_or_default(),
        }
    }

    /// The line below the transport.
    pub(super) fn embed_verdicts(&self) -> Option<EmbedVerdicts> {
        self.embed.as_ref().map(|embed| EmbedVerdicts { verdicts: embed.verdicts() })
    }
}

/// The address of the page itself, with this run. It stands still while the run plays.
fn whole_page(player: &Player) -> String {
    let recipe = crate::recipe::Recipe { open: None, ..player.session.recipe() };
    let page = page::address();
    let page = page.split('?').next().unwrap_or_default();
    // A story that is told has the guide of its scenario, which acts by itself.
    let is_told = player.scenario.is_some() && player.guide.is_some();
    let recipe = if is_told { crate::recipe::Recipe { commands: Vec::new(), ..recipe } } else { recipe };
    recipe.to_link().map(|link| format!("{page}{link}")).unwrap_or_else(|_| page.to_owned())
}
