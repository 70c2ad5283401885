"""Sphinx's template loader, with the file and line of a template in its errors."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.jinja2glue import BuiltinTemplateLoader


class TemplateFaultError(SphinxError):
    """A template that cannot be parsed, or that fails on a page."""

    category = "Template error"


class Templates(BuiltinTemplateLoader):
    """Sphinx's template loader; Sphinx reports the message of an error, but not its place."""

    def render(self, template: str, context: dict[str, object]) -> str:  # type: ignore[override]
        """Render a template; raise TemplateFaultError with its file and line if that fails."""
        with _located_errors():
            return super().render(template, context)

    def render_string(self, template: str, context: dict[str, object]) -> str:
        """Render the text of a template; raise TemplateFaultError as :meth:`render` does."""
        with _located_errors():
            return super().render_string(template, context)


@contextlib.contextmanager
def _located_errors() -> Iterator[None]:
    """Raise TemplateFaultError, with file and line, for an exception that arose in a template."""
    try:
        yield
    except Exception as error:
        if place := _place(error):
            raise TemplateFaultError(f"{place}: {error}; correct the template") from error
        raise


def _place(error: Exception) -> str:
    """Return ``file:line`` of the template in which *error* arose, or an empty string."""
    places: list[tuple[str | None, int | None]]
    if isinstance(error, TemplateSyntaxError):
        places = [(error.filename, error.lineno)]
    else:
        # Jinja adds a frame for each template to the traceback.
        frames = traceback.extract_tb(error.__traceback__)
        places = [(frame.filename, frame.lineno) for frame in reversed(frames)]
    for file, line in places:
        if file and not file.endswith(".py") and Path(file).is_file():
            return f"{Path(os.path.relpath(file)).as_posix()}:{line}"
    return ""


def configure_templates(app: Sphinx, config: Config) -> None:
    """Use this loader unless ``template_bridge`` names another, and parse the author's templates.

    A template that cannot be parsed raises TemplateFaultError before the build begins, so that the
    pages and the cache of the last build stay usable.
    """
    if config.template_bridge:
        return
    config.template_bridge = f"{__name__}.{Templates.__name__}"
    syntax = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for folder in config.templates_path:
        for path in sorted(Path(app.confdir, folder).rglob("*.html")):
            source = path.read_text(encoding="utf-8", errors="replace")
            with _located_errors():
                syntax.parse(source, path.name, str(path))
