"""Formatting of works: links, names, references, BibTeX and sort order."""

from __future__ import annotations

import pytest

from papernotes.bibliography import formatting
from papernotes.bibliography.export import csl
from papernotes.bibliography.formatting import Link
from papernotes.bibliography.latex import Span, flatten
from papernotes.bibliography.reader import read
from papernotes.core.model import Paper
from papernotes.core.text import fold_plain

ABSTRACT = "https://arxiv.org/abs/1706.05394"
PDF = "https://arxiv.org/pdf/1706.05394"
UNSAFE = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    r"java\_script:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://a.org/x.pdf",
    "mailto:a@b.org",
    "//a.org/x",
    "a.org/x",
    "https:a.org",
    "javascript:https://a.org/x.pdf",
    'https://a.org/"x',
    "https://a.org/<x>",
    "https://a.org/x y",
    r"\url{javascript:alert(1)}",
    "n/a",
]


def paper(fields: str = "", type_: str = "misc") -> Paper:
    """Return the work with these fields and the key "key"."""
    found = read([("refs.bib", f"@{type_}{{key, {fields}}}".encode())])
    assert found.problems == ()
    return found.paper("key")


def marked_up(parts: tuple[Span, ...]) -> str:
    """Return spans as text with Markdown for their kinds: *emphasis*, [text](address)."""
    markdown = ""
    for part in parts:
        inner = marked_up(part.children)
        match part.kind:
            case "link":
                markdown += f"[{inner}]({part.text})"
            case "emphasis":
                markdown += f"*{inner}*"
            case "math":
                markdown += f"${part.text}$"
            case "text":
                markdown += part.text
            case _:
                raise AssertionError(part)
    return markdown


