//! How a leader of a program comes up: its options, and its store.

use super::worker::{Setting, Worker};
use super::{mode_of, name};
use crate::js::argument;
use crate::js::error::{Code, Outcome, Problem};
use crate::js::functions::unknown;
use crate::limits;
use crate::offline::leader::{Kind, LocalLeader, Options};
use crate::offline::memory::MemoryStorage;
use crate::offline::storage::{Storage, StorageError};
use crate::offline::web::channel::Channel;
use crate::offline::web::indexed::{IndexedStore, OnLost};
use crate::offline::web::js;
use crate::offline::web::store::Store;
use crate::replication::delta::Author;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// What the databases of leaders are called, before their own names.
const DATABASE: &str = "replicascope-leader-";

const OPTIONS: [&str; 5] = ["name", "storage", "author", "kind", "mode"];

pub(super) async fn open(options: &JsValue) -> Outcome<Worker> {
    let mut options = argument::options("options", options, &OPTIONS, limits::MAX_RECIPE_BYTES)?;
    let text = options.text("name")?.ok_or_else(|| Problem::argument("name", "is missing"))?;
    let own = name("name", &text.into())?;
    let author = options.text("author")?.map_or_else(|| Ok(own.clone()), |author| name("author", &author.into()))?;
    let kind = match options.text("kind")?.as_deref() {
        None | Some("device") => Kind::Device,
        Some("hub") => Kind::Hub,
        Some(other) => return Err(unknown("kind", other, &["device", "hub"])),
    };
    let mut set = Options::new(kind);
    if let Some(mode) = options.text("mode")? {
        set.mode = mode_of(&mode.into())?;
    }
    let setting = Setting { options: set, author: Author::from(author.as_str()) };
    match options.text("storage")?.as_deref() {
        None | Some("indexeddb") => in_database(setting, &own).await,
        Some("memory") => start(setting, Store::Memory(MemoryStorage::default())).await,
        Some(other) => Err(unknown("storage", other, &["indexeddb", "memory"])),
    }
}

async fn start(setting: Setting, mut store: Store) -> Outcome<Worker> {
    let rows = store.load().await?;
    let leader = LocalLeader::open(&setting.options, rows, js::now(), js::entropy())?;
    Ok(Worker::start(setting, leader, store))
}

async fn in_database(setting: Setting, name: &str) -> Outcome<Worker> {
    if js::field(&js_sys::global(), "indexedDB").is_none() {
        let message = "storage: there is no IndexedDB here; ask for storage: \"memory\" if losing everything at the end is meant";
        return Err(Problem::new(Code::NoStorage, message));
    }
    // The store may be lost before there is anybody to tell.
    let told: Rc<RefCell<Told>> = Rc::default();
    let ear = told.clone();
    let on_lost: OnLost = Rc::new(move |error| ear.borrow_mut().lose(error));
    let store = IndexedStore::open(&format!("{DATABASE}{name}"), on_lost).await?;
    let worker = start(setting, Store::Indexed(store)).await?;
    told.borrow_mut().listen(&worker);
    announce(&worker, name);
    Ok(worker)
}

/// Tells whoever has the same leader open that it was opened again, and listens for that. This is a hint: where it is not
/// heard, the owner's token refuses the next commit.
fn announce(worker: &Worker, name: &str) {
    let weak = worker.weak();
    let on_message = move |_| weak.with(|worker| spawn_local(worker.clone().prove_ownership()));
    if let Some(channel) = Channel::open(&format!("{DATABASE}{name}"), on_message) {
        channel.post(&[]);
        worker.keep(channel);
    }
}

/// Who is told that a store was taken away.
#[derive(Default)]
struct Told {
    lost: Option<StorageError>,
    worker: Option<super::worker::Weak>,
}

impl Told {
    fn lose(&mut self, error: StorageError) {
        match &self.worker {
            Some(worker) => worker.later(move |worker| worker.fail(error)),
            None => self.lost = Some(error),
        }
    }

    fn listen(&mut self, worker: &Worker) {
        if let Some(error) = self.lost.take() {
            worker.fail(error);
        }
        self.worker = Some(worker.weak());
    }
}
