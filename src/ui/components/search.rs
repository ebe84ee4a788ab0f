//! "Find me an anomaly": what is asked for, how the search stands, what it found.

use super::ask::labelled;
use super::part::Draw;
use super::settings::choice;
use crate::hunt::PROMISED;
use crate::limits;
use crate::scenarios::{self, Scenario};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::measure::{Found, SearchMsg, SearchView, Subject};
use crate::view::search::{Part, Told};
use web_sys::Event;

impl Draw for SearchView {
    fn draw(&self, say: &Say) -> Tag {
        tag("section")
            .class("card search")
            .set("aria-labelledby", "search-title")
            .testid("search")
            .child(tag("h2").set("id", "search-title").text("Find me an anomaly"))
            .child(tag("p").class("quiet").text(
                "Runs one setting with many seeds until a run violates the guarantee, and then leaves out every node, person, operation and fault that it does not need.",
            ))
            .child(self.form(say))
            .child(self.progress(say))
    }
}

impl SearchView {
    fn form(&self, say: &Say) -> Tag {
        let amount = |label: &'static str, id: &'static str, value: u64, most: u64, msg: fn(u64) -> SearchMsg| {
            let field = tag("input").class("input").set("type", "number").number("min", 0_u64).number("max", most).value(value.to_string());
            let field = field.flag("disabled", self.is_running).testid(id);
            labelled("field", label, field.on(On::Change, say, move |event| Some(msg(form::amount(event) as u64).into())))
        };
        let (chosen, meaning) =
            self.choices.iter().find(|choice| choice.id == self.guarantee).map_or(("", ""), |choice| (&*choice.promise, choice.meaning));
        let numbers = tag("div")
            .class("search-numbers")
            .child(amount("First seed", "search-first", self.first, 1 << 53, SearchMsg::First))
            .child(amount("Seeds", "search-count", self.count, limits::MAX_SEARCH_SEEDS, SearchMsg::Count))
            .child(amount(
                "Faults drawn for each",
                "search-faults",
                u64::from(self.faults),
                u64::from(limits::MAX_HUNT_FAULTS),
                SearchMsg::Faults,
            ));
        tag("div")
            .class("search-form")
            .child(labelled("field", "Setting", self.settings(say)))
            .child(tag("p").class("quiet").text(self.what_happens.clone()))
            .child(labelled("field", "Guarantee", self.guarantees(say)))
            .child(
                tag("p")
                    .class("quiet")
                    .testid("search-promise")
                    .text(sentence(meaning))
                    .text(" ")
                    .child(tag("strong").text(sentence(chosen))),
            )
            .child(numbers)
    }

