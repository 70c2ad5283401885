"""Front matter: its fields, the line of each fault, and the text left for MyST."""

from __future__ import annotations

import datetime

import pytest
import yaml

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.frontmatter import FIELDS, FrontMatter, parse

PATH = "papers/x.md"
MISSING_PAPER = (
    'the note does not name its paper; add "paper: " and the citation key to its front matter'
)
NOT_CLOSED = 'front matter is not closed; end it with a line that contains only "---"'
NO_KEY = "is not a citation key; write one key, or a list such as [first, second]"
NOT_A_MAPPING = 'front matter is not a mapping; write lines such as "paper: some2020key"'
UNPARSABLE = "it is nested too deeply, or escapes a character that does not exist"
NO_TEXT = '"{0}" is not text; put it in quotes, or indent it below "{0}: |"'


def note(fields: str) -> str:
    """Return the text of a note with *fields* as its front matter, which begins on line 2."""
    return f"---\n{fields}\n---\n\n# Title\n\nText.\n"


def parse_valid(text: str) -> FrontMatter:
    """Return the front matter of *text*, which must have no faults."""
    front, problems = parse(text, PATH)
    assert problems == []
    return front


def parse_faults(text: str) -> list[tuple[int, DiagnosticKind, str]]:
    """Return line, kind and message of each diagnostic."""
    _, problems = parse(text, PATH)
    assert {problem.path for problem in problems} <= {PATH}
    return [(problem.line, problem.kind, problem.message) for problem in problems]


def test_each_field_is_parsed_with_its_line() -> None:
    front = parse_valid(
        note("paper: shannon1948channel\ntags: [C++, C#]\nread: 2020-08-31\nsummary: Some $x$.")
    )
    assert front.papers == {"shannon1948channel": 2}
    assert front.tags == ("C++", "C#")
    assert front.read == datetime.date(2020, 8, 31)
    assert front.summary == "Some $x$."
    assert front.summary_line == 5


def test_all_fields_except_paper_are_optional() -> None:
    front = parse_valid(note("# a comment\npaper: k"))
    assert front.papers == {"k": 3}
    assert (front.tags, front.read, front.summary, front.main) == ((), None, "", False)


def test_field_table_lists_all_fields() -> None:
    names = "paper tags read draft summary deck lang picture main retraction redirect_from"
    assert list(FIELDS) == names.split()


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("paper: 'k'", "k"),
        ('paper: "2017"', "2017"),
        ("paper: !!str 2017", "2017"),
        ("paper: ' k '", "k"),
        ("paper: k # the first", "k"),
        ("paper:\n  k", "k"),
        ("'paper': k", "k"),
        ("? paper\n: k", "k"),
    ],
)
def test_citation_key_may_use_any_yaml_notation(source: str, key: str) -> None:
    assert [*parse_valid(note(source)).papers] == [key]


# Front matter as a whole.


@pytest.mark.parametrize(
    ("fields", "line", "reason"),
    [
        ("paper: k\ntags: [a, b\nread: 2020-01-01", 3, 'what begins here is not closed; add "]"'),
        ("title: {a: b\npaper: k\n", 2, 'what begins here is not closed; add "}"'),
        (
            "title: 'a\n\npaper: k",
            2,
            "what begins here is not closed; add a quotation mark",
        ),
        ("paper: a: b", 2, "mapping values are not allowed here; correct this line"),
        (
            "paper: k\n\ttags: [a]",
            3,
            "found character '\\t' that cannot start any token; correct this line",
        ),
        ("paper: k\ntags: *there", 3, "found undefined alias 'there'; correct this line"),
        ("paper: k\n\ntitle: 'a", 4, "what begins here is not closed; add a quotation mark"),
        ("paper: k\ntitle: a\x08b", 3, "the character U+0008 is not allowed; correct this line"),
    ],
)
def test_invalid_yaml_is_reported_at_the_line_of_the_fault(
    fields: str, line: int, reason: str
) -> None:
    text = note(fields)
    front, _ = parse(text, PATH)
    assert parse_faults(text) == [
        (line, DiagnosticKind.FRONT_MATTER, f"front matter is not valid YAML: {reason}"),
    ]
    # A field without a fault is read.
    has_key = "paper: k\n" in f"{fields}\n" and "\t" not in fields
    assert list(front.papers) == (["k"] if has_key else [])


