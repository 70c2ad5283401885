// @ts-check
// Previews of cited works. Each stands in a script of its own, which is loaded when a citation is
// first pointed at: a script and no page, since those load from a folder as well as from a server.
// Without this script a citation is a link to the page's references.
(() => {
  "use strict";

  const OPEN_AFTER = 200; // milliseconds, so that a pointer on its way opens nothing
  const CLOSE_AFTER = 300; // milliseconds for the way from the citation to its preview
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
  // A citation whose preview was closed by hand keeps closed until it has been left.
  /** @type {HTMLElement | null} */
  let dismissed = null;

  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);

  // What the loaded scripts call; the filter keeps its own in the same place.
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
   * Return the content of the preview with this name; its script is loaded once.
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
   * Load a style sheet of the site, unless the page has it.
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
   * Have MathJax set the formulas in a box, where the site uses it.
   * @param {HTMLElement} box
   */
  function typeset(box) {
    /** @type {{ typesetPromise?: (elements: HTMLElement[]) => Promise<void> } | undefined} */
    const mathJax = Reflect.get(window, "MathJax");
    void mathJax?.typesetPromise?.([box]);
  }

  /**
   * Make the box of a preview. Its links are written as from the root of the site.
   * @param {string} html
   * @returns {HTMLElement}
   */
  function makeBox(html) {
    const box = document.createElement("span");
    box.className = "pn-preview";
    box.id = "pn-preview";
    box.setAttribute("role", "group");
    const content = new DOMParser().parseFromString(html, "text/html").body;
    for (const link of content.querySelectorAll("a")) {
      link.href = new URL(link.getAttribute("href") ?? "", root).href;
    }
    // A page with formulas of its own has their style, whatever the file is called.
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
      return; // the link stays what it is
    }
    // The reader may have gone on while it was loading.
    if (wanted !== span) return;
    close();
    const box = makeBox(html);
    // Next in the order of focus, and read out there.
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

  /** Put the preview below its citation, or above where there is more room. */
  function place() {
    if (!opened) return;
    const { link, box } = opened;
    // The last line of a citation that is broken is the one nearest to what follows.
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
   * Tell screen readers that a preview has opened, where the focus has opened it.
   * @param {string} text
   */
  function announce(text) {
    status.textContent = opened?.link === document.activeElement ? text : "";
  }

  /**
   * Open a preview, or with null close the one that is open, after a while.
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
   * Return the citation that an event is about. There are none inside a preview.
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

  // The first tap opens, and only the second follows the link.
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
