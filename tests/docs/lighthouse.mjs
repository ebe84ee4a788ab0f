// What Lighthouse says of the main page of the folder SITE, in the installed Chromium, and closes with `N passed, N failed`. With ONLY=steady it leaves
// out speed, which depends on the machine.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { serveSite } from "./hosts.mjs";

const LEAST = 95;
const STEADY = ["accessibility", "best-practices", "seo"];
const categories = process.env.ONLY === "steady" ? STEADY : ["performance", ...STEADY];

const require = createRequire(new URL("tools/package.json", import.meta.url));
const { default: lighthouse } = await import(require.resolve("lighthouse"));

const site = await serveSite(process.env.SITE, { compressed: true });
const profile = mkdtempSync(join(tmpdir(), "replicascope-lighthouse-"));
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = spawn(process.env.CHROMIUM || "/usr/bin/chromium", [...flags, `--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank"], {
  stdio: ["ignore", "ignore", "pipe"],
  // A group of its own, to be ended as a whole.
  detached: true,
});
let failed = 0;
try {
  const port = await new Promise((resolve, reject) => {
    browser.once("exit", () => reject(new Error("Chromium did not start")));
    browser.stderr.on("data", (text) => /DevTools listening on ws:\/\/[^:]+:(\d+)/.test(text) && resolve(Number(RegExp.$1)));
  });
  const { lhr } = await lighthouse(site.url, { port, onlyCategories: categories, logLevel: "error" });
  for (const id of categories) {
    const { title, score, auditRefs } = lhr.categories[id];
    const points = Math.round((score ?? 0) * 100);
    failed += points < LEAST ? 1 : 0;
    console.log(`${points < LEAST ? "FAIL" : "  ok"} Lighthouse, ${title}: ${points}`);
    const worse = auditRefs.map((one) => lhr.audits[one.id]).filter((audit) => audit.score !== null && audit.score < 1 && audit.scoreDisplayMode !== "informative");
    worse.forEach((audit) => console.log(`       ${audit.title} ${audit.displayValue ?? ""} ${(audit.details?.items ?? []).map(({ node }) => node?.snippet ?? "").join(" ").slice(0, 200)}`));
  }
} finally {
  // Processes that outlive the first one would go on writing into the profile.
  process.kill(-browser.pid, "SIGKILL");
  await new Promise((resolve) => (browser.exitCode === null && browser.signalCode === null ? browser.once("exit", resolve) : resolve()));
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  await site.close();
}
console.log(`${categories.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
