"""Drafts are read and checked, and leave no trace in what a build publishes."""

from __future__ import annotations

import zlib

import pytest
from outputs import build_again
from sites import PNG, Site, text

from papernotes.core.frontmatter import is_draft

# Words that only the draft has.
SECRETS = ("Zeno", "Umbra", "penumbra", "halftone")
ENTRY = "@misc{theta2008, author={Zeno, Eve}, title={On Light}, year={2008}}\n"
DRAFT = """\
---
paper: theta2008
tags: [halftone]
read: 2021-02-03
redirect_from: [papers/umbra]
draft: true
---

(shade)=
# Umbra

The summary cites {cite:t}`alpha2001`, in penumbra, and shows ![a halftone](umbra.png).

```{math}
:label: eq-shade
x = 1
```

```{glossary}
Penumbra
: What is half dark.
```
"""
LINKS = """\
---
orphan: true
---

# Links

{note}`theta2008`, {note}`that note <theta2008>`, [by file](papers/draft.md),
{doc}`by name <papers/draft>`, [by label](#shade), {ref}`by role <shade>`,
{eq}`eq-shade`, {any}`anyhow <papers/draft>`, {term}`by its name <penumbra>`.

```{toctree}
papers/draft
plain
```
"""


@pytest.fixture
def drafted(tiny: Site) -> Site:
    """Return the tiny site with a draft, and links of all kinds to it."""
    entries = (tiny.folder / "refs.bib").read_text(encoding="utf-8")
    tiny.write("refs.bib", f"{entries}\n{ENTRY}")
    tiny.write("papers/draft.md", DRAFT)
    tiny.write("papers/umbra.png", PNG)
    tiny.write("links.md", LINKS)
    return tiny


def test_nothing_of_a_draft_is_published(drafted: Site) -> None:
    build = drafted.build()
    assert build.messages == []
    files = {path.relative_to(build.outdir).as_posix() for path in build.outdir.rglob("*")}
    assert not [name for name in files if "papers/draft" in name or "umbra" in name]
    for name in files:
        if (build.outdir / name).is_file():
            content = (build.outdir / name).read_bytes()
            if name == "objects.inv":
                content = zlib.decompress(content.split(b"zlib.\n")[1])
            assert not [word for word in SECRETS if word.encode() in content], name


def test_links_to_a_draft_show_their_text(drafted: Site) -> None:
    page = drafted.build().page("links")
    (paragraph,) = page.xpath("//section/p[1]")
    assert text(paragraph) == (
        "On Light, that note, by file, by name, by label, by role, eq-shade, anyhow, by its name."
    )
    assert not paragraph.xpath(".//a")


@pytest.mark.parametrize("builder", ["html", "epub", "latex", "text"])
def test_a_summary_may_link_to_a_draft(drafted: Site, builder: str) -> None:
    settings = {"version": "1", "copyright": "2026", "papernotes_obsidian": True}
    links = "[by file](draft.md), [[draft|in brackets]], {ref}`by role <shade>`, {note}`theta2008`."
    drafted.edit("papers/beta.md", "The summary of beta.", links)
    assert drafted.build(builder, confoverrides=settings).messages == []


def test_builds_that_show_drafts_mark_them(drafted: Site) -> None:
    build = drafted.build(confoverrides={"papernotes_drafts": True})
    assert build.messages == []
    (mark,) = build.page("papers/draft").find_class("pn-draft")
    assert text(mark) == "Draft"
    titles = [text(card) for card in build.page("index").find_class("pn-card-title")]
    assert titles[1:] == ["Beta", "Delta", "Umbra Draft"]
    assert build.page("links").xpath("//a[text()='Umbra']")
    # The next build forgets the draft again.
    assert not (drafted.build().outdir / "papers/draft.html").exists()


@pytest.mark.parametrize("builder", ["html", "dummy"])
def test_a_draft_is_checked(drafted: Site, builder: str) -> None:
    drafted.edit("papers/draft.md", "alpha2001", "alhpa2001")
    drafted.edit("papers/draft.md", "draft: true", "draft: perhaps")
    assert drafted.build(builder).messages == [
        (
            'papers/draft.md:6: WARNING: "draft" is neither true nor false; write one of them,'
            " until then the note is a draft [papernotes.bad-draft]"
        ),
        (
            'papers/draft.md:12: WARNING: unknown citation key "alhpa2001"; did you mean'
            ' "alpha2001"? [papernotes.unknown-key]'
        ),
    ]


def test_a_page_that_is_no_note_can_be_a_draft(tiny: Site) -> None:
    tiny.edit("plain.md", "#", "---\ndraft: true\n---\n\n#")
    build = tiny.build()
    assert build.messages == []
    assert not (build.outdir / "plain.html").exists()


def test_the_front_page_is_never_a_draft(tiny: Site) -> None:
    tiny.edit("index.md", "#", "---\ndraft: true\n---\n\n#")
    assert (tiny.build().outdir / "index.html").exists()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_build_after_a_change_equals_a_clean_one(drafted: Site, processes: int) -> None:
    drafted.build(parallel=processes)
    drafted.edit("papers/draft.md", "draft: true", "draft: false")
    drafted.edit("papers/alpha.md", "read:", "draft: true\nread:")
    build_again(drafted)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("draft: true", True),
        ("draft: yes", True),
        ('draft: "true"', True),
        ("draft: perhaps", True),
        ("Draft: true", True),
        ('"draft": true', True),
        ("tags: [a\ndraft: true", True),
        ("{paper: a, draft: true}", True),
        ("draft: true\ndraft: false", True),
        ("draft: false # for now", False),
        ("draft: off", False),
        ("draft:", False),
        ("summary: |\n  draft: true", False),
    ],
)
def test_front_matter_of_a_draft(front: str, expected: bool) -> None:
    assert is_draft(f"---\n{front}\n---\n\n# A title") is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("\n---\ndraft: true\n---\n", True),
        ("+++\ndraft = true\n+++\n", True),
        ("# draft\n\ndraft: true", False),
    ],
)
def test_front_matter_that_is_none(content: str, expected: bool) -> None:
    assert is_draft(content) is expected
