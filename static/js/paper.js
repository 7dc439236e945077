// The button that prints; the foot of each sheet; and what stands in the fields.
// On paper a field is what stands in it, to its last line: browsers print no more of it than its box
// shows. So while the page is printed, a text beside each field says the whole.
"use strict";

{
  const FIELDS = "main textarea, main input:is([type=text], [type=number], :not([type]))";

  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-print]")) print();
  });

  // The page's foot at the foot of every sheet, where the browser has boxes in the margins of paper.
  function sayFoot() {
    const foot = document.querySelector(".page-footer");
    if (!foot || !window.CSSMarginRule) return;
    const time = foot.querySelector("[data-printed-at]");
    if (time) time.textContent = now();
    const words = foot.cloneNode(true);
    for (const part of words.querySelectorAll(".only-screen")) part.remove();
    const line = words.textContent.replace(/\s+/g, " ").trim();
    const { style, classList } = document.documentElement;
    style.setProperty("--paper-foot", JSON.stringify(line));
    style.setProperty("--paper-sheet", JSON.stringify(`${foot.dataset.sheet} `));
    classList.add("has-paper-foot");
  }

  // As the server writes it: 14:05 28/11/2026.
  function now() {
    const [date, two] = [new Date(), (number) => String(number).padStart(2, "0")];
    const day = `${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`;
    return `${two(date.getHours())}:${two(date.getMinutes())} ${day}`;
  }

  addEventListener("beforeprint", sayFoot);

  addEventListener("beforeprint", () => {
    for (const field of document.querySelectorAll(FIELDS)) {
      if (!field.value) continue;
      const text = Object.assign(document.createElement("span"), {
        className: "on-paper",
        textContent: field.value,
      });
      field.after(text);
    }
  });

  addEventListener("afterprint", () => {
    for (const text of document.querySelectorAll(".on-paper")) text.remove();
  });
}
