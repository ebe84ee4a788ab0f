//! The lesson: where one is, what is told, what is asked; Back and Next always at the same place.

use super::icon::{Shape, icon};
use crate::ui::guide::{Question, Ribbon};
use crate::ui::message::{GuideMsg, Msg};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RibbonViewProps {
    pub(crate) ribbon: Option<Rc<Ribbon>>,
    pub(crate) is_playing: bool,
    pub(crate) dispatch: Callback<Msg>,
}

/// The ribbon; a single button when folded away.
#[component]
pub(crate) fn RibbonView(props: &RibbonViewProps) -> Html {
    let say = |msg: fn() -> GuideMsg| props.dispatch.reform(move |_: MouseEvent| Msg::Guide(msg()));
    let content = match &props.ribbon {
        None => html! { <div key="none" class="ribbon-none"></div> },
        Some(ribbon) if ribbon.is_closed => html! {
            <div key="closed" class="ribbon-closed">
                <p>{ "Free play. Change a cart, take a site offline, cut a link." }</p>
                <button type="button" class="button" onclick={say(|| GuideMsg::Reopen)} data-testid="guide-reopen">{ "Open guide" }</button>
            </div>
        },
        Some(ribbon) => html! {
            <div key="open" class="ribbon-open">
                <div class="ribbon-line">
                    <p class="ribbon-count" data-testid="lesson-count">{ format!("{} of {}", ribbon.number, ribbon.count) }</p>
                    <p class="ribbon-text" data-testid="lesson-text" aria-live="polite">
                        { emphasised(&ribbon.text) }<span class="ribbon-note">{ told_for(ribbon) }</span></p>
                    <div class="ribbon-buttons">
                        <button type="button" class="button" onclick={say(|| GuideMsg::Back)} disabled={ribbon.number <= 1}
                            data-testid="lesson-back">{ "‹ Back" }</button>
                        { next(ribbon, &say(|| GuideMsg::Next), &say(|| GuideMsg::Close)) }
                        <button type="button" class="button button-icon button-quiet" onclick={say(|| GuideMsg::Close)} aria-label="Close guide"
                            title="Close guide: play freely" data-testid="guide-close">{ icon(Shape::Close) }</button>
                    </div>
                </div>
                <div class="ribbon-question">
                    if let Some(question) = &ribbon.prediction { { self::question(question, &props.dispatch) } }
                </div>
            </div>
        },
    };
    html! {
        <section class="ribbon" aria-label="Guide" data-state={if props.is_playing { "playing" } else { "paused" }}>{ content }</section>
    }
}

/// The prose is about one variant; the others differ in the outcome.
fn told_for(ribbon: &Ribbon) -> String {
    ribbon.told_for.map(|title| format!(" (Told for \u{201c}{title}\u{201d}; what you see may differ.)")).unwrap_or_default()
}

/// Next, or at the last step into free play.
fn next(ribbon: &Ribbon, on_next: &Callback<MouseEvent>, on_close: &Callback<MouseEvent>) -> Html {
    let is_last = ribbon.number >= ribbon.count;
    let (label, on_click) = if is_last { ("Now you", on_close) } else { ("Next ›", on_next) };
    html! { <button type="button" class="button button-main" onclick={on_click.clone()} data-testid="lesson-next">{ label }</button> }
}

fn question(question: &Question, dispatch: &Callback<Msg>) -> Html {
    let answer = |(index, text): (usize, &String)| {
        let on_click = dispatch.reform(move |_| Msg::Guide(GuideMsg::Answer(index)));
        let is_chosen = question.chosen == Some(index);
        let class = match question.chosen {
            Some(_) if index == question.right => "button answer answer-right",
            Some(_) if is_chosen => "button answer answer-wrong",
            _ => "button answer",
        };
        let sign = match question.chosen {
            Some(_) if index == question.right => "✓ ",
            Some(_) if is_chosen => "✕ ",
            _ => "",
        };
        html! {
            <button key={index} type="button" class={class} onclick={on_click} disabled={question.chosen.is_some()} aria-pressed={is_chosen.to_string()}
                data-testid={format!("answer-{index}")}>{ sign }{ text.clone() }</button>
        }
    };
    let because = question.chosen.map(|chosen| {
        let verdict = if chosen == question.right { "Right." } else { "Not quite." };
        format!("{verdict} {}", question.because)
    });
    html! {
        <div class="question" data-testid="prediction">
            <p class="question-text">{ question.text.clone() }</p>
            <div class="answers">{ for question.answers.iter().enumerate().map(answer) }</div>
            <p class="question-because" aria-live="polite">{ because.unwrap_or_default() }</p>
        </div>
    }
}

/// Text with **emphasis**.
fn emphasised(text: &str) -> Html {
    let part = |(index, part): (usize, &str)| {
        if index % 2 == 1 {
            html! { <strong key={index}>{ part.to_owned() }</strong> }
        } else {
            html! { <span key={index}>{ part.to_owned() }</span> }
        }
    };
    html! { <span>{ for text.split("**").enumerate().map(part) }</span> }
}
