// @ts-check
// Opens previews of what the links in the text lead to: at once for the pointer and the focus, and at
// the first tap. What shows them is loaded when a reader first wants one, so that pages stay light.
// Without scripts, each link leads to what its preview shows.
(() => {
  "use strict";

  const OPEN_AFTER = 200; // milliseconds, so that a pointer passing over opens nothing
  const CLOSE_AFTER = 300; // milliseconds to move the pointer from the link to its preview
  const LINKS = "[data-pn-preview] > a, a.internal[href^='#'], a.footnote-reference";
  const TEXT = ":is(article, main, [role=main])";
  // Links that lead around a page, and not to what explains its text.
  const LEADING = "nav, .contents, .toctree-wrapper, .pn-backlinks, .pn-letters";

  /** @typedef {string | HTMLElement} Target the name of a preview, or a part of the page */
  /**
   * @typedef {object} Box
   * @property {(link: HTMLAnchorElement, target: Target, isWanted: () => boolean) => Promise<void>} open
   * @property {() => void} close
   * @property {() => HTMLAnchorElement | null} link the link whose preview is open
   */

  const own = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  /** @type {Promise<Box> | undefined} */
  let loading;
  /** @type {Box | undefined} */
  let box;
  /** @type {HTMLAnchorElement | null} */
  let wanted = null;
  // After Escape, the preview of a link stays closed until pointer and focus have left it.
  /** @type {HTMLAnchorElement | null} */
  let dismissed = null;
  let timer = 0;
  let touched = false;

  /**
   * Load what shows previews, once.
   * @returns {Promise<Box>}
   */
  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      // The name is that of the site's file, also where this script is joined with others.
      script.src = new URL("preview-box.js", own).href;
      script.addEventListener("load", () => {
        box = /** @type {Box} */ (Reflect.get(window, "papernotes").previewBox);
        resolve(box);
      });
      script.addEventListener("error", () => {
        loading = undefined; // The next link tries again.
        reject(new Error(script.src));
      });
      document.head.append(script);
    });
    return loading;
  }

  /**
   * Return what the preview of a link shows, if it has one.
   * @param {HTMLAnchorElement} link
   * @returns {Target | null}
   */
  function targetOf(link) {
    if (!link.matches(LINKS) || !link.closest(TEXT) || link.closest(LEADING)) return null;
    const name = link.parentElement?.dataset.pnPreview;
    if (name) return name;
    const target = document.getElementById((link.getAttribute("href") ?? "").slice(1));
    return target && !target.contains(link) ? target : null;
  }

  /**
   * Return whether all of a part of the page is in sight; of a section, the heading counts.
   * @param {Target | null} target
   */
  function isInSight(target) {
    if (!(target instanceof Element)) return false;
    const part = target.querySelector(":scope > :is(h1, h2, h3, h4, h5, h6)") ?? target;
    const { top, bottom, height } = part.getBoundingClientRect();
    return height > 0 && top >= 0 && bottom <= innerHeight;
  }

  /**
   * Return the link that an event concerns; inside a preview, that is the preview's link.
   * @param {Event} event
   * @returns {HTMLAnchorElement | null}
   */
  function linkOf(event) {
    const element = event.target instanceof Element ? event.target : null;
    if (element?.closest(".pn-preview")) return box?.link() ?? null;
    const link = element?.closest("a");
    return link instanceof HTMLAnchorElement && targetOf(link) ? link : null;
  }

  /**
   * Open the preview of a link.
   * @param {HTMLAnchorElement} link
   */
  async function open(link) {
    const target = targetOf(link);
    if (!target || box?.link() === link || isInSight(target)) return;
    await (await load()).open(link, target, () => wanted === link);
  }

  /**
   * Open a preview after a delay, or with null close the open one after a delay.
   * @param {HTMLAnchorElement | null} link
   */
  function want(link) {
    if (link && (link === dismissed || link === wanted)) return;
    clearTimeout(timer);
    wanted = link;
    // Without its preview, it is an ordinary link.
    if (link) timer = setTimeout(() => open(link).catch(() => {}), OPEN_AFTER);
    else timer = setTimeout(() => box?.close(), CLOSE_AFTER);
  }

  function close() {
    clearTimeout(timer);
    wanted = null;
    box?.close();
  }

  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll(LINKS)
  )) {
    if (targetOf(link)) link.setAttribute("aria-expanded", "false");
  }

  document.addEventListener("pointerover", (event) => {
    const link = linkOf(event);
    if (event.pointerType !== "touch") want(link);
    if (link !== dismissed) dismissed = null;
  });

  document.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link !== dismissed) dismissed = null;
    if (!link || (event.target instanceof Element && event.target.matches(":focus-visible"))) {
      want(link);
    }
  });

  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (touched && !linkOf(event)) close();
  });

  // The first tap opens the preview, the second follows the link. A footnote unfolds by itself.
  document.addEventListener("click", (event) => {
    const link = linkOf(event);
    if (!link?.contains(/** @type {Node} */ (event.target))) return;
    const isFootnote = link.matches(".footnote-reference");
    if (!touched || isFootnote || box?.link() === link || isInSight(targetOf(link))) {
      // The reader goes there.
      dismissed = link;
      close();
      return;
    }
    event.preventDefault();
    clearTimeout(timer);
    dismissed = null;
    wanted = link;
    open(link).catch(() => location.assign(link.href));
  });

  document.addEventListener("keydown", (event) => {
    const link = box?.link();
    if (event.key !== "Escape" || !link) return;
    event.preventDefault();
    dismissed = link;
    close();
  });
})();