# Links.


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("url = {https://a.org/x}", [Link("abstract", "https://a.org/x")]),
        ("url = {HTTP://a.org/x}", [Link("abstract", "HTTP://a.org/x")]),
        ("url = {https://a.org/x.pdf}", [Link("PDF", "https://a.org/x.pdf")]),
        ("url = {https://a.org/x.PDF}", [Link("PDF", "https://a.org/x.PDF")]),
        ("pdf = {https://a.org/x}", [Link("PDF", "https://a.org/x")]),
        ("doi = {10.1/x}", [Link("DOI", "https://doi.org/10.1/x")]),
        ("eprint = {1706.05394}", [Link("abstract", ABSTRACT), Link("PDF", PDF)]),
        (
            "eprint = {hep-th/9901001}",
            [
                Link("abstract", "https://arxiv.org/abs/hep-th/9901001"),
                Link("PDF", "https://arxiv.org/pdf/hep-th/9901001"),
            ],
        ),
        ("eprint = {1234567}, eprinttype = {pubmed}", []),
        ("title = {T}", []),
        # Each kind at most once: arXiv's abstract is preferred, and the entry's own PDF.
        (
            "doi = {10.1/x}, url = {https://a.org}, eprint = {1706.05394}, pdf = {https://a.org/p}",
            [
                Link("abstract", ABSTRACT),
                Link("PDF", "https://a.org/p"),
                Link("DOI", "https://doi.org/10.1/x"),
            ],
        ),
        (
            "url = {https://a.org/x.pdf}, eprint = {1706.05394}",
            [Link("abstract", ABSTRACT), Link("PDF", "https://a.org/x.pdf")],
        ),
        (
            "url = {https://a.org/x.pdf}, pdf = {https://a.org/y.pdf}",
            [Link("PDF", "https://a.org/y.pdf")],
        ),
    ],
)
def test_links_are_chosen_from_the_fields_of_an_entry(fields: str, expected: list[Link]) -> None:
    assert formatting.links(paper(fields)) == tuple(expected)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        (r"https://a.org/b\_c\%20d\#e\&f\~g", "https://a.org/b_c%20d#e&f~g"),
        (r"\url{https://a.org/b\_c}", "https://a.org/b_c"),
        (r" \url {https://a.org} ", "https://a.org"),
        ("{https://a.org}", "https://a.org"),
        ("https://a.org/b_c%20d#e", "https://a.org/b_c%20d#e"),
        (r"http://l.example/a-1{\_}48{\%}20c", "http://l.example/a-1_48%20c"),
        (r"https://a.org/{\~}x/\~{}y/{\textasciitilde}z", "https://a.org/~x/~y/~z"),
        (r"https://a.org/\textasciitilde x/$\sim$y/{$\sim$}z", "https://a.org/~x/~y/~z"),
        (r"https://a.org/a{_}b{\&}c{\#}d{-}e\textunderscore{}f", "https://a.org/a_b&c#d-e_f"),
        (r"\url{https://a.org/b{\_}c}", "https://a.org/b_c"),
        (r"\path{https://a.org/b\slash c\allowbreak d}", "https://a.org/b/cd"),
        ("<https://a.org/b>", "https://a.org/b"),
    ],
)
def test_latex_in_an_address_is_removed(value: str, url: str) -> None:
    entry = paper(f"url = {{{value}}}")
    assert formatting.links(entry) == (Link("abstract", url),)
    assert formatting.target(entry) == url
    assert formatting.unsafe_links(entry) == []


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("10.1000/x_y", "10.1000/x_y"),
        (r"10.1000/x\_y", "10.1000/x_y"),
        ("{10.1000/x}", "10.1000/x"),
        ("https://doi.org/10.1000/x", "10.1000/x"),
        ("http://dx.doi.org/10.1000/x", "10.1000/x"),
        ("doi:10.1000/x", "10.1000/x"),
        ("DOI: 10.1000/x", "10.1000/x"),
        (
            "10.1000/(SICI)1(2)17:15<16::AID-3>3.0.CO;2-2",
            "10.1000/(SICI)1(2)17:15%3C16::AID-3%3E3.0.CO;2-2",
        ),
        ("10.1000/a#b?c", "10.1000/a%23b%3Fc"),
        ("10.1000/a%3Cb", "10.1000/a%3Cb"),
        ("10.1000/a b", "10.1000/a%20b"),
        (r"10.1000/a{\_}b{\%}3Cc", "10.1000/a_b%3Cc"),
        (r"http://dx.doi.org/10.1000/a{\_}b", "10.1000/a_b"),
        (r"\url{https://doi.org/10.1000/x}", "10.1000/x"),
        ("doi.org/10.1000/x", "10.1000/x"),
        ("DOI 10.1000/x", "10.1000/x"),
        ("https://dl.example.org/doi/10.1000/x.y", "10.1000/x.y"),
        ("https://doi.org/10.1000%2Fx", "10.1000/x"),
    ],
)
def test_doi_link_is_normalised_and_quoted(value: str, address: str) -> None:
    entry = paper(f"doi = {{{value}}}")
    assert formatting.links(entry) == (Link("DOI", f"https://doi.org/{address}"),)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("url = {https://a.org}, eprint = {1706.05394}, doi = {10.1/x}", "https://a.org"),
        ("url = {https://a.org/x.pdf}, eprint = {1706.05394}", "https://a.org/x.pdf"),
        ("eprint = {1706.05394}, doi = {10.1/x}, pdf = {https://a.org/p}", ABSTRACT),
        ("doi = {10.1/x}, pdf = {https://a.org/p}", "https://doi.org/10.1/x"),
        ("pdf = {https://a.org/p}", "https://a.org/p"),
        ("title = {T}", ""),
        ("url = {javascript:x}, eprint = {1706.05394}", ABSTRACT),
        ("url = {javascript:x}, pdf = {data:x}", ""),
    ],
)
def test_title_links_to_the_preferred_address(fields: str, expected: str) -> None:
    assert formatting.target(paper(fields)) == expected


@pytest.mark.parametrize(
    "fields",
    [
        "journal = {arXiv preprint arXiv:1706.05394}",
        "journaltitle = {ArXiv e-prints}, volume = {abs/1706.05394}",
        "journal = {CoRR}, volume = {abs/1706.05394}",
        "eid = {arXiv:1706.05394}",
        "note = {arXiv:1706.05394 [cs.LG]}",
        "note = {Available at https://arxiv.org/abs/1706.05394}",
        r"note = {\emph{Also} on arXiv: 1706.05394}",
        r"howpublished = {\url{https://arxiv.org/abs/1706.05394}}",
        r"howpublished = {arXiv preprint 1706.05394}",
        "url = {https://arxiv.org/pdf/1706.05394.pdf}, pdf = {https://arxiv.org/pdf/1706.05394}",
    ],
)
def test_arxiv_identifier_in_any_field_is_linked(fields: str) -> None:
    assert set(formatting.links(paper(fields))) == {Link("abstract", ABSTRACT), Link("PDF", PDF)}


