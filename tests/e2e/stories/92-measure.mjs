// Measure: the search for an anomaly in a worker.
import { story } from "../harness.mjs";
import { serve } from "../server.mjs";

const MEASURE = "?view=measure";
const PATIENT = { patience: 30_000 };

const words = ({ page }) => (name) => page.getByTestId(name);

/** Chooses what is searched. */
async function ask(told, { setting, guarantee, first = "0", count = "200", faults = "0" }) {
  const id = words(told);
  await id("search-setting").selectOption(setting);
  if (guarantee) {
    await id("search-guarantee").selectOption(guarantee);
  }
  for (const [field, value] of [["search-first", first], ["search-count", count], ["search-faults", faults]]) {
    await id(field).fill(value);
    await id(field).press("Tab");
  }
}

const isState = (told, state) => told.expect.attribute(words(told)("search-told"), "data-state", state, PATIENT);

story("measure is a place beside the stage, and back", {}, async (told) => {
  const { expect, page } = told;
  await page.getByRole("link", { name: "Measure" }).click();
  await expect.visible(page.getByTestId("search"));
  await expect.attribute(page.getByRole("link", { name: "Measure" }), "aria-current", "page");
  await page.getByRole("link", { name: "Play" }).click();
  await expect.visible(page.getByTestId("play"));
});

story("a worker finds an anomaly, shrinks it, and it opens as a run with a link", { path: MEASURE }, async (told) => {
  const { expect, page, open } = told;
  const id = words(told);
  const workers = [];
  page.on("worker", (worker) => workers.push(worker.url()));
  await ask(told, { setting: "failover-lost-writes asynchronous" });
  await expect.text(id("search-promise"), /Not kept here/);
  await id("search-start").click();
  await isState(told, "found");
  expect.ok(workers.length === 1 && /search-worker/.test(workers[0]), `one worker searched: ${workers}`);
  await expect.count(id("search-on-page"), 0);
  await expect.text(id("search-headline"), /^“No lost writes” is violated with seed \d+, which was not promised\.$/);
  const left = await id("search-parts").locator("tbody tr td:last-child").allInnerTexts();
  expect.ok(left.map(Number).reduce((sum, one) => sum + one) <= 12, `it has few parts: ${left}`);
  const link = await id("search-link").inputValue();
  await id("search-open").click();
  await expect.attribute(id("verdict-no-lost-writes"), "data-state", "violated");
  await expect.count(page.getByRole("alert").filter({ hasText: "bug" }), 0);
  await open(link.slice(told.server.url.length));
  await id("tab-verdicts").click();
  await expect.attribute(id("verdict-no-lost-writes"), "data-state", "violated");
});

story("a promise is searched in vain, which proves nothing; another search is cancelled", { path: MEASURE }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await ask(told, { setting: "failover-lost-writes majority", guarantee: "promised", first: "7", count: "5", faults: "1" });
  await id("search-start").click();
  await isState(told, "none");
  await expect.text(id("search-headline"), /^None found in 5 runs, seeds 7 to 11:/);
  await expect.text(id("search-told"), /That is no proof/);
  await id("search-count").fill("1000000");
  await id("search-count").press("Tab");
  await id("search-start").click();
  await expect.text(id("search-headline"), /^Seed \d+: \d+ runs? so far/, PATIENT);
  await id("search-cancel").click();
  await expect.text(id("search-headline"), /^Cancelled\. Seed \d+/);
  await isState(told, "stopped");
  await expect.until("one can search again", () => id("search-start").isEnabled());
});

story("the run on the stage is searched as it was played", {}, async (told) => {
  const { expect, page, open } = told;
  const id = words(told);
  await open("?scenario=split-brain");
  await expect.visible(id("play"));
  await page.getByRole("link", { name: "Measure" }).click();
  await expect.text(id("search-setting").locator("option[value=stage]"), "On the stage: Split brain");
  await id("search-count").fill("40");
  await id("search-count").press("Tab");
  await id("search-start").click();
  await isState(told, "found");
});

