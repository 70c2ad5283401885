"""Templates as Sphinx has them, that say where they are wrong."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.jinja2glue import BuiltinTemplateLoader


class TemplateFaultError(SphinxError):
    """A template that cannot be read, or that fails on a page."""

    category = "Template error"


class Templates(BuiltinTemplateLoader):
    """Sphinx's own templates; of an exception Sphinx tells what it says, and not where it arose."""

    def render(self, template: str, context: dict[str, object]) -> str:  # type: ignore[override]
        """Return a template with *context* in it; raise TemplateFaultError, with file and line."""
        return _placed(lambda: super(Templates, self).render(template, context))

    def render_string(self, template: str, context: dict[str, object]) -> str:
        """Return the text of a template with *context* in it, as :meth:`render` does."""
        return _placed(lambda: super(Templates, self).render_string(template, context))


def _placed(render: Callable[[], str]) -> str:
    try:
        return render()
    except Exception as error:
        if place := _place(error):
            raise TemplateFaultError(f"{place}: {error}; correct the template") from error
        raise


def _place(error: Exception) -> str:
    """Return file and line of the template in which *error* arose, if it was in one."""
    found: list[tuple[str | None, int | None]]
    if isinstance(error, TemplateSyntaxError):
        found = [(error.filename, error.lineno)]
    else:
        # Jinja puts its templates among the frames.
        frames = traceback.extract_tb(error.__traceback__)
        found = [(frame.filename, frame.lineno) for frame in reversed(frames)]
    for file, line in found:
        if file and not file.endswith(".py") and Path(file).is_file():
            return f"{Path(os.path.relpath(file)).as_posix()}:{line}"
    return ""


def configure_templates(app: Sphinx, config: Config) -> None:
    """Have these templates used where the author has not chosen others.

    One of the author's that cannot be read is told before a build has begun: what the last one has
    left stays, to be read and to be built upon.
    """
    if config.template_bridge:
        return
    config.template_bridge = f"{__name__}.{Templates.__name__}"
    syntax = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for folder in config.templates_path:
        for path in sorted(Path(app.confdir, folder).rglob("*.html")):
            source = path.read_text(encoding="utf-8", errors="replace")
            _placed(lambda: str(syntax.parse(source, path.name, str(path))))  # noqa: B023
