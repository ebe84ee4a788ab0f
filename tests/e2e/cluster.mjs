// The words in which stories speak of the page: carts, policies, the network. All of it through what a visitor sees.

export function cluster({ page, expect }) {
  const id = (name) => page.getByTestId(name);
  const names = ["your phone", "Oregon", "Ireland"];
  const card = (who) => id(`cart-${{ you: 0, ana: 1, ben: 2 }[who]}`);
  const line = (who, item) => card(who).getByTestId(`line-${item}`);

  const self = {
    id,
    card,
    line,
    names,
    ready: () => expect.visible(id("play")),

    /** Leaves the guided tour: the cluster is the visitor's. */
    async free() {
      await self.ready();
      const close = id("guide-close");
      if (await close.count()) {
        await close.click();
      }
      await expect.visible(id("guide-reopen"));
    },

    /** Runs until nothing is on its way any more. */
    async settle() {
      await id("settle").click();
      await expect.attribute(id("play"), "data-state", "paused");
    },

    /** Moves the run to a moment that it had: to the last place before it that keys reach on the track, if any, and on by steps. */
    async scrubTo(ns) {
      const [extent, max] = await id("scrub").evaluate((track) => [Number(track.dataset.extentNs), Number(track.max)]);
      await id("scrub").fill(String((Number(ns) / extent) * max));
      await expect.until("the run is there, or before", async () => (await self.timeNs()) <= ns);
      for (let at = await self.timeNs(); at < ns; at = await self.timeNs()) {
        await id("step").click();
        await expect.until("the time moves", async () => (await self.timeNs()) > at);
      }
    },

    async offline() {
      await id("offline-toggle").click();
      await expect.attribute(id("offline-toggle"), "data-offline", "true");
    },

    async online() {
      await id("offline-toggle").click();
      await expect.attribute(id("offline-toggle"), "data-offline", "false");
    },

    async policy(mode) {
      await id("tab-conflict").click();
      await id(`policy-${mode}`).click();
      await expect.attribute(id(`policy-${mode}`), "aria-pressed", "true");
    },

    async set(who, item, quantity) {
      const field = line(who, item).getByTestId("quantity");
      await field.fill(String(quantity));
      await field.press("Enter");
      await expect.attribute(line(who, item), "data-quantity", String(quantity));
    },

    async remove(who, item) {
      await line(who, item).getByTestId("remove").click();
      await expect.count(line(who, item), 0);
    },

    async add(who, item) {
      await card(who).getByTestId("add-item").fill(item);
      await card(who).getByTestId("add").click();
      await expect.attribute(line(who, item), "data-quantity", "1");
    },

    async plus(who, item, quantity) {
      await line(who, item).getByTestId("more").click();
      await expect.attribute(line(who, item), "data-quantity", String(quantity));
    },

    /** What every replica on the stage holds, by its number. */
    async carts() {
      const carts = {};
      for (const replica of await page.locator("[data-testid^=replica-]").all()) {
        carts[await replica.getAttribute("data-testid")] = await replica.getAttribute("data-cart");
      }
      return carts;
    },

    /** Every replica on the stage comes to hold this cart. */
    async everywhere(cart) {
      await expect.becomes("the carts of all replicas", async () => [...new Set(Object.values(await self.carts()))], [cart]);
    },

    timeNs: async () => BigInt(await id("time").getAttribute("data-ns")),
    fingerprint: () => id("fingerprint").first().innerText(),
  };
  return self;
}
