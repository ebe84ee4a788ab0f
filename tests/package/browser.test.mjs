// The package in the real browser: in a plain page under a strict policy, in workers, and with a store that stays.

import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { profile, serve, start } from "../e2e/lab/browser.mjs";
import { folder, pins } from "./package.mjs";

const here = fileURLToPath(new URL("page", import.meta.url));
let server;
let home;
let browser;

before(async () => {
  server = await serve(here, folder);
  home = profile();
  browser = await start(home.path);
});

after(async () => {
  await browser?.close();
  server?.close();
  home?.remove();
});

/** A page with the package in it; whatever it reports as an error fails the test that closes it. */
async function openPage(context = browser.context) {
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(server.url);
  await page.waitForFunction(() => window.replicascope);
  const close = async () => {
    await page.close();
    assert.deepEqual(problems, []);
  };
  return { page, close };
}

test("a plain page plays every scenario to the fingerprint of the host", async () => {
  const { page, close } = await openPage();
  const rows = pins();
  assert.ok(rows.length >= 100);
  const wrong = await page.evaluate((rows) => {
    return rows.filter(({ scenario, variant, fingerprint }) => {
      const playground = new replicascope.Playground({ scenario, variant });
      playground.perform();
      const played = playground.snapshot();
      playground.free();
      return played.fingerprint !== fingerprint;
    });
  }, rows);
  assert.deepEqual(wrong, []);
  await close();
});

test("objects of the page are no arguments", async () => {
  const { page, close } = await openPage();
  const codes = await page.evaluate(async () => {
    const { Playground, LocalLeader, check, measure } = replicascope;
    const leader = await LocalLeader.open({ name: "odd", storage: "memory" });
    const codes = new Set();
    for (const odd of [window, document, document.body, navigator, new Event("x"), crypto, new Blob(["x"]), structuredClone(new Date())]) {
      for (const call of [() => new Playground(odd), () => check(odd, odd), () => measure(odd), () => leader.put(odd, odd), () => leader.connect(odd), () => leader.import(odd)]) {
        codes.add(await codeOf(call));
      }
    }
    await leader.close();
    return [...codes];
  });
  assert.ok(codes.every((code) => ["bad-argument", "bad-config"].includes(code)), codes.join());
  await close();
});

test("a thousand runs in a page take no more memory than a few", async () => {
  const { page, close } = await openPage();
  const [before, after] = await page.evaluate(async () => {
    const bindings = await import("./replicascope_wasm.js");
    const { memory } = await bindings.default();
    const play = () => {
      const playground = new replicascope.Playground({ scenario: "offline-leader" });
      playground.runUntil(200);
      playground.free();
    };
    for (let count = 0; count < 20; count += 1) play();
    const before = memory.buffer.byteLength;
    for (let count = 0; count < 1_000; count += 1) play();
    return [before, memory.buffer.byteLength];
  });
  assert.equal(after, before);
  await close();
});

test("a leader survives a reload, with its outbox", async () => {
  const { page, close } = await openPage();
  const before = await page.evaluate(async () => {
    const leader = await replicascope.LocalLeader.open({ name: "reload", author: "Ana" });
    await leader.put("note", "kept");
    await leader.cart("cart").add("milk", 2);
    await leader.setMode("note", "ask");
    return { status: leader.status(), pending: leader.pending() };
  });
  await page.reload();
  await page.waitForFunction(() => window.replicascope);
  const after = await page.evaluate(async () => {
    window.leader = await replicascope.LocalLeader.open({ name: "reload" });
    return { status: leader.status(), pending: leader.pending(), note: leader.get("note"), cart: leader.cart("cart").items() };
  });
  assert.equal(after.status.store, before.status.store);
  assert.deepEqual(after.pending, before.pending);
  assert.deepEqual([after.note.decided.value, after.note.decided.mode, after.note.versions[0].author], ["kept", "ask", "Ana"]);
  assert.deepEqual(after.cart, { milk: 2 });
  const dot = await page.evaluate(async () => (await leader.put("note", "again")).dot);
  assert.ok(!before.pending.some((pending) => pending.dot.split(":")[0] === dot.split(":")[0]), "it writes under a new identity");
  await page.evaluate(() => leader.close());
  await close();
});

test("what was durable is there after the browser is killed", async () => {
  const own = profile();
  let victim = await start(own.path);
  for (let round = 1; round <= 3; round += 1) {
    const { page } = await openPage(victim.context);
    const count = await page.evaluate(async () => {
      window.leader = await replicascope.LocalLeader.open({ name: "killed" });
      await leader.cart("cart").add("milk");
      return leader.cart("cart").items().milk;
    });
    assert.equal(count, round);
    await victim.kill();
    victim = await start(own.path);
  }
  await victim.close();
  own.remove();
});

