// @ts-check
// Adds buttons that copy BibTeX and references; pages are complete without it. It is a classic script
// because browsers do not load modules from file://.
(() => {
  "use strict";

  const SHOWN_FOR = 3000; // milliseconds

  /**
   * Copy the text of an element to the clipboard.
   * If neither API allows it, leave the text selected for the reader to copy.
   * @param {Element} element
   * @returns {Promise<boolean>} whether the text was copied
   */
  async function copyText(element) {
    try {
      await navigator.clipboard.writeText(element.textContent ?? "");
      return true;
    } catch {
      // navigator.clipboard does not exist over plain HTTP, and can be denied.
      const selection = getSelection();
      selection?.selectAllChildren(element);
      const done = document.execCommand("copy");
      if (done) selection?.removeAllRanges();
      return done;
    }
  }

  /** @type {NodeListOf<HTMLElement>} */
  const folds = document.querySelectorAll(".pn-bibtex, .pn-cite");
  // The texts are the same for all folds, and only the first one has to have them.
  /** @type {DOMStringMap} */
  const texts = folds[0]?.dataset ?? {};
  const { copy = "", copied = "", selected = "" } = texts;

  /**
   * Add the copy button above what it copies.
   * @param {Element} source
   * @param {string} text
   */
  function addCopyButton(source, text) {
    const status = document.createElement("span");
    status.setAttribute("role", "status");

    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;

    let timer = 0;
    button.addEventListener("click", async () => {
      const done = await copyText(source);
      status.textContent = done ? copied : selected;
      clearTimeout(timer);
      timer = setTimeout(() => (status.textContent = ""), SHOWN_FOR);
    });

    const line = document.createElement("div");
    line.className = "pn-copy";
    line.append(status, button);
    source.before(line);
  }

  for (const fold of folds) {
    for (const source of fold.querySelectorAll("pre, p")) {
      addCopyButton(source, source.matches("p") ? (fold.dataset.reference ?? "") : copy);
    }
  }
})();
