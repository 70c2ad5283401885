// @ts-check
// Adds a search field to the long list of all works. What it finds on other pages of the list is in
// separate scripts, which are loaded when the reader types: scripts also load from file://. Without
// this script, the list is still grouped by initials, and the browser's own search finds words in it.
(() => {
  "use strict";

  const AT_MOST = 100; // works shown of those that are found in a list with several pages

  /** @type {HTMLElement | null} */
  const list = document.querySelector(".pn-all-works");
  if (!list) return;

  const { label = "", sources } = list.dataset;
  const plurals = new Intl.PluralRules(document.documentElement.lang || "en");
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);

  /**
   * Fold a text for comparison: remove accents and case.
   * @param {string} text
   * @returns {string}
   */
  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  /**
   * A work: its folded text, and what makes its entry in the list of those found.
   * @typedef {{ text: string, element: () => HTMLElement }} Work
   */

  const parts = [...list.children];
  const shown = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".pn-works > li")]);
  const here = shown.map((element) => ({ text: fold(element.textContent ?? ""), element }));
  const groups = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".pn-group")]);

  /**
   * Show only the works of this page that contain every one of *words*.
   * @param {string[]} words
   * @returns {number} how many works are shown
   */
  function showHere(words) {
    let count = 0;
    for (const { element, text } of here) {
      const fits = words.every((word) => text.includes(word));
      element.hidden = !fits;
      if (fits) count += 1;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
    return count;
  }

  /**
   * Add the works of all pages to *works*.
   * @param {Work[]} works
   * @param {[string, [string, string][]][]} pages the address of each page, and ids and texts on it
   */
  function add(works, pages) {
    for (const [address, entries] of pages) {
      for (const [id, shown] of entries) {
        const element = () => {
          const link = document.createElement("a");
          link.href = new URL(`${address}#${id}`, root).href;
          link.textContent = shown;
          const item = document.createElement("li");
          item.append(link);
          return item;
        };
        works.push({ text: fold(shown), element });
      }
    }
  }

  /** @type {Promise<Work[]> | null} */
  let loading = null;

  /**
   * Load the works of all pages.
   * @param {string[]} names
   * @returns {Promise<Work[]>}
   */
  async function load(names) {
    /** @type {Work[]} */
    const works = [];
    const shared = /** @type {any} */ (window);
    shared.papernotes = {
      ...shared.papernotes,
      works: (/** @type {[string, [string, string][]][]} */ pages) => add(works, pages),
    };
    await Promise.all(
      names.map(
        (name) =>
          new Promise((resolve, reject) => {
            const script = document.createElement("script");
            script.async = false; // run in the order of the pages
            script.src = new URL(name, root).href;
            script.addEventListener("load", resolve);
            script.addEventListener("error", reject);
            document.head.append(script);
          }),
      ),
    );
    return works;
  }

  /**
   * Return the works of all pages, loaded once, or null where they cannot be loaded.
   * @param {string[]} names
   * @returns {Promise<Work[] | null>}
   */
  async function allWorks(names) {
    try {
      return await (loading ??= load(names));
    } catch {
      loading = null; // The next letter tries again.
      return null;
    }
  }

  const found = document.createElement("ul");
  found.className = "pn-works";
  found.hidden = true;

  /**
   * Show instead of this page those of *works* that contain every one of *words*, if there are any.
   * @param {string[]} words
   * @param {Work[]} works
   * @returns {number} how many works contain them
   */
  function showFound(words, works) {
    const fit = works.filter(({ text }) => words.every((word) => text.includes(word)));
    found.replaceChildren(...fit.slice(0, AT_MOST).map(({ element }) => element()));
    found.hidden = !words.length;
    for (const part of parts) part.toggleAttribute("hidden", words.length > 0);
    return fit.length;
  }

  const field = document.createElement("input");
  field.type = "search";
  field.className = "pn-find";
  field.setAttribute("aria-label", label);
  field.placeholder = label;

  const status = document.createElement("span");
  status.className = "pn-found";
  status.setAttribute("role", "status");

  field.addEventListener("input", async () => {
    const query = field.value;
    const words = fold(query).split(/\s+/).filter(Boolean);
    // Where the other pages cannot be loaded, the search finds what this page has.
    const works = sources && (await allWorks(sources.split(" ")));
    if (query !== field.value) return; // The reader has typed on during loading.
    const count = works ? showFound(words, works) : showHere(words);
    const text = list.getAttribute(`data-found-${plurals.select(count)}`) ?? "";
    status.textContent = words.length ? text.replace("%(count)d", String(count)) : "";
  });

  const line = document.createElement("div");
  line.className = "pn-find-line";
  line.append(field, status);
  list.prepend(line, found);
})();
