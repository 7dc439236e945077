// What is sent and what comes back, for the sheet, the grid and the documents alike: the token, what
// an answer's status means, and what on the page the server does not have yet.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: the scripts that follow use it
const Requests = (() => {
  const FAILURES = { 401: "signed-out", 403: "not-allowed", 404: "not-allowed" };

  // Somebody may have signed in again in another window: their page's token is the valid one.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (token() && detail.verb === "post") detail.parameters.csrfmiddlewaretoken = token();
  });

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

  return { answer, failure, isDirty, isRefused, isSaved, leave, send, tell, token, touch };
})();
