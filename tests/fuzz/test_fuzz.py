"""Fuzz tests: no input raises an exception, hangs, or loses another entry.

Texts are made of tokens that the tested parser knows, with random text in between. Each bug that is
found becomes a named test at the end of this file before it is fixed.
"""

from __future__ import annotations

import contextlib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from sphinxcontrib.bibtex.citation_target import parse_citation_targets
from time_limits import time_limit

from papernotes.bibliography import latex
from papernotes.bibliography.export import coins, csl
from papernotes.bibliography.reader import Bibliography, read
from papernotes.catalogue.slugs import slug
from papernotes.citations import pandoc_syntax
from papernotes.citations.pandoc_rule import pandoc_plugin
from papernotes.cli.checks import notes
from papernotes.core import frontmatter
from papernotes.core import limits as limits_of_files
from papernotes.mathematics import limits, mathml, mathml_text
from papernotes.publish import social_cards
from papernotes.reading import sentences
from papernotes.reading.syntax.extensions import money_plugin
from papernotes.reading.syntax.obsidian import obsidian_plugin
from papernotes.reading.syntax.unread import unread_plugin

pytestmark = pytest.mark.soak

# All characters but surrogates, which a UTF-8 file cannot contain.
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


def text_of(*parts: str) -> st.SearchStrategy[str]:
    """Return a strategy for texts made of *parts*, with random text in between."""
    piece = st.one_of(st.sampled_from(parts), st.sampled_from(parts), ANY)
    return st.lists(piece, max_size=24).map("".join)


# Front matter.

YAML = text_of(
    *["---", "\n", "\n", "\n---\n", "paper", "tags", "read", "summary", "redirect_from", ":", ": "],
    *["a2001b", "[", "]", "{", "}", ",", "- ", "  ", "\t", "'", '"', "|", ">", "|2-\n", "&a", "*a"],
    *["!!", "!!python/name:os.system", "!!int", "? ", "<<", "#", " # ", "%YAML 9\n", "\\", "\\U"],
    *["FFFFFFFF", "null", "~", "3", "2020-02-30", "2020-02-28", "\r\n", "\x85", "\u2028", "\ufeff"],
)


@given(YAML)
def test_front_matter_keeps_line_numbers_and_reports_problems_in_order(text: str) -> None:
    for source in (text, f"---\n{text}\n---\n\n# A title\n"):
        with time_limit():
            front, problems = frontmatter.parse(source, "papers/x.md")
        lines = source.count("\n") + 1
        assert front.rest.count("\n") + 1 == lines
        assert all(1 <= problem.line <= lines and problem.message for problem in problems)
        assert problems == sorted(problems)


@given(YAML)
def test_front_matter_never_changes_the_body(text: str) -> None:
    body = "\n# A title\n\nThe body.\n"
    front, _ = frontmatter.parse(f"---\n{text}\n---\n{body}", "papers/x.md")
    assert front.rest.endswith(body)


# The bibliography.

BIBTEX = text_of(
    *["@", "@misc", "@book{", "@misc{a", "@misc(", "@string{", "@string{x = {y}}", "@comment{"],
    *[
        "@preamble{",
        "@{",
        "{",
        "}",
        "(",
        ")",
        '"',
        ",",
        "=",
        "#",
        "\n",
        "\n",
        " ",
        "\n@",
        "%",
        "\\",
    ],
    *["title", "author", "year", "title = {", "author = {A and B}", "year = 2001", "crossref = {"],
    *["xdata = {a}", "jan", "a", "Name, A, B, C, D", "and", "--", "$", "\\'e", "\\", "\t", "\0"],
)
FIRST = "@misc{first, author = {A First}, title = {The {first}}, year = 2001}\n"
LAST = '@misc{last,\n  author = "A Last",\n  title = {The last},\n  year = 2002\n}\n'


def is_complete(found: Bibliography, key: str) -> bool:
    """Return whether *found* contains the entry *key* with all its fields.

    The entry may have more fields, since text like a field after its closing brace counts as one.
    """
    paper = found.paper(key)
    values = (paper.authors[0].family, latex.plain(paper.title), paper.year)
    expected = {"first": ("First", "The first", "2001"), "last": ("Last", "The last", "2002")}
    return values == expected[key]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(BIBTEX)
