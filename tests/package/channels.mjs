// Channels made by hand, as a caller makes them: plain callbacks, delayed, cut in the middle, with garbage.

/** Two ends that call each other: at once, or after `delayMs`. `cut()` ends both; what is under way is lost. */
export function pair({ delayMs } = {}) {
  const ends = [{}, {}];
  let isCut = false;
  const frames = [];
  ends.forEach((end, index) => {
    end.send = (frame) => {
      if (isCut) throw new Error("the channel is cut");
      frames.push(frame);
      const arrive = () => !isCut && ends[1 - index].onmessage(frame);
      if (delayMs === undefined) arrive();
      else setTimeout(arrive, delayMs);
    };
  });
  const cut = () => {
    isCut = true;
    for (const end of ends) end.onclose();
  };
  return { ends, frames, cut };
}

/** Two ends that lose, double and reorder frames, drawn from a seed. */
export function unreliable(seed) {
  let state = seed;
  const drawn = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const ends = [{}, {}];
  ends.forEach((end, index) => {
    end.send = (frame) => {
      const copies = drawn() < 0.1 ? 0 : drawn() < 0.2 ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) setTimeout(() => ends[1 - index].onmessage(frame), drawn() * 20);
    };
  });
  return { ends };
}

/** The two ports of a MessageChannel as channels. */
export function ports() {
  const { port1, port2 } = new MessageChannel();
  const ends = [port1, port2].map((port) => {
    const end = { send: (frame) => port.postMessage(frame) };
    port.onmessage = ({ data }) => end.onmessage(data);
    return end;
  });
  return { ends, close: () => port1.close() };
}

/** Waits until `holds()` is true. The test's own time limit ends a wait that is in vain. */
export async function until(what, holds, limitMs = 20_000) {
  const end = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
