//! What the frame's script is told, as events of the document.

use crate::checkers::Verdict;
use crate::replication::time::SimTime;
use crate::ui::hooks::page;
use crate::ui::player::Player;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit};

/// A verdict as it was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The guarantee's id.
    pub(crate) guarantee: &'static str,
    /// Its name.
    pub(crate) title: &'static str,
    /// Whether it holds.
    pub(crate) holds: Option<bool>,
    /// Whether it is promised.
    pub(crate) promised: bool,
}

/// Where the run stood when that was told last.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) at: SimTime,
    pub(super) event: u64,
    pub(super) is_playing: bool,
    pub(super) number: usize,
    pub(super) count: usize,
}

impl Told {
    pub(super) fn new(verdict: &Verdict) -> Self {
        Self { guarantee: verdict.guarantee, title: verdict.title, holds: verdict.holds, promised: verdict.promised }
    }

    pub(super) fn tell(&self) {
        let holds = self.holds.map_or(JsValue::NULL, JsValue::from_bool);
        tell("verdict", &[("guarantee", self.guarantee.into()), ("holds", holds), ("promised", self.promised.into())]);
    }
}

impl Step {
    pub(super) fn tell(self) {
        tell(
            "step",
            &[
                ("at_ms", ms(self.at)),
                ("event", (self.event as f64).into()),
                ("playing", self.is_playing.into()),
                ("number", (self.number as f64).into()),
                ("count", (self.count as f64).into()),
            ],
        );
    }
}

/// What there is.
pub(crate) fn tell_ready(player: &Player) {
    let text = |text: Option<&str>| JsValue::from_str(text.unwrap_or_default());
    tell(
        "ready",
        &[
            ("scenario", text(player.scenario.map(|scenario| scenario.id))),
            ("variant", text(player.variant.as_deref())),
            // A number of JavaScript does not hold 64 bits.
            ("seed", text(Some(&player.session.seed().to_string()))),
            ("title", text(Some(player.scenario.map_or("A run of your own", |scenario| scenario.title)))),
            ("end_ms", ms(player.session.horizon())),
        ],
    );
}

/// A run that cannot be opened, so that another one is shown.
pub(crate) fn tell_not_opened(reason: &str) {
    tell("error", &[("code", "not-opened".into()), ("message", reason.into())]);
}

fn ms(time: SimTime) -> JsValue {
    (time.0 as f64 / 1e6).into()
}

/// An event of the document for the frame's script. One that cannot be made is not missed: the page works without.
fn tell(kind: &str, fields: &[(&str, JsValue)]) {
    let detail = Object::new();
    for (name, value) in [("type", JsValue::from_str(kind))].iter().chain(fields) {
        drop(Reflect::set(&detail, &(*name).into(), value));
    }
    let init = CustomEventInit::new();
    init.set_detail(&detail);
    if let (Some(document), Ok(event)) = (page::document(), CustomEvent::new_with_event_init_dict("replicascope:tell", &init)) {
        drop(document.dispatch_event(&event));
    }
}
