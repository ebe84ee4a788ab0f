// A page of somebody else with embeds in it, and what the tests do with it.
import { expect } from "../e2e/harness-expect.mjs";
import { servePages } from "./hosts.mjs";

const EVENTS = ["ready", "step", "verdict", "error"];

/** An element that keeps its events in `heard`, in a page of another site. `more` stands before and after it. */
export const hostPage = (site, elements, { head = "", before = "", after = "" } = {}) => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Somebody's page</title>${head}
<script src="${site.url}embed.js" async></script><script src="/listen.js"></script></head>
<body><h1>Somebody's page</h1>${before}${elements}${after}</body></html>`;

/** Keeps the events of all elements, as `{ id, type, detail }`, and the window of the frame that spoke last: windows of frames in an element are not in `frames`. */
const LISTEN = `globalThis.heard = [];
addEventListener("message", ({ source }) => (globalThis.inner = source));
for (const type of ${JSON.stringify(EVENTS)}) {
  document.addEventListener(type, ({ target, detail }) => detail && heard.push({ id: target.id, type, detail }), true);
}`;

/** Opens a page with these elements at another site than that of the embeds. */
export async function opened({ own, page, site }, elements, options = {}) {
  const pages = { "/deep/folder/page.html": hostPage(site, elements, options), "/listen.js": LISTEN, ...options.pages };
  const host = own(await servePages(pages, options.headers));
  await page.goto(`${host.origin}/deep/folder/page.html`);
  return new Embeds(page, site, host);
}

export class Embeds {
  constructor(page, site, host) {
    Object.assign(this, { page, site, host });
  }

  /** Events heard so far, of one element and type. */
  heard(type, id = "a") {
    return this.page.evaluate(([type, id]) => heard.filter((one) => one.type === type && one.id === id).map((one) => one.detail), [type, id]);
  }

  last = async (type, id) => (await this.heard(type, id)).at(-1);

  async ready(id = "a") {
    await expect.until(`${id} is ready`, async () => (await this.heard("ready", id)).length > 0, { patience: 20_000 });
    return this.frame(id);
  }

  /** The frame of an element. It stands in a closed shadow root, so it is told by the order in which they start. */
  frame(id = "a") {
    const frames = this.page.frames().filter((frame) => frame !== this.page.mainFrame() && frame.url().startsWith(this.site.url));
    return frames[["a", "b"].indexOf(id)];
  }

  call(id, method, ...args) {
    return this.page.evaluate(([id, method, args]) => document.getElementById(id)[method](...args), [id, method, args]);
  }

  /** The height of an element that is as high as its content, once that has all of its style. */
  async settledHeight(id = "a") {
    const frame = this.frame(id);
    const isStyled = () => [...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.sheet);
    await expect.until(`${id} has its style`, () => frame.evaluate(isStyled));
    const isWhole = async () => (await this.height(id)) > 300 && (await frame.evaluate(() => document.documentElement.scrollHeight <= innerHeight));
    await expect.until(`${id} is as high as its content`, isWhole);
    return this.height(id);
  }

  height = (id = "a") => this.page.evaluate((id) => document.getElementById(id).getBoundingClientRect().height, id);
}

/** Requests for frames so far. */
export const framesAsked = (site) => site.requests.filter((address) => address.includes("embed=1")).length;
