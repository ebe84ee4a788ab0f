// The built page in a real browser. With the processor slowed down four times: first paint, interactive. At full speed: the
// work of a frame while hundreds and thousands of messages are in flight, scrubbing through a long run, and memory over
// an hour. Nothing is asserted.
//
//   node benches/page.mjs            (after `cargo xtask build`)
//   DIST=… ONLY="frames scrub" node benches/page.mjs
import { fileURLToPath } from "node:url";
import { busy } from "../tests/e2e/busy.mjs";
import { launch } from "../tests/e2e/harness.mjs";
import { serve } from "../tests/e2e/server.mjs";

const LOADS = 5;
const SLOW_DOWN = 4;
const PLAY_MS = 3_000;
/** So many frames that one in twenty of them is dozens. */
const TRACE_MS = 15_000;
const FRAMES = 400;
const LEAPS = 150;

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
const ms = (value) => `${value.toFixed(0)} ms`;

async function load(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: "block" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOW_DOWN });
  await page.goto(url, { waitUntil: "commit" });
  await page.getByTestId("play").waitFor({ state: "visible" });
  // Interactive: the first answer to a click, measured inside the page.
  const interactive = await page.evaluate(async () => {
    const time = () => document.querySelector("[data-testid=time]").dataset.ns;
    const before = time();
    document.querySelector("[data-testid=step]").click();
    while (time() === before) {
      await new Promise((done) => requestAnimationFrame(done));
    }
    return performance.now();
  });
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN);
  return { context, page, session, paint, interactive };
}

/** Script and render time of each frame while the run plays, without the slow-down. */
async function frames({ page, session }) {
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.getByTestId("guide-close").click();
  await page.getByTestId("play").click();
  const metrics = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  await session.send("Performance.enable");
  const before = await metrics();
  const count = await page.evaluate(
    (limit) =>
      new Promise((done) => {
        const start = performance.now();
        let frames = 0;
        const frame = () => {
          frames += 1;
          performance.now() - start < limit ? requestAnimationFrame(frame) : done(frames);
        };
        requestAnimationFrame(frame);
      }),
    PLAY_MS,
  );
  const after = await metrics();
  const spent = (name) => ((after[name] - before[name]) * 1000) / count;
  return { count, work: spent("ScriptDuration") + spent("LayoutDuration") + spent("RecalcStyleDuration") };
}

async function loading(browser, url) {
  const loads = [];
  let work;
  for (let turn = 0; turn < LOADS; turn += 1) {
    const loaded = await load(browser, url);
    loads.push(loaded);
    if (turn === LOADS - 1) {
      work = await frames(loaded);
    }
    await loaded.context.close();
  }
  const of = (name) => loads.map((loaded) => loaded[name]);
  for (const name of ["paint", "interactive"]) {
    const values = of(name);
    console.log(`${name.padEnd(12)} median ${ms(quantile(values, 0.5))} (${ms(Math.min(...values))} to ${ms(Math.max(...values))}), ${SLOW_DOWN}x slower processor`);
  }
  const embedded = [];
  for (let turn = 0; turn < LOADS; turn += 1) {
    const loaded = await load(browser, `${url}?embed=1&scenario=quorum-overlap`);
    embedded.push(loaded.interactive);
    await loaded.context.close();
  }
  console.log(`embed        median ${ms(quantile(embedded, 0.5))} (${ms(Math.min(...embedded))} to ${ms(Math.max(...embedded))}) until interactive, ${SLOW_DOWN}x slower processor`);
  console.log(`frame work   ${work.work.toFixed(2)} ms a frame on average over ${work.count} frames of play`);
}

const HUNDREDS = { people: 50, nodes: 5, at_ms: 1_000 };
const THOUSANDS = { people: 64, nodes: 26, at_ms: 1_000 };
/** More than 100,000 events. */
const LONG = { people: 50, nodes: 5, at_ms: 25_000 };
/** Reaches every bound of what is remembered well within an hour. */
const HOUR = { people: 4, nodes: 5, at_ms: 0 };

