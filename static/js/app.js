// What every page needs: the way to sign in when the session has ended, and menus that close.
// Everything works without this file.
"use strict";

// What is saved says for itself that it is not; what is only looked at can be asked for again.
document.addEventListener("htmx:afterRequest", ({ detail: { elt, requestConfig, xhr } }) => {
  if (xhr.status !== 401 || requestConfig.verb !== "get" || elt.closest(".sheet-row")) return;
  location.reload(); // to the sign-in page
});

// What opens over or under its button closes by Escape; a menu also by a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(":is(.account-menu, .day-menu, .confirm)[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

document.addEventListener("click", (event) => {
  document.querySelectorAll(":is(.account-menu, .day-menu)[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
