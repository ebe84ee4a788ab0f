// Where links lead.
import { statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Links of all pages that lead nowhere in the site, or not by a relative address. */
export function problemsOfLinks(site, pages) {
  const byName = new Map(pages.map((page) => [page.name, page]));
  return pages.flatMap((page) => {
    const twice = page.ids.filter((id, index) => page.ids.indexOf(id) !== index).map((id) => `${page.name}: two elements are called ${id}`);
    const addresses = page.all.flatMap(({ tag, href, src }) => (tag === "meta" ? [] : [href, src])).filter((address) => address !== undefined);
    return [...twice, ...addresses.map((address) => problemOf(site, byName, page, address)).filter(Boolean)];
  });
}

function problemOf(site, pages, page, address) {
  if (/^(data|mailto):/.test(address)) {
    return undefined;
  }
  if (/^https:\/\/[^\s]+$/.test(address)) {
    return URL.canParse(address) ? undefined : `${page.name}: ${address} is no address`;
  }
  if (/^[a-z]+:|^\//.test(address)) {
    return `${page.name}: ${address} is not relative`;
  }
  const [path, anchor] = address.split("#");
  const file = path.split("?")[0];
  const target = normalize(join(dirname(page.name), file === "" && path === "" ? page.name.split("/").pop() : file));
  const name = target === "." || target.endsWith("/") || statSync(join(site, target), { throwIfNoEntry: false })?.isDirectory() ? join(target, "index.html") : target;
  if (name.startsWith("..") || !statSync(join(site, name), { throwIfNoEntry: false })?.isFile()) {
    return `${page.name}: ${address} leads nowhere`;
  }
  // The page itself takes its recipe from the fragment.
  const needsAnchor = anchor && name.startsWith("docs/") && pages.has(name);
  return needsAnchor && !pages.get(name).ids.includes(decodeURIComponent(anchor)) ? `${page.name}: ${address} has no such anchor` : undefined;
}