story("where no worker can start the page itself searches", { path: null }, async (told) => {
  const { context, expect, open } = told;
  await context.addInitScript(() => {
    globalThis.Worker = class {
      constructor() {
        throw new DOMException("denied", "SecurityError");
      }
    };
  });
  await open(MEASURE);
  const id = words(told);
  await ask(told, { setting: "failover-lost-writes asynchronous" });
  await id("search-start").click();
  await isState(told, "found");
  await expect.text(id("search-headline"), /is violated with seed/);
  await expect.visible(id("search-on-page"));
  await ask(told, { setting: "failover-lost-writes majority", guarantee: "promised", count: "1000000" });
  await id("search-start").click();
  await expect.visible(id("search-on-page"));
  await id("search-cancel").click();
  await isState(told, "stopped");
});

story("a worker that does not come up is replaced by the page, and nonsense from one ends the search", { path: null }, async (told) => {
  const { context, expect, open } = told;
  await context.addInitScript(() => {
    globalThis.Worker = class extends EventTarget {
      constructor() {
        super();
        globalThis.fakeWorker = this;
        this.heard = [];
      }
      postMessage(text) {
        this.heard.push(text);
      }
      terminate() {
        this.isOver = true;
      }
    };
  });
  await open(MEASURE);
  const id = words(told);
  const say = (data) => told.page.evaluate((data) => fakeWorker.dispatchEvent(new MessageEvent("message", { data })), data);
  await ask(told, { setting: "failover-lost-writes asynchronous" });
  await id("search-start").click();
  await say("ready");
  await say("found\nseed 1\ntitle x");
  await isState(told, "stopped");
  await expect.text(id("search-headline"), /promised: is missing/);
  expect.ok(await told.page.evaluate(() => fakeWorker.isOver && fakeWorker.heard.length === 1), "the worker is ended");
  await id("search-start").click();
  await told.page.evaluate(() => fakeWorker.dispatchEvent(new Event("error")));
  await isState(told, "found");
});

story("a worker that dies or falls silent at work is told, and one can search again", { path: null }, async (told) => {
  const { context, expect, open, page } = told;
  await page.clock.install();
  await context.addInitScript(() => {
    globalThis.Worker = class extends EventTarget {
      constructor() {
        super();
        globalThis.fakeWorker = this;
      }
      postMessage() {}
      terminate() {
        this.isOver = true;
      }
    };
  });
  await open(MEASURE);
  const id = words(told);
  const say = (data) => page.evaluate((data) => fakeWorker.dispatchEvent(new MessageEvent("message", { data })), data);
  await ask(told, { setting: "failover-lost-writes asynchronous" });
  await id("search-start").click();
  await say("ready");
  await say("searching\nseed 7\nsearched 7\nundecided 0\nshrunk 0");
  await expect.text(id("search-headline"), /^Seed 7: 7 runs so far/);
  await page.evaluate(() => fakeWorker.dispatchEvent(new Event("error")));
  await isState(told, "stopped");
  await expect.text(id("search-headline"), /^The worker that searched is gone.* Seed 7: 7 runs so far/);
  await id("search-start").click();
  await say("ready");
  await page.clock.fastForward(19_000);
  await say("searching\nseed 1\nsearched 1\nundecided 0\nshrunk 0");
  await page.clock.fastForward(19_000);
  await isState(told, "searching");
  await page.clock.fastForward(2_000);
  await isState(told, "stopped");
  expect.ok(await page.evaluate(() => fakeWorker.isOver), "the worker is ended");
  await expect.until("one can search again", () => id("search-start").isEnabled());
});

story("a finding about a constraint of the scenario shows it when it is opened", { path: MEASURE }, async (told) => {
  const { expect, open, page } = told;
  const id = words(told);
  await ask(told, { setting: "multi-leader-invariant any-leader", guarantee: "constraint:sold-once" });
  await id("search-start").click();
  await isState(told, "found");
  const link = await id("search-link").inputValue();
  await id("search-open").click();
  await expect.attribute(id("verdict-constraint:sold-once"), "data-state", "violated");
  await page.goto("about:blank");
  await open(link.slice(told.server.url.length));
  await id("tab-verdicts").click();
  await expect.attribute(id("verdict-constraint:sold-once"), "data-state", "violated");
});

