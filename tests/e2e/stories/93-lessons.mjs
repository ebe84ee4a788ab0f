// The course and the glossary: lessons in order, progress kept in the browser, what comes after a lesson, terms.
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

const KEY = "replicascope-course";
const kept = (page) => page.evaluate((key) => localStorage.getItem(key), KEY);
const keep = (page, text) => page.evaluate(([key, text]) => localStorage.setItem(key, text), [KEY, text]);
const ready = ({ expect }, c) => expect.visible(c.id("course-dialog"));
const numbers = async (c) => (await c.id("lesson-count").innerText()).match(/\d+/g).map(Number);

/** Through the lesson to its end, each question answered by its first answer. */
async function toTheEnd({ page, expect }, c) {
  for (let step = 0; step < 40; step += 1) {
    const [number, count] = await numbers(c);
    const answer = c.id("answer-0");
    if ((await answer.count()) && (await answer.isEnabled())) {
      await answer.click();
    }
    if (number === count) {
      break;
    }
    await c.id("lesson-next").click();
    await expect.becomes("the step", async () => (await numbers(c))[0], number + 1);
  }
  await expect.visible(c.id("lesson-end"));
}

story("the course lists every lesson in order, and one goes on where one was after a reload", { path: "?view=learn" }, async (told) => {
  const { expect, page, open } = told;
  const c = cluster(told);
  await ready(told, c);
  await expect.count(page.locator("[data-testid^=lesson-]:is(button.lesson)"), 35);
  await expect.text(c.id("course-told"), "0 of 35 lessons done.");
  await expect.text(c.id("course-onwards"), "Begin: Synchronous replication");
  await c.id("lesson-quorum-overlap").click();
  await expect.url(page, /\?view=learn&scenario=quorum-overlap$/);
  await c.id("answer-0").click();
  await c.id("lesson-next").click();
  await c.id("lesson-next").click();
  await expect.text(c.id("lesson-count"), "3 of 8");
  expect.ok((await kept(page)).includes("at quorum-overlap overlap 3 begun\nanswer quorum-overlap overlap 1 right\n"), "the browser keeps it");
  await open("?view=learn");
  await ready(told, c);
  await expect.text(c.id("course-onwards"), "Continue: Overlapping quorums, from step 3 of 8");
  await expect.attribute(c.id("lesson-quorum-overlap"), "data-state", "begun");
  await c.id("course-onwards").click();
  await expect.text(c.id("lesson-count"), "3 of 8");
  await expect.text(c.id("scenario"), "Overlapping quorums");
  await c.id("lesson-back").click();
  await expect.text(c.id("lesson-count"), "2 of 8");
});

story("a lesson ends with something to try, its other half with the same seed, and the next lesson", { path: "?view=learn&scenario=quorum-overlap" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  await expect.count(c.id("lesson-end"), 0);
  await toTheEnd(told, c);
  await expect.text(c.id("lesson-try"), /^Now you\. .*\?$/);
  await expect.text(c.id("lesson-pair"), "See it broken: w = 2, r = 1 of 3");
  // It stays when the controls are handed over.
  await c.id("lesson-next").click();
  await expect.visible(c.id("guide-reopen"));
  await expect.visible(c.id("lesson-try"));
  await c.id("seed").fill("11");
  await c.id("seed").press("Enter");
  await expect.becomes("the time", c.timeNs, 0n);
  await c.id("guide-reopen").click();
  await toTheEnd(told, c);
  await c.id("lesson-pair").click();
  await expect.text(c.id("lesson-count"), /^1 of/);
  await expect.value(c.id("variant"), "hole");
  await expect.value(c.id("seed"), "11");
  await toTheEnd(told, c);
  await expect.text(c.id("lesson-pair"), /^See it fixed/);
  await c.id("lesson-onwards").click();
  await expect.text(c.id("scenario"), "Quorums are not linearizable");
  await page.getByRole("link", { name: "Learn", exact: true }).click();
  await ready(told, c);
  await expect.attribute(c.id("lesson-quorum-overlap"), "data-state", "done");
  await expect.text(c.id("lesson-quorum-overlap").locator(".lesson-told"), /^✓ Done, \d of 2 predictions right$/);
  await expect.text(c.id("course-told"), /^1 of 35 lessons done; \d of 2 predictions right\.$/);
  // Forgetting asks first.
  await c.id("course-reset").click();
  await c.id("course-reset-no").click();
  await expect.attribute(c.id("lesson-quorum-overlap"), "data-state", "done");
  await c.id("course-reset").click();
  await c.id("course-reset-yes").click();
  await expect.attribute(c.id("lesson-quorum-overlap"), "data-state", "new");
  expect.equal(await kept(page), "replicascope course 1\n", "what the browser keeps");
});

