"""Report problems as Sphinx warnings, and collect those of the document that is being read."""

from __future__ import annotations

from sphinx.environment import BuildEnvironment
from sphinx.util.logging import getLogger

from papernotes.core.diagnostics import WARNING_TYPE, Diagnostic

_PENDING = "papernotes_problems"

logger = getLogger(__name__)


def warn(problem: Diagnostic) -> None:
    """Report *problem* as ``path:line: WARNING: message [papernotes.kind]``."""
    logger.warning(
        "%s",
        problem.message,
        location=f"{problem.path}:{problem.line}",
        type=WARNING_TYPE,
        subtype=problem.kind.subtype,
    )


def note_problem(env: BuildEnvironment, problem: Diagnostic) -> None:
    """Add *problem* to those of the document that is being read."""
    env.temp_data[_PENDING] = (*noted_problems(env), problem)


def noted_problems(env: BuildEnvironment) -> tuple[Diagnostic, ...]:
    """Return the problems noted so far for the document that is being read."""
    problems: tuple[Diagnostic, ...] | None = env.temp_data.get(_PENDING)
    return problems or ()
