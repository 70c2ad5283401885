"""The author's own fields and tables of notes, everywhere that a site shows them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from commands import run
from outputs import outputs
from page_checks import assert_ids_are_unique, assert_links_have_targets
from sites import ROOTS, Build, Site, text

from papernotes.publish.catalogue_json import SCHEMA
from papernotes.rendering.tables.columns import Column

CONF = """
papernotes_browse = ["filter", "years"]
bibtex_reference_style = "papernotes"
papernotes_fields = {
    "method": {"kind": "choices", "choices": ["SGD", "Newton", "Adam"]},
    "status": {"label": "State", "kind": "choice", "choices": ["to do", "done"]},
    "rating": "number",
    "tried": {"label": "Tried on", "kind": "day"},
    "result": {"label": "Main result", "kind": "markdown"},
    "code": "link",
    "dataset": "text",
}
"""
ALPHA = """method: [Adam, SGD]
status: done
rating: 9
tried: 2021-03-04
result: |
  An error of $O(n^2)$, unlike {cite:t}`zeta2006`; see {note}`beta2002`.

  Twice.
code: https://example.org/code/
dataset: 1,000 "letters"
"""
BETA = "method: SGD\nstatus: to do\nrating: 10\n"
PAGE = """# Tables

```{papers}
:view: table
:columns: title, authors, year, method, result, tried, code
```

## In groups

```{papers}
:view: table
:columns: title, paper, rating, dataset, links, tags, doi
:group: method
:sort: -rating
```
"""


def write(folder: Path) -> Site:
    """Write the tiny site with fields in two notes, and with a page of tables."""
    site = Site(shutil.copytree(ROOTS / "tiny", folder))
    conf = (site.folder / "conf.py").read_text(encoding="utf-8")
    site.write("conf.py", conf + CONF)
    for name, fields in (("alpha", ALPHA), ("beta", BETA)):
        site.edit(f"papers/{name}.md", "tags:", f"{fields}tags:")
    site.write("generalization.md", PAGE)
    return site


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return the site, built."""
    return write(tmp_path_factory.mktemp("tables") / "site").build()


def table(build: Build, number: int) -> list[list[str]]:
    """Return the texts of the cells of a table, with its head."""
    box = build.page("generalization").cssselect(".pn-table")[number]
    return [[text(cell) for cell in row.cssselect("th, td")] for row in box.cssselect("tr")]


