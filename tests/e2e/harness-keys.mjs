// Keyboard twins: a story told again by somebody who has no pointer. In the twin's pages whatever a story does by a pointer,
// or by a focus set from outside, is done by walking there by Tab and arrow keys, and pressing what a person would press.
import { noteFocus, whereFocusWentLost } from "./harness-keys-page.mjs";
import { noteLoss, pointerOnly, Walker } from "./harness-keys-walker.mjs";

const tellers = new WeakMap();

/**
 * Follows how the story of a context without pages is told. Returns { acts, losses }, which go on counting: `acts` how often it
 * needed something else than a key so far, `losses` where the keyboard's focus went lost.
 */
export async function tell(context, isTwin) {
  const teller = { acts: 0, isTwin, last: "the start", losses: new Set() };
  tellers.set(context, teller);
  if (isTwin) {
    await context.addInitScript(noteFocus);
    // Whoever has no pointer has pressed a key before: the page loads what keeps the focus with the first.
    await context.addInitScript(() => addEventListener("load", () => dispatchEvent(new KeyboardEvent("keydown", { key: "Shift" }))));
  }
  context.on("page", (page) => {
    replaceActs(Object.getPrototypeOf(page.locator("html")));
    for (const device of [page.mouse, page.touchscreen]) {
      for (const act of ["click", "dblclick", "down", "move", "tap", "wheel"].filter((act) => act in device)) {
        const plainly = device[act].bind(device);
        device[act] = (...args) => begun(teller, () => pointerOnly(act), () => plainly(...args));
      }
    }
  });
  return teller;
}

/** Notes where the focus is nowhere at the end of a twin. */
export async function lookAtEnd(teller, context) {
  for (const page of teller.isTwin ? context.pages() : []) {
    await noteLoss(teller, () => page.evaluate(whereFocusWentLost));
  }
}

let isReplaced = false;

/** Once for all locators: those of pages that nobody follows act as ever. */
function replaceActs(locators) {
  for (const [act, byKeys] of isReplaced ? [] : Object.entries(BY_KEYS)) {
    const original = locators[act];
    locators[act] = function (...args) {
      const teller = tellers.get(this.page().context());
      const plainly = () => original.apply(this, args);
      return teller ? begun(teller, () => byKeys(new Walker(this, teller), ...args), plainly) : plainly();
    };
  }
  isReplaced = true;
}

function begun(teller, byKeys, plainly) {
  teller.acts += 1;
  return teller.isTwin ? byKeys() : plainly();
}

const BY_KEYS = {
  click: (walker, options) => walker.press(options),
  check: (walker, options) => walker.set(true, options),
  uncheck: (walker, options) => walker.set(false, options),
  setChecked: (walker, isOn, options) => walker.set(isOn, options),
  focus: (walker, options) => walker.walk(options),
  fill: (walker, text, options) => walker.fill(text, options),
  clear: (walker, options) => walker.fill("", options),
  press: async (walker, key, options) => (await walker.walk(options), await walker.key(key)),
  pressSequentially: async (walker, text, options) => (await walker.walk(options), await walker.keyboard.type(text)),
  selectOption: (walker, option, options) => walker.choose(option, options),
  setInputFiles: (walker, files, options) => walker.files(files, options),
  ...Object.fromEntries(["dblclick", "dispatchEvent", "dragTo", "hover", "tap"].map((act) => [act, () => pointerOnly(act)])),
};
