// Somebody's project that uses the package: a folder of its own, with the package installed in it.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder } from "./package.mjs";

const tools = fileURLToPath(new URL("tools/node_modules", import.meta.url));

/** Where a tool of the tests has a file. */
export const toolPath = (name) => join(tools, name);

/** Makes a project with these files (texts by name), hands over its folder, and removes it whatever happens. */
export async function inProject(files, act) {
  // The path itself and no link to it: bundlers compare paths.
  const place = realpathSync(mkdtempSync(join(tmpdir(), "replicascope-project-")));
  try {
    cpSync(folder, join(place, "node_modules/replicascope"), { recursive: true });
    for (const [name, text] of Object.entries({ "package.json": '{ "private": true, "type": "module" }', ...files })) {
      mkdirSync(dirname(join(place, name)), { recursive: true });
      writeFileSync(join(place, name), text);
    }
    return await act(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Runs a program of node there; what it printed, all of it, and how it ended. */
export function runNode(place, script, ...words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { cwd: place, encoding: "utf8", timeout: 120_000 });
  return { status, printed: `${stdout}${stderr}` };
}

/** Options of the type checker for a project: as strict as it gets, the package's own declarations included. */
export const strictly = (more = {}) =>
  JSON.stringify({
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      target: "es2022",
      lib: ["es2022", "dom"],
      module: "nodenext",
      moduleResolution: "nodenext",
      types: [],
      ...more,
    },
    include: ["*.ts"],
  });

/** What the type checker says of the project. */
export const checkTypes = (place, ...words) => runNode(place, toolPath("typescript/bin/tsc"), "--project", place, ...words);
