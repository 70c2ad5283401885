"""What is told of the heading of a note."""

from __future__ import annotations

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind

_ADVICE = 'begin the note with a line such as "# The title of the paper"'


def no_heading(path: str) -> Diagnostic:
    """Return the diagnostic of a note without a heading."""
    message = f"the note has no heading and is titled by its file; {_ADVICE}"
    return Diagnostic(path, 1, message, DiagnosticKind.NO_HEADING)


def low_heading(path: str, line: int, level: int) -> Diagnostic:
    """Return the diagnostic of a note whose first heading is that of a section, on *line*."""
    message = (
        f'the note begins with a heading of level {level}, "{"#" * level}", and is titled by its'
        f" file; {_ADVICE}"
    )
    return Diagnostic(path, line, message, DiagnosticKind.NO_HEADING)


def empty_heading(path: str, line: int) -> Diagnostic:
    """Return the diagnostic of a note whose heading shows no text, on *line*."""
    message = "the note's heading is empty; write the title of the paper after its #"
    return Diagnostic(path, line, message, DiagnosticKind.NO_HEADING)
