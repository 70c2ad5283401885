"""Entries added to bibliography files, in the style of the file, completely or not at all."""

from __future__ import annotations

import os
import signal
import string
import subprocess
import sys
from pathlib import Path

import pytest
from commands import environment, files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sites import PROJECT, SOAK, Site

from papernotes.bibliography import reader
from papernotes.cli import storage
from papernotes.cli.bibfile import append as appending
from papernotes.cli.bibfile.clean import clean
from papernotes.cli.bibfile.entry import Entry, parse
from papernotes.cli.errors import CommandError
from papernotes.cli.storage import Changed, Draft

NEW = Entry(
    "article",
    "",
    {
        "author": "Ann Onym and Bo van Beta",
        "title": r"A {BERT} of \emph{sorts}",
        "journal": "Letters",
        "year": "2020",
        "month": "feb",
        "eprint": "2001.04451",
        "archiveprefix": "arXiv",
    },
)


def append(before: str | bytes, *entries: tuple[str, Entry]) -> str:
    content = before.encode() if isinstance(before, str) else before
    sources = reader.read_with_sources([("refs.bib", content)])[1]["refs.bib"]
    layout = appending.layout_of(content, "utf-8-sig", sources)
    path = Path("refs.bib")
    after = appending.append(path, content, "utf-8-sig", layout, entries or [("new", NEW)]).content
    assert after.startswith(content)
    return after[len(content) :].decode()


STYLES = {
    "an empty file": (
        "",
        """@article{new,
  title = {A {BERT} of \\emph{sorts}},
  author = {Ann Onym and Bo van Beta},
  journal = {Letters},
  year = {2020},
  month = feb,
  eprint = {2001.04451},
  archiveprefix = {arXiv},
}
""",
    ),
    "aligned signs, quotes, bare numbers, no trailing comma, family first": (
        """@Article{a,
    author   = "Ono, O.",
    title    = "X",
    year     = 2001
    }

@Article{b,
    author   = "Ono, O. and Eno, B.",
    title    = "X",
    year     = 2001
    }
""",
        """
@Article{new,
    author   = "Onym, Ann and van Beta, Bo",
    title    = "A {BERT} of \\emph{sorts}",
    journal  = "Letters",
    year     = 2020,
    month    = feb,
    eprint   = "2001.04451",
    archiveprefix = "arXiv"
    }
""",
    ),
    "aligned values": (
        """@article{a,
  author =        {O. Ono},
  journal =       {X},
  archivePrefix = {arXiv},
}
""",
        """
@article{new,
  title =         {A {BERT} of \\emph{sorts}},
  author =        {Ann Onym and Bo van Beta},
  journal =       {Letters},
  year =          {2020},
  month =         feb,
  eprint =        {2001.04451},
  archivePrefix = {arXiv},
}
""",
    ),
    "one entry a line, no blank lines": (
        "@misc{a, title={X}, author={O. Ono}}\n@misc{b, title={Y}, author={O. Ono}}\n",
        "@article{new, title={A {BERT} of \\emph{sorts}}, author={Ann Onym and Bo van Beta}, ",
    ),
    "tabs, upper case, BibLaTeX": (
        """@ARTICLE{a,
\tAUTHOR = {O. Ono},
\tJOURNALTITLE = {X},
\tDATE = {2001-02},
\tEPRINTTYPE = {arxiv}
}
""",
        """
@ARTICLE{new,
\tTITLE = {A {BERT} of \\emph{sorts}},
\tAUTHOR = {Ann Onym and Bo van Beta},
\tJOURNALTITLE = {Letters},
\tDATE = {2020-02},
\tEPRINT = {2001.04451},
\tEPRINTTYPE = {arXiv}
}
""",
    ),
    "no newline at the end": ("@misc{a,\n\ttitle={X}}", "\n\n@article{new,\n\ttitle={A {BER"),
    "Windows line endings": (
        "@misc{a,\r\n  title = {X},\r\n}\r\n",
        "\r\n@article{new,\r\n",
    ),
    "a comment at the end": (
        "@misc{a,\n  title = {X},\n}\n% more\n",
        "\n@article{new,\n  title = ",
    ),
    "blank lines at the end": (
        "@misc{a,\n  title = {X},\n}\n\n\n\n",
        "@article{new,\n  title = {A {BERT}",
    ),
    "a byte order mark": (
        "\ufeff@misc{a,\n  title = {X},\n}\n",
        "\n@article{new,\n  title = {A",
    ),
}


