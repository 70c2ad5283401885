"""The extensions of Markdown that notes are written in, which MyST's parser has off by default."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.config import Config

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reporting import warn

# ``:::{papers}``, amsmath's environments, and formulas between dollar signs.
SYNTAX = frozenset({"amsmath", "colon_fence", "dollarmath"})


def enable(app: Sphinx, config: Config) -> None:
    """Turn on the syntax of notes, beside what ``myst_enable_extensions`` turns on.

    Without it, a page would show the source of lists and formulas, and nothing would say why.
    """
    given = config.myst_enable_extensions
    if not isinstance(given, list | tuple | set | frozenset) or not all(
        isinstance(name, str) for name in given
    ):
        message = (
            f"myst_enable_extensions = {given!r} is not a list of names; write one, such as"
            ' ["deflist"], until then only the syntax of notes is turned on'
        )
        # MyST's parser would end the build.
        warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))
        given = ()
    config.myst_enable_extensions = {*given, *SYNTAX}
