"""What is no formula although it looks like one, and what is a formula and not read as one."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from sites import Site, text

from papernotes.cli.building import site_check
from papernotes.reading.syntax.extensions import money_plugin, parser_of
from papernotes.reading.syntax.unread import problems, unread_plugin


def parser(**settings: object) -> MarkdownIt:
    """Return the parser of a site with these *settings*, with the rules on what is not read."""
    return parser_of(settings).use(money_plugin).use(unread_plugin)


def found(source: str) -> list[tuple[int, str]]:
    """Return the line of each problem in *source*, and its message up to what to do."""
    return [
        (problem.line, problem.message.split(";")[0])
        for token in parser().parse(source)
        for problem in problems(token.meta, "a.md", 1 + (token.map or [0])[0])
    ]


def formulas(source: str, **settings: object) -> list[str]:
    return [
        child.content
        for token in parser(**settings).parse(source)
        for child in [token, *(token.children or [])]
        if child.type.startswith("math")
    ]


@pytest.mark.parametrize(
    "source",
    [
        "It costs $10, and then $20.",
        "From $5k to US$ 6, and $7.50/month.",
        "Paid $20. A 3$ fee.",
        "Cheap ($5), or 10$ and 20$.",
        "It grew from $1.5 million to 2$ billion.",
        "A dollar sign \\$x and `$y`.",
        "See \\[sic\\], \\[p. 3\\], \\[1\\], \\[^2\\], \\[x\\] and \\(as above\\).",
        "`\\(x\\)` and\n\n```\n$$\n\\[ x \\]\n```",
    ],
)
def test_money_and_escapes_are_neither_formulas_nor_faults(source: str) -> None:
    assert formulas(source) == []
    assert found(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Let $x$, and $5 \\times 3$: pay $10.", ["x", "5 \\times 3"]),
        ("Pay $5 and $x$.", ["x"]),
        ("Then $$a = b$$ holds.", ["a = b"]),
        ("$$\na\n$$ (label)", ["\na\n"]),
        ("($x$), \u201c$y$\u201d, $2 x$", ["x", "y", "2 x"]),
    ],
)
def test_formulas_between_dollar_signs_are_read(source: str, expected: list[str]) -> None:
    assert formulas(source) == expected
    assert found(source) == []


def test_dollars_are_read_as_conf_py_says() -> None:
    assert formulas("a 3$x$3", myst_dmath_allow_digits=True) == ["x"]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("Text\nand $x + y more.", 2, '"$x + y more." begins a formula that is not closed'),
        ("Text $\\alpha", 1, '"$\\alpha" begins a formula that is not closed'),
        ("Text $10^{-3} x", 1, '"$10^{-3} x" begins a formula that is not closed'),
        ("Text.\n\n$$\nx = y\n\nMore.", 3, '"$$" begins a formula that is not closed'),
        ("> $$\n> x", 1, '"$$" begins a formula that is not closed'),
        ("- a\n- b $y_1 c", 2, '"$y_1 c" begins a formula that is not closed'),
        ("A 3$\\times$3 one", 1, '"$\\times$" is shown as text'),
        ("A $ x $ b", 1, '"$ x $" is shown as text'),
        ("We have\n\\(x+y\\)", 2, '"\\(x+y\\)" is shown as text'),
        ("The \\(n\\) of it", 1, '"\\(n\\)" is shown as text'),
        ("\\[ x \\]", 1, '"\\[x\\]" is shown as text'),
        ("\\[\nx = \\frac{1}{2}\n\\]", 1, '"\\[x = \\frac{1}{2}\\]" is shown as text'),
        ("Of \\\\(x^2\\\\)", 1, '"\\(x^2\\)" is shown as text'),
        ("\\begin{align}\nx &= y", 1, '"\\begin{align}" is not closed'),
        ("# On $x", 1, '"$x" begins a formula that is not closed'),
        ("| a $x |\n|---|\n| b |", 1, '"$x" begins a formula that is not closed'),
        (
            "$$\nx\n\nThen there is text.\n\n$$\ny\n$$",
            1,
            '"$$" begins a formula that goes on into the text',
        ),
    ],
)
def test_formula_that_is_shown_as_text_is_reported(source: str, line: int, message: str) -> None:
    assert (line, message) in found(source)


HABITS = """\
# A page

A [[beta2002]] and a [[beta2002]] again, ==marked==, %%hidden%%,
![[p.png|100]].

> [!note] Title
> Text

- [ ] open
- [x] done

:::{note}
Another [[link]].
:::

`[[code]]`, a == b, [x](https://example.org/==a==), [[1, 2], [3, 4]]

```
[[x]] ==y==
```
"""


def test_habits_from_obsidian_get_one_remark_each(tiny: Site) -> None:
    tiny.write("plain.md", HABITS)
    build = tiny.build()
    # A remark is no warning.
    assert build.messages == []
    assert "[[beta2002]]" in text(build.page("plain"))
    remarks = [
        (each.line, each.message.split('"')[1], each.severity)
        for each in site_check.check(tiny.folder)[1].diagnostics
        if each.path == "plain.md"
    ]
    assert remarks == [
        (3, "%%", "remark"),
        (3, "==marked==", "remark"),
        (3, "[[beta2002]]", "remark"),
        (4, "![[p.png|100]]", "remark"),
        (6, "[!note]", "remark"),
        (9, "[ ]", "remark"),
    ]
