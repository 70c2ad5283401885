"""Pandoc's citation syntax: what is one, what is none, and that it makes what the roles make."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import random
import re
import shutil
from collections.abc import Callable

import lxml.html
import pytest
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.mocking import MockInliner
from myst_parser.parsers.sphinx_ import MystParser
from sites import ROOTS, Build, Site, text

from papernotes.citations.pandoc_syntax import BARRIER, Cite, Item, Mode, parse

T, P, Y = Mode.TEXTUAL, Mode.PARENTHETICAL, Mode.YEAR
KNOWN = {
    "a",
    "b",
    "key",
    "Foo_bar.baz",
    "Foo_bar.baz.",
    "2020doe",
    "_x",
    "müller2001",
    "a/b",
    "c++d",
    "disputes:x",
}
Said = str | tuple[Mode, str]


def said(source: str, syntax: str = "") -> list[Said]:
    """Return what *source* is taken for, each citation as its mode and what the role would read."""
    found = parse(source, KNOWN.__contains__, syntax)
    return [part if isinstance(part, str) else (part.mode, part.target()) for part in found]


CASES: dict[str, list[Said]] = {
    # In brackets.
    "[@a]": [(P, "a")],
    "As [@a] says": ["As ", (P, "a"), " says"],
    "[@a; @b]": [(P, "a,b")],
    "[@a;@b]": [(P, "a,b")],
    "[ @a ]": [(P, "a")],
    "[see @a]": [(P, "{see}a")],
    "[@a, p. 3]": [(P, "a{p. 3}")],
    "[@a p. 3]": [(P, "a{p. 3}")],
    "[@a: p. 3]": [(P, "a{p. 3}")],
    "[see @a, p. 3; @b]": [(P, "{see}a{p. 3},b")],
    "[see @a, pp. 33-35 and elsewhere; also @b, chap. 1]": [
        (P, "{see}a{pp. 33-35 and elsewhere},{also}b{chap. 1}")
    ],
    "[see\n@a,\np. 3]": [(P, "{see}a{p. 3}")],
    "[@a, p. 3 [sic]; @b]": [(P, "a{p. 3 [sic]},b")],
    "[@nobody]": [(P, "nobody")],
    "[@a][@b]": [(P, "a"), (P, "b")],
    "x[@a]y": ["x", (P, "a"), "y"],
    # Braces mark off a locator.
    "[@a{ii, A, D-Z}, with a suffix]": [(P, "a{ii, A, D-Z, with a suffix}")],
    "[@a, {pp. iv, (xv)-(xvii)} with suffix here]": [
        (P, "a{pp. iv, (xv)-(xvii) with suffix here}")
    ],
    "[@a{}, 99 years later]": [(P, "a{99 years later}")],
    # Several keys in one part: not Pandoc's way, but what is meant is plain.
    "[@a, @b]": [(P, "a,b")],
    "[@a and @b]": [(P, "a,{and}b")],
    "[@a, p. 3, and @b, p. 4]": [(P, "a{p. 3},{and}b{p. 4}")],
    # Without the author.
    "[-@a]": [(Y, "a")],
    "[-@a, p. 3]": [(Y, "a{p. 3}")],
    "[see -@a; -@b]": [(Y, "{see}a,b")],
    "[-@a; @b]": [(P, "a,b")],
    "-@a": [(Y, "a")],
    "so -@a": ["so ", (Y, "a")],
    "so--@a": ["so--", (T, "a")],
    "so-@a": ["so-", (T, "a")],
    # In the text.
    "@a": [(T, "a")],
    "@a says, as does @b.": [(T, "a"), " says, as does ", (T, "b"), "."],
    "(@a)": ["(", (T, "a"), ")"],
    "@a's": [(T, "a"), "'s"],
    "@a [p. 3] says": [(T, "a{p. 3}"), " says"],
    "@a[p. 3]": [(T, "a{p. 3}")],
    "@a\n[p. 3]": [(T, "a{p. 3}")],
    "-@a [p. 3]": [(Y, "a{p. 3}")],
    "@a [p. 3; @b]": [(T, "a{p. 3}"), " ", (P, "b")],
    "@a [p. 3; see @b; @key, p. 4]": [(T, "a{p. 3}"), " ", (P, "{see}b,key{p. 4}")],
    "@a [@b]": [(T, "a"), " ", (P, "b")],
    "@a [p. 3](x)": [(T, "a"), " [p. 3](x)"],
    "@a [p. 3][x]": [(T, "a"), " [p. 3][x]"],
    "@a []": [(T, "a"), " []"],
    "@a [^1]": [(T, "a"), " [^1]"],
    "@a [p. 3; and more]": [(T, "a"), " [p. 3; and more]"],
    "@a\n\n[p. 3]": [(T, "a"), "\n\n[p. 3]"],
    "@nobody [p. 3] says": ["@nobody [p. 3] says"],
    "@nobody and @a": ["@nobody and ", (T, "a")],
    # Keys.
    "[@Foo_bar.baz.]": [(P, "Foo_bar.baz{.}")],
    "@Foo_bar.baz.": [(T, "Foo_bar.baz"), "."],
    "@{Foo_bar.baz.}": [(T, "Foo_bar.baz.")],
    "[@Foo_bar--baz]": [(P, "Foo_bar{--baz}")],
    "@a--b": [(T, "a"), "--b"],
    "@a: so": [(T, "a"), ": so"],
    "@a; @b, @key!": [(T, "a"), "; ", (T, "b"), ", ", (T, "key"), "!"],
    "@2020doe": [(T, "2020doe")],
    "@_x": [(T, "_x")],
    "@müller2001": [(T, "müller2001")],
    "@a/b": [(T, "a/b")],
    "[@a:b.c#d$e%f&g-h+i?j<k>l~m/n]": [(P, "a:b.c#d$e%f&g-h+i?j<k>l~m/n")],
    "[@{c++}]": [(P, "c++")],
    "[@https://example.org/x, p. 3]": [(P, "https://example.org/x{p. 3}")],
    "[@{https://example.com/bib?name=foobar&date=2000}, p.  33]": [
        (P, "https://example.com/bib?name=foobar&date=2000{p. 33}")
    ],
    "[@{a;b}; @b]": [(P, "a;b,b")],
    "@{a b}": ["@{a b}"],
    "[@{a,b}]": ["[@{a,b}]"],
    # The intent of a citation is no part of the key.
    "[@disputes:a, p. 3; @method_in:b]": [(P, "a{p. 3},b")],
    "[-@{agrees_with:a}] and @uses_method_in:b": [(Y, "a"), " and ", (T, "b")],
    "[@cites_as_evidence:nobody]": [(P, "nobody")],
    "[@disputes:x]": [(P, "disputes:x")],
    "[@Disputes:a; @hates:a]": [(P, "Disputes:a,hates:a")],
    "@disputes:nobody": ["@disputes:nobody"],
    # None.
    "": [],
    "Nothing here.": ["Nothing here."],
    "@": ["@"],
    "@ a": ["@ a"],
    "@.a": ["@.a"],
    "[@]": ["[@]"],
    "[see p. 3]": ["[see p. 3]"],
    "me@a": ["me@a"],
    "me@a.org, [me@a.org]": ["me@a.org, [me@a.org]"],
    "first.last+tag@a.org": ["first.last+tag@a.org"],
    "https://example.org/@a": ["https://example.org/@a"],
    "[see https://example.org/@a]": ["[see https://example.org/@a]"],
    "[see https://example.org/@a @b]": [(P, "{see https://example.org/@a}b")],
    "[@a](no link": [  # a link that is none
        "[",
        (T, "a"),
        "](no link",
    ],
    "[@a": ["[", (T, "a")],
    "@a]": [(T, "a"), "]"],
    "[^@a]": ["[^", (T, "a"), "]"],
    # Not each part names a key: text, as Pandoc has it.
    "[@a, p. 3; and more]": ["[", (T, "a"), ", p. 3; and more]"],
    "[more; @a]": ["[more; ", (T, "a"), "]"],
    "[@a;]": ["[", (T, "a"), ";]"],
    "[[@a]]": ["[", (P, "a"), "]"],
    "[see [@a]; @b]": ["[see ", (P, "a"), "; ", (T, "b"), "]"],
    f"[@a, {BARRIER}]": ["[", (T, "a"), f", {BARRIER}]"],
    f"@a [{BARRIER}]": [(T, "a"), f" [{BARRIER}]"],
}


@pytest.mark.parametrize(("source", "expected"), CASES.items(), ids=CASES)
def test_what_text_is_taken_for(source: str, expected: list[Said]) -> None:
    assert said(source) == expected


def test_what_is_no_syntax() -> None:
    """Places that the author has escaped, say, which are another character in the syntax."""
    assert said("@a @b", r"\a @b") == ["@a ", (T, "b")]
    assert said("-@a", r"-\a") == ["-@a"]
    assert said("[@a; @b]", r"[@a; \b]") == ["[", (T, "a"), "; @b]"]
    assert said("[@a]", r"\@a]") == ["[", (T, "a"), "]"]
    assert said("[@a; b]", r"[@a\ b]") == [(P, "a{; b}")]
    assert said("[@a, b, @b]", r"[@a, b\ @b]") == [(P, "a,{b,}b")]
    assert said("@a [p. 3]", r"@a \p. 3]") == [(T, "a"), " [p. 3]"]


def test_places_of_items() -> None:
    """Prefix, key and suffix can be cut out, and be put in again when they have been rendered."""
    for source in ("[see @a, p. 3; @{b}, 4, and -@key]", "-@a [p. 3; see @b]", "x @a [p. 3]"):
        for cite in parse(source, KNOWN.__contains__):
            if isinstance(cite, str):
                continue
            places = [0, *(place for item in cite.items for place in item.places), len(source)]
            texts = [source[start:end] for start, end in itertools.pairwise(places)]
            assert cite.spelled(texts) == cite
            assert cite.spelled([text.upper() for text in texts]).target() == re.sub(
                r"\{.*?\}", lambda match: match[0].upper(), cite.target()
            )


def test_items() -> None:
    assert parse("[see  @a , p. 3]", KNOWN.__contains__) == [
        Cite(P, (Item("see", "a", "p. 3"),), "[see  @a , p. 3]")
    ]


def test_nothing_is_lost() -> None:
    """Whatever the text, the pieces make it up, and keys are what the library can read."""
    rng = random.Random(3)
    pieces = [
        "@a",
        "@{b}",
        "-@key",
        "@no",
        "[",
        "]",
        "(",
        ";",
        ",",
        " ",
        "\n",
        "p. 3",
        "x",
        BARRIER,
    ]
    pieces += ["{", "}", "\\", "me@a.org", "https://a.org/@b", "^", "[see @a]"]
    for _ in range(3000):
        source = "".join(rng.choices(pieces, k=rng.randint(1, 14)))
        found = parse(source, KNOWN.__contains__)
        assert "".join(part if isinstance(part, str) else part.source for part in found) == source
        assert all(found)
        for part in found:
            if isinstance(part, Cite):
                assert part.items
                assert all(re.fullmatch(r"[^\s{},]+", item.key) for item in part.items)
                assert not re.search(r"[{}]", "".join(i.prefix + i.suffix for i in part.items))


# What is written in Pandoc's syntax, and the same with roles.
TWINS = {
    "parenthetical": ("It holds [@alpha2001].", "It holds {cite:p}`alpha2001`."),
    "several": ("[@alpha2001; @beta2002]", "{cite:p}`alpha2001,beta2002`"),
    "with text": (
        "[see @alpha2001, p. 3; @beta2002]",
        "{cite:p}`{see}alpha2001{p. 3},beta2002`",
    ),
    "textual": ("@gamma2003 says so.", "{cite:t}`gamma2003` says so."),
    "textual with locator": ("@gamma2003 [p. 3] says", "{cite:t}`gamma2003{p. 3}` says"),
    "textual with more": (
        "@gamma2003 [p. 3; @beta2002] says",
        "{cite:t}`gamma2003{p. 3}` {cite:p}`beta2002` says",
    ),
    "year": ("Alpha [-@alpha2001, p. 3] says", "Alpha {cite:yearpar}`alpha2001{p. 3}` says"),
    "several in a paragraph": (
        "One [@alpha2001], *two @beta2002* and\n**three [@gamma2003]**, @alpha2001.",
        (
            "One {cite:p}`alpha2001`, *two {cite:t}`beta2002`* and\n"
            "**three {cite:p}`gamma2003`**, {cite:t}`alpha2001`."
        ),
    ),
    "over lines": (
        "One [see\n@alpha2001,\np. 3; @beta2002] two",
        "One {cite:p}`{see}alpha2001{p. 3},beta2002` two",
    ),
    "emphasis in a suffix": (
        "[see *also* @alpha2001, **passim** and `x`; @beta2002]",
        "{cite:p}`{see also}alpha2001{passim and x},beta2002`",
    ),
    "emphasis beside an escape": (
        r"\[x\] [see *also* @alpha2001] \[y @beta2002\]",
        r"\[x\] {cite:p}`{see also}alpha2001` \[y {cite:t}`beta2002`\]",
    ),
    "a formula in a suffix": (
        "[@alpha2001, Theorem $n$]",
        "[{cite:t}`alpha2001`, Theorem $n$]",
    ),
    "a link in a suffix": (
        "[@alpha2001, [p. 3](https://example.org)]",
        "[{cite:t}`alpha2001`, [p. 3](https://example.org)]",
    ),
    "a table": (
        "| a | b @gamma2003 |\n|---|---|\n| [@alpha2001] | *@beta2002* |",
        "| a | b {cite:t}`gamma2003` |\n|---|---|\n| {cite:p}`alpha2001` | *{cite:t}`beta2002`* |",
    ),
    "a table's caption": (
        "~~~{table} From [@alpha2001]\n| a | b |\n|---|---|\n| c | d |\n~~~",
        "~~~{table} From {cite:p}`alpha2001`\n| a | b |\n|---|---|\n| c | d |\n~~~",
    ),
    "a footnote": (
        "Text.[^1]\n\n[^1]: See @alpha2001 [p. 3].",
        "Text.[^1]\n\n[^1]: See {cite:t}`alpha2001{p. 3}`.",
    ),
    "a heading": (
        "## On [@alpha2001] and @beta2002",
        "## On {cite:p}`alpha2001` and {cite:t}`beta2002`",
    ),
    "a rubric": (
        "~~~{rubric} On [@alpha2001]\n~~~",
        "~~~{rubric} On {cite:p}`alpha2001`\n~~~",
    ),
    "an admonition": (
        "```{note}\nAs [@alpha2001] says.\n```",
        "```{note}\nAs {cite:p}`alpha2001` says.\n```",
    ),
    "a figure's caption": (
        "```{figure} https://example.org/x.png\n\nFrom [@alpha2001].\n```",
        "```{figure} https://example.org/x.png\n\nFrom {cite:p}`alpha2001`.\n```",
    ),
    "a listing's caption": (
        "```{code-block} text\n:caption: From [@alpha2001].\n@beta2002\n```",
        "```{code-block} text\n:caption: From {cite:p}`alpha2001`.\n@beta2002\n```",
    ),
    "list items": (
        "- One [@alpha2001]\n- two @beta2002\n\n1. [@gamma2003]",
        "- One {cite:p}`alpha2001`\n- two {cite:t}`beta2002`\n\n1. {cite:p}`gamma2003`",
    ),
    "a quotation": ("> As [@alpha2001].", "> As {cite:p}`alpha2001`."),
    "a definition": (
        "Term @beta2002\n: As [@alpha2001].",
        "Term {cite:t}`beta2002`\n: As {cite:p}`alpha2001`.",
    ),
    "a section": ("## Section\n\n@alpha2001", "## Section\n\n{cite:t}`alpha2001`"),
    "beside a role": (
        "{cite:t}`alpha2001` and {note}`beta2002` and @alpha2001",
        "{cite:t}`alpha2001` and {note}`beta2002` and {cite:t}`alpha2001`",
    ),
    "escaped": (
        r"\@alpha2001, `\@alpha2001` and @alpha2001, \[@beta2002\], [@beta2002]",
        (
            r"\@alpha2001, `\@alpha2001` and {cite:t}`alpha2001`, \[{cite:t}`beta2002`\],"
            r" {cite:p}`beta2002`"
        ),
    ),
    "a backslash that is none": (
        r"\\@alpha2001 and \x@alpha2001",
        r"\\{cite:t}`alpha2001` and \x@alpha2001",
    ),
    "an escape elsewhere": (
        r"\@alpha2001, [x](https://example.org/@alpha2001) and @alpha2001; \[x\] [@beta2002]",
        (
            r"\@alpha2001, [x](https://example.org/@alpha2001) and {cite:t}`alpha2001`; \[x\]"
            " {cite:p}`beta2002`"
        ),
    ),
    "an escaped semicolon": (
        r"[@alpha2001, p. 3\; 4; @beta2002] and @beta2002 [p. 3\; 4]",
        "{cite:p}`alpha2001{p. 3; 4},beta2002` and {cite:t}`beta2002{p. 3; 4}`",
    ),
    "an escaped bracket": (
        r"[@alpha2001, p. 3\]; @beta2002] and [@alpha2001\] and @alpha2001 [p. 3\]",
        (
            r"{cite:p}`alpha2001{p. 3]},beta2002` and \[{cite:t}`alpha2001`\] and"
            r" {cite:t}`alpha2001` \[p. 3\]"
        ),
    ),
    "an escaped hyphen": (r"x \-@alpha2001", r"x \-{cite:t}`alpha2001`"),
    "an escaped parenthesis": (
        r"[@alpha2001]\(x) and @alpha2001 [p. 3]\(x)",
        r"{cite:p}`alpha2001`\(x) and {cite:t}`alpha2001{p. 3}`\(x)",
    ),
    "entities, which are no syntax": (
        "&#64;alpha2001, &#91;@alpha2001&#93;, [@alpha2001, p.&nbsp;3&semi; x], @alpha2001&amp;x",
        (
            "&#64;alpha2001, &#91;{cite:t}`alpha2001`&#93;, {cite:p}`alpha2001{p. 3; x}`,"
            " {cite:t}`alpha2001`&amp;x"
        ),
    ),
    "a key with an apostrophe": (
        "@{O'Neil2016} and '[@{O'Neil2016}, p. 3]'",
        "{cite:t}`O'Neil2016` and '{cite:p}`O'Neil2016{p. 3}`'",
    ),
    "a key with asterisks": (
        "*As* [@{a*b*c}] and @{a*b*c} [p. *3*]",
        "*As* {cite:p}`a*b*c` and {cite:t}`a*b*c{p. 3}`",
    ),
    "code beside a key": (
        "[see `@x`, `];` @alpha2001, `@beta2002`]",
        "{cite:p}`{see @x, ];}alpha2001{@beta2002}`",
    ),
    "line breaks in a citation": (
        "[see  \n@alpha2001,\\\np. 3] and @alpha2001  \n[p. 3]",
        "{cite:p}`{see}alpha2001{p. 3}` and {cite:t}`alpha2001{p. 3}`",
    ),
    "a backslash before a locator's line": (
        "@alpha2001\\\n[p. 3]",
        "{cite:t}`alpha2001`\\\n[p. 3]",
    ),
    "characters of a private alphabet": (
        "[see \U000f0000 *x* @alpha2001]",
        "{cite:p}`{see \U000f0000 x}alpha2001`",
    ),
    "quotation marks": (
        '"[see "x" @alpha2001, "y"]" and @alpha2001\'s \'x\'',
        "\"{cite:p}`{see “x”}alpha2001{“y”}`\" and {cite:t}`alpha2001`'s 'x'",
    ),
    "emphasis around keys": (
        "[**@alpha2001**], _see @alpha2001_, [*see @alpha2001*, x], [see *@beta2002* @alpha2001]",
        (
            "[**{cite:t}`alpha2001`**], _see {cite:t}`alpha2001`_, [*see {cite:t}`alpha2001`*, x],"
            " [see *{cite:t}`beta2002`* {cite:t}`alpha2001`]"
        ),
    ),
    "emphasis that hides what it holds": (
        "[@alpha2001, *p; q*; see *[x]* @beta2002]",
        "{cite:p}`alpha2001{p; q},{see [x]}beta2002`",
    ),
    "markup after keys": (
        "@alpha2001<br>x @{alpha2001}$x$ @alpha2001*x*",
        "{cite:t}`alpha2001`<br>x {cite:t}`alpha2001`$x$ {cite:t}`alpha2001`*x*",
    ),
    "roles beside a key": (
        "[see H{sub}`2`O @alpha2001], [see {ref}`genindex`, @alpha2001]",
        "{cite:p}`{see H2O}alpha2001`, [see {ref}`genindex`, {cite:t}`alpha2001`]",
    ),
    "substitutions": (
        "[see {{who}} @alpha2001] {{cited}}",
        "{cite:p}`{see Knuth}alpha2001` {cite:p}`alpha2001{p. 3}`",
    ),
    "text with attributes": (
        "[see @alpha2001]{.x} [see [x]{.y} @alpha2001]",
        "[see {cite:t}`alpha2001`]{.x} {cite:p}`{see x}alpha2001`",
    ),
    "HTML": (
        "<span>@alpha2001</span> *<code>x* @beta2002</code> @beta2002",
        "<span>{cite:t}`alpha2001`</span> *<code>x* \\@beta2002</code> {cite:t}`beta2002`",
    ),
    "HTML around blocks": (
        "<div>\n\n@alpha2001\n\n</div>",
        "<div>\n\n{cite:t}`alpha2001`\n\n</div>",
    ),
    "fields": (":@alpha2001 *@x*: By @alpha2001", ":\\@alpha2001 *\\@x*: By {cite:t}`alpha2001`"),
    "a title": (
        "~~~{admonition} On [@alpha2001, *p.* 3]\n:class: x\n\nx\n~~~",
        "~~~{admonition} On {cite:p}`alpha2001{p. 3}`\n:class: x\n\nx\n~~~",
    ),
    "nested directives": (
        "````{note}\n```{tip}\nAs [@alpha2001].\n```\n````",
        "````{note}\n```{tip}\nAs {cite:p}`alpha2001`.\n```\n````",
    ),
    "an attribution": (
        "```{epigraph}\nX\n\n-- Y [@alpha2001]\n```",
        "```{epigraph}\nX\n\n-- Y {cite:p}`alpha2001`\n```",
    ),
    "a footnote with a name": (
        "Text[^@alpha2001].\n\n[^@alpha2001]: By [@alpha2001].",
        "Text[^@alpha2001].\n\n[^@alpha2001]: By {cite:p}`alpha2001`.",
    ),
    "a glossary": (
        "```{glossary}\nTerm\n  By [@alpha2001].\n```",
        "```{glossary}\nTerm\n  By {cite:p}`alpha2001`.\n```",
    ),
}
# What stays as it stands, line by line. The last line is a citation, so that all is looked at.
UNTOUCHED = {
    "mail": "Mail me@alpha2001.org, <me@alpha2001.org>, [me](mailto:me@alpha2001.org).",
    "links": "[@alpha2001](https://example.org), [text @alpha2001](https://example.org)",
    "links to pages": "[@alpha2001](/plain.md), [*see @alpha2001*](/plain.md#x)",
    "link by reference": "[@alpha2001], [@beta2002][x]\n\n[@alpha2001]: https://example.org\n"
    "[x]: https://example.org",
    "address": "https://example.org/@alpha2001 and <https://example.org/@alpha2001>",
    "HTML link": '<a href="https://example.org">@alpha2001, *@beta2002*</a>',
    "HTML code": "<code>[@alpha2001]</code>",
    "HTML": '<div data-x="@alpha2001">\n</div>',
    "comment": "% @alpha2001\n\n<!-- @alpha2001 -->",
    "code": "`@alpha2001`, `[@alpha2001]`",
    "fence": "```\n[@alpha2001]\n```\n\n    @alpha2001",
    "directive": "```{code-block} python\n@alpha2001\n```",
    "mathematics": "$[@alpha2001]$\n\n$$\n@alpha2001\n$$",
    "image": "![@alpha2001](https://example.org/x.png) ![see [@alpha2001, *p*; @beta2002] x][x]"
    "\n\n[x]: https://example.org/x.png",
    "handle": "Thanks to @qqqq and @wwww [p. 3].",
    "roles": "{kbd}`@alpha2001` {ref}`@alpha2001 <genindex>` {sub}`@alpha2001` @{kbd}`x`"
    " {guilabel}`[@alpha2001]` {abbr}`x (@alpha2001)`",
    "link around a citation": "[see [@alpha2001] x](https://example.org)",
    "parsed literal": "```{parsed-literal}\n@alpha2001 *x* [@alpha2001]\n```",
    "button": "```{button-link} https://example.org\nAsk @alpha2001\n```",
    "reStructuredText": "```{eval-rst}\n[@alpha2001] and @alpha2001\n```",
    "no key": "[@] and [see @{a b}] and @ alpha2001",
    "declaration": "```{py:function} f(x=@alpha2001)\n```",
}


def add(key: str) -> Callable[[Site], None]:
    entry = f"\n@misc{{{key}, author = {{Quin Q}}, title = {{On q}}, year = 2007}}\n"
    return lambda site: site.edit(
        "refs.bib", "year = {2006},\n}\n", f"year = {{2006}},\n}}\n{entry}"
    )


def with_option(site: Site) -> Site:
    """Return *site* with the option on."""
    site.edit(
        "conf.py",
        "bibtex_bibfiles",
        "papernotes_pandoc_citations = True\n"
        'myst_substitutions = {"who": "*Knuth*", "cited": "[@alpha2001, p. 3]"}\n'
        'bibtex_reference_style = "papernotes"\n'
        'suppress_warnings = ["toc.not_included"]\n'
        "bibtex_bibfiles",
    )
    extensions = (
        '["attrs_inline", "deflist", "dollarmath", "fieldlist", "smartquotes", "substitution"]'
    )
    site.edit("conf.py", '["dollarmath"]', extensions)
    return site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build a site with a page of each kind of text, once."""
    folder = tmp_path_factory.mktemp("pandoc") / "site"
    shutil.copytree(ROOTS / "tiny", folder)
    site = with_option(Site(folder))
    for key in ("O'Neil2016", "a*b*c"):
        add(key)(site)
    for name, (pandoc, roles) in TWINS.items():
        site.write(f"pandoc/{name}.md", f"# Page\n\n{pandoc}\n")
        site.write(f"roles/{name}.md", f"# Page\n\n{roles}\n")
    for name, content in UNTOUCHED.items():
        page = f"# Page\n\n{content}\n"
        site.write(f"untouched/{name}.md", page + "\nBy [@gamma2003].\n")
        site.write(f"as-it-stands/{name}.md", page + "\nBy {cite:p}`gamma2003`.\n")
    site.write("rst.rst", "Page\n====\n\nText [@alpha2001] and @alpha2001.\n")
    built = site.build()
    # Links to plain.md are right or wrong on all pages alike.
    built.messages[:] = [line for line in built.messages if "papernotes" in line.split("[")[-1]]
    return built


