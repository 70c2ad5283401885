"""A site with every fault at once: each gets its message, and the rest is built.

Each faulty note, and each faulty bibliography, is a file of its own, so that the messages of a case
are those that name its file. Faults that need a site to themselves are in test_messages.py.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import programs
import pytest
from sites import PNG, ROOTS, Build, Site, parse, text

from papernotes.bibliography import reader
from papernotes.cli.building import site_check

NOTE = "papers/{name}.md"
BIB = "bib/{name}.bib"
# What a note is, where a case does not say otherwise: lines 1 to 7.
BEFORE = "---\npaper: {key}\n{front}---\n\n# A title\n\n{body}\n"


@dataclass(frozen=True)
class Case:
    """A faulty file and its messages, each from the number of the line on.

    ``keys`` are those of the entries that are to be there after all.
    """

    name: str
    content: bytes
    messages: tuple[str, ...]
    keys: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The name as messages have it."""
        escaped = self.name.replace("\n", r"\n").replace("\x1b", r"\x1b")
        return escaped.replace("\udce9", r"\udce9")


def key_of(name: str) -> str:
    """Return the citation key of the paper that the note *name* is on."""
    return "k-" + re.sub("[^a-z0-9-]", lambda match: f"{ord(match[0]):x}", name)[:40]


def note(name: str, *messages: str, front: str = "", body: str = "The summary.") -> Case:
    """Return a note with *front* after the second line and *body* from the seventh or later on."""
    return whole(name, BEFORE.format(key=key_of(name), front=front, body=body), *messages)


def whole(name: str, content: str | bytes, *messages: str) -> Case:
    """Return a note with this *content*."""
    encoded = content.encode() if isinstance(content, str) else content
    return Case(NOTE.format(name=name), encoded, messages)


def bib(name: str, content: str | bytes, *messages: str, keys: tuple[str, ...] = ()) -> Case:
    """Return a bibliography; its last entry is a whole one."""
    encoded = content.encode() if isinstance(content, str) else content
    last = f"\n@misc{{last-{name}, author={{A Last}}, title={{The last}}, year=2001}}"
    return Case(BIB.format(name=name), encoded + last.encode(), messages, (*keys, f"last-{name}"))


def entry(key: str, more: str) -> str:
    return f"@misc{{{key}, author={{A Name}}, title={{A title}}, year=2001, {more}}}"


KIND = {
    "link": "[papernotes.bad-link]",
    "syntax": "[papernotes.bib-syntax]",
    "tags": "[papernotes.bad-tags]",
    "yaml": "[papernotes.front-matter]",
}
CLOSED = f"that begins here is not closed; check its braces and quotes {KIND['syntax']}"
EMPTY_TAG = f"a tag is empty, a list or a mapping; write a word or delete it {KIND['tags']}"
NO_LINK = (
    f"is not an http or https address and is not linked; correct it or delete it {KIND['link']}"
)
ABOVE = f"check this line and the one above {KIND['syntax']}"
MEND = "correct it, until then the page shows its TeX [papernotes.bad-math]"
BYTE = "here; save the file in that encoding"
LEFT_OUT = f"{BYTE}, until then the site leaves the page out [papernotes.encoding]"
AS_TEXT = (
    "in the summary is shown as text; write Markdown, or set papernotes_raw_html = True in conf.py"
    " [papernotes.raw-html]"
)
FORBIDDEN = (
    "1: WARNING: the file's name contains {}, which Windows does not allow; rename the file"
    " [papernotes.file-name]"
)
DEVICE = (
    "1: WARNING: the file's name is reserved for a device on Windows; rename the file"
    " [papernotes.file-name]"
)
OUTSIDE = (
    '7: WARNING: the page shows the file "../outside.md", which is outside the site\'s folder; copy it'
    " there, until then the page is left out [papernotes.outside]"
)
NO_WORDS = "the note's heading is empty; write the title of the paper after its #"
NO_WORDS = f"5: WARNING: {NO_WORDS} [papernotes.no-heading]"
NO_CARD = "which a card cannot show;"
AS_LINK = "is unsafe and shown as text; correct it or delete it [papernotes.bad-link]"
NO_PAGE = (
    "which is not a page name; write the former name of the page, relative to the root of the site,"
    ' such as "papers/old-name" [papernotes.bad-redirect]'
)
NO_NAME = "rename the file, until then the site leaves the page out [papernotes.file-name]"
ENCODE = (
    "contains a space, a quote or an angle bracket, which no address may, and is not linked; write it"
    f" as %20, %22, %3C or %3E {KIND['link']}"
)
TAG = 'the tag {0} is not a string; put it in quotes: "{0}" [papernotes.bad-tags]'
TOO_MANY = (
    '{}: WARNING: "{}" expands to more than 10000 values through aliases, and is left out; write its'
    f" values out, or delete it {KIND['yaml']}"
)
LETTERS = "abcdefghi"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in itertools.pairwise(LETTERS)
)

