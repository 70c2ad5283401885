"""What a site shows of works that were retracted or corrected, or have a newer version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree
from sites import PROJECT, Build, Site, text

RETRACTED = "retracted = {2024-05-01},\n  notice = {10.1000/Notice},\n  year = {2002}"
NEWER = "read_version = {3},\n  latest_version = {5},\n  latest_date = {2023-08-02},\n"
NEWER += "  year = {2001}"


def befall(site: Site) -> None:
    """Retract the paper of a note that another note cites; give that one a newer version."""
    site.edit("refs.bib", "year = {2002}", RETRACTED)
    site.edit("refs.bib", "year = {2001}", NEWER)
    site.edit("refs.bib", "year = {2003}", "corrected = {2019},\n  year = {2003}")


def marks(build: Build, name: str, where: str = "") -> list[str]:
    return [text(mark) for mark in build.page(name).cssselect(f"{where} .pn-status")]


@pytest.fixture
def build(tiny: Site) -> Build:
    befall(tiny)
    made = tiny.build()
    assert made.messages == []
    return made


def test_site_shows_what_became_of_works(build: Build) -> None:
    page = build.page("papers/beta")
    (banner,) = page.cssselect(".pn-banner")
    assert text(banner) == (
        "Retracted, 1 May 2024 · Beta and Other (2002) was retracted: its results may not hold."
        " Read the notice"
    )
    assert [link.get("href") for link in banner.cssselect("a")] == [
        "https://doi.org/10.1000/Notice"
    ]
    (banner,) = build.page("papers/alpha").cssselect(".pn-banner")
    assert text(banner) == (
        "New version, 2 August 2023 · This note is on version 3 of Alpha (2001); there is version"
        " 5. Read it"
    )
    assert banner.cssselect("a")[0].get("href") == "https://arxiv.org/abs/math/0101001v5"
    # Each citation, and the entry that it leads to.
    retracted, corrected = "[retracted 2024]", "[corrected 2019]"
    newer = "[version 5 since v3 was read]"
    assert set(marks(build, "papers/alpha")) == {retracted, corrected, newer}
    assert marks(build, "papers/alpha", ".pn-works") == [retracted, corrected]
    assert marks(build, "papers/delta", ".bibtex-citation") == [newer]
    assert text(build.page("papers/delta").cssselect(".bibtex-citation")[0]) == (f"[Alp01 {newer}]")
    assert set(marks(build, "index", ".pn-card .pn-byline")) == {retracted, newer}
    assert marks(build, "generalization", ".pn-list .pn-byline") == [newer]
    assert marks(build, "works") == [newer, retracted, corrected]
    assert "status.css" in build.read("papers/beta.html")
    assert "status.css" not in build.read("reading.html")


def test_tables_show_what_became_of_works(tiny: Site) -> None:
    befall(tiny)
    tiny.write(
        "tables.md",
        "---\norphan: true\n---\n\n# Tables\n\n| of |\n| --- |\n| {cite:p}`beta2002` |\n\n"
        ":::{papers}\n:view: table\n:columns: title, year\n:::\n",
    )
    build = tiny.build()
    assert build.messages == []
    page = build.page("tables")
    assert text(page.cssselect("td")[0]) == "[BO02 [retracted 2024]]"
    titles = page.cssselect(".pn-title, tbody th")
    assert {text(cell) for cell in titles if "[" in text(cell)} == {
        "Alpha of x2x^2 [version 5 since v3 was read]",
        "Beta [retracted 2024]",
    }
    assert "status.css" in build.read("tables.html")
    tiny.edit("refs.bib", "2024-05-01", "2023-05-01")
    assert "[retracted 2023]" in text(tiny.build().page("tables").cssselect("td")[0])


def test_catalogue_and_feed_tell_what_became_of_works(build: Build) -> None:
    catalogue = json.loads(build.read("papers.json"))
    schema = json.loads((PROJECT / "_ext/papernotes/publish/papers.schema.json").read_text())
    Draft202012Validator(schema).validate(catalogue)
    assert {note["name"]: note.get("status") for note in catalogue["notes"]} == {
        "papers/alpha": {
            "alpha2001": {"read_version": 3, "latest_version": 5, "latest_date": "2023-08-02"}
        },
        "papers/beta": {"beta2002": {"retracted": "2024-05-01", "notice": "10.1000/Notice"}},
        "papers/delta": None,
    }
    feed = etree.fromstring(build.read("feed.xml").encode())
    found = [
        [entry.findtext(f"{{*}}{name}") for name in ("title", "published", "id")]
        for entry in feed.iter("{*}entry")
    ]
    address = "https://example.org/notes/feed.xml"
    assert found == [
        [
            "On beta [retracted 2024]",
            "2024-05-01T12:00:00Z",
            f"{address}#beta2002/retracted-2024-05-01-beta2002",
        ],
        [
            "On alpha [version 5 since v3 was read]",
            "2023-08-02T12:00:00Z",
            f"{address}#alpha2001/version-2023-08-02-alpha2001",
        ],
        ["Beta", "2021-01-02T12:00:00Z", f"{address}#beta2002"],
        ["Alpha of x^2", "2020-08-31T12:00:00Z", f"{address}#alpha2001"],
    ]
    assert "retracted = {2024-05-01}" in build.read("refs.bib")
    assert "read_version" not in build.read("refs.bib")


LISTED = """# After {cite:t}`beta2002` and {cite:p}`gamma2003`

