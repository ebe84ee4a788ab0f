// The page in another language than English: loaded by the loader only when one is asked for. The English text is the key:
// whatever the program puts into the document is looked up in the language's file and replaced, before it is painted.
// The program never reads its texts back, so it knows nothing of this, and English pages carry none of it.
import { Translator, dictionary } from "./words.js";

/** Attributes that are read out or shown. */
const ATTRIBUTES = ["aria-label", "aria-roledescription", "aria-valuetext", "alt", "placeholder", "title"];
/** What holds data or code rather than words, or names its language itself. */
const LEFT_ALONE = "pre, code, script, style, textarea, noscript, [translate=no], [lang]:not(html, [data-left])";
const STORED_AS = "replicascope.language";
/** A passage that stays English is marked as such; names and single words are not. */
const PASSAGE = /\p{Ll}{2,}\W+\p{L}{2,}\W+\p{L}{2,}/u;

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
