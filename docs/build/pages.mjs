// The pages that the program writes about itself. What a person has written about a scenario stands in
// `src/scenarios/ID.md` and goes into its page as it is.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { block, code, html, plain, table } from "./markdown.mjs";
import { draw, help, list, outcomes } from "./program.mjs";

const FAMILIES = {
  "single-leader": "Single leader",
  "replication-lag": "Replication lag",
  "multi-leader": "Several leaders",
  leaderless: "Leaderless",
};

const COMMANDS = ["list", "run", "compare", "hunt", "check", "measure", "peer", "completions"];

const link = (id) => (id.startsWith("constraint:") ? null : `../guarantees.md#${id}`);

/** Writes all of them into the folder of the book's source, and returns what else the table of contents needs. */
export function writePages(folder) {
  const scenarios = list("scenarios");
  const checkers = list("checkers");
  const titles = new Map(checkers.map(({ id, title }) => [id, title]));
  checkNotes(join(folder, "scenarios"), scenarios);
  mkdirSync(join(folder, "pictures"), { recursive: true });
  for (const scenario of scenarios) {
    writeFileSync(join(folder, "scenarios", `${scenario.id}.md`), scenarioPage(folder, scenario, titles));
  }
  fill(folder, "scenarios.md", { scenarios: overview(scenarios) });
  fill(folder, "guarantees.md", { guarantees: guarantees(folder, checkers) });
  fill(folder, "presets.md", { presets: presets(list("presets")) });
  fill(folder, "glossary.md", { terms: terms(list("terms")) });
  fill(folder, "command-line.md", { commands: commands() });
  fill(folder, "recipe.md", { commands: recipeCommands(list("commands")), settings: settings(list("settings")) });
  fill(folder, "strategies.md", { strategies: named(list("strategies")), policies: named(list("policies")), topologies: named(list("topologies")) });
  fill(folder, "SUMMARY.md", { scenarios: contents(scenarios) });
}

/** Each thing has its words, and all words are of one. */
function checkNotes(folder, things) {
  const ids = new Set(things.map(({ id }) => `${id}.md`));
  const files = new Set(readdirSync(folder));
  const missing = [...ids].filter((name) => !files.has(name));
  const unknown = [...files].filter((name) => !ids.has(name));
  if (missing.length + unknown.length > 0) {
    throw new Error(`${basename(folder)}: missing ${missing.join(", ") || "none"}; of nothing ${unknown.join(", ") || "none"}`);
  }
}

/** Replaces the lines `<!-- generated: NAME -->`; each must be there once. */
function fill(folder, name, parts) {
  const path = join(folder, name);
  let text = readFileSync(path, "utf8");
  for (const [part, content] of Object.entries(parts)) {
    const mark = `<!-- generated: ${part} -->`;
    if (text.split(mark).length !== 2) {
      throw new Error(`docs/src/${name}: "${mark}" has to stand there once`);
    }
    text = text.replace(mark, () => content);
  }
  writeFileSync(path, text);
}

function scenarioPage(folder, scenario, titles) {
  const { id, title, summary, variants, constraints } = scenario;
  const words = readFileSync(join(folder, "scenarios", `${id}.md`), "utf8").trim();
  const runs = outcomes(id);
  const first = variants[0]?.id;
  const picture = `${id}.svg`;
  // Of several variants the picture is of the first, which the page opens with.
  draw(id, first, join(folder, "pictures", picture));
  const parts = [
    `# ${plain(title)}`,
    plain(summary),
    embed(id, title, summary, picture),
    `[Take the lesson](../../?scenario=${id}) in the page itself: it asks for predictions, and hands the cluster over to you.`,
    words,
    "## Variants",
    "Each runs with the same seed and the same faults. *Promised* says whether the configuration promises the guarantee; a broken variant is there to violate it.",
    variantTable(scenario, runs, titles),
    ...(constraints.length > 0 ? ["Beyond the guarantees, its data must keep to this:", list_(constraints)] : []),
    "## What a run must show",
    "Tests check these claims with the scenario's own seed, and those that are general with others.",
    claims(variants, runs),
    "## Run it without the page",
    block("sh", `replicascope run ${id}${first ? `\nreplicascope run ${id} --variant ${first} --json` : ""}`),
    "## Embed it",
    block("html", `<script src="https://your.host/replicascope/embed.js" async></script>\n<replica-scope scenario="${id}" controls></replica-scope>`),
    "See [Embedding](../embedding.md).",
  ];
  return `${parts.join("\n\n")}\n`;
}

const embed = (id, title, summary, picture) =>
  `<replica-scope scenario="${id}" view="stage" controls aria-label="${html(title)}">
<img src="../pictures/${picture}" alt="Space-time diagram of one run: ${html(summary)}" loading="lazy">
<p>The run itself starts here where scripts are allowed. <a href="../../?scenario=${id}">Open it in the page</a>.</p>
</replica-scope>`;

function variantTable({ variants }, runs, titles) {
  const rows = variants.map((variant) => {
    const { id, title, guarantee, promised, assumption } = variant;
    const outcome = runs.find((run) => run.variant === id);
    const verdict = outcome?.verdicts.find((one) => one.guarantee === guarantee);
    return [plain(title), code(id), about(guarantee, titles), promised ? "yes" : "no", sign(guarantee, verdict), assumption ? plain(assumption) : ""];
  });
  return table(["Variant", "Id", "Is about", "Promised", "Here", "Under the assumption that"], rows);
}

