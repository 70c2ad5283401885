"""Conversion of LaTeX text to spans: markup is converted, and no text is lost."""

from __future__ import annotations

import sys

import pytest

from papernotes.bibliography.latex import Kind, Span, flatten, plain, spans


def text(value: str) -> Span:
    return Span("text", value)


def math(tex: str) -> Span:
    return Span("math", tex)


def emphasis(*children: Span) -> Span:
    return Span("emphasis", children=children)


def link(address: str, *children: Span) -> Span:
    return Span("link", address, children)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"G{\"o}del, G\"odel, G{\"{o}}del, G\"{o}del", "Gödel, Gödel, Gödel, Gödel"),
        (r"\'{E}t\'e \`a l\^\i le", "Été à lîle"),
        (r"Stanis{\l}aw Jastrz{\k{e}}bski", "Stanisław Jastrzębski"),
        (r"S\o ren {\O}rsted", "Søren Ørsted"),
        (r"{\AA}ngstr\"om, \aa", "Ångström, å"),
        (r"Stra{\ss}e, Stra\ss e, \ss{}", "Straße, Straße, ß"),
        (r"\v{S}\c{c}\H{o}\r{u}\u{g}\.{z}\={a}\~n\'{\i}", "Šçőůğżāñí"),
        (r"{\ae}on, {\OE}uvre", "æon, Œuvre"),
        ("Gödel", "Gödel"),
        (r"\d{a}\d o\b{b}\t{oo}\k e\h{a}\G{o}\textcommabelow{s}\polhk{a}", "ạọḇo͡oęảȍșą"),
        (r"{\c S}{\v\i}\v{\j}\u\i\={\i}\"{\i}\'{\i}\'\i{\i}", "Şǐǰĭīïííı"),
        (r"\'{}x\~{}y \^{}", "\N{ACUTE ACCENT}x~y ^"),
    ],
)
def test_accent_and_letter_macros_become_unicode(source: str, shown: str) -> None:
    assert spans(source) == (text(shown),)


@pytest.mark.parametrize("accents", [r"\{outer}\{inner} a", r"\{inner}\{outer} a"])
@pytest.mark.parametrize(
    ("outer", "inner", "letter"),
    [("`", "^", "ầ"), ("'", "u", "ắ"), ("~", "^", "ẫ"), ("d", "^", "ậ"), ("h", "u", "ẳ")],
)
def test_accents_stand_on_accents_in_any_order_and_bracing(
    accents: str, outer: str, inner: str, letter: str
) -> None:
    bare = accents.format(outer=outer, inner=inner)
    first, second = (f"\\{name}" for name in (outer, inner))
    if accents.startswith(r"\{inner}"):
        first, second = second, first
    forms = [
        f"{bare}",
        f"{{{bare}}}",
        f"{first}{{{second}{{a}}}}",
        f"{first}{{{second} a}}",
        f"{{{first}{{{second}{{a}}}}}}",
    ]
    assert [plain(f"x{form}") for form in forms] == [f"x{letter}"] * len(forms)


