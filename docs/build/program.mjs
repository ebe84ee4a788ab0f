// What the program says of itself.
import { spawnSync } from "node:child_process";

const program = process.env.REPLICASCOPE;
if (!program) {
  throw new Error("the variable REPLICASCOPE names no program: `cargo xtask docs` sets it");
}

/** Runs the program. Exit codes 0, 1 and 3 are answers; 2 is a mistake of ours. */
export function run(args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (error || status === null || status === 2) {
    throw new Error(`replicascope ${args.join(" ")}: ${error ?? stderr}`);
  }
  return stdout;
}

const json = (args) => JSON.parse(run([...args, "--json"]));

/** All of one kind: scenarios, presets, checkers, strategies, policies, topologies, settings, commands. */
export const list = (what) => json(["list", what]);

/** What each variant of a scenario shows, in order. */
export const outcomes = (id) => [json(["run", id])].flat();

/** Writes the space-time diagram of the scenario's first variant. */
export const draw = (id, variant, file) => run(["run", id, ...(variant ? ["--variant", variant] : []), "--svg", file]);

/** What a subcommand says of itself. */
export const help = (...command) => run([...command, "--help"]).trimEnd();
