//! The page that all tests of a binary share.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// A name that no other test has, nor an earlier run.
pub(crate) fn unique(name: &str) -> String {
    format!("test-{name}-{}", (js_sys::Math::random() * 1e15) as u64)
}

/// Runs the body of a JavaScript function with these arguments, and waits for what it returns.
pub(crate) async fn run(body: &str, arguments: &[&str]) -> JsValue {
    let function = Function::new_with_args("...args", body);
    let array: js_sys::Array = arguments.iter().map(|argument| JsValue::from(*argument)).collect();
    let result = function.apply(&JsValue::UNDEFINED, &array).unwrap();
    JsFuture::from(Promise::resolve(&result)).await.unwrap()
}

pub(crate) async fn sleep_ms(ms: u32) {
    run("return new Promise((resolve) => setTimeout(resolve, Number(args[0])));", &[&ms.to_string()]).await;
}

/// Waits until it holds, for at most ten seconds.
pub(crate) async fn until(what: &str, holds: impl FnMut() -> bool) {
    until_within(10, what, holds).await;
}

/// Waits until it holds, for at most this many seconds.
pub(crate) async fn until_within(seconds: u32, what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..seconds * 50 {
        if holds() {
            return;
        }
        sleep_ms(20).await;
    }
    panic!("never: {what}");
}
