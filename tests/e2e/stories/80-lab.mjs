// The offline lab: a real device in a tab, with its store, its links, the cloud and Ana.
import { readFileSync } from "node:fs";
import { device, LAB } from "../device.mjs";
import { story } from "../harness.mjs";

const PATIENT = { patience: 20_000 };

async function begun(told) {
  const d = device(told);
  await d.ready();
  return d;
}

/** Another tab of the same browser. */
async function tab(told) {
  const page = await told.context.newPage();
  await page.goto(told.server.url + LAB, { waitUntil: "load" });
  return begun({ ...told, page });
}

story("the lab is a place beside the stage, and back", {}, async (told) => {
  const { expect, page } = told;
  await page.getByRole("link", { name: "Offline lab" }).click();
  const d = await begun(told);
  expect.equal(await page.title(), "Offline lab · Replicascope", "the title");
  await expect.text(d.id("device-name"), "Device 1");
  await d.id("place-play").click();
  await expect.visible(page.getByTestId("play"));
});

story("in one tab: offline, an edit, the tab is closed, back, a conflict with Ana, merged", { path: LAB }, async (told) => {
  const { context, expect, page, server } = told;
  const d = await begun(told);
  await d.fill();
  await d.tick("fill");
  await d.settled();
  await d.offline();
  await d.tick("offline");
  await d.set("eggs", 12);
  await expect.text(d.line("eggs").getByTestId("mark"), "↑ pending");
  await expect.attribute(d.id("outbox"), "data-pending-count", "1");
  await d.tick("edit");
  // Ana edits by herself; the device does not hear of it.
  await d.cloudHolds("eggs 8, milk 2, tea 1");
  await d.holds({ eggs: 12, milk: 2, tea: 1 });
  await page.close();
  const again = await context.newPage();
  await again.goto(server.url + LAB, { waitUntil: "load" });
  const back = await begun({ ...told, page: again });
  await expect.text(back.id("device-name"), "Device 1");
  await expect.attribute(back.id("connection"), "data-reach", "offline");
  await back.holds({ eggs: 12, milk: 2, tea: 1 });
  await expect.attribute(back.id("outbox"), "data-pending-count", "1");
  await back.tick("back");
  await back.online();
  await back.tick("conflict");
  await back.tick("merge");
  await back.settled();
  await back.holds({ eggs: 12, milk: 2, tea: 1 });
  await back.cloudHolds("eggs 12, milk 2, tea 1");
  await expect.text(back.id("conflict-eggs"), /you · .*set to 12.*before: 6/);
  await expect.text(back.id("conflict-eggs"), /Ana · .*set to 8/);
  await expect.until("Ana's write is listed with the reason", () => back.id("fates").getByText(/Ana's eggs set to 8 was overruled by your eggs set to 12/).count());
  await expect.text(back.id("tour-count"), "7 of 7");
});

story("a reload comes back to the same device, with what was saved", { path: LAB }, async (told) => {
  const { expect, page } = told;
  const d = await begun(told);
  await d.offline();
  await d.id("add-item").fill("Coffee");
  await d.id("add-item").press("Enter");
  await d.holds({ coffee: 1 });
  await expect.text(d.id("saving"), "");
  for (const more of [2, 3]) {
    await page.reload();
    await d.ready();
    await expect.text(d.id("device-name"), "Device 1");
    await d.holds({ coffee: more - 1 });
    await d.line("coffee").getByTestId("more").click();
    await d.holds({ coffee: more });
    await expect.text(d.id("saving"), "");
  }
  await expect.attribute(d.id("outbox"), "data-pending-count", "3");
  await d.unfold("vector");
  await expect.count(d.id("vector").locator("li"), 3);
});

story("an edit is saved, then confirmed, and taken back by another write", { path: LAB }, async (told) => {
  const { expect } = told;
  const d = await begun(told);
  await d.fill();
  await d.settled();
  await expect.attribute(d.id("outbox"), "data-confirmed-count", "3");
  await d.line("milk").getByTestId("remove").click();
  await d.holds({ eggs: 6, tea: 1 });
  await expect.text(d.id("undo"), "Undo: removal of milk");
  await d.id("undo").click();
  await d.holds({ eggs: 6, milk: 2, tea: 1 });
  await d.line("tea").getByTestId("less").click();
  await d.holds({ eggs: 6, milk: 2 });
  await d.settled();
  await expect.attribute(d.id("outbox"), "data-confirmed-count", "6");
  await d.cloudHolds("eggs 6, milk 2");
  await d.id("ana").click();
  await d.holds({ eggs: 8, milk: 2 });
  await expect.attribute(d.id("conflicts"), "data-count", "0");
});

story("two tabs are two devices that converge, without the cloud too", { path: LAB, timeout: 90_000 }, async (told) => {
  const { expect } = told;
  const one = await begun(told);
  await one.fill();
  const two = await tab(told);
  await expect.text(two.id("device-name"), "Device 2");
  await two.holds({ eggs: 6, milk: 2, tea: 1 });
  for (const d of [one, two]) {
    await d.id("link-cloud").click();
    await expect.attribute(d.id("connection"), "data-reach", "partly");
  }
  await one.set("eggs", 7);
  await two.holds({ eggs: 7, milk: 2, tea: 1 });
  await two.id("link-tabs").click();
  await two.set("milk", 5);
  await two.id("add-note").fill("From the second tab");
  await two.id("add-note").press("Enter");
  await expect.becomes("the notes", two.notes, ["From the second tab"]);
  await one.set("milk", 3);
  await two.id("link-tabs").click();
  for (const d of [one, two]) {
    await d.holds({ eggs: 7, milk: 5, tea: 1 });
    await expect.becomes("the notes", d.notes, ["From the second tab"], PATIENT);
    await expect.attribute(d.id("conflicts"), "data-count", "1");
  }
});

story("a tab that is closed leaves a device behind, which another tab adopts", { path: LAB, timeout: 90_000 }, async (told) => {
  const { expect } = told;
  const one = await begun(told);
  const two = await tab(told);
  await two.offline();
  await two.id("add-item").fill("apples");
  await two.id("add-item").press("Enter");
  await two.holds({ apples: 1 });
  await expect.text(two.id("saving"), "");
  await two.page.close();
  await expect.until("the device is seen", async () => {
    await one.id("find-orphans").click();
    return one.id("orphan").count();
  });
  await expect.text(one.id("orphan"), /^Device 2: holds 1 write, 1 not confirmed/);
  await one.id("adopt").click();
  await one.holds({ apples: 1 });
  await expect.becomes("the number of such devices", () => one.id("orphan").count(), 0, PATIENT);
  await one.cloudHolds("apples 1");
});

story("asked, a person decides with both sides before them", { path: LAB }, async (told) => {
  const { expect, page } = told;
  const d = await begun(told);
  await d.fill();
  await d.mode("ask");
  await d.settled();
  await d.offline();
  await d.line("eggs").getByTestId("remove").click();
  await d.cloudHolds(/^eggs 8/);
  await d.online();
  await d.id("decide-conflict").waitFor({ timeout: 20_000 });
  await d.id("decide-conflict").click();
  const dialog = d.id("ask");
  await expect.text(dialog, /Before: 6/);
  await expect.text(dialog, /you · \S+ removed/);
  await expect.text(dialog, /Ana · \S+ set to 8/);
  await page.keyboard.press("Escape");
  await expect.count(dialog, 0);
  await d.line("eggs").getByTestId("decide").click();
  await dialog.getByTestId("ask-quantity").fill("10");
  await dialog.getByTestId("resolve").click();
  await d.holds({ eggs: 10, milk: 2, tea: 1 });
  await expect.attribute(d.id("conflicts"), "data-count", "0");
  await d.settled();
  await d.cloudHolds("eggs 10, milk 2, tea 1");
});

story("what arrives while a person decides is not decided over", { path: LAB, timeout: 90_000 }, async (told) => {
  const { expect } = told;
  const one = await begun(told);
  await one.fill();
  await one.mode("ask");
  await one.settled();
  const two = await tab(told);
  await two.holds({ eggs: 6, milk: 2, tea: 1 });
  await two.settled();
  await one.offline();
  await two.offline();
  await one.set("eggs", 7);
  await two.set("eggs", 9);
  await one.cloudHolds(/^eggs (8|10)/);
  await one.online();
  await one.line("eggs").getByTestId("decide").click({ timeout: 20_000 });
  await two.online();
  await expect.becomes("the sides", () => one.id("conflict-eggs").locator(".side").count(), 3, PATIENT);
  await one.id("ask").getByTestId("ask-quantity").fill("7");
  await one.id("ask").getByTestId("resolve").click();
  await expect.text(one.id("ask-notice"), /Another version arrived while you were looking/);
  await expect.count(one.id("ask").locator(".side"), 3);
  await one.id("ask").getByTestId("ask-quantity").fill("7");
  await one.id("ask").getByTestId("resolve").click();
  for (const d of [one, two]) {
    await expect.becomes("the eggs", async () => (await d.cart()).eggs, 7, PATIENT);
    await expect.becomes("the conflicts", () => d.id("conflicts").getAttribute("data-count"), "0", PATIENT);
  }
});

story("a note is written, changed and deleted; two texts wait for a decision", { path: LAB, timeout: 90_000 }, async (told) => {
  const { expect } = told;
  const one = await begun(told);
  await one.id("add-note").fill("Buy early");
  await one.id("add-note").press("Enter");
  await expect.becomes("the notes", one.notes, ["Buy early"]);
  await expect.value(one.id("add-note"), "");
  const two = await tab(told);
  await expect.becomes("the notes", two.notes, ["Buy early"], PATIENT);
  await two.offline();
  for (const [d, text] of [[one, "Buy late"], [two, "Buy never"]]) {
    await d.id("note-edit").click();
    await expect.focused(d.id("note-field"));
    await d.id("note-field").fill(text);
    await d.id("note-field").press("Enter");
    await expect.becomes("the notes", d.notes, [text]);
  }
  await two.online();
  await one.note("Several texts").getByTestId("decide").click({ timeout: 20_000 });
  await expect.text(one.id("decide-note"), /Before: Buy early/);
  await one.id("decide-text").fill("Buy late, or never");
  await one.id("resolve").click();
  for (const d of [one, two]) {
    await expect.becomes("the notes", d.notes, ["Buy late, or never"], PATIENT);
  }
  await two.id("note-delete").click();
  await expect.becomes("the notes", one.notes, [], PATIENT);
});

story("every mode decides the same history, side by side", { path: LAB }, async (told) => {
  const { expect } = told;
  const d = await begun(told);
  await d.fill();
  await d.settled();
  await d.offline();
  await d.line("eggs").getByTestId("remove").click();
  await d.holds({ milk: 2, tea: 1 });
  await d.cloudHolds(/^eggs 8/);
  await d.online();
  await d.holds({ eggs: 8, milk: 2, tea: 1 });
  await d.unfold("side-by-side");
  const result = (mode) => d.id(`outcome-${mode}`).getByTestId("result");
  const after = { "last-write": "eggs 8, milk 2, tea 1", "last-write-line": "eggs 8, milk 2, tea 1", "naive-union": "eggs 8, milk 2, tea 1", "add-wins": "eggs 8, milk 2, tea 1" };
  for (const [mode, text] of Object.entries(after)) {
    await expect.text(result(mode), text);
  }
  await expect.text(result("ask"), /^eggs \d+ \(undecided\), milk 2, tea 1$/);
  await expect.text(d.id("outcome-ask"), /Waits for a person/);
  await expect.text(d.id("outcome-last-write"), /Your removal of eggs was discarded in favour of Ana's/);
  await expect.text(d.id("outcome-add-wins"), /in force.*Your removal of eggs was overruled by Ana's/);
  await d.mode("ask");
  await expect.text(d.id("outcome-ask"), /in force/);
  await expect.text(d.id("cart-mode"), "Ask");
  await expect.attribute(d.id("conflict-eggs"), "data-open", "true");
});

story("the link to the cloud can be slow, lossy and out", { path: LAB, timeout: 90_000 }, async (told) => {
  const { expect } = told;
  const d = await begun(told);
  await d.fill();
  await d.settled();
  await d.id("outage").click();
  await expect.text(d.id("cloud-host"), /runs in this tab/);
  await expect.text(d.id("reach"), "Online, looking for the cloud…");
  await d.set("tea", 4);
  await expect.attribute(d.id("outbox"), "data-pending-count", "1");
  await d.id("latency").fill("300");
  await d.id("latency").press("Enter");
  await d.id("loss").fill("20");
  await d.id("loss").press("Enter");
  await d.id("outage").click();
  await expect.becomes("what is pending", () => d.id("outbox").getAttribute("data-pending-count"), "0", { patience: 40_000 });
  await d.cloudHolds("eggs 6, milk 2, tea 4");
});

story("a device is exported, cleared, and imported under a new identity", { path: LAB }, async (told) => {
  const { expect, page } = told;
  const d = await begun(told);
  await d.id("link-cloud").click();
  await d.fill();
  await expect.text(d.id("saving"), "");
  const replica = await d.id("replica-id").innerText();
  const store = await d.id("store-id").innerText();
  const [download] = await Promise.all([page.waitForEvent("download"), d.id("export").click()]);
  expect.equal(download.suggestedFilename(), "replicascope-device-1.bin", "the name of the file");
  const file = await download.path();
  expect.ok(readFileSync(file).subarray(0, 7).toString() === "replica", "it is a device");
  await d.id("clear").click();
  await expect.text(d.id("clear-dialog"), /3 writes are not confirmed yet/);
  await d.id("clear-cancel").click();
  await d.holds({ eggs: 6, milk: 2, tea: 1 });
  await d.id("clear").click();
  await d.id("clear-confirm").click();
  await d.holds({});
  await d.id("import").setInputFiles({ name: "x.bin", mimeType: "application/octet-stream", buffer: Buffer.from("nonsense") });
  await expect.text(d.id("alert"), /^Not imported: the store is damaged: the file/);
  await d.holds({});
  await d.id("import").setInputFiles(file);
  await d.holds({ eggs: 6, milk: 2, tea: 1 });
  await d.ready();
  await d.line("eggs").getByTestId("more").click();
  await d.holds({ eggs: 7, milk: 2, tea: 1 });
  await expect.until("it writes under a new identity", async () => (await d.id("replica-id").innerText()) !== replica);
  expect.ok((await d.id("store-id").innerText()) !== store, "it is another store");
});

story("clearing everything clears the cloud and all tabs", { path: LAB, timeout: 90_000 }, async (told) => {
  const { expect } = told;
  const one = await begun(told);
  await one.fill();
  await one.settled();
  const two = await tab(told);
  await two.holds({ eggs: 6, milk: 2, tea: 1 });
  await one.id("clear-all").click();
  await one.id("clear-confirm").click();
  for (const d of [one, two]) {
    await d.holds({});
    await d.ready();
  }
  await expect.attribute(one.id("step-fill"), "data-done", "false");
  await two.id("fill").click();
  await one.holds({ eggs: 6, milk: 2, tea: 1 });
});

story("where the browser gives no storage it is said, with a way out of the frame", { path: null }, async (told) => {
  const { context, expect, page, server } = told;
  await context.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", { get: () => { throw new DOMException("denied", "SecurityError"); } });
  });
  await page.setContent(`<iframe src="${server.url}${LAB}" width="1000" height="700"></iframe>`);
  const frame = page.frameLocator("iframe");
  await expect.text(frame.getByTestId("trouble"), /In memory only: everything is gone when this page ends/);
  await expect.attribute(frame.getByTestId("standalone"), "target", "_blank");
  await frame.getByTestId("fill").click();
  await expect.attribute(frame.getByTestId("line-eggs"), "data-quantity", "6");
});

story("a native peer is contacted only when asked, and refused addresses are said", { path: LAB }, async (told) => {
  const { expect } = told;
  const d = await begun(told);
  await expect.text(d.id("native-state"), /^Off: nothing is contacted/);
  await d.unfold("native");
  await d.id("native-address").fill("http://127.0.0.1:1");
  await d.id("native-connect").click();
  await expect.text(d.id("native-state"), "Refused: an address begins with ws:// or wss://.");
  await d.id("native-disconnect").click();
  await expect.text(d.id("native-state"), /^Off/);
});

story("the whole lab by keyboard alone", { path: LAB }, async (told) => {
  const { expect, page } = told;
  const d = await begun(told);
  /** Moves the focus forward until it is there, as a person does who has no mouse. */
  const press = async (locator, key = "Enter") => {
    const isThere = () => locator.evaluate((element) => element === document.activeElement);
    for (let step = 0; step < 150 && !(await isThere()); step += 1) {
      await page.keyboard.press("Tab");
    }
    await expect.focused(locator);
    await page.keyboard.press(key);
  };
  await page.keyboard.press("Tab");
  await expect.focused(page.locator(".skip"));
  await page.keyboard.press("Enter");
  await press(d.id("online"), " ");
  await expect.attribute(d.id("connection"), "data-reach", "offline");
  await press(d.id("add-item"), "t");
  await page.keyboard.type("ea");
  await page.keyboard.press("Enter");
  await d.holds({ tea: 1 });
  await press(d.line("tea").getByTestId("more"));
  await d.holds({ tea: 2 });
  await press(d.id("clear"));
  await expect.visible(d.id("clear-dialog"));
  await page.keyboard.press("Escape");
  await expect.count(d.id("clear-dialog"), 0);
  await expect.focused(d.id("clear"));
  await press(d.id("online"), " ");
  await expect.attribute(d.id("connection"), "data-reach", "online");
  await d.settled();
  await d.cloudHolds(/tea 2/);
});

story("the lab on a small screen by touch", { path: LAB, viewport: { width: 360, height: 740 }, hasTouch: true }, async (told) => {
  const { expect } = told;
  const d = await begun(told);
  await d.id("fill").tap();
  await d.holds({ eggs: 6, milk: 2, tea: 1 });
  await d.id("online").tap();
  await expect.attribute(d.id("connection"), "data-reach", "offline");
  await d.line("eggs").getByTestId("remove").tap();
  await d.holds({ milk: 2, tea: 1 });
  await d.id("online").tap();
  await d.settled();
  await d.id("tour-dismiss").tap();
  await expect.count(d.id("tour"), 0);
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`the lab without an accessibility violation: ${colorScheme}, ${width} px`, { colorScheme, viewport, path: LAB, timeout: 90_000 }, async (told) => {
      const { axe, expect, page } = told;
      const d = await begun(told);
      const looks = async () => {
        await axe();
        const [wide, wanted] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect.ok(wide <= wanted, `${wide} px on a screen of ${wanted} px`);
      };
      await looks();
      await d.fill();
      await d.id("add-note").fill("A note with a word that is very long: Donaudampfschifffahrtsgesellschaftskapitänswitwenrente");
      await d.id("add-note").press("Enter");
      await d.mode("ask");
      await d.settled();
      await d.offline();
      await d.set("eggs", 9);
      await d.cloudHolds(/^eggs 8/);
      await looks();
      await d.online();
      await d.id("decide-conflict").waitFor({ timeout: 20_000 });
      for (const details of await page.locator("summary").all()) {
        await details.click();
      }
      await looks();
      await d.id("decide-conflict").click();
      await looks();
      await d.id("dialog-close").click();
      await d.id("clear").click();
      await looks();
    });
  }
}
