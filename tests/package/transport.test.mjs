// Leaders connected by channels made by hand: they end equal, whatever the channel did.

import { strict as assert } from "node:assert";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pair, ports, unreliable, until } from "./channels.mjs";
import { codeOf, ready, replicascope } from "./package.mjs";

const { LocalLeader } = replicascope;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

/** Opens leaders of these kinds, hands them over, and closes them whatever happens. */
async function withKinds(kinds, act) {
  await ready();
  const open = (kind, index) => LocalLeader.open({ name: `leader ${index}`, storage: "memory", kind });
  const leaders = await Promise.all(kinds.map(open));
  try {
    await act(...leaders);
  } finally {
    await Promise.all(leaders.map((leader) => leader.close()));
  }
}

const join = (one, other, { ends }) => [one.connect(ends[0]), other.connect(ends[1])];
const items = (leader) => JSON.stringify(leader.cart("cart").items());
const areEqual = (...leaders) => leaders.every((leader) => items(leader) === items(leaders[0]) && leader.status().alarm === null);
const areSettled = (...leaders) => areEqual(...leaders) && leaders.every((leader) => leader.status().peers.every((peer) => peer.phase === "equal"));

async function fill(leader, item, count) {
  for (let index = 0; index < count; index += 1) await leader.cart("cart").add(`${item} ${index % 17}`, 1 + (index % 3));
}

test("two leaders end equal over callbacks that call at once", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    await Promise.all([fill(ana, "milk", 40), fill(ben, "eggs", 40)]);
    join(ana, ben, pair());
    await until("equal", () => areSettled(ana, ben));
    assert.equal(Object.keys(ana.cart("cart").items()).length, 34);
    await ana.cart("cart").set("bread", 5);
    await until("bread is there", () => ben.cart("cart").items().bread === 5);
  });
});

test("two leaders end equal over a MessageChannel", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    await Promise.all([fill(ana, "milk", 150), fill(ben, "eggs", 150)]);
    const channel = ports();
    join(ana, ben, channel);
    await until("equal", () => areSettled(ana, ben));
    channel.close();
  });
});

test("two leaders end equal over a slow channel, while both write", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    join(ana, ben, pair({ delayMs: 15 }));
    await Promise.all([fill(ana, "milk", 60), fill(ben, "milk", 60)]);
    await until("equal", () => areSettled(ana, ben));
  });
});

test("a channel that is cut in the middle loses nothing", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    await Promise.all([fill(ana, "milk", 300), fill(ben, "eggs", 300)]);
    for (let cutAfter = 1; cutAfter <= 12; cutAfter += 1) {
      const channel = pair({ delayMs: 1 });
      join(ana, ben, channel);
      await until("some frames", () => channel.frames.length >= cutAfter);
      channel.cut();
      assert.deepEqual([ana.status().peers, ben.status().peers], [[], []]);
      await ana.cart("cart").add(`cut ${cutAfter}`);
    }
    join(ana, ben, pair());
    await until("equal", () => areSettled(ana, ben));
    assert.equal(Object.keys(ben.cart("cart").items()).length, 17 + 17 + 12);
  });
});

test("a third gets everything through a relay, and a hub confirms", async () => {
  await withKinds(["device", "hub", "device"], async (ana, hub, ben) => {
    await fill(ana, "milk", 50);
    join(ana, hub, pair());
    assert.equal(ana.pending().length, 50);
    await until("confirmed", () => ana.pending().length === 0);
    join(hub, ben, pair({ delayMs: 2 }));
    await fill(ben, "eggs", 50);
    await until("equal", () => areSettled(ana, hub, ben));
    assert.equal(Object.keys(ana.cart("cart").items()).length, 34);
    assert.equal(ben.pending().length, 0);
  });
});

test("a relay may be a device: then nothing is confirmed, and everything arrives", async () => {
  await withKinds(["device", "device", "device"], async (ana, relay, ben) => {
    join(ana, relay, pair());
    join(relay, ben, pair());
    await Promise.all([ana.cart("cart").set("milk", 2), ben.cart("cart").set("eggs", 6)]);
    await until("equal", () => areSettled(ana, relay, ben) && items(ana) === '{"eggs":6,"milk":2}');
    assert.equal(ana.pending().length, 1);
  });
});

test("garbage ends the connection, is thrown back, and harms nobody", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    await fill(ana, "milk", 20);
    const channel = pair();
    join(ana, ben, channel);
    await until("equal", () => areSettled(ana, ben));
    const sample = channel.frames.find((frame) => frame.length > 60) ?? channel.frames[0];
    const damaged = Array.from({ length: 60 }, (_, index) => {
      const frame = sample.slice();
      frame[index % frame.length] ^= 1 + (index % 255);
      return frame;
    });
    const lengths = [0, 1, 7, 64, 5_000].map((length) => Uint8Array.from({ length }, (_, index) => (index * 89) % 256));
    for (const garbage of [...damaged, ...lengths, new Uint8Array(2 << 20), "text", null, undefined, {}, 5, new ArrayBuffer(8)]) {
      const [end, other] = pair().ends;
      other.onmessage = () => {};
      ana.connect(end);
      assert.equal(ana.status().peers.length, 2);
      assert.equal(codeOf(() => end.onmessage(garbage)), "bad-frame");
      assert.equal(ana.status().peers.length, 1, "that connection has ended");
      assert.equal(end.onmessage(garbage), undefined, "nobody listens any more");
    }
    await ana.cart("cart").set("bread", 1);
    await until("equal", () => areSettled(ana, ben));
  });
});

