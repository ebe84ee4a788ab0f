//! The one header line: name, place, scenario, share, theme, help.

use super::icon::{Shape, icon, svg};
use super::part::Draw;
use crate::scenarios;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Dialog, Msg, OpenMsg, ShowMsg};
use crate::ui::place::Place;
use crate::ui::theme::Theme;

/// The header.
#[derive(PartialEq)]
pub(crate) struct Header {
    pub(crate) scenario: Option<&'static str>,
    pub(crate) variant: Option<String>,
    pub(crate) theme: Theme,
    pub(crate) place: Place,
    /// Words of the button that compares the scenario's broken and fixed variant.
    #[cfg(feature = "catalogue")]
    pub(crate) pair: Option<String>,
}

impl Draw for Header {
    fn draw(&self, say: &Say) -> Tag {
        tag("header")
            .class("top")
            .child(brand())
            .child(places(Some(if self.place == Place::Compare { Place::Measure } else { self.place }), |place, link| {
                link.on(On::Click, say, move |event| go(place, event))
            }))
            .child(self.tools(say))
    }
}

impl Header {
    fn tools(&self, say: &Say) -> Tag {
        let share = button("button button-share")
            .on_click(say, Msg::Show(ShowMsg::Dialog(Dialog::Share)))
            .testid("share")
            .set("aria-label", "Share")
            .set("title", "Share")
            .child(icon(Shape::Share))
            .child(tag("span").class("button-label").text("Share"));
        let help = button("button button-icon")
            .on_click(say, Msg::Show(ShowMsg::Dialog(Dialog::Help)))
            .set("aria-label", "Help and keys")
            .set("title", "Help and keys (?)")
            .testid("help")
            .text("?");
        let buttons = tag("div").class("top-buttons").child(share).child(theme_switch(self.theme, say)).child(help);
        tag("div").class("top-tools").child(self.pickers(say)).child(buttons)
    }

    fn pickers(&self, say: &Say) -> Tag {
        let chosen = self.scenario.and_then(scenarios::find);
        let title = chosen.map_or("A run of your own", |scenario| scenario.title);
        let scenarios = button("button picker-scenario")
            .on_click(say, Msg::Show(ShowMsg::Dialog(Dialog::Scenarios)))
            .set("aria-label", format!("Scenario: {title}. Choose another"))
            .set("title", "Choose a scenario (S)")
            .set("aria-haspopup", "dialog")
            .testid("scenario")
            .child(tag("span").class("picker-title").text(title))
            .child(icon(Shape::Open));
        let variants = chosen.map_or(&[] as &[scenarios::Variant], |scenario| scenario.variants);
        let choices = variants.iter().map(|variant| choice(variant.id, variant.title, self.variant.as_deref() == Some(variant.id)));
        // What is decided otherwise by hand is none of them.
        let changed = self.variant.is_none().then(|| choice("", "Rule changed", true));
        let variants =
            (!variants.is_empty()).then(|| picker("Variant", "variant", say, OpenMsg::Variant).children(changed).children(choices));
        let pickers = tag("div").class("pickers").child(scenarios).child(tag("div").class("picker-variant").maybe(variants));
        #[cfg(feature = "catalogue")]
        let pickers = pickers.maybe(self.pair.as_ref().map(|words| compare_button(words, say)));
        pickers
    }
}

#[cfg(feature = "catalogue")]
fn compare_button(words: &str, say: &Say) -> Tag {
    let compare = button("button picker-compare").on_click(say, crate::ui::measure::CompareMsg::Pair.into());
    // Two frames beside each other.
    let sign = svg("icon", "0 0 20 20", "16").child(tag("path").set("d", "M3 4h5v12H3zM12 4h5v12h-5z"));
    let rest = tag("span").class("picker-compare-rest").text(" broken and fixed");
    let named = compare.set("aria-label", words.to_owned()).set("title", words.to_owned()).testid("compare-pair");
    named.child(sign).child(tag("span").class("picker-compare-words").text("Compare").child(rest))
}

fn picker(label: &'static str, testid: &'static str, say: &Say, open: fn(String) -> OpenMsg) -> Tag {
    let picker = tag("select").class("select").set("aria-label", label).testid(testid);
    picker.on(On::Change, say, move |event| Some(Msg::Open(open(form::text(event)))))
}

fn choice(id: &'static str, title: &'static str, is_chosen: bool) -> Tag {
    tag("option").key(id).set("value", id).flag("selected", is_chosen).text(title)
}

/// What a click on a place's link asks for. Where the place is another program's, the link is followed.
fn go(place: Place, event: &web_sys::Event) -> Option<Msg> {
    #[cfg(feature = "catalogue")]
    {
        event.prevent_default();
        Some(if place == Place::Learn { Msg::Show(ShowMsg::Dialog(Dialog::Course)) } else { Msg::Place(place) })
    }
    #[cfg(not(feature = "catalogue"))]
    {
        if place == Place::Play {
            event.prevent_default();
        }
        None
    }
}

/// The places, the one where the page is marked; none of these: the lab.
pub(crate) fn places(here: Option<Place>, with: impl Fn(Place, Tag) -> Tag) -> Tag {
    let link = |place: Option<Place>| {
        let (title, address) = place.map_or(("Offline lab", "?view=lab"), |place| (place.title(), place.address()));
        let link = tag("a").class("place").set("href", address).text(title);
        let link = if place == here { link.set("aria-current", "page") } else { link };
        if let Some(place) = place { with(place, link) } else { link }
    };
    let all = [Some(Place::Learn), Some(Place::Play), None, Some(Place::Measure)];
    tag("nav").class("places").set("aria-label", "Places").children(all.into_iter().map(link))
}

/// The name of the whole.
pub(crate) fn brand() -> Tag {
    tag("p").class("brand").child(logo()).child(tag("span").text("Replicascope"))
}

/// Light, dark, or as the system has it.
pub(crate) fn theme_switch(theme: Theme, say: &Say) -> Tag {
    let label = format!("Theme: {}. Switch to {}", theme.name(), theme.next().name());
    button("button button-icon")
        .on_click(say, Msg::Show(ShowMsg::Theme(theme.next())))
        .set("aria-label", label.clone())
        .set("title", label)
        .testid("theme")
        .set("data-theme-choice", theme.id())
        .child(icon(Shape::Theme))
}

fn logo() -> Tag {
    let circle = |class: &'static str, x: &'static str, y: &'static str| tag("circle").class(class).set("cx", x).set("cy", y).set("r", "4");
    svg("logo", "0 0 24 24", "24")
        .child(tag("path").class("logo-link").set("d", "M6 8h11M6 9l5 9M18 9l-5 9"))
        .child(circle("logo-leader", "6", "8"))
        .child(circle("logo-follower", "18", "8"))
        .child(circle("logo-device", "12", "18"))
}
