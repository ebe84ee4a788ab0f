//! "Try this": a strip of steps that tick themselves.

use super::message::{LabMsg, TourMsg};
use crate::ui::components::Draw;
use crate::ui::components::{Shape, icon};
use crate::ui::markup::{Say, Tag, button, tag};
use crate::view::lab::tour::{Step, Tour, words};

/// The strip.
#[derive(PartialEq)]
pub(super) struct Strip {
    pub(super) tour: Tour,
    /// What Ana will change.
    pub(super) item: String,
}

impl Draw for Strip {
    fn draw(&self, say: &Say) -> Tag {
        let tour = self.tour;
        let count = format!("{} of {}", tour.done_count(), Step::ALL.len());
        let step = |(index, step): (usize, Step)| {
            let is_done = tour.is_done(step);
            let class = match (is_done, tour.next() == Some(step)) {
                (true, _) => "lab-step lab-step-done",
                (false, true) => "lab-step lab-step-next",
                (false, false) => "lab-step",
            };
            let sign = if is_done { "✓".to_owned() } else { (index + 1).to_string() };
            let state = if is_done { "done: " } else { "" };
            let text = tag("span").child(tag("span").class("visually-hidden").text(state)).text(words(step, &self.item));
            let sign = tag("span").class("lab-step-sign").set("aria-hidden", "true").text(sign);
            tag("li").key(step.id()).class(class).testid(format!("step-{}", step.id())).state("data-done", is_done).child(sign).child(text)
        };
        let dismiss = button("button button-icon button-quiet").set("aria-label", "Put the steps away").testid("tour-dismiss");
        let dismiss = dismiss.on_click(say, LabMsg::Tour(TourMsg::Dismiss).into()).child(icon(Shape::Close));
        let again = button("button button-small").on_click(say, LabMsg::Tour(TourMsg::Restart).into()).testid("tour-restart").text("Again");
        let is_over = tour.is_done(Step::Merge);
        let head = tag("div")
            .class("lab-tour-head")
            .child(tag("h2").text("Try this"))
            .child(tag("span").class("mono").testid("tour-count").text(count))
            .maybe(is_over.then_some(again))
            .child(dismiss);
        let steps = tag("ol").class("lab-steps").children(Step::ALL.into_iter().enumerate().map(step));
        tag("section").class("lab-tour").set("aria-label", "Try this").testid("tour").child(head).child(steps)
    }
}
