// Offline, and from one version to the next.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildOf, developed, later, silenced, withCopy } from "../builds.mjs";
import { cluster } from "../cluster.mjs";
import { story } from "../harness.mjs";

const WHOLE = "?scenario=write-conflict-lww";

/** The service worker is there, has kept everything, and serves the page. */
const installed = ({ expect, page }) =>
  expect.until("the page is served offline", () => page.evaluate(() => navigator.serviceWorker.controller?.state === "activated"));

const registrations = (page) => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
const cacheNames = (page) => page.evaluate(() => caches.keys());
const notice = (page) => page.locator("#update");

/** The service worker has removed the caches that no tab needs, after it has asked all tabs. */
const tidied = (page) =>
  page.evaluate(async () => {
    const { port1, port2 } = new MessageChannel();
    const done = new Promise((resolve) => (port1.onmessage = resolve));
    (await navigator.serviceWorker.ready).active.postMessage({ replicascope: "tidy" }, [port2]);
    await done;
  });

/** The build of the page, and whether all that it has loaded is of that build. */
async function builtFrom(page, folder) {
  const listed = readFileSync(join(folder, "service-worker.js"), "utf8");
  const { build, isLater, loaded } = await page.evaluate(() => ({
    build: document.querySelector("meta[name=replicascope-build]").content,
    isLater: globalThis.isLater ?? false,
    loaded: performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname.split("/").pop()),
  }));
  const others = loaded.filter((name) => name !== "service-worker.js" && !listed.includes(`"${name}"`));
  return { build, isLater, others, programs: loaded.filter((name) => name.endsWith(".wasm")).map((name) => name.split("_")[0]) };
}

/** The page is wholly of the build in the folder. */
async function isWholly(told, page, folder, program) {
  const wanted = { build: buildOf(folder), isLater: folder !== told.server.folder, others: [], programs: [program] };
  await told.expect.becomes("the build of the page", () => builtFrom(page, folder), wanted);
}

/** Another tab, on the page. */
async function tab(told, path = "") {
  const page = await told.context.newPage();
  await page.goto(told.server.url + path);
  await cluster({ ...told, page }).ready();
  return page;
}

story("after one visit the page works without its host, the second program included", { offline: true }, async (told) => {
  const { expect, open, page, server } = told;
  const c = cluster(told);
  await c.ready();
  await installed(told);
  await server.close();
  for (const path of ["", "index.html", "?again"]) {
    await open(path);
    await c.free();
    await c.set("ana", "eggs", 9);
  }
  await isWholly(told, page, server.folder, "replicascope-app");
  await open(WHOLE);
  await expect.visible(c.id("records"));
  await isWholly(told, page, server.folder, "replicascope-catalogue");
  await page.reload();
  await expect.visible(c.id("records"));
  await server.reopen();
});

story("the browser can install the page", { offline: true }, async (told) => {
  const { context, expect, page } = told;
  await cluster(told).ready();
  await installed(told);
  const session = await context.newCDPSession(page);
  const { errors, manifest } = await session.send("Page.getAppManifest");
  expect.equal(errors, [], "what is wrong with the manifest");
  expect.equal(manifest.startUrl, told.server.url, "the address that an installed page opens");
  expect.equal(manifest.scope, told.server.url, "what belongs to an installed page");
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Each story has a window of its own that keeps nothing, where nothing can be installed.
  expect.equal(installabilityErrors.map(({ errorId }) => errorId), ["in-incognito"], "what forbids to install");
});

story("a tab of the old version stays wholly old until a person accepts the new one for all tabs", { offline: true }, async (told) => {
  const { expect, page, server } = told;
  const old = server.folder;
  await cluster(told).ready();
  await installed(told);
  await withCopy(old, later, async (next) => {
    server.deploy(next);
    const other = await tab(told);
    await isWholly(told, other, old, "replicascope-app");
    for (const each of [page, other]) {
      await expect.text(notice(each), /A new version is ready/);
    }
    await other.goto(server.url + WHOLE);
    await isWholly(told, other, old, "replicascope-catalogue");
    await isWholly(told, page, old, "replicascope-app");

    await notice(page).getByRole("button", { name: "Reload all tabs" }).click();
    await isWholly(told, page, next, "replicascope-app");
    await isWholly(told, other, next, "replicascope-catalogue");
    await expect.text(notice(page), "");
    const kept = async () => (await cacheNames(page)).map((name) => name.split(" ").pop());
    await expect.becomes("the builds that are kept", kept, [buildOf(next)]);
    await server.close();
    await page.reload();
    await isWholly(told, page, next, "replicascope-app");
    await server.reopen();
  });
});

story("a tab that hears nothing of a new version still gets its own files", { offline: true }, async (told) => {
  const { context, expect, page, server } = told;
  const old = server.folder;
  await cluster(told).ready();
  await installed(told);
  const deaf = await context.newPage();
  await deaf.addInitScript(() => (navigator.serviceWorker.addEventListener = () => {}));
  await deaf.goto(server.url);
  await cluster({ ...told, page: deaf }).ready();
  await withCopy(old, later, async (next) => {
    server.deploy(next);
    await page.reload();
    await notice(page).getByRole("button", { name: "Reload all tabs" }).click();
    await isWholly(told, page, next, "replicascope-app");
    await page.reload();
    await isWholly(told, page, next, "replicascope-app");

    const statusOfSecondProgram = () =>
      deaf.evaluate(async () => {
        const { js, wasm } = document.querySelector("meta[name=replicascope-catalogue]").dataset;
        return [(await fetch(js)).status, (await fetch(wasm)).status, typeof (await import(new URL(js, document.baseURI))).default];
      });
    expect.equal(await statusOfSecondProgram(), [200, 200, "function"], "the second program of the old version");
    const { build, isLater, others } = await builtFrom(deaf, old);
    expect.equal({ build, isLater, others }, { build: buildOf(old), isLater: false, others: [] }, "what the deaf tab is made of");
    await tidied(page);
    expect.equal((await cacheNames(page)).length, 2, "builds that are kept");

    await deaf.close();
    await tidied(page);
    expect.equal((await cacheNames(page)).length, 1, "builds that are kept after that tab was closed");
  });
});

