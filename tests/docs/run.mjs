// Runs the tests of `stories/`, or those with one of the words given in their name, on the folder that the variable SITE names
// (else `site/`), and closes with `N passed, N failed`.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../e2e/harness.mjs";
import { allTests, runTest } from "./harness.mjs";
import { serveSite } from "./hosts.mjs";

const folder = process.env.SITE || fileURLToPath(new URL("../../site", import.meta.url));
if (!existsSync(join(folder, "index.html"))) {
  throw new Error(`${folder} holds no site. Run \`cargo xtask dist\`.`);
}
const stories = new URL("stories/", import.meta.url);
for (const file of readdirSync(stories).filter((file) => file.endsWith(".mjs")).sort()) {
  await import(new URL(file, stories));
}
const words = process.argv.slice(2);
const chosen = allTests().filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const site = await serveSite(folder);
const browser = await launch();
let failed = 0;
try {
  for (const test of chosen) {
    const startedAt = performance.now();
    const elapsed = () => `${Math.round(performance.now() - startedAt)} ms`;
    try {
      await runTest(browser, site, test);
      console.log(`  ok ${test.name} (${elapsed()})`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${test.name} (${elapsed()})\n${error.message.replace(/^/gm, "     ")}`);
    }
  }
} finally {
  await browser.close();
  await site.close();
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
