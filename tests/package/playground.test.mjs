// A run steered from JavaScript: every method, with what it takes and with what it does not.

import { strict as assert } from "node:assert";
import { test } from "node:test";
import { codeOf, oddities, pins, ready, replicascope } from "./package.mjs";

const { Playground, scenarios } = replicascope;

test("everything but init needs init", () => {
  for (const call of [() => new Playground({ scenario: "quorum-overlap" }), () => scenarios(), () => replicascope.check("", {}), () => replicascope.measure({})]) {
    assert.equal(codeOf(call), "not-ready");
  }
});

test("init loads once, however often it is called", async () => {
  const first = replicascope.init();
  assert.equal(replicascope.init(), first);
  assert.equal(await first, undefined);
});

test("a run is stepped, run, sought and looked at", async () => {
  await ready();
  const playground = new Playground({ scenario: "offline-leader", variant: "add-wins", seed: "7" });
  assert.equal(playground.runUntil(500), 500);
  const at500 = playground.snapshot();
  assert.equal(at500.now_ms, 500);
  assert.equal(at500.seed, "7");
  assert.ok(at500.nodes.length > 0 && at500.nodes.every((node) => typeof node.name === "string"));
  assert.equal(playground.step(), true);
  assert.ok(playground.snapshot().events > at500.events);
  assert.equal(playground.seek(100), 100);
  assert.equal(playground.seek(500), 500);
  assert.deepEqual(playground.snapshot().nodes, at500.nodes);
  assert.equal(playground.snapshot().fingerprint, at500.fingerprint);
  playground.free();
});

test("the last thing that can happen is followed by nothing", async () => {
  await ready();
  const playground = new Playground({ scenario: "quorum-overlap" });
  assert.equal(playground.step(), false, "nobody has asked for anything");
  playground.free();
});

test("commands act, and are refused with the field that does not fit", async () => {
  await ready();
  const playground = new Playground({ scenario: "offline-leader" });
  playground.runUntil(100);
  const milk = () => playground.snapshot().nodes.map((node) => node.replica?.records.cart?.cart?.milk ?? 0);
  const before = milk();
  assert.equal(playground.submit({ act: { session: 0, action: { add: { item: "milk", count: 2 } } } }), undefined);
  playground.runUntil(2_000);
  assert.deepEqual(milk(), before.map((quantity) => quantity + 2), "it reached every replica");
  assert.equal(codeOf(() => playground.submit({ act: { session: 99, action: "look" } })), "refused");
  assert.equal(codeOf(() => playground.submit({ fly: 1 })), "bad-argument");
  assert.equal(codeOf(() => playground.submit()), "bad-argument");
  assert.equal(playground.recipe().commands.length, 1);
  playground.free();
});

test("acting in the past opens another future", async () => {
  await ready();
  const playground = new Playground({ scenario: "offline-leader" });
  const act = (item) => playground.submit({ act: { session: 0, action: { add: { item, count: 1 } } } });
  playground.runUntil(1_000);
  act("tea");
  playground.runUntil(2_000);
  playground.seek(500);
  act("salt");
  const items = playground.recipe().commands.map((timed) => timed.command.act.action.add.item);
  assert.deepEqual(items, ["salt"]);
  playground.free();
});

test("the journal goes on where one left off", async () => {
  await ready();
  const playground = new Playground({ scenario: "offline-leader" });
  playground.runUntil(1_000);
  const first = playground.journal();
  assert.equal(first.dropped, 0);
  assert.equal(first.entries.length, first.end);
  assert.ok(first.entries.every((entry, index) => entry.number === index && entry.text !== ""));
  playground.runUntil(2_000);
  const more = playground.journal({ since: first.end });
  assert.ok(more.entries.length > 0);
  assert.equal(more.entries[0].number, first.end);
  assert.deepEqual(playground.journal({ since: more.end }).entries, []);
  assert.deepEqual(playground.journal({ since: Number.MAX_SAFE_INTEGER }).entries, []);
  for (const since of [-1, 1.5, NaN, Infinity, "1", 2 ** 53]) assert.equal(codeOf(() => playground.journal({ since })), "bad-argument");
  playground.free();
});