def test_arxiv_identifier_as_doi_is_linked_twice() -> None:
    doi = "10.48550/arXiv.1706.05394"
    assert formatting.links(paper(f"doi = {{{doi}}}")) == (
        Link("abstract", ABSTRACT),
        Link("PDF", PDF),
        Link("DOI", f"https://doi.org/{doi}"),
    )


@pytest.mark.parametrize(
    "fields",
    [
        "url = {https://doi.org/10.1000/x_y}",
        r"howpublished = {\url{http://dx.doi.org/10.1000/x\_y}}",
        r"note = {doi:10.1000/x{\_}y.}",
        "note = {Published as https://doi.org/10.1000/x_y, 2020}",
        "journal = {Letters, DOI 10.1000/x_y}",
    ],
)
def test_doi_in_any_field_is_linked_once(fields: str) -> None:
    assert formatting.links(paper(fields)) == (Link("DOI", "https://doi.org/10.1000/x_y"),)


@pytest.mark.parametrize(
    "note",
    [
        "Comment on arXiv:1706.05394",
        "A reply to Smith, arXiv:1706.05394",
        "Corrected in doi:10.1000/x",
        "arXiv:1706.0539412",
        "Version 1706.05394",
    ],
)
def test_identifier_of_another_work_in_a_note_is_not_linked(note: str) -> None:
    assert formatting.links(paper(f"note = {{{note}}}")) == ()


@pytest.mark.parametrize("address", UNSAFE)
def test_unsafe_address_is_not_linked(address: str) -> None:
    for name in ("url", "pdf"):
        entry = paper(f"{name} = {{{address}}}, title = {{T}}, author = {{A}}, year = 2000")
        assert formatting.links(entry) == ()
        assert formatting.target(entry) == ""
        assert formatting.unsafe_links(entry) == [name]
        assert marked_up(formatting.reference(entry)) == "A (2000). T."


@pytest.mark.parametrize("address", UNSAFE)
@pytest.mark.parametrize("name", ["title", "author", "howpublished", "year", "organization"])
def test_unsafe_address_within_latex_is_not_linked(name: str, address: str) -> None:
    for value in (rf"\href{{{address}}}{{x}}", rf"\url{{{address}}}"):
        entry = paper(f"{name} = {{{value}}}")
        seen = (
            formatting.reference(entry) + formatting.byline(entry) + formatting.short_venue(entry)
        )
        assert "](" not in marked_up(seen)


@pytest.mark.parametrize("doi", ["javascript:alert(1)", "//a.org", '" onclick="x', "<script>"])
def test_doi_links_only_to_the_doi_resolver(doi: str) -> None:
    (link,) = formatting.links(paper(f"doi = {{{doi}}}"))
    assert link.url.startswith("https://doi.org/")
    assert not set('"<> ') & set(link.url)


def test_all_fields_with_unsafe_addresses_are_named() -> None:
    entry = paper("pdf = {a.org/x}, url = {ftp://a}, doi = {10.1/x}, note = {javascript:x}")
    assert formatting.unsafe_links(entry) == ["url", "pdf"]
    assert formatting.unsafe_links(paper("url = {}, pdf = {https://a.org}")) == []


@pytest.mark.parametrize("name", ["pdf", *formatting.MATERIAL])
def test_paths_are_links_to_files_of_the_site(name: str) -> None:
    (link,) = formatting.links(paper(f"{name} = {{talks/../pdf/x_1.pdf}}"))
    assert (link.url, link.is_file) == ("pdf/x_1.pdf", True)
    assert formatting.target(paper(f"{name} = {{x.pdf}}")) == ""
    for elsewhere in ("/home/me/x.pdf", r"C:\\papers\\x.pdf", "file:///x.pdf", "~/x.pdf"):
        assert formatting.links(paper(f"{name} = {{{elsewhere}}}")) == ()


def test_words_in_fields_of_material_are_remarks() -> None:
    entry = paper("review = {Good, but see v1.pdf}, code = {soon}, data = {see a/b}")
    assert (formatting.links(entry), formatting.unsafe_links(entry)) == ((), [])
    assert formatting.unsafe_links(paper("data = {ftp://a.org/x}")) == ["data"]


