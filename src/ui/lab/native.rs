//! The native peer: a program on this or another machine.

use super::message::LabMsg;
use super::{card, spoken};
use crate::limits;
use crate::ui::components::{Draw, labelled};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::view::lab::links::Said;
use web_sys::Event;

/// The card.
#[derive(PartialEq)]
pub(super) struct NativeCard {
    pub(super) state: Said,
    pub(super) is_off: bool,
    pub(super) address: String,
}

impl Draw for NativeCard {
    fn draw(&self, say: &Say) -> Tag {
        let on_submit = |event: &Event| {
            event.prevent_default();
            let (address, secret) = (form::named(event, "address"), form::named(event, "secret"));
            (!address.is_empty()).then(|| LabMsg::Native(Some((address, secret))).into())
        };
        let address = tag("input").class("input").set("name", "address").set("placeholder", "ws://127.0.0.1:7700").flag("required", true);
        let address = address.number("maxlength", limits::MAX_ADDRESS_CHARS as u64).set("autocomplete", "off").set("spellcheck", "false");
        let address = address.value(self.address.clone()).testid("native-address");
        let secret = tag("input").class("input").set("name", "secret").set("type", "password").set("autocomplete", "off");
        let secret = secret.number("maxlength", limits::MAX_SECRET_BYTES as u64).testid("native-secret");
        let connect = tag("button").set("type", "submit").class("button").testid("native-connect").text("Connect");
        let disconnect =
            button("button").on_click(say, LabMsg::Native(None).into()).flag("disabled", self.is_off).testid("native-disconnect");
        let fields = tag("form")
            .class("lab-form")
            .on(On::Submit, say, on_submit)
            .child(labelled("lab-field", "Address", address))
            .child(labelled("lab-field", "Secret", secret))
            .child(tag("div").class("lab-row").child(connect).child(disconnect.text("Disconnect")));
        card("card lab-native", "Native peer")
            .testid("native")
            .child(spoken(&self.state).testid("native-state"))
            .child(tag("details").class("lab-more").child(tag("summary").text("Connect to a program")).child(fields))
    }
}
