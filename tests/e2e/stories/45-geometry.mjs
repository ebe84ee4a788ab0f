// No word stands on another one, is cut off or stands outside: every scenario, and every view.
import { readdirSync } from "node:fs";
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";
import { geometry } from "../harness-geometry.mjs";

const scenarios = readdirSync(new URL("../../../docs/src/scenarios", import.meta.url)).filter((name) => name.endsWith(".md")).map((name) => name.replace(".md", ""));

/** Tall enough that nothing which stays at the edge of the window covers what is scrolled behind it. */
const screen = (width) => ({ width, height: width === 360 ? 3_200 : 1_600 });

for (const width of [360, 1280, 2560]) {
  story(`words of every scenario can be read: ${width} px`, { viewport: screen(width), path: null, reducedMotion: "reduce", timeout: 240_000 }, async (told) => {
    const { expect, open, page } = told;
    const c = cluster(told);
    expect.ok(scenarios.length >= 30, "there are scenarios");
    for (const scenario of scenarios) {
      await open(`?scenario=${scenario}`);
      await c.ready();
      await page.evaluate(() => document.fonts.ready);
      await expect.becomes(`what cannot be read of ${scenario} at its start`, () => geometry(page), []);
      // On in its lesson, as far as that goes without an answer.
      for (let step = 0; step < 3; step += 1) {
        await page.keyboard.press("n");
        await expect.attribute(c.id("play"), "data-state", "paused");
      }
      await expect.becomes(`what cannot be read of ${scenario} in its lesson`, () => geometry(page), []);
    }
  });
}

/** By address, and what is there when a view is. */
const VIEWS = { "?view=learn": "course-dialog", "?view=compare": "compare-table", "?view=measure": "search-setting", "?view=lab": "storage-state" };
const DIALOGS = { "?": "help", s: "the scenarios", b: "branches" };

for (const width of [360, 1280, 2560]) {
  story(`words of every view can be read: ${width} px`, { viewport: screen(width), path: null, reducedMotion: "reduce", timeout: 120_000 }, async (told) => {
    const { expect, open, page } = told;
    const c = cluster(told);
    for (const [view, part] of Object.entries(VIEWS)) {
      await open(view);
      await expect.visible(c.id(part));
      await expect.becomes(`what cannot be read in ${view}`, () => geometry(page), []);
    }
    await open("?scenario=failover-lost-writes");
    await c.ready();
    for (const [key, dialog] of Object.entries(DIALOGS)) {
      await page.keyboard.press(key);
      await expect.visible(page.locator("dialog[open]"));
      await expect.becomes(`what cannot be read in ${dialog}`, () => geometry(page), []);
      await page.keyboard.press("Escape");
      await expect.hidden(page.locator("dialog[open]"));
    }
  });
}

const TABS = ["conflict", "verdicts", "replica", "faults", "events", "settings"];

for (const width of [360, 1280, 2560]) {
  story(`words of every tab, of charts and of the diagram can be read: ${width} px`, { viewport: screen(width), path: "?scenario=single-leader-async", reducedMotion: "reduce" }, async (told) => {
    const { expect, page } = told;
    const c = cluster(told);
    const reads = (part) => expect.becomes(`what cannot be read in ${part}`, () => geometry(page), []);
    await c.free();
    await c.settle();
    for (const tab of TABS) {
      await c.id(`tab-${tab}`).click();
      await reads(tab);
    }
    for (const part of ["diagram", "charts"]) {
      if ((await c.id(`${part}-toggle`).getAttribute("aria-expanded")) === "false") {
        await c.id(`${part}-toggle`).click();
      }
      await reads(part);
    }
    await c.id("share").click();
    await expect.visible(page.locator("dialog[open]"));
    await reads("the dialog of sharing");
  });
}

/** In the page: where the signs of messages stand that reach beyond the lanes. */
function cutOff() {
  const picture = document.querySelector("[data-testid=diagram-picture]");
  const [left, right] = [picture.querySelector(".names-ground").width.baseVal.value, picture.viewBox.baseVal.width];
  const xs = [...picture.querySelectorAll(".letter")].flatMap((text) => text.getAttribute("x").trim().split(" ").map(Number));
  return xs.length === 0 ? ["no sign at all"] : xs.filter((x) => x < left + 8 || x > right - 8);
}

story("the edge of the diagram cuts no sign off", { viewport: screen(1280), path: "?scenario=single-leader-async", reducedMotion: "reduce" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  // The first heartbeats are answered within milliseconds, at the left end of a window of hundreds.
  const last = () => c.id("time").evaluate((time) => Number(time.dataset.ns) / 1e6);
  while ((await last()) < 200) {
    await c.id("step").click();
  }
  await expect.becomes("signs that are cut off", () => page.evaluate(cutOff), []);
});
