// Expectations that wait: each is tried until it holds or its time is up. No story ever sleeps.
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

const PATIENCE_MS = 10_000;
const BETWEEN_TRIES_MS = 25;

const shown = (value) => (value instanceof RegExp ? String(value) : JSON.stringify(value));
const matches = (actual, wanted) => (wanted instanceof RegExp ? wanted.test(actual) : actual === wanted);

/** Tries until `probe` returns something true, and returns that. `what` completes "it did not come true that …". */
async function until(what, probe, { patience = PATIENCE_MS } = {}) {
  const deadline = Date.now() + patience;
  let last;
  do {
    try {
      last = undefined;
      const result = await probe();
      if (result) {
        return result;
      }
    } catch (error) {
      last = error;
    }
    await delay(BETWEEN_TRIES_MS);
  } while (Date.now() < deadline);
  throw new Error(`it did not come true that ${what}${last ? ` (${last.message})` : ""}`);
}

/** Tries until `read` returns what is wanted: text, a pattern for it, or plain data. */
async function becomes(what, read, wanted, options) {
  let actual;
  const holds = async () => {
    actual = await read();
    return matches(actual, wanted) || isDeepStrictEqual(actual, wanted);
  };
  try {
    await until(what, holds, options);
  } catch {
    throw new Error(`${what}: wanted ${shown(wanted)}, found ${shown(actual)}`);
  }
}

export const expect = {
  until,
  becomes,

  /** Something holds now. */
  ok(value, what) {
    if (!value) {
      throw new Error(`it is not true that ${what}`);
    }
  },

  /** Something is so now. */
  equal(actual, wanted, what) {
    if (!isDeepStrictEqual(actual, wanted)) {
      throw new Error(`${what}: wanted ${shown(wanted)}, found ${shown(actual)}`);
    }
  },

  visible: (locator) => locator.waitFor({ state: "visible" }),
  hidden: (locator) => locator.waitFor({ state: "hidden" }),

  /** The element's visible text becomes this, with blanks run together, or matches this pattern. */
  text: (locator, wanted) =>
    becomes(`the text of ${locator}`, async () => (await locator.innerText()).replace(/\s+/g, " ").trim(), wanted),

  value: (locator, wanted) => becomes(`the value of ${locator}`, () => locator.inputValue(), wanted),
  count: (locator, wanted) => becomes(`the number of ${locator}`, () => locator.count(), wanted),
  attribute: (locator, name, wanted) => becomes(`${name} of ${locator}`, () => locator.getAttribute(name), wanted),
  focused: (locator) =>
    until(`${locator} has the focus`, () => locator.evaluate((element) => element === document.activeElement)),
  url: (page, wanted) => becomes("the address", async () => page.url(), wanted),
};
