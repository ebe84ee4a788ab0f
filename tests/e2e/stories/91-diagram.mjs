// The space-time diagram, the charts over time, and what the Share dialog saves and opens.
import { readFile } from "node:fs/promises";
import { busy } from "../busy.mjs";
import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

const CONFLICT = "?scenario=write-conflict-lww";
const LAG = "?scenario=single-leader-async";

/** Two writes that meet: neither leader has seen the other's. While stepping, acting does not start the time. */
async function played(told) {
  const c = cluster(told);
  await c.free();
  await c.id("step").click();
  for (const person of [0, 1]) {
    const form = c.id(`person-${person}`);
    await form.getByTestId("key").fill("page");
    await form.getByTestId("value").fill(`v${person}`);
    await form.getByTestId("write").click();
  }
  await c.settle();
  return c;
}

const number = async (c, name) => Number(await c.id("diagram-picture").getAttribute(name));
const span = async (c) => (await number(c, "data-to-ns")) - (await number(c, "data-from-ns"));

/** The middle of the picture's box, moved by shares of its width and height. */
async function place(c, x, y = 0.5) {
  const box = await c.id("diagram-frame").boundingBox();
  return [box.x + box.width * x, box.y + box.height * y];
}

/** The x of the cursor on the screen. */
const cursor = async (c) => (await c.id("diagram-now").boundingBox()).x;

