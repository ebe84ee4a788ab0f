// The types: sound by themselves, as strict callers use them, and what is really answered has their shape.

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pair, until } from "./channels.mjs";
import { folder, ready, replicascope } from "./package.mjs";
import { checkTypes, inProject, runNode, strictly } from "./project.mjs";

const { LocalLeader, Playground, check, measure, scenarios } = replicascope;
const program = readFileSync(new URL("types/program.ts", import.meta.url), "utf8");

const declared = () => readFileSync(`${folder}/replicascope_wasm.d.ts`, "utf8") + readFileSync(`${folder}/index.d.ts`, "utf8");

test("a strict program that uses everything passes the checker, runs, and is answered as its types say", async () => {
  await inProject({ "program.ts": program, "tsconfig.json": strictly() }, (place) => {
    const { status, printed } = checkTypes(place);
    assert.equal(status, 0, printed);
    const ran = runNode(place, "program.js");
    assert.deepEqual([ran.status, ran.printed.trim()], [0, "all of it"]);
  });
});

test("that program uses every method, getter and function that is declared", () => {
  const classes = [...declared().matchAll(/^export class (\w+) \{([\s\S]*?)^\}/gm)].filter(([, name]) => name !== "IntoUnderlyingSource");
  assert.deepEqual(classes.map(([, name]) => name).sort(), ["Cart", "LocalLeader", "Playground"]);
  const members = classes.flatMap(([, , body]) => [...body.matchAll(/^ {4}(?:static |readonly )*(\w+)[(:]/gm)].map(([, name]) => name));
  assert.ok(members.length >= 30, members.join());
  const unused = members.filter((name) => name !== "constructor" && !program.includes(`.${name}`));
  assert.deepEqual(unused, []);
  const functions = Object.keys(replicascope).filter((name) => name !== "default");
  assert.deepEqual(functions.sort(), ["LocalLeader", "Playground", "check", "init", "measure", "scenarios"]);
});

test("the declarations are sound for bundlers and for older checks of modules too", async () => {
  const use = 'import { LocalLeader, init } from "replicascope";\nexport const opened: Promise<LocalLeader> = init().then(() => LocalLeader.open({ name: "x" }));\n';
  for (const more of [{ module: "esnext", moduleResolution: "bundler" }, { lib: ["esnext", "dom"], target: "esnext" }]) {
    await inProject({ "use.ts": use, "tsconfig.json": strictly({ ...more, noEmit: true }) }, (place) => {
      const { status, printed } = checkTypes(place);
      assert.equal(status, 0, printed);
    });
  }
});

test("what is really answered has exactly the fields of its type", async () => {
  await ready();
  const answers = [...runs(), ...judgements(), ...(await leaders())];
  const types = [...new Set(answers.map(([type]) => type.replace("[]", "")))];
  // Excess fields, missing ones and wrong values are all refused in literals.
  const lines = answers.map(([type, answer], index) => `export const a${index}: ${type} = ${JSON.stringify(answer)};`);
  const text = `import type { ${types.join(", ")} } from "replicascope";\n${lines.join("\n")}\n`;
  await inProject({ "answers.ts": text, "tsconfig.json": strictly({ noEmit: true }) }, (place) => {
    const { status, printed } = checkTypes(place);
    assert.equal(status, 0, printed.slice(0, 3_000));
  });
  const wrong = text.replace('"now_ms":', '"now":');
  await inProject({ "answers.ts": wrong, "tsconfig.json": strictly({ noEmit: true }) }, (place) => assert.notEqual(checkTypes(place).status, 0));
});

test("every form of a command is a command to the checker too", async () => {
  const forms = readFileSync(new URL("../../src/simulation/forms.rs", import.meta.url), "utf8");
  const examples = [...forms.split("#[cfg(test)]")[0].matchAll(/r#"(\{.*?\})"#/g)].map(([, text]) => text);
  assert.ok(examples.length >= 25, `${examples.length} examples`);
  const lines = examples.map((example, index) => `export const c${index}: Command = ${example};`);
  const text = `import type { Command } from "replicascope";\n${lines.join("\n")}\n`;
  await inProject({ "commands.ts": text, "tsconfig.json": strictly({ noEmit: true }) }, (place) => {
    const { status, printed } = checkTypes(place);
    assert.equal(status, 0, printed);
  });
});

/** Snapshots, journals and verdicts of every scenario, in the middle and at the end. */
function runs() {
  const answers = [["Scenario[]", scenarios()]];
  for (const { id, variants } of scenarios()) {
    const variant = variants.at(-1)?.id;
    const playground = new Playground({ scenario: id, ...(variant && { variant }) });
    answers.push(["Performed", playground.perform()], ["Recipe", playground.recipe()], ["Verdict[]", playground.verdicts()]);
    const { entries, ...rest } = playground.journal();
    const oneOfEach = [...new Map(entries.map((entry) => [`${entry.kind} ${entry.reason} ${entry.message?.kind}`, entry])).values()];
    answers.push(["Journal", { ...rest, entries: oneOfEach }], ["Snapshot", playground.snapshot()]);
    playground.seek(playground.snapshot().now_ms / 2);
    answers.push(["Snapshot", playground.snapshot()]);
    playground.free();
  }
  return answers;
}

function judgements() {
  const leg = { exponential: { rate_per_ms: 1 } };
  const config = { n: 3, r: 1, w: 1, read_fan_out: "all", write_fan_out: "all", write: leg, ack: leg, read: leg, response: leg };
  const stale = [
    { process: 0, type: "invoke", f: "write", key: "x", value: 1, time: 0 },
    { process: 0, type: "ok", f: "write", key: "x", value: 1, time: 10 },
    { process: 1, type: "invoke", f: "read", key: "x", value: null, time: 20 },
    { process: 1, type: "ok", f: "read", key: "x", value: null, time: 30 },
  ];
  return [
    ["Measured", measure(config, { samples: 1_000 })],
    ["HistoryVerdict", check(stale, { guarantee: "linearizable" })],
    ["HistoryVerdict", check(stale, { guarantee: "linearizable", time_limit_ms: 0 })],
  ];
}

async function leaders() {
  const open = (name, kind) => LocalLeader.open({ name, kind, storage: "memory", mode: "ask" });
  const [ana, ben] = [await open("Ana", "device"), await open("Ben", "hub")];
  const { ends } = pair();
  const answers = [["Written", await ana.put("note", "one")], ["Written", await ben.put("note", 2)], ["Pending[]", ana.pending()], ["Held", ana.get("none")]];
  await ana.cart("cart").add("milk");
  await ben.cart("cart").set("milk", 3);
  ana.connect(ends[0]);
  ben.connect(ends[1]);
  await until("both hold both", () => ana.get("note").versions.length === 2 && ana.status().peers[0].phase === "equal");
  for (const key of ["note", "cart"]) answers.push(["Held", ana.get(key)]);
  answers.push(["LeaderStatus", ana.status()]);
  await Promise.all([ana.close(), ben.close()]);
  answers.push(["LeaderStatus", ben.status()]);
  return answers;
}
