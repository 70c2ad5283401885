"""Convert what is inside paragraphs, from other programs' Markdown into MyST."""

from __future__ import annotations

import html
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from papernotes.cli.bibfile.clean import is_money
from papernotes.cli.importer.collection import Kind
from papernotes.cli.importer.marks import BREAK, OPEN, OURS, Placeholders, without_marks
from papernotes.cli.importer.protected import Span, code_spans, replace, sub_closed
from papernotes.cli.importer.shortcodes import (
    PICTURE_NAME,
    Picture,
    Report,
    arguments_of,
    picture_of,
)
from papernotes.cli.scaffold import escaping
from papernotes.core.files import SCHEME

# No formula begins within another, so that no search goes over the same characters twice.
_MATHEMATICS = re.compile(
    r"\\\\\((?P<a>(?:(?!\\\().)+?)\\\\\)|\\\((?P<b>(?:(?!\\\().)+?)\\\)"
    r"|\\\\?\[(?P<c>(?=[^\[\]\\^_=+<>]*+(?:[\^_=+<>]|\\(?!\\?\]))[^\[\]]?)(?:(?!\\\[).)+?)\\\\?\]"
    r"|(?<!\\)\$\$(?P<d>.+?)(?<!\\)\$\$|(?<![\\\w$])\$(?P<e>(?! )[^$\n]*?(?<![ \\]))\$(?!\d)"
    r"|(?<![\\\w$])\$ (?P<f>[A-Za-z]|(?=[^$\n\\^_=]*+[\\^_=])[^$\n]*?) \$(?!\w)",
    re.DOTALL,
)
_AUTOLINK = re.compile(r"(?<!\]\()<(?:https?|ftp)://[^<>\s]++>", re.IGNORECASE)
_DOLLAR = re.compile(r"(?<!\\)\$")
_TASK = re.compile(r"^([ \t]*(?:[*+-]|\d{1,9}[.)])[ \t]+)\[([ xX])\](?=[ \t]+\S)", re.MULTILINE)
_INLINE_FOOTNOTE = re.compile(r"(?<!\\)\^\[((?:[^\[\]]++|\[(?:[^\[\]]++|\[[^\[\]]*+\])*+\])++)\]")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SHORTCODE = re.compile(
    r"\{\{[<%][ \t]*+/?[ \t]*+(?P<name>[\w.-]+)(?P<rest>(?:(?!\{\{).)*?)/?[%>]\}\}", re.DOTALL
)
# A shortcode that the author wants to show, not to use.
_ESCAPED_SHORTCODE = re.compile(r"\{\{([<%])/\*((?:(?!\{\{).)*?)\*/([>%])\}\}", re.DOTALL)
_LIQUID = re.compile(
    r"\{%-?[ \t]*+(\w++)((?:(?!\{%).)*?)-?%\}|\{\{-?((?:(?!\{\{).)*?)-?\}\}", re.DOTALL
)
# In a table, Obsidian writes a backslash before the bar.
_WIKI = re.compile(r"(!?)\[\[([^\[\]|#^\n]*?)(#[^\[\]|\n]*?)?(?:\\?\|([^\[\]\n]*))?\]\]")
# The width, and the height, of a picture.
_SIZE = re.compile(r"(?:^|\\?\|)[ \t]*\d+(?:x\d+)?[ \t]*$")
_LINK = re.compile(
    r"(?<!\\)(!?)\[((?:[^\[\]\\]++|\\.|\[[^\[\]]*+\])*+)\]\("
    r"[ \t]*+(?:<([^<>\n]*+)>|([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+))"
    r"[ \t\n]*+(\"[^\"]*+\"|'[^']*+')?[ \t]*+\)"
)

