"""BibTeX files: the line of each fault, the entries that survive it, and their values."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pybtex.database import Entry

from papernotes.bibliography import latex, lazy_entries
from papernotes.bibliography.identifiers import arxiv_id
from papernotes.bibliography.reader import Bibliography, digest, load, read
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Paper, Person

NEXT = "@misc{next, title = {Next}}\n"
USED = 'the key "{}" is already used by the entry at {}, which counts; rename or delete one of them'
UNDEFINED = (
    'undefined macro "nips"; put the text in braces, or define it with @string{nips = {...}}'
)
COMMAS = (
    'a name in the entry "a" has too many commas: "A, B, C, D"; write "Family, Given", with "and"'
    " between two people"
)


def bibliography(*texts: str) -> Bibliography:
    """Read files a.bib, b.bib, ... with these texts."""
    return read([(f"{'abcdef'[n]}.bib", text.encode()) for n, text in enumerate(texts)])


def parse_paper(text: str) -> Paper:
    """Return the only entry of *text*, which must have no faults."""
    found = bibliography(text)
    assert found.problems == ()
    (key,) = found.places
    return found.paper(key)


Fault = tuple[str, int, DiagnosticKind, str]


def faults(found: Bibliography) -> list[Fault]:
    """Return path, line, kind and message of each diagnostic."""
    return [(each.path, each.line, each.kind, each.message) for each in found.problems]


def syntax(line: int, message: str) -> Fault:
    return ("a.bib", line, DiagnosticKind.BIB_SYNTAX, message)


def cannot_be_read(line: int, entry: str, reason: str) -> Fault:
    return syntax(line, f"{entry} cannot be read: {reason}; check this line and the one above")


def not_closed(line: int, entry: str = 'the entry "a"') -> Fault:
    return syntax(line, f"{entry} that begins here is not closed; check its braces and quotes")


NO_KEY = syntax(
    1,
    "the @misc that begins here has no key; write one after its opening brace, such as"
    " @misc{smith2020,",
)
NO_TEXT = syntax(
    1, "the @string gives no name a text; write it like @string{acl = {Annual Meeting}}"
)


def no_quotes(text: str) -> Fault:
    return syntax(1, f'the text of the @preamble is not in quotes; write @preamble{{"{text}"}}')


# Entries.


def test_entry_is_parsed_into_a_paper() -> None:
    text = (
        "% Noted\n\n@InProceedings{Arpit2017,\n"
        "  Title = {A closer\n    look},\n"
        '  author = "Devansh Arpit and Bengio, Yoshua",\n'
        "  booktitle = {ICML}, year = 2017,\n"
        "}\n"
    )
    assert parse_paper(text) == Paper(
        key="Arpit2017",
        type="inproceedings",
        authors=(Person("Devansh", "Arpit"), Person("Yoshua", "Bengio")),
        editors=(),
        title="A closer look",
        year="2017",
        venue="ICML",
        fields=(("title", "A closer look"), ("booktitle", "ICML"), ("year", "2017")),
        path="a.bib",
        line=3,
    )


@pytest.mark.parametrize(
    "text",
    [
        "@misc(a, title = {A (b)}, note = {x})",
        "@misc{a, title = {A (b)}, note = {x}}",
        "@MISC { a , TITLE = {A (b)} , NOTE = {x} , }",
        '@misc{a, title = "A (b)", note = "x"}',
        '@misc{a, title = "A" # { (b)}, note = x}\n',
    ],
)
def test_entry_may_use_any_bibtex_notation(text: str) -> None:
    found = bibliography(f"@string{{x = {{x}}}}\n{text}")
    assert found.problems == ()
    assert found.paper("a").fields == (("title", "A (b)"), ("note", "x"))


@pytest.mark.parametrize("text", ["@misc{a}", "@misc{a,}", "@misc(a,)"])
def test_entry_may_have_no_fields(text: str) -> None:
    assert parse_paper(text).fields == ()


def test_field_is_looked_up_by_its_lower_case_name() -> None:
    entry = parse_paper("@misc{a, DOI = {10.1/x}}")
    assert entry.field("doi") == "10.1/x"
    assert entry.field("url") == ""


def test_entries_have_their_file_and_line() -> None:
    found = bibliography(f"@misc{{a,\n title = {{A\n\n A}}\n}}\n\n  {NEXT}", "\n@misc{b}\n")
    assert found.places == {"a": ("a.bib", 1), "next": ("a.bib", 7), "b": ("b.bib", 2)}
    assert found.keys == {"a.bib": ("a", "next"), "b.bib": ("b",)}
    assert (found.paper("next").path, found.paper("next").line) == ("a.bib", 7)


def test_look_up_of_a_key_is_case_sensitive() -> None:
    found = bibliography("@misc{Key}")
    assert "Key" in found
    assert "key" not in found
    with pytest.raises(KeyError):
        found.paper("key")


def test_macros_are_expanded_and_shared_between_files() -> None:
    found = bibliography(
        '@string{foo = {Foo}}\n@STRING(bar = "B" # foo)\n@misc{a, note = FOO # { & } # bar}',
        "@misc{b, note = bar, month = mar}",
    )
    assert found.problems == ()
    assert found.paper("a").field("note") == "Foo & BFoo"
    assert found.paper("b").fields == (("note", "BFoo"), ("month", "March"))


def test_macros_are_not_shared_between_calls_of_read() -> None:
    bibliography("@string{foo = {Foo}}")
    assert [kind for _, _, kind, _ in faults(bibliography("@misc{a, note = foo}"))] == [
        DiagnosticKind.UNDEFINED_MACRO
    ]


@pytest.mark.parametrize(
    "text",
    [
        "mail me@example.org, @home or @ work\n",
        "See also (me@example.org).\n% TODO @smith\n",
        "@comment{jabref-meta: databaseType:bibtex;}\n",
        "@Comment{\n  Grouping: {a} {b}\n}\n",
        '@preamble{"\\newcommand{\\noopsort}[1]{}"}\n',
        '@preamble("x" # "y")\n',
        "",
    ],
)
def test_text_outside_of_entries_is_ignored(text: str) -> None:
    found = bibliography(text + NEXT)
    assert found.problems == ()
    assert found.places == {"next": ("a.bib", text.count("\n") + 1)}


def test_preamble_is_kept_in_the_pybtex_database() -> None:
    assert bibliography('@preamble{"x" # "y"}').data.preamble == "xy"


def test_entry_in_the_middle_of_a_line_is_parsed() -> None:
    found = bibliography("see @misc{a, title = {A}} and @misc{b, title = {B}}")
    assert found.problems == ()
    assert list(found.places) == ["a", "b"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "old Mac"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte order mark"])
def test_line_ends_and_byte_order_mark_do_not_change_line_numbers(end: str, mark: str) -> None:
    text = f"{mark}@misc{{a,\n  title = {{A\n  b}},\n  note = foo,\n}}\n\n{NEXT}".replace("\n", end)
    found = bibliography(text)
    assert found.places == {"a": ("a.bib", 1), "next": ("a.bib", 7)}
    assert found.paper("a").title == "A b"
    assert [problem.line for problem in found.problems] == [4]


def test_bibliography_may_have_another_encoding() -> None:
    found = read([("a.bib", "@misc{a, title = {é}}".encode("latin-1"))], "latin-1")
    assert found.problems == ()
    assert found.paper("a").title == "é"


# Files that cannot be read.


def test_missing_bibliography_file_is_reported() -> None:
    found = read([("gone.bib", None), ("b.bib", NEXT.encode())])
    assert faults(found) == [
        (
            "gone.bib",
            1,
            DiagnosticKind.BIB_MISSING,
            "no such bibliography file; create it, or correct bibtex_bibfiles in conf.py",
        )
    ]
    assert found.keys == {"gone.bib": (), "b.bib": ("next",)}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_bibliography_file_with_invalid_bytes_is_reported_and_read(mark: bytes) -> None:
    content = mark + b"@misc{a,\n  title = {\n\xe9},\n  note = {x},\n}\n" + NEXT.encode()
    found = read([("a.bib", content)])
    assert faults(found) == [
        (
            "a.bib",
            3,
            DiagnosticKind.BIB_ENCODING,
            "the file is not UTF-8: it has the byte 0xe9 here; save the file in that encoding",
        )
    ]
    assert found.paper("a").fields == (("title", "\ufffd"), ("note", "x"))
    assert found.places["next"] == ("a.bib", 6)


# Syntax.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The brace of a field.
        ("@misc{a,\n  title = {A,\n  year = 2020,\n}\n\n", not_closed(1)),
        # The brace of the entry, after a comma and without one.
        ("\n@misc{a,\n  title = {A},\n  year = 2020,\n\n", not_closed(2)),
        ("\n@misc{a,\n  title = {A},\n  year = 2020\n\n", not_closed(2)),
        ("@misc{a,\n  title = {A}\n\n  ", not_closed(1)),
        ("@misc{a,\n", not_closed(1)),
        ("@misc{\n", not_closed(1, "an entry")),
        ("@misc(\n", not_closed(1, "an entry")),
        ("@misc\n\n", not_closed(1, "an entry")),
        # An extra brace within a field.
        ("@misc{a,\n  title = {A {B},\n}\n\n", not_closed(1)),
        # The quote of a field.
        (
            '@misc{a,\n  title = {A},\n  note = "x,\n  year = 2020,\n}\n\n',
            cannot_be_read(3, 'the entry "a"', "the value that begins here has no closing quote"),
        ),
        (
            '@misc{a,\n  title = "A,\n  note = "x",\n}\n',
            cannot_be_read(3, 'the entry "a"', "'}' expected"),
        ),
        (
            '@misc{a,\n  note = "x\n  {y} {z},\n}\n',
            cannot_be_read(2, 'the entry "a"', "the value that begins here has no closing quote"),
        ),
        # The parenthesis of the entry.
        (
            "@misc(a,\n  title = {A},\n}\n",
            cannot_be_read(3, 'the entry "a"', "')' expected"),
        ),
        # The key.
        ("@misc{, title = {A}}\n", NO_KEY),
        ("@misc{title = {A}}\n", NO_KEY),
        ("@misc{title={A}, year = 2000}\n", NO_KEY),
        ('@misc(title="A")\n', NO_KEY),
        ("@misc{\n  title = {A},\n}\n", NO_KEY),
        ("@misc{}\n", NO_KEY),
        ("@misc{my key, title = {A}}\n", cannot_be_read(1, 'the entry "my"', "'=' expected")),
        # Fields.
        ("@misc{a,\n  title {A},\n}\n", cannot_be_read(2, 'the entry "a"', "'=' expected")),
        ("@misc{a,\n  title = ,\n}\n", cannot_be_read(2, 'the entry "a"', "field value expected")),
        ("@misc{a,\n  year = 2020a,\n}\n", cannot_be_read(2, 'the entry "a"', "'}' expected")),
        ("@misc{a,\n  % no comment\n}\n", cannot_be_read(2, 'the entry "a"', "'}' expected")),
        (
            f"@misc{{a,\n  title = {{{'{' * 200}{'}' * 200}}},\n}}\n",
            cannot_be_read(2, 'the entry "a"', "too many nested braces"),
        ),
        # Other commands.
        ("@foo bar\n", cannot_be_read(1, "an entry", "'(' or '{' expected")),
        ("@string{foo}\n", NO_TEXT),
        ("@string{foo = }\n", NO_TEXT),
        ('@preamble{"x"\n\n', not_closed(1, "the @preamble")),
        ("@preamble{Hello}\n", no_quotes("Hello")),
        ("@preamble{ Hello World }\n", no_quotes("Hello World")),
        ("@preamble(Hello)\n", no_quotes("Hello")),
        ("@preamble{\\newcommand{\\x}{y}}\n", no_quotes("\\newcommand...")),
        ("@preamble{}\n", no_quotes("\\newcommand...")),
    ],
)
def test_syntax_error_in_an_entry_does_not_affect_the_next_entry(
    text: str, expected: Fault
) -> None:
    before = "@misc{before}\n"
    path, line, kind, message = expected
    found = bibliography(before + text + NEXT)
    assert faults(found) == [(path, line + 1, kind, message)]
    assert found.places["before"] == ("a.bib", 1)
    assert found.places["next"] == ("a.bib", text.count("\n") + 2)
    assert found.paper("next").title == "Next"


def test_entry_after_an_unclosed_field_is_parsed() -> None:
    found = bibliography("@misc{a,\n  title = {A,\n\n@misc{b,\n  title = {B}}\n}\n\n" + NEXT)
    assert faults(found) == [not_closed(1)]
    assert found.places == {"a": ("a.bib", 1), "b": ("a.bib", 4), "next": ("a.bib", 8)}
    assert found.paper("b").title == "B"


def test_fields_before_a_syntax_error_are_kept() -> None:
    found = bibliography("@misc{a,\n  title = {A},\n  year = 2020,\n  note {x},\n  doi = {y},\n}\n")
    assert found.paper("a").fields == (("title", "A"), ("year", "2020"))


def test_unclosed_entry_at_the_end_of_a_file_is_reported_and_kept() -> None:
    found = bibliography(NEXT + "@misc{a,\n  title = {A},\n  year = {2020", "@misc{b}")
    assert faults(found) == [not_closed(2)]
    assert list(found.places) == ["next", "a", "b"]
    assert found.paper("a").title == "A"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("@misc{a,\n  title = {A}\n  year = 2020,\n  note = {x}\n}\n", [3]),
        ("@misc{a,\n  title = {A}\n  year = 2020\n  note = {x}\n}\n", [3, 4]),
        ("@misc{a\n  title = {A},\n  year = 2020,\n  note = {x},\n}\n", [2]),
        ("@misc{a title = {A}, year = 2020, note = {x}}\n", [1]),
    ],
)
def test_missing_comma_is_reported_and_loses_no_field(text: str, lines: list[int]) -> None:
    found = bibliography(text + NEXT)
    assert faults(found) == [
        syntax(line, 'the entry "a" lacks a comma before this field; add it') for line in lines
    ]
    assert found.paper("a").fields == (("title", "A"), ("year", "2020"), ("note", "x"))
    assert found.places["next"] == ("a.bib", text.count("\n") + 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("@misc{a,\n  title = {A}},\n  year = 2020,\n  note = {x}\n}\n", 2),
        ("@misc{a,\n  title = {A},\n  year = {2020}\n}\n  note = {x},\n}\n", 4),
        ("@misc{a}, title = {A}, year = 2020, note = {x}}\n", 1),
    ],
)
def test_extra_closing_brace_is_reported_and_loses_no_field(text: str, line: int) -> None:
    found = bibliography(text + NEXT)
    message = 'the entry "a" has an extra closing brace before its next field; delete it'
    assert faults(found) == [syntax(line, message)]
    assert found.paper("a").fields == (("title", "A"), ("year", "2020"), ("note", "x"))
    assert found.places["next"] == ("a.bib", text.count("\n") + 1)


def test_every_syntax_error_in_a_file_is_reported() -> None:
    found = bibliography(
        "@misc{a,\n  title {A}\n}\n@misc{b,\n  title = {B\n}\n@misc{c\n  title = {C}}\n" + NEXT
    )
    assert [(problem.line, problem.kind) for problem in found.problems] == [
        (2, DiagnosticKind.BIB_SYNTAX),
        (4, DiagnosticKind.BIB_SYNTAX),
        (8, DiagnosticKind.BIB_SYNTAX),
    ]
    assert list(found.places) == ["a", "b", "c", "next"]
    assert found.places["next"] == ("a.bib", 9)


def test_entry_within_a_field_is_text() -> None:
    found = bibliography("@misc{a,\n note = {as in\n@misc{foo, title = {Foo}}},\n doi = {x}}\n")
    assert found.problems == ()
    assert list(found.places) == ["a"]
    assert found.paper("a").field("doi") == "x"


# References between entries.

VOLUME = (
    "@proceedings{v, title = {Proceedings of X}, editor = {Jane Doe}, year = 2020,"
    " doi = {10.1/v}, keywords = {to-read}, publisher = {P}}\n"
)


@pytest.mark.parametrize("first", [True, False])
def test_missing_fields_are_inherited_by_crossref(first: bool) -> None:
    entry = "@inproceedings{a, crossref = {V}, title = {A}, publisher = {Q}}\n"
    found = bibliography(VOLUME + entry if first else entry + VOLUME)
    assert found.problems == ()
    work = found.paper("a")
    assert (work.title, work.venue, work.year) == ("A", "Proceedings of X", "2020")
    assert work.editors == (Person("Jane", "Doe"),)
    # Its own fields take precedence, and fields that identify the volume are not inherited.
    assert dict(work.fields) == {
        "title": "A",
        "publisher": "Q",
        "year": "2020",
        "booktitle": "Proceedings of X",
    }
    assert found.paper("v").title == "Proceedings of X"
    assert found.to_read() == ["v"]


def test_crossref_may_name_an_entry_in_another_file() -> None:
    found = bibliography("@inproceedings{a, crossref = {v}, title = {A}}", VOLUME)
    assert found.problems == ()
    assert found.paper("a").year == "2020"
    assert found.keys == {"a.bib": ("a",), "b.bib": ("v",)}


def test_chapter_without_a_title_inherits_that_of_its_book() -> None:
    found = bibliography("@inbook{a, crossref = {b}}\n@book{b, title = {B}, author = {Jane Doe}}")
    assert found.paper("a").title == "B"
    assert found.paper("a").authors == (Person("Jane", "Doe"),)


def test_article_inherits_the_name_of_its_journal() -> None:
    found = bibliography("@article{a, title = {A}, crossref = {p}}\n@periodical{p, title = {P}}")
    assert found.paper("a").venue == "P"


def test_fields_are_inherited_through_a_chain_of_crossrefs() -> None:
    found = bibliography(
        "@inbook{a, crossref = {b}, title = {A}}\n@book{b, crossref = {c}, title = {B}}\n"
        "@collection{c, publisher = {C}}"
    )
    assert found.problems == ()
    assert found.paper("a").field("publisher") == "C"


def test_all_fields_are_inherited_by_xdata() -> None:
    found = bibliography(
        "@misc{a, xdata = {x, y}, title = {A}}\n@xdata{x, url = {https://x.org}, publisher = {X}}\n"
        "@xdata{y, publisher = {Y}, location = {L}}"
    )
    assert found.problems == ()
    assert dict(found.paper("a").fields) == {
        "title": "A",
        "url": "https://x.org",
        "publisher": "X",
        "location": "L",
    }


@pytest.mark.parametrize("name", ["crossref", "xdata"])
def test_reference_to_a_missing_entry_is_reported(name: str) -> None:
    found = bibliography(NEXT + f"@misc{{a, {name} = {{gone}}, title = {{A}}}}")
    message = (
        f'in the entry "a", {name} names the key "gone", which is in no bibliography file;'
        " correct it"
    )
    assert faults(found) == [("a.bib", 2, DiagnosticKind.BAD_CROSSREF, message)]
    assert found.paper("a").fields == (("title", "A"),)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("@misc{a, crossref = {a}, title = {A}}", ("a", "a to a")),
        (
            "@misc{a, crossref = {b}, title = {A}}\n@misc{b, xdata={c}}\n@misc{c, crossref = {b}}",
            ("c", "b to c to b"),
        ),
    ],
)
def test_circular_references_are_reported(text: str, fault: tuple[str, str]) -> None:
    found = bibliography(text)
    key, circle = fault
    message = (
        f'in the entry "{key}", crossref is circular, from {circle}; delete one of the references'
    )
    assert [each.message for each in found.problems] == [message]
    assert found.paper("a").title == "A"


# Duplicates, macros, names.


@pytest.mark.parametrize("key", ["a", "A"], ids=["same", "by case"])
def test_duplicate_key_is_reported_and_the_first_entry_counts(key: str) -> None:
    found = bibliography(f"\n@misc{{a, title = {{1}}}}\n\n@book{{{key},\n title = {{2}}}}\n{NEXT}")
    assert faults(found) == [
        (
            "a.bib",
            4,
            DiagnosticKind.DUPLICATE_KEY,
            USED.format(key, "a.bib:2"),
        )
    ]
    assert list(found.places) == ["a", "next"]
    assert found.paper("a").title == "1"


def test_duplicate_key_in_another_file_is_reported() -> None:
    found = bibliography("\n\n@misc{a, title = {1}}", f"@misc{{a, title = {{2}}}}\n{NEXT}")
    assert faults(found) == [
        (
            "b.bib",
            1,
            DiagnosticKind.DUPLICATE_KEY,
            USED.format("a", "a.bib:3"),
        )
    ]
    assert found.keys == {"a.bib": ("a",), "b.bib": ("next",)}
    assert found.paper("a").title == "1"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("title = {1}, Title = {2}", "Title"),
        ("author = {One}, author = {Two}", "author"),
        ("editor = {One}, EDITOR = {Two}", "EDITOR"),
    ],
)
def test_duplicate_field_is_reported_and_the_first_one_counts(fields: str, name: str) -> None:
    found = bibliography(f"\n@misc{{a, {fields}, note = {{x}}}}\n{NEXT}")
    assert faults(found) == [
        (
            "a.bib",
            2,
            DiagnosticKind.DUPLICATE_FIELD,
            f'the entry "a" has the field "{name}" twice, the first one counts; delete one of them',
        )
    ]
    entry = found.paper("a")
    first = (entry.title, *(person.family for person in entry.authors + entry.editors))
    assert "".join(first) in ("1", "One")
    assert entry.field("note") == "x"
    assert "next" in found


@pytest.mark.parametrize(
    ("value", "shown"),
    [("nips", "nips"), ('"Proc. " # nips # { 30}', "Proc. nips 30")],
)
def test_undefined_macro_is_reported_and_replaced_by_its_name(value: str, shown: str) -> None:
    found = bibliography(f"@misc{{a,\n title = {{A}},\n booktitle = {value},\n year = 1}}\n{NEXT}")
    assert faults(found) == [
        (
            "a.bib",
            3,
            DiagnosticKind.UNDEFINED_MACRO,
            UNDEFINED,
        )
    ]
    assert found.paper("a").fields == (("title", "A"), ("booktitle", shown), ("year", "1"))
    assert "next" in found


def test_name_with_too_many_commas_is_reported_and_kept_whole() -> None:
    found = bibliography(f"\n@misc{{a, title = {{A}}, author = {{A, B, C, D and Y, Z}}}}\n{NEXT}")
    assert faults(found) == [
        (
            "a.bib",
            2,
            DiagnosticKind.BIB_NAME,
            COMMAS,
        )
    ]
    assert found.paper("a").authors == (Person("", "A, B, C, D"), Person("Z", "Y"))
    assert "next" in found


def test_diagnostics_are_sorted_by_file_and_line() -> None:
    found = bibliography("@misc{a, note = x}\n\n@misc{b, note = y}", "@misc{a}")
    assert [(problem.path, problem.line) for problem in found.problems] == [
        ("a.bib", 1),
        ("a.bib", 3),
        ("b.bib", 1),
    ]
    assert isinstance(found.problems[0], Diagnostic)


# Values derived from an entry.


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Donald E. Knuth", Person("Donald E.", "Knuth")),
        ("Knuth, Donald E.", Person("Donald E.", "Knuth")),
        ("Ludwig van Beethoven", Person("Ludwig", "van Beethoven")),
        ("van Beethoven, Ludwig", Person("Ludwig", "van Beethoven")),
        ("King, Jr., Martin Luther", Person("Martin Luther", "King", "Jr.")),
        ("Martin Luther King, Jr.", Person("Martin Luther", "King", "Jr.")),
        ("Martin Luther King Jr.", Person("Martin Luther", "King", "Jr.")),
        ("King Jr., Martin Luther", Person("Martin Luther", "King", "Jr.")),
        ("King, Martin Luther, Jr.", Person("Martin Luther", "King", "Jr.")),
        ("de la Cruz, III, Juan", Person("Juan", "de la Cruz", "III")),
        ("Dumas, fils, Alexandre", Person("Alexandre", "Dumas", "fils")),
        ("Smith, M.D., Ann", Person("Ann", "Smith", "M.D.")),
        ("Martin {King Jr.}", Person("Martin", "{King Jr.}")),
        ("Smith, John,", Person("John", "Smith")),
        (r"Serr, J.\,P.", Person(r"J.{\,}P.", "Serr")),
        (
            "family=Heer, given=Hado P., prefix=van, useprefix=false",
            Person("Hado P.", "Heer", "", "van"),
        ),
        ("{family=Heer, given=H., prefix=van, useprefix=true}", Person("H.", "van Heer")),
        ("prefix=de la, given={Ana María}, family=Cruz", Person("Ana María", "de la Cruz")),
        ('family = "King", given-i = M, suffix = {Jr.}', Person("M", "King", "Jr.")),
        ("FAMILY={van der Heer}, given=Hado", Person("Hado", "{van der Heer}")),
        ("useprefix=true, given=H., family=Heer, prefix=van", Person("H.", "van Heer")),
        ("given=Plato", Person("", "Plato")),
        ("Sousa, Filho, José", Person("José", "Sousa", "Filho")),
        ("family={World Health Organization}", Person("", "{World Health Organization}")),
        ("Simon Lacoste-Julien", Person("Simon", "Lacoste-Julien")),
        ("Plato", Person("", "Plato")),
        ("{World Health Organization}", Person("", "{World Health Organization}")),
        (r"Stanis{\l}aw Jastrz{\k{e}}bski", Person(r"Stanis{\l}aw", r"Jastrz{\k{e}}bski")),
        ("others", Person("", "others")),
    ],
)
def test_names_are_split_into_given_and_family_names(name: str, person: Person) -> None:
    entry = parse_paper(f"@book{{a, EDITOR = {{{name}}}, Author = {{A B and {name}}}}}")
    assert entry.authors == (Person("A", "B"), person)
    assert entry.editors == (person,)


ORGANIZATION = ", or put the name of an organization in braces"
LISTS = [
    ("Joan Smith, Al Brown, Bo Green", "Joan Smith and Al Brown and Bo Green"),
    (
        "Joan Smith, Al Brown, Bo Green, Cy White",
        "Joan Smith and Al Brown and Bo Green and Cy White",
    ),
    ("Smith, Brown, Green", "Smith and Brown and Green"),
    ("Smith, J., Brown, A. B.", "Smith, J. and Brown, A. B."),
    ("Joan Smith; Al Brown", "Joan Smith and Al Brown"),
    ("Smith, J.; Brown, A.", "Smith, J. and Brown, A."),
    ("Joan Smith & Al Brown", "Joan Smith and Al Brown"),
    ("Smith, J., Brown, A. & Green, B.", "Smith, J. and Brown, A. and Green, B."),
    (r"Jo{\~a}o Silva, Ana Souza, Bo Lima", r"Jo{\~a}o Silva and Ana Souza and Bo Lima"),
]


@pytest.mark.parametrize(("name", "remedy"), LISTS)
def test_list_of_people_without_and_is_reported_and_kept_whole(name: str, remedy: str) -> None:
    found = bibliography(f"@misc{{a, title = {{A}}, author = {{A B and {name}}}}}\n{NEXT}")
    message = (
        f'the name "{name}" in the entry "a" looks like several people; write "{remedy}"'
        f"{ORGANIZATION}"
    )
    assert faults(found) == [("a.bib", 1, DiagnosticKind.BIB_NAME, message)]
    assert found.paper("a").authors == (Person("A", "B"), Person("", name))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("{Joan Smith, Al Brown, Bo Green}", 'several people; write "Joan Smith and Al Brown and'),
        (r"{Jo{\~a}o S\'{a} Lima and Al Br{\'{o}}n}", r"Jo{\~a}o S\'{a} Lima and Al Br{\'{o}}n"),
        ("{Joan Smith and Al Brown}", 'several people; write "Joan Smith and Al Brown"'),
        ("{Joan M. Smith, Al Brown, and Bo Green}", 'write "Joan M. Smith and Al Brown and Bo'),
        ("Joan Smith et al.", 'ends with "et al."; write "Joan Smith and others"'),
        ("Smith, J., et al", 'ends with "et al."; write "Smith, J. and others"'),
    ],
)
def test_people_in_one_pair_of_braces_are_reported(name: str, what: str) -> None:
    (fault,) = bibliography(f"@misc{{a, editor = {{{name}}}}}").problems
    assert fault.kind is DiagnosticKind.BIB_NAME
    assert what in fault.message


@pytest.mark.parametrize(
    "name",
    [
        "{Smith and Sons}",
        "{Barnes & Noble}",
        r"Barnes \& Noble",
        "Procter & Gamble Company",
        "{Smith, Brown, and Green}",
        "{National Academies of Sciences, Engineering, and Medicine}",
        "{Google Brain and Google Research}",
        "{Ministry of Health, Paris}",
        "{The R&D Group, Inc.}",
        "Garcia Marquez, Gabriel Jose",
        "Weird Al Yankovic",
        "Caf&eacute; Team",
        r"J.\;P. Serr",
    ],
)
def test_organization_and_single_person_are_no_list(name: str) -> None:
    assert bibliography(f"@misc{{a, author = {{A B and {name}}}}}").problems == ()


# Macros of preambles.


def test_macros_of_a_preamble_are_expanded_wherever_they_are_defined() -> None:
    found = bibliography(
        r"""@misc{a, author = {\first{Ann}{Bo} Bee}, title = {\swap{x}{\'y} \lab{} $\R^n$},
        year = {\mysort{1973b}1973}, url = {https://a.org/\lab}}""",
        r"""@preamble{"\newcommand{\mysort}[1]{} \providecommand\lab{LAB \inner} "
        # "\newcommand*{\first}[2]{#1} \def\swap#1#2{#2#1} \def\inner{\emph{X}} "
        # "\renewcommand{\R}{\mathbb{R}}"}""",
    )
    assert found.problems == ()
    assert dict(found.paper("a").fields) == {
        "title": r"\'yx LAB \emph{X}{} $\mathbb{R}^n$",
        "year": "1973",
        "url": r"https://a.org/\lab",
    }
    assert found.paper("a").authors == (Person("Ann", "Bee"),)


def test_macro_that_is_defined_by_itself_is_left_alone() -> None:
    found = bibliography(r"""@preamble{"\def\x{\x}"} @misc{a, title = {A \x B}}""")
    assert found.paper("a").title == r"A \xB"


# Parts of titles.


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("title={Main}, subtitle={The sub}", "Main: The sub"),
        ("title={Main?}, subtitle={The sub}", "Main? The sub"),
        ("title={Main}, subtitle={The sub}, titleaddon={Draft}", "Main: The sub. Draft"),
        ("title={Main}, titleaddon={Draft}", "Main. Draft"),
        ("title={Main: The {S}ub}, subtitle={The sub}", "Main: The {S}ub"),
        ("subtitle={The sub}", ""),
    ],
)
def test_title_has_its_subtitle_and_addition(fields: str, title: str) -> None:
    assert parse_paper(f"@book{{a, {fields}}}").title == title


@pytest.mark.parametrize(
    ("entry", "venue"),
    [
        ("@incollection{a, booktitle={B}, booksubtitle={S}, booktitleaddon={A}}", "B: S. A"),
        ("@inbook{a, maintitle={M}, mainsubtitle={S}}", "M: S"),
        ("@article{a, journaltitle={J}, journalsubtitle={S}}", "J: S"),
        ("@article{a, journal={J}, journalsubtitle={S}}", "J: S"),
    ],
)
def test_venue_has_its_subtitle_and_addition(entry: str, venue: str) -> None:
    assert parse_paper(entry).venue == venue


def test_title_of_a_volume_is_inherited_with_its_subtitle() -> None:
    found = bibliography(
        "@collection{v, title={V}, subtitle={S}, titleaddon={A}}"
        "@incollection{a, crossref={v}, title={T}} @article{b, crossref={v}, title={T}}"
        "@inbook{c, crossref={v}} @incollection{d, crossref={v}, title={T}, booktitle={Own}}"
    )
    assert [found.paper(key).venue for key in "abd"] == ["V: S. A", "V: S. A", "Own"]
    assert found.paper("c").title == "V: S. A"


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("year = 2017", "2017"),
        ("year = {{2017}}", "2017"),
        ("year = {in press}", "in press"),
        (r"year = {\emph{in press}}", r"\emph{in press}"),
        ("date = {2017}", "2017"),
        ("date = {2017-05-06}", "2017"),
        ("date = {2017-05/2018-01}", "2017"),
        ("date = {-0044-03-15}", "-0044"),
        ("year = 2016, date = {2017}", "2016"),
        ("year = {}, date = {2017}", "2017"),
        ("date = {May 2017}", ""),
        ("note = {2017}", ""),
    ],
)
def test_year_is_taken_from_year_or_date(fields: str, year: str) -> None:
    assert parse_paper(f"@misc{{a, {fields}}}").year == year