/** A page that keeps what each frame cost, script and rendering: from its first callback to the first task after it. */
async function open(browser, url, recipe, { diagram, tab = "replica" }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1100 }, serviceWorkers: "block" });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.addInitScript(() => {
    const works = (window.frameWorks = []);
    const next = window.requestAnimationFrame.bind(window);
    const { port1, port2 } = new MessageChannel();
    let start = null;
    port1.onmessage = () => {
      works.push(performance.now() - start);
      start = null;
    };
    window.requestAnimationFrame = (callback) =>
      next((time) => {
        if (start === null) {
          start = performance.now();
          port2.postMessage(null);
        }
        callback(time);
      });
    const instantiate = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...parts) => {
      const made = await instantiate(...parts);
      window.wasmMemory = made.instance.exports.memory;
      return made;
    };
  });
  await page.goto(`${url}#${encodeURIComponent(JSON.stringify(recipe))}`);
  await page.getByTestId("play").waitFor();
  const toggle = page.getByTestId("diagram-toggle");
  if (((await toggle.getAttribute("aria-expanded")) === "true") !== diagram) {
    await toggle.click();
  }
  await page.getByTestId(`tab-${tab}`).click();
  return { context, page };
}

/** The work of each frame of a busy run, and how many frames there were in a second. */
async function busyFrames(browser, url, { load, diagram, tab }) {
  const { context, page } = await open(browser, url, busy(load), { diagram, tab });
  const summary = await page.locator(".stage-picture").getAttribute("aria-label");
  const found = Number(/([0-9,]+) messages? in flight/.exec(summary)?.[1].replace(",", ""));
  await page.getByTestId("play").click();
  await page.evaluate(() => (window.frameWorks.length = 0));
  const start = await page.evaluate(() => performance.now());
  await page.waitForFunction((limit) => window.frameWorks.length >= limit, FRAMES);
  const { works, end } = await page.evaluate(() => ({ works: [...window.frameWorks], end: performance.now() }));
  const times = await processorTimes(page, TRACE_MS);
  await context.close();
  return { found, works, times, rate: (works.length * 1_000) / (end - start) };
}

/** What belongs to script and rendering in the task of a frame; the rest is handing the picture over to the compositor. */
const RENDERING = new Set(["FireAnimationFrame", "UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize"]);

/**
 * Processor time of the tasks in which frames were made, and of script and rendering within them. Neither hangs on what else
 * the machine does.
 */
async function processorTimes(page, milliseconds) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const complete = new Promise((done) => session.once("Tracing.tracingComplete", done));
  const includedCategories = ["toplevel", "devtools.timeline"];
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories } });
  await page.waitForTimeout(milliseconds);
  await session.send("Tracing.end");
  await complete;
  const fired = events.filter(({ name }) => name === "FireAnimationFrame");
  const { pid, tid } = fired[0];
  const own = events.filter((event) => event.ph === "X" && event.pid === pid && event.tid === tid);
  const within = (inner, outer) => inner !== outer && inner.ts >= outer.ts && inner.ts + inner.dur <= outer.ts + outer.dur;
  const tasks = own.filter((event) => event.name.endsWith("RunTask") && fired.some(({ ts }) => ts >= event.ts && ts <= event.ts + event.dur));
  const work = (task) => {
    const parts = own.filter((event) => RENDERING.has(event.name) && within(event, task));
    const outer = parts.filter((part) => !parts.some((other) => within(part, other)));
    return outer.reduce((sum, { tdur, dur }) => sum + (tdur ?? dur) / 1_000, 0);
  };
  return { whole: tasks.map(({ tdur }) => tdur / 1_000), work: tasks.map(work) };
}

