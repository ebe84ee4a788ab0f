// Frames written by hand, without the element: plain, sandboxed, without JavaScript.
import { expect } from "../../e2e/harness-expect.mjs";
import { servePages } from "../hosts.mjs";
import { serveSite } from "../hosts.mjs";
import { picture, test } from "../harness.mjs";

const KEEP = "globalThis.kept = []; addEventListener('message', ({ data, origin }) => kept.push({ ...data, origin }));";
const page = (frame) => `<!DOCTYPE html><html lang="en"><head><title>host</title><script src="/keep.js"></script></head><body>${frame}</body></html>`;

async function opened({ own, page: tab }, frame, headers) {
  const host = own(await servePages({ "/": page(frame), "/keep.js": KEEP }, headers));
  await tab.goto(`${host.origin}/`);
  return tab.frames()[1];
}

const kept = (tab, type) => tab.evaluate((type) => kept.filter((one) => one.type === type), type);

test("a frame written by hand works without any message", {}, async (told) => {
  const frame = await opened(told, `<iframe title="run" width="900" height="700" src="${told.site.url}?embed=1&scenario=quorum-overlap&seed=7&view=stage&theme=dark"></iframe>`);
  await expect.visible(frame.getByTestId("play"));
  await expect.attribute(frame.locator("html"), "data-theme", "dark");
  await expect.hidden(frame.locator(".panel"));
  await frame.getByTestId("step").click();
  await expect.until("its steps are told to the page around", async () => (await kept(told.page, "step")).at(-1)?.event === 1);
  const { origin } = (await kept(told.page, "ready"))[0];
  expect.equal(origin, told.site.origin, "who tells");
});

test("the first program's scene, a lesson, can be told in a frame", {}, async (told) => {
  const frame = await opened(told, `<iframe title="run" width="900" height="900" src="${told.site.url}?embed=1&view=lesson"></iframe>`);
  await expect.visible(frame.getByTestId("lesson-next"));
  await frame.getByTestId("lesson-next").click();
  await expect.until("the step of the lesson is told", async () => (await kept(told.page, "step")).at(-1)?.number === 2);
});

test("a shared run can be embedded by its link", {}, async (told) => {
  const recipe = await linkOf(told);
  const frame = await opened(told, `<iframe title="run" width="900" height="700" src="${told.site.url}?embed=1${recipe}"></iframe>`);
  await expect.visible(frame.getByTestId("play"));
  await expect.until("it is that run", async () => (await kept(told.page, "ready"))[0]?.seed === "41");
});

async function linkOf({ context, site }) {
  const tab = await context.newPage();
  await tab.goto(`${site.url}?scenario=siblings`);
  await tab.getByTestId("seed").fill("41");
  await tab.getByTestId("restart").click();
  await tab.getByTestId("share").click();
  const link = await tab.getByTestId("share-link").inputValue();
  await tab.close();
  return link.slice(link.indexOf("#"));
}

test("a frame that is sandboxed without its origin says what is missing", { allow: [/console error/] }, async (told) => {
  const frame = await opened(told, `<iframe sandbox="allow-scripts" title="run" width="900" height="300" src="${told.site.url}?embed=1&scenario=quorum-overlap"></iframe>`);
  await expect.text(frame.getByRole("alert").last(), /sandboxed without allow-same-origin/);
  await expect.until("the page around is told", async () => (await kept(told.page, "error"))[0]?.code === "sandboxed");
  await picture(told.page, "frame sandboxed");
});

test("a frame that is sandboxed without its origin works where the host of Replicascope lets it", { allow: [/console error/] }, async (told) => {
  const open = told.own(await serveSite(told.site.folder, { headers: { "Access-Control-Allow-Origin": "*" } }));
  const frame = await opened(told, `<iframe sandbox="allow-scripts" title="run" width="900" height="700" src="${open.url}?embed=1&scenario=quorum-overlap"></iframe>`);
  await expect.visible(frame.getByTestId("play"));
  await frame.getByTestId("step").click();
  await expect.until("its steps are told", async () => (await kept(told.page, "step")).at(-1)?.event === 1);
});

test("a frame in a page without an origin works", {}, async (told) => {
  const inner = `<script>${KEEP}</script><iframe title=run width=900 height=700 src="${told.site.url}?embed=1&scenario=quorum-overlap"></iframe>`;
  const middle = await opened(told, `<iframe title="nobody" width="950" height="750" src="data:text/html,${encodeURIComponent(inner)}"></iframe>`);
  const frame = told.page.frames()[2];
  await expect.visible(frame.getByTestId("play"));
  await expect.until("it is told", async () => (await kept(middle, "ready")).length === 1);
  await middle.evaluate(() => frames[0].postMessage({ replicascope: 1, type: "seek", ms: 4 }, "*"));
  await expect.until("it obeys", async () => (await kept(middle, "step")).at(-1)?.at_ms === 4);
});

test("without JavaScript a frame shows a picture and text", { javaScriptEnabled: false }, async (told) => {
  await told.page.goto(`${told.site.url}?embed=1`);
  await expect.visible(told.page.getByRole("img"));
  await expect.visible(told.page.getByText(/needs JavaScript/));
  expect.ok(await told.page.getByRole("img").evaluate((image) => image.complete && image.naturalWidth > 0), "the picture is there");
});

test("the lines from the Share dialog show the run in another page", {}, async (told) => {
  const { context, own, site } = told;
  const tab = await context.newPage();
  await tab.goto(`${site.url}?scenario=siblings`);
  await tab.getByTestId("seed").fill("41");
  await tab.getByTestId("restart").click();
  await tab.getByTestId("share").click();
  await picture(tab, "share");
  const [element, frame] = [await tab.getByTestId("embed-element").inputValue(), await tab.getByTestId("embed-frame").inputValue()];
  await tab.close();
  const listen = "globalThis.heard = []; addEventListener('ready', ({ detail }) => heard.push(detail), true);";
  const host = own(await servePages({ "/": page(`<script src="/listen.js"></script>${element}`), "/listen.js": listen, "/keep.js": KEEP }));
  await told.page.goto(`${host.origin}/`);
  await expect.until("the element shows it", () => told.page.evaluate(() => heard[0]?.seed === "41" && heard[0].scenario === "siblings"), { patience: 20_000 });
  await opened(told, frame);
  await expect.until("the frame shows it", async () => (await kept(told.page, "ready"))[0]?.seed === "41");
});

test("a frame with the diagram shows it, and one without does not", {}, async (told) => {
  const frame = await opened(told, `<iframe title="run" width="600" height="900" src="${told.site.url}?embed=1&scenario=quorum-overlap&view=diagram"></iframe>`);
  await expect.visible(frame.getByTestId("diagram-frame"));
  await expect.hidden(frame.getByTestId("charts"));
  await picture(told.page, "frame diagram");
  await told.page.evaluate(() => frames[0].postMessage({ replicascope: 1, type: "set", scenario: "quorum-overlap", view: "stage" }, "*"));
  await expect.hidden(frame.getByTestId("diagram"));
  expect.equal((await kept(told.page, "ready")).length, 1, "another view is the same run");
});