CASES = [
    # Encodings and characters of notes.
    whole(
        "latin-1",
        "---\npaper: k-latin-1\n---\n\n# A title\n\nA café.\n".encode("latin-1"),
        f"7: WARNING: the file is not UTF-8: it has the byte 0xe9 {LEFT_OUT}",
    ),
    whole(
        "utf-16",
        "---\npaper: k-utf-16\n---\n\n# A title\n".encode("utf-16"),
        f"1: WARNING: the file is not UTF-8: it has the byte 0xff {LEFT_OUT}",
    ),
    whole("bom", "\ufeff---\npaper: k-bom\n---\n\n# A title\n\nThe summary.\n"),
    whole("crlf", "---\r\npaper: k-crlf\r\n---\r\n\r\n# A title\r\n\r\nThe summary.\r\n"),
    whole("no-final-newline", "---\npaper: k-no-final-newline\n---\n\n# A title\n\nThe summary."),
    note(
        "control",
        *(
            f"{line}: WARNING: this line contains the control character U+{code}; delete it"
            " [papernotes.control-character]"
            for line, code in ((7, "0007"), (8, "0000"), (9, "001B"), (10, "202E"))
        ),
        body="A bell \x07,\na null \0,\nan escape \x1b[31m,\nand an override \u202eof direction.",
    ),
    note(
        "control-in-front-matter",
        "3: WARNING: this line contains the control character U+0007; delete it"
        " [papernotes.control-character]",
        front="tags: [a\x07b]\n",
    ),
    note(
        "escaped-character",
        "3: WARNING: this value escapes the character U+D800; delete it"
        " [papernotes.control-character]",
        front='tags: ["c\\ud800"]\n',
    ),
    # Front matter.
    note(
        "tabs",
        "4: WARNING: front matter is not valid YAML: found character '\\t' that cannot start any token;"
        f" correct this line {KIND['yaml']}",
        front="tags:\n\t- a\n",
    ),
    note(
        "python",
        f'3: WARNING: "tags" is not a list; write "tags: [os]" {KIND["tags"]}',
        front="tags: !!python/module os\n",
    ),
    note(
        "python-in-a-tag",
        "3: WARNING: " + TAG.format("os"),
        front="tags: [!!python/name:os os]\n",
    ),
    note(
        "alias-bomb",
        *(TOO_MANY.format(line, name) for line, name in enumerate("efgh", 7)),
        "10: WARNING: " + EMPTY_TAG,
        TOO_MANY.format(11, "i"),
        front=BOMB + "tags: *i\n",
    ),
    note("tag-3", "3: WARNING: " + TAG.format("3"), front="tags: [3]\n"),
    note("tag-null", "3: WARNING: " + TAG.format("null"), front="tags: [null]\n"),
    note("tag-empty", "3: WARNING: " + EMPTY_TAG, front='tags: [""]\n'),
    note("tag-true", "3: WARNING: " + TAG.format("true"), front="tags: [true]\n"),
    note("tag-number", f'3: WARNING: "tags" is not a list; write "tags: [3]" {KIND["tags"]}', front="tags: 3\n"),
    note("tags-empty", f'3: WARNING: "tags" is not a list; write "tags: []" {KIND["tags"]}', front='tags: ""\n'),
    note("tag-unseen", "3: WARNING: " + EMPTY_TAG, front='tags: ["\u200b\u00a0"]\n'),
    note("tags-null", front="tags: null\n"),
    note("tags-text", f'3: WARNING: "tags" is not a list; write "tags: [first, second]" {KIND["tags"]}', front="tags: {a: b}\n"),
    note(
        "field-twice",
        '4: WARNING: "tags" occurs twice in the front matter, the last one counts; delete one'
        f" of them {KIND['yaml']}",
        front="tags: [e]\ntags: [e]\n",
    ),
    note(
        "one-megabyte",
        f'3: WARNING: the tag 4 is not a string; put it in quotes: "4" {KIND["tags"]}',
        front="tags: [4]\nother: " + "y" * 1_000_000 + "\n",
    ),
    # HTML and links.
    note(
        "html-in-summary",
        f'3: WARNING: "<script>" {AS_TEXT}',
        front="summary: A <script>ran</script> word.\n",
    ),
    note(
        "html-block-in-summary",
        f'4: WARNING: "<div" {AS_TEXT}',
        front="summary: |\n  <div onclick=ran>A block.</div>\n",
    ),
    note(
        "image-in-summary",
        f'3: WARNING: "<img" {AS_TEXT}',
        front="summary: A <img src=x onerror=ran()> word.\n",
    ),
    note("html-in-tag", front='tags: ["<script>ran()</script>", "<img src=x onerror=ran()>"]\n'),
    note("html-in-body", body="A <b onclick=ran()>bold</b> word.\n\n<script>ran()</script>"),
    note(
        "list-in-summary",
        f"6: WARNING: the summary contains a list of notes or works, {NO_CARD} delete it"
        " [papernotes.bad-summary]",
        front="summary: |\n  A list.\n\n  ```{papers}\n  ```\n",
    ),
    note(
        "summary-heading",
        f"4: WARNING: the summary contains a heading, {NO_CARD} write a paragraph [papernotes.bad-summary]",
        front="summary: |\n  # A heading\n\n  A text.\n",
    ),
    note("list-in-a-quotation", body="The summary.\n\n> ```{papers}\n> ```\n"),
    note(
        "links",
        f'7: WARNING: the link to "JaVaScript:alert" {AS_LINK}',
        f'7: WARNING: the link to "data:text/html,x" {AS_LINK}',
        f'7: WARNING: the link to "javascript:alert" {AS_LINK}',
        body="[a](javascript:alert) [b](JaVaScript:alert) [c](data:text/html,x) `[d](data:x)`",
    ),
    note(
        "links-by-directives",
        f'9: WARNING: the link to "javascript:alert(1)" {AS_LINK}',
        f'15: WARNING: the link to "data:text/html,x" {AS_LINK}',
        f'19: WARNING: the link to "VBScript:alert(1)" {AS_LINK}',
        f'25: WARNING: the link to "javascript:alert(1)" {AS_LINK}',
        body=(
            "A summary.\n\n"
            "```{figure} dot.png\n:target: java script:alert(1)\n\nA caption.\n```\n\n"
            "```{image} dot.png\n:target: data:text/html,x\n```\n\n"
            "```{card} A title\n:link: VBScript:alert(1)\n\nA text.\n```\n\n"
            "```{button-link} javascript:alert(1)\nPress\n```\n"
        ),
    ),
    note(
        "link-in-summary",
        f'3: WARNING: the link to "javascript:alert(1)" {AS_LINK}',
        front='summary: "[a](javascript:alert(1))"\n',
    ),
    note(
        "link-with-a-tab",
        f'8: WARNING: the link to "JaVa\tscript:alert" {AS_LINK}',
        "8: WARNING: 'myst' cross-reference target not found: 'JaVa\\tscript:alert'"
        " [myst.xref_missing]",
        front="summary: The summary.\n",
        body="[a](<JaVa\tscript:alert>)",
    ),
    note(
        "link-in-a-formula",
        '7: WARNING: the formula "\\href{javascript:alert}{x}" cannot be shown: the command'
        f" \\href is not known; {MEND}",
        body="$\\href{javascript:alert}{x}$",
    ),
    note(
        "style-in-a-formula",
        '7: WARNING: the formula "\\style{color:red}{x}" cannot be shown: the command \\style is'
        f" not known; {MEND}",
        body="$\\style{color:red}{x}$",
    ),
    *(
        note(
            f"{name}-in-a-formula",
            f'7: WARNING: the formula "\\{name}{{a}}{{b}}" cannot be shown: the command \\{name} is not'
            f" known; {MEND}",
            body=f"$\\{name}{{a}}{{b}}$",
        )
        for name in ("url", "html", "class", "cssId", "htmlData", "includegraphics", "input", "write")
    ),
    # Headings.
    whole("heading-empty", BEFORE.format(key=key_of("heading-empty"), front="", body="").replace("A title", ""), NO_WORDS),
    whole("heading-unseen", BEFORE.format(key=key_of("heading-unseen"), front="", body="").replace("A title", "\u200b&nbsp;"), NO_WORDS),
    whole("heading-html", BEFORE.format(key=key_of("heading-html"), front="", body="").replace("A title", "<b></b>"), NO_WORDS),
    # Former names.
    *(
        note(
            f"former-{number}",
            f'3: WARNING: "redirect_from" contains "{name}", {NO_PAGE}',
            front=f"redirect_from: ['{name}']\n",
        )
        for number, name in enumerate(
            ("../x", "a/../../x", "papers/alpha.html/x", "feed.xml/x", "objects.inv", "x.", "C:/x", "a//b", "", "<script>", "x" * 248)
        )
    ),
    # Files from outside, and the file itself.
    note(
        "itself",
        "1: WARNING: the document includes itself, or is nested too deeply; correct it, until then the"
        " page is empty [papernotes.nesting]",
        body="```{include} itself.md\n```",
    ),
    note("include", OUTSIDE, body="```{include} ../../outside.md\n```"),
    note("literal-include", OUTSIDE, body="```{literalinclude} ../../outside.md\n```"),
    note("raw-file", OUTSIDE, body="```{raw} html\n:file: ../../outside.md\n```"),
    note(
        "include-nothing",
        '7: WARNING: the file "/etc/nothing" does not exist; correct the name, or add the file [papernotes.missing-file]',
        body="```{include} /etc/nothing\n```",
    ),
    # Names of files.
    note("esc\x1b", f"1: WARNING: the file's name contains the control character U+001B; {NO_NAME}"),
    note("new\nline", f"1: WARNING: the file's name contains the control character U+000A; {NO_NAME}"),
    note("caf\udce9", f"1: WARNING: the file's name is not UTF-8; {NO_NAME}"),
    note("CON", DEVICE),
    note("nul.x", DEVICE),
    *(note(name) for name in ("search", "index", "genindex", "😀", "a b", "a#b%20c", "..e", "-f")),
    *(note(name) for name in ("_g", "i'jk", "l&m", "$n$", "o.html", "p" * 247)),
    note("c?d", FORBIDDEN.format("?")),
    note("<h>", FORBIDDEN.format("<>")),
    note('"k', FORBIDDEN.format('"')),
    note(
        "q" * 248,
        "1: WARNING: the file's name is too long for the files that are derived from it; shorten it"
        " to 247 bytes, until then the site leaves the page out [papernotes.file-name]",
    ),
    note("Case"),
    note(
        "case",
        "1: WARNING: the file's name differs from papers/Case.md only in case, which many systems"
        " ignore; rename one of them [papernotes.file-name]",
    ),
    note("e\u0301"),
    note(
        "\u00e9",
        "1: WARNING: the file's name equals that of another note in another Unicode normalization,"
        " and one of the notes is not read; rename one [papernotes.file-name]",
    ),
    note("half-a-megabyte", body="The summary.\n\n## A section\n\n```text\n" + "word\n" * 10**5 + "```"),
    # The bibliography.
    bib("unclosed", "@misc{a1,\n  title = {A,\n  year = 2001\n}\n", f'1: WARNING: the entry "a1" {CLOSED}'),
    bib(
        "no-comma",
        "@misc{a2,\n  title = {A}\n  year = 2001\n}\n",
        f'3: WARNING: the entry "a2" lacks a comma before this field; add it {KIND["syntax"]}',
        keys=("a2",),
    ),
    bib(
        "no-quote",
        '@misc{a3,\n  title = "A,\n  year = 2001\n}\n',
        "2: WARNING: the entry \"a3\" cannot be read: the value that begins here has no closing quote;"
        f" {ABOVE}",
        keys=("a3",),
    ),
    bib(
        "no-key",
        "@misc{title = {A}}\n",
        "1: WARNING: the @misc that begins here has no key; write one after its opening brace, such"
        f" as @misc{{smith2020, {KIND['syntax']}",
    ),
    bib("no-name", "@{a5}\n", f"1: WARNING: an entry cannot be read: a valid name expected; {ABOVE}"),
    bib(
        "twice",
        "@misc{a6}\n@misc{a6}\n",
        '2: WARNING: the key "a6" is already used by the entry at bib/twice.bib:1, which counts;'
        " rename or delete one of them [papernotes.duplicate-key]",
        keys=("a6",),
    ),
    bib(
        "twice-by-case",
        "@misc{a7}\n@misc{A7}\n",
        '2: WARNING: the key "A7" is already used by the entry at bib/twice-by-case.bib:1, which counts;'
        " rename or delete one of them [papernotes.duplicate-key]",
        keys=("a7",),
    ),
    bib(
        "twice-in-two-files",
        "@misc{gamma2003}\n",
        '1: WARNING: the key "gamma2003" is already used by the entry at refs.bib:17, which counts;'
        " rename or delete one of them [papernotes.duplicate-key]",
    ),
    bib(
        "field-twice",
        "@misc{a8, note = {A}, Note = {B}}\n",
        '1: WARNING: the entry "a8" has the field "Note" twice, the first one counts; delete one'
        " of them [papernotes.duplicate-field]",
        keys=("a8",),
    ),
    bib(
        "macro",
        "@misc{a9, note = nips}\n",
        '1: WARNING: undefined macro "nips"; put the text in braces, or define it with'
        " @string{nips = {...}} [papernotes.undefined-macro]",
        keys=("a9",),
    ),
    bib(
        "crossref",
        "@misc{a10, crossref = {nobody}}\n",
        '1: WARNING: in the entry "a10", crossref names the key "nobody", which is in no'
        " bibliography file; correct it [papernotes.bad-crossref]",
        keys=("a10",),
    ),
    bib("circle", "@misc{a11, crossref = {a12}}\n@misc{a12, crossref = {a11}}\n",
        '2: WARNING: in the entry "a12", crossref is circular, from a11 to a12 to a11; delete one'
        " of the references [papernotes.bad-crossref]",
        keys=("a11", "a12")),
    bib("latin-1", "@misc{a13, title = {Café}}\n".encode("latin-1"), f"1: WARNING: the file is not UTF-8: it has the byte 0xe9 {BYTE} [papernotes.bib-encoding]", keys=("a13",)),
    bib(
        "utf-16",
        "@misc{a14b, title = {A}}".encode("utf-16"),
        f"1: WARNING: the file is not UTF-8: it has the byte 0xff {BYTE} [papernotes.bib-encoding]",
        "1: WARNING: this line contains the control character U+0000; delete it"
        " [papernotes.control-character]",
    ),
    bib("bom", "\ufeff@misc{a14, title = {A}}\n", keys=("a14",)),
    bib("crlf", "@misc{a15,\r\n  title = {A}\r\n}\r\n", keys=("a15",)),
    bib(
        "control",
        "@misc{a16,\n  title = {A \x07 bell},\n  author = {A \u202eB}}\n",
        "2: WARNING: this line contains the control character U+0007; delete it"
        " [papernotes.control-character]",
        "3: WARNING: this line contains the control character U+202E; delete it"
        " [papernotes.control-character]",
        keys=("a16",),
    ),
    bib("null", b"\0" * 50, "1: WARNING: this line contains the control character U+0000; delete it [papernotes.control-character]"),
    bib("hundred-braces", "@misc{a17, title = {" + "{" * 90 + "A" + "}" * 90 + "}}\n", keys=("a17",)),
    bib(
        "thousand-braces",
        "@misc{a18, title = {" + "{" * 1000 + "A" + "}" * 1000 + "}}\n",
        f'1: WARNING: the entry "a18" cannot be read: too many nested braces; {ABOVE}',
        keys=("a18",),
    ),
    bib("names", "@misc{a19, author = {A, B, C, D}}\n",
        '1: WARNING: a name in the entry "a19" has too many commas: "A, B, C, D"; write "Family,'
        ' Given", with "and" between two people [papernotes.bib-name]',
        keys=("a19",)),
    bib("empty", b""),
    bib("comment", "@comment{ {{ }\n"),
    bib(
        "per-cent",
        "% @misc{a20\n",
        f'1: WARNING: the entry "a20" {CLOSED}',
    ),
    *(
        bib(f"key-{number}", f"@misc{{{key}, author={{A Name}}, title={{T}}, year=2001}}\n", keys=(key,))
        for number, key in enumerate(("DBLP:conf/a/b", "a+b'c", "κ", "../x", "😀", "<b>", "a&b", "$k$"))
    ),
    # Links of works that the site shows.
    *(
        bib(
            f"link-{number}",
            entry(f"shown{number}", f"url = {{{address}}}") + "\n",
            f'1: WARNING: the field "url" of the entry "shown{number}" {NO_LINK}',
            keys=(f"shown{number}",),
        )
        for number, address in enumerate(
            ("javascript:alert(1)", "JaVa\tscript:alert(1)", "data:text/html,x", "vbscript:x", "//x.org", "ftp://x.org/")
        )
    ),
    *(
        bib(
            f"encode-{number}",
            entry(f"shown-encode{number}", f"url = {{{address}}}") + "\n",
            f'1: WARNING: the field "url" of the entry "shown-encode{number}" {ENCODE}',
            keys=(f"shown-encode{number}",),
        )
        for number, address in enumerate(("https://x.org/a b", "https://x.org/<b>", 'https://x.org/"b'))
    ),
    bib(
        "pdf",
        entry("shown-pdf", "pdf = {javascript:alert(1)}"),
        f'1: WARNING: the field "pdf" of the entry "shown-pdf" {NO_LINK}',
        keys=("shown-pdf",),
    ),
    bib(
        "eprint",
        entry("shown-eprint", "eprint = {https://arxiv.org/abs/1706.03762}"),
        '1: WARNING: the field "eprint" of the entry "shown-eprint" is an address,'
        ' "https://arxiv.org/abs/1706.03762", and not linked; write only the identifier, such as'
        f" 1706.03762 {KIND['link']}",
        keys=("shown-eprint",),
    ),
    bib("href", entry("shown-href", "note = {\\href{javascript:alert(1)}{x}}"), keys=("shown-href",)),
    bib(
        "formula",
        "@misc{shown-formula, author={A Name}, year=2001, title={$\\href{javascript:alert(1)}{x}$}}",
        '1: WARNING: the formula "\\href{javascript:alert(1)}{x}" cannot be shown: the command \\href'
        f" is not known; {MEND}",
        keys=("shown-formula",),
    ),
    bib(
        "nothing",
        "@misc{shown-nothing}",
        '1: WARNING: the entry "shown-nothing" has no author and no year and no title; add what is'
        " known [papernotes.incomplete-entry]",
        keys=("shown-nothing",),
    ),
    bib("per-cent-in-a-name", "@misc{shown-per-cent, author={{50% {Fair} Company}}, title={A title}, year=2001}", keys=("shown-per-cent",)),
    bib(
        "braces-in-a-title",
        "@misc{shown-braces, title={Sets \\{ and 5% \\}}, year=2001}",
        '1: WARNING: the entry "shown-braces" has no author; add what is known'
        " [papernotes.incomplete-entry]",
        keys=("shown-braces",),
    ),
    bib("year", "@misc{shown-year, author={A Name}, title={A title}, year={soon}}", keys=("shown-year",)),
]  # fmt: skip

