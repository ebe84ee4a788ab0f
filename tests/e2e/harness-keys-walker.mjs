// Somebody who has only a keyboard, on the way to what a locator tells.
import { expect } from "./harness-expect.mjs";
import { bearing, options as optionsOf, place, pressed, whereFocusWentLost } from "./harness-keys-page.mjs";

const PATIENCE_MS = 10_000;

/** More presses than two rounds of tab stops: stops come and go. */
const SPARE_PRESSES = 12;
const RANGE_PRESSES = 400;

/** What is longer than this is pasted. */
const TYPED_LENGTH = 200;

export class Walker {
  constructor(locator, teller) {
    Object.assign(this, { locator, teller, page: locator.page(), keyboard: locator.page().keyboard });
  }

  async key(key) {
    await this.beKnown();
    this.teller.last = `${key} on ${this.locator}`;
    await this.keyboard.press(key);
  }

  /** Whoever has only keys has pressed one before: the page loads what keeps the focus with the first. */
  async beKnown() {
    const isKept = () => !document.querySelector("meta[name=replicascope-focus]") || document.documentElement.dataset.focus === "kept";
    if (!(await this.page.evaluate(isKept))) {
      await this.keyboard.press("Shift");
      await this.page.waitForFunction(isKept);
    }
  }

  /** Waits until it can be used, and moves the focus there, the shorter way round. */
  async walk({ timeout = PATIENCE_MS, force, position, button, modifiers, clickCount } = {}) {
    if (force || position || button || modifiers || clickCount) {
      pointerOnly("a press at a place or with more than one button");
    }
    await this.locator.waitFor({ state: "visible", timeout });
    await expect.until(`${this.locator} is enabled`, () => this.locator.isEnabled({ timeout }), { patience: timeout });
    await noteLoss(this.teller, () => this.locator.evaluate(whereFocusWentLost));
    let seen = await this.locator.evaluate(bearing);
    if (!seen.isReachable && seen.link) {
      await new Walker(this.page.locator(seen.link).first(), this.teller).press();
      seen = await this.locator.evaluate(bearing);
    }
    let left = 2 * seen.stops + SPARE_PRESSES;
    while (!seen.isThere) {
      if (left <= 0 || !seen.isReachable) {
        throw new Error(`${this.locator} cannot be reached by Tab: ${seen.isReachable ? `after two rounds ${seen.active} has the focus` : "it is no tab stop"}`);
      }
      left -= await this.goOn(seen);
      seen = await this.locator.evaluate(bearing);
    }
  }

  /** Presses what leads nearer, the shorter way round, and returns how often. A long way is not looked at step by step. */
  async goOn({ arrow, forward, backward }) {
    if (arrow) {
      await this.keyboard.press(arrow);
      return 1;
    }
    const presses = Math.max(1, Math.min(forward, backward) - 1);
    const shift = backward < forward;
    await (shift && this.keyboard.down("Shift"));
    await Promise.all(Array.from({ length: presses }, () => this.keyboard.press("Tab")));
    await (shift && this.keyboard.up("Shift"));
    return presses;
  }

  async press(options) {
    await this.walk(options);
    const key = await this.locator.evaluate(pressed);
    // What is only to have the focus has it now.
    if (key) {
      await this.key(key);
    }
  }

  async set(isOn, options) {
    await this.locator.waitFor({ state: "visible", ...options });
    if ((await this.locator.isChecked()) !== isOn) {
      await this.press(options);
    }
    expect.equal(await this.locator.isChecked(), isOn, `whether ${this.locator} is on`);
  }

  async fill(text, options) {
    await this.walk(options);
    if (await this.locator.evaluate((field) => field.type === "range")) {
      await this.slide(Number(text));
      return;
    }
    await this.key("Control+A");
    if (text === "") {
      await this.key("Delete");
    } else {
      await (text.length > TYPED_LENGTH ? this.keyboard.insertText(text) : this.keyboard.type(text));
    }
  }

  /** As near to the value as keys lead, and not beyond. */
  async slide(wanted) {
    let at = await this.locator.evaluate(place);
    if (Math.min(wanted - at.min, at.max - wanted) < Math.abs(wanted - at.value)) {
      await this.key(wanted - at.min < at.max - wanted ? "Home" : "End");
    }
    for (let left = RANGE_PRESSES; left > 0; left -= 1) {
      at = await this.locator.evaluate(place);
      const away = wanted - at.value;
      if (away >= 0 && away < at.step) {
        return;
      }
      await this.key(`${Math.abs(away) >= at.page ? "Page" : "Arrow"}${away > 0 ? "Up" : "Down"}`);
    }
    throw new Error(`keys do not lead ${this.locator} to ${wanted}: it is at ${at.value}`);
  }

  /** Opens the list, goes to the option, and takes it, so that the change comes once. */
  async choose(option, options) {
    await this.walk(options);
    const wanted = typeof option === "string" ? { value: option } : option;
    let way;
    await expect.until(`${this.locator} offers ${JSON.stringify(option)}`, async () => (way = await this.locator.evaluate(optionsOf, wanted)));
    if (way.steps === 0) {
      return;
    }
    await this.key("Alt+ArrowDown");
    for (let step = 0; step < Math.abs(way.steps); step += 1) {
      await this.key(way.steps > 0 ? "ArrowDown" : "ArrowUp");
    }
    await this.key("Enter");
  }

  /** The browser asks for files as soon as the field is pressed. */
  async files(files, options) {
    const [chooser] = await Promise.all([this.page.waitForEvent("filechooser"), this.press(options)]);
    await chooser.setFiles(files);
  }
}

/** There is no key for it. */
export function pointerOnly(act) {
  throw new Error(`${act} needs a pointer: tell the story with the option \`pointer\`, and another one that does the same by keyboard`);
}

/** A page that is gone, or goes at this moment, has no focus to lose. */
export async function noteLoss(teller, look) {
  const lost = await look().catch(() => undefined);
  if (lost) {
    teller.losses.add(`the focus went lost (it was on ${lost}), last key: ${teller.last}`);
  }
}
