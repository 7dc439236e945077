// How much may be written: counted as the server counts, said before it refuses. Nothing is cut.
"use strict";

{
  const words = document.getElementById("length-words").dataset;
  const NEAR = 0.9; // of what may be written; from there on it is counted

  // A line's end is one character; so is whatever lies outside the first 65,536.
  const count = (text) => [...text.trim().replace(/\r\n?/g, "\n")].length;
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function look(field) {
    const most = Number(field.dataset.maxLength);
    const n = count(field.value);
    const isOver = n > most;
    const text = say(isOver ? words.tooLong : words.counted, { n, most });
    field.setCustomValidity(isOver ? text : "");
    const next = field.nextElementSibling;
    const note = next?.matches(".length-note") ? next : document.createElement("span");
    if (n < NEAR * most) {
      note.remove();
      return;
    }
    note.className = "length-note";
    note.classList.toggle("is-over", isOver);
    note.setAttribute("role", isOver ? "alert" : "status");
    note.textContent = text;
    if (note !== next) field.after(note);
  }

  document.addEventListener("input", ({ target }) => {
    if (target.dataset.maxLength) look(target);
  });

  // What came with the page may be too long as well: it was refused, or comes back.
  for (const field of document.querySelectorAll("[data-max-length]")) {
    if (count(field.value) > Number(field.dataset.maxLength)) look(field);
  }
}