@pytest.mark.parametrize(
    ("entry", "venue"),
    [
        ("@article{a, journal = {J}, publisher = {P}}", "J"),
        ("@article{a, journaltitle = {J}, publisher = {P}}", "J"),
        ("@inproceedings{a, booktitle = {B}, publisher = {P}, organization = {O}}", "B"),
        ("@inproceedings{a, maintitle = {M}, publisher = {P}}", "M"),
        ("@book{a, publisher = {P}, institution = {I}}", "P"),
        ("@techreport{a, institution = {I}, publisher = {P}, number = 1}", "I"),
        ("@report{a, institution = {I}, journal = {J}}", "I"),
        ("@phdthesis{a, school = {S}, publisher = {P}}", "S"),
        ("@mastersthesis{a, school = {S}, publisher = {P}}", "S"),
        ("@thesis{a, institution = {I}, publisher = {P}}", "I"),
        ("@misc{a, institution = {I}, school = {S}}", "I"),
        ("@misc{a, school = {S}}", "S"),
        ("@misc{a, howpublished = {H}, publisher = {P}}", "H"),
        ("@online{a, organization = {O}}", "O"),
        ("@misc{a, eprint = {1706.05394}}", "arXiv"),
        ("@misc{a, publisher = {P}, eprint = {1706.05394}}", "P"),
        ("@misc{a, eprint = {1234567}, eprinttype = {pubmed}}", ""),
        ("@misc{a, journal = {}, note = {x}}", ""),
    ],
)
def test_venue_depends_on_the_entry_type(entry: str, venue: str) -> None:
    assert parse_paper(entry).venue == venue


