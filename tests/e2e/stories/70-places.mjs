// Sites, links and people in the settings: by mouse, by keyboard alone, by dragging, and what is refused.
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

const RING = "?scenario=topology-ring";
const site = (c, index) => c.id(`place-site-${index}`);
const link = (c, index) => c.id(`place-link-${index}`);
const person = (c, index) => c.id(`place-person-${index}`);
const nameOf = (c, index) => c.id(`at-sites[${index}].name`);
const names = (page) => page.locator("[data-testid^='place-site-'] .item-name").evaluateAll((fields) => fields.map((field) => field.value));
const links = (page) => page.locator("[data-testid^='place-link-'] .item-title").evaluateAll((titles) => titles.map((title) => title.firstChild.data));
const onStage = (page) => page.locator(".zone-name").evaluateAll((texts) => texts.map((text) => text.textContent));

async function settings(told) {
  const c = cluster(told);
  await c.free();
  await c.id("tab-settings").click();
  await told.expect.visible(site(c, 0));
  return c;
}

/** Moves the focus forward until it is on the element, as a person does who has no mouse. */
async function tabTo(told, locator, key = "Tab") {
  const isThere = () => locator.evaluate((element) => element === document.activeElement);
  for (let step = 0; step < 200 && !(await isThere()); step += 1) {
    await told.page.keyboard.press(key);
  }
  await told.expect.focused(locator);
}

async function press(told, locator, { key = "Enter", by = "Tab" } = {}) {
  await tabTo(told, locator, by);
  await told.page.keyboard.press(key);
}

async function recipe(told, c) {
  await c.id("share").click();
  const address = await c.id("download").getAttribute("href");
  await c.id("dialog-close").click();
  return JSON.parse(decodeURIComponent(address.slice(address.indexOf(",") + 1))).setup;
}

story("a datacenter is added, linked and put into force by mouse", { path: RING }, async (told) => {
  const { expect, page } = told;
  const c = await settings(told);
  await expect.becomes("the sites", () => names(page), ["Oregon", "Virginia", "Ireland", "Tokyo"]);
  await expect.becomes("the sites on the stage", () => onStage(page), ["Oregon", "Virginia", "Ireland", "Tokyo"]);
  await expect.count(c.id("stage-draft"), 0);
  await c.id("add-datacenter").click();
  await expect.focused(nameOf(c, 4));
  await expect.text(c.id("settings-told"), "Frankfurt is added, not linked with any site yet.");
  await expect.text(site(c, 4), /No link leads here/);
  await nameOf(c, 4).fill("Lisbon");
  await nameOf(c, 4).press("Enter");
  // The draft stands on the stage before it runs.
  await expect.becomes("the sites on the stage", async () => (await onStage(page)).at(-1), "Lisbon");
  await expect.text(c.id("stage-draft"), /cannot be started like this yet/);
  await c.id("link-from").selectOption("4");
  await c.id("link-to").selectOption("4");
  await c.id("add-link").click();
  await expect.text(c.id("link-refusal"), "Lisbon – Lisbon: joins a site to itself");
  await c.id("link-to").selectOption("1");
  await c.id("add-link").click();
  await expect.text(c.id("link-refusal"), "");
  await expect.becomes("the last link", async () => (await links(page)).at(-1), "Lisbon – Virginia");
  const wire = (part) => c.id(`at-links[4].wire.${part}`);
  await link(c, 4).getByTestId("open").click();
  await c.id("links[4].wire.kind").selectOption("datagram");
  await c.id("links[4].wire.shape").selectOption("uniform");
  for (const [field, value] of [[wire("latency"), "20"], [c.id("links[4].wire.second"), "30.5"], [wire("loss_per_million"), "2.5"]]) {
    await field.fill(value);
    await field.press("Enter");
  }
  await expect.text(link(c, 4).locator("h3").first(), /25\.3 ms ± 5\.3, datagrams, 2\.5 % lost/);
  await c.id("apply").click();
  // This scenario's ring runs one way round: the new site is in nobody's way, but the ring is not closed over it.
  await expect.text(c.id("settings-refusal"), /a one-way ring needs a link from Tokyo to Lisbon/);
  await c.id("topology-ring").click();
  await expect.becomes("the links", () => links(page), ["Oregon – Virginia", "Virginia – Ireland", "Ireland – Tokyo", "Tokyo – Lisbon", "Lisbon – Oregon"]);
  await expect.text(c.id("settings-refusal"), "");
  await expect.text(c.id("stage-draft"), /as it would start/);
  await c.id("apply").click();
  await expect.count(c.id("stage-draft"), 0);
  await expect.becomes("the time", c.timeNs, 0n);
  await expect.becomes("the sites on the stage", () => onStage(page), ["Oregon", "Virginia", "Ireland", "Tokyo", "Lisbon"]);
  await expect.visible(c.id("replica-4"));
  const setup = await recipe(told, c);
  expect.equal(setup.sites.at(-1), { name: "Lisbon", kind: "datacenter", node_count: 1, spare_count: 0 }, "the new site in the recipe");
  expect.equal(setup.links.map(({ a, b }) => [a, b]), [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]], "the links in the recipe");
  await c.id("undo-settings").click();
  await expect.becomes("the sites", () => names(page), ["Oregon", "Virginia", "Ireland", "Tokyo"]);
});

