"""Checks of notes, by their text: of front matter, summary, tags and links, and of who is cited."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from papernotes.core import frontmatter
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind

_FENCED = re.compile(
    r"^([ ]{0,3})(`{3,}|~{3,})(.*?)^[ ]{0,3}\2[`~]*[ \t]*$", re.MULTILINE | re.DOTALL
)
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_MATHEMATICS = re.compile(r"\$\$.+?\$\$|(?<![\\\w])\$[^$\n]+\$", re.DOTALL)
_NOT_A_LINE = re.compile(r"[^\n]")
# Where a link leads to: in parentheses after its text, or after the name of a reference.
_TARGET = re.compile(r"(?<!\\)\]\([ \t]*(?:<([^<>\n]*)>|([^()\n]*(?:\([^()\n]*\)[^()\n]*)*))\)")
_REFERENCE = re.compile(r"^[ ]{0,3}\[[^\]\n^]+\]:[ \t]+(\S+)", re.MULTILINE)
_AUTOLINK = re.compile(r"<(https?://[^\s<>]+)>", re.IGNORECASE)
_TITLE = re.compile(r"""[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\))[ \t]*$""")
_LIKE_HTTP = re.compile(r"(?:h?t{1,3}ps?|https?)(?:[:;]/?/?|/{1,2})", re.IGNORECASE)
_HTTP = re.compile(r"https?://[^/\s?#.]+(?:[.:/]|\Z)", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# Those of MyST, beside the usual ones.
_SCHEMES = frozenset("http https mailto ftp doi arxiv path project inv myst download tel".split())
_HEADING = re.compile(
    r"^[ ]{0,3}#{1,6}(?:[ \t].*)?$|^[ ]{0,3}[^\s#>%+*`:-].*\n[ ]{0,3}(?:=+|-{3,})[ \t]*$",
    re.MULTILINE,
)
_FRONT = re.compile(r"\A\s*---[ \t]*\n.*?^---[ \t]*$", re.MULTILINE | re.DOTALL)
_ROLE = re.compile(r"(?:\{|:)(?:(?:foot)?cite|note)(?::[\w*]+)?(?:\}|:)(`+)(.+?)\1", re.DOTALL)
_AT = re.compile(r"@\{?([^\s{}\[\];,`]+)")
_NO_TEXT = re.compile(r"^(?:%|\(.*\)=$|:::|```|<!--.*-->$|\[[^\]]+\]:)")


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note's file: its path relative to the site's folder, and its front matter."""

    path: str
    front: frontmatter.FrontMatter


def check_note(path: str, text: str) -> tuple[NoteFile, list[Diagnostic]]:
    """Return the note *text* as a file with front matter, and what is amiss in it by itself."""
    front, problems = frontmatter.parse(text, path)
    diagnostics = list(problems)
    body = _FRONT.sub(_blank, front.rest)
    if not front.summary.strip() and not _opening(body):
        message = "the note has no summary; write a paragraph before its first section"
        diagnostics.append(
            Diagnostic(path, _heading_line(body), message, DiagnosticKind.NO_SUMMARY)
        )
    unread = {DiagnosticKind.BAD_TAGS, DiagnosticKind.FRONT_MATTER}
    if not front.tags and unread.isdisjoint(problem.kind for problem in problems):
        message = 'the note has no tags; add "tags: [some-tag]" to its front matter'
        diagnostics.append(Diagnostic(path, front.tags_line, message, DiagnosticKind.NO_TAGS))
    return NoteFile(path, front), diagnostics


def check_links(path: str, text: str) -> Iterator[Diagnostic]:
    """Yield the links of a document that lead nowhere."""
    # Most documents have no link at fault, in code and mathematics neither.
    if not any(_link_fault(target) for _, target in _targets(text)):
        return
    prose = _MATHEMATICS.sub(_blank, _CODE.sub(_blank, _FENCED.sub(_blank, text)))
    for position, target in _targets(prose):
        if fault := _link_fault(target):
            line = prose.count("\n", 0, position) + 1
            yield Diagnostic(path, line, fault, DiagnosticKind.BROKEN_LINK)


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the address of each link of a document that leads out of the site."""
    prose = _MATHEMATICS.sub(_blank, _CODE.sub(_blank, _FENCED.sub(_blank, text)))
    found = [*_targets(prose), *((m.start(), m[1]) for m in _AUTOLINK.finditer(prose))]
    for position, target in sorted(found):
        if _HTTP.match(target) and len(target.split()) == 1:
            yield prose.count("\n", 0, position) + 1, target


def _targets(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each link of *text* stands and where it leads to."""
    for match in _TARGET.finditer(text):
        target = match[2] if match[1] is None else match[1]
        yield match.start(), _TITLE.sub("", target).strip()
    if "]: " in text:
        for match in _REFERENCE.finditer(text):
            yield match.start(), match[1]


