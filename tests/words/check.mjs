// Compares the texts of the page's sources with the file of each language in `www/words/`, and closes with `N passed, N failed`.
// What is missing is printed as lines of JSON: paste them into "texts" and fill in the translation.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { Translator, dictionary } from "../../www/words.js";
import { FORBIDDEN, NOT_SHOWN, UNTRANSLATED } from "./scope.mjs";
import { SAMPLES } from "./samples.mjs";
import { keysOf, stringsOf } from "./texts.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "www", "words");
const BUDGET_BYTES = 100_000;
const HOLE = /\{[#\d]*\}/g;

const keys = keysOf(root);
const strings = stringsOf(root);
const joined = [...strings].join("\n");
const page = readFileSync(join(root, "index.html"), "utf8");
let passed = 0;
let failed = 0;

/** One check: it holds if there are no problems. */
function check(claim, problems) {
  problems.length === 0 ? (passed += 1) : (failed += 1);
  console.log(`${problems.length === 0 ? "  ok" : "FAIL"} ${claim}`);
  problems.forEach((problem) => console.log(`  ${problem}`));
}

check("the page has texts", keys.size > 2000 ? [] : [`only ${keys.size} are found`]);
check("whatever is left out is there", [
  ...NOT_SHOWN.filter(({ path }) => !keysOf(root, [path]).size).map(({ path }) => `${path} has no texts`),
  ...[...UNTRANSLATED].filter((text) => !strings.has(text)).map((text) => `nothing says ${JSON.stringify(text)}`),
]);
for (const file of readdirSync(folder).sort()) {
  checkLanguage(file, readFileSync(join(folder, file), "utf8"));
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function checkLanguage(file, content) {
  const { language, texts, composed, data } = JSON.parse(content);
  const translator = new Translator(dictionary(JSON.parse(content)));
  const all = Object.entries({ ...texts, ...composed, ...data }).flatMap(([key, value]) => said(value).map((text) => [key, text]));
  const line = (key) => `${JSON.stringify(key)}: "",`;

  const missing = [...keys].filter(([key]) => !(key in texts));
  check(`${file}: every text is translated`, missing.map(([key]) => line(key)));
  missing.forEach(([key, place]) => console.log(`  at ${place}: ${key.slice(0, 60)}`));
  check(`${file}: no text is one that the page no longer has`, Object.keys(texts).filter((key) => !keys.has(key)).map(line));
  check(`${file}: what is put together is made of the page's words`, [...Object.keys(composed), ...Object.keys(data)].filter((key) => !isMadeOf(key)).map(line));
  check(`${file}: no text stands twice`, [
    ...Object.keys(composed).filter((key) => key in texts),
    ...Object.keys(data).filter((key) => key in texts || key in composed),
  ].map(line));
  const shared = Object.values(data).filter((name, index, names) => names.indexOf(name) !== index);
  check(`${file}: no two data have one name`, shared);
  check(`${file}: holes fit`, all.filter(([key, text]) => !holesFit(key, text)).map(([key, text]) => `${key} → ${text}`));
  check(`${file}: every key finds its own translation`, Object.entries(texts).flatMap(([key, value]) => misread(translator, key, value)));
  const read = Object.entries(SAMPLES[language] ?? {}).map(([text, wanted]) => [text, wanted, translator.text(text)]);
  check(`${file}: what is put together is read well`, read.filter(([, wanted, found]) => found !== wanted).map((one) => JSON.stringify(one)));
  const forbidden = FORBIDDEN[language] ?? [];
  check(`${file}: its language keeps to its rules`, all.flatMap(([, text]) => forbidden.filter((one) => one.pattern.test(text)).map((one) => `${one.reason}: ${text}`)));
  const bytes = brotliCompressSync(content).length;
  check(`${file}: it has ${bytes} of ${BUDGET_BYTES} bytes in brotli`, bytes <= BUDGET_BYTES ? [] : ["too many"]);
  const registry = [`hreflang="${language}"`, `data-words="${file}"`, `href="www/words/${file}"`];
  const rows = page.split("\n").filter((row) => registry.every((part) => row.includes(part)));
  check(`${file}: the page offers it in one line`, rows.length === 1 && file === `${language}.json` ? [] : [`lines: ${rows.length}`]);
}

/** The translations of a key: one, or one for each place. */
function said(value) {
  return typeof value === "string" ? [value] : Object.values(value);
}

/** Whether each part of a key between its holes stands in some string of the sources, or is made of several that do. */
function isMadeOf(key) {
  const parts = key.split(HOLE).map((part) => part.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ""));
  const stands = (part) => joined.includes(part) || [...part.matchAll(/ /g)].some(({ index }) => joined.includes(part.slice(0, index)) && stands(part.slice(index + 1)));
  return parts.every(stands);
}

/** A translation takes up every hole, once; of a shortened text it may leave out what is hardly there. */
function holesFit(key, text) {
  const count = key.match(HOLE)?.length ?? 0;
  const used = text.match(HOLE) ?? [];
  const numbered = used.filter((hole) => hole !== "{}").map((hole) => Number(hole.slice(1, -1)));
  return (used.length === count || (key.endsWith("…") && used.length < count)) && numbered.every((number) => number >= 1 && number <= count);
}

/** What a key with names in its holes becomes, if that is another text than its own. */
function misread(translator, key, value) {
  const names = ["Xa", "Yo", "Zu", "Wi", "Va", "Ux"];
  let next = 0;
  const filled = key.replaceAll(HOLE, (hole, index) => {
    const isSuffix = /[\p{L}}]$/u.test(key.slice(0, index));
    names[next] = hole === "{#}" ? "7" : (isSuffix ? ", " : "") + names[next];
    return names[next++];
  });
  let order = 0;
  const wanted = said(value).map((text) => text.replaceAll(HOLE, (hole) => names[hole === "{}" ? order++ : Number(hole.slice(1, -1)) - 1]));
  const found = translator.text(filled);
  return wanted.includes(found) ? [] : [`${filled} → ${found}`];
}