Of {cite:p}`beta2002,delta2004` and {cite:t}`gamma2003`, {footcite:p}`beta2002,delta2004` and
{footcite:t}`alpha2001`.

```{bibliography}
:filter: cited and key != "zeta2006"
```

```{footbibliography}
```
"""
OTHER = """---
orphan: true
---

# Other

Of {cite:p}`gamma2003,zeta2006`.

```{bibliography}
:filter: key == "zeta2006"
```
"""


def test_headings_lists_and_footnotes_of_the_library_are_marked(tiny: Site) -> None:
    befall(tiny)
    tiny.write("listed.md", LISTED)
    tiny.write("other.md", OTHER)
    tiny.write("index.md", "# A shelf\n\n```{toctree}\nlisted\n```\n\n```{papers}\n```\n")
    title = "After Beta and Other (2002) [retracted 2024] and (Gamma et al., 2003 [corrected 2019])"
    tiny.edit("papers/delta.md", "# Delta", LISTED.partition("\n")[0])
    build = tiny.build()
    assert build.messages == []
    page = build.page("listed")
    assert text(page.cssselect("h1")[0]).startswith(title)
    assert page.findtext(".//title").startswith(title)
    assert marks(build, "listed", "h1") == ["[retracted 2024]", "[corrected 2019]"]
    first, second = page.cssselect(".bibtex-citation")
    assert text(first) == "[BO02 [retracted 2024], Del04]"
    assert text(second) == "Gamma et al. [GGG03 [corrected 2019]]"
    listed = {text(each) for each in page.cssselect("div.citation")}
    newer = "[version 5 since v3 was read]"
    expected = {"[retracted 2024]", "[corrected 2019]", newer}
    assert set(marks(build, "listed", "div.citation")) == expected
    assert set(marks(build, "listed", "aside.footnote")) == expected - {"[corrected 2019]"}
    assert {each.rpartition(". ")[2] for each in listed} == {*expected, "2004."}
    (line,) = [text(each) for each in page.cssselect("section > p") if "Of" in text(each)]
    # The footnote of a number has the mark.
    assert line.endswith(f"[1][2] and Alpha[3] {newer}.")
    notes = [text(each) for each in page.cssselect("aside.footnote")]
    assert [note.partition("[retr")[1] + note.partition(newer)[1] for note in notes] == [
        "[retr",
        "",
        newer,
    ]
    # Works in the list of the page come first.
    (cited,) = build.page("other").cssselect(".bibtex-citation")
    assert text(cited) == "[Zet06, GGG03 [corrected 2019]]"
    # Copies of the heading say the same.
    front = build.page("index")
    assert text(front.cssselect(".toctree-wrapper a")[0]) == title
    assert title in [text(each) for each in front.cssselect(".sd-card h2")]
    (note,) = [
        each for each in json.loads(build.read("papers.json"))["notes"] if "delta" in each["name"]
    ]
    assert note["title"] == title
    # They follow the entry.
    tiny.edit("refs.bib", "2024-05-01", "2023-05-01")
    again = tiny.build()
    assert {"listed", "papers/delta", "index"} <= again.written
    assert "2024]" not in text(again.page("listed")) + text(again.page("index"))
    # Without our references, all citations are the library's.
    page = tiny.build(confoverrides={"papernotes_references": False}).page("listed")
    assert text(page.cssselect(".bibtex-citation")[0]) == "[BO02 [retracted 2023], Del04]"


@pytest.mark.parametrize(("builder", "name"), [("text", "papers/alpha.txt"), ("latex", "tiny.tex")])
def test_other_formats_show_what_became_of_works(tiny: Site, builder: str, name: str) -> None:
    befall(tiny)
    made = tiny.build(builder)
    assert made.messages == []
    shown = " ".join(made.read(name).split())
    assert "[retracted 2024]" in shown.replace("{[}", "[").replace("{]}", "]")
    assert "there is version 5" in shown


def test_incremental_build_shows_what_a_clean_build_shows(tiny: Site) -> None:
    card = tiny.build().outdir / "pictures/papers/beta.png"
    before = card.read_bytes()
    befall(tiny)
    made = tiny.build()
    # The picture that is shown where the address is shared has the mark, too.
    assert card.read_bytes() != before
    assert {"papers/alpha", "papers/beta", "papers/delta", "index", "works"} <= made.written
    after = {name: made.read(name) for name in _outputs(made)}
    tiny.clean()
    clean = tiny.build()
    assert after == {name: clean.read(name) for name in _outputs(clean)}


def _outputs(made: Build) -> list[str]:
    names = [path.relative_to(made.outdir).as_posix() for path in made.outdir.rglob("*.html")]
    return sorted([*names, "feed.xml", "papers.json"])


STYLED: list[dict[str, Any]] = [
    {"bibtex_reference_style": "author_year"},
    {"bibtex_reference_style": "label", "bibtex_default_style": "alpha"},
]


@pytest.mark.parametrize(
    "settings", STYLED, ids=lambda settings: settings["bibtex_reference_style"]
)
def test_citations_in_styles_of_the_library_are_marked(
    tiny: Site, settings: dict[str, Any]
) -> None:
    befall(tiny)
    made = tiny.build(confoverrides=settings)
    assert marks(made, "papers/alpha", ".bibtex-citation")[:2] == [
        "[retracted 2024]",
        "[corrected 2019]",
    ]


@pytest.mark.parametrize(
    ("fields", "mark"),
    [
        ("retracted = {true}, corrected = {2023}", "[retracted]"),
        ("concern = {2021-02}", "[expression of concern 2021]"),
        ("read_version = {v3}, latest_version = 4", "[version 4 since v3 was read]"),
        ("read_version = 3, latest_version = 3", ""),
        ("latest_version = 3", ""),
        ("corrected = {{2023}}", "[corrected 2023]"),
    ],
)
def test_mark_follows_from_the_fields(fields: str, mark: str) -> None:
    from papernotes.bibliography import reader
    from papernotes.catalogue.status import status
    from papernotes.domain.marks import status_marks

    entry = f"@misc{{a, title={{A}}, {fields}}}".encode()
    paper = reader.read([("refs.bib", entry)]).paper("a")
    assert "".join(node.astext() for node in status_marks(status(paper), at_most=1)) == mark


def test_part_of_a_corrected_volume_is_not_corrected() -> None:
    from papernotes.bibliography import reader
    from papernotes.catalogue.status import status

    entries = b"@incollection{a, title={A}, crossref={b}}\n@book{b, title={B}, corrected={2020}}"
    assert status(reader.read([("refs.bib", entries)]).paper("a")).kinds == ()
