"""Slugs, split lists, indexes, neighbours and related notes, without a build."""

from __future__ import annotations

import datetime
import random
import unicodedata
from collections.abc import Iterable

import pytest

from papernotes.bibliography.reader import read
from papernotes.catalogue.archives import CARDS_UP_TO, Archives, build_archives
from papernotes.catalogue.derive import derive
from papernotes.catalogue.index_pages import split_works
from papernotes.catalogue.mention_pages import mention_pages
from papernotes.catalogue.related import MAX_RELATED, related
from papernotes.catalogue.slugs import slug
from papernotes.core.diagnostics import DiagnosticKind
from papernotes.core.model import Citation, Note, Page, Query

# Slugs.

SLUGS = {
    "generalization": "generalization",
    "C": "c",
    "C++": "c-plus-plus",
    "C#": "c-sharp",
    "naïve": "naïve",
    "深度学习": "深度学习",
    "हिन्दी": "हिन्दी",
    "a/b": "a-slash-b",
    "a b": "a-b",
    ".NET": "dot-net",
    "Q&A": "q-and-a",
    "Bayes' rule": "bayes-rule",
    "100%": "100-percent",
    "λ": "λ",
    "Straße": "strasse",
    "🎲": "u1f3b2",
    "../secrets": "dot-dot-slash-secrets",
    "-": "u2d",
    "a<b>": "a-u3c-b-u3e",
    'say "hi"': "say-u22-hi-u22",
    "2017": "2017",
}


