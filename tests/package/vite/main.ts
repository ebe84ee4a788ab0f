// A page of Vite that plays a run, and counts how often it was opened in a leader that stays.
import { LocalLeader, Playground, init } from "replicascope";

await init();
const run = new Playground({ scenario: "offline-leader", variant: "add-wins" });
run.perform();
const { fingerprint } = run.snapshot();
run.free();
const leader = await LocalLeader.open({ name: "vite" });
await leader.cart("visits").add("visits");
const { visits } = leader.cart("visits").items();
await leader.close();
document.querySelector("#said")!.textContent = `${fingerprint} ${visits}`;