def _link_fault(target: str) -> str:
    """Return what is wrong with a link to *target*, or the empty string."""
    if not target:
        return "a link leads nowhere; write where to, or take it away"
    if target.startswith("www."):
        return f'"{target}" leads to a page of this site; write https://{target}'
    if _LIKE_HTTP.match(target):
        if not _HTTP.match(target):
            return f'"{target}" is no address; correct how it begins'
        if len(target.split()) > 1:
            return f'"{target}" has a space in it, which ends an address; write %20'
        return ""
    scheme = _SCHEME.match(target)
    if scheme and scheme[1].lower() not in _SCHEMES:
        return f'"{scheme[1]}:" begins no address that is known; correct it'
    return ""


def check_tags(notes: Iterable[NoteFile]) -> Iterator[Diagnostic]:
    """Yield tags that differ only in case or by one letter, where the rarer of two stands first."""
    used: dict[str, list[NoteFile]] = defaultdict(list)
    for note in notes:
        for tag in note.front.tags:
            used[tag].append(note)
    # The more notes have a tag, the sooner it is taken for the right one.
    ordered = sorted(used, key=lambda tag: (-len(used[tag]), tag))
    near: dict[str, str] = {}
    for tag in ordered:
        shapes = _shapes(tag)
        other = next((near[shape] for shape in shapes if shape in near), None)
        if other is not None:
            only = tag.casefold() == other.casefold()
            how = "in case only" if only else "by one letter"
            first = used[tag][0]
            message = (
                f'the tag "{tag}" differs {how} from "{other}", which {_notes(len(used[other]))};'
                " write one of them"
            )
            yield Diagnostic(
                first.path, first.front.tags_line, message, DiagnosticKind.SIMILAR_TAGS
            )
        for shape in shapes:
            near.setdefault(shape, tag)


def _notes(count: int) -> str:
    return "one note has" if count == 1 else f"{count} notes have"


def _shapes(tag: str) -> list[str]:
    """Return texts of which two tags share one if they differ in case, or by a letter.

    Short tags differ by one letter as a rule, and so do numbers of versions.
    """
    folded = tag.casefold()
    shapes = [folded]
    if len(folded) > 4:
        shapes += [
            f"{folded[:position]}\0{folded[position + 1 :]}"
            for position, char in enumerate(folded)
            if char.isalpha()
        ]
        shapes += [
            f"{folded[:position]}\0{folded[position:]}" for position in range(len(folded) + 1)
        ]
    return shapes


def cited(text: str) -> Iterator[str]:
    """Yield whatever could be a citation key in a document: more than is cited, never less."""
    for match in _ROLE.finditer(text):
        yield from re.findall(r"[^\s,{}<>]+", match[2])
    for match in _AT.finditer(text):
        key = match[1]
        while key:
            yield key
            key = re.sub(r"[^\W_]+$|[\W_]+$", "", key)


def _heading_line(body: str) -> int:
    match = _HEADING.search(body)
    return body.count("\n", 0, match.start()) + 1 if match else 1


def _opening(body: str) -> bool:
    """Return whether a note has text before its first section."""
    heading = _HEADING.search(body)
    if heading is None:
        return True
    following = _HEADING.search(body, heading.end())
    between = body[heading.end() : following.start() if following else len(body)]
    lines = (line.strip() for line in between.split("\n"))
    return any(line and not _NO_TEXT.match(line) for line in lines)


def _blank(match: re.Match[str]) -> str:
    """Return what matched as blanks, so that every line keeps its number."""
    return _NOT_A_LINE.sub(" ", match[0])
