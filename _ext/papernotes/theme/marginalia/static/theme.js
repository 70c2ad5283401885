// @ts-check
// Switches the colour scheme, marks the current section in the contents, and makes boxes that
// scroll focusable. It is a blocking script in the head, so that no page is painted in the wrong
// scheme.
(() => {
  "use strict";

  const root = document.documentElement;

  /** @returns {string} the scheme that the reader has chosen; "auto" is the system's */
  function chosen() {
    try {
      return localStorage.getItem("theme") ?? "auto";
    } catch {
      return "auto"; // Storage can be denied.
    }
  }

  root.dataset.theme = chosen();
  root.classList.remove("no-js");

  /** Change from "auto" to the opposite of the system's scheme, then to the other, then back. */
  function cycle() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const order = dark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    const mode = order[(order.indexOf(root.dataset.theme ?? "auto") + 1) % order.length];
    root.dataset.theme = mode;
    try {
      localStorage.setItem("theme", mode);
    } catch {
      // Without storage, the choice applies to this page only.
    }
  }

  /** Mark the current section in the contents. */
  function follow() {
    /** @type {HTMLAnchorElement[]} */
    const links = [...document.querySelectorAll(".site-toc-tree a")];
    const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));

    function mark() {
      const end = innerHeight + scrollY >= root.scrollHeight - 2;
      const line = end ? innerHeight : 100;
      const current = links.findLast((_, number) => {
        const section = sections[number];
        return section && section.getBoundingClientRect().top < line;
      });
      for (const link of links) {
        if (link === current) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      }
    }

    addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
    mark();
  }

  /** Make boxes that scroll focusable for the keyboard, which not all browsers do by themselves. */
  function reach() {
    /** @type {NodeListOf<HTMLElement>} */
    const boxes = document.querySelectorAll("article :is(.table-wrapper, pre)");
    for (const box of boxes) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  addEventListener("load", reach);
  addEventListener("resize", reach);
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector(".site-theme")?.addEventListener("click", cycle);
    // An open drawer would cover the section that its link leads to.
    document.getElementById("site-toc")?.addEventListener("click", (event) => {
      const drawer = /** @type {HTMLElement} */ (event.currentTarget);
      const link = /** @type {Element} */ (event.target).closest("a");
      if (link && drawer.matches(":popover-open")) drawer.hidePopover();
    });
    follow();
  });
})();
