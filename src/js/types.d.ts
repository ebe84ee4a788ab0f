/** What every error thrown or rejected with by this package is. New codes may be added. */
export interface ReplicascopeError extends Error {
  readonly code: ErrorCode;
}
export type ErrorCode =
  | "not-ready" | "not-loaded" | "freed" | "busy" | "bad-argument" | "unknown-name" | "bad-recipe" | "bad-link" | "bad-history"
  | "bad-config" | "refused" | "too-large" | "no-storage" | "storage-full" | "storage-damaged" | "storage-newer" | "storage-blocked"
  | "taken-over" | "closed" | "bad-frame" | "bad-file" | "internal";

/** A seed of 64 bits: a decimal text, or a number that is exact. */
export type Seed = string | number | bigint;

/** Exactly one of `scenario`, `recipe` and `link`. */
export type PlaygroundOptions =
  | { scenario: string; variant?: string; seed?: Seed }
  | { recipe: Recipe | string; seed?: Seed }
  | { link: string; seed?: Seed };

export interface Variant {
  id: string;
  title: string;
  /** What it is about; null where no anomaly is shown. */
  guarantee: string | null;
  promised: boolean;
  assumption: string | null;
}

export interface Scenario {
  id: string;
  title: string;
  summary: string;
  family: "single-leader" | "replication-lag" | "multi-leader" | "leaderless";
  seed: string;
  variants: Variant[];
  constraints: { id: string; title: string; summary: string }[];
}

/** As in a recipe; `replicascope list commands --json` of the command line has every form with an example. */
export type Command =
  | { act: { session: number; action: Action } }
  | { link: LinkCommand }
  | { node: { node: number; fault: NodeFault } }
  | { message: { message: number; fault: "drop" | "duplicate" | "hold" | "release" | { delay: { ms: number } } } }
  | { decide: Mode };
export type Action =
  | "look"
  | { add: { item: string; count: number } }
  | { set: { item: string; quantity: number } }
  | { decrease: { item: string } }
  | { remove: { item: string } }
  | { resolve: { item: string; quantity: number } }
  | { get: { key: string } }
  | { "get-many": { keys: string[] } }
  | { put: { key: string; value: RecipeValue } }
  | { "put-if": { key: string; expected: RecipeValue | null; value: RecipeValue } }
  | { delete: { key: string } };
export type RecipeValue = { number: number } | { text: string };
export type End = { node: number } | { site: number };
export type LinkCommand =
  | { cut: { from: End; to: End } }
  | { heal: { from: End; to: End } }
  | { disconnect: number }
  | { reconnect: number }
  | { partition: number[][] }
  | "heal-all"
  | { tune: { a: number; b: number; wire: Wire } };
export type NodeFault =
  | "crash" | "restart" | "promote" | "pause" | "resume" | "join" | "leave"
  | { skew: { ms: number } }
  | { slow: { factor: number } };
export type Mode = "last-write" | "last-write-line" | "naive-union" | "add-wins" | "ask" | "home";

export interface Wire {
  kind: "stream" | "datagram";
  latency: Latency;
  loss_per_million: number;
  duplicate_per_million: number;
}
export type Latency =
  | { constant: { us: number } }
  | { uniform: { min_us: number; max_us: number } }
  | { exponential: { base_us: number; mean_us: number } }
  | { pareto: { least_us: number; shape_thousandths: number } };

/** What rebuilds a run, on every host. */
export interface Recipe {
  version: number;
  scenario?: string | null;
  variant?: string | null;
  setup: Setup;
  seed: string;
  commands?: TimedCommand[];
  /** Where a page opens it. */
  open?: { at_ns: number; view: string | null; step: number | null } | null;
  /** All futures that were kept, where there are more than one. */
  branches?: Future[];
  /** Other setups that the same seed and commands are run under, each with the id of the variant that it came from. */
  compare?: { variant?: string | null; setup: Setup }[];
}
/** A command, and the place between two events where it was given. */
export interface TimedCommand {
  at_ns: number;
  event: number;
  command: Command;
}
export interface Future {
  name: string;
  parent: number | null;
  from_ns: number;
  until_ns: number;
  /** null for the one whose commands are the recipe's own. */
  commands: TimedCommand[] | null;
}
/** What a run starts from. */
export interface Setup {
  strategy: string;
  sites: { name: string; kind: "datacenter" | "device" | "client"; node_count: number; spare_count?: number }[];
  links: { a: number; b: number; wire: Wire; back?: Wire | null }[];
  inside: Wire;
  sessions: RecipeSession[];
  mode: Mode;
  cart: { item: string; quantity: number }[];
  dials?: Record<string, number | boolean | string>;
}
export interface RecipeSession {
  author: string;
  site: number;
  /** How far it is from its site; null for who sits at it. */
  access: Latency | null;
  workload: Workload;
  reads?: ReadRule;
}
export type Workload =
  | "idle"
  | { alternate: { key: string } }
  | { mix: { key_count: number; skew_percent: number; read_percent: number; pace: Pace } };
