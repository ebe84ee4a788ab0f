import { story } from "../harness.mjs";
import { cluster } from "../cluster.mjs";

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    story(`no accessibility violation and nothing wider than the screen: ${colorScheme}, ${width} px`, { colorScheme, viewport }, async (told) => {
      const { axe, expect, page } = told;
      const c = cluster(told);
      await c.ready();
      await axe();
      await c.free();
      for (const tab of ["conflict", "verdicts", "replica", "faults", "events", "settings"]) {
        await c.id(`tab-${tab}`).click();
        await axe();
        const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect.ok(width[0] <= width[1], `${tab}: ${width[0]} px on a screen of ${width[1]} px`);
      }
    });
  }
}

story("the guided tour runs to its end and hands over", { reducedMotion: "reduce" }, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.ready();
  const count = Number((await c.id("lesson-count").innerText()).match(/of (\d+)/)[1]);
  expect.ok(count >= 6, "there are several steps");
  for (let step = 1; step < count; step += 1) {
    const answer = c.id("answer-0");
    if (await answer.count()) {
      await answer.click();
    }
    await c.id("lesson-next").click();
    await expect.text(c.id("lesson-count"), new RegExp(`^${step + 1} of ${count}`));
    await expect.attribute(c.id("play"), "data-state", "paused");
  }
  // A write that was answered ok is gone, and the list says why.
  await c.everywhere("eggs:12,milk:2");
  await expect.text(c.id("fates"), /Your bread \+1 was discarded in favour of Ana's .*later timestamp/);
  // What the last step asks for brings it back.
  await expect.text(c.id("lesson-text"), /press “Add-wins”.*your bread is back/);
  await c.policy("add-wins");
  await c.everywhere("bread:1,eggs:12");
  // And by one's own hand it is lost again.
  await expect.text(c.id("lesson-text"), /Press “Last write \(cart\)”, and you lose it again/);
  await c.policy("last-write");
  await c.everywhere("eggs:12,milk:2");
  await expect.text(c.id("fates"), /Your bread \+1 was discarded in favour of Ana's .*later timestamp/);
  await c.id("lesson-back").click();
  await expect.text(c.id("lesson-count"), new RegExp(`^${count - 1} of ${count}`));
});

story("everything by keyboard alone", {}, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  await page.keyboard.press("?");
  await expect.visible(page.locator("dialog[open]"));
  await page.keyboard.press("Escape");
  await expect.hidden(page.locator("dialog[open]"));
  await c.id("guide-close").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("o");
  await expect.attribute(c.id("offline-toggle"), "data-offline", "true");
  const before = await c.timeNs();
  await page.keyboard.press("ArrowRight");
  await expect.until("a step moves the time", async () => (await c.timeNs()) > before);
  await page.keyboard.press("ArrowLeft");
  await expect.becomes("the time", c.timeNs, before);
  await page.keyboard.press(" ");
  await expect.attribute(c.id("play"), "data-state", "playing");
  await page.keyboard.press(" ");
  await expect.attribute(c.id("play"), "data-state", "paused");
});

story("on a small screen by touch", { viewport: { width: 360, height: 740 }, hasTouch: true }, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.ready();
  await c.id("guide-close").tap();
  await c.id("offline-toggle").tap();
  await expect.attribute(c.id("offline-toggle"), "data-offline", "true");
  await c.line("you", "milk").getByTestId("remove").tap();
  await expect.count(c.line("you", "milk"), 0);
  await c.id("offline-toggle").tap();
  await c.id("settle").tap();
  await c.everywhere("eggs:6");
});

story("at 360 px the buttons of the time stand in one line, playing or not", { viewport: { width: 360, height: 780 } }, async (told) => {
  const { expect } = told;
  const c = cluster(told);
  await c.free();
  const middle = async (id) => {
    const { y, height } = await c.id(id).boundingBox();
    return y + height / 2;
  };
  const inLine = async () => Math.abs((await middle("play")) - (await middle("restart"))) < 2;
  expect.equal(await inLine(), true, "in one line, paused");
  await c.id("play").click();
  await expect.attribute(c.id("play"), "data-state", "playing");
  expect.equal(await inLine(), true, "in one line, playing");
});

story("nothing moves on the page when it has loaded", { viewport: { width: 412, height: 823 } }, async (told) => {
  const { expect, page } = told;
  await cluster(told).ready();
  const moved = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const observer = new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0)));
        observer.observe({ type: "layout-shift", buffered: true });
        // Where there were none nobody calls.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
      }),
  );
  expect.equal(moved < 0.05, true, `layout shifts of ${moved}`);
});

story("the panel stays in sight where the page is scrolled", { viewport: { width: 1280, height: 800 }, path: "?scenario=failover-lost-writes" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.free();
  await c.id("tab-settings").click();
  const inside = page.locator("#panel-content");
  // All of it fits on the screen, and what does not fit into it is scrolled within it.
  const seen = () =>
    page.evaluate(() => {
      const [tabs, content] = ["[role=tablist]", "#panel-content"].map((part) => document.querySelector(part).getBoundingClientRect());
      return tabs.top >= 0 && Math.abs(tabs.bottom - content.top) <= 1 && content.bottom <= innerHeight && content.height > innerHeight / 2;
    });
  await expect.becomes("the panel in sight at the top of the page", seen, true);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect.becomes("the page is scrolled", () => page.evaluate(() => window.scrollY > 300), true);
  await expect.becomes("the panel in sight at the end of the page", seen, true);
  const last = inside.locator("input, select, button").last();
  await last.focus();
  const end = () => last.evaluate((field) => field.getBoundingClientRect().bottom <= innerHeight && field.getBoundingClientRect().top >= 48);
  await expect.becomes("its last field in sight", end, true);
});

story("a step of the guide leads to what it speaks of, far below on a small screen", { viewport: { width: 360, height: 740 }, hasTouch: true, reducedMotion: "reduce" }, async (told) => {
  const { expect, page } = told;
  const c = cluster(told);
  await c.ready();
  const far = c.id("lesson-far");
  await expect.count(far, 0);
  for (let step = 2; (await far.count()) === 0; step += 1) {
    await c.id("lesson-next").tap();
    await expect.text(c.id("lesson-count"), new RegExp(`^${step} of`));
    await expect.attribute(c.id("play"), "data-state", "paused");
  }
  await expect.text(far, "Conflict ↓");
  const top = () => page.locator("#panel-content").evaluate((panel) => panel.getBoundingClientRect().top);
  expect.ok((await top()) > 1_000, "it is far below");
  await far.tap();
  await expect.becomes("the panel and its tabs in sight", async () => (await top()) >= 48 && (await top()) < 120, true);
  await expect.attribute(c.id("tab-conflict"), "aria-selected", "true");
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect.hidden(far);
});
