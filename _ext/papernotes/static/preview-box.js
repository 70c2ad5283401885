// @ts-check
// Shows previews, for previews.js. The content is a part of the page, or a separate script, which is a
// script instead of HTML because scripts also load from file://.
(() => {
  "use strict";

  const MARGIN = 8; // pixels between the preview and the edges of the window
  const SECTION = 90; // about as many words are shown of a section
  const LABEL = 200; // as many characters name a preview
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
  // What only the place in the page needs.
  const LEFT_OUT = [
    "script, style, button, input, .headerlink, .pn-backlinks, .pn-preview, .Z3988",
    ".footnote, .pn-note, .label:has(.fn-bracket), .backrefs, [role=doc-backlink]",
  ].join();
  const OWN = [
    "id",
    "name",
    "data-pn-preview",
    "aria-expanded",
    "aria-controls",
    "aria-describedby",
  ];
  const SCROLLING = ".pn-formula, .pn-scrolls, pre";
  const TEXT = "dt, p:not(.pn-byline)";
  // What names a preview, if it is there.
  const CAPTION = ".pn-preview-title, figcaption, caption, .code-block-caption";

  /** @typedef {string | HTMLElement} Target the name of a preview, or a part of the page */

  /** @type {Map<string, Promise<HTMLElement>>} */
  const loads = new Map();
  /** @type {Map<string, (html: string) => void>} */
  const arrivals = new Map();
  /** @type {{ link: HTMLAnchorElement, box: HTMLElement } | null} */
  let opened = null;

  /**
   * Load the content of the preview with this name, once, with links and pictures of the site's root.
   * @param {string} name
   * @returns {Promise<HTMLElement>}
   */
  function load(name) {
    /** @type {Promise<string>} */
    const html = new Promise((resolve, reject) => {
      arrivals.set(name, resolve);
      const script = document.createElement("script");
      const path = name.split("/").map(encodeURIComponent).join("/");
      script.src = new URL(`previews/${path}.js`, root).href;
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    return html.then((text) => {
      const content = new DOMParser().parseFromString(text, "text/html").body;
      for (const link of content.querySelectorAll("a")) {
        link.href = new URL(link.getAttribute("href") ?? "", root).href;
      }
      for (const picture of content.querySelectorAll("img")) {
        picture.src = new URL(picture.getAttribute("src") ?? "", root).href;
      }
      return content;
    });
  }

  /**
   * Return the nodes that show a part of the page, to which a link leads.
   * @param {HTMLElement} target
   * @param {HTMLAnchorElement} link
   * @returns {Node[]}
   */
  function shownOf(target, link) {
    let part = target;
    // An empty span is a further id of the element around it or behind it.
    while (part.matches("span:empty")) {
      const isFirst = !part.previousElementSibling?.matches(":not(span:empty)");
      const next = /** @type {HTMLElement | null} */ (part.nextElementSibling);
      const around = part.parentElement;
      if (around && !around.contains(link) && (isFirst || !next)) part = around;
      else if (next) part = next;
      else break;
    }
    const heading = part.querySelector(":scope > :is(h1, h2, h3, h4, h5, h6)");
    if (heading) {
      const title = document.createElement("p");
      title.className = "pn-preview-title";
      title.append(...[...heading.childNodes].map((node) => node.cloneNode(true)));
      /** @type {Node[]} */
      const shown = [title];
      let words = 0;
      let next = heading.nextElementSibling;
      for (; next && words < SECTION && !next.matches("section"); next = next.nextElementSibling) {
        shown.push(next.cloneNode(true));
        words += (next.textContent ?? "").trim().split(/\s+/).length;
      }
      return shown;
    }
    if (part.matches("dt")) {
      return [part, part.nextElementSibling ?? part].map((node) => node.cloneNode(true));
    }
    const block = part.closest("p, li, td, th, dd, aside, figure, table, pre, div.math") ?? part;
    // These have a form only in their place.
    const parts = block.matches("li, td, th, dd, aside, .footnote")
      ? [...block.childNodes]
      : [block];
    return parts.map((node) => node.cloneNode(true));
  }

  /**
   * Copy a part of the page, to which a link leads.
   * @param {HTMLElement} target
   * @param {HTMLAnchorElement} link
   * @returns {HTMLElement}
   */
  function copy(target, link) {
    const content = document.createElement("div");
    content.append(...shownOf(target, link));
    content.dir = getComputedStyle(target).direction;
    content.lang = /** @type {HTMLElement | null} */ (target.closest("[lang]"))?.lang ?? "";
    return content;
  }

  /**
   * Load a style sheet of the site, unless the page links it.
   * @param {string} name
   * @returns {Promise<unknown>}
   */
  function loadStyle(name) {
    if (document.querySelector(`link[href*="_static/${name}"]`)) return Promise.resolve();
    return new Promise((resolve) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = new URL(`_static/${name}`, root).href;
      link.addEventListener("load", resolve);
      link.addEventListener("error", resolve);
      document.head.append(link);
    });
  }

  /**
   * Load the style sheets for a content that the page may not link.
   * @param {Element} content
   */
  function loadStyles(content) {
    const names = ["previews.css"];
    // A page with formulas has their style, possibly bundled under another name.
    if (content.querySelector("math") && !document.querySelector("math")) {
      names.push("mathematics.css");
    }
    // Other themes have one style sheet for all of this.
    if (document.querySelector(".site-page")) {
      if (content.querySelector(".highlight")) names.push("code.css");
      if (content.querySelector("[lang]")) names.push("languages.css");
      if (content.querySelector(".admonition, .topic")) names.push("blocks.css");
      if (content.querySelector(".footnote-reference")) names.push("margin.css");
    }
    return Promise.all(names.map(loadStyle));
  }

  /**
   * Let MathJax typeset the formulas in a box, if the site uses it.
   * @param {HTMLElement} box
   */
  function typeset(box) {
    /** @type {{ typesetPromise?: (elements: HTMLElement[]) => Promise<void> } | undefined} */
    const mathJax = Reflect.get(window, "MathJax");
    void mathJax?.typesetPromise?.([box]);
  }

  /**
   * Add to the content of a preview what the citation says: why it cites the work, and where.
   * @param {HTMLElement} content
   * @param {DOMStringMap} said
   */
  function addSaid(content, { pnLocator, pnPage, pnIntent }) {
    const line = content.querySelector(".pn-byline");
    if (pnIntent) line?.append(` · ${pnIntent}`);
    if (!pnLocator) return;
    let place = document.createElement("span");
    if (pnPage) {
      const link = document.createElement("a");
      link.href = new URL(pnPage, location.href).href;
      place = link;
    }
    place.className = "pn-locator";
    place.textContent = pnLocator;
    line?.append(" · ", place);
  }

  /**
   * Return the text of an element in one line, without the source of formulas.
   * @param {Element} element
   */
  function textOf(element) {
    const copied = /** @type {Element} */ (element.cloneNode(true));
    for (const source of copied.querySelectorAll("annotation")) source.remove();
    return (copied.textContent ?? "").trim().replace(/\s+/g, " ");
  }

  /**
   * Create the box of a preview.
   * @param {HTMLElement} content
   * @param {HTMLAnchorElement} link
   * @returns {HTMLElement}
   */
  function makeBox(content, link) {
    const box = document.createElement("span");
    box.className = "pn-preview";
    box.id = "pn-preview";
    box.setAttribute("role", "group");
    for (const element of content.querySelectorAll(LEFT_OUT)) element.remove();
    for (const element of content.querySelectorAll("*")) {
      for (const name of OWN) element.removeAttribute(name);
    }
    for (const table of content.querySelectorAll("table")) {
      const around = document.createElement("div");
      around.className = "pn-scrolls";
      table.replaceWith(around);
      around.append(table);
    }
    addSaid(content, link.parentElement?.dataset ?? {});
    const named = content.querySelector(CAPTION) ?? content.querySelector(TEXT) ?? link;
    box.setAttribute("aria-label", textOf(named).slice(0, LABEL));
    box.append(content);
    // A picture that arrives later changes the height.
    box.addEventListener("load", place, true);
    return box;
  }

  /**
   * Show the preview of a link.
   * @param {HTMLAnchorElement} link
   * @param {Target} target
   * @param {() => boolean} isWanted
   */
  async function open(link, target, isWanted) {
    /** @type {HTMLElement} */
    let content;
    if (typeof target === "string") {
      const loaded = loads.get(target) ?? load(target);
      loads.set(target, loaded);
      loaded.catch(() => loads.delete(target)); // The next time, it is tried again.
      content = document.createElement("div");
      content.append(
        ...[...(await loaded).childNodes].map((node) => document.importNode(node, true)),
      );
    } else {
      content = copy(target, link);
    }
    await loadStyles(content);
    // The reader may have moved on during loading.
    if (!isWanted()) return;
    // A box that is empty, or says what the link says, is no use.
    const isPicture = content.querySelector("img, svg");
    if (!isPicture && ["", textOf(link)].includes(textOf(content))) return;
    close();
    const box = makeBox(content, link);
    // After the link, so that the focus and screen readers reach it next.
    link.after(box);
    // Above all else, and not clipped by a box around the link.
    box.popover = "manual";
    box.showPopover?.();
    typeset(box);
    link.setAttribute("aria-expanded", "true");
    link.setAttribute("aria-controls", box.id);
    opened = { link, box };
    place();
    for (const part of [box, ...box.querySelectorAll(SCROLLING)]) {
      const scrolls = part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight;
      if (scrolls) part.setAttribute("tabindex", "0");
      else part.removeAttribute("tabindex");
    }
    announce(box.getAttribute("aria-label") ?? "");
  }

  function close() {
    if (!opened) return;
    const { link, box } = opened;
    opened = null;
    if (box.contains(document.activeElement)) link.focus();
    box.remove();
    link.setAttribute("aria-expanded", "false");
    link.removeAttribute("aria-controls");
  }

  /** Place the preview below its link, or above if there is more room. */
  function place() {
    if (!opened) return;
    const { link, box } = opened;
    // If a link is broken across lines, the preview is placed at its last line.
    const lines = [...link.getClientRects()];
    const line = lines[lines.length - 1];
    if (!line) return;
    const width = document.documentElement.clientWidth;
    const left = Math.min(line.left, width - box.offsetWidth - MARGIN);
    const below = innerHeight - line.bottom;
    const above = box.offsetHeight + MARGIN > below && line.top > below;
    box.style.setProperty("left", `${Math.max(left, MARGIN)}px`);
    box.style.setProperty("top", above ? "auto" : `${line.bottom}px`);
    box.style.setProperty("bottom", above ? `${innerHeight - line.top}px` : "auto");
    box.style.setProperty("max-height", `${Math.max(above ? line.top : below, 120) - MARGIN}px`);
  }

  const status = document.createElement("div");
  status.className = "pn-unseen";
  status.setAttribute("role", "status");
  (document.querySelector("main, [role=main]") ?? document.body).append(status);

  /**
   * Announce to screen readers that a preview has opened, if the focus opened it.
   * @param {string} text
   */
  function announce(text) {
    status.textContent = opened?.link === document.activeElement ? text : "";
  }

  addEventListener("scroll", place, { passive: true });
  addEventListener("resize", place, { passive: true });

  // The loaded scripts call papernotes.preview; papernotes.notes belongs to filter.js.
  Object.assign(window, {
    papernotes: {
      .../** @type {any} */ (window).papernotes,
      /**
       * @param {string} name
       * @param {string} html
       */
      preview: (name, html) => arrivals.get(name)?.(html),
      previewBox: { open, close, link: () => opened?.link ?? null },
    },
  });
})();
