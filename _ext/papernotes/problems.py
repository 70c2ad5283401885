"""Problems as Sphinx's warnings: one way out, one form."""

from __future__ import annotations

from sphinx.util.logging import getLogger

from .model import Problem

WARNING_TYPE = "papernotes"

logger = getLogger(__name__)


def warn(problem: Problem) -> None:
    """Report *problem* as ``path:line: WARNING: message [papernotes.kind]``."""
    logger.warning(
        "%s",
        problem.message,
        location=f"{problem.path}:{problem.line}",
        type=WARNING_TYPE,
        subtype=problem.kind.subtype,
    )
