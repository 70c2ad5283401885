"""Write new notes from the site's template ``note.md``, or from the built-in one."""

from __future__ import annotations

import datetime

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    select_autoescape,
)

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import Span, flatten
from papernotes.cli.errors import CommandError
from papernotes.cli.scaffold import escaping
from papernotes.cli.site import Site
from papernotes.core.model import Paper

NAME = "note.md"
VARIABLES = {
    "key": "the citation key",
    "title": "the title, as Markdown",
    "authors": "the names of the authors",
    "year": "the year, or `n.d.` if the entry has none",
    "venue": "where the paper appeared",
    "url": "the address that the note's title links to",
    "today": "today's date, `YYYY-MM-DD`",
    "fields": "your own fields, those of `papernotes_fields`, each with `name`, `label`, `kind`"
    " and `choices`",
}

_MARKS = {"emphasis": "*", "strong": "**", "code": "`"}


def render(site: Site, paper: Paper, today: datetime.date) -> str:
    """Return the text of a new note on *paper*; raise a CommandError if the template fails."""
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(site.templates()), PackageLoader("papernotes.cli", "templates")]
        ),
        # Values are escaped in HTML templates, but not in this one, which is Markdown.
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    values = {
        "key": paper.key,
        "title": markdown(formatting.title(paper)),
        "authors": flatten(formatting.byline(paper)),
        "year": formatting.year(paper),
        "venue": flatten(formatting.short_venue(paper)),
        "url": formatting.target(paper),
        "today": today.isoformat(),
        "fields": list(site.fields.values()),
    }
    try:
        return environment.get_template(NAME).render(values)
    except TemplateError as error:
        line = f":{error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        raise CommandError(
            f"the template {NAME}{line} cannot be rendered: {error.message}; correct it"
        ) from error


def markdown(spans: tuple[Span, ...]) -> str:
    """Return *spans* as MyST Markdown."""
    return "".join(_markdown(span) for span in spans)


def _markdown(span: Span) -> str:
    match span.kind:
        case "text":
            return escaping.markdown(span.text)
        case "math":
            return f"${span.text}$"
        case "code":
            return f"`{flatten(span.children)}`"
        case "sub" | "sup":
            return f"{{{span.kind}}}`{flatten(span.children)}`"
        case "link":
            # The title itself links to the paper, and links do not nest.
            return markdown(span.children)
        case _:
            mark = _MARKS[span.kind]
            return f"{mark}{markdown(span.children)}{mark}"
