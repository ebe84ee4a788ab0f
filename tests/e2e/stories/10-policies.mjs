import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

// The phone goes offline; you remove milk and eggs and add bread; Ana sets eggs to 12 and adds jam; the phone returns.
async function editApart(told, mode) {
  const c = cluster(told);
  await c.free();
  await c.policy(mode);
  await c.offline();
  await c.remove("you", "milk");
  await c.remove("you", "eggs");
  await c.add("you", "bread");
  await c.set("ana", "eggs", 12);
  await c.plus("ana", "eggs", 13);
  await told.expect.until("your writes are pending", async () => (await c.card("you").getAttribute("data-pending-count")) === "3");
  await c.settle();
  await c.online();
  await c.settle();
  return c;
}

story("merge by the add-wins map keeps a removed item out", {}, async (told) => {
  const c = await editApart(told, "add-wins");
  await c.everywhere("bread:1,eggs:13");
  await told.expect.attribute(c.card("you"), "data-pending-count", "0");
  await told.expect.text(c.id("fates"), /your removal of eggs.*overruled.*Ana/i);
});

story("naive union brings a removed item back", {}, async (told) => {
  const c = await editApart(told, "naive-union");
  await c.everywhere("bread:1,eggs:13,milk:2");
  await told.expect.text(c.id("fates"), /removal of milk/i);
});

story("last write wins lists what it discarded and whose it was", {}, async (told) => {
  const c = await editApart(told, "last-write");
  // Ana wrote last, by her replica's clock: your whole cart is dropped.
  await c.everywhere("eggs:13,milk:2");
  await told.expect.text(c.id("fates"), /your (removal of milk|adding of bread|.*bread).*discarded/i);
});

story("with a fast clock the older write wins", {}, async (told) => {
  const c = cluster(told);
  await c.free();
  await c.policy("last-write-line");
  await c.id("tab-faults").click();
  const phone = c.id("fault-node-4");
  await phone.getByTestId("skew").fill("10");
  await phone.getByTestId("skew").press("Enter");
  await c.offline();
  await c.set("you", "eggs", 3);
  await c.set("ana", "eggs", 12);
  await c.settle();
  await c.online();
  await c.settle();
  // Yours is the older write, but the phone's clock runs ten minutes ahead.
  await c.everywhere("eggs:3,milk:2");
  await c.id("tab-conflict").click();
  await told.expect.text(c.id("fates"), /Ana.*discarded/i);
});

story("ask waits for the person and reopens when a version arrives meanwhile", {}, async (told) => {
  const { page, expect } = told;
  const c = cluster(told);
  await c.free();
  await c.policy("ask");
  await c.offline();
  await c.remove("you", "eggs");
  await c.set("ana", "eggs", 12);
  await c.settle();
  await c.online();
  await c.settle();
  await expect.attribute(c.line("you", "eggs"), "data-open", "true");
  // Ben decides too, far away; while his version travels, you open the dialog.
  await c.set("ben", "eggs", 15);
  await c.line("you", "eggs").getByTestId("decide").click();
  const dialog = page.getByTestId("ask");
  await expect.text(dialog, /Before: 6/);
  await expect.text(dialog, /removed/i);
  await expect.text(dialog, /12/);
  await expect.until("Ben's version arrives", async () => /eggs:15/.test(await c.id("replica-4").getAttribute("data-cart")), { patience: 30_000 });
  await dialog.getByRole("button", { name: /keep the removal/i }).click();
  await expect.text(c.id("ask-notice"), /another version arrived/i);
  await expect.text(dialog, /15/);
  await dialog.getByTestId("ask-quantity").fill("8");
  await dialog.getByTestId("resolve").click();
  await expect.count(dialog, 0);
  await c.settle();
  await c.everywhere("eggs:8,milk:2");
});