export type Pace = { closed: { think_us: number } } | { open: { mean_us: number } };
export type ReadRule =
  | "home" | "leader" | "any-follower" | "nearest" | "sticky"
  | { "within-lag": { ms: number } }
  | { "leader-after-write": { window_ms: number } }
  | { token: { is_shared: boolean } };

export interface Snapshot {
  now_ms: number;
  /** The furthest time ever reached on this branch. */
  horizon_ms: number;
  next_event_ms: number | null;
  /** Whether the longest run has come to its end. */
  at_limit: boolean;
  events: number;
  commands: number;
  seed: string;
  /** Two runs share it only if they did the same up to here: the same on every host. */
  fingerprint: string;
  strategy: string;
  nodes: NodeState[];
  links: { from: number; to: number; cut: boolean }[];
  sessions: SessionState[];
  flights: Flight[];
  promises: Promises;
}
export interface NodeState {
  node: number;
  name: string;
  site: number;
  site_name: string;
  site_kind: "datacenter" | "device" | "client";
  up: boolean;
  paused: boolean;
  slowness: number;
  skew_ms: number;
  /** Effects that wait for its store. */
  held: number;
  /** Requests and messages that wait for the node itself. */
  waiting: number;
  lag: { entries: number; age_ms: number } | null;
  /** null while it is down. */
  replica: ReplicaState | null;
}
export interface ReplicaState {
  role: "leader" | "follower" | "replica" | "coordinator" | "candidate" | "spare";
  term: number;
  leader: number | null;
  position: number;
  id: string | null;
  vector: Vector;
  hash: string;
  partial: boolean;
  records: Record<string, Decided>;
  pending: string[];
  confirmed: number;
  discarded: { dot: string; author: string; key: string; reason: string }[];
  facts: Record<string, string>;
  alarm: Alarm | null;
}
export type Alarm = "dot-reused" | "hashes-differ" | "circulates";
/** Per replica (16 hexadecimal digits) how many of its writes are known. */
export type Vector = Record<string, number>;
export type Value = string | number;
/** What a reader sees of a record, and how it was decided. */
export interface Decided {
  mode: Mode;
  /** The plain value; null where there is none. */
  value: Value | null;
  /** Quantities by item, if it is a cart. */
  cart: Record<string, number> | null;
  /** Whether something waits for a person to decide. */
  open: boolean;
  conflicts: Conflict[];
  /** What became of every write of the record, by its dot. */
  fates: Record<string, Fate>;
}
export interface Conflict {
  item: string | null;
  base: SideValue;
  sides: { dot: string; author: string; at_ms: number; value: SideValue }[];
  open: boolean;
}
export type SideValue = Value | Record<string, number> | null;
export interface Fate {
  fate: "visible" | "superseded" | "discarded" | "overruled" | "open" | "tentative" | "opaque";
  by?: string;
  reason?:
    | "older-stamp" | "lower-id" | "add-wins" | "union-keeps" | "lower-quantity" | "same-quantity" | "arrived-earlier" | "earlier-home"
    | "rejected-by-home";
}
export interface SessionState {
  session: number;
  name: string;
  author: string;
  node: number;
  open: number;
  seen: Decided | null;
  trouble: Refusal | null;
}
export type Refusal =
  | "not-leader" | "full" | "behind" | "unsupported" | "unmet" | "unavailable" | "unknown" | "unreachable";
export type MessageKind =
  | "replicate" | "batch" | "acknowledge" | "nack" | "hello" | "done" | "read" | "write" | "heartbeat" | "vote" | "snapshot" | "repair"
  | "hint" | "hash";
export interface Flight {
  message: number;
  from: number;
  to: number;
  kind: MessageKind;
  sent_ms: number;
  due_ms: number;
  held: boolean;
}
export interface Promises {
  linearizable: boolean;
  linearizable_at_leader: boolean;
  keeps_writes: boolean;
  accounts: boolean;
  converges: boolean;
  causal: boolean;
}

export interface JournalOptions {
  /** The number of the first entry that is wanted. */
  since?: number;
}
export interface Journal {
  /** How many of the oldest entries are gone. */
  dropped: number;
  /** The number that the next entry will have. */
  end: number;
  entries: JournalEntry[];
}
export interface JournalEntry {
  number: number;
  at_ms: number;
  event: number;
  kind: "sent" | "delivered" | "dropped" | "noted" | "conflict" | "answered" | "commanded" | "alarm";
  /** The sentence that the page shows. */
  text: string;
  message?: { id: number; from: number; to: number; kind: MessageKind };
  reason?: "loss" | "cut" | "reset" | "down" | "no-route" | "full";
  node?: number;
  session?: number;
  operation?: number;
  command?: number;
}
export interface Verdict {
  guarantee: string;
  /** null while that cannot be said; `undecided_because` says why. */
  holds: boolean | null;
  promised: boolean;
  violations: number;
  witness: { sentence: string; operations: number[]; dots: string[] }[];
  undecided_because?: string;
}
export interface Performed {
  /** Whether every step was reached within its bound. */
  complete: boolean;
  /** `held` is null where the claim is about another seed. */
  expectations: { claim: string; held: boolean | null }[];
  /** Counts as whole numbers, times in milliseconds. */
  metrics: Record<string, number>;
}