def body(built: Build, docname: str) -> str:
    """Return the HTML of a page's body, its own name left out."""
    element = built.page(docname).cssselect("div.body")[0]
    return lxml.html.tostring(element, encoding="unicode").replace(docname, "")


def test_no_messages(built: Build) -> None:
    assert built.messages == []


@pytest.mark.parametrize("name", TWINS)
def test_renders_as_the_roles_do(built: Build, name: str) -> None:
    assert body(built, f"pandoc/{name}") == body(built, f"roles/{name}")


@pytest.mark.parametrize("name", UNTOUCHED)
def test_stays_as_it_stands(built: Build, name: str) -> None:
    found = body(built, f"untouched/{name}")
    assert found == body(built, f"as-it-stands/{name}")
    # No more than the one that is there on purpose.
    assert found.count("bibtex-citation") == 1


def test_references_hold_what_is_cited(built: Build) -> None:
    for name in ("with text", "textual with more"):
        names = {"with text": ["Alpha", "Beta"], "textual with more": ["Beta", "Gamma"]}[name]
        references = built.page(f"pandoc/{name}").cssselect(".pn-references")[0]
        for author in ("Alpha", "Beta", "Gamma"):
            assert (f"{author} " in text(references)) == (author in names)


def test_other_markup_is_left_alone(built: Build) -> None:
    assert "Text [@alpha2001] and @alpha2001." in text(built.page("rst").cssselect("div.body")[0])


