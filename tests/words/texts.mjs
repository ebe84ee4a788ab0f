// The texts that the page may show, collected from its sources: the keys of every language's file.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IDENTIFIERS, NOT_SHOWN, SOURCES, UNTRANSLATED } from "./scope.mjs";
import { strings } from "./rust.mjs";

/** Attributes whose values are read out or shown. */
const HUMAN = ["aria-label", "aria-roledescription", "aria-valuetext", "alt", "placeholder", "title"];

/** Calls whose strings are no texts: names of elements, classes, what is asked of the browser, messages of our own bugs. */
const NO_TEXT = new Set(
  `aliases: at_once attribute by_id circle class closest disc env! expect find get_attribute get_property_value has_attribute join
   key listen matches! number panic! assert! assert_eq! debug_assert! unreachable! concat! include_str! query_selector
   query_selector_all read remove_attribute replace set_property starts_with ends_with strip_prefix strip_suffix contains svg
   tag testid unwrap_or_else_of write_stored split split_once trim_end_matches trim_start_matches link_with_name token
   reason_for_lints cfg! refer stream_of`.split(/\s+/),
);
/** What a string is given to when it is no text: fields, variables. */
const NO_TEXT_NAME = /^(id|class|classes|kind|sign|state_id|selector|transform|points|path|d|href|address|link|claim|reason|about|STORED_AS|file|extension|named|mermaid|recipe|json)$/;

/** All keys with where they stand: `Map` of text to "file:line". With `sources` those of other files and folders. */
export function keysOf(root, sources) {
  const found = new Map();
  for (const source of sources ?? SOURCES) {
    for (const path of files(root, source.replace(/\/$/, "")).filter((path) => sources || isShown(path))) {
      const content = readFileSync(join(root, path), "utf8");
      for (const { text, line } of path.endsWith(".rs") ? rustTexts(content, path) : otherTexts(content, path)) {
        if (!found.has(text)) {
          found.set(text, `${path}:${line}`);
        }
      }
    }
  }
  return found;
}

/** All strings of the sources, texts or not: what a key must stand in, wholly or, if it is put together, in parts. */
export function stringsOf(root) {
  const all = new Set();
  for (const path of ["src"].flatMap((folder) => files(root, folder))) {
    strings(readFileSync(join(root, path), "utf8")).forEach(({ text }) => all.add(holed(text)));
  }
  for (const path of SOURCES.filter((source) => !source.startsWith("src"))) {
    otherTexts(readFileSync(join(root, path), "utf8"), path).forEach(({ text }) => all.add(text));
  }
  return all;
}

function files(root, source) {
  if (/\.\w+$/.test(source)) {
    return [source];
  }
  const names = readdirSync(join(root, source), { recursive: true }).filter((name) => name.endsWith(".rs"));
  return names.filter((name) => !/(^|\/)(tests|example|\w+_tests)\.rs$/.test(name)).map((name) => `${source}/${name}`).sort();
}

const isShown = (path) => !NOT_SHOWN.some((one) => path.startsWith(one.path));

function rustTexts(content, path) {
  const found = [];
  for (const { text, line, calls, before } of strings(content)) {
    for (const key of keysAt(text, calls, before, path)) {
      if (!UNTRANSLATED.has(key)) {
        found.push({ text: key, line });
      }
    }
  }
  return found;
}

/** The keys that one string makes: none, itself, or what a call makes of it. */
function keysAt(text, calls, before, path) {
  const around = calls.slice(0, Math.max(0, calls.findIndex((call) => call.bracket === "{")) || calls.length);
  if (around.some((call) => isNoText(call)) || NO_TEXT_NAME.test(given(before))) {
    return [];
  }
  const call = calls[0] ?? { name: "" };
  // `count(number, one, many)`; a setting of a strategy is made by a function of the same name.
  if (/^count(ed)?$/.test(call.name) && call.index > 0 && !/\/(strategies|dials)/.test(path)) {
    return [`{#} ${text}`];
  }
  const key = call.name.endsWith("!") ? holed(text) : text.replaceAll(/\s+/g, " ");
  const isSaid = (call.name === "text" && call.isMethod) || (/^set(_attribute)?$/.test(call.name) && call.index === 1);
  return looksLikeText(key, isSaid) ? [key.trim()] : [];
}

function isNoText({ name, isMethod, index, first }) {
  if (/^set(_attribute)?$/.test(name)) {
    return index === 0 || !HUMAN.includes(first);
  }
  // A setting of a strategy is made by a function called like a method of elements.
  return NO_TEXT.has(name) || (name === "flag" && isMethod) || (name === "button" && index === 0);
}

/** The field or variable that a string is given to: `name: "…"`, `name = "…"`. */
function given(before) {
  const words = before.replace(/\b(?:\w+ ! \(|Some \(|&) ?$/, "").trim().split(" ");
  return [":", "="].includes(words.at(-1)) ? words.at(-2) : "";
}

/** A text of the format macros with plain holes. */
export function holed(text) {
  return text.replaceAll(/\{\{|\}\}|\{[^{}]*\}/g, (part) => (part === "{{" ? "{" : part === "}}" ? "}" : "{}"));
}

function looksLikeText(key, isSaid) {
  const words = key.replaceAll("{}", " ").trim();
  if (!/\p{L}{2}/u.test(words) || IDENTIFIERS.some((one) => one.test(key))) {
    return false;
  }
  const isPhrase = /\p{L}[\p{L}’',:.…]*\s+\S/u.test(key) || /\S\s+\p{L}{2}/u.test(key);
  return isPhrase || isSaid || /^\p{Lu}\p{Ll}+[.…]?$/u.test(words);
}

/** Texts of the page's frame and of scripts: between tags and in human attributes, and what scripts name as `textContent` or `say`. */
function otherTexts(content, path) {
  const found = [];
  const add = (text, index) => {
    const key = text.replaceAll(/\s+/g, " ").trim();
    if (looksLikeText(key, true) && !UNTRANSLATED.has(key)) {
      found.push({ text: key, line: content.slice(0, index).split("\n").length });
    }
  };
  if (path.endsWith(".html")) {
    // Languages are called as they call themselves; without JavaScript nothing is translated.
    const body = content.replaceAll(/<a [^>]*hreflang[^>]*>[^<]*<\/a>|<noscript>[\s\S]*?<\/noscript>/g, (part) => part.replaceAll(/[^\n]/g, " "));
    [...body.matchAll(/>([^<>]+)</g)].forEach((match) => add(match[1], match.index));
    [...body.matchAll(/(?:alt|title|aria-label)="([^"]+)"/g)].forEach((match) => add(match[1], match.index));
  } else {
    [...content.matchAll(/(?:textContent =|button\()\s*"([^"]+)"/g)].forEach((match) => add(match[1], match.index));
  }
  return found;
}
