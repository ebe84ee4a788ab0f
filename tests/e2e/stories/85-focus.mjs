// Where the keyboard's focus goes when its control goes. That it is never nowhere is looked at by every twin.
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

/** What has the focus: whether a key pressed there would do something, and what it stands in. */
const focused = (page) =>
  page.evaluate(() => {
    const active = document.activeElement;
    return { isControl: active.tabIndex >= 0, isBody: active === document.body, near: active.closest("[data-testid]")?.dataset.testid };
  });

/** Whoever uses keys has pressed one before: the first loads what keeps the focus. */
async function byKeys(page) {
  await page.keyboard.press("Shift");
  await page.waitForFunction(() => document.documentElement.dataset.focus === "kept");
}

story("what is removed by keyboard leaves the focus at its place, on no control, and the way goes on there", {}, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await byKeys(page);
  await c.line("you", "eggs").getByTestId("remove").focus();
  await page.keyboard.press("Enter");
  await expect.count(c.line("you", "eggs"), 0);
  await expect.becomes("the focus", () => focused(page), { isControl: false, isBody: false, near: "line-milk" });
  // The same key again removes nothing else; the next stop is what stood behind it.
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect.until("the next line has it", () => c.line("you", "milk").evaluate((line) => line.contains(document.activeElement)));
  await expect.count(c.line("you", "milk").locator("[tabindex='-1']"), 0);
});

story("a control that can be used no more gives the focus to what it stands in", { path: "?scenario=topology-ring" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await byKeys(page);
  await c.id("tab-settings").click();
  await c.id("setting-persist_us").fill("2500");
  await c.id("setting-persist_us").press("Enter");
  await c.id("apply").focus();
  await page.keyboard.press("Enter");
  await expect.becomes("whether it can be used", () => c.id("apply").isDisabled(), true);
  const holds = (button) => document.activeElement !== document.body && document.activeElement.tabIndex < 0 && document.activeElement.contains(button);
  await expect.until("what it stands in has the focus", () => c.id("apply").evaluate(holds));
});

story("a dialog whose opener is gone leaves the focus where the opener stood", { path: "?scenario=single-leader-async" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await byKeys(page);
  const message = page.locator(".grips-messages .grip").first();
  await c.id("step").click();
  await page.getByRole("button", { name: "Write" }).first().click();
  for (let step = 0; step < 60 && (await message.count()) === 0; step += 1) {
    await c.id("step").click();
  }
  await message.focus();
  await page.keyboard.press("Enter");
  const dialog = c.id("handle-dialog");
  await dialog.getByTestId("drop").focus();
  await page.keyboard.press("Enter");
  await expect.visible(c.id("handle-gone"));
  await page.keyboard.press("Escape");
  await expect.count(dialog, 0);
  await expect.until("the stage has the focus", () => c.id("stage").evaluate((stage) => stage.contains(document.activeElement)));
});

const BY_POINTER = { pointer: "is about what is left to a pointer; by keyboard: what is removed by keyboard leaves the focus at its place, on no control, and the way goes on there" };

story("a press of a pointer moves no focus by itself, and the keys of the page go on", BY_POINTER, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  await byKeys(page);
  await page.keyboard.press("?");
  await page.keyboard.press("Escape");
  await c.id("guide-close").click();
  await expect.visible(c.id("guide-reopen"));
  await expect.becomes("the focus", async () => (await focused(page)).isBody, true);
  await page.keyboard.press(" ");
  await expect.attribute(c.id("play"), "data-state", "playing");
});