def test_three_accents_stand_on_one_letter() -> None:
    assert plain(r"\d\'\^a, \'{\d{\^a}}") == "ậ\u0301, ậ\u0301"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"{\relax Ch}ris, {\protect\emph{x}}", "Chris, x"),
        (r"{\TeX}, \LaTeX{} and \BibTeX", "TeX, LaTeX and BibTeX"),
        (r"\textregistered, \texttrademark, \copyright, {\copyright} X", "®, ™, ©, © X"),
        (r"\S 4, \P, \dag\ddag, \pounds 5, \euro", "§4, ¶, †‡, £5, €"),
        (r"\textless a\textgreater\textbar\textunderscore\slash", "<a>|_/"),
        (r"\glqq a\grqq, \flqq b\frqq, \lq c\rq, \og d\fg", "„a“, «b», ‘c’, «d»"),
        (r"\enquote{a}, \mkbibquote{\'e}", "“a”, “é”"),
        (r"{\sc Foo} {\small bar} \textsf{b} \textmd{c} \hbox{d} x\/y\@.", "Foo bar b c d xy."),
        (r"\MakeUppercase{a\'e} \lowercase{DE {F}}", "AÉ de f"),
        (r"\foreignlanguage{german}{Haus} \bibinfo{author}{X} \textcolor{red}{y}", "Haus X y"),
        (r"{\noopsort{1973b}}1973 \SortNoop{z}a \phantom{x}b", "1973 a b"),
        (r"J.\,P. Serr, a\ b, a\newline b", "J. P. Serr, a b, a b"),
        (r"R & D {\'e} \emph{A & B}", "R & D é A & B"),
        (r"50% & a_b #1 {\'e}", "50% & a_b #1 é"),
        (r"\ensuremath{x^2} \nolinkurl{a_b}", "x^2 a_b"),
    ],
)
def test_known_macros_are_never_shown_raw(source: str, shown: str) -> None:
    assert plain(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("233--242", "233–242"),
        ("yes --- no", "yes — no"),
        ("pre-training", "pre-training"),
        ("``quoted''", "“quoted”"),
        ("Bellman's", "Bellman's"),
        ('the "edge"', 'the "edge"'),
        ("Mr.~X", "Mr.\u00a0X"),
        (r"R\&D, \#1, a\_b, 5\%, \$5, \{x\}", "R&D, #1, a_b, 5%, $5, {x}"),
        (r"hyper\-parameter", "hyper\u00adparameter"),
        ("{DNA} and {{B}ayes}", "DNA and Bayes"),
        (r"x \textendash{} y\ldots", "x – y…"),
        (r"\textsc{Bert}, \mbox{a b}, \text{c}, \underline{d}", "Bert, a b, c, d"),
        ("a & b < c > d ^ e _ f # g", "a & b < c > d ^ e _ f # g"),
        ("  a \n\t b  ", "a b"),
        ("a\\\\b", "a\nb"),
    ],
)
def test_ligatures_escapes_and_groups_become_plain_text(source: str, shown: str) -> None:
    assert spans(source) == (text(shown),)


@pytest.mark.parametrize("source", ["", "  ", "\n", "{}", r"\emph{}", r"{\it}", "$ $", r"\url{}"])
def test_empty_latex_gives_no_spans(source: str) -> None:
    assert spans(source) == ()


@pytest.mark.parametrize(
    ("source", "tex"),
    [
        ("$p = 2n + d$", "p = 2n + d"),
        (r"\(a + b\)", "a + b"),
        (r"\[a\]", "a"),
        ("$$a$$", "a"),
        ("{$x$}", "x"),
        ("$ x $", "x"),
        (r"$\mathcal{O}(n \log n)$", r"\mathcal{O}(n \log n)"),
        (r"$a\$b$", r"a\$b"),
        ("$x_2$", "x_2"),
        (r"$90^{\circ}$", r"90^{\circ}"),
    ],
)
def test_mathematics_keeps_its_tex_without_delimiters(source: str, tex: str) -> None:
    assert spans(source) == (math(tex),)


def test_mathematics_within_text_is_a_span_of_its_own() -> None:
    assert spans(r"An $\alpha$-stable {G}ibbs $\beta$") == (
        text("An "),
        math(r"\alpha"),
        text("-stable Gibbs "),
        math(r"\beta"),
    )


@pytest.mark.parametrize(
    ("source", "kind", "index"),
    [
        ("H$_2$O", "sub", "2"),
        ("H$_{12}$O", "sub", "12"),
        ("H$^{th}$O", "sup", "th"),
        ("H$^2$O", "sup", "2"),
        ("H$^{-3}$O", "sup", "-3"),
        (r"H\textsubscript{2}O", "sub", "2"),
        (r"H\textsuperscript{th}O", "sup", "th"),
    ],
)
def test_subscript_or_superscript_without_a_base_is_not_a_formula(
    source: str, kind: Kind, index: str
) -> None:
    assert spans(source) == (
        text("H"),
        Span(kind, children=(text(index),)),
        text("O"),
    )


@pytest.mark.parametrize("source", [r"$^{\circ}$", "$_{a b}$", "$x^2$"])
def test_scripts_with_a_base_or_with_macros_are_formulas(source: str) -> None:
    assert spans(source) == (math(source.strip("$")),)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (r"\emph{x y}", "emphasis"),
        (r"\textit{x y}", "emphasis"),
        (r"\textsl{x y}", "emphasis"),
        (r"{\em x y}", "emphasis"),
        (r"{\it x y}", "emphasis"),
        (r"\textbf{x y}", "strong"),
        (r"{\bf x y}", "strong"),
        (r"\texttt{x y}", "code"),
        (r"{\tt x y}", "code"),
    ],
)
def test_style_macros_become_spans(source: str, kind: Kind) -> None:
    assert spans(f"a {source} b") == (
        text("a "),
        Span(kind, children=(text("x y"),)),
        text(" b"),
    )


