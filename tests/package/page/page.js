// A plain page: hands the package to the tests once it is loaded.
import * as replicascope from "./index.js";

await replicascope.init();
window.replicascope = replicascope;

/** The code of what a call, or its promise, ends with; undefined if it ends well. */
window.codeOf = async (call) => {
  try {
    await call();
    return undefined;
  } catch (problem) {
    return problem instanceof Error ? problem.code : `no Error: ${problem}`;
  }
};

/** A channel over a BroadcastChannel of this name. */
window.broadcast = (name) => {
  const port = new BroadcastChannel(name);
  const channel = { send: (frame) => port.postMessage(frame), close: () => port.close() };
  port.onmessage = ({ data }) => channel.onmessage(data);
  return channel;
};

/** How many storage buckets have this database. */
window.copiesOf = async (name) => {
  let count = 0;
  for (const key of await navigator.storageBuckets.keys()) {
    const bucket = await navigator.storageBuckets.open(key);
    count += (await bucket.indexedDB.databases()).some((database) => database.name === name) ? 1 : 0;
  }
  return count;
};

window.parent.postMessage("loaded", "*");
