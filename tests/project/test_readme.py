"""The tables of the README are those of the code.

``PYTHONPATH=_ext:tests python tests/project/test_readme.py`` writes them.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable
from pathlib import Path

from commands import run
from sites import PROJECT, Site

from papernotes.bibliography import reader
from papernotes.cli.note_template import VARIABLES
from papernotes.core import frontmatter
from papernotes.core.diagnostics import DiagnosticKind
from papernotes.core.frontmatter import FIELDS
from papernotes.reading.directives import OPTIONS
from papernotes.settings import SETTINGS

README = PROJECT / "README.md"
MARK = re.compile(r"<!-- table: ([a-z ]+) -->\n(?:\n?\|.*)*\n*")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


TABLES = {
    "front matter": table(("key", ""), [(f"`{key}`", text) for key, text in FIELDS.items()]),
    "options": table(("option", ""), [(f"`:{key}:`", text) for key, text in OPTIONS.items()]),
    "settings": table(
        ("setting", "default", ""), [(f"`{s.name}`", f"`{s.default!r}`", s.help) for s in SETTINGS]
    ),
    "messages": table(
        ("subtype", ""),
        [(f"`papernotes.{k.subtype}`", k.meaning) for k in DiagnosticKind if k.found_by == "build"],
    ),
    "findings": table(
        ("subtype", ""),
        [(f"`papernotes.{k.subtype}`", k.meaning) for k in DiagnosticKind if k.found_by == "check"],
    ),
    "template": table(("name", ""), [(f"`{name}`", text) for name, text in VARIABLES.items()]),
}


def with_tables(text: str) -> str:
    return MARK.sub(lambda m: f"<!-- table: {m[1]} -->\n\n{TABLES[m[1]]}\n\n", text)


def test_tables_of_the_readme_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- table: ([a-z ]+) -->", text)) == set(TABLES)
    assert with_tables(text) == text


def test_the_readme_s_note_is_one_for_this_site(tmp_path: Path) -> None:
    """What the README has a newcomer write is read without a problem, beside what is here."""
    text = README.read_text(encoding="utf-8")
    entry, note = (
        textwrap.dedent(re.findall(rf"   ```{language}\n(.*?)   ```", text, re.DOTALL)[0])
        for language in ("bibtex", "markdown")
    )
    front, problems = frontmatter.parse(note, "note.md")
    read = reader.read([("refs.bib", entry.encode())])
    assert (problems, read.problems) == ([], ())
    assert front.paper in read
    for name in ("conf.py", "index.md", "bibliography.md", "reading-list.md", "refs.bib"):
        shutil.copy(PROJECT / name, tmp_path)
    shutil.copytree(PROJECT / "papers", tmp_path / "papers")
    with (tmp_path / "refs.bib").open("a", encoding="utf-8") as refs:
        refs.write(f"\n{entry}")
    (tmp_path / "papers" / f"{front.paper}.md").write_text(note, encoding="utf-8")
    result = run(Site(tmp_path), "check")
    assert (result.exit_code, result.stdout) == (0, "")


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
