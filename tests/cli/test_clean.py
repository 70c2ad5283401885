"""The cleaning of entries, and keys, names and titles."""

from __future__ import annotations

import pytest

from papernotes.bibliography import names
from papernotes.bibliography.identifiers import Identifier, identify
from papernotes.bibliography.titles import comparison_key, protect_capitals
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.clean import clean, clean_value, escape
from papernotes.cli.bibfile.entry import Entry


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("1706.05394", Identifier("arXiv", "1706.05394")),
        (" arXiv:0704.0001v12 ", Identifier("arXiv", "0704.0001")),
        ("math.GT/0309136v1", Identifier("arXiv", "math/0309136")),
        ("https://www.arxiv.org/pdf/1706.05394v1", Identifier("arXiv", "1706.05394")),
        ("https://arxiv.org/html/1706.05394v1/", Identifier("arXiv", "1706.05394")),
        ("10.48550/ARXIV.1706.05394", Identifier("arXiv", "1706.05394")),
        (
            "10.1002/(SICI)1<1::AID-X>3.0.CO;2-#",
            Identifier("DOI", "10.1002/(SICI)1<1::AID-X>3.0.CO;2-#"),
        ),
        ("https://doi.org/10.1000%2F182", Identifier("DOI", "10.1000/182")),
        ("1713.05394", None),
        ("1706.053945", None),
        ("https://example.org/abs/1706.05394", None),
        ("ftp://arxiv.org/abs/1706.05394", None),
        ("https://arxiv.org/list/cs.LG", None),
        ("10.1000", None),
        ("", None),
    ],
)
def test_identifier_is_recognized_in_text_or_url(text: str, identifier: Identifier | None) -> None:
    assert identify(text) == identifier


@pytest.mark.parametrize(
    ("name", "value", "cleaned"),
    [
        ("title", "Q&amp;A &lt;x&gt; caf&#233; &amp;amp; B", r"Q\&A <x> café \& B"),
        ("title", r"R{\&}amp$\mathsemicolon$D", r"R\&D"),
        (
            "title",
            "CO<sub>2</sub> <i>in</i> <jats:p>x</jats:p>",
            r"CO\textsubscript{2} \emph{in} x",
        ),
        ("title", "5% of $a_b & c$ \\& d_e", r"5\% of $a_b & c$ \& d\_e"),
        ("title", "soft\u00adhyphen \u200band   space", "softhyphen and space"),
        ("journal", "a\u0308", "ä"),
        ("pages", "1527–1554", "1527--1554"),
        ("pages", "pp. 3 - 9", "3--9"),
        ("pages", "108-108", "108"),
        ("pages", "1, 3—5", "1, 3--5"),
        ("pages", "e1000123", "e1000123"),
        ("doi", "10.1000/a_b&amp;c", "10.1000/a_b&c"),
        ("author", "HINTON, GEOFFREY E. and  Li,\nX.", "Hinton, Geoffrey E. and Li, X."),
        ("author", "VAN DER MAATEN, L. and MCDONALD, JB", "van der Maaten, L. and McDonald, JB"),
        ("author", "{NASA Ames} and IBM and others", "{NASA Ames} and IBM and others"),
    ],
)
def test_field_value_is_cleaned(name: str, value: str, cleaned: str) -> None:
    assert clean_value(name, value) == cleaned


@pytest.mark.parametrize(
    ("title", "protected"),
    [
        ("A BERT of ImageNet's fMRI", "A {BERT} of {ImageNet}'s {fMRI}"),
        ("Q-learning and L2 in 3D: I and A", "{Q}-learning and {L2} in {3D}: I and A"),
        ("The Bayesian's Gaussian", "The {Bayesian}'s {Gaussian}"),
        ("{BERT} and $L_1$ \\LaTeX{} of \\emph{GPT}", "{BERT} and $L_1$ \\LaTeX{} of \\emph{GPT}"),
        ("A TITLE THAT SHOUTS", "A TITLE THAT SHOUTS"),
        ("{The Whole Title of BERT}", "{The Whole Title of BERT}"),
        ("A Closer Look", "A Closer Look"),
    ],
)
def test_capitals_of_names_in_titles_are_protected(title: str, protected: str) -> None:
    assert protect_capitals(title) == protected
    assert protect_capitals(protected) == protected


@pytest.mark.parametrize(
    ("fields", "cleaned"),
    [
        (
            {"journal": "arXiv preprint arXiv:2001.04451v2", "year": "2020"},
            {"year": "2020", "eprint": "2001.04451", "archiveprefix": "arXiv"},
        ),
        (
            {"doi": "10.48550/arXiv.2001.04451", "publisher": "arXiv", "year": "2020"},
            {"year": "2020", "eprint": "2001.04451", "archiveprefix": "arXiv"},
        ),
        (
            {"url": "https://arxiv.org/abs/2001.04451v1"},
            {"eprint": "2001.04451", "archiveprefix": "arXiv", "year": "2020"},
        ),
        (
            {"eprint": "hep-th/9901001v2", "eprinttype": "arxiv"},
            {"eprint": "hep-th/9901001", "eprinttype": "arxiv", "year": "1999"},
        ),
        (
            {"doi": "https://doi.org/10.1000/X", "url": "http://dx.doi.org/10.1000/x"},
            {"doi": "10.1000/X"},
        ),
        ({"url": "https://example.org/a"}, {"url": "https://example.org/a"}),
        ({"month": "July"}, {"month": "jul"}),
        ({"month": "7"}, {"month": "jul"}),
        ({"month": "Michaelmas"}, {"month": "Michaelmas"}),
    ],
)
def test_identifiers_and_dates_of_an_entry_are_cleaned(
    fields: dict[str, str], cleaned: dict[str, str]
) -> None:
    assert clean(Entry("misc", "", fields)).fields == cleaned