@pytest.mark.parametrize(
    ("fields", "identifier"),
    [
        ({"eprint": "1706.05394", "archiveprefix": "arXiv"}, "1706.05394"),
        ({"eprint": "1706.05394", "eprinttype": "arxiv"}, "1706.05394"),
        ({"eprint": "1706.05394"}, "1706.05394"),
        ({"eprint": "0706.0001v12"}, "0706.0001v12"),
        ({"eprint": " arXiv:1706.05394 "}, "1706.05394"),
        ({"eprint": "{1706.05394}", "archiveprefix": "{arXiv}"}, "1706.05394"),
        ({"eprint": "hep-th/9901001"}, "hep-th/9901001"),
        ({"eprint": "math.GT/0309136v1"}, "math.GT/0309136v1"),
        ({"eprint": "cs/0703041"}, "cs/0703041"),
        ({"eprint": "1706.05394", "eprinttype": "pubmed"}, ""),
        ({"eprint": "1706.05394", "archiveprefix": "HAL"}, ""),
        ({"eprint": "1706.053"}, ""),
        ({"eprint": "170605394"}, ""),
        ({"eprint": "1706.05394/../x"}, ""),
        ({"eprint": "https://arxiv.org/abs/1706.05394"}, ""),
        ({"eprint": ""}, ""),
        ({}, ""),
    ],
)
def test_arxiv_identifier_is_taken_from_the_eprint_field(
    fields: dict[str, str], identifier: str
) -> None:
    assert arxiv_id(fields) == identifier


