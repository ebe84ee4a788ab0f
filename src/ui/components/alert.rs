//! What went wrong, said aloud and until dismissed.

use super::icon::{Shape, icon};
use crate::ui::message::{Msg, ShowMsg};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct AlertBarProps {
    pub(crate) text: Option<String>,
    pub(crate) dispatch: Callback<Msg>,
}

/// The alert region. It stays on the page when empty, so that what appears in it is announced.
#[component]
pub(crate) fn AlertBar(props: &AlertBarProps) -> Html {
    let on_dismiss = props.dispatch.reform(|_| Msg::Show(ShowMsg::DismissAlert));
    html! {
        <div class="alerts" role="alert" data-testid="alert">
            if let Some(text) = props.text.clone() {
                <div class="alert">
                    <p>{ text }</p>
                    <button type="button" class="button button-icon" aria-label="Dismiss" onclick={on_dismiss}>{ icon(Shape::Close) }</button>
                </div>
            }
        </div>
    }
}
