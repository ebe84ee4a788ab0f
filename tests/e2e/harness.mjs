// Stories: what a visitor does with the release page in a real browser. A story file calls `story` for each of its
// stories; `run.mjs` runs them all.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { axe } from "./harness-axe.mjs";
import { expect } from "./harness-expect.mjs";
import { lookAtEnd, tell } from "./harness-keys.mjs";
import { collectProblems } from "./harness-problems.mjs";
import { serve } from "./server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pictures = join(root, "target", "e2e");

const PATIENCE_MS = 10_000;
const STORY_MS = 60_000;

const stories = [];

/** All stories told so far, each with its twin behind it. */
export function allStories() {
  for (const { name, options } of stories.filter(({ options }) => options.pointer)) {
    const other = options.pointer.split("; by keyboard: ")[1];
    if (!stories.some((story) => story.name === other)) {
      throw new Error(`"${name}" names no story that does the same by keyboard: ${options.pointer}`);
    }
  }
  return stories;
}

/**
 * Tells a story. Options, all of them optional:
 *   viewport { width, height }, colorScheme, reducedMotion, hasTouch, as Playwright names them;
 *   path     what follows the page's address when it is opened, such as "?embed#x"; null opens nothing;
 *   allow    patterns of problems (console errors, …) that belong to the story;
 *   timeout  in milliseconds, for the whole story;
 *   context  more of Playwright's options for the browser context;
 *   pointer  "<why it cannot be told without a pointer>; by keyboard: <the story that does the same so>": it has no twin;
 *   offline  whether the page may install its service worker, and the story has a server of its own to deploy to and to close.
 * The story gets { page, context, expect, axe, open, server }; `open(path)` opens the page anew.
 */
export function story(name, options, run) {
  if (stories.some((other) => other.name === name)) {
    throw new Error(`two stories are called "${name}"`);
  }
  const told = { name, options, run };
  stories.push(told);
  // What is told by touch is about touch. Looks are looked at once: twins are about the way.
  if (!options.pointer && !options.hasTouch) {
    stories.push({ name: `${name}, by keyboard`, options, run, twinOf: told });
  }
}

/** Starts the installed Chromium. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Runs one story in a fresh context. Fails with an error that tells everything that went wrong. Returns false for the twin of
 * a story that needs nothing but keys, if anything: it would be the same story again.
 */
export async function runStory(browser, server, story) {
  if (story.twinOf?.acts === 0) {
    return false;
  }
  const own = story.options.offline ? await serve(server.folder) : undefined;
  try {
    story.acts = await runOn(browser, own ?? server, story);
    return !story.twinOf || story.acts > 0;
  } finally {
    await own?.close();
  }
}

/** Returns how often it did something by other means than keys, in a twin: would have done. */
async function runOn(browser, server, { name, options, run, twinOf }) {
  const context = await browser.newContext(contextOptions(options));
  context.setDefaultTimeout(PATIENCE_MS);
  try {
    const problemsAtEnd = await collectProblems(context, server, options.allow);
    const teller = await tell(context, Boolean(twinOf));
    const page = await context.newPage();
    const open = (path = "") => page.goto(server.url + path, { waitUntil: "load" });
    const errors = [];
    try {
      await limited(options.timeout ?? STORY_MS, async () => {
        if (options.path !== null) {
          await open(options.path);
        }
        await run({ page, context, expect, axe: twinOf ? noLook : (rules) => axe(page, rules), open, server });
        await lookAtEnd(teller, context);
      });
    } catch (error) {
      errors.push(described(error));
    }
    errors.push(...(await problemsAtEnd()), ...teller.losses);
    if (errors.length > 0) {
      errors.push(await picture(page, name));
      throw new Error(errors.join("\n"));
    }
    return teller.acts;
  } finally {
    await context.close();
  }
}

/** Looks were looked at in the story itself. */
async function noLook() {}

function contextOptions({ viewport, colorScheme, reducedMotion, hasTouch, offline, context }) {
  return {
    viewport: viewport ?? { width: 1280, height: 800 },
    colorScheme: colorScheme ?? "light",
    reducedMotion: reducedMotion ?? "no-preference",
    hasTouch: hasTouch ?? false,
    serviceWorkers: offline ? "allow" : "block",
    ...context,
  };
}

async function limited(milliseconds, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the story took longer than ${milliseconds} ms`)), milliseconds);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong, and where in the story. */
function described(error) {
  const message = String(error?.message ?? error).replace(/\x1b\[\d+m/g, "").trim();
  const place = String(error?.stack).split("\n").find((line) => line.includes("/stories/"));
  return place ? `${message}\n${place.trim().replace(root, "")}` : message;
}

/** Keeps what the page looks like, and says where. */
async function picture(page, name) {
  const path = join(pictures, `${name.replace(/[^a-z0-9]+/gi, "-")}.png`);
  try {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path });
    return `screenshot: ${path}`;
  } catch (error) {
    return `no screenshot: ${error.message}`;
  }
}
