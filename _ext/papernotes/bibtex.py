"""The syntax of BibTeX files: pybtex's scanner, which here goes on after a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from pybtex.database.input.bibtex import LowLevelParser, SkipEntry
from pybtex.scanner import Pattern, PrematureEOF, PybtexSyntaxError, TokenRequired

from .model import ProblemKind

# Takes the line of a fault, its kind, and what is wrong.
Report = Callable[[int, ProblemKind, str], None]


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

    pos: int
    current_entry_key: str | None
    command_line = 0
    value_line = 0
    failed = False

    def __init__(self, text: str, macros: MutableMapping[str, str], report: Report) -> None:
        super().__init__(text, macros=macros)
        self.report = report

    def parse_bibliography(self) -> Iterator[tuple[Any, ...]]:
        while self.skip_to([self.AT]):
            self.command_start = self.pos - 1
            self.command_line = self.lineno
            try:
                yield tuple(self.parse_command())
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
        super().parse_entry_fields()
        while self.go_on():
            super().parse_entry_fields()

    def go_on(self) -> bool:
        """Pass over what wrongly parts two fields; return whether there was something."""
        if self.NEXT_FIELD.match(self.text, self.pos):
            self.eat_whitespace()
            fault = "lacks a comma before this field; add it"
            self.report(self.lineno, ProblemKind.BIB_SYNTAX, f"{self.entry()} {fault}")
            return True
        if excess := self.EXCESS.match(self.text, self.pos):
            line = self.lineno + self.text.count("\n", self.pos, excess.start(1))
            fault = "has a closing brace too many before its next field; delete it"
            self.report(line, ProblemKind.BIB_SYNTAX, f"{self.entry()} {fault}")
            self.lineno += self.text.count("\n", self.pos, excess.end())
            self.pos = excess.end()
            return True
        return False

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
            ProblemKind.UNDEFINED_MACRO,
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
                ProblemKind.BIB_SYNTAX,
                f"{self.entry()} that begins here is not closed; check its braces and quotes",
            )
            return
        reason, line = error.args[0], error.lineno
        if reason == "unbalanced braces":
            # So pybtex calls the brace at which it gives up, not the quote where the fault is.
            reason, line = "the value that begins here has no closing quote", self.value_line
        self.report(
            line,
            ProblemKind.BIB_SYNTAX,
            f"{self.entry()} cannot be read: {reason}; check the line and the one above",
        )