def test_a_url_is_no_file() -> None:
    assert formatting.unsafe_links(paper("url = {x.pdf}")) == ["url"]


# Year, title, names, venue.


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("year = 2017", "2017"),
        ("date = {2017-05-06}", "2017"),
        (r"year = {\emph{in press}}", "in press"),
        ("title = {T}", "n.d."),
        ("year = {}", "n.d."),
    ],
)
def test_year_is_shown_or_replaced_by_nd(fields: str, year: str) -> None:
    assert formatting.year(paper(fields)) == year


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        (r"title = {On {DNA} and $p$: G{\"o}del}", "On DNA and $p$: Gödel"),
        ("title = {}", "key"),
        ("year = 2017", "key"),
    ],
)
def test_title_is_shown_or_replaced_by_the_citation_key(fields: str, title: str) -> None:
    assert marked_up(formatting.title(paper(fields))) == title


@pytest.mark.parametrize(
    ("fields", "unlimited", "at_most_three"),
    [
        ("author = {Ann Bee}", "Ann Bee", "Ann Bee"),
        ("author = {Bee, Ann and Cy Dee}", "Ann Bee and Cy Dee", "Ann Bee and Cy Dee"),
        ("author = {A B and C D and E F}", "A B, C D and E F", "A B, C D and E F"),
        ("author = {A B and C D and E F and G H}", "A B, C D, E F and G H", "A B et al."),
        ("author = {A B and others}", "A B et al.", "A B et al."),
        ("author = {A B and Others}", "A B et al.", "A B et al."),
        ("author = {A B and C D and others}", "A B, C D et al.", "A B, C D et al."),
        ("author = {A B and C and D and E and others}", "A B, C, D, E et al.", "A B et al."),
        ("author = {{Smith and Sons}}", "Smith and Sons", "Smith and Sons"),
        (
            r"author = {Stanis{\l}aw Jastrz{\k{e}}bski}",
            "Stanisław Jastrzębski",
            "Stanisław Jastrzębski",
        ),
        ("author = {King, Jr., Martin}", "Martin King Jr.", "Martin King Jr."),
        (
            "author = {family=Heer, given=Hado P., prefix=van, useprefix=false and A B}",
            "Hado P. van Heer and A B",
            "Hado P. van Heer and A B",
        ),
        (r"author = {Serr, J.\,P.}", "J. P. Serr", "J. P. Serr"),
        (
            r"author = {Sz\H ol\H o, B. and Jan Haji\v c}",
            "B. Szőlő and Jan Hajič",
            "B. Szőlő and Jan Hajič",
        ),
        (
            r"author = {Micha\l Nowak and Maa\ss, Jr., A.}",
            "Michał Nowak and A. Maaß Jr.",
            "Michał Nowak and A. Maaß Jr.",
        ),
        (r"author = {S\o ren Aa\-by}", "Søren Aa\u00adby", "Søren Aa\u00adby"),
        ("author = {family=Este, given=B., prefix=d'}", "B. d'Este", "B. d'Este"),
        (r"author = {d'\relax Este, B.}", "B. d'Este", "B. d'Este"),
        (r"author = {{\noopsort{eert}}{boven d'Eert}, C.}", "C. boven d'Eert", "C. boven d'Eert"),
        ("author = {van Beethoven, Ludwig}", "Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("author = {Joe Others}", "Joe Others", "Joe Others"),
        ("author = {A B}, editor = {C D}, organization = {O}", "A B", "A B"),
        ("editor = {A B and C D}, publisher = {P}", "A B and C D", "A B and C D"),
        ("organization = {O}, institution = {I}, publisher = {P}", "O", "O"),
        ("institution = {I {X}}, publisher = {P}", "I X", "I X"),
        ("publisher = {P}", "P", "P"),
        ("title = {T}, school = {S}", "", ""),
        ("author = {}", "", ""),
        ("author = {others}", "", ""),
    ],
)
def test_byline_lists_names_up_to_a_limit(fields: str, unlimited: str, at_most_three: str) -> None:
    entry = paper(fields)
    assert marked_up(formatting.byline(entry)) == unlimited
    assert marked_up(formatting.byline(entry, 3)) == at_most_three


@pytest.mark.parametrize(
    ("count", "tail", "first", "rest", "folded"),
    [
        (3, "", "A 0, A 1 and A 2", "", 0),
        (3, " and others", "A 0, A 1, A 2 et al.", "", 0),
        (4, "", "A 0, A 1", "A 2 and A 3", 2),
        (5, " and others", "A 0, A 1", "A 2, A 3, A 4 et al.", 3),
    ],
)
def test_long_byline_has_two_parts(
    count: int, tail: str, first: str, rest: str, folded: int
) -> None:
    names = " and ".join(f"A {number}" for number in range(count)) + tail
    for role in ("author", "editor"):
        parts = formatting.long_byline(paper(f"{role} = {{{names}}}"), 2)
        assert (marked_up(parts[0]), marked_up(parts[1]), parts[2]) == (first, rest, folded)


def test_people_are_the_authors_or_else_the_editors_of_a_work() -> None:
    both = paper("author = {A B}, editor = {C D}")
    assert formatting.people(both) == both.authors
    edited = paper("editor = {C D}")
    assert formatting.people(edited) == edited.editors


@pytest.mark.parametrize(
    ("type_", "name", "short"),
    [
        (
            "inproceedings",
            "Proceedings of the 34th International Conference on Something",
            "International Conference on Something",
        ),
        (
            "inproceedings",
            "Proceedings of the 21st Annual Meeting of the {ACL}",
            "Meeting of the ACL",
        ),
        ("inproceedings", "In Proceedings of the 2nd Workshop", "Workshop"),
        ("inproceedings", "5th International Conference", "International Conference"),
        ("inproceedings", "Proceedings of SIGIR", "SIGIR"),
        ("inproceedings", "Advances in Neural Information Processing", None),
        ("article", "Proceedings of the IEEE", None),
        ("periodical", "Proceedings of the IEEE", None),
        ("article", "Proceedings of the National Academy of Sciences", None),
        ("article", "Journal of the {ACM}", "Journal of the ACM"),
    ],
)
def test_short_venue_drops_the_prefix_of_proceedings(
    type_: str, name: str, short: str | None
) -> None:
    field = "journal" if type_ in ("article", "periodical") else "booktitle"
    assert marked_up(formatting.short_venue(paper(f"{field} = {{{name}}}", type_))) == (
        short or name
    )


# References.


@pytest.mark.parametrize(
    ("type_", "fields", "expected"),
    [
        (
            "article",
            "journal = {J}, volume = 11, number = 3, pages = {625--660}",
            "A B (2010). T. *J* 11(3), 625–660.",
        ),
        ("article", "journaltitle = {J}, volume = 11", "A B (2010). T. *J* 11."),
        ("article", "journal = {J}, issue = 3, eid = {e7}", "A B (2010). T. *J* 3, e7."),
        ("article", "journal = {J}", "A B (2010). T. *J*."),
        ("periodical", "journal = {J}, volume = 11", "A B (2010). T. *J* 11."),
        ("article", "volume = 11, pages = {1}", "A B (2010). T. 11, 1."),
        ("article", "", "A B (2010). T."),
        (
            "inproceedings",
            "booktitle = {Proceedings of the 34th X}, series = {S}, volume = 70, pages = {1--2}",
            "A B (2010). T. In *Proceedings of the 34th X*, S 70, 1–2.",
        ),
        ("incollection", "booktitle = {B}, pages = {3}", "A B (2010). T. In *B*, 3."),
        ("inbook", "booktitle = {B}", "A B (2010). T. In *B*."),
        ("inbook", "publisher = {P}, pages = {3}", "A B (2010). T. P, 3."),
        ("conference", "pages = {1}", "A B (2010). T. 1."),
        ("book", "publisher = {P}", "A B (2010). *T*. P."),
        ("proceedings", "publisher = {P}", "A B (2010). *T*. P."),
        ("collection", "", "A B (2010). *T*."),
        (
            "techreport",
            "institution = {I}, number = {5510-026}",
            "A B (2010). T. Technical report 5510-026, I.",
        ),
        ("report", "institution = {I}, type = {White paper}", "A B (2010). T. White paper, I."),
        ("phdthesis", "school = {S}", "A B (2010). *T*. PhD thesis, S."),
        ("thesis", "institution = {I}, type = {Habilitation}", "A B (2010). *T*. Habilitation, I."),
        ("mastersthesis", "school = {S}", "A B (2010). T. Master's thesis, S."),
        ("misc", "howpublished = {Talk}", "A B (2010). T. Talk."),
        ("online", "organization = {O}", "A B (2010). T. O."),
        ("unpublished", "note = {Draft}", "A B (2010). T."),
        (
            "misc",
            "eprint = {1706.05394}",
            f"A B (2010). [T]({ABSTRACT}). arXiv:1706.05394.",
        ),
        (
            "misc",
            "eprint = {1706.05394}, publisher = {P}",
            f"A B (2010). [T]({ABSTRACT}). P.",
        ),
        ("misc", "publisher = {arXiv}", "A B (2010). T. arXiv."),
        ("book", "url = {https://a.org}", "A B (2010). [*T*](https://a.org)."),
        (
            "misc",
            r"howpublished = {\url{https://a.org}}",
            "A B (2010). T. [https://a.org](https://a.org).",
        ),
        ("nonsense", "publisher = {P}", "A B (2010). T. P."),
    ],
)
def test_reference_follows_the_entry_type(type_: str, fields: str, expected: str) -> None:
    entry = paper(f"author = {{A B}}, title = {{T}}, year = 2010, {fields}", type_)
    assert marked_up(formatting.reference(entry)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("author = {A B and C D}, title = {T}, year = 2010", "A B and C D (2010). T."),
        ("author = {A B}, title = {Why?}, year = 2010", "A B (2010). Why?"),
        ("author = {A B}, title = {No!}, year = 2010, howpublished = {H}", "A B (2010). No! H."),
        ("author = {A B}, title = {Etc.}, year = 2010", "A B (2010). Etc."),
        ("author = {A B}, title = {{Why?}}, year = 2010", "A B (2010). Why?"),
        ("editor = {A B}, title = {T}, year = 2010", "A B, ed. (2010). T."),
        ("editor = {A B and C D}, title = {T}, year = 2010", "A B and C D, eds. (2010). T."),
        ("author = {A B}, editor = {C D}, title = {T}, year = 2010", "A B (2010). T."),
        ("organization = {O}, title = {T}, year = 2010", "O (2010). T. O."),
        ("title = {T}, year = 2010", "T (2010)."),
        ("title = {Why?}, year = 2010, howpublished = {H}", "Why? (2010). H."),
        ("title = {T}, subtitle = {S}, author = {A B}, year = 2010", "A B (2010). T: S."),
        (r"author = {A B}, title = {R & D {\`\^a}}, year = 2010", "A B (2010). R & D ầ."),
        ("author = {A B}, title = {T}", "A B (n.d.). T."),
        ("author = {A B}, year = 2010", "A B (2010). key."),
        ("", "key (n.d.)."),
        (
            r"author = {G{\"o}del, K.}, title = {On $\omega$ and \emph{x}}, year = 1931",
            r"K. Gödel (1931). On $\omega$ and *x*.",
        ),
    ],
)
def test_reference_omits_missing_parts(fields: str, expected: str) -> None:
    assert marked_up(formatting.reference(paper(fields))) == expected


