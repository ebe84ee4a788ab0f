//! Who searches: a worker, or the page itself in slices where no worker can start (a sandboxed frame).

use super::SearchMsg;
use crate::hunt::{Hunt, Order, Progress, Report};
use crate::ui::hooks::listen::Listener;
use crate::ui::hooks::page;
use crate::ui::markup::Say;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// A slice of a search on the page takes about so long, so that the page stays awake.
const SLICE_MS: f64 = 8.0;
/// A worker says ten times a second how it stands: one that is silent for so long is gone.
const SILENT_MS: u32 = 20_000;

/// A search that is under way. It ends when dropped.
pub(crate) enum Searcher {
    /// Beside the page.
    Worker(Box<Beside>),
    /// On the page.
    Page(Box<Hunt>, Timeout),
}

/// A worker; ended when dropped.
pub(crate) struct Beside {
    worker: Worker,
    order: Order,
    is_ready: bool,
    /// Runs out when it is silent for too long.
    patience: Timeout,
    _listeners: [Option<Listener>; 3],
}

impl Searcher {
    /// Begins, beside the page if that works.
    ///
    /// # Errors
    /// What cannot be searched, and why.
    pub(crate) fn start(order: Order, say: &Say) -> Result<Self, String> {
        match Beside::start(&order, say) {
            Some(beside) => Ok(Self::Worker(Box::new(beside))),
            None => Self::on_page(order, say),
        }
    }

    fn on_page(order: Order, say: &Say) -> Result<Self, String> {
        let hunt = order.hunt().map_err(|error| error.to_string())?;
        Ok(Self::Page(Box::new(hunt), next_slice(say)))
    }

    /// Whether it is a worker.
    pub(crate) const fn is_worker(&self) -> bool {
        matches!(self, Self::Worker(_))
    }

    /// The worker is there: it gets its order.
    pub(crate) fn order(&mut self) {
        if let Self::Worker(beside) = self
            && !beside.is_ready
        {
            beside.is_ready = true;
            drop(beside.worker.post_message(&beside.order.to_text().into()));
        }
    }

    /// The worker said something.
    pub(crate) fn is_heard(&mut self, say: &Say) {
        if let Self::Worker(beside) = self {
            beside.patience = patience(say);
        }
    }

    /// The worker failed: one that never came up is replaced by the page itself, if that can search. `None`: it was at work.
    pub(crate) fn replace(self, say: &Say) -> Option<Result<Self, String>> {
        match self {
            Self::Worker(beside) if !beside.is_ready => Some(Self::on_page(beside.order.clone(), say)),
            _ => None,
        }
    }

    /// Goes on for a slice, on the page; says how it stands.
    pub(crate) fn slice(&mut self, say: &Say) -> Option<Report> {
        let Self::Page(hunt, timeout) = self else { return None };
        let until = page::now_ms() + SLICE_MS;
        let mut progress = hunt.progress();
        while progress != Progress::Done && page::now_ms() < until {
            progress = hunt.step();
        }
        if progress != Progress::Done {
            *timeout = next_slice(say);
        }
        Some(Report::of(hunt))
    }
}

impl Beside {
    /// `None`: the page may have no workers. Whether one comes up shows later.
    fn start(order: &Order, say: &Say) -> Option<Self> {
        let program = page::document()?.query_selector("meta[name=replicascope-catalogue]").ok()??;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&program.get_attribute("data-worker")?, &options).ok()?;
        let heard = say.clone();
        let on_message = Listener::new(worker.clone().into(), "message", move |event| {
            let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
            heard.emit(SearchMsg::Heard(text.unwrap_or_default()).into());
        });
        let failing = |name| {
            let heard = say.clone();
            Listener::new(worker.clone().into(), name, move |event| {
                event.prevent_default();
                heard.emit(SearchMsg::Failed.into());
            })
        };
        let listeners = [on_message, failing("error"), failing("messageerror")];
        Some(Self { worker, order: order.clone(), is_ready: false, patience: patience(say), _listeners: listeners })
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn patience(say: &Say) -> Timeout {
    let say = say.clone();
    Timeout::new(SILENT_MS, move || say.emit(SearchMsg::Failed.into()))
}

fn next_slice(say: &Say) -> Timeout {
    let say = say.clone();
    Timeout::new(0, move || say.emit(SearchMsg::Slice.into()))
}
