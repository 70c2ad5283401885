"""Convert the blocks of other programs' Markdown into MyST; :mod:`.inline` converts paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

from papernotes.cli.importer.collection import Kind
from papernotes.cli.importer.foreign import as_code
from papernotes.cli.importer.marks import BOX, BREAK, END_OF_BOX, FIGURE, OURS, PART, Line
from papernotes.cli.importer.shortcodes import Report

_FENCE = re.compile(r"([ ]{0,3}(?:[*+:-][ ]+)?)(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})(?=[ \t]|$)(.*)$")
_UNDERLINE = re.compile(r"[ ]{0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r"[ ]{0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_LIST = re.compile(r"[ \t]*(?:[*+-]|\d{1,9}[.)])(?:[ \t]|$)")
_ADMONITION = re.compile(r"(?:!!!|\?\?\?\+?)[ \t]*+([\w-]++)?+(?:[^\"\n]*+\"(.*)\")?[ \t]*+$")
_COMMENT = re.compile(r"[ ]{0,3}<!--")
_INDENTED = re.compile(r"[ \t]+(?:===[+!]?[ \t]+\"|!!![ \t]|\?\?\?\+?[ \t])")
_TAB = re.compile(r"===[+!]?[ \t]+\"(.*)\"[ \t]*$")
_CALLOUT = re.compile(r">[ \t]*\[!([\w-]+)\][+-]?[ \t]*(.*)$")
_ATTRIBUTES = re.compile(r"[ \t]*\{:[^{}]*\}[ \t]*$")
_HEADING_ATTRIBUTES = re.compile(r"\{:?[ \t]*+[#.][^{}]*+\}[ \t]*+$")
_OPEN = {
    "hugo": re.compile(r"[ \t]*\{\{[<%][ \t]*highlight[ \t]++\"?([\w+-]++)?.*[>%]\}\}[ \t]*+$"),
    "jekyll": re.compile(r"[ \t]*\{%-?[ \t]*highlight[ \t]++([\w+-]++)?.*%\}[ \t]*+$"),
}
_CLOSE = {
    "hugo": re.compile(r"[ \t]*\{\{[<%][ \t]*/[ \t]*highlight[ \t]*[>%]\}\}[ \t]*$"),
    "jekyll": re.compile(r"[ \t]*\{%-?[ \t]*endhighlight[ \t]*-?%\}[ \t]*$"),
}
_RAW = re.compile(r"[ \t]*\{%-?[ \t]*(?:end)?raw[ \t]*-?%\}[ \t]*$")
# Elements of HTML that Markdown has nothing for, and those that last to their end.
_HTML_BLOCK = re.compile(
    r"[ ]{0,3}</?(audio|button|canvas|embed|form|iframe|link|math|meta|noscript|object|pre|script"
    r"|style|svg|table|textarea|video)(?=[\s/>]|$)",
    re.IGNORECASE,
)
_WHOLE = frozenset({"pre", "script", "style", "textarea"})
_DIRECTIVE = re.compile(r"[ \t]*\{[\w:+.-]+\}")
# How deep blocks are in each other.
_MAX_DEPTH = 20
# What MyST would read as a comment, block break, directive or target at the start of a line.
_SPECIAL = re.compile(r"^([ ]{0,3})(%|\+\+\+|:::|\([^\s()]+\)=[ \t]*$)")


@dataclass
class Blocks:
    """A converter of the lines of one document.

    *inline* converts the text of a paragraph, given the number of its first line. *report* takes
    the line number and a description of what could not be converted. *shift* is added to the
    levels of headings; *level* is that of the last heading. *depth* counts the blocks around these.
    """

    kind: Kind
    inline: Callable[[str, int], str]
    report: Report
    shift: int = 0
    level: int = 1
    depth: int = 0
    # What is not closed from here to the end.
    _unclosed: set[str] = field(default_factory=set)
    _paragraph: list[Line] = field(default_factory=list)

    def convert(self, lines: Sequence[Line]) -> list[str]:
        """Return *lines* as MyST."""
        out: list[str] = []
        position = 0
        # The column at which the text of the last list item begins, or 0 outside of lists.
        column = 0
        while position < len(lines):
            number, text = lines[position]
            block = self._block(lines, position)
            if block is not None:
                out += self._flush()
                converted, position = block
                out += converted
                continue
            if self.kind == "mkdocs" and column and _INDENTED.match(text):
                self.report(number, f"{text.strip()} is in a list; it is left as text")
            if not text.strip() or self._is_code(text, column):
                out += [*self._flush(), text]
            else:
                if item := _LIST.match(text):
                    column = len(item[0].expandtabs(4))
                elif text[0] not in " \t":
                    column = 0
                self._paragraph.append((number, text))
            position += 1
        return out + self._flush()

    def _flush(self) -> list[str]:
        if not self._paragraph:
            return []
        number = self._paragraph[0][0]
        text = "\n".join(text for _, text in self._paragraph)
        self._paragraph = []
        converted = _with_breaks(self.inline(text, number)).split("\n")
        return [_SPECIAL.sub(r"\1\\\2", line) for line in converted]

    def _is_code(self, text: str, column: int) -> bool:
        """Return whether a line is part of an indented code block, in a list item or not."""
        return text.expandtabs(4).startswith(" " * (column + 4)) and not self._paragraph

    def _block(self, lines: Sequence[Line], position: int) -> tuple[list[str], int] | None:
        """Convert the block that starts at *position*, and return the position after it.

        Return None if the line there belongs to a paragraph.
        """
        number, text = lines[position]
        if fence := _FENCE.match(text):
            return self._fence(lines, position, fence)
        if _COMMENT.match(text):
            return self._comment(lines, position)
        if not self._paragraph and (element := _HTML_BLOCK.match(text)):
            return self._html(lines, position, element[1].lower())
        if text.strip() in ("\\[", "\\\\[", "$$"):
            return self._display(lines, position)
        if (block := self._program_block(lines, position)) is not None:
            return block
        if heading := _HEADING.match(text):
            return self._heading(number, len(heading[1]), _heading_text(heading)), position + 1
        following = lines[position + 1][1] if position + 1 < len(lines) else ""
        underline = _UNDERLINE.match(following) if text.strip() and not self._paragraph else None
        if underline and not _LIST.match(text) and text.strip()[0] not in "|>":
            level = 1 if underline[1][0] == "=" else 2
            return self._heading(number, level, text.strip()), position + 2
        if _RULE.match(text):
            # docutils allows no transition next to a heading or at the end of a section.
            return [""], position + 1
        if _ATTRIBUTES.fullmatch(text):
            self.report(number, f"{text.strip()} is left out")
            return [], position + 1
        return None

    def _program_block(self, lines: Sequence[Line], position: int) -> tuple[list[str], int] | None:
        """Convert a block in syntax that only the other program has, or that marks stand for."""
        number, text = lines[position]
        if text.startswith(FIGURE):
            return self._figure(number, text), position + 1
        if text.startswith(BOX):
            return self._box(lines, position)
        if text.startswith(END_OF_BOX):
            return [], position + 1
        if self.kind in _OPEN and (opening := _OPEN[self.kind].match(text)):
            return self._highlight(lines, position, opening[1] or "text")
        if self.kind == "jekyll" and _RAW.match(text):
            return [], position + 1
        if self.depth >= _MAX_DEPTH:
            return None
        if self.kind == "mkdocs" and (admonition := _ADMONITION.match(text)):
            return self._admonition(lines, position, admonition)
        if self.kind == "mkdocs" and _TAB.match(text):
            return self._tabs(lines, position)
        if self.kind == "obsidian" and (callout := _CALLOUT.match(text)):
            return self._callout(lines, position, callout)
        return None

    def _fence(
        self, lines: Sequence[Line], position: int, fence: re.Match[str]
    ) -> tuple[list[str], int]:
        number = lines[position][0]
        mark = fence[2]
        language = self._language(fence[3].strip(), number)
        out = [f"{fence[1]}{mark}{language}"]
        if language == "text" and _DIRECTIVE.match(fence[3]):
            # What an author shows of a directive is all that there is to see.
            out.append(re.sub(r"[^ ]", " ", fence[1]) + fence[3].strip())
        for later in range(position + 1, len(lines)):
            text = lines[later][1]
            out.append(text)
            if re.fullmatch(rf"[ \t]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*", text):
                return out, later + 1
        return [*out, mark], len(lines)

    def _language(self, info: str, number: int) -> str:
        """Return the language of a code block, or "text" if Pygments does not know it."""
        match = re.match(r"[{ .]*([\w+#-]*)", info)
        language = match[1] if match else ""
        if not language:
            return ""
        try:
            find_lexer_class_by_name(language)
        except ClassNotFound:
            self.report(number, f'"{info}" is not a known language; the code is not highlighted')
            return "text"
        return language

    def _highlight(
        self, lines: Sequence[Line], position: int, language: str
    ) -> tuple[list[str], int]:
        out = [f"````{self._language(language, lines[position][0])}"]
        for later in range(position + 1, len(lines)):
            if _CLOSE[self.kind].match(lines[later][1]):
                return [*out, "````"], later + 1
            out.append(lines[later][1])
        return [*out, "````"], len(lines)

    def _convert_nested(self, lines: Sequence[Line]) -> list[str]:
        nested = Blocks(self.kind, self.inline, self.report, self.shift, self.level, self.depth + 1)
        return nested.convert(lines)

    def _figure(self, number: int, text: str) -> list[str]:
        """Convert the line of a figure into a figure, or into a picture if it has no caption."""
        source, alt, caption = text.removeprefix(FIGURE).split(PART)
        alt = alt or re.sub(r"\[([^\[\]]*)\]\([^()]*\)|[*`$]", r"\1", caption)
        alt = re.sub(r"[\[\]]", "", alt)
        picture = self.inline(f"![{alt}](<{source}>)", number)
        if not caption:
            return ["", picture, ""]
        shown = self.inline(caption, number)
        if not picture.startswith("!["):
            return ["", picture, "", shown, ""]
        return ["", f":::{{{OURS}figure-md}}", picture, "", shown, ":::", ""]

    def _box(self, lines: Sequence[Line], position: int) -> tuple[list[str], int]:
        """Convert a box, which other boxes may be in."""
        end, depth = position, 0
        while end < len(lines):
            depth += lines[end][1].startswith(BOX) - lines[end][1].startswith(END_OF_BOX)
            if depth == 0:
                break
            end += 1
        number, text = lines[position]
        name, title = text.removeprefix(BOX).split(PART)
        content = self._convert_nested(lines[position + 1 : end])
        return self._directive(name, title, number, content), end + 1

    def _tabs(self, lines: Sequence[Line], position: int) -> tuple[list[str], int] | None:
        """Convert the tabs that begin here; return None if they are empty."""
        items: list[list[str]] = []
        end = position
        while end < len(lines) and (tab := _TAB.match(lines[end][1])):
            number, start = lines[end][0], end + 1
            end = _end_of_indented(lines, start)
            content = self._convert_nested([(n, text[4:]) for n, text in lines[start:end]])
            if not any(line.strip() for line in content):
                end = start - 1
                break
            items.append(_fenced(f"{{{OURS}tab-item}} {self.inline(tab[1], number)}", content))
            while end < len(lines) and not lines[end][1].strip():
                end += 1
        if not items:
            return None
        content = [line for item in items for line in item]
        return ["", *_fenced(f"{{{OURS}tab-set}}", content), ""], end

    def _directive(self, name: str, title: str, number: int, content: list[str]) -> list[str]:
        heading = self.inline(title, number) if title else name.replace("-", " ").capitalize()
        if not any(line.strip() for line in content):
            return ["", f"**{heading}**", ""]
        content = [f":class: {name.lower()}", "", *content]
        return ["", *_fenced(f"{{{OURS}admonition}} {heading}", content), ""]

    def _admonition(
        self, lines: Sequence[Line], position: int, match: re.Match[str]
    ) -> tuple[list[str], int]:
        end = _end_of_indented(lines, position + 1)
        content = self._convert_nested([(n, text[4:]) for n, text in lines[position + 1 : end]])
        number = lines[position][0]
        return self._directive(match[1] or "note", match[2] or "", number, content), end

    def _callout(
        self, lines: Sequence[Line], position: int, match: re.Match[str]
    ) -> tuple[list[str], int]:
        end = position + 1
        while end < len(lines) and lines[end][1].startswith(">"):
            end += 1
        content = self._convert_nested(
            [(n, re.sub(r"^>[ \t]?", "", text)) for n, text in lines[position + 1 : end]]
        )
        number = lines[position][0]
        return self._directive(match[1], match[2].strip(), number, content), end

    def _display(self, lines: Sequence[Line], position: int) -> tuple[list[str], int] | None:
        """Convert a displayed formula; return None if it is not closed."""
        closing = {"\\[": "\\]", "\\\\[": "\\\\]", "$$": "$$"}[lines[position][1].strip()]
        if closing in self._unclosed:
            return None
        for later in range(position + 1, len(lines)):
            if lines[later][1].strip() == closing:
                tex = [text for _, text in lines[position + 1 : later] if text.strip()]
                return ["$$", *tex, "$$"] if tex else [], later + 1
        self._unclosed.add(closing)
        return None

    def _comment(self, lines: Sequence[Line], position: int) -> tuple[list[str], int] | None:
        """Return a comment of several lines as it is; return None if it ends on its line.

        What follows its end is a line of its own.
        """
        if "-->" in lines[position][1] or "-->" in self._unclosed:
            return None
        for later in range(position + 1, len(lines)):
            before, end, after = lines[later][1].partition("-->")
            if end:
                rest = (
                    self._convert_nested([(lines[later][0], after.lstrip())])
                    if after.strip()
                    else []
                )
                comment = [text for _, text in lines[position:later]]
                return [*comment, f"{before}-->", *rest], later + 1
        self._unclosed.add("-->")
        return None

    def _html(self, lines: Sequence[Line], position: int, name: str) -> tuple[list[str], int]:
        """Show HTML that has no translation as code: an element, or the lines up to a blank one."""
        self.report(
            lines[position][0], f"<{name}> is HTML, which the new site shows as code", f"<{name}"
        )
        end = position
        closing = f"</{name}"
        while end < len(lines):
            line = lines[end][1]
            if closing in line.lower() if name in _WHOLE else not line.strip():
                break
            end += 1
        end += name in _WHOLE
        code = as_code("\n".join(line for _, line in lines[position:end]), "html")
        return ["", *code.split("\n"), ""], end

    def _heading(self, number: int, level: int, text: str) -> list[str]:
        if attributes := _HEADING_ATTRIBUTES.search(text):
            self.report(number, f"{attributes[0].strip()} is left out")
            text = text[: attributes.start()]
        if not text:
            return [""]
        # MyST warns of a heading that skips a level.
        self.level = min(max(level + self.shift, 2), self.level + 1)
        return ["", f"{'#' * self.level} {self.inline(text, number)}".rstrip(), ""]


def _fenced(opening: str, content: list[str]) -> list[str]:
    """Return a directive, with a fence that is longer than those in its *content*."""
    colons = max((len(run) for line in content for run in re.findall(":{3,}", line)), default=2)
    fence = ":" * max(3, colons + 1)
    # MyST would read options in the first lines of the text.
    first = next((at for at, line in enumerate(content) if line.strip()), 0)
    if content and not content[first].startswith(":class: "):
        content = [*content]
        content[first] = re.sub(r"^(\s*)(?=:(?!::)|---)", r"\1\\", content[first])
    return [f"{fence}{opening}", *content, fence]


def _end_of_indented(lines: Sequence[Line], start: int) -> int:
    """Return the position after the indented lines from *start*, without blank lines at the end."""
    end = start
    while end < len(lines) and (not lines[end][1].strip() or lines[end][1].startswith("    ")):
        end += 1
    while end > start and not lines[end - 1][1].strip():
        end -= 1
    return end


def _heading_text(heading: re.Match[str]) -> str:
    """Return the text of a heading without the signs that close it."""
    text = heading[2].strip(" \t")
    shorter = text.rstrip("#")
    return shorter.rstrip(" \t") if not shorter or shorter[-1] in " \t" else text


def _with_breaks(text: str) -> str:
    """Return *text* with line breaks for their marks, but within a table, which has none."""
    if BREAK not in text:
        return text
    lines = text.split("\n")
    is_table = any(re.match(r"[ \t]*+\|?[ \t]*+:?-+:?[ \t]*+\|", line) for line in lines)
    return text.replace(BREAK, " " if is_table else "\\\n")


def headings(lines: Sequence[Line]) -> Iterator[tuple[int, int, str]]:
    """Yield the index in *lines*, the level and the text of each heading."""
    mark = ""
    in_comment = False
    for index, (_, text) in enumerate(lines):
        if in_comment or _COMMENT.match(text):
            in_comment = "-->" not in text
        elif mark:
            if re.fullmatch(rf"[ \t]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*", text):
                mark = ""
        elif fence := _FENCE.match(text):
            mark = fence[2]
        elif heading := _HEADING.match(text):
            yield index, len(heading[1]), _heading_text(heading)
        elif index and (underline := _UNDERLINE.match(text)):
            above = lines[index - 1][1]
            before = lines[index - 2][1] if index > 1 else ""
            if above.strip() and not before.strip() and not _LIST.match(above):
                yield index - 1, 1 if underline[1][0] == "=" else 2, above.strip()
