// The keyboard's focus. Where a control goes away, or can be used no more, while it has the focus, the focus goes to what
// stands at its place: never to another control, so that a key pressed twice does not act there. The first key that is pressed loads this script.
"use strict";

(() => {
  let isByKey = true;
  // What has the focus, or stands at the place of what had it; and the same outside of dialogs, for when they are gone.
  const held = {};

  const noteDevice = ({ type }) => (isByKey = type === "keydown");
  addEventListener("keydown", noteDevice, true);
  addEventListener("pointerdown", noteDevice, true);
  const noteFocus = ({ target }) => {
    held.last = target;
    if (!target.closest("dialog")) {
      held.outside = target;
    }
  };
  addEventListener("focusin", noteFocus);
  if (document.activeElement && document.activeElement !== document.body) {
    noteFocus({ target: document.activeElement });
  }

  const isControl = (element) => element.tabIndex >= 0;

  /** From the place outwards: the first that can be seen and is no control. */
  function quiet(place) {
    while (place && (isControl(place) || !(place.getBoundingClientRect?.().width > 1))) {
      place = place.parentElement;
    }
    return place === document.body || place === document.documentElement ? undefined : place;
  }

  function focus(place) {
    if (!place.hasAttribute("tabindex")) {
      place.setAttribute("tabindex", "-1");
      place.addEventListener("blur", () => place.removeAttribute("tabindex"), { once: true });
    }
    place.focus({ preventScroll: true });
  }

  /** Follows places through what was removed, as it was removed. Returns whether the focus went, or was only moved, with it. */
  function follow(records) {
    const seen = { isGone: false, isMoved: false };
    for (const { removedNodes, nextSibling, previousSibling, target } of records) {
      for (const node of removedNodes) {
        for (const [name, place] of Object.entries(held)) {
          if (node.contains(place)) {
            seen.isMoved ||= name === "last" && place.isConnected;
            seen.isGone ||= name === "last" && !place.isConnected;
            held[name] = place.isConnected ? place : (nextSibling ?? previousSibling ?? target);
          }
        }
      }
    }
    return seen;
  }

  new MutationObserver((records) => {
    const { isGone, isMoved } = follow(records);
    const { activeElement, body } = document;
    const { last, outside } = held;
    const isLost = activeElement === body ? isGone || isMoved : activeElement?.disabled;
    // Whoever went on to the browser's own controls stays there.
    if (!isLost || !isByKey || !document.hasFocus()) {
      return;
    }
    if (isMoved && !isGone) {
      last.focus();
    } else {
      const isInDialog = last.parentElement?.closest("dialog");
      focus(quiet(isInDialog ? last : outside) ?? document.getElementById("main") ?? body);
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["disabled", "hidden"] });
  document.documentElement.dataset.focus = "kept";
})();
