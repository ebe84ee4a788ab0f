/**
 * The recipe of a run that is leaderless and busy: `people` in closed loops that ask `nodes` replicas each time, over a network that
 * takes `least_us` to `most_us`. Opens paused at `at_ms`.
 */
export function busy({ people, nodes, at_ms, least_us = 40_000, most_us = 80_000 }) {
  const latency = { uniform: { min_us: least_us, max_us: most_us } };
  const inside = { kind: "datagram", latency, loss_per_million: 0, duplicate_per_million: 0 };
  const workload = { alternate: { key: "k" } };
  const sessions = Array.from({ length: people }, (_, index) => ({ author: `p${index}`, site: 0, access: null, workload, reads: "home" }));
  const sites = [{ name: "Oregon", kind: "datacenter", node_count: nodes, spare_count: 0 }];
  const setup = { strategy: "leaderless", sites, links: [], inside, sessions, mode: "last-write", cart: [], dials: {} };
  return { version: 1, setup, seed: "7", commands: [], open: { at_ns: at_ms * 1_000_000 } };
}
