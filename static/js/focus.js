// Where the keyboard is stays known: whatever a script, an answer of the server or a refusal puts in the
// place of the element in focus, the focus goes to what stands there now, and never to nothing.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: the scripts that follow use it
const Focus = (() => {
  const SETTLED = 60; // ms, after which a script has put the focus where it wants it
  let last = null; // the element that had it last, and the ids that lead to its place
  let timer = 0;

  /** Put it on an element, which need not be one for the keyboard; tell whether it is there. */
  function put(element, options = { preventScroll: true }) {
    if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) {
      element.tabIndex = -1;
    }
    element.focus(options);
    return document.activeElement === element;
  }

  /** Go to a place on the page: what is folded opens, and the cursor is there. */
  function goTo(element) {
    for (let at = element; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    // A field is enough to see; of a part of the page, its beginning is.
    element.scrollIntoView({
      block: element.matches("input, select, textarea, button") ? "nearest" : "start",
    });
    put(element);
  }

  document.addEventListener("focusin", ({ target }) => {
    const ids = [];
    for (let at = target; at; at = at.parentElement) if (at.id) ids.push(at.id);
    last = { element: target, ids, name: target.name, value: target.value };
  });

  // Whoever clicks beside everything wants it nowhere.
  document.addEventListener("pointerdown", ({ target }) => {
    if (!target.closest("a, button, input, select, textarea, summary, label, [tabindex]")) last = null;
  });

  const isLost = () => !document.activeElement || document.activeElement === document.body;

  function restore() {
    if (!last || !isLost()) return;
    const { element, ids, name, value } = last;
    if (element.isConnected && (element.disabled || put(element))) return; // or once it may be used again
    for (const id of ids) {
      const place = document.getElementById(id);
      const same = [...(place?.querySelectorAll("[name]") ?? [])].filter((other) => other.name === name);
      const twin = name && (same.find((other) => other.value === value) ?? same[0]);
      if (twin && put(twin)) return;
      if (place?.textContent.trim() && put(place)) return;
    }
    put(document.getElementById("main"));
  }

  const look = () => {
    clearTimeout(timer);
    timer = setTimeout(restore, SETTLED);
  };
  new MutationObserver(look).observe(document.documentElement, {
    attributeFilter: ["disabled"],
    childList: true,
    subtree: true,
  });

  // A link within the page takes the cursor along.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='#']");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.pathname !== location.pathname && !link.getAttribute("href").startsWith("#")) return;
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    history.replaceState(history.state, "", link.hash);
    goTo(target);
  });

  // What the last action came to is read first, unless the page has a better place for the cursor.
  const messages = document.querySelector("main > .messages");
  if (messages && !document.querySelector("[autofocus], :target")) put(messages);

  return { goTo, put };
})();
