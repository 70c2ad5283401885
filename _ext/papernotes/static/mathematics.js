// @ts-check
// Copies formulas as TeX, and makes formulas that scroll focusable for the keyboard.
(() => {
  "use strict";

  const TEX = 'annotation[encoding="application/x-tex"]';

  /**
   * Return the TeX of a formula with the dollars of Markdown and LaTeX, or its text without TeX.
   * @param {Element} math
   */
  function source(math) {
    const tex = math.querySelector(TEX)?.textContent;
    if (!tex) return math.textContent ?? "";
    return math.getAttribute("display") === "block" ? `$$\n${tex.trim()}\n$$` : `$${tex}$`;
  }

  /**
   * Extend a range that begins or ends inside a formula to the whole formula.
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
    // Input fields have their own selection.
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
    // innerText has the visible line breaks only if the element is laid out.
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
  // When the font loads, a formula changes its width but its box does not, so observe it anew.
  void document.fonts.ready.then(() => {
    for (const box of document.querySelectorAll(".pn-formula")) {
      sizes.unobserve(box);
      sizes.observe(box);
    }
  });
})();
