// Builds the documentation: the written pages, what the program says of itself, mdBook, a policy for each page. Called by
// `cargo xtask docs` with these variables: REPLICASCOPE, the program; WORK, a folder to build in; OUT, where the book goes; NOT_FOUND, the
// file for the page of what is not there.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writePages } from "./build/pages.mjs";
import { notFound } from "./build/not-found.mjs";
import { protect } from "./build/policy.mjs";
import { list } from "./build/program.mjs";

const { WORK: work, OUT: out, NOT_FOUND: notFoundPage } = process.env;
if (!work || !out || !notFoundPage) {
  throw new Error("the variables WORK, OUT and NOT_FOUND name no places: `cargo xtask docs` sets them");
}
const here = fileURLToPath(new URL(".", import.meta.url));

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
for (const name of ["book.toml", "src", "theme"]) {
  cpSync(join(here, name), join(work, name), { recursive: true });
}
// Pages include the examples as they are run by the tests, and what the JavaScript package says of itself.
cpSync(join(here, "../examples"), join(work, "examples"), { recursive: true });
cpSync(join(here, "../src/js/package/README.md"), join(work, "package/README.md"));
writePages(join(work, "src"));
rmSync(out, { recursive: true, force: true });
const built = spawnSync("mdbook", ["build", work, "--dest-dir", out], { stdio: "inherit" });
if (built.status !== 0) {
  throw new Error(`mdbook build failed: ${built.error ?? built.status}`);
}
protect(out);
writeFileSync(notFoundPage, notFound(list("scenarios")));
