// The browser is killed again and again, each time at another moment around an acknowledgement: what was acknowledged
// is there the next time, once. And the harm that a kill may do to the browser's own files is done to them by hand.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { profile, start } from "./browser.mjs";
import { open, save, state } from "./tab.mjs";

const KILL_COUNT = Number(process.env.KILLS ?? 50);

export const stories = [
  { name: `nothing acknowledged is lost in ${KILL_COUNT} kills of the browser`, run: killed },
  { name: "what the browser damages and deletes comes back from the other copy, and that is said", run: damaged },
];

async function killed(url) {
  const { path, remove } = profile();
  const acknowledged = [];
  const replicas = new Set();
  let [asked, restored] = [0, 0];
  try {
    for (let kill = 0; kill <= KILL_COUNT; kill += 1) {
      const browser = await start(path);
      try {
        const page = await open(browser.context, url);
        const found = await state(page);
        compare(found, acknowledged, asked);
        restored += isRestored(found);
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
  console.log(`     ${acknowledged.length} acknowledged of ${asked} writes; the second copy was needed ${restored} times`);
}

/** The files of the first copy are damaged, of the second, of the first again: the browser deletes what it cannot read. */
async function damaged(url) {
  const { path, remove } = profile();
  const first = join(path, "Default", "IndexedDB");
  const second = join(path, "Default", "WebStorage");
  const saved = [];
  try {
    for (const folder of [first, second, first, null]) {
      const browser = await start(path);
      try {
        const page = await open(browser.context, url);
        const found = await state(page);
        assert.deepEqual(Object.keys(found.cart), saved, JSON.stringify(found));
        assert.equal(isRestored(found), saved.length === 1 || saved.length === 3);
        saved.push(`item ${saved.length}`);
        await save(page, saved.at(-1));
      } finally {
        await browser.kill();
      }
      if (folder) {
        assert.ok(damage(folder) > 0, `there are logs in ${folder}`);
      }
    }
  } finally {
    remove();
  }
}

/** What a kill in the middle of a record and the records after it come to: a checksum that is wrong. */
function damage(folder) {
  const logs = readdirSync(folder, { recursive: true }).filter((file) => /indexeddb\.leveldb.*\.log$/.test(file));
  for (const log of logs) {
    const content = readFileSync(join(folder, log));
    content[0] ^= 0xff;
    writeFileSync(join(folder, log), content);
  }
  return logs.length;
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

const isRestored = ({ said }) => /the second copy gave all of it back/.test(said.join());

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
