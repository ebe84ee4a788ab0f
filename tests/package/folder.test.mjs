// The folder as it is handed out: its files, its size, what its README says; samples and the example run.

import { strict as assert } from "node:assert";
import { readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { folder } from "./package.mjs";
import { inProject, runNode } from "./project.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const textOf = (name) => readFileSync(join(folder, name), "utf8");
const manifest = JSON.parse(textOf("package.json"));

test("the folder has what its manifest lists, and nothing else", () => {
  assert.deepEqual(readdirSync(folder).filter((name) => name !== "package.json").sort(), [...manifest.files].sort());
  const crate = readFileSync(join(root, "Cargo.toml"), "utf8");
  assert.ok(crate.includes(`version = "${manifest.version}"`), "the version is the crate's");
  assert.ok(manifest.dependencies === undefined && manifest.scripts === undefined, "it needs nobody, and runs nothing when installed");
});

test("no script of it names a place on the machine that built it, or another host, or evaluates text", () => {
  for (const name of manifest.files.filter((name) => /\.(js|ts)$/.test(name))) {
    for (const place of [homedir(), root]) assert.ok(!textOf(name).includes(place), `${place} in ${name}`);
    // An address in a comment of the generator's is nothing that is asked for.
    assert.doesNotMatch(textOf(name).replace(/^ *\/\/.*$/gm, ""), /https?:\/\//, name);
  }
  assert.doesNotMatch(textOf("index.js") + textOf("replicascope_wasm.js"), /\beval\(|new Function\(/);
});

test("its README says how large it is", () => {
  const bytes = manifest.files.filter((name) => /\.(js|wasm)$/.test(name)).map((name) => brotliCompressSync(readFileSync(join(folder, name))).length);
  const kilobytes = bytes.reduce((sum, size) => sum + size) / 1_000;
  const [, said] = /about (\d+) kB in brotli/.exec(textOf("README.md"));
  assert.ok(Math.abs(kilobytes - said) <= said / 20, `it has ${Math.round(kilobytes)} kB, and says ${said}`);
});

test("its README has every code of an error, and its types too", () => {
  const rust = readFileSync(join(root, "src/js/error.rs"), "utf8");
  const thrown = [...rust.matchAll(/Self::\w+ => "([a-z-]+)"/g), ...textOf("index.js").matchAll(/coded\("([a-z-]+)"/g)];
  const codes = [...new Set(thrown.map(([, code]) => code))].sort();
  const table = /ANCHOR: codes([\s\S]*)ANCHOR_END/.exec(textOf("README.md"))[1];
  const rows = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code));
  assert.deepEqual(rows.sort(), codes);
  const type = /type ErrorCode =([\s\S]*?);/.exec(textOf("replicascope_wasm.d.ts"))[1];
  assert.deepEqual([...type.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code).sort(), codes);
});

test("the samples of both READMEs run", async () => {
  for (const [name, text, count] of [["the package's", textOf("README.md"), 1], ["the project's", readFileSync(join(root, "README.md"), "utf8"), 1]]) {
    const samples = [...text.matchAll(/<!-- sample: node -->\n```js\n([\s\S]*?)```/g)].map(([, sample]) => sample);
    assert.equal(samples.length, count, `samples in ${name}`);
    for (const sample of samples) {
      await inProject({ "sample.js": sample }, (place) => {
        const { status, printed } = runNode(place, "sample.js");
        assert.equal(status, 0, `${name}: ${printed}`);
        assert.notEqual(printed, "");
      });
    }
  }
});

test("the example syncs over sockets that are cut, and ends", async () => {
  const { status, printed } = runNode(root, "examples/javascript/over_a_socket.mjs");
  assert.equal(status, 0, printed);
  assert.deepEqual(printed.trim().split("\n"), [
    "apart: { milk: 2 } { eggs: 6, milk: 1 }",
    "met: { eggs: 6, milk: 3 } { eggs: 6, milk: 3 }",
    "open: [ 'Friday (Ben)', 'Tuesday (Ana)' ]",
    "decided: Wednesday",
  ]);
});