def test_a_broken_entry_loses_no_other_entry(text: str) -> None:
    source = f"{FIRST}\n{text}\n{LAST}"
    with time_limit():
        found = read([("a.bib", source.encode()), ("b.bib", b"@misc{other, title = {Other}}")])
    assert is_complete(found, "first")
    assert is_complete(found, "last")
    assert "other" in found
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert all(1 <= problem.line <= len(lines) and problem.message for problem in found.problems)
    # Each entry knows its place, and can be processed further.
    for key, (path, line) in found.places.items():
        assert path == "b.bib" or "@" in lines[line - 1]
        paper = found.paper(key)
        latex.spans(paper.title)
        coins.context_object(csl.item(paper))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_lose_no_other_entry(content: bytes) -> None:
    with time_limit():
        found = read([("a.bib", FIRST.encode() + b"\n" + content + b"\n" + LAST.encode())])
    assert is_complete(found, "first")
    assert is_complete(found, "last")


# Citations.

PANDOC = text_of(
    *["@", "-@", "@a2001b", "@{", "}", "[", "]", "[@", "; ", ",", "p. 3", "see ", "(", ")", "\\"],
    *[
        "<",
        "!",
        "{",
        "[[",
        "]]",
        "`",
        "a@b.c",
        "[-@a",
        "@a]",
        "^",
        "*",
        " ",
        "\n",
        "chap. IV",
        "pp.",
    ],
)


@given(PANDOC, st.sets(st.integers(0, 60), max_size=5))
def test_pandoc_citations_keep_all_text(text: str, escaped: set[int]) -> None:
    syntax = "".join("\\" if at in escaped else char for at, char in enumerate(text))
    for known in (True, False):
        with time_limit():
            found = pandoc_syntax.parse(text, lambda _, known=known: known, syntax)  # type: ignore[misc]
        # No text is lost or added.
        assert "".join(part if isinstance(part, str) else part.source for part in found) == text
        for part in found:
            if isinstance(part, pandoc_syntax.Cite):
                assert part.items
                # The roles of sphinxcontrib-bibtex understand the target.
                targets = list(parse_citation_targets(part.target()))
                assert [target.key for target in targets] == [item.key for item in part.items]


# Slugs.


@given(text_of("C++", "con", ".", "..", "/", "\\", " ", "-", "é", "e\u0301", "😀", "\0", "ß", "İ"))
@example("CON")
@example("é" * 300)
def test_slugs_are_valid_file_names(text: str) -> None:
    if not text:
        return
    found = slug(text)
    assert found
    assert len(f"{found}.doctree".encode()) <= 255
    assert not re.search(r'[\x00-\x20\x7f/\\:*?"<>|.%#&]', found)
    assert found.casefold() not in ("con", "nul", "index")
    assert slug(unicodedata.normalize("NFD", text)) == slug(unicodedata.normalize("NFC", text))


# LaTeX and mathematics.

LATEX = text_of(
    *[
        "\\",
        "{",
        "}",
        "$",
        "$$",
        "%",
        "~",
        "\\emph{",
        "\\em ",
        "\\url{",
        "\\href{",
        "}{",
        "\\'",
        "#",
    ],
    *["\\(", "\\)", "\\[", "\\]", "\\begin{a}", "\\end{a}", "\\sqrt", "\\verb", "|", "``", "''"],
    *["\\input{/etc/passwd}", "\\write18{ls}", "\\def\\x{\\x}\\x", "\\newcommand", "_", "^", "--"],
    *["&", "\\\\", "\\frac", "\\left(", "\\right", "\\text{", "\\mathbb{R}", "x", "\\item", "\\c"],
)


@given(LATEX)
@example("\\href{javascript:x}{y} \\url{data:z}")
def test_latex_yields_only_links_over_http(text: str) -> None:
    with time_limit():
        found = latex.spans(text)
        sentences.ends(latex.flatten(found))

    def links(parts: tuple[latex.Span, ...]) -> Iterator[str]:
        for part in parts:
            if part.kind == "link":
                yield part.text
            yield from links(part.children)

    assert all(address.lower().startswith(("http://", "https://")) for address in links(found))


