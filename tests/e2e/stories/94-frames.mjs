// What a run that plays shows, what it says, and what is changed without being looked for.
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

const RING = "?scenario=topology-ring";
const STILL = { reducedMotion: "reduce" };

/** A few people who write and read all the time. */
function busy() {
  const wire = { kind: "datagram", latency: { uniform: { min_us: 4_000, max_us: 8_000 } }, loss_per_million: 0, duplicate_per_million: 0 };
  const person = (author) => ({ author, site: 0, access: null, workload: { alternate: { key: "k" } }, reads: "home" });
  const sites = [{ name: "Oregon", kind: "datacenter", node_count: 3, spare_count: 0 }];
  const sessions = ["Ana", "Ben", "Cho", "Dan"].map(person);
  const setup = { strategy: "leaderless", sites, links: [], inside: wire, sessions, mode: "last-write", cart: [], dials: {} };
  return `#${encodeURIComponent(JSON.stringify({ version: 1, setup, seed: "7", commands: [], open: { at_ns: 100_000_000 } }))}`;
}

/** All that the page says of the run. */
const page = (told, tab) =>
  told.page.evaluate(
    (tab) => ["[data-testid=stage]", "[data-testid=records]", "#panel-content", `#tab-${tab}`].map((part) => document.querySelector(part).textContent),
    tab,
  );

for (const tab of ["replica", "verdicts", "events"]) {
  story(`a busy run that is paused shows the moment at which it is, in the stage, the cards and the tab ${tab}`, { path: busy() }, async (told) => {
    const { expect } = told;
    const c = cluster(told);
    await c.ready();
    await c.id(`tab-${tab}`).click();
    const at = () => c.id("time").getAttribute("data-ns").then(Number);
    for (let turn = 0; turn < 4; turn += 1) {
      const start = await at();
      await c.id("play").click();
      // Not one length of time for all turns: each ends in the midst of other parts' turns.
      await expect.until("time passes", async () => (await at()) > start + 3_000_000 * (turn + 1));
      await c.id("play").click();
      await expect.attribute(c.id("play"), "data-state", "paused");
      const shown = await page(told, tab);
      // Anything that is not a frame draws everything anew.
      await c.id("heartbeats").click();
      await c.id("heartbeats").click();
      expect.equal(await page(told, tab), shown, "what the page shows");
    }
  });
}

story("what is said to those who hear the page is chosen in the events tab, and remembered", { path: RING, ...STILL }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await c.id("tab-events").click();
  const live = () => c.id("live").textContent();
  const write = async (value) => {
    await c.id("person-0").getByTestId("key").fill("k");
    await c.id("person-0").getByTestId("value").fill(value);
    await c.id("person-0").getByTestId("write").click();
    await c.settle();
  };
  await c.id("aloud").selectOption("off");
  await write("one");
  expect.equal(await live(), "", "what is said when nothing is to be said");
  await c.id("aloud").selectOption("important");
  await c.id("step").click();
  await c.id("person-0").getByTestId("value").fill("two");
  await c.id("person-0").getByTestId("write").click();
  await expect.becomes("what is said of a write", live, /two/);
  await c.id("aloud").selectOption("everything");
  await c.settle();
  await expect.becomes("what is said of everything", live, /more before\. .*(receives|sends|reads|durable)/);
  await page.reload();
  await c.ready();
  await c.id("tab-events").click();
  await expect.becomes("the choice", () => c.id("aloud").inputValue(), "everything");
});

story("an end of a link is moved by keyboard to another site that it can stand at", { path: RING, ...STILL }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await c.id("tab-settings").click();
  const link = c.id("place-link-0");
  await link.getByTestId("open").click();
  const end = c.id("link-b-0");
  await end.focus();
  // Oregon – Virginia becomes Oregon – Ireland, which the ring has not.
  await page.keyboard.press("ArrowDown");
  await expect.text(c.id("settings-told"), "The link Oregon – Virginia joins Oregon and Ireland now.");
  await expect.text(link.locator("h3").first(), /Oregon – Ireland/);
  await expect.focused(end);
  // Not Oregon itself, nor Tokyo, which it is linked with.
  await expect.becomes("the sites to choose from", () => end.locator("option").allTextContents(), ["2 Virginia", "3 Ireland"]);
  await end.selectOption("1");
  await expect.text(link.locator("h3").first(), /Oregon – Virginia/);
});

story("the help lists the keys of the space-time diagram", { path: RING }, async (told) => {
  const c = cluster(told);
  await c.ready();
  await told.page.keyboard.press("?");
  await told.expect.text(c.id("help-dialog"), /in the space-time diagram: choose an event/);
});
