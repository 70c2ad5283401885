"""Test ``{quotes}``, ``{quote}`` and ``{highlight}``: private unless they are made public."""

from __future__ import annotations

import pytest
from commands import run
from outputs import build_again
from sites import Site, text

from papernotes.reading.syntax.quote_blocks import find_blocks, may_be_private

# Words that only the block has.
SECRETS = ("zeno", "penumbra", "halftone", "umbrage")
BLOCK = """
::::{quotes} delta2004
:imported: zotero:AAAA2222 zotero:BBBB2222

:::{quote} 1
:from: zotero:AAAA2222 0011aabb
:page: 5
:colour: Zeno

> The *penumbra* of $x$ \\[12] is wide.

A halftone.
:::

Umbrage in between.

:::{quote} 2
:from: zotero:BBBB2222 0011aabb

No more than a remark.
:::

:::{quote} 3
:from: zotero:CCCC2222 0011aabb
:::
::::
"""
ADVICE = "write the key of a work, a colon and the number of a quote in its note"


@pytest.fixture
def quoting(tiny: Site) -> Site:
    """Return the tiny site with a block of quotes in the opening of the note on delta2004."""
    note = (tiny.folder / "papers/delta.md").read_text(encoding="utf-8")
    tiny.write("papers/delta.md", note + BLOCK)
    tiny.edit(
        "conf.py",
        '"alabaster"',
        '"alabaster"\ncopyright = "the author"\nversion = "1"',
    )
    return tiny


@pytest.mark.parametrize("builder", ["html", "epub"])
def test_nothing_of_a_block_is_published_or_kept(quoting: Site, builder: str) -> None:
    # One quote is cited, so that the build has read them all.
    quoting.write("plain.md", "# Plain\n\nDelta makes {highlight}`delta2004:2`.\n")
    overrides = {"papernotes_markdown": True}
    build = quoting.build(builder, confoverrides=overrides)
    assert build.messages == []
    assert builder == "epub" or "No more than a remark" in build.read("plain.html")
    for path in (quoting.folder / "_build").rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            assert not [word for word in SECRETS if word.encode() in content], path


def test_a_public_block_shows_its_quotes(quoting: Site) -> None:
    build = quoting.build(confoverrides={"papernotes_highlights_public": True})
    assert build.messages == []
    (block,) = build.page("papers/delta").find_class("pn-quotes")
    (quotation,) = block.xpath("./blockquote")
    assert text(quotation).startswith("The penumbra of")
    assert quotation.xpath(".//em/text()") == ["penumbra"]
    assert "[12] is wide." in text(quotation)
    assert text(quotation).endswith("p. 5 · Zeno")
    (page,) = quotation.xpath(".//a")
    assert page.get("href") == "https://example.org/delta.pdf#page=5"
    said = ["A halftone.", "Umbrage in between.", "No more than a remark."]
    assert [text(each) for each in block.xpath("./p")] == said
    # The summary, which cards show, does not go on into the block.
    assert "penumbra" not in build.read("index.html")
    # The page follows the entry, and the option alone makes a block public, in other formats, too.
    quoting.edit("refs.bib", "delta.pdf", "other.pdf")
    quoting.edit("papers/delta.md", ":imported:", ":public:\n:imported:")
    assert "other.pdf#page=5" in quoting.build().read("papers/delta.html")
    quoting.edit("refs.bib", "other.pdf", "third.pdf")
    assert "third.pdf#page=5" in build_again(quoting).read("papers/delta.html")
    for builder in ("latex", "singlehtml", "text"):
        assert quoting.build(builder).messages == []


def test_a_highlight_is_cited_with_its_page(quoting: Site) -> None:
    note = (quoting.folder / "papers/beta.md").read_text(encoding="utf-8")
    quoting.write("papers/beta.md", f"{note}\n\nDelta says {{highlight}}`delta2004:1`.\n")
    both = "See {highlight}`delta2004:4`.^[Or {highlight}`delta2004:9`.]"
    quoting.write("plain.md", f"# Plain\n\n{both}\n")
    build = quoting.build()
    assert build.messages == [
        f'plain.md:3: WARNING: no note has a quote "delta2004:{number}"; {ADVICE}'
        " [papernotes.unknown-highlight]"
        for number in (4, 9)
    ]
    page = build.page("papers/beta")
    (said,) = [text(p) for p in page.xpath("//p") if "Delta says" in text(p)]
    assert said.startswith("Delta says “The penumbra of")
    assert said.endswith("[12] is wide.” [Del04, p. 5].")
    assert "halftone" not in build.read("papers/beta.html")
    # The pages follow the note, and a clean build shows the same.
    quoting.edit("papers/delta.md", "is wide", "is narrow")
    quoting.edit("papers/delta.md", "{quote} 3\n", "{quote} 4\n")
    quoting.edit(
        "papers/delta.md", ":from: zotero:CCCC2222 0011aabb\n", "\n> A new one. And more.\n"
    )
    build = build_again(quoting)
    assert build.written >= {"papers/beta", "plain"}
    assert "A new one" in build.read("plain.html")
    # The note on the work shows the sentence that cites it with all of the quotation.
    (cited,) = build.page("papers/delta").find_class("pn-mentions")
    assert "See “A new one. And more.”" in text(cited)
    # Nothing of a draft is quoted.
    quoting.edit("papers/delta.md", "---\n", "---\ndraft: true\n")
    assert [line.partition(";")[0] for line in quoting.build().messages] == [
        'papers/beta.md:16: WARNING: no note has a quote "delta2004:1"',
        'plain.md:3: WARNING: no note has a quote "delta2004:4"',
        'plain.md:3: WARNING: no note has a quote "delta2004:9"',
    ]


