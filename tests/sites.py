"""Sites that tests build, and what builds leave."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lxml.html
from sphinx.testing.util import SphinxTestApp

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
ROOTS = TESTS / "roots"
# Whether random tests are to go on for long: `make soak` runs those with the marker `soak`.
SOAK = bool(os.environ.get("SOAK"))
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Build:
    """What a build left: its messages, its output and which pages it wrote.

    ``written`` are those of documents, ``made`` those that the extension makes beside them.
    """

    messages: list[str]
    outdir: Path
    written: set[str]
    made: set[str] = field(default_factory=set)

    def read(self, name: str) -> str:
        """Return the text of an output file."""
        return (self.outdir / name).read_text(encoding="utf-8")

    def page(self, docname: str) -> lxml.html.HtmlElement:
        """Return the page of a document as a browser would take it apart."""
        return parse(self.outdir / f"{docname}.html")


def parse(path: Path) -> lxml.html.HtmlElement:
    """Return an HTML file as a tree."""
    return lxml.html.document_fromstring(path.read_text(encoding="utf-8"))


def text(element: lxml.html.HtmlElement) -> str:
    """Return the text of an element with white space folded."""
    return " ".join(element.text_content().split())


class Site:
    """A site in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file of the site."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace *old*, which must be there, in a file of the site."""
        before = (self.folder / name).read_text(encoding="utf-8")
        assert old in before
        self.write(name, before.replace(old, new))

    def remove(self, name: str) -> None:
        """Delete a file of the site."""
        (self.folder / name).unlink()

    def build(self, builder: str = "html", *names: str, **options: Any) -> Build:
        """Build the site, on top of what an earlier build left; only the files *names*, if any."""
        out = self.folder / "_build" / builder
        before = _stamps(out)
        # Stamps of files can be as coarse as the clock's ticks.
        time.sleep(0.02)
        app = SphinxTestApp(builder, srcdir=self.folder, **options)
        try:
            app.build(filenames=[self.folder / name for name in names])
            messages = ANSI.sub("", app.warning.getvalue()).splitlines()
            found = set(app.env.found_docs)
        finally:
            app.cleanup()
        after = _stamps(out)
        written = {name for name in after if after[name] != before.get(name)}
        made = written - found - {"search", "genindex"}
        return Build([line for line in messages if line], out, written & found, made)

    def clean(self) -> None:
        """Remove everything that was built."""
        shutil.rmtree(self.folder / "_build")


def _stamps(out: Path) -> dict[str, int]:
    return {
        path.relative_to(out).with_suffix("").as_posix(): path.stat().st_mtime_ns
        for path in out.rglob("*.html")
    }