story("a site is added, linked, moved and removed by keyboard alone", { path: RING }, async (told) => {
  const { expect, page } = told;
  const c = await settings(told);
  await press(told, c.id("add-datacenter"));
  await expect.focused(nameOf(c, 4));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Lisbon");
  await press(told, c.id("topology-ring"));
  await expect.becomes("the links", async () => (await links(page)).length, 5);
  await expect.becomes("the name", () => nameOf(c, 4).inputValue(), "Lisbon");
  // The focus follows the site that moves.
  await press(told, site(c, 4).getByTestId("earlier"), { by: "Shift+Tab" });
  await expect.becomes("the sites", () => names(page), ["Oregon", "Virginia", "Ireland", "Lisbon", "Tokyo"]);
  await expect.focused(site(c, 3).getByTestId("earlier"));
  await page.keyboard.press("Enter");
  await expect.becomes("the sites", () => names(page), ["Oregon", "Virginia", "Lisbon", "Ireland", "Tokyo"]);
  // A field that is wrong is where one is led to.
  await tabTo(told, c.id("at-sites[2].node_count"), "Shift+Tab");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("70");
  await page.keyboard.press("Enter");
  await expect.attribute(c.id("at-sites[2].node_count"), "aria-invalid", "true");
  await expect.text(page.locator("[id='at-sites[2].node_count-refusal']"), "70 is not between 1 and 64");
  await expect.text(c.id("settings-refusal"), "Site 3, nodes: 70 is not between 1 and 64");
  await press(told, c.id("apply"), { by: "Shift+Tab" });
  await expect.focused(c.id("at-sites[2].node_count"));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("1");
  await page.keyboard.press("Enter");
  await expect.text(c.id("settings-refusal"), "Forwarding: a one-way ring needs a link from Virginia to Lisbon");
  // Cho stands in Tokyo: she moves, and the page says so.
  await expect.becomes("where Cho is", () => c.id("person-site-1").inputValue(), "4");
  await press(told, site(c, 4).getByTestId("remove"));
  await expect.text(c.id("settings-told"), /^Tokyo is removed with 2 links\. Moved to \w+: Cho\.$/);
  await expect.focused(site(c, 3).getByTestId("remove"));
  await press(told, c.id("topology-ring"));
  await expect.text(c.id("settings-refusal"), "");
  await press(told, c.id("apply"), { by: "Shift+Tab" });
  await expect.count(c.id("stage-draft"), 0);
  await expect.becomes("the sites on the stage", () => onStage(page), ["Oregon", "Virginia", "Lisbon", "Ireland"]);
  await expect.visible(c.id("person-1"));
});

const DRAGGED = { path: RING, pointer: "drags; by keyboard: a site is added, linked, moved and removed by keyboard alone" };

