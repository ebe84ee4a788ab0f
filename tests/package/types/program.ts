// A program that uses everything that is public, as the types say. It is checked, compiled and run; lines that must not
// pass say so.

import init, {
  LocalLeader,
  Playground,
  check,
  init as same,
  measure,
  scenarios,
  type Cart,
  type Channel,
  type Command,
  type Connection,
  type Distribution,
  type ErrorCode,
  type Held,
  type HistoryLine,
  type Journal,
  type LeaderStatus,
  type LocalLeaderOptions,
  type MeasureConfig,
  type Pending,
  type Performed,
  type Recipe,
  type ReplicascopeError,
  type Scenario,
  type Snapshot,
  type Vector,
  type Verdict,
  type Written,
} from "replicascope";

function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** The code of what is thrown. */
function codeOf(call: () => unknown): ErrorCode | undefined {
  try {
    call();
    return undefined;
  } catch (problem) {
    return (problem as ReplicascopeError).code;
  }
}

const before: ErrorCode | undefined = codeOf(() => scenarios());
assert(before === "not-ready", "everything needs init");
const ready: Promise<void> = init();
await ready;
await same();

playground();
judgements();
await leaders();
console.log("all of it");

function playground(): void {
  const list: Scenario[] = scenarios();
  const [first] = list;
  assert(first !== undefined && typeof first.seed === "string", "there are scenarios");

  const run = new Playground({ scenario: "offline-leader", variant: "add-wins", seed: 7n });
  const went: boolean = run.step();
  const at: number = run.runUntil(500);
  assert(went && at === 500 && run.seek(100) === 100, "it goes on and back");
  const command: Command = { act: { session: 0, action: { add: { item: "milk", count: 1 } } } };
  run.submit(command);
  run.submit({ node: { node: 1, fault: "crash" } });
  run.submit({ link: "heal-all" });
  const performed: Performed = run.perform();
  const snapshot: Snapshot = run.snapshot();
  const journal: Journal = run.journal();
  const more: Journal = run.journal({ since: journal.end });
  const verdicts: Verdict[] = run.verdicts();
  const recipe: Recipe = run.recipe();
  const link: string = run.link();
  assert(performed.complete && snapshot.nodes.length > 0 && more.entries.length === 0 && verdicts.length > 0, "it is played");
  for (const again of [new Playground({ recipe }), new Playground({ link, seed: "1" })]) again.free();
  run.free();
  using short = new Playground({ scenario: "quorum-overlap" });
  short.step();

  // @ts-expect-error: one of scenario, recipe and link is needed
  assert(codeOf(() => new Playground({ seed: "1" })) === "bad-argument", "no run");
  // @ts-expect-error: a seed is no object
  assert(codeOf(() => new Playground({ scenario: "quorum-overlap", seed: {} })) === "bad-argument", "no seed");
  // @ts-expect-error: there is no such command
  assert(codeOf(() => short.submit({ fly: 1 })) === "bad-argument", "no command");
  // @ts-expect-error: a time is a number
  assert(codeOf(() => short.runUntil("1")) === "bad-argument", "no time");
  // @ts-expect-error: a time is needed
  assert(codeOf(() => short.seek()) === "bad-argument", "no time");
  // @ts-expect-error: there is no such option
  assert(codeOf(() => short.journal({ from: 1 })) === "bad-argument", "no option");
  // @ts-expect-error: what is answered is no text
  const text: string = short.snapshot().now_ms;
  assert(typeof text === "number", "it is a number");
}

