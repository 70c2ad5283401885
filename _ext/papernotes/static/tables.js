// @ts-check
// Sorts and filters tables of notes. Without this script, the tables are complete, in the order and
// the groups that their author chose. The build has ranked the cells of each column, and says which
// choices each row has, so that this script compares nothing but numbers and words.
(() => {
  "use strict";

  /**
   * A row, its text, the number of its note, its choices by number for each control, and where it
   * stands at first.
   * @typedef {{ element: HTMLTableRowElement, text: string, note: number, choices: number[][], at: number }} Row
   */

  const plurals = new Intl.PluralRules(document.documentElement.lang || "en");

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

  /**
   * Return the rows of a table, whose headings sort them from now on.
   * @param {HTMLElement} box
   * @returns {Row[]}
   */
  function prepare(box) {
    const table = /** @type {HTMLTableElement} */ (box.querySelector("table"));
    const body = table.tBodies[0];
    /** @type {number[][][]} */
    const choices = JSON.parse(box.dataset.choices ?? "[]");
    /** @type {number[]} */
    const notes = JSON.parse(box.dataset.notes ?? "[]");
    /** @type {(number | null)[][]} */
    const ranks = JSON.parse(box.dataset.ranks ?? "[]");
    const rows = [...body.rows].map((element, at) => ({
      element,
      text: fold(element.textContent ?? ""),
      note: notes[at],
      choices: choices.map((column) => column[at]),
      at,
    }));
    const heads = [...(table.tHead?.rows[0].cells ?? [])];
    for (const [number, head] of heads.entries()) {
      if (ranks[number].every((rank) => rank === null)) continue;
      const button = make("button", { type: "button", className: "pn-sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.ariaSort === "ascending";
        for (const each of heads) each.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const sign = descending ? -1 : 1;
        const last = Number.MAX_SAFE_INTEGER;
        // Cells without a value come last in both directions.
        const value = (/** @type {Row} */ row) => {
          const rank = ranks[number][row.at];
          return rank === null ? last : sign * rank;
        };
        const order = [...rows].sort((a, b) => value(a) - value(b) || a.at - b.at);
        body.append(...order.map((row) => row.element));
      });
    }
    return rows;
  }

  /**
   * Add the controls of a table, or of the tables of its groups.
   * @param {HTMLElement} whole
   */
  function start(whole) {
    const said = whole.dataset;
    const parts = [...whole.querySelectorAll(".pn-table")].map((each) => {
      const box = /** @type {HTMLElement} */ (each);
      const before = box.previousElementSibling;
      const title = before?.classList.contains("pn-group-title") ? before : null;
      return { box, title: /** @type {HTMLElement | null} */ (title), rows: prepare(box) };
    });
    /** @type {[string, string[]][]} */
    const choices = JSON.parse(said.choices ?? "[]");
    const words = make("input", { type: "search" });
    const selects = choices.map(([, options]) =>
      make(
        "select",
        {},
        make("option", { value: "" }, said.all ?? ""),
        ...options.map((text, number) => make("option", { value: String(number) }, text)),
      ),
    );
    const status = make("p", { className: "pn-found" });
    status.setAttribute("role", "status");

    /** Show the rows that match the words and the choices. */
    function show() {
      const wanted = fold(words.value).split(/\s+/).filter(Boolean);
      const chosen = selects.map((select) => select.value);
      const found = new Set();
      for (const { box, title, rows } of parts) {
        let count = 0;
        for (const row of rows) {
          const fits =
            wanted.every((word) => row.text.includes(word)) &&
            chosen.every((value, at) => !value || row.choices[at].includes(Number(value)));
          row.element.hidden = !fits;
          if (!fits) continue;
          count += 1;
          // A note can stand in several groups, and counts once.
          found.add(row.note);
        }
        box.hidden = !count;
        if (title) title.hidden = !count;
      }
      const text = found.size ? whole.getAttribute(`data-found-${plurals.select(found.size)}`) : said.none;
      const filters = wanted.length || chosen.some(Boolean);
      status.textContent = filters ? (text ?? "").replace("%(count)d", String(found.size)) : "";
    }

    words.addEventListener("input", show);
    for (const select of selects) select.addEventListener("change", show);
    const line = make(
      "div",
      { className: "pn-table-controls" },
      make("label", {}, make("span", {}, said.words ?? ""), words),
      ...selects.map((select, at) => make("label", {}, make("span", {}, choices[at][0]), select)),
    );
    line.setAttribute("role", "search");
    line.setAttribute("aria-label", said.label ?? "");
    whole.prepend(line, status);
  }

  for (const whole of document.querySelectorAll(".pn-tables")) {
    start(/** @type {HTMLElement} */ (whole));
  }
})();
