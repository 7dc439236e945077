// A step that asks before it is taken: its button appears exactly where the one was that led to it,
// what it will do above, and the keyboard goes there. Without this file the foot of the question is in
// sight all the same, and the button that asked is the way back.
"use strict";

{
  const MARGIN = 16; // px between the upper edge of the window and a long question
  const places = new WeakMap(); // where the button that asks ended in the window
  const CONFIRM = ".confirm";

  document.addEventListener("click", ({ target }) => {
    const ask = target.closest(`${CONFIRM} > summary`);
    if (ask && !ask.parentElement.open) places.set(ask.parentElement, ask.getBoundingClientRect().bottom);
    const back = target.closest("[data-confirm-back]");
    if (!back) return;
    const confirm = back.closest(CONFIRM);
    confirm.open = false;
    confirm.querySelector("summary").focus();
  });

  // It does not bubble.
  document.addEventListener(
    "toggle",
    ({ target: confirm }) => {
      if (!confirm.matches(CONFIRM) || !confirm.open || !places.has(confirm)) return;
      const [what, yes] = [".confirm-what", ".confirm-yes"].map((part) => confirm.querySelector(part));
      const field = confirm.querySelector("textarea, select, input:not([type=hidden])");
      (field ?? what).focus({ preventScroll: true });
      // The foot may stand higher than where it belongs, so as to be in sight.
      const below = Number.parseFloat(getComputedStyle(yes).paddingBottom);
      const grown = confirm.getBoundingClientRect().bottom - below - places.get(confirm);
      const room = what.getBoundingClientRect().top - MARGIN;
      scrollBy({ top: Math.min(grown, room), behavior: "instant" });
      places.delete(confirm);
    },
    true,
  );
}