def test_fields_without_a_fault_are_read_beside_those_with_one() -> None:
    fields = "tags: &x [a]\nsummary: a: b\npaper: k\norphan: true\nother: *x\nread: 2020-01-01"
    front, problems = parse(note(fields), PATH)
    assert [problem.line for problem in problems] == [3]
    assert (list(front.papers), front.tags) == (["k"], ("a",))
    assert front.read == datetime.date(2020, 1, 1)
    # MyST, which would report the fault again, gets the rest without it.
    assert front.rest.startswith("---\n{orphan: true}\n---\n\n")


NOT_FIRST = "front matter does not begin on the first line of the file; delete what is above it"
NO_YAML = 'which is not read; write YAML between two lines "---"'
BEGINS = 'front matter does not begin with "---" but with'


@pytest.mark.parametrize(
    ("text", "line", "message", "key"),
    [
        ("\n---\npaper: k\n---\n", 2, NOT_FIRST, "k"),
        (" \n\n---\norphan: true\npaper: k\n---\n", 3, NOT_FIRST, "k"),
        ("<!-- mine -->\n---\npaper: k\n---\n", 2, NOT_FIRST, "k"),
        (" ---\npaper: k\n---\n", 1, f'{BEGINS} " ---"; correct this line', "k"),
        ("----\npaper: k\n----\n", 1, f'{BEGINS} "----"; correct this line', "k"),
        ("\u2014\npaper: k\n\u2014\n", 1, f'{BEGINS} "\u2014"; correct this line', "k"),
        (
            "paper: k\ntags: [a]\n",
            1,
            'front matter is not opened; write a line "---" above it and below it',
            "k",
        ),
        ("paper: k\n---\n", 1, 'front matter is not opened; write a line "---" above it', "k"),
        (
            "+++\npaper = 'k'\n+++\n",
            1,
            f'front matter that begins with "+++" is TOML, {NO_YAML}',
            "",
        ),
        ('{\n"paper": "k"\n}\n', 1, f'front matter that begins with "{{" is JSON, {NO_YAML}', ""),
    ],
)
def test_what_was_meant_as_front_matter_is_reported(
    text: str, line: int, message: str, key: str
) -> None:
    whole = f"{text}\n# Title\n\nText.\n"
    front, _ = parse(whole, PATH)
    # One message, and none on the paper that is missing as a consequence.
    assert parse_faults(whole) == [(line, DiagnosticKind.FRONT_MATTER, message)]
    assert "".join(front.papers) == key
    assert front.rest.endswith("\n# Title\n\nText.\n")
    assert front.rest.count("\n") == whole.count("\n")
    assert "k" not in front.rest


@pytest.mark.parametrize("text", ["\n---\n\nText.\n\n---\n", "+++\n\nText.\n", "- paper: k\n"])
def test_text_that_begins_like_front_matter_is_unchanged(text: str) -> None:
    assert parse(text, PATH)[0].rest == text


def test_aliases_of_the_extension_s_fields_are_left_for_myst() -> None:
    text = note("paper: k\ntags: &a [x, y]\nother: *a\nmore: {b: *a}\nnote: |\n  one\n  two")
    front = parse_valid(text)
    assert front.tags == ("x", "y")
    left = yaml.safe_load(front.rest.split("---")[1])
    assert left == {"other": ["x", "y"], "more": {"b": ["x", "y"]}, "note": "one\ntwo\n"}
    assert front.rest.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "fields",
    [
        'paper: "\\U00110000"',
        'paper: "\\UFFFFFFFF"',
        f"paper: {'[' * 5000}",
    ],
    ids=["beyond Unicode", "beyond an integer", "nested"],
)
def test_yaml_that_crashes_the_parser_is_reported_and_raises_nothing(fields: str) -> None:
    assert parse_faults(note(fields)) == [
        (
            1,
            DiagnosticKind.FRONT_MATTER,
            f"front matter is not valid YAML: {UNPARSABLE}; correct it",
        )
    ]


