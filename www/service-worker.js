// Lets the page work offline. A tab is served by one build from its first file to its last: each build has a cache of its
// own, and a new version waits until a person accepts it or all tabs are closed.
"use strict";

// The release build fills these in. Without a build this worker removes itself, and whatever an earlier one has kept.
const BUILD = "";
const FILES = [];

const PREFIX = `replicascope ${registration.scope} `;
const OWN = PREFIX + BUILD;
const PAGE = registration.scope;
// Every file of the page but the page itself is named by the digest of what it holds, so a name never means two things.
const DIGEST = /-([0-9a-f]{16})\.[a-z]+$/;
const ANSWER_MS = 3000;

let isAccepted = false;

addEventListener("install", (event) => event.waitUntil(BUILD ? keepAll() : skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(BUILD ? takeOver() : retire()));

addEventListener("message", (event) => {
  if (event.data?.replicascope === "take-over") {
    isAccepted = true;
    event.waitUntil(skipWaiting());
  } else if (event.data?.replicascope === "tidy") {
    event.waitUntil(tidy().then(() => event.ports[0]?.postMessage(BUILD)));
  }
});

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const address = url.replace(/[?#].*/s, "");
  if (!BUILD || method !== "GET" || !address.startsWith(PAGE)) {
    return;
  }
  const name = address.slice(PAGE.length);
  if (mode === "navigate" && (name === "" || name === "index.html")) {
    event.respondWith(kept(PAGE, OWN).then((page) => page ?? fetch(event.request)));
  } else if (DIGEST.test(name)) {
    event.respondWith(keptByAny(address).then((file) => file ?? fetch(event.request)));
  }
});

const kept = (address, cacheName) => caches.match(address, { cacheName, ignoreVary: true });

const cacheNames = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX));

/** The file as this build has it, or as another one has, of which a tab may still be open. */
async function keptByAny(address) {
  for (const name of [OWN, ...(await cacheNames())]) {
    const file = await kept(address, name);
    if (file) {
      return file;
    }
  }
}

async function keepAll() {
  const cache = await caches.open(OWN);
  await Promise.all([keepPage(cache), ...FILES.map((name) => keepFile(cache, name))]);
}

/** The host may be changing versions just now: a page of another build is not kept, and the installation fails. */
async function keepPage(cache) {
  const response = await fetch(PAGE, { cache: "reload" });
  const page = await response.text();
  if (!response.ok || !page.includes(`content="${BUILD}"`)) {
    throw new Error(`the page is not of build ${BUILD}`);
  }
  // A new response: one that was redirected may not answer a navigation.
  await cache.put(PAGE, new Response(page, { headers: response.headers }));
}

async function keepFile(cache, name) {
  const address = PAGE + name;
  const response = (await keptByAny(address)) ?? (await fetch(address, { cache: "no-cache" }));
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || DIGEST.exec(name)[1] !== hex) {
    throw new Error(`${name} does not hold what its name says`);
  }
  await cache.put(address, response);
}

/** All tabs and frames of the page, whoever serves them. */
async function windows() {
  const all = await clients.matchAll({ includeUncontrolled: true, type: "window" });
  return all.filter((client) => client.url.startsWith(PAGE));
}

async function tellAll(message) {
  (await windows()).forEach((client) => client.postMessage(message));
}

async function takeOver() {
  await clients.claim();
  // A tab that is just being opened, by the worker before this one, is not among them yet: pages ask for tidying when they have started.
  await tellAll({ replicascope: "active", build: BUILD, isAccepted });
}

async function retire() {
  await Promise.all((await cacheNames()).map((name) => caches.delete(name)));
  await registration.unregister();
  await tellAll({ replicascope: "active", build: BUILD, isAccepted: true });
}

/** Removes the caches of builds that no tab is of. A tab that does not answer (a frozen one) may be of any. */
async function tidy() {
  const isBusy = () => registration.installing || registration.waiting;
  const others = (await cacheNames()).filter((name) => name !== OWN);
  if (others.length === 0 || isBusy()) {
    return;
  }
  const builds = await Promise.all((await windows()).map(buildOf));
  if (!builds.includes(undefined) && !isBusy()) {
    const unused = others.filter((name) => !builds.includes(name.slice(PREFIX.length)));
    await Promise.all(unused.map((name) => caches.delete(name)));
  }
}

/** What the tab says that it is of; nothing if it does not answer in time. */
function buildOf(client) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, ANSWER_MS);
    client.postMessage({ replicascope: "build?" }, [port2]);
  });
}