# Formulas of the parts that cost math-core most: the measure never says less than it is.

FORMULA = text_of(
    *[
        "(",
        "(" * 9,
        "[",
        "]",
        ")",
        "{",
        "}",
        r"\left(",
        r"\right)",
        r"\{",
        r"\}",
        r"\bigl[",
        r"\big)",
    ],
    *[
        r"\lvert ",
        r"\rvert ",
        r"\langle ",
        r"\rangle ",
        r"\frac",
        r"\hat",
        r"\sqrt[",
        "^",
        "_",
        "&",
    ],
    *[r"\\", r"\begin{matrix}", r"\end{matrix}", r"\displaystyle ", r"\text{", r"\o", r"\d{", "x"],
    *[
        r"\over ",
        r"\middle|",
        r"\color{red}",
        r"\mathopen",
        r"\mathclose",
        r"\sqrt{",
        "'",
        r"\sin ",
    ],
)
MACROS = {"o": "((", "d": "#1#1", "c": ")"}


@given(FORMULA, st.integers(1, 60))
def test_a_formula_that_passes_takes_few_steps(part: str, count: int) -> None:
    tex = part * count
    with contextlib.suppress(limits.TooMuchError):
        assert limits.count_steps(tex) >= 1
    # Wrong measures would let the converter run for hours here.
    with time_limit(), contextlib.suppress(mathml.MathematicsError):
        found = mathml.to_mathml(tex, "inline", tuple(MACROS.items()))
        mathml_text.to_text(found)


# Markdown.

MARKDOWN = text_of(
    *[
        "[",
        "]",
        "(",
        ")",
        "![",
        "*",
        "**",
        "_",
        "`",
        "``",
        "<",
        "<!--",
        "$",
        "$$",
        "{",
        "}",
        "{a}`",
    ],
    *[
        "> ",
        "- ",
        "1. ",
        "  ",
        "\n",
        "\n\n",
        "|",
        "[^a]",
        "[[",
        "]]",
        "==",
        "%%",
        "\\",
        r"\(",
        r"\[",
    ],
    *["# ", "```\n", "~~~", ":::{note}\n", "@a", "[@a", "}", "&amp;", ": ", "+++", "(a)="],
)


def _parser() -> MarkdownIt:
    md = create_md_parser(MdParserConfig(enable_extensions=EXTENSIONS), RendererHTML)
    for plugin in (obsidian_plugin, money_plugin):
        md.use(plugin)
    return md.use(pandoc_plugin, lambda _: True).use(unread_plugin, obsidian=True)


EXTENSIONS = {"dollarmath", "amsmath", "attrs_inline", "colon_fence", "deflist", "tasklist"}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(MARKDOWN, st.integers(1, 40))
def test_markdown_that_passes_is_parsed(part: str, count: int) -> None:
    text = part * count
    with time_limit():
        if limits_of_files.check_markdown("a.md", text) is None:
            with contextlib.suppress(RecursionError):
                _parser().parse(text)
        list(notes.possible_citation_keys(text))
        list(notes.check_links("a.md", text))
        notes.check_note("papers/a.md", text, {})


@given(YAML, st.integers(1, 300))
def test_repeated_front_matter_is_read(part: str, count: int) -> None:
    with time_limit():
        frontmatter.parse(f"---\n{part * count}\n---\n\n# A title\n", "papers/x.md")


@given(LATEX, st.sampled_from(["inline", "block"]))
def test_mathml_contains_only_mathematics(tex: str, display: str) -> None:
    with time_limit(), contextlib.suppress(mathml.MathematicsError):
        found = mathml.to_mathml(tex, display)
        mathml_text.to_text(found)
        _assert_only_mathematics(found)


def _assert_only_mathematics(found: str) -> None:
    import lxml.etree

    for element in lxml.etree.fromstring(mathml.with_namespaces(found)).iter():
        name = lxml.etree.QName(element)
        assert name.namespace in (mathml.MATHML, mathml.XHTML)
        assert name.localname not in ("script", "style", "img", "iframe", "a", "annotation-xml")
        assert not [key for key in element.attrib if key.startswith("on") or "href" in key]


