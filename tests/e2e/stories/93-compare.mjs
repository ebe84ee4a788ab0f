// Compare: the same people, seed and faults under two or three settings, on one clock.
import { story } from "../harness.mjs";

const PAIR = "?view=compare&scenario=failover-lost-writes";
const PATIENT = { patience: 30_000 };

const words = ({ page }) => (name) => page.getByTestId(name);

const isReady = (told) => told.expect.attribute(words(told)("compare"), "data-state", "ready", PATIENT);
const timeOf = async (told) => Number(await words(told)("compare-time").getAttribute("data-ns"));
const endOf = async (told) => Number(await words(told)("compare-scrub").getAttribute("data-end-ns"));
const cells = (told, row) => words(told)(`row-${row}`).locator("td");

/** What each run came to in this row. */
const states = (told, row) => cells(told, row).evaluateAll((cells) => cells.map((cell) => cell.dataset.state));

story("a scenario's broken and fixed variant are compared with one button", { path: "?scenario=failover-lost-writes" }, async (told) => {
  const { expect, page } = told;
  const id = words(told);
  await id("compare-pair").click();
  await isReady(told);
  await expect.attribute(page.getByRole("link", { name: "Measure" }), "aria-current", "page");
  await expect.text(id("lane-name-0"), /^Run 1: Asynchronous/);
  await expect.becomes("the guarantee", () => states(told, "no-lost-writes"), ["violated", "holds"]);
  await expect.text(id("row-no-lost-writes"), /differs/);
  await expect.text(id("compare-summary"), /^The runs differ in \d+ guarantees? and \d+ numbers?\.$/);
  expect.equal(await timeOf(told), await endOf(told), "it opens at the end");
  const numbers = await id("compare-table").locator("td.number").allInnerTexts();
  expect.ok(numbers.length === 30 && numbers.every((text) => /^\d/.test(text)), `every number is there: ${numbers}`);
  expect.ok((await id("lane-0").locator(".replica").count()) >= 3, "each run has its stage");
  expect.equal(await id("lane-0").locator(".replica").count(), await id("lane-1").locator(".replica").count(), "replicas");
});

story("all runs go on one clock, forwards and backwards", { path: PAIR }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await isReady(told);
  const end = await endOf(told);
  const positions = () => id("lanes").locator(".replica").evaluateAll((all) => all.map((one) => Number(one.dataset.position)));
  const atEnd = await positions();
  await id("compare-scrub").evaluate((scrub) => {
    scrub.value = "0";
    scrub.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await expect.becomes("the time", () => timeOf(told), 0);
  await expect.becomes("every replica is at its start", async () => (await positions()).every((position) => position === 0), true);
  await expect.until("nothing differs at the start", async () => (await states(told, "no-lost-writes").catch(() => [])).every((state) => state !== "violated"));
  await id("compare-step").click();
  await expect.until("a step leads to an event", async () => (await timeOf(told)) > 0);
  const first = await timeOf(told);
  await id("compare-step").click();
  await expect.until("and to the next", async () => (await timeOf(told)) > first);
  await id("compare-step-back").click();
  await expect.becomes("and back", () => timeOf(told), first);
  await id("compare-play").click();
  await expect.attribute(id("compare-play"), "data-state", "playing");
  await expect.until("time passes", async () => (await timeOf(told)) > first);
  await id("compare-play").click();
  await expect.attribute(id("compare-play"), "data-state", "paused");
  expect.ok((await timeOf(told)) < end, "it was paused on its way");
  await id("compare-speed").fill("17");
  await id("compare-play").click();
  await expect.becomes("the end", () => timeOf(told), end);
  await expect.attribute(id("compare-play"), "data-state", "paused");
  await expect.becomes("the replicas are where they were", positions, atEnd);
});

story("messages move on every stage while the clock runs", { path: PAIR }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await isReady(told);
  const inked = () =>
    id("lanes").locator("canvas").evaluateAll((all) =>
      all.map((canvas) => {
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.some((value, index) => index % 4 === 3 && value > 0);
      }));
  await id("compare-scrub").fill("0");
  await id("compare-play").click();
  const seen = [false, false];
  await expect.until("both stages have shown messages", async () => {
    (await inked()).forEach((isInked, index) => (seen[index] ||= isInked));
    return seen.every(Boolean);
  });
});

