// @ts-check
// Searches all pages with Pagefind while a reader types; Pagefind loads a few small files of its
// index for each word. Sphinx's own search answers if Pagefind cannot: on pages from file://, which
// may not fetch, in browsers that may not run WebAssembly, and if the index is missing.
(() => {
  "use strict";

  const AT_ONCE = 10; // results shown at first, and added by "Show more"
  const PAUSE = 120; // milliseconds without a keystroke before a search starts
  const SECTIONS = 3; // sections shown below a page at most

  /**
   * Pagefind's data of a page that it found; in the excerpt, the words found are in <mark>.
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
   * Create an element.
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
   * Return whether the browser runs WebAssembly on this page, by compiling the smallest module.
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
   * Load Pagefind, once.
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
      // Pagefind reports files that it cannot load only when it is first used.
      await found.preload("");
      return found;
    })();
    return loading;
  }

  /** @type {Promise<Choices> | null} */
  let loadingChoices = null;

  /**
   * Return the results that have the chosen tag and year.
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

  /** Turn off the excerpts of Sphinx's search on file://, where it cannot fetch pages. */
  function showNoPieces() {
    // @ts-expect-error -- declared by another script
    if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  /** Switch to Sphinx's search, which takes its query from the page's URL. */
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
      // Each script is loaded once, in order.
      if (there.includes(src.pathname)) continue;
      const script = make("script", { src: src.href, async: false });
      if (source.includes("searchtools")) script.addEventListener("load", showNoPieces);
      document.head.append(script);
    }
  }

  /** Write the query to the page's URL, so that readers can share it and return to it. */
  function toAddress() {
    const query = new URLSearchParams();
    for (const { name, value } of [words, ...choices]) if (value.trim()) query.set(name, value.trim());
    history.replaceState(history.state, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  }

  /**
   * Return the nodes of an excerpt. Everything except <mark> is text, never markup.
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
   * Return how near a page comes to the words asked for: 2 if it has one of them or another form of
   * it, 1 if it has a similar one, or 0. If no page has a word, Pagefind takes the longest beginning
   * of it that one has, which can be a single letter, such as an initial.
   * @param {Found} found
   * @param {string} asked
   */
  function nearness(found, asked) {
    const marks = [...found.excerpt.matchAll(/<mark>(.*?)<\/mark>/g)].map((match) => folded(match[1]));
    if (!marks.length) return 2;
    const sought = folded(asked).split(/\s+/);
    const isForm = sought.some((word) => {
      const stem = word.slice(0, Math.max(3, word.length - 3));
      // Scripts without spaces are found in parts.
      return marks.some((mark) => mark.startsWith(stem) || (/[^\p{ASCII}]/u.test(mark) && word.includes(mark)));
    });
    if (isForm) return 2;
    return marks.some((mark) => mark.length > 2) ? 1 : 0;
  }

  /**
   * Return a text without accents, case and punctuation.
   * @param {string} text
   */
  function folded(text) {
    return text.normalize("NFKD").replace(/[^\p{L}\p{N}\s]/gu, "").toLowerCase().trim();
  }

  /**
   * Create the line of a result, with links to the sections that have the words.
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
   * Show the next results, unless a newer query has started.
   * @param {number} now the number of the query
   * @param {number} from the number of results shown already
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

  /** Search for the words and choices in the form, and show the first results. */
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
    let near = 2;
    try {
      const pagefind = await load();
      pagefind.preload(asked);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      if (now !== turn) return;
      const found = await chosen((await pagefind.search(asked || null)).results);
      if (asked && found.length) {
        const first = await Promise.all(found.slice(0, AT_ONCE).map((result) => result.data()));
        near = Math.max(...first.map((one) => nearness(one, asked)));
      }
      if (now !== turn) return;
      results = near ? found : [];
      toAddress();
      await add(now, 0);
    } catch {
      fallBack();
      return;
    }
    if (now !== turn || !status) return;
    const text = results.length && near < 2
      ? said.near
      : results.length
      ? page?.getAttribute(`data-found-${plurals.select(results.length)}`)
      : said.none;
    status.textContent = (text ?? "").replace("%(count)d", String(results.length));
  }

  const query = new URLSearchParams(location.search);
  for (const control of [words, ...choices]) control.value = query.get(control.name) ?? "";
  // A value in the URL that is no option deselects all options.
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
