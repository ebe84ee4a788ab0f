// Tests of what other people build on: embeds, docs, the folder for a static host. Each runs in a fresh context of the
// browser, and no request may go anywhere but to the test's own servers.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pictures = join(root, "target", "docs-pictures");
const TEST_MS = 90_000;

const tests = [];

/** All tests told so far. */
export const allTests = () => tests;

/**
 * Tells a test. Options: viewport, colorScheme, reducedMotion, javaScriptEnabled, serviceWorkers as Playwright names them, and `allow`, patterns of
 * problems that belong to the test. It gets { browser, context, page, site, own(server), allow(pattern) }; servers given to `own` are closed
 * after it, and may be asked.
 */
export function test(name, options, run) {
  if (tests.some((other) => other.name === name)) {
    throw new Error(`two tests are called "${name}"`);
  }
  tests.push({ name, options, run });
}

/** Runs one test. Fails with everything that went wrong. */
export async function runTest(browser, site, { name, options, run }) {
  const { allow = [], ...wishes } = options;
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, serviceWorkers: "block", ...wishes });
  context.setDefaultTimeout(15_000);
  const servers = [];
  const problems = new Set();
  const report = (problem) => allow.some((pattern) => pattern.test(problem)) || problems.add(problem);
  const isOwn = (address) => [site, ...servers].some(({ origin }) => address.startsWith(`${origin}/`));
  context.on("request", (request) => {
    const address = request.url();
    if (!/^(data|blob|about):/.test(address) && !isOwn(address)) {
      report(`request to another origin: ${address}`);
    }
  });
  context.on("console", (message) => message.type() === "error" && report(`console error: ${message.text()} (${message.location().url})`));
  context.on("weberror", (event) => report(`uncaught error: ${event.error().stack ?? event.error()}`));
  const errors = [];
  let timer;
  let page;
  try {
    page = await context.newPage();
    const own = (server) => {
      servers.push(server);
      return server;
    };
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it took longer than ${TEST_MS} ms`)), TEST_MS);
    });
    await Promise.race([run({ browser, context, page, site, own }), late]);
  } catch (error) {
    errors.push(described(error));
    errors.push(await picture(page, `failed ${name}`));
  } finally {
    clearTimeout(timer);
    await context.close();
    await Promise.all(servers.map((server) => server.close()));
  }
  errors.push(...problems);
  if (errors.length > 0) {
    throw new Error(errors.join("\n"));
  }
}

function described(error) {
  const message = String(error?.message ?? error).replace(/\x1b\[\d+m/g, "").trim();
  const place = String(error?.stack).split("\n").find((line) => line.includes("/stories/"));
  return place ? `${message}\n${place.trim().replace(root, "")}` : message;
}

/** Keeps what the page looks like, and says where. */
export async function picture(page, name) {
  try {
    mkdirSync(pictures, { recursive: true });
    const path = join(pictures, `${name.replace(/[^a-z0-9]+/gi, "-")}.png`);
    await page.screenshot({ path });
    return `screenshot: ${path}`;
  } catch (error) {
    return `no screenshot: ${error.message}`;
  }
}
