import { story } from "../harness.mjs";
import { busy } from "../busy.mjs";
import { cluster } from "../cluster.mjs";

const SPLIT = { path: "?scenario=split-brain&variant=fencing" };
const ASYNC = { path: "?scenario=single-leader-async" };

/** Takes the lesson to its end, and the run back to its start. */
async function lesson({ page, expect }, c) {
  await c.ready();
  while (await c.id("lesson-next").filter({ hasText: /^Next/ }).count()) {
    await page.keyboard.press("n");
  }
  await c.settle();
  await c.scrubTo(0n);
  await expect.attribute(c.id("play"), "data-state", "paused");
}

/** Steps until a message is on its way, and pauses there. */
async function untilInFlight({ page, expect }, c) {
  await c.ready();
  await c.id("guide-close").click();
  const ana = page.getByTestId("stage").locator(".grips-messages .grip");
  await c.id("step").click();
  await page.getByRole("button", { name: "Write" }).first().click();
  for (let step = 0; step < 60 && (await ana.count()) === 0; step += 1) {
    await c.id("step").click();
  }
  expect.ok((await ana.count()) > 0, "a message is in flight");
  return ana;
}

const breakpoints = [
  ["stale read", /Stale read at .*Caro reads.*misses 1 newer write/s, "tab-events"],
  ["split brain (two leaders at once)", /Split brain at .*Oregon and Ireland 1 both lead now/s, "tab-events"],
  ["lost write", /Lost write at .*The client was told so/s, "tab-verdicts"],
  ["violated guarantee, any", /Violated: /, "tab-verdicts"],
  ["violation: one order of the stock", /Violated: one order of the stock at /, "tab-verdicts"],
];

for (const [name, told, tab] of breakpoints) {
  story(`a run stops at the next ${name} and says what happened`, SPLIT, async (given) => {
    const { expect } = given;
    const c = cluster(given);
    await lesson(given, c);
    await c.id("breakpoint").selectOption({ label: name });
    await c.id("search").click();
    await expect.text(c.id("found"), told);
    await expect.attribute(c.id("play"), "data-state", "paused");
    await expect.attribute(c.id(tab), "aria-selected", "true");
    await c.id("found-close").click();
    await expect.count(c.id("found"), 0);
  });
}

story("the next conflict is found, and the one after it is another", { path: "?scenario=write-conflict-lww" }, async (given) => {
  const { expect } = given;
  const c = cluster(given);
  await lesson(given, c);
  await c.id("breakpoint").selectOption({ label: "conflict" });
  await c.id("search").click();
  await expect.text(c.id("found"), /Conflict at .*had not seen each other met at/s);
  const at = await c.timeNs();
  await c.id("search").click();
  await expect.text(c.id("found"), /No conflict|Conflict at/);
  expect.ok((await c.timeNs()) > at, "the run went on");
});

story("a search that finds nothing says so, and can be cancelled", { path: "?scenario=leader-bottleneck" }, async (given) => {
  const { expect } = given;
  const c = cluster(given);
  await c.ready();
  await c.id("breakpoint").selectOption({ label: "split brain (two leaders at once)" });
  await c.id("search").click();
  await expect.text(c.id("search-progress"), /Searching for a split brain: .*event/);
  await expect.text(c.id("search"), "Cancel");
  await c.id("search").click();
  await expect.attribute(c.id("play"), "data-state", "paused");
  await expect.text(c.id("search"), "Run");
  await expect.count(c.id("found"), 0);
});

story("breakpoints and undo by keyboard alone", SPLIT, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  await lesson(given, c);
  await c.id("breakpoint").focus();
  await page.keyboard.type("split");
  await c.id("main").or(page.locator("#main")).first().focus();
  await page.keyboard.press(".");
  await expect.text(c.id("found"), /Split brain at/);
  const commands = await c.id("undo").getAttribute("aria-label");
  await page.keyboard.press("Control+z");
  await expect.text(c.id("open-branches"), "Branches (2)");
  expect.ok((await c.id("undo").getAttribute("aria-label")) !== commands, "another action would be taken back now");
  await page.keyboard.press("Control+y");
  await expect.text(c.id("open-branches"), "Branches (1)");
  await expect.attribute(c.id("undo"), "aria-label", commands);
});

