// The matrix by keyboard, and its results in a dialog. Without this file every cell is a plain link.
"use strict";

{
  const dialog = document.getElementById("result-dialog");
  const panel = document.getElementById("result-panel");
  const table = () => document.querySelector(".matrix-table");

  // --- one tab stop for the whole table, and the arrow keys inside it ----------------------------

  function prepare() {
    const links = table()?.querySelectorAll("a") ?? [];
    for (const link of links) link.tabIndex = -1;
    const first = table()?.querySelector("tbody td > a") ?? links[0];
    if (first) first.tabIndex = 0;
    // The table takes the keyboard now; what scrolls it needs to take it no more.
    table()?.parentElement.removeAttribute("tabindex");
    table()?.setAttribute("role", "grid");
    table()?.setAttribute("aria-describedby", "matrix-keys");
  }

  // The link in a row at a column; a row may hold one wide cell without any.
  const linkAt = (row, column) => row?.cells[column]?.querySelector("a");

  function upOrDown(link, step) {
    const rows = [...table().rows];
    const { cellIndex } = link.closest("td, th");
    for (let n = rows.indexOf(link.closest("tr")) + step; rows[n]; n += step) {
      // The row of the groups has other columns, and no links.
      const found = linkAt(rows[n], cellIndex);
      if (found) return found;
    }
    return null;
  }

  const linksOf = (row) => [...row.querySelectorAll("a")];

  function leftOrRight(link, step) {
    const links = linksOf(link.closest("tr"));
    return links[links.indexOf(link) + step];
  }

  function firstOrLast(link, step, isOfTable) {
    const body = table().tBodies[0].rows;
    const row = isOfTable ? body[step < 0 ? 0 : body.length - 1] : link.closest("tr");
    return linksOf(row).at(step < 0 ? 0 : -1);
  }

  const MOVES = {
    ArrowUp: [upOrDown, -1],
    ArrowDown: [upOrDown, 1],
    ArrowLeft: [leftOrRight, -1],
    ArrowRight: [leftOrRight, 1],
    Home: [firstOrLast, -1],
    End: [firstOrLast, 1],
  };

  document.addEventListener("keydown", (event) => {
    const link = event.target.closest(".matrix-table a");
    const [move, step] = MOVES[event.key] ?? [];
    if (!link || !move || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    move(link, step, event.ctrlKey)?.focus();
  });

  // Wherever the focus comes from, the way back by Tab leads there.
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest(".matrix-table a");
    if (!link) return;
    for (const old of table().querySelectorAll("a[tabindex='0']")) old.tabIndex = -1;
    link.tabIndex = 0;
  });

  // --- a result over the matrix ------------------------------------------------------------------

  let opened = null; // the cell whose result is asked for or shown

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".matrix-table td > a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opened = link;
    htmx.ajax("GET", link.href, { source: dialog, target: panel, swap: "innerHTML" });
  });

  panel.addEventListener("htmx:afterSwap", () => {
    if (dialog.open) return;
    dialog.showModal();
    dialog.scrollTop = 0;
    document.getElementById("result-title").focus();
  });

  // What cannot be shown here may say why on its own page.
  dialog.addEventListener("htmx:afterRequest", (event) => {
    const { status } = event.detail.xhr;
    if (status !== 401 && (status < 200 || status > 299)) location.assign(opened.href);
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });

  dialog.addEventListener("close", () => {
    panel.replaceChildren();
    if (opened?.isConnected) opened.focus();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.querySelector?.(".matrix-table")) prepare();
  });
  prepare();
}
