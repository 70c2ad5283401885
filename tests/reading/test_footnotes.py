"""Footnotes are written in the text or apart from it, and numbered in its order."""

from __future__ import annotations

import re

import pytest
from sites import Build, Site

CONF = """\
project = "Footnotes"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
papernotes_pandoc_citations = True
"""
# What is written, and the text and the notes that readers see.
WRITTEN = {
    "role": ("A{sidenote}`b *c*, $x^2$`.", "A[1].", "[1] b *c*, x^2"),
    "pandoc": ("A^[b *c*, $x^2$].", "A[1].", "[1] b *c*, x^2"),
    "brackets": ("A^[b [c](https://d.org) `]` \\] [e]] f", "A[1] f", '[1] b c "]" ] [e]'),
    "two lines": ("A^[b\nc] d", "A[1] d", "[1] b c"),
    "emphasis": ("*A^[b]* **c^[*d*]**", "*A[1]* **c[2]**", "[1] b [2] *d*"),
    "nested": ("A^[b ^[c]] d^[e]", "A[1] d[3]", "[1] b [2] [2] c [3] e"),
    "role in a note": ("A^[b {sidenote}`c`] d^[e]", "A[1] d[3]", "[1] b [2] [2] c [3] e"),
    "names": (
        "A[^7] b[^x] c^[d] e[^7]\n\n[^x]: x\n[^7]: seven",
        "A[1] b[2] c[3] e[1]",
        "[1] seven [2] x [3] d",
    ),
    "name in a note": (
        "A[^1] b[^2]\n\n[^2]: two\n[^1]: one[^3]\n[^3]: three",
        "A[1] b[3]",
        "[1] one[2] [2] three [3] two",
    ),
    "no notes": (
        r"2\^[3] x^[] y^[ ] z^ [w] `^[c]` $v^{[u]}$ ^[o",
        '2^[3] x^[] y^[ ] z^ [w] "^[c]" v^{[u]} ^[o',
        "",
    ),
    "citation": (
        "A^[See [@one2001].]",
        "A[1]",
        "[1] See (One, 2001). References * Ann One (2001). One.",
    ),
    "directive": (
        "A.\n\n:::{sidenote}\nb ^[c]\n\n- d\n:::\n\nE.^[f]",
        "A.[1] E.[3]",
        "[1] b [2] * d [2] c [3] f",
    ),
    "directive in a list": (
        "- A.\n\n  ```{sidenote}\n  b\n  ```\n\n  C.^[d]",
        "* A.[1] C.[2]",
        "[1] b [2] d",
    ),
    "directive after a list": ("- A.\n- B.\n\n:::{sidenote}\nc\n:::", "* A. * B.[1]", "[1] c"),
    "directive after a formula": ("$$a$$\n\n:::{sidenote}\nb\n:::", "a [1]", "[1] b"),
    "list": ("- A^[b]\n- C^[d]", "* A[1] * C[2]", "[1] b [2] d"),
}
REST = """\
:orphan:

Rest
====

A [5]_ {}and [#]_.

.. [5] five
.. [#] six
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    site = Site(tmp_path_factory.mktemp("footnotes"))
    site.write("conf.py", CONF)
    site.write("index.md", "# Index\n")
    site.write("refs.bib", "@misc{one2001, author={Ann One}, title={One}, year={2001}}\n")
    for name, (written, _, _) in WRITTEN.items():
        site.write(f"{name}.md", f"---\norphan: true\n---\n\n# Title\n\n{written}\n")
    site.write("rest.rst", REST.format(""))
    site.write("rest-with-sidenote.rst", REST.format("b :sidenote:`c *d*` "))
    build = site.build("text")
    assert build.messages == []
    return build


def shown(build: Build, name: str) -> str:
    return " ".join(re.sub(r"[=*]{4,}", "", build.read(f"{name}.txt")).split())


@pytest.mark.parametrize("name", WRITTEN)
def test_notes_are_read_and_numbered(build: Build, name: str) -> None:
    _, text, notes = WRITTEN[name]
    assert shown(build, name) == f"Title {text} {notes}".strip()


def test_numbers_of_restructuredtext_stay_without_sidenotes(build: Build) -> None:
    assert shown(build, "rest") == "Rest A [5] and [1]. [5] five [1] six"
    with_sidenote = shown(build, "rest-with-sidenote")
    assert with_sidenote == "Rest A [1] b [2] and [3]. [1] five [3] six [2] c *d*"