def test_off_everything_is_text(tiny: Site) -> None:
    tiny.write("plain.md", "# Page\n\nText [@alpha2001] and @alpha2001, [@qqqq].\n")
    page = tiny.build()
    assert "Text [@alpha2001] and @alpha2001, [@qqqq]." in text(page.page("plain"))
    assert page.messages == []
    assert page.page("plain").cssselect(".bibtex-citation, .pn-references") == []


def test_a_summary_and_its_card(tiny: Site) -> None:
    """Opening paragraphs, and a summary in the front matter, on the card and on the page."""
    with_option(tiny)
    tiny.edit("papers/alpha.md", "{cite:t}`beta2002`", "@beta2002")
    tiny.edit("papers/beta.md", "read:", "summary: As [@gamma2003] has it.\nread:")
    build = tiny.build()
    assert build.messages == []
    cards = text(build.page("index"))
    assert "that cites Beta and Other (2002)." in cards
    assert "As (Gamma et al., 2003) has it." in cards


# An unknown key, and the line on which it stands.
LINES: dict[str, tuple[str, int]] = {
    "first line": ("{0} here\n", 3),
    "second line": ("One line,\nand {0} here.\n", 4),
    "after a hard break": ("One line,  \nand\\\nthen\n{0} here.\n", 6),
    "after a role over lines": ("{{cite:t}}`alpha2001,\nbeta2002` and\n{0}", 5),
    "in emphasis": ("One *line,\nand {0}* here.\n", 4),
    "twice": ("One `{0}` and <a href='x'>\n{0}</a>\n{0} here.\n", 5),
    "list item": ("- One\n\n  Two\n  {0}\n", 6),
    "table": ("| a | b |\n|---|---|\n| *c* | d |\n| *e* | {0} |\n", 6),
    "head of a table": ("| a | {0} |\n|---|---|\n| c | d |\n", 3),
    "table in a directive": ("```{{table}} Caption\n| a | b |\n|---|---|\n| c | {0} |\n```\n", 6),
    "list table": ("```{{list-table}} Caption\n* - a\n  - b\n* - c\n  - {0}\n```\n", 7),
    "admonition": ("```{{note}}\nOne\ntwo {0}\n```\n", 5),
    "caption": ("```{{figure}} https://example.org/x.png\n\nOne\n{0}\n```\n", 6),
    "footnote": ("Text.[^1]\n\n[^1]: One\n    two {0}\n", 6),
    "quotation": ("One\n\n> Quotation\n> and {0}\n", 6),
    "title": ("```{{admonition}} On {0}\nx\n```\n", 3),
    "definition": ("Term\n: As\n  {0}\n", 5),
    "heading": ("One\n{0}\n---\n", 4),
    "after code and links over lines": ("`x\ny` [x\ny](plain.md\n'z')\n{0}\n", 7),
    "citation over lines": ("[see @alpha2001;\n{0}\n", 4),
    "second of two": ("One [@alpha2001;\nsee @gama2003]\n", 3),
}


