"""Parse a note's front matter into values and diagnostics.

The YAML is composed, not constructed: values are taken from its nodes one by one. So each fault
has its own line, an invalid date does not affect the other fields, no YAML tag creates an object,
and no alias exhausts the memory.
"""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import yaml

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.drafts import says_draft
from papernotes.core.fields import MYST_KEYS, Field, read_value
from papernotes.core.files import OUTSIDE
from papernotes.core.frontmatter_yaml import (
    BOOL_TAG,
    NULL_TAG,
    STRING_TAG,
    Pair,
    Problems,
    compose_mapping,
    count_values,
    find_extent,
    page_name,
    read_key,
    rest_of,
    text_line,
)
from papernotes.core.limits import MAX_FIELDS, MAX_TAGS
from papernotes.core.model import FieldValue, FormerName
from papernotes.core.text import FORBIDDEN_CHARACTER, REPLACEMENT, is_visible

FIELDS = {
    "paper": "required: the citation key of the paper that the note is on, or a list of keys for a"
    " note on several papers, the main one first",
    "tags": "a list of tags, spelt as they are to be shown",
    "read": "the day on which the paper was read, `YYYY-MM-DD`",
    "draft": "`true` for a note that is read and checked, but not published",
    "summary": "MyST text for the card, instead of the paragraphs before the first section",
    "deck": "MyST text of one sentence, which stands below the title and describes the page",
    "lang": "the language of the note as a tag, such as `zh-Hant`, where its letters do not tell"
    " it, as those of Chinese, Japanese, Korean, Arabic, Persian and Hebrew do",
    "picture": "the file of the picture on the card, instead of the first figure; `false` for none",
    "main": "`true` makes this the note that a link by key leads to, where a paper has several",
    "retraction": "`acknowledged` in a note on a retracted paper that takes the retraction into"
    " account; `papernotes check` asks for it",
    "redirect_from": "a list of former names of the note's page, such as `papers/old-name`; each"
    " redirects to the note",
}

