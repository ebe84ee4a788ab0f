//! Connections by channels that callers make by hand. Whatever they do, it is done with empty hands: nothing is borrowed
//! while their `send` runs, and their `onmessage` may be called from inside of it.

use super::worker::Worker;
use super::{bytes, worker};
use crate::js::error::{Code, Outcome, Problem};
use crate::limits;
use js_sys::{Function, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

/// Connects a leader to whoever is at the other end of `channel`.
pub(super) fn connect(leader: &Worker, channel: &JsValue) -> Outcome<JsValue> {
    if !channel.is_object() && !channel.is_function() {
        return Err(Problem::argument("channel", "must be an object with send(Uint8Array)"));
    }
    let send = Reflect::get(channel, &"send".into()).ok().and_then(|send| send.dyn_into::<Function>().ok());
    let send = send.ok_or_else(|| Problem::argument("channel", "must have send(Uint8Array)"))?;
    let link = leader.connect(worker::Line { channel: channel.clone(), send })?;
    let (message, close, disconnect) = (leader.weak(), leader.weak(), leader.weak());
    let on_message = Closure::<dyn Fn(JsValue) -> Result<(), JsValue>>::new(move |frame: JsValue| {
        message.get().map_or(Ok(()), |leader| received(&leader, link, &frame))
    });
    let on_close = Closure::<dyn Fn()>::new(move || close.with(|leader| leader.disconnect(link)));
    let put = |name: &str, own: &JsValue| Reflect::set(channel, &name.into(), own).is_ok_and(|is_set| is_set);
    if !put("onmessage", &on_message.into_js_value()) || !put("onclose", &on_close.into_js_value()) {
        leader.disconnect(link);
        return Err(Problem::argument("channel", "must take onmessage and onclose"));
    }
    // The other end may be connected a line later: the first frame goes out after that.
    let first = leader.weak();
    spawn_local(async move { first.with(Worker::work) });
    let connection = Object::new();
    let end = Closure::<dyn Fn()>::new(move || disconnect.with(|leader| leader.disconnect(link))).into_js_value();
    // A fresh object takes any field.
    drop(Reflect::set(&connection, &"disconnect".into(), &end));
    Ok(connection.into())
}

/// Takes a frame; what is none ends the connection, and is thrown back.
fn received(leader: &Worker, link: worker::LinkId, frame: &JsValue) -> Result<(), JsValue> {
    if !leader.is_linked(link) {
        return Ok(());
    }
    let taken = bytes("frame", frame, limits::MAX_FRAME_BYTES).and_then(|frame| leader.receive(link, &frame));
    taken.map_err(|problem| {
        leader.disconnect(link);
        problem.coded(Code::BadFrame).into()
    })
}