story("a worker searches without the host too, after one visit", { path: MEASURE, offline: true }, async (told) => {
  const { expect, open, page, server } = told;
  const id = words(told);
  await expect.until("the page is served offline", () => page.evaluate(() => navigator.serviceWorker.controller?.state === "activated"));
  await server.close();
  await open(`${MEASURE}&again`);
  const workers = [];
  page.on("worker", (worker) => workers.push(worker.url()));
  await ask(told, { setting: "failover-lost-writes asynchronous" });
  await id("search-start").click();
  await isState(told, "found");
  await expect.count(id("search-on-page"), 0);
  expect.ok(workers.some((address) => /search-worker/.test(address)), `a worker searched: ${workers}`);
  await server.reopen();
});

story("in a sandboxed frame of another page the page itself searches", { path: null, allow: [/another origin/, /console error/] }, async (told) => {
  const { expect, page, server } = told;
  const open = await serve(server.folder, { headers: { "Access-Control-Allow-Origin": "*" } });
  try {
    await page.setContent(`<iframe sandbox="allow-scripts" title="run" width="900" height="900" src="${open.url}?embed=1&view=measure"></iframe>`);
    const frame = page.frameLocator("iframe");
    await frame.getByTestId("search-setting").selectOption("failover-lost-writes asynchronous");
    await frame.getByTestId("search-start").click();
    await expect.attribute(frame.getByTestId("search-told"), "data-state", "found", PATIENT);
    await frame.getByTestId("search-setting").selectOption("failover-lost-writes majority");
    await frame.getByTestId("search-count").fill("100000");
    await frame.getByTestId("search-start").click();
    await expect.visible(frame.getByTestId("search-on-page"));
    await frame.getByTestId("search-cancel").click();
    await expect.attribute(frame.getByTestId("search-told"), "data-state", "stopped");
  } finally {
    await open.close();
  }
});

story("a search by keyboard alone", { path: MEASURE }, async (told) => {
  const { expect, page } = told;
  const id = words(told);
  const to = async (locator) => {
    const isThere = () => locator.evaluate((element) => element === document.activeElement);
    for (let step = 0; step < 60 && !(await isThere()); step += 1) {
      await page.keyboard.press("Tab");
    }
    await expect.focused(locator);
  };
  await expect.visible(id("search"));
  await to(id("search-setting"));
  await page.keyboard.type("Writes that a failover loses: Asyn");
  await expect.value(id("search-setting"), "failover-lost-writes asynchronous");
  await to(id("search-start"));
  await page.keyboard.press("Enter");
  await isState(told, "found");
  await to(id("search-open"));
  await page.keyboard.press("Enter");
  await expect.attribute(id("verdict-no-lost-writes"), "data-state", "violated");
});

story("a search on a small screen by touch", { path: MEASURE, viewport: { width: 360, height: 740 }, hasTouch: true }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await id("search-setting").selectOption("failover-lost-writes asynchronous");
  await id("search-start").tap();
  await isState(told, "found");
  await id("search-open").tap();
  await expect.attribute(id("verdict-no-lost-writes"), "data-state", "violated");
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`measure without an accessibility violation: ${colorScheme}, ${width} px`, { colorScheme, viewport, path: MEASURE }, async (told) => {
      const { axe, expect, page } = told;
      const id = words(told);
      const looks = async () => {
        await axe();
        const [wide, wanted] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect.ok(wide <= wanted, `${wide} px on a screen of ${wanted} px`);
      };
      await expect.visible(id("search"));
      await looks();
      await id("search-setting").selectOption("failover-lost-writes asynchronous");
      await id("search-start").click();
      await isState(told, "found");
      await looks();
      if (process.env.PICTURES) {
        await page.screenshot({ path: `${process.env.PICTURES}/search-${colorScheme}-${width}.png`, fullPage: true });
      }
    });
  }
}
