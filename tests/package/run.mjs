// Runs the tests of the JavaScript package, and closes with how many passed and failed. Words choose: only files with one of
// them in their name. PACKAGE: the folder of the built package; CHROMIUM: the browser.

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "node:test";

const here = fileURLToPath(new URL(".", import.meta.url));
const words = process.argv.slice(2);
const names = readdirSync(here).filter((name) => name.endsWith(".test.mjs"));
const files = names.filter((name) => words.length === 0 || words.some((word) => name.includes(word))).sort();

let passedCount = 0;
let failedCount = 0;

// A file that ends early, or fails as a whole, is told as a test of the file's own name.
const isFile = ({ name }) => files.some((file) => name.endsWith(file));

const stream = run({ files: files.map((name) => here + name), concurrency: 1, timeout: 600_000 });
stream.on("test:pass", (test) => {
  if (isFile(test)) return;
  passedCount += 1;
  console.log(`  ok ${test.name} (${Math.round(test.details.duration_ms)} ms)`);
});
stream.on("test:fail", (test) => {
  failedCount += 1;
  console.log(`FAIL ${test.name}\n${test.details.error?.cause?.stack ?? test.details.error?.stack}`);
});
stream.on("test:stderr", ({ message }) => process.stderr.write(message));
stream.on("test:stdout", ({ message }) => process.stderr.write(message));
stream.on("end", () => {
  console.log(`\n${passedCount} passed, ${failedCount} failed`);
  process.exitCode = failedCount === 0 && passedCount > 0 ? 0 : 1;
});
// Without a reader the stream would not go on.
stream.resume();
