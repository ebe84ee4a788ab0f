//! Which dialog is open.

use super::ask::Ask;
use super::help::Help;
use super::share::Share;
use crate::ui::app::Asked;
use crate::ui::message::{Dialog, Msg};
use yew::prelude::*;

/// The open dialog, if any.
#[derive(Clone, Properties, PartialEq)]
pub(crate) struct DialogsProps {
    pub(crate) dialog: Option<Dialog>,
    /// Link (or why there is none) and recipe.
    pub(crate) shared: Option<(Result<String, String>, String)>,
    pub(crate) asked: Option<Asked>,
    pub(crate) dispatch: Callback<Msg>,
}

/// At most one dialog.
#[component]
pub(crate) fn Dialogs(props: &DialogsProps) -> Html {
    let dispatch = props.dispatch.clone();
    let content = match (&props.asked, props.dialog, &props.shared) {
        (Some(asked), ..) => html! { <Ask key="ask" asked={asked.clone()} {dispatch} /> },
        (None, Some(Dialog::Share), Some((link, recipe))) => {
            html! { <Share key="share" link={link.clone()} recipe={recipe.clone()} {dispatch} /> }
        }
        (None, Some(Dialog::Help), _) => html! { <Help key="help" {dispatch} /> },
        _ => html! { <div key="none"></div> },
    };
    html! { <div class="dialogs">{ content }</div> }
}