def test_files_with_private_quotes_are_not_shown(quoting: Site) -> None:
    quoting.write(
        "plain.md",
        "# Plain\n\n```{literalinclude} papers/delta.md\n```\n\n{download}`papers/delta.md`\n\n"
        "```{include} papers/delta.md\n:literal:\n```\n\n"
        "```{include} papers/delta.md\n:start-after: '# Delta'\n```\n",
    )
    build = quoting.build()
    assert [line.partition(";")[0] for line in build.messages] == [
        f'plain.md:{line}: WARNING: the page shows the file "papers/delta.md", which is a note with'
        " private quotes"
        for line in (3, 6, 8)
    ]
    page = build.read("plain.html")
    assert "The summary of delta" in page
    assert "penumbra" not in page
    assert not list(build.outdir.glob("_downloads/**/*.md"))


def test_sources_with_private_quotes_are_not_copied(quoting: Site) -> None:
    note = (quoting.folder / "papers/delta.md").read_text(encoding="utf-8")
    quoting.write("papers/delta.md", f"{note.removesuffix(BLOCK)}\n:::::{{note}}\n{BLOCK}:::::\n")
    quoting.edit("conf.py", 'version = "1"', 'html_copy_source = True\nversion = "1"')
    for builder in ("html", "dirhtml", "json"):
        build = quoting.build(builder)
        assert build.messages == []
        copied = {path.name for path in build.outdir.glob("_sources/papers/*")}
        assert copied == {"alpha.md.txt", "beta.md.txt"}
    assert "_sources/papers/beta" in quoting.build().read("papers/beta.html")
    assert "_sources" not in quoting.build().read("papers/delta.html")
    # The copy follows the block, and an earlier one is removed.
    copy = quoting.folder / "_build/html/_sources/papers/delta.md.txt"
    quoting.edit("papers/delta.md", ":imported:", ":public:\n:imported:")
    assert "_sources/papers/delta" in quoting.build().read("papers/delta.html")
    assert copy.exists()
    quoting.edit("papers/delta.md", ":public:\n", "")
    assert "_sources" not in build_again(quoting).read("papers/delta.html")
    assert not copy.exists()
    # No other page shows such a file either, wherever its block stands.
    quoting.write("plain.md", "# Plain\n\n```{literalinclude} papers/delta.md\n```\n")
    assert "which is a note with private quotes" in quoting.build().messages[0]


@pytest.mark.parametrize(
    ("text", "is_private"),
    [
        ("::::{quotes} a\n:public:\n:imported: x\n::::", False),
        ("> ```{quotes} a\n> :imported: x\n> :public:\n> ```", False),
        ('"::::{quotes} a\\n",\n ":public:\\n",\n', False),
        ("::::{quotes} a\n\n:public:\n::::", True),
        ("- :::: {quotes} a\n  ::::", True),
        ("::::{quotes} a\n:public:\n::::\n\n::::{quotes} b\n::::", True),
        ("====\n\n.. quotes:: a\n", True),
        ("::::{quote} a\n::::\n{quotes}", False),
    ],
)
def test_a_block_is_private_unless_it_says_public(text: str, *, is_private: bool) -> None:
    assert may_be_private(text) == is_private


def test_a_private_block_is_checked(quoting: Site) -> None:
    quoting.edit("papers/delta.md", "Umbrage in", "{cite:t}`alhpa2001` in")
    assert quoting.build().messages == []
    said = run(quoting, "check").output
    assert 'unknown citation key "alhpa2001"' in said
    assert quoting.build().messages == []
    assert "penumbra" not in quoting.build().read("papers/delta.html")


def test_blocks_are_found_where_markdown_has_them() -> None:
    note = "---\npaper: a\n---\n\n````md\n::::{quotes} no\n::::\n````\n" + BLOCK
    (block,) = find_blocks(note)
    assert block.key == "delta2004"
    assert block.directive.is_closed
    lines = note.splitlines()
    assert lines[block.directive.start] == "::::{quotes} delta2004"
    assert [lines[quote.start] for quote in block.quotes] == [
        f":::{{quote}} {number}" for number in (1, 2, 3)
    ]
    assert [lines[quote.end - 1] for quote in block.quotes] == [":::"] * 3
    assert block.quotes[0].quotation == "The *penumbra* of $x$ \\[12] is wide."
    (open_block,) = find_blocks(note.rpartition("::::")[0])
    assert not open_block.directive.is_closed