test("a channel that throws is gone; others go on", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    ana.connect({ send: () => { throw new Error("caller's own"); } });
    join(ana, ben, pair());
    await ana.cart("cart").add("milk");
    await until("equal", () => areEqual(ana, ben) && ana.status().peers.length === 1);
  });
});

test("what is no channel is refused", async () => {
  await withKinds(["device"], async (ana) => {
    const frozen = Object.freeze({ send() {} });
    const throwing = { get send() { throw new Error("caller's own"); } };
    const sealed = { send() {}, set onmessage(_) { throw new Error("caller's own"); } };
    for (const channel of [undefined, null, 1, "x", {}, { send: 1 }, frozen, throwing, sealed]) {
      assert.equal(codeOf(() => ana.connect(channel)), "bad-argument");
    }
    assert.deepEqual(ana.status().peers, []);
  });
});

test("disconnect ends a connection, at any time and more than once", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    const channel = pair();
    const [connection, other] = join(ana, ben, channel);
    connection.disconnect();
    connection.disconnect();
    other.disconnect();
    channel.ends[0].onclose();
    assert.deepEqual(ana.status().peers, []);
    await ana.cart("cart").add("milk");
    assert.deepEqual(ben.cart("cart").items(), {});
    join(ana, ben, pair());
    await until("equal", () => areSettled(ana, ben));
  });
});

test("a channel may do anything to the leader while it sends", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    const { ends } = pair();
    const { send } = ends[0];
    let sentCount = 0;
    ends[0].send = (frame) => {
      sentCount += 1;
      ana.get("x");
      ana.status();
      if (sentCount < 10) ana.cart("cart").add(`from inside ${sentCount}`);
      send(frame);
    };
    ana.connect(ends[0]);
    ben.connect(ends[1]);
    await until("equal", () => sentCount >= 10 && areSettled(ana, ben));
    const connection = ana.connect({ send: () => connection.disconnect() });
    await ana.put("x", 1);
    await until("gone", () => ana.status().peers.length === 1);
    const closing = await LocalLeader.open({ name: "closing", storage: "memory" });
    closing.connect({ send: () => closing.free() });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(codeOf(() => closing.get("x")), "freed");
  });
});

test("there are at most so many connections", async () => {
  await withKinds(["device"], async (ana) => {
    const connect = () => ana.connect({ send() {} });
    const connections = Array.from({ length: 256 }, connect);
    assert.equal(codeOf(connect), "too-large");
    connections[7].disconnect();
    connect();
  });
});

test("frames that are lost, doubled and reordered cost time, and nothing else", async () => {
  await withKinds(["device", "hub"], async (ana, ben) => {
    join(ana, ben, unreliable(7));
    await Promise.all([fill(ana, "milk", 40), fill(ben, "milk", 40)]);
    await until("equal", () => areSettled(ana, ben) && ana.pending().length === 0, 60_000);
  });
});

test("a channel that sends back whatever it is given harms nobody, at once or later", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    const atOnce = { send: (frame) => atOnce.onmessage(frame) };
    const later = { send: (frame) => setTimeout(() => later.onmessage(frame), 0) };
    for (const channel of [atOnce, later]) ana.connect(channel);
    join(ana, ben, pair());
    for (let count = 1; count <= 20; count += 1) {
      await ana.cart("cart").add("milk");
      await until("it arrives", () => ben.cart("cart").items().milk === count);
    }
    assert.deepEqual([ana.status().alarm, ben.status().alarm], [null, null]);
    assert.deepEqual(ana.cart("cart").items(), { milk: 20 });
    assert.equal(ana.pending().length, 20, "its own echo confirms nothing");
  });
});

test("a channel that answers every frame from inside of its send leaves others their turn", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    await Promise.all([ana.put("a", 1), ben.put("b", 2)]);
    const greetings = [];
    ben.connect({ send: (frame) => greetings.push(frame) });
    await until("a greeting", () => greetings.length > 0);
    const most = 50_000;
    let sentCount = 0;
    const endless = { send: () => (sentCount += 1) < most && endless.onmessage(greetings[0]) };
    const connection = ana.connect(endless);
    await until("some are answered", () => sentCount > 100);
    assert.ok(sentCount < most, "this had its turn long before");
    connection.disconnect();
    join(ana, ben, pair());
    await until("equal", () => ana.get("b").decided?.value === 2 && ben.get("a").decided?.value === 1);
  });
});