@pytest.mark.parametrize(("text", "expected"), SLUGS.items(), ids=range(len(SLUGS)))
def test_tags_have_readable_slugs(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_slugs_of_different_tags_differ() -> None:
    assert len({slug(text) for text in SLUGS}) == len(SLUGS)


@pytest.mark.parametrize("text", ["CON", "nul", "Aux", "com1", "LPT¹", "index", "Index"])
def test_reserved_names_get_a_hyphen_in_their_slug(text: str) -> None:
    assert slug(text) == f"{text.lower()}-"


def test_composed_and_decomposed_accents_have_the_same_slug() -> None:
    assert slug(unicodedata.normalize("NFD", "naïve")) == slug("naïve") == "naïve"


def test_tags_that_differ_only_in_case_have_the_same_slug() -> None:
    """They would be the same file on Windows and macOS."""
    assert slug("ML") == slug("ml")


def test_slugs_of_long_tags_fit_a_file_name_and_differ() -> None:
    one, other = slug("深" * 300 + "a"), slug("深" * 300 + "b")
    assert one != other
    assert max(len(f"{each}.html".encode()) for each in (one, other)) < 255
    assert one.startswith("深" * 50)


def test_a_slug_of_any_character_is_a_single_path_component() -> None:
    chars = [chr(number) for number in range(1, 0x3000)]
    for char in chars:
        if char.isspace():
            continue
        found = slug(char)
        assert found, hex(ord(char))
        assert not set(found) & set('/\\?%*:|"<>#&. \0'), hex(ord(char))


# Helpers that make records.


class Paths(dict[str, str]):
    """Map each document to its file."""

    def __missing__(self, docname: str) -> str:
        return f"{docname}.md"


def note(key: str, *tags: str, title: str = "", day: int = 0, also: str = "") -> Note:
    """Return a note on the paper *key*, and on those named in *also*."""
    return Note(
        docname=f"papers/{key}",
        keys=(key, *also.split()),
        title=title or key,
        tags=tags,
        read=datetime.date(2020, 1, day) if day else None,
        lines=(2,) * (1 + len(also.split())),
        tags_line=3,
    )


def entry(key: str, **fields: str) -> str:
    given = {"author": "Ann Author", "year": "2000", "title": key, "journal": "Letters", **fields}
    body = ", ".join(f"{name} = {{{value}}}" for name, value in given.items() if value)
    return f"@article{{{key}, {body}}}\n"


def _citation(docname: str, key: str) -> Citation:
    """Return a citation; *key* may begin with why the work is cited."""
    intent, _, key = key.rpartition(":")
    return Citation(docname, key, 9, intent=intent)


def archives_of(
    notes: Iterable[Note],
    *parts: str,
    size: int = 24,
    view: str = "cards",
    sort: str = "title",
    entries: dict[str, str] | None = None,
    cites: dict[str, list[str]] | None = None,
    documents: Iterable[str] = (),
    query: Query | None = None,
    homes: Iterable[str] = (),
) -> Archives:
    """Derive the archives of *notes*; *entries* replace the entries made up for their keys."""
    notes = list(notes)
    entries = {note.key: entry(note.key) for note in notes} | (entries or {})
    bibliography = read([("refs.bib", "".join(entries.values()).encode())])
    pages = [
        Page(docname, citations=tuple(_citation(docname, key) for key in keys))
        for docname, keys in (cites or {}).items()
    ]
    catalogue = derive(notes, pages, bibliography, Paths())
    return build_archives(
        catalogue,
        parts,
        root="index",
        query=query,
        works={key: key[0].upper() for key in catalogue.works},
        homes=homes,
        sizes={"cards": size, "rows": size + 1, "list": size},
        view=view,
        sort=sort,
        paths={name: f"{name}.md" for name in documents}
        | {n.docname: f"{n.docname}.md" for n in notes},
        mentions=mention_pages(catalogue, {page.docname: page for page in pages}),
    )


def keys(notes: Iterable[Note]) -> list[str]:
    return [each.key for each in notes]


# Lists that are split into pages.


def test_those_that_cite_a_note_are_split_into_pages_and_who_says_why_comes_first() -> None:
    citing = [f"by{number:03}" for number in range(260)]
    cites = {f"papers/{key}": ["old", "older"] for key in citing}
    cites |= {f"papers/{key}": ["older"] for key in citing[50:]}
    notes = [note(key) for key in ("old", "older", *citing)]
    cites["papers/by100"] = cites["papers/by040"] = ["disputes:older"]
    archives = archives_of(notes, cites=cites)
    pages = ("papers/older", "cited-by/papers/older/2", "cited-by/papers/older/3")
    assert tuple(archives.mentions) == pages
    assert all(page.pages == pages for page in archives.mentions.values())
    shown = [archives.mentions[page].names for page in pages]
    assert list(map(len, shown)) == [50, 200, 10]
    assert shown[0][:3] == ("papers/by040", "papers/by100", "papers/by000")
    assert sorted(sum(shown, ())) == sorted(f"papers/{key}" for key in citing)
    assert list(archives.pages) == list(pages[1:])
    (problem,) = archives_of(notes, cites=cites, documents=[pages[2]]).problems
    assert (problem.path, problem.kind) == (f"{pages[2]}.md", DiagnosticKind.SAME_ADDRESS)


def test_archives_without_parts_are_empty() -> None:
    archives = archives_of([note("a", "x"), note("b", "x")])
    assert archives == Archives()
    assert archives.pages == {}


def test_the_front_page_s_list_is_split_into_pages() -> None:
    notes = [note(key) for key in "abcde"]
    archives = archives_of(notes, size=2, query=Query(paged=True))
    assert archives.front is not None
    assert keys(archives.front.notes) == ["a", "b"]
    assert archives.front.pages == ("index", "page/2", "page/3")
    assert {page: keys(sheet.notes) for page, sheet in archives.list_pages.items()} == {
        "page/2": ["c", "d"],
        "page/3": ["e"],
    }
    assert {sheet.count for sheet in archives.list_pages.values()} == {5}


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 4), (2, 2), (3, 2), (4, 1), (9, 1)])
def test_the_page_size_decides_how_many_pages_a_list_has(size: int, count: int) -> None:
    archives = archives_of([note(key) for key in "abcd"], size=size, query=Query(paged=True))
    assert archives.front is not None
    assert len(archives.front.pages) == count
    assert len(archives.list_pages) == count - 1


@pytest.mark.parametrize(
    ("of_site", "of_list", "count", "view"),
    [
        ("auto", "", CARDS_UP_TO, "cards"),
        ("auto", "", CARDS_UP_TO + 1, "rows"),
        ("auto", "cards", CARDS_UP_TO + 1, "cards"),
        ("rows", "", 1, "rows"),
        ("rows", "list", 1, "list"),
    ],
)
def test_a_list_shows_cards_or_rows_by_its_length_unless_the_author_chooses(
    of_site: str, of_list: str, count: int, view: str
) -> None:
    notes = [note(f"n{number}", "x") for number in range(count)]
    query = Query(view=of_list, paged=True)
    archives = archives_of(notes, "tags", size=9, view=of_site, query=query)
    assert archives.front is not None
    assert archives.front.view == view
    # Rows have a number of their own for a page.
    assert len(archives.front.notes) == min(count, 10 if view == "rows" else 9)
    assert archives.list_pages["tags/x"].view == view or of_list