story("the course and the glossary by keyboard alone", { path: "?scenario=topology-ring" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  await page.keyboard.press("l");
  await ready(told, c);
  await expect.focused(c.id("course-onwards"));
  await page.keyboard.press("Enter");
  await expect.text(c.id("scenario"), "Synchronous replication");
  await page.keyboard.press("n");
  await expect.text(c.id("lesson-count"), /^2 of/);
  await page.keyboard.press("g");
  await expect.focused(c.id("glossary-search"));
  await page.keyboard.type("oplog");
  await expect.text(c.id("glossary-told"), "1 term");
  await expect.visible(c.id("glossary-replication-log"));
  await page.keyboard.press("Escape");
  await expect.count(page.locator("dialog"), 0);
  await page.keyboard.press("s");
  await expect.focused(c.id("scenario-search"));
  await page.keyboard.press("Tab");
  await expect.focused(c.id("picker-course"));
  await page.keyboard.press("Enter");
  await ready(told, c);
});

story("terms lead to the glossary from the guide, the verdicts and the settings", { path: "?scenario=quorum-overlap" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  await c.id("lesson-text").locator(".prose-linked [data-term=replica]").click();
  await expect.value(c.id("glossary-search"), "replica");
  await expect.visible(c.id("glossary-replica"));
  await page.keyboard.press("Escape");
  await c.id("tab-verdicts").click();
  await c.id("verdict-read-your-writes").locator("[data-term=read-your-writes]").click();
  await expect.text(c.id("glossary-read-your-writes").locator("h3"), "Read your writes");
  // From there to another term.
  await c.id("glossary-search").fill("sloppy quorum");
  await c.id("glossary-sloppy-quorum").locator(".prose-linked [data-term=replica]").click();
  await expect.value(c.id("glossary-search"), "replica");
  await c.id("glossary-search").fill("no such word");
  await expect.text(c.id("glossary-told"), "No term fits this search.");
  await page.keyboard.press("Escape");
  await c.id("tab-settings").click();
  expect.ok((await page.locator("[data-testid=settings] [data-term]").count()) > 0, "settings link their terms");
});

story("what a browser keeps of the course may be anything", { path: "?view=learn" }, async (told) => {
  const { expect, page, open } = told;
  const c = cluster(told);
  await ready(told, c);
  const hostile = [
    '<img src=x onerror="alert(1)">',
    '{"__proto__":{"done":true}}',
    "replicascope course 1\nat offline-leader add-wins 99999999999999999999 done\n",
    `replicascope course 1\n${"last split-brain\n".repeat(10_000)}`,
  ];
  for (const text of hostile) {
    await keep(page, text);
    await open("?view=learn");
    await expect.visible(c.id("course-refused"));
    await expect.text(c.id("course-told"), "0 of 35 lessons done.");
  }
  // What another version may have written is left out, and the rest counts.
  await keep(page, "replicascope course 1\nlast gone\nat gone plain 3 done\nat split-brain fencing 9999 begun\n");
  await open("?view=learn");
  await ready(told, c);
  await expect.count(c.id("course-refused"), 0);
  await expect.attribute(c.id("lesson-split-brain"), "data-state", "begun");
});

story("without storage the course remembers as long as the page is open", { path: null }, async (told) => {
  const { expect, page, open } = told;
  const c = cluster(told);
  await page.addInitScript(() => Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } }));
  await open("?view=learn&scenario=topology-star");
  await c.ready();
  await c.id("lesson-next").click();
  await expect.text(c.id("lesson-count"), /^2 of/);
  await page.getByRole("link", { name: "Learn", exact: true }).click();
  await expect.text(c.id("course-onwards"), /^Continue: Leaders in a star, from step 2 of/);
});

story("the first program leads to the course", {}, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  await page.getByRole("link", { name: "Learn", exact: true }).click();
  await ready(told, c);
  await expect.url(page, /\?view=learn$/);
});

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, path: "?view=learn" };
story("the course on a phone, by touch", phone, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await ready(told, c);
  const fits = async () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  await c.id("lesson-quorum-overlap").tap();
  await toTheEnd(told, c);
  expect.ok(await fits(), "nothing is wider than the screen");
  await c.id("lesson-course").tap();
  await ready(told, c);
  expect.ok(await fits(), "the course is not wider than the screen");
  await page.getByTestId("course-dialog").getByTestId("glossary").tap();
  await expect.visible(c.id("glossary-dialog"));
  expect.ok(await fits(), "the glossary is not wider than the screen");
  await c.id("dialog-close").tap();
  await expect.count(page.locator("dialog"), 0);
});

for (const colorScheme of ["light", "dark"]) {
  story(`the course and the glossary are accessible, ${colorScheme}`, { colorScheme, path: "?view=learn" }, async (told) => {
    const c = cluster(told);
    await ready(told, c);
    await told.axe();
    await c.id("lesson-quorum-overlap").click();
    await toTheEnd(told, c);
    await told.axe();
    await c.id("lesson-course").click();
    await told.expect.text(c.id("course-told"), /^1 of 35/);
    await told.axe();
    await c.id("glossary").click();
    await told.expect.visible(c.id("glossary-quorum"));
    await told.axe();
  });
}
