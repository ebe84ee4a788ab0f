// Installs the service worker, which lets the page work offline, and says when a new version waits. Nothing of it is needed
// for the page to work: where the browser or the host does not allow it, all stays as it is.
"use strict";

(() => {
  // Only release pages name their build.
  const build = document.querySelector("meta[name=replicascope-build]")?.content ?? "";
  const scope = new URL("./", document.baseURI).href;
  const isEmbedded = window !== window.top || new URLSearchParams(location.search).has("embed");

  /** Throws in a sandboxed frame; is missing where the page does not come by https or from this machine. */
  const container = (() => {
    try {
      return navigator.serviceWorker;
    } catch {
      return undefined;
    }
  })();

  const ownRegistration = async () => {
    const registration = await container.getRegistration();
    return registration?.scope === scope ? registration : undefined;
  };

  /** A page under development is served as it is: what a release has left at this address goes. */
  const retire = async () => {
    await (await ownRegistration())?.unregister();
    const names = (await caches.keys()).filter((name) => name.startsWith(`replicascope ${scope} `));
    await Promise.all(names.map((name) => caches.delete(name)));
  };

  const button = (text, style, act) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `button button-small ${style}`;
    element.textContent = text;
    element.addEventListener("click", act);
    return element;
  };

  const accept = async () => {
    const waiting = (await ownRegistration())?.waiting;
    if (waiting) {
      waiting.postMessage({ replicascope: "take-over" });
    } else {
      location.reload();
    }
  };

  const offer = () => {
    const notice = document.getElementById("update");
    const message = document.createElement("p");
    message.textContent = "A new version is ready. Runs that were not shared start anew in it.";
    const close = () => notice.replaceChildren();
    notice.replaceChildren(message, button("Reload all tabs", "button-main", accept), button("Later", "", close));
  };

  const listen = () => {
    container.addEventListener("message", ({ data, ports }) => {
      if (data?.replicascope === "build?") {
        ports[0].postMessage(build);
      } else if (data?.replicascope === "active" && data.build !== build) {
        data.isAccepted ? location.reload() : isEmbedded || offer();
      }
    });
  };

  const install = async () => {
    const registration = await container.register("service-worker.js", { scope: "./", updateViaCache: "none" });
    const offerWaiting = () => registration.waiting && registration.active && offer();
    registration.addEventListener("updatefound", () => registration.installing.addEventListener("statechange", offerWaiting));
    offerWaiting();
    registration.active?.postMessage({ replicascope: "tidy" });
    document.addEventListener("visibilitychange", () => document.hidden || registration.update().catch(() => {}));
  };

  const explain = (error) => console.warn("Replicascope will not work offline:", error);

  if (container) {
    listen();
    if (!build) {
      retire().catch(explain);
    } else if (!isEmbedded) {
      // What the page needs comes first. A page that could not start may be the one that most needs a new version.
      for (const event of ["started", "failed"]) {
        addEventListener(`replicascope:${event}`, () => install().catch(explain), { once: true });
      }
    }
  }
})();
