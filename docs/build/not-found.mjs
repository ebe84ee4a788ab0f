// The page of a static host for what is not there. It may be shown under any path, so it looks for its home from where it is
// upwards, and offers the scenarios that sound like what was asked for.
import { html } from "./markdown.mjs";
import { withPolicy } from "./policy.mjs";

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
a { color: LinkText }
`;

/** Runs in the page; `known` are the scenarios. */
async function look(known) {
  const ways = document.getElementById("ways");
  const parts = location.pathname.split("/").slice(1, -1);
  const folders = parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}/`).reverse();
  const offer = (address, text) => {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = text;
    const item = document.createElement("li");
    item.append(link);
    ways.append(item);
  };
  for (const home of [...folders, "/"]) {
    const answer = await fetch(`${home}embed.js`, { method: "HEAD" }).catch(() => undefined);
    if (answer?.ok) {
      const asked = decodeURIComponent(location.pathname.slice(home.length) + location.search).toLowerCase();
      const words = asked.split(/[^a-z]+/).filter((word) => word.length > 2);
      const isAsked = (part) => words.some((word) => word.startsWith(part) || part.startsWith(word));
      const score = ({ id }) => id.split("-").filter(isAsked).length / id.split("-").length;
      const near = known.filter((one) => score(one) > 0).sort((a, b) => score(b) - score(a));
      near.slice(0, 3).forEach(({ id, title }) => offer(`${home}docs/scenarios/${id}.html`, `Scenario: ${title}`));
      offer(home, "The page");
      offer(`${home}docs/scenarios.html`, "All scenarios");
      offer(`${home}docs/`, "The documentation");
      return;
    }
  }
  offer("/", "The start of this host");
}

/** The whole page. */
export function notFound(scenarios) {
  const known = JSON.stringify(scenarios.map(({ id, title }) => ({ id, title }))).replace(/</g, "\\u003c");
  return withPolicy(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${html("Not found - Replicascope")}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>There is no such page</h1>
<p>The address may be of another version, or have been cut off. A run that was shared is in the part of its link after <code>#v1</code>: open the
page, choose <em>Share</em>, and paste the link there.</p>
<ul id="ways"></ul>
<noscript><p>Take the last part off the address, again and again, until a page is there.</p></noscript>
</main>
<script>(${look})(${known});</script>
</body>
</html>
`);
}
