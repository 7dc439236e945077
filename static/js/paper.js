// On paper a field is what stands in it, to its last line: browsers print no more of it than its box
// shows. So while the page is printed, a text beside each field says the whole.
"use strict";

{
  const FIELDS = "main textarea, main input:is([type=text], [type=number], :not([type]))";

  addEventListener("beforeprint", () => {
    for (const field of document.querySelectorAll(FIELDS)) {
      if (!field.value) continue;
      const text = Object.assign(document.createElement("span"), {
        className: "on-paper",
        textContent: field.value,
      });
      field.after(text);
    }
  });

  addEventListener("afterprint", () => {
    for (const text of document.querySelectorAll(".on-paper")) text.remove();
  });
}
