// The reference workload (see benches/workload/mod.rs) compiled to wasm and run in node, beside the native build and
// a plain JavaScript heap, in alternation. Ratios are what counts; absolute times wander on shared machines.
//
//   node benches/wasm.mjs [events [rounds]]
//
// Needs wasm-bindgen (in .tools/bin or on PATH); uses wasm-opt from node_modules/.bin when it is there.

import { join } from "node:path";
import { build, load, range, root, run } from "./compiled.mjs";

const eventCount = Number(process.argv[2] ?? 2_000_000);
const roundCount = Number(process.argv[3] ?? 5);
const target = join(root, "target");

function buildWasm() {
  build("wasm", target, "--target", "wasm32-unknown-unknown");
  return load(target, "replicascope_wasm_bench", "wasm-bench");
}

function buildNative() {
  build("native", target);
  return join(target, "release/replicascope-native-bench");
}

/** Million events a second. */
function speed(work) {
  const started = performance.now();
  work();
  return eventCount / (performance.now() - started) / 1e3;
}

/** The same workload by hand: an array heap of objects, as somebody would write it in JavaScript. */
function javascriptRun() {
  const heap = [];
  const before = (a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
  const push = (entry) => {
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = entry;
  };
  const pop = () => {
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child += 1;
      if (!before(heap[child], last)) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = last;
    return first;
  };
  let sequence = 0;
  let latencySum = 0;
  let operationCount = 0;
  const cells = [0, 0, 0];
  const clients = Array.from({ length: 10 }, () => ({ operation: 0, heard: 0, isWrite: false, newest: 0, startedAt: 0 }));
  const delay = () => -Math.log(1 - Math.random());
  const send = (now, client, replica, operation, isReply, isWrite, version) =>
    push({ at: now + delay(), sequence: sequence++, client, replica, operation, isReply, isWrite, version });
  const start = (now, client) => {
    const state = clients[client];
    state.operation += 1;
    state.heard = 0;
    state.isWrite = !state.isWrite;
    state.newest = 0;
    state.startedAt = now;
    for (let replica = 0; replica < 3; replica += 1) send(now, client, replica, state.operation, false, state.isWrite, now);
  };
  clients.forEach((_, client) => start(0, client));
  for (let delivered = 0; delivered < eventCount; delivered += 1) {
    const message = pop();
    if (!message.isReply) {
      if (message.isWrite) cells[message.replica] = Math.max(cells[message.replica], message.version);
      send(message.at, message.client, message.replica, message.operation, true, message.isWrite, cells[message.replica]);
      continue;
    }
    const state = clients[message.client];
    if (state.operation !== message.operation) continue;
    state.heard += 1;
    state.newest = Math.max(state.newest, message.version);
    if (state.heard === 2) {
      latencySum += message.at - state.startedAt;
      operationCount += 1;
      start(message.at, message.client);
    }
  }
  const mean = latencySum / operationCount;
  if (eventCount >= 1_000_000 && Math.abs(mean / 1.82407 - 1) > 0.01) throw new Error(`the JavaScript loop is wrong: ${mean} ms`);
}

const wasm = buildWasm();
const native = buildNative();
const fingerprint = run(native, "--fingerprint", String(100_000)).trim();
if (wasm.engine("ring", 1, 100_000) !== fingerprint) throw new Error("the host and wasm did not do the same");
const speeds = { "native, ring": [], "native, full": [], "wasm, ring": [], "wasm, full": [], "wasm, bare": [], "plain JavaScript heap": [] };
for (let round = 0; round < roundCount; round += 1) {
  for (const trace of ["ring", "full"]) {
    speeds[`native, ${trace}`].push(Number(run(native, `--speed=${trace}`, String(eventCount))));
    speeds[`wasm, ${trace}`].push(speed(() => wasm.engine(trace, 1, eventCount)));
    if (trace === "ring" && round === 0) {
      console.log(`wasm memory after a run with a ring: ${(wasm.memory_bytes() / 2 ** 20).toFixed(1)} MB`);
    }
  }
  speeds["wasm, bare"].push(speed(() => wasm.bare(1, eventCount)));
  speeds["plain JavaScript heap"].push(speed(javascriptRun));
}
console.log(`${eventCount} delivered messages, ${roundCount} rounds; million events a second, median (least to most)`);
for (const [name, values] of Object.entries(speeds)) console.log(`${name.padEnd(22)} ${range(values)}`);
const ratio = (a, b) => range(speeds[a].map((value, round) => value / speeds[b][round]), 3);
console.log(`wasm to native, ring   ${ratio("wasm, ring", "native, ring")}`);
console.log(`wasm to native, full   ${ratio("wasm, full", "native, full")}`);
console.log(`wasm to JavaScript     ${ratio("wasm, ring", "plain JavaScript heap")}`);