@pytest.mark.parametrize(
    ("fields", "line"),
    [("- paper: k", 2), ("k", 2), ("\n\n2017", 4), ("[paper, k]", 2)],
)
def test_yaml_other_than_a_mapping_is_reported_where_it_begins(fields: str, line: int) -> None:
    assert parse_faults(note(fields)) == [(line, DiagnosticKind.FRONT_MATTER, NOT_A_MAPPING)]


@pytest.mark.parametrize(
    "body",
    ["", "\nText: [not YAML.\n", " \nText: [not YAML.\n", "# Title\n\nText.\n"],
    ids=["nothing", "empty line", "blank line", "heading"],
)
def test_unclosed_front_matter_ends_where_the_body_begins(body: str) -> None:
    text = f"---\npaper: k\ntags: [a]\n{body}"
    front, _ = parse(text, PATH)
    assert parse_faults(text) == [(1, DiagnosticKind.FRONT_MATTER, NOT_CLOSED)]
    assert ([*front.papers], front.tags) == (["k"], ("a",))
    assert front.rest == f"\n\n\n{body}"


@pytest.mark.parametrize(
    "body", ["\n# Title\n\nText.\n\n---\n\nEnd.\n", "## Title\nText: [a\n---\nEnd.\n"]
)
def test_horizontal_rule_in_the_body_does_not_close_front_matter(body: str) -> None:
    text = f"---\npaper: k\ntags: [a]\n{body}"
    front, _ = parse(text, PATH)
    assert parse_faults(text) == [(1, DiagnosticKind.FRONT_MATTER, NOT_CLOSED)]
    assert ([*front.papers], front.tags) == (["k"], ("a",))
    assert front.rest == f"\n\n\n{body}"


def test_front_matter_may_contain_comments_and_empty_lines() -> None:
    front, problems = parse(note("paper: k\n\n# How it is filed:\n\ntags: [a]"), PATH)
    assert problems == []
    assert ([*front.papers], front.tags) == (["k"], ("a",))


def test_fault_before_a_comment_does_not_move_the_end_of_front_matter() -> None:
    text = note("paper: k\ntags: [a\n\n# How it is filed:\nread: 2020-01-01")
    assert [kind for _, kind, _ in parse_faults(text)] == [DiagnosticKind.FRONT_MATTER]
    assert parse(text, PATH)[0].rest.endswith("# Title\n\nText.\n")


@pytest.mark.parametrize("broken", ["tags: [a", "- a"])
def test_invalid_front_matter_is_blanked_so_that_myst_does_not_report_it_again(broken: str) -> None:
    front, _ = parse(note(f"{broken}\n{broken}"), PATH)
    assert front.rest == "\n\n\n\n\n# Title\n\nText.\n"


# paper.


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# Title\n\nText.\n", 1),
        ("Text.\n---\npaper: k\n---\n", 1),
        ("---\n---", 1),
        ("---\n\n---\n", 1),
        ("---\n# paper: k\n---\n", 1),
        (note("tags: [a]"), 1),
        (note("tags: [a]\npaper:"), 3),
        (note("paper: null"), 2),
        (note("paper: ~"), 2),
        (note("paper: ''"), 2),
        (note('paper: "  "'), 2),
        (note("paper: []"), 2),
    ],
)
def test_note_without_a_citation_key_is_reported(text: str, line: int) -> None:
    front, _ = parse(text, PATH)
    assert parse_faults(text) == [(line, DiagnosticKind.MISSING_PAPER, MISSING_PAPER)]
    assert front.papers == {}