async function saved(told, locator) {
  const [download] = await Promise.all([told.page.waitForEvent("download"), locator.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

story("the diagram draws the run, and its cursor is the transport's", { path: CONFLICT, reducedMotion: "reduce" }, async (told) => {
  const { expect } = told;
  const c = await played(told);
  await c.id("diagram-whole").click();
  await expect.until("all is drawn", async () => (await number(c, "data-messages")) >= 4 && (await number(c, "data-operations")) === 2);
  await expect.until("conflicts are marked", async () => (await c.id("diagram-picture").locator(".sign-conflict").count()) === 1);
  await expect.text(c.id("diagram-summary"), /messages?, 2 operations, \d+ marks/);
  const messages = await number(c, "data-messages");
  const before = await cursor(c);
  await c.id("step-back").click();
  await expect.becomes("the cursor", () => c.id("diagram-now").getAttribute("data-ns"), String(await c.timeNs()));
  for (let step = 0; step < 4; step += 1) {
    await c.id("step-back").click();
  }
  await expect.until("the cursor moved left", async () => (await cursor(c)) < before);
  await expect.becomes("what is known stays", () => number(c, "data-messages"), messages);
});

const POINTED = { path: CONFLICT, reducedMotion: "reduce", pointer: "hovers, drags or turns the wheel; by keyboard: the diagram by keyboard alone" };

story("the window is zoomed and moved by buttons, wheel and drag", POINTED, async (told) => {
  const { expect, page } = told;
  const c = await played(told);
  await c.id("diagram-whole").click();
  const whole = await span(c);
  await c.id("diagram-in").click();
  await expect.until("half of it", async () => Math.abs((await span(c)) - whole / 2) < whole / 100);
  await c.id("diagram-later").click();
  await expect.until("it moved", async () => (await number(c, "data-from-ns")) > whole / 3);
  await c.id("diagram-whole").click();
  // A wheel alone scrolls the page; with Ctrl it zooms at the pointer.
  await page.mouse.move(...(await place(c, 0.6)));
  await page.mouse.wheel(0, 50);
  await expect.becomes("the window", () => span(c), whole);
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(...(await place(c, 0.6)));
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -240);
  await page.keyboard.up("Control");
  await expect.until("it is smaller", async () => (await span(c)) < whole * 0.7);
  const from = await number(c, "data-from-ns");
  await page.mouse.move(...(await place(c, 0.5, 0.95)));
  await page.mouse.down();
  await page.mouse.move(...(await place(c, 0.8, 0.95)), { steps: 4 });
  await page.mouse.up();
  await expect.until("it was dragged back", async () => (await number(c, "data-from-ns")) < from);
  await expect.count(c.id("diagram-chosen"), 0);
  await c.id("diagram-follow").click();
  await expect.attribute(c.id("diagram-follow"), "aria-pressed", "true");
});

story("diagram, stage and event list light each other, and a press goes to the moment", POINTED, async (told) => {
  const { expect, page } = told;
  const c = await played(told);
  await c.id("tab-events").click();
  await c.id("diagram-whole").click();
  // From the list to the diagram and the stage.
  const line = page.locator(".event-conflict").first();
  await line.hover();
  await expect.visible(c.id("diagram-lit"));
  await expect.count(page.locator(".replica-ringed"), 1);
  await expect.attribute(line, "data-lit", "");
  await c.id("play").hover();
  await expect.count(c.id("diagram-lit"), 0);
  // From the stage to the lane.
  await c.id("replica-1").hover();
  await expect.count(c.id("diagram-picture").locator(".lane-lit"), 1);
  // From the diagram to the list: along a lane until something is near.
  const sign = await c.id("diagram-picture").locator(".sign-conflict").boundingBox();
  const spot = [sign.x + 9, sign.y + sign.height - 9];
  await page.mouse.move(...spot);
  await expect.visible(c.id("diagram-lit"));
  await expect.until("its line is lit", async () => (await page.locator(".event[data-lit]").count()) > 0);
  await page.mouse.down();
  await page.mouse.up();
  await expect.text(c.id("diagram-chosen"), /conflict|seen/i);
  await expect.text(c.id("diagram-cone"), /influenced by \d+ events? \(solid\)/);
  await expect.until("its past is drawn", async () => (await c.id("diagram-picture").locator(".lane-past").count()) === 1);
  const end = await c.timeNs();
  await c.id("diagram-go").click();
  await expect.until("the run is there", async () => (await c.timeNs()) < end);
  await c.id("diagram-clear").click();
  await expect.count(c.id("diagram-chosen"), 0);
});

story("the diagram by keyboard alone", { path: CONFLICT, reducedMotion: "reduce" }, async (told) => {
  const { expect, page } = told;
  const c = await played(told);
  await c.id("tab-events").click();
  const end = await c.timeNs();
  const isThere = () => c.id("diagram-frame").evaluate((element) => element === document.activeElement);
  await page.locator("#main").focus();
  for (let step = 0; step < 100 && !(await isThere()); step += 1) {
    await page.keyboard.press("Tab");
  }
  await expect.focused(c.id("diagram-frame"));
  await page.keyboard.press("ArrowLeft");
  const chosen = async () => Number(await c.id("diagram-chosen").getAttribute("data-number"));
  await expect.visible(c.id("diagram-chosen"));
  await expect.until("its line in the list is lit", async () => (await page.locator(".event[data-lit]").count()) > 0);
  const last = await chosen();
  await page.keyboard.press("ArrowLeft");
  await expect.becomes("the chosen event", chosen, last - 1);
  expect.equal(await c.timeNs(), end, "choosing leaves the run where it is");
  await page.keyboard.press("ArrowUp");
  await expect.until("another lane", async () => (await chosen()) !== last - 1);
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press("ArrowLeft");
  }
  await page.keyboard.press("Enter");
  await expect.until("the run is at its moment", async () => (await c.timeNs()) < end);
  await page.keyboard.press("0");
  const whole = await span(c);
  await page.keyboard.press("+");
  await expect.until("it is closer", async () => (await span(c)) < whole);
  const from = await number(c, "data-from-ns");
  await page.keyboard.press("Shift+ArrowRight");
  await expect.until("it moved", async () => (await number(c, "data-from-ns")) > from);
  await page.keyboard.press("Escape");
  await expect.count(c.id("diagram-chosen"), 0);
});

story("a proof is drawn as a chain, and what would have prevented it opens", { path: CONFLICT, reducedMotion: "reduce" }, async (told) => {
  const { expect, page } = told;
  const c = await played(told);
  await c.id("tab-verdicts").click();
  await page.locator(".verdict-violated").getByTestId("show-proof").first().click();
  await expect.visible(c.id("diagram-proof"));
  await expect.text(c.id("diagram-chain"), /had not seen each other/);
  await expect.until("its messages are lit", async () => (await c.id("diagram-picture").locator(".trip.light-chain").count()) > 0);
  await expect.count(c.id("diagram-picture").locator(".bar-proof"), 1);
  const remedy = c.id("remedy").first();
  const address = await remedy.getAttribute("href");
  expect.ok(/^\?scenario=[a-z-]+&variant=[a-z-]+$/.test(address), `${address} names a variant`);
  await remedy.click();
  await expect.until("it is open", async () => page.url().endsWith(address));
  await c.ready();
});

story("charts show the run with their numbers behind them", { path: LAG, reducedMotion: "reduce", context: { permissions: ["clipboard-write", "clipboard-read"] } }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  for (const value of ["1", "2", "3"]) {
    await c.id("person-0").getByTestId("key").fill("page");
    await c.id("person-0").getByTestId("value").fill(value);
    await c.id("person-0").getByTestId("write").click();
    await c.settle();
  }
  await c.id("charts-toggle").click();
  await expect.count(page.locator(".chart"), 7);
  await expect.until("it has bins", async () => Number(await c.id("chart-latency").locator("svg[data-bins]").getAttribute("data-bins")) > 3);
  await c.id("table-throughput").click();
  const rows = () => c.id("chart-throughput").locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => Number(cell.textContent))));
  await expect.until("its table is there", async () => (await rows()).length > 3);
  const answered = async () => Math.round((await rows()).reduce((sum, [from, to, rate]) => sum + (rate * (to - from)) / 1000, 0));
  expect.equal(await answered(), 3, "operations that were answered");
  await c.id("copy-csv").click();
  await expect.becomes("the first line", async () => (await page.evaluate(() => navigator.clipboard.readText())).split("\r\n")[0], '"from ms","to ms","answered","refused","outcome unknown"');
  await c.scrubTo(0n);
  await expect.count(c.id("charts").getByText("The numbers beside the lines are those at"), 1);
  expect.equal(await answered(), 3, "they are known in the past too");
  await c.id("tab-faults").click();
  await c.id("crash").first().click();
  await expect.becomes("what is answered in a branch that has only begun", answered, 0);
});

