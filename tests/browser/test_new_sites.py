"""From the wheel to a site: what a new author types, word for word, and what comes of it."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from host import serve
from playwright.sync_api import Browser, expect
from sites import Site, parse, text
from test_axe import axe_violations
from visits import BYTES, Visitor, loaded
from wheels import build_wheel, constraints, install, make_environment, share_libraries

pytestmark = [pytest.mark.browser, pytest.mark.wheel]

ENTRY = """\
@inproceedings{vaswani2017attention,
  author = {Ashish Vaswani and Noam Shazeer and Niki Parmar},
  title = {Attention is all you need},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2017},
}
"""
# It makes environments by uv, which takes a second; the module venv takes ten.
PYTHON = """#!/bin/sh
test "$1 $2" != "-m venv" || {{
    shift 2
    set -- -m uv --quiet venv --seed --allow-existing --python {python} "$@"
}}
exec {python} "$@"
"""
HUGO = """---
title: A closer look at memorization
link: https://arxiv.org/abs/1706.05394
date: 2017-06-20
tags: [generalization]
---

What is learned, and what is memorized, as in [the other]({{< relref "other.md" >}}).
"""
OTHER = """---
title: Super-convergence
arxiv: 1708.07120
date: 2018-01-02
tags: [optimization]
---

Very fast training.
"""


@dataclass(frozen=True)
class Author:
    """An author with an empty folder, the wheel, and the environment variables of a shell."""

    folder: Path
    wheel: Path
    env: dict[str, str]

    def runs(self, command: str, folder: Path) -> tuple[int, str]:
        """Run a shell's commands, and return the exit status and the output."""
        result = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=folder,
            env=self.env | {"PATH": f"{folder / '.venv/bin'}:{self.env['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return result.returncode, result.stdout

    def does(self, command: str, folder: Path) -> str:
        """Run commands that must succeed, and return their output."""
        status, output = self.runs(command, folder)
        assert status == 0, output
        return output

    def installs(self, environment: Path) -> None:
        """Install the wheel into a new environment, which has its dependencies already.

        What `make html` installs for the new site is all fetched for it.
        """
        requirement = f"sphinx-papernotes[cli,search] @ {self.wheel.as_uri()}"
        python = make_environment(environment)
        share_libraries(python)
        install(python, requirement, Path(self.env["PIP_CONSTRAINT"]), "--no-deps")


@pytest.fixture(scope="module")
def author() -> Iterator[Author]:
    # LinkChecker, run by root, reads as a user that may not look into pytest's folders.
    with tempfile.TemporaryDirectory(prefix="papernotes-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        env = os.environ | {
            "PIP_CONSTRAINT": str(constraints("requirements-dev.txt", folder)),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            # Compiling all modules takes longer than anything else.
            "PIP_NO_COMPILE": "1",
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        }
        # The python3 of the author is the one of the tests.
        (folder / "bin").mkdir()
        (folder / "bin/python3").write_text(PYTHON.format(python=sys.executable))
        (folder / "bin/python3").chmod(0o755)
        yield Author(folder, build_wheel(folder), env)


def blocks(site: Path) -> list[str]:
    """Return the blocks of commands in the first section of the site's README."""
    readme = (site / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n## Two commands\n")[1].split("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


def found_by_search(site: Path) -> dict[str, str]:
    """Return the titles of the pages that the search can find, and the text that it shows."""
    found = {}
    for path in (site / "_build/html/pagefind/fragment").iterdir():
        # Pagefind keeps a page as JSON, after a mark.
        page = json.loads(gzip.decompress(path.read_bytes()).removeprefix(b"pagefind_dcd"))
        found[page["meta"]["title"]] = page["content"]
    return found


def readers_find(browser: Browser, html: Path, title: str, note: str, word: str) -> None:
    """Assert that a reader finds a note on the front page and by *word*, and can read it.

    The pages are served with the strict policy. The visits record what violates it, and what is
    loaded from elsewhere.
    """
    with serve(html) as address:
        for width, scheme in ((390, "light"), (1280, "dark")):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            visitor = Visitor(context, address)
            visits = [visitor.visit(path) for path in ("index.html", note, "search.html")]
            front, page, search = (visit.page for visit in visits)
            expect(front.get_by_role("link", name=title, exact=True)).to_be_visible()
            assert title in page.get_by_role("heading", level=1).inner_text()
            sizes = loaded(page)
            assert sum(size for url, size in sizes.items() if "/math" not in url) <= BYTES, sizes
            search.get_by_role("main").get_by_role("searchbox", name="Words").fill(word)
            expect(search.locator(".pn-search-found a").first).to_have_text(title)
            for visit in visits:
                overflow = "document.documentElement.scrollWidth - innerWidth"
                assert visit.page.evaluate(overflow) <= 0
                assert axe_violations(visit.page) == []
                assert visit.faults == []
            context.close()
        plain = browser.new_context(java_script_enabled=False)
        page = Visitor(plain, address).visit("index.html").page
        page.get_by_role("link", name=title, exact=True).click()
        assert page.url == f"{address}{note}"
        plain.close()


def test_new_site_by_its_readme(author: Author, browser: Browser) -> None:
    author.installs(author.folder / "empty")
    papernotes = author.folder / "empty/bin/papernotes"
    author.does(f"{papernotes} new notes --title 'My notes'", author.folder)
    site = author.folder / "notes"
    with_make, *_ = blocks(site)
    assert re.findall(r"^make \w+", with_make, re.MULTILINE) == ["make html", "make check"]
    output = author.does(with_make, site)
    assert "The site is built: open _build/html/index.html" in output
    assert "no problems found" in output

    (site / "paper.bib").write_text(ENTRY)
    output = author.does("papernotes add paper.bib", site)
    assert output.splitlines()[-1] == "papers/vaswani2017attention.md"
    Site(site).edit("papers/vaswani2017attention.md", "tags: []", "tags: [attention]")
    with (site / "papers/vaswani2017attention.md").open("a", encoding="utf-8") as note:
        note.write("\nIt goes on from [@shannon1948mathematical].\n\n## Heads\n\nSeveral.\n")
    author.does(with_make, site)

    html = site / "_build/html"
    cards = parse(html / "index.html").cssselect(".sd-card")
    assert [text(card.cssselect("h2")[0]) for card in cards] == [
        "A mathematical theory of communication",
        "Attention is all you need",
    ]
    assert "It goes on from (Shannon, 1948)." in text(cards[1])
    note = parse(html / "papers/vaswani2017attention.html")
    assert text(note.cssselect(".bibtex-citation")[0]) == "(Shannon, 1948)"
    assert "A mathematical theory of communication" in text(note.cssselect(".pn-works")[0])
    assert "Attention is all you need" in text(parse(html / "tags/attention.html"))
    assert "Heads. Several." in found_by_search(site)["Attention is all you need"]

    readers_find(
        browser, html, "Attention is all you need", "papers/vaswani2017attention.html", "heads"
    )
    _workflow_publishes_what_has_no_broken_link(author, site)


def _workflow_publishes_what_has_no_broken_link(author: Author, site: Path) -> None:
    workflow = yaml.safe_load((site / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    commands = [step["run"] for step in workflow["jobs"]["build"]["steps"] if "run" in step]
    *others, links = commands
    for command in commands:
        author.does(command, site)
    # Sphinx does not look into HTML.
    with (site / "index.md").open("a", encoding="utf-8") as page:
        page.write('\n```{raw} html\n<a href="nowhere.html">Nowhere</a>\n```\n')
    assert others[-1] == "papernotes build"
    author.does(others[-1], site)
    status, output = author.runs(links, site)
    assert status == 1, output
    assert "nowhere.html" in output


def test_imported_site_by_its_readme_without_make(author: Author, browser: Browser) -> None:
    old = Site(author.folder / "hugo")
    old.write("content/closer.md", HUGO)
    old.write("content/other.md", OTHER)
    site = author.folder / "imported"
    author.installs(site / ".venv")
    author.does(f"papernotes import hugo {old.folder} --to .", site)
    _, installing, building, *_ = blocks(site)
    author.does(installing, site)
    output = author.does(building, site)
    assert "The site is built: open _build/html/index.html" in output
    assert "no problems found" in output

    html = site / "_build/html"
    cards = parse(html / "index.html").cssselect(".sd-card")
    assert [text(card.cssselect("h2")[0]) for card in cards] == [
        "Super-convergence",
        "A closer look at memorization",
    ]
    note = parse(html / "papers/closer.html")
    assert note.cssselect("h1 a")[0].get("href") == "https://arxiv.org/abs/1706.05394"
    assert note.cssselect("p a[href='other.html']")
    assert "A closer look at memorization" in text(parse(html / "bibliography.html"))
    assert (html / "_static/page.css").is_file()
    assert "Very fast training." in found_by_search(site)["Super-convergence"]
    readers_find(browser, html, "Super-convergence", "papers/other.html", "training")