def test_note_that_is_only_a_fence_is_unclosed_and_has_no_citation_key() -> None:
    assert parse_faults("---") == [
        (1, DiagnosticKind.FRONT_MATTER, NOT_CLOSED),
        (1, DiagnosticKind.MISSING_PAPER, MISSING_PAPER),
    ]


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("2017", 'is not a string; put the key in quotes: "2017"'),
        ("1.5", 'is not a string; put the key in quotes: "1.5"'),
        ("true", 'is not a string; put the key in quotes: "true"'),
        ("2020-08-31", 'is not a string; put the key in quotes: "2020-08-31"'),
        ("!key k", 'is not a string; put the key in quotes: "k"'),
        ("{a: b}", NO_KEY),
        ("a, b", "is not a citation key; write a list of keys: [a, b]"),
        ("' a,b, '", "is not a citation key; write a list of keys: [a, b]"),
    ],
)
def test_value_that_is_not_a_citation_key_is_reported(value: str, advice: str) -> None:
    text = note(f"tags: [a]\npaper: {value}")
    assert parse_faults(text) == [(3, DiagnosticKind.BAD_PAPER, f'"paper" {advice}')]
    assert parse(text, PATH)[0].papers == {}


@pytest.mark.parametrize(
    ("value", "papers"),
    [
        ("[k]", {"k": 2}),
        ("[a, 'b', \"2017\"]", {"a": 2, "b": 2, "2017": 2}),
        ("\n- b\n# a comment\n- ' a '", {"b": 3, "a": 5}),
        ("[a,\n  b]", {"a": 2, "b": 3}),
        ("!!str [a]", {"a": 2}),
    ],
)
def test_paper_can_be_a_list_of_citation_keys(value: str, papers: dict[str, int]) -> None:
    assert parse_valid(note(f"paper: {value}")).papers == papers


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("3", '"paper" is not a string; put the key in quotes: "3"'),
        ("b, c", '"paper" is not a citation key; write a list of keys: [b, c]'),
        ("a", '"paper" names "a" twice; delete it here'),
        ("", 'a key in "paper" is empty; write a citation key or delete it'),
        ("' '", 'a key in "paper" is empty; write a citation key or delete it'),
        ("[b]", f'"paper" {NO_KEY}'),
    ],
)
def test_each_bad_key_of_a_list_is_reported_and_the_others_count(value: str, fault: str) -> None:
    text = note(f"paper:\n- a\n- {value}\n- z")
    assert parse_faults(text) == [(4, DiagnosticKind.BAD_PAPER, fault)]
    assert parse(text, PATH)[0].papers == {"a": 3, "z": 5}


@pytest.mark.parametrize(
    ("value", "is_main"),
    [("true", True), ("True", True), ("yes", True), ("false", False), ("no", False), ("", False)],
)
def test_main_is_true_or_false(value: str, is_main: bool) -> None:
    assert parse_valid(note(f"paper: k\nmain: {value}")).main is is_main


@pytest.mark.parametrize("value", ["'true'", "1", "[true]", "maybe"])
def test_main_of_another_kind_is_reported(value: str) -> None:
    text = note(f"paper: k\nmain: {value}")
    message = '"main" is not true or false; write one of these, without quotes'
    assert parse_faults(text) == [(3, DiagnosticKind.BAD_MAIN, message)]
    assert not parse(text, PATH)[0].main


# tags.


@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("tags: []", ()),
        ("tags:", ()),
        ("tags: [a, ' b ', \"3\"]", ("a", "b", "3")),
        ("tags:\n- a\n- b c\n- 'no'", ("a", "b c", "no")),
        ("tags: [b, a, b, B]", ("b", "a", "B")),
        ("tags: [\n  a,\n  b\n]", ("a", "b")),
    ],
)
def test_tags_are_stripped_and_unique_and_keep_their_order(
    source: str, tags: tuple[str, ...]
) -> None:
    assert parse_valid(note(f"paper: k\n{source}")).tags == tags


@pytest.mark.parametrize(
    ("value", "example"),
    [
        ("a", "a"),
        ("a, b", "a, b"),
        ("3", "3"),
        ("{a: b}", "first, second"),
    ],
)
def test_tags_that_are_not_a_list_are_reported(value: str, example: str) -> None:
    text = note(f"paper: k\ntags: {value}")
    assert parse_faults(text) == [
        (3, DiagnosticKind.BAD_TAGS, f'"tags" is not a list; write "tags: [{example}]"')
    ]
    assert parse(text, PATH)[0].tags == ()


