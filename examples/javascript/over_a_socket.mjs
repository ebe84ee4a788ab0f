// Two devices and a hub that sync over plain TCP: a transport made by hand. A leader neither opens connections nor tries
// again; that is up to its host, and here it is. First `cargo xtask package`, then `node examples/javascript/over_a_socket.mjs`.

import { connect, createServer } from "node:net";
import { LocalLeader, init } from "../../package/index.js";

/** No leader sends or takes more in one frame. */
const FRAME_BYTES_MAX = 1 << 20;
const RETRY_MS = 50;

await init();
const open = (name, kind) => LocalLeader.open({ name, kind, author: name, storage: "memory" });
const [hub, ana, ben] = [await open("Hub", "hub"), await open("Ana"), await open("Ben")];

const sockets = new Set();
const server = createServer((socket) => attach(hub, socket));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();

await ana.cart("cart").add("milk", 2);
await ben.cart("cart").add("milk");
await ben.cart("cart").set("eggs", 6);
console.log("apart:", ana.cart("cart").items(), ben.cart("cart").items());

const lines = [stayConnected(ana, port), stayConnected(ben, port)];
await until(ana, () => ana.pending().length === 0 && ana.cart("cart").items().eggs === 6);
await until(ben, () => ben.pending().length === 0 && ben.cart("cart").items().milk === 3);
console.log("met:", ana.cart("cart").items(), ben.cart("cart").items());

// All connections break. Writes do not wait for that: they are durable here, and pending until the hub has them.
for (const socket of sockets) socket.destroy();
await ana.put("day", "Tuesday");
await ben.put("day", "Friday");
await ana.setMode("day", "ask");
await until(ana, () => ana.pending().length === 0 && ana.get("day").versions.length === 2);
const { versions, context } = ana.get("day");
console.log("open:", versions.map(({ value, author }) => `${value} (${author})`).sort());

await ana.resolve("day", "Wednesday", context);
await until(ben, () => ben.get("day").decided?.value === "Wednesday");
console.log("decided:", ben.get("day").decided.value);

for (const line of lines) line.end();
server.close();
await Promise.all([ana.close(), ben.close(), hub.close()]);

/** Puts a leader at the end of a socket: each frame goes behind its length. */
function attach(leader, socket) {
  sockets.add(socket);
  const channel = {
    send(frame) {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(frame.length);
      socket.write(Buffer.concat([head, frame]));
    },
  };
  leader.connect(channel);
  let received = Buffer.alloc(0);
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 4 && !socket.destroyed) {
      const length = received.readUInt32BE(0);
      if (length > FRAME_BYTES_MAX) {
        socket.destroy();
        return;
      }
      if (received.length < 4 + length) return;
      const frame = received.subarray(4, 4 + length);
      received = received.subarray(4 + length);
      try {
        channel.onmessage(frame);
      } catch {
        // That was no frame. The leader has ended the connection; the socket is of no more use.
        socket.destroy();
      }
    }
  });
  // What went wrong does not matter: the next handshake finds out what is missing.
  socket.on("error", () => {});
  socket.on("close", () => {
    sockets.delete(socket);
    channel.onclose();
  });
}

/** Connects a leader, and again whenever the connection breaks, until it is ended. */
function stayConnected(leader, port) {
  let socket;
  let timer;
  const dial = () => {
    socket = connect(port, "127.0.0.1");
    socket.once("connect", () => attach(leader, socket));
    socket.on("error", () => {});
    socket.once("close", () => (timer = setTimeout(dial, RETRY_MS)));
  };
  dial();
  const end = () => {
    socket.removeAllListeners("connect").destroy();
    socket.once("close", () => clearTimeout(timer));
  };
  return { end };
}

/** Resolves once it holds: looks again whenever the leader says that something changed. */
function until(leader, holds) {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      end();
      resolve();
    };
    const end = leader.subscribe(look);
    look();
  });
}