def rows(build: Build, name: str) -> list[list[str]]:
    with (build.outdir / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


FORMULA = "O(n2)O(n^2)"


def test_header_of_a_note_shows_its_fields_in_the_order_of_their_declaration(
    build: Build,
) -> None:
    assert build.messages == []
    page = build.page("papers/alpha")
    fields = page.cssselect(".pn-header > dl.pn-fields > *")
    assert [text(part) for part in fields] == [
        *("Method", "SGD, Adam", "State", "done", "Rating", "9", "Tried on", "4 March 2021"),
        *("Main result", f"An error of {FORMULA}, unlike Zeta (2006); see Beta. Twice."),
        *("Code", "example.org/code", "Dataset", '1,000 "letters"'),
    ]
    links = [link.get("href") for link in page.cssselect(".pn-fields a")]
    assert links == ["#ref-zeta2006", "beta.html", "https://example.org/code/"]
    assert page.cssselect(".pn-fields math")
    # What a field cites is cited by the note.
    assert page.cssselect("#ref-zeta2006")
    assert not build.page("papers/delta").cssselect(".pn-fields")


def test_table_has_a_row_for_each_note_and_the_columns_that_it_names(build: Build) -> None:
    assert_ids_are_unique(build)
    assert_links_have_targets(build)
    assert table(build, 0) == [
        ["Title", "Authors", "Year", "Method", "Main result", "Tried on", "Code"],
        [
            *("Alpha of x2x^2", "Anna Alpha", "2001", "SGD, Adam"),
            f"An error of {FORMULA}, unlike Zeta (2006); see Beta. Twice.",
            *("4 March 2021", "example.org/code"),
        ],
        ["Beta", "Bo Beta and Bo Other", "2002", "SGD", "", "", ""],
        ["Delta", "Dee Delta", "2004", "", "", "", ""],
    ]
    page = build.page("generalization")
    box = page.cssselect(".pn-table")[0]
    assert (box.get("role"), box.get("tabindex"), box.get("aria-label")) == ("region", "0", "Notes")
    # Titles lead to the notes and name their rows; citations lead to the references of the note.
    assert [cell.tag for cell in box.cssselect("tbody tr")[0]] == ["th", *["td"] * 6]
    assert [link.get("href") for link in box.cssselect("tbody a")][:3] == [
        "papers/alpha.html",
        "papers/alpha.html#ref-zeta2006",
        "papers/beta.html",
    ]


def test_groups_are_in_the_order_of_the_choices_and_notes_without_one_come_last(
    build: Build,
) -> None:
    page = build.page("generalization")
    titles = [text(title) for title in page.cssselect(".pn-tables h3.pn-group-title")]
    assert titles == ["SGD", "Adam", "No method"]
    head = ["Title", "Paper", "Rating", "Dataset", "Links", "Tags", "DOI"]
    beta = ["Beta", "On beta", "10", "", "DOI", "optimization", "10.1000/beta"]
    alpha = ["Alpha of x2x^2", "On alpha", "9", '1,000 "letters"', "abstract · PDF"]
    assert table(build, 1) == [head, beta, [*alpha, "generalization C++", ""]]
    assert table(build, 2) == [head, [*alpha, "generalization C++", ""]]
    assert table(build, 3) == [head, ["Delta", "On delta", "", "", "PDF", "", ""]]


@pytest.mark.parametrize(
    ("name", "label", "heading"),
    [
        ("method", "Method", "No method"),
        ("cost", "GPU hours", "No GPU hours"),
        ("p", "P", "No P"),
        ("read", "Read on", "Not read yet"),
    ],
)
def test_heading_of_notes_without_a_group(name: str, label: str, heading: str) -> None:
    assert Column(name, label).missing == heading


def test_each_table_has_its_csv_beside_the_page(build: Build) -> None:
    links = build.page("generalization").cssselect(".pn-csv a")
    assert [(link.get("href"), link.get("download")) for link in links] == [
        ("generalization.csv", ""),
        ("generalization.2.csv", ""),
    ]
    assert rows(build, "generalization.csv")[:2] == [
        ["Title", "Authors", "Year", "Method", "Main result", "Tried on", "Code"],
        [
            *("Alpha of x^2", "Anna Alpha", "2001", "SGD; Adam"),
            "An error of O(n^2), unlike Zeta (2006); see Beta. Twice.",
            *("2021-03-04", "https://example.org/code/"),
        ],
    ]
    grouped = rows(build, "generalization.2.csv")
    assert grouped[0] == ["Method", *table(build, 1)[0]]
    assert [row[:4] for row in grouped[1:]] == [
        ["SGD", "Beta", "On beta", "10"],
        ["SGD", "Alpha of x^2", "On alpha", "9"],
        ["Adam", "Alpha of x^2", "On alpha", "9"],
        ["", "Delta", "On delta", ""],
    ]
    # RFC 4180.
    assert (build.outdir / "generalization.csv").read_bytes().count(b"\r\n") == 4


def test_csv_has_no_formulas_that_a_program_would_calculate(tmp_path: Path) -> None:
    site = write(tmp_path / "site")
    formula = '=HYPERLINK("https://evil.example/","x")'
    site.edit("refs.bib", "title = {On alpha}", f"title = {{{formula}}}")
    site.edit("papers/beta.md", "rating: 10", 'rating: -1.5e3\ndataset: "@SUM(1)"')
    titles, ratings, data = (
        [row[n] for row in rows(site.build(), "generalization.2.csv")] for n in (2, 3, 4)
    )
    assert f"'{formula}" in titles
    assert "-1.5e3" in ratings
    assert "'@SUM(1)" in data


def test_script_gets_ranks_and_choices(build: Build) -> None:
    page = build.page("generalization")
    assert [script.get("src").partition("?")[0] for script in page.cssselect("script[src]")].count(
        "_static/tables.js"
    ) == 1
    whole, grouped = page.cssselect(".pn-tables")
    assert json.loads(whole.get("data-choices")) == [
        ["Year", ["2001", "2002", "2004"]],
        ["Method", ["SGD", "Adam"]],
    ]
    (box,) = whole.cssselect(".pn-table")
    assert json.loads(box.get("data-choices")) == [[[0], [1], [2]], [[0, 1], [0], []]]
    ranks = json.loads(box.get("data-ranks"))
    assert ranks[0] == [0, 1, 2]
    # A note with SGD alone comes before one with SGD and Adam.
    assert (ranks[3], ranks[5]) == ([1, 0, None], [0, None, None])
    # Numbers are not compared as texts: 9 comes before 10.
    first = json.loads(grouped.cssselect(".pn-table")[0].get("data-ranks"))
    assert first[2] == [1, 0]
    assert not build.page("works").cssselect('script[src*="tables.js"]')


def test_papers_json_and_filter_have_the_fields(build: Build) -> None:
    content = json.loads(build.read("papers.json"))
    import jsonschema

    jsonschema.validate(content, json.loads(build.read(SCHEMA)))
    fields = {note["name"]: note["fields"] for note in content["notes"]}
    result = fields["papers/alpha"].pop("result")
    assert result["text"].startswith("An error of O(n^2), unlike Zeta (2006)")
    assert "<math" in result["html"]
    assert fields == {
        "papers/alpha": {
            "method": ["SGD", "Adam"],
            "status": "done",
            "rating": 9,
            "tried": "2021-03-04",
            "code": "https://example.org/code/",
            "dataset": '1,000 "letters"',
        },
        "papers/beta": {"method": ["SGD"], "status": "to do", "rating": 10},
        "papers/delta": {},
    }
    data = json.loads(build.read("notes.js").strip()[len("papernotes.notes(") : -2])
    assert data["fields"] == [
        ["method", "Method", ["SGD", "Newton", "Adam"]],
        ["status", "State", ["to do", "done"]],
        ["rating", "Rating", []],
        ["tried", "Tried on", []],
        ["dataset", "Dataset", []],
    ]
    assert [row[8] for row in data["notes"]] == [
        [[0, 2], [1], [9.0], ["2021-03-04"], ["1000 letters"]],
        [[0], [0], [10.0], [], []],
        [[]] * 5,
    ]


def test_an_edited_field_is_shown_as_in_a_clean_build(tmp_path: Path) -> None:
    site = write(tmp_path / "site")
    site.build()
    site.edit("papers/beta.md", "rating: 10", "rating: 8\nresult: About {note}`alpha2001`")
    assert site.build().written == {"papers/beta", "generalization", "papers/alpha", "works"}
    # A table shows the titles of notes that its cells link to.
    site.edit("papers/alpha.md", "# Alpha of", "# The alpha of")
    site.build()
    site.edit("conf.py", '"Main result"', '"Result"')
    site.edit("generalization.md", ":group: method\n", "")
    build = site.build()
    assert "About The alpha of" in text(build.page("generalization"))
    incremental = outputs(build.outdir)
    site.clean()
    assert outputs(site.build().outdir) == incremental


@pytest.mark.parametrize("builder", ["text", "latex", "epub", "singlehtml"])
def test_other_formats_have_the_table(tmp_path: Path, builder: str) -> None:
    build = write(tmp_path / "site").build(builder)
    # An EPUB needs a copyright and a version, which the site lacks.
    assert [message for message in build.messages if "conf value" not in message] == []
    name = {"text": "generalization.txt", "latex": "tiny.tex", "epub": "generalization.xhtml"}
    found = build.read(name.get(builder, "index.html"))
    assert "Main result" in found
    assert "CSV" not in found
    if builder == "text":
        assert "| Beta         | Bo Beta and Bo Other | 2002   | SGD " in found
    if builder == "latex":
        assert r"\begin{tabulary}" in found or r"\begin{longtable}" in found


def test_table_without_columns_shows_the_fields_of_one_s_own(tmp_path: Path) -> None:
    site = write(tmp_path / "site")
    site.write("index.md", "# A shelf\n\n```{papers}\n:view: table\n:sort: status\n```\n")
    build = site.build("html", "index.md")
    page = build.page("index")
    assert [text(cell) for cell in page.cssselect(".pn-table thead th")] == [
        *("Title", "Authors", "Year", "Method", "State", "Rating", "Tried on", "Main result"),
        *("Code", "Dataset"),
    ]
    # By the order of the choices, and notes without one last.
    titles = [text(cell) for cell in page.cssselect(".pn-table tbody th")]
    assert titles == ["Beta", "Alpha of x2x^2", "Delta"]


FAULTS = """# Page

```{papers}
:view: table
:columns: title, methods, colour
:group: method
```

```{papers}
:columns: title
:sort: -size
```

```{papers}
:view: table
:group: -result
```
"""


def test_wrong_options_and_declarations_are_reported(tmp_path: Path) -> None:
    site = write(tmp_path / "site")
    site.write("plain.md", FAULTS)
    site.edit("conf.py", '"rating": "number"', '"rating": "digits"')
    site.edit("papers/beta.md", "status: to do", "status: dun")
    site.write("generalization.md", "# Empty\n")
    messages = [line.replace(" WARNING:", "") for line in site.build().messages]
    columns = "title, paper, authors, venue, year, links, key, read, tags, summary"
    fields = "method, status, tried, result, code, dataset"
    assert messages == [
        (
            "conf.py:1: papernotes_fields: \"rating\" has the unknown kind 'digits'; use text,"
            " markdown, number, day, choice, choices, link; until then there is no such field"
            " [papernotes.bad-option]"
        ),
        (
            'papers/beta.md:4: "status" has the unknown value "dun"; write one'
            ' of "to do", "done" [papernotes.bad-field]'
        ),
        (
            'plain.md:3: :columns: "colour" is no column; use some of '
            f"{columns}, {fields} [papernotes.bad-option]"
        ),
        (
            'plain.md:3: :columns: "methods" is no column; did you mean "method"?'
            " [papernotes.bad-option]"
        ),
        (
            "plain.md:9: :columns: is for tables; add :view: table, or delete it"
            " [papernotes.bad-option]"
        ),
        (
            'plain.md:9: :sort: "-size" is unknown; write title, read, year, method, status, tried,'
            " result, code or dataset, with - in front for descending [papernotes.bad-option]"
        ),
        (
            'plain.md:14: :group: "result" has no values to group by; choose another column'
            " [papernotes.bad-option]"
        ),
    ]
    # `papernotes check` says the same of declarations and values.
    found = run(site, "check").stdout.splitlines()
    for line in messages[:2]:
        assert line in [each.replace(f"{site.folder}/", "") for each in found]
    undeclared = [line for line in found if "undeclared-field" in line]
    assert [line.replace(f"{site.folder}/", "") for line in undeclared] == [
        f'papers/{name}.md:5: remark: the key "rating" is neither known nor declared; declare it in'
        ' conf.py, such as papernotes_fields = {"rating": "text"}, or delete it'
        " [papernotes.undeclared-field]"
        for name in ("alpha", "beta")
    ]
