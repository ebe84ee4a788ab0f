// Merging after long offline work (see benches/merge/src/workload.rs): this project natively and in wasm, beside other
// libraries, in alternation. Ratios are what counts; absolute times wander on shared machines.
//
//   node benches/merge.mjs [rounds]
//
// Needs wasm-bindgen (in .tools/bin or on PATH); uses wasm-opt from node_modules/.bin when it is there.

import { join } from "node:path";
import { build, load, range as shown, root, run } from "./compiled.mjs";

const roundCount = Number(process.argv[2] ?? 7);
const target = join(root, "target/merge-bench");
const range = (values, digits = 2) => shown(values, digits, 8);

function buildWasm() {
  build("merge", target, "--lib", "--target", "wasm32-unknown-unknown");
  return load(target, "merge_bench", "node");
}

/** A pair that was merged, and how long that took. */
function mergeInWasm(wasm, seed) {
  const pair = new wasm.Apart(seed);
  const started = performance.now();
  pair.sync();
  const found = { ms: performance.now() - started, bytes: pair.sent_bytes(), check: pair.check() };
  pair.free();
  return found;
}

build("merge", target, "--bin", "merge-bench", "--features", "others");
const wasm = buildWasm();
for (let warm = 0; warm < 5; warm += 1) mergeInWasm(wasm, 0);
const values = new Map();
const bytes = new Map();
const add = (name, value, size) => {
  values.set(name, [...(values.get(name) ?? []), value]);
  bytes.set(name, size);
};
for (let seed = 1; seed <= roundCount; seed += 1) {
  const lines = run(join(target, "release/merge-bench"), String(seed)).trim().split("\n").map((line) => line.split("\t"));
  for (const [name, value, size] of lines) add(name, Number(value), Number(size));
  const found = mergeInWasm(wasm, seed);
  add("ours, wasm", found.ms, found.bytes);
  if (found.bytes !== bytes.get("ours") || found.check !== bytes.get("check")) throw new Error("the host and wasm did not do the same");
}
console.log(`two replicas, 10,000 edits each, ${roundCount} rounds; ms, median (least to most); bytes both ways; times ours`);
const ours = values.get("ours");
for (const name of ["ours", "ours, wasm", "crdts", "yrs", "loro", "automerge"]) {
  const ratios = values.get(name).map((ms, round) => ms / ours[round]);
  console.log(`${name.padEnd(12)} ${range(values.get(name))}  ${String(bytes.get(name)).padStart(7)}  ${range(ratios)}`);
}
console.log(`rows of both stores: ${bytes.get("ours, stored")} bytes`);
for (const name of ["edit, node", "edit, stored"]) console.log(`${name.padEnd(12)} ${range(values.get(name), 0)} ns`);