export type Guarantee =
  | "linearizable" | "read-your-writes" | "monotonic-reads" | "monotonic-writes" | "writes-follow-reads" | "consistent-prefix"
  | "no-lost-writes";
export interface CheckOptions {
  guarantee: Guarantee;
  model?: "register" | "cas-register" | "kv" | "append-kv";
  /** What every key holds at the start; null by default. */
  initial?: Value | null;
  null_read?: "observes-initial" | "unconstrained";
  failed_cas?: "observes" | "ignored";
  /** 60,000 by default; at most an hour. */
  time_limit_ms?: number;
}
/** One line of a history, as Jepsen writes them. */
export interface HistoryLine {
  process: number;
  type: "invoke" | "ok" | "fail" | "info";
  f: string;
  key?: string;
  value?: unknown;
  /** Nanoseconds; they do not decrease. */
  time: number;
  [field: string]: unknown;
}
export interface HistoryVerdict {
  guarantee: Guarantee;
  holds: boolean | null;
  operations: number;
  witness: HistoryOperation[];
  undecided_because?: string;
}
export interface HistoryOperation {
  operation: number;
  line: number;
  process: number;
  session: string;
  type: string;
  f: string;
  key?: string;
  value: unknown;
  invoked_ns: number;
  closed_ns: number | null;
}

export type Distribution =
  | { mixture: ({ weight: number } & Distribution)[] }
  | { exponential: { rate_per_ms: number } }
  | { pareto: { xm_ms: number; alpha: number } }
  | { uniform_ms: [number, number] }
  | { constant_ms: number };
export interface MeasureConfig {
  n: number;
  r: number;
  w: number;
  read_fan_out: "all" | "quorum";
  write_fan_out: "all" | "quorum";
  write: Distribution;
  ack: Distribution;
  read: Distribution;
  response: Distribution;
  remote_extra_ms?: number;
  consistent_at_ms?: number[];
}
export interface MeasureOptions {
  /** 100,000 by default. */
  samples?: number;
  /** 1 by default. */
  seed?: Seed;
}
export interface Latencies {
  p50: number;
  p99: number;
  p99_9: number;
  mean: number;
}
export interface Measured {
  samples: number;
  read_ms: Latencies;
  write_ms: Latencies;
  consistent_at: { t_ms: number; p: number }[];
  t_visibility_ms: Record<"0.9" | "0.99" | "0.999", number | null>;
  within_k_versions: { k: number; p: number }[];
}

export interface LocalLeaderOptions {
  /** Which leader: 1 to 64 characters. */
  name: string;
  /** "indexeddb" by default. Where there is none (Node), "memory" must be asked for: it ends with the leader. */
  storage?: "indexeddb" | "memory";
  /** Who writes; the name by default. */
  author?: string;
  /** A device's writes are confirmed when a hub holds them; "device" by default. */
  kind?: "device" | "hub";
  /** How conflicts are decided, unless a key has a mode of its own; the same at all leaders. "add-wins" by default. */
  mode?: Mode;
}
/** What a write resolves with once it is durable. */
export interface Written {
  dot: string;
  /** What the writer has now seen of the key. */
  context: Vector;
}
export interface Held {
  key: string;
  /** Plain versions that had not seen each other, oldest first; more than one is a conflict. */
  versions: Version[];
  /** What who has read this has seen: for `resolve`. */
  context: Vector;
  /** null where the key was never written. */
  decided: Decided | null;
}
export interface Version {
  value: Value | null;
  deleted: boolean;
  dot: string;
  /** Milliseconds since 1970, by the writer's clock. */
  at: number;
  author: string;
}
export interface Pending {
  dot: string;
  key: string | null;
  at: number | null;
}
export interface LeaderStatus {
  closed: boolean;
  /** Whether something waits for the store. */
  saving: boolean;
  /** Why its store failed; then it has to be opened again. */
  failure: { code: ErrorCode; message: string } | null;
  store: string;
  replica: string | null;
  alarm: Alarm | null;
  peers: { phase: "apart" | "syncing" | "equal"; store: string | null; stopped: boolean }[];
}
/** A channel of the caller's. The leader puts `onmessage` and `onclose` onto it, for the caller to call. */
export interface Channel {
  send(frame: Uint8Array): void;
  onmessage?: ((frame: Uint8Array) => void) | null;
  onclose?: (() => void) | null;
}
export interface Connection {
  disconnect(): void;
}
