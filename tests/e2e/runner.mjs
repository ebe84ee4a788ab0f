// Runs what the files of a folder tell, story by story, and counts.
import { readdirSync } from "node:fs";

/**
 * Loads all files of `folder`, runs those of `all()` that have one of the words of the command line in their name (all where
 * there is none) by `run`, and closes with `N passed, N failed`. What `run` says `false` of counts as nothing. Nothing to run
 * is a failure.
 */
export async function runChosen(folder, all, run) {
  for (const file of readdirSync(folder).filter((file) => file.endsWith(".mjs")).sort()) {
    await import(new URL(file, folder));
  }
  const words = process.argv.slice(2);
  const chosen = all().filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  let [passed, failed] = [0, 0];
  for (const story of chosen) {
    const isPassed = await passes(story, run);
    passed += isPassed === true ? 1 : 0;
    failed += isPassed === false ? 1 : 0;
  }
  if (chosen.length === 0) {
    console.log("there is nothing of that name");
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

/** Whether it passed; undefined where there was nothing to run. */
async function passes(story, run) {
  const startedAt = performance.now();
  const elapsed = () => `${Math.round(performance.now() - startedAt)} ms`;
  try {
    if ((await run(story)) === false) {
      return undefined;
    }
    console.log(`  ok ${story.name} (${elapsed()})`);
    return true;
  } catch (error) {
    console.log(`FAIL ${story.name} (${elapsed()})\n${error.message.replace(/^/gm, "     ")}`);
    return false;
  }
}
