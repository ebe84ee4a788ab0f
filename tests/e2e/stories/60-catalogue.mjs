// The program with everything: the list of scenarios, plain records, settings, faults of single nodes and messages, proofs.
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

const wire = (us) => ({ kind: "stream", latency: { constant: { us } }, loss_per_million: 0, duplicate_per_million: 0 });
const person = (author) => ({ author, site: 0, access: { constant: { us: 2000 } }, workload: "idle", reads: "home" });
const leaderless = {
  version: 1,
  setup: {
    strategy: "leaderless",
    sites: [{ name: "Oregon", kind: "datacenter", node_count: 3, spare_count: 0 }],
    links: [],
    inside: wire(5000),
    sessions: [person("Ana"), person("Ben")],
    mode: "last-write",
    cart: [],
    dials: {},
  },
  seed: "7",
  commands: [],
};

const record = (c, node, key) => c.id(`records-${node}`).getByTestId(`record-${key}`);
const holds = (told, c, node, key, value) => told.expect.attribute(record(c, node, key), "data-value", value);

async function write(c, person, key, value) {
  const form = c.id(`person-${person}`);
  await form.getByTestId("key").fill(key);
  await form.getByTestId("value").fill(value);
  await form.getByTestId("write").click();
}

story("a scenario is found and opened by keyboard, and a reload opens it again", {}, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await page.keyboard.press("s");
  await expect.focused(c.id("scenario-search"));
  await expect.attribute(c.id("scenario-offline-leader"), "aria-current", "true");
  await page.keyboard.type("ring leader");
  await expect.count(page.locator(".entry"), 1);
  await page.keyboard.press("ArrowDown");
  await expect.focused(c.id("scenario-topology-ring"));
  await page.keyboard.press("ArrowUp");
  await expect.focused(c.id("scenario-search"));
  await page.keyboard.press("Enter");
  await expect.url(page, /\?scenario=topology-ring$/);
  await expect.text(c.id("scenario"), /ring/i);
  await expect.visible(c.id("records-3"));
  await page.reload();
  await expect.text(c.id("scenario"), /ring/i);
  await page.keyboard.press("s");
  await expect.focused(c.id("scenario-search"));
  await page.keyboard.press("Escape");
  await expect.count(page.locator("dialog"), 0);
});

story("the first program is not loaded with the whole catalogue, nor the other way round", {}, async (told) => {
  const { expect, open, server } = told;
  const c = cluster(told);
  const asked = () => server.requests.splice(0).filter((path) => path.endsWith(".wasm")).map((path) => path.replace(/.*\/(replicascope-[a-z]+).*/, "$1"));
  await c.ready();
  asked();
  await open("?again");
  await c.ready();
  expect.equal(asked(), ["replicascope-app"], "the programs of the opening scene");
  await open("?scenario=write-conflict-lww");
  await expect.visible(c.id("records"));
  expect.equal(asked(), ["replicascope-catalogue"], "the programs of another scenario");
});

story("the run goes on in the program with everything", {}, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.free();
  await c.set("ana", "eggs", 9);
  await c.settle();
  await c.id("tab-settings").click();
  await c.id("load-catalogue").click();
  await expect.until("the other program is there", async () => told.page.url().includes("#v1."));
  await expect.visible(c.id("guide-reopen"));
  await c.everywhere("eggs:9,milk:2");
  await c.id("tab-settings").click();
  await expect.visible(c.id("strategy"));
});

story("plain records are read, written and deleted", { path: "?scenario=write-conflict-lww" }, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.free();
  await write(c, 0, "page", "first");
  await c.settle();
  await holds(told, c, 0, "page", "first");
  await holds(told, c, 1, "page", "first");
  await c.id("person-1").getByTestId("key").fill("page");
  await c.id("person-1").getByTestId("read").click();
  await c.settle();
  await expect.text(c.id("person-1").getByTestId("answer"), "reads page → first");
  // What one leader has and the other not yet is marked.
  await write(c, 0, "page", "second");
  await expect.until("a difference is marked", async () => (await told.page.locator("[data-different=true]").count()) > 0);
  await c.settle();
  await expect.count(told.page.locator("[data-different=true]"), 0);
  await c.id("person-0").getByTestId("delete").click();
  await c.settle();
  await expect.text(c.id("person-0").getByTestId("answer"), "deletes page → done");
});

story("a pasted recipe of another strategy opens in the program with everything", {}, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.free();
  await c.id("share").click();
  await c.id("paste").fill(JSON.stringify(leaderless));
  await c.id("open-paste").click();
  await expect.visible(c.id("records-2"));
  await expect.text(c.id("scenario"), /own/);
  await write(c, 0, "page", "7");
  await c.settle();
  for (const node of [0, 1, 2]) {
    await holds(told, c, node, "page", "7");
  }
});

