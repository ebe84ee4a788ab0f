// Runs the tests of `stories/`, or those with one of the words given in their name, on the folder that the variable SITE names
// (else `site/`), and closes with `N passed, N failed`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../e2e/harness.mjs";
import { runChosen } from "../e2e/runner.mjs";
import { allTests, runTest } from "./harness.mjs";
import { serveSite } from "./hosts.mjs";

const folder = process.env.SITE || fileURLToPath(new URL("../../site", import.meta.url));
if (!existsSync(join(folder, "index.html"))) {
  throw new Error(`${folder} holds no site. Run \`cargo xtask dist\`.`);
}
const site = await serveSite(folder);
const browser = await launch();
try {
  await runChosen(new URL("stories/", import.meta.url), allTests, (test) => runTest(browser, site, test));
} finally {
  await browser.close();
  await site.close();
}
