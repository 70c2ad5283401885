"""The syntax of BibTeX: pybtex's scanner, going on after faults and knowing what stands where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from pybtex.database.input.bibtex import LowLevelParser, SkipEntry
from pybtex.scanner import Pattern, PrematureEOF, PybtexSyntaxError, TokenRequired

from papernotes.core.diagnostics import DiagnosticKind

# Takes the line of a fault, its kind, and what is wrong.
Report = Callable[[int, DiagnosticKind, str], None]


@dataclass(frozen=True, slots=True)
class SourceField:
    """A field as it stands in a file's text, with the places of its name and its value.

    ``value`` is what is meant, macros resolved; what is between ``value_start`` and ``value_end``
    is what is written, with its delimiters. ``line`` counts from 1.
    """

    name: str
    value: str
    start: int
    value_start: int
    value_end: int
    line: int


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """An entry as it stands in a file's text, from its at-sign to its last brace."""

    type: str
    key: str
    start: int
    end: int
    line: int
    fields: tuple[SourceField, ...]

    def field(self, name: str) -> SourceField | None:
        """Return the first field *name* (lower case), the one that counts."""
        return next((field for field in self.fields if field.name.lower() == name), None)


def _nested(inside: str, depth: int) -> str:
    """Return a pattern of text in which braces pair, up to *depth* of them in each other."""
    pattern = inside
    for _ in range(depth):
        pattern = rf"{inside}(?:\{{{pattern}\}}{inside})*"
    return pattern