story("a link holds the comparison with its settings, seed and time", { path: PAIR }, async (told) => {
  const { expect, open } = told;
  const id = words(told);
  await isReady(told);
  await id("lane-dials-1").click();
  await id("lane-1-persist_us").fill("3000");
  await id("lane-1-persist_us").press("Tab");
  await isReady(told);
  await expect.text(id("lane-1").locator(".lane-differs"), /3000/);
  await expect.becomes("the choice", () => id("lane-choice-1").inputValue(), "own");
  await id("compare-seed").fill("12");
  await id("compare-seed").press("Tab");
  await isReady(told);
  await id("compare-scrub").fill("500");
  await expect.until("the clock is on its way", async () => (await timeOf(told)) < (await endOf(told)));
  const at = await timeOf(told);
  const rows = () => id("compare-table").innerText();
  const before = await rows();
  const link = await id("compare-link").inputValue();
  expect.ok(/\?view=compare#v1\./.test(link), link);
  const { page } = told;
  await page.goto("about:blank");
  await open(link.slice(told.server.url.length));
  await isReady(told);
  await expect.becomes("the time", () => timeOf(told), at);
  await expect.value(id("compare-seed"), "12");
  await expect.becomes("what they came to", rows, before);
  await expect.text(id("lane-1").locator(".lane-differs"), /3000/);
});

story("what differs is chosen: another strategy, a real system, a third run", { path: "?view=compare&scenario=single-leader-async" }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await isReady(told);
  await id("lane-choice-1").selectOption("strategy leaderless");
  await isReady(told);
  await expect.text(id("lane-name-1"), /^Run 2: /);
  await expect.becomes("the first stays", () => id("lane-choice-0").inputValue().then((value) => /^variant /.test(value)), true);
  await id("compare-add").click();
  await isReady(told);
  await id("lane-choice-2").selectOption("preset mysql-semi-sync");
  await isReady(told);
  await expect.text(id("lane-name-2"), /MySQL/);
  await expect.count(id("compare-table").locator("thead th"), 3);
  if (process.env.PICTURES) {
    await told.page.screenshot({ path: `${process.env.PICTURES}/compare-three-1280.png`, fullPage: true });
  }
  await expect.attribute(id("compare-add"), "disabled", /.*/);
  await id("compare-only").check();
  await expect.count(id("compare-table").locator(".row-same"), 0);
  await id("lane-remove-1").click();
  await isReady(told);
  await expect.text(id("lane-name-1"), /MySQL/);
  await expect.count(id("lanes").locator("section.lane"), 2);
});

story("variants that differ in their steps alone are compared, from their link too", { path: "?view=compare&scenario=quorum-not-linearizable" }, async (told) => {
  const { expect, page, open } = told;
  const id = words(told);
  const are = async (what) => {
    await isReady(told);
    await expect.text(id("lane-name-0"), "Run 1: A write under way");
    await expect.text(id("lane-name-1"), "Run 2: A failed write that stays behind");
    await expect.text(id("lane-1").locator(".lane-differs"), "Otherwise than run 1: other steps.");
    await expect.becomes(`the choice ${what}`, () => id("lane-choice-1").inputValue(), "variant failed-write");
    await expect.becomes(`the failed write ${what}`, () => cells(told, "unknown").allInnerTexts(), ["0", "1"]);
  };
  await isReady(told);
  await id("lane-choice-1").selectOption("variant failed-write");
  await are("on the page");
  const link = await id("compare-link").inputValue();
  await page.goto("about:blank");
  await open(link.slice(told.server.url.length));
  await are("from its link");
});

story("one of the runs is opened alone", { path: PAIR }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await isReady(told);
  await id("lane-alone-0").click();
  await expect.visible(id("play"));
  await id("tab-verdicts").click();
  await expect.attribute(id("verdict-no-lost-writes"), "data-state", "violated");
});

