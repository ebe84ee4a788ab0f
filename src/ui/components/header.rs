//! The one header line: name, place, scenario, share, theme, help.

use super::icon::{Shape, icon};
use crate::scenarios;
use crate::ui::message::{Dialog, Msg, OpenMsg, ShowMsg};
use crate::ui::theme::Theme;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct HeaderProps {
    pub(crate) scenario: Option<&'static str>,
    pub(crate) variant: Option<String>,
    pub(crate) theme: Theme,
    pub(crate) dispatch: Callback<Msg>,
}

/// The header.
#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let HeaderProps { theme, dispatch, .. } = props;
    let theme = *theme;
    let on_share = dispatch.reform(|_| Msg::Show(ShowMsg::Dialog(Dialog::Share)));
    let on_help = dispatch.reform(|_| Msg::Show(ShowMsg::Dialog(Dialog::Help)));
    let on_theme = dispatch.reform(move |_| Msg::Show(ShowMsg::Theme(theme.next())));
    let theme_label = format!("Theme: {}. Switch to {}", theme.name(), theme.next().name());
    html! {
        <header class="top">
            <p class="brand">{ logo() }<span>{ "Replicascope" }</span></p>
            <nav class="places" aria-label="Places">
                <a class="place" href="#main" aria-current="page" onclick={|event: MouseEvent| event.prevent_default()}>{ "Play" }</a>
            </nav>
            <div class="top-tools">
                { picker(props) }
                <button type="button" class="button button-share" onclick={on_share} data-testid="share" aria-label="Share">
                    { icon(Shape::Share) }<span class="button-label">{ "Share" }</span>
                </button>
                <button type="button" class="button button-icon" onclick={on_theme} aria-label={theme_label.clone()} title={theme_label}
                    data-testid="theme" data-theme-choice={theme.id()}>{ icon(Shape::Theme) }</button>
                <button type="button" class="button button-icon" onclick={on_help} aria-label="Help and keys" title="Help and keys (?)"
                    data-testid="help">{ "?" }</button>
            </div>
        </header>
    }
}

fn picker(props: &HeaderProps) -> Html {
    let on_scenario = chosen(&props.dispatch, OpenMsg::Scenario);
    let on_variant = chosen(&props.dispatch, OpenMsg::Variant);
    let variants = props.scenario.and_then(scenarios::find).map_or(&[] as &[scenarios::Variant], |scenario| scenario.variants);
    html! {
        <div class="pickers">
            <select class="select" aria-label="Scenario" onchange={on_scenario} data-testid="scenario">
                { for scenarios::ALL.iter().map(|scenario| html! {
                    <option key={scenario.id} value={scenario.id} selected={props.scenario == Some(scenario.id)} title={scenario.summary}>
                        { scenario.title }
                    </option>
                }) }
            </select>
            <div class="picker-variant">
                if !variants.is_empty() {
                    <select class="select" aria-label="Variant" onchange={on_variant} data-testid="variant">
                        { for variants.iter().map(|variant| html! {
                            <option key={variant.id} value={variant.id} selected={props.variant.as_deref() == Some(variant.id)}>{ variant.title }</option>
                        }) }
                    </select>
                }
            </div>
        </div>
    }
}

fn chosen(dispatch: &Callback<Msg>, open: fn(String) -> OpenMsg) -> Callback<Event> {
    dispatch.reform(move |event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        Msg::Open(open(select.map(|select| select.value()).unwrap_or_default()))
    })
}

fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <path class="logo-link" d="M6 8h11M6 9l5 9M18 9l-5 9" />
            <circle class="logo-leader" cx="6" cy="8" r="4" />
            <circle class="logo-follower" cx="18" cy="8" r="4" />
            <circle class="logo-device" cx="12" cy="18" r="4" />
        </svg>
    }
}