@pytest.mark.parametrize(
    ("text", "is_to_read"),
    [
        ("b c, to-read ,d", True),
        ("a; to-read", True),
        ("a,, ;to-read,", True),
        ("{a; to-read}", True),
        ("{b c}, {to-read}", True),
        (r"Erd{\H{o}}s, to-read", True),
        ("a to-read", False),
        ("", False),
    ],
)
def test_keywords_are_split_at_commas_and_semicolons(text: str, is_to_read: bool) -> None:
    found = bibliography(f"@misc{{a, keywords = {{{text}}}}}")
    assert found.to_read() == ["a"] * is_to_read


def test_reading_list_is_in_file_order() -> None:
    found = bibliography(
        "@misc{b, keywords = {to-read}}\n@misc{c, keywords = {to-reads, to read}}\n@misc{d}",
        "@misc{a, keywords = {deep; to-read}}",
    )
    assert found.to_read() == ["b", "a"]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("shannon1948channe", ["shannon1948channel"]),
        ("SHANNON1948CHANNEL", ["shannon1948channel"]),
        ("turing1936computible", ["TURING1936COMPUTABLE"]),
        ("entirely-different", []),
    ],
)
def test_similar_keys_are_found(key: str, near: list[str]) -> None:
    found = bibliography("@misc{shannon1948channel}\n@misc{TURING1936COMPUTABLE}\n")
    assert found.nearest(key) == near


