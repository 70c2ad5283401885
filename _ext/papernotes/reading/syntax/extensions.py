"""The syntax of Markdown that notes are written in, which MyST's parser has off by default."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from sphinx.application import Sphinx
from sphinx.config import Config

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reading.syntax.comments import comment_plugin
from papernotes.reporting import warn
from papernotes.settings import is_set

# ``:::{papers}``, amsmath's environments, and formulas between dollar signs.
SYNTAX = frozenset({"amsmath", "colon_fence", "dollarmath"})
# MyST would read "$10, and then $20" as a formula, and $$x$$ in a paragraph as text. These are the
# rules of Pandoc.
DOLLARS = {
    "myst_dmath_allow_digits": False,
    "myst_dmath_allow_space": False,
    "myst_dmath_double_inline": True,
}
# An amount of money, by what follows it: a word, the end of a sentence, or a closing bracket.
_AMOUNT = re.compile(
    r"\$\d[\d.,]*(?:[kKMB]|bn)?"
    r"(?=,?\s+[A-Za-z]{2}|(?<=[.])\s+[A-Za-z]|[;:]\s+[A-Za-z]|[)\]\u201d\"])"
)
# Whether markdown-it's environment has seen the beginning of the text.
_TITLED = "papernotes_titled"
# Links to headings of other notes need anchors.
OBSIDIAN = {"myst_heading_anchors": 6}


def enable(app: Sphinx, config: Config) -> None:
    """Turn on the syntax of notes, beside what ``myst_enable_extensions`` turns on.

    Without it, a page would show the source of lists and formulas, and nothing would say why.
    """
    _replace_refused(config)
    obsidian = config.papernotes_obsidian is True
    given = config.myst_enable_extensions
    config.myst_enable_extensions = {*given, *SYNTAX, *(["tasklist"] if obsidian else [])}
    for name, value in (DOLLARS | (OBSIDIAN if obsidian else {})).items():
        if not is_set(config, name):
            config[name] = value


def _replace_refused(config: Config) -> None:
    """Replace settings that MyST refuses, since for one of them it would ignore all."""
    for name, default, _ in MdParserConfig().as_triple():
        setting = f"myst_{name}"
        if not is_set(config, setting) or not (fault := _refusal(name, config[setting])):
            continue
        given, accepted = config[setting], default
        if name == "enable_extensions":
            accepted = []
            fault = "it is not a list of names"
            if isinstance(given, list | tuple | set | frozenset):
                accepted = [each for each in given if not _refusal(name, [each])]
                unknown = [repr(each) for each in given if each not in accepted]
                fault = f"MyST does not know {', '.join(unknown)}"
        config[setting] = accepted
        message = f"{setting} = {given!r} is invalid: {fault}; correct it, until then it is"
        message += f" {accepted!r}"
        warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))


def _refusal(name: str, value: Any) -> str:
    """Return why MyST's setting *name* cannot have *value*, or the empty string if it can."""
    if name in {"commonmark_only", "gfm_only"} and value:
        return "notes use more than that"
    try:
        MdParserConfig(**{name: value})
    except (TypeError, ValueError) as error:
        return str(error)
    return ""


def parser_of(settings: Mapping[str, Any]) -> MarkdownIt:
    """Return a parser with the syntax of a site whose conf.py has these *settings*."""
    names = {field.name for field in dataclasses.fields(MdParserConfig)}
    given = {name: value for name, value in settings.items() if name.startswith("myst_")}
    values = {name.removeprefix("myst_"): value for name, value in (DOLLARS | given).items()}
    extensions = values.get("enable_extensions", ())
    if settings.get("papernotes_obsidian"):
        extensions = {*extensions, "tasklist"}
    values["enable_extensions"] = {*extensions, *SYNTAX}
    try:
        config = MdParserConfig(**{name: values[name] for name in names & values.keys()})
    except (TypeError, ValueError):
        # The build reports it.
        config = MdParserConfig(enable_extensions=set(SYNTAX))
    return create_md_parser(config, RendererHTML).use(comment_plugin)


def money_plugin(md: MarkdownIt) -> None:
    """Have *md* read a dollar sign before an amount and a word as text, not as mathematics."""

    def amount(state: StateInline, silent: bool) -> bool:
        match = _AMOUNT.match(state.src, state.pos)
        if match is None:
            return False
        if not silent:
            state.pending += match[0]
        state.pos = match.end()
        return True

    md.inline.ruler.before("math_inline", "papernotes_money", amount)


def title_plugin(md: MarkdownIt, report: Callable[[int, int], str]) -> None:
    """Have *md* begin a text whose first heading is that of a section with another heading.

    *report* takes the line and the level of the first heading, and returns the other one.
    """

    def begin(state: StateCore) -> None:
        tokens = state.tokens
        first = next(
            (each for each in tokens if each.type == "heading_open" and not each.level), None
        )
        if state.env.setdefault(_TITLED, False) or first is None or first.tag == "h1":
            state.env[_TITLED] = True
            return
        state.env[_TITLED] = True
        line = first.map[0] if first.map else 0
        title = report(line + 1, int(first.tag[1]))
        shown = Token("inline", "", 0, content=title, map=[line, line + 1], level=1)
        shown.children = [Token("text", "", 0, content=title)]
        start = int(bool(tokens) and tokens[0].type in ("front_matter", "nb_initialise"))
        tokens[start:start] = [
            Token("heading_open", "h1", 1, map=[line, line + 1], markup="#", block=True),
            shown,
            Token("heading_close", "h1", -1, markup="#", block=True),
        ]

    # When the text of other headings has been parsed.
    md.core.ruler.after("inline", "papernotes_title", begin)
