// Where the page's texts stand, and what of it is deliberately not translated, each with its reason.

/** Files and folders whose strings the page may show. */
export const SOURCES = [
  "index.html",
  "www/loader.js",
  "www/offline.js",
  "src/ui",
  "src/view",
  "src/checkers",
  "src/scenarios",
  "src/replication/strategies",
  "src/presets",
];

/** Parts of them that stay English. */
export const NOT_SHOWN = [
  { path: "src/view/sequence.rs", reason: "a file to save, for another program" },
  { path: "src/view/spacetime.rs", reason: "a file to save" },
  { path: "src/view/trace.rs", reason: "a file to save, for programs" },
  { path: "src/presets/", reason: "settings and sentences of other systems' manuals, next to their English names" },
  { path: "src/replication/strategies/leaderless/message.rs", reason: "what a message says, as the protocol says it" },
  { path: "src/replication/strategies/multi_leader_forward/message.rs", reason: "the same" },
  { path: "src/replication/strategies/multi_leader_sync/message.rs", reason: "the same" },
  { path: "src/replication/strategies/single_leader/message.rs", reason: "the same" },
  { path: "src/replication/strategies/single_leader/rules_of_raft.rs", reason: "tests" },
  { path: "src/scenarios/ending.rs", reason: "the command line's" },
];

/** Strings that look like texts and are none. */
export const IDENTIFIERS = [
  // Classes of elements; of two words or more the last has a hyphen.
  /^[a-z]+(-[a-z]+)*( [a-z{}]+(-[a-z{}]+)*)* [a-z{}]+(-[a-z{}]+)+( [a-z{}]+)?$/,
  // Selectors, queries and elements as text.
  /^[([<.#]/,
  /^(input|button), /,
  /^\w+:\/\//,
  // Settings by their names.
  /^[\w{}]+=\S/,
];

/** Names, of which a translation would be another name: people, places, keys of a keyboard as programs call them. */
export const UNTRANSLATED = new Set(
  `Ada Ana Ben Caro Chie Cho Cid Dia Eli Fay Gus Hal Frankfurt Ireland Mumbai Ohio Oregon Oslo Rome Sydney Tokyo Virginia Home
   End Enter Escape`.split(/\s+/),
).add("São Paulo").add("ms").add("Replicascope");
