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

const tagOfView = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

/** Whether it is a Uint8Array, of whatever window, whatever it says of itself. */
const areBytes = (value) => ArrayBuffer.isView(value) && tagOfView.call(value) === "Uint8Array";

/**
 * An argument without the caller's code in it: getters, proxies and `toJSON` run here, and what is left is plain data, copied.
 * `place`: what it is called when it is none.
 */
function plain(value, place) {
  if (typeof value === "function") return undefined;
  if (value === null || typeof value !== "object") return value;
  try {
    if (areBytes(value)) return new Uint8Array(value);
    const text = JSON.stringify(value, exact);
    if (text !== undefined && /^[[{]/.test(text)) return JSON.parse(text);
  } catch (cause) {
    throw coded("bad-argument", `${place} cannot be read: ${messageOf(cause)}`, cause);
  }
  throw coded("bad-argument", `${place} must be plain data: an object that stands for a text or for nothing is none`);
}

/** All arguments of the function of this name. */
const plainly = (name, values) => values.map((value, index) => plain(value, `${name}: argument ${index + 1}`));

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
const guarded = (name, call) => (...values) => {
  const data = plainly(name, values);
  return called(() => call(...data));
};

/** The end of a channel as the wasm has it, in front of the caller's own. */
function endOf(channel) {
  let send;
  try {
    ({ send } = channel);
  } catch (cause) {
    throw coded("bad-argument", `channel: its send cannot be read: ${messageOf(cause)}`, cause);
  }
  if (typeof send !== "function") throw coded("bad-argument", "channel: must have send(Uint8Array)");
  const end = {};
  end.send = (frame) => {
    const sent = Reflect.apply(send, channel, [frame]);
    // A promise that is rejected later ends the connection as a throw does at once.
    if (typeof sent?.then === "function") Promise.resolve(sent).catch(() => end.onclose());
  };
  return end;
}

/** A frame, copied; null for what is none, which ends the connection. */
function frameOf(frame) {
  try {
    return areBytes(frame) ? new Uint8Array(frame) : null;
  } catch {
    return null;
  }
}

/** Puts onto the caller's channel what it is to call. */
function attach(channel, end, connection) {
  try {
    channel.onmessage = (frame) => {
      const bytes = frameOf(frame);
      called(() => end.onmessage(bytes));
    };
    channel.onclose = () => end.onclose();
  } catch (cause) {
    connection.disconnect();
    throw coded("bad-argument", `channel: must take onmessage and onclose: ${messageOf(cause)}`, cause);
  }
  return connection;
}

/** Methods that take the caller's own objects, and how: nothing of the wasm is in use while those run. */
const HOSTED = {
  connect(method, channel) {
    const end = endOf(channel);
    return attach(channel, end, method(end));
  },
  subscribe(method, callback) {
    if (typeof callback !== "function") throw coded("bad-argument", "callback: must be a function");
    return method(() => callback());
  },
};

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
    type.prototype[name] = function (...values) {
      const own = (...data) => {
        const place = placeOf(this, type);
        // Freed again is freed: nothing to do.
        if (name === "free" && place === 0) return undefined;
        if (!place) throw coded("freed", `${name}: this object was freed, or never opened`);
        // A connected leader lives on when its handle goes, unless it is freed by hand.
        if (name === "free") called(() => this.__letGo?.());
        return called(() => method.apply(this, data));
      };
      try {
        return name in HOSTED ? HOSTED[name](own, ...values) : own(...plainly(name, values));
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

if (Symbol.asyncDispose) {
  bindings.LocalLeader.prototype[Symbol.asyncDispose] = async function () {
    await this.close();
    this.free();
  };
}

export class Playground extends bindings.Playground {
  constructor(options) {
    const [data] = plainly("Playground", [options]);
    called(() => super(data));
  }
}

const open = bindings.LocalLeader.open;
bindings.LocalLeader.open = async (options) => {
  const [data] = plainly("open", [options]);
  return called(() => open(data));
};

export const { LocalLeader } = bindings;

export const scenarios = guarded("scenarios", bindings.scenarios);
export const check = guarded("check", bindings.check);
export const measure = guarded("measure", bindings.measure);

export default init;
