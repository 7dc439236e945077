// Choosing many sheets: “all” ticks every box, and how many are chosen is said. Without this file
// the boxes work all the same, and “all” counts on the server.
"use strict";

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-choose]");
  if (!form) return;
  const all = form.querySelector("[name=all]");
  const boxes = [...form.querySelectorAll("[name=sheet]")];
  if (event.target === all) {
    boxes.forEach((box) => {
      box.checked = all.checked;
    });
  } else {
    const isWhole = boxes.length === Number(all.dataset.n); // of a folded list some are not here
    all.checked = isWhole && boxes.every((box) => box.checked);
  }
  const ticked = boxes.filter((box) => box.checked).length;
  const chosen = all.checked ? Number(all.dataset.n) : ticked;
  const said = form.querySelector("[data-chosen]");
  said.textContent = chosen ? `${said.dataset.chosen} ${chosen}` : "";
});
