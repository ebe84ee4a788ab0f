// The samples of the documentation that are for a browser, run in a page beside the package as `dist` lays it out.
import { expect } from "../../e2e/harness-expect.mjs";
import { samplesOf } from "../check/samples.mjs";
import { test } from "../harness.mjs";

const samples = samplesOf(process.env.BOOK, "javascript.md").filter(({ label }) => label === "browser");

/** A page without anything but the sample. */
const pageWith = (text) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A sample</title>
<link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "replicascope": "./package/index.js" } }</script>
</head>
<body>
<script type="module">
${text}
document.body.dataset.done = "";
</script>
</body>
</html>
`;

test("the samples for a browser run in a browser", {}, async ({ page, site }) => {
  expect.equal(samples.length, 2, "samples for a browser");
  for (const { number, text } of samples) {
    const address = `${site.url}sample-${number}.html`;
    await page.route(address, (route) => route.fulfill({ contentType: "text/html", body: pageWith(text) }));
    await page.goto(address);
    await expect.until(`sample ${number} comes to its end`, () => page.evaluate(() => "done" in document.body.dataset), { patience: 20_000 });
  }
});
