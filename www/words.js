// The look-up of texts in a language's file: pure, also used by the tests. The English text is the key; keys with holes fit texts
// that were put together.

const MOST_KEPT = 4000;
const DEEPEST = 5;
/** Longer texts are looked up as they stand, and by sentence: nobody puts that much together, but a person may write it. */
const MOST_CHARACTERS = 300;

/** A hole of a key stands for anything, or for a number. Texts of numbers alone get the language's decimal sign. */
const HOLE = /\{#?\}/;
/** Between texts in a row: sentences, then what is listed. */
const SEPARATORS = [/(?<=[.!?…:)”]) (?=[\p{Lu}“(\d])/u, /; /u, / \| /u, / · /u, /, /u, / \/ /u];
const NUMBERS = /^[\s\d.,:;+\-–−×%/()→↔#±]*(?:(?:ms|s|min|h|MiB|KiB|kB|bytes)\b[\s\d.,:;+\-–−×%/()→]*)*$/;
const DECIMAL = /(\d)\.(\d)/g;

/** Texts by key, as a file has them; anything else in it is ignored. */
export function dictionary(file) {
  const data = entries(file?.data).filter(([, value]) => typeof value === "string");
  const pairs = [...entries(file?.texts), ...entries(file?.composed), ...data];
  const exact = new Map(pairs.filter(([key]) => !HOLE.test(key)));
  const holed = pairs.filter(([key, value]) => HOLE.test(key) && typeof value === "string");
  const patterns = holed.map(pattern).filter(({ pieces }) => pieces);
  // What says more of itself is more likely meant.
  patterns.sort((one, other) => other.weight - one.weight);
  const byWord = new Map();
  patterns.forEach((one, rank) => byWord.set(one.word, [...(byWord.get(one.word) ?? []), Object.assign(one, { rank })]));
  const names = new Map(data.map(([key, value]) => [value.toLowerCase(), key]));
  return { exact, byWord, names, decimal: typeof file?.decimal === "string" ? file.decimal : "." };
}

function entries(part) {
  const isText = (value) => typeof value === "string" && value !== "";
  const isChoice = (value) => value !== null && typeof value === "object" && Object.values(value).every(isText);
  const all = part !== null && typeof part === "object" && !Array.isArray(part) ? Object.entries(part) : [];
  return all.filter(([key, value]) => key !== "" && (isText(value) || isChoice(value)));
}

/** A key with holes: what it matches, and what is made of what stood in the holes. `{2}` is the second one. */
function pattern([key, value]) {
  const parts = key.split(HOLE);
  // A whole word that it has in any case, by which it is found; none for signs alone.
  const [word = ""] = (key.match(/(?<![\p{L}}])\p{L}{2,}(?![\p{L}{])/gu) ?? []).toSorted((one, other) => other.length - one.length);
  // What is put behind another hole or to the end of a word may be nothing; it begins with a sign, or there with a space.
  const any = (index) => {
    const isSecond = index > 0 && parts[index] === "";
    const suffix = isSecond ? "((?:\\s?[^\\p{L}\\p{N}\\s].*?)?)" : "((?:[^\\p{L}\\p{N}].*?)?)";
    return isSecond || /\p{L}$/u.test(parts[index]) ? suffix : parts[index].endsWith("[") ? "(.*?)" : "(.+?)";
  };
  const holes = key.match(/\{#?\}/g).map((hole, index) => (hole === "{#}" ? "([-+−]?\\d[\\d.,]*)" : any(index)));
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${escaped.map((part, index) => part + (holes[index] ?? "")).join("")}$`, "su");
  let next = 0;
  const pieces = value.split(/\{(\d*)\}/).map((piece, index) => (index % 2 === 0 ? piece : piece === "" ? (next += 1) : Number(piece)));
  const fits = pieces.every((piece) => typeof piece === "string" || (piece >= 1 && piece < parts.length));
  return { expression, word, pieces: fits ? pieces : null, weight: parts.join("").length, own: key.match(/\p{L}{2,}/gu)?.length ?? 0 };
}

/** Looks texts up. What is not known is null. */
export class Translator {
  #words;
  #kept = new Map();
  #readings = new Map();

  constructor(words) {
    this.#words = words;
  }

  /** `text` in the other language, or null; `element` is where it stands, for texts that are said differently in places. */
  text(text, element) {
    const kept = this.#kept.get(text);
    if (kept !== undefined) {
      return typeof kept === "object" && kept !== null ? chosen(kept, element) : kept;
    }
    if (this.#kept.size >= MOST_KEPT) {
      this.#kept.clear();
    }
    const found = this.#find(text);
    this.#kept.set(text, found);
    return typeof found === "object" && found !== null ? chosen(found, element) : found;
  }

  /** What the run calls the data that this language calls so. */
  name(text) {
    return this.#words.names.get(text.trim().toLowerCase());
  }

  /** With the spaces around it as they were. */
  #find(text) {
    const bare = text.trim();
    const found = this.#words.exact.get(bare) ?? this.#put(bare, 0)?.text ?? null;
    return typeof found === "string" ? text.replace(bare, () => found) : found;
  }

  /** A text as it stands, or as it would stand inside of a sentence. */
  #word(text) {
    const [first] = text;
    const inside = this.#words.exact.get(first.toLowerCase() + text.slice(1));
    return this.#words.exact.get(text) ?? (typeof inside === "string" ? inside[0].toUpperCase() + inside.slice(1) : undefined);
  }

  /** The best reading of a text without spaces around it, with how many words of it stay as they are; null without any. */
  #put(text, depth) {
    const exact = this.#word(text);
    if (exact !== undefined) {
      return { text: typeof exact === "string" ? exact : (chosen(exact) ?? text), cost: 0 };
    }
    if (NUMBERS.test(text)) {
      return { text: text.replaceAll(DECIMAL, `$1${this.#words.decimal}$2`), cost: 0 };
    }
    const known = this.#readings.get(text);
    if (known !== undefined || depth > DEEPEST) {
      return known ?? null;
    }
    const found = this.#best(text, depth);
    if (this.#readings.size >= MOST_KEPT) {
      this.#readings.clear();
    }
    // Deeper, something may not have been looked into any more.
    if (depth < DEEPEST - 1) {
      this.#readings.set(text, found);
    }
    return found;
  }

  #best(text, depth) {
    const most = cost(text);
    let best = null;
    // A key that has words of its own says what it is about, if not most of the text stands in its holes; one of signs alone must be worth it.
    const offer = (found, own) => {
      const isWorthIt = found && ((own > 0 && found.cost <= 2 * own + 1) || (found.cost < most && (found.cost <= 1 || found.cost * 3 <= most)));
      best = isWorthIt && found.cost < (best?.cost ?? Infinity) ? found : best;
    };
    for (const { expression, pieces, own } of this.#candidates(text)) {
      const match = expression.exec(text);
      if (match) {
        offer(this.#filled(match, pieces, depth), own);
      }
      if (best?.cost === 0) {
        return best;
      }
    }
    SEPARATORS.forEach((separator) => offer(this.#joined(text, separator, depth), 0));
    return best;
  }

  /** Keys with holes that may fit: those without words, and those of one of the text's words. */
  #candidates(text) {
    if (text.length > MOST_CHARACTERS) {
      return [];
    }
    const words = new Set(["", ...(text.match(/\p{L}{2,}/gu) ?? [])]);
    return [...words].flatMap((word) => this.#words.byWord.get(word) ?? []).sort((one, other) => one.rank - other.rank);
  }

  #filled(match, pieces, depth) {
    const holes = match.slice(1).map((text) => this.#part(text, depth + 1));
    const filled = pieces.map((piece) => (typeof piece === "string" ? piece : holes[piece - 1].text));
    return { text: filled.join(""), cost: sum(holes) };
  }

  /** What stands in a hole or in a row: a text of its own, or a name that stays. */
  #part(text, depth) {
    const bare = text.trim();
    const found = bare && this.#put(bare, depth);
    return found ? { text: text.replace(bare, () => found.text), cost: found.cost } : { text, cost: cost(text) };
  }

  /** Several texts in a row. */
  #joined(text, separator, depth) {
    const parts = text.split(separator);
    if (parts.length < 2) {
      return null;
    }
    const signs = text.match(new RegExp(separator.source, "gu"));
    const found = parts.map((part) => this.#part(part, depth + 1));
    return { text: found.map((part, index) => (signs[index - 1] ?? "") + part.text).join(""), cost: sum(found) };
  }
}

const sum = (parts) => parts.reduce((all, part) => all + part.cost, 0);

/** How many words there are that are no names. */
const cost = (text) => text.match(/(?<!\p{L})\p{Ll}{2,}/gu)?.length ?? 0;

/** The first that fits the element; an empty selector fits all. */
function chosen(choice, element) {
  const fits = (selector) => selector === "" || (element?.matches(selector) ?? false);
  const found = Object.entries(choice).filter(([selector]) => fits(selector));
  return found.length > 0 ? found.toSorted(([one], [other]) => other.length - one.length)[0][1] : null;
}
