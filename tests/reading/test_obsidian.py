"""What Obsidian adds to Markdown: links, embedded files, callouts, tasks, marks and comments."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import lxml.html
import pytest
from sites import PNG, ROOTS, Build, Site, text

from papernotes.cli.building import site_check

NOTE = """\
---
paper: zeta2006
tags: [a]
summary: The summary. %%secret%%
---

# Zeta

[[beta2002]], [[beta2002|the beta]], [[alpha#The first section|there]], [[ALPHA]],
[[papers/delta]], [[#Second]], [[data.csv]], [[gamma2003]].

![[p.png]] ![[p.png|100]] ![[far.png|30x40]] ![[p.png|A picture]] ![[alpha]]

==marked *text*==, a == b, `==code==`, `[[code]]`, and %%secret%% shown.

%% secret

secret %%

> [!tip]- Title of $x$
> Folded [[beta2002]].
>
> > [!custom-kind]
> > Nested

> [!warning]
> No title

> A quotation

- [ ] open
- [x] done
- [[alpha]]

| a | b |
|---|---|
| [[beta2002\\|B]] | ![[p.png\\|20]] |

```
%%code%%
```

:::{note}
==Inside== %%secret%% [[delta2004]].
:::

[[gone]] ![[fra.png]]

## Second

The end. %% secret and more

secret
"""


@dataclass(frozen=True)
class Vault:
    site: Site
    build: Build

    @property
    def note(self) -> lxml.html.HtmlElement:
        return self.build.page("papers/zeta")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """Build the tiny site with a note in Obsidian's syntax, once."""
    site = Site(tmp_path_factory.mktemp("vault") / "site")
    shutil.copytree(ROOTS / "tiny", site.folder)
    site.edit("conf.py", "html_theme", "papernotes_obsidian = True\nhtml_theme")
    site.write("papers/zeta.md", NOTE)
    site.write("papers/p.png", PNG)
    site.write("attachments/far.png", PNG)
    site.write("papers/data.csv", "1,2\n")
    return Vault(site, site.build())


def links(vault: Vault) -> dict[str, str]:
    """Return the address of each link in the text of the note, by what it shows."""
    found = vault.note.cssselect("p a.reference")
    return {text(link): link.get("href") for link in found if "#id" not in link.get("href")}


def test_links_lead_to_notes_headings_and_files(vault: Vault) -> None:
    found = links(vault)
    assert found["Beta"] == "beta.html"
    assert found["the beta"] == "beta.html"
    assert found["B"] == "beta.html"
    assert found["there"] == "alpha.html#the-first-section"
    assert found["Alpha of x^2"] == "alpha.html"
    assert found["Delta"] == "delta.html"
    assert found["Second"] == "#second"
    assert found["data.csv"].startswith("../_downloads/")
    # Links count as links to notes.
    mentions = vault.build.page("papers/beta").cssselect(".pn-mentions")
    assert "Zeta" in text(mentions[0])


def test_embedded_pictures_have_their_size_and_their_description(vault: Vault) -> None:
    found = [
        (image.get("src").rpartition("/")[2], image.get("width"), image.get("height"))
        for image in vault.note.cssselect("p img")
    ]
    assert found == [
        ("p.png", None, None),
        ("p.png", "100", None),
        ("far.png", "30", "40"),
        ("p.png", None, None),
        ("p.png", "20", None),
    ]
    assert [image.get("alt") for image in vault.note.cssselect("p img")][3] == "A picture"


def test_callouts_are_admonitions(vault: Vault) -> None:
    tip, nested, warning, note = vault.note.cssselect(".admonition")
    assert (tip.tag, "tip" in tip.get("class"), tip.get("open")) == ("details", True, None)
    assert text(tip.cssselect(".admonition-title")[0]).startswith("Title of x")
    assert nested.getparent() is tip
    assert text(nested.cssselect(".admonition-title")[0]) == "Custom kind"
    assert text(warning) == "Warning No title"
    assert note.cssselect("mark")
    assert "A quotation" in text(vault.note.cssselect("blockquote")[0])


def test_tasks_and_marks_are_text(vault: Vault) -> None:
    items = [text(item) for item in vault.note.cssselect("section > ul.contains-task-list > li")]
    assert items == ["☐ open", "☑ done", "Alpha of x^2"]
    assert [text(mark) for mark in vault.note.cssselect("p > mark")] == ["marked text", "Inside"]
    body = text(vault.note)
    assert "a == b" in body
    assert "==code==" in body
    assert "[[code]]" in body


def test_comments_are_private(vault: Vault) -> None:
    for path in vault.build.outdir.rglob("*.*"):
        # Sphinx publishes the sources, unless conf.py says otherwise.
        if path.is_file() and "_sources" not in path.parts:
            assert b"secret" not in path.read_bytes(), path
    assert "%%code%%" in text(vault.note)
    assert "shown" in text(vault.note)


def test_links_that_lead_nowhere_are_reported_by_build_and_check(vault: Vault) -> None:
    expected = [
        ('"![[fra.png]]" leads to no paper, page or file; did you mean "far.png"?', 47),
        ('"[[gone]]" leads to no paper, page or file; correct it, or write the note', 47),
    ]
    told = [line for line in vault.build.messages if "missing-file" in line]
    assert told == [
        f"papers/zeta.md:{line}: WARNING: {message} [papernotes.missing-file]"
        for message, line in expected
    ]
    found = site_check.check(vault.site.folder)[1].diagnostics
    assert [
        (each.message, each.line) for each in found if each.label == "papernotes.missing-file"
    ] == expected


@pytest.mark.parametrize("builder", ["latex", "text", "epub", "dirhtml"])
def test_other_builders_know_the_syntax(vault: Vault, builder: str) -> None:
    settings = {"version": "1", "copyright": "2026"}
    build = vault.site.build(builder, confoverrides=settings)
    assert [line for line in build.messages if "zeta.md" not in line] == []


def test_links_follow_documents_that_come_and_go(vault: Vault) -> None:
    site = vault.site
    site.write("papers/fra.png", PNG)
    site.write("gone.md", "---\norphan: true\n---\n\n# Gone\n")
    site.remove("papers/alpha.md")
    build = site.build()
    told = [line.split('"')[1] for line in build.messages if "missing-file" in line]
    gone = {"![[alpha]]", "[[ALPHA]]", "[[alpha#The first section|there]]", "[[alpha]]"}
    assert set(told) == gone
    assert "Gone" in {text(link) for link in build.page("papers/zeta").cssselect("p a")}
