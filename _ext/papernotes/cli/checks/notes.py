"""Check the text of notes: front matter, summary, tags and links; find the keys that they cite."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from papernotes.catalogue import derive
from papernotes.core import frontmatter
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.fields import Field
from papernotes.core.files import SCHEME
from papernotes.core.model import Note

_DAY = datetime.timedelta(days=1)
_FENCED = re.compile(
    r"^([ ]{0,3})(`{3,}+(?![^\n]*`)|~{3,}+)(.*?)(?:^[ ]{0,3}\2[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_CODE = re.compile(r"(?<![`\\])(`++)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_MATHEMATICS = re.compile(r"\$\$.+?\$\$|(?<![\\\w])\$[^$\n]+\$", re.DOTALL)
_NOT_A_NEWLINE = re.compile(r"[^\n]")
# The target of a link: in parentheses after its text, or after the label of a reference definition.
_TARGET = re.compile(r"(?<!\\)\]\([ \t]*+(?:<([^<>\n]*)>|([^()\n]*(?:\([^()\n]*\)[^()\n]*)*))\)")
_REFERENCE = re.compile(r"^[ ]{0,3}\[[^\]\n^]+\]:[ \t]+(\S+)", re.MULTILINE)
_AUTOLINK = re.compile(r"<(https?://[^\s<>]+)>", re.IGNORECASE)
_TITLE = re.compile(r"""(?<![ \t])[ \t]++(?:"[^"]*"|'[^']*'|\([^()]*\))[ \t]*$""")
_LIKE_HTTP = re.compile(r"(?:h?t{1,3}ps?|https?)(?:[:;]/?/?|/{1,2})", re.IGNORECASE)
_HTTP = re.compile(r"https?://[^/\s?#.]+(?:[.:/]|\Z)", re.IGNORECASE)
# The usual schemes, and those of MyST.
_SCHEMES = frozenset("http https mailto ftp doi arxiv path project inv myst download tel".split())
_HEADING = re.compile(
    r"^[ ]{0,3}#{1,6}(?:[ \t].*)?$|^[ ]{0,3}[^\s#>%+*`:-].*\n[ ]{0,3}(?:=+|-{3,})[ \t]*$",
    re.MULTILINE,
)
_FRONT = re.compile(r"\A\s*---[ \t]*\n.*?^---[ \t]*$", re.MULTILINE | re.DOTALL)
_ROLE = re.compile(r"(?:\{|:)(?:(?:foot)?cite|note)(?::[\w*]+)?(?:\}|:)(`++)(.+?)\1", re.DOTALL)
_WIKI_LINK = re.compile(r"\[\[([^\[\]|#\n]+)")
_AT = re.compile(r"@\{?([^\s{}\[\];,`]{1,250})")
_NO_TEXT = re.compile(r"^(?:%|\(.*\)=$|:::|```|<!--.*-->$|\[[^\]]+\]:)")


@dataclass(frozen=True, slots=True)
class NoteFile:
    """The file of a note: its path relative to the site's folder, and its front matter."""

    path: str
    front: frontmatter.FrontMatter


def check_note(path: str, text: str, own: Mapping[str, Field]) -> tuple[NoteFile, list[Diagnostic]]:
    """Return the note *text* with its front matter parsed, and the faults of this note alone.

    *own* are the author's own fields. A build reports the faults of the front matter.
    """
    front, problems = frontmatter.parse(text, path, own)
    diagnostics = []
    for key, line in front.unknown.items():
        message = (
            f'the key "{key}" is neither known nor declared; declare it in conf.py, such as'
            f' papernotes_fields = {{"{key}": "text"}}, or delete it'
        )
        diagnostics.append(Diagnostic(path, line, message, DiagnosticKind.UNDECLARED_FIELD))
    body = _FRONT.sub(_blank, front.rest)
    if not front.summary.strip() and not _has_opening(body):
        message = "the note has no summary; write a paragraph before its first section"
        diagnostics.append(
            Diagnostic(path, _heading_line(body), message, DiagnosticKind.NO_SUMMARY)
        )
    unread = {DiagnosticKind.BAD_TAGS, DiagnosticKind.FRONT_MATTER}
    if not front.tags and unread.isdisjoint(problem.kind for problem in problems):
        message = 'the note has no tags; add "tags: [some-tag]" to its front matter'
        diagnostics.append(Diagnostic(path, front.tags_line, message, DiagnosticKind.NO_TAGS))
    # One day in reserve, as the author may be ahead of this computer's time zone.
    if front.read and front.read > datetime.datetime.now(datetime.UTC).date() + _DAY:
        message = (
            f'the day in "read", {front.read}, is in the future; correct it, or write "draft: true"'
            " to publish the note later"
        )
        diagnostics.append(Diagnostic(path, front.read_line, message, DiagnosticKind.FUTURE_DAY))
    return NoteFile(path, front), diagnostics


def check_links(path: str, text: str) -> Iterator[Diagnostic]:
    """Yield the addresses in a document that cannot lead anywhere."""
    # Most documents have none, not even in code; for them, skip the slower search.
    if not any(_link_fault(target) for _, target in _targets(text)):
        return
    prose = _prose(text)
    for position, target in _targets(prose):
        if fault := _link_fault(target):
            line = prose.count("\n", 0, position) + 1
            yield Diagnostic(path, line, fault, DiagnosticKind.BROKEN_LINK)


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the address of each external link of a document."""
    prose = _prose(text)
    found = [*_targets(prose), *((m.start(), m[1]) for m in _AUTOLINK.finditer(prose))]
    for position, target in sorted(found):
        if _HTTP.match(target) and len(target.split()) == 1:
            yield prose.count("\n", 0, position) + 1, target


def _prose(text: str) -> str:
    """Return *text* with code and mathematics replaced by spaces."""
    return _MATHEMATICS.sub(_blank, _CODE.sub(_blank, _FENCED.sub(_blank, text)))


def _targets(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the target of each link in *text*."""
    for match in _TARGET.finditer(text):
        target = match[2] if match[1] is None else match[1]
        yield match.start(), _TITLE.sub("", target).strip()
    if "]: " in text:
        for match in _REFERENCE.finditer(text):
            yield match.start(), match[1]