    fn settings(&self, say: &Say) -> Tag {
        let stage = option("stage".to_owned(), format!("On the stage: {}", self.stage), self.subject == Subject::Stage);
        let group = |scenario: &&'static Scenario| {
            let variants = scenario.variants.iter().map(|variant| {
                let subject = Subject::Variant(scenario.id, variant.id);
                option(subject.name(), format!("{}: {}", scenario.title, variant.title), self.subject == subject)
            });
            tag("optgroup").key(scenario.id).set("label", scenario.title).children(variants)
        };
        let select = tag("select").class("select").flag("disabled", self.is_running).testid("search-setting");
        let select = select.on(On::Change, say, |event| Some(SearchMsg::Subject(form::text(event)).into()));
        select.child(stage).children(scenarios::ALL.iter().map(group))
    }

    fn guarantees(&self, say: &Say) -> Tag {
        let words = |id: &str, title: &str, promise: &str| if id == PROMISED { title.to_owned() } else { format!("{title} ({promise})") };
        let options = self.choices.iter().map(|one| (one.id.to_owned(), words(one.id, one.title, &one.promise), one.id == self.guarantee));
        let select = choice(options).class("select").flag("disabled", self.is_running).testid("search-guarantee");
        select.on(On::Change, say, |event: &Event| Some(SearchMsg::Guarantee(form::text(event)).into()))
    }

    fn progress(&self, say: &Say) -> Tag {
        let start =
            button("button button-main").on_click(say, SearchMsg::Start.into()).flag("disabled", self.is_running).testid("search-start");
        let cancel = button("button").on_click(say, SearchMsg::Cancel.into()).flag("disabled", !self.is_running).testid("search-cancel");
        let buttons = tag("div").class("fault-buttons").child(start.text("Search")).child(cancel.text("Cancel"));
        let on_page = self.is_on_page.then(|| {
            tag("p").class("quiet").testid("search-on-page").text("No worker can start here, so the page itself searches, in slices.")
        });
        tag("div").class("search-progress").child(buttons).child(tag("div").maybe(on_page)).child(self.outcome(say))
    }

    fn outcome(&self, say: &Say) -> Tag {
        let state = self.told.as_ref().map_or("none-yet", |told| told.state);
        let found = self.found.as_ref().map(|found| open(found, say));
        let result = tag("div").class(format!("search-told search-{state}")).testid("search-told").set("data-state", state);
        let Some(told) = &self.told else { return result };
        // While it runs the words change ten times a second: only what is final is read out.
        let live = if self.is_running { "off" } else { "polite" };
        let headline = tag("p").class("search-headline").set("role", "status").set("aria-live", live).testid("search-headline");
        let notes = told.notes.iter().enumerate().map(|(index, note)| tag("li").key(index).text(note.clone()));
        result
            .child(headline.text(told.headline.clone()))
            .child(tag("ul").class("witness").children(notes))
            .child(tag("div").maybe((!told.parts.is_empty()).then(|| parts(told))))
            .child(tag("div").maybe(found))
    }
}

fn option(value: String, words: String, is_chosen: bool) -> Tag {
    tag("option").key(format!("{value} {is_chosen}")).set("value", value).flag("selected", is_chosen).text(words)
}

fn sentence(promise: &str) -> String {
    if promise.is_empty() { String::new() } else { format!("{}.", crate::view::words::sentence_case(promise)) }
}

/// How small the finding has become.
fn parts(told: &Told) -> Tag {
    let has_before = told.parts.iter().all(|part| part.before.is_some());
    let head = |words: &'static str| tag("th").set("scope", "col").text(words);
    let heads = tag("tr").child(tag("td")).maybe(has_before.then(|| head("As found"))).child(head("Left"));
    let row = |part: &Part| {
        let before = part.before.map(|before| tag("td").class("number").text(before.to_string()));
        let name = tag("th").set("scope", "row").text(part.name);
        tag("tr").key(part.name).child(name).maybe(before).child(tag("td").class("number").text(part.after.to_string()))
    };
    let body = tag("tbody").children(told.parts.iter().map(row));
    tag("table").class("table").testid("search-parts").child(tag("thead").child(heads)).child(body)
}

fn open(found: &Found, say: &Say) -> Tag {
    let open = button("button button-main").on_click(say, SearchMsg::Open.into()).testid("search-open").text("Open it");
    let copy = button("button")
        .on_click(say, SearchMsg::Copy.into())
        .flag("disabled", found.link.is_err())
        .testid("search-copy")
        .text("Copy link");
    let link = found.link.clone().unwrap_or_else(|reason| format!("No link: {reason}"));
    let field =
        tag("input").class("input").set("id", "search-link").flag("readonly", true).value(link).set("aria-label", "Link to the finding");
    let said = match found.is_copied {
        None => "",
        Some(true) => "Copied.",
        Some(false) => "The browser does not allow copying here: the link is selected, press Ctrl+C.",
    };
    tag("div")
        .class("share-link")
        .child(open)
        .child(field.testid("search-link"))
        .child(copy)
        .child(tag("p").class("quiet").set("role", "status").text(said))
}
