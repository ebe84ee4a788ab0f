// What keyboard twins ask of the page. Each function is run in it, and so stands alone.

/** Where the focus is, seen from the control that the element is or belongs to. */
export function bearing(element) {
  const SEEN = "a[href], area[href], button, summary, input, select, textarea, iframe, audio[controls], video[controls], [contenteditable], [tabindex]";
  const GROUPS = "[role=tablist], [role=radiogroup], [role=toolbar], [role=listbox], [role=menu], [role=grid], [role=group]";
  const CONTROLS = "a[href], button, summary, input, select, textarea, [role=button], [role=tab], [role=option], [role=menuitem], [role=switch], [role=checkbox]";
  const control = element.matches("[tabindex]") ? element : (element.closest(CONTROLS) ?? element.closest("label")?.control ?? element);
  const document = element.ownerDocument;
  const active = document.hasFocus() ? document.activeElement : null;
  const isBefore = (one, other) => one !== other && Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  const scope = document.querySelector("dialog:modal") ?? document;
  const all = [...scope.querySelectorAll(SEEN)].filter((one) => one.tabIndex >= 0 && !one.matches(":disabled") && one.checkVisibility({ visibilityProperty: true }));
  const isMember = (one) => one.matches("[tabindex]");
  const group = control.tabIndex < 0 && isMember(control) ? control.closest(GROUPS) : null;
  const members = group ? [...group.querySelectorAll("[tabindex]")].filter(isMember) : [];
  const stop = group ? members.find((one) => one.tabIndex >= 0) : control;
  const there = all.indexOf(stop);
  // Where nothing has the focus, the way begins at the top.
  const here = active && active !== document.body ? all.filter((one) => isBefore(one, active)).length : -1;
  const round = all.length + 1;
  const described = active ? `<${active.localName}${active.id ? ` id="${active.id}"` : ""} data-testid="${active.dataset.testid ?? ""}">` : "nothing in this frame";
  const toControl = `a[href="#${CSS.escape(control.id || "nothing")}"]`;
  return {
    isThere: active === control,
    isReachable: there >= 0 || active === control,
    // What is no tab stop may be where a link leads, such as the one that skips the head of the page.
    link: document.querySelector(toControl) ? toControl : undefined,
    stops: round,
    active: described,
    forward: (there - here + round) % round,
    backward: (here - there + round) % round,
    arrow: members.includes(active) ? (isBefore(active, control) ? "ArrowRight" : "ArrowLeft") : undefined,
  };
}

/** Keeps in `focusWas` what had the focus last. */
export function noteFocus() {
  const named = ({ localName, id, dataset }) => `<${localName}> ${dataset.testid ?? id}`;
  addEventListener("focusin", ({ target }) => (globalThis.focusWas = named(target)), true);
}

/** The key that a person presses on what has the focus, if the element belongs to it. */
export function pressed() {
  const control = document.activeElement;
  if (control.matches("input[type=checkbox], input[type=file], input[type=radio], [role=checkbox], [role=radio], [role=switch]")) {
    return " ";
  }
  const types = "input[type=submit], input[type=button], input[type=reset], input[type=image]";
  return control.matches(`a[href], button, summary, ${types}, [role=button], [role=link], [role=tab], [role=menuitem], [role=option]`) ? "Enter" : undefined;
}

/** What had the focus in this document, if nothing has it any more. */
export function whereFocusWentLost() {
  const isNowhere = !document.activeElement || document.activeElement === document.body;
  return isNowhere ? globalThis.focusWas : undefined;
}

/** A range, as keys move it. */
export function place(field) {
  const [min, max] = [Number(field.min || 0), Number(field.max || 100)];
  const step = field.step === "any" ? (max - min) / 100 : Number(field.step || 1);
  return { min, max, step, page: Math.max(step, (max - min) / 10), value: Number(field.value) };
}

/** How many options lie between the one that is chosen and the one that is wanted, if it is there. */
export function options(select, { value, label, index }) {
  const all = [...select.options].filter((option) => !option.disabled && !option.closest("optgroup:disabled"));
  const isWanted = (option) => (label === undefined ? (index === undefined ? option.value === value || option.label === value : option.index === index) : option.label === label);
  const wanted = all.findIndex(isWanted);
  return wanted < 0 ? undefined : { steps: wanted - all.findIndex((option) => option.selected) };
}
