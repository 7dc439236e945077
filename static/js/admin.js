// What Django's administration draws with scripts of its own, mended.
"use strict";

// The box that select2 puts over a drop-down is a text field to a screen reader, and has no name where
// nothing is chosen: what its placeholder says is its name.
(() => {
  const name = () => {
    for (const box of document.querySelectorAll(".select2-selection__rendered:not([aria-label])")) {
      const select = box.closest(".select2")?.previousElementSibling;
      if (select?.dataset.placeholder) box.setAttribute("aria-label", select.dataset.placeholder);
    }
  };
  name();
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
