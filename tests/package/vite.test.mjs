// The package in somebody else's project: built and served by Vite, opened in the real browser.

import { strict as assert } from "node:assert";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { profile, serve, start } from "../e2e/lab/browser.mjs";
import { folder, pins } from "./package.mjs";
import { checkTypes, inProject, runNode, strictly, toolPath } from "./project.mjs";

const text = (name) => readFileSync(new URL(`vite/${name}`, import.meta.url), "utf8");
const types = strictly({ module: "esnext", moduleResolution: "bundler", noEmit: true });
const project = { "index.html": text("index.html"), "main.ts": text("main.ts"), "tsconfig.json": types };

let home;
let browser;

before(async () => {
  home = profile();
  browser = await start(home.path);
});

after(async () => {
  await browser?.close();
  home?.remove();
});

/** Opens the page twice, and checks what it says. */
async function visit(url) {
  const page = await browser.context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  const { fingerprint } = pins().find(({ scenario, variant }) => scenario === "offline-leader" && variant === "add-wins");
  for (const visits of [1, 2]) {
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector("#said")?.textContent).catch((error) => problems.push(error.message));
    assert.deepEqual(problems, []);
    assert.equal(await page.textContent("#said"), `${fingerprint} ${visits}`);
  }
  await page.close();
}

test("a project of Vite is checked and built, and its page runs from any path", async () => {
  await inProject(project, async (place) => {
    const checked = checkTypes(place);
    assert.equal(checked.status, 0, checked.printed);
    const built = runNode(place, toolPath("vite/bin/vite.js"), "build", "--base", "./");
    assert.equal(built.status, 0, built.printed);
    assert.doesNotMatch(built.printed, /warn/i);
    const out = join(place, "dist");
    const wasm = readdirSync(out, { recursive: true }).filter((name) => name.endsWith(".wasm"));
    assert.equal(wasm.length, 1, "the wasm is there once");
    assert.deepEqual(readFileSync(join(out, wasm[0])), readFileSync(join(folder, "replicascope_wasm_bg.wasm")));
    const server = await serve(out);
    try {
      await visit(server.url);
    } finally {
      server.close();
    }
  });
});

test("Vite's own server runs it as the README says", async () => {
  const { createServer } = await import(pathToFileURL(toolPath("vite/dist/node/index.js")).href);
  const config = /```js\n\/\/ vite\.config\.js\n([\s\S]*?)```/.exec(readFileSync(join(folder, "README.md"), "utf8"))[1];
  await inProject({ ...project, "vite.config.js": config.replace('import { defineConfig } from "vite";', "const defineConfig = (config) => config;") }, async (place) => {
    const server = await createServer({ root: place, logLevel: "error", server: { port: 0, host: "127.0.0.1" } });
    try {
      await server.listen();
      await visit(server.resolvedUrls.local[0]);
    } finally {
      await server.close();
    }
  });
});
