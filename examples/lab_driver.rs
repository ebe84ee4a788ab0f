//! A page without a face: one device, driven from JavaScript through `window.lab`. What tests in a real browser load
//! that kill it.
#![cfg_attr(not(target_arch = "wasm32"), allow(unused, reason = "it runs in a browser"))]

#[cfg(not(target_arch = "wasm32"))]
fn main() {}

#[cfg(target_arch = "wasm32")]
fn main() {
    page::start();
}

#[cfg(target_arch = "wasm32")]
mod page {
    use js_sys::{Function, Object, Reflect};
    use replicascope::offline::web::device::Device;
    use replicascope::offline::web::state::{DeviceOptions, Event, Link, Outcome, Tale, WriteId};
    use replicascope::replication::delta::{Item, Key, LineChange, Operation};
    use replicascope::replication::view::Content;
    use serde_json::json;
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::rc::Rc;
    use wasm_bindgen::JsValue;
    use wasm_bindgen::closure::{Closure, WasmClosure};

    type Waiting = Rc<RefCell<BTreeMap<WriteId, Function>>>;

    /// Opens the device, and puts `lab` on the window: `add(item, callback)`, `link(name, on)`,
    /// `connect(address, secret)`, `retry()`, `state()`.
    pub(crate) fn start() {
        let waiting = Waiting::default();
        let answered = waiting.clone();
        let device = Device::open(
            DeviceOptions::default(),
            Rc::new(move |event| {
                if let Event::Answered(id, outcome) = event {
                    answer(&answered, id, &outcome);
                }
            }),
        );
        let lab = Object::new();
        let own = device.clone();
        let add = move |item: String, callback: Function| {
            let id = own.write(Key::from("cart"), Operation::Cart(Item::from(item.as_str()), LineChange::Add(1)));
            waiting.borrow_mut().insert(id, callback);
        };
        put(&lab, "add", Closure::<dyn FnMut(String, Function)>::new(add));
        let own = device.clone();
        let link = move |name: String, is_on: bool| own.set_link(if name == "cloud" { Link::Cloud } else { Link::Tabs }, is_on);
        put(&lab, "link", Closure::<dyn FnMut(String, bool)>::new(link));
        let own = device.clone();
        let connect = move |address: String, secret: String| own.connect_native(&address, &secret);
        put(&lab, "connect", Closure::<dyn FnMut(String, String)>::new(connect));
        let own = device.clone();
        put(&lab, "retry", Closure::<dyn FnMut()>::new(move || own.retry()));
        put(&lab, "state", Closure::<dyn FnMut() -> String>::new(move || state(&device)));
        drop(Reflect::set(&js_sys::global(), &"lab".into(), &lab));
    }

    /// Stays for the life of the page.
    fn put<T: ?Sized + WasmClosure + 'static>(lab: &Object, name: &str, closure: Closure<T>) {
        drop(Reflect::set(lab, &name.into(), &closure.into_js_value()));
    }

    fn answer(waiting: &Waiting, id: WriteId, outcome: &Outcome) {
        let said = match outcome {
            Outcome::Saved(_) => "saved".to_owned(),
            Outcome::Refused(refusal) => format!("refused: {refusal:?}"),
        };
        let callback = waiting.borrow_mut().remove(&id);
        if let Some(callback) = callback {
            drop(callback.call1(&JsValue::UNDEFINED, &said.into()));
        }
    }

    fn state(device: &Device) -> String {
        let state = device.state();
        let view = state.view.as_ref();
        let cart: BTreeMap<String, u32> = match view.and_then(|view| view.records.get(&Key::from("cart"))).map(|record| &record.content) {
            Some(Content::Cart(lines)) => lines.iter().map(|(item, line)| (item.to_string(), line.quantity)).collect(),
            _ => BTreeMap::new(),
        };
        let said = state.told.iter().filter_map(|told| match &told.what {
            Tale::Said(sentence) => Some(sentence.clone()),
            Tale::Note(_) => None,
        });
        json!({
            "storage": format!("{:?}", state.storage),
            "slot": state.slot,
            "guard": format!("{:?}", state.guard),
            "store": state.store.map(|store| store.0.to_string()),
            "replica": state.replica.map(|replica| replica.0.to_string()),
            "alarm": view.and_then(|view| view.alarm).map(|alarm| format!("{alarm:?}")),
            "pending": view.map_or(0, |view| view.pending.len()),
            "tabs": state.links.tabs.peers.len(),
            "cloud": format!("{:?}", state.links.cloud.host),
            "native": format!("{:?}", state.links.native.state),
            "cart": cart,
            "said": said.collect::<Vec<_>>(),
        })
        .to_string()
    }
}
