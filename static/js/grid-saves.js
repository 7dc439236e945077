// Saves rows of the grid one by one: never says “saved” before the server has, never loses what was
// typed, and takes from an answer only what nobody is typing in.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: the scripts that follow use it
const Saves = (() => {
  const AT_ONCE = 3;
  const waiting = new Set();
  const sending = new Set();
  const progress = document.getElementById("grid-progress");
  let toldAt = 0; // when progress was last told
  let reason = ""; // told before the progress
  let outcomes = new Map(); // of the rows saved since the last pause: true, false; null: not yet

  // Whatever changes while a row is on its way makes it dirty again, and it is sent once more.
  function touch(row) {
    if (!waiting.size && !sending.size) progress.textContent = "";
    Requests.touch(row);
  }

  function leave(row) {
    if (!waiting.has(row)) Requests.leave(row);
  }

  function save(rows, why = "") {
    if (!waiting.size && !sending.size) outcomes = new Map();
    reason = why;
    for (const row of rows) {
      touch(row);
      waiting.add(row);
      outcomes.set(row, null);
    }
    tell();
    next();
  }

  function next() {
    for (const row of waiting) {
      if (sending.size >= AT_ONCE) return;
      if (sending.has(row)) continue;
      waiting.delete(row);
      send(row);
    }
  }

  async function send(row) {
    sending.add(row);
    Requests.touch(row);
    Requests.send(row);
    const sent = new Map(Cells.controls(row).map((control) => [control, control && Cells.read(control)]));
    const { status, text } = await Requests.ask(row.dataset.url, fields(row));
    sending.delete(row);
    const saved = Requests.isSaved(status);
    if (saved || Requests.isRefused(status)) {
      take(row, text, (control) => saved && sent.get(control) === Cells.read(control));
    } else {
      fail(row, status);
    }
    Requests.answer(row, status);
    outcomes.set(row, waiting.has(row) ? null : saved);
    tell();
    next();
  }

  function fields(row) {
    const body = new URLSearchParams(Requests.origin());
    for (const { name, value, type, checked } of row.querySelectorAll(
      "input[name], select[name], textarea[name]",
    )) {
      if (type !== "checkbox" || checked) body.set(name, value);
    }
    if (row.dataset.keep) body.set(row.dataset.keepName, row.dataset.keep);
    delete row.dataset.keep;
    return body;
  }

  // Take over what the server says of a row; the values of those inputs alone that may change.
  function take(row, text, mayChange) {
    const template = document.createElement("template");
    template.innerHTML = text;
    const fresh = new Map(
      [...template.content.querySelectorAll("[data-key]")].map((cell) => [cell.dataset.key, cell]),
    );
    for (const cell of row.querySelectorAll("[data-key]")) {
      const answer = fresh.get(cell.dataset.key);
      const [mine, theirs] = [cell, answer].map((of) =>
        of?.querySelector(".form-control, .form-select, .form-check-input"),
      );
      if (mine && theirs) {
        if (mayChange(mine) && mine !== document.activeElement) Cells.write(mine, Cells.read(theirs));
        showError(cell, mine, answer, theirs);
      } else if (answer) {
        cell.replaceChildren(...answer.childNodes);
      }
    }
  }

  function showError(cell, mine, answer, theirs) {
    cell.querySelector(".grid-error")?.remove();
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (theirs.hasAttribute(name)) mine.setAttribute(name, theirs.getAttribute(name));
      else mine.removeAttribute(name);
    }
    cell.append(...answer.querySelectorAll(".grid-error"));
  }

  const fail = (row, status) => Requests.tell(row.querySelector(".grid-status"), status, "grid-");

  // Says how far the saves have come, at most twice a second: it is read out.
  function tell() {
    const all = [...outcomes.values()];
    const done = all.filter((outcome) => outcome !== null).length;
    if (done < all.length && Date.now() - toldAt < 500) return;
    progress.textContent = `${reason} ${summary(all, done)}`.trim();
    toldAt = Date.now();
  }

  function summary(all, done) {
    const saved = all.filter(Boolean).length;
    if (all.length === 1) {
      const ward = Cells.ward(outcomes.keys().next().value);
      return done ? Cells.say(saved ? "saved" : "notSaved", { ward }) : "";
    }
    if (done < all.length) return Cells.say("saving", { done, all: all.length });
    return Cells.say(saved < done ? "someSaved" : "allSaved", { saved, refused: done - saved });
  }

  function keepMine(button) {
    const row = Cells.rowOf(button);
    Object.assign(row.dataset, { keep: button.value, keepName: button.name });
    Cells.controls(row).find(Boolean).focus(); // the button is about to go
    save([row]);
  }

  async function takeTheirs(link) {
    const row = Cells.rowOf(link);
    const { status, text } = await Requests.ask(link.href);
    if (status !== 200) return fail(row, status);
    take(row, text, () => true);
    row.classList.remove("is-dirty", "is-unsaved");
    return Cells.controls(row).find(Boolean)?.focus();
  }

  return { keepMine, leave, save, takeTheirs, touch };
})();
