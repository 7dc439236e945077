// What is sent and what comes back, on every page: for whom, with which token, what an answer's status
// means, and what on the page the server does not have yet.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: the scripts that follow use it
const Requests = (() => {
  const FAILURES = { 401: "signed-out", 403: "not-allowed", 404: "not-allowed", 412: "somebody-else" };

  // Somebody may have signed in again in another window: their page's token is the valid one. Whether
  // they are the person for whom this page was made, the server sees by the mark that goes along.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  const page = document.querySelector("meta[name=made-for]");
  const tokenOfPage = token();

  /** What goes along with everything that this page sends to be saved. */
  const origin = () => ({ made_for: page.content, ...(token() && { csrfmiddlewaretoken: token() }) });

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb === "post") Object.assign(detail.parameters, origin());
  });

  // A form that leaves its page would lose what is in its fields. So where somebody has signed in
  // since, the server is asked first whether it is the same person.
  let isChecked = false;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
    for (const [name, value] of Object.entries(origin())) {
      const field = form.querySelector(`input[name=${name}]`);
      if (field) field.value = value;
    }
    if (isChecked || token() === tokenOfPage) return;
    event.preventDefault();
    check(form, event.submitter);
  });

  async function check(form, submitter) {
    const { status } = await ask(page.dataset.check, new URLSearchParams(origin()));
    if (status === 412) {
      form.querySelector("[data-not-sent]")?.remove();
      const place = Object.assign(document.createElement("div"), { tabIndex: -1 });
      place.dataset.notSent = "";
      place.append(failure(status, "page-"));
      form.prepend(place);
      place.focus();
      return;
    }
    isChecked = true;
    form.requestSubmit(submitter);
    isChecked = false;
  }

  /** Ask as htmx does; status 0: there was no answer. */
  async function ask(url, body) {
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return { status: 0, text: "" };
    }
  }

  const isSaved = (status) => status >= 200 && status < 300;

  // Refused with a reason, which the answer shows: a conflict, or a value that cannot be.
  const isRefused = (status) => status === 409 || status === 422;

  // What the page says of an answer that has no words of its own; also where there was none.
  function failure(status, prefix = "") {
    const template = document.getElementById(`${prefix}${FAILURES[status] ?? "not-sent"}`);
    return template?.content.cloneNode(true);
  }

  // Says it in a row, in the place of what was said of its last save.
  function tell(place, status, prefix) {
    for (const old of place.querySelectorAll(".row-problem, .row-saved, .row-by")) old.remove();
    place.append(failure(status, prefix));
  }

  // Where keys and the clipboard belong to the field: it takes text.
  const isTyping = (element) =>
    element.matches?.(
      "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=file])",
    );

  // A row is dirty from the first keystroke until it is sent, and sent until the server has answered.
  // Whatever is typed meanwhile makes it dirty again, so that an earlier “saved” is not taken for it.
  const touch = (row) => row.classList.add("is-dirty");
  const leave = (row) => row.classList.remove("is-dirty");
  const send = (row) => row.classList.replace("is-dirty", "is-sent");
  const isDirty = (row) => row.classList.contains("is-dirty");

  function answer(row, status) {
    row.classList.remove("is-sent");
    row.classList.toggle("is-unsaved", !isSaved(status));
  }

  addEventListener("beforeunload", (event) => {
    if (document.querySelector(".is-dirty, .is-sent, .is-unsaved")) event.preventDefault();
  });

  return { answer, ask, failure, isDirty, isRefused, isSaved, isTyping, leave, origin, send, tell, touch };
})();