story("settings are refused at their field, put into force by a restart, and undone", { path: "?scenario=topology-ring" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await write(c, 0, "page", "kept?");
  await c.settle();
  await c.id("tab-settings").click();
  await expect.ok(await c.id("apply").isDisabled(), "nothing is changed yet");
  const store = c.id("setting-persist_us");
  const before = await store.inputValue();
  await store.fill("70000000");
  await store.press("Enter");
  await expect.attribute(store, "aria-invalid", "true");
  await expect.text(page.locator("#setting-persist_us-refusal"), /between 0 and 60000000/);
  await store.fill("2500");
  await store.press("Enter");
  await expect.attribute(store, "aria-invalid", "false");
  await c.id("apply").click();
  await expect.becomes("the time", c.timeNs, 0n);
  await expect.count(record(c, 0, "page"), 0);
  await expect.value(store, "2500");
  await c.id("undo-settings").click();
  await expect.value(store, before);
  // Another strategy brings its own dials.
  const dials = () => page.locator(".setting").count();
  const own = await dials();
  const strategies = await c.id("strategy").locator("option").evaluateAll((options) => options.map((option) => option.value));
  const counts = new Set([own]);
  for (const strategy of strategies) {
    await c.id("strategy").selectOption(strategy);
    await expect.value(c.id("strategy"), strategy);
    counts.add(await dials());
  }
  expect.ok(strategies.length >= 3 && counts.size >= 2, "strategies differ in their dials");
});

story("a paused node answers nothing until it goes on, a split keeps groups apart", { path: "?scenario=write-conflict-lww" }, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.free();
  await c.id("tab-faults").click();
  const ireland = c.id("fault-node-1");
  await ireland.getByTestId("pause").click();
  await expect.text(ireland, /stands still/);
  await expect.attribute(c.id("replica-1"), "class", /replica-paused/);
  await ireland.getByTestId("pause").click();
  await c.id("group-0").selectOption("A");
  await c.id("group-1").selectOption("B");
  await c.id("split").click();
  await write(c, 0, "page", "1");
  await expect.until("Oregon has it", async () => (await record(c, 0, "page").count()) === 1);
  await c.settle();
  await expect.attribute(record(c, 1, "page"), "data-value", "");
  await c.id("heal-all").click();
  await c.settle();
  await holds(told, c, 1, "page", "1");
});

story("a message is held by keyboard and let go", { path: "?scenario=write-conflict-lww" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await c.settle();
  await c.id("tab-faults").click();
  // While stepping, acting does not start the time.
  await c.id("step").click();
  await write(c, 0, "page", "1");
  const batch = page.locator("[data-testid^=message-]", { hasText: "batch of writes, Oregon → Ireland" });
  await expect.until("the write is on its way", async () => (await batch.count()) > 0 || (await c.id("step").click(), false));
  const first = c.id(await batch.first().getAttribute("data-testid"));
  await first.getByTestId("hold").focus();
  await page.keyboard.press("Enter");
  await expect.text(first, /held/);
  for (let step = 0; step < 20; step += 1) {
    await c.id("step").click();
  }
  await expect.attribute(record(c, 1, "page"), "data-value", "");
  await first.getByTestId("hold").focus();
  await page.keyboard.press("Enter");
  await c.settle();
  await holds(told, c, 1, "page", "1");
});

story("a violated guarantee shows what proves it, in the events and on the stage", { path: "?scenario=consistent-prefix", reducedMotion: "reduce" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  const count = Number((await c.id("lesson-count").innerText()).match(/of (\d+)/)[1]);
  for (let step = 1; step < count; step += 1) {
    if (await c.id("answer-0").count()) {
      await c.id("answer-0").click();
    }
    await c.id("lesson-next").click();
    await expect.text(c.id("lesson-count"), new RegExp(`^${step + 1} of ${count}`));
    await expect.attribute(c.id("play"), "data-state", "paused");
  }
  await c.id("tab-verdicts").click();
  const violated = page.locator(".verdict-violated");
  await expect.until("something is violated", async () => (await violated.count()) > 0);
  await violated.getByTestId("show-proof").first().click();
  await expect.visible(c.id("proof"));
  await expect.until("its operations are marked", async () => (await page.locator("[data-testid=events] .event-marked").count()) > 0);
  await expect.until("its nodes are ringed", async () => (await page.locator(".replica-ringed").count()) > 0);
  await c.id("clear-proof").click();
  await expect.count(page.locator(".replica-ringed"), 0);
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`plain records without an accessibility violation: ${colorScheme}, ${width} px`, { colorScheme, viewport, path: "?scenario=topology-ring" }, async (told) => {
      const { axe, expect, page } = told;
      const c = cluster(told);
      await c.free();
      await write(c, 0, "page", "a rather long value that has to be broken somewhere");
      for (let step = 0; step < 6; step += 1) {
        await c.id("step").click();
      }
      for (const tab of ["verdicts", "replica", "faults", "settings"]) {
        await c.id(`tab-${tab}`).click();
        await axe();
        const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect.ok(width[0] <= width[1], `${tab}: ${width[0]} px on a screen of ${width[1]} px`);
      }
      await c.id("scenario").click();
      await axe();
    });
  }
}
