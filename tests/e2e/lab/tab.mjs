// A page with one device, as a test sees it.
import assert from "node:assert/strict";

/** Opens the page in a new tab, and waits until its store is there. */
export async function open(context, url, isReady = (state) => state.storage.startsWith("Durable")) {
  const page = await context.newPage();
  await page.goto(url);
  await ready(page, isReady);
  return page;
}

export const ready = (page, isReady = (state) => state.storage.startsWith("Durable")) => until(page, "it is ready", isReady);

export async function state(page) {
  const text = await page.evaluate(() => globalThis.lab?.state() ?? null).catch(() => null);
  return text && JSON.parse(text);
}

/** Waits until it holds of the device's state. */
export async function until(page, what, holds, patienceMs = 20_000) {
  const lateAt = performance.now() + patienceMs;
  let last;
  while (performance.now() < lateAt) {
    last = await state(page);
    if (last && holds(last)) {
      return last;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`never: ${what}; the last state was ${JSON.stringify(last)}`);
}

/** Adds one of an item; the answer. */
export const add = (page, item) => page.evaluate((item) => new Promise((resolve) => globalThis.lab.add(item, resolve)), item);

export async function save(page, item) {
  assert.equal(await add(page, item), "saved");
}

export const link = (page, name, isOn) => page.evaluate(([name, isOn]) => globalThis.lab.link(name, isOn), [name, isOn]);