test("who opens a leader last owns it; the one before is told", async () => {
  const [first, second] = [await openPage(), await openPage()];
  await first.page.evaluate(async () => {
    window.leader = await replicascope.LocalLeader.open({ name: "shared" });
    await leader.put("note", "first");
    leader.connect({ send() {} });
    // Without writing anything.
    leader.subscribe(() => leader.status().failure && (window.told = leader.status()));
  });
  assert.equal(
    await second.page.evaluate(async () => {
      window.leader = await replicascope.LocalLeader.open({ name: "shared" });
      await leader.put("note", "second");
      return leader.get("note").decided.value;
    }),
    "second",
  );
  const status = await (await first.page.waitForFunction(() => window.told)).jsonValue();
  assert.deepEqual([status.failure.code, status.peers, status.closed], ["taken-over", [], false]);
  const told = await first.page.evaluate(async () => [
    await codeOf(() => leader.put("note", "lost")),
    await codeOf(() => leader.put("note", "lost too")),
    leader.get("note").decided.value,
    await leader.close(),
  ]);
  assert.deepEqual(told.slice(0, 3), ["taken-over", "taken-over", "first"]);
  const value = await second.page.evaluate(async () => {
    await leader.close();
    window.leader = await replicascope.LocalLeader.open({ name: "shared" });
    return leader.get("note").decided.value;
  });
  assert.equal(value, "second");
  await first.close();
  await second.close();
});

test("of leaders that are opened under one name at the same time one is left, with its second copy", async () => {
  const { page, close } = await openPage();
  // What one of them does while another one ends differs from time to time.
  for (let round = 0; round < 20; round += 1) {
    const left = await page.evaluate(async (round) => {
      const opened = await Promise.allSettled(Array.from({ length: 5 }, () => replicascope.LocalLeader.open({ name: "at once" })));
      const leaders = opened.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
      const codes = await Promise.all(leaders.map((leader, index) => codeOf(() => leader.put(`note ${index}`, round))));
      const copied = await copiesOf("replicascope-leader-at once");
      const again = await replicascope.LocalLeader.open({ name: "at once" });
      const kept = leaders.filter((_, index) => again.get(`note ${index}`).decided?.value === round).length;
      await Promise.all([again, ...leaders].map((leader) => leader.close()));
      return { count: leaders.length, written: codes.filter((code) => code === undefined).length, kept, copied, others: [...new Set(codes.filter((code) => code))] };
    }, round);
    assert.deepEqual(left, { count: 5, written: 1, kept: 1, copied: 1, others: ["taken-over"] });
  }
  await close();
});

test("leaders of two tabs end equal over a BroadcastChannel", async () => {
  const pages = [await openPage(), await openPage()];
  for (const [index, { page }] of pages.entries()) {
    await page.evaluate(async (index) => {
      window.leader = await replicascope.LocalLeader.open({ name: `tab ${index}` });
      for (let count = 0; count < 20; count += 1) await leader.cart("cart").add(`item ${index} ${count}`);
      leader.connect(broadcast("tabs"));
    }, index);
  }
  for (const { page } of pages) {
    await page.waitForFunction(() => Object.keys(leader.cart("cart").items()).length === 40 && leader.status().peers[0].phase === "equal");
  }
  for (const { page, close } of pages) {
    await page.evaluate(() => leader.close());
    await close();
  }
});

test("a worker has a leader too", async () => {
  const { page, close } = await openPage();
  const said = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const worker = new Worker("worker.js", { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => resolve(`error: ${event.message}`);
      }),
  );
  assert.equal(said, "from a worker");
  await close();
});

test("a frame that gets no storage is told so by a code", async () => {
  const { page } = await openPage();
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.sandbox = "allow-scripts";
        frame.src = "index.html?frame";
        window.addEventListener("message", ({ data, source }) => data === "loaded" && source === frame.contentWindow && resolve());
        document.body.append(frame);
      }),
  );
  const frame = page.frames().find((frame) => frame.url().includes("?frame"));
  const codes = await frame.evaluate(async () => {
    const { LocalLeader } = replicascope;
    const memory = await LocalLeader.open({ name: "x", storage: "memory" });
    await memory.put("note", 1);
    return [await codeOf(() => LocalLeader.open({ name: "x" })), memory.get("note").decided.value];
  });
  assert.deepEqual(codes, ["no-storage", 1]);
  await page.close();
});

test("a store that is deleted, or full, is told by a code", async () => {
  const { page, close } = await openPage();
  const deleted = await page.evaluate(async () => {
    const leader = await replicascope.LocalLeader.open({ name: "deleted" });
    await leader.put("note", "gone");
    const told = new Promise((resolve) => leader.subscribe(() => leader.status().failure && resolve(leader.status().failure.code)));
    await new Promise((resolve) => (indexedDB.deleteDatabase("replicascope-leader-deleted").onsuccess = resolve));
    return [await told, await codeOf(() => leader.put("note", "x"))];
  });
  assert.deepEqual(deleted, ["no-storage", "no-storage"]);
  const session = await browser.context.newCDPSession(page);
  await page.evaluate(async () => {
    window.leader = await replicascope.LocalLeader.open({ name: "full" });
    await leader.put("note", "fits");
  });
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(server.url).origin, quotaSize: 1 });
  const full = await page.evaluate(async () => {
    // The browser remembers for a while how much room there was.
    for (let count = 0; count < 600; count += 1) {
      const code = await codeOf(() => leader.put(`note ${count % 50}`, "x".repeat(1_000)));
      if (code) return [code, leader.status().failure.code, await codeOf(() => leader.put("note", "x"))];
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return ["it always fitted"];
  });
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(server.url).origin });
  assert.deepEqual(full, ["storage-full", "storage-full", "storage-full"]);
  const again = await page.evaluate(async () => {
    await leader.close();
    window.leader = await replicascope.LocalLeader.open({ name: "full" });
    await leader.put("note", "goes on");
    return leader.get("note").decided.value;
  });
  assert.equal(again, "goes on");
  await close();
});
