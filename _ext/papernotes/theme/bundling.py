"""Bundle style sheets and scripts, so that each page of the theme loads only what it uses.

Sphinx, furo and the other extensions link all of their style sheets and scripts on every page,
which is more than 100 kB before the first word. With the theme, every page gets one style sheet,
``page.css``, a bundle of the theme's, the extension's and the site's own. Of the other style
sheets, and of the scripts, a page gets those that something on it needs. The site's own files are
minified.

Only HTML builders are affected; EPUB keeps its files.
"""

from __future__ import annotations

import hashlib
import itertools
import re
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
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.highlighting import PygmentsBridge
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes.i18n import language_tag
from papernotes.pages.assets import STATIC
from papernotes.theme import FOLDER
from papernotes.theme.options import accent_style
from papernotes.theme.usage import is_chosen, is_used

# The parts of page.css, in the order of the cascade, and the file added for pages with formulas.
BUNDLED = ("text.css", "papernotes.css", "browse.css", "site.css")
FORMULAS = "mathematics.css"
WITH_FORMULAS = "page-mathematics.css"
# The colours of highlighted code, for pages that have code.
CODE = "code.css"
# What few pages have, and what shows in the HTML of a page that it has it. Python finds a pattern
# that begins with letters fifty times as fast as one that begins with the edge of a word.
LANGUAGES = "languages.css"
SCHEMES = "schemes.css"
_OTHER_SCRIPT = "zh|ja|ko|ar|fa|he"
_BLOCKS = frozenset(
    "admonition align-left align-right attribution classifier epigraph line-block loweralpha"
    " lowerroman problematic pull-quote sidebar topic upperalpha upperroman".split()
)
_NOTES = frozenset(("citation", "footnote", "footnote-reference", "pn-note"))
_CLASSES = re.compile(r'class="([^"]*)"')
_LANGUAGES = re.compile(rf'lang(?<!\wlang)="(?:{_OTHER_SCRIPT})\b')
_SCHEMES = re.compile(r"only-(?<!\wonly-)(?:dark|light)\b")
# Scripts that are joined into one file on pages that need several.
JOINED = ("papernotes.js", "previews.js", "mathematics.js")
# The files that page.css and theme.js replace.
REPLACED = ("furo.css", "pygments.css", "furo.js")
# Files that only the search page needs, and files that only components of sphinx-design need.
SEARCH = ("documentation_options.js", "doctools.js", "sphinx_highlight.js", "translations.js")
COMPONENTS = ("sphinx-design.min.css", "furo-extensions.css", "design-tabs.js")
# A zero before the point of a number, unless a text or an address has it.
_ZERO = re.compile(
    r"""(?P<kept>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|url\([^)]*\))|(?<=[\s:,(+*/-])0(?=\.\d)""",
    re.DOTALL,
)
# The styles of code in the dark scheme: the theme's, and furo's default.
DARK_CODE = "github-dark"
FURO_DARK_CODE = "native"
# The size of each CSS unit in pixels; percentages are of the width of the text.
PIXELS = {"em": 20, "ex": 9, "ch": 9, "rem": 16, "%": 5.92}
PIXELS |= {"in": 96, "cm": 37.8, "mm": 3.78, "pc": 16, "pt": 1.33}


def setup(app: Sphinx) -> None:
    """Connect the handlers, in the order of a build."""
    app.add_config_value("papernotes_assets", "", "html", (str,), "the digest of all assets")
    app.connect("config-inited", set_digest)
    # Both run after the handlers by which other extensions add their files (500).
    app.connect("builder-inited", write_bundles, priority=900)
    app.connect("html-page-context", choose_assets, priority=900)


def _own_files(app: Sphinx, suffix: str) -> list[Path]:
    folders = [
        STATIC,
        FOLDER / "static",
        *(Path(app.confdir, name) for name in app.config.html_static_path),
    ]
    return [path for folder in folders for path in sorted(folder.glob(f"*{suffix}"))]