@pytest.mark.parametrize("value", ["3", "1.5", "true", "no", "2020-01-01", "null", "~"])
def test_tag_that_is_not_a_string_is_reported_and_skipped(value: str) -> None:
    text = note(f"paper: k\ntags:\n- a\n- {value}\n- b")
    assert parse_faults(text) == [
        (
            5,
            DiagnosticKind.BAD_TAGS,
            f'the tag {value} is not a string; put it in quotes: "{value}"',
        )
    ]
    assert parse(text, PATH)[0].tags == ("a", "b")


def test_tags_after_the_hundredth_are_reported_and_left_out() -> None:
    tags = [f"tag {number}" for number in range(102)]
    text = note("paper: k\ntags:\n- tag 0\n" + "\n".join(f"- {tag}" for tag in tags))
    message = "a note has at most 100 tags; this one and later ones are left out"
    # The first one is there twice.
    assert parse_faults(text) == [(3 + 1 + 101, DiagnosticKind.BAD_TAGS, message)]
    assert parse(text, PATH)[0].tags == tuple(tags[:100])


@pytest.mark.parametrize("value", ["", "''", "'  '", "[b]", "{b: c}", "b: c", "!!str [b]"])
def test_tag_that_is_empty_or_a_collection_is_reported_and_skipped(value: str) -> None:
    text = note(f"paper: k\ntags:\n- a\n- {value}\n- b")
    assert parse_faults(text) == [
        (
            5,
            DiagnosticKind.BAD_TAGS,
            "a tag is empty, a list or a mapping; write a word or delete it",
        )
    ]
    assert parse(text, PATH)[0].tags == ("a", "b")


def test_each_invalid_tag_is_reported_on_its_own_line() -> None:
    text = note("paper: k\ntags: [1,\n  a, 2,\n  []]")
    assert [(line, kind) for line, kind, _ in parse_faults(text)] == [
        (3, DiagnosticKind.BAD_TAGS),
        (4, DiagnosticKind.BAD_TAGS),
        (5, DiagnosticKind.BAD_TAGS),
    ]


# read.


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2020-08-31", datetime.date(2020, 8, 31)),
        ("' 2020-08-31 '", datetime.date(2020, 8, 31)),
        ("2020-02-29", datetime.date(2020, 2, 29)),
        ("", None),
        ("null", None),
    ],
)
def test_read_date_is_parsed(value: str, day: datetime.date | None) -> None:
    assert parse_valid(note(f"paper: k\nread: {value}")).read == day


@pytest.mark.parametrize(
    "value",
    [
        "2020-02-30",
        "2021-02-29",
        "2020-13-01",
        "0000-01-01",
        "31.8.2020",
        "2020-8-31",
        "2020",
        "20200831",
        "2020-W01-1",
        "2020-08-31 10:00:00",
        "2020-08-31T10:00:00Z",
        "yesterday",
        "٢٠٢٠-٠٨-٣١",
    ],
)
def test_invalid_read_date_is_reported_with_its_value(value: str) -> None:
    text = note(f"paper: k\n\nread: {value}")
    assert parse_faults(text) == [
        (
            4,
            DiagnosticKind.BAD_READ,
            f'"read" is not a date: "{value}"; write it as YYYY-MM-DD, such as 2020-08-31',
        )
    ]
    assert parse(text, PATH)[0].read is None


@pytest.mark.parametrize("value", ["[2020-08-31]", "{day: 2020-08-31}", "''"])
def test_read_date_that_is_a_collection_or_empty_is_reported_without_its_value(value: str) -> None:
    assert parse_faults(note(f"paper: k\nread: {value}")) == [
        (
            3,
            DiagnosticKind.BAD_READ,
            '"read" is not a date; write it as YYYY-MM-DD, such as 2020-08-31',
        )
    ]


# summary.


@pytest.mark.parametrize(
    ("source", "summary", "line"),
    [
        ("summary: Some *text*.", "Some *text*.", 3),
        ("summary: '3'", "3", 3),
        ('summary: "one\n  two"', "one two", 3),
        ("summary:\n  one\n  two", "one two", 4),
        ("summary: |\n  one\n  two", "one\ntwo\n", 4),
        ("summary: |-\n\n  one", "\none", 4),
        ("summary: >\n  one\n  two", "one two\n", 4),
        ("summary:\n  |\n  one", "one\n", 5),
        ("summary:", "", 3),
        ("summary: ''", "", 3),
    ],
)
def test_summary_is_parsed_with_the_line_on_which_it_begins(
    source: str, summary: str, line: int
) -> None:
    front = parse_valid(note(f"paper: k\n{source}"))
    assert front.summary == summary
    if summary:
        assert front.summary_line == line


