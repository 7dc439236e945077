// The cells of the grid: which there are, what is in them, and blocks of them from a spreadsheet.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: the scripts that follow use it
const Cells = (() => {
  const CONTROL = "input:not([type=hidden]), select, textarea";
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
    text
      .trim()
      .toLowerCase()
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .replaceAll("đ", "d")
      .replace(/\s+/g, " ");

  const isBox = (control) => control.type === "checkbox";
  const read = (control) => (isBox(control) ? (control.checked ? "x" : "") : control.value);

  // --- lists ------------------------------------------------------------------------------------

  const isList = (control) => control.tagName === "SELECT";
  const wordsOf = new Map(); // by the key of a head: which choice each word means

  function words(list) {
    const { key } = list.closest("td").dataset;
    if (!wordsOf.has(key)) {
      wordsOf.set(
        key,
        new Map(Object.entries(JSON.parse(document.getElementById(`h-${key}`).dataset.words))),
      );
    }
    return wordsOf.get(key);
  }

  const meant = (list, text) => (fold(text) === "" ? "" : words(list).get(fold(text)));

  // What somebody types into a list that is closed: a word, or the beginning of one; the answers' first.
  const begun = (list, text) =>
    meant(list, text) ?? [...words(list)].find(([word]) => word.startsWith(fold(text)))?.[1];

  const answers = (list) => [...list.options].filter(({ value }) => value).map((option) => option.text);

  // As a person reads it.
  const shown = (control) =>
    isList(control) && control.value ? control.selectedOptions[0].text : read(control);

  // As the control would hold it: a box is ticked or not, a list chosen from, a line has no line breaks.
  function fitted(control, text) {
    if (isBox(control)) return ticks.has(fold(text)) ? "x" : "";
    if (isList(control)) return meant(control, text);
    return control.type === "textarea" ? text : text.replace(/\s*\n\s*/g, " ");
  }

  const UNTICKED = new Set(["", "0", "khong", "ko", "k", "no", "n"]);
  function accepts(control, text) {
    if (isList(control)) return meant(control, text) !== undefined;
    return !isBox(control) || ticks.has(fold(text)) || UNTICKED.has(fold(text));
  }

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

  const texts = document.getElementById("grid-words")?.dataset;
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  return {
    accepts,
    answers,
    begun,
    column,
    controls,
    fitted,
    isCell,
    isList,
    parse,
    read,
    rowOf,
    rows,
    say,
    shown,
    table,
    ward,
    write,
  };
})();