/** The least that a frame with so many messages can take here: a page of plain JavaScript that prints them, and nothing else. */
async function reference(browser, count) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1100 } });
  const page = await context.newPage();
  await page.setContent('<canvas width="940" height="360"></canvas>');
  await page.evaluate((count) => {
    const canvas = document.querySelector("canvas").getContext("2d");
    const stamp = Object.assign(document.createElement("canvas"), { width: 30, height: 30 });
    stamp.getContext("2d").fillRect(5, 5, 20, 20);
    let turn = 0;
    const frame = () => {
      turn += 1;
      canvas.clearRect(0, 0, 940, 360);
      for (let index = 0; index < count; index += 1) {
        canvas.drawImage(stamp, (index * 37 + turn) % 910, (index * 53 + turn) % 330, 30, 30);
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }, count);
  await page.waitForTimeout(PLAY_MS / 3);
  const times = await processorTimes(page, TRACE_MS);
  await context.close();
  return times;
}

/** How long it takes from a move of the scrub track until all of the page is laid out anew. */
async function scrub(browser, url, { diagram }) {
  const { context, page } = await open(browser, url, busy(LONG), { diagram, tab: "conflict" });
  const times = await page.evaluate(async (leaps) => {
    const track = document.querySelector("[data-testid=scrub]");
    const { port1, port2 } = new MessageChannel();
    const turn = () => new Promise((done) => ((port1.onmessage = done), port2.postMessage(null)));
    const { dataset } = document.querySelector("[data-testid=time]");
    // Further than the run is known no leap goes.
    const known = Number(document.querySelector(".track-known").getAttribute("x2"));
    const times = [];
    for (let leap = 1; leap <= leaps; leap += 1) {
      const [start, before] = [performance.now(), dataset.ns];
      track.value = String((known * ((leap * 379) % 1_000)) / 1_000);
      track.dispatchEvent(new Event("input", { bubbles: true }));
      // The time is shown when all parts are drawn, which may take more than one task.
      while (dataset.ns === before) {
        await turn();
      }
      document.body.getBoundingClientRect();
      times.push(performance.now() - start);
    }
    return times;
  }, LEAPS);
  await context.close();
  return times;
}

/** The memory of the program while an hour passes at full speed: minutes and MiB. */
async function hour(browser, url) {
  const { context, page } = await open(browser, url, busy(HOUR), { diagram: true });
  await page.getByTestId("speed").fill("17");
  await page.getByTestId("play").click();
  const minute = () => page.evaluate(() => Number(document.querySelector("[data-testid=time]").dataset.ns) / 60e9);
  const memory = [];
  for (let next = 5; next <= 60; next += 5) {
    // A browser that cannot keep the pace still gets there.
    while ((await minute()) < next - 0.001) {
      await page.waitForTimeout(200);
    }
    memory.push([Math.round(await minute()), await page.evaluate(() => window.wasmMemory.buffer.byteLength / 2 ** 20)]);
  }
  await context.close();
  return memory;
}

const spread = (values) => [0.5, 0.95, 0.99].map((q) => quantile(values, q).toFixed(2)).join(" / ");

const wanted = (process.env.ONLY || "frames thousands scrub hour load").split(" ");
const server = await serve(process.env.DIST || fileURLToPath(new URL("../dist", import.meta.url)));
const browser = await launch();
try {
  const busyRun = async (load, options) => {
    const { found, works, times, rate } = await busyFrames(browser, server.url, { load, ...options });
    const what = `${found} in flight, diagram ${options.diagram ? "open" : "shut"}, ${options.tab}`.padEnd(44);
    console.log(`${what} script and rendering ${spread(times.work)} ms a frame (median / 95 % / 99 %), its whole task ${spread(times.whole)}, by the clock ${spread(works)}, ${rate.toFixed(0)} frames a second`);
    const least = await reference(browser, found);
    console.log(`${`${found} printed by plain JavaScript`.padEnd(44)} script and rendering ${spread(least.work)}, its whole task ${spread(least.whole)}`);
  };
  if (wanted.includes("frames")) {
    for (const tab of ["replica", "verdicts", "events"]) {
      await busyRun(HUNDREDS, { diagram: false, tab });
    }
    await busyRun(HUNDREDS, { diagram: true, tab: "replica" });
  }
  if (wanted.includes("thousands")) {
    await busyRun(THOUSANDS, { diagram: false, tab: "replica" });
  }
  if (wanted.includes("scrub")) {
    for (const diagram of [false, true]) {
      const times = await scrub(browser, server.url, { diagram });
      const what = `scrub, diagram ${diagram ? "open" : "shut"}`.padEnd(44);
      console.log(`${what} ${spread(times)} ms (median / 95 % / 99 %), longest ${Math.max(...times).toFixed(1)} ms, ${times.length} leaps`);
    }
  }
  if (wanted.includes("hour")) {
    const memory = await hour(browser, server.url);
    console.log(`an hour at full speed: ${memory.map(([minute, mib]) => `${minute} min ${mib.toFixed(1)} MiB`).join(", ")}`);
  }
  if (wanted.includes("load")) {
    await loading(browser, server.url);
  }
} finally {
  await browser.close();
  await server.close();
}
