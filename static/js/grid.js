// The keyboard of the grid: arrows, fill down, blocks from a spreadsheet, and undo of all of them.
// Everything can be entered without this file.
"use strict";

{
  const {
    accepts,
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
    table,
    ward,
    write,
  } = Cells;
  const PAUSE = 1500; // ms without a key, after which a value is saved though nobody has left it
  const DEPTH = 50;
  const MOST_TOLD = 20;
  const undoButton = document.getElementById("grid-undo");
  const progress = document.getElementById("grid-progress");
  const report = document.getElementById("grid-report");
  const question = document.getElementById("grid-ask");

  // --- changes and undo -------------------------------------------------------------------------

  const stack = []; // of changes, each a list of cells with what they said before
  let start = null; // the cell in use, what it said when the change began, and its change

  function record(change) {
    stack.push(change);
    if (stack.length > DEPTH) stack.shift();
    undoButton.disabled = false;
    return change;
  }

  function rewrite(values, why) {
    for (const { cell, value } of values) {
      write(cell, value);
      if (start?.cell === cell) start = { cell, value };
    }
    Saves.save(new Set(values.map(({ cell }) => rowOf(cell))), why);
  }

  // Fill cells, by the keyboard or by a block, as one change.
  function change(values) {
    const moved = values.filter(({ cell, value }) => read(cell) !== value);
    if (!moved.length) return;
    record(moved.map(({ cell }) => ({ cell, value: read(cell) })));
    rewrite(moved);
  }

  // What was typed is a change once somebody goes on or pauses.
  function commit(cell) {
    if (start?.cell !== cell) return;
    clearTimeout(start.timer);
    if (read(cell) === start.value) {
      Saves.leave(rowOf(cell));
      return;
    }
    if (!start.change || stack.at(-1) !== start.change) {
      start.change = record([{ cell, value: start.value }]);
    }
    start.value = read(cell);
    Saves.save([rowOf(cell)]);
  }

  function takeBack(cell) {
    write(cell, start.value);
    commit(cell);
  }

  function undo() {
    const change = stack.pop();
    if (!change) return;
    undoButton.disabled = !stack.length;
    clearReport();
    rewrite(change, say("undone"));
    const [{ cell }] = change;
    if (document.activeElement === undoButton && stack.length) cell.scrollIntoView({ block: "nearest" });
    else go(cell);
  }

  // --- going from cell to cell ------------------------------------------------------------------

  function go(cell) {
    cell?.focus();
    cell?.select?.();
  }

  function upOrDown(cell, step) {
    const all = rows();
    const place = column(cell);
    for (let n = all.indexOf(rowOf(cell)) + step; all[n]; n += step) {
      if (controls(all[n])[place]) return go(controls(all[n])[place]);
    }
    return commit(cell);
  }

  function leftOrRight(cell, step) {
    const inRow = controls(rowOf(cell)).filter(Boolean);
    go(inRow[inRow.indexOf(cell) + step]);
  }

  const isText = (cell) => cell.type !== "checkbox" && !isList(cell);

  function isAtEnd(cell, step) {
    if (!isText(cell)) return true;
    return step < 0 ? cell.selectionStart === 0 : cell.selectionEnd === cell.value.length;
  }

  // --- rows chosen and fill down ----------------------------------------------------------------

  let chosen = null; // the cell that a choice began in, and how many rows below belong to it

  function choose(cell, n) {
    for (const old of table.querySelectorAll(".is-chosen")) old.classList.remove("is-chosen");
    const below = cell ? cellsBelow(cell).slice(0, Math.max(n, 0)) : [];
    chosen = below.length ? { cell, n: below.length } : null;
    if (!chosen) return;
    for (const one of [cell, ...below]) one.closest("td").classList.add("is-chosen");
    below.at(-1).scrollIntoView({ block: "nearest" });
    progress.textContent = say("selected", { n: below.length + 1 });
  }

  function cellsBelow(cell) {
    const all = rows();
    const place = column(cell);
    return all
      .slice(all.indexOf(rowOf(cell)) + 1)
      .map((row) => controls(row)[place])
      .filter(Boolean);
  }

  async function fillDown(cell) {
    commit(cell);
    const value = read(cell);
    const below = chosen ? cellsBelow(cell).slice(0, chosen.n) : cellsBelow(cell);
    const values = below.filter((one) => read(one) !== value).map((one) => ({ cell: one, value }));
    const over = values.filter((one) => read(one.cell) !== "").length;
    if (!values.length) progress.textContent = say("nothingToFill");
    if (values.length > 1) {
      const asked = say("fill", { value: Cells.shown(cell) || say("empty"), n: values.length, over });
      if (!(await answered(asked))) return go(cell);
    }
    change(values);
    choose(null);
    return go(cell);
  }

  function answered(text) {
    question.querySelector("p").textContent = text;
    question.returnValue = "";
    question.showModal();
    return new Promise((resolve) => {
      question.addEventListener("close", () => resolve(question.returnValue === "yes"), { once: true });
    });
  }

  question.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) question.close(button.value);
  });

  // --- blocks from a spreadsheet ----------------------------------------------------------------

  function place(block, cell) {
    const all = rows();
    const [top, left] = [all.indexOf(rowOf(cell)), column(cell)];
    const values = [];
    const misfits = new Map(); // by line of the block: why
    block.forEach((line, n) => {
      const row = all[top + n];
      const value = line.filter(Boolean).join("; ");
      if (!row) misfits.set(n, say("beyondRows", { n: n + 1, value }));
      else if (!row.dataset.url) misfits.set(n, say("locked", { ward: ward(row), value }));
      else {
        line.forEach((text, m) => {
          const target = controls(row)[left + m];
          if (target && accepts(target, text)) values.push({ cell: target, value: fitted(target, text) });
          else if (text) misfits.set(n, misfit(row, target, text));
        });
      }
    });
    change(values);
    tellMisfits([...misfits.values()], block.length);
  }

  function misfit(row, target, value) {
    const [key, answers] =
      target && isList(target) ? ["noChoice", Cells.answers(target).join(", ")] : ["noCell"];
    return say(key, { ward: ward(row), value, answers });
  }

  function tellMisfits(misfits, all) {
    if (!misfits.length) return;
    const list = document.createElement("ul");
    const told = misfits.slice(0, MOST_TOLD);
    for (const text of misfits.length > MOST_TOLD ? [...told, "…"] : told) {
      list.append(Object.assign(document.createElement("li"), { textContent: text }));
    }
    const head = Object.assign(document.createElement("strong"), {
      textContent: say("misfits", { n: misfits.length, all }),
    });
    report.replaceChildren(head, list);
    report.tabIndex = 0; // it scrolls
  }

  function clearReport() {
    report.replaceChildren();
    report.removeAttribute("tabindex");
  }

  table.addEventListener("paste", (event) => {
    const cell = event.target;
    // A picture alone is nothing that a cell could take: what is chosen in it stays.
    if (!isCell(cell) || !event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    clearReport();
    const block = parse(event.clipboardData.getData("text/plain"));
    const isOne = block.length === 1 && block[0].length === 1;
    if (isOne && isText(cell)) {
      cell.setRangeText(fitted(cell, block[0][0]), cell.selectionStart, cell.selectionEnd, "end");
      cell.dispatchEvent(new InputEvent("input", { bubbles: true }));
      return;
    }
    commit(cell);
    place(block, cell);
  });

  // --- events -----------------------------------------------------------------------------------

  table.addEventListener("focusin", ({ target }) => {
    if (!isCell(target)) return;
    start = { cell: target, value: read(target) };
    if (chosen && chosen.cell !== target) choose(null);
  });

  table.addEventListener("focusout", ({ target }) => {
    if (isCell(target)) commit(target);
  });

  table.addEventListener("input", ({ target }) => {
    if (!isCell(target)) return;
    begin(target);
    if (isText(target)) commitLater(target);
    else commit(target);
  });

  function begin(cell) {
    clearReport();
    Saves.touch(rowOf(cell));
    clearTimeout(start.timer);
  }

  function commitLater(cell) {
    start.timer = setTimeout(() => commit(cell), PAUSE);
  }

  // --- typing into a list -----------------------------------------------------------------------

  let typed = { list: null, text: "", at: 0 }; // the word that somebody is typing into a list

  const isGoingOn = (list) => typed.list === list && typed.text !== "" && Date.now() - typed.at < PAUSE;
  const isErasing = (key) => key === "Delete" || key === "Backspace";
  const isForList = (list, key) => isErasing(key) || (key.length === 1 && (key !== " " || isGoingOn(list))); // else a space opens it

  // The longest word that means something is taken: after “c”, “cd”; after “co”, “k” alone.
  function typeInto(list, key) {
    const words = isErasing(key) ? [""] : [isGoingOn(list) ? typed.text + key : key, key];
    const text = words.find((word) => Cells.begun(list, word) !== undefined);
    typed = { list, text: text ?? "", at: Date.now() };
    if (text === undefined) return;
    begin(list);
    write(list, Cells.begun(list, text));
    commitLater(list);
  }

  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep], [data-take], [data-send-again]");
    if (!button) return;
    event.preventDefault();
    if (button.matches("[data-keep]")) Saves.keepMine(button);
    else if (button.matches("[data-take]")) takeTheirs(button);
    else Saves.save([rowOf(button)]);
  });

  async function takeTheirs(link) {
    const row = rowOf(link);
    await Saves.takeTheirs(link);
    // What this row said before is nobody's to bring back any more.
    for (let n = stack.length - 1; n >= 0; n -= 1) {
      const rest = stack[n].filter(({ cell }) => rowOf(cell) !== row);
      if (rest.length) stack[n] = rest;
      else stack.splice(n, 1);
    }
    undoButton.disabled = !stack.length;
  }

  const ARROWS = {
    ArrowUp: [upOrDown, -1],
    ArrowDown: [upOrDown, 1],
    ArrowLeft: [leftOrRight, -1],
    ArrowRight: [leftOrRight, 1],
  };

  table.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!isCell(cell) || event.isComposing || event.altKey) return;
    if (handled(cell, event)) event.preventDefault();
  });

  // Does what a key says; tells whether it said anything.
  function handled(cell, event) {
    const isControl = event.ctrlKey || event.metaKey;
    const isLines = cell.type === "textarea";
    const [move, step] = ARROWS[event.key] ?? [];
    if (isControl) {
      if (event.key.toLowerCase() !== "d") return false;
      fillDown(cell);
    } else if (isList(cell) && isForList(cell, event.key)) {
      typeInto(cell, event.key);
    } else if (event.key === "Enter" && !(isLines && event.shiftKey)) {
      upOrDown(cell, event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && (chosen || read(cell) !== start.value)) {
      if (chosen) choose(null);
      else takeBack(cell);
    } else if (move === upOrDown && event.shiftKey && !isLines) {
      choose(cell, (chosen?.n ?? 0) + step);
    } else if (move === upOrDown && !event.shiftKey && !(isLines && cell.value.includes("\n"))) {
      move(cell, step);
    } else if (move === leftOrRight && !event.shiftKey && isAtEnd(cell, step)) {
      move(cell, step);
    } else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    const cell = event.target;
    if (!isUndo || question.open || (cell.matches("input, textarea") && !isCell(cell))) return;
    event.preventDefault();
    if (isCell(cell) && read(cell) !== start.value) takeBack(cell);
    else undo();
  });

  undoButton.addEventListener("click", undo);
}