@pytest.mark.parametrize(("before", "after"), STYLES.values(), ids=STYLES)
def test_new_entry_is_written_in_the_style_of_the_file(before: str, after: str) -> None:
    added = append(before)
    assert added == after if after.endswith("}\n") else added.startswith(after)
    if "\r\n" in before:
        assert added.count("\r\n") == added.count("\n")


def test_ascii_file_with_accent_macros_stays_ascii() -> None:
    before = '@misc{a,\n  author = {J{\\"u}rgen Ono},\n}\n'
    entry = Entry("misc", "", {"author": "Zoë Ørsted-Łuk", "title": "Naïve – ß"})
    added = append(before, ("new", entry))
    assert added.isascii()
    # BibTeX counts a macro in braces as one letter.
    assert 'Zo{\\"e} {\\O}rsted-{\\L}uk' in added
    # A file that has characters beyond ASCII gets them unchanged.
    assert "Zoë Ørsted-Łuk" in append(before + "% ü\n", ("new", entry))


def test_quotation_marks_inside_quoted_values_are_braced() -> None:
    entry = Entry("misc", "", {"title": 'The "x" {"}y{"}'})
    assert 'title = "The {"}x{"} {"}y{"}"' in append('@misc{a,\n  title = "X",\n}\n', ("b", entry))


def test_characters_that_the_file_s_encoding_lacks_become_macros_or_an_error(tiny: Site) -> None:
    before = "@misc{a,\n  title = {Übung},\n}\n".encode("latin-1")
    sources = reader.read_with_sources([("r", before)], "latin-1")[1]["r"]
    layout = appending.layout_of(before, "latin-1", sources)
    entry = Entry("misc", "", {"title": "Ä and Łuk"})
    after = appending.append(Path("r"), before, "latin-1", layout, [("b", entry)])
    assert after.content.decode("latin-1").endswith("  title = {Ä and {\\L}uk},\n}\n")
    entry = Entry("misc", "", {"title": "漢"})
    with pytest.raises(CommandError, match=r'r is in latin-1, which has no "漢"; save the file as'):
        appending.append(Path("r"), before, "latin-1", layout, [("b", entry)])


# Arbitrary entries added to arbitrary files.

_TEXT = st.text(
    string.ascii_letters + string.digits + " ,.=:-'\"()@%#&$_~\\\n\täßŁ–漢{}", max_size=30
)


def _balanced(text: str) -> str:
    """Return *text* with balanced braces, none of them after a backslash."""
    text = text.replace("\\", "\\ ")
    chars, depth = [], 0
    for char in text:
        if char == "}" and depth == 0:
            continue
        depth += (char == "{") - (char == "}")
        chars.append(char)
    return "".join(chars) + "}" * depth


@st.composite
def _values(draw: st.DrawFn) -> str:
    text = _balanced(draw(_TEXT))
    kind = draw(st.sampled_from(["braces", "quotes", "number", "macro", "joined"]))
    match kind:
        case "quotes":
            return f'"{text.replace(chr(34), "")}"'
        case "number":
            return str(draw(st.integers(0, 9999)))
        case "macro":
            return draw(st.sampled_from(["jan", "Feb"]))
        case "joined":
            return f"{{{text}}} # may # {{x}}"
        case _:
            return f"{{{text}}}"


_NAMES = st.sampled_from("title Title year author JOURNAL note x-y abstract eprint".split())
_SPACE = st.sampled_from(["", " ", "\n", "\n  ", "\t", " \n\n "])


@st.composite
def _entries(draw: st.DrawFn) -> str:
    number = draw(st.integers(0, 10**9))
    fields = []
    for name in draw(st.lists(_NAMES, max_size=4, unique_by=str.lower)):
        value = draw(_values())
        if name in ("author", "editor"):
            value = "{Ann Onym and O. Ono}"
        fields.append(f"{draw(_SPACE)}{name}{draw(_SPACE)}={draw(_SPACE)}{value}{draw(_SPACE)}")
    # In an entry without fields, BibTeX reads a closing parenthesis as part of the key.
    comma = draw(st.sampled_from(["", ","])) if fields else ","
    opening, closing = draw(st.sampled_from(["{}", "()"]))
    body = ",".join([f"key{number}", *fields]) + comma
    if opening == "(" and ")" in body:
        opening, closing = "{}"
    return f"@{draw(st.sampled_from(['misc', 'Article', 'BOOK']))}{opening}{body}{closing}"


