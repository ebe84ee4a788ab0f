// Claims that are checked one after the other, and counted.
let passed = 0;
let failed = 0;

/** `find` returns what is wrong, as text; nothing is. */
export function check(claim, find) {
  let problems;
  try {
    problems = find();
  } catch (error) {
    problems = [error.message];
  }
  console.log(`${problems.length === 0 ? "  ok" : "FAIL"} ${claim}`);
  problems.slice(0, 20).forEach((problem) => console.log(`     ${problem}`));
  passed += problems.length === 0 ? 1 : 0;
  failed += problems.length === 0 ? 0 : 1;
}

export function closing() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
