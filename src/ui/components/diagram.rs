//! The space-time diagram: a picture that is pointed at as a whole, its tools, and the chosen event in words.

use super::part::Draw;
use crate::ui::diagram::{DiagramMsg, Proof};
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::view::geometry::px;
use crate::view::lanes::{Label, Letters, Picture, Stroke, Toward};
use crate::view::remedy::Remedy;
use crate::view::words;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent};
use yew::NodeRef;

/// A picture, the same only as itself: comparing its paths would cost as much as drawing them.
#[derive(Clone)]
pub(crate) struct Drawn(pub(crate) Rc<Picture>);

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The chosen event in words.
#[derive(Clone, PartialEq)]
pub(crate) struct Chosen {
    /// When.
    pub(crate) at: String,
    /// What.
    pub(crate) text: String,
    /// How many events its past and its future hold.
    pub(crate) cone: Option<(u64, u64)>,
    /// Its number in the event list.
    pub(crate) number: Option<u64>,
    /// Whether the run can go there.
    pub(crate) can_go: bool,
}

/// The section.
#[derive(PartialEq)]
pub(crate) struct DiagramView {
    pub(crate) drawn: Option<Drawn>,
    pub(crate) is_open: bool,
    pub(crate) is_following: bool,
    pub(crate) lit: Option<Stroke>,
    pub(crate) lit_lane: Option<usize>,
    pub(crate) chosen_outline: Option<Stroke>,
    pub(crate) chosen: Option<Chosen>,
    pub(crate) proof: Option<Rc<Proof>>,
    pub(crate) place: NodeRef,
    pub(crate) cursor: NodeRef,
    pub(crate) veil: NodeRef,
}

/// The keys while the diagram has the focus, for the help.
pub(crate) const KEY_TABLE: [(&str, &str); 6] = [
    ("← → ↑ ↓", "in the space-time diagram: choose an event, with its past and its future"),
    ("Enter", "in the diagram: go to the chosen event"),
    ("+  −  0", "in the diagram: zoom in, zoom out, the whole run"),
    ("Shift+←  Shift+→", "in the diagram: move its window"),
    ("F", "in the diagram: follow the run"),
    ("Esc", "in the diagram: clear what is chosen"),
];

const KEYS: &str =
    "Arrow keys choose events, Enter goes to the moment, plus and minus zoom, Shift with an arrow moves the window, Escape clears";
/// A step of the buttons and keys.
const ZOOM: f64 = 0.5;
const PAN: f64 = 0.4;

fn wish(msg: DiagramMsg) -> Msg {
    Msg::Diagram(msg)
}

impl Draw for DiagramView {
    fn draw(&self, say: &Say) -> Tag {
        let toggle = button("button button-small diagram-toggle").state("aria-expanded", self.is_open).set("aria-controls", "diagram-body");
        let toggle = toggle.on_click(say, wish(DiagramMsg::Open(!self.is_open))).testid("diagram-toggle");
        let toggle = toggle.text(if self.is_open { "Hide" } else { "Show" });
        let head = tag("div").class("diagram-head").child(tag("h2").text("Space-time diagram")).child(toggle);
        let head = head.maybe(self.is_open.then(|| self.tools(say)));
        let body = tag("div").set("id", "diagram-body").class("diagram-body").flag("hidden", !self.is_open);
        let body =
            body.child(self.window(say)).child(self.words(say)).child(tag("div").maybe(self.proof.as_ref().map(|one| proof(one, say))));
        tag("section").class("diagram").set("aria-label", "Space-time diagram").testid("diagram").child(head).child(body)
    }
}