story("a message on the stage is inspected, held, released, delayed and dropped, and that is taken back", ASYNC, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  const messages = await untilInFlight(given, c);
  const first = await messages.first().getAttribute("data-testid");
  await messages.first().click();
  const dialog = c.id("handle-dialog");
  await expect.text(c.id("message-facts"), /Says.*From.*To.*Sent at.*Arrives/s);
  await dialog.getByTestId("hold").click();
  await expect.text(c.id("message-facts"), /held until it is released/);
  await expect.text(dialog.getByTestId("hold"), "Release");
  await dialog.getByTestId("dialog-close").click();
  await page.keyboard.press("Control+z");
  await c.id(first).click();
  await expect.text(dialog.getByTestId("hold"), "Hold");
  const due = await c.id("message-facts").textContent();
  await dialog.locator("[name=delay]").fill("500");
  await dialog.getByTestId("delay").click();
  await expect.becomes("another arrival", async () => (await c.id("message-facts").textContent()) !== due, true);
  await dialog.getByTestId("drop").click();
  await expect.visible(c.id("handle-gone"));
  await dialog.getByTestId("dialog-close").click();
  await expect.attribute(c.id("undo"), "aria-label", /Undo: .*/);
});

story("messages, links and nodes of the stage by keyboard alone", ASYNC, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  await untilInFlight(given, c);
  await page.locator("#main").focus();
  await page.keyboard.press("m");
  await expect.becomes("the focus", () => page.evaluate(() => document.activeElement.id.startsWith("grip-message-")), true);
  await page.keyboard.press("Enter");
  await expect.visible(c.id("handle-dialog"));
  await page.keyboard.press("Escape");
  await expect.count(c.id("handle-dialog"), 0);
  await page.getByTestId("grip-node-0").focus();
  await page.keyboard.press("ArrowRight");
  await expect.becomes("the focus", () => page.evaluate(() => document.activeElement.id), "grip-node-1");
  await page.keyboard.press(" ");
  const dialog = c.id("handle-dialog");
  await dialog.getByTestId("crash").focus();
  await page.keyboard.press("Enter");
  await expect.text(dialog, /down/);
  await page.keyboard.press("Escape");
  await expect.becomes("the focus", () => page.evaluate(() => document.activeElement.id), "grip-node-1");
  const link = page.locator(".grips-links .grip").first();
  await link.focus();
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: /^Cut / }).first().focus();
  await page.keyboard.press("Enter");
  await expect.count(dialog.getByRole("button", { name: /^Heal / }), 1);
  await page.keyboard.press("Escape");
  await page.locator("#main").focus();
  await page.keyboard.press("?");
  await expect.text(c.id("help-dialog"), /Ctrl\+Z.*take back/s);
});

story("a link inside a site is slowed, a node is slowed, skewed and paused, from the stage", ASYNC, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  await c.ready();
  await c.id("grip-link-0-1").click();
  const dialog = c.id("handle-dialog");
  const latency = dialog.getByRole("spinbutton", { name: /Latency/ });
  await latency.fill("300");
  await latency.press("Enter");
  await expect.text(dialog, /300 ms/);
  await dialog.getByTestId("dialog-close").click();
  await c.id("grip-node-1").click();
  const slow = dialog.getByTestId("slow");
  await slow.fill("5");
  await slow.press("Enter");
  await expect.text(dialog, /5× slower/);
  const skew = dialog.getByTestId("skew");
  await skew.fill("2");
  await skew.press("Enter");
  await dialog.getByTestId("pause").click();
  await expect.text(dialog, /stands still/);
  await dialog.getByTestId("dialog-close").click();
  await c.id("undo").click();
  await c.id("grip-node-1").click();
  await expect.text(dialog, /5× slower/);
});

