// The key “?” lists the keys over any page. Without this file the list is a page of the help.
"use strict";

{
  const dialog = document.getElementById("keys");
  let before = null; // where the focus was

  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!dialog || Requests.isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    before = document.activeElement;
    htmx.ajax("GET", dialog.dataset.keys, { source: dialog, target: dialog, swap: "innerHTML" });
  });

  dialog?.addEventListener("htmx:afterSwap", () => {
    if (!dialog.open) dialog.showModal();
    document.getElementById("keys-title").focus();
  });

  dialog?.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });

  dialog?.addEventListener("close", () => {
    dialog.replaceChildren();
    if (before?.isConnected) before.focus();
  });
}
