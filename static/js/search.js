// Search from anywhere: “/” goes to the box, what is found opens under it, the arrows go through it
// and Escape closes it. Without this file Enter opens the page of what is found.
"use strict";

{
  // On its own page the search has a box of that page instead, and what is found is always open.
  const bar = document.querySelector("[data-search]");
  const box = document.querySelector("[data-search-box]");
  const way = bar?.querySelector("[data-search-way]");
  const panel = document.getElementById("search-panel");
  const links = () => [...document.querySelectorAll("#search-results a")];

  // An answer may come after Escape, or after the focus has gone elsewhere: then it stays closed.
  let isWanted = false;

  const close = () => {
    isWanted = false;
    if (panel) panel.hidden = true;
  };

  const enter = () => {
    bar?.classList.add("is-open");
    box.focus();
    box.select();
  };

  const step = (event) => {
    const places = [box, ...links()];
    const here = places.indexOf(event.target);
    const next = places[here + (event.key === "ArrowDown" ? 1 : -1)];
    if (here < 0 || (panel && !box.value.trim())) return;
    event.preventDefault();
    if (panel) panel.hidden = places.length < 2;
    next?.focus();
  };

  // Closes what is open, the innermost first; in a box with nothing open Escape empties the box.
  const leave = (event) => {
    if (panel && !panel.hidden) {
      event.preventDefault();
      close();
      box.focus();
    } else if (way?.offsetParent && bar.contains(event.target)) {
      bar.classList.remove("is-open");
      way.focus();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (!box || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "/" && !Requests.isTyping(event.target) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      enter();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      step(event);
    } else if (event.key === "Escape" && bar?.contains(event.target)) {
      leave(event);
    }
  });

  way?.addEventListener("click", (event) => {
    event.preventDefault();
    if (bar.classList.contains("is-open")) bar.classList.remove("is-open");
    else enter();
  });

  bar?.addEventListener("input", () => {
    if (box.value.trim()) isWanted = true;
    else close();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== panel || !isWanted) return;
    panel.hidden = false;
    panel.scrollTop = 0;
  });

  // Not at once: between two elements of the bar the focus is nowhere for a moment.
  bar?.addEventListener("focusout", () => {
    setTimeout(() => {
      if (bar.contains(document.activeElement)) return;
      close();
      bar.classList.remove("is-open");
    });
  });
}
