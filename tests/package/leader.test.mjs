// The local leader in Node: writes, conflicts, files, and what callers may do to it.

import { strict as assert } from "node:assert";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pair, until } from "./channels.mjs";
import { codeOf, codeOfPromise, memoryBytes, oddities, ready, replicascope } from "./package.mjs";

const { LocalLeader } = replicascope;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

const open = (options = {}) => LocalLeader.open({ name: "test", storage: "memory", ...options });

/** Opens leaders, hands them over, and closes them whatever happens. */
async function withLeaders(count, act) {
  await ready();
  const leaders = await Promise.all(Array.from({ length: count }, (_, index) => open({ name: `leader ${index}`, author: ["Ana", "Ben", "Caro"][index] })));
  try {
    await act(...leaders);
  } finally {
    await Promise.all(leaders.map((leader) => leader.close()));
  }
}

test("without IndexedDB memory must be asked for by name", async () => {
  await ready();
  assert.equal(await codeOfPromise(LocalLeader.open({ name: "test" })), "no-storage");
  assert.equal(await codeOfPromise(LocalLeader.open({ name: "test", storage: "indexeddb" })), "no-storage");
  assert.equal(await codeOfPromise(LocalLeader.open({ name: "test", storage: "disk" })), "unknown-name");
  await (await open()).close();
});

test("a leader is opened by a name", async () => {
  await ready();
  for (const odd of oddities()) {
    const code = await codeOfPromise(LocalLeader.open(odd));
    assert.ok(["bad-argument", "too-large"].includes(code), code);
    if (typeof odd !== "string" || odd.length !== 1) assert.match(await codeOfPromise(LocalLeader.open({ name: odd, storage: "memory" })), /bad-argument|too-large/);
  }
  for (const [field, code] of [["author", "bad-argument"], ["kind", "unknown-name"], ["mode", "unknown-name"]]) {
    assert.equal(await codeOfPromise(open({ [field]: "x".repeat(65) })), field === "mode" ? "bad-argument" : code);
  }
  assert.equal(await codeOfPromise(open({ mode: "vote" })), "unknown-name");
});

test("a value is put, read, and removed", async () => {
  await withLeaders(1, async (ana) => {
    assert.deepEqual(ana.get("note"), { key: "note", versions: [], context: {}, decided: null });
    const before = Date.now();
    const written = await ana.put("note", "milk is out");
    const held = ana.get("note");
    assert.equal(held.versions.length, 1);
    const [version] = held.versions;
    assert.deepEqual([version.value, version.deleted, version.author, version.dot], ["milk is out", false, "Ana", written.dot]);
    assert.ok(version.at >= before && version.at <= Date.now());
    assert.deepEqual(held.context, written.context);
    assert.deepEqual([held.decided.value, held.decided.open], ["milk is out", false]);
    await ana.put("note", 42);
    assert.equal(ana.get("note").decided.value, 42);
    await ana.remove("note");
    assert.deepEqual(ana.get("note").versions.map(({ value, deleted }) => [value, deleted]), [[null, true]]);
    assert.equal(ana.get("note").decided.value, null);
    assert.equal(ana.pending().length, 3);
    assert.deepEqual(new Set(ana.pending().map((pending) => pending.key)), new Set(["note"]));
  });
});

