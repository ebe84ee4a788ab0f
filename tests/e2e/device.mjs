// The words in which stories speak of the offline lab: a device in a tab. All of it through what a visitor sees.

export const LAB = "?view=lab";

/** How long two devices may take to agree: peers greet each other every few seconds. */
const PATIENT = { patience: 20_000 };

export function device({ page, expect }) {
  const id = (name) => page.getByTestId(name);
  const line = (item) => id("cart").getByTestId(`line-${item}`);

  const self = {
    id,
    line,
    page,
    note: (text) => id("note").filter({ hasText: text }),

    /** The device is there, and its store holds. */
    async ready() {
      await expect.text(id("storage-state"), /^Durable/);
    },

    /** Everything is up to date with the cloud, and nothing waits. */
    async settled() {
      await expect.becomes("the reach", () => id("reach").innerText(), /up to date with the cloud/, PATIENT);
      await expect.becomes("what is pending", () => id("outbox").getAttribute("data-pending-count"), "0", PATIENT);
    },

    async fill() {
      await id("fill").click();
      await self.holds({ eggs: 6, milk: 2, tea: 1 });
    },

    async offline() {
      await id("online").click();
      await expect.attribute(id("connection"), "data-reach", "offline");
    },

    async online() {
      await id("online").click();
      await expect.attribute(id("connection"), "data-reach", "online");
    },

    async set(item, quantity) {
      const field = line(item).getByTestId("quantity");
      await field.fill(String(quantity));
      await field.press("Enter");
      await expect.attribute(line(item), "data-quantity", String(quantity));
    },

    /** How conflicts on the key in the picker are decided. */
    async mode(mode) {
      await id(`mode-${mode}`).click();
      await expect.attribute(id(`mode-${mode}`), "aria-pressed", "true");
    },

    async cart() {
      const lines = await id("cart").locator("[data-quantity]").all();
      const pairs = lines.map(async (found) => [
        (await found.getAttribute("data-testid")).slice("line-".length),
        Number(await found.getAttribute("data-quantity")),
      ]);
      return Object.fromEntries(await Promise.all(pairs));
    },

    holds: (cart) => expect.becomes("the cart", self.cart, cart, PATIENT),
    notes: () => id("note").evaluateAll((notes) => notes.map((note) => note.dataset.text)),
    cloudHolds: (held) => expect.becomes("what the cloud holds", () => id("cloud-held").innerText(), held, PATIENT),
    tick: (step) => expect.becomes(`the step ${step}`, () => id(`step-${step}`).getAttribute("data-done"), "true", PATIENT),

    /** Opens the part of a card that is folded. */
    async unfold(name) {
      await id(name).locator("summary").first().click();
    },
  };
  return self;
}
