"""Files that no page may show: those from outside the site's folder, and drafts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from outputs import build_again
from sites import PNG, ROOTS, Build, Site, text

HIDDEN = "penumbra"
# Each shows, includes or offers the file NAME, the first two lines of a page being its heading.
WAYS = {
    "include": "```{include} NAME.md\n```",
    "include-literal": "```{include} NAME.md\n:literal:\n```",
    "include-code": "```{include} NAME.md\n:code: text\n```",
    "include-part": "```{include} NAME.md\n:start-after: draft\n```",
    "literalinclude": "```{literalinclude} NAME.md\n```",
    "diff": "```{literalinclude} plain.md\n:diff: NAME.md\n```",
    "table": "```{csv-table} A table\n:file: NAME.md\n```",
    "raw": "```{raw} html\n:file: NAME.md\n```",
    "raw-url": "```{raw} html\n:url: file://ROOT/NAME.md\n```",
    "raw-path": "```{raw} html\n:file: ROOT/NAME.md\n```",
    "download": "{download}`the file <NAME.md>`",
    "in-a-quote": "> ```{include} NAME.md\n> ```",
}
RST = {
    "rst-include": ".. include:: NAME.md",
    "rst-literal": ".. literalinclude:: NAME.md",
    "rst-table": ".. csv-table::\n   :file: NAME.md",
    "rst-download": ":download:`the file <NAME.md>`",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return the tiny site in a folder of its own, with a file beside it."""
    shutil.copytree(ROOTS / "tiny", tmp_path / "site")
    (tmp_path / "hidden.md").write_text(f"The draft of a {HIDDEN}.\n", encoding="utf-8")
    (tmp_path / "hidden.png").write_bytes(PNG)
    return Site(tmp_path / "site")


def write_pages(site: Site, name: str) -> list[str]:
    """Write a page for each way to show the file *name*, and return their names."""
    for page, content in {**WAYS, **RST}.items():
        shown = content.replace("ROOT", str(site.folder)).replace("NAME", name)
        if page in RST:
            site.write(f"{page}.rst", f":orphan:\n\nHeading\n=======\n\n{shown}\n")
        else:
            site.write(f"{page}.md", f"---\norphan: true\n---\n\n# Heading\n\n{shown}\n")
    return [*WAYS, *RST]


def assert_hidden(build: Build) -> None:
    """Assert that no file has the word."""
    for path in build.outdir.rglob("*"):
        if path.is_file():
            assert HIDDEN.encode() not in path.read_bytes(), path


def test_a_page_that_shows_a_file_from_outside_is_left_out(site: Site) -> None:
    pages = write_pages(site, "../hidden")
    for name, content in {
        "figure": "```{figure} ../hidden.png\n```",
        "picture": "![A picture](../hidden.png)",
        "link": "[the file](../hidden.md)",
        "link-to-link": "[the file](linked.md.txt)",
        "wildcard": "![A picture](linked.*)",
        "nested": "```{include} include.md\n```",
    }.items():
        site.write(f"{name}.md", f"---\norphan: true\n---\n\n# Heading\n\n{content}\n")
        pages.append(name)
    site.edit("papers/beta.md", "The summary", "![A picture](../../hidden.png) The summary")
    (site.folder / "linked.md.txt").symlink_to("../hidden.md")
    (site.folder / "linked.png").symlink_to("../hidden.png")
    (site.folder / "whole.md").symlink_to("../hidden.md")
    site.edit("index.md", "#", "```{literalinclude} ../hidden.md\n```\n\n#")
    build = site.build()
    assert_hidden(build)
    assert not (build.outdir / "_images").exists()
    for page in (*pages, "papers/beta", "whole"):
        assert not (build.outdir / f"{page}.html").exists(), page
        source = f"{page}.rst" if page in RST else f"{page}.md"
        told = [line for line in build.messages if line.startswith(f"{source}:")]
        if page != "nested":
            assert any(line.endswith("[papernotes.outside]") for line in told), page
    shows = "WARNING: the page shows the file"
    advice = "which is outside the site's folder; copy it there, until then the page"
    for expected in (
        f'include.md:7: {shows} "../hidden.md", {advice} is left out [papernotes.outside]',
        f'papers/beta.md:9: {shows} "../hidden.png", {advice} is left out [papernotes.outside]',
        f'index.md:1: {shows} "../hidden.md", {advice} does not show it [papernotes.outside]',
    ):
        assert expected in build.messages


def test_a_page_comes_back_when_it_shows_nothing_from_outside(site: Site) -> None:
    site.build()
    site.edit("papers/beta.md", "The summary", "{download}`x <../../hidden.md>` The summary")
    build = build_again(site)
    assert not (build.outdir / "papers/beta.html").exists()
    site.edit("papers/beta.md", "../../hidden", "alpha")
    assert (build_again(site).outdir / "papers/beta.html").exists()


def test_a_source_folder_and_a_folder_of_notes_may_be_links(site: Site) -> None:
    folder = site.folder.parent
    shutil.move(site.folder / "papers", folder / "notes")
    (site.folder / "papers").symlink_to("../notes")
    (folder / "notes/p.png").write_bytes(PNG)
    shutil.move(site.folder / "refs.bib", folder / "refs.bib")
    site.edit("conf.py", '"refs.bib"', '"../refs.bib"')
    site.edit("papers/beta.md", "The summary", "![A picture](p.png) The summary")
    (folder / "link").symlink_to("site")
    build = Site(folder / "link").build()
    assert build.messages == []
    assert "The summary" in text(build.page("papers/beta"))


def test_no_page_shows_the_file_of_a_draft(site: Site) -> None:
    site.write("private/hidden.md", f"---\ndraft: true\n---\n\n# Hidden\n\nA {HIDDEN}.\n")
    site.edit("conf.py", "project =", 'exclude_patterns = ["private"]\nproject =')
    pages = write_pages(site, "private/hidden")
    site.write("link.md", "---\norphan: true\n---\n\n# Heading\n\n[the file](private/hidden.md).\n")
    build = site.build()
    assert_hidden(build)
    assert not (build.outdir / "_downloads").exists()
    assert text(build.page("link").xpath("//section/p")[0]) == "the file."
    message = (
        'WARNING: the page shows the file "private/hidden.md", which is a draft; publish it, or'
        " delete this line, until then nothing of it is shown [papernotes.draft-file]"
    )
    for page in (*pages, "link"):
        assert "Heading" in text(build.page(page))
        place = f"{page}.rst:6" if page in RST else f"{page}.md:7"
        assert f"{place}: {message}" in build.messages
    site.edit("private/hidden.md", "draft: true", "draft: false")
    assert HIDDEN in text(build_again(site).page("literalinclude"))
    site.edit("private/hidden.md", "draft: false", "draft: true")
    assert HIDDEN in text(site.build(confoverrides={"papernotes_drafts": True}).page("include"))
