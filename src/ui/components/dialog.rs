//! A modal dialog: the browser keeps the focus inside, Escape closes, the focus goes back where it was.

use super::icon::{Shape, icon};
use crate::ui::hooks::page;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct DialogBoxProps {
    pub(crate) title: AttrValue,
    pub(crate) on_close: Callback<()>,
    pub(crate) testid: AttrValue,
    pub(crate) children: Html,
}

/// The dialog; open as long as it is on the page.
#[component]
pub(crate) fn DialogBox(props: &DialogBoxProps) -> Html {
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        let before =
            page::document().and_then(|document| document.active_element()).and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            drop(dialog.show_modal());
        }
        move || {
            if let Some(before) = before {
                drop(before.focus());
            }
        }
    });
    let on_cancel = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            on_close.emit(());
        })
    };
    let on_click = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <dialog class="dialog" ref={node} oncancel={on_cancel} aria-labelledby="dialog-title" data-testid={props.testid.clone()}>
            <header class="dialog-head">
                <h2 id="dialog-title">{ props.title.clone() }</h2>
                <button type="button" class="button button-icon" aria-label="Close" onclick={on_click} data-testid="dialog-close">{ icon(Shape::Close) }</button>
            </header>
            <div class="dialog-body">{ props.children.clone() }</div>
        </dialog>
    }
}