# The language, and what tells its script, its region or its variety: BCP 47.
LANGUAGE_TAG = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
# The value of ``retraction``.
ACKNOWLEDGED = "acknowledged"
# Far more than any front matter that people write.
MAX_VALUES = 10_000


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The values of a note's front matter.

    ``papers`` holds the keys of the papers with their lines; it is empty where ``paper`` is missing
    or invalid. ``draft`` says whether nothing of the note may be published. ``summary`` is MyST
    text, and ``summary_line`` the line on which it begins. ``picture`` is the name of a file, empty
    for no picture, and None where the note does not say. ``fields`` are the values of the author's
    own fields, ``markdown`` has the text of the deck and of those of this kind with its line, and
    ``unknown`` has the keys that nothing reads, with their lines. ``rest`` is the whole text of the
    note, with blank lines in place of the fields read here, so that every line keeps its number.
    """

    papers: dict[str, int]
    tags: tuple[str, ...]
    tags_line: int
    read: datetime.date | None
    read_line: int
    draft: bool
    summary: str
    summary_line: int
    picture: str | None
    picture_line: int
    former_names: tuple[FormerName, ...]
    main: bool
    fields: tuple[FieldValue, ...]
    markdown: dict[str, tuple[str, int]]
    unknown: dict[str, int]
    rest: str
    language: str = ""
    acknowledges_retraction: bool = False


def parse(
    text: str, path: str, own: Mapping[str, Field] = MappingProxyType({})
) -> tuple[FrontMatter, list[Diagnostic]]:
    """Parse the front matter of the note *text*.

    *path* names the file in the diagnostics; *own* are the author's own fields. A missing or
    invalid field gets its default value, and a diagnostic where that is a fault. No exception is
    raised.
    """
    problems = Problems(path)
    lines = text.split("\n")
    extent = find_extent(lines, FIELDS, problems)
    is_read = bool(extent.end) or not problems
    told = len(problems)
    mapping = compose_mapping(lines, extent, problems)
    is_whole = len(problems) == told
    unknown: dict[str, int] = {}
    fields, others = _split_fields(mapping, own, unknown, problems)
    rest = rest_of(lines, extent, mapping, others, is_whole=is_whole)
    # What could not be read may hold the keys of the papers.
    asks = (is_whole and is_read) or "paper" in fields
    summary, summary_line = _read_text(fields, "summary", DiagnosticKind.BAD_SUMMARY, problems)
    deck = _read_text(fields, "deck", DiagnosticKind.BAD_DECK, problems)
    front = FrontMatter(
        papers=_read_papers(fields, problems) if asks else {},
        tags=_read_tags(fields, problems),
        tags_line=_get(fields, "tags")[0],
        read=_read_date(fields, problems),
        read_line=_get(fields, "read")[0],
        draft=_read_draft(fields, problems) or says_draft(lines),
        summary=summary,
        summary_line=summary_line,
        picture=_read_picture(fields, problems),
        picture_line=_get(fields, "picture")[0],
        former_names=_read_former_names(fields, problems),
        main=_read_flag(fields, "main", DiagnosticKind.BAD_MAIN, problems),
        fields=tuple(_read_own_fields(fields, own, problems)),
        markdown=({"deck": deck} if deck[0] else {})
        | {
            name: (node.value, text_line(node))
            for name, field in own.items()
            if field.kind == "markdown"
            and isinstance(node := _get(fields, name)[1], yaml.ScalarNode)
        },
        unknown=unknown,
        rest=rest,
        language=_read_language(fields, problems),
        acknowledges_retraction=_read_retraction(fields, problems),
    )
    return front, sorted(problems)


def is_draft(text: str) -> bool:
    """Return whether the Markdown *text* says in its front matter that it is a draft.

    In doubt it is one: front matter that is not valid may still say so.
    """
    return "draft" in text.casefold() and parse(text, "")[0].draft


_Fields = dict[str, tuple[int, yaml.Node]]


def _split_fields(
    mapping: yaml.MappingNode | None,
    own: Mapping[str, Field],
    unknown: dict[str, int],
    problems: Problems,
) -> tuple[_Fields, list[Pair]]:
    """Return the extension's and the author's *own* fields, and the other ones, for MyST.

    Keys that MyST does not read either go to *unknown*.
    """
    fields: _Fields = {}
    others: list[Pair] = []
    sizes: dict[int, int] = {}
    too_many = False
    for key, value in mapping.value if mapping else ():
        line = key.start_mark.line
        if isinstance(key, yaml.ScalarNode) and (key.value in FIELDS or key.value in own):
            if key.value in fields:
                problems.add(
                    line + 1,
                    DiagnosticKind.FRONT_MATTER,
                    f'"{key.value}" occurs twice in the front matter, the last one counts; delete'
                    " one of them",
                )
            fields[key.value] = (line + 1, value)
            _replace_escaped(value, problems)
            continue
        if count_values(value, sizes) > MAX_VALUES:
            problems.add(
                line + 1,
                DiagnosticKind.FRONT_MATTER,
                f'"{key.value}" expands to more than {MAX_VALUES} values through aliases, and is'
                " left out; write its values out, or delete it",
            )
            continue
        if len(others) == MAX_FIELDS:
            if not too_many:
                problems.add(
                    line + 1,
                    DiagnosticKind.FRONT_MATTER,
                    f"the front matter has more than {MAX_FIELDS:,} fields that are not this"
                    " project's; delete some, until then those from here on are left out",
                )
            too_many = True
            continue
        others.append((key, value))
        if isinstance(key, yaml.ScalarNode):
            # Keys such as "domain" resemble "main", and are no misspelling of it.
            names = [*(name for name in FIELDS if name != "main"), *own]
            near = difflib.get_close_matches(key.value.lower(), names, n=1, cutoff=0.75)
            if not near and key.value not in MYST_KEYS:
                unknown[key.value] = line + 1
            if near:
                problems.add(
                    line + 1,
                    DiagnosticKind.UNKNOWN_FIELD,
                    f'unknown front-matter key "{key.value}"; did you mean "{near[0]}"?',
                )
    return fields, others


def _replace_escaped(value: yaml.Node, problems: Problems) -> None:
    """Replace forbidden characters, which YAML allows as escapes, and report them."""
    for node in [value, *(value.value if isinstance(value, yaml.SequenceNode) else [])]:
        if isinstance(node, yaml.ScalarNode) and (found := FORBIDDEN_CHARACTER.search(node.value)):
            problems.add(
                node.start_mark.line + 1,
                DiagnosticKind.CONTROL_CHARACTER,
                f"this value escapes the character U+{ord(found[0]):04X}; delete it",
            )
            node.value = FORBIDDEN_CHARACTER.sub(REPLACEMENT, node.value)


def _get(fields: _Fields, name: str) -> tuple[int, yaml.Node | None]:
    line, node = fields.get(name, (1, None))
    if node is not None and node.tag == NULL_TAG:
        return line, None
    return line, node


def _read_papers(fields: _Fields, problems: Problems) -> dict[str, int]:
    line, node = _get(fields, "paper")
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value.strip()):
        items: list[yaml.Node] = []
    else:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not items:
        problems.add(
            line,
            DiagnosticKind.MISSING_PAPER,
            'the note does not name its paper; add "paper: " and the citation key to its front'
            " matter",
        )
    papers: dict[str, int] = {}
    for item in items:
        # A key alone belongs to the line of its field.
        line = line if item is node else item.start_mark.line + 1
        key, fault = read_key(item)
        if key in papers:
            fault = f'"paper" names "{key}" twice; delete it here'
        elif key:
            papers[key] = line
        if fault:
            problems.add(line, DiagnosticKind.BAD_PAPER, fault)
    return papers


def _read_tags(fields: _Fields, problems: Problems) -> tuple[str, ...]:
    line, node = _get(fields, "tags")
    if node is None:
        return ()
    if not isinstance(node, yaml.SequenceNode):
        text = node.value if isinstance(node, yaml.ScalarNode) else "first, second"
        problems.add(line, DiagnosticKind.BAD_TAGS, f'"tags" is not a list; write "tags: [{text}]"')
        return ()
    tags: dict[str, None] = {}
    for item in node.value:
        text = item.value.strip() if isinstance(item, yaml.ScalarNode) else ""
        # Systems differ in how they encode a letter with an accent; it is the same tag.
        text = unicodedata.normalize("NFC", text)
        if item.tag == STRING_TAG and is_visible(text):
            tags[text] = None
            if len(tags) <= MAX_TAGS:
                continue
            message = f"a note has at most {MAX_TAGS} tags; this one and later ones are left out"
            problems.add(item.start_mark.line + 1, DiagnosticKind.BAD_TAGS, message)
            return tuple(tags)[:MAX_TAGS]
        problems.add(
            item.start_mark.line + 1,
            DiagnosticKind.BAD_TAGS,
            f'the tag {text} is not a string; put it in quotes: "{text}"'
            if is_visible(text)
            else "a tag is empty, a list or a mapping; write a word or delete it",
        )
    return tuple(tags)


def _read_draft(fields: _Fields, problems: Problems) -> bool:
    line, node = _get(fields, "draft")
    if node is None:
        return False
    if isinstance(node, yaml.ScalarNode) and node.tag == BOOL_TAG:
        return yaml.SafeLoader.bool_values[node.value.lower()]
    problems.add(
        line,
        DiagnosticKind.BAD_DRAFT,
        '"draft" is neither true nor false; write one of them, until then the note is a draft',
    )
    return True


def _read_former_names(fields: _Fields, problems: Problems) -> tuple[FormerName, ...]:
    line, node = _get(fields, "redirect_from")
    if node is None:
        return ()
    if not isinstance(node, yaml.SequenceNode):
        text = node.value if isinstance(node, yaml.ScalarNode) else "papers/old-name"
        problems.add(
            line,
            DiagnosticKind.BAD_REDIRECT,
            f'"redirect_from" is not a list; write "redirect_from: [{text}]"',
        )
        return ()
    names: dict[str, FormerName] = {}
    for item in node.value:
        text = item.value if isinstance(item, yaml.ScalarNode) else ""
        if name := page_name(text):
            names[name] = FormerName(name, item.start_mark.line + 1)
            continue
        problems.add(
            item.start_mark.line + 1,
            DiagnosticKind.BAD_REDIRECT,
            f'"redirect_from" contains "{text}", which is not a page name; write the former name of'
            ' the page, relative to the root of the site, such as "papers/old-name"',
        )
    return tuple(names.values())


def _read_date(fields: _Fields, problems: Problems) -> datetime.date | None:
    line, node = _get(fields, "read")
    if node is None:
        return None
    text = node.value.strip() if isinstance(node, yaml.ScalarNode) else ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            pass
    found = f': "{text}"' if text else ""
    problems.add(
        line,
        DiagnosticKind.BAD_READ,
        f'"read" is not a date{found}; write it as YYYY-MM-DD, such as 2020-08-31',
    )
    return None


def _read_own_fields(
    fields: _Fields, own: Mapping[str, Field], problems: Problems
) -> Iterator[FieldValue]:
    for name, field in own.items():
        line, node = _get(fields, name)
        if node is None:
            continue
        value = read_value(field, node)
        if isinstance(value, FieldValue):
            if value.texts:
                yield value
        else:
            problems.add(line, DiagnosticKind.BAD_FIELD, f'"{name}" {value}')


def _read_flag(fields: _Fields, name: str, kind: DiagnosticKind, problems: Problems) -> bool:
    line, node = _get(fields, name)
    if node is None:
        return False
    if isinstance(node, yaml.ScalarNode) and node.tag == BOOL_TAG:
        return bool(node.value.lower() in ("true", "yes", "on"))
    problems.add(line, kind, f'"{name}" is not true or false; write one of these, without quotes')
    return False


def _read_language(fields: _Fields, problems: Problems) -> str:
    line, node = _get(fields, "lang")
    if node is None:
        return ""
    # To YAML, the tag of Norwegian is false.
    text = node.value.strip() if isinstance(node, yaml.ScalarNode) else ""
    if re.fullmatch(LANGUAGE_TAG, text):
        return text
    problems.add(
        line,
        DiagnosticKind.BAD_LANG,
        f'"lang" is not the tag of a language: "{text}"; write one such as en, zh-Hant or ar',
    )
    return ""


def _read_retraction(fields: _Fields, problems: Problems) -> bool:
    line, node = _get(fields, "retraction")
    if node is None:
        return False
    if isinstance(node, yaml.ScalarNode) and node.value.strip() == ACKNOWLEDGED:
        return True
    problems.add(
        line,
        DiagnosticKind.BAD_RETRACTION,
        f'"retraction" is not "{ACKNOWLEDGED}"; write that, once the note takes the retraction into'
        " account, or delete it",
    )
    return False


def _read_text(
    fields: _Fields, name: str, kind: DiagnosticKind, problems: Problems
) -> tuple[str, int]:
    line, node = _get(fields, name)
    if node is None:
        return "", line
    if not isinstance(node, yaml.ScalarNode) or node.tag != STRING_TAG:
        problems.add(
            line,
            kind,
            f'"{name}" is not text; put it in quotes, or indent it below "{name}: |"',
        )
        return "", line
    return node.value, text_line(node)


def _read_picture(fields: _Fields, problems: Problems) -> str | None:
    line, node = _get(fields, "picture")
    if node is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        if node.tag == BOOL_TAG and node.value.lower() in ("false", "no", "off"):
            return ""
        if node.tag == STRING_TAG and node.value.strip() and not OUTSIDE.match(node.value.strip()):
            return str(node.value.strip())
    problems.add(
        line,
        DiagnosticKind.BAD_PICTURE,
        '"picture" is not the name of a file; write one, such as figures/plot.svg, or false for no'
        " picture",
    )
    return None