story("stage, diagram, trace and recipe are saved as files, and a saved recipe opens again", { path: CONFLICT, reducedMotion: "reduce" }, async (told) => {
  const { expect, page } = told;
  const c = await played(told);
  await c.id("share").click();
  const text = async (name) => (await saved(told, c.id(`export-${name}`))).bytes.toString();
  const recipe = (await saved(told, c.id("download"))).bytes.toString();
  await expect.count(c.id("share-dialog").getByText("JSON)", { exact: false }), 1);
  expect.equal(JSON.parse(recipe).version, 1, "the version of the recipe");
  const trace = (await text("trace-jsonl")).trim().split("\n").map((line) => JSON.parse(line));
  expect.ok(trace.length > 8 && trace.every(({ number }, index) => number === index), "the trace has every entry");
  // Where no policy forbids the styles that the file brings along.
  const blank = await page.context().newPage();
  for (const name of ["stage-svg", "diagram-svg"]) {
    const svg = await text(name);
    const problem = await blank.evaluate((svg) => new DOMParser().parseFromString(svg, "image/svg+xml").querySelector("parsererror")?.textContent, svg);
    expect.equal(problem, undefined, `${name} is well formed`);
    expect.ok(svg.includes("Oregon") && !svg.includes("var(--"), `${name} stands on its own`);
  }
  for (const name of ["stage-png", "diagram-png"]) {
    const { bytes, name: file } = await saved(told, c.id(`export-${name}`));
    expect.ok(file.endsWith(".png") && bytes.readUInt32BE(0) === 0x89504e47 && bytes.readUInt32BE(16) > 600, `${name} is a picture`);
  }
  expect.ok(/^sequenceDiagram$/m.test(await text("mmd")), "Mermaid's text");
  await page.reload();
  await c.free();
  await c.id("share").click();
  await c.id("import-file").setInputFiles({ name: "run.json", mimeType: "application/json", buffer: Buffer.from(recipe) });
  await expect.count(page.locator("dialog"), 0);
  await expect.attribute(c.id("records-0").getByTestId("record-page"), "data-value", /v[01]/);
});

story("what cannot be opened is refused with a reason", { path: CONFLICT }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  const alert = page.locator(".alert");
  const choose = async (name, buffer, reason) => {
    await c.id("share").click();
    await c.id("import-file").setInputFiles({ name, mimeType: "application/json", buffer });
    await expect.text(alert, reason);
    await expect.count(page.locator("dialog"), 0);
  };
  await choose("big.json", Buffer.alloc((1 << 20) + 1, 32), /big\.json cannot be opened: the file has more than 1 MiB/);
  await choose("picture.json", Buffer.from([0xff, 0xfe, 0x00]), /picture\.json cannot be opened: it is not text/);
  await choose("empty.json", Buffer.from("  "), /empty\.json cannot be opened: it is empty/);
  await choose("other.json", Buffer.from('{"version":1,"seed":"x"}'), /This recipe cannot be opened/);
  // Dropped anywhere on the page.
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["no recipe"], "dropped.txt", { type: "text/plain" }));
    document.querySelector(".stage").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await expect.text(alert, /This recipe cannot be opened/);
});

