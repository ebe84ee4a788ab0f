// Runs the stories of `stories/`, or those with one of the words given in their name, on the release page in `dist/`
// (or in the folder that the variable DIST names), and closes with `N passed, N failed`.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allStories, launch, runStory } from "./harness.mjs";
import { serve } from "./server.mjs";

const dist = process.env.DIST || fileURLToPath(new URL("../../dist", import.meta.url));
const folder = new URL("stories/", import.meta.url);
const words = process.argv.slice(2);

for (const file of readdirSync(folder).filter((file) => file.endsWith(".mjs")).sort()) {
  await import(new URL(file, folder));
}

const chosen = allStories().filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const server = await serve(dist);
const browser = await launch();
let failed = 0;
try {
  for (const story of chosen) {
    failed += (await passes(story)) ? 0 : 1;
  }
} finally {
  await browser.close();
  await server.close();
}
if (chosen.length === 0) {
  console.log("there is no such story");
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;

async function passes(story) {
  const startedAt = performance.now();
  const elapsed = () => `${Math.round(performance.now() - startedAt)} ms`;
  try {
    await runStory(browser, server, story);
    console.log(`  ok ${story.name} (${elapsed()})`);
    return true;
  } catch (error) {
    console.log(`FAIL ${story.name} (${elapsed()})\n${error.message.replace(/^/gm, "     ")}`);
    return false;
  }
}
