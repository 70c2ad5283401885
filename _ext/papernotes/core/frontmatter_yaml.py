"""Find the YAML of a note's front matter, compose it with a diagnostic for each fault, and read it.

A fault in one field leaves the others readable.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

import yaml

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.limits import is_deep_yaml

_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FENCE = re.compile(r"-{3}\s*$")
_HEADING = re.compile(r"#{1,6}\s")
# Lines above front matter that do not show.
_ABOVE = re.compile(r"\s*|%.*|<!--.*-->\s*|\ufeff")
# What programs that correct spelling make of a fence.
_FENCE_LIKE = re.compile(r"[-\u2013\u2014]{1,5}")
_OTHER_FORMATS = {"+++": ("+++", "TOML"), "{": ("}", "JSON"), ";;;": (";;;", "JSON")}
_ALIAS = re.compile(r"(?:^|[\s\[{,])[&*][^\s,\[\]{}]", re.MULTILINE)
# The beginning of a field, on which a fault in another has no influence.
_KEY = re.compile(r"""(?:[^\s#\-\[\]{}"'][^:]*+|(?:"[^"]*"|'[^']*')\s*+):(?:\s|$)""")
# Front matter with a fault is read field by field if it has no more than this.
_MAX_FIELDS = 500
STRING_TAG = "tag:yaml.org,2002:str"
NULL_TAG = "tag:yaml.org,2002:null"
BOOL_TAG = "tag:yaml.org,2002:bool"
# File names with the suffixes of the files that a built site consists of.
_SITE_FILE = re.compile(
    r"\.(?:html|css|csv|js|json|xml|bib|txt|inv|svg|png|ico|woff2?|buildinfo)$", re.IGNORECASE
)
_MAPPING_TAG = "tag:yaml.org,2002:map"
# YAML ends lines at these too, an editor does not; a space keeps the line numbers right.
_SPACES_FOR_LINE_ENDS = str.maketrans("\x85\u2028\u2029", "   ")

# A key and its value.
Pair = tuple[yaml.Node, yaml.Node]


class Problems(list[Diagnostic]):
    """The diagnostics of the file *path*."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def add(self, line: int, kind: DiagnosticKind, message: str) -> None:
        self.append(Diagnostic(self.path, line, message, kind))


@dataclass(frozen=True, slots=True)
class Extent:
    """The lines of the YAML, counted from 0: from ``start`` up to, but excluding, ``end``.

    ``after`` is the first line of the note's body.
    """

    start: int
    end: int
    after: int


def find_extent(lines: list[str], names: Container[str], problems: Problems) -> Extent:
    """Find the front matter, whose fields have *names*, and report it if it is not closed.

    Front matter that is not closed ends before the first empty line or the first heading, so that
    the note is still read. A "---" in the note's body does not close it.
    """
    if not _FENCE.match(lines[0]):
        return _find_misplaced(lines, names, problems)
    close = next((n for n, line in enumerate(lines[1:], 1) if _FENCE.match(line)), None)
    end = 1
    while end < len(lines) and lines[end].strip() and not lines[end].startswith("#"):
        end += 1
    if close is not None and not _includes_body(lines, end, close):
        return Extent(1, close, close + 1)
    problems.add(
        1,
        DiagnosticKind.FRONT_MATTER,
        'front matter is not closed; end it with a line that contains only "---"',
    )
    return Extent(1, end, end)


def _find_misplaced(lines: list[str], names: Container[str], problems: Problems) -> Extent:
    """Find front matter that is not where, or not what, it has to be, and report it."""
    first = next((n for n, line in enumerate(lines) if not _ABOVE.fullmatch(line)), 0)
    opening = lines[first].strip()
    below = lines[first + 1 :]
    if opening in _OTHER_FORMATS:
        closing, name = _OTHER_FORMATS[opening]
        end = next((n for n, line in enumerate(below) if line.strip() == closing), None)
        if end is None:
            return Extent(0, 0, 0)
        fault = (
            f'front matter that begins with "{opening}" is {name}, which is not read; write YAML'
        )
        problems.add(first + 1, DiagnosticKind.FRONT_MATTER, f'{fault} between two lines "---"')
        return Extent(0, 0, first + end + 2)
    if _is_field(lines[first], names):
        end = next((n for n, line in enumerate(below) if not line.strip()), len(below))
        is_closed = end and _FENCE.match(below[end - 1])
        fault = 'front matter is not opened; write a line "---" above it'
        problems.add(
            first + 1, DiagnosticKind.FRONT_MATTER, f"{fault}{'' if is_closed else ' and below it'}"
        )
        return Extent(first, first + end + (not is_closed), first + end + 1)
    end = next((n for n, line in enumerate(below) if _FENCE_LIKE.fullmatch(line.strip())), 0)
    is_fenced = bool(_FENCE_LIKE.fullmatch(opening))
    if not is_fenced or not any(_is_field(line, names) for line in below[:end]):
        return Extent(0, 0, 0)
    if first:
        fault = "front matter does not begin on the first line of the file; delete what is above it"
    else:
        fault = f'front matter does not begin with "---" but with "{lines[0]}"; correct this line'
    problems.add(first + 1, DiagnosticKind.FRONT_MATTER, fault)
    return Extent(first + 1, first + 1 + end, first + end + 2)


def _is_field(line: str, names: Container[str]) -> bool:
    match = re.match(r"([\w-]+)\s*:(?:\s|$)", line)
    return match is not None and match[1] in names


def _includes_body(lines: list[str], end: int, close: int) -> bool:
    """Return whether the lines from *end* to *close* belong to the note's body.

    They do if they contain a heading and are not YAML, while the lines before them are.
    """
    return (
        any(_HEADING.match(line) for line in lines[end:close])
        and not _is_yaml(lines[1:close])
        and _is_yaml(lines[1:end])
    )


def _is_yaml(lines: list[str]) -> bool:
    problems = Problems("")
    compose_mapping(lines, Extent(0, len(lines), len(lines)), problems)
    return not problems


def compose_mapping(
    lines: list[str], extent: Extent, problems: Problems
) -> yaml.MappingNode | None:
    """Return the mapping in the front matter; report anything else, and return None.

    Of a mapping with a fault, return the fields without one.
    """
    before = len(problems)
    source = _source(lines, extent.start, extent.end)
    try:
        node = _compose_yaml(source)
    except _FAULTS as error:
        starts = [n for n in range(extent.start, extent.end) if _KEY.match(lines[n])]
        whole = yaml.MappingNode(_MAPPING_TAG, [])
        # To read each field takes time that grows with its line.
        bounds = [*starts, extent.end] if len(starts) <= _MAX_FIELDS else []
        for start, end in itertools.pairwise(bounds):
            part_source = _source(lines, start, end)
            try:
                part = _compose_yaml(part_source)
            except yaml.composer.ComposerError as fault:
                # The anchor may be in another field.
                if not re.search(r"&[^\s,\[\]{}]", source):
                    _report(fault, part_source, extent, problems)
            except _FAULTS as fault:
                _report(fault, part_source, extent, problems)
            else:
                whole.value += part.value if isinstance(part, yaml.MappingNode) else []
        if len(problems) == before:
            _report(error, source, extent, problems)
        return whole
    if node is None:
        return yaml.MappingNode(_MAPPING_TAG, [])
    if isinstance(node, yaml.MappingNode):
        return node
    problems.add(
        node.start_mark.line + 1,
        DiagnosticKind.FRONT_MATTER,
        'front matter is not a mapping; write lines such as "paper: some2020key"',
    )
    return None


def _source(lines: list[str], start: int, end: int) -> str:
    source = "\n" * start + "\n".join(lines[start:end]) + "\n"
    return source.translate(_SPACES_FOR_LINE_ENDS)


# PyYAML passes an escape such as "\UFFFFFFFF" to chr() unchecked.
_FAULTS = (yaml.YAMLError, RecursionError, ValueError, OverflowError)


def _report(error: Exception, source: str, extent: Extent, problems: Problems) -> None:
    """Report a fault in the YAML on the line of its cause."""
    line = 1
    reason = "it is nested too deeply, or escapes a character that does not exist; correct it"
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        reason = f"{error.problem or error.context}; correct this line"
        if "stream end" in reason or "end of stream" in reason:
            # The parser finds a missing end at the end; the cause is where it began.
            mark = error.context_mark or mark
            what = next((sign for name, sign in _SIGNS.items() if name in str(error.context)), "")
            reason = f"what begins here is not closed; add {what}" if what else reason
        line = min(mark.line + 1, max(extent.after, 1)) if mark else line
    elif isinstance(error, yaml.reader.ReaderError):
        line = source.count("\n", 0, error.position) + 1
        reason = f"the character U+{error.character:04X} is not allowed; correct this line"
    problems.add(line, DiagnosticKind.FRONT_MATTER, f"front matter is not valid YAML: {reason}")


_SIGNS = {"flow sequence": '"]"', "flow mapping": '"}"', "quoted scalar": "a quotation mark"}


def _compose_yaml(source: str) -> yaml.Node | None:
    """Return the root node of the YAML *source*.

    Raise RecursionError if it nests too deeply. The C parser, where PyYAML has it, is several times
    as fast; the Python parser describes faults better.
    """
    if is_deep_yaml(source, _FAST_LOADER):
        raise RecursionError
    try:
        return yaml.compose(source, _FAST_LOADER)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return yaml.compose(source, yaml.SafeLoader)


def rest_of(
    lines: list[str],
    extent: Extent,
    mapping: yaml.MappingNode | None,
    others: list[Pair],
    *,
    is_whole: bool,
) -> str:
    """Return the text of the note with blank lines in place of all but the *others*."""
    kept = [*lines]
    if not others or mapping is None:
        kept[: extent.after] = [""] * extent.after
        return "\n".join(kept)
    has_anchors = _ALIAS.search("\n".join(lines[: extent.end]))
    in_place = is_whole and extent.start == 1 and not has_anchors
    if in_place and mapping.flow_style:
        # Fields in braces share lines.
        pass
    elif in_place:
        own = {id(key) for key, _ in mapping.value} - {id(key) for key, _ in others}
        ends = [key.start_mark.line for key, _ in mapping.value[1:]] + [extent.end]
        for (key, _), end in zip(mapping.value, ends, strict=True):
            if id(key) in own:
                start = key.start_mark.line
                kept[start:end] = [""] * (end - start)
    else:
        # Fields share anchors, or one of them has a fault, which MyST would report again.
        written = ["---", _on_one_line(others), "---"]
        blank = extent.after - len(written)
        kept[: extent.after] = [*written, *[""] * blank] if blank >= 0 else [""] * extent.after
    return "\n".join(kept)


def _on_one_line(pairs: list[Pair]) -> str:
    """Return the fields *pairs* as YAML on one line, with anchors of their own."""
    for node in _nodes(itertools.chain(*pairs), set()):
        if isinstance(node, yaml.ScalarNode) and "\n" in node.value:
            node.style = '"'
    mapping = yaml.MappingNode(_MAPPING_TAG, pairs, flow_style=True)
    return str(yaml.serialize(mapping, allow_unicode=True, width=2**31)).strip()


def _nodes(nodes: Iterable[yaml.Node], seen: set[int]) -> Iterator[yaml.Node]:
    for node in nodes:
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.CollectionNode):
            parts = (
                node.value if isinstance(node, yaml.SequenceNode) else itertools.chain(*node.value)
            )
            yield from _nodes(parts, seen)


def count_values(node: yaml.Node, known: dict[int, int]) -> int:
    """Return the number of values in *node*, with each alias counted as a copy of its anchor.

    *known* maps the ids of visited nodes to their counts. A node that contains itself counts once.
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 1
        parts = node.value if isinstance(node, yaml.SequenceNode) else itertools.chain(*node.value)
        known[id(node)] = 1 + sum(count_values(part, known) for part in parts)
    return known[id(node)]


def read_key(item: yaml.Node) -> tuple[str, str]:
    """Return a citation key, or the empty string, and what is wrong with it, if anything."""
    if not isinstance(item, yaml.ScalarNode):
        return "", '"paper" is not a citation key; write one key, or a list such as [first, second]'
    key = item.value.strip()
    if item.tag not in (STRING_TAG, NULL_TAG):
        return "", f'"paper" is not a string; put the key in quotes: "{item.value}"'
    if not key or item.tag == NULL_TAG:
        return "", 'a key in "paper" is empty; write a citation key or delete it'
    if "," in key:
        # BibTeX ends a key at a comma.
        keys = ", ".join(filter(None, map(str.strip, key.split(","))))
        return "", f'"paper" is not a citation key; write a list of keys: [{keys}]'
    return key, ""


def page_name(text: str) -> str:
    """Return the page name in a path or address within the site, or the empty string."""
    name = re.sub(r"(?:\.md|\.html)$", "", text.strip().strip("/"))
    parts = name.split("/")
    # Windows drops dots and spaces at the end.
    is_page = all(part and part == part.strip().rstrip(".") for part in parts)
    # A file of the site cannot be a folder too, as dirhtml makes of the last part; the limits on
    # length are those of file systems.
    is_page = is_page and not any(map(_SITE_FILE.search, parts))
    is_page = is_page and max(len(part.encode()) for part in parts) <= 247 and len(name) <= 1000
    return name if is_page and not re.search(r'[\\:?#*"<>|\x00-\x1f]', name) else ""


def text_line(node: yaml.ScalarNode) -> int:
    """Return the line on which a text begins, which for a block is that after its indicator."""
    return int(node.start_mark.line) + (2 if node.style in ("|", ">") else 1)
