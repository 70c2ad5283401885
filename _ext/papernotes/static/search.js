// @ts-check
// Finds in all pages as a reader types, by Pagefind, which loads a few small files of its index for
// each word. Where it cannot be had, Sphinx's own search finds: in pages that are opened from a
// folder, which may not fetch, in browsers that may not run WebAssembly, and without the index.
(() => {
  "use strict";

  const AT_ONCE = 10; // results that are shown, and that "Show more" adds
  const PAUSE = 120; // milliseconds without a key, before the search
  const SECTIONS = 3; // of a page that are shown below it

  /**
   * What Pagefind knows of a page that it found; an excerpt has its words in <mark>.
   * @typedef {{ url: string, excerpt: string, meta: Record<string, string>,
   *   sub_results: { title: string, url: string, anchor?: object }[] }} Found
   * @typedef {{ id: string, data: () => Promise<Found> }} Result
   * @typedef {{ search: (words: string | null) => Promise<{ results: Result[] }>,
   *   preload: (words: string) => Promise<void> }} Pagefind
   * The ids of the pages with each tag and of each year.
   * @typedef {Record<string, Record<string, string[]>>} Choices
   */

  /** @type {HTMLElement | null} */
  const page = document.querySelector(".pn-search");
  const form = page?.querySelector("form");
  const list = page?.querySelector("ol");
  const status = page?.querySelector("p[role=status]");
  /** @type {HTMLButtonElement | null | undefined} */
  const more = page?.querySelector(".pn-search-more");
  if (!page || !form || !list || !status || !more) return;

  const said = page.dataset;
  const plurals = new Intl.PluralRules(document.documentElement.lang || "en");
  const words = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
  const choices = [...form.querySelectorAll("select")];

  /**
   * Make an element.
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
   * @param {(Node | string)[]} children
   * @returns {HTMLElementTagNameMap[Tag]}
   */
  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  /**
   * Return whether the browser runs WebAssembly here; the smallest module tells.
   * @returns {boolean}
   */
  function runsWebAssembly() {
    try {
      return Boolean(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
    } catch {
      return false;
    }
  }

  /** @type {Promise<Pagefind> | null} */
  let loading = null;

  /**
   * Return Pagefind, loaded once.
   * @returns {Promise<Pagefind>}
   */
  function load() {
    loading ??= (async () => {
      if (location.protocol === "file:" || !runsWebAssembly()) throw new Error("no Pagefind here");
      const index = new URL(said.index ?? "", location.href);
      const { createInstance } = await import(index.href);
      const found = createInstance({
        baseUrl: new URL("..", index).pathname,
        excerptLength: 28,
        noWorker: true,
      });
      // It tells of what it cannot load when it is first used.
      await found.preload("");
      return found;
    })();
    return loading;
  }

  /** @type {Promise<Choices> | null} */
  let loadingChoices = null;

  /**
   * Return those of *found* that have what is chosen.
   * @param {Result[]} found
   * @returns {Promise<Result[]>}
   */
  async function chosen(found) {
    for (const { name, value } of choices) {
      if (!value) continue;
      loadingChoices ??= fetch(said.choices ?? "").then((answer) => answer.json());
      const ids = new Set((await loadingChoices)[name]?.[value]);
      found = found.filter((result) => ids.has(result.id));
    }
    return found;
  }

  /** Let Sphinx's search do without pieces of pages where it could not fetch those either. */
  function showNoPieces() {
    // @ts-expect-error -- declared by a script that has been loaded
    if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  /** Let Sphinx's search, which goes by the address, find what is asked for. */
  function fallBack() {
    if (page?.classList.contains("pn-search-built-in")) return;
    page?.classList.add("pn-search-built-in");
    for (const select of choices) select.disabled = true;
    if (status) status.textContent = said.enter ?? "";
    list?.replaceChildren();
    if (!new URLSearchParams(location.search).get("q")) return;
    const there = [...document.scripts].map((script) => new URL(script.src, location.href).pathname);
    for (const source of (said.builtIn ?? "").split(" ")) {
      const src = new URL(source, location.href);
      // One after the other, each once.
      if (there.includes(src.pathname)) continue;
      const script = make("script", { src: src.href, async: false });
      if (source.includes("searchtools")) script.addEventListener("load", showNoPieces);
      document.head.append(script);
    }
  }

  /** Put what is asked for into the address, so that it can be shared and come back to. */
  function toAddress() {
    const query = new URLSearchParams();
    for (const { name, value } of [words, ...choices]) if (value.trim()) query.set(name, value.trim());
    history.replaceState(history.state, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  }

  /**
   * Return the nodes of an excerpt. Its text is the page's, and never markup.
   * @param {string} excerpt
   * @returns {Node[]}
   */
  function marked(excerpt) {
    return excerpt.split(/(<mark>.*?<\/mark>)/).map((part) => {
      const text = part.replace(/<\/?mark>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">");
      return part.startsWith("<mark>") ? make("mark", {}, text) : new Text(text);
    });
  }

  /**
   * Return the line of a page that was found, with the sections that the words are in.
   * @param {Found} found
   * @returns {HTMLLIElement}
   */
  function line(found) {
    const title = make("p", {}, make("a", { href: found.url }, found.meta.title ?? found.url));
    if (found.meta.byline) {
      title.append(make("span", { className: "pn-byline" }, ` \u00b7 ${found.meta.byline}`));
    }
    const made = make("li", {}, title);
    made.append(make("p", { className: "pn-search-excerpt" }, ...marked(found.excerpt)));
    const sections = found.sub_results.filter((one) => one.anchor).slice(0, SECTIONS);
    if (sections.length) {
      const links = sections.map((one) => make("li", {}, make("a", { href: one.url }, one.title)));
      made.append(make("ul", { className: "pn-search-sections" }, ...links));
    }
    return made;
  }

  /** @type {Result[]} */
  let results = [];
  let turn = 0;

  /**
   * Show the next results, if nothing else has been asked for since.
   * @param {number} now the turn that they are of
   * @param {number} from how many are shown
   */
  async function add(now, from) {
    const next = results.slice(from, from + AT_ONCE);
    const lines = (await Promise.all(next.map((result) => result.data()))).map(line);
    if (now !== turn || !list || !more) return;
    if (from) list.append(...lines);
    else list.replaceChildren(...lines);
    more.hidden = results.length <= from + AT_ONCE;
    if (from) lines[0]?.querySelector("a")?.focus();
  }

  /** Show what fits what is asked for. */
  async function show() {
    const now = ++turn;
    const asked = words.value.trim();
    if (!asked && !choices.some((select) => select.value)) {
      toAddress();
      list?.replaceChildren();
      if (status) status.textContent = "";
      if (more) more.hidden = true;
      return;
    }
    try {
      const pagefind = await load();
      pagefind.preload(asked);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      if (now !== turn) return;
      const found = await chosen((await pagefind.search(asked || null)).results);
      if (now !== turn) return;
      results = found;
      toAddress();
      await add(now, 0);
    } catch {
      fallBack();
      return;
    }
    if (now !== turn || !status) return;
    const text = results.length
      ? page?.getAttribute(`data-found-${plurals.select(results.length)}`)
      : said.none;
    status.textContent = (text ?? "").replace("%(count)d", String(results.length));
  }

  const query = new URLSearchParams(location.search);
  for (const control of [words, ...choices]) control.value = query.get(control.name) ?? "";
  // A value that is no option leaves none.
  for (const select of choices) if (select.selectedIndex < 0) select.value = "";
  form.hidden = false;
  const builtIn = () => page.classList.contains("pn-search-built-in");
  words.addEventListener("input", () => builtIn() || show());
  form.addEventListener("change", (event) => event.target === words || builtIn() || show());
  form.addEventListener("submit", (event) => {
    if (builtIn()) return;
    event.preventDefault();
    show();
  });
  more.addEventListener("click", () => add(turn, list.childElementCount));
  if (words.value || choices.some((select) => select.value)) show();
  else load().catch(fallBack);
})();
