import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";
import { LAB } from "../device.mjs";

const NARROW = { width: 360, height: 740 };
const WHOLE = "?scenario=quorum-overlap&lang=de";

const ATTRIBUTES = ["aria-label", "aria-valuetext", "alt", "placeholder", "title"];

/** In the page: texts that have a translation and do not show it. */
async function stillEnglish({ script, words, attributes }) {
  const { Translator, dictionary } = await import(new URL(script, document.baseURI));
  const content = await (await fetch(words)).json();
  const translator = new Translator(dictionary(content));
  const translations = new Set(Object.values(content.texts));
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const texts = node === element ? attributes.map((name) => node.getAttribute(name)).filter(Boolean) : [node.data];
    const isLeft = element.closest("pre, code, textarea, noscript, script, [lang]:not(html)");
    found.push(...texts.filter((text) => !isLeft && text.trim() && !translations.has(text) && ![null, text].includes(translator.text(text, element))));
  }
  return found;
}

/** What the page shows in the words of its language's file. */
function speaker({ page, expect, server }) {
  const link = (language) => page.locator(`#languages a[hreflang=${language}]`);
  return {
    link,
    /** The page has taken to the language. */
    speaks: (language) => expect.attribute(page.locator("html"), "lang", language),
    /** Nothing is English: neither passages that have no translation nor texts that have one. */
    async isWhole(where) {
      expect.equal(await page.locator("[data-left]").allInnerTexts(), [], `passages that stay English ${where}`);
      const names = { script: file(server, "words"), words: file(server, "de"), attributes: ATTRIBUTES };
      expect.equal(await page.evaluate(stillEnglish, names), [], `texts that are still English ${where}`);
    },
  };
}

/** A file of the release by what its name begins with. */
function file(server, name) {
  return readdirSync(server.folder).find((one) => new RegExp(`^${name}-[0-9a-f]{16}\\.`).test(one));
}

/** None of these tabs shows any English. */
async function tabsAreWhole(told, tabs) {
  const c = cluster(told);
  for (const tab of tabs) {
    await c.id(`tab-${tab}`).click();
    await told.expect.attribute(c.id(`tab-${tab}`), "aria-selected", "true");
    await speaker(told).isWhole(`in ${tab}`);
  }
}

story("an English page loads no words of another language", {}, async (told) => {
  const { expect, server } = told;
  const c = cluster(told);
  const s = speaker(told);
  await c.ready();
  await s.speaks("en");
  await expect.text(c.id("play"), "Play");
  const asked = ["language", "words", "de"].map((name) => file(server, name));
  expect.ok(asked.every(Boolean), "the release has the files");
  expect.equal(server.requests.filter((address) => asked.some((name) => address.endsWith(name) && !address.includes("?"))).length, 0, "requests of its own");
});

story("the language is chosen on the page by keyboard, without losing the run, and kept", {}, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  const s = speaker(told);
  await c.free();
  await c.offline();
  await s.link("de").focus();
  await page.keyboard.press("Enter");
  await s.speaks("de");
  await expect.text(c.id("play"), "Start");
  await expect.attribute(c.id("share"), "aria-label", "Teilen");
  await expect.attribute(c.id("help"), "aria-label", "Hilfe und Tasten");
  await expect.attribute(s.link("de"), "aria-current", "true");
  await expect.attribute(c.id("offline-toggle"), "data-offline", "true");
  await page.reload();
  await s.speaks("de");
  await expect.text(c.id("play"), "Start");
  await c.id("help").click();
  await expect.visible(page.getByRole("heading", { name: "Regeln der Seite" }));
  await page.keyboard.press("Escape");
  await s.link("en").click();
  await s.speaks("en");
  await expect.text(c.id("play"), "Play");
  await expect.attribute(c.id("help"), "aria-label", "Help and keys");
  await page.reload();
  await s.speaks("en");
  await expect.text(c.id("play"), "Play");
});

story("the browser's languages decide until somebody chooses", { context: { locale: "de-AT" } }, async (told) => {
  const { expect, open, page } = told;
  const c = cluster(told);
  const s = speaker(told);
  await s.speaks("de");
  await expect.text(c.id("play"), "Start");
  await open("?lang=en");
  await s.speaks("en");
  await s.link("de").click();
  await s.speaks("de");
  await expect.url(page, /\?lang=de$/);
});

story("an item typed by its German name is the one that the cart has", { path: "?lang=de" }, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await speaker(told).speaks("de");
  await c.free();
  await c.remove("you", "milk");
  await c.card("you").getByRole("textbox").last().fill("Milch");
  await c.card("you").getByRole("textbox").last().press("Enter");
  await expect.count(c.line("you", "milk"), 1);
  await expect.text(c.line("you", "milk"), /^Milch/);
});

story("numbers have a decimal comma, also while time runs", { path: "?lang=de" }, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await speaker(told).speaks("de");
  await c.free();
  await c.settle();
  await expect.text(c.id("time"), /^\d+,\d+ m?s$/);
  const before = await c.id("time").innerText();
  await c.id("play").click();
  await expect.until("time goes on", async () => (await c.id("time").innerText()) !== before);
  await expect.text(c.id("time"), /^\d+,\d+ m?s$/);
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`in German nothing is inaccessible, clipped or wider than the screen: ${colorScheme}, ${width} px`, { colorScheme, viewport, path: "?lang=de" }, async (told) => {
      const { axe, expect, page } = told;
      const c = cluster(told);
      await speaker(told).speaks("de");
      await c.free();
      await c.settle();
      for (const tab of ["conflict", "verdicts", "replica", "faults", "events", "settings"]) {
        await c.id(`tab-${tab}`).click();
        await axe();
        const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect.ok(wide[0] <= wide[1], `${tab}: ${wide[0]} px on a screen of ${wide[1]} px`);
        const clipped = await page.evaluate(() => {
          const elements = [...document.querySelectorAll("button, .place, h2, h3, p, label")].filter((one) => one.checkVisibility());
          return elements.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1 && getComputedStyle(one).display !== "inline").map((one) => one.textContent);
        });
        expect.equal(clipped, [], `clipped in ${tab}`);
      }
    });
  }
}

