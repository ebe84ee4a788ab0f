// Other builds of the page in `dist/`, made by hand: a later one, and one as it is served while developing.
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PAGE = "index.html";
const WORKER = "service-worker.js";
const digest = (content) => createHash("sha256").update(content).digest("hex").slice(0, 16);

/** The name of the build in the folder. */
export const buildOf = (folder) => /name="replicascope-build" content="([0-9a-f]{16})"/.exec(readFileSync(join(folder, PAGE), "utf8"))[1];

/** A copy of the folder, changed by `change(folder)`, for the time of `use(folder)`. */
export async function withCopy(folder, change, use) {
  const copy = mkdtempSync(join(tmpdir(), "replicascope-"));
  try {
    cpSync(folder, copy, { recursive: true });
    change(copy);
    await use(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** A later version: all programs have changed, as can be told by `isLater`, and no file of theirs has its old name. */
export function later(folder) {
  const replace = (old, next) => {
    for (const name of [PAGE, WORKER]) {
      const path = join(folder, name);
      writeFileSync(path, readFileSync(path, "utf8").replaceAll(old, next));
    }
  };
  for (const name of readdirSync(folder).filter((name) => /^replicascope-.*\.js$/.test(name))) {
    const content = `${readFileSync(join(folder, name), "utf8")}\nglobalThis.isLater = true;\n`;
    const next = name.replace(/[0-9a-f]{16}/, digest(content));
    renameSync(join(folder, name), join(folder, next));
    writeFileSync(join(folder, next), content);
    replace(name, next);
  }
  replace(buildOf(folder), digest(readFileSync(join(folder, PAGE))));
}

/** As Trunk leaves it without the hook for releases: no build is named, and the service worker has nothing to keep. */
export function developed(folder) {
  const page = join(folder, PAGE);
  writeFileSync(page, readFileSync(page, "utf8").replace(/<meta name="replicascope-build"[^>]*>/, ""));
  cpSync(new URL("../../www/service-worker.js", import.meta.url), join(folder, WORKER));
  // What some earlier version may have registered.
  writeFileSync(join(folder, "earlier-worker.js"), "addEventListener('fetch', () => {});\n");
}

/** The same without the script that would remove what a release has left. */
export function silenced(folder) {
  developed(folder);
  const page = join(folder, PAGE);
  writeFileSync(page, readFileSync(page, "utf8").replace(/<script [^>]*offline-[^>]*><\/script>/, ""));
}