def test_at_most_three_similar_keys_are_found_with_the_most_similar_first() -> None:
    found = bibliography("".join(f"@misc{{smith20{n}deep}}\n" for n in (11, 19, 20, 22)))
    near = found.nearest("smith2019deeq")
    assert len(near) == 3
    assert near[0] == "smith2019deep"


# Files.


def test_load_returns_paths_relative_to_the_root(tmp_path: Path) -> None:
    root = tmp_path / "site"
    (root / "more").mkdir(parents=True)
    (root / "a.bib").write_bytes(b"a\r\n")
    (root / "more" / "b.bib").write_bytes(b"b")
    (tmp_path / "c.bib").write_bytes(b"c")
    names = ["a.bib", "more/b.bib", "../c.bib", "d.bib", "more"]
    assert load([(root / name).resolve() for name in names], root.resolve()) == [
        ("a.bib", b"a\r\n"),
        ("more/b.bib", b"b"),
        ("../c.bib", b"c"),
        ("d.bib", None),
        ("more", None),
    ]


def test_bibliography_has_the_digest_of_its_sources() -> None:
    sources: list[tuple[str, bytes | None]] = [("a.bib", b"x"), ("b.bib", None)]
    assert read(sources).digest == digest(list(sources), "utf-8-sig")


@pytest.mark.parametrize(
    "other",
    [
        [("a.bib", b"y"), ("b.bib", b"")],
        [("a.bib", b"x"), ("b.bib", None)],
        [("b.bib", b""), ("a.bib", b"x")],
        [("a.bib", b"x")],
        [("c.bib", b"x"), ("b.bib", b"")],
        [("a.bib", b""), ("b.bib", b"x")],
    ],
)
def test_digest_changes_with_the_sources_or_the_encoding(
    other: list[tuple[str, bytes | None]],
) -> None:
    sources: list[tuple[str, bytes | None]] = [("a.bib", b"x"), ("b.bib", b"")]
    assert digest(sources, "utf-8") != digest(other, "utf-8")
    assert digest(sources, "utf-8") != digest(sources, "latin-1")


