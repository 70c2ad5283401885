// @ts-check
// The page's colour scheme, the mark in its contents, and the keyboard's way to what scrolls. It
// stands in the head, and browsers wait for it there, so that no page is ever painted in the scheme
// that it is not to have.
(() => {
  "use strict";

  const root = document.documentElement;

  /** @returns {string} the scheme that the reader has chosen, "auto" being the system's */
  function chosen() {
    try {
      return localStorage.getItem("theme") ?? "auto";
    } catch {
      return "auto"; // Storage can be denied.
    }
  }

  root.dataset.theme = chosen();
  root.classList.remove("no-js");

  /** Change to the scheme that looks different, then to the other, then back to the system's. */
  function cycle() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const order = dark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    const mode = order[(order.indexOf(root.dataset.theme ?? "auto") + 1) % order.length];
    root.dataset.theme = mode;
    try {
      localStorage.setItem("theme", mode);
    } catch {
      // The next page will not know of it.
    }
  }

  /** Mark in the contents the section that is being read. */
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

  /** Let the keyboard into the boxes that scroll, which not every browser does by itself. */
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
    // A drawer that has led to a place of the page is in its way.
    document.getElementById("site-toc")?.addEventListener("click", (event) => {
      const drawer = /** @type {HTMLElement} */ (event.currentTarget);
      const link = /** @type {Element} */ (event.target).closest("a");
      if (link && drawer.matches(":popover-open")) drawer.hidePopover();
    });
    follow();
  });
})();
