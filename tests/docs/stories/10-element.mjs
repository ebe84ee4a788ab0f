// The element <replica-scope> in a plain page of another site.
import { axe } from "../../e2e/harness-axe.mjs";
import { expect } from "../../e2e/harness-expect.mjs";
import { framesAsked, opened } from "../embeds.mjs";
import { picture, test } from "../harness.mjs";

const FAR = '<div id="far" style="height: 3000px"></div>';
const element = (attributes = "", id = "a") => `<replica-scope id="${id}" ${attributes}><p>A picture and text.</p></replica-scope>`;
const QUORUM = 'scenario="quorum-overlap" controls';

test("an embed starts only when it comes into view", {}, async (told) => {
  const before = framesAsked(told.site);
  const embeds = await opened(told, element(QUORUM), { before: FAR });
  await told.page.waitForFunction(() => customElements.get("replica-scope"));
  // Frames of the screen in which an observer would have told.
  await told.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect.equal(framesAsked(told.site) - before, 0, "frames that were asked for");
  expect.ok(await told.page.getByText("A picture and text.").isVisible(), "what stands inside is shown meanwhile");
  await told.page.evaluate(() => scrollTo(0, 2600));
  await embeds.ready();
  expect.equal(framesAsked(told.site) - before, 1, "frames that were asked for, once it is near");
  await expect.hidden(told.page.getByText("A picture and text."));
});

test("an embed says what it shows, as events", {}, async (told) => {
  const embeds = await opened(told, element(`${QUORUM} seed="7" variant=""`));
  await embeds.ready();
  const { scenario, seed, title, end_ms } = await embeds.last("ready");
  expect.equal([scenario, seed], ["quorum-overlap", "7"], "what is ready");
  expect.ok(title.length > 5 && end_ms > 1, "it has a title and an end");
  await expect.until("the step is told", async () => (await embeds.last("step"))?.at_ms === 0);
  await embeds.call("a", "seek", end_ms);
  await expect.until("verdicts are told", async () => (await embeds.heard("verdict")).length > 0);
  const { guarantee, holds, promised } = await embeds.last("verdict");
  expect.ok(typeof guarantee === "string" && [true, false, null].includes(holds) && typeof promised === "boolean", "a verdict is whole");
  await embeds.call("a", "set", { scenario: "no-such-scenario" });
  await expect.until("the error is told", async () => (await embeds.last("error"))?.code === "not-opened");
});

test("an embed obeys play, pause, seek and set", {}, async (told) => {
  const before = framesAsked(told.site);
  const embeds = await opened(told, element(`${QUORUM} seed="7"`));
  const frame = await embeds.ready();
  const { end_ms } = await embeds.last("ready");
  await embeds.call("a", "seek", end_ms / 2);
  await expect.until("it is in the middle", async () => Math.abs((await embeds.last("step")).at_ms - end_ms / 2) < 0.001);
  await embeds.call("a", "play");
  await expect.until("it plays", async () => (await embeds.last("step")).playing === true);
  await expect.attribute(frame.getByTestId("play"), "data-state", "playing");
  await embeds.call("a", "pause");
  await expect.until("it is paused", async () => (await embeds.last("step")).playing === false);
  await embeds.call("a", "seek", 1e12);
  await expect.until("it does not leave the run", async () => (await embeds.last("step")).at_ms <= 3_600_000);
  await embeds.call("a", "set", { scenario: "sloppy-quorum", seed: 3 });
  await expect.until("another run is ready", async () => (await embeds.last("ready")).scenario === "sloppy-quorum");
  expect.equal((await embeds.last("ready")).seed, "3", "its seed");
  expect.equal(framesAsked(told.site) - before, 1, "how often a frame was loaded");
  await embeds.call("a", "set", { view: "lesson" });
  await expect.visible(frame.getByTestId("lesson-next"));
  await embeds.call("a", "set", { view: "stage", controls: false });
  await expect.hidden(frame.getByTestId("lesson-next"));
  await expect.hidden(frame.getByTestId("play"));
  const refused = await told.page.evaluate(() => {
    try {
      document.getElementById("a").set({ onclick: "x" });
    } catch (error) {
      return error.name;
    }
  });
  expect.equal(refused, "TypeError", "what setting an unknown attribute ends with");
});

test("what was asked for before the start is done when it has started", {}, async (told) => {
  const embeds = await opened(told, element(`${QUORUM} seed="7"`), { before: FAR });
  await told.page.waitForFunction(() => customElements.get("replica-scope"));
  await embeds.call("a", "seek", 5);
  await told.page.evaluate(() => scrollTo(0, 3000));
  await embeds.ready();
  await expect.until("it is there", async () => (await embeds.last("step")).at_ms === 5);
});

test("a story is played to its end, and from the start again", {}, async (told) => {
  const embeds = await opened(told, element(`${QUORUM} seed="7"`));
  await embeds.ready();
  const { end_ms } = await embeds.last("ready");
  await embeds.call("a", "seek", end_ms - 0.5);
  await embeds.call("a", "play");
  await expect.until("it has ended", async () => {
    const { at_ms, playing } = await embeds.last("step");
    return at_ms === end_ms && !playing;
  });
  await embeds.call("a", "play");
  await expect.until("it plays from the start", async () => {
    const { at_ms, playing } = await embeds.last("step");
    return at_ms < end_ms && playing;
  });
});