def test_bibliography_without_files_is_empty() -> None:
    found = read([])
    assert (found.problems, found.places, found.keys) == ((), {}, {})
    assert found.nearest("a") == []
    assert found.to_read() == []


def test_pybtex_entry_is_built_when_it_is_first_requested(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    class RecordedEntry(Entry):  # type: ignore[misc]  # pybtex has no types
        def __init__(self, type_: str) -> None:
            super().__init__(type_)
            built.append(type_)

    monkeypatch.setattr(lazy_entries, "Entry", RecordedEntry)
    found = bibliography(
        "@book{a, author = {A, B}, keywords = {to-read}}\n@article{b, author = {A, B}}\n@misc{c}"
    )
    assert "b" in found
    assert found.to_read() == ["a"]
    assert built == []
    for _ in range(2):
        assert found.paper("b").authors == (Person("B", "A"),)
    assert built == ["article"]
    # The pickled environment contains text and the papers requested, but no pybtex entries.
    pickled = pickle.dumps(found)
    assert b"pybtex.database" not in pickled
    again = pickle.loads(pickled)  # noqa: S301 -- pickled above
    assert [again.paper(key).type for key in again.places] == ["book", "article", "misc"]
    assert again.data.entries["B"].persons["author"][0].last_names == ["A"]


def test_inherited_fields_survive_pickling() -> None:
    found = bibliography(
        "@book{v, editor = {E, F}, title = {V}, year = 2001}\n"
        "@incollection{p, crossref = {v}, title = {P}}"
    )
    for each in (found, pickle.loads(pickle.dumps(found))):  # noqa: S301
        part = each.paper("p")
        assert (part.editors, part.venue, part.year) == ((Person("F", "E"),), "V", "2001")


BOMB = "@string{a0 = {xxxxxxxxxx}}" + "".join(
    f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(40)
)
CHAIN = "".join(f"@misc{{k{n}, crossref={{k{n + 1}}}}}\n" for n in range(3_000))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (BOMB + "@misc{k0, title = a40}", "more than 20,000 characters"),
        ("@misc{k0, title = {" + "{" * 99_999 + "}" * 99_999 + "}}", "too many nested braces"),
        (CHAIN, "a chain of 200 references; shorten it"),
    ],
    ids=["macros", "braces", "references"],
)
def test_what_grows_or_nests_without_end_is_reported(source: str, message: str) -> None:
    found = read([("a.bib", f"{source}\n@misc{{last, title = {{The last}}}}".encode())])
    assert any(message in problem.message for problem in found.problems)
    assert found.paper("last").title == "The last"
    assert found.paper("k0").key == "k0"


