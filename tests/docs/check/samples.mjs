// Code samples: lines for the command line are run as they stand, JavaScript is parsed, JSON is read.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesIn } from "../../../docs/build/policy.mjs";
import { check } from "./claims.mjs";

const BLOCK = /(?:<!-- (file|sample): ([\w.-]+) -->\n)?^```([\w,]+)\n([\s\S]*?)^```$/gm;

/** Checks every sample of the pages, each as a claim of its own. */
export function runSamples(book) {
  const folder = mkdtempSync(join(tmpdir(), "replicascope-samples-"));
  try {
    for (const name of filesIn(join(book, "src"), ".md")) {
      const blocks = [...readFileSync(join(book, "src", name), "utf8").matchAll(BLOCK)];
      blocks.forEach(([, kind, label, language, text], index) => checkBlock({ folder, name, number: index + 1, kind, label, language, text }));
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
    check(`${what} is JavaScript`, () => parsed(folder, text));
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

function parsed(folder, text) {
  const file = join(folder, "sample.mjs");
  writeFileSync(file, text);
  const { status, stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8" });
  return status === 0 ? [] : [stderr];
}
