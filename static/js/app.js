// What HTML and htmx leave open on the sheet: never say “saved” before the server has, never lose
// what was typed, and go from field to field with Enter. Everything works without this file.
"use strict";

const rowOf = (element) => element.closest(".sheet-row");

// A row is dirty from the first keystroke until it is sent, and sent until the server has answered.
// Whatever is typed meanwhile makes it dirty again, so that an earlier “saved” is not taken for it.
document.addEventListener("input", (event) => {
  rowOf(event.target)?.classList.add("is-dirty");
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const row = rowOf(event.detail.elt);
  if (!row) return;
  // Leaving a field has sent it already; the pause in typing that follows has nothing to add.
  const isPause = event.detail.requestConfig.triggeringEvent?.type === "input";
  if (isPause && !row.classList.contains("is-dirty")) event.preventDefault();
  row.classList.replace("is-dirty", "is-sent");
});

// Somebody may have signed in again in another window: their page's token is the valid one.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (token && event.detail.verb === "post") {
    event.detail.parameters.csrfmiddlewaretoken = token[1];
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const row = rowOf(event.detail.elt);
  const { xhr } = event.detail;
  if (!row) {
    if (xhr.status === 401) location.reload(); // the session has ended: go to the sign-in page
    return;
  }
  // Not `event.detail.successful`: to htmx a refusal that it may show is a success.
  const saved = xhr.status >= 200 && xhr.status < 300;
  const refused = xhr.status === 409 || xhr.status === 422;
  row.classList.remove("is-sent");
  row.classList.toggle("is-unsaved", !saved);
  if (!saved && !refused) {
    const kind = { 0: "not-sent", 401: "signed-out", 403: "not-allowed", 404: "not-allowed" };
    tell(row, kind[xhr.status] ?? "not-sent");
  }
});

function tell(row, template) {
  const status = row.querySelector("[aria-live]");
  status.querySelectorAll(".row-problem, .row-saved, .row-by").forEach((old) => old.remove());
  status.append(document.getElementById(template).content.cloneNode(true));
  markRefused(row);
}

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

// The key A agrees with the unit on the criterion in focus; then the next one that waits gets it.
let agreed = null;

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  if (event.key.toLowerCase() !== "a" || isTyping || event.ctrlKey || event.altKey || event.metaKey) return;
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
  rows.slice(here + 1).map((row) => row.querySelector("[data-agree]")).find(Boolean)?.focus();
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

addEventListener("beforeunload", (event) => {
  if (document.querySelector(".sheet-row:is(.is-dirty, .is-sent, .is-unsaved)")) event.preventDefault();
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