story("a new version comes by itself when all tabs were closed", { offline: true }, async (told) => {
  const { context, expect, page, server } = told;
  await cluster(told).ready();
  await installed(told);
  await withCopy(server.folder, later, async (next) => {
    server.deploy(next);
    await page.reload();
    await expect.text(notice(page), /A new version is ready/);
    // The context stays, with a page elsewhere.
    await context.newPage();
    await page.close();
    await expect.until("the new version is there", async () => {
      const again = await tab(told);
      const { build } = await builtFrom(again, next);
      if (build !== buildOf(next)) {
        await again.close();
      }
      return build === buildOf(next);
    });
    const [, again] = context.pages();
    await isWholly(told, again, next, "replicascope-app");
    await expect.until("one build is kept", async () => (await cacheNames(again)).length === 1);
    expect.equal(await notice(again).innerText(), "", "the notice");
  });
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    const options = { offline: true, colorScheme, viewport: { width, height: 740 } };
    story(`the notice of a new version by keyboard, without accessibility violation: ${colorScheme}, ${width} px`, options, async (told) => {
      const { axe, expect, page, server } = told;
      await cluster(told).ready();
      await installed(told);
      await withCopy(server.folder, later, async (next) => {
        server.deploy(next);
        await page.reload();
        await expect.text(notice(page), /A new version is ready/);
        await axe();
        const box = await notice(page).boundingBox();
        expect.ok(box.x >= 0 && box.x + box.width <= width && box.y + box.height <= 740, "the notice is on the screen");
        // It is the last of the page.
        await page.keyboard.press("Shift+Tab");
        await expect.focused(notice(page).getByRole("button", { name: "Later" }));
        await page.keyboard.press("Enter");
        await expect.text(notice(page), "");
        await isWholly(told, page, server.folder, "replicascope-app");
      });
    });
  }
}

for (const [what, change] of [
  ["while the host changes versions", halfway],
  ["where the host answers with something else than the file", (folder) => cpSync(join(folder, "index.html"), programOf(folder))],
]) {
  story(`${what} nothing is kept, and the page works`, { offline: true, path: null }, async (told) => {
    const { expect, open, page, server } = told;
    await withCopy(server.folder, change, async (folder) => {
      server.deploy(folder);
      await open();
      await cluster(told).ready();
      await expect.until("an installation was tried", async () => server.requests.some((path) => path.includes("-catalogue_bg")));
      await expect.becomes("registrations, after it failed", () => registrations(page), 0);
      expect.equal(await page.evaluate(() => navigator.serviceWorker.controller), null, "who serves the page");
    });
  });
}

/** The page is a later one, the service worker and all files of its list are still the old ones. */
function halfway(folder) {
  const old = readdirSync(folder).filter((name) => name !== "index.html");
  const contents = old.map((name) => [name, readFileSync(join(folder, name))]);
  later(folder);
  contents.forEach(([name, content]) => writeFileSync(join(folder, name), content));
}

/** The file of the second program. */
function programOf(folder) {
  return join(folder, readdirSync(folder).find((name) => name.startsWith("replicascope-catalogue_bg")));
}

story("neither a frame nor an embedded page installs anything", { offline: true, path: null }, async (told) => {
  const { expect, open, page, server } = told;
  const c = cluster(told);
  await open("?embed=1");
  await c.ready();
  expect.equal(await registrations(page), 0, "registrations by ?embed=1");
  const body = '<iframe src="./" title="a frame" width="1200" height="700"></iframe>';
  await page.route("**/frame.html", (route) => route.fulfill({ body, contentType: "text/html" }));
  await open("frame.html");
  await page.frameLocator("iframe").getByTestId("play").waitFor();
  const asked = () => server.requests.filter((path) => path.includes("service-worker")).length;
  expect.equal(asked(), 0, "requests for the service worker");
  await open();
  await installed(told);
  expect.ok(asked() > 0, "the page of its own asks for it");
});

story("where a page is developed, the service worker of a release removes itself", { offline: true }, async (told) => {
  const { expect, page, server } = told;
  await cluster(told).ready();
  await installed(told);
  await withCopy(server.folder, silenced, async (development) => {
    server.deploy(development);
    await page.reload();
    await expect.count(page.locator("meta[name=replicascope-build]"), 0);
    await cluster(told).ready();
    await expect.becomes("registrations", () => registrations(page), 0);
    await expect.becomes("caches", () => cacheNames(page), []);
  });
});

story("a page under development removes what was left at its address", { offline: true, path: null }, async (told) => {
  const { expect, open, page, server } = told;
  const c = cluster(told);
  await withCopy(server.folder, developed, async (development) => {
    server.deploy(development);
    await open();
    await c.ready();
    expect.equal(await registrations(page), 0, "registrations before");
    await page.evaluate(async () => {
      await navigator.serviceWorker.register("earlier-worker.js");
      await caches.open(`replicascope ${new URL("./", location.href)} 1`);
      await caches.open("of another page");
    });
    await page.reload();
    await c.ready();
    await expect.becomes("registrations", () => registrations(page), 0);
    await expect.becomes("caches", () => cacheNames(page), ["of another page"]);
  });
});
