// Where words stand: what a person could not read although it is there.

/** What covers something else, is cut off or stands outside, one line each. Parts that scroll on purpose are `views`. */
export function geometry(page, { views = [".diagram-sheet"] } = {}) {
  return page.evaluate(look, views.join());
}

/* Runs in the page: all that it calls has to stand inside of it. */
function look(views) {
  const top = document.querySelector("dialog[open]") ?? document.body;
  const all = lines();
  return [...new Set([...covered(all), ...cutOff(all), ...narrowChoices(), ...tooWide()])];

  /** Lines of text, as far as they are seen. */
  function lines() {
    const found = [];
    const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const [text, element] = [walker.currentNode.data.trim(), walker.currentNode.parentElement];
      if (text && isSeen(element)) {
        found.push(...boxes(walker.currentNode, element).map((one) => ({ text: text.slice(0, 60), element, ...one })));
      }
    }
    return found;
  }

  /** For each line of a text: the whole of it, what is seen of it, and where what cuts it off has its edges. */
  function boxes(node, element) {
    const clipping = chain(element).filter((one) => !(one instanceof SVGElement) && getComputedStyle(one).overflow !== "visible");
    const screen = { left: 0, right: innerWidth, top: -Infinity, bottom: Infinity };
    const frame = clipping.map((one) => one.getBoundingClientRect()).reduce(common, screen);
    const isMoved = clipping.some((one) => one.matches(views) || /auto|scroll/.test(getComputedStyle(one).overflowX));
    const edges = isMoved ? { left: -Infinity, right: Infinity } : frame;
    const range = document.createRange();
    range.selectNodeContents(node);
    const cut = [...range.getClientRects()].map((whole) => ({ whole, edges, box: common(whole, frame) }));
    return cut.filter(({ box }) => width(box) > 2 && height(box) > 2);
  }

  function covered(all) {
    const pairs = all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other]));
    const isFault = ([one, other]) => {
      const both = common(one.box, other.box);
      const isDrawn = [one, other].some(({ element }) => element instanceof SVGElement);
      return one.element !== other.element && width(both) > 2 && height(both) > 4 && (isDrawn || !(isBehind(one) || isBehind(other)));
    };
    return pairs.filter(isFault).map(([one, other]) => `“${one.text}” and “${other.text}” stand on each other`);
  }

  function cutOff(all) {
    const isFault = ({ whole, edges }) => whole.left < edges.left - 1 || whole.right > edges.right + 1;
    return all.filter(isFault).map(({ text }) => `“${text}” is cut off`);
  }

  /** Pickers with less room than their words need. */
  function narrowChoices() {
    const measure = document.createElement("span");
    measure.style.cssText = "position: absolute; visibility: hidden; white-space: nowrap";
    document.body.append(measure);
    const isFault = (select) => {
      const style = getComputedStyle(select);
      measure.style.font = style.font;
      measure.textContent = chosen(select);
      return measure.offsetWidth > select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) + 1;
    };
    const found = [...top.querySelectorAll("select")].filter(isShown).filter(isFault);
    measure.remove();
    return found.map((select) => `the choice “${chosen(select)}” is cut off`);
  }

  function tooWide() {
    const { scrollWidth } = document.documentElement;
    return scrollWidth > innerWidth ? [`the page is ${scrollWidth} px wide on ${innerWidth}`] : [];
  }

  function chosen(select) {
    return select.selectedOptions[0]?.text ?? "";
  }

  function isShown(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  }

  /** What is for readers of the screen alone is cut down to a point. */
  function isSeen(element) {
    const isForEyes = !element.closest("script, style, title, desc, option");
    return isForEyes && isShown(element) && chain(element).every((one) => getComputedStyle(one).clipPath === "none");
  }

  /** Whether something else is in front of it, as where one scrolls. */
  function isBehind({ element, box }) {
    const front = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    return front !== null && !front.contains(element) && !element.contains(front);
  }

  /** The element and all that it stands in. */
  function chain(element) {
    return element === null || element === document.documentElement ? [] : [element, ...chain(element.parentElement)];
  }

  function common(one, other) {
    return {
      left: Math.max(one.left, other.left),
      right: Math.min(one.right, other.right),
      top: Math.max(one.top, other.top),
      bottom: Math.min(one.bottom, other.bottom),
    };
  }

  function width({ left, right }) {
    return right - left;
  }

  function height({ top, bottom }) {
    return bottom - top;
  }
}
