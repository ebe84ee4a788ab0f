//! The lesson: where one is, what is told, what is asked; Back and Next always at the same place.

use super::icon::{Shape, icon};
use super::part::Draw;
use crate::ui::guide::{Question, Ribbon};
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::message::{GuideMsg, Msg, ShowMsg, Tab};

/// The ribbon; a single button when folded away.
#[derive(PartialEq)]
pub(crate) struct RibbonView {
    pub(crate) ribbon: Option<Ribbon>,
    pub(crate) is_playing: bool,
    /// What comes after the lesson, once it is told.
    #[cfg(feature = "catalogue")]
    pub(crate) end: Option<super::course::LessonEnd>,
}

impl Draw for RibbonView {
    fn draw(&self, say: &Say) -> Tag {
        let content = match &self.ribbon {
            None => tag("div").key("none").class("ribbon-none"),
            Some(ribbon) if ribbon.is_closed => closed(say),
            Some(ribbon) => open(ribbon, say),
        };
        let state = if self.is_playing { "playing" } else { "paused" };
        let ribbon = tag("section").class("ribbon").set("aria-label", "Guide").set("data-state", state).child(content);
        #[cfg(feature = "catalogue")]
        let ribbon = ribbon.maybe(self.end.as_ref().map(|end| super::course::lesson_end(end, say)));
        ribbon
    }
}

fn closed(say: &Say) -> Tag {
    let reopen = button("button").on_click(say, Msg::Guide(GuideMsg::Reopen)).testid("guide-reopen").text("Open guide");
    let words = tag("p").text("Free play: act for anybody, choose another rule under Conflict, break something under Faults.");
    tag("div").key("closed").class("ribbon-closed").child(words).child(reopen)
}

fn open(ribbon: &Ribbon, say: &Say) -> Tag {
    let count = tag("p").class("ribbon-count").testid("lesson-count").text(format!("{} of {}", ribbon.number, ribbon.count));
    let text = tag("p").class("ribbon-text").testid("lesson-text").set("aria-live", "polite").child(emphasised(&ribbon.text, say));
    let text = text.maybe(ribbon.tab.map(|tab| far(tab, say)));
    let question = ribbon.prediction.as_ref().map(|question| self::question(question, say));
    let line = tag("div").class("ribbon-line").child(count).child(text).child(buttons(ribbon, say));
    tag("div").key("open").class("ribbon-open").child(line).child(tag("div").class("ribbon-question").maybe(question))
}

/// To what the step speaks of, where the panel is not beside it.
fn far(tab: Tab, say: &Say) -> Tag {
    let go = button("ribbon-far").on_click(say, Msg::Show(ShowMsg::FarTab(tab))).testid("lesson-far").text(tab.title());
    go.child(tag("span").set("aria-hidden", "true").text(" ↓"))
}

fn buttons(ribbon: &Ribbon, say: &Say) -> Tag {
    let back = button("button").on_click(say, Msg::Guide(GuideMsg::Back)).flag("disabled", ribbon.number <= 1);
    // At the last step Next leads into free play.
    let is_last = ribbon.number >= ribbon.count;
    let (label, onwards) = if is_last { ("Now you", GuideMsg::Close) } else { ("Next ›", GuideMsg::Next) };
    let next = button("button button-main").on_click(say, Msg::Guide(onwards));
    let close = button("button button-icon button-quiet").on_click(say, Msg::Guide(GuideMsg::Close));
    let close = close.set("aria-label", "Close guide").set("title", "Close guide: play freely").testid("guide-close");
    tag("div")
        .class("ribbon-buttons")
        .child(back.testid("lesson-back").text("‹ Back"))
        .child(next.testid("lesson-next").text(label))
        .child(close.child(icon(Shape::Close)))
}

fn question(question: &Question, say: &Say) -> Tag {
    let answer = |(index, text): (usize, &String)| {
        let is_chosen = question.chosen == Some(index);
        let (class, sign) = match question.chosen {
            Some(_) if index == question.right => ("button answer answer-right", "✓ "),
            Some(_) if is_chosen => ("button answer answer-wrong", "✕ "),
            _ => ("button answer", ""),
        };
        button(class)
            .key(index)
            .on_click(say, Msg::Guide(GuideMsg::Answer(index)))
            .flag("disabled", question.chosen.is_some())
            .state("aria-pressed", is_chosen)
            .testid(format!("answer-{index}"))
            .text(sign)
            .text(text.clone())
    };
    let because = question.chosen.map(|chosen| {
        let verdict = if chosen == question.right { "Right." } else { "Not quite." };
        format!("{verdict} {}", question.because)
    });
    tag("div")
        .class("question")
        .testid("prediction")
        .child(words(tag("p").class("question-text"), &question.text, say))
        .child(tag("div").class("answers").children(question.answers.iter().enumerate().map(answer)))
        .child(words(tag("p").class("question-because").set("aria-live", "polite"), &because.unwrap_or_default(), say))
}

/// Text with **emphasis**, and in the program that has the glossary with its terms linked.
fn emphasised(text: &str, say: &Say) -> Tag {
    let part = |(index, part): (usize, &str)| words(tag(if index % 2 == 1 { "strong" } else { "span" }).key(index), part, say);
    tag("span").children(text.split("**").enumerate().map(part))
}

#[cfg(feature = "catalogue")]
fn words(within: Tag, text: &str, say: &Say) -> Tag {
    within.child(super::glossary::terms(text, say))
}

#[cfg(not(feature = "catalogue"))]
fn words(within: Tag, text: &str, _: &Say) -> Tag {
    within.text(text.to_owned())
}