SHOWN = sorted(key for case in CASES for key in case.keys if key.startswith("shown"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Write the site with all the faults."""
    folder = tmp_path_factory.mktemp("bad") / "site"
    shutil.copytree(ROOTS / "tiny", folder)
    site = Site(folder)
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    for case in CASES:
        site.write(case.name, case.content)
    keys = [key_of(Path(name).stem) for name in names if name.startswith("papers/")]
    site.write("papers.bib", "".join(entry(f"{key}", "") + "\n" for key in (*keys, "k-linked")))
    site.write("papers/dot.png", PNG)
    site.write("../outside.md", "Words from outside.\n")
    site.write("../linked.md", "---\npaper: k-linked\n---\n\n# Linked\n\nFrom elsewhere.\n")
    (folder / "papers/linked.md").symlink_to("../../linked.md")
    (folder / "papers/dangling.md").symlink_to("../nowhere.md")
    (folder / "papers/circular.md").symlink_to("circular.md")
    site.edit("conf.py", '["refs.bib"]', repr(bibliographies()))
    site.edit("plain.md", "cites", "".join(f"{{cite:p}}`{key}` " for key in SHOWN) + "cites")
    return site


@pytest.fixture(scope="module")
def built(site: Site) -> Build:
    """Build the site."""
    return site.build()


def bibliographies() -> list[str]:
    """Return the names of the site's bibliographies, in their order."""
    return ["refs.bib", "papers.bib", *(case.name for case in CASES if case.name.endswith(".bib"))]


def messages(built: Build, site: Site) -> dict[str, list[str]]:
    """Return the messages of each file, without its name."""
    found: dict[str, list[str]] = {}
    for line in built.messages:
        if match := re.match(r"(.+?\.(?:md|bib)):+ ?(.*)", line.removeprefix(f"{site.folder}/")):
            found.setdefault(match[1], []).append(match[2])
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name[:40])
def test_messages_of(built: Build, site: Site, case: Case) -> None:
    expected = [message.replace("{root}", str(site.folder)) for message in case.messages]
    assert messages(built, site).get(case.shown, []) == expected


def test_nothing_else_is_reported(built: Build, site: Site) -> None:
    told = messages(built, site)
    for name, target in (("dangling", "../nowhere.md"), ("circular", "circular.md")):
        assert told.pop(f"papers/{name}.md") == [
            f"1: WARNING: the file's name is that of a symbolic link to {target}, which does not exist;"
            " correct the link [papernotes.file-name]"
        ]
    assert told.pop("papers/linked.md") == [
        '1: WARNING: the file is a link to "../linked.md", which is outside the site\'s folder; copy it'
        " there, until then the page is left out [papernotes.outside]"
    ]
    assert told.keys() <= {case.shown for case in CASES}
    # Sphinx says the same of two files: once each, in words of its own.
    rest = [line for line in built.messages if not re.search(r"\.(md|bib)\b.*\[[a-z._-]+\]$", line)]
    assert all("multiple files" in line or "Ignored" in line or "Use" in line for line in rest)
    assert not any("Traceback" in line for line in built.messages)


def test_each_note_has_its_page_and_the_others_theirs(built: Build) -> None:
    left_out = {"latin-1", "utf-16", "q" * 248, "e\u0301", "\u00e9"}
    left_out |= {"esc\x1b", "new\nline", "caf\udce9", "include", "literal-include", "raw-file"}
    for case in CASES:
        path = Path(case.name)
        if path.suffix == ".md" and path.stem not in left_out:
            page = built.page(case.name.removesuffix(".md"))
            shown = "papers/itself" if path.stem == "itself" else "A title"
            shown = path.stem if path.stem.startswith("heading-") else shown
            assert shown in text(page.cssselect("h1")[0]), case.name
            if not any("not valid YAML" in message for message in case.messages):
                assert "A Name" in text(page), case.name
    assert (
        sum((built.outdir / f"papers/{name}.html").exists() for name in ("e\u0301", "\u00e9")) == 1
    )
    assert not any(
        (built.outdir / f"papers/{name}.html").exists() for name in ("latin-1", "utf-16")
    )
    for name in ("alpha", "beta", "delta"):
        assert "summary" in text(built.page(f"papers/{name}"))
    for name in ("include", "literal-include", "raw-file", "linked"):
        assert not (built.outdir / f"papers/{name}.html").exists()
    assert "On epsilon" in text(built.page("reading"))


def test_no_entry_is_lost(built: Build, site: Site) -> None:
    sources = reader.load([site.folder / name for name in bibliographies()], site.folder)
    found = reader.read(sources)
    assert [key for case in CASES for key in case.keys if key not in found] == []
    shown = text(built.page("plain"))
    assert "A title" in shown
    assert len(built.page("plain").cssselect(".pn-works > li")) == len(SHOWN) + 1


def test_all_links_lead_somewhere_and_none_runs(built: Build) -> None:
    for path in sorted(built.outdir.rglob("*.html")):
        for address in parse(path).xpath("//@href | //@src"):
            scheme = re.match(r"[a-z]+(?=:)", re.sub(r"[\0-\x20]", "", address), re.IGNORECASE)
            assert scheme is None or scheme[0] in ("https", "http", "data"), (path, address)
            target = unquote(address.split("#")[0].split("?")[0])
            # Links to sources are the theme's, which does not quote them.
            if scheme is None and target and "_sources/" not in target:
                assert (path.parent / target).exists(), (path, address)


def test_a_check_says_the_same(site: Site) -> None:
    _, result = site_check.check(site.folder)
    found = [
        f"{each.path}:{each.line}: WARNING: {each.message} [{each.label}]"
        for each in result.diagnostics
    ]
    expected = [f"{case.shown}:{message}" for case in CASES for message in case.messages]
    assert len(expected) > 60
    assert [message for message in expected if message not in found] == []
    assert (
        'bib/year.bib:1: WARNING: "soon" is not a valid year; write four digits (field "year" of'
        ' "shown-year") [papernotes.bad-year]'
    ) in found


def test_the_faults_are_reported_until_they_are_corrected(built: Build, site: Site) -> None:
    again = messages(site.build(), site)
    assert again.keys() >= {
        case.shown for case in CASES if any("papernotes" in m for m in case.messages)
    }


def test_a_note_that_has_become_unreadable_leaves_nothing(tiny: Site) -> None:
    tiny.build()
    before = (tiny.folder / "papers/beta.md").read_bytes()
    tiny.write("papers/beta.md", before + "é".encode("latin-1"))
    build = tiny.build()
    assert [line.rsplit("[", 1)[1] for line in build.messages] == [
        "papernotes.encoding]",
        "papernotes.no-note]",
    ]
    assert not (build.outdir / "papers/beta.html").exists()
    tiny.write("papers/beta.md", before)
    assert tiny.build().messages == []
    assert (build.outdir / "papers/beta.html").exists()


def test_what_a_build_has_written_below_the_sources_is_no_source(tiny: Site) -> None:
    tiny.edit("conf.py", "html_theme", "papernotes_markdown = True\nhtml_theme")
    build = tiny.build()
    assert (build.outdir / "papers/alpha.md").exists()
    assert build.outdir.is_relative_to(tiny.folder)
    again = tiny.build()
    assert (again.messages, again.written) == ([], set())
    assert tiny.build("dirhtml").messages == []


def test_a_link_to_a_folder_above_is_not_followed_without_end(tiny: Site) -> None:
    (tiny.folder / "papers/again").symlink_to("..")
    build = tiny.build()
    assert build.messages == [
        "papers/again:1: WARNING: the folder is a link to one that it lies in, so that its documents"
        " would have pages without end; delete the link, until then they are left out"
        " [papernotes.file-name]"
    ]
    assert not (build.outdir / "papers/again").exists()


def test_neither_notes_nor_entries(tiny: Site) -> None:
    def remarks() -> set[tuple[str, str]]:
        found = site_check.check(tiny.folder)[1].diagnostics
        return {(each.path, each.kind.subtype) for each in found if each.severity == "remark"}

    note = (tiny.folder / "papers/beta.md").read_bytes()
    entries = (tiny.folder / "refs.bib").read_bytes()
    shutil.rmtree(tiny.folder / "papers")
    tiny.write("refs.bib", b"@string{x = {y}}")
    for name in ("plain.md", "generalization.md"):
        tiny.write(name, "# A page\n")
    build = tiny.build()
    assert build.messages == []
    assert text(build.page("index").cssselect("h1")[0]).startswith("A shelf")
    assert json.loads(build.read("papers.json"))["notes"] == []
    missing = {("conf.py", "no-folder"), ("refs.bib", "bib-empty")}
    assert missing <= remarks()
    tiny.write("refs.bib", entries)
    tiny.write("papers/beta.md", note)
    assert not missing & remarks()


def test_html_in_a_summary_is_a_setting(tiny: Site) -> None:
    tiny.write(
        "papers/zeta.md", "---\npaper: zeta2006\nsummary: A <b>bold</b> word.\n---\n\n# Zeta\n"
    )
    shown = tiny.build()
    assert [line.split("WARNING: ")[1] for line in shown.messages] == [f'"<b>" {AS_TEXT}']
    assert "A <b>bold</b> word." in text(shown.page("index"))
    allowed = tiny.build(confoverrides={"papernotes_raw_html": True})
    assert allowed.messages == []
    assert "A bold word." in text(allowed.page("index"))


def test_html_in_a_text_is_a_setting_of_the_parser(tiny: Site) -> None:
    tiny.write("papers/zeta.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nA <b>bold</b> word.\n")
    assert "A bold word." in text(tiny.build().page("papers/zeta"))
    settings = {"myst_disable_syntax": ["html_inline", "html_block"]}
    shown = tiny.build(confoverrides=settings)
    assert "A <b>bold</b> word." in text(shown.page("papers/zeta"))
    assert "A <b>bold</b> word." in text(shown.page("index"))


# Each of these once hung the build, or ended its process without a message.
WITHOUT_END = {
    "brackets": ("\n\n" + "[" * 100_000, "this line ends a paragraph of"),
    "quotes": ("\n\n" + "> " * 10_000 + "a", "nests more than 50 quotes and lists"),
    "boxes": ("\n\n" + "".join(":" * (300 - n) + "{note}\n" for n in range(250)), "nest"),
    "formula": ("\n\n$" + "(" * 40 + "x$ and the rest", "too many of its opening brackets"),
    "group": ("\n\n$" + "{" * 12_000 + "$ and the rest", "is nested more than 200 levels deep"),
    "root": ("\n\n$" + r"\sqrt{" * 2_000 + "x" + "}" * 2_000 + "$ and the rest", "200 levels"),
}


def test_files_that_nest_or_repeat_without_end_are_reported(tiny: Site) -> None:
    for name, (body, _) in WITHOUT_END.items():
        tiny.write(f"papers/{name}.md", f"---\npaper: alpha2001\n---\n\n# A title{body}\n")
    front = "---\npaper: alpha2001\nx: " + "[" * 50_000 + "\n---\n\n# A title\n\nThe rest.\n"
    tiny.write("papers/front.md", front)
    lists = "\n".join("  " * depth + "- a" for depth in range(40))
    tiny.write("papers/lists.md", f"---\npaper: alpha2001\n---\n\n# A title\n\n{lists} innermost\n")
    tiny.write("front.md", f"---\norphan: true\nx: {'[' * 50_000}\n---\n\n# A title\n\nThe rest.\n")
    tiny.edit("refs.bib", "year = {2001}", f"year = {{2001}}, month = {{{'1' * 5_000}}}")
    for command in (["sphinx", "-q", "-b", "html", ".", "_build/html"], ["papernotes", "check"]):
        run = programs.run([sys.executable, "-m", *command], cwd=tiny.folder, timeout=300)
        assert run.returncode == (command[0] == "papernotes"), run.stderr[-2_000:]
        told = run.stdout + run.stderr
        assert "Traceback" not in told
        lines = told.splitlines()
        for name, (_, message) in {**WITHOUT_END, "front": ("", "nested too deeply")}.items():
            if command[0] == "sphinx" or name not in ("boxes", "formula", "group", "root"):
                place = f"papers/{name}.md:"
                assert any(place in line and message in line for line in lines), (name, lines[:9])
    built = tiny.folder / "_build/html/papers"
    assert "and the rest" in (built / "formula.html").read_text("utf-8")
    # markdown-it drops the tenth list in a list without a word.
    assert "innermost" in (built / "lists.html").read_text("utf-8")
