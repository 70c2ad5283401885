"""Pages that load what they use.

Sphinx, furo and the libraries link all of their style sheets and scripts on every page, which is
more than 100 kB before the first word. Here every page gets one sheet, ``page.css``, bundled of the
site's and the extension's own, and of all others, and of the scripts, those that something on it
needs. The site's own files lose their comments on the way.

It serves the builders of the site; a book gets what it always got.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin
from docutils import nodes
from pygments.style import Style
from pygments.token import STANDARD_TYPES, Token
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.highlighting import PygmentsBridge
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes.pages.assets import STATIC

# What page.css is made of, in the order of the cascade, and where there are formulas.
BUNDLED = ("text.css", "papernotes.css", "previews.css", "browse.css", "site.css")
FORMULAS = "mathematics.css"
WITH_FORMULAS = "page-mathematics.css"
# The colours of code, for pages that have some.
CODE = "code.css"
# Scripts that are one file on a page that needs several.
JOINED = ("papernotes.js", "previews.js", "mathematics.js")
# What page.css is in place of, and what theme.js is.
REPLACED = ("furo.css", "pygments.css", "furo.js")
# What only the page of search results needs, and what sphinx-design's components do.
SEARCH = ("documentation_options.js", "doctools.js", "sphinx_highlight.js", "translations.js")
COMPONENTS = ("sphinx-design.min.css", "furo-extensions.css", "design-tabs.js")
# A unit in pixels, if it is none; a percentage is one of the text's width.
PIXELS = {"em": 20, "ex": 9, "ch": 9, "rem": 16, "%": 5.92}
PIXELS |= {"in": 96, "cm": 37.8, "mm": 3.78, "pc": 16, "pt": 1.33}


def setup(app: Sphinx) -> dict[str, Any]:
    """Set up the extension, in the order of a build."""
    app.add_config_value("lean_digest", "", "html", str, "of the files that page.css is made of")
    app.connect("config-inited", note_digest)
    # Both when the other extensions have said what they bring (500).
    app.connect("builder-inited", prepare, priority=900)
    app.connect("html-page-context", choose, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def is_site(app: Sphinx) -> bool:
    """Return whether the builder writes the site, and not a book or a report."""
    return app.builder.format == "html" and app.builder.name != "epub"


def _own_files(app: Sphinx, suffix: str) -> list[Path]:
    folders = [STATIC, *(Path(app.confdir, name) for name in app.config.html_static_path)]
    return [path for folder in folders for path in sorted(folder.glob(f"*{suffix}"))]


def note_digest(app: Sphinx, config: Config) -> None:
    """Have all pages written again when a sheet or script has changed: links hold its digest."""
    digest = hashlib.sha256()
    for path in (*_own_files(app, ".css"), *_own_files(app, ".js"), Path(__file__)):
        digest.update(path.read_bytes())
    config.lean_digest = digest.hexdigest()


def prepare(app: Sphinx) -> None:
    """Write the bundle, and the site's files without comments, where they hide the originals."""
    if not is_site(app):
        return
    app.add_post_transform(Mend)
    out = Path(app.doctreedir, "asset_bundling")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    css = {path.name: rcssmin.cssmin(path.read_text("utf-8")) for path in _own_files(app, ".css")}
    js = {path.name: rjsmin.jsmin(path.read_text("utf-8")) for path in _own_files(app, ".js")}
    styles = [
        PygmentsBridge("html", name).formatter_args["style"]
        for name in (app.config.pygments_style, app.config.pygments_dark_style)
    ]
    css["page.css"] = "\n".join(css[name] for name in BUNDLED)
    css[CODE] = code_colours(*styles)
    css[WITH_FORMULAS] = f"{css[FORMULAS]}\n{css['page.css']}"
    for count in range(2, len(JOINED) + 1):
        for names in itertools.combinations(JOINED, count):
            js[_joined(names)] = "\n".join(js[name] for name in names)
    for name, text in (css | js).items():
        (out / name).write_text(text, encoding="utf-8")
    # The last of the folders, and so the one that hides the others.
    app.config.html_static_path.append(str(out))


