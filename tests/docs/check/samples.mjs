// Code samples: lines for the command line are run as they stand, so is JavaScript that is marked for node; other JavaScript is
// parsed (what is marked for a browser is run there, by a story), JSON is read.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesIn } from "../../../docs/build/policy.mjs";
import { check } from "./claims.mjs";

const BLOCK = /(?:<!-- (file|sample): ([\w.-]+) -->\n)?^```([\w,]+)\n([\s\S]*?)^```$/gm;
/** Nothing but a file that is tested elsewhere. */
const INCLUDED = /^\{\{#include [^\n]*\}\}$/;

/** The samples of a page: `{ number, kind, label, language, text }`. */
export const samplesOf = (book, name) =>
  [...readFileSync(join(book, "src", name), "utf8").matchAll(BLOCK)].map(([, kind, label, language, text], index) => ({ number: index + 1, kind, label, language, text }));

/** Checks every sample of the pages, each as a claim of its own. `built`: the folder of the JavaScript package. */
export function runSamples(book, built) {
  const folder = mkdtempSync(join(tmpdir(), "replicascope-samples-"));
  try {
    cpSync(built, join(folder, "node_modules/replicascope"), { recursive: true });
    for (const name of filesIn(join(book, "src"), ".md")) {
      samplesOf(book, name).forEach((sample) => checkBlock({ folder, name, ...sample }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkBlock({ folder, name, number, kind, label, language, text }) {
  const what = `${name}, sample ${number}`;
  if (kind === "file") {
    writeFileSync(join(folder, label), text);
  }
  if (language === "sh") {
    text.split("\n").filter((line) => line.trim()).forEach((line) => checkLine(folder, what, line));
  } else if (language === "js") {
    checkScript(folder, what, label, text);
  } else if (language === "json") {
    check(`${what} is JSON`, () => {
      // A file may hold an object a line.
      (label?.endsWith(".jsonl") ? text.trim().split("\n") : [text]).forEach((part) => JSON.parse(part));
      return [];
    });
  } else if (!["html", "text", "console"].includes(language) && language !== "rust,ignore") {
    check(`${what} is of a known language`, () => [language]);
  }
}

function checkLine(folder, what, line) {
  const [command, remark = ""] = line.split(/\s+#\s/);
  const expected = Number(/^exits with (\d)/.exec(remark)?.[1] ?? 0);
  check(`${what} runs: ${command}`, () => {
    const [program, ...words] = command.trim().split(/\s+/);
    if (program !== "replicascope") {
      return ["only replicascope is run"];
    }
    const { status, stderr } = spawnSync(process.env.REPLICASCOPE, words, { cwd: folder, encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 28 });
    return status === expected ? [] : [`it exits with ${status}, not ${expected}: ${stderr.slice(0, 300)}`];
  });
}

function checkScript(folder, what, label, text) {
  if (INCLUDED.test(text.trim())) {
    return;
  }
  const file = join(folder, "sample.mjs");
  const problems = (...words) => {
    writeFileSync(file, text);
    const { status, stderr } = spawnSync(process.execPath, [...words, file], { cwd: folder, encoding: "utf8", timeout: 60_000 });
    return status === 0 ? [] : [stderr.slice(0, 1_000)];
  };
  check(`${what} is JavaScript`, () => problems("--check"));
  if (label === "node") {
    check(`${what} runs in node`, () => problems());
  }
}
