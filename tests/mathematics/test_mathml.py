"""The conversion of TeX to MathML and text, without a build."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from papernotes.mathematics import tex
from papernotes.mathematics.mathml import (
    MathematicsError,
    fault_of_macros,
    to_mathml,
    with_namespaces,
)
from papernotes.mathematics.mathml_text import to_text

# Formulas of each kind that papers contain.
FORMULAS = [
    r"\left( \frac{\sum_{i=1}^n x_i^2}{\prod_{j} y_j} \right)",
    r"\left. \frac{\partial f}{\partial x} \right|_{x=0}",
    r"\bigl( \sum_{i} x_i \bigr) \Bigl[ x \Bigr] \biggl\{ y \biggr\} \Biggl| z \Biggr|",
    r"P\left( A \,\middle|\, \frac{B}{C} \right)",
    r"\arg\min_{w \in \mathbb{R}^d} \frac{1}{n}\sum_{i} \ell(w; x_i)",
    r"\operatorname*{arg\,max}_{y} p(y \mid x) + \operatorname{Var}[X]",
    r"\dfrac{1}{1 + \cfrac{1}{x}} \tfrac{1}{2} {n \choose k} \binom{n}{k} \nicefrac{1}{2}",
    r"\left( \begin{array}{c:c|c} 1 & 2 & 3 \\ \hline 4 & 5 & 6 \end{array} \right)",
    r"\left(\begin{smallmatrix} a & b \\ c & d \end{smallmatrix}\right)",
    r"\begin{bmatrix} a & \cdots \\ \vdots & \ddots \end{bmatrix} \begin{Vmatrix}a\end{Vmatrix}",
    r"f(x) = \begin{cases} x & \text{if $x > 0$,} \\ 0 & \text{otherwise} \end{cases}",
    r"\begin{dcases} \frac12 & x \end{dcases} \begin{rcases} a \\ b \end{rcases}",
    r"\begin{aligned} a &= b + c \\[1em] &= d \end{aligned}",
    r"\begin{align} x &= y + z \label{a} \\ y &= 2 z^2 \nonumber \end{align}",
    r"\begin{alignat}{2} x &= 1 &\quad y &= 2 \\ x &= 3 &\quad y &= 4 \end{alignat}",
    r"\begin{gather} a = b \\ c = d \end{gather}",
    r"\begin{multline} a + b + c \\ + d + e \end{multline}",
    r"\begin{eqnarray} a &=& b \\ c &=& d \end{eqnarray}",
    r"\begin{equation} \begin{split} a &= b \\ &\quad + c \end{split} \end{equation}",
    r"\hat{x} \bar{y} \tilde{z} \vec{v} \dot{q} \widehat{abc} \widetilde{xyz} \overline{AB}",
    r"\mathbb{R} \mathcal{L} \mathbf{W} \boldsymbol{\mu} \mathfrak{g} \mathsf{T} \bm{x} \mathds{1}",
    r"\text{loss} = \textbf{bold} \textit{it} \texttt{code} \textsc{caps} \mbox{box}",
    r"\underbrace{a + b}_{\text{sum}} + \overbrace{c \cdot d}^{\text{product}}",
    r"A \xrightarrow{f} B \xleftarrow[h]{g} C",
    r"f'(x) + f''(x) + g'^2 + x_i'",
    r"\sum_{\substack{i \in S \\ j \notin S}} w_{ij} \sum\nolimits_i \int\limits_0^1",
    r"\| x \|_1 \lVert x \rVert |x| \stackrel{\text{def}}{=} \overset{!}{=}",
    r"\color{red} x + \textcolor{blue}{y} \boxed{E} \cancel{x} \not\in \phantom{x}",
    r"a \! b \hspace{-1em} c \mkern-2mu d \hspace{1cm} \kern3pt e \perp\!\!\!\perp",
    r"\displaystyle\sum_i x_i \quad \textstyle\sum_i \scriptstyle x \mathop{\rm argmin}_x",
    r"a \tag{1}",
    r"a &= b \tag{*} \\ c &= d",
]
MATHML_3 = {  # the elements that may have these attributes
    "displaystyle": {"math", "mstyle", "mtable"},
    "scriptlevel": {"mstyle"},
}


def tree(source: str, display: str = "block") -> ElementTree.Element:
    return ElementTree.fromstring(to_mathml(source, display))


@pytest.mark.parametrize("source", FORMULAS)
def test_every_kind_of_formula_becomes_valid_mathml_with_its_tex(source: str) -> None:
    """No style attributes, which a strict content security policy blocks; valid for EPUB."""
    math = tree(source)
    assert [child.tag for child in math] == ["semantics"]
    assert len(math[0]) == 2
    assert math[0][1].attrib == {"encoding": "application/x-tex"}
    assert math[0][1].text == source
    for element in math.iter():
        assert "style" not in element.attrib
        assert not re.search(r"\\|\?\?|&", "" if element is math[0][1] else element.text or "")
        for name, tags in MATHML_3.items():
            assert name not in element.attrib or element.tag in tags
        assert "id" not in element.attrib


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (r"\nosuch{x}", r"the command \nosuch is not known"),
        (r"\begin{nosuch}x\end{nosuch}", "the environment nosuch is not known"),
        (r"\frac{1}", "Expected argument but reached end of input"),
        (r"a_b_c", "Duplicate subscript or superscript"),
        (r"\eqref{x}", r"it refers to an equation by \eqref; use the role {eq} instead"),
    ],
)
def test_a_formula_that_cannot_be_converted_raises_an_error_with_the_reason(
    source: str, reason: str
) -> None:
    with pytest.raises(MathematicsError, match=re.escape(reason)):
        to_mathml(source, "block")


def test_limits_are_below_and_above_operators_in_displayed_formulas() -> None:
    for source in (
        r"\max_x",
        r"\operatorname*{argmin}_x",
        r"\mathop{\mathrm{argmin}}_x",
        r"\arg\max_x",
    ):
        assert tree(source).find(".//munder") is not None, source
    assert tree(r"\mathop{\mathrm{argmin}}_x", "inline").find(".//munder") is None


def test_rows_outside_an_environment_are_aligned() -> None:
    for source in (r"a &= b \\ c &= d", r"x = \begin{pmatrix}a\\b\end{pmatrix} \\ y &= 2"):
        table = tree(source)[0][0]
        assert table.tag == "mtable"
        assert len(table) == 2
    # Rows inside an environment or braces stay there.
    for source in (r"x = \begin{pmatrix}a\\b\end{pmatrix}", r"\sum_{\substack{a \\ b}} c"):
        assert tree(source)[0][0].tag == "mrow"


def test_equations_are_not_numbered_but_tags_are_kept() -> None:
    assert "(1)" not in to_mathml(r"\begin{align}a &= b \\ c &= d\end{align}", "block")
    for source in (r"a = b \tag{7}", r"\begin{align}a &= b \tag{7} \\ c &= d\end{align}"):
        shown = [element.text for element in tree(source).iter("mtext")]
        assert shown == ["(7)"], source
    assert "(7)" in to_mathml(r"\underbrace{a}_{\text{sum}} \tag{7}", "block")


def test_text_may_contain_mathematics() -> None:
    row = tree(r"\text{for all $x^2$ in $\mathbb{R}$}")[0][0]
    assert [part.tag for part in row] == ["mtext", "msup", "mtext", "mi"]
    assert row[0].text == "for\N{NO-BREAK SPACE}all\N{NO-BREAK SPACE}"


def test_comments_are_removed_from_a_formula() -> None:
    assert to_text(to_mathml("a % \\nosuch\n+ 50\\%", "block")) == "a + 50%"


def test_macros_are_expanded() -> None:
    macros = (("R", r"\mathbb{R}"), ("E", r"\operatorname{E}\left[#1\right]"), ("RR", r"\R^2"))
    assert to_text(to_mathml(r"\E{x} \in \RR", "inline", macros)) == "E [x] ∈ ℝ^2"
    with pytest.raises(MathematicsError):
        to_mathml(r"\E{x}", "inline")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (r"\mathbb{R}", ""),
        (r"\mathbb{R", "its braces do not match"),
        (r"\nosuch", r"the command \nosuch is not known"),
    ],
)
def test_fault_of_macros_says_what_is_wrong(body: str, fault: str) -> None:
    assert fault_of_macros({"R": body}) == fault


def test_mathml_for_xhtml_has_namespaces() -> None:
    root = ElementTree.fromstring(with_namespaces(to_mathml(r"\textbf{a} b", "inline")))
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert root.find(".//{http://www.w3.org/1999/xhtml}b") is not None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("x^2", "x^2"),
        (r"\ell_1", "ℓ_1"),
        (r"\frac{a + b}{c}", "(a + b)/c"),
        (r"\sqrt{n} + \sqrt{n+1} + \sqrt[3]{x}", "√n + √(n + 1) + 3√x"),
        (r"x_i^{n+1}", "x_i^(n + 1)"),
        (r"\hat{x} + \bar{y} + \vec{v}", "x̂ + ȳ + v⃗"),
        (r"\sum_{i=1}^n x_i", "∑_(i = 1)^nx_i"),
        (r"O(n \log n)", "O(n log n)"),
        (r"f''(x)", "f″(x)"),
        (r"\mathcal{L}_{\text{MLE}}", "ℒ_MLE"),
        (r"\underbrace{a + b}_{c}", "(a + b)_c"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a b c d )"),
    ],
)
def test_a_formula_becomes_readable_text(source: str, text: str) -> None:
    assert to_text(to_mathml(source, "block")) == text


def test_labels_can_be_read_removed_and_replaced() -> None:
    source = (
        "\\begin{align}\na &= b \\label{one} \\\\ % \\label{no}\nc &= d \\label{two}\n\\end{align}"
    )
    assert tex.labels(source) == ["one", "two"]
    assert tex.labels(tex.unnumbered(source)) == []
    assert tex.unnumbered(source).startswith("\\begin{align*}\n")
    assert tex.unnumbered(source).endswith("\\end{align*}")
    assert tex.labels(tex.labelled(source, "new")) == ["new", "two"]
    assert tex.labelled(r"\begin{align}a\end{align}", "x") == r"\begin{align}\label{x}a\end{align}"


@pytest.mark.parametrize(
    ("tex", "same"),
    [
        ("D^⊤", r"D^\top"),
        ("x ⊥ y", r"x \perp y"),
        ("∅ ∴ ∠", r"\varnothing \therefore \angle"),
        ("√x + √{y+1} + ∛8", r"\sqrt x + \sqrt{y+1} + \sqrt[3]8"),
        ("√(x)", r"\surd (x)"),
        ("D^′", r"D^{\prime}"),
        ("x\N{COMBINING CIRCUMFLEX ACCENT}", r"\hat{x}"),
        ("\N{LATIN SMALL LETTER Z WITH CIRCUMFLEX}", r"\hat{z}"),
        ("v\N{COMBINING RIGHT ARROW ABOVE}", r"\vec{v}"),
        (r"\text{⊤ ist} ⊤", r"\text{⊤ ist} \top"),
        ("⟐", r"\text{⟐}"),
    ],
)
def test_symbols_of_unicode_are_those_of_tex(tex: str, same: str) -> None:
    shown, expected = (to_mathml(each, "inline").split("<annotation")[0] for each in (tex, same))
    assert shown == expected


@pytest.mark.parametrize(
    ("tex", "sign"),
    [
        ("x", "pn-math-root-1"),
        ("d_k", "pn-math-root-1"),
        (r"2\pi + 1", "pn-math-root-1"),
        (r"\hat{x}", "pn-math-root-1"),
        ("x_i^2", "pn-math-root-2"),
        ("x^2 + y^2", "pn-math-root-2"),
        (r"\beta", "pn-math-root-2"),
        (r"\frac{a}{b}", None),
        (r"\sum_i x_i", None),
        (r"\max^2", None),
        (r"\sqrt{x}", None),
        ("", "pn-math-root-1"),
    ],
)
def test_roots_have_a_class_by_the_height_of_their_content(tex: str, sign: str | None) -> None:
    for root, command in (("msqrt", r"\sqrt{%s}"), ("mroot", r"\sqrt[3]{%s}")):
        tree = ElementTree.fromstring(to_mathml(command % tex, "block"))
        assert tree.find(f".//{root}").get("class") == sign
