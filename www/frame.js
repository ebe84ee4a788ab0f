// The frame's side of an embed (`?embed=1`), loaded by the loader: speaks with the page around it, says how high it is, and
// lets time stand still while nobody sees it. Between this script and the program go two events of the document:
// `replicascope:ask` and `replicascope:tell`, with what is asked and told as their `detail`. Stores nothing.
"use strict";

(() => {
  const root = document.documentElement;
  const query = new URLSearchParams(location.search);
  const VIEWS = ["stage", "diagram", "lesson", "compare"];
  const THEMES = ["auto", "light", "dark"];
  const MOST_CHARACTERS = 200;
  const MOST_RECIPE_CHARACTERS = 64 * 1024;
  const LONGEST_MS = 3_600_000;
  // Messages of the host: so many at once, and a second.
  const MOST_MESSAGES = 120;
  const MESSAGES_PER_SECOND = 60;

  const host = window.parent === window ? null : window.parent;
  let hostOrigin = location.ancestorOrigins?.[0] ?? claimedOrigin();
  let tokens = MOST_MESSAGES;
  let filledAt = 0;
  let isReady = false;
  let isSeen = false;
  let mayStart = query.get("autoplay") === "1" && !matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** Where the browser does not say who is around: who the address says is, or who linked here. A message to another goes nowhere. */
  function claimedOrigin() {
    const claimed = query.get("host") ?? document.referrer;
    try {
      return claimed === "null" ? claimed : new URL(claimed).origin;
    } catch {
      return undefined;
    }
  }

  const ask = (detail) => document.dispatchEvent(new CustomEvent("replicascope:ask", { detail }));

  /** To the host. A host of an opaque origin can only be told as whoever it is; nothing that is told is a secret. */
  const tell = (message) => {
    if (host && hostOrigin) {
      host.postMessage({ replicascope: 1, ...message }, hostOrigin === "null" ? "*" : hostOrigin);
    }
  };

  const setView = (view) => (root.dataset.embed = VIEWS.includes(view) ? view : "stage");
  const setControls = (isShown) => (root.dataset.controls = isShown ? "shown" : "hidden");

  const text = (value, most = MOST_CHARACTERS) => (typeof value === "string" && value.length <= most ? value : "");

  const ASKED = {
    play: () => ask({ type: "play" }),
    pause: () => ask({ type: "pause" }),
    seek: ({ ms }) => {
      if (typeof ms === "number" && Number.isFinite(ms)) {
        ask({ type: "seek", ms: Math.min(LONGEST_MS, Math.max(0, ms)) });
      }
    },
    theme: ({ theme }) => THEMES.includes(theme) && ask({ type: "theme", theme }),
    set: (data) => {
      if ("view" in data) {
        setView(data.view);
      }
      if (typeof data.controls === "boolean") {
        setControls(data.controls);
      }
      ask({
        type: "set",
        view: root.dataset.embed,
        scenario: text(data.scenario),
        variant: text(data.variant),
        seed: text(String(data.seed ?? "")),
        recipe: text(data.recipe, MOST_RECIPE_CHARACTERS),
      });
    },
  };

  const mayHear = () => {
    const now = performance.now();
    tokens = Math.min(MOST_MESSAGES, tokens + ((now - filledAt) / 1000) * MESSAGES_PER_SECOND);
    filledAt = now;
    return tokens >= 1 && tokens-- > 0;
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (!host || source !== host || (hostOrigin && origin !== hostOrigin) || !mayHear()) {
      return;
    }
    if (typeof data === "object" && data?.replicascope === 1 && typeof data.type === "string" && Object.hasOwn(ASKED, data.type)) {
      if (!hostOrigin) {
        // Nobody has said who is around until now: what was not told is told.
        hostOrigin = origin;
        height = 0;
        measure();
        ask({ type: "hello" });
      }
      ASKED[data.type](data);
    }
  });

  document.addEventListener("replicascope:tell", ({ detail }) => {
    tell(detail);
    if (detail.type === "ready" && !isReady) {
      isReady = true;
      follow();
    }
  });

  /** Time passes only where it is seen. */
  const follow = () => {
    if (!isReady) {
      return;
    }
    const isShown = isSeen && !document.hidden;
    ask({ type: isShown ? "show" : "hide" });
    if (isShown && mayStart) {
      mayStart = false;
      ask({ type: "play" });
    }
  };

  new IntersectionObserver((entries) => {
    isSeen = entries[entries.length - 1].isIntersecting;
    follow();
  }).observe(root);
  document.addEventListener("visibilitychange", follow);

  let height = 0;
  const measure = () => {
    const now = Math.ceil(document.body.getBoundingClientRect().height);
    if (now !== height) {
      height = now;
      tell({ type: "resize", height });
    }
  };
  new ResizeObserver(measure).observe(document.body);

  /** What keeps the program from loading, in words; a sandboxed frame without an origin of its own is told apart. */
  const fail = () => {
    const isSandboxed = self.origin === "null";
    const message = isSandboxed
      ? "This frame is sandboxed without allow-same-origin, and its host does not let pages without an origin load its program: " +
        "add allow-same-origin to the sandbox, or let the host of Replicascope send Access-Control-Allow-Origin."
      : "The program did not load.";
    const paragraph = document.createElement("p");
    paragraph.className = "embed-problem";
    paragraph.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Open in a tab";
    query.delete("embed");
    link.href = `?scenario=${encodeURIComponent(query.get("scenario") ?? "offline-leader")}${location.hash}`;
    paragraph.append(message, " ", link);
    document.body.replaceChildren(paragraph);
    tell({ type: "error", code: isSandboxed ? "sandboxed" : "not-started", message });
  };
  addEventListener("replicascope:failed", fail);

  // A bug of the program: the page shows it, and the host hears of it.
  const panic = document.getElementById("panic");
  new MutationObserver(() => panic.hidden || tell({ type: "error", code: "stopped", message: "Replicascope stopped." })).observe(panic, {
    attributes: true,
  });

  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL(document.querySelector("meta[name=replicascope-frame]").dataset.css, document.baseURI).href;
  document.head.append(sheet);
  setView(query.get("view"));
  setControls(query.get("controls") !== "0");
  const theme = query.get("theme");
  root.dataset.theme = THEMES.includes(theme) ? theme : "auto";
  // The program may have started before this script, or the loader have given up.
  if (document.querySelector("body > p[role=alert]")) {
    fail();
  }
  ask({ type: "hello" });
})();
