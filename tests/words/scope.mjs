// Where the page's texts stand, and what of it is deliberately not translated, each with its reason.

/** Files and folders whose strings the page may show. */
export const SOURCES = [
  "index.html",
  "www/loader.js",
  "www/offline.js",
  "src/ui",
  "src/view",
  "src/checkers",
  "src/compare/mod.rs",
  "src/hunt/target.rs",
  "src/scenarios",
  "src/session/branch.rs",
  "src/simulation/dials.rs",
  "src/simulation/topology",
  "src/replication/rules.rs",
  "src/replication/strategies",
  "src/presets",
];

/** Parts of them that stay English. */
export const NOT_SHOWN = [
  { path: "src/view/sequence.rs", reason: "a file to save, for another program" },
  { path: "src/view/spacetime.rs", reason: "a file to save" },
  { path: "src/presets/", reason: "names of real systems; what else they say is the command line's and the documentation's" },
  { path: "src/view/course/progress.rs", reason: "what a browser keeps" },
  { path: "src/view/glossary/systems.rs", reason: "titles of works, names of systems, addresses" },
  { path: "src/replication/strategies/leaderless/message.rs", reason: "what a message says, as the protocol says it" },
  { path: "src/replication/strategies/multi_leader_forward/message.rs", reason: "the same" },
  { path: "src/replication/strategies/multi_leader_sync/message.rs", reason: "the same" },
  { path: "src/replication/strategies/single_leader/message.rs", reason: "the same" },
];

/** Strings that look like texts and are none. */
export const IDENTIFIERS = [
  // Classes of elements; of two words or more the last has a hyphen.
  /^[a-z]+(-[a-z]+)*( [a-z{}]+(-[a-z{}]+)*)* [a-z{}]+(-[a-z{}]+)+( [a-z{}]+)?$/,
  /^(card|input|button) [a-z]+$/,
  /^\{\}(-[a-z]+)? ([a-z]+-\{\}|\{\}-[a-z]+)$/,
  // Choices of a comparison, as its messages name them.
  /^(variant|preset|strategy) \{\}$/,
  // A number with its unit.
  /^\d+ ms$/,
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

/** What the texts of a language must not have. */
export const FORBIDDEN = {
  de: [
    { pattern: /(?<!\p{L})(du|dir|dich|dein\p{L}*|euch|euer\p{L}*)(?!\p{L})/iu, reason: "readers are addressed as Sie" },
    { pattern: /"/, reason: "quotation marks are „ and “" },
    { pattern: /\S…/, reason: "a space stands before an ellipsis" },
    { pattern: /\p{L}–\p{L}| - /u, reason: "a dash between words has spaces" },
  ],
};