def test_lines_of_unknown_keys(tiny: Site) -> None:
    with_option(tiny)
    for name, (content, _) in LINES.items():
        tiny.write(f"{name}.md", "# Page\n\n" + content.format("[see @gama2003, p. 3]"))
    assert sorted(tiny.build().messages) == sorted(
        f'{name}.md:{line}: WARNING: unknown citation key "gama2003"; did you mean "gamma2003"?'
        " [papernotes.unknown-key]"
        for name, (_, line) in LINES.items()
    )


def test_unknown_keys(tiny: Site) -> None:
    """A word that is near a key is a misspelt key; another is a person's handle."""
    with_option(tiny)
    tiny.write("plain.md", "# Page\n\nThanks to @qqqq.\n\nSee @gama2003,\n[@qqqq].\n")
    build = tiny.build()
    assert build.messages == [
        (
            'plain.md:5: WARNING: unknown citation key "gama2003"; did you mean "gamma2003"?'
            " [papernotes.unknown-key]"
        ),
        (
            'plain.md:6: WARNING: unknown citation key "qqqq"; add it to the bibliography'
            " [papernotes.unknown-key]"
        ),
    ]
    assert "Thanks to @qqqq. See [?gama2003], [?qqqq]." in text(build.page("plain"))


def test_a_word_becomes_a_key_and_ceases_to_be_one(tiny: Site) -> None:
    """An entry that is new, or gone, has those pages read again that it makes a difference to."""
    with_option(tiny)
    tiny.write("plain.md", "# Page\n\nThanks to @qqqq.\n")
    tiny.write("reading.md", "# Page\n\nBy @alpha2001, thanks to @wwww.\n")
    before = (tiny.folder / "refs.bib").read_text(encoding="utf-8")
    assert "Thanks to @qqqq." in text(tiny.build().page("plain"))

    add("qqqq")(tiny)
    build = tiny.build()
    assert "Thanks to Q (2007)." in text(build.page("plain"))
    assert build.written >= {"plain"}
    assert "reading" not in build.written

    tiny.write("refs.bib", before)
    build = tiny.build()
    assert "Thanks to @qqqq." in text(build.page("plain"))
    assert "reading" not in build.written
    assert build.messages == []


