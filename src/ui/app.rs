//! The owner of the run: takes wishes, moves time, decides what to render.

#[cfg(feature = "catalogue")]
mod compare;
#[cfg(feature = "catalogue")]
mod course;
#[cfg(feature = "catalogue")]
mod diagram;
mod drawing;
#[cfg(feature = "catalogue")]
mod embed;
#[cfg(feature = "catalogue")]
mod export;
mod listeners;
#[cfg(feature = "catalogue")]
mod measure;
mod open;
mod parts;
mod pass;
mod run;
mod settings;
mod show;
mod time;

use super::IS_WHOLE;
use super::aloud::Aloud;
use super::clock::Clock;
use super::components::{AlertBar, Header, dialogs, part};
use super::hooks::frame::Frames;
use super::hooks::listen::Listener;
use super::hooks::modal::Modal;
use super::hooks::page;
use super::hooks::size::Watch;
use super::markup::{On, Say, Tag, tag};
use super::message::{AskMsg, Dialog, Msg, ShowMsg, Tab};
use super::pace::Pace;
use super::painter::Palette;
use super::place::Place;
use super::player::Player;
use super::screen::{self, Screen};
use super::theme::Theme;
use super::{opening, panic};
use crate::replication::ids::{NodeId, SessionId};
use crate::simulation::command::{Command, LinkCommand};
use crate::view::conflict::ConflictCard;
use crate::view::draft::Draft;
#[cfg(feature = "catalogue")]
use crate::view::marks::Marks;
use crate::view::verdicts::Marked;
use std::rc::Rc;
use yew::prelude::*;

/// The page.
pub struct App {
    player: Option<Player>,
    screen: Option<Screen>,
    say: Say,
    tab: Tab,
    selected: Option<NodeId>,
    with_heartbeats: bool,
    width: f64,
    marked: Option<Rc<Marked>>,
    time: time::Time,
    draft: Option<Draft>,
    focus_next: Option<String>,
    search: String,
    dialog: Option<Dialog>,
    asked: Option<Asked>,
    is_copied: Option<bool>,
    modal: Modal,
    alert: Option<String>,
    aloud: Aloud,
    announced: AttrValue,
    told_until: u64,
    place: Place,
    theme: Theme,
    palette: Palette,
    is_motion_reduced: bool,
    clock: Clock,
    frame: NodeRef,
    frame_width: Option<Watch>,
    canvas: NodeRef,
    frames: Option<Frames>,
    last_frame_ms: Option<f64>,
    pace: Pace,
    waited_us: u64,
    /// Also of writes that were asked for long ago.
    #[cfg(feature = "catalogue")]
    with_all_fates: bool,
    /// What is known of the future that is played, for the scrub track.
    #[cfg(feature = "catalogue")]
    on_track: Marks,
    #[cfg(feature = "catalogue")]
    diagram: super::diagram::Diagram,
    #[cfg(feature = "catalogue")]
    charts: super::charts::Charts,
    #[cfg(feature = "catalogue")]
    course: super::course::Course,
    #[cfg(feature = "catalogue")]
    embed: Option<super::embed::Embed>,
    #[cfg(feature = "catalogue")]
    search_run: super::measure::Search,
    #[cfg(feature = "catalogue")]
    compare: super::measure::Compare,
    _listeners: Vec<Listener>,
}