def set_digest(app: Sphinx, config: Config) -> None:
    """Store a digest of all assets in a setting, so that a change of one writes all pages again.

    Every page must be written, because links to assets have checksums.
    """
    if not is_chosen(app):
        return
    digest = hashlib.sha256()
    for path in (*_own_files(app, ".css"), *_own_files(app, ".js"), Path(__file__)):
        digest.update(path.read_bytes())
    config.papernotes_assets = digest.hexdigest()


def write_bundles(app: Sphinx) -> None:
    """Write the bundles and the minified files to a static folder that hides the originals."""
    if not is_used(app):
        return
    app.add_post_transform(StrictMarkup)
    out = Path(app.doctreedir, "assets")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    css = {path.name: minified_css(path.read_text("utf-8")) for path in _own_files(app, ".css")}
    js = {path.name: rjsmin.jsmin(path.read_text("utf-8")) for path in _own_files(app, ".js")}
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    assert builder.highlighter is not None
    dark = app.config.pygments_dark_style
    # Furo's default has too little contrast on the background of the theme.
    dark = DARK_CODE if dark == FURO_DARK_CODE else dark
    styles = (
        builder.highlighter.formatter_args["style"],
        PygmentsBridge("html", dark).formatter_args["style"],
    )
    accent = accent_style(builder.theme_options)
    css["page.css"] = "\n".join([*(css[name] for name in BUNDLED), *filter(None, [accent])])
    css[CODE] += "\n" + code_colours(*styles)
    css[WITH_FORMULAS] = f"{css[FORMULAS]}\n{css['page.css']}"
    for count in range(2, len(JOINED) + 1):
        for names in itertools.combinations(JOINED, count):
            js[_joined(names)] = "\n".join(js[name] for name in names)
    for name, text in (css | js).items():
        (out / name).write_text(text, encoding="utf-8")
    # The last static folder takes precedence.
    app.config.html_static_path.append(str(out))


def minified_css(text: str) -> str:
    """Return a style sheet without comments, needless spaces, and zeros before points."""
    minified: str = rcssmin.cssmin(text)
    return _ZERO.sub(lambda match: match["kept"] or "", minified)


def _joined(names: Iterable[str]) -> str:
    return "-".join(name.removesuffix(".js") for name in names) + ".js"


def code_colours(light: type[Style], dark: type[Style]) -> str:
    """Return a style sheet for code, with one Pygments style for each colour scheme.

    Furo's style sheet is ten times as large: it has each style twice, and a rule per token type.
    """
    classes: defaultdict[str, list[str]] = defaultdict(list)
    for token, name in STANDARD_TYPES.items():
        if name:
            style = _declarations(light.style_for_token(token), dark.style_for_token(token))
            classes[style].append(name)
    classes.pop(_declarations(light.style_for_token(Token), dark.style_for_token(Token)), None)
    return "\n".join(
        f".highlight :is({','.join(f'.{name}' for name in names)}){{{declarations}}}"
        for declarations, names in classes.items()
    )


def _declarations(light: dict[str, Any], dark: dict[str, Any]) -> str:
    """Return the declarations for a token type; without a colour, it has that of the text."""
    colours = [
        f"#{style['color']}" if style["color"] else "currentcolor" for style in (light, dark)
    ]
    declarations = [f"color:light-dark({','.join(colours)})"]
    declarations += ["font-weight:bold"] if light["bold"] or dark["bold"] else []
    declarations += ["font-style:italic"] if light["italic"] or dark["italic"] else []
    return ";".join(declarations)


class StrictMarkup(SphinxPostTransform):
    """Remove inline styles and duplicate ids.

    docutils writes the sizes of pictures and tables as inline styles, which a strict content
    security policy forbids. Pictures get them as attributes instead, and tables have none. With the
    size that it has in its file, each picture has its place before it is there. Furo wraps tables
    and formulas, and copies their ids to the wrappers.
    """

    formats = ("html",)
    # After furo's transform that wraps them (500).
    default_priority = 600

    def run(self, **kwargs: Any) -> None:
        """Perform the transform on the document."""
        for node in self.document.findall(nodes.Element):
            if isinstance(node, nodes.image):
                _set_size(node)
            elif isinstance(node, nodes.figure | nodes.table):
                node.attributes.pop("width", None)
                # Columns are as wide as their contents.
                node["classes"] = [name for name in node["classes"] if name != "colwidths-given"]
            elif {"math-wrapper", "table-wrapper"} & set(node["classes"]):
                node["ids"] = []