def test_a_list_without_notes_has_one_page() -> None:
    archives = archives_of([], size=2, query=Query(paged=True))
    assert archives.front is not None
    assert (archives.front.notes, archives.front.pages) == ((), ("index",))


def test_further_pages_keep_the_query_of_the_front_page_s_list() -> None:
    notes = [note("a", "x", day=1), note("b", day=3), note("c", "x", day=2)]
    query = Query(tags=("x",), sort="-read", view="list", paged=True)
    archives = archives_of(notes, size=1, query=query)
    assert archives.front is not None
    assert keys(archives.front.notes) == ["c"]
    second = archives.list_pages["page/2"]
    assert keys(second.notes) == ["a"]
    assert (second.sort, second.view) == ("-read", "list")


# Tags and years.


def test_tags_have_an_index_and_pages() -> None:
    notes = [note("a", "C++", "vision"), note("b", "C#"), note("c", "vision"), note("d", "vision")]
    archives = archives_of(notes, "tags", size=2)
    assert [(group.name, group.page, keys(group.notes)) for group in archives.indexes["tags"]] == [
        ("C#", "tags/c-sharp", ["b"]),
        ("C++", "tags/c-plus-plus", ["a"]),
        ("vision", "tags/vision", ["a", "c", "d"]),
    ]
    assert archives.tag_pages["C++"] == "tags/c-plus-plus"
    assert set(archives.pages) == {
        "tags/index",
        "tags/c-sharp",
        "tags/c-plus-plus",
        "tags/vision",
        "tags/vision/2",
    }
    assert keys(archives.list_pages["tags/vision/2"].notes) == ["d"]


def test_years_are_those_of_the_papers_with_the_latest_first() -> None:
    entries = {
        "a": entry("a", year="1999"),
        "b": entry("b", year="2020"),
        "c": entry("c", year="1999"),
        "d": entry("d", year=""),
    }
    archives = archives_of([note(key, day=1) for key in "abcd"], "years", entries=entries)
    assert [(group.name, group.page, keys(group.notes)) for group in archives.indexes["years"]] == [
        ("2020", "years/2020", ["b"]),
        ("1999", "years/1999", ["a", "c"]),
    ]


def test_the_list_of_a_tag_has_the_site_s_sort_order() -> None:
    notes = [note("a", "x", day=1), note("b", "x", day=3), note("c", "x", day=2)]
    archives = archives_of(notes, "tags", sort="-read")
    assert keys(archives.list_pages["tags/x"].notes) == ["b", "c", "a"]


def test_an_index_is_split_by_lines_and_so_are_the_notes_of_a_large_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("papernotes.catalogue.index_pages.INDEX_LINES", 4)
    entries = {key: entry(key, journal="B" if key < "f" else "A") for key in "abcdefg"}
    pages = archives_of([note(key) for key in entries], "venues", entries=entries).index_pages
    assert {
        name: [(group.name, keys(group.notes)) for group in page.groups]
        for name, page in pages.items()
    } == {
        "venues/index": [("A", ["f", "g"])],
        "venues/2": [("B", ["a", "b", "c"])],
        "venues/3": [("B", ["d", "e"])],
    }
    # An initial leads to where it begins.
    assert {page.initials for page in pages.values()} == {
        (("A", "venues/index"), ("B", "venues/2"))
    }


def test_works_are_split_by_how_often_they_are_cited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("papernotes.catalogue.index_pages.WORKS_LINKS", 32)
    monkeypatch.setattr("papernotes.catalogue.index_pages.CITING_PAGES", 5)
    works = [("a1", "A"), ("a2", "A"), ("b1", "B"), ("b2", "B"), ("c", "C")]
    cited_by = {"a1": ["x", "y"], "b1": ["x"] * 90}
    pages = split_works("list", works, cited_by)
    assert {name: page.works for name, page in pages.items()} == {
        "list": (("A", ("a1", "a2")),),
        "list/2": (("B", ("b1", "b2")),),
        "list/3": (("C", ("c",)),),
    }
    assert pages["list/2"].initials == (("A", "list"), ("B", "list/2"), ("C", "list/3"))
    assert split_works("list", works[:2], cited_by) == {}


def test_a_page_of_works_does_not_overwrite_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("papernotes.catalogue.index_pages.WORKS_LINKS", 12)
    notes = [note("a"), note("b")]
    archives = archives_of(notes, documents=["list/2"], homes=["list"])
    assert [each.path for each in archives.problems] == ["list/2.md"]


SAME_PAGE = (
    '"ml" and "ML" (papers/b.md:3) would both have the page tags/ml; spell them alike, or tell them'
    " apart by a letter or digit"
)