test("an embed is as high as what it shows, and gives no scroll bar of its own", {}, async (told) => {
  const embeds = await opened(told, element("controls"));
  const frame = await embeds.ready();
  const inside = () => frame.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  const fits = async () => Math.abs((await embeds.height()) - (await inside())) <= 1 && (await inside()) > 200;
  await expect.until("it is as high as its content", fits);
  const wide = await embeds.height();
  await told.page.setViewportSize({ width: 360, height: 800 });
  await expect.until("it is as high at 360 px", async () => (await embeds.height()) !== wide && (await fits()));
  expect.equal(await frame.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the frame");
  // What is drawn for the new width may come a frame later, and its height after it.
  await expect.until("nothing is higher than the frame", () => frame.evaluate(() => document.documentElement.scrollHeight <= innerHeight + 1));
  await embeds.call("a", "set", { view: "lesson" });
  await expect.until("it grows with the lesson", fits);
});

test("an embed follows the theme of its page", { colorScheme: "light" }, async (told) => {
  const head = "<style>.dark { background: #111; color: #eee } .oklch { background: #111; color: oklch(0.95 0.01 200) }</style>";
  const embeds = await opened(told, element(`${QUORUM} seed="1"`) + element(`${QUORUM} seed="2" theme="light"`, "b"), { head });
  await embeds.ready();
  await embeds.ready("b");
  // Either may have come first.
  const [frame, other] = ["1", "2"].map((seed) => told.page.frames().find((one) => new URL(one.url()).searchParams.get("seed") === seed));
  const themes = () => Promise.all([frame, other].map((one) => one.locator("html").getAttribute("data-theme")));
  expect.equal(await themes(), ["light", "light"], "the themes of a light page");
  for (const name of ["dark", "oklch"]) {
    await told.page.evaluate((name) => (document.documentElement.className = name), name);
    await expect.becomes(`the themes where the page is .${name}`, themes, ["dark", "light"]);
    await told.page.evaluate(() => (document.documentElement.className = ""));
    await expect.becomes("the themes where it is light again", themes, ["light", "light"]);
  }
  await told.page.emulateMedia({ colorScheme: "dark" });
  await told.page.evaluate(() => (document.documentElement.style.colorScheme = "light dark"));
  await expect.becomes("the themes where the page follows a dark system", themes, ["dark", "light"]);
  const ink = await frame.evaluate(() => getComputedStyle(document.body).color);
  expect.ok(/2[34]\d/.test(ink), `the text is light: ${ink}`);
});

test("time stands still while nobody sees an embed", {}, async (told) => {
  const embeds = await opened(told, element('scenario="offline-leader" controls autoplay'), { after: FAR });
  const frame = await embeds.ready();
  const state = frame.getByTestId("play");
  await expect.attribute(state, "data-state", "playing");
  await told.page.evaluate(() => scrollTo(0, 3000));
  await expect.attribute(state, "data-state", "paused");
  const { at_ms } = await embeds.last("step");
  await told.page.evaluate(() => scrollTo(0, 0));
  await expect.attribute(state, "data-state", "playing");
  await expect.until("it goes on", async () => (await embeds.last("step")).at_ms > at_ms);
  await embeds.call("a", "pause");
  await expect.attribute(state, "data-state", "paused");
  await told.page.evaluate(() => scrollTo(0, 3000));
  await told.page.evaluate(() => scrollTo(0, 0));
  await told.page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done))));
  await expect.attribute(state, "data-state", "paused");
});

test("autoplay waits where the reader wants less motion", { reducedMotion: "reduce" }, async (told) => {
  const embeds = await opened(told, element('scenario="offline-leader" controls autoplay'));
  const frame = await embeds.ready();
  await expect.until("the step is told", async () => (await embeds.heard("step")).length > 0);
  await expect.attribute(frame.getByTestId("play"), "data-state", "paused");
});

test("two embeds on a page do not disturb each other", {}, async (told) => {
  const embeds = await opened(told, element(`${QUORUM} seed="7"`) + element('scenario="sloppy-quorum" controls', "b"));
  await embeds.ready();
  await embeds.ready("b");
  expect.equal((await embeds.last("ready", "a")).scenario, "quorum-overlap", "what the first shows");
  expect.equal((await embeds.last("ready", "b")).scenario, "sloppy-quorum", "what the second shows");
  await expect.until("both have told", async () => (await embeds.heard("step", "a")).length > 0 && (await embeds.heard("step", "b")).length > 0);
  const before = await embeds.heard("step", "b");
  await embeds.call("a", "seek", 3);
  await expect.until("the first moves", async () => (await embeds.last("step", "a")).at_ms === 3);
  await embeds.call("a", "set", { scenario: "siblings" });
  await expect.until("the first is another", async () => (await embeds.last("ready", "a")).scenario === "siblings");
  expect.equal(await embeds.heard("step", "b"), before, "what the second has told");
  expect.equal((await embeds.heard("ready", "b")).length, 1, "how often the second was ready");
  await told.page.evaluate(() => document.getElementById("a").remove());
  await embeds.call("b", "seek", 3);
  await expect.until("the second goes on when the first is gone", async () => (await embeds.last("step", "b")).at_ms === 3);
});