const about = (guarantee, titles) =>
  guarantee === null ? "" : link(guarantee) ? `[${plain(titles.get(guarantee))}](${link(guarantee)})` : code(guarantee.replace("constraint:", ""));

function sign(guarantee, verdict) {
  if (guarantee === null) {
    return "";
  }
  if (!verdict) {
    throw new Error(`no run judges ${guarantee}`);
  }
  return { true: "✓ holds", false: "✕ violated", null: "… undecided" }[verdict.holds];
}

const list_ = (things) => things.map(({ id, title, summary }) => `- **${plain(title)}** (${code(id.replace("constraint:", ""))}): ${plain(summary)}.`).join("\n");

/** Claims that all variants make stand once. */
function claims(variants, runs) {
  const all = runs.map(({ expectations }) => expectations.map(({ claim }) => claim));
  const common = all[0].filter((claim) => all.every((claims) => claims.includes(claim)));
  const own = runs.map(({ variant }, index) => {
    const title = variants.find(({ id }) => id === variant)?.title ?? variant;
    const rest = all[index].filter((claim) => !common.includes(claim));
    return rest.length > 0 ? `- ${plain(title)}: ${rest.map(plain).join("; ")}.` : "";
  });
  const shared = common.length > 0 ? `- ${runs.length > 1 ? "In all variants" : "Here"}: ${common.map(plain).join("; ")}.` : "";
  return [shared, ...own].filter(Boolean).join("\n");
}

function overview(scenarios) {
  const parts = Object.entries(FAMILIES).map(([family, title]) => {
    const own = scenarios.filter((scenario) => scenario.family === family);
    return `## ${title}\n\n${own.map(({ id, title, summary }) => `- [${plain(title)}](scenarios/${id}.md). ${plain(summary)}`).join("\n")}`;
  });
  return parts.join("\n\n");
}

function contents(scenarios) {
  const unknown = scenarios.filter(({ family }) => !(family in FAMILIES));
  if (unknown.length > 0) {
    throw new Error(`a family without a title: ${unknown[0].family}`);
  }
  const lines = Object.entries(FAMILIES).flatMap(([family, title]) => {
    const own = scenarios.filter((scenario) => scenario.family === family);
    const [first] = own;
    return [`# ${title}`, "", ...own.map(({ id, title }) => `- [${plain(title)}](scenarios/${id}.md)`), ""].filter(() => first);
  });
  return lines.join("\n");
}

/** A section for each guarantee, with what a person has written about it in `src/guarantees/ID.md`. */
function guarantees(folder, checkers) {
  const place = join(folder, "guarantees");
  checkNotes(place, checkers);
  const words = (id) => readFileSync(join(place, `${id}.md`), "utf8").trim();
  const sections = checkers.map(({ id, title, summary }) => `## ${plain(title)} {#${id}}\n\nIn a line: ${plain(summary)}.\n\n${words(id)}`);
  rmSync(place, { recursive: true });
  return sections.join("\n\n");
}

function presets(all) {
  const one = ({ id, title, summary, strategy, citation, parameters, caveats }) => {
    const rows = parameters.map(({ name, value, maps_to }) => [plain(name), plain(value), plain(maps_to)]);
    const parts = [
      `## ${plain(title)} {#${id}}`,
      `${plain(summary)} Preset ${code(id)}, strategy ${code(strategy)}.`,
      ...(rows.length > 0 ? [table(["Its parameter", "Value", "Here"], rows)] : []),
      ...(caveats.length > 0 ? ["What is left out:", caveats.map((caveat) => `- ${plain(caveat)}`).join("\n")] : []),
      ...(citation ? [`Source: <${citation}>`] : []),
    ];
    return parts.join("\n\n");
  };
  return all.map(one).join("\n\n");
}

function terms(all) {
  const one = ({ id, title, summary, source, called }) => {
    const rows = called.map(({ system, name, doc }) => [plain(system), `[${plain(name)}](${doc})`]);
    const parts = [`## ${plain(title)} {#${id}}`, plain(summary), ...(rows.length > 0 ? [table(["In", "this is called"], rows)] : []), `Source: ${plain(source)}`];
    return parts.join("\n\n");
  };
  return all.map(one).join("\n\n");
}

const commands = () => COMMANDS.map((name) => `## ${name}\n\n${block("text", help(name))}`).join("\n\n");

function recipeCommands(all) {
  const rows = all.map(({ id, summary, fields, example }) => {
    const names = fields.map(({ name, type, unit }) => code(`${name}: ${type}${unit ? `, ${unit}` : ""}`)).join("; ");
    return [code(id), plain(summary), names, code(JSON.stringify(example))];
  });
  return table(["Command", "What it does", "Fields", "Example"], rows);
}

function settings(all) {
  const rows = all.map(({ key, summary, type, unit, range, default: value }) => {
    const bounds = range && typeof range === "object" && "least" in range ? `${range.least ?? ""} … ${range.most ?? ""}` : "";
    return [code(key), plain(summary), plain([type, unit].filter(Boolean).join(", ")), plain(bounds), code(JSON.stringify(value))];
  });
  return table(["Setting", "What it is", "Type", "Range", "Default"], rows);
}

const named = (all) => table(["Id", "Name", "What it is"], all.map(({ id, title, summary }) => [code(id), plain(title), plain(summary)]));
