"""Report problems as Sphinx warnings, and collect those of the document that is being read."""

from __future__ import annotations

import contextlib
import logging
import re
import traceback
from collections.abc import Iterator

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError, SphinxError
from sphinx.util.logging import NAMESPACE, getLogger

from papernotes.core.diagnostics import Diagnostic
from papernotes.core.text import escape_controls

# The attribute of a log record that holds the diagnostic.
DIAGNOSTIC = "papernotes_diagnostic"
_PENDING = "papernotes_problems"
# The attribute of a log record that says whether a file could not be written.
_UNWRITTEN = "papernotes_unwritten"
# The colours that Sphinx gives to what it does.
_COLOURS = re.compile(r"(\x1b\[[\d;]*[mK])")

logger = getLogger(__name__)


def warn(problem: Diagnostic) -> None:
    """Report *problem* as ``path:line: WARNING: message [papernotes.kind]``.

    A remark is no warning, which would fail a build that allows none.
    """
    place = f"{problem.path}:{problem.line}"
    more = {DIAGNOSTIC: problem}
    if problem.severity == "remark":
        message = "%s: remark: %s [%s]"
        logger.info(message, place, problem.text, problem.label, extra=more)
        return
    type_, _, subtype = problem.label.partition(".")
    logger.warning("%s", problem.text, location=place, type=type_, subtype=subtype, extra=more)


class DocumentFaultError(SphinxError):
    """A document at which a library fails, and with it the build."""

    category = "Document error"


@contextlib.contextmanager
def named_document(env: BuildEnvironment, docname: str) -> Iterator[None]:
    """Raise DocumentFaultError for what a library raises that does not say at which document."""
    try:
        yield
    except Exception as error:
        # A full disk is no fault of the document, and other errors of Sphinx say what they are at.
        speaks = isinstance(error, SphinxError) and not isinstance(error, ExtensionError)
        if speaks or isinstance(error, OSError):
            raise
        path = env.doc2path(docname, base=False).as_posix()
        text = "".join(traceback.format_exception_only(error)).strip()
        message = (
            f"the build fails at this document ({text}); correct it, or the extension that fails"
        )
        raise DocumentFaultError(f"{path}:1: {message}") from error


def note_problem(env: BuildEnvironment, problem: Diagnostic) -> None:
    """Add *problem* to those of the document that is being read."""
    env.current_document[_PENDING] = (*noted_problems(env), problem)


def noted_problems(env: BuildEnvironment) -> tuple[Diagnostic, ...]:
    """Return the problems noted so far for the document that is being read."""
    problems: tuple[Diagnostic, ...] | None = env.current_document.get(_PENDING)
    return problems or ()


class _Escaped(logging.Filter):
    """Writes control characters in what is from files as their codes.

    They would direct the terminal. Lines that Sphinx ends or writes again, and its colours, stay.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, and let it pass."""
        try:
            message = logging.LogRecord.getMessage(record)
        except (TypeError, ValueError):
            # Arguments that do not fit a message are reported where it is written.
            return True
        parts = _COLOURS.split(message)
        parts[::2] = [escape_controls(part, "\n\r\t") for part in parts[::2]]
        record.msg, record.args = "".join(parts), ()
        # Sphinx's own filters have made a text of the place for the handlers that show it.
        if isinstance(location := getattr(record, "location", None), str):
            record.location = escape_controls(location)
        return True


class _OncePerPlace(logging.Filter):
    """Passes each warning about a line once in a build.

    Sphinx would repeat what is wrong in a summary or a quoted sentence on each page that shows it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.told: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the warning has not been shown."""
        if not getattr(record, "location", None):
            return True
        # Sphinx's own filters, which come first, have put the place into the message.
        message = record.getMessage()
        is_new = message not in self.told
        self.told.add(message)
        return is_new


class _OfUnwritten(logging.Filter):
    """Marks warnings of a builder about a file that the system does not let it write.

    A worker marks them, too, before it makes texts of their arguments for the main process.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Mark the record, and let it pass."""
        faults = record.args if isinstance(record.args, tuple) else ()
        setattr(record, _UNWRITTEN, any(isinstance(each, OSError) for each in faults))
        return True


class _FailsIfUnwritten(logging.Filter):
    """Ends the build with the status of a failure if Sphinx only warns of an unwritten file."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__()
        self.app = app

    def filter(self, record: logging.LogRecord) -> bool:
        """Note a marked record, and let it pass."""
        if getattr(record, _UNWRITTEN, False):
            self.app.statuscode = 1
        return True


def _watch_builder(app: Sphinx) -> None:
    for each in type(app.builder).__mro__:
        logger = logging.getLogger(f"{NAMESPACE}.{each.__module__}")
        if not any(isinstance(known, _OfUnwritten) for known in logger.filters):
            logger.addFilter(_OfUnwritten())


def setup(app: Sphinx) -> None:
    """Show each warning about a line only once, and nothing that directs the terminal."""
    for handler in logging.getLogger(NAMESPACE).handlers:
        handler.addFilter(_Escaped())
        if handler.level == logging.WARNING:
            handler.addFilter(_OncePerPlace())
            handler.addFilter(_FailsIfUnwritten(app))
    app.connect("builder-inited", _watch_builder)