def test_reference_has_its_letter_suffix_after_the_year() -> None:
    assert flatten(formatting.reference(paper("title = {T}, year = 2010"), "b")) == "T (2010b)."


# BibTeX.


def test_bibtex_keeps_the_order_of_fields() -> None:
    entry = paper(
        r"Title = {A {DNA} of G{\"o}del}, author = {Ann Bee and van Cy, D. and {W H O} and others},"
        " Year = 2017, EDITOR = {E. F.}, note = {}, doi = {10.1/x}",
        "InProceedings",
    )
    assert formatting.bibtex(entry) == (
        "@inproceedings{key,\n"
        "  author = {Bee, Ann and van Cy, D. and {W H O} and others},\n"
        "  editor = {F., E.},\n"
        '  title = {A {DNA} of G{\\"o}del},\n'
        "  year = {2017},\n"
        "  doi = {10.1/x},\n"
        "}"
    )


@pytest.mark.parametrize(
    "name",
    (
        "abstract annotation annote comment creationdate date-added date-modified file groups"
        " keywords modificationdate owner pdf priority ranking readstatus review timestamp"
        " Abstract KEYWORDS localfile rating notes usera execute library bibsource whatever"
    ).split(),
)
def test_bibtex_omits_private_fields(name: str) -> None:
    entry = paper(f"title = {{T}}, {name} = {{private}}, year = 2017")
    assert formatting.bibtex(entry) == "@misc{key,\n  title = {T},\n  year = {2017},\n}"


