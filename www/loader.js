// Starts the application. A file of its own since the content security policy forbids inline scripts, and a
// classic script rather than a module, so that it also runs, and can say what is wrong, where the page has an
// opaque origin (a sandboxed frame) and a module would not even load.
"use strict";

(() => {
  // The first program knows the opening scene alone; a recipe in the address or another scenario needs the whole catalogue.
  // The offline lab is a third.
  const { hash, search } = location;
  const query = new URLSearchParams(search);
  const scenario = query.get("scenario");
  // So does a frame of another page, and a script of its own, which speaks with that page.
  const isFrame = query.has("embed");
  const view = query.get("view");
  const isWhole = isFrame || hash.length > 1 || view !== null || (scenario !== null && scenario !== "offline-leader");
  const program = view === "lab" ? "lab" : isWhole ? "catalogue" : "app";

  // Trunk fills in the addresses (`pattern_script` in Trunk.toml).
  const addresses = (name) => document.querySelector(`meta[name=replicascope-${name}]`).dataset;
  const { js, wasm, css } = addresses(program);

  const absolute = (address) => new URL(address, document.baseURI).href;

  // Nothing waits for these.
  const add = (name) => {
    const script = document.createElement("script");
    script.src = absolute(addresses(name).js);
    document.head.append(script);
  };
  if (isFrame) {
    add("frame");
  }
  // Who presses no key has no use for it.
  addEventListener("keydown", () => add("focus"), { once: true, capture: true });

  // English is the program's own language; another one is a script and a file of words, loaded only when it is asked for.
  const languages = document.getElementById("languages");
  const kept = () => {
    try {
      return localStorage.getItem("replicascope.language");
    } catch {
      return null;
    }
  };
  const speak = async (link, isChoice) => (await import(absolute(languages.dataset.js))).speak(link, isChoice);
  const linkOf = (language) => languages.querySelector(`[hreflang="${CSS.escape(language?.slice(0, 2) ?? "")}"]`);
  const language = [query.get("lang"), isFrame ? null : kept(), ...navigator.languages].map(linkOf).find(Boolean);
  const stay = (error) => console.warn("The page stays in its language:", error);
  if (language?.dataset.words) {
    speak(language, query.has("lang") && !isFrame).catch(stay);
  }
  languages.addEventListener("click", (event) => {
    event.preventDefault();
    event.target.hreflang && speak(event.target, true).catch(stay);
  });

  // The page may show its progress from these: `replicascope:started` or `replicascope:failed`.
  const announce = (name, detail) => dispatchEvent(new CustomEvent(`replicascope:${name}`, { detail }));

  const start = async () => {
    const response = fetch(absolute(wasm));
    // It is awaited below; a failure until then is not an unhandled one.
    response.catch(() => {});
    // Style sheets that this program alone needs.
    for (const address of css?.split(" ") ?? []) {
      const sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = absolute(address);
      document.head.append(sheet);
    }
    const application = await import(absolute(js));
    await application.default({ module_or_path: response });
    announce("started");
  };

  const explain = (error) => {
    console.error("Replicascope did not start:", error);
    const message = document.createElement("p");
    message.setAttribute("role", "alert");
    message.textContent =
      "Replicascope could not start: its program did not load. Reload the page; inside a frame, open it in a tab of its own.";
    document.body.append(message);
    announce("failed", error);
  };

  start().catch(explain);
})();