_REFERENCE = re.compile(r"(!?)\[([^\[\]^][^\[\]]*)\](?:\[([^\[\]]*)\])?(?![(\[])(:[ \t]+\S+)?")
_HTML_IMAGE = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_HTML_LINK = re.compile(
    r"(?><a\b(?=[^<>]*+>)[^<>]*?\bhref[ \t]*+=[ \t]*+(?:\"([^\"<>]*+)\"|'([^'<>]*+)')[^<>]*+>)"
    r"((?:(?!<a\b).)*?)</a>",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ATTRIBUTE = re.compile(r"(src|alt)[ \t]*=[ \t]*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_ATTRIBUTES = re.compile(
    r"\{:?[ \t]*(?:[.#][\w-]++|[\w-]++=(?:\"[^\"]*+\"|[^\s{}]+?))(?:[ \t][^{}]*+)?\}"
)
_FOOTNOTE = re.compile(r"\[\^([^\[\]\s]++)\](:?)")
_AT = re.compile(r"(?<![\w\\])@(?=[\w{])(\{?)([\w:.#$%&\-+?<>~/]*\w)")
_HIGHLIGHT = re.compile(r"==(?=\S)((?:(?!==).)+?)(?<=\S)==")
_BLOCK_ID = re.compile(r"(?<![ \t])[ \t]++\^[\w-]++[ \t]*+$", re.MULTILINE)
# How deep elements of HTML are in each other.
_MAX_DEPTH = 10
_OUTSIDE = re.compile(r"(?:https?|ftp)://|mailto:", re.IGNORECASE)
_ROLE = re.compile(rf"\{{(?=[\w:+-]+\}}{OPEN})")
# What MyST could take for a value to insert; shortcodes are none.
_SUBSTITUTION = re.compile(r"(?<!\\)\{\{(?![<%])")
# The tags of HTML that Markdown has signs for, with these.
_SIGNS = {
    **dict.fromkeys(("b", "strong", "mark"), "**"),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "*"),
    **dict.fromkeys(("del", "s", "strike"), "~~"),
}
# Those that become roles, or code.
_ROLES = {"sup": "sup", "sub": "sub", "kbd": "kbd"}
_LITERAL = frozenset({"code", "samp", "tt"})
_ELEMENT = re.compile(
    rf"<({'|'.join((*_SIGNS, *_ROLES, *_LITERAL))})(?:[ \t][^<>]*+)?>([^<>`]*+)</\1[ \t]*+>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\b[ \t]*+/?>[ \t]*+(\n?)(?=([^\n]?))", re.IGNORECASE)
# Tags that say how their text looks, or what it is; only the text is kept.
_LEFT_OUT = re.compile(
    r"</?(?:a|abbr|acronym|address|article|aside|big|center|data|details|div|figcaption|figure|font"
    r"|footer|header|hr|ins|label|main|nav|nobr|p|picture|q|section|small|span|summary|time|u|wbr"
    r"|b|strong|mark|i|em|cite|dfn|var|del|s|strike)(?:[ \t\n][^<>]*+)?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])")
# The start of a target that a shortcode names.
_TARGET = "relref:"


class LinkResolver(Protocol):
    """A resolver of the targets of links and pictures; it returns None for an unknown target."""

    def note(self, target: str) -> str | None:
        """Return the citation key of the note that *target* refers to."""

    def page(self, target: str) -> str | None:
        """Return the new path of the page that *target* refers to, with a leading slash."""

    def file(self, target: str) -> str | None:
        """Return the new path of the picture or other file *target*, with a leading slash."""

    def is_left_out(self, target: str) -> bool:
        """Return whether :meth:`file` found *target*, which is not copied."""