class Scanner(LowLevelParser):  # type: ignore[misc]  # pybtex has no types
    """pybtex's scanner, with a fresh start at the next entry after each fault.

    An ``@`` in the middle of free text is no entry; one at the start of a line is meant as one.
    """

    AT = Pattern(r"(?m:^[ \t]*@)|@(?=[A-Za-z]+\s*[{(])", "'@'")
    # Not the next entry, after a key that was never written.
    KEY_BRACE = Pattern(r"(?!@)[^\s,{}]+", "entry key")
    KEY_PAREN = Pattern(r"(?!@)[^\s,{}]+", "entry key")
    FRESH_START = re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)
    NEXT_FIELD = re.compile(r"\s*[A-Za-z][\w-]*\s*=")
    # A brace, and then more of the entry that it seems to close.
    EXCESS = re.compile(r"\s*(\})\s*,?(?=\s*[A-Za-z][\w-]*\s*=\s*[\w{\"])")
    NO_KEY = re.compile(r"\s*=")
    # A field as nearly all are, with the comma after it: one match in place of a dozen tokens.
    PLAIN_FIELD = re.compile(
        rf"""\s* (?P<name>[A-Za-z][A-Za-z0-9_-]*) \s* = \s*
        (?P<value> \{{ (?P<braced>{_nested("[^{}]*", 4)}) \}}
        | " (?P<quoted>[^"{{}}]* (?: \{{{_nested("[^{}]*", 3)}\}} [^"{{}}]* )*) "
        | (?P<number>[0-9]+) )
        \s* ,""",
        re.VERBOSE,
    )

    pos: int
    current_entry_key: str | None
    current_field_name: str | None
    current_value: list[str]
    current_fields: list[tuple[str, list[str]]]
    command_line = 0
    value_line = 0
    value_start = value_end = 0
    failed = False

    def __init__(
        self,
        text: str,
        macros: MutableMapping[str, str],
        report: Report,
        entries: list[SourceEntry] | None = None,
    ) -> None:
        """Scan *text*; *entries*, if it is given, takes up where each entry stands in it."""
        super().__init__(text, macros=macros)
        self.report = report
        self.entries = entries
        self.field_places: list[tuple[int, int, int, int]] = []

    def parse_bibliography(self) -> Iterator[tuple[Any, ...]]:
        while self.skip_to([self.AT]):
            self.command_start = self.pos - 1
            self.command_line = self.lineno
            self.field_places = []
            try:
                command = tuple(self.parse_command())
                is_read = self.current_entry_key is not None and not self.failed
                if self.entries is not None and is_read:
                    self.entries.append(self.source_entry(command[0]))
                yield command
            except PybtexSyntaxError as error:
                self.handle_error(error)
            except SkipEntry:
                pass
            if self.failed:
                self.start_afresh()

    def start_afresh(self) -> None:
        self.failed = False
        match = self.FRESH_START.search(self.text, self.command_start + 1)
        target = match.start() if match else self.end_pos
        # The scanner can have passed the next entry, and the count of lines with it.
        self.lineno += self.text.count("\n", self.pos, target)
        self.lineno -= self.text.count("\n", target, self.pos)
        self.pos = target

    def parse_entry_fields(self) -> None:
        if self.NO_KEY.match(self.text, self.pos):
            # What was read as the key is the name of the first field.
            self.current_entry_key = None
            raise TokenRequired("entry key", self)
        self.go_on()
        self.parse_fields()
        while self.go_on():
            self.parse_fields()

    def parse_fields(self) -> None:
        """Parse fields with commas between them."""
        separated = True
        while separated:
            self.parse_plain_fields()
            self.current_field_name, self.current_value = None, []
            self.eat_whitespace()
            start, line = self.pos, self.lineno
            self.parse_field()
            if self.current_field_name and self.current_value:
                self.current_fields.append((self.current_field_name, self.current_value))
                self.field_places.append((start, self.value_start, self.value_end, line))
            separated = bool(self.optional([self.COMMA]))

    def go_on(self) -> bool:
        """Pass over what wrongly parts two fields; return whether there was something."""
        if self.NEXT_FIELD.match(self.text, self.pos):
            self.eat_whitespace()
            fault = "lacks a comma before this field; add it"
            self.report(self.lineno, DiagnosticKind.BIB_SYNTAX, f"{self.entry()} {fault}")
            return True
        if excess := self.EXCESS.match(self.text, self.pos):
            line = self.lineno + self.text.count("\n", self.pos, excess.start(1))
            fault = "has a closing brace too many before its next field; delete it"
            self.report(line, DiagnosticKind.BIB_SYNTAX, f"{self.entry()} {fault}")
            self.lineno += self.text.count("\n", self.pos, excess.end())
            self.pos = excess.end()
            return True
        return False

    def parse_plain_fields(self) -> None:
        while match := self.PLAIN_FIELD.match(self.text, self.pos):
            before = self.text.count("\n", self.pos, match.start("name"))
            self.field_places.append(
                (match.start("name"), *match.span("value"), self.lineno + before)
            )
            value = next(v for v in match.group("braced", "quoted", "number") if v is not None)
            self.current_fields.append((match["name"], [value]))
            self.lineno += self.text.count("\n", self.pos, match.end())
            self.pos = match.end()

    def parse_value(self) -> None:
        self.eat_whitespace()
        self.value_start = self.pos
        super().parse_value()

    def parse_value_part(self) -> str:
        part: str = super().parse_value_part()
        self.value_end = self.pos
        return part

    def source_entry(self, kind: str) -> SourceEntry:
        fields = tuple(
            SourceField(name, " ".join("".join(parts).split()), *place)
            for (name, parts), place in zip(self.current_fields, self.field_places, strict=True)
        )
        key = self.current_entry_key or ""
        return SourceEntry(kind, key, self.command_start, self.pos, self.command_line, fields)

    def parse_string(self, string_end: Pattern, level: int = 0, max_level: int = 100) -> Any:
        if level == 0:
            self.value_line = self.lineno
        return super().parse_string(string_end, level, max_level)

    def entry(self) -> str:
        return f'the entry "{self.current_entry_key}"' if self.current_entry_key else "an entry"

    def substitute_macro(self, name: str) -> str:
        """Return what the macro stands for; of an undefined one its name, so that it is seen."""
        if name in self.macros:
            return str(self.macros[name])
        self.report(
            self.lineno,
            DiagnosticKind.UNDEFINED_MACRO,
            f'undefined macro "{name}"; put the text in braces, or define it with'
            f" @string{{{name} = {{...}}}}",
        )
        return name

    def handle_error(self, error: PybtexSyntaxError) -> None:
        self.failed = True
        following = self.FRESH_START.search(self.text, self.command_start + 1)
        if isinstance(error, PrematureEOF) or (following and following.start() <= self.pos):
            self.report(
                self.command_line,
                DiagnosticKind.BIB_SYNTAX,
                f"{self.entry()} that begins here is not closed; check its braces and quotes",
            )
            return
        reason, line = error.args[0], error.lineno
        if reason == "unbalanced braces":
            # So pybtex calls the brace at which it gives up, not the quote where the fault is.
            reason, line = "the value that begins here has no closing quote", self.value_line
        self.report(
            line,
            DiagnosticKind.BIB_SYNTAX,
            f"{self.entry()} cannot be read: {reason}; check the line and the one above",
        )
