"""Write new notes from the site's template ``note.md``, or from the built-in one."""

from __future__ import annotations

import datetime
import re

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

_MARKS = {"emphasis": "*", "strong": "**"}
# A formula in which nothing is markup, even if dollar signs should not do because of what follows.
_PLAIN_TEX = re.compile(r"[^$<`]*[^$<`\\]")


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
        "authors": _one_line(flatten(formatting.byline(paper))),
        "year": _one_line(formatting.year(paper)),
        "venue": _one_line(flatten(formatting.short_venue(paper))),
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
    """Return *spans* as a line of MyST Markdown."""
    return _one_line(_inline(spans))


def _inline(spans: tuple[Span, ...]) -> str:
    return "".join(map(_markdown, spans))


def _one_line(text: str) -> str:
    """Return *text* without ends of lines, behind which a template would go on otherwise."""
    return " ".join(filter(None, map(str.strip, text.splitlines())))


def _markdown(span: Span) -> str:
    match span.kind:
        case "text":
            return escaping.markdown(span.text)
        case "math":
            tex = span.text.strip()
            return f"${tex}$" if _PLAIN_TEX.fullmatch(tex) else _role("math", tex)
        case "code":
            return _role("", flatten(span.children))
        case "sub" | "sup":
            return _role(span.kind, flatten(span.children))
        case "link":
            # The title itself links to the paper, and links do not nest.
            return _inline(span.children)
        case _:
            mark = _MARKS[span.kind]
            return f"{mark}{_inline(span.children)}{mark}"


def _role(name: str, text: str) -> str:
    """Return *text* in the role *name*, or as code without one; nothing in it ends it."""
    if not text.strip():
        return text
    return f"{{{name}}}{escaping.code(text)}" if name else escaping.code(text)