impl DiagramView {
    fn tools(&self, say: &Say) -> Tag {
        let tool = |label: &'static str, sign: &'static str, testid: &'static str, msg: DiagramMsg| {
            button("button button-small").set("aria-label", label).set("title", label).on_click(say, wish(msg)).testid(testid).text(sign)
        };
        let follow = tool("Follow the run", "Follow", "diagram-follow", DiagramMsg::Follow).state("aria-pressed", self.is_following);
        tag("div")
            .class("diagram-tools")
            .set("role", "group")
            .set("aria-label", "Window of the diagram")
            .child(tool("Earlier", "‹", "diagram-earlier", DiagramMsg::Pan(-PAN)))
            .child(tool("Later", "›", "diagram-later", DiagramMsg::Pan(PAN)))
            .child(tool("Zoom out", "−", "diagram-out", DiagramMsg::Zoom(1.0 / ZOOM, 0.5)))
            .child(tool("Zoom in", "+", "diagram-in", DiagramMsg::Zoom(ZOOM, 0.5)))
            .child(tool("The whole run", "Whole run", "diagram-whole", DiagramMsg::Whole))
            .child(follow)
    }

    fn window(&self, say: &Say) -> Tag {
        let frame = tag("div").class("diagram-frame").refer(&self.place).set("tabindex", "0").set("role", "group").testid("diagram-frame");
        let frame = frame.set("aria-label", "Events of the run").set("aria-describedby", "diagram-keys").on(On::KeyDown, say, key);
        let summary = self.drawn.as_ref().map_or_else(String::new, |drawn| drawn.0.summary.clone());
        let picture = self.drawn.as_ref().map(|Drawn(picture)| self.picture(picture));
        let sheet = tag("div").class("diagram-sheet").maybe(picture).children(self.cursor());
        tag("div")
            .child(frame.child(sheet))
            .child(tag("p").class("quiet diagram-summary").testid("diagram-summary").text(summary))
            .child(tag("p").class("visually-hidden").set("id", "diagram-keys").text(KEYS))
    }

    fn picture(&self, picture: &Picture) -> Tag {
        let plot = picture.plot;
        let (width, height) = (words::rounded(plot.width, 0), words::rounded(plot.height(), 0));
        let (messages, operations, moments) = picture.counts;
        let band = self.lit_lane.map(|place| {
            let top = px(plot.y(place) - 15.0);
            tag("rect").class("lane-lit").set("x", "0").set("y", top).set("width", width.clone()).set("height", "30")
        });
        let lit = self.lit.as_ref().map(|stroke| drawn(stroke).class("outline outline-lit").testid("diagram-lit"));
        let chosen = self.chosen_outline.as_ref().map(|stroke| drawn(stroke).class("outline outline-chosen"));
        tag("svg")
            .class("diagram-picture")
            .set("viewBox", format!("0 0 {width} {height}"))
            .set("width", width.clone())
            .set("height", height.clone())
            .set("role", "img")
            .set("aria-label", format!("Space-time diagram, {}. The event list says the same in words.", picture.summary))
            .testid("diagram-picture")
            .number("data-from-ns", plot.frame.from.0)
            .number("data-to-ns", plot.frame.to().0)
            .number("data-messages", messages as u64)
            .number("data-operations", operations as u64)
            .number("data-moments", moments as u64)
            .number("data-one-of", picture.one_of as u64)
            .child(tag("g").maybe(band))
            .child(ticks(picture))
            .child(tag("g").children(picture.strokes.iter().map(|stroke| drawn(stroke).class(stroke.class.clone()))))
            .child(tag("g").children(picture.letters.iter().map(letters)))
            .child(tag("g").children(picture.labels.iter().map(label)))
            .child(tag("g").maybe(lit).maybe(chosen))
            .child(names(picture, &height))
    }

    /// What lies ahead of the run, and where it stands. Above the picture and not in it, so that moving them draws nothing anew.
    fn cursor(&self) -> [Tag; 2] {
        let veil = tag("div").class("veil").refer(&self.veil).set("aria-hidden", "true");
        [veil, tag("div").class("now").refer(&self.cursor).set("aria-hidden", "true").testid("diagram-now")]
    }

    /// The chosen event, said to those who do not see it too.
    fn words(&self, say: &Say) -> Tag {
        let chosen = self.chosen.as_ref().map(|chosen| {
            let count = |count: u64| words::count(count, "event", "events");
            let cone = chosen.cone.map(|(past, future)| {
                format!("It could have been influenced by {} (solid), and could have influenced {} (dashed).", count(past), count(future))
            });
            let go = button("button button-small").on_click(say, wish(DiagramMsg::Go)).testid("diagram-go").text("Go to this moment");
            let clear = button("button button-small").on_click(say, wish(DiagramMsg::Clear)).testid("diagram-clear").text("Clear");
            let text =
                tag("p").testid("diagram-chosen").set("data-number", chosen.number.map_or_else(String::new, |number| number.to_string()));
            let text = text.child(tag("span").class("mono").text(chosen.at.clone())).text(format!(" {}", chosen.text));
            let cone = tag("p").class("quiet").testid("diagram-cone").text(cone.unwrap_or_default());
            let buttons = tag("p").class("diagram-buttons").maybe(chosen.can_go.then_some(go)).child(clear);
            tag("div").class("diagram-told").child(text).child(cone).child(buttons)
        });
        tag("div").set("role", "status").maybe(chosen)
    }
}

