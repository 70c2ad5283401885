"""Several processes leave what one process leaves: bytes, messages, errors and status."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from logging import INFO, WARNING, Handler, getLogger
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from shelf import files
from sites import ANSI, Site, application
from sphinx.errors import SphinxError
from sphinx.util import logging

from papernotes.domain import PaperNotesDomain
from papernotes.incremental import parallel
from papernotes.pages import archive_pages

logger = logging.getLogger(__name__)

CONF = """
extensions.append("sphinx.ext.todo")
nitpicky = True
todo_include_todos = True
html_copy_source = False
papernotes_browse = ["tags"]
"""
# Names that stand in several documents, which only who reads them all can find; and faults of one.
FAULTS = """\
# {name}

```{{index}} Common
```

(twice)=
## There

```{{glossary}}
Term
  Said twice.
```

$$ a $$ (same)

```{{todo}}
Of {name}.
```

See {{ref}}`nowhere-{name}`, {{cite:t}}`nosuch{name}`, {{ref}}`twice` and ![](none-{name}.png).
"""


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork processes for any number of jobs, and for documents of any number."""
    monkeypatch.setattr(parallel, "FEW", 2)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site with faults, whose output tests compare."""
    site = Site(tmp_path_factory.mktemp("faulty") / "site")
    shutil.copytree(Path(__file__).parents[1] / "roots/tiny", site.folder)
    site.write("conf.py", (site.folder / "conf.py").read_text(encoding="utf-8") + CONF)
    for name in ("first", "papers/middle", "zlast"):
        site.write(f"{name}.md", FAULTS.format(name=name.rpartition("/")[2]))
    return site


def build(site: Site, builder: str, jobs: int, edit: Callable[[], None] | None = None) -> object:
    """Return what a build of *site* leaves and says; with *edit*, that of the build after it."""
    shutil.rmtree(site.folder / "_build", ignore_errors=True)
    for each in (None, edit) if edit else (None,):
        if each:
            time.sleep(0.02)
            each()
        app = application(builder, site.folder, parallel=jobs, warningiserror=True)
        try:
            app.build()
            said = ANSI.sub("", app.warning.getvalue()).splitlines()
            status = app.statuscode
        finally:
            app.cleanup()
    left = files(site.folder / "_build" / builder)
    return status, said, left


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_output_messages_and_status_are_those_of_one_process(faulty: Site, builder: str) -> None:
    status, said, left = build(faulty, builder, 1)  # type: ignore[misc]
    assert status == 1
    # Each name that stands in three documents is reported at the second and the third.
    for name in ("label twice", "term description of Term", "label of equation same"):
        assert sum(f"duplicate {name}" in line for line in said) == 2
    for jobs in (2, 4):
        other = build(faulty, builder, jobs)
        assert other[:2] == (status, said)  # type: ignore[index]
        assert sorted(other[2]) == sorted(left)  # type: ignore[index]
        assert [name for name in left if other[2][name] != left[name]] == []  # type: ignore[index]


def test_what_archive_pages_share_is_written_along_with_the_notes(
    faulty: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[set[str], set[str]]] = []
    jobs = archive_pages.jobs

    def spy(app: Any, *arguments: Any) -> Any:
        domain = PaperNotesDomain.of(app.env)
        shared = {name for kind, name in domain.fragments if kind.startswith(("card", "row"))}
        written.append((shared, set(domain.catalogue.by_docname)))
        return jobs(app, *arguments)

    monkeypatch.setattr(archive_pages, "jobs", spy)
    build(faulty, "html", 3)
    [(shared, notes)] = written
    assert shared == notes


def test_an_incremental_build_by_several_processes_equals_a_clean_one(faulty: Site) -> None:
    def edit() -> None:
        faulty.edit("plain.md", "# ", "# Edited ")
        faulty.edit("refs.bib", "title = {", "title = {New ")

    _, _, left = build(faulty, "html", 4, edit)  # type: ignore[misc]
    _, _, clean = build(faulty, "html", 1)  # type: ignore[misc]
    assert sorted(left) == sorted(clean)
    assert [name for name in clean if left[name] != clean[name]] == []


GATHERING = """
def setup(app):
    found = set()
    app.connect("doctree-resolved", lambda app, doctree, docname: found.add(docname))
    app.connect("build-finished", lambda app, exception: print("found", len(found)))
"""


def test_handler_of_an_unknown_extension_finds_all_documents_in_one_process(
    tiny: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    """It may gather what all documents have, as Sphinx allows."""
    tiny.write("conf.py", (tiny.folder / "conf.py").read_text(encoding="utf-8") + GATHERING)
    build = tiny.build(parallel=2)
    assert f"found {len(build.written)}\n" in capfd.readouterr().out


FAILING = """
import os, signal
main = os.getpid()

