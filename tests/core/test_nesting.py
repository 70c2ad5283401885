"""Files that nest or repeat without end are reported, and end neither a parser nor the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from papernotes.core import frontmatter, limits

DEEP_YAML = [
    *("x: " + "[" * 50_000, "x: " + "[" * 500 + "]" * 500, "x: " + "{a: " * 50_000),
    *("x:\n  " + "- " * 50_000, "? " * 50_000, "".join(" " * i + "a:\n" for i in range(900))),
]


def test_deep_front_matter_is_a_fault_with_a_line() -> None:
    code = "import sys; from papernotes.core import frontmatter\n"
    code += "for text in eval(sys.stdin.read()):\n"
    code += "    [problem] = frontmatter.parse(text, 'papers/x.md')[1][:1]\n"
    code += "    assert 'nested too deeply' in problem.message, problem\n"
    texts = [f"---\npaper: a\n{yaml}\n---\n\n# A title\n" for yaml in DEEP_YAML]
    # In a process of its own, which the parser in C would end.
    command = [sys.executable, "-c", code]
    subprocess.run(command, input=repr(texts), text=True, check=True, timeout=120)


@pytest.mark.parametrize("yaml", ["x: " + "[" * 150 + "]" * 150, "x: '" + "[" * 10_000 + "'"])
def test_front_matter_that_nests_less_is_read(yaml: str) -> None:
    front, problems = frontmatter.parse(f"---\npaper: a\n{yaml}\n---\n\n# A title\n", "papers/x.md")
    assert "a" in front.papers
    assert not problems


def test_fields_that_nobody_reads_are_left_out_where_they_are_too_many() -> None:
    others = "".join(f"key{number}: x\n" for number in range(2_010))
    front, problems = frontmatter.parse(f"---\n{others}paper: a\n---\n\n# A title\n", "papers/x.md")
    assert front.papers == {"a": 2_012}
    assert "key1999: x" in front.rest
    assert "key2000" not in front.rest
    [problem] = problems
    assert problem.line == 2_002
    assert problem.message == (
        "the front matter has more than 2,000 fields that are not this project's; delete some,"
        " until then those from here on are left out"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        *(("a\n\n" + unit * 50_000, 3) for unit in ("[", "![", "*a ", "[^", "[[", "$a ", "<a ")),
        *(("a\n\n" + unit * 50_000, 3) for unit in ("`a ``b ", "{a}`", "[x]{", r"\[", "==a ", "@")),
        ("[a\n" * 50_000, 7_072),
        *((">" * 10_000 + "a", 1), ("- " * 10_000 + "a", 1), ("1. " * 10_000 + "a", 1)),
        ("".join(" " * i + "- a\n" for i in range(700)), 202),
        ("---\n" + "a: b\n\n" * 9_000 + "---\n", 4_002),
    ],
    ids=lambda value: f"{str(value)[:9]!a} {len(str(value))}",
)
def test_markdown_that_would_take_for_ever_is_told_with_its_line(text: str, line: int) -> None:
    problem = limits.check_markdown("papers/x.md", text)
    assert problem is not None
    assert problem.line == line
    assert problem.message.endswith("; correct it, until then the page is empty")


@pytest.mark.parametrize(
    "text",
    [
        "A [link](b), $x^2$ and *stress*. " * 200,
        "- [a](b) and $x$\n" * 5_000,
        "| [a](b) | `c` |\n" * 5_000,
        "```json\n" + '{"a": [1, 2, {"b": "$"}]}\n' * 5_000 + "```\n",
        "a" * 500_000,
        "> > - 1. a\n",
        " " * 300 + "code\n",
    ],
    ids=lambda text: f"{text[:9]!a} {len(text)}",
)
def test_markdown_as_people_write_it_is_parsed(text: str) -> None:
    assert limits.check_markdown("papers/x.md", text) is None