def test_in_parallel(make_site: Callable[[str], Site]) -> None:
    """What another process reads is kept: the next build knows the words of all pages."""
    site = with_option(make_site("tiny"))
    for number in range(12):
        site.write(f"more/{number}.md", f"# Page {number}\n\n@alpha2001 [p. {number}] and @qqqq\n")
    build = site.build(parallel=2)
    assert build.messages == []
    assert "Alpha (2001, p. 3) and @qqqq" in text(build.page("more/3"))
    add("qqqq")(site)
    build = site.build(parallel=2)
    assert build.written >= {f"more/{number}" for number in range(12)}
    assert "Alpha (2001, p. 3) and Q (2007)" in text(build.page("more/3"))


def test_front_matter_and_anchors(tiny: Site) -> None:
    """What is said of a page, and the anchors of its headings, are what they are without."""
    content = (
        "---\nauthor: '@alpha2001'\n---\n\n# Page\n\n## On [see *also* @alpha2001, p. 3]\n\n"
        "[There](#on-see-also-alpha2001-p-3)\n"
    )
    tiny.write("plain.md", content)
    tiny.edit("conf.py", "bibtex_bibfiles", "myst_heading_anchors = 2\nbibtex_bibfiles")
    ids = [section.get("id") for section in tiny.build().page("plain").cssselect("section")]
    with_option(tiny)
    build = tiny.build()
    assert build.messages == []
    page = build.page("plain")
    assert [section.get("id") for section in page.cssselect("section")] == [*ids, "references"]
    (link,) = page.cssselect("section section a.reference")[:1]
    assert link.get("href") == "#on-see-also-alpha2001-p-3"


