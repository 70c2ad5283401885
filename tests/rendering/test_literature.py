"""What a site shows of ``citations.json``: how the papers cite each other, and suggestions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sites import Build, Site, text

from papernotes.catalogue import literature
from papernotes.catalogue.literature import Suggestion

CITES = {
    "alpha2001": ["beta2002", "gamma2003", "gone1999", "alpha2001"],
    "delta2004": ["alpha2001"],
}
SUGGESTIONS = [
    Suggestion("W1", "10.1000/many", "Cited by <b>many</b> & $x$", 1999, ("alpha2001", "beta2002")),
    Suggestion("W2", "10.48550/arxiv.1701.00001", "", 0, ("alpha2001", "beta2002", "zeta2006")),
    Suggestion("W3", "10.1000/x;touch${ifs}evil", "Of a shell", 2001, ("alpha2001", "delta2004")),
    Suggestion("W4", "10.1000/BETA", "There already", 2002, ("alpha2001", "delta2004")),
    Suggestion("W5", "10.48550/arxiv.math/0101001", "There too", 2001, ("beta2002", "delta2004")),
    Suggestion("W6", "10.1000/once", "Cited by one that is left", 2001, ("alpha2001", "gone1999")),
]


def know(site: Site) -> None:
    """Write what the literature says, and a page with suggestions."""
    site.write("citations.json", literature.write(CITES, SUGGESTIONS))
    site.write("generalization.md", "# Missing\n\n```{suggestions}\n```\n")


@pytest.fixture
def build(tiny: Site) -> Build:
    know(tiny)
    made = tiny.build()
    assert made.messages == []
    return made


def said(build: Build, name: str) -> list[str]:
    found = map(text, build.page(name).cssselect("p.pn-byline"))
    return [line for line in found if line.startswith("Of the works here")]


def test_notes_say_how_papers_cite_each_other(build: Build) -> None:
    (sentence,) = said(build, "papers/alpha")
    assert sentence == (
        "Of the works here, the paper cites Beta and Other (2002) and Gamma et al. (2003) and is"
        " cited by Delta (2004)."
    )
    assert said(build, "papers/beta") == ["Of the works here, the paper is cited by Alpha (2001)."]
    assert said(build, "papers/delta") == ["Of the works here, the paper cites Alpha (2001)."]
    links = build.page("papers/alpha").cssselect("p.pn-byline a")
    assert [link.get("href") for link in links] == [
        "beta.html",
        "https://example.org/gamma",
        "delta.html",
    ]


def test_suggestions_say_who_cites_them_and_how_to_add_them(build: Build) -> None:
    items = build.page("generalization").cssselect(".pn-works > li")
    assert [[text(line) for line in item] for item in items] == [
        [
            "arXiv:1701.00001 arXiv · OpenAlex",
            "Cited by 3 papers here: Alpha (2001), Beta and Other (2002), …",
            "papernotes add 1701.00001",
        ],
        [
            "Of a shell · 2001 DOI · OpenAlex",
            "Cited by 2 papers here: Alpha (2001), Delta (2004)",
            "papernotes add '10.1000/x;touch${ifs}evil'",
        ],
        [
            "Cited by <b>many</b> & $x$ · 1999 DOI · OpenAlex",
            "Cited by 2 papers here: Alpha (2001), Beta and Other (2002)",
            "papernotes add 10.1000/many",
        ],
    ]
    assert [link.get("href") for link in items[1].cssselect("p:first-child a")] == [
        "https://doi.org/10.1000/x;touch%24%7Bifs%7Devil",
        "https://doi.org/10.1000/x;touch%24%7Bifs%7Devil",
        "https://openalex.org/W3",
    ]


def test_suggestions_are_limited(tiny: Site) -> None:
    know(tiny)
    tiny.edit("generalization.md", "suggestions}\n", "suggestions}\n:limit: 1\n")
    made = tiny.build()
    assert len(made.page("generalization").cssselect(".pn-works > li")) == 1
    tiny.edit("generalization.md", ":limit: 1", ":limit: none")
    assert ":limit:" in "".join(tiny.build().messages)


def test_site_without_the_file_has_no_sentences_and_no_suggestions(tiny: Site) -> None:
    know(tiny)
    tiny.remove("citations.json")
    made = tiny.build()
    assert (made.messages, said(made, "papers/alpha")) == ([], [])
    assert text(made.page("generalization").cssselect(".pn-empty")[0]) == "No suggestions."


@pytest.mark.parametrize("builder", ["text", "latex"])
def test_other_formats_say_the_same(tiny: Site, builder: str) -> None:
    know(tiny)
    made = tiny.build(builder)
    assert made.messages == []
    shown = " ".join(
        " ".join(path.read_text(encoding="utf-8").split())
        for path in made.outdir.rglob("*.t*x*")
        if path.is_file()
    )
    assert "Of the works here, the paper cites" in shown
    assert "papernotes add 10.1000/many" in shown


def test_change_of_the_file_writes_the_pages_that_show_it(tiny: Site) -> None:
    know(tiny)
    tiny.build()
    cites = {**CITES, "delta2004": ["beta2002"]}
    tiny.write("citations.json", literature.write(cites, SUGGESTIONS[1:]))
    made = tiny.build()
    assert made.written == {"papers/alpha", "papers/beta", "papers/delta", "generalization"}
    after = {path.name: path.read_bytes() for path in made.outdir.rglob("*.html")}
    tiny.clean()
    clean = tiny.build()
    assert after == {path.name: path.read_bytes() for path in clean.outdir.rglob("*.html")}
    # A build of nothing writes nothing.
    assert tiny.build().written == set()


def test_the_map_draws_what_papers_cite_and_no_note_says(tiny: Site) -> None:
    settings = {"papernotes_browse": ["map"]}
    plain = tiny.build(confoverrides=settings).read("map.html")
    # The first is also cited in a note; the last is not on the map.
    cites = {"alpha2001": ["beta2002"], "beta2002": ["gamma2003"], "delta2004": ["zeta2006"]}
    tiny.write("citations.json", literature.write(cites, []))
    made = tiny.build(confoverrides=settings)
    page = made.page("map")
    for kind in ("across", "down"):
        assert len(page.cssselect(f".pn-map-{kind} .pn-map-known")) == 1
    (legend,) = page.cssselect(".pn-map-legend li")
    assert text(legend) == "cited by the paper, and not by the note"
    words = [text(item) for item in page.cssselect("dl.pn-groups")[-1]]
    assert words == ["Beta and Other (2002)", "cites Gamma et al. (2003)"]
    tiny.remove("citations.json")
    assert tiny.build(confoverrides=settings).read("map.html") == plain
    assert "pn-map-known" not in plain


FILES: dict[str, tuple[Any, int, str]] = {
    "no JSON": ('{\n"version": 1,\n"cites": }', 3, "is not JSON: Expecting value"),
    "no UTF-8": (b'{\n"a": "\xff"}', 2, "is not UTF-8"),
    "no object": ([], 1, "does not hold an object"),
    "too deep": ("[" * 100_000, 1, "is not JSON that can be read"),
    "too long a number": (f"[{'9' * 10_000}]", 1, "is not JSON that can be read"),
    "another version": ('{\n\n"version": 2}', 3, "is of another version"),
    "no citations": ({"version": 1}, 1, 'has no "cites", or one of another form'),
    "no keys": (
        '{"version": 1,\n"cites": {\n"a": [],\n"b": 7},\n"suggestions": []}',
        4,
        'has no list of keys for "b"',
    ),
    "address of another": (
        {
            "version": 1,
            "cites": {},
            "suggestions": [{"id": "evil/W1", "doi": "10.1000/x", "title": "", "cited_by": []}],
        },
        1,
        'has a suggestion with invalid values, "evil/W1"',
    ),
    "no suggestion": (
        {"version": 1, "cites": {}, "suggestions": [7]},
        1,
        "has a suggestion of another form",
    ),
}


@pytest.mark.parametrize(("content", "line", "fault"), FILES.values(), ids=FILES)
def test_broken_file_is_reported_with_its_line(content: Any, line: int, fault: str) -> None:
    from papernotes.bibliography.reader import Bibliography

    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    found, (problem,) = literature.read(content, Bibliography())
    assert found == literature.Literature()
    message = f'citations.json {fault}; run "papernotes citations", which writes it anew'
    assert (problem.path, problem.line, problem.message) == ("citations.json", line, message)
