// What can be checked of the documentation without a browser: links, anchors, ids, what is loaded, code samples. Variables: SITE, the built
// folder; BOOK, the folder of the pages as Markdown; REPLICASCOPE, the program. Closes with `N passed, N failed`.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { draw, list } from "../../docs/build/program.mjs";
import { check, closing } from "./check/claims.mjs";
import { pagesOf } from "./check/html.mjs";
import { problemsOfLinks } from "./check/links.mjs";
import { runSamples } from "./check/samples.mjs";

const { SITE: site, BOOK: book } = process.env;
const scenarios = list("scenarios");
const ids = new Set(scenarios.map(({ id }) => id));
const pages = pagesOf(site);
const inBook = pages.filter(({ name }) => name.startsWith("docs/"));

check("there is a page for each scenario, and it has an embed of it", () =>
  scenarios.flatMap(({ id }) => {
    const page = pages.find(({ name }) => name === `docs/scenarios/${id}.html`);
    const embeds = page?.tags("replica-scope") ?? [];
    return embeds.some(({ scenario }) => scenario === id) ? [] : [`none for ${id}`];
  }),
);

check("each scenario that is named exists, with its variant", () =>
  pages.flatMap(({ name, all, tags }) => {
    const ofEmbeds = tags("replica-scope").map(({ scenario, variant }) => [scenario, variant]);
    const ofLinks = all.flatMap(({ href }) => (href?.includes("?scenario=") ? [new URL(href, "http://host").searchParams] : []));
    const named = [...ofEmbeds, ...ofLinks.map((query) => [query.get("scenario"), query.get("variant")])].filter(([id]) => id);
    const known = ([id, variant]) => ids.has(id) && (!variant || scenarios.find((one) => one.id === id).variants.some((one) => one.id === variant));
    return named.filter((one) => !known(one)).map((one) => `${name}: ${one}`);
  }),
);

check("each link and anchor leads somewhere, by a relative address", () => problemsOfLinks(site, pages));

check("no page loads anything from elsewhere", () =>
  inBook.flatMap(({ name, all, policy }) => {
    const loads = all.filter(({ tag }) => tag !== "a" && tag !== "meta").flatMap(({ src, href, srcset, poster }) => [src, href, srcset, poster]);
    const foreign = loads.filter((address) => /^(https?:)?\/\//.test(address ?? "")).map((address) => `${name}: ${address}`);
    return policy && !/unsafe|\*|https?:/.test(policy) ? foreign : [...foreign, `${name}: its policy is ${policy}`];
  }),
);

check("no style is in an attribute, no script in a handler", () =>
  inBook.flatMap(({ name, all }) => all.filter((tag) => "style" in tag || Object.keys(tag).some((key) => /^on/.test(key))).map(({ tag }) => `${name}: ${tag}`)),
);

check("each picture has words, each embed a picture and words", () =>
  inBook.flatMap(({ name, text, tags }) => {
    const silent = tags("img").filter(({ alt }) => !alt).map(({ src }) => `${name}: ${src}`);
    const bare = [...text.matchAll(/<replica-scope[\s\S]*?<\/replica-scope>/g)].filter(([inside]) => !/<img/.test(inside) || !/<p>/.test(inside));
    return [...silent, ...bare.map(() => `${name}: an embed`)];
  }),
);

check("nothing that was to be generated is left out", () =>
  inBook.flatMap(({ name, text }) => (/generated:|\{\{#|undefined|\[object/.test(text.replace(/<script[\s\S]*?<\/script>/g, "")) ? [name] : [])),
);

check("the picture of a page without JavaScript is what the program draws", () => {
  const file = join(book, "still.svg");
  draw("offline-leader", "add-wins", file);
  const kept = readFileSync(new URL("../../www/still.svg", import.meta.url), "utf8");
  return kept === readFileSync(file, "utf8") ? [] : ["`replicascope run offline-leader --variant add-wins --svg www/still.svg` draws another one"];
});

check("the service worker keeps nothing of the documentation", () => {
  const files = /const FILES = \[([^\]]*)\]/.exec(readFileSync(join(site, "service-worker.js"), "utf8"))[1];
  return files.split(",").filter((name) => /docs|\.html|embed\.js|404/.test(name));
});

check("the JavaScript package is beside the page, whole", () => {
  const { files } = JSON.parse(readFileSync(join(site, "package/package.json"), "utf8"));
  return files.filter((name) => !existsSync(join(site, "package", name)));
});

runSamples(book, join(site, "package"));
closing();
