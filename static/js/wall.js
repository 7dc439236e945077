// The wall view asks for itself again and again; when nobody answers, it says that it is old.
"use strict";

htmx.config.timeout = 20_000; // ms; an answer that never comes is no answer

function tell(isLost) {
  const note = document.querySelector(".wall-lost");
  if (note) note.hidden = !isLost;
}

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => tell(true));
}
