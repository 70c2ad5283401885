// @ts-check
// What works only with a script; a page is whole without it. A classic script and no module, since
// browsers load modules from a server only, and pages are also read as files.
(() => {
  "use strict";

  const SHOWN_FOR = 3000; // milliseconds

  /**
   * Put the text of an element on the clipboard.
   * Where neither way is open, it stays selected for the reader to copy.
   * @param {Element} element
   * @returns {Promise<boolean>} whether it is on the clipboard
   */
  async function copyText(element) {
    try {
      await navigator.clipboard.writeText(element.textContent ?? "");
      return true;
    } catch {
      // There is no clipboard on pages that come over plain HTTP, or it is denied.
      const selection = getSelection();
      selection?.selectAllChildren(element);
      const done = document.execCommand("copy");
      if (done) selection?.removeAllRanges();
      return done;
    }
  }

  /**
   * Give a fold of BibTeX its copy button. What it says stands in the fold's data attributes.
   * @param {HTMLElement} fold
   */
  function addCopyButton(fold) {
    const source = fold.querySelector("pre");
    const { copy = "", copied = "", selected = "" } = fold.dataset;
    if (!source) return;

    const status = document.createElement("span");
    status.setAttribute("role", "status");

    const button = document.createElement("button");
    button.type = "button";
    button.textContent = copy;

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
    fold.querySelector("summary")?.after(line);
  }

  /** @type {NodeListOf<HTMLElement>} */
  const folds = document.querySelectorAll(".pn-bibtex");
  folds.forEach(addCopyButton);
})();
