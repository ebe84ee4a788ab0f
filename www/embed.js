// Defines <replica-scope>: a run of Replicascope inside of any page. Depends on nothing, stores nothing, and asks no other
// host than the one that it came from.
//
//   <script src="https://…/embed.js" async></script>
//   <replica-scope scenario="quorum-overlap" seed="7" view="stage" theme="auto" controls>Picture and text</replica-scope>
//
// Attributes: scenario, variant, seed, recipe (a share link's fragment), view (stage, diagram, lesson, compare), theme (auto,
// light, dark), controls, autoplay, lang (the language of its texts), src (where Replicascope is, if not beside this script). Methods: play(), pause(), seek(ms),
// set({attribute: value}). Events, each with `detail`: ready, step, verdict, error.
// What stands inside of the element is shown until the run is there, without JavaScript, and in print.
"use strict";

(() => {
  const NAME = "replica-scope";
  if (!globalThis.customElements || customElements.get(NAME)) {
    return;
  }
  const home = document.currentScript?.src;
  const RUN = ["scenario", "variant", "seed", "recipe", "view"];
  const FLAGS = ["controls", "autoplay"];
  const VERSION = 1;

  const SMALLEST_PX = 80;
  const LARGEST_PX = 5000;
  const MOST_WAITING = 16;
  const MOST_CHARACTERS = 2000;
  // Messages of a frame: so many at once, and a second.
  const MOST_MESSAGES = 120;
  const MESSAGES_PER_SECOND = 60;
  // A frame that is about to come into view is started.
  const NEAR = "100px";

  const EVENTS = {
    ready: { scenario: "string", variant: "string", seed: "string", title: "string", end_ms: "number" },
    step: { at_ms: "number", event: "number", playing: "boolean", number: "number", count: "number" },
    verdict: { guarantee: "string", holds: "boolean", promised: "boolean" },
    error: { code: "string", message: "string" },
  };

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; position: relative; min-height: 240px }
    :host([hidden]) { display: none }
    iframe { display: block; width: 100%; height: 240px; border: 0; position: absolute; inset: 0; visibility: hidden; color-scheme: normal }
    .shown iframe { position: static; visibility: visible }
    .shown slot, p:empty { display: none }
    @media print { iframe { display: none !important } .shown slot { display: contents } }`);

  /** Light text stands on a dark page. */
  const isDark = (element) => {
    const { color } = getComputedStyle(element);
    const [first, second, third] = (color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
    // Colours by lightness (lab, oklch, …) begin with it; the others are red, green and blue.
    const light = /^(rgb|color)/.test(color) ? 0.299 * first + 0.587 * second + 0.114 * third : first;
    return light > (/^rgb/.test(color) ? 140 : light > 1 ? 55 : 0.55);
  };

  /** What is known of an event, in its known types; nothing else comes through. */
  const known = (types, data) =>
    Object.fromEntries(
      Object.entries(types).flatMap(([name, type]) => {
        const value = data[name];
        // Null is what is not known, such as a verdict that is undecided.
        const fits = value === null || (typeof value === type && (type !== "number" || Number.isFinite(value)));
        return fits ? [[name, typeof value === "string" ? value.slice(0, MOST_CHARACTERS) : value]] : [];
      }),
    );

  class ReplicaScope extends HTMLElement {
    static observedAttributes = [...RUN, "controls", "theme", "src"];

    #box = document.createElement("div");
    #notice = document.createElement("p");
    #frame = null;
    #origin = "";
    #isReady = false;
    #isChanged = false;
    #theme = "";
    #waiting = [];
    #tokens = MOST_MESSAGES;
    #filledAt = 0;
    #height = 0;
    #ended = null;

    constructor() {
      super();
      const root = this.attachShadow({ mode: "closed" });
      root.adoptedStyleSheets = [sheet];
      const slot = document.createElement("slot");
      slot.textContent = "A simulation by Replicascope.";
      this.#box.append(slot, this.#notice);
      root.append(this.#box);
    }

    play() {
      this.#post({ type: "play" });
    }

    pause() {
      this.#post({ type: "pause" });
    }

    /** To a time of the run, in milliseconds. */
    seek(ms) {
      this.#post({ type: "seek", ms: Number(ms) });
    }

    /** The same as setting attributes; null or false removes one. */
    set(options) {
      for (const [name, value] of Object.entries(options ?? {})) {
        if (!ReplicaScope.observedAttributes.includes(name) && !FLAGS.includes(name)) {
          throw new TypeError(`replica-scope has no attribute "${name}"`);
        }
        if (value === null || value === undefined || value === false) {
          this.removeAttribute(name);
        } else {
          this.setAttribute(name, value === true ? "" : String(value));
        }
      }
    }

    connectedCallback() {
      this.#ended = new AbortController();
      const { signal } = this.#ended;
      addEventListener("message", (event) => this.#hear(event), { signal });
      const near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#start(), {
        rootMargin: NEAR,
      });
      const themed = new MutationObserver(() => this.#follow());
      near.observe(this);
      for (const element of [document.documentElement, document.body ?? this]) {
        themed.observe(element, { attributes: true });
      }
      document.addEventListener("transitionend", () => this.#follow(), { signal });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#follow(), { signal });
      signal.addEventListener("abort", () => [near, themed].forEach((observer) => observer.disconnect()));
    }

    disconnectedCallback() {
      this.#ended.abort();
      this.#stop();
    }

    attributeChangedCallback(name, before, after) {
      if (before === after || !this.#frame) {
        return;
      }
      if (name === "src") {
        this.#stop();
        this.#start();
      } else if (name === "theme") {
        this.#follow();
      } else if (!this.#isChanged) {
        // Several attributes that change together are one change of the run.
        this.#isChanged = true;
        queueMicrotask(() => {
          this.#isChanged = false;
          this.#post({ type: "set", ...this.#options() });
        });
      }
    }

    #options() {
      const run = RUN.map((name) => [name, this.getAttribute(name) ?? ""]);
      return { ...Object.fromEntries(run), controls: this.hasAttribute("controls") };
    }

    #start() {
      if (this.#frame) {
        return;
      }
      let address;
      try {
        address = new URL("./", new URL(this.getAttribute("src") ?? home, document.baseURI));
        if (!/^https?:$/.test(address.protocol)) {
          throw new Error("it is not http");
        }
      } catch {
        this.#fail("bad-src", "The attribute src is no address of Replicascope.");
        return;
      }
      const { recipe, controls, ...run } = this.#options();
      this.#theme = this.#wanted();
      const query = { embed: "1", ...run, theme: this.#theme, controls: controls ? "1" : "0", lang: this.lang, host: location.origin };
      for (const [name, value] of Object.entries(query)) {
        if (value) {
          address.searchParams.set(name, value);
        }
      }
      if (this.hasAttribute("autoplay")) {
        address.searchParams.set("autoplay", "1");
      }
      address.hash = recipe;
      this.#origin = address.origin;
      const frame = document.createElement("iframe");
      frame.title = this.getAttribute("aria-label") ?? `Replicascope: ${run.scenario || "a run"}`;
      // It needs its own origin for its program; it may not lead this page away.
      frame.sandbox = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox";
      frame.referrerPolicy = "no-referrer";
      frame.src = address.href;
      this.#frame = frame;
      this.#box.append(frame);
    }

    #stop() {
      this.#frame?.remove();
      this.#frame = null;
      this.#isReady = false;
      this.#box.className = "";
      this.#notice.textContent = "";
      this.#waiting = [];
    }

    #wanted() {
      const theme = this.getAttribute("theme");
      return theme === "light" || theme === "dark" ? theme : isDark(this) ? "dark" : "light";
    }

    #follow() {
      const theme = this.#wanted();
      if (this.#frame && theme !== this.#theme) {
        this.#theme = theme;
        this.#post({ type: "theme", theme });
      }
    }

    #post(message) {
      if (this.#isReady) {
        this.#frame.contentWindow?.postMessage({ replicascope: VERSION, ...message }, this.#origin);
      } else if (this.#waiting.push(message) > MOST_WAITING) {
        this.#waiting.shift();
      }
    }

    /** Whether one more message may be heard now. */
    #mayHear() {
      const now = performance.now();
      this.#tokens = Math.min(MOST_MESSAGES, this.#tokens + ((now - this.#filledAt) / 1000) * MESSAGES_PER_SECOND);
      this.#filledAt = now;
      return this.#tokens >= 1 && this.#tokens-- > 0;
    }

    #hear({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin || !this.#mayHear()) {
        return;
      }
      if (typeof data !== "object" || data?.replicascope !== VERSION || typeof data.type !== "string") {
        return;
      }
      if (data.type === "resize") {
        this.#resize(data.height);
      } else if (Object.hasOwn(EVENTS, data.type)) {
        this.#tell(data.type, known(EVENTS[data.type], data));
      }
    }

    #resize(height) {
      if (typeof height === "number" && Number.isFinite(height)) {
        this.#height = Math.min(LARGEST_PX, Math.max(SMALLEST_PX, Math.ceil(height)));
        this.#frame.style.height = `${this.#height}px`;
      }
    }

    #tell(type, detail) {
      if (type === "ready" && !this.#isReady) {
        this.#isReady = true;
        this.#box.className = "shown";
        this.#notice.textContent = "";
        this.#waiting.splice(0).forEach((message) => this.#post(message));
      } else if (type === "error" && !this.#isReady) {
        this.#notice.textContent = detail.message ?? "";
      }
      this.dispatchEvent(new CustomEvent(type, { detail: Object.freeze(detail) }));
    }

    #fail(code, message) {
      this.#tell("error", { code, message });
    }
  }

  customElements.define(NAME, ReplicaScope);
})();
