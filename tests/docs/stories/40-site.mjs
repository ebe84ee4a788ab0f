// The folder for a static host, under a path of its own: every page is opened, every embed started.
import { axe } from "../../e2e/harness-axe.mjs";
import { expect } from "../../e2e/harness-expect.mjs";
import { filesIn } from "../../../docs/build/policy.mjs";
import { picture, test } from "../harness.mjs";

const folder = process.env.SITE;
const pages = folder ? filesIn(folder, ".html").filter((name) => name.startsWith("docs/") && !/toc|404/.test(name)) : [];

/** Keeps the events of all embeds of a page, from before any script runs. */
const keep = (context) =>
  context.addInitScript(() => {
    globalThis.heard = [];
    for (const type of ["ready", "error"]) {
      document.addEventListener(type, ({ target, detail }) => detail && heard.push({ type, detail, of: target.getAttribute("scenario") }), true);
    }
  });

const started = (page, element) =>
  page.waitForFunction((scenario) => heard.some((one) => one.of === scenario && one.type === "ready"), element, { timeout: 20_000 });

for (const name of pages) {
  test(`${name} opens, and its embeds start`, {}, async ({ context, page, site }) => {
    await keep(context);
    const answer = await page.goto(site.url + name, { waitUntil: "load" });
    expect.equal(answer.status(), 200, "the answer");
    await expect.visible(page.locator("main h1").first());
    const embeds = await page.locator("replica-scope").all();
    for (const embed of embeds) {
      const scenario = await embed.getAttribute("scenario");
      await embed.scrollIntoViewIfNeeded();
      await started(page, scenario);
    }
    const errors = await page.evaluate(() => heard.filter(({ type }) => type === "error"));
    expect.equal(errors, [], "errors of embeds");
    expect.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the page");
  });
}

test("the page of the folder plays", {}, async ({ page, site }) => {
  await page.goto(site.url);
  await expect.visible(page.getByTestId("lesson-next"));
});

test("an address that leads nowhere says so, and offers what it may have been", { allow: [/404/] }, async ({ page, site }) => {
  const answer = await page.goto(`${site.url}docs/scenario/quorum-overlapping`);
  expect.equal(answer.status(), 404, "the answer");
  const links = page.locator("#ways a");
  await expect.until("there are ways on", async () => (await links.count()) >= 4);
  await axe(page);
  await picture(page, "404");
  await expect.text(links.first(), /Overlapping quorums/);
  for (const address of await links.evaluateAll((all) => all.map(({ href }) => href))) {
    expect.equal((await page.request.get(address)).status(), 200, `what ${address} answers`);
  }
  await links.first().click();
  await expect.visible(page.getByRole("heading", { level: 1 }).first());
});

test("an address outside of the folder's home still leads to the start", { allow: [/404/] }, async ({ page, site }) => {
  await page.goto(`${site.origin}/elsewhere/x`);
  await expect.text(page.locator("#ways a"), /start of this host/);
});

test("the service worker keeps the page and leaves the documentation alone", { serviceWorkers: "allow", allow: [/net::ERR|Failed to/] }, async ({ context, page, site }) => {
  await page.goto(site.url);
  await expect.until("it is installed", () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state === "activated"));
  await page.goto(`${site.url}docs/concepts.html`);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return all.flat();
  });
  expect.ok(kept.length > 10, "the page is kept");
  expect.equal(kept.filter((address) => /\/docs\/|embed\.js/.test(address)), [], "what is kept of the documentation");
  await context.setOffline(true);
  await page.goto(site.url);
  await expect.visible(page.getByTestId("lesson-next"));
});

for (const [width, colorScheme] of [
  [360, "light"],
  [1280, "dark"],
  [2560, "light"],
]) {
  test(`pages of the documentation without accessibility violation: ${colorScheme}, ${width} px`, { viewport: { width, height: 900 }, colorScheme }, async ({ context, page, site }) => {
    await keep(context);
    for (const name of ["introduction", "guarantees", "presets", "command-line", "scenarios/quorum-overlap"]) {
      await page.goto(`${site.url}docs/${name}.html`);
      if ((await page.locator("replica-scope").count()) > 0) {
        await page.waitForFunction(() => heard.some(({ type }) => type === "ready"));
      }
      await axe(page, { within: "main" });
      await picture(page, `docs ${name} ${colorScheme} ${width}`);
      expect.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `nothing of ${name} is wider than the page`);
    }
  });
}
