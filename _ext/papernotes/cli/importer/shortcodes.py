"""Convert what may span paragraphs: private comments, and pairs of shortcodes or Liquid tags.

This comes first, on the whole text of a document; :mod:`.blocks` and :mod:`.inline` follow.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from papernotes.cli.importer.collection import Kind
from papernotes.cli.importer.marks import (
    BOX,
    END_OF_BOX,
    FIGURE,
    JOINT,
    PART,
    SPLIT,
    Line,
    Placeholders,
    numbered,
    without_marks,
)
from papernotes.cli.importer.protected import Span, replace, spans

_ARGUMENT = re.compile(r"(?:([\w-]+)=)?(?:\"([^\"]*)\"|`([^`]*)`|(?<![^\s=])'([^']*)'|([^\s\"]+))")
_FLAGS = re.MULTILINE | re.DOTALL
_OPEN_COMMENT = re.compile(r"^[ \t]*%%[ \t]*$.*\Z", _FLAGS)
# What a tag says; another tag does not begin in it.
_REST = r"(?P<rest>(?:\"(?:[^\"\\]|\\.)*+\"|(?!\{[{%])[^\"])*?)"
_TAG = {
    "hugo": re.compile(
        r"\{\{[<%]-?\s*+(?P<end>/)?\s*+(?P<name>[A-Za-z][\w.-]*+(?:/[\w.-]++)*+)"
        rf"{_REST}(?P<empty>/)?-?[>%]\}}\}}",
        re.DOTALL,
    ),
    "jekyll": re.compile(rf"\{{%-?\s*+(?P<end>end)?(?P<name>[a-z_]\w*+){_REST}-?%\}}", re.DOTALL),
}
# How much of a text is looked at to see what stands on the same line.
_WINDOW = 1000
# How deep pairs of tags are in each other; of more, the outer ones are none.
_MAX_DEPTH = 20
_HTML_FIGURE = re.compile(
    r"<figure\b[^<>]*>((?:(?!<figure\b).)*?)</figure>", re.DOTALL | re.IGNORECASE
)
_DETAILS = re.compile(
    r"<details\b[^<>]*+>\s*+(?:<summary\b[^<>]*+>((?:(?!</?(?:details|summary)\b).)*+)</summary>)?"
    r"((?:(?!<details\b).)*?)</details>",
    re.DOTALL | re.IGNORECASE,
)
_HTML_PICTURE = re.compile(
    r"<img\b[^<>]*>|!\[(?P<alt>[^\[\]]*)\]\(<?(?P<src>[^()<>\s]++)>?[^()]*+\)", re.IGNORECASE
)
_HTML_CAPTION = re.compile(
    r"<figcaption\b[^<>]*>((?:(?!<figcaption\b).)*?)</figcaption>", re.DOTALL | re.IGNORECASE
)

PICTURE_NAME = re.compile(r"[^?#]*\.(?:png|jpe?g|gif|svg|webp|bmp|avif)(?:[?#].*)?", re.IGNORECASE)
_PICTURES = re.compile(r"fig|img|image|photo|picture|thumb", re.IGNORECASE)
NOTES = frozenset(
    "footnote fn margin marginnote margin-note mn note-margin side-note sidenote sn".split()
)
_BOXES = frozenset(
    "admonition alert aside attention box callout caution collapse corollary danger definition"
    " details error example exercise expand foldable hint important info lemma note notice panel"
    " proof proposition question remark solution spoiler success theorem tip warning".split()
)
# Boxes whose first argument says of what kind they are.
_TYPED = frozenset("admonition alert callout hint notice".split())
_QUOTES = frozenset("blockquote epigraph pullquote quote".split())
_FORMULAS = frozenset("katex latex m math mathjax tex".split())
_DIAGRAMS = frozenset("chart code echarts graphviz mermaid plantuml pre tikz".split())
_STATES = frozenset("closed false open true".split())


class Report(Protocol):
    """A function that takes the number of a line, and what of it could not be converted.

    Messages with the same *kind* are counted, and only the first is told.
    """

    def __call__(self, line: int, message: str, kind: str = "") -> None:
        """Tell *message* about *line*."""


def arguments_of(text: str) -> dict[str, str]:
    """Return the arguments of a shortcode; those without a name are called "0", "1" and so on."""
    arguments: dict[str, str] = {}
    for argument in _ARGUMENT.finditer(text):
        value = next((value for value in argument.groups()[1:] if value is not None), "")
        position = sum(name.isdigit() for name in arguments)
        arguments[argument[1] or str(position)] = value
    return arguments


@dataclass(frozen=True)
class Picture:
    """A picture that a shortcode shows."""

    source: str
    alt: str = ""
    caption: str = ""


def picture_of(name: str, arguments: Mapping[str, str]) -> Picture | None:
    """Return the picture that the shortcode *name* shows, or None if it shows none."""
    shows = bool(_PICTURES.search(name))
    names = ["src", "file", "path", "url", "image", "img", "image_path"]
    values = [value for key in names if (value := arguments.get(key, ""))]
    positions = [arguments[key] for key in arguments if key.isdigit()] if shows else []
    source = next(
        (value for value in (*values, *positions) if PICTURE_NAME.fullmatch(value)),
        next(iter(values), "") if shows else "",
    )
    if not source:
        return None
    texts = [arguments.get(key, "") for key in ("caption", "text", "desc", "description")]
    # What is left are identifiers and sizes, apart from a caption in words.
    texts += [value for value in positions if value != source and " " in value.strip()]
    caption = next(filter(None, texts), "")
    if title := arguments.get("title", ""):
        caption = f"**{title}** {caption}" if caption else title
    if origin := arguments.get("attr", ""):
        address = arguments.get("attrlink", "")
        caption += f" ([{origin}]({address}))" if address else f" ({origin})"
    return Picture(source, arguments.get("alt", ""), caption.strip())


@dataclass(frozen=True)
class Footnote:
    """A footnote that is moved to the end of its document, with the line on which it began."""

    label: str
    text: str
    line: int

    def lines(self) -> list[Line]:
        """Return the lines of the footnote with their numbers."""
        return numbered(self.text, self.line)


@dataclass
class Preparation:
    """The conversion of the text of one document, which begins on *line*.

    ``footnotes`` are those that shortcodes become; their labels begin with *label*, which no other
    footnote has.
    """

    kind: Kind
    line: int
    report: Report
    label: str = "sidenote"
    footnotes: list[Footnote] = field(default_factory=list)
    marks: Placeholders = field(default_factory=Placeholders)

    def prepare(self, text: str) -> str:
        """Return *text* without private comments, and with marks in place of shortcodes."""
        text = self._protected(text)
        if self.kind == "obsidian":
            text = _OPEN_COMMENT.sub(self._open_comment, text)
        text = _HTML_FIGURE.sub(self._html_figure, text)
        text = self._details(text)
        if self.kind in _TAG:
            text = self._pairs(text)
            lines = _Lines(self.marks, text, self.line)
            text = _TAG[self.kind].sub(lambda match: self._single(match, lines), text)
            # The number of a footnote follows its word.
            text = re.sub(rf"(?<=[^\s|]) +(?=\[\^{self.label}-)", "", text)
        return self.marks.restore(text)

    def _protected(self, text: str) -> str:
        """Return *text* with marks in place of code and comments, and without private ones."""
        lines = _Lines(self.marks, text, self.line)

        def protect(span: Span) -> str:
            whole = text[span.start : span.end]
            if span.kind != "private":
                return self.marks.keep(whole)
            self.report(lines.of(span.start), "a private comment is left out", "private")
            alone = _is_alone(text, span.start, span.end)
            return "\n" * whole.count("\n") if alone else self._joints(whole)

        return replace(text, spans(text, self.kind), protect)

    def _line_of(self, match: re.Match[str]) -> int:
        return self.line + self.marks.line_ends(match.string[: match.start()])

    def _joints(self, text: str) -> str:
        """Return marks for the line ends of *text*, which is left out."""
        return JOINT * self.marks.line_ends(text)

    def _open_comment(self, match: re.Match[str]) -> str:
        self.report(
            self._line_of(match), "a private comment, %%, is not closed; what follows is left out"
        )
        return ""

    def _html_figure(self, match: re.Match[str]) -> str:
        """Convert a figure that has one picture; leave others as they are."""
        inner = self.marks.restore(match[1])
        pictures = list(_HTML_PICTURE.finditer(inner))
        if len(pictures) != 1 or not _is_alone(match.string, match.start(), match.end()):
            return match[0]
        attributes = arguments_of(pictures[0][0].strip("<>/").replace(" =", "="))
        source = pictures[0]["src"] or attributes.get("src", "")
        caption = _HTML_CAPTION.search(inner)
        if not source:
            return match[0]
        text = " ".join(caption[1].split()) if caption else ""
        alt = without_marks(html.unescape(pictures[0]["alt"] or attributes.get("alt", "")))
        return self._figure(Picture(source, alt, text)) + self._joints(match[0])

    def _details(self, text: str) -> str:
        """Convert what readers can open into boxes, from the innermost to the outermost."""
        for _ in range(_MAX_DEPTH):
            text, count = _DETAILS.subn(self._detail, text)
            if not count:
                break
        return text

    def _detail(self, match: re.Match[str]) -> str:
        title = " ".join(self.marks.restore(match[1] or "").split())
        before = self.marks.line_ends(match.string[match.start() : match.start(2)])
        if not match[2].strip():
            return f"**{title}**" + self._joints(match[0])
        return (
            f"{SPLIT}{BOX}details{PART}{title}{JOINT * before}{SPLIT}{match[2]}{SPLIT}{END_OF_BOX}"
            f"{SPLIT}"
        )

    @staticmethod
    def _figure(picture: Picture) -> str:
        return f"{SPLIT}{FIGURE}{picture.source}{PART}{picture.alt}{PART}{picture.caption}{SPLIT}"

    def _pairs(self, text: str) -> str:
        """Convert the pairs of tags in *text*, from the innermost to the outermost."""
        tags = list(_TAG[self.kind].finditer(text))
        ends = {tag["name"] for tag in tags if tag["end"]}
        if not ends:
            return text
        lines = _Lines(self.marks, text, self.line)
        parts: list[str] = []
        # The tags that are open: where each stands in the parts, and on which line.
        opened: list[tuple[re.Match[str], int, int]] = []
        position = 0
        for tag in tags:
            parts.append(text[position : tag.start()])
            position = tag.end()
            names = [other["name"] for other, _, _ in opened]
            if tag["end"] and tag["name"] in names:
                last = len(names) - 1 - names[::-1].index(tag["name"])
                start, at, line = opened[last]
                parts[at:] = [self._pair(start, "".join(parts[at + 1 :]), tag, line)]
                del opened[last:]
                continue
            if not tag["end"] and tag["name"] in ends:
                opened = [*opened[-_MAX_DEPTH:], (tag, len(parts), lines.of(tag.start()))]
            parts.append(tag[0])
        return "".join([*parts, text[position:]])

    def _pair(self, start: re.Match[str], inner: str, end: re.Match[str], line: int) -> str:
        """Return what becomes of *inner*, between the tags *start* and *end*."""
        name = start["name"].rpartition("/")[2].lower()
        rest = self.marks.restore(start["rest"])
        arguments = arguments_of(rest)
        alone = _is_alone(start.string, start.start(), end.end())
        before, after = self._joints(start[0]), self._joints(end[0])
        if name == "comment":
            self.report(line, "a private comment is left out", "private")
            return self._joints(start[0] + inner + end[0])
        # After a blank line, there is no word to which a footnote could belong.
        apart = alone and _ends_blank(start.string, start.start())
        if (name in NOTES and not apart) or (name == "aside" and not alone):
            return self._note(start, inner, end, arguments, line)
        if name in _FORMULAS:
            return before + self._formula(inner, alone or "display" in arguments.values()) + after
        if name in _DIAGRAMS and alone:
            code = inner.strip("\n")
            return f"````{name}{SPLIT}{before}{code}{self._around(inner, code)}{SPLIT}````{after}"
        if picture := picture_of(name, arguments):
            caption = picture.caption or " ".join(inner.split())
            figure = Picture(picture.source, picture.alt, caption)
            if alone:
                return self._figure(figure) + self._joints(start[0] + inner + end[0])
        if name in _QUOTES and alone:
            text = inner.strip()
            quoted = re.sub(f"(?<=[\n{SPLIT}])", "> ", text)
            return f"{before}{SPLIT}> {quoted}{SPLIT}{self._around(inner, text)}{after}"
        title = self._title(name, arguments, rest)
        if alone and (name in _BOXES | NOTES or title):
            of = "aside" if name in NOTES else name if name in _BOXES else "note"
            if name in _TYPED:
                given = arguments.get("type") or arguments.get("0", "")
                of = given.lower() if given.lower() in _BOXES else "note"
            return (
                f"{SPLIT}{BOX}{of}{PART}{title}{before}{SPLIT}{inner}{SPLIT}{END_OF_BOX}"
                f"{SPLIT}{after}"
            )
        self.report(
            line,
            f"{self.marks.restore(start[0])} is an unknown pair of tags; only what is between them"
            " is kept",
            f"pair {name}",
        )
        return before + inner + after

    def _around(self, inner: str, stripped: str) -> str:
        """Return marks for the line ends that *inner* has around *stripped*."""
        return JOINT * (self.marks.line_ends(inner) - self.marks.line_ends(stripped))

    def _note(
        self,
        start: re.Match[str],
        inner: str,
        end: re.Match[str],
        arguments: Mapping[str, str],
        line: int,
    ) -> str:
        """Return the reference to a new footnote, after the words to which it belongs, if any."""
        line += self.marks.line_ends(start[0])
        line += self.marks.line_ends(inner) - self.marks.line_ends(inner.lstrip())
        positions = [value for name, value in arguments.items() if name.isdigit()]
        words = positions[-1] if len(positions) > 1 else ""
        whole = start[0] + inner + end[0]
        return words + self._reference(inner, line) + self._joints(whole)

    def _reference(self, text: str, line: int) -> str:
        label = f"{self.label}-{len(self.footnotes) + 1}"
        self.footnotes.append(Footnote(label, self.marks.restore(text).strip(), line))
        return f"[^{label}]"

    @staticmethod
    def _formula(inner: str, displayed: bool) -> str:
        """Return a formula, which may have delimiters of its own."""
        if re.search(r"\$|\\\(|\\\[", inner):
            return inner
        tex = inner.strip()
        return f"{SPLIT}$${SPLIT}{tex}{SPLIT}$${SPLIT}" if displayed else f"${tex}$"

    def _title(self, name: str, arguments: Mapping[str, str], rest: str) -> str:
        names = ("title", "summary", "header", "heading", "caption")
        if title := next((arguments[key] for key in names if arguments.get(key)), ""):
            return title
        if self.kind == "jekyll":
            return rest.strip().strip("\"'") if name in _BOXES else ""
        if name not in _BOXES:
            return ""
        title = arguments.get("1" if name in _TYPED else "0", "")
        return "" if title.lower() in _STATES else title

    def _single(self, match: re.Match[str], lines: _Lines) -> str:
        """Convert a tag that has no partner if it needs the whole text; put others on one line."""
        name, rest = match["name"].rpartition("/")[2].lower(), self.marks.restore(match["rest"])
        arguments = arguments_of(rest)
        if match["end"] or (self.kind == "jekyll" and name in ("raw", "highlight")):
            return match[0]
        if self.kind == "jekyll" and name == "include":
            name = arguments.pop("0", "").partition(".")[0]
        if name in NOTES and arguments:
            # Only the last argument is the text; the first is the name of the note.
            positions = [value for key, value in arguments.items() if key.isdigit()]
            text = next(iter(positions[::-1]), "") or next(reversed(arguments.values()))
            return self._reference(text, lines.of(match.start())) + self._joints(match[0])
        picture = picture_of(name, arguments)
        if picture and _is_alone(match.string, match.start(), match.end()):
            return self._figure(picture) + self._joints(match[0])
        return re.sub(r"(?:(?<!\s)[^\S\n]++)?\n\s*+", " ", match[0]) + self._joints(match[0])


def _ends_blank(text: str, end: int) -> bool:
    """Return whether the last whole line before *end* is blank, or there is none."""
    lines = re.split(f"[\n{SPLIT}]", text[max(0, end - _WINDOW) : end])
    return len(lines) < 2 or not lines[-2].strip(f" \t{JOINT}")


def _is_alone(text: str, start: int, end: int) -> bool:
    """Return whether the lines from *start* to *end* of *text* have nothing else on them."""
    before = re.split(f"[\n{SPLIT}]", text[max(0, start - _WINDOW) : start])[-1].replace(JOINT, "")
    after = re.split(f"[\n{SPLIT}]", text[end : end + _WINDOW], maxsplit=1)[0].replace(JOINT, "")
    return not before and not after.strip()


class _Lines:
    """The numbers of the lines of a *text*, the first of which is *first*."""

    def __init__(self, marks: Placeholders, text: str, first: int) -> None:
        self.marks = marks
        self.text = text
        self.line = first
        self.position = 0

    def of(self, position: int) -> int:
        """Return the line of *position*, which is behind those that were asked for before."""
        self.line += self.marks.line_ends(self.text[self.position : position])
        self.position = position
        return self.line
