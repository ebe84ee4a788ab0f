// The built page in a real browser, with the processor slowed down four times: first paint, interactive, and the work
// of a frame while a run plays. Prints medians of several loads; nothing is asserted.
//
//   node benches/page.mjs            (after `cargo xtask build`)
import { fileURLToPath } from "node:url";
import { launch } from "../tests/e2e/harness.mjs";
import { serve } from "../tests/e2e/server.mjs";

const LOADS = 5;
const SLOW_DOWN = 4;
const PLAY_MS = 3_000;

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

/** Leaderless, so busy that at least `flights` messages are under way; opens paused in the midst of it. */
function busy(flights) {
  const wire = { kind: "datagram", latency: { uniform: { min_us: 40_000, max_us: 80_000 } }, loss_per_million: 0, duplicate_per_million: 0 };
  const workload = { alternate: { key: "k" } };
  // Each closed loop keeps about four of its six messages under way.
  const sessions = Array.from({ length: Math.ceil(flights / 4) }, (_, index) => ({ author: `p${index}`, site: 0, access: null, workload, reads: "home" }));
  const sites = [{ name: "Oregon", kind: "datacenter", node_count: 5, spare_count: 0 }];
  const setup = { strategy: "leaderless", sites, links: [], inside: wire, sessions, mode: "last-write", cart: [], dials: {} };
  return { version: 1, setup, seed: "7", commands: [], open: { at_ns: 1_000_000_000 } };
}

/** The work of each frame of a busy run, script and rendering: from the first callback to the first task after the frame. */
async function busyFrames(browser, url, { flights, diagram }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1100 }, serviceWorkers: "block" });
  const page = await context.newPage();
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
  });
  await page.goto(`${url}#${encodeURIComponent(JSON.stringify(busy(flights)))}`);
  await page.getByTestId("play").waitFor();
  const toggle = page.getByTestId("diagram-toggle");
  if (((await toggle.getAttribute("aria-expanded")) === "true") !== diagram) {
    await toggle.click();
  }
  await page.getByTestId("tab-faults").click();
  const found = await page.locator("[data-testid^=message-]").count();
  await page.getByTestId("tab-replica").click();
  await page.getByTestId("play").click();
  await page.evaluate(() => (window.frameWorks.length = 0));
  await page.waitForFunction((limit) => window.frameWorks.length >= limit, 300);
  const works = await page.evaluate(() => window.frameWorks);
  await context.close();
  return { found, works };
}

const server = await serve(process.env.DIST || fileURLToPath(new URL("../dist", import.meta.url)));
const browser = await launch();
try {
  for (const diagram of [false, true]) {
    const { found, works } = await busyFrames(browser, server.url, { flights: 200, diagram });
    const at = (q) => `${quantile(works, q).toFixed(2)} ms`;
    const what = `diagram ${diagram ? "open" : "shut"}`.padEnd(12);
    console.log(`${what} ${at(0.5)} a frame (median), ${at(0.95)} (95th percentile) over ${works.length} frames, ${found} or more messages in flight`);
  }
  const loads = [];
  let work;
  for (let turn = 0; turn < LOADS; turn += 1) {
    const loaded = await load(browser, server.url);
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
    const loaded = await load(browser, `${server.url}?embed=1&scenario=quorum-overlap`);
    embedded.push(loaded.interactive);
    await loaded.context.close();
  }
  console.log(`embed        median ${ms(quantile(embedded, 0.5))} (${ms(Math.min(...embedded))} to ${ms(Math.max(...embedded))}) until interactive, ${SLOW_DOWN}x slower processor`);
  console.log(`frame work   ${work.work.toFixed(2)} ms a frame on average over ${work.count} frames of play`);
} finally {
  await browser.close();
  await server.close();
}
