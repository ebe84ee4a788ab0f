// Tabs as devices in a real browser: reloads, copies, thieves, updates, the back/forward cache, and storage that fails.
import assert from "node:assert/strict";
import { profile, start } from "./browser.mjs";
import { add, link, open, ready, save, until } from "./tab.mjs";

/** Runs with a browser of its own. */
async function within(run, more) {
  const { path, remove } = profile();
  const browser = await start(path, more);
  try {
    await run(browser.context);
  } finally {
    await browser.close();
    remove();
  }
}

const offline = async (page) => {
  await link(page, "tabs", false);
  await link(page, "cloud", false);
};

export const stories = [
  {
    name: "a reload keeps edits made offline, and its device",
    run: (url) =>
      within(async (context) => {
        const page = await open(context, url);
        await offline(page);
        await save(page, "milk");
        const before = await until(page, "it is pending", (state) => state.pending === 1);
        await page.reload();
        await ready(page);
        const after = await until(page, "it is there", (state) => state.cart.milk === 1);
        assert.deepEqual([after.slot, after.store], [before.slot, before.store]);
        await save(page, "eggs");
        const late = await until(page, "all is confirmed", (state) => state.pending === 0);
        assert.notEqual(late.replica, before.replica);
      }),
  },
  {
    name: "a duplicated tab is another device",
    run: (url) =>
      within(async (context) => {
        const first = await open(context, url);
        const [second] = await Promise.all([context.waitForEvent("page"), first.evaluate(() => void window.open(location.href))]);
        assert.equal(await second.evaluate(() => sessionStorage.getItem("replicascope-slot") !== null), true);
        await ready(second);
        await Promise.all([save(first, "milk"), save(second, "eggs")]);
        const [a, b] = await Promise.all(
          [first, second].map((page) => until(page, "both have both", ({ cart }) => cart.milk === 1 && cart.eggs === 1)),
        );
        assert.notEqual(a.slot, b.slot);
        assert.notEqual(a.store, b.store);
        assert.notEqual(a.replica, b.replica);
      }),
  },
  {
    name: "three tabs exchange, and when the one that hosts the cloud dies another does",
    run: (url) =>
      within(async (context) => {
        const pages = [await open(context, url), await open(context, url), await open(context, url)];
        await until(pages[0], "it hosts the cloud", (state) => state.cloud === "Here");
        await Promise.all(pages.map((page, index) => save(page, `item ${index}`)));
        const all = ({ cart, pending }) => Object.keys(cart).length === 3 && pending === 0;
        await Promise.all(pages.map((page) => until(page, "all have all, confirmed", all)));
        await pages[0].close();
        await Promise.any(pages.slice(1).map((page) => until(page, "it hosts the cloud", (state) => state.cloud === "Here")));
        await save(pages[2], "item 3");
        await until(pages[2], "that is confirmed too", (state) => state.pending === 0 && state.tabs === 1);
      }),
  },
  {
    name: "a stolen lock is said, and loses nothing",
    run: (url) =>
      within(async (context) => {
        const page = await open(context, url);
        await save(page, "milk");
        await page.evaluate(() => void navigator.locks.request("replicascope-slot-0", { steal: true }, () => new Promise(() => {})));
        const other = await until(page, "it is another device", (state) => state.slot === 1 && state.storage.startsWith("Durable"));
        assert.match(other.said.join(), /another page has taken over this device/);
        await page.close();
        const back = await open(context, url);
        await until(back, "its data is there", (state) => state.slot === 0 && state.cart.milk === 1);
      }),
  },
  {
    name: "an update in another tab is said, and loses nothing",
    run: (url) =>
      within(async (context) => {
        const page = await open(context, url);
        await save(page, "milk");
        const other = await context.newPage();
        await other.goto(new URL("empty.txt", url).href);
        const kept = await other.evaluate(
          () =>
            new Promise((resolve, reject) => {
              const request = indexedDB.open("replicascope-device-0", 1_000);
              request.onerror = reject;
              request.onsuccess = () => {
                const count = request.result.transaction("log").objectStore("log").count();
                count.onsuccess = () => resolve(count.result);
              };
            }),
        );
        assert.equal(kept, 1);
        const { said } = await until(page, "it says so", (state) => state.storage.startsWith("Failed(Newer(1000"));
        assert.match(said.join(), /reload to update/);
        assert.match(await add(page, "eggs"), /refused/);
      }),
  },
  {
    name: "a full disk is said, and loses nothing",
    run: (url) =>
      within(async (context) => {
        const page = await open(context, url);
        await save(page, "milk");
        const session = await context.newCDPSession(page);
        await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(url).origin, quotaSize: 1 });
        let answer = "saved";
        // The browser remembers for a while how much room there was.
        for (let index = 0; index < 600 && answer === "saved"; index += 1) {
          answer = await add(page, `item ${index % 10}`);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        assert.match(answer, /refused/);
        const full = await until(page, "it says so", (state) => state.storage.startsWith("Failed(Full"));
        assert.equal(full.cart.milk, 1);
        await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(url).origin });
        await page.evaluate(() => globalThis.lab.retry());
        await ready(page);
        await save(page, "eggs");
        await until(page, "all is there", ({ cart }) => cart.milk === 1 && cart.eggs === 1);
      }),
  },
  {
    name: "storage that is denied is said plainly",
    run: (url) =>
      within(async (context) => {
        const page = await context.newPage();
        await page.goto(new URL("empty.txt", url).href);
        await page.evaluate((url) => {
          const frame = document.createElement("iframe");
          frame.setAttribute("sandbox", "allow-scripts");
          frame.src = url;
          document.body.append(frame);
        }, url);
        await page.waitForFunction(() => frames.length === 1);
        const frame = await (await page.waitForSelector("iframe")).contentFrame();
        const { said } = await until(frame, "it works from memory", (state) => state.storage.startsWith("MemoryOnly"));
        assert.match(said.join(), /gone with this page/);
        await save(frame, "milk");
      }),
  },
  {
    name: "without Web Locks tabs ask each other, and say so",
    run: (url) =>
      within(async (context) => {
        await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
        const [first, second] = [await open(context, url), await open(context, url)];
        const a = await until(first, "its guard is the token", (state) => state.guard === "TokenOnly");
        const b = await until(second, "its guard is the token", (state) => state.guard === "TokenOnly");
        assert.notEqual(a.slot, b.slot);
        assert.match(a.said.join(), /no Web Locks/);
        await save(first, "milk");
        await until(second, "they exchange", ({ cart }) => cart.milk === 1);
      }),
  },
  {
    name: "a page that comes back from the back/forward cache loads again",
    run: (url) =>
      within(
        async (context) => {
          const page = await open(context, url);
          await save(page, "milk");
          const before = await until(page, "it is confirmed", (state) => state.pending === 0);
          await page.evaluate(() => {
            globalThis.mark = true;
          });
          await page.goto(new URL("empty.txt", url).href);
          const other = await open(context, url);
          const taken = await until(other, "the slot was free", (state) => state.slot === before.slot && state.cart.milk === 1);
          assert.equal(taken.store, before.store);
          await page.goBack({ waitUntil: "commit" });
          const isRestored = await page.evaluate(() => globalThis.mark === true);
          await until(page, "it is another device", (state) => state.slot !== before.slot && state.storage.startsWith("Durable"));
          await save(page, "eggs");
          await until(other, "they exchange", ({ cart }) => cart.eggs === 1);
          const after = await until(page, "it has all", ({ cart }) => cart.milk === 1);
          assert.notEqual(after.replica, before.replica);
          console.log(`     it ${isRestored ? "was" : "was not"} restored from the cache`);
        },
        ["--enable-features=BackForwardCache:should_ignore_blocklists/false", "--disable-features=BackForwardCacheMemoryControls"],
      ),
  },
];
