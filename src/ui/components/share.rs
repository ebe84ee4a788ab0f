//! The share dialog: a link that holds the whole run, and the recipe as text.

use super::dialog::DialogBox;
use crate::ui::hooks::clipboard;
use crate::ui::message::{Msg, OpenMsg, ShowMsg};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

pub(crate) struct ShareProps {
    pub(crate) link: Result<String, String>,
    pub(crate) recipe: String,
    pub(crate) dispatch: Callback<Msg>,
}

/// The dialog.
pub(crate) fn share(props: &ShareProps) -> Html {
    let on_close = props.dispatch.reform(|()| Msg::Show(ShowMsg::CloseDialog));
    let href = format!("data:application/json;charset=utf-8,{}", String::from(js_sys::encode_uri_component(&props.recipe)));
    html! {
        <DialogBox title="Share this run" {on_close} testid="share-dialog">
            <p class="quiet">{ "The link holds the whole run: setup, seed and every action. Nothing is sent anywhere." }</p>
            <LinkField link={props.link.clone()} />
            <h3>{ "Recipe" }</h3>
            <p><a class="button" href={href} download="replicascope.json" data-testid="download">{ "Download as JSON" }</a></p>
            <PasteField dispatch={props.dispatch.clone()} />
        </DialogBox>
    }
}

#[derive(Properties, PartialEq)]
struct LinkFieldProps {
    link: Result<String, String>,
}

#[component]
fn LinkField(props: &LinkFieldProps) -> Html {
    let input = use_node_ref();
    let said = use_state(|| "");
    let on_copy = {
        let (input, said, link) = (input.clone(), said.clone(), props.link.clone());
        Callback::from(move |_: MouseEvent| {
            let Ok(link) = &link else { return };
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.select();
            }
            let said = said.clone();
            clipboard::copy(link, move |is_copied| {
                said.set(if is_copied {
                    "Copied."
                } else {
                    "The browser does not allow copying here: the link is selected, press Ctrl+C."
                });
            });
        })
    };
    let text = match &props.link {
        Ok(link) => link.clone(),
        Err(reason) => format!("No link: {reason}"),
    };
    html! {
        <div class="share-link">
            <input class="input" ref={input} readonly={true} value={text} aria-label="Link" data-testid="share-link" />
            <button type="button" class="button button-main" onclick={on_copy} disabled={props.link.is_err()} data-testid="copy">{ "Copy link" }</button>
            <p class="quiet" role="status">{ *said }</p>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PasteFieldProps {
    dispatch: Callback<Msg>,
}

#[component]
fn PasteField(props: &PasteFieldProps) -> Html {
    let area = use_node_ref();
    let on_submit = {
        let (area, dispatch) = (area.clone(), props.dispatch.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text = area.cast::<HtmlTextAreaElement>().map(|area| area.value()).unwrap_or_default();
            if !text.trim().is_empty() {
                dispatch.emit(Msg::Show(ShowMsg::CloseDialog));
                dispatch.emit(Msg::Open(OpenMsg::Text(text)));
            }
        })
    };
    html! {
        <form class="paste" onsubmit={on_submit}>
            <label><span>{ "Open a link or a recipe" }</span>
                <textarea class="input" ref={area} rows="3" spellcheck="false" data-testid="paste" /></label>
            <button type="submit" class="button" data-testid="open-paste">{ "Open" }</button>
        </form>
    }
}
