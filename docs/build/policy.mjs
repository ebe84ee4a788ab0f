// A content security policy for each page of the book: mdBook's own inline scripts are named by their digests, and nothing
// comes from elsewhere.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const digest = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** All files of the folder with this ending, folders in it too. */
export function filesIn(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending) && statSync(join(folder, name)).isFile())
    .sort();
}

/** The texts of inline scripts of a page that are programs. */
export function inlineScripts(page) {
  const found = [...page.matchAll(/<script(?![^>]*\bsrc=)([^>]*)>([\s\S]*?)<\/script>/g)];
  return found.filter(([, attributes]) => !/type="(?!text\/javascript|module)/.test(attributes)).map(([, , text]) => text);
}

/** The page with its policy, which comes first. */
export function withPolicy(page) {
  const scripts = inlineScripts(page).map(digest);
  const styles = [...page.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, text]) => digest(text));
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(scripts)].join(" ")}`.trim(),
    `style-src 'self' ${[...new Set(styles)].join(" ")}`.trim(),
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return page.replace(/<head>/, () => `<head>\n<meta http-equiv="Content-Security-Policy" content="${policy}">`);
}

/** mdBook's page without its only style in an attribute; what scrolls sideways can be reached by keyboard. */
const mended = (page) =>
  page
    .replaceAll('<div style="clear: both">', '<div class="clear">')
    .replaceAll('<div class="table-wrapper">', '<div class="table-wrapper" tabindex="0" role="group" aria-label="Table">')
    .replaceAll("<pre><code ", '<pre><code tabindex="0" ');

/** Puts one into every page of the folder. */
export function protect(folder) {
  for (const name of filesIn(folder, ".html")) {
    const path = join(folder, name);
    writeFileSync(path, withPolicy(mended(readFileSync(path, "utf8"))));
  }
}
