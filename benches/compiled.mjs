// What the benches in node have in common: the project's tools, its packages compiled to wasm, and how many values are shown.

import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const run = (program, ...options) =>
  execFileSync(program, options, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const tool = (folder, name) => (existsSync(join(root, folder, name)) ? join(root, folder, name) : name);

/** Compiles the package of a bench; `options` are cargo's. Returns what cargo prints. */
export const build = (bench, target, ...options) =>
  run("cargo", "build", "--quiet", "--release", "--manifest-path", `benches/${bench}/Cargo.toml`, "--target-dir", target, ...options);

/** Loads the module of this name that was compiled into `target`; needs wasm-bindgen, and uses wasm-opt where it is there. */
export function load(target, name, folder) {
  const out = join(target, folder);
  run(tool(".tools/bin", "wasm-bindgen"), "--target", "nodejs", "--out-dir", out, join(target, `wasm32-unknown-unknown/release/${name}.wasm`));
  const file = join(out, `${name}_bg.wasm`);
  const optimise = join(root, "node_modules/.bin/wasm-opt");
  // With the features that the compiler names, and no more: Node 20 does not read all of them.
  if (existsSync(optimise)) run(optimise, "-O3", file, "-o", file);
  // The generated module is CommonJS, whatever the package above says.
  writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }');
  return createRequire(import.meta.url)(join(out, `${name}.js`));
}

/** The median (least to most), the median so many characters wide. */
export function range(values, digits = 2, width = 6) {
  const sorted = values.toSorted((a, b) => a - b);
  const show = (value) => value.toFixed(digits);
  return `${show(sorted[sorted.length >> 1]).padStart(width)} (${show(sorted[0])} to ${show(sorted.at(-1))})`;
}
