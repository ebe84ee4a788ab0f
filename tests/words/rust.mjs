// Reads Rust so far as texts need it: which strings stand in a file, and in which call.

/**
 * All strings of a source, tests left out: `{ text, line, calls }`, where `calls` names the calls around it from the inside,
 * each `{ name, isMethod, index, first }` with the string's place among the arguments and the first argument, if that is a string.
 */
export function strings(source) {
  const found = [];
  const calls = [];
  let last = [];
  for (const token of withoutTests(tokens(source))) {
    const { kind, text } = token;
    if (kind === "string") {
      const call = calls.at(-1);
      if (call && call.index === 0 && call.first === undefined) {
        call.first = text;
      }
      found.push({ text, line: token.line, calls: calls.toReversed().map((call) => ({ ...call })), before: last.map((one) => one.text).join(" ") });
    } else if ("([{".includes(text)) {
      calls.push({ name: "([".includes(text) ? callee(last) : "", isMethod: last.at(-2)?.text === ".", index: 0, bracket: text });
    } else if (")]}".includes(text)) {
      calls.pop();
    } else if (text === "," && calls.length > 0) {
      calls.at(-1).index += 1;
    }
    last = [...last, token].slice(-4);
  }
  return found;
}

/** What is called where a bracket opens: a function, a method, or a macro with its "!"; of a list, the field that it is given to, with its ":". */
function callee(last) {
  const [before, end] = [last.at(-2), last.at(-1)];
  if (end?.text === "!") {
    return `${before?.text}!`;
  }
  if (end?.text === "&" && before?.text === ":") {
    return `${last.at(-3)?.text}:`;
  }
  return end?.kind === "word" ? end.text : "";
}

/** Drops attributes, and what stands behind one for tests. */
function* withoutTests(list) {
  const all = [...list];
  for (let index = 0; index < all.length; index += 1) {
    if (all[index].text !== "#") {
      yield all[index];
      continue;
    }
    const start = all[index + 1]?.text === "!" ? index + 2 : index + 1;
    const end = closing(all, start);
    const attribute = all.slice(start, end).map((token) => token.text).join("");
    index = end;
    // `any(test, …)` is for others too.
    if (/^\[cfg\((all\()?test\b/.test(attribute)) {
      index = itemEnd(all, end + 1);
    }
  }
}

/** Where the bracket that opens at `start` closes. */
function closing(all, start) {
  let depth = 0;
  for (let index = start; index < all.length; index += 1) {
    depth += "([{".includes(all[index].text) ? 1 : ")]}".includes(all[index].text) ? -1 : 0;
    if (depth === 0) {
      return index;
    }
  }
  return all.length;
}

/** Where an item ends: at its ";" or at the end of its braces. */
function itemEnd(all, start) {
  for (let index = start; index < all.length; index += 1) {
    if (all[index].text === ";") {
      return index;
    }
    if ("([{".includes(all[index].text)) {
      const end = closing(all, index);
      if (all[index].text === "{") {
        return end;
      }
      index = end;
    }
  }
  return all.length;
}

const PART =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<raw>b?r(?<sharp>#*)"[\s\S]*?"\k<sharp>)|(?<string>b?"(?:\\[\s\S]|[^"\\])*")|'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])'|'(?<life>\w+)|(?<word>[A-Za-z_]\w*)|(?<number>\d[\w.]*)|(?<sign>\S)/g;

function* tokens(source) {
  let line = 1;
  let from = 0;
  for (const match of source.matchAll(PART)) {
    line += source.slice(from, match.index).split("\n").length - 1;
    from = match.index;
    const { raw, sharp, string, word, number, sign } = match.groups;
    if (raw !== undefined) {
      yield { kind: "string", text: raw.slice(raw.indexOf('"') + 1, raw.length - 1 - sharp.length), line };
    } else if (string !== undefined) {
      yield { kind: "string", text: plain(string.slice(string.indexOf('"') + 1, -1)), line };
    } else if (word !== undefined) {
      yield { kind: "word", text: word, line };
    } else if (number !== undefined || sign !== undefined) {
      yield { kind: "sign", text: number ?? sign, line };
    }
  }
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", 0: "\0" };

/** The text that a string stands for. */
function plain(inside) {
  return inside.replace(/\\(?:\n\s*|u\{([0-9a-fA-F]+)\}|x(..)|(.))/g, (whole, point, byte, one) => {
    const code = point ?? byte;
    return code ? String.fromCodePoint(parseInt(code, 16)) : one === undefined ? "" : (ESCAPES[one] ?? one);
  });
}
