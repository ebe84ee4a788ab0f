// Pages taken apart, as far as the checks need it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../../../docs/build/policy.mjs";

const decoded = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code)).replace(/&quot;/g, '"').replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** `{ tag, attribute: value, … }` of each element of the text, what stands in scripts left out. */
function elements(text) {
  const plain = text.replace(/<!--[\s\S]*?-->/g, "").replace(/(<script[^>]*>)[\s\S]*?(<\/script>)/g, "$1$2");
  return [...plain.matchAll(/<([a-z][a-z0-9-]*)((?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*\/?>/gi)].map(([, tag, rest]) => {
    const attributes = [...rest.matchAll(/([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)];
    return { tag, ...Object.fromEntries(attributes.map(([, name, a, b, c]) => [name.toLowerCase(), decoded(a ?? b ?? c ?? "")])) };
  });
}

/** All pages of the site. */
export function pagesOf(site) {
  return filesIn(site, ".html").map((file) => {
    const text = readFileSync(join(site, file), "utf8");
    const all = elements(text);
    const policy = all.find((tag) => tag["http-equiv"] === "Content-Security-Policy")?.content;
    return { name: file.split("\\").join("/"), text, all, policy, tags: (name) => all.filter(({ tag }) => tag === name), ids: all.map(({ id }) => id).filter(Boolean) };
  });
}
