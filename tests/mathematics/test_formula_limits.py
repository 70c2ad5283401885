"""Formulas that would take for ever, or end the process, are refused before they are converted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from papernotes.mathematics import limits
from papernotes.mathematics.mathml import MathematicsError, fault_of_macros, to_mathml
from papernotes.mathematics.mathml_text import to_text

OPENERS = [
    *("(", "[", r"\{", r"\langle ", r"\lfloor ", r"\lceil ", r"\lvert ", r"\lVert ", r"\lbrack "),
    *(r"\lbrace ", r"\lgroup ", r"\ulcorner ", r"\bigl(", r"\Biggl\langle ", r"\bigl)", "⟨", "⌊"),
    *(r"\mathopen(", r"\mathrm(", r"\overset{x}{(}", "{(}", "{{(}}", "(a=", r"(\quad "),
    # Neither ends a row outside an environment.
    *(r"(\\ ", r"(x\middle|", r"\lvert \\\displaystyle "),
]
CLOSERS = [
    *(")", "]", r"\}", r"\rangle ", r"\rfloor ", r"\rceil ", r"\rvert ", r"\rVert ", r"\bigr)"),
    *("⟩", "⌋", ")^2", "')", r"\alpha)", r"\ldots]", r"\\)"),
]
# What does not close an opening delimiter, though it looks so.
DECEPTIVE = [
    *(r"\hat)", r"\frac1)", r"\big)", r"\bigl)", "{)}", "^)", "&)", r"\displaystyle )"),
    *(r"\mathclose{x}", r"\color{red})", "|"),
]


@pytest.mark.parametrize("opener", OPENERS)
def test_forty_unmatched_openers_are_refused(opener: str) -> None:
    alone = opener * 40 + "x"
    for tex in (alone, f"{{{alone}}} x", f"(x) {alone} (y)", rf"\sqrt[{alone}{']' * 40}{{x}}"):
        with pytest.raises(MathematicsError, match="brackets are not closed"):
            to_mathml(tex, "inline")


@pytest.mark.parametrize("closer", DECEPTIVE)
def test_an_argument_closes_no_bracket(closer: str) -> None:
    with pytest.raises(MathematicsError):
        to_mathml("(" * 40 + "x" + closer * 40, "inline")


def test_a_line_of_a_matrix_closes_no_bracket_of_another() -> None:
    lines = "(" * 40 + "x" + r"\\)" * 40
    with pytest.raises(MathematicsError, match="brackets are not closed"):
        to_mathml(rf"\begin{{matrix}}{lines}\end{{matrix}}", "inline")


def test_many_matched_brackets_are_converted() -> None:
    formulas = [tex for c in CLOSERS for tex in ("(" * 40 + "x" + c * 40, f"[x{c}" * 40)]
    # In a process of its own: a bracket that the converter does not pair would take for ever.
    code = "from papernotes.mathematics.mathml import to_mathml as f"
    code += f"; [f(tex, 'inline') for tex in {formulas}]"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


@pytest.mark.parametrize(
    "tex",
    [
        *("(0, 1]", "[a, b)", "]a, b[", r"x \in [0, 1) \cup (1, 2]", "f(x", r"\big(x\big)" * 30),
        *(r"f(\theta) + g(\theta)" * 20, r"x^{(i)}_{(j)}" * 30, r"\left(\frac{a}{b}\right)" * 30),
        r"\begin{aligned}" + r"f &= (a \\ &\quad + b) \\" * 30 + r"\end{aligned}",
        r"\sqrt[3]{x}" * 30,
    ],
)
def test_brackets_as_people_write_them_are_converted(tex: str) -> None:
    assert to_mathml(tex, "block")


@pytest.mark.parametrize(
    "tex",
    [
        *("{" * 12_000, "{" * 9_000 + "}" * 9_000, r"\sqrt{" * 2_000 + "x" + "}" * 2_000),
        *(r"\sqrt " * 2_000 + "x", r"\left(" * 900 + r"\right)" * 900, "x^{" * 900 + "}" * 900),
        *(r"\hat\mathbb " * 900 + "x", r"\displaystyle x" * 900, r"\color{red}x" * 900),
        *("(" * 2_000 + "x" + ")" * 2_000, r"\sqrt[" * 900, "x" * 1_000_000, " " * 1_000_000),
        *(r"\begin{matrix}" * 900 + "x" + r"\end{matrix}" * 900, r"\,\!" * 5_000, "&" * 9_000),
        *(r"\text{" * 2_000, r"\begin{matrix}" * 190 + "x" + r"\end{matrix}" * 190),
    ],
    ids=lambda tex: f"{tex[:12]} {len(tex)}",
)
def test_a_formula_that_is_too_deep_or_too_long_is_refused(tex: str) -> None:
    with pytest.raises(
        MathematicsError, match=r"levels deep|more than [\d,]+ (?:characters|parts)"
    ):
        to_mathml(tex, "block")


@pytest.mark.parametrize("tex", [r"\sqrt{" * 150 + "x" + "}" * 150, "x^{" * 150 + "2" + "}" * 150])
def test_a_formula_of_150_levels_is_shown(tex: str) -> None:
    assert to_text(to_mathml(tex, "block"))


@pytest.mark.parametrize(
    ("macros", "tex"),
    [
        ({"o": "("}, r"\o" * 40 + "x"),
        ({"o": "((((", "p": r"\o\o\o"}, r"\p\p\p\p x"),
        ({"d": "#1#1"}, r"\d{" * 30 + "x" + "}" * 30),
        ({"a": r"\b\b", "b": r"\c\c", "c": "x" * 2_000}, r"\a\a"),
        ({"z": r"\z"}, r"\z"),
        ({"g": "{{{{{{{{{{#1}}}}}}}}}}"}, r"\g{" * 30 + "x" + "}" * 30),
    ],
)
def test_macros_are_expanded_before_a_formula_is_measured(macros: dict[str, str], tex: str) -> None:
    with pytest.raises(MathematicsError, match=r"not closed|too much|more than"):
        to_mathml(tex, "inline", tuple(macros.items()))


def test_brackets_in_macros_match() -> None:
    macros = (("norm", r"\lVert #1\rVert"), ("o", "("), ("c", ")"), ("letter", "x"))
    assert to_mathml(r"\norm{\o x\c}" * 30 + r"\letter y", "inline", macros)


def test_a_macro_that_is_too_deep_is_refused() -> None:
    assert "levels deep" in fault_of_macros({"deep": "{" * 9_000 + "}" * 9_000})


def test_the_arguments_of_commands_are_those_of_the_converter() -> None:
    commands = {r"\frac": 2, r"\hat": 1, r"\alpha": 0, r"\substack": 1, r"\unknown": 0}
    assert {name: limits._arity(name) for name in commands} == commands


def test_ordinary_formulas_need_few_steps() -> None:
    steps = [limits.count_steps(tex) for tex in (r"\frac{a}{b}", r"[a, b) \cup (c", "x" * 3_000)]
    assert steps[0] < 20
    assert steps[1] < 50
    assert steps[2] < 4_000