function judgements(): void {
  const history: HistoryLine[] = [
    { process: 0, type: "invoke", f: "write", key: "x", value: 1, time: 0 },
    { process: 0, type: "ok", f: "write", key: "x", value: 1, time: 10 },
  ];
  assert(check(history, { guarantee: "linearizable", time_limit_ms: 1_000 }).holds === true, "it holds");
  assert(check("", { guarantee: "no-lost-writes", model: "kv", initial: null }).operations === 0, "nothing happened");
  // @ts-expect-error: there is no such guarantee
  assert(codeOf(() => check(history, { guarantee: "perfect" })) === "unknown-name", "no guarantee");
  // @ts-expect-error: a guarantee is needed
  assert(codeOf(() => check(history)) === "bad-argument", "no guarantee");

  const leg: Distribution = { mixture: [{ weight: 0.5, exponential: { rate_per_ms: 1 } }, { weight: 0.5, pareto: { xm_ms: 1, alpha: 2 } }] };
  const config: MeasureConfig = { n: 3, r: 1, w: 1, read_fan_out: "all", write_fan_out: "quorum", write: leg, ack: leg, read: { constant_ms: 1 }, response: { uniform_ms: [1, 2] } };
  const { read_ms, t_visibility_ms } = measure(config, { samples: 1_000, seed: "1" });
  const visible: number | null = t_visibility_ms["0.99"];
  assert(read_ms.p99 >= read_ms.p50 && visible !== undefined, "it is measured");
  measure(config);
  // @ts-expect-error: all fields are needed
  assert(codeOf(() => measure({ n: 3 })) === "bad-config", "no configuration");
}

async function leaders(): Promise<void> {
  const options: LocalLeaderOptions = { name: "typed", storage: "memory", author: "Ana", kind: "device", mode: "add-wins" };
  const leader: LocalLeader = await LocalLeader.open(options);
  await using other = await LocalLeader.open({ name: "other", storage: "memory", kind: "hub" });
  const end: () => void = leader.subscribe(() => {});
  const { dot, context }: Written = await leader.put("note", "milk");
  const held: Held = leader.get("note");
  assert(held.versions[0]?.dot === dot && held.decided?.value === "milk", "it is written");
  const seen: Vector = context;
  await leader.setMode("note", "ask");
  await leader.resolve("note", 5, seen);
  await leader.resolve("note", null, leader.get("note").context);
  await leader.remove("note");

  const cart: Cart = leader.cart("cart");
  await cart.add("milk");
  await cart.add("milk", 2);
  await cart.set("eggs", 6);
  await cart.decrease("eggs");
  await cart.remove("milk");
  const items: Record<string, number> = cart.items();
  assert(items["eggs"] === 5 && cart.key === "cart", "it counts");
  cart.free();

  const pending: Pending[] = leader.pending();
  const status: LeaderStatus = leader.status();
  assert(pending.length > 0 && status.failure === null, "it waits for a hub");
  const one: Channel = { send: (frame: Uint8Array) => queueMicrotask(() => two.onmessage?.(frame)) };
  const two: Channel = { send: (frame: Uint8Array) => queueMicrotask(() => one.onmessage?.(frame)) };
  const connection: Connection = leader.connect(one);
  other.connect(two);
  while (leader.pending().length > 0) await new Promise<void>((resolve) => leader.subscribe(() => resolve()));
  connection.disconnect();
  two.onclose?.();
  const file: Uint8Array = await leader.export();
  await other.import(file);
  end();

  // @ts-expect-error: a name is needed
  await LocalLeader.open({}).catch((problem: ReplicascopeError) => assert(problem.code === "bad-argument", "no name"));
  // @ts-expect-error: there is no such mode
  await leader.setMode("note", "vote").catch(({ code }: ReplicascopeError) => assert(code === "unknown-name", "no mode"));
  // @ts-expect-error: a value is a text or a number
  await leader.put("note", {}).catch(({ code }: ReplicascopeError) => assert(code === "bad-argument", "no value"));
  // @ts-expect-error: a context is needed
  await leader.resolve("note", 1).catch(({ code }: ReplicascopeError) => assert(code === "bad-argument", "no context"));
  // @ts-expect-error: a channel sends
  assert(codeOf(() => leader.connect({})) === "bad-argument", "no channel");
  // @ts-expect-error: leaders are opened
  assert(codeOf(() => new LocalLeader().pending()) === "freed", "not opened");
  await leader.close();
  leader.free();
}
