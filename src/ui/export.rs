//! What the Share dialog saves as files, and what it takes in: by a file, or dropped anywhere on the page.

use super::hooks::{file, page, picture};
use super::markup::Say;
use super::message::{Msg, OpenMsg};
use super::player::Player;
use crate::limits;
use crate::view::diagram::Diagram;
use crate::view::{sequence, spacetime, trace};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, Element, Event, File, HtmlCanvasElement};

/// What is saved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// The stage as it is now.
    StageSvg,
    /// The same as pixels.
    StagePng,
    /// The space-time diagram of the whole run.
    DiagramSvg,
    /// The same as pixels.
    DiagramPng,
    /// The run as a sequence diagram for Mermaid.
    Mermaid,
    /// The journal as JSON lines.
    Trace,
}

/// One wish.
#[derive(Clone)]
pub enum ExportMsg {
    /// Save this.
    Save(Export),
    /// Open this file.
    Import(File),
    /// It was refused, and why.
    Refused(String),
}

impl Export {
    /// All, in the order of their buttons.
    pub(crate) const ALL: [Self; 6] = [Self::Trace, Self::StageSvg, Self::StagePng, Self::DiagramSvg, Self::DiagramPng, Self::Mermaid];

    /// The words on its button.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Trace => "Trace (JSON lines)",
            Self::StageSvg => "Stage (SVG)",
            Self::StagePng => "Stage (PNG)",
            Self::DiagramSvg => "Diagram (SVG)",
            Self::DiagramPng => "Diagram (PNG)",
            Self::Mermaid => "Sequence (Mermaid)",
        }
    }

    /// The end of its file's name, behind that of the run.
    pub(crate) const fn ending(self) -> &'static str {
        match self {
            Self::Trace => ".trace.jsonl",
            Self::StageSvg => ".stage.svg",
            Self::StagePng => ".stage.png",
            Self::DiagramSvg => ".diagram.svg",
            Self::DiagramPng => ".diagram.png",
            Self::Mermaid => ".mmd",
        }
    }
}

/// Saves it; pictures of pixels a little later. What goes wrong is told.
pub(crate) fn save(what: Export, player: &Player, say: &Say) {
    let name = format!("{}{}", file_name(player), what.ending());
    let content = match what {
        Export::Trace => Ok(trace::trace(&player.session)),
        Export::Mermaid => Ok(sequence::mermaid(&title(player), &Diagram::of(&player.session))),
        Export::DiagramSvg | Export::DiagramPng => Ok(spacetime::svg(&title(player), &Diagram::of(&player.session))),
        Export::StageSvg | Export::StagePng => stage().ok_or("the stage is not on the page"),
    };
    let refused = {
        let say = say.clone();
        move |reason: &str| say.emit(Msg::Export(ExportMsg::Refused(format!("{name} cannot be saved: {reason}."))))
    };
    let name = format!("{}{}", file_name(player), what.ending());
    match (what, content) {
        (_, Err(reason)) => refused(reason),
        (Export::StagePng | Export::DiagramPng, Ok(svg)) => spawn_local(async move {
            match picture::png(&svg).await {
                Ok(blob) if file::save_blob(&name, &blob).is_ok() => {}
                Ok(_) => refused("the browser does not allow it"),
                Err(reason) => refused(reason),
            }
        }),
        (_, Ok(text)) => {
            if file::save(&name, text.as_bytes()).is_err() {
                refused("the browser does not allow it");
            }
        }
    }
}

/// The same as the command line's.
fn title(player: &Player) -> String {
    format!("{}, seed {}", run_name(player), player.session.seed())
}

fn run_name(player: &Player) -> String {
    let scenario = player.scenario.map_or("run", |scenario| scenario.id);
    player.variant.as_ref().map_or_else(|| scenario.to_owned(), |variant| format!("{scenario} {variant}"))
}

fn file_name(player: &Player) -> String {
    run_name(player).replace(' ', "-")
}

/// The stage with the messages that are on it now.
fn stage() -> Option<String> {
    let document = page::document()?;
    let find = |selector: &str| document.query_selector(selector).ok().flatten();
    let canvas: Option<HtmlCanvasElement> = find(".stage-motion").and_then(|canvas| canvas.dyn_into().ok());
    let stage: Element = find(".stage-picture")?;
    picture::standalone(&stage, find(".stage")?, canvas.as_ref())
}

/// Reads a file as a link or a recipe; one that is too big is not read at all.
pub(crate) fn import(chosen: File, say: &Say) {
    let say = say.clone();
    spawn_local(async move {
        let refused = |reason: String| Msg::Export(ExportMsg::Refused(format!("{} cannot be opened: {reason}.", chosen.name())));
        let msg = match file::read(&chosen, limits::MAX_IMPORT_BYTES).await {
            Err(reason) => refused(reason),
            Ok(bytes) => match String::from_utf8(bytes) {
                Err(_) => refused("it is not text, so it is neither a link nor a recipe".to_owned()),
                Ok(text) if text.trim().is_empty() => refused("it is empty".to_owned()),
                Ok(text) => Msg::Open(OpenMsg::Text(text)),
            },
        };
        say.emit(msg);
    });
}

/// What a drop asks for: its first file, else its text.
pub(crate) fn dropped(event: &Event) -> Option<Msg> {
    let data = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    event.prevent_default();
    if let Some(file) = data.files().and_then(|files| files.get(0)) {
        return Some(Msg::Export(ExportMsg::Import(file)));
    }
    let text = data.get_data("text/plain").ok().filter(|text| !text.trim().is_empty())?;
    if text.len() > limits::MAX_IMPORT_BYTES {
        return Some(Msg::Export(ExportMsg::Refused(format!("What was dropped has more than {} MiB.", limits::MAX_IMPORT_BYTES >> 20))));
    }
    Some(Msg::Open(OpenMsg::Text(text)))
}