story("a comparison by keyboard alone", { path: "?scenario=failover-lost-writes" }, async (told) => {
  const { expect, page } = told;
  const id = words(told);
  const to = async (locator) => {
    const isThere = () => locator.evaluate((element) => element === document.activeElement);
    for (let step = 0; step < 80 && !(await isThere()); step += 1) {
      await page.keyboard.press("Tab");
    }
    await expect.focused(locator);
  };
  await expect.visible(id("play"));
  await to(id("compare-pair"));
  await page.keyboard.press("Enter");
  await isReady(told);
  await to(id("compare-seed"));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("5");
  await page.keyboard.press("Enter");
  await expect.value(id("compare-seed"), "5");
  await isReady(told);
  await to(id("lane-dials-1"));
  await page.keyboard.press("Enter");
  await to(id("compare-step-back"));
  const end = await timeOf(told);
  await page.keyboard.press("Enter");
  await expect.until("the clock goes back", async () => (await timeOf(told)) < end);
  const before = await timeOf(told);
  await page.keyboard.press("ArrowLeft");
  await expect.until("the arrows move the clock back", async () => (await timeOf(told)) < before);
  const back = await timeOf(told);
  await page.keyboard.press("ArrowRight");
  await expect.until("and forwards", async () => (await timeOf(told)) > back);
  await to(id("compare-play"));
  await page.keyboard.press("Space");
  await expect.becomes("the end", () => timeOf(told), await endOf(told));
});

story("a comparison without motion goes from event to event", { path: PAIR, reducedMotion: "reduce" }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await isReady(told);
  await id("compare-scrub").fill("0");
  await expect.becomes("the start", () => timeOf(told), 0);
  // Each event is there for a moment only: what the clock shows is noted.
  const shown = await id("compare-time").evaluateHandle((time) => {
    const shown = [];
    new MutationObserver(() => shown.push(Number(time.dataset.ns))).observe(time, { attributeFilter: ["data-ns"] });
    return shown;
  });
  await id("compare-play").click();
  await expect.until("many events are shown", async () => (await timeOf(told)) > 100_000_000);
  const [first, second] = [...new Set(await shown.jsonValue())].filter((at) => at > 0);
  await id("compare-scrub").fill("0");
  await expect.becomes("the start again", () => timeOf(told), 0);
  await id("compare-step").click();
  expect.equal(await timeOf(told), first, "the first event");
  await id("compare-step").click();
  expect.equal(await timeOf(told), second, "the second");
});

story("a comparison on a small screen by touch: one below the other", { path: "?scenario=failover-lost-writes", viewport: { width: 360, height: 740 }, hasTouch: true }, async (told) => {
  const { expect } = told;
  const id = words(told);
  await id("compare-pair").tap();
  await isReady(told);
  const [first, second] = [await id("lane-0").boundingBox(), await id("lane-1").boundingBox()];
  expect.ok(second.y >= first.y + first.height && second.x === first.x, "the second run is below the first");
  await id("compare-step-back").tap();
  await expect.until("the clock goes back", async () => (await timeOf(told)) < (await endOf(told)));
  await id("compare-add").tap();
  await isReady(told);
  await expect.count(id("lanes").locator("section.lane"), 3);
  const [wide, has] = await id("compare-table").evaluate((table) => [table.scrollWidth, table.parentElement.clientWidth]);
  expect.ok(wide <= has, `three columns of ${wide} px have ${has} px`);
  if (process.env.PICTURES) {
    await told.page.screenshot({ path: `${process.env.PICTURES}/compare-three-360.png`, fullPage: true });
  }
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`a comparison without an accessibility violation: ${colorScheme}, ${width} px`, { colorScheme, viewport, path: PAIR }, async (told) => {
      const { axe, expect, page } = told;
      const id = words(told);
      await isReady(told);
      await id("lane-dials-0").click();
      await axe();
      await id("lane-dials-0").click();
      await id("compare-scrub").fill("300");
      await expect.until("the clock is on its way", async () => (await timeOf(told)) < (await endOf(told)));
      await axe();
      const [wide, wanted] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect.ok(wide <= wanted, `${wide} px on a screen of ${wanted} px`);
      if (process.env.PICTURES) {
        await page.screenshot({ path: `${process.env.PICTURES}/compare-${colorScheme}-${width}.png`, fullPage: true });
      }
    });
  }
}