def test_two_tags_with_one_address_are_reported_together() -> None:
    notes = [note("a", "ml"), note("b", "ML"), note("c", "ML")]
    archives = archives_of(notes, "tags")
    assert [(each.path, each.line, each.kind, each.message) for each in archives.problems] == [
        (
            "papers/a.md",
            3,
            DiagnosticKind.SAME_ADDRESS,
            SAME_PAGE,
        )
    ]
    # One of them gets the page, and no note is missing from the index.
    assert keys(archives.list_pages["tags/ml"].notes) == ["b", "c"]
    assert archives.tag_pages == {"ML": "tags/ml"}
    assert [group.name for group in archives.indexes["tags"]] == ["ML", "ml"]


@pytest.mark.parametrize("document", ["tags/index", "tags/x", "page/2"])
def test_a_document_with_the_address_of_a_generated_page_is_reported(document: str) -> None:
    notes = [note("a", "x"), note("b")]
    archives = archives_of(notes, "tags", size=1, documents=[document], query=Query(paged=True))
    assert [(each.path, each.kind) for each in archives.problems] == [
        (f"{document}.md", DiagnosticKind.SAME_ADDRESS)
    ]
    assert f"the site generates a page {document}," in archives.problems[0].message


# Authors and venues.


def test_authors_are_listed_by_family_name() -> None:
    entries = {
        "a": entry("a", author="Yoshua Bengio and {\\'E}va Ábel"),
        "b": entry("b", author="Bengio, Yoshua and others"),
        "c": entry("c", author="", editor="Ed Itor"),
        "d": entry("d", author="{The Consortium}"),
    }
    archives = archives_of([note(key) for key in "abcd"], "authors", entries=entries)
    assert [(group.name, keys(group.notes)) for group in archives.indexes["authors"]] == [
        ("Ábel, Éva", ["a"]),
        ("Bengio, Yoshua", ["a", "b"]),
        ("Itor, Ed", ["c"]),
        ("The Consortium", ["d"]),
    ]
    assert set(archives.pages) == {"authors/index"}


def test_numbered_proceedings_belong_to_one_venue() -> None:
    def paper(key: str, venue: str) -> str:
        rest = f"author = {{A}}, year = 2000, title = {{T}}, booktitle = {{{venue}}}"
        return f"@inproceedings{{{key}, {rest}}}\n"

    entries = {
        "a": paper("a", "Proceedings of the 34th Symposium on Graph Drawing"),
        "b": paper("b", "Symposium on Graph Drawing"),
        "c": paper("c", ""),
    }
    archives = archives_of([note(key) for key in "abc"], "venues", entries=entries)
    assert [(group.name, keys(group.notes)) for group in archives.indexes["venues"]] == [
        ("Symposium on Graph Drawing", ["a", "b"])
    ]


# Neighbours.


def test_neighbours_follow_the_site_s_sort_order() -> None:
    notes = [note("a", day=1), note("b", day=3), note("c", day=2)]
    archives = archives_of(notes, "neighbours", sort="-read")
    pairs = {key: archives.neighbours(f"papers/{key}") for key in "bca"}
    assert {key: [n and n.key for n in pair] for key, pair in pairs.items()} == {
        "b": [None, "c"],
        "c": ["b", "a"],
        "a": ["c", None],
    }
    assert archives.neighbours("index") == (None, None)


# Related notes.


def ranked(
    notes: Iterable[Note], cited_by: dict[str, list[str]] | None = None
) -> dict[str, list[str]]:
    """Return the keys of the related notes of each note."""
    cited_by = {
        key: [f"papers/{name}" for name in names] for key, names in (cited_by or {}).items()
    }
    found = related(notes, cited_by, {f"papers/{key}": by for key, by in cited_by.items()})
    return {docname.removeprefix("papers/"): keys(notes) for docname, notes in found.items()}


def test_notes_with_nothing_in_common_are_not_related() -> None:
    assert ranked([note("a", "x"), note("b", "y"), note("c")]) == {"a": [], "b": [], "c": []}


def test_a_rare_shared_tag_ranks_above_a_common_one() -> None:
    notes = [note("a", "common", "rare"), note("b", "common"), note("c", "common")]
    notes += [note("d", "common"), note("e", "rare")]
    assert ranked(notes)["a"] == ["e", "b", "c", "d"]