def test_a_value_whose_latex_is_too_long_to_be_read_is_reported() -> None:
    people = " and ".join(["A {B}"] * 5_000)
    entry = f"@misc{{a, author = {{{people}}}, abstract = {{{'x' * 20_001}}}"
    assert faults(read([("a.bib", f"{entry}, title = {{{'x' * 20_000}}}}}".encode())])) == []
    message = (
        'the field "title" of the entry "a" has 20,001 characters, and its LaTeX is not read;'
        " shorten it to 20,000"
    )
    found = read([("a.bib", f"\n{entry}, title = {{{'x' * 20_001}}}}}".encode())])
    assert faults(found) == [("a.bib", 2, DiagnosticKind.BIB_VALUE, message)]


@pytest.mark.parametrize(
    "title",
    [
        r"\em " * 3_000,
        "{x}" * 50_000,
        "$x$ " * 50_000,
        r"\emph{" * 90 + "}" * 90,
        "{{{{{x}}}}}" * 9_999,
    ],
    ids=lambda title: title[:8],
)
def test_latex_that_is_too_long_or_too_deep_is_kept_as_text(title: str) -> None:
    paper = read([("a.bib", f"@misc{{a, title = {{{title}x}}}}".encode())]).paper("a")
    assert "x" in latex.plain(paper.title)


def test_macros_of_a_preamble_do_not_multiply() -> None:
    macros = "".join(
        rf"\newcommand{{\{name}}}{{{f'{chr(92)}{other}' * 30}}}"
        for name, other in zip("abcde", "bcdef", strict=True)
    )
    source = f'@preamble{{"{macros}"}}@misc{{k, title = {{\\a}}}}'
    assert len(read([("a.bib", source.encode())]).paper("k").title) <= 20_000
