//! The owner of the device: takes wishes, hears what the device says, decides what to render.

use super::cart::Cart;
use super::cloud::CloudCard;
use super::conflicts::ConflictsCard;
use super::connection::Connection;
use super::decide;
use super::devices::DevicesCard;
use super::held::Held;
use super::identity::IdentityCard;
use super::message::{LabDialog, LabMsg, TourMsg};
use super::modes::ModesCard;
use super::native::NativeCard;
use super::notes::{self, NotesCard};
use super::outbox::OutboxCard;
use super::storage::StorageCard;
use super::told::ToldCard;
use super::top::{Top, Trouble};
use super::tour::Strip;
use crate::limits;
use crate::offline::state::{CloudHost, DeviceOptions, DeviceState, Event, Link, NativeState, Outcome, StorageState, Told, WriteId};
use crate::offline::web::device::Device;
use crate::replication::causality::Dot;
use crate::replication::delta::{Item, Key};
use crate::replication::ids::SessionId;
use crate::ui::app::Asked;
use crate::ui::components::{AlertBar, ask, part};
use crate::ui::hooks::modal::Modal;
use crate::ui::hooks::{file, page, storage};
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::{AskMsg, Msg, ShowMsg};
use crate::ui::panic;
use crate::ui::theme::Theme;
use crate::view::conflict::ConflictCard;
use crate::view::lab::edit::{Edit, LineEdit, Undo};
use crate::view::lab::told::{Known, ToldLine};
use crate::view::lab::tour::{self, Seen, Tour};
use crate::view::lab::{CART, Who, links, notes as note_list};
use crate::view::words;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
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

/// A conflict as it stood when its dialog came up.
struct Deciding {
    dots: Vec<Dot>,
    card: ConflictCard,
    notice: Option<String>,
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

/// What is shown.
impl Lab {
    fn is_usable(&self) -> bool {
        self.state.view.is_some() && matches!(self.state.storage, StorageState::Durable { .. } | StorageState::MemoryOnly { .. })
    }

    fn trouble(&self) -> Trouble {
        let (said, is_loud) = links::storage(&self.state.storage);
        Trouble {
            storage: is_loud.then_some(said.text),
            is_framed: self.is_framed,
            can_retry: matches!(self.state.storage, StorageState::Failed(_)),
            alarm: links::alarm(&self.state),
        }
    }

    fn connection(&self) -> Connection {
        let DeviceState { links, .. } = &self.state;
        Connection {
            name: self.state.name.clone(),
            reach: links::reach(links),
            words: links::reach_words(links),
            tabs_on: links.tabs.is_on,
            cloud_on: links.cloud.is_on,
            counts: self.held.as_ref().map(|held| held.outbox.summary()).unwrap_or_default(),
            is_saving: self.state.is_saving || !self.saving.is_empty(),
            storage: links::storage(&self.state.storage).0,
            browser: links::browser(self.state.is_browser_online),
            probe: links::probe(self.state.probe),
        }
    }

    fn work(&self) -> Tag {
        let saving_items = self.saving.values().filter_map(|(_, item)| item.clone()).collect();
        let saving_keys = self.saving.values().map(|(key, _)| key.clone()).collect();
        let cart = Cart {
            lines: self.held.as_ref().map(|held| held.lines.clone()).unwrap_or_default(),
            saving: saving_items,
            is_usable: self.is_usable(),
            mode: self.held.as_ref().map_or("", |held| words::mode_name(held.cart_mode)),
            undo: self.undo.last().map(|(_, undo)| undo.what.clone()),
        };
        let notes = NotesCard {
            notes: self.state.view.as_ref().map(|view| note_list::notes(view, &saving_keys)).unwrap_or_default(),
            editing: self.editing.clone(),
            is_usable: self.is_usable(),
        };
        tag("div").class("lab-column lab-work").child(part(cart, &self.say)).child(part(notes, &self.say))
    }

    fn decisions(&self) -> Tag {
        let column = tag("div").class("lab-column");
        let Some(held) = &self.held else { return column };
        let is_offline = !self.state.links.cloud.is_on;
        let modes = ModesCard {
            keys: held.keys.clone(),
            chosen: held.chosen.clone(),
            mode: held.mode,
            comparison: held.comparison.clone(),
            is_usable: self.is_usable(),
        };
        column
            .child(part(OutboxCard { outbox: held.outbox.clone(), is_offline }, &self.say))
            .child(part(ConflictsCard { keys: held.conflicts.clone() }, &self.say))
            .child(part(modes, &self.say))
    }

    fn world(&self) -> Tag {
        let (say, links) = (&self.say, &self.state.links);
        let is_silent = links.cloud.host == CloudHost::Nowhere && links.cloud.is_on && !links.cloud.conditions.is_out;
        let cloud = CloudCard {
            host: links::host(&links.cloud),
            peer: links.cloud.peer.as_ref().map(links::peer),
            conditions: links.cloud.conditions,
            lost_count: links.cloud.lost_count,
            held: links.cloud.view.as_deref().map(links::held),
            has_host: !is_silent && !matches!(links.cloud.host, CloudHost::Failed(_)),
        };
        let devices = DevicesCard {
            peers: links.tabs.peers.iter().map(links::peer).collect(),
            orphans: self.state.orphans.to_vec(),
            malformed_count: links.tabs.malformed_count,
        };
        let native = NativeCard {
            state: links::native(&links.native),
            is_off: links.native.state == NativeState::Off,
            address: links.native.address.clone().unwrap_or_default(),
        };
        let identity = self.held.as_ref().map(|held| tag("div").child(part(IdentityCard { identity: held.identity.clone() }, say)));
        tag("div")
            .class("lab-column")
            .child(part(cloud, say))
            .child(part(devices, say))
            .child(part(self.storage_card(), say))
            .child(part(native, say))
            .maybe(identity)
            .child(part(ToldCard { lines: self.told.iter().rev().cloned().collect() }, say))
    }

