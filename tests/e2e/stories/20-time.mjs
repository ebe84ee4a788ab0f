import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

story("scrubbing back shows the earlier state exactly", {}, async (told) => {
  const { page, expect } = told;
  const c = cluster(told);
  await c.free();
  await c.offline();
  await c.remove("you", "milk");
  await c.settle();
  const at = await c.timeNs();
  const before = await c.carts();
  const picture = await page.getByTestId("stage").evaluate((stage) => stage.outerHTML);
  await c.set("ana", "eggs", 12);
  await c.settle();
  const later = await c.carts();
  expect.ok(JSON.stringify(before) !== JSON.stringify(later), "the carts changed");
  const scrub = c.id("scrub");
  await scrub.evaluate((input, ns) => {
    input.value = String(Number(ns));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, String(at));
  await expect.becomes("the time", c.timeNs, at);
  await expect.becomes("the carts", c.carts, before);
  await expect.becomes("the stage", () => page.getByTestId("stage").evaluate((stage) => stage.outerHTML), picture);
});

story("the same seed gives the same run", {}, async (told) => {
  const { expect, open, page } = told;
  const c = cluster(told);
  const run = async () => {
    await c.free();
    await c.settle();
    await c.id("tab-replica").click();
    return { fingerprint: await c.fingerprint(), time: String(await c.timeNs()) };
  };
  const first = await run();
  await page.evaluate(() => localStorage.clear());
  await open();
  expect.equal(await run(), first, "fingerprint and time of the second run");
});
