"""Report pictures, pages and other files that documents name and that do not exist or are withheld.

Sphinx and MyST would report a missing file too, once for each page that shows the place, some of
them without a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from papernotes import pictures
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.files import OUTSIDE, fault, find, is_path, path_of
from papernotes.nodes import replace_picture
from papernotes.reading.record import line_of
from papernotes.reading.withheld import is_withheld
from papernotes.reporting import note_problem

# Directives whose argument is the name of a file that they include.
INCLUDING = frozenset({"include", "literalinclude"})
# Those that read the file without a class of ours: MyST's own, and those of other extensions.
READING = frozenset({"graphviz", "include", "mermaid", "uml"})
# Directives whose argument is the name of a picture.
SHOWING = frozenset({"figure", "image"})


class ReplaceMissing(SphinxTransform):
    """Replace what names a missing file by its text, and report it once.

    The document depends on the file, so that it is read again when the file is there.
    """

    # After parsing, and before Sphinx collects pictures.
    default_priority = 8

    def apply(self, **kwargs: Any) -> None:
        """Replace the nodes."""
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, nodes.image):
                self.picture(node)
            elif isinstance(node, addnodes.download_reference):
                if "://" not in node["reftarget"] and self.is_unusable(node, node["reftarget"]):
                    node.replace_self(node.children)
            elif (
                isinstance(node, addnodes.pending_xref)
                and node.get("reftype") == "myst"
                and node.get("refdomain") is None
                and is_path(node["reftarget"])
                and self.is_missing(node, node["reftarget"])
            ) or (
                isinstance(node, addnodes.pending_xref)
                and (node.get("refdomain"), node.get("reftype")) == ("doc", "myst")
                and node["reftarget"] not in self.env.found_docs
                and self.is_withheld(node, (f"{node['reftarget']}{end}" for end in self.suffixes))
            ):
                _replace_by_text(node)

    def picture(self, node: nodes.image) -> None:
        """Correct the name of a picture, or put its description in its place."""
        target = node["uri"]
        if OUTSIDE.match(target) or not target:
            try:
                urlsplit(target)
            except ValueError:
                # Such as http://[x]/, for which docutils would look up its type.
                message = f'"{target}" is no address; correct it, until then its description'
                message += " stands there"
                problem = Diagnostic(self.home, line_of(node), message, DiagnosticKind.BAD_LINK)
                note_problem(self.env, problem)
                replace_picture(node, node.get("alt") or target, "pn-missing")
            return
        if self.is_unusable(node, target):
            replace_picture(node, node.get("alt") or unquote(target), "pn-missing")
            return
        name = find(self.root, self.home, target)
        if message := pictures.fault(self.root / name):
            problem = Diagnostic(self.home, line_of(node), message, DiagnosticKind.PICTURE_PLACE)
            note_problem(self.env, problem)
        if not name.endswith(target.lstrip("./")):
            node["uri"] = unquote(target)

    @property
    def root(self) -> Path:
        return Path(self.env.srcdir)

    @property
    def home(self) -> str:
        return self.env.doc2path(self.env.docname, base=False).as_posix()

    def is_missing(self, node: nodes.Element, target: str) -> bool:
        """Return whether *target* is missing, and report it if so."""
        message = fault(self.root, self.home, target)
        if message:
            report(self.env, target, line_of(node), message)
        return bool(message)

    def is_unusable(self, node: nodes.Element, target: str) -> bool:
        """Return whether *target* is missing, or no page may show it; report it if so."""
        if self.is_missing(node, target):
            return True
        name = find(self.root, self.home, target)
        return self.is_withheld(node, self.root.glob(name) if name.endswith(".*") else [name])

    def is_withheld(self, node: nodes.Element, names: Iterable[str | Path]) -> bool:
        """Return whether no page may show one of the files *names*, and report it if so."""
        source = str(self.root / self.home)
        files = (self.root / name for name in names)
        return any(is_withheld(self.env, file, source, line_of(node)) for file in files)

    @property
    def suffixes(self) -> Iterable[str]:
        suffixes: dict[str, str] = self.config.source_suffix
        return suffixes


def _replace_by_text(node: nodes.Element) -> None:
    """Put the text of a link in its place, or what it names."""
    shown = node.children if node.astext() else [nodes.literal("", node["reftarget"])]
    node.replace_self(shown)


def report(env: Any, target: str, line: int, message: str) -> None:
    """Report a missing file, and have the document read again when it is there."""
    home = env.doc2path(env.docname, base=False).as_posix()
    env.note_dependency(path_of(home, unquote(target.partition("#")[0])))
    note_problem(env, Diagnostic(home, line, message, DiagnosticKind.MISSING_FILE))
