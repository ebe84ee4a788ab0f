// A module worker with a leader of its own.
import { LocalLeader, init } from "./index.js";

try {
  await init();
  const leader = await LocalLeader.open({ name: "worker" });
  await leader.put("note", "from a worker");
  const { value } = leader.get("note").decided;
  await leader.close();
  postMessage(value);
} catch (problem) {
  postMessage(`${problem.code}: ${problem.message}`);
}
