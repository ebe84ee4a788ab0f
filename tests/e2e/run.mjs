// Runs the stories of `stories/`, or those with one of the words given in their name, on the release page in `dist/`
// (or in the folder that the variable DIST names), and closes with `N passed, N failed`.
import { fileURLToPath } from "node:url";
import { allStories, launch, runStory } from "./harness.mjs";
import { runChosen } from "./runner.mjs";
import { serve } from "./server.mjs";

const dist = process.env.DIST || fileURLToPath(new URL("../../dist", import.meta.url));
const server = await serve(dist);
const browser = await launch();
try {
  await runChosen(new URL("stories/", import.meta.url), allStories, (story) => runStory(browser, server, story));
} finally {
  await browser.close();
  await server.close();
}
