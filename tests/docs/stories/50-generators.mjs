// The element in pages that site generators have made: mdBook (this project's own documentation) and VitePress.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesIn } from "../../../docs/build/policy.mjs";
import { expect } from "../../e2e/harness-expect.mjs";
import { Embeds } from "../embeds.mjs";
import { servePages } from "../hosts.mjs";
import { picture, test } from "../harness.mjs";

const LISTEN = `globalThis.heard = [];
for (const type of ["ready", "step", "verdict", "error"]) {
  document.addEventListener(type, ({ target, detail }) => detail && heard.push({ id: target.id, type, detail }), true);
}`;

test("in a page of mdBook an embed starts, follows the theme, fires events and obeys", { colorScheme: "light" }, async ({ context, page, site }) => {
  await context.addInitScript(LISTEN);
  await page.goto(`${site.url}docs/scenarios/sloppy-quorum.html`);
  await page.locator("replica-scope").evaluate((element) => (element.id = "a"));
  const embeds = new Embeds(page, site);
  await expect.until("it is ready", () => page.evaluate(() => heard.some(({ type }) => type === "ready")), { patience: 20_000 });
  const frame = embeds.frame();
  await expect.attribute(frame.locator("html"), "data-theme", "light");
  await page.getByRole("button", { name: /theme/i }).first().click();
  await page.getByRole("menuitem", { name: "Navy" }).or(page.locator("#mdbook-theme-navy, #navy")).first().click();
  await expect.attribute(frame.locator("html"), "data-theme", "dark");
  await embeds.call("a", "seek", 5);
  await expect.until("its step is told", async () => (await embeds.last("step", "a"))?.at_ms === 5);
  await expect.until("it has the height of what it shows", async () => (await embeds.height()) > 400);
  await picture(page, "mdbook navy");
});

test("in a page of VitePress embeds start when they are seen, follow the theme, fire events and obey", { colorScheme: "light", viewport: { width: 1440, height: 800 } }, async ({ page, site, own }) => {
  const pages = vitePress(site);
  const host = own(await servePages({ ...pages, "/listen.js": LISTEN }));
  const before = site.requests.filter((address) => address.includes("embed=1")).length;
  await page.goto(`${host.origin}/index.html`);
  const embeds = new Embeds(page, site, host);
  const frame = await embeds.ready("a");
  const asked = () => site.requests.filter((address) => address.includes("embed=1")).length - before;
  expect.equal(asked(), 1, "frames that were asked for before the second is seen");
  await expect.attribute(frame.locator("html"), "data-theme", "light");
  await page.getByRole("switch").first().click();
  await expect.attribute(frame.locator("html"), "data-theme", "dark");
  await picture(page, "vitepress dark");
  await embeds.call("a", "seek", 5);
  await expect.until("its step is told", async () => (await embeds.last("step", "a"))?.at_ms === 5);
  await page.locator("#b").scrollIntoViewIfNeeded();
  await embeds.ready("b");
  expect.equal(asked(), 2, "frames that were asked for");
  expect.equal((await embeds.last("ready", "b")).scenario, "sloppy-quorum", "what the second shows");
  await expect.until("it is as high as what it shows", async () => (await embeds.height("b")) > 400);
  // To another page of it without loading anything anew. By keyboard: a click right after scrolling may still meet the frame.
  await page.getByRole("link", { name: "Another page" }).press("Enter");
  await embeds.ready("c");
  expect.equal(page.frames().length, 2, "frames: those of the page before are gone");
});

/** The built site by path, with the address of Replicascope put in. */
function vitePress(site) {
  const tools = fileURLToPath(new URL("../tools/", import.meta.url));
  const source = fileURLToPath(new URL("../vitepress", import.meta.url));
  const place = mkdtempSync(join(tmpdir(), "replicascope-vitepress-"));
  try {
    const [out, cache] = [join(place, "out"), join(place, "cache")];
    const program = join(tools, "node_modules/vitepress/bin/vitepress.js");
    const built = spawnSync(process.execPath, [program, "build", source], { encoding: "utf8", env: { ...process.env, OUT: out, CACHE: cache } });
    if (built.status !== 0) {
      throw new Error(`VitePress: ${built.stdout}${built.stderr}`);
    }
    const textual = /\.(html|js|css|json|svg)$/;
    return Object.fromEntries(
      filesIn(out, "").map((name) => {
        const content = readFileSync(join(out, name));
        const text = () => content.toString().replaceAll("http://replicascope.invalid/", site.url);
        return [`/${name}`, textual.test(name) ? text() : content];
      }),
    );
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