def _link_fault(target: str) -> str:
    """Return what is wrong with a link to *target*, or the empty string."""
    if not target:
        return "a link has no target; write one, or delete the link"
    if target.startswith("www."):
        return f'"{target}" links to a page of this site; write https://{target}'
    if _LIKE_HTTP.match(target):
        if not _HTTP.match(target):
            return f'"{target}" is not a valid address; correct its beginning'
        if len(target.split()) > 1:
            return f'"{target}" contains a space, which ends an address; write %20'
        return ""
    scheme = SCHEME.match(target)
    if scheme and scheme[1].lower() not in _SCHEMES:
        return f'"{scheme[1]}:" is not a known scheme of addresses; correct it'
    return ""


def check_tags(notes: Iterable[NoteFile]) -> Iterator[Diagnostic]:
    """Yield each tag that differs only in case or by one letter from a more frequent one.

    The fault is at the first note with the rarer tag.
    """
    used: dict[str, list[NoteFile]] = defaultdict(list)
    for note in notes:
        for tag in note.front.tags:
            used[tag].append(note)
    # Of two similar tags, the one that more notes have is probably the right one.
    ordered = sorted(used, key=lambda tag: (-len(used[tag]), tag))
    tag_by_pattern: dict[str, str] = {}
    for tag in ordered:
        patterns = _patterns(tag)
        other = next((tag_by_pattern[each] for each in patterns if each in tag_by_pattern), None)
        if other is not None:
            how = "in case only" if tag.casefold() == other.casefold() else "by one letter"
            count = len(used[other])
            users = "one note has" if count == 1 else f"{count} notes have"
            first = used[tag][0]
            message = (
                f'the tag "{tag}" differs {how} from "{other}", which {users};'
                " use the same tag in all notes"
            )
            yield Diagnostic(
                first.path, first.front.tags_line, message, DiagnosticKind.SIMILAR_TAGS
            )
        for pattern in patterns:
            tag_by_pattern.setdefault(pattern, tag)


def check_papers(notes: Iterable[NoteFile]) -> Iterator[Diagnostic]:
    """Yield a remark for each note on a paper that has another note."""
    named_in = {note.path.rpartition(".")[0]: note for note in notes if note.front.papers}
    fronts = {docname: note.front for docname, note in named_in.items()}
    paths = {docname: note.path for docname, note in named_in.items()}
    named = [
        Note(docname, (*front.papers,), "", lines=(*front.papers.values(),), main=front.main)
        for docname, front in fronts.items()
    ]
    for key, line, note, other in derive.several_on_one(named):
        message = (
            f'"{key}" also has the note {paths[other.docname]}:{other.line}; if both are meant,'
            ' "main: true" makes one of them the note that links by key lead to, otherwise merge'
            " them"
        )
        yield Diagnostic(paths[note.docname], line, message, DiagnosticKind.DUPLICATE_NOTE)


def check_retractions(notes: Iterable[NoteFile], retracted: Set[str]) -> Iterator[Diagnostic]:
    """Yield a fault for each note on one of the works *retracted* that does not acknowledge it."""
    for note in notes:
        for key, line in note.front.papers.items():
            if key in retracted and not note.front.acknowledges_retraction:
                message = (
                    f'"{key}" was retracted; say in the note what follows from that, and add'
                    f' "retraction: {frontmatter.ACKNOWLEDGED}" to its front matter'
                )
                yield Diagnostic(note.path, line, message, DiagnosticKind.RETRACTED)


def _patterns(tag: str) -> list[str]:
    """Return patterns such that tags share one if they differ in case or by one letter only.

    Tags of at most four characters, which often differ by one letter, are compared by case alone.
    Digits are not replaced, because they often are versions.
    """
    folded = tag.casefold()
    patterns = [folded]
    if len(folded) > 4:
        patterns += [
            f"{folded[:position]}\0{folded[position + 1 :]}"
            for position, char in enumerate(folded)
            if char.isalpha()
        ]
        patterns += [
            f"{folded[:position]}\0{folded[position:]}" for position in range(len(folded) + 1)
        ]
    return patterns


def possible_citation_keys(text: str) -> Iterator[str]:
    """Yield all that could be a citation key in a document: all cited keys, and possibly more."""
    for match in _ROLE.finditer(text):
        yield from re.findall(r"[^\s,{}<>]+", match[2])
    yield from _WIKI_LINK.findall(text)
    for match in _AT.finditer(text):
        key = match[1]
        while key:
            yield key
            key = re.sub(r"[^\W_]+$|[\W_]+$", "", key)


def _heading_line(body: str) -> int:
    match = _HEADING.search(body)
    return body.count("\n", 0, match.start()) + 1 if match else 1


def _has_opening(body: str) -> bool:
    """Return whether a note has text before its first section."""
    heading = _HEADING.search(body)
    if heading is None:
        return True
    following = _HEADING.search(body, heading.end())
    between = body[heading.end() : following.start() if following else len(body)]
    lines = (line.strip() for line in between.split("\n"))
    return any(line and not _NO_TEXT.match(line) for line in lines)


def _blank(match: re.Match[str]) -> str:
    """Replace the match by spaces, so that offsets and line numbers stay the same."""
    return _NOT_A_NEWLINE.sub(" ", match[0])
