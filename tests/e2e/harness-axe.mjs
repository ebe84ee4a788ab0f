// The accessibility checks of axe-core.
import { readFileSync } from "node:fs";

const source = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails with a list of what is wrong on the page, or inside `within`. `disabled` names rules to leave out. */
export async function axe(page, { within = "html", disabled = [] } = {}) {
  if (!(await page.evaluate(() => "axe" in window))) {
    // Evaluated by the browser's remote control: the page's own policy would not let a script in.
    await page.evaluate(`${source}\n;true`);
  }
  const violations = await page.evaluate(
    async ({ within, tags, disabled }) => {
      const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]));
      const options = { runOnly: tags, rules, resultTypes: ["violations"] };
      return (await window.axe.run(within, options)).violations;
    },
    { within, tags: TAGS, disabled },
  );
  if (violations.length > 0) {
    throw new Error(`accessibility:\n${violations.map(describe).join("\n")}`);
  }
}

function describe({ id, impact, help, nodes }) {
  const places = nodes.map(({ target, failureSummary }) => {
    const summary = (failureSummary ?? "").split("\n").slice(1).map((line) => line.trim());
    return `    at ${target.join(" ")}: ${summary.join("; ")}`;
  });
  return [`  ${id} (${impact}): ${help}`, ...places].join("\n");
}
