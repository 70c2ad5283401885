// @ts-check
// Adds a search field to the long list of all works. Without this script, the list is still grouped
// by initials, and the browser's own search finds words in it.
(() => {
  "use strict";

  /** @type {HTMLElement | null} */
  const list = document.querySelector(".pn-all-works");
  if (!list) return;

  const { label = "" } = list.dataset;
  const plurals = new Intl.PluralRules(document.documentElement.lang || "en");
  const items = [...list.querySelectorAll(".pn-works > li")].map((element) => ({
    element: /** @type {HTMLElement} */ (element),
    text: fold(element.textContent ?? ""),
  }));
  const groups = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".pn-group")]);

  /**
   * Fold a text for comparison: remove accents and case.
   * @param {string} text
   * @returns {string}
   */
  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  /**
   * Show only the works that contain every word of the query.
   * @param {string} query
   * @returns {number} how many works are shown
   */
  function show(query) {
    const words = fold(query).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { element, text } of items) {
      const fits = words.every((word) => text.includes(word));
      element.hidden = !fits;
      if (fits) count += 1;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
    return count;
  }

  const field = document.createElement("input");
  field.type = "search";
  field.className = "pn-find";
  field.setAttribute("aria-label", label);
  field.placeholder = label;

  const status = document.createElement("span");
  status.className = "pn-found";
  status.setAttribute("role", "status");

  field.addEventListener("input", () => {
    const count = show(field.value);
    const text = list.getAttribute(`data-found-${plurals.select(count)}`) ?? "";
    status.textContent = field.value.trim() ? text.replace("%(count)d", String(count)) : "";
  });

  const line = document.createElement("div");
  line.className = "pn-find-line";
  line.append(field, status);
  list.prepend(line);
})();