def test_style_macros_may_be_nested() -> None:
    assert spans(r"\emph{a {DNA} \textbf{b} $c$}") == (
        emphasis(text("a DNA "), Span("strong", children=(text("b"),)), text(" "), math("c")),
    )


def test_markup_within_small_capitals_is_kept() -> None:
    assert spans(r"\textsc{Bert $x$ \emph{y} \unknown{z}}") == (
        text("Bert "),
        math("x"),
        text(" "),
        emphasis(text("y")),
        text(r" \unknown{z}"),
    )


@pytest.mark.parametrize(
    ("source", "address"),
    [
        (r"\url{https://a.org/b_c}", "https://a.org/b_c"),
        (r"\url{https://a.org/b\_c\%20d\#e}", "https://a.org/b_c%20d#e"),
        (r"\url{https://a.org/b%20c}", "https://a.org/b%20c"),
        (r"\url{https://a.org/~b--c}", "https://a.org/~b--c"),
        (r"\url{HTTP://a.org}", "HTTP://a.org"),
    ],
)
def test_url_macro_becomes_a_link(source: str, address: str) -> None:
    assert spans(source) == (link(address, text(address)),)


def test_href_macro_becomes_a_link_with_text() -> None:
    assert spans(r"see \href{https://a.org/b\_c}{the \emph{page} of {A}}.") == (
        text("see "),
        link("https://a.org/b_c", text("the "), emphasis(text("page")), text(" of A")),
        text("."),
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///x",
        "//a.org",
        "a.org",
        "javascript:https://a.org",
        'https://a.org/"onclick=',
        "https://a.org/<b>",
        "",
    ],
)
def test_only_http_and_https_addresses_become_links(address: str) -> None:
    assert spans(rf"\href{{{address}}}{{text}}") == (text("text"),)
    assert all(span.kind == "text" for span in spans(rf"\url{{{address}}}"))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("50% of x", "50% of x"),
        (r"50\% of x", "50% of x"),
        ("a%b%c", "a%b%c"),
        ("%", "%"),
        ("{50%} of $x$", "50% of x"),
        (r"a\\% b", "a\n% b"),
    ],
)
def test_per_cent_sign_does_not_begin_a_comment(source: str, shown: str) -> None:
    assert plain(source) == shown


@pytest.mark.parametrize("source", ["$5", "it costs $5", "$", "$_", "$a$ and $b", "$$a$", "$$"])
def test_unpaired_dollar_signs_are_text(source: str) -> None:
    assert spans(source) == (text(source),)


def test_markup_next_to_an_unpaired_dollar_sign_is_parsed() -> None:
    assert spans(r"\emph{cheap} at $5") == (emphasis(text("cheap")), text(" at $5"))


@pytest.mark.parametrize(
    "source",
    [
        "{a",
        "a}b",
        "}",
        "{",
        r"\emph{a",
        r"\emph",
        r"\(a",
        r"a\)",
        r"\href{https://a.org}",
        r"\url",
        r"\begin{x} a",
        r"a \end{x}",
        r"a \'",
        r"\sqrt\sqrt",
        "{" * 5000 + "x" + "}" * 5000,
    ],
)
def test_invalid_latex_is_shown_unchanged(source: str) -> None:
    assert spans(source) == (text(source),)


@pytest.mark.parametrize(
    "source",
    [
        r"\unknown",
        r"\unknown x",
        r"\unknown{x} y",
        r"\unknown{x}{\"y} z",
        r"\verb|a b| c",
    ],
)
def test_unknown_macros_are_shown_unchanged(source: str) -> None:
    assert spans(source) == (text(source),)


def test_latex_next_to_an_unknown_macro_is_parsed() -> None:
    assert spans(r"\emph{a} \unknown{b} {\"o} {c}") == (
        emphasis(text("a")),
        text(r" \unknown{b} ö c"),
    )


def test_plain_text_equals_the_flattened_spans() -> None:
    source = (
        r"\emph{On} the $x^2$ of H$_2$O: \href{https://a.org}{a {\bf b}} -- \url{https://c.org}"
    )
    assert plain(source) == "On the x^2 of H2O: a b – https://c.org"
    assert flatten(spans(source)) == plain(source)


def test_latex_that_nests_too_deeply_is_text_however_large_the_stack_is() -> None:
    # Sphinx's manual tells authors of deep documents to raise the limit in conf.py.
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        for depth, kind in ((190, "emphasis"), (300, "text")):
            source = r"\emph{" * depth + "x" + "}" * depth
            assert [span.kind for span in spans(source)] == [kind]
    finally:
        sys.setrecursionlimit(before)
