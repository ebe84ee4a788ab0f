//! The owner of the device: takes wishes, hears what the device says, decides what to render.

mod decide;
mod files;
mod shown;

use super::held::Held;
use super::message::{LabDialog, LabMsg, TourMsg};
use super::notes;
use super::top::Top;
use super::tour::Strip;
use crate::limits;
use crate::offline::state::{DeviceOptions, DeviceState, Event, Link, Outcome, Told, WriteId};
use crate::offline::web::device::Device;
use crate::replication::delta::{Item, Key};
use crate::ui::components::{AlertBar, part};
use crate::ui::hooks::modal::Modal;
use crate::ui::hooks::{page, storage};
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::{AskMsg, Msg, ShowMsg};
use crate::ui::panic;
use crate::ui::theme::Theme;
use crate::view::lab::edit::{Edit, LineEdit, Undo};
use crate::view::lab::told::{Known, ToldLine};
use crate::view::lab::tour::{self, Seen, Tour};
use crate::view::lab::{CART, Who, notes as note_list};
use crate::view::words;
use decide::Deciding;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use yew::prelude::*;

const TOUR_STORED_AS: &str = "replicascope.lab.tour";
/// Lines of what happened lately.
const TOLD: usize = 60;
/// What an empty cart can be filled with. The first by name is what Ana changes first.
const STARTER: [(&str, u32); 3] = [("eggs", 6), ("milk", 2), ("tea", 1)];

/// The page.
pub struct Lab {
    device: Device,
    state: DeviceState,
    who: Who,
    held: Option<Held>,
    say: Say,
    /// Writes that are not durable yet.
    saving: BTreeMap<WriteId, (Key, Option<Item>)>,
    undo: Vec<(WriteId, Undo)>,
    told: VecDeque<ToldLine>,
    announced: AttrValue,
    alert: Option<String>,
    dialog: Option<LabDialog>,
    deciding: Option<Deciding>,
    chosen: Key,
    editing: Option<Key>,
    focus_next: Option<&'static str>,
    tour: Tour,
    theme: Theme,
    modal: Modal,
    is_framed: bool,
}

impl Component for Lab {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let say = ctx.link().callback(|msg: Msg| msg);
        let heard = say.clone();
        let options = DeviceOptions { cart: CART.to_owned(), remembers_switches: true, ..DeviceOptions::default() };
        let device = Device::open(options, Rc::new(move |event| heard.emit(LabMsg::Device(event).into())));
        let theme = Theme::stored();
        theme.apply();
        page::name("Offline lab · Replicascope");
        panic::remember("The offline lab has no recipe: what it holds is in the storage of this browser.".to_owned());
        let state = device.state();
        let offset_ms = (js_sys::Date::new_0().get_timezone_offset() * -60_000.0) as i64;
        let mut lab = Self {
            who: Who { name: state.name.clone(), offset_ms },
            device,
            state,
            held: None,
            say,
            saving: BTreeMap::new(),
            undo: Vec::new(),
            told: VecDeque::new(),
            announced: AttrValue::default(),
            alert: None,
            dialog: None,
            deciding: None,
            chosen: Key::from(CART),
            editing: None,
            focus_next: None,
            tour: Tour::from_text(&storage::read(TOUR_STORED_AS).unwrap_or_default()),
            theme,
            modal: Modal::default(),
            is_framed: page::is_framed(),
        };
        lab.refresh();
        lab
    }

    fn update(&mut self, _ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            // A change is told once for all that is told at the same time.
            Msg::Lab(LabMsg::Device(Event::Told(told))) => {
                self.hear(&told);
                return false;
            }
            Msg::Lab(msg) => self.on_lab(msg),
            Msg::Show(ShowMsg::Theme(theme)) => {
                self.theme = theme;
                theme.apply();
                theme.store();
            }
            Msg::Show(ShowMsg::CloseDialog) => self.close_dialog(),
            Msg::Show(ShowMsg::DismissAlert) => self.alert = None,
            Msg::Ask(AskMsg::Resolve(quantity)) => self.decide_line(quantity),
            // Of the other page.
            _ => return false,
        }
        self.refresh();
        true
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let say = &self.say;
        let main = tag("main").set("id", "main").class("lab").set("tabindex", "-1").testid("lab");
        let live = tag("div").class("visually-hidden").set("aria-live", "polite").testid("live").text(self.announced.clone());
        let top = Top { theme: self.theme, is_tour_folded: self.tour.is_dismissed };
        let item = tour::disputed(self.state.view.as_deref());
        let strip = (!self.tour.is_dismissed).then(|| tag("div").child(part(Strip { tour: self.tour, item }, say)));
        let columns = tag("div").class("lab-columns").child(self.work()).child(self.decisions()).child(self.world());
        tag("div")
            .class("app")
            .child(skip_link(say))
            .child(part(top, say))
            .child(part(self.trouble(), say))
            .child(part(AlertBar { text: self.alert.clone() }, say))
            .child(
                main.child(tag("h1").class("visually-hidden").text("Offline lab"))
                    .child(tag("div").maybe(strip))
                    .child(part(self.connection(), say))
                    .child(columns),
            )
            .child(live)
            .child(self.dialogs())
            .into()
    }

    fn rendered(&mut self, _ctx: &Context<Self>, first_render: bool) {
        self.modal.follow();
        if let Some(id) = self.focus_next.take() {
            page::focus(id);
        }
        if first_render {
            panic::drill_if_asked();
        }
    }
}