@pytest.mark.parametrize("name", "addendum eprintclass howpublished issue note urldate".split())
def test_bibtex_has_the_fields_that_styles_know(name: str) -> None:
    assert f"  {name} = {{public}}," in formatting.bibtex(paper(f"{name} = {{public}}"))


def test_bibtex_has_the_fields_that_the_author_adds() -> None:
    entry = paper("abstract = {A}, Rating = {5}, notes = {N}")
    found = formatting.bibtex(entry, ("abstract", "RATING"))
    assert found == "@misc{key,\n  abstract = {A},\n  rating = {5},\n}"


@pytest.mark.parametrize(
    "value",
    [
        "file:///home/me/a.pdf",
        r"\url{file:///C:/a.pdf}",
        "file:C:/a.pdf",
        "see /home/me/a.pdf",
        "/Users/me/a.pdf",
        "~/papers/a.pdf",
        r"C:\Users\me\a.pdf",
        "C:/Users/me/a.pdf",
        r":C\:/Users/me/a.pdf:PDF",
        r"C:$\backslash$Users$\backslash$me",
        r"d:\a.pdf",
        r"\\server\share$\a.pdf",
    ],
)
@pytest.mark.parametrize("name", ["howpublished", "note", "url"])
def test_place_of_a_file_is_shown_nowhere(value: str, name: str) -> None:
    entry = paper(f"title = {{T}}, {name} = {{{value}}}, year = 2001")
    shown = [formatting.bibtex(entry), csl.item(entry), marked_up(formatting.reference(entry))]
    assert shown == [
        "@misc{key,\n  title = {T},\n  year = {2001},\n}",
        {"id": "key", "type": "document", "title": "T", "issued": {"date-parts": [[2001]]}},
        "T (2001).",
    ]
    # An address is reported as one that is no link.
    assert bool(entry.withheld) == (name != "url")