def test_works_cited_by_two_notes_count_like_shared_tags() -> None:
    notes = [note("a"), note("b"), note("c"), note("d")]
    # Three notes cite "w" and two cite "v"; the page that is not a note does not count.
    cited_by = {"w": ["a", "b", "c", "plain"], "v": ["a", "c", "plain"]}
    assert ranked(notes, cited_by) == {"a": ["c", "b"], "b": ["a", "c"], "c": ["a", "b"], "d": []}


def test_a_citation_relates_both_notes_and_counts_more_than_a_tag() -> None:
    notes = [note("a", "x"), note("b", "x"), note("c")]
    assert ranked(notes, {"c": ["a"]}) == {"a": ["c", "b"], "b": ["a"], "c": ["a"]}


def test_notes_on_the_same_paper_are_related_as_by_a_tag() -> None:
    notes = [note("a", "x", "y"), note("b", also="a"), note("c", "x", "y"), note("d", "x")]
    assert ranked(notes) == {"a": ["c", "b", "d"], "b": ["a"], "c": ["a", "d"], "d": ["c", "a"]}


def test_a_note_that_cites_its_own_paper_is_not_related_to_itself() -> None:
    assert ranked([note("a"), note("b")], {"a": ["a"]}) == {"a": [], "b": []}


def test_equally_related_notes_are_ranked_by_days_between_readings() -> None:
    notes = [note(key, "x", day=day) for key, day in zip("abcd", (20, 9, 12, 11), strict=True)]
    assert ranked(notes)["d"] == ["b", "c", "a"]


def test_a_note_has_at_most_six_related_notes() -> None:
    found = ranked([note(f"n{number:02}", "x", day=number) for number in range(1, 20)])
    assert {len(keys) for keys in found.values()} == {MAX_RELATED}


def test_related_notes_do_not_depend_on_the_order_of_cited_works() -> None:
    dice = random.Random(5)
    notes = [
        note(f"n{number:03}", *dice.sample("stuvwxyz", 3), day=dice.randint(1, 28))
        for number in range(200)
    ]
    works = {f"w{n}": [f"n{dice.randrange(200):03}" for _ in range(9)] for n in range(60)}
    shuffled = list(works.items())
    dice.shuffle(shuffled)
    assert ranked(notes, works) == ranked(notes, dict(shuffled))


def test_related_notes_by_a_tag_of_all_notes_are_those_read_next_to_it() -> None:
    """Among all notes with the tag, only those read just before and after a note are considered."""
    notes = [note(f"n{number:05}", "x") for number in range(20_000)]
    found = ranked(notes)
    assert found["n10000"] == ["n09999", "n10001", "n09998", "n10002", "n09997", "n10003"]


# The overview of the front page, and the colours of tags.


def test_the_overview_counts_notes_tags_and_years_and_knows_the_last_day() -> None:
    notes = [note("a", "x", "y", day=1), note("b", "x", day=3), note("c")]
    entries = {"b": entry("b", year="1998")}
    parts = ("overview", "tags", "years")
    archives = archives_of(notes, *parts, entries=entries, query=Query(paged=True))
    found = archives.overview
    assert found is not None
    assert (found.count, found.tag_count, found.last) == (3, 2, datetime.date(2020, 1, 3))
    assert [(tag.name, len(tag.notes), tag.page) for tag in found.tags] == [
        ("x", 2, "tags/x"),
        ("y", 1, "tags/y"),
    ]
    assert [(year.name, len(year.notes), year.page) for year in found.years] == [
        ("1998", 1, "years/1998"),
        ("2000", 2, "years/2000"),
    ]


@pytest.mark.parametrize("notes", [[], [note("a", "x")]])
def test_a_list_without_notes_and_a_site_without_such_a_list_have_no_overview(
    notes: list[Note],
) -> None:
    query = None if notes else Query(paged=True)
    assert archives_of(notes, "overview", query=query).overview is None


def test_the_eight_largest_tags_have_colours_by_name() -> None:
    tags = "abcdefghij"
    # "j" is on ten notes, "a" on one.
    notes = [note(f"n{number}", *tags[number:]) for number in range(len(tags))]
    archives = archives_of(notes, "tags")
    assert archives.hues == {tag: number for number, tag in enumerate("cdefghij", 1)}
    assert archives.hue(notes[0]) == 1
    assert archives.hue(note("other", "a")) is None


def test_a_note_in_a_large_tag_changes_no_colour() -> None:
    notes = [note(f"n{number}", tag) for number, tag in enumerate("abc")]
    assert archives_of(notes, "tags").hues == archives_of([*notes, note("m", "c")], "tags").hues
