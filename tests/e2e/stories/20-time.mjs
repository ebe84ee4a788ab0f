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
  const stage = () => page.getByTestId("stage").locator("svg").first().evaluate((svg) => svg.outerHTML);
  const picture = await stage();
  await c.set("ana", "eggs", 12);
  await c.settle();
  const later = await c.carts();
  expect.ok(JSON.stringify(before) !== JSON.stringify(later), "the carts changed");
  await c.scrubTo(at);
  await expect.becomes("the carts", c.carts, before);
  await expect.becomes("the stage", stage, picture);
  await c.id("scrub").press("End");
  await expect.becomes("the carts", c.carts, later);
  // Event by event, too.
  await c.id("step").click();
  const between = { carts: await c.carts(), time: await c.timeNs(), stage: await stage() };
  await c.id("step").click();
  await c.id("step-back").click();
  await expect.becomes("the time", c.timeNs, between.time);
  await expect.becomes("the carts", c.carts, between.carts);
  await expect.becomes("the stage", stage, between.stage);
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