def _joined(names: Iterable[str]) -> str:
    return "-".join(name.removesuffix(".js") for name in names) + ".js"


def code_colours(light: type[Style], dark: type[Style]) -> str:
    """Return a style sheet with the colours of code in two styles of Pygments, one for a scheme.

    Furo's takes ten times the room: each style twice, and a rule for each kind of token.
    """
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for token, name in STANDARD_TYPES.items():
        if name:
            kinds[_look(light.style_for_token(token), dark.style_for_token(token))].append(name)
    kinds.pop(_look(light.style_for_token(Token), dark.style_for_token(Token)), None)
    return "\n".join(
        f".highlight :is({','.join(f'.{name}' for name in names)}){{{look}}}"
        for look, names in kinds.items()
    )


def _look(light: dict[str, Any], dark: dict[str, Any]) -> str:
    """Return the declarations for a kind of token; one without a colour has that of the text."""
    colours = [
        f"#{style['color']}" if style["color"] else "currentcolor" for style in (light, dark)
    ]
    look = [f"color:light-dark({','.join(colours)})"]
    look += ["font-weight:bold"] if light["bold"] or dark["bold"] else []
    look += ["font-style:italic"] if light["italic"] or dark["italic"] else []
    return ";".join(look)


class Mend(SphinxPostTransform):
    """Mend what others would write.

    docutils gives the size of pictures and tables as an inline style, which a strict content
    security policy forbids: pictures get it as a number, and tables none. Furo wraps tables and
    formulas, and gives their ids to both.
    """

    formats = ("html",)
    # After furo has wrapped them (500).
    default_priority = 600

    def run(self, **kwargs: Any) -> None:
        """Perform the transform on the document."""
        for node in self.document.findall(nodes.Element):
            if isinstance(node, nodes.image):
                for side in {"width", "height"} & set(node.attributes):
                    value, unit = nodes.parse_measure(node[side])
                    node[side] = f"{value * PIXELS.get(unit, 1):.0f}"
            elif isinstance(node, nodes.figure | nodes.table):
                node.attributes.pop("width", None)
                # Columns are as wide as what is in them.
                node["classes"] = [name for name in node["classes"] if name != "colwidths-given"]
            elif {"math-wrapper", "table-wrapper"} & set(node["classes"]):
                node["ids"] = []


def choose(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Leave to a page those style sheets and scripts that it needs."""
    if not is_site(app):
        return
    components = _components(doctree)
    needless = {*BUNDLED, FORMULAS, *REPLACED}
    # With Pagefind it loads them where Pagefind cannot be.
    if templatename != "search.html" or app.config.papernotes_search == "pagefind":
        needless.update(SEARCH)
    if not components:
        needless.update(COMPONENTS)
    elif "sd-tab-set" not in components:
        needless.add("design-tabs.js")
    given = _names(context["css_files"]) | _names(context["script_files"])
    app.add_css_file(WITH_FORMULAS if FORMULAS in given else "page.css", priority=150)
    if doctree is not None and any(map(_is_coloured, doctree.findall(nodes.literal_block))):
        app.add_css_file(CODE, priority=160)
    together = [name for name in JOINED if name in given]
    if len(together) > 1:
        needless.update(together)
        app.add_js_file(_joined(together), loading_method="defer")
    for files in (context["css_files"], context["script_files"]):
        files[:] = [file for file in files if not _names([file]) & needless]


def _is_coloured(block: nodes.literal_block) -> bool:
    return bool(block.get("language") != "none")


def _names(files: Iterable[Any]) -> set[str]:
    """Return the names of the files that a page links; a script without one has none."""
    return {Path(file.filename).name for file in files if file.filename}


def _components(doctree: nodes.document | None) -> set[str]:
    """Return the classes of sphinx-design's components on a page, but for grids of papernotes."""
    found: set[str] = set()
    remaining: list[nodes.Node] = [doctree] if doctree is not None else []
    while remaining:
        node = remaining.pop()
        if isinstance(node, nodes.Element) and "pn-grid" not in node["classes"]:
            found.update(name for name in node["classes"] if name.startswith("sd-"))
            remaining += node.children
    return found