test("numbers are exact or refused", async () => {
  await withLeaders(1, async (ana) => {
    for (const number of [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      await ana.put("n", number);
      assert.equal(ana.get("n").decided.value, number);
    }
    for (const value of [0.5, NaN, Infinity, 2 ** 53, null, undefined, true, {}, [], "x".repeat(1_001)]) {
      assert.equal(await codeOfPromise(ana.put("n", value)), "bad-argument", String(value));
    }
  });
});

test("texts that are none in Unicode are refused, so that no two become one", async () => {
  await withLeaders(1, async (ana) => {
    for (const half of ["\ud800", "a\udc00b", "\udc00\ud800"]) {
      for (const call of [() => ana.put(half, 1), () => ana.put("a", half), () => ana.cart("cart").add(half)]) {
        assert.equal(await codeOfPromise(call()), "bad-argument");
      }
      assert.equal(codeOf(() => ana.get(half)), "bad-argument");
    }
    await ana.put("\u{1f95b}", "\u{1f95b}");
    assert.equal(ana.get("\u{1f95b}").decided.value, "\u{1f95b}");
  });
});

test("a cart counts", async () => {
  await withLeaders(1, async (ana) => {
    const cart = ana.cart("cart");
    await cart.add("milk");
    await cart.add("milk", 2);
    await cart.set("eggs", 12);
    await cart.decrease("eggs");
    assert.deepEqual(cart.items(), { eggs: 11, milk: 3 });
    await cart.remove("milk");
    await cart.set("eggs", 1);
    await cart.decrease("eggs");
    assert.deepEqual(cart.items(), {});
    assert.equal(await codeOfPromise(cart.decrease("eggs")), "bad-argument");
    for (const count of [0, -1, 1.5, 10_000, NaN, "1", null]) assert.equal(await codeOfPromise(cart.add("milk", count)), "bad-argument");
    assert.equal(cart.key, "cart");
    assert.equal(ana.cart("basket").key, "cart:basket");
    assert.equal(await codeOfPromise(ana.put("cart", 1)), "bad-argument");
  });
});

test("a conflict is kept until somebody who has seen it decides", async () => {
  await withLeaders(2, async (ana, ben) => {
    await ana.setMode("note", "ask");
    await ana.put("note", "Tuesday");
    await ben.put("note", "Friday");
    const { ends } = pair();
    ana.connect(ends[0]);
    ben.connect(ends[1]);
    await until("both hold both", () => [ana, ben].every((leader) => leader.get("note").versions.length === 2));
    const seen = ben.get("note");
    assert.equal(seen.decided.mode, "ask");
    assert.equal(seen.decided.open, true);
    assert.deepEqual(seen.versions.map((version) => version.author).sort(), ["Ana", "Ben"]);
    await ben.resolve("note", "Wednesday", seen.context);
    await until("the decision is at both", () => [ana, ben].every((leader) => leader.get("note").decided.value === "Wednesday"));
    assert.equal(ana.get("note").versions.length, 1);
    assert.equal(ana.get("note").decided.open, false);
  });
});

test("who has not seen a version does not decide about it", async () => {
  await withLeaders(1, async (ana) => {
    await ana.setMode("note", "ask");
    const { context } = await ana.put("note", "one");
    await ana.put("note", "two");
    await ana.resolve("note", "three", context);
    assert.deepEqual(ana.get("note").versions.map((version) => version.value), ["two", "three"]);
    await ana.resolve("note", null, ana.get("note").context);
    assert.deepEqual(ana.get("note").versions.map((version) => version.deleted), [true]);
    const unknown = { "0123456789abcdef": 3 };
    assert.equal(await codeOfPromise(ana.resolve("note", "x", unknown)), "refused");
    for (const bad of [undefined, null, 1, "x", [], { x: 1 }, { "0123456789abcdef": -1 }, { "0123456789abcdef": 2 ** 53 }, { "+123456789abcdef": 1 }]) {
      assert.equal(await codeOfPromise(ana.resolve("note", "x", bad)), "bad-argument", JSON.stringify(bad));
    }
  });
});

test("subscribers are told once for all that happened together", async () => {
  await withLeaders(1, async (ana) => {
    let toldCount = 0;
    const end = ana.subscribe(() => (toldCount += 1));
    const writes = [ana.put("a", 1), ana.put("b", 2), ana.put("c", 3)];
    assert.equal(toldCount, 0, "nobody is called back from inside of a call");
    await Promise.all(writes);
    await until("told", () => toldCount > 0);
    assert.ok(toldCount <= 4, `${toldCount} times`);
    end();
    end();
    const before = toldCount;
    await ana.put("a", 4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(toldCount, before);
    for (const callback of [undefined, null, 1, {}, "x"]) assert.equal(codeOf(() => ana.subscribe(callback)), "bad-argument");
  });
});

test("a subscriber may call back in, write, and end itself", async () => {
  await withLeaders(1, async (ana) => {
    const seen = [];
    const end = ana.subscribe(() => {
      seen.push(ana.get("a").decided?.value);
      if (seen.length === 1) ana.put("a", 2);
      else end();
    });
    await ana.put("a", 1);
    await until("twice", () => seen.length >= 2);
    assert.equal(seen.at(-1), 2);
  });
});

test("what a subscriber throws is reported, and stops nobody", async () => {
  await withLeaders(1, async (ana) => {
    const reported = [];
    // The runner listens too, and would count it as a failure.
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => reported.push(reason));
    let isTold = false;
    ana.subscribe(() => {
      throw new Error("caller's own");
    });
    ana.subscribe(() => (isTold = true));
    await ana.put("a", 1);
    await until("told", () => isTold);
    await until("reported", () => reported.length > 0);
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
    assert.equal(reported[0].message, "caller's own");
  });
});

test("a file holds everything, and a leader that takes it in is a new one", async () => {
  await withLeaders(2, async (ana, ben) => {
    await ana.put("note", "kept");
    await ana.cart("cart").add("milk", 2);
    const file = await ana.export();
    assert.ok(file instanceof Uint8Array && file.length > 20);
    await ben.put("other", "is replaced");
    await ben.import(file);
    assert.equal(ben.get("note").decided.value, "kept");
    assert.deepEqual(ben.cart("cart").items(), { milk: 2 });
    assert.equal(ben.get("other").decided, null);
    assert.notEqual(ben.status().store, ana.status().store);
    await ben.put("note", "goes on");
    assert.equal(ben.get("note").versions[0].author, "Ben");
    const { ends } = pair();
    ana.connect(ends[0]);
    ben.connect(ends[1]);
    await until("ana has it", () => ana.get("note").decided.value === "goes on");
    assert.equal(ana.status().alarm, null);
  });
});

test("what is no file is refused, and changes nothing", async () => {
  await withLeaders(1, async (ana) => {
    await ana.put("note", "kept");
    const file = await ana.export();
    for (let index = 0; index < file.length; index += 7) {
      const damaged = file.slice();
      damaged[index] ^= 0x55;
      assert.equal(await codeOfPromise(ana.import(damaged)), "bad-file", `byte ${index}`);
      assert.equal(await codeOfPromise(ana.import(file.slice(0, index))), "bad-file", `${index} bytes`);
    }
    for (const odd of [undefined, null, "x", {}, [1, 2], new ArrayBuffer(3), new Uint16Array(4)]) {
      assert.equal(await codeOfPromise(ana.import(odd)), "bad-argument");
    }
    assert.equal(ana.get("note").decided.value, "kept");
    assert.equal((await ana.put("note", "and on")).dot.endsWith(":2"), true);
  });
});

test("close waits for what is under way, and then there is nothing", async () => {
  await ready();
  const leader = await open();
  const cart = leader.cart("cart");
  const writes = [leader.put("a", 1), cart.add("milk")];
  await leader.close();
  assert.deepEqual((await Promise.all(writes)).map((written) => typeof written.dot), ["string", "string"]);
  await leader.close();
  assert.equal(leader.status().closed, true);
  for (const call of [() => leader.get("a"), () => leader.pending(), () => leader.subscribe(() => {}), () => leader.connect({ send() {} }), () => cart.items()]) {
    assert.equal(codeOf(call), "closed");
  }
  for (const promise of [leader.put("a", 1), leader.remove("a"), leader.resolve("a", 1, {}), leader.setMode("a", "ask"), leader.export(), cart.add("x")]) {
    assert.equal(await codeOfPromise(promise), "closed");
  }
  leader.free();
  assert.equal(codeOf(() => leader.get("a")), "freed");
  assert.equal(await codeOfPromise(leader.put("a", 1)), "freed");
  assert.equal(await codeOfPromise(new LocalLeader().put("a", 1)), "freed");
});

test("no argument breaks it", async () => {
  await withLeaders(1, async (ana) => {
    const cart = ana.cart("cart");
    for (const odd of oddities()) {
      const isName = typeof odd === "string" && odd.length === 1;
      const promises = {
        put: () => ana.put("x", typeof odd === "string" || Number.isSafeInteger(odd) ? {} : odd),
        putKey: () => ana.put(isName ? "" : odd, 1),
        remove: () => ana.remove(isName ? "" : odd),
        resolve: () => ana.resolve("x", 1, typeof odd === "object" && odd !== null ? { x: 1, y: odd } : odd),
        setMode: () => ana.setMode("x", odd),
        import: () => ana.import(ArrayBuffer.isView(odd) ? "x" : odd),
        add: () => cart.add(isName ? "" : odd),
        set: () => cart.set("x", odd === 1 ? 0 : typeof odd === "number" && odd > 0 && odd < 9_999 && odd % 1 === 0 ? 0 : odd),
        decrease: () => cart.decrease(odd),
        removeItem: () => cart.remove(isName ? "" : odd),
      };
      for (const [name, call] of Object.entries(promises)) {
        const code = await codeOfPromise(call());
        assert.ok(["bad-argument", "unknown-name", "too-large"].includes(code), `${name}: ${code}`);
      }
      for (const call of [() => ana.get(isName ? "" : odd), () => ana.cart(isName ? "" : odd), () => ana.subscribe(typeof odd === "function" ? 1 : odd), () => ana.connect(odd)]) {
        const code = codeOf(call);
        assert.ok(["bad-argument", "too-large"].includes(code), code);
      }
    }
    await ana.put("x", "still works");
  });
});

test("leaders that are closed and freed take no more memory than a few", async () => {
  await ready();
  let count = 0;
  const once = async () => {
    const leader = await open();
    const { ends } = pair();
    leader.subscribe(() => {});
    leader.connect(ends[0]);
    await leader.put("a", "b");
    // Freed at once, or closed before.
    if ((count += 1) % 2) await leader.close();
    leader.free();
  };
  // What was put onto channels is given back when the collector finds it; finalizers run in tasks of their own.
  const rounds = async (count) => {
    for (let round = 0; round < count; round += 1) {
      for (let index = 0; index < 100; index += 1) await once();
      collect();
      await wait(2);
      await wait(2);
    }
  };
  await rounds(10);
  const before = await memoryBytes();
  await rounds(20);
  assert.equal(await memoryBytes(), before);
});
