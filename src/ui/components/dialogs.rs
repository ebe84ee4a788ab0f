//! Which dialog is open.

use super::ask::{AskProps, ask};
use super::help::help;
use super::share::{ShareProps, share};
use crate::ui::app::Asked;
use crate::ui::message::{Dialog, Msg};
use yew::prelude::*;

/// The open dialog, if any.
pub(crate) struct DialogsProps {
    pub(crate) dialog: Option<Dialog>,
    /// Link (or why there is none) and recipe.
    pub(crate) shared: Option<(Result<String, String>, String)>,
    pub(crate) asked: Option<Asked>,
    pub(crate) dispatch: Callback<Msg>,
}

/// At most one dialog.
pub(crate) fn dialogs(props: &DialogsProps) -> Html {
    let dispatch = props.dispatch.clone();
    let (key, content) = match (&props.asked, props.dialog, &props.shared) {
        (Some(asked), ..) => ("ask", ask(&AskProps { asked: asked.clone(), dispatch })),
        (None, Some(Dialog::Share), Some((link, recipe))) => {
            ("share", share(&ShareProps { link: link.clone(), recipe: recipe.clone(), dispatch }))
        }
        (None, Some(Dialog::Help), _) => ("help", help(&dispatch)),
        _ => ("none", Html::default()),
    };
    html! { <div class="dialogs"><div key={key}>{ content }</div></div> }
}
