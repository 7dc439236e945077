// The cells of the grid: which there are, what is in them, and blocks of them from a spreadsheet.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: the scripts that follow use it
const Cells = (() => {
  const CONTROL = "input:not([type=hidden]), textarea";
  const table = document.getElementById("grid-table");
  const ticks = new Set(table?.dataset.ticks.split(" "));

  const rowOf = (element) => element.closest(".grid-row");
  const isCell = (element) => element.matches(`.grid-cell :is(${CONTROL})`);
  const rows = () => [...table.tBodies[0].rows];

  // What can be entered in a row, column by column; null where nothing can.
  const controls = (row) =>
    [...row.querySelectorAll(".grid-cell")].map((cell) => cell.querySelector(CONTROL));

  const column = (control) => controls(rowOf(control)).indexOf(control);
  const ward = (row) => row.cells[0].textContent.trim();

  const fold = (text) =>
    text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");

  const isBox = (control) => control.type === "checkbox";
  const read = (control) => (isBox(control) ? (control.checked ? "x" : "") : control.value);

  // As the control would hold it: a box is ticked or not, a line has no line breaks.
  function fitted(control, text) {
    if (isBox(control)) return ticks.has(fold(text)) ? "x" : "";
    return control.type === "textarea" ? text : text.replace(/\s*\n\s*/g, " ");
  }

  const UNTICKED = new Set(["", "0", "khong", "ko", "k", "no", "n"]);
  const accepts = (control, text) => !isBox(control) || ticks.has(fold(text)) || UNTICKED.has(fold(text));

  function write(control, value) {
    if (isBox(control)) control.checked = value !== "";
    else control.value = value;
  }

  // What a spreadsheet puts on the clipboard: tabs between cells, a line a row, and quotes around
  // a cell that has a tab, a line break or a quote in itself.
  function parse(text) {
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    const block = [];
    const line = /(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))([\t\n]|$)/gy;
    let row = [];
    for (;;) {
      const [, quoted, plain, end] = line.exec(source);
      row.push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
      if (end === "\t") continue;
      block.push(row);
      row = [];
      if (end === "") return block;
    }
  }

  const words = document.getElementById("grid-words")?.dataset;
  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  return { accepts, column, controls, fitted, isCell, parse, read, rowOf, rows, say, table, ward, write };
})();
