"""The catalogue, and the problems that show only when everything is read."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from papernotes.bibliography.reader import Bibliography, read
from papernotes.catalogue.derive import Catalogue, derive
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Citation, FieldValue, Note, Page, Query


def bibliography(text: str) -> Bibliography:
    """Read BibTeX entries, which may lack authors, years or titles."""
    found = read([("refs.bib", text.encode())])
    assert found.problems == ()
    return found


def complete(*keys: str) -> Bibliography:
    """Return a bibliography with a complete entry for each key."""
    return bibliography(
        "\n".join(
            f"@misc{{{key}, author = {{{key}}}, year = 2000, title = {{{key}}}}}" for key in keys
        )
    )


def note(
    key: str, title: str = "T", *tags: str, read: str = "", docname: str = "", main: bool = False
) -> Note:
    """Return a note on the paper *key*, or on several if *key* has spaces."""
    keys = tuple(key.split())
    return Note(
        docname=docname or f"papers/{key}",
        keys=keys,
        title=title,
        tags=tags,
        read=datetime.date.fromisoformat(read) if read else None,
        lines=tuple(range(2, 2 + len(keys))),
        main=main,
    )


def citing_page(docname: str, *keys: str) -> Page:
    """Return a page that cites the keys, one on each line."""
    return Page(
        docname,
        citations=tuple(Citation(docname, key, line) for line, key in enumerate(keys, 1)),
    )


class Paths(dict[str, str]):
    """Map each document to its file."""

    def __missing__(self, docname: str) -> str:
        return f"{docname}.md"


def catalogue(
    notes: Iterable[Note] = (), pages: Iterable[Page] = (), found: Bibliography | None = None
) -> Catalogue:
    """Derive a catalogue; by default the bibliography has complete entries for the notes."""
    notes = list(notes)
    found = found or complete(*dict.fromkeys(key for note in notes for key in note.keys))
    return derive(notes, pages, found, Paths())


def keys(notes: Iterable[Note]) -> list[str]:
    return [note.key for note in notes]


def problems(derived: Catalogue) -> list[tuple[str, int, DiagnosticKind, str]]:
    """Return path, line, kind and message of each problem."""
    return [(each.path, each.line, each.kind, each.message) for each in derived.problems]


# The order of titles.


@pytest.mark.parametrize(
    "titles",
    [
        ["apple", "Banana", "cherry"],
        ["Eclair", "Élan", "Emu"],
        ["a b", "“A” c", "a-d"],
        ["On X", "on x: a study", "On Y"],
        ["…", "1 of 2", "a"],
    ],
    ids=["case", "accents", "punctuation", "prefix", "digits"],
)
def test_notes_are_sorted_by_folded_title(titles: list[str]) -> None:
    for order in itertools.permutations(range(len(titles))):
        derived = catalogue([note(f"k{n}", titles[n]) for n in order])
        assert [each.title for each in derived.notes] == titles
        assert derived.problems == ()


def test_notes_with_equal_titles_are_sorted_by_file() -> None:
    derived = catalogue([note("b", "T"), note("c", "t."), note("a", "T")])
    assert keys(derived.notes) == ["a", "b", "c"]


def test_notes_can_be_looked_up_by_key_and_by_document() -> None:
    one, two = note("a", "B", docname="papers/x"), note("b", "A")
    derived = catalogue([one, two])
    assert derived.notes == (two, one)
    assert dict(derived.by_key) == {"a": (one,), "b": (two,)}
    assert dict(derived.by_docname) == {"papers/x": one, "papers/b": two}


# Selections.

NOTES = [
    note("a", "A", "x", read="2020-05-01"),
    note("b", "B", "x", "y", read="2021-01-01"),
    note("c", "C", "y"),
    note("d", "D", "z", read="2020-05-01"),
    note("e", "E"),
    note("f", "F", "X", read="2019-12-31"),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), "abcdef"),
        (Query(sort="-title"), "fedcba"),
        # A note without a day comes last in either direction; equal days are sorted by title.
        (Query(sort="read"), "fadbce"),
        (Query(sort="-read"), "badfce"),
        # A note needs at least one of the tags; case matters.
        (Query(tags=("x",)), "ab"),
        (Query(tags=("y", "z")), "bcd"),
        (Query(tags=("X",)), "f"),
        (Query(tags=("none",)), ""),
        (Query(limit=2), "ab"),
        (Query(limit=99), "abcdef"),
        (Query(sort="-title", limit=1), "f"),
        (Query(sort="-read", limit=5), "badfc"),
        (Query(tags=("x", "y"), sort="-read", limit=2), "ba"),
        (Query(view="list"), "abcdef"),
    ],
)
def test_a_query_selects_sorts_and_limits_notes(query: Query, expected: str) -> None:
    shuffled = list(NOTES)
    random.Random(1).shuffle(shuffled)
    assert "".join(keys(catalogue(shuffled).select(query))) == expected


@pytest.mark.parametrize(("sort", "expected"), [("year", "dabec"), ("-year", "beadc")])
def test_a_query_by_year_sorts_notes_without_a_year_last(sort: str, expected: str) -> None:
    found = bibliography(
        "@misc{a, year = 2017}\n@misc{b, date = {2019-01}}\n@misc{c}\n"
        "@misc{d, year = 1999}\n@misc{e, year = 2019}"
    )
    derived = catalogue([note(key, key) for key in "ebdac"], found=found)
    assert "".join(keys(derived.select(Query(sort=sort)))) == expected


def test_a_query_by_a_field_of_one_s_own_sorts_by_its_ranks() -> None:
    def rated(key: str, *ranks: float) -> Note:
        fields = (FieldValue("rating", "", ("",) * len(ranks), ranks),) if ranks else ()
        return replace(note(key, key), fields=fields)

    derived = catalogue(
        [rated("a", 10), rated("b", 9), rated("c"), rated("d", 0, 3), rated("e", 0)]
    )
    assert "".join(keys(derived.select(Query(sort="rating")))) == "edbac"
    assert "".join(keys(derived.select(Query(sort="-rating")))) == "abdec"


def test_a_note_on_an_unknown_paper_sorts_as_one_without_a_year() -> None:
    derived = catalogue([note("gone", "A"), note("b", "B")], found=complete("b"))
    assert keys(derived.select(Query(sort="year"))) == ["b", "gone"]
    assert keys(derived.select(Query(sort="-year"))) == ["b", "gone"]


def test_a_query_does_not_change_the_catalogue() -> None:
    derived = catalogue(NOTES)
    derived.select(Query(sort="-read"))
    assert "".join(keys(derived.notes)) == "abcdef"


# Several notes on a paper, several papers in a note.

COMPARISON = note("k l", "B", docname="papers/deep/compared")
SEVERAL = [note("k", "C", docname="papers/a"), COMPARISON, note("k", "A", docname="papers/k")]


@pytest.mark.parametrize(
    ("target", "titles"),
    [
        ("k", "ABC"),
        ("l", "B"),
        ("papers/a", "C"),
        ("a", "C"),
        ("papers/deep/compared", "B"),
        ("deep/compared", "B"),
        # A key precedes a name.
        ("papers/k", "A"),
        ("compared", ""),
        ("m", ""),
    ],
)
def test_a_link_leads_to_all_notes_on_a_key_or_to_the_note_of_a_name(
    target: str, titles: str
) -> None:
    for order in itertools.permutations(SEVERAL):
        derived = catalogue(order)
        assert "".join(note.title for note in derived.linked(target)) == titles
        assert derived.problems == ()


def test_a_key_leads_to_the_main_note() -> None:
    derived = catalogue([*SEVERAL, note("k", "Z", docname="papers/z", main=True)])
    assert [note.title for note in derived.linked("k")] == ["Z"]
    assert "".join(note.title for note in derived.on("k")) == "ABCZ"
    assert (derived.leading("k"), derived.leading("papers/a")) == (derived.notes[-1], None)


def test_two_main_notes_on_one_paper_are_reported() -> None:
    one = note("k l", "A", docname="papers/a", main=True)
    two = note("m l", "B", docname="papers/b", main=True)
    message = (
        '"main" is true here and in papers/a.md, and both notes are on "l"; delete it in one of'
        " them"
    )
    derived = catalogue([two, one])
    assert problems(derived) == [("papers/b.md", 3, DiagnosticKind.BAD_MAIN, message)]
    assert derived.linked("l") == (one,)


def test_each_unknown_key_of_a_note_is_reported_at_its_line() -> None:
    derived = catalogue([note("a gone b", docname="papers/x")], found=complete("a", "b"))
    assert problems(derived) == [
        (
            "papers/x.md",
            3,
            DiagnosticKind.UNKNOWN_KEY,
            'unknown citation key "gone"; add it to the bibliography',
        )
    ]
    assert [paper.key for paper in derived.papers_of(derived.notes[0])] == ["a", "b"]


def test_a_citation_mentions_all_notes_on_the_work_and_a_link_only_those_that_it_leads_to() -> None:
    links = {"by-key": "l", "by-name": "a"}
    pages = [
        citing_page("cites", "k"),
        *(Page(name, note_links=(Citation(name, to, 1),)) for name, to in links.items()),
    ]
    derived = catalogue(SEVERAL, pages)
    assert dict(derived.mentioned_by) == {
        "papers/a": ("by-name", "cites"),
        "papers/deep/compared": ("by-key", "cites"),
        "papers/k": ("cites",),
    }
    assert dict(derived.cited_by) == {"k": ("by-name", "cites"), "l": ("by-key",)}


def test_an_unknown_link_gets_the_nearest_name_of_a_note_too() -> None:
    page = Page("index", note_links=(Citation("index", "deep/compare", 4),))
    message = 'unknown citation key "deep/compare"; did you mean "deep/compared"?'
    assert problems(catalogue(SEVERAL, [page])) == [
        ("index.md", 4, DiagnosticKind.UNKNOWN_KEY, message)
    ]


def test_a_note_on_several_papers_sorts_by_the_year_of_the_first_and_has_the_years_of_all() -> None:
    found = bibliography(
        "@misc{a, year = 2017}\n@misc{b, year = 1999}\n@misc{c}\n@misc{d, year = 2017}"
    )
    both = note("gone c b a d", "Z", docname="papers/x")
    derived = catalogue([note("a", "A"), both], found=found)
    assert [each.title for each in derived.select(Query(sort="year"))] == ["A", "Z"]
    assert derived.years_of(both) == ["1999", "2017"]
    both = note("b a", "Z", docname="papers/x")
    derived = catalogue([note("a", "A"), both], found=found)
    assert [each.title for each in derived.select(Query(sort="year"))] == ["Z", "A"]


def test_works_of_a_note_on_several_papers_are_shown_and_not_waiting_to_be_read() -> None:
    found = bibliography(
        "@misc{a, keywords = {to-read}}\n@misc{b, keywords = {to-read}}\n@misc{c, keywords ="
        " {to-read}}"
    )
    derived = catalogue([note("a b")], found=found)
    assert (derived.works, derived.reading_list) == (("a", "b"), ("c",))


# Unknown keys, links, tags.


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("shannon1948channe", 'did you mean "shannon1948channel"?'),
        ("SHANNON1948channel", 'did you mean "shannon1948channel"?'),
        ("smith2018", 'did you mean "smith2018a" or "smith2018deep"?'),
        ("qqqq", "add it to the bibliography"),
    ],
)
def test_an_unknown_citation_key_is_reported_with_near_matches(key: str, advice: str) -> None:
    found = complete("shannon1948channel", "smith2018deep", "smith2018a")
    noted = note(key)
    page = Page(
        "index",
        citations=(Citation("index", key, 5),),
        note_links=(Citation("index", key, 7),),
    )
    message = f'unknown citation key "{key}"; {advice}'
    assert problems(catalogue([noted], found=found)) == [
        (f"papers/{key}.md", 2, DiagnosticKind.UNKNOWN_KEY, message)
    ]
    assert problems(catalogue([], [page], found)) == [
        ("index.md", 5, DiagnosticKind.UNKNOWN_KEY, message),
        ("index.md", 7, DiagnosticKind.UNKNOWN_KEY, message),
    ]


def test_a_note_on_an_unknown_paper_stays_in_the_catalogue() -> None:
    derived = catalogue(
        [note("gone", "A"), note("b", "B")],
        [Page("index", note_links=(Citation("index", "gone", 1),))],
        complete("b"),
    )
    assert keys(derived.notes) == ["gone", "b"]
    assert derived.works == ("b",)
    assert [kind for _, _, kind, _ in problems(derived)] == [DiagnosticKind.UNKNOWN_KEY]


def test_a_link_to_a_paper_without_a_note_is_reported() -> None:
    page = Page("index", note_links=(Citation("index", "a", 1), Citation("index", "b", 9)))
    derived = catalogue([note("a")], [page], complete("a", "b"))
    assert problems(derived) == [
        (
            "index.md",
            9,
            DiagnosticKind.NO_NOTE,
            'no note is on the paper "b"; cite it with {cite:t}`b` or write the note',
        )
    ]


def test_a_link_to_a_note_counts_as_a_citation_of_its_paper() -> None:
    derived = catalogue([note("a")], [Page("index", note_links=(Citation("index", "a", 1),))])
    assert dict(derived.cited_by) == {"a": ("index",)}


def test_unknown_tags_in_a_query_are_reported() -> None:
    page = Page("index", queries=(Query(tags=("x", "X", "nope"), line=4), Query(tags=("y",))))
    derived = catalogue([note("a", "A", "x"), note("b", "B", "y")], [page])
    assert problems(derived) == [
        (
            "index.md",
            4,
            DiagnosticKind.UNKNOWN_TAG,
            f'no note has the tag "{tag}"; correct it or leave it out',
        )
        for tag in ("X", "nope")
    ]


def test_a_problem_names_the_file_of_its_document() -> None:
    paths = {"papers/x": "papers/x.markdown"}
    derived = derive([note("gone", docname="papers/x")], [], complete("b"), paths)
    assert derived.problems == (
        Diagnostic(
            "papers/x.markdown",
            2,
            'unknown citation key "gone"; add it to the bibliography',
            DiagnosticKind.UNKNOWN_KEY,
        ),
    )


# Works.


def test_works_are_the_papers_that_are_noted_or_cited() -> None:
    derived = catalogue(
        [note("noted")],
        [citing_page("index", "cited")],
        complete("unused", "noted", "cited"),
    )
    assert derived.works == ("cited", "noted")
    assert list(derived.papers) == ["cited", "noted"]
    assert derived.papers["cited"].title == "cited"


def test_cited_by_holds_each_citing_document_once() -> None:
    derived = catalogue(
        [note("a"), note("b")],
        [
            citing_page("papers/b", "a", "a", "c"),
            citing_page("index", "c", "gone", "a"),
            citing_page("papers/a", "a"),
            Page("empty"),
        ],
        complete("a", "b", "c", "d"),
    )
    assert dict(derived.cited_by) == {
        "a": ("index", "papers/a", "papers/b"),
        "c": ("index", "papers/b"),
    }


def test_the_reading_list_leaves_out_papers_with_a_note() -> None:
    found = bibliography(
        "\n".join(
            f"@misc{{{key}, author = {{A}}, year = 2000, title = {{T}}, keywords = {{{words}}}}}"
            for key, words in [("z", "to-read"), ("n", "to-read"), ("a", "x, to-read"), ("b", "x")]
        )
    )
    derived = catalogue([note("n")], [citing_page("index", "a")], found)
    assert derived.reading_list == ("z", "a")
    assert set(derived.papers) == {"a", "n", "z"}
    assert derived.works == ("a", "n")


# The letters after years.


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # Works of one author get letters in the order of titles.
        (
            {"k1": ("Smith, A.", "2000", "Z"), "k2": ("Smith, A.", "2000", "Y")},
            {"k1": "b", "k2": "a"},
        ),
        # A citation does not tell people apart by given names or accents.
        (
            {"k1": ("Smith, A.", "2000", "T"), "k2": ("Smith, B.", "2000", "T")},
            {"k1": "a", "k2": "b"},
        ),
        (
            {"k1": ('M{\\"u}ller, A.', "2000", "A"), "k2": ("Muller, A.", "2000", "B")},
            {"k1": "a", "k2": "b"},
        ),
        # Of three or more authors a citation shows only the first.
        (
            {
                "k1": ("A, A and B, B and C, C", "2000", "T"),
                "k2": ("A, A and D, D and E, E and F, F", "2000", "T"),
            },
            {"k1": "a", "k2": "b"},
        ),
        # Works without a year get letters, too.
        ({"k1": ("Smith, A.", "", "A"), "k2": ("Smith, A.", "", "B")}, {"k1": "a", "k2": "b"}),
        # Works that a citation tells apart need no letter.
        ({"k1": ("Smith, A.", "2000", "A"), "k2": ("Smith, A.", "2001", "B")}, {}),
        ({"k1": ("Smith, A.", "2000", "A"), "k2": ("Smithe, A.", "2000", "B")}, {}),
        ({"k1": ("A and B", "2000", "A"), "k2": ("A and C", "2000", "B")}, {}),
        ({"k1": ("A", "2000", "A"), "k2": ("A and B", "2000", "B")}, {}),
        ({"k1": ("A and B", "2000", "A"), "k2": ("A and B and C", "2000", "B")}, {}),
        # Without names, a citation shows the title.
        ({"k1": ("", "2000", "T"), "k2": ("", "2000", "T")}, {"k1": "a", "k2": "b"}),
        ({"k1": ("", "2000", "T"), "k2": ("", "2000", "U")}, {}),
    ],
)
def test_letters_tell_works_with_the_same_names_and_year_apart(
    entries: dict[str, tuple[str, str, str]], expected: dict[str, str]
) -> None:
    found = bibliography(
        "\n".join(
            f"@misc{{{key}, author = {{{author}}}, year = {{{year}}}, title = {{{title}}}}}"
            for key, (author, year, title) in entries.items()
        )
    )
    assert dict(catalogue([], [citing_page("index", *entries)], found).suffixes) == expected


def test_letters_treat_editors_as_authors() -> None:
    found = bibliography(
        "@book{a, editor = {A}, year = 2000, title = {A}}\n@book{b, author = {A}, year = 2000}"
    )
    derived = catalogue([], [citing_page("index", "a", "b")], found)
    assert sorted(derived.suffixes.values()) == ["a", "b"]


def test_a_work_that_is_not_shown_uses_no_letter() -> None:
    found = bibliography(
        "".join(f"@misc{{k{n}, author = {{A}}, year = 2000, title = {{{n}}}}}\n" for n in "123")
    )
    derived = catalogue([note("k3")], [citing_page("index", "k2")], found)
    assert dict(derived.suffixes) == {"k2": "a", "k3": "b"}


def test_letters_continue_with_aa_after_z() -> None:
    found = bibliography(
        "".join(
            f"@misc{{k{n}, author = {{A}}, year = 2000, title = {{{n:04}}}}}\n" for n in range(703)
        )
    )
    derived = catalogue([], [citing_page("index", *found.places)], found)
    letters = {n: derived.suffixes[f"k{n}"] for n in (0, 25, 26, 51, 52, 701, 702)}
    assert letters == {0: "a", 25: "z", 26: "aa", 51: "az", 52: "ba", 701: "zz", 702: "aaa"}


# Incomplete entries and bad links.


@pytest.mark.parametrize(
    ("fields", "lack"),
    [
        ("year = 2000, title = {T}", "no author"),
        ("author = {A}, title = {T}", "no year"),
        ("author = {A}, year = 2000", "no title"),
        ("title = {T}", "no author and no year"),
        ("note = {N}", "no author and no year and no title"),
    ],
)
def test_an_incomplete_entry_is_reported_once(fields: str, lack: str) -> None:
    found = bibliography(f"\n@misc{{a, {fields}}}\n@misc{{unused}}")
    pages = [citing_page("index", "a", "a"), citing_page("papers/a", "a")]
    assert problems(catalogue([note("a")], pages, found)) == [
        (
            "refs.bib",
            2,
            DiagnosticKind.INCOMPLETE_ENTRY,
            f'the entry "a" has {lack}; add what is known',
        )
    ]


def test_an_incomplete_entry_of_the_reading_list_is_reported() -> None:
    found = bibliography("@misc{a, keywords = {to-read}, title = {T}, author = {A}}")
    assert [kind for _, _, kind, _ in problems(catalogue([], [], found))] == [
        DiagnosticKind.INCOMPLETE_ENTRY
    ]


def test_an_address_that_is_not_http_is_reported_for_each_field() -> None:
    complete = "author = {A}, year = 2000, title = {T}"
    found = bibliography(
        f"@misc{{b, {complete}, url = {{https://a.org}}}}\n"
        f"@misc{{a, {complete}, pdf = {{ftp://a.org/x.pdf}}, url = {{javascript:x}}}}"
    )
    message = (
        'the field "{}" of the entry "a" is not an http or https address and is not linked; correct'
        " it or delete it"
    )
    assert problems(catalogue([], [citing_page("index", "a", "b")], found)) == [
        ("refs.bib", 2, DiagnosticKind.BAD_LINK, message.format(name)) for name in ("url", "pdf")
    ]


# The catalogue as a whole.


def test_a_catalogue_without_input_is_empty() -> None:
    assert catalogue() == Catalogue()
    assert Catalogue().select(Query(tags=("x",), sort="-read", limit=3)) == []


def test_the_catalogue_does_not_depend_on_the_order_of_its_input() -> None:
    found = bibliography(
        "@misc{a, keywords = {to-read}}\n@misc{b, author = {A}, year = 2000, title = {T}}\n"
        "@misc{c, author = {A}, year = 2000, title = {S}, url = {x}}"
    )
    notes = [
        note("b", "B", "x"),
        note("c", "A", main=True),
        note("c", "C", docname="papers/d", main=True),
        note("e"),
    ]
    pages = [
        citing_page("papers/b", "c", "x"),
        citing_page("papers/c", "b", "a"),
        Page("index", note_links=(Citation("index", "a", 3),), queries=(Query(tags=("y",)),)),
    ]
    expected = catalogue(notes, pages, found)
    assert {problem.kind for problem in expected.problems} == {
        DiagnosticKind.BAD_LINK,
        DiagnosticKind.BAD_MAIN,
        DiagnosticKind.INCOMPLETE_ENTRY,
        DiagnosticKind.NO_NOTE,
        DiagnosticKind.UNKNOWN_KEY,
        DiagnosticKind.UNKNOWN_TAG,
    }
    for order in itertools.permutations(range(4)):
        derived = catalogue(
            [notes[n] for n in order], [pages[n] for n in order if n < len(pages)], found
        )
        assert sorted(derived.problems) == sorted(expected.problems)
        for name in ("by_key", "by_docname", "papers", "cited_by", "mentioned_by", "suffixes"):
            assert list(getattr(derived, name).items()) == list(getattr(expected, name).items())
        for name in ("notes", "works", "reading_list"):
            assert getattr(derived, name) == getattr(expected, name)
