// The page in another language than English: loaded by the loader only when one is asked for. The English text is the key:
// whatever the program puts into the document is looked up in the language's file and replaced, before it is painted.
// The program never reads its texts back, so it knows nothing of this, and English pages carry none of it.

/** Attributes that are read out or shown. */
const ATTRIBUTES = ["aria-label", "aria-roledescription", "aria-valuetext", "alt", "placeholder", "title"];
/** What holds data or code rather than words, or names its language itself. */
const LEFT_ALONE = "pre, code, script, style, textarea, noscript, [translate=no], [lang]:not(html, [data-left])";
const STORED_AS = "replicascope.language";
const MOST_KEPT = 4000;
const DEEPEST = 5;

/** A hole of a key stands for anything, or for a number. Texts of numbers alone get the language's decimal sign. */
const HOLE = /\{#?\}/;
/** Between texts in a row: sentences, then what is listed. */
const SEPARATORS = [/(?<=[.!?…:)”]) (?=[\p{Lu}“(\d])/u, /; /u, / \| /u, / · /u, /, /u, / \/ /u];
const NUMBERS = /^[\s\d.,:;+\-–−×%/()→↔#±]*(?:(?:ms|s|min|h|MiB|KiB|kB|bytes)\b[\s\d.,:;+\-–−×%/()→]*)*$/;
const DECIMAL = /(\d)\.(\d)/g;
/** A passage that stays English is marked as such; names and single words are not. */
const PASSAGE = /\p{Ll}{2,}\W+\p{L}{2,}\W+\p{L}{2,}/u;

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
  return { expression, word, pieces: fits ? pieces : null, weight: parts.join("").length, hasWords: /\p{L}{2}/u.test(key) };
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
    // A key that has words of its own says what it is about; one of signs alone must be worth it.
    const offer = (found, hasWords) => {
      const isWorthIt = found && (hasWords || (found.cost < most && (found.cost <= 1 || found.cost * 3 <= most)));
      best = isWorthIt && found.cost < (best?.cost ?? Infinity) ? found : best;
    };
    for (const { expression, pieces, hasWords } of this.#candidates(text)) {
      const match = expression.exec(text);
      if (match) {
        offer(this.#filled(match, pieces, depth), hasWords);
      }
      if (best?.cost === 0) {
        return best;
      }
    }
    SEPARATORS.forEach((separator) => offer(this.#joined(text, separator, depth)));
    return best;
  }

  /** Keys with holes that may fit: those without words, and those of one of the text's words. */
  #candidates(text) {
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

/** What the document shows, in the language of the translator, as long as it is followed. */
class Document {
  #translator = null;
  #texts = new WeakMap();
  #alone = new WeakMap();
  #attributes = new WeakMap();
  #observer = new MutationObserver((changes) => this.#follow(changes));

  constructor() {
    // What a person types by the name that the page shows means what the run calls by its own.
    document.addEventListener("submit", ({ target }) => this.#rename(target.querySelectorAll("input:not([type]), input[type=text]")), true);
  }

  #rename(fields) {
    for (const field of fields) {
      field.value = this.#translator?.name(field.value) ?? field.value;
    }
  }

  /** Shows everything by this translator from now on; by none, as the program says it. */
  speak(translator) {
    this.#observer.disconnect();
    this.#translator = translator;
    this.#visit(document.documentElement);
    if (translator) {
      const attributes = { attributes: true, attributeFilter: ATTRIBUTES };
      this.#observer.observe(document.documentElement, { subtree: true, childList: true, characterData: true, ...attributes });
    }
  }

  #follow(changes) {
    for (const { type, target, addedNodes, attributeName } of changes) {
      if (type === "childList") {
        addedNodes.forEach((node) => this.#visit(node));
      } else if (type === "characterData") {
        this.#text(target);
      } else if (!this.#isLeftAlone(target)) {
        this.#attribute(target, attributeName);
      }
    }
    // The rest are its own changes.
    this.#observer.takeRecords();
  }

  #visit(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      this.#text(node);
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.matches(LEFT_ALONE)) {
      ATTRIBUTES.filter((name) => node.hasAttribute(name)).forEach((name) => this.#attribute(node, name));
      node.childNodes.forEach((child) => this.#visit(child));
    }
  }

  #text(node) {
    const parent = node.parentElement;
    const known = this.#texts.get(node);
    const source = known && known.shown === node.data ? known.source : node.data;
    if (!parent || source.trim() === "" || this.#isLeftAlone(parent)) {
      return;
    }
    const found = this.#translator?.text(source, parent) ?? null;
    const shown = found ?? source;
    this.#texts.set(node, { source, shown });
    if (node.data !== shown) {
      node.data = shown;
    }
    this.#mark(parent, this.#translator !== null && found === null && PASSAGE.test(source));
  }

  /** An element stays where it is, so this is asked once. */
  #isLeftAlone(element) {
    const known = this.#alone.get(element) ?? element.closest(LEFT_ALONE) !== null;
    this.#alone.set(element, known);
    return known;
  }

  /** A passage that stays English says so. */
  #mark(element, isLeft) {
    if (isLeft) {
      element.lang = "en";
      element.dataset.left = "";
    } else if (element.dataset.left !== undefined) {
      element.removeAttribute("lang");
      delete element.dataset.left;
    }
  }

  #attribute(element, name) {
    const value = element.getAttribute(name);
    if (value === null) {
      return;
    }
    const known = this.#attributes.get(element) ?? new Map();
    const source = known.get(name)?.shown === value ? known.get(name).source : value;
    const shown = this.#translator?.text(source, element) ?? source;
    this.#attributes.set(element, known.set(name, { source, shown }));
    if (shown !== value) {
      element.setAttribute(name, shown);
    }
  }
}

let shown;
let latest;

/** Shows the page in the language of one of the footer's links, and keeps that as the choice if it was one. */
export async function speak(link, isChoice) {
  latest = link;
  if (isChoice) {
    keep(link.hreflang);
  }
  const words = link.dataset.words;
  const translator = words ? new Translator(dictionary(await fetched(words))) : null;
  // Another one may have been chosen meanwhile.
  if (latest === link) {
    document.documentElement.lang = link.hreflang;
    for (const one of link.parentElement.querySelectorAll("a")) {
      one === link ? one.setAttribute("aria-current", "true") : one.removeAttribute("aria-current");
    }
    shown ??= new Document();
    shown.speak(translator);
  }
}

async function fetched(address) {
  const response = await fetch(new URL(address, document.baseURI));
  if (!response.ok) {
    throw new Error(`${address}: ${response.status}`);
  }
  return response.json();
}

/** For the next visit, where the browser allows it; an address that names a language names this one. */
function keep(language) {
  try {
    localStorage.setItem(STORED_AS, language);
  } catch {
    // It holds until the page is closed.
  }
  const address = new URL(location.href);
  if (address.searchParams.has("lang")) {
    address.searchParams.set("lang", language);
    history.replaceState(history.state, "", address);
  }
}
