// A form of the administration that says something else than what is stored: leaving it asks first,
// whatever leads away from it; its own buttons do not, because each of them saves.
"use strict";

{
  let isTouched = false;
  const isForm = (element) => element.closest("#content-main form[id$=_form]");

  for (const change of ["input", "change"]) {
    document.addEventListener(change, ({ target }) => {
      if (isForm(target)) isTouched = true;
    });
  }

  document.addEventListener("submit", ({ target }) => {
    if (isForm(target)) isTouched = false;
  });

  window.addEventListener("beforeunload", (event) => {
    if (isTouched) event.preventDefault();
  });
}