/// A conflict that a person is about to decide.
#[derive(Clone, PartialEq)]
pub(crate) struct Asked {
    /// Whose session.
    pub(crate) session: SessionId,
    /// Which line.
    pub(crate) item: String,
    /// Both sides, as last seen; `None` when it could not be read.
    pub(crate) card: Option<ConflictCard>,
    /// What went otherwise than expected.
    pub(crate) notice: Option<String>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let say = ctx.link().callback(|msg: Msg| msg);
        let (opened, problem) = match opening::from_address() {
            Some(Ok(player)) => (Ok(player), None),
            Some(Err(reason)) => (opening::default_scene(), Some(format!("{reason} Showing the default scene instead."))),
            None => (opening::default_scene(), None),
        };
        let (player, failure) = match opened {
            Ok(player) => (Some(player), None),
            Err(reason) => (None, Some(format!("Nothing can be shown: {reason}"))),
        };
        let theme = opening::theme();
        theme.apply();
        let listeners = listeners::listeners(ctx);
        let mut app = Self {
            player,
            screen: None,
            say,
            tab: Tab::Conflict,
            selected: None,
            with_heartbeats: false,
            width: page::window()
                .map_or(940.0, |window| window.inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(940.0).min(940.0)),
            marked: None,
            time: time::Time::default(),
            draft: None,
            focus_next: None,
            search: String::new(),
            dialog: None,
            asked: None,
            is_copied: None,
            modal: Modal::default(),
            alert: problem.or(failure),
            aloud: if IS_WHOLE { Aloud::stored() } else { Aloud::default() },
            announced: AttrValue::default(),
            told_until: 0,
            #[cfg(feature = "catalogue")]
            place: Place::of_address(),
            #[cfg(not(feature = "catalogue"))]
            place: Place::Play,
            theme,
            palette: Palette::read(),
            is_motion_reduced: page::prefers_reduced_motion(),
            clock: Clock::default(),
            frame: NodeRef::default(),
            frame_width: None,
            canvas: NodeRef::default(),
            frames: None,
            last_frame_ms: None,
            pace: Pace::default(),
            waited_us: 0,
            #[cfg(feature = "catalogue")]
            with_all_fates: false,
            #[cfg(feature = "catalogue")]
            on_track: Marks::default(),
            #[cfg(feature = "catalogue")]
            diagram: super::diagram::Diagram::new(page::width()),
            #[cfg(feature = "catalogue")]
            charts: super::charts::Charts::default(),
            #[cfg(feature = "catalogue")]
            course: super::course::Course::default(),
            #[cfg(feature = "catalogue")]
            embed: super::embed::Embed::from_address(),
            #[cfg(feature = "catalogue")]
            search_run: super::measure::Search::default(),
            #[cfg(feature = "catalogue")]
            compare: super::measure::Compare::default(),
            _listeners: listeners,
        };
        app.opened();
        #[cfg(feature = "catalogue")]
        app.open_from_address();
        #[cfg(feature = "catalogue")]
        app.open_course_of_address();
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        #[cfg(feature = "catalogue")]
        let Some(msg) = self.meant(msg) else {
            return false;
        };
        #[cfg(feature = "catalogue")]
        let before = self.player.as_ref().map(|player| player.session.now()).unwrap_or_default();
        let is_log_touched = !matches!(msg, Msg::Frame(_) | Msg::Show(_));
        let is_frame = matches!(msg, Msg::Frame(_));
        #[cfg(feature = "catalogue")]
        if let Some(player) = self.player.as_ref().filter(|_| !matches!(msg, Msg::Frame(_) | Msg::Diagram(_))) {
            self.diagram.follow(player);
            // Before it may go back.
            self.on_track.follow(&player.session);
        }
        let renders = match msg {
            #[cfg(feature = "catalogue")]
            Msg::Diagram(msg) => return self.on_diagram(msg),
            #[cfg(feature = "catalogue")]
            Msg::Charts(msg) => return self.on_charts(msg),
            #[cfg(feature = "catalogue")]
            Msg::Export(msg) => return self.on_export(msg),
            #[cfg(feature = "catalogue")]
            Msg::Place(place) => self.on_place(place),
            #[cfg(feature = "catalogue")]
            Msg::Search(msg) => return self.on_search(msg),
            #[cfg(feature = "catalogue")]
            Msg::Compare(msg) => {
                let renders = self.on_compare(msg);
                self.keep_frames(ctx);
                return renders;
            }
            #[cfg(feature = "catalogue")]
            Msg::Frame(at_ms) if self.place == Place::Compare => {
                let renders = self.on_compare_frame(at_ms);
                self.keep_frames(ctx);
                self.compare.paint(&mut self.palette);
                return renders;
            }
            Msg::Frame(at_ms) => self.on_frame(at_ms),
            Msg::Run(msg) => self.on_run(msg),
            Msg::Guide(msg) => self.on_guide(msg),
            Msg::Act(session, action) => self.on_command(Command::Act { session, action }),
            Msg::Command(command) => self.on_command(command),
            Msg::ToggleDevice => self.toggle_device().is_some_and(|command| self.on_command(command)),
            Msg::Show(msg) => self.on_show(msg),
            Msg::Open(msg) => self.on_open(msg),
            Msg::Ask(msg) => self.on_ask(msg),
            Msg::Settings(msg) => IS_WHOLE && self.on_settings(msg),
            #[cfg(feature = "catalogue")]
            Msg::Embed(msg) => self.on_embed(msg),
            #[cfg(feature = "catalogue")]
            Msg::Course(msg) => self.on_course(msg),
            #[cfg(feature = "catalogue")]
            Msg::Term(id) => self.on_term(id),
            Msg::Time(mut msg) => IS_WHOLE && msg.take().is_some_and(|msg| self.on_time(msg)),
            #[cfg(feature = "lab")]
            Msg::Lab(_) => false,
        };
        #[cfg(feature = "catalogue")]
        let has_news = self.follow_embed(before);
        #[cfg(not(feature = "catalogue"))]
        let has_news = false;
        #[cfg(feature = "catalogue")]
        self.follow_course();
        if is_log_touched && let Some(player) = &self.player {
            panic::remember(player.session.recipe().to_json());
        }
        self.keep_frames(ctx);
        // Without motion, each event is a picture of its own.
        if is_frame && self.frames.is_some() && !self.is_motion_reduced {
            let renders = self.pass(renders) || has_news;
            // What is rendered is painted afterwards.
            if !renders {
                self.paint_messages();
            }
            return renders;
        }
        // No part waits for its turn any more: all are drawn now.
        self.pace.drawn();
        let renders = renders || has_news;
        if renders {
            self.refresh();
        } else {
            self.paint();
        }
        renders
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let player = self.player.as_ref();
        let header = Header {
            scenario: player.and_then(|player| player.scenario).map(|scenario| scenario.id),
            variant: player.filter(|player| screen::is_mode_kept(player)).and_then(|player| player.variant.clone()),
            theme: self.theme,
            place: self.place,
            #[cfg(feature = "catalogue")]
            pair: self.pair_words(),
        };
        let main = tag("main").set("id", "main").class("play").set("tabindex", "-1");
        let main = match (player, &self.screen) {
            #[cfg(feature = "catalogue")]
            (Some(player), _) if self.place != Place::Play => self.elsewhere(main, player),
            (Some(player), Some(screen)) => self.play(main, player, screen),
            _ => main.child(tag("p").class("empty").text("The page has nothing to play.")),
        };
        let live = tag("div").class("visually-hidden").set("aria-live", "polite").testid("live").text(self.announced.clone());
        let header = part(header, &self.say);
        #[cfg(feature = "catalogue")]
        let header = if self.embed.is_some() { part(self.embed_top(), &self.say) } else { header };
        tag("div")
            .class("app")
            .child(skip_link(&self.say))
            .child(header)
            .child(part(AlertBar { text: self.alert.clone() }, &self.say))
            .child(main)
            .child(live)
            .child(dialogs(&self.open_dialog(), &self.say))
            .into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        self.paint_messages();
        // Among the turns of a run that plays, the time has its own.
        if !self.pace.drawn() {
            self.show_time();
        }
        #[cfg(feature = "catalogue")]
        if self.place == Place::Compare {
            self.compare.follow(&self.say);
            self.compare.paint(&mut self.palette);
        }
        self.modal.follow();
        #[cfg(feature = "catalogue")]
        self.follow_diagram({
            let link = ctx.link().clone();
            move |msg| link.send_message(msg)
        });
        if IS_WHOLE && let Some(id) = self.focus_next.take() {
            page::focus(&id);
        }
        if self.frame_width.is_none() {
            let link = ctx.link().clone();
            let report = move |width| link.send_message(Msg::Show(ShowMsg::Resized(width)));
            self.frame_width = self.frame.cast().and_then(|frame| Watch::width(frame, report));
        }
        if first_render {
            panic::drill_if_asked();
        }
    }
}