@pytest.mark.parametrize("value", ["3", "true", "2020-08-31", "[a]", "{a: b}", "!!str [a]"])
@pytest.mark.parametrize("name", ["summary", "deck"])
def test_summary_or_deck_that_is_not_text_is_reported(name: str, value: str) -> None:
    text = note(f"paper: k\ntags: [a]\n{name}: {value}")
    kind = {"summary": DiagnosticKind.BAD_SUMMARY, "deck": DiagnosticKind.BAD_DECK}[name]
    assert parse_faults(text) == [(4, kind, NO_TEXT.format(name))]
    front = parse(text, PATH)[0]
    assert (front.summary, front.markdown) == ("", {})


@pytest.mark.parametrize("value", ["en", "zh-Hant", "pt-BR", "no", "' ar '"])
def test_language_is_a_tag(value: str) -> None:
    assert parse_valid(note(f"paper: k\nlang: {value}")).language == value.strip("' ")


@pytest.mark.parametrize("value", ["Chinese", "zh_TW", "[ar]", "''", "7", "x" * 99])
def test_language_that_is_no_tag_is_reported(value: str) -> None:
    found = parse_faults(note(f"paper: k\nlang: {value}"))
    assert [(line, kind) for line, kind, _ in found] == [(3, DiagnosticKind.BAD_LANG)]
    assert parse(note(f"paper: k\nlang: {value}"), PATH)[0].language == ""


def test_deck_is_text_with_the_line_on_which_it_begins() -> None:
    assert parse_valid(note("paper: k\ndeck: |\n  One $x$.")).markdown == {
        "deck": ("One $x$.\n", 4)
    }
    assert parse_valid(note("paper: k\ndeck:")).markdown == {}


# Other keys.


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("tag", "tags"),
        ("Tags", "tags"),
        ("tagss", "tags"),
        ("TAGS", "tags"),
        ("papers", "paper"),
        ("Paper", "paper"),
        ("papre", "paper"),
        ("reads", "read"),
        ("Read", "read"),
        ("summery", "summary"),
        ("sumary", "summary"),
    ],
)
def test_front_matter_key_similar_to_a_field_is_reported(key: str, near: str) -> None:
    text = note(f"paper: k\n{key}: x")
    assert parse_faults(text) == [
        (
            3,
            DiagnosticKind.UNKNOWN_FIELD,
            f'unknown front-matter key "{key}"; did you mean "{near}"?',
        )
    ]
    assert f"{key}: x" in parse(text, PATH)[0].rest


@pytest.mark.parametrize(
    "field",
    [
        "orphan: true",
        "myst:\n  substitutions:\n    tag: x",
        "title: T",
        "date: 2020-08-31",
        "status: read",
        "html_meta: {}",
        "tocdepth: 2",
        "kernelspec: x",
        "page: 3",
        "stage: x",
        "2020: x",
        "[a, b]: x",
        "? {a: b}\n: x",
    ],
)
def test_unrelated_front_matter_keys_are_left_for_myst(field: str) -> None:
    assert field in parse_valid(note(f"paper: k\n{field}")).rest


def test_valid_fields_survive_invalid_ones() -> None:
    front, problems = parse(
        note("paper: k\nread: 2020-02-30\ntags: [a, 1]\nsummary: [x]\nTag: b\norphan: true"), PATH
    )
    assert ([*front.papers], front.tags, front.read, front.summary) == (["k"], ("a",), None, "")
    assert problems == sorted(problems)
    assert [(problem.line, problem.kind) for problem in problems] == [
        (3, DiagnosticKind.BAD_READ),
        (4, DiagnosticKind.BAD_TAGS),
        (5, DiagnosticKind.BAD_SUMMARY),
        (6, DiagnosticKind.UNKNOWN_FIELD),
    ]