test("an embed that is moved on the page starts again", {}, async (told) => {
  const embeds = await opened(told, element(QUORUM));
  await embeds.ready();
  await told.page.evaluate(() => document.body.append(document.getElementById("a")));
  await expect.until("it is ready again", async () => (await embeds.heard("ready")).length === 2);
  await embeds.call("a", "seek", 2);
  await expect.until("it obeys", async () => (await embeds.last("step")).at_ms === 2);
});

test("an embed stores nothing and leaves the history alone", {}, async (told) => {
  const embeds = await opened(told, element(QUORUM));
  const frame = await embeds.ready();
  const length = await told.page.evaluate(() => history.length);
  await embeds.call("a", "set", { scenario: "siblings", theme: "dark" });
  await expect.until("another run is ready", async () => (await embeds.last("ready")).scenario === "siblings");
  // A browser may not even let a foreign frame look.
  const kept = await frame.evaluate(async () => {
    const count = [() => localStorage.length, () => sessionStorage.length, () => document.cookie.length, async () => (await indexedDB.databases()).length];
    return Promise.all(count.map(async (one) => one()).map((one) => one.catch(() => 0)));
  });
  expect.equal(kept, [0, 0, 0, 0], "what the frame stores");
  expect.equal(await told.page.evaluate(() => history.length), length, "entries of the history");
});

test("an embed works under a strict policy of its page", {}, async (told) => {
  const { origin } = told.site;
  const policy = `default-src 'none'; script-src 'self' ${origin}; frame-src ${origin}`;
  const embeds = await opened(told, element(QUORUM), { headers: { "Content-Security-Policy": policy } });
  await embeds.ready();
  await expect.until("it is shown", async () => (await embeds.height()) > 300);
});

test("the page around an embed scrolls by wheel", {}, async (told) => {
  const embeds = await opened(told, element(QUORUM), { after: FAR });
  await embeds.ready();
  await told.page.mouse.move(400, 200);
  // A turn of the wheel that comes before the browser knows the place of a new frame goes nowhere: it is turned until it arrives.
  await expect.until("the page has scrolled", async () => {
    await told.page.mouse.wheel(0, 300);
    return told.page.evaluate(() => scrollY > 0);
  });
});

test("without JavaScript and in print an embed is its picture and text", { javaScriptEnabled: false }, async (told) => {
  await opened(told, element(QUORUM));
  await expect.visible(told.page.getByText("A picture and text."));
});

test("in print an embed is its picture and text", {}, async (told) => {
  const embeds = await opened(told, element(QUORUM));
  await embeds.ready();
  const text = told.page.getByText("A picture and text.");
  await expect.hidden(text);
  await told.page.emulateMedia({ media: "print" });
  await expect.visible(text);
});

test("where the program does not load the element says so and keeps its content", { allow: [/console error/] }, async (told) => {
  await told.context.route("**/*.wasm", (route) => route.abort());
  const embeds = await opened(told, element(QUORUM));
  await expect.until("the error is told", async () => (await embeds.last("error"))?.code === "not-started");
  await expect.visible(told.page.getByText("A picture and text."));
});

test("the line above an embed leads to the same run in a tab of its own", {}, async (told) => {
  const embeds = await opened(told, element('scenario="quorum-overlap" seed="9"'));
  const frame = await embeds.ready();
  const [tab] = await Promise.all([told.context.waitForEvent("page"), frame.getByTestId("embed-open").click()]);
  await expect.value(tab.getByTestId("seed"), "9");
  await expect.text(tab.getByTestId("scenario"), /overlap/i);
});

for (const [width, colorScheme] of [
  [360, "light"],
  [1280, "light"],
  [1280, "dark"],
]) {
  test(`each view of an embed is without accessibility violation: ${colorScheme}, ${width} px`, { viewport: { width, height: 900 }, colorScheme }, async (told) => {
    const scheme = "<style>:root { color-scheme: light dark }</style>";
    const embeds = await opened(told, element("controls"), { head: scheme });
    const frame = await embeds.ready();
    for (const [scenario, view] of [["offline-leader", "stage"], ["offline-leader", "lesson"], ["quorum-not-linearizable", "stage"], ["quorum-not-linearizable", "compare"]]) {
      await embeds.call("a", "set", { scenario, view });
      await expect.until("it is there", async () => (await embeds.last("ready")).scenario === scenario);
      const { end_ms } = await embeds.last("ready");
      await embeds.call("a", "seek", end_ms);
      await axe(frame);
      await picture(told.page, `embed ${scenario} ${view} ${colorScheme} ${width}`);
    }
  });
}
