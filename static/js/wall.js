// The wall view asks for itself again and again; when nobody answers, it says that it is old.
"use strict";

function tell(isLost) {
  const note = document.querySelector(".wall-lost");
  if (note) note.hidden = !isLost;
}

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => tell(true));
}
