// Nobody trusts anybody: messages of a wrong window or origin, malformed ones, and too many.
import { expect } from "../../e2e/harness-expect.mjs";
import { opened } from "../embeds.mjs";
import { servePages } from "../hosts.mjs";
import { test } from "../harness.mjs";

const ELEMENT = '<replica-scope id="a" scenario="quorum-overlap" seed="7" controls><p>Picture</p></replica-scope>';
const FLOOD = 20_000;
/** What a bucket of 120 with 60 more a second lets through while a test lasts, with room for a slow machine. */
const MOST_HEARD = 1_500;

/** Lets everything that was posted arrive, in a page or frame and in the one around it. */
const arrived = async (...targets) => {
  for (const target of [...targets, ...targets]) {
    await target.evaluate(() => new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(0);
    }));
    await target.evaluate(() => new Promise((done) => setTimeout(done)));
  }
};

test("the element hears its own frame alone", {}, async (told) => {
  const evil = told.own(await servePages({ "/evil.html": "<!DOCTYPE html><title>evil</title>" }));
  const embeds = await opened(told, ELEMENT, { after: `<iframe id="evil" title="evil" src="${evil.origin}/evil.html"></iframe>` });
  await embeds.ready();
  const height = await embeds.settledHeight();
  const before = (await told.page.evaluate(() => heard)).length;
  const forged = () => {
    for (const message of [
      { replicascope: 1, type: "error", code: "forged", message: "forged" },
      { replicascope: 1, type: "resize", height: 4000 },
      { replicascope: 1, type: "ready", title: "forged" },
    ]) {
      parent.postMessage(message, "*");
    }
  };
  const other = told.page.frames().find((frame) => frame.url().startsWith(evil.origin));
  await other.evaluate(forged);
  await told.page.evaluate(forged);
  await arrived(other, told.page);
  const forgeries = await told.page.evaluate(() => heard.filter(({ detail }) => JSON.stringify(detail).includes("forged")));
  expect.equal(forgeries, [], "events by forged messages");
  expect.equal(await embeds.height(), height, "the height");
  expect.ok(before > 0, "there were true ones");
});

test("the element refuses what its frame says from another origin", {}, async (told) => {
  const evil = told.own(await servePages({ "/evil.html": "<!DOCTYPE html><title>evil</title>" }));
  const embeds = await opened(told, ELEMENT);
  const frame = await embeds.ready();
  await expect.until("it is told", async () => (await embeds.heard("step")).length > 0);
  const count = (await told.page.evaluate(() => heard)).length;
  // The frame has been led elsewhere: it is the same window, but somebody else's.
  await frame.evaluate((address) => location.assign(address), `${evil.origin}/evil.html`);
  await expect.until("it is elsewhere", async () => told.page.frames()[1].url().startsWith(evil.origin));
  await told.page.frames()[1].waitForLoadState();
  await told.page.frames()[1].evaluate(() => parent.postMessage({ replicascope: 1, type: "error", code: "forged", message: "" }, "*"));
  await arrived(told.page.frames()[1], told.page);
  const more = (await told.page.evaluate(() => heard)).slice(count);
  expect.ok(more.every(({ detail }) => detail.code !== "forged"), "nothing forged is heard");
});

