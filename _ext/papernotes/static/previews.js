// @ts-check
// Previews of cited works. The content of each is a separate script, which is loaded when a reader
// first points at the citation. It is a script instead of HTML because scripts also load from
// file://. Without this script, a citation is a link to the page's references.
(() => {
  "use strict";

  const OPEN_AFTER = 200; // milliseconds, so that a pointer passing over opens nothing
  const CLOSE_AFTER = 300; // milliseconds to move the pointer from the citation to its preview
  const MARGIN = 8; // pixels between the preview and the edges of the window

  /** @typedef {{ span: HTMLElement, link: HTMLAnchorElement, box: HTMLElement }} Opened */

  /** @type {Map<string, Promise<string>>} */
  const loads = new Map();
  /** @type {Map<string, (html: string) => void>} */
  const arrivals = new Map();
  /** @type {Opened | null} */
  let opened = null;
  /** @type {HTMLElement | null} */
  let wanted = null;
  let timer = 0;
  // After Escape, the preview of a citation stays closed until pointer and focus have left it.
  /** @type {HTMLElement | null} */
  let dismissed = null;

  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);

  // The loaded scripts call papernotes.preview; papernotes.notes belongs to filter.js.
  Object.assign(window, {
    papernotes: {
      .../** @type {any} */ (window).papernotes,
      /**
       * @param {string} name
       * @param {string} html
       */
      preview: (name, html) => arrivals.get(name)?.(html),
    },
  });

  /**
   * Load the content of the preview with this name, once.
   * @param {string} name
   * @returns {Promise<string>}
   */
  function load(name) {
    let found = loads.get(name);
    if (!found) {
      found = new Promise((resolve, reject) => {
        arrivals.set(name, resolve);
        const script = document.createElement("script");
        script.src = new URL(`previews/${encodeURIComponent(name)}.js`, root).href;
        script.addEventListener("error", reject);
        document.head.append(script);
      });
      loads.set(name, found);
    }
    return found;
  }

  /**
   * Load a style sheet of the site, unless the page links it.
   * @param {string} name
   */
  function loadStyle(name) {
    if (document.querySelector(`link[href*="_static/${name}"]`)) return;
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(`_static/${name}`, root).href;
    document.head.append(link);
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
   * @param {HTMLElement} span
   */
  function addSaid(content, span) {
    const { pnLocator, pnPage, pnIntent } = span.dataset;
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
   * Create the box of a preview, and resolve its links, which are relative to the site's root.
   * @param {string} html
   * @param {HTMLElement} span
   * @returns {HTMLElement}
   */
  function makeBox(html, span) {
    const box = document.createElement("span");
    box.className = "pn-preview";
    box.id = "pn-preview";
    box.setAttribute("role", "group");
    const content = new DOMParser().parseFromString(html, "text/html").body;
    for (const link of content.querySelectorAll("a")) {
      link.href = new URL(link.getAttribute("href") ?? "", root).href;
    }
    addSaid(content, span);
    // A page with formulas already has their style, possibly bundled under another name.
    const first = !document.querySelector("math") && content.querySelector("math");
    if (first) loadStyle("mathematics.css");
    const title = content.querySelector(".pn-preview-title");
    box.setAttribute("aria-label", title?.textContent?.trim() ?? "");
    box.append(...content.childNodes);
    return box;
  }

  /**
   * Show the preview of a citation.
   * @param {HTMLElement} span
   */
  async function open(span) {
    const link = span.querySelector("a");
    if (!link || opened?.span === span) return;
    let html;
    try {
      html = await load(span.dataset.pnPreview ?? "");
    } catch {
      return; // Without its preview, the citation is an ordinary link.
    }
    // The reader may have moved on during loading.
    if (wanted !== span) return;
    close();
    const box = makeBox(html, span);
    // After the link, so that the focus and screen readers reach it next.
    span.append(box);
    typeset(box);
    link.setAttribute("aria-expanded", "true");
    link.setAttribute("aria-controls", box.id);
    opened = { span, link, box };
    place();
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

  /** Place the preview below its citation, or above if there is more room. */
  function place() {
    if (!opened) return;
    const { link, box } = opened;
    // If a citation is broken across lines, the preview is placed at its last line.
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

  /**
   * Open a preview after a delay, or with null close the open one after a delay.
   * @param {HTMLElement | null} span
   */
  function want(span) {
    if (span && (span === dismissed || span === wanted)) return;
    clearTimeout(timer);
    wanted = span;
    timer = setTimeout(
      () => (span ? void open(span) : close()),
      span ? OPEN_AFTER : CLOSE_AFTER,
    );
  }

  /**
   * Return the citation that an event concerns; inside a preview, that is the preview's citation.
   * @param {Event} event
   * @returns {HTMLElement | null}
   */
  function citationOf(event) {
    const target = event.target instanceof Element ? event.target : null;
    const span = target?.closest("[data-pn-preview]");
    if (!(span instanceof HTMLElement)) return null;
    const outer = span.parentElement?.closest("[data-pn-preview]");
    return outer instanceof HTMLElement ? outer : span;
  }

  for (const link of document.querySelectorAll("[data-pn-preview] > a")) {
    link.setAttribute("aria-expanded", "false");
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch") want(citationOf(event));
    if (citationOf(event) !== dismissed) dismissed = null;
  });

  document.addEventListener("focusin", (event) => {
    const span = citationOf(event);
    if (span !== dismissed) dismissed = null;
    if (!span || (event.target instanceof Element && event.target.matches(":focus-visible"))) {
      want(span);
    }
  });

  // The first tap opens the preview, the second follows the link.
  let touched = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (touched && !citationOf(event)) {
      wanted = null;
      close();
    }
  });
  document.addEventListener("click", (event) => {
    const span = citationOf(event);
    const target = event.target instanceof Element ? event.target : null;
    if (!span || !touched || target?.closest(".pn-preview") || opened?.span === span) return;
    event.preventDefault();
    clearTimeout(timer);
    dismissed = null;
    wanted = span;
    void open(span);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !opened) return;
    event.preventDefault();
    dismissed = opened.span;
    wanted = null;
    clearTimeout(timer);
    const { link, box } = opened;
    if (box.contains(document.activeElement)) link.focus();
    close();
  });

  addEventListener("scroll", place, { passive: true });
  addEventListener("resize", place, { passive: true });
})();