    fn storage_card(&self) -> StorageCard {
        let persisted = match self.state.storage {
            StorageState::Durable { persisted: Some(true) } => "yes",
            StorageState::Durable { persisted: Some(false) } => "no",
            _ => "nothing",
        };
        let state = links::storage(&self.state.storage).0;
        StorageCard { state, persisted, guard: links::guard(self.state.guard), is_usable: self.is_usable() }
    }

    fn dialogs(&self) -> Tag {
        let say = &self.say;
        let notice = self.deciding.as_ref().and_then(|deciding| deciding.notice.clone());
        let card = self.deciding.as_ref().map(|deciding| deciding.card.clone());
        let (key, dialog) = match &self.dialog {
            None => ("none", None),
            Some(LabDialog::Decide(_, Some(item))) => {
                let asked = Asked { session: SessionId(0), item: item.to_string(), card, notice };
                ("line", Some(ask(&asked, say)))
            }
            Some(LabDialog::Decide(_, None)) => ("note", Some(decide::decide_note(card.as_ref(), notice.as_deref(), say))),
            Some(LabDialog::Clear(is_all)) => {
                let pending_count = self.state.view.as_ref().map_or(0, |view| view.pending.len());
                ("clear", Some(decide::confirm_clear(*is_all, &self.state.name, pending_count, say)))
            }
        };
        tag("div").class("dialogs").child(tag("div").key(key).maybe(dialog))
    }
}

/// What is done.
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
        let (state, log) = (self.device.state(), self.device.log());
        let line = Known { who: &self.who, links: &state.links, log: &log }.line(told.at_ms as i64, &told.what);
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

    /// What takes a while is told when it is over.
    fn later(&self, work: impl Future<Output = Result<String, String>> + 'static) {
        let say = self.say.clone();
        spawn_local(async move { say.emit(LabMsg::Done(work.await).into()) });
    }

    fn export(&self) {
        let (device, name) = (self.device.clone(), self.state.name.clone());
        let file_name = format!("replicascope-{}.bin", name.to_ascii_lowercase().replace(' ', "-"));
        self.later(async move {
            let bytes = device.export().await.map_err(|error| format!("Not exported: {error}."))?;
            file::save(&file_name, &bytes).map_err(|_| "Not exported: the browser does not save files here.".to_owned())?;
            Ok(format!("{name} is exported as {file_name}."))
        });
    }

    fn import(&mut self, chosen: web_sys::File) {
        let device = self.device.clone();
        self.undo.clear();
        self.later(async move {
            let bytes = file::read(&chosen, limits::MAX_DEVICE_FILE_BYTES).await.map_err(|problem| format!("Not imported: {problem}."))?;
            device.import(&bytes).await.map_err(|error| format!("Not imported: {error}."))?;
            Ok("Imported: the same writes, under a new identity.".to_owned())
        });
    }

    fn clear(&mut self, is_all: bool) {
        self.close_dialog();
        self.undo.clear();
        if is_all {
            self.tour.restart();
            self.keep_tour();
        }
        let device = self.device.clone();
        self.later(async move {
            let cleared = if is_all { device.clear_all().await } else { device.clear().await };
            cleared.map_err(|error| format!("Not cleared: {error}."))?;
            Ok(if is_all { "Everything is cleared." } else { "This device is cleared, and begins as a new one." }.to_owned())
        });
    }
}

/// Deciding by hand.
impl Lab {
    fn open_dialog(&mut self, dialog: LabDialog) {
        if let LabDialog::Decide(key, item) = &dialog {
            self.deciding = self.conflict_on(key, item.as_ref(), None);
            if self.deciding.is_none() {
                return;
            }
        }
        self.dialog = Some(dialog);
    }

    fn close_dialog(&mut self) {
        (self.dialog, self.deciding) = (None, None);
    }

    fn conflict_on(&self, key: &Key, item: Option<&Item>, notice: Option<String>) -> Option<Deciding> {
        let shown = self.held.as_ref()?.conflicts.iter().find(|shown| shown.key == *key)?;
        let conflict = shown.conflicts.iter().find(|conflict| conflict.item.as_ref() == item && conflict.card.is_open)?;
        Some(Deciding { dots: conflict.dots.clone(), card: conflict.card.clone(), notice })
    }

    /// What is to be decided, if it is still what the person has seen; else they are told.
    fn still_the_same(&mut self) -> Option<(Key, Option<Item>)> {
        let Some(LabDialog::Decide(key, item)) = self.dialog.clone() else { return None };
        self.refresh();
        let notice = "Another version arrived while you were looking. Nothing was decided; these are the versions now.";
        let now = self.conflict_on(&key, item.as_ref(), Some(notice.to_owned()));
        let is_same = now.as_ref().zip(self.deciding.as_ref()).is_some_and(|(now, seen)| now.dots == seen.dots);
        if is_same {
            self.close_dialog();
            return Some((key, item));
        }
        if now.is_none() {
            self.dialog = None;
            self.alert = Some("It was decided meanwhile.".to_owned());
        }
        self.deciding = now;
        None
    }

    fn decide_line(&mut self, quantity: u32) {
        if let Some((_, Some(item))) = self.still_the_same() {
            self.edit(&Edit::Line(item, LineEdit::Set(quantity)), false);
        }
    }

    fn decide_note(&mut self, text: Option<String>) {
        if let Some((key, None)) = self.still_the_same() {
            self.edit(&Edit::Note(key, text), false);
        }
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