story("the diagram on a small screen by touch", { path: CONFLICT, viewport: { width: 360, height: 740 }, hasTouch: true, reducedMotion: "reduce" }, async (told) => {
  const { expect, page } = told;
  const c = await played(told);
  await expect.attribute(c.id("diagram-toggle"), "aria-expanded", "false");
  await c.id("diagram-toggle").tap();
  await expect.visible(c.id("diagram-picture"));
  await c.id("diagram-whole").tap();
  const whole = await span(c);
  await c.id("diagram-frame").scrollIntoViewIfNeeded();
  const touch = await page.context().newCDPSession(page);
  const send = (type, points) => touch.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const [x, y] = await place(c, 0.5, 0.4);
  await send("touchStart", [[x - 20, y], [x + 20, y]]);
  await send("touchMove", [[x - 50, y], [x + 50, y]]);
  await send("touchMove", [[x - 80, y], [x + 80, y]]);
  await send("touchEnd", []);
  await expect.until("fingers that part zoom in", async () => (await span(c)) < whole * 0.6);
  const from = await number(c, "data-from-ns");
  await send("touchStart", [[x, y]]);
  await send("touchMove", [[x - 40, y]]);
  await send("touchMove", [[x - 90, y]]);
  await send("touchEnd", []);
  await expect.until("a finger moves it", async () => (await number(c, "data-from-ns")) > from);
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect.ok(width[0] <= width[1], `${width[0]} px on a screen of ${width[1]} px`);
});

story("in forced colours the diagram keeps its lines and letters", { path: CONFLICT, reducedMotion: "reduce", context: { forcedColors: "active" } }, async (told) => {
  const { expect } = told;
  const c = await played(told);
  await c.id("diagram-whole").click();
  const strokes = () => c.id("diagram-picture").locator(".trip").evaluateAll((paths) => paths.map((path) => getComputedStyle(path).stroke));
  await expect.until("every line has a colour of the system", async () => {
    const seen = await strokes();
    return seen.length > 0 && new Set(seen).size === 1 && seen[0] !== "none";
  });
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`diagram and charts without an accessibility violation: ${colorScheme}, ${width} px`, { colorScheme, viewport, path: CONFLICT, reducedMotion: "reduce" }, async (told) => {
      const { axe, expect, page } = told;
      const c = await played(told);
      if ((await c.id("diagram-toggle").getAttribute("aria-expanded")) === "false") {
        await c.id("diagram-toggle").click();
      }
      await c.id("diagram-whole").click();
      await c.id("diagram-frame").focus();
      await page.keyboard.press("ArrowLeft");
      await expect.visible(c.id("diagram-chosen"));
      await c.id("charts-toggle").click();
      await c.id("table-latency").click();
      await axe();
      await c.id("tab-verdicts").click();
      await page.locator(".verdict-violated").getByTestId("show-proof").first().click();
      await expect.visible(c.id("diagram-proof"));
      await axe();
      const size = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect.ok(size[0] <= size[1], `${size[0]} px on a screen of ${size[1]} px`);
      await c.id("share").click();
      await axe();
    });
  }
}

const BUSY = `#${encodeURIComponent(JSON.stringify(busy({ people: 50, nodes: 5, at_ms: 1_000 })))}`;

story("the diagram draws the lanes that are looked at, and the others when one comes to them", { path: BUSY }, async (told) => {
  const { page, expect } = told;
  const c = cluster(told);
  const name = (text) => c.id("diagram-picture").locator(".lane-name").filter({ hasText: new RegExp(`^${text}$`) });
  await expect.until("the upper lanes are drawn", async () => (await name("p0 · client").count()) === 1);
  await expect.until("and no lower ones", async () => (await name("Oregon 5").count()) === 0);
  await c.id("diagram-frame").focus();
  await page.keyboard.press("End");
  await expect.until("the lower lanes are drawn", async () => (await name("Oregon 5").count()) === 1);
  await expect.until("with their messages", async () => (await c.id("diagram-picture").locator(".trip").count()) > 0);
  await expect.until("and no upper ones", async () => (await name("p0 · client").count()) === 0);
  await page.keyboard.press("Home");
  await expect.until("the browser has scrolled to the top", () => c.id("diagram-frame").evaluate((frame) => frame.scrollTop === 0));
  await page.keyboard.press("ArrowLeft");
  await expect.until("the lane of what the keys choose comes into sight", async () => {
    const [frame, chosen] = await Promise.all([c.id("diagram-frame"), c.id("diagram-picture").locator(".outline-chosen")].map((one) => one.boundingBox()));
    return frame && chosen && chosen.y < frame.y + frame.height && chosen.y + chosen.height > frame.y;
  });
});