fn ticks(picture: &Picture) -> Tag {
    let plot = picture.plot;
    let bottom = px(plot.height());
    let tick = |(index, (x, text)): (usize, &(f64, String))| {
        let line = tag("line").class("tick").set("x1", px(*x)).set("x2", px(*x)).set("y1", "20").set("y2", bottom.clone());
        // At the right end there is no room for words.
        let text =
            (*x < plot.width - 56.0).then(|| tag("text").class("tick-text").set("x", px(*x + 3.0)).set("y", "12").text(text.clone()));
        tag("g").key(index).child(line).maybe(text)
    };
    tag("g").class("ticks").children(picture.ticks.iter().enumerate().map(tick))
}

/// Names of lanes: beside them, or on them where there is no room.
fn names(picture: &Picture, height: &str) -> Tag {
    let plot = picture.plot;
    let has_gutter = plot.has_gutter();
    let ground =
        tag("rect").class("names-ground").set("x", "0").set("y", "0").set("width", px(plot.left())).set("height", height.to_owned());
    let name = |(place, (name, is_device)): (usize, &(String, bool))| {
        let (x, y) = if has_gutter { (8.0, plot.y(place) + 4.0) } else { (4.0, plot.y(place) - 12.0) };
        let class = match (has_gutter, *is_device) {
            (true, true) => "lane-name tone-device",
            (true, false) => "lane-name",
            (false, true) => "lane-name lane-name-over tone-device",
            (false, false) => "lane-name lane-name-over",
        };
        tag("text").key(place).class(class).set("x", px(x)).set("y", px(y)).text(name.clone())
    };
    let seen = picture.lanes.iter().enumerate().filter(|(place, _)| plot.sees(*place));
    tag("g").child(ground).child(tag("g").children(seen.map(name)))
}

fn drawn(stroke: &Stroke) -> Tag {
    tag("path").key(stroke.class.clone()).set("d", stroke.path.clone())
}

fn letters(letters: &Letters) -> Tag {
    let text = tag("text").key(letters.class.clone()).class(letters.class.clone()).set("aria-hidden", "true");
    text.set("x", letters.xs.clone()).set("y", letters.ys.clone()).text(letters.text.clone())
}

fn label(label: &Label) -> Tag {
    tag("text").class(label.class).set("x", px(label.at.x)).set("y", px(label.at.y)).text(label.text.clone())
}

/// The chain of a proof in words, and what would have prevented it.
fn proof(proof: &Proof, say: &Say) -> Tag {
    let clear = button("button button-small").on_click(say, wish(DiagramMsg::Clear)).testid("diagram-clear-proof").text("Clear");
    let steps = proof.chain.sentences.iter().map(|sentence| tag("li").text(sentence.clone()));
    let cure = |remedy: &Remedy| {
        let link = tag("a").set("href", remedy.address()).testid("remedy").text(remedy.title.clone());
        let under = remedy.assumption.map(|words| format!(", as long as {words}")).unwrap_or_default();
        tag("li").child(link).text(under)
    };
    let none = if proof.remedies.is_empty() { "No scenario of the catalogue keeps this guarantee." } else { "" };
    tag("section")
        .class("diagram-proof")
        .testid("diagram-proof")
        .child(tag("div").class("block-head").child(tag("h3").text("How it came about")).child(clear))
        .child(tag("p").text(proof.sentence.clone()))
        .child(tag("ol").testid("diagram-chain").children(steps))
        .child(tag("h3").text("What would have prevented this"))
        .child(tag("ul").testid("remedies").children(proof.remedies.iter().map(cure)))
        .child(tag("p").class("quiet").text(none))
}

fn key(event: &Event) -> Option<Msg> {
    let pressed = event.dyn_ref::<KeyboardEvent>()?;
    if pressed.ctrl_key() || pressed.meta_key() || pressed.alt_key() {
        return None;
    }
    let msg = match (pressed.key().as_str(), pressed.shift_key()) {
        ("ArrowLeft", true) => DiagramMsg::Pan(-PAN),
        ("ArrowRight", true) => DiagramMsg::Pan(PAN),
        ("ArrowLeft", false) => DiagramMsg::Step(Toward::Before),
        ("ArrowRight", false) => DiagramMsg::Step(Toward::After),
        ("ArrowUp", false) => DiagramMsg::Step(Toward::Above),
        ("ArrowDown", false) => DiagramMsg::Step(Toward::Below),
        ("+" | "=", _) => DiagramMsg::Zoom(ZOOM, 0.5),
        ("-" | "_", _) => DiagramMsg::Zoom(1.0 / ZOOM, 0.5),
        ("0", _) => DiagramMsg::Whole,
        ("f" | "F", _) => DiagramMsg::Follow,
        ("Enter", _) => DiagramMsg::Go,
        ("Escape", _) => DiagramMsg::Clear,
        _ => return None,
    };
    event.prevent_default();
    Some(wish(msg))
}
