import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

const oceanLink = (page) => page.locator("li.fault", { hasText: "Latency" }).filter({ hasText: "Ireland" }).first();

story("a cut link keeps the datacenters apart until it heals", {}, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await c.id("tab-faults").click();
  const cuts = oceanLink(page).getByRole("button", { name: /^Cut / });
  await expect.count(cuts, 2);
  await cuts.first().click();
  await expect.count(cuts, 1);
  await cuts.first().click();
  await expect.count(cuts, 0);
  await c.set("ana", "eggs", 9);
  await c.settle();
  await expect.attribute(c.id("replica-1"), "data-cart", "eggs:9,milk:2");
  await expect.attribute(c.id("replica-2"), "data-cart", "eggs:6,milk:2");
  await c.id("heal-all").click();
  await c.settle();
  await c.everywhere("eggs:9,milk:2");
});

story("a changed latency shows and counts", {}, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await c.settle();
  await c.id("tab-faults").click();
  const latency = oceanLink(page).getByRole("spinbutton", { name: /latency/i });
  await latency.fill("900");
  await latency.press("Enter");
  await expect.text(page.getByTestId("stage"), /900 ms/);
  await c.settle();
  const before = await c.timeNs();
  await c.set("ana", "eggs", 9);
  await c.settle();
  expect.ok((await c.timeNs()) - before > 900_000_000n, "Ireland's acknowledgement took more than the new latency");
  await c.everywhere("eggs:9,milk:2");
});

story("a crashed leader is replaced, and loses nothing when it returns", {}, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.free();
  await c.settle();
  await c.set("ana", "eggs", 7);
  await c.settle();
  await c.id("tab-faults").click();
  await c.id("fault-node-0").getByTestId("crash").click();
  await expect.text(c.id("fault-node-0"), /down/);
  await c.id("fault-node-1").getByTestId("promote").click();
  await expect.attribute(c.id("replica-1"), "data-role", /leader/i);
  await c.set("ana", "eggs", 9);
  await c.settle();
  await c.id("fault-node-0").getByTestId("crash").click();
  await c.settle();
  await expect.attribute(c.id("replica-0"), "data-role", /follower/i);
  await c.everywhere("eggs:9,milk:2");
  await c.id("tab-verdicts").click();
  await expect.attribute(c.id("verdict-accounted-for"), "data-state", /holds|ok|yes/i);
  await c.id("tab-events").click();
  await expect.text(c.id("events"), /leader/i);
});