test("frames of an earlier connection, and of another leader, are nothing new", async () => {
  await withKinds(["device", "device", "device"], async (ana, ben, caro) => {
    await Promise.all([fill(ana, "milk", 30), fill(ben, "eggs", 30)]);
    const first = pair();
    join(ana, ben, first);
    await until("equal", () => areSettled(ana, ben));
    first.cut();
    const before = items(ana);
    const replay = { send() {} };
    ana.connect(replay);
    for (const frame of [...first.frames, ...first.frames.toReversed()]) replay.onmessage(frame);
    assert.equal(items(ana), before);
    const strange = { send() {} };
    caro.connect(strange);
    for (const frame of first.frames) strange.onmessage(frame);
    join(ana, caro, pair());
    await until("equal", () => items(caro) === before && ana.status().alarm === null && caro.status().alarm === null);
  });
});

test("a connected leader that the program does not hold goes on, until it is freed by hand", async () => {
  await withKinds(["device"], async (ana) => {
    const { ends, frames } = pair({ delayMs: 1 });
    ana.connect(ends[0]);
    await (async () => {
      (await LocalLeader.open({ name: "nobody's", storage: "memory", kind: "hub" })).connect(ends[1]);
    })();
    for (let round = 0; round < 10; round += 1) {
      collect();
      await wait(5);
    }
    const before = frames.length;
    await ana.put("a", 1);
    await until("it confirms", () => ana.pending().length === 0);
    assert.ok(frames.length > before);
    ends[1].onclose();
    const freed = await LocalLeader.open({ name: "freed", storage: "memory" });
    const channel = { send() {} };
    freed.connect(channel);
    freed.free();
    assert.equal(channel.onmessage(new Uint8Array(3)), undefined, "nobody listens");
  });
});

test("a send that fails later ends the connection as one that fails at once", async () => {
  await withKinds(["device"], async (ana) => {
    let failedCount = 0;
    const failing = { async send() { failedCount += 1; throw new Error("caller's own"); } };
    ana.connect(failing);
    await until("gone", () => failedCount > 0 && ana.status().peers.length === 0);
    await ana.put("a", 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(failedCount, 1, "nothing is tried again");
    assert.equal(failing.onmessage(new Uint8Array(3)), undefined);
    let keptCount = 0;
    ana.connect({ async send() { keptCount += 1; } });
    await until("kept", () => keptCount > 0 && ana.status().peers.length === 1);
    const odd = { send: () => ({ get then() { throw new Error("caller's own"); } }) };
    ana.connect(odd);
    await until("that is a failure too", () => ana.status().peers.length === 1);
  });
});

test("a channel may do anything to the leader while it is connected", async () => {
  await withKinds([], async () => {
    const deeds = [(leader) => leader.free(), (leader) => void leader.close(), (leader) => leader.connect({ send() {} }), (leader) => void leader.put("x", 1)];
    for (const deed of deeds) {
      for (const name of ["send", "onmessage", "onclose"]) {
        const leader = await LocalLeader.open({ name: "met", storage: "memory" });
        const channel = {
          get send() { if (name === "send") deed(leader); return () => {}; },
          set onmessage(_) { if (name === "onmessage") deed(leader); },
          set onclose(_) { if (name === "onclose") deed(leader); },
        };
        const ended = codeIfAny(() => leader.connect(channel));
        assert.ok([undefined, "freed", "closed"].includes(ended), `${name}: ${ended}`);
        await leader.close().catch(({ code }) => assert.equal(code, "freed"));
        leader.free();
      }
    }
  });
});

test("bytes are what they are, and not what they say", async () => {
  await withKinds(["device", "device"], async (ana, ben) => {
    await fill(ana, "milk", 5);
    const { ends, frames } = pair();
    const liar = (bytes) => Object.defineProperties(new (class extends Uint8Array {})(bytes), { length: { value: 2 }, byteLength: { get() { throw new Error("caller's own"); } } });
    const { send } = ends[0];
    ends[0].send = (frame) => send(liar(frame));
    join(ana, ben, { ends });
    await until("equal", () => areSettled(ana, ben));
    assert.ok(frames.length > 0);
    const detached = new Uint8Array(8);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    const fake = Object.setPrototypeOf({ length: 3, 0: 1, 1: 2, 2: 3 }, Uint8Array.prototype);
    const shared = new Uint8Array(new SharedArrayBuffer(16));
    for (const odd of [detached, fake, shared, new Proxy(new Uint8Array(3), {}), new DataView(new ArrayBuffer(4))]) {
      const channel = { send() {} };
      ana.connect(channel);
      assert.equal(codeOf(() => channel.onmessage(odd)), "bad-frame");
    }
    await ana.cart("cart").set("bread", 1);
    await until("equal", () => areSettled(ana, ben));
  });
});

/** The code of what `call` throws, if it throws anything. */
function codeIfAny(call) {
  try {
    call();
    return undefined;
  } catch (problem) {
    return problem.code;
  }
}
