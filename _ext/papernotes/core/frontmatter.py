"""A note's front matter: text in, values and problems out.

The YAML is composed, not constructed: values are taken from its nodes one by one. So each fault
has a line of its own, a date that is none does not stop the rest, and no tag, alias or anchor of
YAML can do anything.
"""

from __future__ import annotations

import datetime
import difflib
import itertools
import re
import unicodedata
from dataclasses import dataclass

import yaml

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import FormerName
from papernotes.core.text import NON_XML_CHARACTER, REPLACEMENT, is_visible

FIELDS = {
    "paper": "required: the citation key, in the bibliography, of the paper that this is a note on",
    "tags": "a list of tags, each spelt as it is to be shown",
    "read": "the day on which the paper was read, `YYYY-MM-DD`",
    "summary": "MyST text for the card, instead of the paragraphs before the first section",
    "redirect_from": "a list of names that the note's page had, such as `papers/old-name`; each"
    " leads on to the note",
}

_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FENCE = re.compile(r"-{3}\s*$")
_HEADING = re.compile(r"#{1,6}\s")
# The name of a file of those kinds that sites are made of.
_FILE = re.compile(
    r"\.(?:html|css|js|json|xml|bib|txt|inv|svg|png|ico|woff2?|buildinfo)$", re.IGNORECASE
)
_STRING = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
# No front matter that people write comes near it.
_MOST_VALUES = 10_000
# YAML ends lines at these too, an editor does not; a space keeps the numbers of lines right.
_NO_LINE_ENDS = str.maketrans("\x85\u2028\u2029", "   ")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a note's front matter says.

    ``paper`` is the empty string where it is missing or wrong. ``summary`` is MyST text, and
    ``summary_line`` the line on which it begins. ``rest`` is the whole text without what is read
    here: blank lines stand in its place, so that every line keeps its number.
    """

    paper: str
    paper_line: int
    tags: tuple[str, ...]
    tags_line: int
    read: datetime.date | None
    summary: str
    summary_line: int
    former_names: tuple[FormerName, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where the YAML is, in lines counted from 0: from ``start`` up to but not with ``end``.

    ``after`` is the first line of the note's body.
    """

    start: int
    end: int
    after: int


def parse(text: str, path: str) -> tuple[FrontMatter, list[Diagnostic]]:
    """Read the front matter of the note *text*.

    *path* names the file in the problems. A field that is missing or wrong gets its default and,
    where that is a fault, a problem; nothing is raised.
    """
    problems = _Problems(path)
    lines = text.split("\n")
    extent = _find(lines, problems)
    mapping = _compose(lines, extent, problems)
    fields, blank = _take(mapping, extent, problems)
    rest = "\n".join("" if n in blank else line for n, line in enumerate(lines)) if blank else text
    paper, paper_line = _paper(fields, problems) if mapping else ("", 1)
    summary, summary_line = _summary(fields, problems)
    front = FrontMatter(
        paper=paper,
        paper_line=paper_line,
        tags=_tags(fields, problems),
        tags_line=_get(fields, "tags")[0],
        read=_day(fields, problems),
        summary=summary,
        summary_line=summary_line,
        former_names=_former_names(fields, problems),
        rest=rest,
    )
    return front, sorted(problems)


