// What must not happen on any page of a story, whatever the story is about.

const VIOLATION = "__reportPolicyViolation";

/**
 * Collects the problems of all pages of the context. `allow` holds patterns of those that the story expects.
 * Returns a function for the end of the story, which returns the problems.
 */
export async function collectProblems(context, server, allow = []) {
  const problems = new Set();
  const report = (problem) => {
    if (!allow.some((pattern) => pattern.test(problem))) {
      problems.add(problem);
    }
  };

  await context.exposeBinding(VIOLATION, (_, violation) => report(`policy violation: ${violation}`));
  await context.addInitScript((binding) => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
      window[binding](`${violatedDirective} blocked ${blockedURI} (${sourceFile}:${lineNumber})`);
    });
  }, VIOLATION);

  context.on("console", (message) => {
    if (message.type() === "error") {
      report(`console error: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (event) => report(`uncaught error: ${event.error().stack ?? event.error()}`));
  context.on("request", (request) => reportForeign(report, server, request.url()));
  context.on("page", (page) => {
    page.on("websocket", (socket) => reportForeign(report, server, socket.url()));
    page.on("crash", () => report("the page crashed"));
  });
  return async () => {
    await Promise.all(context.pages().map(settled));
    return [...problems];
  };
}

/** Lets the page do what it has already queued, errors and reports of violations among them. */
async function settled(page) {
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve))).catch(() => {});
}

function reportForeign(report, server, address) {
  const { protocol, origin, pathname } = new URL(address);
  if (["data:", "blob:", "about:"].includes(protocol)) {
    return;
  }
  if (origin !== server.origin) {
    report(`request to another origin: ${address}`);
  } else if (!pathname.startsWith(server.base)) {
    report(`request outside of the page's folder: ${address}`);
  }
}
