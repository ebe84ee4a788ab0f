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
  const isWhole = isFrame || view === "learn" || hash.length > 1 || (scenario !== null && scenario !== "offline-leader");
  const program = view === "lab" ? "lab" : isWhole ? "catalogue" : "app";

  // Trunk fills in the addresses (`pattern_script` in Trunk.toml).
  const addresses = (name) => document.querySelector(`meta[name=replicascope-${name}]`).dataset;
  const { js, wasm, css } = addresses(program);

  const absolute = (address) => new URL(address, document.baseURI).href;

  if (isFrame) {
    const script = document.createElement("script");
    script.src = absolute(addresses("frame").js);
    document.head.append(script);
  }

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
