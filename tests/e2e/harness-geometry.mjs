// Where words stand: what a person could not read although it is there.

/** What covers something else, is cut off or stands outside, one line each. Parts that scroll on purpose are `views`. */
export function geometry(page, { views = [".diagram-sheet"] } = {}) {
  return page.evaluate(look, views.join());
}

/* Runs in the page. */
function look(views) {
  const top = document.querySelector("dialog[open]") ?? document.body;
  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const clips = (element) => !(element instanceof SVGElement) && getComputedStyle(element).overflow !== "visible";
  const chain = (element) => {
    const all = [];
    for (let one = element; one && one !== document.documentElement; one = one.parentElement) {
      all.push(one);
    }
    return all;
  };
  const cut = (one, other) => ({
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top),
    bottom: Math.min(one.bottom, other.bottom),
  });
  const width = ({ left, right }) => right - left;
  const height = ({ top, bottom }) => bottom - top;

  /** Lines of text as far as they are seen. */
  const lines = [];
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const [text, element] = [walker.currentNode.data.trim(), walker.currentNode.parentElement];
    // What is for readers of the screen alone is cut down to a point.
    if (!text || !isShown(element) || element.closest("script, style, title, desc, option") || chain(element).some((one) => getComputedStyle(one).clipPath !== "none")) {
      continue;
    }
    const parents = chain(element).filter(clips);
    const within = (all) => all.map((one) => one.getBoundingClientRect()).reduce(cut, { left: 0, right: innerWidth, top: -Infinity, bottom: Infinity });
    const isMoved = parents.some((one) => one.matches(views) || /auto|scroll/.test(getComputedStyle(one).overflowX));
    const [window, edges] = [within(parents), isMoved ? { left: -Infinity, right: Infinity } : within(parents)];
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const whole of range.getClientRects()) {
      const box = cut(whole, window);
      if (width(box) > 2 && height(box) > 2) {
        lines.push({ text: text.slice(0, 60), element, box, whole, edges });
      }
    }
  }

  const faults = [];
  const isBehind = ({ element, box }) => {
    const front = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    return front !== null && !front.contains(element) && !element.contains(front);
  };
  for (const [index, one] of lines.entries()) {
    for (const other of lines.slice(index + 1)) {
      const common = cut(one.box, other.box);
      const isDrawn = one.element instanceof SVGElement || other.element instanceof SVGElement;
      if (one.element !== other.element && width(common) > 2 && height(common) > 4 && (isDrawn || !(isBehind(one) || isBehind(other)))) {
        faults.push(`“${one.text}” and “${other.text}” stand on each other`);
      }
    }
    if (one.whole.left < one.edges.left - 1 || one.whole.right > one.edges.right + 1) {
      faults.push(`“${one.text}” is cut off`);
    }
  }
  const measure = document.createElement("span");
  measure.style.cssText = "position: absolute; visibility: hidden; white-space: nowrap";
  document.body.append(measure);
  for (const select of [...top.querySelectorAll("select")].filter(isShown)) {
    const style = getComputedStyle(select);
    measure.style.font = style.font;
    measure.textContent = select.selectedOptions[0]?.text ?? "";
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (measure.offsetWidth > room + 1) {
      faults.push(`the choice “${measure.textContent}” is cut off`);
    }
  }
  measure.remove();
  if (document.documentElement.scrollWidth > innerWidth) {
    faults.push(`the page is ${document.documentElement.scrollWidth} px wide on ${innerWidth}`);
  }
  return [...new Set(faults)];
}