story("a whole run is told in German", { path: "?lang=de", reducedMotion: "reduce", timeout: 120_000 }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  const s = speaker(told);
  await s.speaks("de");
  await c.ready();
  const count = Number((await c.id("lesson-count").innerText()).match(/von (\d+)/)[1]);
  for (let step = 1; step < count; step += 1) {
    const answer = c.id("answer-0");
    if (await answer.count()) {
      await answer.click();
    }
    await c.id("lesson-next").click();
    await expect.text(c.id("lesson-count"), new RegExp(`^${step + 1} von ${count}`));
    await expect.attribute(c.id("play"), "data-state", "paused");
    await s.isWhole(`at step ${step + 1}`);
  }
  await tabsAreWhole(told, ["conflict", "verdicts", "replica", "faults", "events", "settings"]);
  await c.id("share").click();
  await expect.visible(page.locator("dialog[open]"));
  await s.isWhole("in the dialog");
});

story("the catalogue's views are German too", { path: WHOLE, timeout: 120_000 }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  const s = speaker(told);
  await s.speaks("de");
  await c.free();
  await c.settle();
  await tabsAreWhole(told, ["verdicts", "replica", "faults", "events"]);
  await c.id("scenario").click();
  await expect.visible(page.locator("dialog[open]"));
  await s.isWhole("in the list of scenarios");
});

story("the course and the glossary are German too, and a sentence has its terms behind it", { path: "?view=learn&lang=de", timeout: 120_000 }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  const s = speaker(told);
  await s.speaks("de");
  await expect.visible(c.id("course-dialog"));
  await s.isWhole("in the course");
  await c.id("lesson-quorum-overlap").click();
  await expect.hidden(c.id("lesson-text").locator(".prose-linked"));
  await s.isWhole("in the lesson");
  await c.id("lesson-text").locator(".prose-terms [data-term=replica]").click();
  await expect.visible(c.id("glossary-replica"));
  await c.id("glossary-search").fill("");
  await expect.visible(c.id("glossary-quorum"));
  await s.isWhole("in the glossary");
});

story("the offline lab is German too", { path: `${LAB}&lang=de` }, async (told) => {
  const { axe, expect, page } = told;
  const s = speaker(told);
  await s.speaks("de");
  await expect.text(page.getByTestId("storage-state"), /^Dauerhaft/);
  await s.isWhole("on the page");
  await axe();
});

story("a frame takes the language from its address", { path: "?embed=1&lang=de&scenario=quorum-overlap", viewport: NARROW }, async (told) => {
  const { expect, page } = told;
  await speaker(told).speaks("de");
  await expect.hidden(page.locator("#languages"));
  await expect.visible(page.getByText("In einem Tab öffnen"));
});

const HOSTILE = {
  "is missing": { status: 404, body: "" },
  "is no JSON": { status: 200, body: "<html>" },
  "is JSON of another kind": { status: 200, body: '[{"texts": 7}]' },
  "holds elements, numbers and wrong holes": {
    status: 200,
    body: JSON.stringify({ texts: { Play: "<img src=x onerror=alert(1)>", Share: 7, Help: null, Charts: [], "{} of {}": "{3} {0}", __proto__: { Seed: "x" } } }),
  },
};

for (const [how, answer] of Object.entries(HOSTILE)) {
  const allow = [/404/, /stays in its language/];
  story(`the page works in English where a file of words ${how}`, { path: null, allow }, async (told) => {
    const { context, expect, open, page, server } = told;
    await context.route(new RegExp(`/${file(server, "de")}$`), (route) => route.fulfill({ ...answer, contentType: "application/json" }));
    await open("?lang=de");
    const c = cluster(told);
    await c.ready();
    await c.free();
    await c.offline();
    await expect.attribute(c.id("share"), "aria-label", "Share");
    await expect.text(page.locator("label.seed span"), "Seed");
    await expect.count(page.locator("img"), 0);
  });
}

story("German works without the network too", { path: null, offline: true }, async (told) => {
  const { expect, open, page, server } = told;
  const c = cluster(told);
  const s = speaker(told);
  await open();
  await c.ready();
  await expect.until("the worker keeps all files", () => page.evaluate(async () => (await navigator.serviceWorker.ready).active.state === "activated"));
  await server.close();
  await open("?lang=de");
  await s.speaks("de");
  await expect.text(c.id("play"), "Start");
  await server.reopen();
});

story("every file of words is named in the page", { path: null }, async ({ expect, server }) => {
  const page = readFileSync(join(server.folder, "index.html"), "utf8");
  const named = [...page.matchAll(/data-words="([^"]+)"/g)].map((match) => match[1]);
  const there = readdirSync(server.folder).filter((name) => name.endsWith(".json"));
  expect.equal(named.toSorted(), there.toSorted(), "files");
});
