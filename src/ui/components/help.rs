//! The help: keys, signs, and the rules of the page.

use super::dialog::DialogBox;
use crate::replication::protocol::MessageKind;
use crate::ui::keys;
use crate::ui::message::{Msg, ShowMsg};
use crate::view::stage::{Form, glyph};
use crate::view::words;
use yew::prelude::*;

const KINDS: [MessageKind; 14] = [
    MessageKind::Batch,
    MessageKind::Replicate,
    MessageKind::Acknowledge,
    MessageKind::Nack,
    MessageKind::Hello,
    MessageKind::Done,
    MessageKind::Read,
    MessageKind::Write,
    MessageKind::Heartbeat,
    MessageKind::Vote,
    MessageKind::Snapshot,
    MessageKind::Repair,
    MessageKind::Hint,
    MessageKind::Hash,
];

/// The dialog.
pub(super) fn help(dispatch: &Callback<Msg>) -> Html {
    let on_close = dispatch.reform(|()| Msg::Show(ShowMsg::CloseDialog));
    html! {
        <DialogBox title="Help" {on_close} testid="help-dialog">
            <h3>{ "Keys" }</h3>
            <dl class="facts">
                { for keys::TABLE.iter().map(|(key, meaning)| html! {
                    <div key={*key} class="fact"><dt><kbd>{ *key }</kbd></dt><dd>{ *meaning }</dd></div>
                }) }
            </dl>
            <h3>{ "Messages" }</h3>
            <ul class="glyphs">{ for KINDS.into_iter().map(kind) }</ul>
            <h3>{ "Rules of the page" }</h3>
            <ul class="rules">
                <li>{ "Changing a cart, going online, healing and restarting let time run until everything has settled; then it pauses. What you break shows at once. While you are stepping, it stays paused." }</li>
                <li>{ "While nothing but heartbeats is in flight, time passes ten times faster." }</li>
                <li>{ "Acting in the past opens a branch; both futures are kept." }</li>
                <li>{ "Pending: not yet durable where it must be. Confirmed: it is." }</li>
                <li>{ "Times are relative to the run. The events tab tells everything that the picture shows." }</li>
            </ul>
        </DialogBox>
    }
}

fn kind(kind: MessageKind) -> Html {
    let (form, letter, tone) = glyph(kind);
    let outline = match form {
        Form::Disc | Form::Ring => html! { <circle cx="12" cy="12" r="9" /> },
        Form::Dot => html! { <circle cx="12" cy="12" r="3" /> },
        Form::Diamond => html! { <path d="M12 1l11 11-11 11-11-11z" /> },
        Form::Triangle => html! { <path d="M12 2l10 19H2z" /> },
        Form::Square => html! { <rect x="3" y="3" width="18" height="18" /> },
    };
    let class = format!("glyph glyph-{}{}", tone.id(), if form == Form::Ring { " glyph-hollow" } else { "" });
    html! {
        <li key={words::message(kind)}>
            <svg class={class} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
                { outline }<text x="12" y="16">{ letter }</text>
            </svg>
            <span>{ words::message(kind) }</span>
        </li>
    }
}
