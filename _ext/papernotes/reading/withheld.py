"""Files that no page may show: those outside the site's folder, drafts, and private quotes.

Pages show files by directives, pictures and downloads. A page that would show a file from outside
is left out of the build; what a page would show of a draft is missing there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from docutils import nodes
from docutils.parsers.rst.directives.misc import Raw, adapt_path
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralInclude
from sphinx.directives.other import Include
from sphinx.directives.patches import CSVTable
from sphinx.environment import BuildEnvironment

from papernotes.bibliography import formatting
from papernotes.builders import CheckBuilder
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.files import is_inside
from papernotes.core.model import Paper
from papernotes.domain import PaperNotesDomain
from papernotes.reading.drafts import forget, says_draft
from papernotes.reading.record import DRAFT
from papernotes.reading.syntax import notebooks, quote_blocks
from papernotes.reporting import note_problem

# No front matter is longer.
_BEGINNING = 100_000


def homes(env: BuildEnvironment) -> list[Path]:
    """Return the site's folder and that of the notes, which may be a link to another.

    MyST-NB puts the pictures that a notebook draws into a third.
    """
    root = Path(env.srcdir)
    notebook = getattr(env, "mystnb_config", None)
    drawn = [Path(notebook.output_folder)] if notebook else []
    return [path.resolve() for path in (root, root / env.config.papernotes_folder, *drawn)]


def is_withheld(
    env: BuildEnvironment, file: Path, source: str, line: int, *, is_read: bool = False
) -> bool:
    """Return whether no page may show *file*, which *line* of the file *source* names; report it.

    *is_read* says that the file is read as Markdown, in which private quotes show nothing. The
    document depends on what is private, so that it is read again when that is public.
    """
    if not file.is_file():
        return False
    path = file.resolve()
    shown = Path(os.path.relpath(path, Path(env.srcdir).resolve())).as_posix()
    if not is_inside(path, homes(env)):
        rest = "page does not show it" if env.docname == env.config.root_doc else "page is left out"
        fault = f"outside the site's folder; copy it there, until then the {rest}"
        kind = DiagnosticKind.OUTSIDE
    elif (
        PaperNotesDomain.of(env).hides_drafts
        and not env.current_document.get(DRAFT)
        and _is_draft(path)
    ):
        env.note_dependency(str(path))
        fault = "a draft; publish it, or delete this line, until then nothing of it is shown"
        kind = DiagnosticKind.DRAFT_FILE
    elif not is_read and _has_private_quotes(env, path):
        env.note_dependency(str(path))
        fault = (
            "a note with private quotes; make them public, or delete this line, until then nothing"
            " of it is shown"
        )
        kind = DiagnosticKind.DRAFT_FILE
    else:
        return False
    home = Path(os.path.relpath(source, env.srcdir)).as_posix()
    message = f'the page shows the file "{shown}", which is {fault}'
    note_problem(env, Diagnostic(home, line, message, kind))
    return True


def paper_files(
    env: BuildEnvironment, papers: Iterable[Paper]
) -> tuple[frozenset[str], list[Diagnostic]]:
    """Return the files that entries link to and a site may publish, and what is wrong with others.

    Documents are not among them: drafts must not be published, and others have pages. Nor are
    ``conf.py`` and the bibliography files, which hold what is the author's business.
    """
    root, folders = Path(env.srcdir), homes(env)
    private = {(root / name).resolve() for name in ("conf.py", *env.config.bibtex_bibfiles)}
    usable: set[str] = set()
    problems = []
    for paper in papers:
        for link in formatting.links(paper):
            if not link.is_file or link.url in usable:
                continue
            file = root / link.url
            kind = DiagnosticKind.MISSING_FILE
            if not is_inside(file.resolve(), folders):
                fault, kind = "outside the site's folder; copy it there", DiagnosticKind.OUTSIDE
            elif not file.is_file() or link.url.startswith(".") or "/." in link.url:
                fault = "not there; correct the name, or add the file"
            elif file.suffix in env.config.source_suffix:
                fault, kind = "a document; link to it in the note", DiagnosticKind.BAD_LINK
            elif file.resolve() in private:
                fault, kind = "private; delete the field", DiagnosticKind.BAD_LINK
            else:
                usable.add(link.url)
                continue
            message = f'the entry "{paper.key}" links to the file "{link.url}", which is {fault}'
            problems.append(Diagnostic(paper.path, paper.line, message, kind))
    return frozenset(usable), problems


def _has_private_quotes(env: BuildEnvironment, path: Path) -> bool:
    if path.suffix not in env.config.source_suffix or env.config.papernotes_highlights_public:
        return False
    return quote_blocks.may_be_private(path.read_text(encoding="utf-8-sig", errors="replace"))


def _is_draft(path: Path) -> bool:
    is_notebook = path.suffix == notebooks.SUFFIX
    with path.open("rb") as file:
        content = file.read(-1 if is_notebook else _BEGINNING)
    if not is_notebook and not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"---", b"+++")):
        return False
    return says_draft(path, content.decode("utf-8-sig", "replace").replace("\r\n", "\n"))


class _Guard:
    """A directive that shows nothing if it names a file that no page may show.

    It stands ahead of the directive that it guards among the base classes. ``in_sphinx`` says that
    file names are relative to the document, as Sphinx has it; those of docutils are relative to the
    file that names them.
    """

    in_sphinx: ClassVar = True

    def run(self) -> Any:
        """Return what the directive shows, or nothing."""
        directive: Any = self
        document = directive.state.document
        place = directive.state_machine.get_source_and_line(directive.lineno)
        source, line = place[0] or document["source"], place[1] or directive.lineno
        env = document.settings.env
        try:
            urlsplit(address := directive.options.get("url", ""))
        except ValueError:
            # Such as http://[x]/, at which docutils would end with a traceback.
            message = f'"{address}" is no address; correct it, until then nothing stands here'
            home = Path(os.path.relpath(source, env.srcdir)).as_posix()
            note_problem(env, Diagnostic(home, line, message, DiagnosticKind.BAD_LINK))
            return []
        if any(is_withheld(env, file, source, line) for file in self.files(env, document)):
            return []
        return super().run()  # type: ignore[misc]  # the guarded directive

    def files(self, env: BuildEnvironment, document: nodes.document) -> Iterator[Path]:
        """Yield the files that the directive names."""
        directive: Any = self
        named = [directive.options.get(name) for name in ("file", "diff")]
        if self.in_sphinx and not directive.arguments[0].startswith("<"):
            named.append(directive.arguments[0])
        for name in filter(None, named):
            # Links in a circle lead nowhere, which the directive reports.
            with suppress(OSError, RuntimeError):
                yield Path(env.relfn2path(name)[1])
            if not self.in_sphinx:
                prefix = document.settings.root_prefix
                yield Path(adapt_path(name, document.current_source or "", prefix))
        address = urlsplit(directive.options.get("url", ""))
        if address.scheme.lower() == "file":
            yield Path(unquote(address.path))


class GuardedInclude(_Guard, Include):
    """``include`` of files that pages may show; MyST does not run it, but asks for its class."""


class GuardedLiteralInclude(_Guard, LiteralInclude):
    """``literalinclude`` of files that pages may show."""


class GuardedTable(_Guard, CSVTable):
    """``csv-table`` of files that pages may show."""

    in_sphinx = False


class GuardedRaw(_Guard, Raw):
    """``raw`` of files that pages may show."""

    in_sphinx = False


def note_reading(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Note whether the documents may show nothing of drafts, and whether they show private quotes.

    A build that checks the site reports it, although it treats drafts like other documents. It
    reads private quotes, too; it has a cache of its own, and publishes nothing.
    """
    domain = PaperNotesDomain.of(env)
    domain.left_out = []
    domain.hides_drafts = not app.config.papernotes_drafts
    is_check = isinstance(app.builder, CheckBuilder)
    domain.shows_quotes = is_check or app.config.papernotes_highlights_public