impl App {
    /// A new run is there.
    fn opened(&mut self) {
        self.selected = None;
        self.asked = None;
        self.marked = None;
        self.time = time::Time::default();
        self.draft = None;
        self.told_until = 0;
        #[cfg(feature = "catalogue")]
        {
            self.with_all_fates = false;
            self.on_track = Marks::default();
            self.forget_diagram();
        }
        self.follow_lesson();
        self.screen = None;
        self.refresh();
        #[cfg(feature = "catalogue")]
        self.opened_in_frame();
        if let Some(player) = &self.player {
            panic::remember(player.session.recipe().to_json());
        }
    }

    fn on_command(&mut self, command: Command) -> bool {
        let Some(player) = &mut self.player else { return false };
        if let Err(error) = player.act(command) {
            self.alert = Some(format!("That cannot be done: {error}"));
        }
        true
    }

    fn on_ask(&mut self, msg: AskMsg) -> bool {
        let Some(player) = &mut self.player else { return false };
        match (msg, self.asked.take()) {
            (AskMsg::Open(session, item), _) => self.asked = Some(player.look(session, item, None)),
            (AskMsg::Resolve(quantity), Some(asked)) => self.asked = player.resolve(asked, quantity),
            (AskMsg::Resolve(_), None) => {}
        }
        true
    }

    /// What takes the device offline, or back.
    fn toggle_device(&self) -> Option<Command> {
        let (site, is_offline) = self.screen.as_ref()?.device()?;
        let link = if is_offline { LinkCommand::Reconnect(site) } else { LinkCommand::Disconnect(site) };
        Some(Command::Link(link))
    }
}

fn skip_link(say: &Say) -> Tag {
    let skip = tag("a").class("skip").set("href", "#main").text("Skip to the stage");
    skip.on(On::Click, say, |event| {
        event.prevent_default();
        page::focus("main");
        None
    })
}
