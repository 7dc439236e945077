// Documents: the panel as a dialog over the sheet, files dropped and pasted, the progress of an
// upload. Everything works without this file; it only saves steps.
"use strict";

{
  const dialog = document.getElementById("evidence-dialog");
  const opener = (row) => row?.querySelector("[data-evidence-panel]");
  let opened = null; // the link in the row that the dialog belongs to
  let waiting = []; // files that were dropped before their form was there

  // The version of the row on the page goes along, so that the server tells an older page from a
  // newer one; see data-hx-include in the panel.
  function open(link, files = []) {
    const version = link.closest(".sheet-row").querySelector("[name$='-version']");
    opened = link;
    waiting = files;
    document.getElementById("evidence-panel").replaceChildren();
    if (!dialog.open) dialog.showModal();
    htmx.ajax("GET", link.href, {
      source: dialog,
      target: "#evidence-panel",
      swap: "innerHTML",
      values: version ? { [version.name]: version.value } : {},
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-evidence-panel]");
    if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link);
    }
    if (dialog?.open && event.target.closest("[data-close-dialog]")) {
      event.preventDefault();
      // What the server tells to look at first is looked at without a question.
      if (event.target.closest("#evidence-told") || mayDiscard()) dialog.close();
    }
  });

  // Back to the row, also where a file that was dropped on it has opened the dialog.
  dialog?.addEventListener("close", () => {
    if (opened?.isConnected) Focus.put(opened);
  });

  // --- nothing typed is lost by a slip -----------------------------------------------------------

  const isTouched = (field) =>
    field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;

  /** Ask before a document is thrown away that was begun, and is not on its way. */
  function mayDiscard() {
    const form = "form[data-upload]:not(.htmx-request)";
    const fields = dialog.querySelectorAll(`${form} :is(input:not([type=hidden]), textarea)`);
    return ![...fields].some(isTouched) || window.confirm(dialog.dataset.discard);
  }

  // A browser lets the second of two Escapes through, whatever “cancel” says; so the key itself is
  // taken. In the search field, it empties the field first.
  dialog?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (event.target.type === "search" && event.target.value) return;
    event.preventDefault();
    if (mayDiscard()) dialog.close();
  });

  dialog?.addEventListener("cancel", (event) => {
    if (event.target === dialog && !mayDiscard()) event.preventDefault();
  });

  // --- a file from anywhere ----------------------------------------------------------------------

  function say(form, message) {
    const problem = document.createElement("p");
    problem.className = "problem upload-problem";
    problem.textContent = message;
    const refused = form.querySelector(".upload-refused");
    refused.replaceChildren(problem);
    refused.scrollIntoView({ block: "nearest" });
  }

  const fieldOf = (form) => form.querySelector("input[type=file]:not([data-camera])");

  /** Where a document has one file, of several none is taken rather than any one of them. */
  function give(form, files) {
    const field = fieldOf(form);
    if (!field.multiple && files.length > 1) {
      say(form, form.querySelector(".upload-refused").dataset.oneFile);
      return;
    }
    choose(field, field.multiple ? [...field.files, ...files] : files);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function choose(field, files) {
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    field.files = chosen.files;
  }

  /** Each chosen file by its name, to be left out again. */
  function list(form, field) {
    const place = form.querySelector("[data-chosen]");
    place?.replaceChildren(
      ...[...field.files].map((file) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "btn btn-sm btn-outline-primary" });
        button.textContent = form.querySelector(".upload-refused").dataset.remove;
        button.setAttribute("aria-label", `${button.textContent}: ${file.name}`);
        button.addEventListener("click", () => {
          choose(
            field,
            [...field.files].filter((other) => other !== file),
          );
          field.dispatchEvent(new Event("change", { bubbles: true }));
          field.focus();
        });
        item.append(file.name, button);
        return item;
      }),
    );
  }

  const openForm = () => (dialog?.open ? dialog : document).querySelector("form[data-upload]");

  /** The form or the row that a file is meant for, if any. */
  function aim(element) {
    if (dialog?.open || !dialog) return openForm();
    const row = element?.closest?.(".sheet-row");
    return opener(row) ? row : null;
  }

  function take(target, files) {
    if (target.matches("form")) give(target, files);
    else open(opener(target), files);
  }

  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

  function mark(target) {
    for (const old of document.querySelectorAll(".is-drop-target")) old.classList.remove("is-drop-target");
    (target?.querySelector("[data-drop]") ?? target)?.classList.add("is-drop-target");
  }

  // Dropped beside its aim, a file would take the browser away from a half-filled page.
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(aim(event.target));
  });

  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(null);
  });

  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(null);
    const target = aim(event.target);
    const files = [...event.dataTransfer.files];
    if (target && files.length > 0) take(target, files);
  });

  // Excel and Word put a picture beside the text that was copied: then the text is meant. A field is
  // where text goes; but in the form of a document a picture alone can only be meant for it.
  const isMeantAsText = ({ clipboardData, target }) =>
    clipboardData.types.includes("text/plain") ||
    (Requests.isTyping(target) && !target.closest("form[data-upload]"));

  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const target = files.length > 0 && !isMeantAsText(event) && aim(event.target);
    if (!target) return;
    event.preventDefault();
    take(target, files);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form || event.target.type !== "file") return;
    if (event.target.matches("[data-camera]")) {
      // Pictures are taken one by one, and sent together.
      const pictures = [...event.target.files];
      event.target.value = "";
      if (pictures.length > 0) give(form, pictures);
      return;
    }
    const field = event.target;
    const refused = form.querySelector(".upload-refused");
    refused.replaceChildren();
    const isTooLarge = (file) => file.size > Number(form.dataset.maxBytes);
    const tooLarge = [...field.files].filter(isTooLarge);
    if (tooLarge.length > 0) {
      const names = field.multiple ? `${tooLarge.map(({ name }) => name).join(", ")}: ` : "";
      say(form, names + refused.dataset.tooLarge);
      choose(
        field,
        [...field.files].filter((file) => !isTooLarge(file)),
      );
    } else if (field.multiple && field.files.length > Number(form.dataset.maxFiles)) {
      say(form, refused.dataset.tooMany);
    }
    list(form, field);
    const title = form.querySelector("[name=title]");
    // A title of the person's own stays; one that an earlier file gave does not.
    if (title.value && title.value !== title.dataset.given) return;
    const [file, ...others] = field.files;
    const name = file && others.length === 0 ? file.name.replace(/\.[^.]*$/, "") : "";
    title.value = name === "image" ? "" : name.normalize("NFC");
    title.dataset.given = title.value;
    title.dispatchEvent(new Event("input", { bubbles: true })); // to be counted
  });

  // --- what the server says ----------------------------------------------------------------------

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.querySelector?.(".upload-progress");
    if (bar && event.detail.lengthComputable) {
      bar.hidden = false;
      bar.value = (100 * event.detail.loaded) / event.detail.total;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const { id } = event.target;
    if (id === "evidence-panel") {
      const done = document.querySelector("#evidence-told [data-close-dialog]");
      (done ?? document.getElementById("evidence-title"))?.focus();
      const form = openForm();
      if (waiting.length > 0 && form) give(form, waiting);
      waiting = [];
    } else if (id === "evidence-refused" || id === "evidence-told") {
      Focus.goTo(event.target);
    }
  });

  // Before app.js, which would load the page again after the end of the session.
  document.getElementById("evidence-panel")?.parentElement.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, elt } = event.detail;
    const bar = elt.querySelector?.(".upload-progress");
    if (bar) bar.hidden = true;
    if (Requests.isSaved(xhr.status) || Requests.isRefused(xhr.status)) return;
    const said = Requests.failure(xhr.status, "evidence-");
    const place =
      elt.querySelector(".upload-refused") ??
      document.getElementById("evidence-told") ??
      document.getElementById("evidence-panel");
    if (!said) return;
    event.stopPropagation();
    place.replaceChildren(said);
  });
}