# Work grows no faster than the input. It is measured by function calls, since times vary.


def calls(function: Callable[[str], Any], text: str) -> int:
    """Return the number of function calls while *function* is applied to *text*."""
    count = 0

    def note(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        function(text)
    finally:
        sys.setprofile(None)
    return count


def _front(text: str) -> object:
    return frontmatter.parse(f"---\n{text}\n---\n", "papers/x.md")


def _bib(text: str) -> object:
    return read([("a.bib", text.encode())])


def _pandoc(text: str) -> object:
    return pandoc_syntax.parse(text, lambda _: True)


def _markdown(text: str) -> object:
    md = MarkdownIt("commonmark").use(pandoc_plugin, lambda _: True)
    return md.parse(f"@a {text}]")


def _math(text: str) -> object:
    with contextlib.suppress(mathml.MathematicsError):
        return mathml.to_mathml(text, "inline")
    return None


def _cut_title(text: str) -> object:
    return social_cards.cut(social_cards.Fonts(()), text, 24)


GROWING = [
    *((_front, unit) for unit in ["a: b\n", "- ", "[", "tags: [a]\n", "tag: [a]\n", "? ", "&a "]),
    *((_bib, unit) for unit in ["@", "@a{", "{", '"', "@a{b,", "@a{b, t={c}}\n", "@a{b\n"]),
    *((_pandoc, unit) for unit in ["[", "]", "@a", "[@a", "[@a;", "@a [", "@{a", "(", "[@a]("]),
    *((_pandoc, unit) for unit in ["[x]", "[@a]", "@a [p. 3; @b] ", "a.", "://", "@a\n ", "@a, "]),
    *((_markdown, unit) for unit in ["[", "[x]", "@a", "[@a;", "*@a ", "[*x* @a] ", "@a [p; @b] "]),
    *((_markdown, unit) for unit in ["`", "`@a`", "<b>@a", "\\@", "@{a}`", "_@a_ ", "@a\n"]),
    *((latex.spans, unit) for unit in ["{a", "$a", "\\emph{", "\\", "}", "\\em ", "%", "\\sqrt"]),
    *((_math, unit) for unit in ["{", "\\frac", "a_", "\\text{", "\\left(", "$", "&"]),
    *((slug, unit) for unit in ["+", "a ", "é"]),
    (_cut_title, "word "),
]  # fmt: skip


@pytest.mark.parametrize(("function", "unit"), GROWING)
def test_the_number_of_calls_grows_at_most_linearly_with_the_input(
    function: Callable[[str], Any], unit: str
) -> None:
    function(unit)
    # If work grew quadratically, twice the input would need four times as many calls.
    once, twice = (calls(function, unit * count) for count in (450, 900))
    assert twice <= 2.6 * once + 200


# Bugs that were found.


@pytest.mark.parametrize("character", ["\0", "\x1f", "\ufffe"])
def test_a_control_character_in_a_formula_is_an_error(character: str) -> None:
    with pytest.raises(mathml.MathematicsError, match=rf"U\+{ord(character):04X} is not allowed"):
        mathml.to_mathml(f"a{character}b", "inline")


def test_delimiters_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(mathml.MathematicsError, match="its delimiters contradict each other"):
        mathml.to_mathml(r"\mathopen\middle|", "inline")


@pytest.mark.parametrize("text", [r"\frac\frac{a}b", r"\sqrt\frac", r"\sqrt\overline"])
def test_a_macro_without_its_arguments_stays_as_it_is(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert latex.plain(f"A {text}") == f"A {text}"
    assert not caplog.records


def test_verb_without_an_argument_stays_as_it_is() -> None:
    assert latex.plain("A \\verb") == "A \\verb"


@pytest.mark.parametrize("text", ["---\n'", "---\nx: [", "---\n'\n", "---\n---\n", "---"])
def test_a_problem_at_the_end_of_the_front_matter_has_a_line_of_the_file(text: str) -> None:
    _, problems = frontmatter.parse(text, "papers/x.md")
    assert all(problem.line <= text.count("\n") + 1 for problem in problems)
