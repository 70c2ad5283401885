// @ts-check
// Filters and sorts all notes; the front page itself shows only the first ones. The data of the
// notes is a separate script, which is loaded when a reader uses the filter or follows a URL with
// choices. It is a script instead of JSON because scripts also load from file://. Without this
// script, readers use the further pages of the list, and the pages of tags and years.
(() => {
  "use strict";

  const AT_ONCE = 48; // lines shown at first, and added by "Show more"

  /**
   * A note in the loaded data: address, title, whether the title is HTML, "authors · year · venue",
   * further words to search, years of its papers, day read, the numbers of its tags, and for each
   * field of the author's own what orders its values: for a choice, its number.
   * @typedef {[string, string, 0 | 1, string, string, string[], string, number[], (number | string)[][]]} Row
   * A field of the author's own: name, label and choices, if it has any.
   * @typedef {[string, string, string[]]} Field
   * @typedef {{ tags: string[], fields: Field[], notes: Row[] }} Data
   * @typedef {{ row: Row, text: string, line: HTMLLIElement | null }} Note
   * @typedef {{ words: string, tags: string[], year: string, sort: string, own: Map<string, string> }} Choice
   */

  /** @type {HTMLElement | null} */
  const list = document.querySelector(".pn-filter");
  if (!list) return;

  // Loaded from here, the style sheet does not delay the page.
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/filter\.js/, "filter.css");
  document.head.append(style);

  const said = list.dataset;
  const plurals = new Intl.PluralRules(document.documentElement.lang || "en");
  const first = said.sort ?? "title";
  const separator = " \u00b7 ";

  /**
   * Fold a text for comparison: remove accents and case.
   * @param {string} text
   * @returns {string}
   */
  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

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

  /** @type {Promise<Data> | null} */
  let loading = null;

  /**
   * Load the data of all notes, once.
   * @returns {Promise<Data>}
   */
  function load() {
    loading ??= new Promise((resolve, reject) => {
      // The loaded script calls papernotes.notes; papernotes.preview belongs to previews.js.
      const shared = /** @type {any} */ (window);
      shared.papernotes = { ...shared.papernotes, notes: resolve };
      const script = make("script", { src: said.source ?? "" });
      script.addEventListener("error", () => {
        loading = null;
        script.remove();
        reject(new Error(script.src));
      });
      document.head.append(script);
    });
    return loading;
  }

  /**
   * Return the choice in the page's URL.
   * @returns {Choice}
   */
  function fromAddress() {
    const query = new URLSearchParams(location.search);
    const fields = (said.fields ?? "").split(" ").filter((name) => query.has(name));
    return {
      own: new Map(fields.map((name) => [name, query.get(name) ?? ""])),
      words: query.get("q") ?? "",
      tags: query.getAll("tag"),
      year: query.get("year") ?? "",
      sort: query.get("sort") ?? first,
    };
  }

  /**
   * Write a choice to the page's URL, so that readers can share it and return to it.
   * @param {Choice} choice
   */
  function toAddress(choice) {
    const query = new URLSearchParams();
    if (choice.words.trim()) query.set("q", choice.words.trim());
    for (const tag of choice.tags) query.append("tag", tag);
    if (choice.year) query.set("year", choice.year);
    for (const [name, value] of choice.own) if (value) query.set(name, value);
    if (choice.sort !== first) query.set("sort", choice.sort);
    const search = String(query);
    const address = `${location.pathname}${search && `?${search}`}${location.hash}`;
    try {
      history.replaceState(history.state, "", address);
    } catch {
      // Some browsers do not let pages from file:// change their URL.
    }
  }

  /**
   * Return the notes sorted; notes without what to sort by come last.
   * @param {Note[]} notes sorted by title
   * @param {string} sort
   * @param {Field[]} fields
   * @returns {Note[]}
   */
  function sorted(notes, sort, fields) {
    const descending = sort.startsWith("-");
    const name = sort.replace(/^-/, "");
    const column = new Map([["read", 6], ["year", 5]]).get(name);
    const own = fields.findIndex(([each]) => each === name);
    if (column === undefined && own < 0) return descending ? [...notes].reverse() : notes;
    /** @param {Note} note */
    const value = (note) => (column === undefined ? note.row[8][own][0] : String(note.row[column]));
    /** @param {Note} note */
    const has = (note) => (value(note) ?? "") !== "";
    const known = notes.filter(has);
    const sign = descending ? -1 : 1;
    known.sort((a, b) => (value(a) === value(b) ? 0 : value(a) < value(b) ? -sign : sign));
    return [...known, ...notes.filter((note) => !has(note))];
  }

  /**
   * Return the line of a note, which is created when it is first shown.
   * @param {Note} note
   * @returns {HTMLLIElement}
   */
  function line(note) {
    if (note.line) return note.line;
    const [address, title, isHtml, byline] = note.row;
    const link = make("a", { href: address });
    if (isHtml) {
      // This HTML is safe: the build writes it from the note's heading.
      link.append(...new DOMParser().parseFromString(title, "text/html").body.childNodes);
    } else {
      link.append(title);
    }
    const about = make("span", { className: "pn-byline" }, byline && separator + byline);
    note.line = make("li", {}, make("p", {}, link, about));
    return note.line;
  }

  /**
   * Create the other controls and the event handlers.
   * @param {Data} data
   */
  function start(data) {
    /** @type {Note[]} */
    const notes = data.notes.map((row) => {
      const tags = row[7].map((number) => data.tags[number]).join(" ");
      const title = row[2] ? row[1].replace(/<[^>]*>/g, " ") : row[1];
      return { row, text: fold(`${title} ${row[3]} ${row[4]} ${tags}`), line: null };
    });
    const choice = fromAddress();

    const year = make("select", {}, make("option", { value: "" }, said.years ?? ""));
    for (const each of [...new Set(data.notes.flatMap((row) => row[5]))].sort().reverse()) {
      year.append(make("option", {}, each));
    }
    year.value = choice.year;
    if (year.selectedIndex < 0) year.value = "";
    const sort = make("select", {});
    for (const value of ["title", "-title", "-read", "read", "-year", "year"]) {
      sort.append(make("option", { value }, list?.getAttribute(`data-by${value}`) ?? value));
    }
    const selects = data.fields.map(([name, label, options]) => {
      for (const [sign, text] of [["", said.up], ["-", said.down]]) {
        sort.append(make("option", { value: sign + name }, (text ?? "").replace("%s", label)));
      }
      const all = make("option", { value: "" }, said.all ?? "");
      const select = make("select", {}, all, ...options.map((each) => make("option", {}, each)));
      select.value = choice.own.get(name) ?? "";
      if (select.selectedIndex < 0) select.value = "";
      return select;
    });
    sort.value = choice.sort;
    if (sort.selectedIndex < 0) sort.value = first;

    const boxes = data.tags.map((name) => make("input", { type: "checkbox", value: name }));
    const counts = boxes.map(() => make("span", { className: "pn-count" }));
    for (const each of boxes) each.checked = choice.tags.includes(each.value);
    const labels = boxes.map((each, number) =>
      make("label", {}, each, ` ${each.value} `, counts[number]),
    );
    const tags = make(
      "fieldset",
      { className: "pn-filter-tags", hidden: !boxes.length },
      make("legend", {}, said.tags ?? ""),
      make("div", { className: "pn-filter-choices" }, ...labels),
    );
    const clear = make("button", { type: "button" }, said.clear ?? "");
    const results = make("ul", { className: "pn-list", hidden: true });
    const more = make("button", { type: "button", hidden: true }, said.more ?? "");

    /** @type {Note[]} */
    let found = [];
    let shown = 0;

    /** Show more lines. */
    function add() {
      const next = found.slice(shown, shown + AT_ONCE);
      results.append(...next.map(line));
      shown += next.length;
      more.hidden = shown >= found.length;
    }

    /** Show the notes that match the choice. */
    function show() {
      const now = {
        words: words.value,
        tags: boxes.filter((each) => each.checked).map((each) => each.value),
        year: year.value,
        sort: sort.value,
        own: new Map(data.fields.map(([name], at) => [name, selects[at].value])),
      };
      const wanted = fold(now.words).split(/\s+/).filter(Boolean);
      const numbers = now.tags.map((name) => data.tags.indexOf(name));
      const fits = notes.filter(
        ({ row, text }) =>
          (!now.year || row[5].includes(now.year)) &&
          numbers.every((number) => row[7].includes(number)) &&
          data.fields.every(([name, , options], at) => {
            const value = now.own.get(name);
            return !value || row[8][at].includes(options.indexOf(value));
          }) &&
          wanted.every((word) => text.includes(word)),
      );
      found = sorted(fits, now.sort, data.fields);
      const chosen =
        Boolean(wanted.length || now.tags.length || now.year || now.sort !== first) ||
        [...now.own.values()].some(Boolean);
      results.replaceChildren();
      shown = 0;
      if (chosen) add();
      results.hidden = !chosen;
      more.hidden = !chosen || shown >= found.length;
      clear.disabled = !chosen;
      for (const part of parts) part.hidden = chosen;
      const count = Array(data.tags.length).fill(0);
      for (const { row } of fits) for (const number of row[7]) count[number] += 1;
      counts.forEach((each, number) => {
        each.textContent = String(count[number]);
        // Hide tags that no note in the list has, except a checked or focused one, so that the
        // keyboard never loses its place.
        const held = boxes[number].checked || boxes[number] === document.activeElement;
        labels[number].hidden = !count[number] && !held;
      });
      const text = found.length
        ? list?.getAttribute(`data-found-${plurals.select(found.length)}`)
        : said.none;
      status.textContent = chosen ? (text ?? "").replace("%(count)d", String(found.length)) : "";
      toAddress(now);
    }

    words.addEventListener("input", show);
    for (const control of [year, sort, tags, ...selects]) control.addEventListener("change", show);
    more.addEventListener("click", () => {
      const before = results.childElementCount;
      add();
      // The button may be hidden by then, so move the focus to the first new line.
      results.children[before]?.querySelector("a")?.focus();
    });
    clear.addEventListener("click", () => {
      words.value = year.value = "";
      for (const select of selects) select.value = "";
      sort.value = first;
      for (const each of boxes) each.checked = false;
      show();
      words.focus();
    });

    details.append(
      make(
        "div",
        { className: "pn-filter-line" },
        make("label", {}, make("span", {}, said.year ?? ""), year),
        ...data.fields.flatMap(([, label, options], at) =>
          options.length ? [make("label", {}, make("span", {}, label), selects[at])] : [],
        ),
        make("label", {}, make("span", {}, said.order ?? ""), sort),
        clear,
      ),
      tags,
    );
    box.after(results, more);
    show();
  }

  const parts = /** @type {HTMLElement[]} */ ([...list.children]);
  const words = make("input", { type: "search" });
  const find = make("label", { className: "pn-filter-words" }, make("span", {}, said.words ?? ""), words);
  const details = make(
    "details",
    { className: "pn-filter-fold" },
    make("summary", {}, said.label ?? ""),
  );
  const status = make("p", { className: "pn-found" });
  status.setAttribute("role", "status");
  const box = make("div", { className: "pn-filter-box" }, find, details, status);
  box.setAttribute("role", "search");
  box.setAttribute("aria-label", said.label ?? "");
  let started = false;

  /** Load the data and create the controls, once; close the filter if loading fails. */
  async function open() {
    if (started) return;
    started = true;
    try {
      start(await load());
    } catch {
      started = false;
      details.open = false;
    }
  }

  details.addEventListener("toggle", () => {
    if (details.open) open();
  });
  words.addEventListener("focus", open);
  words.addEventListener("input", open);
  list.prepend(box);
  const choice = fromAddress();
  words.value = choice.words;
  if (choice.words) open();
  if (choice.tags.length || choice.year || choice.own.size || choice.sort !== first) {
    details.open = true;
  }
})();
