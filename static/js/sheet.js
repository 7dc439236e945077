// What HTML and htmx leave open on the sheet: never say “saved” before the server has, never lose
// what was typed, and go from field to field with Enter. Everything works without this file.
"use strict";

{
  const rowOf = (element) => element.closest(".sheet-row");

  // --- saving -------------------------------------------------------------------------------------

  document.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (row) Requests.touch(row);
  });

  // htmx would send the whole form; what stands in the other rows is theirs to save.
  document.addEventListener("htmx:configRequest", ({ detail: { elt, formData } }) => {
    const row = rowOf(elt);
    if (!row) return;
    for (const field of document.querySelectorAll(".sheet-row :is(input, select, textarea)")) {
      if (rowOf(field) !== row) formData.delete(field.name);
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = rowOf(event.detail.elt);
    if (!row) return;
    // Leaving a field has sent it already; the pause in typing that follows has nothing to add.
    const isPause = event.detail.requestConfig.triggeringEvent?.type === "input";
    if (isPause && !Requests.isDirty(row)) event.preventDefault();
    Requests.send(row);
  });

  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    const row = rowOf(elt);
    if (!row) return;
    // Not by htmx's word: to htmx a refusal that it may show is a success.
    Requests.answer(row, xhr.status);
    if (Requests.isSaved(xhr.status) || Requests.isRefused(xhr.status)) return;
    Requests.tell(row.querySelector("[aria-live]"), xhr.status);
    markRefused(row);
  });

  // The answer to a save leaves the inputs alone; which of them is wrong stands in its list of errors.
  document.addEventListener("htmx:afterSwap", (event) => {
    const row = rowOf(event.target);
    if (row) markRefused(row);
  });

  function markRefused(row) {
    row.querySelectorAll("[aria-invalid]").forEach((field) => {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    });
    row.querySelectorAll("[data-field]").forEach((error) => {
      const field = row.querySelector(`[name="${error.dataset.field}"]:not([type=hidden], [type=radio])`);
      field?.setAttribute("aria-invalid", "true");
      field?.setAttribute("aria-describedby", error.id);
      field?.closest("details")?.setAttribute("open", "");
    });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-save-again]")) {
      rowOf(event.target).dispatchEvent(new CustomEvent("save-again"));
    }
  });

  // A whole group is taken over; what somebody is typing into one of its rows stays.
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    const told = elt.closest(".sheet-group-head")?.querySelector(".group-told");
    if (!told) return;
    told.replaceChildren();
    if (Requests.isSaved(xhr.status) || Requests.isRefused(xhr.status)) return;
    Requests.tell(told, xhr.status);
    told.querySelector("[data-save-again]")?.remove(); // its own button is beside it
  });

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.target.matches?.(".sheet-row.is-dirty")) event.detail.shouldSwap = false;
  });

  // A refusal that stands on the page becomes shorter with each save.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (document.getElementById("gaps")) detail.parameters.gaps = "1";
  });

  // The strip of groups stays where a thumb has pushed it.
  const strip = () => document.querySelector(".sheet-index ul");
  let pushedBy = 0;

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.target.id === "progress") pushedBy = strip()?.scrollLeft ?? 0;
  });

  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target.id === "progress" && strip()) strip().scrollLeft = pushedBy;
  });

  // --- on paper -----------------------------------------------------------------------------------

  // What was written and folded again is printed all the same.
  let unfolded = [];

  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll(".sheet-row-more:not([open])")].filter(
      (more) => more.querySelector("textarea").value.trim() || more.querySelector(":checked"),
    );
    for (const more of unfolded) more.open = true;
  });

  addEventListener("afterprint", () => {
    for (const more of unfolded) more.open = false;
  });

  // --- the keyboard -------------------------------------------------------------------------------

  // A link to a criterion leads to what waits there: the verdict to agree with, or the first answer that
  // is missing.
  const isMissing = (field) => (field.type === "radio" ? field.checked && !field.value : !field.value);

  function waiting(row) {
    const fields = [...row.querySelectorAll(".line-control input")].filter(
      (field) => field.type !== "radio" || isTabStop(field),
    );
    return row.querySelector("[data-agree]") ?? fields.find(isMissing) ?? fields[0] ?? row;
  }

  document.addEventListener(
    "click",
    (event) => {
      const hash = event.target.closest("a[href*='#c']")?.hash;
      const row = hash && document.getElementById(hash.slice(1));
      if (!row?.matches(".sheet-row") || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      row.scrollIntoView({ block: "nearest" });
      Focus.goTo(waiting(row));
    },
    true,
  );

  // Whoever unfolds the explanation wants to write it.
  document.addEventListener("click", (event) => {
    const more = event.target.closest(".sheet-row-more > summary")?.parentElement;
    if (more && !more.open) setTimeout(() => Focus.goTo(more.querySelector("textarea")));
  });

  // The key A agrees with the unit on the criterion in focus; then the next one that waits gets it.
  let agreed = null;

  document.addEventListener("keydown", (event) => {
    if (
      event.key.toLowerCase() !== "a" ||
      Requests.isTyping(event.target) ||
      event.ctrlKey ||
      event.altKey ||
      event.metaKey
    )
      return;
    rowOf(event.target)?.querySelector("[data-agree]")?.click();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-agree]")) agreed = rowOf(event.target).id;
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (!agreed) return;
    const rows = [...document.querySelectorAll(".sheet-row")];
    const here = rows.findIndex((row) => row.id === agreed);
    agreed = null;
    rows
      .slice(here + 1)
      .map((row) => row.querySelector("[data-agree]"))
      .find(Boolean)
      ?.focus();
  });

  // Enter goes on to the next field instead of sending the whole sheet.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !field.matches(".sheet-row input")) return;
    event.preventDefault();
    const fields = [...document.querySelectorAll(".sheet-row input:not([type=hidden])")].filter(
      (other) => !other.closest("details:not([open])") && (other.type !== "radio" || isTabStop(other)),
    );
    const here = fields.findIndex((other) => other === field || (field.name && other.name === field.name));
    fields[here + 1]?.focus();
  });

  // Of a group of radio buttons the keyboard reaches one: the one chosen, or the first.
  function isTabStop(radio) {
    const group = [...document.getElementsByName(radio.name)];
    return radio === (group.find((other) => other.checked) ?? group[0]);
  }
}
