// The browser is killed again and again, each time at another moment around an acknowledgement: what was acknowledged
// is there the next time, once.
import assert from "node:assert/strict";
import { profile, start } from "./browser.mjs";
import { open, state } from "./tab.mjs";

const KILL_COUNT = Number(process.env.KILLS ?? 50);

export const name = `nothing acknowledged is lost in ${KILL_COUNT} kills of the browser`;

export async function run(url) {
  const { path, remove } = profile();
  const acknowledged = [];
  const replicas = new Set();
  let asked = 0;
  try {
    for (let kill = 0; kill <= KILL_COUNT; kill += 1) {
      const browser = await start(path);
      try {
        const page = await open(browser.context, url);
        compare(await state(page), acknowledged, asked);
        if (kill < KILL_COUNT) {
          asked = await write(page, acknowledged, asked);
          replicas.add((await state(page)).replica);
          await pause(Math.random() * 60);
        }
      } finally {
        await browser.kill();
      }
    }
  } finally {
    remove();
  }
  assert.equal(replicas.size, KILL_COUNT, "every start writes under an identity of its own");
  console.log(`     ${acknowledged.length} acknowledged of ${asked} writes`);
}

/** Writes without waiting for answers, and returns at a random moment after the first one. */
async function write(page, acknowledged, asked) {
  await page.exposeFunction("told", (item, answer) => {
    if (answer === "saved") {
      acknowledged.push(item);
    }
  });
  const before = acknowledged.length;
  await page.evaluate((from) => {
    let next = from;
    const go = () => {
      const item = `item ${next++}`;
      globalThis.asked = next;
      globalThis.lab.add(item, (answer) => globalThis.told(item, answer));
      setTimeout(go, Math.random() * 8);
    };
    go();
  }, asked);
  while (acknowledged.length === before) {
    await pause(1);
  }
  await pause(Math.random() * 40);
  // Items that are asked for from now until the kill get numbers that no later round uses.
  return (await page.evaluate(() => globalThis.asked)) + 1_000;
}

function compare(found, acknowledged, asked) {
  const { cart, alarm } = found;
  assert.equal(alarm, null);
  assert.equal(found.slot, 0, `its slot is its own again: ${JSON.stringify(found)}`);
  for (const item of acknowledged) {
    assert.equal(cart[item], 1, `${item} of ${asked} was acknowledged: ${JSON.stringify(found)}`);
  }
  for (const [item, quantity] of Object.entries(cart)) {
    assert.equal(quantity, 1, `${item} is there once`);
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
