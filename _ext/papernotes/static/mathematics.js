// @ts-check
// What formulas gain from a script: their TeX when they are copied, and a stop for the keyboard at
// those that scroll.
(() => {
  "use strict";

  const TEX = 'annotation[encoding="application/x-tex"]';

  /**
   * Return the TeX of a formula as Markdown and LaTeX take it; what it shows where it has none.
   * @param {Element} math
   */
  function source(math) {
    const tex = math.querySelector(TEX)?.textContent;
    if (!tex) return math.textContent ?? "";
    return math.getAttribute("display") === "block" ? `$$\n${tex.trim()}\n$$` : `$${tex}$`;
  }

  /**
   * Widen a range that begins or ends inside a formula to the whole of it.
   * @param {Range} range
   */
  function widen(range) {
    /** @param {Node} node */
    const around = (node) =>
      (node instanceof Element ? node : node.parentElement)?.closest("math") ?? null;
    const first = around(range.startContainer);
    const last = around(range.endContainer);
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
  }

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection?.rangeCount || !event.clipboardData || event.defaultPrevented) return;
    // A field that is edited has a selection of its own.
    if (document.activeElement?.matches("input, textarea")) return;
    const range = selection.getRangeAt(0).cloneRange();
    widen(range);
    const content = range.cloneContents();
    const formulas = content.querySelectorAll("math");
    if (!formulas.length) return;
    const box = document.createElement("div");
    box.className = "pn-copied";
    for (const math of formulas) math.replaceWith(source(math));
    box.append(content);
    // Only what is laid out is copied as it is seen, line by line.
    document.body.append(box);
    event.clipboardData.setData("text/plain", box.innerText);
    event.clipboardData.setData("text/html", box.innerHTML);
    box.remove();
    event.preventDefault();
  });

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      target.toggleAttribute("tabindex", target.scrollWidth > target.clientWidth);
      if (target.hasAttribute("tabindex")) target.setAttribute("tabindex", "0");
    }
  });
  for (const box of document.querySelectorAll(".pn-formula")) sizes.observe(box);
  // The font changes the width of a formula, but not that of its box.
  void document.fonts.ready.then(() => {
    for (const box of document.querySelectorAll(".pn-formula")) {
      sizes.unobserve(box);
      sizes.observe(box);
    }
  });
})();