def test_other_fields_survive_a_missing_citation_key() -> None:
    front, problems = parse(note("tags: [a]\nread: 2020-08-31\nsummary: S"), PATH)
    assert [problem.kind for problem in problems] == [DiagnosticKind.MISSING_PAPER]
    assert (front.tags, front.read, front.summary) == (("a",), datetime.date(2020, 8, 31), "S")


# Text left for MyST.


def test_fields_of_the_extension_are_replaced_by_empty_lines() -> None:
    text = note("paper: k\ntags:\n- a\n\nsummary: |\n  one\n\n  two\n# the end")
    assert parse_valid(text).rest == "\n" * 12 + "# Title\n\nText.\n"


def test_front_matter_of_others_keeps_its_lines() -> None:
    text = note(
        "# about it\ntitle: T\npaper: k\nmyst:\n  a: b\ntags:\n  - a\n  - b\norphan: true\nread:"
    )
    assert parse_valid(text).rest == (
        "---\n# about it\ntitle: T\n\nmyst:\n  a: b\n\n\n\norphan: true\n\n---\n"
        "\n# Title\n\nText.\n"
    )


def test_text_without_front_matter_is_unchanged() -> None:
    text = "# Title\n\npaper: k\n\n---\n\nText.\n"
    assert parse(text, PATH)[0].rest == text


def test_front_matter_in_braces_is_parsed_and_blanked() -> None:
    front = parse_valid(note("{paper: k, tags: [a],\n read: 2020-08-31}"))
    assert ([*front.papers], front.tags, front.read) == (["k"], ("a",), datetime.date(2020, 8, 31))
    assert front.rest == "\n\n\n\n\n# Title\n\nText.\n"


def test_front_matter_in_braces_is_left_whole_if_it_has_other_keys() -> None:
    text = note("{paper: k, orphan: true,\n read: 2020-02-30}")
    front, problems = parse(text, PATH)
    assert front.papers == {"k": 2}
    assert front.rest == text
    assert [(problem.line, problem.kind) for problem in problems] == [(3, DiagnosticKind.BAD_READ)]


@pytest.mark.parametrize(
    "text",
    [
        note("paper: k\norphan: true\nread: 2020-02-30"),
        note("paper: k\ntags: [a"),
        "---\npaper: k\ntitle: T\n\n# Title\n",
        "---\n---",
        "---",
        "",
        "# Title",
    ],
)
def test_blanking_keeps_all_line_numbers(text: str) -> None:
    rest = parse(text, PATH)[0].rest
    before, after = text.split("\n"), rest.split("\n")
    assert len(after) == len(before)
    assert all(new in ("", old) for new, old in zip(after, before, strict=True))


def test_crlf_line_ends_keep_line_numbers() -> None:
    text = note("title: T\npaper: k\ntags:\n- a\n- 3\nsummary: |\n  one\n  two").replace(
        "\n", "\r\n"
    )
    front, problems = parse(text, PATH)
    assert (front.papers, front.tags) == ({"k": 3}, ("a",))
    assert (front.summary, front.summary_line) == ("one\ntwo\n", 8)
    assert [problem.line for problem in problems] == [6]
    assert front.rest.split("\n")[:3] == ["---\r", "title: T\r", ""]
    assert front.rest.count("\n") == text.count("\n")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_line_ends_known_only_to_yaml_do_not_shift_line_numbers(separator: str) -> None:
    text = note(f"title: one{separator}two\npaper: k\norphan: true\nread: never")
    front, problems = parse(text, PATH)
    assert front.papers == {"k": 3}
    assert [problem.line for problem in problems] == [5]
    assert front.rest == text.replace("paper: k", "").replace("read: never", "")


# YAML tags, anchors and aliases.


@pytest.mark.parametrize(
    "fields",
    [
        "paper: k\nx: !!python/object/apply:os.abort []",
        "paper: k\nx: !!python/name:os.abort",
        "paper: k\n!!python/object/apply:os.abort []: x",
    ],
)
def test_yaml_tags_create_no_python_objects(fields: str) -> None:
    assert [*parse_valid(note(fields)).papers] == ["k"]