@pytest.mark.parametrize(
    "value",
    [
        r"C: \emph{A} Language",
        r"A:\emph{b}",
        "https://a.org/home/me",
        "https://a.org/~me/a.pdf",
        "A/home/b",
        "Profile: /x",
        "a@b.org",
        r"\url{https://a.org} and me@b.org",
        "https://a.org/@me",
    ],
)
def test_what_only_looks_private_is_published(value: str) -> None:
    entry = paper(f"note = {{{value}}}")
    assert (entry.field("note"), entry.withheld) == (value, ())
    assert value in formatting.bibtex(entry)


@pytest.mark.parametrize("who", ["me:secret", "me", r"m{\_}e:s@c:ret", ":secret"])
def test_name_and_password_of_an_address_are_shown_nowhere(who: str) -> None:
    entry = paper(
        f"url = {{https://{who}@a.org/x@y}}, pdf = {{ftp://{who}@a.org/}},"
        rf" note = {{\url{{http://{who}@b.org:80}}}}"
    )
    assert (entry.field("url"), entry.field("note")) == (
        "https://a.org/x@y",
        r"\url{http://b.org:80}",
    )
    assert formatting.target(entry) == "https://a.org/x@y"
    assert "secret" not in repr(entry)
    assert [name for name, _ in entry.withheld] == ["url", "pdf", "note"]


def test_formatted_bibtex_can_be_parsed_again() -> None:
    entry = paper(
        r"author = {Ludwig van Beethoven and {A and B} and Plato and Jastrz{\k{e}}bski, S."
        " and King, Jr., Marta Luz},"
        r" title = {{A} $x_{1}$ -- 50\%}, eprint = {1706.05394}, archiveprefix = {arXiv}"
    )
    again = read([("refs.bib", formatting.bibtex(entry).encode())])
    assert again.problems == ()
    assert again.paper("key") == entry


