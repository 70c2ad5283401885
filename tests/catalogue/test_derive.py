"""What is derived from notes, papers and citations, and the faults that only the whole shows."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Iterable

import pytest

from papernotes.bibliography.reader import Bibliography, read
from papernotes.catalogue.derive import Catalogue, derive
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Citation, Note, Page, Query


def bibliography(text: str) -> Bibliography:
    """Read entries, from which authors, years and titles may be left out."""
    found = read([("refs.bib", text.encode())])
    assert found.problems == ()
    return found


def whole(*keys: str) -> Bibliography:
    """Return a bibliography of these keys, whose entries lack nothing."""
    return bibliography(
        "\n".join(
            f"@misc{{{key}, author = {{{key}}}, year = 2000, title = {{{key}}}}}" for key in keys
        )
    )


def note(key: str, title: str = "T", *tags: str, read: str = "", docname: str = "") -> Note:
    return Note(
        docname=docname or f"papers/{key}",
        key=key,
        title=title,
        tags=tags,
        read=datetime.date.fromisoformat(read) if read else None,
        line=2,
    )


def cites(docname: str, *keys: str) -> Page:
    """Return a page that cites a key on each line."""
    return Page(
        docname,
        citations=tuple(Citation(docname, key, line) for line, key in enumerate(keys, 1)),
    )


class Paths(dict[str, str]):
    """The file of each document."""

    def __missing__(self, docname: str) -> str:
        return f"{docname}.md"


def catalogue(
    notes: Iterable[Note] = (), pages: Iterable[Page] = (), found: Bibliography | None = None
) -> Catalogue:
    """Derive a catalogue; by default the bibliography holds the papers of the notes."""
    notes = list(notes)
    found = found or whole(*dict.fromkeys(note.key for note in notes))
    return derive(notes, pages, found, Paths())


def keys(notes: Iterable[Note]) -> list[str]:
    return [note.key for note in notes]


def faults(derived: Catalogue) -> list[tuple[str, int, DiagnosticKind, str]]:
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
def test_notes_are_in_the_order_of_titles(titles: list[str]) -> None:
    for order in itertools.permutations(range(len(titles))):
        derived = catalogue([note(f"k{n}", titles[n]) for n in order])
        assert [each.title for each in derived.notes.values()] == titles
        assert derived.problems == ()


def test_equal_titles_are_in_the_order_of_files() -> None:
    derived = catalogue([note("b", "T"), note("c", "t."), note("a", "T")])
    assert list(derived.notes) == ["a", "b", "c"]


def test_notes_are_found_by_key_and_by_document() -> None:
    one, two = note("a", "B", docname="papers/x"), note("b", "A")
    derived = catalogue([one, two])
    assert dict(derived.notes) == {"a": one, "b": two}
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
        # A note without the day comes last, in either direction; equal days are by title.
        (Query(sort="read"), "fadbce"),
        (Query(sort="-read"), "badfce"),
        # A note needs one of the tags, to the letter.
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
def test_a_selection(query: Query, expected: str) -> None:
    shuffled = list(NOTES)
    random.Random(1).shuffle(shuffled)
    assert "".join(keys(catalogue(shuffled).select(query))) == expected


@pytest.mark.parametrize(("sort", "expected"), [("year", "dabec"), ("-year", "beadc")])
def test_a_selection_by_year(sort: str, expected: str) -> None:
    found = bibliography(
        "@misc{a, year = 2017}\n@misc{b, date = {2019-01}}\n@misc{c}\n"
        "@misc{d, year = 1999}\n@misc{e, year = 2019}"
    )
    derived = catalogue([note(key, key) for key in "ebdac"], found=found)
    assert "".join(keys(derived.select(Query(sort=sort)))) == expected


def test_a_paper_that_is_not_known_has_no_year() -> None:
    derived = catalogue([note("gone", "A"), note("b", "B")], found=whole("b"))
    assert keys(derived.select(Query(sort="year"))) == ["b", "gone"]
    assert keys(derived.select(Query(sort="-year"))) == ["b", "gone"]


def test_a_selection_leaves_the_catalogue_as_it_is() -> None:
    derived = catalogue(NOTES)
    derived.select(Query(sort="-read"))
    assert "".join(derived.notes) == "abcdef"


# Two notes, unknown keys, links, tags.


def test_of_two_notes_on_a_paper_the_first_by_file_counts() -> None:
    first = note("k", "M", docname="papers/a")
    second = note("k", "A", "tag", docname="papers/b")
    third = Note("papers/c", "k", "Z", line=4)
    for order in itertools.permutations([first, second, third]):
        derived = catalogue(order, [Page("index", queries=(Query(tags=("tag",), line=3),))])
        assert dict(derived.notes) == {"k": first}
        assert dict(derived.by_docname) == {"papers/a": first}
        message = (
            '"k" has a note already, papers/a.md:2, which counts; join the two or change the key'
            " of one"
        )
        assert faults(derived) == [
            ("papers/b.md", 2, DiagnosticKind.DUPLICATE_NOTE, message),
            ("papers/c.md", 4, DiagnosticKind.DUPLICATE_NOTE, message),
            (
                "index.md",
                3,
                DiagnosticKind.UNKNOWN_TAG,
                'no note has the tag "tag"; correct it or leave it out',
            ),
        ]


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("arpit2017close", 'did you mean "arpit2017closer"?'),
        ("ARPIT2017closer", 'did you mean "arpit2017closer"?'),
        ("smith2018", 'did you mean "smith2018a" or "smith2018deep"?'),
        ("qqqq", "add it to the bibliography"),
    ],
)
def test_an_unknown_key(key: str, advice: str) -> None:
    found = whole("arpit2017closer", "smith2018deep", "smith2018a")
    noted = note(key)
    page = Page(
        "index",
        citations=(Citation("index", key, 5),),
        note_links=(Citation("index", key, 7),),
    )
    message = f'unknown citation key "{key}"; {advice}'
    assert faults(catalogue([noted], found=found)) == [
        (f"papers/{key}.md", 2, DiagnosticKind.UNKNOWN_KEY, message)
    ]
    assert faults(catalogue([], [page], found)) == [
        ("index.md", 5, DiagnosticKind.UNKNOWN_KEY, message),
        ("index.md", 7, DiagnosticKind.UNKNOWN_KEY, message),
    ]


def test_a_note_on_an_unknown_paper_is_still_a_note() -> None:
    derived = catalogue(
        [note("gone", "A"), note("b", "B")],
        [Page("index", note_links=(Citation("index", "gone", 1),))],
        whole("b"),
    )
    assert list(derived.notes) == ["gone", "b"]
    assert derived.works == ("b",)
    assert [kind for _, _, kind, _ in faults(derived)] == [DiagnosticKind.UNKNOWN_KEY]


def test_a_link_to_a_paper_without_note() -> None:
    page = Page("index", note_links=(Citation("index", "a", 1), Citation("index", "b", 9)))
    derived = catalogue([note("a")], [page], whole("a", "b"))
    assert faults(derived) == [
        (
            "index.md",
            9,
            DiagnosticKind.NO_NOTE,
            'no note is on the paper "b"; cite it with {cite:t}`b` or write the note',
        )
    ]


def test_a_link_to_a_note_counts_among_what_cites_its_paper() -> None:
    derived = catalogue([note("a")], [Page("index", note_links=(Citation("index", "a", 1),))])
    assert dict(derived.cited_by) == {"a": ("index",)}


def test_unknown_tags() -> None:
    page = Page("index", queries=(Query(tags=("x", "X", "nope"), line=4), Query(tags=("y",))))
    derived = catalogue([note("a", "A", "x"), note("b", "B", "y")], [page])
    assert faults(derived) == [
        (
            "index.md",
            4,
            DiagnosticKind.UNKNOWN_TAG,
            f'no note has the tag "{tag}"; correct it or leave it out',
        )
        for tag in ("X", "nope")
    ]


def test_a_problem_is_at_the_file_of_its_document() -> None:
    paths = {"papers/x": "papers/x.markdown"}
    derived = derive([note("gone", docname="papers/x")], [], whole("b"), paths)
    assert derived.problems == (
        Diagnostic(
            "papers/x.markdown",
            2,
            'unknown citation key "gone"; add it to the bibliography',
            DiagnosticKind.UNKNOWN_KEY,
        ),
    )


# Works.


def test_works_are_those_that_are_noted_or_cited() -> None:
    derived = catalogue(
        [note("noted")],
        [cites("index", "cited")],
        whole("unused", "noted", "cited"),
    )
    assert derived.works == ("cited", "noted")
    assert list(derived.papers) == ["cited", "noted"]
    assert derived.papers["cited"].title == "cited"


def test_who_cites_a_work() -> None:
    derived = catalogue(
        [note("a"), note("b")],
        [
            cites("papers/b", "a", "a", "c"),
            cites("index", "c", "gone", "a"),
            cites("papers/a", "a"),
            Page("empty"),
        ],
        whole("a", "b", "c", "d"),
    )
    assert dict(derived.cited_by) == {
        "a": ("index", "papers/a", "papers/b"),
        "c": ("index", "papers/b"),
    }


def test_the_reading_list_is_without_what_is_noted() -> None:
    found = bibliography(
        "\n".join(
            f"@misc{{{key}, author = {{A}}, year = 2000, title = {{T}}, keywords = {{{words}}}}}"
            for key, words in [("z", "to-read"), ("n", "to-read"), ("a", "x, to-read"), ("b", "x")]
        )
    )
    derived = catalogue([note("n")], [cites("index", "a")], found)
    assert derived.reading_list == ("z", "a")
    assert set(derived.papers) == {"a", "n", "z"}
    assert derived.works == ("a", "n")


# The letters after years.


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # One author, in the order of titles.
        (
            {"k1": ("Smith, A.", "2000", "Z"), "k2": ("Smith, A.", "2000", "Y")},
            {"k1": "b", "k2": "a"},
        ),
        # A citation shows no given names, case or accents that tell people apart.
        (
            {"k1": ("Smith, A.", "2000", "T"), "k2": ("Smith, B.", "2000", "T")},
            {"k1": "a", "k2": "b"},
        ),
        (
            {"k1": ('M{\\"u}ller, A.', "2000", "A"), "k2": ("Muller, A.", "2000", "B")},
            {"k1": "a", "k2": "b"},
        ),
        # Of three and more only the first is shown.
        (
            {
                "k1": ("A, A and B, B and C, C", "2000", "T"),
                "k2": ("A, A and D, D and E, E and F, F", "2000", "T"),
            },
            {"k1": "a", "k2": "b"},
        ),
        # Without a year too.
        ({"k1": ("Smith, A.", "", "A"), "k2": ("Smith, A.", "", "B")}, {"k1": "a", "k2": "b"}),
        # What a citation tells apart needs no letter.
        ({"k1": ("Smith, A.", "2000", "A"), "k2": ("Smith, A.", "2001", "B")}, {}),
        ({"k1": ("Smith, A.", "2000", "A"), "k2": ("Smithe, A.", "2000", "B")}, {}),
        ({"k1": ("A and B", "2000", "A"), "k2": ("A and C", "2000", "B")}, {}),
        ({"k1": ("A", "2000", "A"), "k2": ("A and B", "2000", "B")}, {}),
        ({"k1": ("A and B", "2000", "A"), "k2": ("A and B and C", "2000", "B")}, {}),
        # Without names there is nothing to share.
        ({"k1": ("", "2000", "T"), "k2": ("", "2000", "T")}, {}),
    ],
)
def test_letters_tell_works_of_the_same_people_and_year_apart(
    entries: dict[str, tuple[str, str, str]], expected: dict[str, str]
) -> None:
    found = bibliography(
        "\n".join(
            f"@misc{{{key}, author = {{{author}}}, year = {{{year}}}, title = {{{title}}}}}"
            for key, (author, year, title) in entries.items()
        )
    )
    assert dict(catalogue([], [cites("index", *entries)], found).suffixes) == expected


def test_editors_count_as_authors_for_the_letters() -> None:
    found = bibliography(
        "@book{a, editor = {A}, year = 2000, title = {A}}\n@book{b, author = {A}, year = 2000}"
    )
    derived = catalogue([], [cites("index", "a", "b")], found)
    assert sorted(derived.suffixes.values()) == ["a", "b"]


def test_a_work_that_is_not_shown_takes_no_letter() -> None:
    found = bibliography(
        "".join(f"@misc{{k{n}, author = {{A}}, year = 2000, title = {{{n}}}}}\n" for n in "123")
    )
    derived = catalogue([note("k3")], [cites("index", "k2")], found)
    assert dict(derived.suffixes) == {"k2": "a", "k3": "b"}


def test_letters_go_on_after_z() -> None:
    found = bibliography(
        "".join(
            f"@misc{{k{n}, author = {{A}}, year = 2000, title = {{{n:04}}}}}\n" for n in range(703)
        )
    )
    derived = catalogue([], [cites("index", *found.places)], found)
    letters = {n: derived.suffixes[f"k{n}"] for n in (0, 25, 26, 51, 52, 701, 702)}
    assert letters == {0: "a", 25: "z", 26: "aa", 51: "az", 52: "ba", 701: "zz", 702: "aaa"}


# Entries that lack something, and bad links.


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
def test_an_entry_that_lacks_something_is_reported_once(fields: str, lack: str) -> None:
    found = bibliography(f"\n@misc{{a, {fields}}}\n@misc{{unused}}")
    pages = [cites("index", "a", "a"), cites("papers/a", "a")]
    assert faults(catalogue([note("a")], pages, found)) == [
        (
            "refs.bib",
            2,
            DiagnosticKind.INCOMPLETE_ENTRY,
            f'the entry "a" has {lack}; add what is known',
        )
    ]


def test_what_is_to_be_read_may_not_lack_anything_either() -> None:
    found = bibliography("@misc{a, keywords = {to-read}, title = {T}, author = {A}}")
    assert [kind for _, _, kind, _ in faults(catalogue([], [], found))] == [
        DiagnosticKind.INCOMPLETE_ENTRY
    ]


def test_an_address_that_is_not_let_through() -> None:
    complete = "author = {A}, year = 2000, title = {T}"
    found = bibliography(
        f"@misc{{b, {complete}, url = {{https://a.org}}}}\n"
        f"@misc{{a, {complete}, pdf = {{x.pdf}}, url = {{javascript:x}}}}"
    )
    message = (
        'the field "{}" of the entry "a" is no http or https address and is not linked; correct it'
        " or delete it"
    )
    assert faults(catalogue([], [cites("index", "a", "b")], found)) == [
        ("refs.bib", 2, DiagnosticKind.BAD_LINK, message.format(name)) for name in ("url", "pdf")
    ]


# The whole.


def test_nothing_makes_an_empty_catalogue() -> None:
    assert catalogue() == Catalogue()
    assert Catalogue().select(Query(tags=("x",), sort="-read", limit=3)) == []


def test_the_order_of_the_input_does_not_matter() -> None:
    found = bibliography(
        "@misc{a, keywords = {to-read}}\n@misc{b, author = {A}, year = 2000, title = {T}}\n"
        "@misc{c, author = {A}, year = 2000, title = {S}, url = {x}}"
    )
    notes = [note("b", "B", "x"), note("c", "A"), note("c", "C", docname="papers/d"), note("e")]
    pages = [
        cites("papers/b", "c", "x"),
        cites("papers/c", "b", "a"),
        Page("index", note_links=(Citation("index", "a", 3),), queries=(Query(tags=("y",)),)),
    ]
    expected = catalogue(notes, pages, found)
    assert {problem.kind for problem in expected.problems} == {
        DiagnosticKind.BAD_LINK,
        DiagnosticKind.DUPLICATE_NOTE,
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
        for name in ("notes", "by_docname", "papers", "cited_by", "suffixes"):
            assert list(getattr(derived, name).items()) == list(getattr(expected, name).items())
        assert (derived.works, derived.reading_list) == (expected.works, expected.reading_list)