story("a site is dragged on the stage to the place of another one", DRAGGED, async (told) => {
  const { expect, page } = told;
  const c = await settings(told);
  const middle = async (name) => {
    const box = await c.id(name).boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  await page.mouse.move(...(await middle("handle-0")));
  await page.mouse.down();
  await expect.attribute(c.id("handle-0"), "class", /zone-dragged/);
  await page.mouse.move(...(await middle("handle-2")), { steps: 5 });
  await expect.attribute(c.id("handle-2"), "class", /zone-target/);
  await page.mouse.up();
  await expect.becomes("the sites", () => names(page), ["Virginia", "Ireland", "Oregon", "Tokyo"]);
  await expect.becomes("the sites on the stage", () => onStage(page), ["Virginia", "Ireland", "Oregon", "Tokyo"]);
  await expect.text(c.id("settings-told"), "Oregon is site 3 of 4 now.");
  await expect.becomes("the links", () => links(page), ["Oregon – Virginia", "Virginia – Ireland", "Ireland – Tokyo", "Tokyo – Oregon"]);
});

story("a replica of the draft leads to the fields of its site, and the draft is discarded", { path: RING }, async (told) => {
  const { expect, page } = told;
  const c = await settings(told);
  await site(c, 0).getByTestId("later").click();
  await expect.becomes("the sites on the stage", () => onStage(page), ["Virginia", "Oregon", "Ireland", "Tokyo"]);
  await c.id("replica-2").locator("[role=button]").focus();
  await page.keyboard.press("Enter");
  await expect.focused(nameOf(c, 2));
  await c.id("discard").click();
  await expect.becomes("the sites", () => names(page), ["Oregon", "Virginia", "Ireland", "Tokyo"]);
  await expect.count(c.id("stage-draft"), 0);
});

story("of one leader, another site can lead first", { path: "?scenario=offline-leader" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await c.id("tab-settings").click();
  await c.id("load-catalogue").click();
  await expect.until("the other program is there", async () => page.url().includes("#v1."));
  await c.free();
  await c.id("tab-settings").click();
  await c.id("strategy").selectOption("single-leader");
  await expect.text(site(c, 0), /leads first/);
  await site(c, 1).getByTestId("lead-first").click();
  await expect.becomes("the sites", async () => (await names(page)).slice(0, 2), ["Ireland", "Oregon"]);
  await expect.text(site(c, 0), /leads first/);
  // Who sits at a device leaves with it.
  await site(c, 2).getByTestId("remove").click();
  await expect.text(c.id("settings-told"), /Removed with it: You\./);
  await c.id("add-person").click();
  await expect.focused(c.id("at-sessions[2].author"));
  await c.id("person-site-2").selectOption("1");
  await c.id("apply").click();
  await expect.becomes("the sites on the stage", () => onStage(page), ["Ireland", "Oregon"]);
  const setup = await recipe(told, c);
  expect.equal(setup.sessions.map(({ author, site }) => [author, site]), [["Ana", 1], ["Ben", 0], ["You", 1]], "the people in the recipe");
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`sites and links without an accessibility violation: ${colorScheme}, ${width} px`, { colorScheme, viewport, path: RING }, async (told) => {
      const { axe, expect, page } = told;
      const c = await settings(told);
      await c.id("add-device").click();
      await c.id("topology-mesh").click();
      await link(c, 0).getByTestId("open").click();
      await link(c, 0).getByTestId("separate").check();
      await expect.visible(c.id("at-links[0].back.latency"));
      await nameOf(c, 1).fill("A datacenter with a name that is rather long for its field");
      await nameOf(c, 1).press("Enter");
      await c.id("at-links[0].back.latency").fill("70000");
      await c.id("at-links[0].back.latency").press("Enter");
      await expect.attribute(c.id("at-links[0].back.latency"), "aria-invalid", "true");
      await axe();
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect.ok(widths[0] <= widths[1], `${widths[0]} px on a screen of ${widths[1]} px`);
      await c.id("at-links[0].back.latency").fill("70");
      await c.id("at-links[0].back.latency").press("Enter");
      await expect.visible(c.id("stage-draft"));
      await axe();
    });
  }
}
