"""Scan BibTeX with pybtex's scanner; recover from faults and record positions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from pybtex.database.input.bibtex import LowLevelParser, SkipEntry
from pybtex.scanner import Pattern, PrematureEOF, PybtexSyntaxError, Token, TokenRequired

from papernotes.core.diagnostics import DiagnosticKind
from papernotes.core.limits import MAX_VALUE

# Takes the line, the kind and the message of a fault.
Report = Callable[[int, DiagnosticKind, str], None]


@dataclass(frozen=True, slots=True)
class SourceField:
    """A field in the text of a file, with the offsets of its name and its value.

    ``value`` has its macros resolved; the text between ``value_start`` and ``value_end`` is the
    value as written, with its delimiters. ``line`` counts from 1.
    """

    name: str
    value: str
    start: int
    value_start: int
    value_end: int
    line: int


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """An entry in the text of a file, with the offsets of its at-sign and its end."""

    type: str
    key: str
    start: int
    end: int
    line: int
    fields: tuple[SourceField, ...]

    def field(self, name: str) -> SourceField | None:
        """Return the first field *name* (lower case), which is the one that counts."""
        return next((field for field in self.fields if field.name.lower() == name), None)


def _nested(inside: str, depth: int) -> str:
    """Return a pattern for text with balanced braces, nested up to *depth* deep."""
    pattern = inside
    for _ in range(depth):
        pattern = rf"{inside}(?:\{{{pattern}\}}{inside})*+"
    return pattern


class Scanner(LowLevelParser):  # type: ignore[misc]  # pybtex has no types
    """pybtex's scanner, which resumes at the next entry after each fault.

    An ``@`` within free text does not begin an entry; one at the start of a line does.
    """

    AT = Pattern(r"(?m:^[ \t]*@)|@(?=[A-Za-z]+\s*[{(])", "'@'")
    # If the key is missing, "@" is the next entry, and "title={" the first field.
    KEY_BRACE = Pattern(r"(?!@|[A-Za-z][\w-]*\s*=\s*[{\"])[^\s,{}]+", "entry key")
    KEY_PAREN = KEY_BRACE
    ENTRY_START = re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)
    NEXT_FIELD = re.compile(r"\s*+[A-Za-z][\w-]*+\s*+=")
    # A closing brace with more fields of the same entry after it.
    EXTRA_BRACE = re.compile(r"\s*+(\})\s*+,?+(?=\s*+[A-Za-z][\w-]*+\s*+=\s*+[\w{\"])")
    COMMAND = re.compile(r"[A-Za-z]+")
    # The signs in a value in braces, and in one in quotes.
    SIGNS = (re.compile("[{}]"), re.compile('[{}"]'))
    BARE_TEXT = re.compile(r"@\w+\s*[{(]([^{}()\"]{1,60})[})]")
    NO_KEY = re.compile(r"\s*=")
    # Nearly all fields match this, with the comma: one match is faster than a dozen tokens.
    PLAIN_FIELD = re.compile(
        rf"""\s* (?P<name>[A-Za-z][A-Za-z0-9_-]*) \s* = \s*
        (?P<value> \{{ (?P<braced>{_nested("[^{}]*+", 4)}) \}}
        | " (?P<quoted>[^"{{}}]*+ (?: \{{{_nested("[^{}]*+", 3)}\}} [^"{{}}]*+ )*+) "
        | (?P<number>[0-9]+) )
        \s* ,""",
        re.VERBOSE,
    )

    pos: int
    current_entry_key: str | None
    current_field_name: str | None
    current_value: list[str]
    current_fields: list[tuple[str, list[str]]]
    command = ""
    command_line = 0
    value_line = 0
    value_start = value_end = 0
    failed = False
    expanded = 0

    def __init__(
        self,
        text: str,
        macros: MutableMapping[str, str],
        report: Report,
        entries: list[SourceEntry] | None = None,
    ) -> None:
        """Scan *text*, and append each entry with its positions to *entries* if it is given."""
        super().__init__(text, macros=macros)
        self.report = report
        self.entries = entries
        self.field_places: list[tuple[int, int, int, int]] = []

    def parse_bibliography(self) -> Iterator[tuple[Any, ...]]:
        while self.skip_to([self.AT]):
            self.command_start = self.pos - 1
            self.command_line = self.lineno
            self.field_places = []
            match = self.COMMAND.match(self.text, self.pos)
            self.command = match[0].lower() if match else ""
            try:
                command = tuple(self.parse_command())
                is_read = self.current_entry_key is not None and not self.failed
                if self.entries is not None and is_read:
                    self.entries.append(self.source_entry(command[0]))
                # What a broken @preamble holds is unknown.
                if not (self.failed and self.command == "preamble"):
                    yield command
            except PybtexSyntaxError as error:
                self.handle_error(error)
            except SkipEntry:
                pass
            if self.failed:
                self.resume()

    def resume(self) -> None:
        self.failed = False
        match = self.ENTRY_START.search(self.text, self.command_start + 1)
        target = match.start() if match else self.end_pos
        # The scanner may be past the next entry, and so may its line number.
        self.lineno += self.text.count("\n", self.pos, target)
        self.lineno -= self.text.count("\n", target, self.pos)
        self.pos = target

    def parse_entry_fields(self) -> None:
        if self.NO_KEY.match(self.text, self.pos):
            # The name of the first field was read as the key.
            self.current_entry_key = None
            raise TokenRequired("entry key", self)
        self.skip_fault()
        self.parse_fields()
        while self.skip_fault():
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

    def skip_fault(self) -> bool:
        """Report and skip a fault between two fields; return whether there was one."""
        if self.NEXT_FIELD.match(self.text, self.pos):
            self.eat_whitespace()
            fault = "lacks a comma before this field; add it"
            self.report(self.lineno, DiagnosticKind.BIB_SYNTAX, f"{self.entry_name()} {fault}")
            return True
        if extra := self.EXTRA_BRACE.match(self.text, self.pos):
            line = self.lineno + self.text.count("\n", self.pos, extra.start(1))
            fault = "has an extra closing brace before its next field; delete it"
            self.report(line, DiagnosticKind.BIB_SYNTAX, f"{self.entry_name()} {fault}")
            self.lineno += self.text.count("\n", self.pos, extra.end())
            self.pos = extra.end()
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
        self.expanded = 0
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
        """Yield the parts of a string as pybtex does, but in linear time.

        pybtex looks for each sign up to the end of the file, and hands on parts level by level.
        """
        self.value_line = self.lineno
        signs = {"}": self.RBRACE, "{": self.LBRACE, '"': self.QUOTE}
        while match := self.SIGNS[string_end is self.QUOTE and not level].search(
            self.text, self.pos
        ):
            part = Token(self.text[self.pos : match.end()], signs[match[0]])
            self.pos = match.end()
            self.update_lineno(part.value)
            if part.pattern is self.LBRACE:
                level += 1
            elif level == 0 and part.pattern is not string_end:
                raise PybtexSyntaxError("unbalanced braces", self)
            if level > max_level:
                raise PybtexSyntaxError("too many nested braces", self)
            yield part
            if part.pattern is not self.LBRACE and level == 0:
                return
            level -= part.pattern is self.RBRACE
        raise PrematureEOF(self)

    def entry_name(self) -> str:
        if self.command in ("preamble", "string"):
            return f"the @{self.command}"
        return f'the entry "{self.current_entry_key}"' if self.current_entry_key else "an entry"

    def substitute_macro(self, name: str) -> str:
        """Return the value of the macro; report an undefined one, and return its name."""
        if name in self.macros:
            value = str(self.macros[name])
            self.expanded += len(value)
            if self.expanded <= MAX_VALUE:
                return value
            fault = (
                f"a value with @string macros has more than {MAX_VALUE:,} characters; shorten it"
            )
            self.report(self.lineno, DiagnosticKind.BIB_SYNTAX, fault)
            return name
        if self.command == "preamble":
            raise TokenRequired("text in quotes", self)
        self.report(
            self.lineno,
            DiagnosticKind.UNDEFINED_MACRO,
            f'undefined macro "{name}"; put the text in braces, or define it with'
            f" @string{{{name} = {{...}}}}",
        )
        return name

    def handle_error(self, error: PybtexSyntaxError) -> None:
        self.failed = True
        following = self.ENTRY_START.search(self.text, self.command_start + 1)
        if isinstance(error, PrematureEOF) or (following and following.start() <= self.pos):
            self.report(
                self.command_line,
                DiagnosticKind.BIB_SYNTAX,
                f"{self.entry_name()} that begins here is not closed; check its braces and quotes",
            )
            return
        reason, line = error.args[0], error.lineno
        if reason == "entry key expected" or self.command in ("preamble", "string"):
            self.report(self.command_line, DiagnosticKind.BIB_SYNTAX, self.fault_of_start())
            return
        if reason == "unbalanced braces":
            # pybtex reports the brace at which it stops, not the quote that causes the fault.
            reason, line = "the value that begins here has no closing quote", self.value_line
        self.report(
            line,
            DiagnosticKind.BIB_SYNTAX,
            f"{self.entry_name()} cannot be read: {reason}; check this line and the one above",
        )

    def fault_of_start(self) -> str:
        """Return what the command lacks that is being read, and how to write it."""
        if self.command == "preamble":
            match = self.BARE_TEXT.match(self.text, self.command_start)
            example = match[1].strip() if match else r"\newcommand..."
            return f'the text of the @preamble is not in quotes; write @preamble{{"{example}"}}'
        if self.command == "string":
            return "the @string gives no name a text; write it like @string{acl = {Annual Meeting}}"
        return (
            f"the @{self.command} that begins here has no key; write one after its opening brace,"
            f" such as @{self.command}{{smith2020,"
        )
