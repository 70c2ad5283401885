"""Fields of the author's own: their declaration, and values in front matter."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from papernotes.core.diagnostics import DiagnosticKind
from papernotes.core.fields import Field, declared
from papernotes.core.frontmatter import FIELDS, FrontMatter, parse

METHODS = ("SGD", "Adam", "Élan")
OWN = {
    name: Field(name, name.title(), kind, METHODS if "choice" in kind else ())
    for name, kind in {
        "remark": "text",
        "result": "markdown",
        "rating": "number",
        "tried": "day",
        "method": "choice",
        "methods": "choices",
        "code": "link",
    }.items()
}


def read(lines: str) -> tuple[FrontMatter, list[tuple[int, DiagnosticKind, str]]]:
    """Parse front matter with *lines* after its first, and return it with what is reported."""
    front, problems = parse(f"---\npaper: k\n{lines}\n---\n\n# T\n", "papers/x.md", OWN)
    return front, [(problem.line, problem.kind, problem.message) for problem in problems]


# Declarations.


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, Field("my_field", "My field")),
        ("number", Field("my_field", "My field", "number")),
        ({"label": " Mine ", "kind": "day"}, Field("my_field", "Mine", "day")),
        (
            {"kind": "choices", "choices": ["b ", "a", "b"]},
            Field("my_field", "My field", "choices", ("b", "a")),
        ),
    ],
)
def test_a_field_is_declared_by_its_kind_or_a_dictionary(value: Any, field: Field) -> None:
    assert declared({"my_field": value}, FIELDS) == ({"my_field": field}, [])
    # The setting that is kept declares the same.
    assert declared({"my_field": field.declaration}, FIELDS) == ({"my_field": field}, [])


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        (3, "text", "is not a name; write letters, digits, hyphens and underscores"),
        ("a b", "text", "is not a name; write letters, digits, hyphens and underscores"),
        *(
            (name, "text", "has a meaning of its own; choose another name")
            for name in ("tags", "year", "title", "orphan", "q")
        ),
        ("x", ["text"], 'is not declared by a dictionary; write "x": {"kind": "text"}'),
        ("x", {"type": "text"}, 'has the unknown key "type"; use label, kind and choices'),
        (
            "x",
            "date",
            "has the unknown kind 'date'; use text, markdown, number, day, choice, choices, link",
        ),
        (
            "x",
            {"kind": ["text"]},
            "has the unknown kind ['text']; use text, markdown, number, day, choice, choices, link",
        ),
        ("x", {"label": " "}, 'has the label \' \'; write a text, such as "label": "Method"'),
        *(
            (
                "x",
                {"kind": "choice", **given},
                (
                    'is of the kind "choice" and needs a list of texts; write "choices": ["first",'
                    ' "second"]'
                ),
            )
            for given in ({}, {"choices": []}, {"choices": "a, b"}, {"choices": ["a", 1]})
        ),
        (
            "x",
            {"choices": ["a"]},
            'is of the kind "text", which has no choices; delete them',
        ),
    ],
)
def test_a_wrong_declaration_is_reported_and_the_others_count(
    name: Any, value: Any, fault: str
) -> None:
    fields, faults = declared({name: value, "y": "number"}, FIELDS)
    assert list(fields) == ["y"]
    assert faults == [f'papernotes_fields: "{name}" {fault}; until then there is no such field']


# Values.


@pytest.mark.parametrize(
    ("line", "value", "texts"),
    [
        ("remark: one two", "one two", ("one two",)),
        ("remark: 2017", "2017", ("2017",)),
        ("remark: yes", "yes", ("yes",)),
        ("remark: |\n  one\n  two", "one two", ("one two",)),
        ("result: $x$ *or* {cite:t}`k`", "$x$ *or* {cite:t}`k`", ("$x$ *or* {cite:t}`k`",)),
        ("rating: 4", 4, ("4",)),
        ("rating: '-0.50'", -0.5, ("-0.50",)),
        ("rating: 1e3", 1000.0, ("1e3",)),
        ("rating: 010", 10, ("010",)),
        ("tried: 2020-02-29", datetime.date(2020, 2, 29), ("2020-02-29",)),
        ("method: Adam", "Adam", ("Adam",)),
        ("method: E\u0301lan", "Élan", ("Élan",)),
        ("methods: [Adam, SGD, Adam]", ("SGD", "Adam"), ("SGD", "Adam")),
        ("methods: SGD", ("SGD",), ("SGD",)),
        ("methods:\n- SGD", ("SGD",), ("SGD",)),
        ("code: https://example.org/a?b=c#d", *[("https://example.org/a?b=c#d",)] * 2),
    ],
)
def test_values_are_read_by_the_kind_of_their_field(
    line: str, value: object, texts: tuple[str, ...]
) -> None:
    front, faults = read(line)
    (field,) = front.fields
    value = value[0] if field.name == "code" else value  # type: ignore[index]
    assert (field.value, field.texts, faults) == (value, texts, [])
    assert type(field.value) is type(value)
    # MyST does not see the field.
    assert front.rest.splitlines()[0] == ""
    assert front.unknown == {}


@pytest.mark.parametrize("line", ["rating:", "remark: ~", "methods: []", "result:"])
def test_a_field_without_a_value_is_none(line: str) -> None:
    front, faults = read(line)
    assert (front.fields, faults) == ((), [])


def test_fields_are_in_the_order_of_their_declaration() -> None:
    front, _ = read("rating: 1\nremark: a\nresult: b")
    assert [field.name for field in front.fields] == ["remark", "result", "rating"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("remark: [a]", '"remark" is a list; write a text'),
        ("remark: ' '", '"remark" is empty; write a text'),
        ("result: {a: b}", '"result" is a mapping; write a text in quotes, or indent it below "|"'),
        ("rating: high", '"rating" is not a number: "high"; write digits, such as 4 or 0.85'),
        ("rating: .inf", '"rating" is not a number: ".inf"; write digits, such as 4 or 0.85'),
        ("rating: 1:30", '"rating" is not a number: "1:30"; write digits, such as 4 or 0.85'),
        ("rating: [1]", '"rating" is a list; write digits, such as 4 or 0.85'),
        (
            "tried: 2021-02-29",
            '"tried" is not a day: "2021-02-29"; write it as YYYY-MM-DD, such as 2020-08-31',
        ),
        (
            "method: sgd",
            (
                '"method" has the unknown value "sgd"; did you mean "SGD"? write one of "SGD",'
                ' "Adam", "Élan"'
            ),
        ),
        (
            "methods: [SGD, 3]",
            '"methods" has the unknown value "3"; write a list of some of "SGD", "Adam", "Élan"',
        ),
        (
            "methods: [[SGD]]",
            '"methods" is a list; write a list of some of "SGD", "Adam", "Élan"',
        ),
        (
            "code: javascript:alert(1)",
            '"code" is not an address: "javascript:alert(1)"; write one that begins with https://',
        ),
        (
            "code: https://a b",
            '"code" is not an address: "https://a b"; write one that begins with https://',
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_reported_with_what_is_allowed(line: str, fault: str) -> None:
    front, faults = read(f"tags: [a]\n{line}")
    assert faults == [(4, DiagnosticKind.BAD_FIELD, fault)]
    assert (front.fields, front.tags) == ((), ("a",))


def test_markdown_has_the_line_on_which_it_begins() -> None:
    front, _ = read("remark: a\nresult: |\n  one\n  two")
    assert front.markdown == {"result": ("one\ntwo\n", 5)}


def test_keys_that_nothing_reads_have_their_lines() -> None:
    front, faults = read("status: done\norphan: true\nmyst:\n  a: b\ndataset: x")
    assert (front.unknown, faults) == ({"status": 3, "dataset": 7}, [])


def test_a_misspelt_field_of_one_s_own_is_reported_as_others_are() -> None:
    front, faults = read("ratings: 3")
    message = 'unknown front-matter key "ratings"; did you mean "rating"?'
    assert faults == [(3, DiagnosticKind.UNKNOWN_FIELD, message)]
    assert front.unknown == {}
