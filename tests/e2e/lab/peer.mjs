// Browser profiles that sync through the native peer, a process of its own that is killed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { folder, profile, start } from "./browser.mjs";
import { add, link, open, save, until } from "./tab.mjs";

const PROGRAM = process.env.PEER || fileURLToPath(new URL("../../../target/debug/replicascope", import.meta.url));
const SECRET = "a secret for two browsers";
const ROUNDS = 4;

/** A port that stays free while the peer is down: the system gives others away. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await new Promise((resolve) => probe.once("listening", () => resolve(true)).once("error", () => resolve(false)));
    if (isFree) {
      await new Promise((resolve) => probe.close(resolve));
      return port;
    }
  }
}

/** The driver page as one folder: what `--site` serves. */
function site(place, folders) {
  mkdirSync(place);
  for (const from of [...folders].reverse()) {
    for (const name of readdirSync(from).filter((name) => /\.(html|js|wasm)$/.test(name))) {
      copyFileSync(join(from, name), join(place, name));
    }
  }
  return place;
}

/** Starts the peer, and waits until it listens. */
async function startPeer(place, port, more) {
  assert.ok(existsSync(PROGRAM), `${PROGRAM} is missing: cargo xtask test lab builds it`);
  writeFileSync(join(place, "secret"), SECRET, { mode: 0o600 });
  const files = ["--data", join(place, "data.redb"), "--secret-file", join(place, "secret")];
  const child = spawn(PROGRAM, ["peer", "--listen", `127.0.0.1:${port}`, "--json", ...files, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  child.stderr.on("data", (data) => {
    told += data;
  });
  const gone = once(child, "exit");
  const line = await Promise.race([once(createInterface(child.stdout), "line"), gone.then(([code]) => assert.fail(`exit code ${code}: ${told}`))]);
  const kill = async () => {
    child.kill("SIGKILL");
    await gone;
  };
  return { ...JSON.parse(line[0]), kill, told: () => told };
}

/** Runs with browsers of their own, each with its profile, and a folder. */
async function within(count, run) {
  const place = folder("lab-peer-");
  const profiles = Array.from({ length: count }, profile);
  const browsers = [];
  const peers = [];
  try {
    for (const { path } of profiles) {
      browsers.push(await start(path));
    }
    const startIn = async (...options) => {
      const peer = await startPeer(place.path, ...options);
      peers.push(peer);
      return peer;
    };
    await run(
      browsers.map(({ context }) => context),
      place.path,
      startIn,
    );
  } finally {
    await Promise.all([...browsers.map((browser) => browser.close()), ...peers.map((peer) => peer.kill())]);
    [place, ...profiles].forEach(({ remove }) => remove());
  }
}

/** Without the cloud of its browser, so that the peer is what confirms. */
async function attach(page, socket, secret = SECRET) {
  await link(page, "cloud", false);
  await page.evaluate(([socket, secret]) => globalThis.lab.connect(socket, secret), [socket, secret]);
}

export const stories = [
  {
    name: "two browser profiles sync through a native peer that is killed and started again",
    run: (url, folders) =>
      within(2, async ([a, b], place, startIn) => {
        const port = await freePort();
        const options = ["--allow-origin", new URL(url).origin, "--site", site(join(place, "site"), folders)];
        let peer = await startIn(port, options);
        // One page from elsewhere, which is allowed, and one that the peer serves itself.
        const pages = [await open(a, url), await open(b, peer.page)];
        await Promise.all(pages.map((page) => attach(page, peer.socket)));
        const items = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const online = [`${round} from here`, `${round} from there`];
          await Promise.all(pages.map((page, index) => save(page, online[index])));
          items.push(...online);
          // The odd rounds are killed in the middle of it.
          if (round % 2 === 0) {
            await Promise.all(pages.map((page) => until(page, "both have all, confirmed", has(items))));
          }
          await peer.kill();
          await Promise.all(pages.map((page) => until(page, "it notices", ({ native }) => native.startsWith("Waiting"))));
          const offline = [`${round} alone here`, `${round} alone there`];
          await Promise.all(pages.map((page, index) => save(page, offline[index])));
          items.push(...offline);
          await Promise.all(pages.map((page) => until(page, "that is pending", ({ pending }) => pending > 0)));
          peer = await startIn(port, options);
          await Promise.all(pages.map((page) => until(page, "both have all, confirmed", has(items))));
        }
        const [here, there] = await Promise.all(pages.map((page) => until(page, "it is connected", ({ native }) => native === "Open")));
        assert.deepEqual(here.cart, there.cart);
        assert.deepEqual([here.alarm, there.alarm], [null, null]);
        assert.notEqual(here.store, there.store);
      }),
  },
  {
    name: "a page with a wrong secret is told so, and does not try again",
    run: (url) =>
      within(1, async ([context], place, startIn) => {
        const peer = await startIn(0, ["--allow-origin", new URL(url).origin]);
        const page = await open(context, url);
        await attach(page, peer.socket, "another secret");
        await until(page, "it is told", ({ native }) => native === 'Refused("wrong secret")');
        assert.match(peer.told(), /refused 127\.0\.0\.1:\d+: wrong secret/);
        assert.doesNotMatch(peer.told(), /another secret|for two browsers/);
        await attach(page, peer.socket);
        assert.equal(await add(page, "milk"), "saved");
        await until(page, "the right one works", has(["milk"]));
      }),
  },
  {
    name: "a page from elsewhere is told how it would be allowed",
    run: (url) =>
      within(1, async ([context], place, startIn) => {
        const peer = await startIn(0, []);
        const page = await open(context, url);
        await attach(page, peer.socket);
        const { origin } = new URL(url);
        const { native } = await until(page, "it is told", ({ native }) => native.startsWith("Refused"));
        assert.ok(native.includes(origin) && native.includes("--allow-origin"), native);
        assert.ok(peer.told().includes(origin), peer.told());
      }),
  },
];

/** Whether it has exactly these items, once each, and all of it is confirmed. */
function has(items) {
  const wanted = JSON.stringify([...items].sort());
  return ({ cart, pending }) =>
    pending === 0 && JSON.stringify(Object.keys(cart).sort()) === wanted && Object.values(cart).every((quantity) => quantity === 1);
}