impl Lab {
    fn refresh(&mut self) {
        self.state = self.device.state();
        self.who.name.clone_from(&self.state.name);
        let default = DeviceOptions::default().mode;
        self.held = Held::of(&self.device, &self.state, &self.who, &self.chosen, default, self.held.take());
        let before = self.tour;
        self.tour.observe(Seen::of(&self.state));
        if self.tour != before {
            self.keep_tour();
        }
    }

    fn keep_tour(&self) {
        storage::write(TOUR_STORED_AS, &self.tour.to_text());
    }

    fn on_lab(&mut self, msg: LabMsg) {
        match msg {
            LabMsg::Device(event) => self.on_event(event),
            LabMsg::Edit(edit) => self.edit(&edit, true),
            LabMsg::Add(item) => self.edit(&Edit::Line(Item::from(item.as_str()), LineEdit::More(1)), true),
            LabMsg::NewNote(text) => {
                let key = note_list::new_key(js_sys::Date::now() as u64, (js_sys::Math::random() * f64::from(u32::MAX)) as u32);
                self.edit(&Edit::Note(key, Some(text)), true);
            }
            LabMsg::EditNote(key) => {
                self.focus_next = key.is_some().then_some(notes::FIELD);
                self.editing = key;
            }
            LabMsg::Undo => self.take_back(),
            LabMsg::Fill => {
                STARTER.into_iter().for_each(|(item, quantity)| self.edit(&Edit::Line(Item::from(item), LineEdit::Set(quantity)), true))
            }
            LabMsg::Link(link, is_on) => self.device.set_link(link, is_on),
            LabMsg::Online(is_on) => {
                self.device.set_link(Link::Tabs, is_on);
                self.device.set_link(Link::Cloud, is_on);
                self.announced = if is_on { "Online" } else { "Offline" }.into();
            }
            LabMsg::Conditions(conditions) => self.device.set_cloud_conditions(conditions),
            LabMsg::Ana => self.device.ana_edits(),
            LabMsg::Adopt(slot) => self.device.adopt(slot),
            LabMsg::FindOrphans => self.device.find_orphans(),
            LabMsg::Native(Some((address, secret))) => self.device.connect_native(&address, &secret),
            LabMsg::Native(None) => self.device.disconnect_native(),
            LabMsg::Retry => self.device.retry(),
            LabMsg::Export => self.export(),
            LabMsg::Import(file) => self.import(file),
            LabMsg::Done(Ok(sentence)) => self.announced = sentence.into(),
            LabMsg::Done(Err(problem)) => self.alert = Some(problem),
            LabMsg::Choose(key) => self.chosen = key,
            LabMsg::Dialog(dialog) => self.open_dialog(dialog),
            LabMsg::Clear(is_all) => self.clear(is_all),
            LabMsg::Decide(text) => self.decide_note(text),
            LabMsg::Tour(msg) => self.on_tour(msg),
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Changed => {}
            Event::Answered(id, outcome) => {
                self.saving.remove(&id);
                if let Outcome::Refused(refusal) = outcome {
                    self.undo.retain(|(write, _)| *write != id);
                    self.alert = Some(format!("Not saved: {}.", words::refusal(refusal)));
                }
            }
            Event::Told(told) => self.hear(&told),
        }
    }

    fn hear(&mut self, told: &Told) {
        let (device, links) = (self.device.clone(), self.device.state().links);
        let known = Known { who: &self.who, links: &links, delta: &|dot| device.delta(dot) };
        let line = known.line(told.at_ms as i64, &told.what);
        // Two peers may say the same at every greeting.
        let Some(line) = line.filter(|line| self.told.iter().rev().take(3).all(|before| before.text != line.text)) else { return };
        if line.is_aloud {
            self.announced = line.text.clone().into();
        }
        if self.told.len() == TOLD {
            self.told.pop_front();
        }
        self.told.push_back(line);
    }

    fn edit(&mut self, edit: &Edit, can_be_undone: bool) {
        let view = self.device.state().view;
        let (key, operation) = match edit.operation(view.as_deref()) {
            Ok(write) => write,
            Err(problem) => {
                self.alert = Some(problem);
                return;
            }
        };
        let undo = edit.undo(view.as_deref()).filter(|_| can_be_undone);
        let item = if let Edit::Line(item, _) = edit { Some(item.clone()) } else { None };
        let id = self.device.write(key.clone(), operation);
        self.saving.insert(id, (key, item));
        if let Some(undo) = undo {
            if self.undo.len() == limits::MAX_UNDO {
                self.undo.remove(0);
            }
            self.undo.push((id, undo));
        }
        if matches!(edit, Edit::Note(..)) {
            self.editing = None;
        }
        self.alert = None;
    }

    fn take_back(&mut self) {
        if let Some((_, undo)) = self.undo.pop() {
            let edit = undo.edit(self.device.state().view.as_deref());
            self.edit(&edit, false);
        }
    }

    fn on_tour(&mut self, msg: TourMsg) {
        match msg {
            TourMsg::Dismiss => self.tour.is_dismissed = true,
            TourMsg::Reopen => self.tour.is_dismissed = false,
            TourMsg::Restart => self.tour.restart(),
        }
        self.keep_tour();
    }
}

fn skip_link(say: &Say) -> Tag {
    let skip = tag("a").class("skip").set("href", "#main").text("Skip to the cart");
    skip.on(On::Click, say, |event| {
        event.prevent_default();
        page::focus("main");
        None
    })
}
