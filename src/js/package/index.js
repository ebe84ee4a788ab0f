// The package's door: loads the wasm in browsers, bundlers and Node, and keeps callers' mistakes and callers' code out of it.

import start, * as bindings from "./replicascope_wasm.js";

/** An `Error` with a code, as those that come from the wasm. */
function coded(code, message, cause) {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
}

let isReady = false;
let loading;

/**
 * Loads the package; everything else needs it. `source`: where the wasm comes from, if not from beside this file: an
 * address, a `Response`, its bytes or a compiled module. Calling it again does nothing more.
 */
export function init(source) {
  loading ??= load(source).catch((cause) => {
    loading = undefined;
    throw coded("not-loaded", `the wasm could not be loaded: ${messageOf(cause)}`, cause);
  });
  return loading;
}

async function load(source) {
  await start({ module_or_path: source ?? (await ownWasm()) });
  isReady = true;
}

/** The wasm beside this file: its address, or in Node, which fetches no files, its bytes. */
async function ownWasm() {
  const address = new URL("./replicascope_wasm_bg.wasm", import.meta.url);
  if (address.protocol !== "file:" || typeof process === "undefined") return address;
  // Named by a variable, so that no bundler looks for it.
  const files = "node:fs/promises";
  return (await import(/* @vite-ignore */ files)).readFile(address);
}

function messageOf(thrown) {
  try {
    return String(thrown?.message ?? thrown);
  } catch {
    return "something was thrown";
  }
}

/**
 * An argument without the caller's code in it: getters, proxies and `toJSON` run here, and what is left is plain data.
 * Bytes stay as they are.
 */
function plain(value) {
  if (typeof value === "function") return undefined;
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  let text;
  try {
    text = JSON.stringify(value, exact);
  } catch (cause) {
    throw coded("bad-argument", `an argument cannot be read: ${messageOf(cause)}`, cause);
  }
  return text === undefined ? undefined : JSON.parse(text);
}

/** JSON would make null of some numbers, and takes no bigint: here one may be a seed. */
function exact(name, value) {
  if (typeof value === "bigint" && name === "seed") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${value} is no finite number`);
  return value;
}

/** Calls into the wasm. A trap there is our own mistake, and has a code too. */
function called(call) {
  if (!isReady) throw coded("not-ready", "call init() first, and wait for it");
  try {
    return call();
  } catch (cause) {
    if (typeof cause?.code === "string") throw cause;
    throw coded("internal", `replicascope failed: ${messageOf(cause)}`, cause);
  }
}

/** The same function, given nothing but plain data. */
const guarded = (call) => (...values) => {
  const data = values.map(plain);
  return called(() => call(...data));
};

/** Methods that take the caller's own objects: a channel, a callback. */
const HOSTED = new Set(["connect", "subscribe"]);

/** The place in the wasm of an object of this class: 0 when it was freed, undefined when it is no such object. */
function placeOf(self, type) {
  try {
    return self instanceof type ? self.__wbg_ptr : undefined;
  } catch {
    return undefined;
  }
}

/** Guards every method of a class that lives in the wasm. Those of `awaited` answer by a promise, bad arguments included. */
function guard(type, awaited = []) {
  for (const [name, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(type.prototype))) {
    if (typeof method !== "function" || name === "constructor" || name.startsWith("__")) continue;
    const isFree = name === "free";
    type.prototype[name] = function (...values) {
      try {
        const data = HOSTED.has(name) ? values : values.map(plain);
        // Freed again is freed: nothing to do.
        if (isFree && placeOf(this, type) === 0) return undefined;
        if (!placeOf(this, type)) throw coded("freed", `${name}: this object was freed, or never opened`);
        return called(() => method.apply(this, data));
      } catch (problem) {
        if (awaited.includes(name)) return Promise.reject(problem);
        throw problem;
      }
    };
  }
  if (Symbol.dispose) type.prototype[Symbol.dispose] = type.prototype.free;
}

const PROMISES = {
  LocalLeader: ["put", "remove", "resolve", "setMode", "export", "import", "close"],
  Cart: ["add", "set", "decrease", "remove"],
};

guard(bindings.Playground);
guard(bindings.LocalLeader, PROMISES.LocalLeader);
guard(bindings.Cart, PROMISES.Cart);

export class Playground extends bindings.Playground {
  constructor(options) {
    const data = plain(options);
    if (!isReady) throw coded("not-ready", "call init() first, and wait for it");
    super(data);
  }
}

const open = bindings.LocalLeader.open;
bindings.LocalLeader.open = async (options) => {
  const data = plain(options);
  return called(() => open(data));
};

export const { LocalLeader } = bindings;

export const scenarios = guarded(bindings.scenarios);
export const check = guarded(bindings.check);
export const measure = guarded(bindings.measure);