KEYS = [
    (
        "Claude E. Shannon",
        "1948",
        "A mathematical theory of communication",
        "shannon1948mathematical",
    ),
    ("John Ioannidis", "2005", "Why most published findings are false", "ioannidis2005why"),
    ("Leslie N. Smith", "2019", "{S}uper-convergence", "smith2019super"),
    (
        "Laurens van der Maaten",
        "2008",
        "Visualizing data using t-SNE",
        "vandermaaten2008visualizing",
    ),
    (r"{\L}ukasz {\.I}{\c{s}}{\i}k", "2020", r"{\"U}ber die Natur", "isik2020uber"),
    ("张三", "2021", "深度学习", "zhangsan2021shenduxuexi"),
    ("{OpenAI}", "2023", "{GPT-4} technical report", "openai2023gpt"),
    ("Hadley O'Neill", "2014", "The what's what of data", "oneill2014whats"),
    ("", "", "The the", "the"),
    ("", "2020", "", "work2020"),
    ("", "2025", "10", "work202510"),
    ("", "", "True", "worktrue"),
    ("", "", "", "work"),
]


@pytest.mark.parametrize(("author", "year", "title", "key"), KEYS)
def test_key_is_made_from_author_year_and_title(
    author: str, year: str, title: str, key: str
) -> None:
    fields = {"author": author, "year": year, "title": title}
    entry = Entry("misc", "", {name: value for name, value in fields.items() if value})
    assert keys.make_key(entry, "{family}{year}{word}") == key
    assert key.isascii()


def test_suffixes_of_duplicate_keys_continue_after_z() -> None:
    taken: set[str] = set()
    for _ in range(29):
        taken.add(keys.make_unique("k", taken.__contains__))
    assert {"k", "ka", "kz", "kaa", "kab"} <= taken


@pytest.mark.parametrize(
    ("name", "given_first", "family_first"),
    [
        ("Hinton, Geoffrey E.", "Geoffrey E. Hinton", "Hinton, Geoffrey E."),
        ("van der Maaten, Laurens", "Laurens van der Maaten", "van der Maaten, Laurens"),
        # BibTeX would split these names differently in the other order.
        ("Lopez Paz, David", "Lopez Paz, David", "Lopez Paz, David"),
        ("King, Jr, Martin", "King, Jr, Martin", "King, Jr, Martin"),
        ("{The Org}", "{The Org}", "{The Org}"),
        ("others", "others", "others"),
        ("Plato", "Plato", "Plato"),
    ],
)
def test_names_are_reordered_if_bibtex_reads_them_the_same(
    name: str, given_first: str, family_first: str
) -> None:
    assert (names.given_first(name), names.family_first(name)) == (given_first, family_first)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (r"{\"U}ber {\L}ukasz's {DNA} -- $x$", "Über Łukaszs DNA – x"),
        (r"\emph{Super}-{C}onvergence", "super convergence"),
        (r"Caf{\'e} \& {\O}re", "café & øre"),
    ],
)
def test_titles_are_compared_without_markup(a: str, b: str) -> None:
    assert comparison_key(a) == comparison_key(b)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("title", "Earning $75,000 per year & more", r"Earning \$75,000 per year \& more"),
        ("title", "From $10 to $20 (or 30$)", r"From \$10 to \$20 (or 30\$)"),
        ("title", "It costs $10 (or 20$)", r"It costs \$10 (or 20\$)"),
        ("title", r"The $\ell_1$ norm, $k$NN and 50%", r"The $\ell_1$ norm, $k$NN and 50\%"),
        ("title", r"{a}_b \c", r"\textbraceleft{}a\textbraceright{}\_b \textbackslash{}c"),
        ("url", "https://x.example/a_b?c={d}", "https://x.example/a_b?c=%7Bd%7D"),
    ],
)
def test_plain_text_is_escaped_for_bibtex(name: str, text: str, value: str) -> None:
    assert escape(name, text) == value
    assert clean_value(name, value) == value


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("Earning $75,000 per year", r"Earning \$75,000 per year"),
        ("From $10 to $20", r"From \$10 to \$20"),
        ("$75,000 for $x$", r"\$75,000 for $x$"),
        ("The $ x $ and $5 + y$", "The $ x $ and $5 + y$"),
    ],
)
def test_dollar_sign_that_begins_no_formula_is_escaped(value: str, cleaned: str) -> None:
    assert clean_value("title", value) == cleaned


@pytest.mark.parametrize(
    "eprint",
    [
        "arXiv:0901.1234v2",
        "{arXiv:0901.1234}",
        "0901.1234v2 [cs.LG]",
        "arXiv: 0901.1234",
        "http://arxiv.org/abs/0901.1234v2",
        "abs/0901.1234",
        "0901.1234.pdf",
    ],
)
def test_arxiv_identifier_is_cleaned_however_it_is_written(eprint: str) -> None:
    fields = clean(Entry("misc", "", {"title": "X", "eprint": eprint})).fields
    assert fields == {
        "title": "X",
        "eprint": "0901.1234",
        "year": "2009",
        "archiveprefix": "arXiv",
    }


@pytest.mark.parametrize(
    ("name", "value", "cleaned"),
    [
        ("doi", r"10.1000/a{\_}b", "10.1000/a_b"),
        ("url", r"https://x.example/a\_b{\%}20c\&d", "https://x.example/a_b%20c&d"),
        ("file", r"a\_b", r"a\_b"),
    ],
)
def test_latex_in_addresses_is_removed(name: str, value: str, cleaned: str) -> None:
    assert clean_value(name, value) == cleaned
