"""Sites that tests write, edit and build, and the results of their builds."""

from __future__ import annotations

import base64
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lxml.html
from sphinx.config import Config
from sphinx.testing.util import SphinxTestApp

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
ROOTS = TESTS / "roots"
# A site with the theme, its options, and every kind of page.
NOTEBOOK = ROOTS / "notebook"
THEME = PROJECT / "_ext/papernotes/theme/marginalia"
# Whether to run random tests for long: `make soak` sets it, and runs tests with the marker `soak`.
SOAK = bool(os.environ.get("SOAK"))
# A picture of one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Build:
    """The result of a build: its messages, its output folder and the pages that it wrote.

    ``written`` has the documents, ``made`` the pages that the extension adds to them.
    """

    messages: list[str]
    outdir: Path
    written: set[str]
    made: set[str] = field(default_factory=set)

    def read(self, name: str) -> str:
        """Return the text of an output file."""
        return (self.outdir / name).read_text(encoding="utf-8")

    def page(self, docname: str) -> lxml.html.HtmlElement:
        """Return the parsed page of a document."""
        return parse(self.outdir / f"{docname}.html")


def parse(path: Path) -> lxml.html.HtmlElement:
    """Parse an HTML file."""
    return lxml.html.document_fromstring(path.read_text(encoding="utf-8"))


def text(element: lxml.html.HtmlElement) -> str:
    """Return the text of an element, with each run of white space as one space."""
    return " ".join(element.text_content().split())


class Site:
    """A site in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file of the site."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace *old*, which must occur, in a file of the site."""
        before = (self.folder / name).read_text(encoding="utf-8")
        assert old in before
        self.write(name, before.replace(old, new))

    def remove(self, name: str) -> None:
        """Delete a file of the site."""
        (self.folder / name).unlink()

    def build(self, builder: str = "html", *names: str, **options: Any) -> Build:
        """Build the site incrementally; with *names*, write only these files.

        *options* are passed to Sphinx's application.
        """
        out = self.folder / "_build" / builder
        before = _stamps(out)
        if before:
            # Modification times can be as coarse as the clock's ticks.
            time.sleep(0.02)
        app = application(builder, self.folder, **options)
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
        """Delete the output of all builds, and their caches."""
        shutil.rmtree(self.folder / "_build")


# The code of the templates of all builds in this process, by source, name and file.
COMPILED_TEMPLATES: dict[tuple[Any, ...], Any] = {}


def application(builder: str, source: Path, **options: Any) -> SphinxTestApp:
    """Return Sphinx for the site in *source*, which compiles a template once in this process.

    Compiling the templates of a theme takes a quarter of the build of a small site.
    """
    # Other themes append their folders to the default of Sphinx, which all sites of this process
    # would then have: a build parses the templates of the author.
    Config.config_values["templates_path"].default.clear()
    app = SphinxTestApp(builder, srcdir=source, **options)
    if templates := getattr(app.builder, "templates", None):
        compile_template = templates.environment.compile

        def compiled(*template: Any) -> Any:
            if template not in COMPILED_TEMPLATES:
                COMPILED_TEMPLATES[template] = compile_template(*template)
            return COMPILED_TEMPLATES[template]

        templates.environment.compile = compiled
    return app


def build_strictly(source: Path, folder: Path) -> Build:
    """Build the site in *source* into *folder*, with warnings as errors like ``make html``."""
    app = application("html", source, builddir=folder, warningiserror=True)
    try:
        app.build()
        messages = app.warning.getvalue().splitlines()
        found = set(app.env.found_docs)
        status = app.statuscode
    finally:
        app.cleanup()
    assert (messages, status) == ([], 0)
    return Build(messages, folder / "html", found)


def _stamps(out: Path) -> dict[str, int]:
    return {
        path.relative_to(out).with_suffix("").as_posix(): path.stat().st_mtime_ns
        for path in out.rglob("*.html")
    }
