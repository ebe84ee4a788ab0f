//! The panel at the right: one tab at a time.

use super::conflict::conflict_tab;
use super::events::events_tab;
use super::faults::faults_tab;
use super::part::Draw;
use super::replica::replica_tab;
use super::settings::{no_settings, settings_tab};
use super::verdicts::verdicts_tab;
use crate::ui::IS_WHOLE;
use crate::ui::aloud::Aloud;
use crate::ui::hooks::page;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, ShowMsg, Tab};
use crate::ui::screen::Panel;
use crate::view::names::Names;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent};

/// The panel.
#[derive(PartialEq)]
pub(crate) struct PanelView {
    pub(crate) tab: Tab,
    pub(crate) panel: Panel,
    pub(crate) names: Rc<Names>,
    pub(crate) conflict_count: usize,
    pub(crate) aloud: Aloud,
}

impl Draw for PanelView {
    fn draw(&self, say: &Say) -> Tag {
        let (key, content) = match &self.panel {
            Panel::Conflict(view, mode) => ("conflict", conflict_tab(view.as_deref(), *mode, &self.names, say)),
            Panel::Verdicts(cards) => ("verdicts", verdicts_tab(cards, say)),
            Panel::Replica(inspection, fingerprint) => ("replica", replica_tab(inspection.as_deref(), fingerprint, &self.names, say)),
            Panel::Faults(breakable) => ("faults", faults_tab(breakable, say)),
            Panel::Events(lines, in_flight, marked) => ("events", events_tab(lines, in_flight, marked.as_deref(), self.aloud, say)),
            Panel::Settings(view) if IS_WHOLE => ("settings", settings_tab(view, say)),
            Panel::Settings(_) | Panel::NoSettings => ("settings", no_settings(say)),
        };
        let tab = self.tab;
        let tabs = tag("div")
            .class("tabs")
            .set("role", "tablist")
            .set("aria-label", "Details")
            .on(On::KeyDown, say, move |event| arrow_key(tab, event))
            .children(Tab::ALL.into_iter().map(|one| self.button(one, say)));
        let content = tag("div")
            .class("panel-content")
            .set("role", "tabpanel")
            .set("id", "panel-content")
            .set("aria-labelledby", tab_id(tab))
            .set("tabindex", "0")
            .child(tag("div").key(key).child(content));
        tag("aside").class("panel").set("aria-label", "Details").child(tabs).child(content)
    }
}

impl PanelView {
    fn button(&self, tab: Tab, say: &Say) -> Tag {
        let is_active = tab == self.tab;
        let (class, count) = match self.conflict_count {
            count if tab == Tab::Conflict && count > 0 => ("badge", count.to_string()),
            _ => ("badge badge-none", String::new()),
        };
        button("tab")
            .key(tab.id())
            .set("role", "tab")
            .set("id", tab_id(tab))
            .state("aria-selected", is_active)
            .set("aria-controls", "panel-content")
            .set("tabindex", if is_active { "0" } else { "-1" })
            .on_click(say, Msg::Show(ShowMsg::Tab(tab)))
            .testid(tab_id(tab))
            .text(tab.title())
            .child(tag("span").class(class).text(count))
    }
}

fn tab_id(tab: Tab) -> String {
    format!("tab-{}", tab.id())
}

/// Left and right move between tabs, as tab lists do.
fn arrow_key(tab: Tab, event: &Event) -> Option<Msg> {
    let index = Tab::ALL.iter().position(|one| *one == tab).unwrap_or(0);
    let count = Tab::ALL.len();
    let next = match event.unchecked_ref::<KeyboardEvent>().key().as_str() {
        "ArrowRight" => (index + 1) % count,
        "ArrowLeft" => (index + count - 1) % count,
        "Home" => 0,
        "End" => count - 1,
        _ => return None,
    };
    event.prevent_default();
    page::focus(&tab_id(Tab::ALL[next]));
    Some(Msg::Show(ShowMsg::Tab(Tab::ALL[next])))
}