_OTHER = st.sampled_from(
    [
        "% a comment\n",
        "free text\n",
        "@comment{x y}\n",
        "@string{me = {My name}}\n",
        "@preamble{{\\x}}\n",
        "an e-mail@address\n",
        "\n\n",
        " ",
    ]
)


@st.composite
def _files(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.one_of(_entries(), _OTHER), max_size=6))
    # Every program that writes BibTeX starts an entry on a new line.
    text = "\n".join(parts) + draw(st.sampled_from(["", "\n", "\n\n\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@st.composite
def _new_entries(draw: st.DrawFn) -> Entry:
    names = draw(st.lists(_NAMES.map(str.lower), unique=True, max_size=6))
    fields = {name: " ".join(_balanced(draw(_TEXT)).split()) for name in names}
    fields = {name: value for name, value in fields.items() if value}
    fields |= {"title": fields.get("title", "A title")}
    if "author" in fields:
        fields["author"] = draw(st.sampled_from(["Ann Onym", "van Beta, Bo and {The Org}"]))
    return Entry("misc", "", fields)


def _contents(sources: list[object]) -> list[object]:
    return [(s.type, s.key, [(f.name, f.value) for f in s.fields]) for s in sources]  # type: ignore[attr-defined]


@pytest.mark.soak
@settings(max_examples=5000 if SOAK else 100, suppress_health_check=list(HealthCheck))
@given(before=_files(), entry=_new_entries())
def test_appending_keeps_old_entries_and_adds_a_readable_one(before: str, entry: Entry) -> None:
    """The old bytes come first, and the file reads as the old entries followed by the new one."""
    content = before.encode()
    old = reader.read_with_sources([("refs.bib", content)])
    added = append(content, ("new", entry))
    new = reader.read_with_sources([("refs.bib", content + added.encode())])
    assert _contents(new[1]["refs.bib"])[:-1] == _contents(old[1]["refs.bib"])
    assert len(new[0].problems) == len(old[0].problems)
    last = Entry.of(new[1]["refs.bib"][-1])
    written = {
        {"journaltitle": "journal", "date": "year"}.get(n, n): v for n, v in last.fields.items()
    }
    expected = dict(entry.fields)
    for fields in (written, expected):
        # Names may be reordered, quotation marks braced, and characters written as macros.
        fields.pop("author", None)
        for name in fields:
            fields[name] = fields[name].replace('{"}', '"').strip()
    assert written == expected or content.isascii()
    assert written.keys() == expected.keys()


@pytest.mark.soak
@settings(max_examples=5000 if SOAK else 50)
@given(text=_entries())
def test_cleaning_is_idempotent_and_cleaned_entries_can_be_read_back(text: str) -> None:
    try:
        (entry,) = parse(text.encode(), "x")
    except CommandError:
        return
    cleaned = clean(entry)
    assert clean(cleaned) == cleaned
    added = append("", ("new", cleaned))
    assert parse(added.encode(), "x")[0].fields.keys() == cleaned.fields.keys()


# Drafts.


def test_unused_draft_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_bytes(b"old")
    with Draft(path, b"new") as draft, pytest.raises(Changed):
        draft.replace(b"older")
    assert files(tmp_path) == {"refs.bib": b"old"}


@pytest.mark.parametrize("old", [b"old", None])
def test_draft_is_on_disk_before_it_replaces_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes | None
) -> None:
    """A power cut can lose data that was written but not synced, and still keep the renaming."""
    path = tmp_path / "refs.bib"
    if old:
        path.write_bytes(old)
    synced = []

    def fsync(handle: int) -> None:
        status = os.fstat(handle)
        synced.append((status.st_ino, status.st_size, path.read_bytes() if path.exists() else None))

    monkeypatch.setattr(os, "fsync", fsync)
    with Draft(path, b"newer") as draft:
        draft.replace(old) if old else draft.create()
    (file, size, content_before), (folder, _, content_after) = synced
    assert (file, size, content_before) == (path.stat().st_ino, 5, old)
    assert (folder, content_after) == (tmp_path.stat().st_ino, b"newer")


def test_new_file_never_replaces_an_existing_one(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(b"mine")
    with Draft(path, b"new") as draft, pytest.raises(FileExistsError):
        draft.create()
    assert files(tmp_path) == {"x.md": b"mine"}


# A program that runs `papernotes add -` and kills itself by SIGKILL before its n-th file operation.
# It counts audit events (open, rename, link, remove, mkdir) for paths in the site's folder, every
# eighth byte that it writes, and the points before and after each fsync. For n = 0, it runs to the
# end and prints the number of operations. It forks for each n on its standard input, because
# starting a process takes longer than everything else.
_KILLED = r"""
import io, os, signal, sys
from papernotes.cli import add, main, note_template, storage
from papernotes.cli.bibfile import append, clean, style

root = os.getcwd()
count = limit = 0

def tick():
    global count
    count += 1
    if count == limit:
        os.kill(os.getpid(), signal.SIGKILL)

def hook(event, arguments):
    if event in ("open", "os.rename", "os.link", "os.remove", "os.mkdir"):
        if any(isinstance(argument, (str, os.PathLike)) and root in str(argument)
               for argument in arguments):
            tick()

class Slow(io.FileIO):
    def write(self, content):
        for start in range(0, len(content), 8):
            tick()
            super().write(content[start : start + 8])
        return len(content)

def run():
    fdopen, fsync, opened = os.fdopen, os.fsync, io.open
    os.fdopen = lambda fd, mode="r", *a, **k: Slow(fd, mode) if mode == "wb" else fdopen(fd, mode)
    # Files opened by name are written slowly, too.
    io.open = lambda file, mode="r", *a, **k: (
        Slow(file, mode.replace("b", "")) if mode in ("wb", "ab", "r+b") else
        opened(file, mode, *a, **k))
    os.fsync = lambda fd: (tick(), fsync(fd), tick())
    sys.addaudithook(hook)
    sys.stdin = open(sys.argv[1])
    main.main(["add", "-"], standalone_mode=False)
    if not limit:
        print(count, file=sys.__stderr__)

for line in sys.__stdin__:
    limit = int(line)
    child = os.fork()
    if child == 0:
        sys.stdout = open(os.devnull, "w")
        run()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_kill_at_any_of_a_hundred_points_leaves_complete_files(tiny: Site, tmp_path: Path) -> None:
    """After a kill, refs.bib is old or new, a note complete or missing; the next run repairs."""
    script, paper = tmp_path / "killed.py", tmp_path / "paper.bib"
    script.write_text(_KILLED, encoding="utf-8")
    paper.write_text("@misc{x, title={On eta}, author={Eve Eta}, year=2007}", encoding="utf-8")
    before = files(tiny.folder)
    with subprocess.Popen(
        [sys.executable, script, paper],
        cwd=tiny.folder,
        env=environment(tiny) | {"PYTHONPATH": str(PROJECT / "_ext")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None

        def attempt(limit: int) -> int:
            print(limit, file=stdin, flush=True)
            return int(stdout.readline())

        assert attempt(0) == 0
        points = int(stderr.readline())
        assert points >= 100
        after = files(tiny.folder)
        outcomes = set()
        for limit in sorted({1 + round(n * (points - 1) / 99) for n in range(100)}):
            for name in files(tiny.folder):
                tiny.remove(name)
            for name, content in before.items():
                tiny.write(name, content)
            assert attempt(limit) == -signal.SIGKILL
            left = {n: c for n, c in files(tiny.folder).items() if not n.endswith("-tmp")}
            assert left["refs.bib"] in (before["refs.bib"], after["refs.bib"])
            for name, content in left.items():
                assert content in (before.get(name), after.get(name)), name
            outcomes.add((left["refs.bib"] == after["refs.bib"], left == after))
            # The next run completes the files and removes temporary ones.
            if limit % 10 == 0 or left["refs.bib"] == after["refs.bib"]:
                assert attempt(0) == 0
                assert files(tiny.folder) == after
        stdin.close()
    assert {(False, False), (True, True)} <= outcomes


def test_sites_that_share_a_bibliography_file_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    own, shared = tmp_path / "own.bib", tmp_path / "shared.bib"
    monkeypatch.setattr(storage, "LOCK_TIMEOUT", 0.1)
    refused = pytest.raises(CommandError, match=r"has locked .*shared\.bib")
    with storage.lock(own, shared), refused, storage.lock(shared):
        pass
    with storage.lock(shared, own, shared):
        pass