def test_value_with_a_yaml_tag_is_not_a_string() -> None:
    assert parse_faults(note("paper: !!python/name:os.abort k\ntags: [!!python/str a]")) == [
        (2, DiagnosticKind.BAD_PAPER, '"paper" is not a string; put the key in quotes: "k"'),
        (3, DiagnosticKind.BAD_TAGS, 'the tag a is not a string; put it in quotes: "a"'),
    ]


def test_yaml_aliases_are_resolved() -> None:
    assert parse_valid(note("paper: &k key\ntags: [*k, b]")).tags == ("key", "b")


def test_nested_aliases_are_not_expanded() -> None:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 40)
    ]  # 9 to the power of 40 values, if they were expanded
    text = note("\n".join([*lines, "tags: *l39", "paper: k"]))
    front, problems = parse(text, PATH)
    assert ([*front.papers], front.tags) == (["k"], ())
    kinds = {DiagnosticKind.BAD_TAGS, DiagnosticKind.FRONT_MATTER}
    assert {problem.kind for problem in problems} == kinds
    # Nine tags that are lists, and 36 of the 40 fields have more than ten thousand values.
    assert len(problems) == 9 + 36


def test_recursive_alias_is_reported_as_an_invalid_tag() -> None:
    assert [kind for _, kind, _ in parse_faults(note("paper: k\ntags: &t [*t]"))] == [
        DiagnosticKind.BAD_TAGS
    ]


def test_diagnostic_has_the_path_of_its_file() -> None:
    _, problems = parse("---\npaper: 1\n---\n", "papers/deep/y.md")
    assert problems == [
        Diagnostic(
            "papers/deep/y.md",
            2,
            '"paper" is not a string; put the key in quotes: "1"',
            DiagnosticKind.BAD_PAPER,
        )
    ]


def test_duplicate_front_matter_field_is_reported_and_the_last_one_counts() -> None:
    text = "---\npaper: a\ntags: [x]\npaper: b\n---\n"
    front, problems = parse(text, "papers/x.md")
    assert [*front.papers] == ["b"]
    assert problems == [
        Diagnostic(
            "papers/x.md",
            4,
            '"paper" occurs twice in the front matter, the last one counts; delete one of them',
            DiagnosticKind.FRONT_MATTER,
        )
    ]


def test_former_names_are_normalised_to_page_names() -> None:
    front = parse_valid(
        note("paper: k\nredirect_from:\n- papers/old\n- /a/b.html\n- c.md\n- ü d/\n- a/b")
    )
    assert [(name.docname, name.line) for name in front.former_names] == [
        ("papers/old", 4),
        ("a/b", 8),
        ("c", 6),
        ("ü d", 7),
    ]
    assert parse_valid(note("paper: k\nredirect_from:")).former_names == ()


@pytest.mark.parametrize(
    "name",
    ["''", "/", "../up", "a/./b", "a//b", "https://example.org/a", "'a#b'", "a?b", "[]", "'a*'"],
)
def test_invalid_former_name_is_reported(name: str) -> None:
    ((line, kind, message),) = parse_faults(note(f"paper: k\nredirect_from:\n- {name}"))
    assert (line, kind) == (4, DiagnosticKind.BAD_REDIRECT)
    assert message.startswith('"redirect_from" contains "')
    assert message.endswith(
        "which is not a page name; write the former name of the page, relative to the root of the"
        ' site, such as "papers/old-name"'
    )


@pytest.mark.parametrize(("value", "example"), [("a", "a"), ("{a: b}", "papers/old-name")])
def test_former_names_that_are_not_a_list_are_reported(value: str, example: str) -> None:
    assert parse_faults(note(f"paper: k\nredirect_from: {value}")) == [
        (
            3,
            DiagnosticKind.BAD_REDIRECT,
            f'"redirect_from" is not a list; write "redirect_from: [{example}]"',
        )
    ]


def test_long_chain_of_aliases_is_accepted() -> None:
    lines = ["l0: &l0 [x]", *(f"l{n}: &l{n} [*l{n - 1}]" for n in range(1, 1900))]
    assert parse(note("\n".join([*lines, "paper: k"])), PATH)[1] == []