@dataclass
class Inline:
    """A converter of the paragraphs of one document.

    *keys* are the known citation keys. *footnotes* are the names of the footnotes that have both a
    reference and a definition. *references* maps the labels of link reference definitions to their
    targets, if these are in the collection. *report* is told what could not be converted.
    ``notes`` are the definitions of the footnotes that stood in the text, each with its label,
    which begins with *label*.
    """

    kind: Kind
    links: LinkResolver
    keys: Container[str]
    report: Report
    footnotes: Container[str] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    label: str = "note"
    notes: list[tuple[str, str]] = field(default_factory=list)
    marks: Placeholders = field(default_factory=Placeholders)

    def convert(self, text: str, line: int) -> str:
        """Return the paragraph *text*, which starts on *line*, as MyST."""
        before, self.marks = self.marks, Placeholders()
        try:
            return self._convert(text, line)
        finally:
            self.marks = before

    def _convert(self, text: str, line: int) -> str:
        def line_of(match: re.Match[str]) -> int:
            return line + match.string.count("\n", 0, match.start())

        text = replace(text, code_spans(text), partial(self._code, text))
        text = sub_closed(_COMMENT, "-->", lambda m: self._keep(m[0]), text)
        text = _TASK.sub(lambda m: f"{m[1]}{'☐' if m[2] == ' ' else '☑'}", text)
        text = _AUTOLINK.sub(lambda m: self._keep(m[0]), text)
        text = _MATHEMATICS.sub(self._mathematics, text)
        text = _INLINE_FOOTNOTE.sub(lambda m: self._inline_footnote(m, line_of(m)), text)
        if self.kind == "hugo":
            text = _ESCAPED_SHORTCODE.sub(lambda m: self._keep(f"{{{{{m[1]}{m[2]}{m[3]}}}}}"), text)
            text = _SHORTCODE.sub(lambda m: self._shortcode(m, line_of(m)), text)
        if self.kind == "jekyll":
            text = _LIQUID.sub(lambda m: self._liquid(m, line_of(m)), text)
        if self.kind == "obsidian":
            text = _WIKI.sub(lambda m: self._wiki(m, line_of(m)), text)
            text = _HIGHLIGHT.sub(r"**\1**", text)
            text = _BLOCK_ID.sub(lambda m: self._leave_out(m[0], line_of(m)), text)
        text = _HTML_LINK.sub(lambda m: self._html_link(m, line_of(m)), text)
        text = _HTML_IMAGE.sub(lambda m: self._html_image(m, line_of(m)), text)
        text = self._html(text, line)
        text = _REFERENCE.sub(self._reference, text)
        text = _LINK.sub(lambda m: self._link(m, line_of(m)), text)
        text = _ATTRIBUTES.sub(lambda m: self._leave_out(m[0], line_of(m)), text)
        text = _FOOTNOTE.sub(lambda m: self._footnote(m, line_of(m)), text)
        text = _AT.sub(lambda m: self._at(m, line_of(m)), text)
        text = _ROLE.sub(r"\\{", text)
        text = _DOLLAR.sub(r"\\$", text)
        text = _SUBSTITUTION.sub(r"\\{\\{", text)
        return self._restore(text)

    def _keep(self, text: str) -> str:
        """Return a placeholder for *text*, which later conversions must not change."""
        return self.marks.keep(text)

    def _restore(self, text: str) -> str:
        return self.marks.restore(text)

    def _leave_out(self, text: str, line: int) -> str:
        self.report(line, f"{text.strip()} is left out")
        return ""

    def _code(self, text: str, span: Span) -> str:
        whole = text[span.start : span.end]
        # Authors put formulas in code because Hugo would read them as Markdown elsewhere.
        inner = whole.strip("`").strip()
        for opening, closing in (("\\(", "\\)"), ("$$", "$$"), ("$", "$")):
            tex = inner.removeprefix(opening).removesuffix(closing)
            if tex.strip() and inner == f"{opening}{tex}{closing}":
                return self._formula(tex)
        return self._keep(whole)

    def _formula(self, tex: str) -> str:
        tex = " ".join(tex.split())
        return self._keep(f"${tex}$")

    def _mathematics(self, match: re.Match[str]) -> str:
        inline = match["a"] or match["b"] or match["e"] or match["f"]
        if match["e"] and is_money(match[0]):
            return match[0]
        if inline is not None:
            # Beside a digit, dollar signs are read as money.
            beside = match.string[max(match.start() - 1, 0) : match.start()]
            beside += match.string[match.end() : match.end() + 1]
            if re.search(r"\d", beside) and "`" not in inline:
                return self._keep(f"{{{OURS}math}}`{' '.join(inline.split())}`")
            return self._formula(inline)
        display = (match["c"] or match["d"] or "").strip()
        alone = match.string.strip() == match[0].strip()
        if self.kind == "jekyll" and match["d"] and not alone:
            # kramdown uses two dollar signs for inline mathematics, too.
            return self._formula(display)
        return self._keep(f"$${display}$$")

    def _shortcode(self, match: re.Match[str], line: int) -> str:
        name, arguments = match["name"], arguments_of(self._restore(match["rest"]))
        first = arguments.get("0", "")
        match name:
            case "relref" | "ref" if first or "path" in arguments:
                return self._target(match, first or arguments["path"], line)
            case "youtube" | "vimeo" if first:
                host = "www.youtube.com/watch?v=" if name == "youtube" else "vimeo.com/"
                return f"<https://{host}{first}>"
            case "math" | "katex" | "mathjax" | "latex":
                return ""
        if picture := picture_of(name, arguments):
            return self._captioned(picture, line)
        text = self._restore(match[0])
        self.report(line, f"{text} is an unknown shortcode; it is left as text", name)
        return self._keep(text)

    def _captioned(self, picture: Picture, line: int) -> str:
        """Return a picture within a paragraph, with its caption beside it."""
        shown = self._picture(picture.alt or picture.caption, picture.source, line)
        return f"{shown} ({picture.caption})" if picture.caption else shown

    def _target(self, match: re.Match[str], target: str, line: int) -> str:
        """Return the target of a link, or a link to it where none is around it."""
        before = match.string[: match.start()].rstrip()
        if re.search(r"\]\(<?$|\]:[ \t]*<?$|href[ \t]*=[ \t]*[\"']?$", before):
            return self._keep(f"{_TARGET}{target}")
        return self._internal_link("", target, line)

    def _liquid(self, match: re.Match[str], line: int) -> str:
        rest = (match[2] or "").strip()
        match match[1]:
            case "post_url" | "link":
                return self._target(match, rest, line)
            case "cite" if rest:
                keys = rest.partition("--")[0].split()
                return f"[{'; '.join(f'@{key}' for key in keys)}]"
            case "include":
                name, _, given = rest.partition(" ")
                if picture := picture_of(name, arguments_of(given)):
                    return self._captioned(picture, line)
        expression = (match[3] or "").strip()
        if re.fullmatch(r"site\.(?:base)?url", expression):
            return ""
        filtered = re.fullmatch(
            r"[\"']([^\"']*)[\"'][ \t]*\|[ \t]*(?:relative|absolute)_url", expression
        )
        if filtered:
            return filtered[1]
        text = self._restore(match[0])
        kind = f"{{% {match[1]}" if match[1] else expression
        self.report(line, f"{text} is an unknown Liquid tag or variable; it is left as text", kind)
        return self._keep(text)

    def _inline_footnote(self, match: re.Match[str], line: int) -> str:
        label = f"{self.label}-{len(self.notes) + 1}"
        # The place comes first: a footnote may have footnotes itself.
        self.notes.append((label, ""))
        text = " ".join(self.convert(self._restore(match[1]), line).split())
        self.notes[self.notes.index((label, ""))] = (label, text)
        return self._keep(f"[^{label}]")

    def _html_link(self, match: re.Match[str], line: int) -> str:
        """Turn a link into one of Markdown."""
        target = self._restore(match[1] or match[2] or "")
        if not target or target.startswith("#"):
            return match[3]
        if target.startswith("//") or _OUTSIDE.match(target):
            address = "".join(target.split())
            return f"[{match[3]}](<{address}>)"
        return self._internal_link(match[3], target.removeprefix(_TARGET), line)

    def _html(self, text: str, line: int) -> str:
        """Translate HTML into Markdown; what has no translation stays, and is text on the page."""
        for _ in range(_MAX_DEPTH):
            text, count = _ELEMENT.subn(self._element, text)
            if not count:
                break
        text = _BREAK.sub(self._break, text)
        text = _LEFT_OUT.sub(lambda match: self._tag(match, line, "is left out"), text)
        for match in _TAG.finditer(text):
            self._tag(match, line, "is HTML, which is text on the new site")
        return text

    def _element(self, match: re.Match[str]) -> str:
        name, content = match[1].lower(), match[2]
        inner = content.strip()
        if not inner:
            return content
        if name in _SIGNS:
            around = content.partition(inner)
            return f"{around[0]}{_SIGNS[name]}{inner}{_SIGNS[name]}{around[2]}"
        if OPEN in inner:
            return content
        plain = without_marks(html.unescape(" ".join(inner.split())))
        if "`" in plain or name in _LITERAL:
            return self._keep(escaping.code(plain))
        return self._keep(f"{{{OURS}{_ROLES[name]}}}`{plain}`")

    @staticmethod
    def _break(match: re.Match[str]) -> str:
        """Return a line break; a line may not begin with what would begin a block there."""
        begins = match[2]
        return (
            f" {match[1]}" if not begins or begins in "#>|-+*=%:~({" or begins.isdigit() else BREAK
        )

    def _tag(self, match: re.Match[str], line: int, reason: str) -> str:
        name = re.sub(r"[</\s>].*", "", match[0].lstrip("</"), flags=re.DOTALL).lower()
        place = line + match.string.count("\n", 0, match.start())
        self.report(place, f"{match[0].rstrip('>')}> {reason}", f"<{name}")
        return ""

    def _wiki(self, match: re.Match[str], line: int) -> str:
        target, text = match[2].strip(), match[4]
        if match[1] and PICTURE_NAME.fullmatch(target):
            return self._picture(text or "", target, line)
        shown = text or target or (match[3] or "").lstrip("#")
        if match[1]:
            self.report(line, f"{match[0]} embeds another note; it becomes a link")
        if not target:
            self.report(line, f"{match[0]} links to a heading of its own note; it becomes text")
            return shown
        return self._internal_link(shown, target + (match[3] or ""), line)

    def _html_image(self, match: re.Match[str], line: int) -> str:
        attributes = {m[1].lower(): m[2] or m[3] or "" for m in _HTML_ATTRIBUTE.finditer(match[1])}
        if not attributes.get("src"):
            return match[0]
        return self._picture(attributes.get("alt", ""), attributes["src"], line)

    def _reference(self, match: re.Match[str]) -> str:
        """Turn a reference link into an inline link, and remove its definition."""
        target = self.references.get(" ".join((match[3] or match[2]).lower().split()))
        if target is None:
            return match[0]
        if match[4]:
            return ""
        return f"{match[1]}[{match[2]}](<{target}>)"

    def _link(self, match: re.Match[str], line: int) -> str:
        text = match[2]
        target = self._restore(match[3] if match[3] is not None else match[4])
        if match[1]:
            return self._picture(text, target, line)
        if target.startswith("//"):
            target = f"https:{target}"
        if _OUTSIDE.match(target):
            # Later conversions apply to the text, but must not change the URL.
            title = f" {match[5]}" if match[5] else ""
            return f"[{text}]({self._keep(f'<{target}>' if '(' in target else target)}{title})"
        if not target or target.startswith("#") or _is_foreign(target):
            where = "a heading of its own note" if target.startswith("#") else f'"{target}"'
            self.report(line, f"the link to {where} becomes text")
            return text
        return self._internal_link(text, target.removeprefix(_TARGET), line)

    def _internal_link(self, text: str, target: str, line: int) -> str:
        """Return a link to another document or file of the collection."""
        path, hash_sign, fragment = target.partition("#")
        shown = self._restore(text)
        if key := self.links.note(path):
            if hash_sign:
                self.report(line, f"#{fragment} is left out of the link to {path}")
            plain = re.sub(r"[`<>]", "", re.sub(r"\$[^$]*\$", lambda m: m[0].strip("$"), shown))
            return self._keep(
                f"{{{OURS}note}}`{plain.strip()} <{key}>`"
                if plain.strip()
                else f"{{{OURS}note}}`{key}`"
            )
        if new_path := self.links.page(path) or self.links.file(path):
            if hash_sign:
                self.report(line, f"#{fragment} is left out of the link to {path}")
            return self._keep(f"[{text}](<{OURS}{new_path}>)")
        fault = "is not copied" if self.links.is_left_out(path) else "does not exist"
        self.report(line, f'the link to "{target}", which {fault}, becomes text')
        return text or path

    def _picture(self, text: str, target: str, line: int) -> str:
        if self.kind == "obsidian" and (size := _SIZE.search(text)):
            text = text[: size.start()]
            self.report(line, f"the size of the picture {target} is left out", "size")
        if target.startswith("//"):
            target = f"https:{target}"
        if _OUTSIDE.match(target) or target.startswith("data:"):
            return self._keep(f"![{text}]({target})")
        path = self.links.file(target)
        if path is None:
            source = self._restore(f"![{text}]({target})")
            fault = "is not copied" if self.links.is_left_out(target) else "does not exist"
            self.report(line, f"{source} is a picture that {fault}; it is left as text")
            return self._keep(f"\\![{text}]\\({target})")
        return self._keep(f"![{text}](<{OURS}{path}>)")

    def _footnote(self, match: re.Match[str], line: int) -> str:
        if match[1] in self.footnotes:
            return match[0]
        self.report(line, f"{match[0]} is half of a footnote; it is left as text")
        return self._keep(f"\\[^{match[1]}\\]{match[2]}")

    def _at(self, match: re.Match[str], line: int) -> str:
        if match[2] in self.keys:
            return match[0]
        start = match.string.rfind("[", 0, match.start())
        if start >= 0 and "]" not in match.string[start : match.start()]:
            self.report(
                line, f"{match[0]} cites a key that no bibliography file has; it is left as text"
            )
        return "\\" + match[0]


def _is_foreign(target: str) -> bool:
    scheme = SCHEME.match(target)
    return scheme is not None and scheme[0] != _TARGET
