// Runs the tests of the local leader in a real browser, or those with one of the words given in their name, on the
// driver page whose program stands in the folder that the variable DRIVER names, with the native peer that PEER names.
// Closes with `N passed, N failed`.
import { fileURLToPath } from "node:url";
import { serve } from "./browser.mjs";
import { stories as killStories } from "./kills.mjs";
import { stories as peerStories } from "./peer.mjs";
import { stories } from "./tabs.mjs";

const driver = process.env.DRIVER || fileURLToPath(new URL("../../../target/lab-driver", import.meta.url));
const words = process.argv.slice(2);
const chosen = [...stories, ...peerStories, ...killStories].filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const folders = [fileURLToPath(new URL(".", import.meta.url)), driver];
const server = await serve(...folders);
let failed = 0;
for (const { name, run } of chosen) {
  const startedAt = performance.now();
  let problem = "";
  try {
    await run(server.url, folders);
  } catch (error) {
    failed += 1;
    problem = `\n${String(error?.stack ?? error).replace(/^/gm, "     ")}`;
  }
  console.log(`${problem ? "FAIL" : "  ok"} ${name} (${Math.round(performance.now() - startedAt)} ms)${problem}`);
}
server.close();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