test("recipe and link rebuild the run", async () => {
  await ready();
  const playground = new Playground({ scenario: "split-brain", variant: "no-fencing", seed: 12345678901234567890n });
  playground.runUntil(3_000);
  const snapshot = playground.snapshot();
  const recipe = playground.recipe();
  const link = playground.link();
  assert.equal(recipe.seed, "12345678901234567890");
  assert.match(link, /^#v1\./);
  for (const options of [{ recipe }, { recipe: JSON.stringify(recipe) }, { link }, { link: `https://example.org/page/${link}` }]) {
    const again = new Playground(options);
    again.runUntil(3_000);
    assert.deepEqual(again.snapshot(), snapshot);
    again.free();
  }
  const other = new Playground({ recipe, seed: 8 });
  assert.equal(other.snapshot().seed, "8");
  other.free();
  playground.free();
});

test("every scenario plays to the fingerprint that the host has", async () => {
  await ready();
  const rows = pins();
  assert.ok(rows.length >= 100, `${rows.length} pins`);
  for (const { scenario, variant, fingerprint } of rows) {
    const playground = new Playground({ scenario, variant });
    const performed = playground.perform();
    assert.equal(performed.complete, true, `${scenario} ${variant}`);
    assert.ok(performed.expectations.every((expectation) => expectation.held !== false), `${scenario} ${variant}`);
    assert.equal(playground.snapshot().fingerprint, fingerprint, `${scenario} ${variant}`);
    playground.free();
  }
});

test("what was played is judged, with its witness", async () => {
  await ready();
  const playground = new Playground({ scenario: "failover-lost-writes", variant: "asynchronous" });
  playground.perform();
  const lost = playground.verdicts().find((verdict) => verdict.guarantee === "no-lost-writes");
  assert.equal(lost.holds, false);
  assert.ok(lost.violations > 0 && lost.witness[0].sentence !== "");
  const again = new Playground({ recipe: playground.recipe() });
  assert.equal(again.perform().complete, true, "a bare recipe plays until it is quiet");
  again.free();
  playground.free();
});

test("scenarios are listed with their variants", async () => {
  await ready();
  const list = scenarios();
  assert.ok(list.length >= 35);
  for (const scenario of list) {
    for (const variant of scenario.variants) new Playground({ scenario: scenario.id, variant: variant.id }).free();
  }
});

test("no argument breaks it", async () => {
  await ready();
  const playground = new Playground({ scenario: "offline-leader" });
  for (const odd of oddities()) {
    const calls = {
      construct: () => new Playground(odd),
      scenario: () => new Playground({ scenario: odd }),
      variant: () => new Playground({ scenario: "offline-leader", variant: odd }),
      recipe: () => new Playground({ recipe: odd }),
      link: () => new Playground({ link: odd }),
      seek: () => playground.seek(typeof odd === "number" && odd >= 0 && odd <= 3_600_000 ? "text" : odd),
      runUntil: () => playground.runUntil(typeof odd === "number" && odd >= 0 && odd <= 3_600_000 ? {} : odd),
      submit: () => playground.submit(odd),
    };
    for (const [name, call] of Object.entries(calls)) {
      if (name === "variant" && isLeftOut(odd)) continue;
      const code = codeOf(call);
      assert.ok(["bad-argument", "unknown-name", "bad-recipe", "bad-link", "too-large", "refused"].includes(code), `${name}: ${code}`);
    }
  }
  assert.equal(playground.runUntil(100), 100, "and it still works");
  playground.free();
});

/** Whether it is nothing as JSON: then it counts as left out. */
function isLeftOut(value) {
  try {
    return (JSON.parse(JSON.stringify({ value })).value ?? null) === null && typeof value !== "number";
  } catch {
    return false;
  }
}

test("seeds are 64 bits, exactly", async () => {
  await ready();
  for (const seed of ["0", "18446744073709551615", 0, 2 ** 53 - 1, 2n ** 64n - 1n]) {
    const playground = new Playground({ scenario: "offline-leader", seed });
    assert.equal(playground.snapshot().seed, String(seed));
    playground.free();
  }
  for (const seed of ["18446744073709551616", "-1", "0x1", "", " 1", -1, 0.5, 2 ** 53, 2n ** 64n, -1n, true, []]) {
    assert.equal(codeOf(() => new Playground({ scenario: "offline-leader", seed })), "bad-argument", String(seed));
  }
});

test("options that nobody knows are refused by name", async () => {
  await ready();
  assert.throws(() => new Playground({ scenario: "offline-leader", sede: 1 }), /"sede"/);
  assert.equal(codeOf(() => new Playground({ scenario: "offline-leader", link: "#v1." })), "bad-argument");
  assert.equal(codeOf(() => new Playground({ link: "#v1.AA", variant: "x" })), "bad-link");
});

test("after free there is nothing, and freeing again is nothing", async () => {
  await ready();
  const playground = new Playground({ scenario: "offline-leader" });
  playground.free();
  assert.equal(playground.free(), undefined);
  const disposed = new Playground({ scenario: "offline-leader" });
  disposed[Symbol.dispose]();
  assert.equal(codeOf(() => disposed.step()), "freed");
  for (const name of ["step", "runUntil", "seek", "perform", "submit", "snapshot", "journal", "verdicts", "recipe", "link"]) {
    assert.equal(codeOf(() => playground[name](1)), "freed", name);
    assert.equal(codeOf(() => Playground.prototype[name].call({}, 1)), "freed", name);
    assert.equal(codeOf(() => Playground.prototype[name].call(undefined, 1)), "freed", name);
  }
});

test("arguments that act on the run while they are read change nothing of the call", async () => {
  await ready();
  const playground = new Playground({ scenario: "offline-leader" });
  playground.runUntil(100);
  const command = { get act() { playground.seek(50); return { session: 0, action: { add: { item: "milk", count: 1 } } }; } };
  playground.submit(command);
  assert.equal(playground.recipe().commands[0].at_ns, 50_000_000);
  assert.equal(codeOf(() => playground.submit({ get act() { playground.free(); return { session: 0, action: "look" }; } })), "freed");
});
