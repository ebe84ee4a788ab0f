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

const server = await serve(fileURLToPath(new URL("../dist", import.meta.url)));
const browser = await launch();
try {
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