def setup(app):
    def fail(app, *arguments):
        if os.environ.get("FAIL") == "kill" and os.getpid() != main:
            os.kill(os.getpid(), signal.SIGKILL)
        if os.environ.get("FAIL") == "raise" and "plain" in arguments:
            raise RuntimeError("not today")

    app.connect(os.environ["EVENT"], fail)
"""


@pytest.mark.parametrize("event", ["source-read", "html-page-context"])
def test_build_after_one_with_a_broken_process_equals_a_clean_one(
    tiny: Site, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setenv("EVENT", event)
    tiny.write("conf.py", (tiny.folder / "conf.py").read_text(encoding="utf-8") + FAILING)
    clean = build(tiny, "html", 1)
    shutil.rmtree(tiny.folder / "_build")
    for how, message in (("kill", "ended by SIGKILL"), ("raise", "not today")):
        monkeypatch.setenv("FAIL", how)
        with pytest.raises(SphinxError, match=message):
            tiny.build(parallel=3)
    monkeypatch.delenv("FAIL")
    assert tiny.build(parallel=3).messages == []
    left = files(tiny.folder / "_build/html")
    assert left == clean[2]  # type: ignore[index]


# -- Without a site -----------------------------------------------------------


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the messages that are shown."""
    messages: list[str] = []
    monkeypatch.setattr(parallel.logger, "handle", lambda record: messages.append(record.msg))
    return messages  # type: ignore[return-value]


def share(do: Callable[[str], None], processes: int = 3) -> list[parallel.Share]:
    names = [str(number) for number in range(40)]
    return parallel.share(names, do, processes=processes, title="")


def test_messages_come_in_the_order_of_the_jobs(shown: list[str]) -> None:
    waiting = get_context("fork").Barrier(3)
    begun: set[int] = set()

    def do(name: str) -> None:
        if os.getpid() not in begun:
            # However slow a process is to begin, it gets a job.
            begun.add(os.getpid())
            waiting.wait(60)
        logger.warning("said %s in %s", name, os.getpid())

    shares = share(do)
    parallel.show(shares)
    assert [line.split()[1] for line in shown] == [str(number) for number in range(40)]
    assert len({line.split()[3] for line in shown}) == len(shares) == 3


def test_messages_that_nobody_sees_are_not_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def do(name: str) -> None:
        logger.info("did %s", name)
        logger.warning("said %s", name)

    sphinx = getLogger(logging.NAMESPACE)
    monkeypatch.setattr(sphinx, "handlers", [Handler(WARNING)])
    level = sphinx.level
    sphinx.setLevel(INFO)
    shares = share(do)
    sphinx.setLevel(level)
    kept = [record.msg for each in shares for _, records in each.messages for record in records]
    assert sorted(kept) == sorted(f"said {number}" for number in range(40))


class UnsendableError(Exception):
    """An error that cannot be sent to another process."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


@pytest.mark.parametrize("error", [ValueError("no 7"), UnsendableError("no", "7")])
def test_error_of_the_first_job_that_fails_is_raised(shown: list[str], error: Exception) -> None:
    def do(name: str) -> None:
        logger.warning(name)
        # A later job may fail sooner.
        time.sleep(0.05 if name == "7" else 0.001)
        if int(name) >= 7:
            raise error

    with pytest.raises((ValueError, SphinxError), match="no 7"):
        parallel.show(share(do))
    assert shown == [str(number) for number in range(8)]


def test_killed_process_ends_the_build_with_a_reason() -> None:
    main = os.getpid()

    def do(name: str) -> None:
        time.sleep(0.001)
        if os.getpid() != main:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(SphinxError, match="was ended by SIGKILL; build again, with less memory"):
        share(do)


def test_interrupt_ends_all_processes(tmp_path: Path) -> None:
    main = os.getpid()

    def do(name: str) -> None:
        if os.getpid() != main:
            (tmp_path / str(os.getpid())).touch()
            time.sleep(60)
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.001)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        share(do)
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name), 0)


def test_few_jobs_and_systems_without_fork_need_one_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(parallel, "FEW", 41)
    assert share(done.append) == []
    monkeypatch.setattr(parallel, "FEW", 2)
    monkeypatch.setattr(parallel, "CAN_FORK", False)
    assert share(done.append) == []
    assert len(done) == 80


def test_system_without_fork_is_told_once(tiny: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "CAN_FORK", False)
    app = application("html", tiny.folder, parallel=2)
    try:
        app.build()
        assert app.status.getvalue().count("cannot fork processes safely: one builds the site") == 1
    finally:
        app.cleanup()