@pytest.mark.parametrize(
    ("name", "written", "cited", "index"),
    [
        ("King, Jr., Marta", "King, Jr., Marta", "King", "King, Marta, Jr."),
        ("Marta King Jr.", "King, Jr., Marta", "King", "King, Marta, Jr."),
        (
            "family=Heer, given=Hado, prefix=van, suffix=III, useprefix=false",
            "van Heer, III, Hado",
            "van Heer",
            "Heer, Hado van, III",
        ),
        ("family=Heer, given=Hado, prefix=van", "van Heer, Hado", "van Heer", "van Heer, Hado"),
    ],
)
def test_parts_of_a_name_are_kept(name: str, written: str, cited: str, index: str) -> None:
    entry = paper(f"author = {{{name}}}, year = 2010")
    assert f"author = {{{written}}}," in formatting.bibtex(entry)
    assert formatting.textual_citation(entry) == f"{cited} (2010)"
    assert flatten(formatting.family_first(entry.authors[0])) == index


def test_entry_without_fields_is_formatted_as_valid_bibtex() -> None:
    assert formatting.bibtex(paper()) == "@misc{key,\n}"


# Sort order and missing fields.


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Été", "ete"),
        (r"{\'E}t{\'e}", "ete"),
        ("STRASSE Straße", "strasse strasse"),
        ("On-line: the “Test” (2)!", "online the test 2"),
        ("  a \n b ", "a b"),
        (r"\emph{A} {DNA}", "a dna"),
        ("…", ""),
    ],
)
def test_latex_is_folded_for_sorting(text: str, folded: str) -> None:
    assert formatting.fold(text) == folded


def test_works_are_sorted_by_names_years_and_titles() -> None:
    text = rb"""
        @misc{h, title = {A}, year = 2000, organization = {zoo}}
        @misc{g, author = {Xavier, A.}, year = 2000}
        @misc{f, author = {van Gogh, V.}, year = 2000}
        @misc{e, author = {{\"O}sten, B. and Aa, C.}, year = 2000, title = {A}}
        @misc{d, author = {Osten, B.}, year = 2001, title = {A}}
        @misc{c, author = {osten, B.}, year = 2000, title = {{\'E}b}}
        @misc{b, author = {Osten, B.}, year = 2000, title = {"Ea"}}
        @misc{a, author = {Osten, A.}, year = 2009}
        @misc{a0, title = {Z}}
    """
    found = read([("refs.bib", text)])
    entries = [found.paper(key) for key in found.places]
    ordered = [entry.key for entry in sorted(entries, key=formatting.sort_key)]
    # Without names, the title leads.
    assert ordered == ["a", "b", "c", "d", "e", "f", "g", "a0", "h"]


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        ("author = {A}, year = 2010, title = {T}", []),
        ("editor = {A}, date = {2010-01}, title = {T}", []),
        ("organization = {O}, year = 2010, title = {T}", []),
        ("year = 2010, title = {T}", ["author"]),
        ("author = {others}, year = 2010, title = {T}", ["author"]),
        ("author = {,}, year = 2010, title = {T}", ["author"]),
        ("author = {A}, title = {T}", ["year"]),
        ("author = {A}, year = { }, title = {T}", ["year"]),
        ("author = {A}, year = 2010", ["title"]),
        ("author = {A}, year = 2010, title = { }", ["title"]),
        ("", ["author", "year", "title"]),
    ],
)
def test_missing_fields_of_an_entry_are_listed(fields: str, lacking: list[str]) -> None:
    assert formatting.missing_fields(paper(fields)) == lacking


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łukasz", "lukasz"),
        ("Ørsted, H. C.", "orsted h c"),
        ("Æneas & Straße", "aeneas strasse"),
        ("Ünlü", "unlu"),
        ("深度学习", "深度学习"),
        ("C_$5", "c_5"),
    ],
)
def test_plain_text_is_folded_for_sorting(text: str, folded: str) -> None:
    assert fold_plain(text) == folded


@pytest.mark.parametrize(
    ("names", "citation"),
    [
        (["Ada Lovelace"], "Lovelace (1843)"),
        (["Ada Lovelace", "Charles Babbage"], "Lovelace and Babbage (1843)"),
        (["Ada Lovelace", "Charles Babbage", "Luigi Menabrea"], "Lovelace et al. (1843)"),
        (["Ada Lovelace", "others"], "Lovelace et al. (1843)"),
        ([], "Notes (1843)"),
    ],
)
def test_textual_citation_shortens_the_names(names: list[str], citation: str) -> None:
    authors = f"author = {{{' and '.join(names)}}}, " if names else ""
    entry = f"@misc{{a, {authors}title = {{Notes}}, year = 1843}}"
    paper = read([("a.bib", entry.encode())]).paper("a")
    assert formatting.textual_citation(paper) == citation