/** A message is on its way, slowly, and time passes. Returns where the message was. */
async function untilMoving({ page, expect }, c) {
  await c.ready();
  await c.id("guide-close").click();
  await c.id("heartbeats").check();
  await c.id("speed").fill("3");
  for (let step = 0; step < 80 && (await page.locator(".grips-messages .grip").count()) === 0; step += 1) {
    await c.id("step").click();
  }
  const box = await page.locator(".grips-messages .grip").first().boundingBox();
  await c.id("play").click();
  await expect.attribute(c.id("play"), "data-state", "playing");
  return box;
}

const MOVING = { path: "?scenario=multi-datacenter" };
const CAUGHT = { ...MOVING, pointer: "presses a place; by keyboard: a moving message is caught by keyboard" };

story("a moving message is caught by keyboard", MOVING, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  await untilMoving(given, c);
  await page.keyboard.press("m");
  await expect.attribute(c.id("play"), "data-state", "paused");
  await expect.becomes("the focus", () => page.evaluate(() => document.activeElement.id.startsWith("grip-message-")), true);
  await page.keyboard.press("Enter");
  await expect.visible(c.id("handle-dialog"));
  await expect.text(c.id("message-facts"), /Sent at/);
});

story("a moving message is caught where it is pressed", CAUGHT, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  const box = await untilMoving(given, c);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect.visible(c.id("handle-dialog"));
  await expect.text(c.id("message-facts"), /Sent at/);
});

story("branches are drawn, named, switched, compared, deleted and brought back", ASYNC, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  await c.ready();
  await c.id("guide-close").click();
  const write = async (value) => {
    await page.getByPlaceholder("Value").first().fill(value);
    await page.getByRole("button", { name: "Write" }).first().click();
    await c.settle();
  };
  await write("1");
  await c.id("step-back").click();
  await c.id("step-back").click();
  await c.id("grip-node-1").click();
  await c.id("handle-dialog").getByTestId("crash").click();
  await c.id("handle-dialog").getByTestId("dialog-close").click();
  await c.settle();
  await expect.text(c.id("open-branches"), "Branches (2)");
  await page.locator("#main").focus();
  await page.keyboard.press("b");
  const dialog = c.id("branches-dialog");
  await expect.text(c.id("branch-1"), /leaves “branch 1 · from the start” at/);
  await expect.count(c.id("branch-picture").locator(".branch-turn"), 1);
  await c.id("branch-1").getByTestId("branch-name").fill("with a crash");
  await c.id("branch-1").getByTestId("branch-rename").click();
  await expect.text(c.id("branch-1"), /2\. with a crash/);
  await c.id("compare-branches").click();
  await expect.text(c.id("difference-summary"), /differ.* between “with a crash” and “branch 1/);
  await expect.text(c.id("differences"), /down/);
  await c.id("branch-0").getByTestId("branch-show").focus();
  await page.keyboard.press("Enter");
  await expect.attribute(c.id("branch-0").getByTestId("branch-show"), "aria-pressed", "true");
  await c.id("branch-1").getByTestId("branch-delete").click();
  await expect.count(c.id("branch-1"), 0);
  await expect.text(dialog, /“with a crash” is deleted/);
  await c.id("branch-restore").click();
  await expect.text(c.id("branch-1"), /with a crash/);
});

story("a link takes all branches along", ASYNC, async (given) => {
  const { expect, page, open } = given;
  const c = cluster(given);
  await c.ready();
  await c.id("guide-close").click();
  await c.settle();
  await c.id("step").click();
  await c.id("grip-node-1").click();
  await c.id("handle-dialog").getByTestId("crash").click();
  await c.id("handle-dialog").getByTestId("dialog-close").click();
  await c.id("undo").click();
  await expect.text(c.id("open-branches"), "Branches (2)");
  await page.getByRole("button", { name: "Share" }).click();
  const link = await c.id("share-link").last().inputValue();
  await page.goto("about:blank");
  await open(link.slice(link.indexOf("#")));
  await expect.text(c.id("open-branches"), "Branches (2)");
});