def _set_size(image: nodes.image) -> None:
    """Set the sides of *image* in pixels, and a missing one by the size in its file."""
    for side in {"width", "height"} & set(image.attributes):
        value, unit = nodes.parse_measure(image[side])
        image[side] = f"{value * PIXELS.get(unit, 1):.0f}"
    width, height = image.get("natural_size", (0, 0))
    if not width:
        return
    if not {"width", "height", "scale"} & set(image.attributes):
        # Sphinx links a picture that is smaller than its file to it.
        image["classes"].append("no-scaled-link")
    if "height" not in image:
        image["height"] = f"{float(image.get('width', width)) * height / width:.0f}"
    if "width" not in image:
        image["width"] = f"{float(image['height']) * width / height:.0f}"


def choose_assets(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Keep on a page only the style sheets and scripts that it needs."""
    if not is_used(app):
        return
    components = _components(doctree)
    needless = {*BUNDLED, FORMULAS, *REPLACED}
    # With Pagefind, search.js loads these files if Pagefind does not work.
    if templatename != "search.html" or app.config.papernotes_search == "pagefind":
        needless.update(SEARCH)
    if not components:
        needless.update(COMPONENTS)
    elif "sd-tab-set" not in components:
        needless.add("design-tabs.js")
    linked = _names(context["css_files"]) | _names(context["script_files"])
    app.add_css_file(WITH_FORMULAS if FORMULAS in linked else "page.css", priority=150)
    if doctree is not None and any(map(_is_coloured, doctree.findall(nodes.literal_block))):
        app.add_css_file(CODE, priority=160)
    for name in _parts(app.config, context):
        app.add_css_file(name, priority=160)
    scripts = [name for name in JOINED if name in linked]
    if len(scripts) > 1:
        needless.update(scripts)
        app.add_js_file(_joined(scripts), loading_method="defer")
    for files in (context["css_files"], context["script_files"]):
        files[:] = [file for file in files if not _names([file]) & needless]


def _parts(config: Config, context: dict[str, Any]) -> list[str]:
    """Return the style sheets of what few pages have and this page has."""
    body = context.get("body", "")
    classes = frozenset(" ".join(_CLASSES.findall(body)).split())
    shows: dict[str, object] = {
        "blocks.css": _BLOCKS & classes or "<kbd" in body or 'id="search-results"' in body,
        LANGUAGES: _LANGUAGES.search(body),
        "margin.css": _NOTES & classes,
        SCHEMES: _SCHEMES.search(body),
    }
    found = [name for name, is_shown in shows.items() if is_shown]
    whole = context.get("papernotes_language") or language_tag(config.language)
    if re.match(rf"(?:{_OTHER_SCRIPT})\b", whole):
        found.append(LANGUAGES)
    if context.get("theme_light_logo") and context.get("theme_dark_logo"):
        found.append(SCHEMES)
    return found


def _is_coloured(block: nodes.literal_block) -> bool:
    return bool(block.get("language") != "none")


def _names(files: Iterable[Any]) -> set[str]:
    """Return the names of linked files; inline scripts have none."""
    return {str(file.filename).rpartition("/")[2] for file in files if file.filename}


def _components(doctree: nodes.document | None) -> set[str]:
    """Return the classes of sphinx-design's components on a page, except in papernotes' grids."""
    found: set[str] = set()
    remaining: list[nodes.Node] = [doctree] if doctree is not None else []
    while remaining:
        node = remaining.pop()
        if isinstance(node, nodes.Element) and "pn-grid" not in node["classes"]:
            found.update(name for name in node["classes"] if name.startswith("sd-"))
            remaining += node.children
    return found