test("malformed messages of a frame change nothing", {}, async (told) => {
  const embeds = await opened(told, ELEMENT);
  const frame = await embeds.ready();
  await expect.until("it is told", async () => (await embeds.heard("step")).length > 0);
  const height = await embeds.settledHeight();
  await frame.evaluate(() => {
    const messages = [
      null,
      undefined,
      7,
      "ready",
      [],
      {},
      { replicascope: 2, type: "error", code: "malformed" },
      { replicascope: "1", type: "error", code: "malformed" },
      { replicascope: 1 },
      { replicascope: 1, type: null },
      { replicascope: 1, type: "__proto__", code: "malformed" },
      { replicascope: 1, type: "constructor", code: "malformed" },
      { replicascope: 1, type: "toString", code: "malformed" },
      { replicascope: 1, type: "unknown", code: "malformed" },
      { replicascope: 1, type: "resize" },
      { replicascope: 1, type: "resize", height: "4000px" },
      { replicascope: 1, type: "resize", height: NaN },
      { replicascope: 1, type: "resize", height: Infinity },
    ];
    messages.forEach((message) => parent.postMessage(message, "*"));
  });
  await arrived(frame, told.page);
  expect.equal(await embeds.height(), height, "the height");
  expect.equal(await told.page.evaluate(() => heard.filter(({ detail }) => detail.code === "malformed").length), 0, "malformed events");

  await frame.evaluate(() => {
    const wrong = { at_ms: "0", event: null, playing: 1, number: NaN, count: {}, more: "x", toString: "y" };
    parent.postMessage({ replicascope: 1, type: "step", ...wrong }, "*");
    parent.postMessage({ replicascope: 1, type: "error", code: "long", message: "x".repeat(1e6) }, "*");
  });
  await expect.until("the long error is told", async () => (await embeds.last("error"))?.code === "long");
  expect.equal((await embeds.last("error")).message.length, 2000, "characters of it");
  const steps = await embeds.heard("step");
  expect.ok(steps.some((step) => JSON.stringify(step) === '{"event":null}'), "of a malformed step only what fits is left");

  await frame.evaluate(() => parent.postMessage({ replicascope: 1, type: "resize", height: 1e9 }, "*"));
  await expect.becomes("the height at most", () => embeds.height(), 5000);
  await frame.evaluate(() => parent.postMessage({ replicascope: 1, type: "resize", height: -5 }, "*"));
  await expect.becomes("the height at least", () => embeds.height(), 240);
});

test("a frame that floods its page is not heard more often than a bound", {}, async (told) => {
  const embeds = await opened(told, ELEMENT);
  const frame = await embeds.ready();
  await frame.evaluate((count) => {
    for (let index = 0; index < count; index += 1) {
      parent.postMessage({ replicascope: 1, type: "error", code: "flood", message: String(index) }, "*");
    }
  }, FLOOD);
  await arrived(frame, told.page);
  const heard = (await embeds.heard("error")).length;
  expect.ok(heard > 0 && heard < MOST_HEARD, `${heard} of ${FLOOD} are heard`);
  await expect.until("it obeys afterwards", async () => {
    await embeds.call("a", "seek", 4);
    return (await embeds.last("step")).at_ms === 4;
  });
});

test("the frame hears the page around it alone", {}, async (told) => {
  const embeds = await opened(told, ELEMENT, { after: '<iframe id="sibling" title="sibling" src="/sibling.html"></iframe>', pages: { "/sibling.html": "<!DOCTYPE html><title>sibling</title>" } });
  const frame = await embeds.ready();
  await expect.until("it is told", async () => (await embeds.heard("step")).length > 0);
  const sibling = told.page.frames().find((one) => one.url().endsWith("/sibling.html"));
  // The same origin as the page around, another window.
  await sibling.evaluate(() => {
    parent.inner.postMessage({ replicascope: 1, type: "seek", ms: 6 }, "*");
  });
  await arrived(sibling, frame, told.page);
  expect.equal((await embeds.last("step")).at_ms, 0, "where the run stands");
});