story("the speed is a range on a logarithmic scale, said in words", ASYNC, async (given) => {
  const { expect } = given;
  const c = cluster(given);
  await c.ready();
  const speed = c.id("speed");
  await expect.text(c.id("speed-words"), "1 s of screen = 50 ms of cluster");
  await speed.focus();
  await speed.press("Home");
  await expect.text(c.id("speed-words"), "1 s of screen = 100 µs of cluster");
  await expect.attribute(speed, "aria-valuetext", "1 s of screen = 100 µs of cluster");
  await speed.press("End");
  await expect.text(c.id("speed-words"), "1 s of screen = 60 s of cluster");
});

for (const colorScheme of ["light", "dark"]) {
  story(`axe finds nothing on what was found, handles and branches (${colorScheme})`, { ...SPLIT, colorScheme }, async (given) => {
    const { axe, page } = given;
    const c = cluster(given);
    await lesson(given, c);
    await c.id("breakpoint").selectOption({ label: "stale read" });
    await c.id("search").click();
    await given.expect.visible(c.id("found"));
    await axe();
    await c.id("grip-node-1").click();
    await axe();
    await c.id("dialog-close").click();
    await page.locator(".grips-links .grip").first().focus();
    await page.keyboard.press("Enter");
    await axe();
    await c.id("dialog-close").click();
    await c.id("undo").click();
    await c.id("open-branches").click();
    await c.id("compare-branches").click();
    await given.expect.visible(c.id("differences"));
    await axe();
  });
}

story("breakpoints, handles and branches by touch at 360 px", { ...ASYNC, viewport: { width: 360, height: 780 }, hasTouch: true }, async (given) => {
  const { expect, page } = given;
  const c = cluster(given);
  await c.ready();
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  await c.id("grip-node-1").tap();
  const dialog = c.id("handle-dialog");
  await dialog.getByTestId("crash").tap();
  await expect.text(dialog, /down/);
  expect.ok(await fits(), "nothing scrolls sideways with the dialog");
  await dialog.getByTestId("dialog-close").tap();
  await c.id("undo").tap();
  await c.id("open-branches").tap();
  await c.id("compare-branches").tap();
  await expect.text(c.id("differences"), /down/);
  expect.ok(await fits(), "nothing scrolls sideways with the branches");
  await c.id("dialog-close").tap();
  await c.id("breakpoint").selectOption({ label: "split brain (two leaders at once)" });
  await c.id("search").tap();
  await expect.text(c.id("search-progress"), /Searching/);
  await c.id("search").tap();
  await expect.attribute(c.id("play"), "data-state", "paused");
  expect.ok(await fits(), "nothing scrolls sideways");
});

story("what lies ahead stays marked on the track, and another future begins with what is there", SPLIT, async (given) => {
  const { page, expect } = given;
  const c = cluster(given);
  const marked = () => page.locator(".mark-event").getAttribute("d");
  await lesson(given, c);
  const whole = await marked();
  expect.ok(whole.split("M").length > 10, "messages are marked");
  await c.id("step").click();
  expect.ok((await marked()) === whole, "a step takes nothing away");
  await page.getByRole("button", { name: "Write" }).first().click();
  await expect.until("the new branch has marks of its own", async () => (await marked()) !== whole);
});

/** People who write the same key all the time, so that most of it is overwritten. */
const OVERWRITTEN = JSON.stringify(busy({ people: 12, nodes: 3, at_ms: 3_000, least_us: 5_000, most_us: 20_000 }));

story("of very many writes the latest are told of, and all on request", { path: `#${encodeURIComponent(OVERWRITTEN)}` }, async (given) => {
  const { expect } = given;
  const c = cluster(given);
  await c.ready();
  await c.id("tab-conflict").click();
  const lines = c.id("fates").locator("li");
  await expect.count(lines, 100);
  const earlier = Number(/\((\d+)\)/.exec(await c.id("all-fates").innerText())[1]);
  await c.id("all-fates").click();
  await expect.count(lines, 100 + earlier);
  await c.id("all-fates").click();
  await expect.count(lines, 100);
});
