"""``papernotes check``: find what a build warns about, by reading the site as a build does.

Sphinx reads, resolves and translates the documents that have changed, and writes no pages. It has a
cache of its own. A document with a warning is read and resolved again in each check, so that the
cache hides no warning.
"""

from __future__ import annotations

import io
import logging
import os
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError, SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.logging import NAMESPACE, get_node_location

from papernotes.builders import CheckBuilder
from papernotes.cli.building.sphinx_build import BUILD, distrust_older_cache
from papernotes.cli.checks import run
from papernotes.cli.checks.run import CheckResult
from papernotes.cli.errors import CommandError
from papernotes.cli.site import Site, conf_error, find_root
from papernotes.core.diagnostics import Diagnostic, ForeignKind, without_suppressed
from papernotes.domain import PaperNotesDomain, last_changed
from papernotes.incremental.digests import Digests
from papernotes.incremental.parallel import JOB
from papernotes.incremental.state import State
from papernotes.reporting import DIAGNOSTIC

_NAME = "check"
# Sphinx's form of a place: a path and, where it is known, a line or a part of a docstring.
_PLACE = re.compile(r"(?P<path>.*?):(?:docstring of [^:]*:)?(?P<line>\d*)")
_CONF = "conf.py"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def check(start: Path) -> tuple[Site, CheckResult]:
    """Check the site in the folder *start*, or in the nearest one above it with a ``conf.py``.

    Raise a CommandError if ``conf.py`` fails, or if something else ends the reading.
    """
    root = find_root(start)
    output, doctrees = root / BUILD / _NAME, root / BUILD / "doctrees" / _NAME
    distrust_older_cache(doctrees)
    log = logging.getLogger(NAMESPACE)
    handlers = log.handlers[:]
    try:
        with patch_docutils(root), docutils_namespace():
            app = _Application(root, output, doctrees)
            app.build()
    except ConfigError as error:
        raise conf_error(root, error) from error
    except SphinxError as error:
        raise CommandError(f"the site cannot be read: {error}") from error
    # An extension may raise anything.
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise CommandError(
            f'the site cannot be read: {reason}; "papernotes build" says where that happens'
        ) from error
    finally:
        log.handlers[:] = handlers
    site = Site(root, app.config)
    domain = PaperNotesDomain.of(app.env)
    found = run.check(site, domain.catalogue.papers)
    diagnostics = [*app.collected.diagnostics, *found.diagnostics]
    unsuppressed = without_suppressed(diagnostics, app.config.suppress_warnings)
    return site, CheckResult(found.notes, found.entries, unsuppressed)


class _Collector(logging.Handler):
    """Collects warnings and remarks, and notes the documents that they come from.

    Its level is not that of warnings: Sphinx holds these back while it reads, and lets go of them
    when nobody knows any more which document they come from.
    """

    def __init__(self, app: Sphinx) -> None:
        super().__init__(logging.INFO)
        self.app = app
        self.diagnostics: list[Diagnostic] = []
        self.faulty: set[str] = set()
        # Sphinx hands on each record that it has held back once more.
        self._seen: set[logging.LogRecord] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Collect a record, unless it is a message about the progress."""
        known: Diagnostic | None = getattr(record, DIAGNOSTIC, None)
        if known is None and record.levelno < logging.WARNING:
            return
        if record in self._seen:
            return
        self._seen.add(record)
        docname = self._docname(record)
        self.diagnostics.append(known or self._diagnostic(record, docname))

    def _docname(self, record: logging.LogRecord) -> str:
        """Return the document that is being read or written, which the next check does again."""
        # Neither exists while the settings are read.
        env: BuildEnvironment | None = getattr(self.app, "env", None)
        builder = getattr(self.app, "builder", None)
        if env is None or builder is None:
            return ""
        # Processes that share the reading hand on their messages when it is over.
        if job := getattr(record, JOB, ""):
            env.reread_always.add(job)
            return str(job)
        if writing := builder.writing:
            self.faulty.add(writing)
            return str(writing)
        if reading := env.current_document.docname:
            env.note_reread()
        return reading

    def _diagnostic(self, record: logging.LogRecord, docname: str) -> Diagnostic:
        path, line = self._place(getattr(record, "location", None), docname)
        names = (getattr(record, name, "") for name in ("type", "subtype"))
        message = " ".join(logging.LogRecord.getMessage(record).splitlines())
        return Diagnostic(path, line, message, ForeignKind(".".join(filter(None, names))))

    def _place(self, location: Any, docname: str) -> tuple[str, int]:
        """Return the file, relative to the site, and the line that *location* stands for."""
        line: int | None = None
        if isinstance(location, nodes.Node):
            location = get_node_location(location)
        if isinstance(location, tuple):
            docname, line = location[0] or docname, location[1]
        elif location and ":" not in location:
            docname = location
        elif location and (match := _PLACE.fullmatch(location)):
            line = int(match["line"] or 1)
            if not match["path"].startswith("<"):
                return self._relative(match["path"]), line
        path = self._relative(self.app.env.doc2path(docname)) if docname else _CONF
        return path, line or 1

    def _relative(self, path: str | Path) -> str:
        root = Path(self.app.srcdir)
        return Path(os.path.relpath(root / path, root)).as_posix()


class _Application(Sphinx):
    """Sphinx with the builder that writes nothing, and with a collector in place of its output."""

    def __init__(self, root: Path, output: Path, doctrees: Path) -> None:
        self.collected = _Collector(self)
        early = io.StringIO()
        super().__init__(
            *(root, root, output, doctrees, CheckBuilder.name),
            status=None,
            warning=early,
            # With several processes, a build warns of extensions that do not allow them.
            parallel=2,
        )
        for text in _ANSI.sub("", early.getvalue()).splitlines():
            message = text.removeprefix("WARNING: ")
            self.collected.diagnostics.append(Diagnostic(_CONF, 1, message, ForeignKind("")))

    def setup_extension(self, extname: str) -> None:
        """Set up an extension; before the first, begin to collect instead of writing."""
        log = logging.getLogger(NAMESPACE)
        if self.collected not in log.handlers:
            log.handlers[:] = [self.collected]
        super().setup_extension(extname)

    def preload_builder(self, name: str) -> None:
        """Replace the HTML builder once all extensions are set up."""
        self.add_builder(CheckBuilder, override=True)
        self.connect("build-finished", self._save, priority=900)
        super().preload_builder(name)

    def create_builder(self, name: str) -> Builder:
        """Create the builder; raise a ConfigError if ``conf.py`` does not load the extension."""
        if "papernotes" not in self.extensions:
            raise ConfigError('it does not load papernotes; add extensions = ["papernotes"]')
        return super().create_builder(name)

    def _save(self, app: Sphinx, exception: Exception | None) -> None:
        """Keep the digests of the pages that have no warning."""
        if exception is not None:
            return
        digests = Digests(self.env)
        names = PaperNotesDomain.of(self.env).records.keys() - self.collected.faulty
        State(
            pages={name: digests.page(name) for name in names},
            last_changed=dict(last_changed.all_changed(self.env)),
        ).save(Path(self.outdir))
