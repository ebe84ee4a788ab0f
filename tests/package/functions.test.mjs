// Judging histories and measuring quorums from JavaScript.

import { strict as assert } from "node:assert";
import { test } from "node:test";
import { codeOf, oddities, ready, replicascope } from "./package.mjs";

const { check, measure } = replicascope;

const stale = [
  { process: 0, type: "invoke", f: "write", key: "x", value: 1, time: 0 },
  { process: 0, type: "ok", f: "write", key: "x", value: 1, time: 10 },
  { process: 1, type: "invoke", f: "read", key: "x", value: null, time: 20 },
  { process: 1, type: "ok", f: "read", key: "x", value: null, time: 30 },
];

test("a history is judged, as lines and as objects", async () => {
  await ready();
  const lines = stale.map((line) => JSON.stringify(line)).join("\n");
  for (const history of [stale, lines]) {
    const verdict = check(history, { guarantee: "linearizable" });
    assert.deepEqual([verdict.guarantee, verdict.holds, verdict.operations], ["linearizable", false, 2]);
    assert.deepEqual(verdict.witness.map((operation) => operation.f), ["write", "read"]);
    assert.equal(check(history, { guarantee: "linearizable", null_read: "unconstrained" }).holds, true);
    assert.equal(check(history, { guarantee: "read-your-writes" }).holds, true, "they are two sessions");
  }
});

test("a search ends when its time is over", async () => {
  await ready();
  assert.notEqual(check(stale, { guarantee: "linearizable", time_limit_ms: 0 }).holds, true);
});

test("what is no history is refused with line and field", async () => {
  await ready();
  assert.throws(() => check([{ ...stale[0], type: "begin" }], { guarantee: "linearizable" }), /line 1: `type`/);
  assert.equal(codeOf(() => check("{", { guarantee: "linearizable" })), "bad-history");
  for (const odd of oddities()) {
    // Nothing happened: that is a history.
    if (odd === "" || JSON.stringify(safely(odd)) === "[]") continue;
    const code = codeOf(() => check(odd, { guarantee: "linearizable" }));
    assert.ok(["bad-history", "bad-argument", "too-large"].includes(code), code);
  }
});

test("options of a check are refused by name", async () => {
  await ready();
  const code = (options) => codeOf(() => check(stale, options));
  assert.equal(code(undefined), "bad-argument");
  assert.equal(code({}), "bad-argument");
  assert.equal(code({ guarantee: "perfect" }), "unknown-name");
  assert.equal(code({ guarantee: "linearizable", model: "queue" }), "unknown-name");
  assert.equal(code({ guarantee: "linearizable", initial: {} }), "bad-argument");
  assert.equal(code({ guarantee: "linearizable", failed_cas: "maybe" }), "unknown-name");
  assert.equal(code({ guarantee: "linearizable", time_limit_ms: -1 }), "bad-argument");
  assert.equal(code({ guarantee: "linearizable", speed: 1 }), "bad-argument");
  for (const odd of oddities().slice(1)) {
    const said = codeOf(() => check(stale, odd));
    assert.ok(["bad-argument", "too-large"].includes(said), said);
  }
});

const leg = { exponential: { rate_per_ms: 1 } };
const config = { n: 3, r: 1, w: 1, read_fan_out: "all", write_fan_out: "all", write: leg, ack: leg, read: leg, response: leg };

test("quorums are measured, and the same seed measures the same", async () => {
  await ready();
  const one = measure(config, { samples: 20_000, seed: "5" });
  assert.equal(one.samples, 20_000);
  assert.ok(one.read_ms.p50 > 0.2 && one.read_ms.p50 < 1.5, JSON.stringify(one.read_ms));
  assert.deepEqual(measure(config, { samples: 20_000, seed: 5 }), one);
  assert.notDeepEqual(measure(config, { samples: 20_000, seed: 6 }), one);
  assert.equal(measure({ ...config, r: 2, w: 2 }, { samples: 2_000 }).consistent_at[0].p, 1);
});

test("what cannot be measured is refused with its field", async () => {
  await ready();
  assert.throws(() => measure({ ...config, n: 0 }), (problem) => problem.code === "bad-config" && /^n:/.test(problem.message));
  assert.equal(codeOf(() => measure(config, { samples: 0 })), "bad-argument");
  assert.equal(codeOf(() => measure(config, { samples: 1e12 })), "bad-argument");
  assert.equal(codeOf(() => measure(config, { count: 1 })), "bad-argument");
  for (const odd of oddities()) {
    const code = codeOf(() => measure(odd));
    assert.ok(["bad-config", "bad-argument", "too-large"].includes(code), code);
  }
});

function safely(value) {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}
