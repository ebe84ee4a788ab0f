// What is freed, by hand or by the garbage collector, is used again.

import { strict as assert } from "node:assert";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memoryBytes, ready, replicascope } from "./package.mjs";

const { Playground } = replicascope;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

function play() {
  const playground = new Playground({ scenario: "offline-leader" });
  playground.runUntil(200);
  playground.snapshot();
  return playground;
}

test("thousands of runs that are freed take no more memory than a few", async () => {
  await ready();
  for (let count = 0; count < 20; count += 1) play().free();
  const before = await memoryBytes();
  for (let count = 0; count < 3_000; count += 1) play().free();
  assert.equal(await memoryBytes(), before);
});

test("runs that nobody holds are freed by the garbage collector", async () => {
  await ready();
  const rounds = async (count) => {
    for (let round = 0; round < count; round += 1) {
      for (let index = 0; index < 50; index += 1) play();
      collect();
      // Finalizers run in a task of their own.
      await wait(0);
      await wait(0);
    }
  };
  await rounds(4);
  const before = await memoryBytes();
  await rounds(20);
  assert.ok((await memoryBytes()) <= before + 2 * 65_536 * 16, `${before} bytes grew to ${await memoryBytes()}`);
});

test("what is refused leaves nothing behind", async () => {
  await ready();
  const refuse = () => {
    for (const options of [{}, { scenario: "x" }, { link: "#v1.AAAA" }, { recipe: {} }]) {
      try {
        new Playground(options);
      } catch {
        // That is the point.
      }
    }
  };
  for (let count = 0; count < 20; count += 1) refuse();
  const before = await memoryBytes();
  for (let count = 0; count < 1_000; count += 1) refuse();
  assert.equal(await memoryBytes(), before);
});