class _Problems(list[Diagnostic]):
    """The problems of one file."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def add(self, line: int, kind: DiagnosticKind, message: str) -> None:
        self.append(Diagnostic(self.path, line, message, kind))


_Fields = dict[str, tuple[int, yaml.Node]]


def _find(lines: list[str], problems: _Problems) -> _Extent:
    """Find the front matter.

    Of front matter that is not closed, the lines before the first empty one or the first heading
    are taken, so that the note survives. It is not closed, too, where a line of the note's body
    would close it.
    """
    if not _FENCE.match(lines[0]):
        return _Extent(0, 0, 0)
    close = next((n for n, line in enumerate(lines[1:], 1) if _FENCE.match(line)), None)
    end = 1
    while end < len(lines) and lines[end].strip() and not lines[end].startswith("#"):
        end += 1
    if close is not None and not _holds_body(lines, end, close):
        return _Extent(1, close, close + 1)
    problems.add(
        1,
        DiagnosticKind.FRONT_MATTER,
        'front matter is not closed; end it with a line that holds only "---"',
    )
    return _Extent(1, end, end)


def _holds_body(lines: list[str], end: int, close: int) -> bool:
    """Return whether the lines from *end* to *close* are of the note's body.

    They are if there is a heading in them, if they are no YAML, and what stands before them is.
    """
    return (
        any(_HEADING.match(line) for line in lines[end:close])
        and not _is_yaml(lines[1:close])
        and _is_yaml(lines[1:end])
    )


def _is_yaml(lines: list[str]) -> bool:
    problems = _Problems("")
    _compose(lines, _Extent(0, len(lines), len(lines)), problems)
    return not problems


def _compose(lines: list[str], extent: _Extent, problems: _Problems) -> yaml.MappingNode | None:
    """Return the mapping that the front matter holds, or None where it holds something else."""
    source = "\n" * extent.start + "\n".join(lines[extent.start : extent.end]) + "\n"
    source = source.translate(_NO_LINE_ENDS)
    line = 1
    try:
        node = _composed(source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # What is not ended is found at the end, which may be behind the last line of the file.
        line = min(mark.line + 1, max(extent.after, 1)) if mark else line
        reason = f"{error.problem or error.context}; correct this line"
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 1
        reason = f"the character U+{error.character:04X} is not allowed; correct this line"
    except (RecursionError, ValueError, OverflowError):
        # PyYAML hands an escape such as "\UFFFFFFFF" to chr() as it is.
        reason = "it is nested too deeply, or escapes a character that does not exist; correct it"
    else:
        if node is None:
            return yaml.MappingNode("tag:yaml.org,2002:map", [])
        if isinstance(node, yaml.MappingNode):
            return node
        problems.add(
            node.start_mark.line + 1,
            DiagnosticKind.FRONT_MATTER,
            'front matter is not a mapping; write lines such as "paper: some2020key"',
        )
        return None
    problems.add(line, DiagnosticKind.FRONT_MATTER, f"front matter is not YAML: {reason}")
    return None


def _composed(source: str) -> yaml.Node | None:
    """Return the node that the YAML *source* composes to.

    The parser in C is several times as fast, where PyYAML has it; of a fault, the one in Python
    tells more.
    """
    try:
        return yaml.compose(source, _FAST)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return yaml.compose(source, yaml.SafeLoader)


def _take(
    mapping: yaml.MappingNode | None, extent: _Extent, problems: _Problems
) -> tuple[_Fields, set[int]]:
    """Return the extension's own fields and the lines, counted from 0, to be blanked.

    What is left is for MyST: nothing at all where the front matter could not be read, since MyST
    would report the same fault once more.
    """
    everything = set(range(extent.after))
    if mapping is None:
        return {}, everything
    fields: _Fields = {}
    blank: set[int] = set()
    others = False
    sizes: dict[int, int] = {}
    ends = [key.start_mark.line for key, _ in mapping.value[1:]] + [extent.end]
    for (key, value), end in zip(mapping.value, ends, strict=False):
        line = key.start_mark.line
        if isinstance(key, yaml.ScalarNode) and key.value in FIELDS:
            if key.value in fields:
                problems.add(
                    line + 1,
                    DiagnosticKind.FRONT_MATTER,
                    f'"{key.value}" stands twice in the front matter; the last counts, delete one',
                )
            fields[key.value] = (line + 1, value)
            _replace_escaped(value, problems)
            blank.update(range(line, end))
            continue
        if _size(value, sizes) > _MOST_VALUES:
            problems.add(
                line + 1,
                DiagnosticKind.FRONT_MATTER,
                f'"{key.value}" stands for more than {_MOST_VALUES} values by its aliases, and is'
                " left out; write out what it holds, or delete it",
            )
            blank.update(range(line, end))
            continue
        others = True
        if isinstance(key, yaml.ScalarNode):
            near = difflib.get_close_matches(key.value.lower(), FIELDS, n=1, cutoff=0.75)
            if near:
                problems.add(
                    line + 1,
                    DiagnosticKind.UNKNOWN_FIELD,
                    f'unknown front-matter key "{key.value}"; did you mean "{near[0]}"?',
                )
    if not others:
        return fields, everything
    # A mapping in braces has several fields on a line, which cannot be parted by lines.
    return fields, set() if mapping.flow_style else blank


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many values *node* stands for, where each alias is a copy of what it names.

    *known* are those of nodes that have been looked at; one that holds itself is counted once.
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 1
        parts = node.value if isinstance(node, yaml.SequenceNode) else itertools.chain(*node.value)
        known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]


def _replace_escaped(value: yaml.Node, problems: _Problems) -> None:
    """Replace characters that no page can hold, which YAML lets be written as escapes."""
    for node in [value, *(value.value if isinstance(value, yaml.SequenceNode) else [])]:
        if isinstance(node, yaml.ScalarNode) and (found := NON_XML_CHARACTER.search(node.value)):
            problems.add(
                node.start_mark.line + 1,
                DiagnosticKind.CONTROL_CHARACTER,
                f"the character U+{ord(found[0]):04X} is escaped here; delete it",
            )
            node.value = NON_XML_CHARACTER.sub(REPLACEMENT, node.value)


def _get(fields: _Fields, name: str) -> tuple[int, yaml.Node | None]:
    line, node = fields.get(name, (1, None))
    if node is not None and node.tag == _NULL:
        return line, None
    return line, node


def _paper(fields: _Fields, problems: _Problems) -> tuple[str, int]:
    line, node = _get(fields, "paper")
    is_text = isinstance(node, yaml.ScalarNode) and node.tag == _STRING
    if node is None or (is_text and not node.value.strip()):
        problems.add(
            line,
            DiagnosticKind.MISSING_PAPER,
            'the note does not say which paper it is on; add "paper: " and the citation key to'
            " its front matter",
        )
        return "", line
    if not isinstance(node, yaml.ScalarNode):
        problems.add(
            line, DiagnosticKind.BAD_PAPER, '"paper" is not a string; write one citation key'
        )
        return "", line
    if not is_text:
        problems.add(
            line,
            DiagnosticKind.BAD_PAPER,
            f'"paper" is not a string; put the key in quotes: "{node.value}"',
        )
        return "", line
    return node.value.strip(), line


def _tags(fields: _Fields, problems: _Problems) -> tuple[str, ...]:
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
        # Systems differ in how they write a letter with an accent; it is the same tag.
        text = unicodedata.normalize("NFC", text)
        if item.tag == _STRING and is_visible(text):
            tags[text] = None
            continue
        problems.add(
            item.start_mark.line + 1,
            DiagnosticKind.BAD_TAGS,
            f'the tag {text} is not a string; put it in quotes: "{text}"'
            if is_visible(text)
            else "a tag is empty, a list or a mapping; write a word or leave it out",
        )
    return tuple(tags)


def _former_names(fields: _Fields, problems: _Problems) -> tuple[FormerName, ...]:
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
        if name := _page_name(text):
            names[name] = FormerName(name, item.start_mark.line + 1)
            continue
        problems.add(
            item.start_mark.line + 1,
            DiagnosticKind.BAD_REDIRECT,
            f'"redirect_from" holds "{text}", which is no page of the site; write the name that the'
            ' page had, from the root of the site, such as "papers/old-name"',
        )
    return tuple(names.values())


def _page_name(text: str) -> str:
    """Return the page that a path or address within the site names, or the empty string."""
    name = re.sub(r"(?:\.md|\.html)$", "", text.strip().strip("/"))
    parts = name.split("/")
    is_page = all(part.strip(".") and part == part.strip() for part in parts)
    # What is a file of the site is no folder, and no file has a longer name or path.
    is_page = is_page and not any(map(_FILE.search, parts[:-1]))
    is_page = is_page and max(len(part.encode()) for part in parts) <= 247 and len(name) <= 1000
    return name if is_page and not re.search(r'[\\:?#*"<>|\x00-\x1f]', name) else ""


def _day(fields: _Fields, problems: _Problems) -> datetime.date | None:
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
        f'"read" is not a day{found}; write it as YYYY-MM-DD, such as 2020-08-31',
    )
    return None


def _summary(fields: _Fields, problems: _Problems) -> tuple[str, int]:
    line, node = _get(fields, "summary")
    if node is None:
        return "", line
    if not isinstance(node, yaml.ScalarNode) or node.tag != _STRING:
        problems.add(
            line,
            DiagnosticKind.BAD_SUMMARY,
            '"summary" is not text; put it in quotes, or indented below "summary: |"',
        )
        return "", line
    # A block scalar's text begins on the line after its indicator.
    return node.value, node.start_mark.line + (2 if node.style in ("|", ">") else 1)
