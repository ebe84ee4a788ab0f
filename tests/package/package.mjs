// What the tests of the package have in common: the package itself, loaded, and its memory.

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folder of the built package. */
export const folder = resolve(process.env.PACKAGE ?? fileURLToPath(new URL("../../package", import.meta.url)));

const address = (name) => pathToFileURL(`${folder}/${name}`).href;

export const replicascope = await import(address("index.js"));

/** Loads the package as a caller does. */
export const ready = () => replicascope.init();

/** Bytes of wasm memory taken so far. */
export async function memoryBytes() {
  await ready();
  const bindings = await import(address("replicascope_wasm.js"));
  return (await bindings.default()).memory.buffer.byteLength;
}

/** The code of what `call` throws; a test fails if it throws nothing, or something without a code. */
export function codeOf(call) {
  try {
    const answer = call();
    assert.fail(`nothing was thrown, but answered: ${JSON.stringify(answer)}`);
  } catch (problem) {
    if (problem instanceof assert.AssertionError) throw problem;
    assert.ok(problem instanceof Error, `not an Error: ${String(problem)}`);
    assert.equal(typeof problem.code, "string", `without a code: ${problem.stack}`);
    // It says what is wrong, and of what.
    assert.match(problem.message, problem.code === "bad-argument" ? /^\w+: ./ : /./);
    return problem.code;
  }
}

/** The code that a promise is rejected with. */
export async function codeOfPromise(promise) {
  assert.ok(promise instanceof Promise, "it answers by a promise");
  const ended = await promise.then((value) => ({ value }), (problem) => ({ problem }));
  assert.ok("problem" in ended, `not rejected, but answered: ${JSON.stringify(ended.value)}`);
  return codeOf(() => {
    throw ended.problem;
  });
}

/** What callers may pass where something else is wanted. */
export const oddities = () => {
  const cyclic = {};
  cyclic.self = cyclic;
  let deep = [];
  for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
  const throwing = { get scenario() { throw new RangeError("caller's own"); } };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  return [
    null, true, 0, -1, 1.5, NaN, Infinity, -Infinity, 1e308, Number.MAX_SAFE_INTEGER, 2n ** 64n, "", "x", "\ud800", "x".repeat(3_000_000),
    Symbol("s"), () => 1, {}, [], [1], { a: 1 }, cyclic, deep, throwing, revoked.proxy, new Date(NaN), new Map([[1, 2]]), new Uint8Array(3),
    Object.create(null), new Proxy({}, { ownKeys() { throw new Error("caller's own"); } }), { toJSON() { throw new Error("caller's own"); } },
    { toJSON: () => undefined }, document_like(),
  ];
};

function document_like() {
  return { nodeType: 9, get defaultView() { return globalThis; } };
}

/** The fingerprints that the tests of the host pin. */
export function pins() {
  const text = readFileSync(new URL("../pins/mod.rs", import.meta.url), "utf8");
  const rows = [...text.matchAll(/\("([a-z0-9-]+)", "([a-z0-9-]+)", 0x([0-9a-f]{16})\)/g)];
  assert.equal(rows.length, text.match(/0x[0-9a-f]{16}/g).length, "every pin is read");
  return rows.map(([, scenario, variant, fingerprint]) => ({ scenario, variant, fingerprint }));
}