test("malformed messages of a page change nothing", {}, async (told) => {
  const embeds = await opened(told, ELEMENT);
  const frame = await embeds.ready();
  await expect.until("it is told", async () => (await embeds.heard("step")).length > 0);
  await told.page.evaluate(() => {
    const messages = [
      null,
      "play",
      [],
      {},
      { replicascope: 1 },
      { replicascope: 2, type: "play" },
      { replicascope: 1, type: "constructor" },
      { replicascope: 1, type: "seek" },
      { replicascope: 1, type: "seek", ms: "5" },
      { replicascope: 1, type: "seek", ms: NaN },
      { replicascope: 1, type: "theme", theme: "<b>" },
      { replicascope: 1, type: "theme", theme: "javascript:" },
      { replicascope: 1, type: "hello" },
      { replicascope: 1, type: "hide" },
      { replicascope: 1, type: "set", scenario: "quorum-overlap", seed: "7", view: "\u0000", controls: "no", recipe: "" },
    ];
    messages.forEach((message) => inner.postMessage(message, "*"));
  });
  await arrived(told.page, frame);
  expect.equal((await embeds.last("step")).at_ms, 0, "where the run stands");
  expect.equal(await frame.locator("html").getAttribute("data-embed"), "stage", "the view");
  expect.equal((await embeds.heard("error")).length, 0, "errors");

  for (const [wrong, code] of [
    [{ scenario: "quorum-overlap", seed: "-1" }, "not-opened"],
    [{ scenario: "quorum-overlap", variant: "none" }, "not-opened"],
    [{ recipe: "v1.AAAA" }, "not-opened"],
    [{ recipe: "%00<script>" }, "not-opened"],
    [{ scenario: "constructor" }, "not-opened"],
  ]) {
    const count = (await embeds.heard("error")).length;
    await told.page.evaluate((wrong) => inner.postMessage({ replicascope: 1, type: "set", ...wrong }, "*"), wrong);
    await expect.until(`${JSON.stringify(wrong)} is refused`, async () => (await embeds.heard("error")).length > count);
    expect.equal((await embeds.last("error")).code, code, "the code");
  }
  // Too long to be read: as if it had not been there.
  await told.page.evaluate(() => inner.postMessage({ replicascope: 1, type: "set", scenario: "x".repeat(1e6), recipe: "y".repeat(1e6) }, "*"));
  await expect.until("the opening scene is shown", async () => (await embeds.last("ready")).scenario === "offline-leader");
});

test("a page that floods its frame is not heard more often than a bound, and the frame still obeys", {}, async (told) => {
  const embeds = await opened(told, ELEMENT);
  const frame = await embeds.ready();
  await frame.evaluate(() => {
    globalThis.asked = 0;
    document.addEventListener("replicascope:ask", () => (globalThis.asked += 1));
  });
  await told.page.evaluate((count) => {
    for (let index = 0; index < count; index += 1) {
      inner.postMessage({ replicascope: 1, type: "seek", ms: index % 9 }, "*");
    }
  }, FLOOD);
  await arrived(told.page, frame);
  const asked = await frame.evaluate(() => globalThis.asked);
  expect.ok(asked > 0 && asked < MOST_HEARD, `${asked} of ${FLOOD} are asked`);
  await expect.until("it obeys afterwards", async () => {
    await embeds.call("a", "seek", 8.5);
    return (await embeds.last("step")).at_ms === 8.5;
  });
});

test("an element with a bad address says so and asks nobody", {}, async (told) => {
  const bad = ["javascript:alert(1)", "data:text/html,x", "http://", "file:///etc/passwd"];
  for (const src of bad) {
    const embeds = await opened(told, `<replica-scope id="a" src="${src}"></replica-scope>`);
    await expect.until(`${src} is refused`, async () => (await embeds.last("error"))?.code === "bad-src");
    expect.equal(told.page.frames().length, 1, "frames");
  }
});

test("a frame that is told to be of another host than it is stays silent to both", {}, async (told) => {
  // A page that pretends, in the address, that its frame stands in somebody else's page.
  const page = `<!DOCTYPE html><title>liar</title><script src="/keep.js"></script><iframe title="f" src="${told.site.url}?embed=1&scenario=quorum-overlap&host=https://bank.example"></iframe>`;
  const host = told.own(await servePages({ "/": page, "/keep.js": "globalThis.kept = []; addEventListener('message', (event) => kept.push(event.data));" }));
  await told.page.goto(`${host.origin}/`);
  const frame = told.page.frames()[1];
  await expect.visible(frame.getByTestId("play"));
  // Chromium says who is around; what the address claims does not count.
  await expect.until("the true host is told", () => told.page.evaluate(() => kept.some(({ type }) => type === "ready")));
});