def leave_out(app: Sphinx, env: BuildEnvironment) -> None:
    """Leave out the documents that would show a file from outside.

    The next build finds them as new documents, and reports them again until they are corrected.
    """
    domain = PaperNotesDomain.of(env)
    for name, record in list(domain.records.items()):
        kinds = {problem.kind for problem in record.problems}
        if DiagnosticKind.OUTSIDE not in kinds or name == app.config.root_doc:
            continue
        domain.left_out.append(record)
        forget(app, env, name)
        env.found_docs.discard(name)


def withhold_source(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Keep Sphinx from copying a source with private quotes, and from linking to the copy."""
    record = PaperNotesDomain.of(app.env).records.get(pagename)
    if record and record.private:
        context["sourcename"] = ""


def setup(app: Sphinx) -> None:
    """Replace the directives that show files, and connect the handlers."""
    for name, directive in (
        ("include", GuardedInclude),
        ("literalinclude", GuardedLiteralInclude),
        ("csv-table", GuardedTable),
        ("raw", GuardedRaw),
    ):
        app.add_directive(name, directive, override=True)
    # Ahead of the reading of drafts.
    app.connect("env-before-read-docs", note_reading, priority=250)
    # Ahead of all that derives something from the documents.
    app.connect("env-updated", leave_out, priority=100)
    app.connect("html-page-context", withhold_source)
