import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

for (const [what, path, reason] of [
  ["a link that is no recipe", "#v1.AAAA", /link|recipe/i],
  ["a link of an unknown version", "#v9.abcd", /version/i],
  ["a link with broken letters", "#v1.%%%", /base64|letters|link/i],
  ["a link that claims to be huge", "#v1._____w8AAAAAAAAAAAAA", /link|recipe/i],
  ["an overlong link", `#v1.${"A".repeat(70_000)}`, /long|characters/i],
]) {
  story(`${what} is refused with its reason and leaves a working page`, { path }, async (told) => {
    const c = cluster(told);
    await c.ready();
    await told.expect.text(c.id("alert"), reason);
    await c.free();
    await c.set("ana", "eggs", 9);
    await c.settle();
    await c.everywhere("eggs:9,milk:2");
  });
}

story("a shared link opens the same run", {}, async (told) => {
  const { expect, open, page } = told;
  const c = cluster(told);
  await c.free();
  await c.set("ana", "eggs", 9);
  await c.settle();
  await c.id("share").click();
  const link = await c.id("share-link").inputValue();
  expect.ok(link.includes("#v1."), "the link holds the recipe");
  await open("?again" + link.slice(link.indexOf("#")));
  await c.ready();
  await c.settle();
  await c.everywhere("eggs:9,milk:2");
});

story("a panic shows where it stopped and the recipe to report", { path: "?panic-drill", allow: [/./] }, async ({ expect, page }) => {
  await expect.visible(page.locator("#panic"));
  await expect.text(page.locator("#panic-message"), /main\.rs|panic\.rs/);
  const recipe = JSON.parse(await page.locator("#panic-recipe").innerText());
  expect.equal(recipe.setup.strategy, "multi-leader-sync", "the strategy of the recipe");
});