# What of MyST is used, or done in its place, beyond its interface: see parser.py
# and renderer.py of reading/.
OF_MYST = [
    (MystParser.parse, "6b530e6891f9c867"),
    (MockInliner.__init__, "bde249125bceca7f"),
    (SphinxRenderer.run_directive, "b344d82a44f415c8"),
    (SphinxRenderer.dict_to_fm_field_list, "7776ef97bdc6667f"),
    (SphinxRenderer.current_node_context, "3f1c1871e3f80942"),
]


@pytest.mark.parametrize(("function", "digest"), OF_MYST)
def test_myst_is_what_was_written_against(function: Callable[..., object], digest: str) -> None:
    """After an update that changes one of these, hold parser.py and renderer.py against it."""
    found = hashlib.blake2b(inspect.getsource(function).encode(), digest_size=8).hexdigest()
    assert found == digest


def test_translations(tiny: Site) -> None:
    """What a translator has written is Markdown, too."""
    with_option(tiny)
    tiny.edit(
        "conf.py", "bibtex_bibfiles", 'language = "de"\nlocale_dirs = ["to"]\nbibtex_bibfiles'
    )
    tiny.write("plain.md", "# Page\n\nAs [@alpha2001] says.\n")
    tiny.write(
        "to/de/LC_MESSAGES/plain.po",
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "As [@alpha2001] says."\nmsgstr "Das sagt [@alpha2001]."\n',
    )
    assert "Das sagt (Alpha, 2001)." in text(tiny.build().page("plain"))
