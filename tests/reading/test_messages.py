"""What bad input gets: file, line, what is wrong, what to do, the kind; and the rest is built."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import programs
import pytest
from sites import PNG, Site, text

from papernotes.cli.building import site_check
from papernotes.core.diagnostics import DiagnosticKind

NOTE = "---\npaper: {key}\n{more}---\n\n# Zeta\n\nThe summary.\n"


def zeta(more: str = "", key: str = "zeta2006") -> Callable[[Site], None]:
    """Return what adds a note with *more* lines in its front matter."""
    return lambda site: site.write("papers/zeta.md", NOTE.format(key=key, more=more))


def note(content: str) -> Callable[[Site], None]:
    """Return what adds a note with this *content*."""
    return lambda site: site.write("papers/zeta.md", content)


def page(content: str) -> Callable[[Site], None]:
    """Return what replaces the ordinary page by *content*."""
    return lambda site: site.write("plain.md", content)


def declare(fields: str) -> Callable[[Site], None]:
    """Return what declares fields of the author's own."""
    declared = f"papernotes_fields = {fields}\nhtml_theme"
    return lambda site: site.edit("conf.py", "html_theme", declared)


def bib(content: str) -> Callable[[Site], None]:
    """Return what adds *content* at the end of the bibliography, whose lines are counted below."""

    def add(site: Site) -> None:
        path = site.folder / "refs.bib"
        assert path.read_text(encoding="utf-8").count("\n") == BIB_LINES
        path.write_bytes(path.read_bytes() + content.encode("latin-1"))

    return add


BIB_LINES = 43
CASES = {
    "no YAML": (
        note("---\npaper: zeta2006\ntags: [a, b\nread: 2020-01-01\n---\n\n# Zeta\n"),
        ('papers/zeta.md:3: WARNING: front matter is not valid YAML: what begins here is not'
        ' closed; add "]" [papernotes.front-matter]'),
    ),
    "not closed": (
        note("---\npaper: zeta2006\n\n# Zeta\n\nThe summary.\n"),
        ("papers/zeta.md:1: WARNING: front matter is not closed; end it with a line that contains"
        ' only "---" [papernotes.front-matter]'),
    ),
    "no mapping": (
        note("---\n- paper\n---\n\n# Zeta\n"),
        ("papers/zeta.md:2: WARNING: front matter is not a mapping; write lines such as"
        ' "paper: some2020key" [papernotes.front-matter]'),
    ),
    "no front matter": (
        note("# Zeta\n"),
        ("papers/zeta.md:1: WARNING: the note does not name its paper; add"
        ' "paper: " and the citation key to its front matter [papernotes.missing-paper]'),
    ),
    "paper missing": (
        note("---\ntags: [a]\n---\n\n# Zeta\n"),
        ("papers/zeta.md:1: WARNING: the note does not name its paper; add"
        ' "paper: " and the citation key to its front matter [papernotes.missing-paper]'),
    ),
    "paper not a string": (
        zeta(key="2006"),
        ('papers/zeta.md:2: WARNING: "paper" is not a string; put the key in quotes: "2006"'
        " [papernotes.bad-paper]"),
    ),
    "paper a list in text": (
        zeta(key="zeta2006, alpha2001"),
        ('papers/zeta.md:2: WARNING: "paper" is not a citation key; write a list of keys:'
        " [zeta2006, alpha2001] [papernotes.bad-paper]"),
    ),
    "one of several papers unknown": (
        zeta(key="\n- zeta2006\n- zeta2005"),
        ('papers/zeta.md:4: WARNING: unknown citation key "zeta2005"; did you mean "zeta2006" or'
        ' "beta2002" or "delta2004"? [papernotes.unknown-key]'),
    ),
    "paper unknown": (
        zeta(key="zeta2005"),
        ('papers/zeta.md:2: WARNING: unknown citation key "zeta2005"; did you mean "zeta2006" or'
        ' "beta2002" or "delta2004"? [papernotes.unknown-key]'),
    ),
    "two main notes on a paper": (
        lambda site: (
            zeta("main: true\n", key="[zeta2006, beta2002]")(site),
            site.edit("papers/beta.md", "read:", "main: true\nread:"),
        ),
        ('papers/zeta.md:2: WARNING: "main" is true here and in papers/beta.md, and both notes are'
        ' on "beta2002"; delete it in one of them [papernotes.bad-main]'),
    ),
    "main of another kind": (
        zeta("main: always\n"),
        ('papers/zeta.md:3: WARNING: "main" is not true or false; write one of these, without'
        " quotes [papernotes.bad-main]"),
    ),
    "link to no note": (
        page("# Page\n\nSee {note}`papers/alfa`.\n"),
        ('plain.md:3: WARNING: unknown citation key "papers/alfa"; add it to the bibliography'
        " [papernotes.unknown-key]"),
    ),
    "tags not a list": (
        zeta("tags: physics\n"),
        ('papers/zeta.md:3: WARNING: "tags" is not a list; write "tags: [physics]"'
        " [papernotes.bad-tags]"),
    ),
    "a tag that is a number": (
        zeta("tags:\n- physics\n- 3\n"),
        ('papers/zeta.md:5: WARNING: the tag 3 is not a string; put it in quotes: "3"'
        " [papernotes.bad-tags]"),
    ),
    "no such day": (
        zeta("read: 2021-02-29\n"),
        ('papers/zeta.md:3: WARNING: "read" is not a date: "2021-02-29"; write it as YYYY-MM-DD,'
        " such as 2020-08-31 [papernotes.bad-read]"),
    ),
    "summary not text": (
        zeta("summary: [a]\n"),
        ('papers/zeta.md:3: WARNING: "summary" is not text; put it in quotes, or indent it below'
        ' "summary: |" [papernotes.bad-summary]'),
    ),
    "language by its name": (
        zeta("lang: Arabic\n"),
        ('papers/zeta.md:3: WARNING: "lang" is not the tag of a language: "Arabic"; write one such'
        " as en, zh-Hant or ar [papernotes.bad-lang]"),
    ),
    "deck of several paragraphs": (
        zeta('deck: "One.\\n\\nTwo."\n'),
        ('papers/zeta.md:3: WARNING: "deck" is not one paragraph; write one sentence, and the rest'
        " below the title [papernotes.bad-deck]"),
    ),
    "picture that is no file": (
        zeta("picture: https://example.org/plot.svg\n"),
        ('papers/zeta.md:3: WARNING: "picture" is not the name of a file; write one, such as'
        " figures/plot.svg, or false for no picture [papernotes.bad-picture]"),
    ),
    "picture that is missing": (
        zeta("picture: plot.svg\n"),
        ('papers/zeta.md:3: WARNING: the file "plot.svg" does not exist; correct the name, or add'
        " the file [papernotes.missing-file]"),
    ),
    "redirect from no list": (
        zeta("redirect_from: papers/old\n"),
        ('papers/zeta.md:3: WARNING: "redirect_from" is not a list; write "redirect_from:'
        ' [papers/old]" [papernotes.bad-redirect]'),
    ),
    "value of a field of one's own": (
        lambda site: (
            declare('{"rating": "number"}')(site),
            zeta("rating: high\n")(site),
        ),
        ('papers/zeta.md:3: WARNING: "rating" is not a number: "high"; write digits, such as 4 or'
        " 0.85 [papernotes.bad-field]"),
    ),
    "heading in a field of one's own": (
        lambda site: (
            declare('{"result": "markdown"}')(site),
            zeta("result: |\n  # Big\n")(site),
        ),
        ('papers/zeta.md:4: WARNING: the field "result" contains a heading, which a table cannot'
        " show; write a paragraph [papernotes.bad-field]"),
    ),
    "misspelt field": (
        zeta("tag: [a]\n"),
        ('papers/zeta.md:3: WARNING: unknown front-matter key "tag"; did you mean "tags"?'
        " [papernotes.unknown-field]"),
    ),
    "no heading": (
        note("---\npaper: zeta2006\n---\n\nThe summary.\n"),
        ('papers/zeta.md:1: WARNING: the note has no heading and is titled by its file; begin the'
        ' note with a line such as "# The title of the paper" [papernotes.no-heading]'),
    ),
    "no heading of the first level": (
        note("---\npaper: zeta2006\n---\n\nThe summary.\n\n## Loss\n\nText.\n"),
        ('papers/zeta.md:7: WARNING: the note begins with a heading of level 2, "##", and is titled'
        ' by its file; begin the note with a line such as "# The title of the paper"'
        " [papernotes.no-heading]"),
    ),
    "formula that is not closed": (
        page("# Page\n\nText.\n\n$$\nx\n\nMore.\n"),
        ('plain.md:5: WARNING: "$$" begins a formula that is not closed; close it with "$$", or'
        " write \\$ for a dollar sign [papernotes.unread-formula]"),
    ),
    "directive that fails": (
        page("# Page\n\n````{note}\nText.\n\n```{option} [\n```\n````\n"),
        ("plain.md:6: WARNING: the directive {option} fails (IndexError: string index out of"
         " range); correct it, or delete it [papernotes.failed-markup]"),
    ),
    "role that fails": (
        page("# Page\n\nText, and\n\n{cite:author}`!beta2002` cited.\n"),
        ("plain.md:5: WARNING: the role {cite:author} fails (KeyError: 'reftype'); correct it, or"
         " delete it [papernotes.failed-markup]"),
    ),
    "picture that does not exist": (
        lambda site: (
            site.write("papers/convergence.png", PNG),
            zeta()(site),
            site.edit("papers/zeta.md", "The summary.", "One\nline, ![](convergance.png)."),
        ),
        ('papers/zeta.md:8: WARNING: the file "convergance.png" does not exist; did you mean'
        ' "convergence.png"? [papernotes.missing-file]'),
    ),
    "unknown key cited": (
        page("# Page\n\nText, and\n\n{cite:t}`gama2003` cited.\n"),
        ('plain.md:5: WARNING: unknown citation key "gama2003"; did you mean "gamma2003"?'
        ' [papernotes.unknown-key]'),
    ),
    "unknown key cited in a front-matter summary": (
        zeta("summary: |\n  One line.\n\n  {cite:t}`qqqq` here.\n"),
        ('papers/zeta.md:6: WARNING: unknown citation key "qqqq"; add it to the bibliography'
        " [papernotes.unknown-key]"),
    ),
    "no key in a citation": (
        page("# Page\n\n{cite:t}`a b` cited.\n"),
        ('plain.md:3: WARNING: "a b" is not a citation; write one key, or several separated by'
        " commas, with text before or after a key in braces [papernotes.bad-citation]"),
    ),
    "unknown key in a note link": (
        page("# Page\n\nSee {note}`qqqq`.\n"),
        ('plain.md:3: WARNING: unknown citation key "qqqq"; add it to the bibliography'
        " [papernotes.unknown-key]"),
    ),
    "link to a note that there is not": (
        page("# Page\n\nSee {note}`that one <gamma2003>`.\n"),
        ('plain.md:3: WARNING: no note is on the paper "gamma2003"; cite it with'
        " {cite:t}`gamma2003` or write the note [papernotes.no-note]"),
    ),
    "unknown sort": (
        page("# Page\n\n```{papers}\n:sort: size\n```\n"),
        ('plain.md:3: WARNING: :sort: "size" is unknown; write title, read or year, with - in'
        " front for descending [papernotes.bad-option]"),
    ),
    "limit that is no number": (
        page("# Page\n\n```{papers}\n:limit: 0\n```\n"),
        ('plain.md:3: WARNING: :limit: "0" is not a number above 0; write a number, or delete'
        " the option [papernotes.bad-option]"),
    ),
    "unknown view": (
        page("# Page\n\n```{papers}\n:view: grid\n```\n"),
        ('plain.md:3: WARNING: :view: "grid" is unknown; write cards, rows, list or table'
        " [papernotes.bad-option]"),
    ),
    "pictures on some cards": (
        page("# Page\n\n```{papers}\n:pictures: some\n```\n"),
        ('plain.md:3: WARNING: :pictures: "some" is unknown; write yes or no'
        " [papernotes.bad-option]"),
    ),
    "unknown tag": (
        page("# Page\n\n```{papers}\n:tags: generalization, optimisation\n```\n"),
        ('plain.md:3: WARNING: no note has the tag "optimisation"; correct it or leave it out'
        " [papernotes.unknown-tag]"),
    ),
    "formula": (
        page("# Page\n\nText $\\nosuch{x}$.\n"),
        ('plain.md:3: WARNING: the formula "\\nosuch{x}" cannot be shown: the command \\nosuch is'
        " not known; correct it, until then the page shows its TeX [papernotes.bad-math]"),
    ),
    "formula in the bibliography": (
        lambda site: site.edit("refs.bib", "{On alpha}", "{On $a_b_c$}"),
        ('refs.bib:1: WARNING: the formula "a_b_c" cannot be shown: Duplicate subscript or'
        " superscript; correct it, until then the page shows its TeX [papernotes.bad-math]"),
    ),
    "label of another equation": (
        page("# Page\n\n$$\na \\label{one}\n$$\n\n$$\nb \\label{one}\n$$\n"),
        ('plain.md:7: WARNING: the label "one" is already used in plain; choose another'
        " [papernotes.duplicate-label]"),
    ),
    "macro that is not closed": (
        lambda site: site.edit(
            "conf.py", "html_theme", 'papernotes_macros = {"R": r"\\mathbb{R"}\nhtml_theme'
        ),
        ('conf.py:1: WARNING: papernotes_macros: "R" cannot be used: its braces do'
        ' not match; write "R": r"\\mathbb{R}" or "E": (r"\\mathrm{E}[#1]", 1)'
        " [papernotes.bad-macro]"),
    ),
    "bibliography missing": (
        lambda site: site.edit("conf.py", '["refs.bib"]', '["refs.bib", "more.bib"]'),
        ("more.bib:1: WARNING: no such bibliography file; create it, or correct bibtex_bibfiles in"
        " conf.py [papernotes.bib-missing]"),
    ),
    "bibliography not UTF-8": (
        bib("\n@misc{eta, title={\xe9ta}, author={E Ta}, year=2007}\n"),
        (f"refs.bib:{BIB_LINES + 2}: WARNING: the file is not UTF-8: it has the byte 0xe9 here;"
        " save the file in that encoding [papernotes.bib-encoding]"),
    ),
    "entry not closed": (
        bib("\n@misc{eta,\n  title = {Eta,\n  year = 2007\n}\n\n@misc{theta, title={T}}\n"),
        (f'refs.bib:{BIB_LINES + 2}: WARNING: the entry "eta" that begins here is not closed; check'
        " its braces and quotes [papernotes.bib-syntax]"),
    ),
    "comma missing": (
        bib("\n@misc{eta,\n  title = {Eta}\n  year = 2007\n}\n"),
        (f'refs.bib:{BIB_LINES + 4}: WARNING: the entry "eta" lacks a comma before this field; add'
        " it [papernotes.bib-syntax]"),
    ),
    "key twice": (
        bib("\n@misc{gamma2003, title={Another}}\n"),
        (f'refs.bib:{BIB_LINES + 2}: WARNING: the key "gamma2003" is already used by the entry at'
        " refs.bib:17, which counts; rename or delete one of them [papernotes.duplicate-key]"),
    ),
    "macro not defined": (
        bib("\n@misc{eta, title={Eta}, year=2007,\n  month = brumaire}\n"),
        (f'refs.bib:{BIB_LINES + 3}: WARNING: undefined macro "brumaire"; put the text in braces,'
        " or define it with @string{brumaire = {...}} [papernotes.undefined-macro]"),
    ),
    "crossref to nothing": (
        bib("@misc{eta2007, title = {Eta}, crossref = {theta2008}}\n"),
        (f'refs.bib:{BIB_LINES + 1}: WARNING: in the entry "eta2007", crossref names the key'
        ' "theta2008", which is in no bibliography file; correct it [papernotes.bad-crossref]'),
    ),
    "entry without author and year": (
        lambda site: (
            bib("\n@misc{eta, title={Eta}}\n")(site),
            site.edit("plain.md", "cites", "cites {cite:p}`eta` and"),
        ),
        (f'refs.bib:{BIB_LINES + 2}: WARNING: the entry "eta" has no author and no year; add what'
        " is known [papernotes.incomplete-entry]"),
    ),
    "retraction on no day": (
        lambda site: site.edit("refs.bib", "year = {2003}", "retracted = {May}, year = {2003}"),
        ('refs.bib:17: WARNING: "retracted" of "gamma2003" is "May", which is not a date; write'
        " one, such as 2024-05-01, or delete it [papernotes.bad-status]"),
    ),
    "version that is no number": (
        lambda site: site.edit("refs.bib", "year = {2003}", "read_version = 0, year = {2003}"),
        ('refs.bib:17: WARNING: "read_version" of "gamma2003" is "0", which is not a version; write'
        " its number, such as 3, or delete it [papernotes.bad-status]"),
    ),
    "notice without a DOI": (
        lambda site: site.edit("refs.bib", "year = {2003}", "notice = {here}, year = {2003}"),
        ('refs.bib:17: WARNING: "notice" of "gamma2003" is "here", which is not a DOI; write one,'
        " such as 10.1000/182, or delete it [papernotes.bad-status]"),
    ),
    "broken citations.json": (
        lambda site: site.write("citations.json", '{"version": 1,\n"cites": [}'),
        ("citations.json:2: WARNING: citations.json is not JSON: Expecting value; run"
        ' "papernotes citations", which writes it anew [papernotes.bad-citations-file]'),
    ),
    "retraction not acknowledged": (
        zeta("retraction: yes\n"),
        ('papers/zeta.md:3: WARNING: "retraction" is not "acknowledged"; write that, once the note'
        " takes the retraction into account, or delete it [papernotes.bad-retraction]"),
    ),
    "link that is not let through": (
        lambda site: site.edit("refs.bib", "https://example.org/gamma", "javascript:alert(1)"),
        ('refs.bib:17: WARNING: the field "url" of the entry "gamma2003" is not an http or'
        " https address and is not linked; correct it or delete it [papernotes.bad-link]"),
    ),
    "place in a picture": (
        lambda site: (
            site.write("photo.heic", "ftypheic Exif\0\0"),
            site.write("plain.md", "# More\n\n![A photo](photo.heic)\n"),
        ),
        ('plain.md:3: WARNING: the picture "photo.heic" says where it was taken, and is published'
        " so; save it as JPEG, PNG or WebP, where that is left out [papernotes.picture-place]"),
    ),
    "password in a link": (
        page("# More\n\n[x](https://me:secret@example.org/)"),
        ("plain.md:3: WARNING: a link holds a name and a password, which readers would see; delete"
        " them [papernotes.private-value]"),
    ),
    "password in an address": (
        lambda site: site.edit("refs.bib", "https://example.org/g", "https://me:x@example.org/g"),
        ('refs.bib:17: WARNING: the field "url" of the entry "gamma2003" holds a name and a'
        " password, which are not published; delete that [papernotes.private-value]"),
    ),
    "a document in the place of a page": (
        lambda site: (
            site.edit("conf.py", "html_theme", 'papernotes_browse = ["tags"]\nhtml_theme'),
            site.write("tags/index.md", "---\norphan: true\n---\n\n# My own\n"),
        ),
        ("tags/index.md:1: WARNING: the site generates a page tags/index, which would overwrite"
        " this document's page; rename the document, or change papernotes_browse or"
        " papernotes_page_size [papernotes.same-address]"),
    ),
    "setting": (
        lambda site: site.edit("conf.py", "html_theme", 'papernotes_sort = "size"\nhtml_theme'),
        ('conf.py:1: WARNING: papernotes_sort = "size" is not an order; use title, read or year,'
        " with - in front for descending [papernotes.bad-option]"),
    ),
}  # fmt: skip


def checked(site: Site) -> list[str]:
    """Return what ``papernotes check`` finds that a build finds too, as a build writes it."""
    _, result = site_check.check(site.folder)
    return [
        f"{each.path}:{each.line}: WARNING: {each.message} [{each.label}]"
        for each in result.diagnostics
        if getattr(each.kind, "found_by", "build") == "build"
    ]


@pytest.mark.parametrize(("spoil", "message"), CASES.values(), ids=CASES.keys())
def test_message(tiny: Site, spoil: Callable[[Site], object], message: str) -> None:
    spoil(tiny)
    build = tiny.build()
    assert build.messages == [message]
    # The rest of the site stands.
    assert "On epsilon" in text(build.page("reading"))
    assert "The summary of beta." in text(build.page("index"))
    # The fault is reported until it is corrected, though nothing is read again.
    if "bad-option" not in message or "conf.py" not in message:
        assert tiny.build().messages == [message]
    assert checked(tiny) == [message]


@pytest.mark.parametrize("builder", ["html", "text"])
def test_a_fault_in_a_summary_is_told_once(tiny: Site, builder: str) -> None:
    # It stands on the front page, on the page of a tag, in a preview, in feeds and in JSON.
    tiny.edit("papers/beta.md", "The summary", "The [summary](gone.md), {ref}`no`,")
    place = "papers/beta.md:9: WARNING:"
    assert tiny.build(builder).messages == [
        (
            f'{place} the page "gone.md" does not exist; correct the name, or add the file'
            " [papernotes.missing-file]"
        ),
        f"{tiny.folder}/{place} undefined label: 'no' [ref.ref]",
    ]


SETTINGS = """
papernotes_folder = "../papers"
papernotes_sort = 3
papernotes_page_size = "many"
papernotes_browse = "tags"
papernotes_sections = [1]
papernotes_feed = "yes"
papernotes_macros = ["R"]
papernotes_venue_names = {"Symposium": 1}
papernotes_authors = {"Ada": "0000-0002-1825-0098", 1: "", "Bo": 7, " ": "", "\ufffe": ""}
papernotes_highlight_colours = {"yellow": "claim"}
papernotes_arxiv_interval = None
papernotes_date_format = 1
papernotes_feed_id = 2
bibtex_bibfiles = "refs.bib"
bibtex_encoding = "utf-9"
html_baseurl = "https://[example.org/"
"""


def test_settings_that_cannot_be(tiny: Site) -> None:
    tiny.edit("conf.py", "html_math_renderer", SETTINGS + "html_math_renderer")
    build = tiny.build()
    until = "correct it, until then it is"
    faults = [
        f"papernotes_sort = 3 is not a text in quotes; {until} 'title'",
        f"papernotes_page_size = 'many' is not a whole number; {until} 24",
        f"papernotes_browse = 'tags' is not a list of texts in brackets; {until} ()",
        f"papernotes_sections = [1] is not a list of texts in brackets; {until} ()",
        f"papernotes_macros = ['R'] is not a dictionary in braces; {until} {{}}",
        f"papernotes_date_format = 1 is not a text in quotes; {until} '%-d %B %Y'",
        f"papernotes_arxiv_interval = None is not a number; {until} 3",
        f"papernotes_feed = 'yes' is not True or False; {until} True",
        f"papernotes_feed_id = 2 is not a text in quotes; {until} ''",
        "bibtex_bibfiles = 'refs.bib' is not a list of names; write one, such as [\"refs.bib\"]",
        "bibtex_encoding = 'utf-9' is not an encoding; write one, such as \"utf-8-sig\"",
        (
            "papernotes_venue_names = {'Symposium': 1} does not map names to shorter ones; write"
            ' texts in quotes, such as {"Symposium on Graph Drawing": "GD"}'
        ),
        (
            "papernotes_highlight_colours = {'yellow': 'claim'} does not map colours to words;"
            ' write each as {"#ffd400": "claim"}, with letters, digits and spaces'
        ),
        (
            'papernotes_folder = "../papers" is not a folder beside conf.py; write the name of'
            ' one, such as "papers"'
        ),
        (
            'papernotes_authors gives "Ada" the ORCID iD "0000-0002-1825-0098", which is mistyped:'
            " it is not 16 digits, or the last does not fit the others; copy it from"
            " https://orcid.org, until then it is not shown"
        ),
        *(
            f"papernotes_authors has {pair}, which is not a name with an ORCID iD; write texts in"
            ' quotes, such as {"Ada Lovelace": ""}; until then it is ignored'
            for pair in ("1: ''", "'Bo': 7", "' ': ''", r"'\ufffe': ''")
        ),
        (
            "html_baseurl = 'https://[example.org/' is not an address that pages can have; write"
            ' the site\'s address, such as "https://example.org/notes/"; until then the site has no'
            " address"
        ),
    ]
    told = [line for line in build.messages if "toc.not_included" not in line]
    assert told == [f"conf.py:1: WARNING: {fault} [papernotes.bad-option]" for fault in faults]
    assert "The summary of beta." in text(build.page("index"))


def test_every_kind_is_reported_somewhere() -> None:
    shown = {message.rsplit("[papernotes.", 1)[1].rstrip("]") for _, message in CASES.values()}
    # Two need another machine: see test_mathjax.py and test_pagefind.py. The others are in
    # test_builders.py, test_comments.py, test_drafts.py, test_quotes.py and test_source_files.py.
    only_in_unit_tests = {"bib-name", "bib-value", "duplicate-field", "no-mathjax", "no-pagefind"}
    only_in_unit_tests |= {"control-character", "encoding", "file-name", "nesting", "outside"}
    only_in_unit_tests |= {"raw-html", "bad-comment", "bad-draft", "draft-file"}
    only_in_unit_tests |= {"unknown-highlight", "picture-format", "no-folder", "bib-empty"}
    assert shown | only_in_unit_tests == {
        kind.subtype for kind in DiagnosticKind if kind.found_by == "build"
    }


def test_faults_fail_the_build_and_do_not_hide_one_another(tiny: Site) -> None:
    tiny.write("papers/zeta.md", NOTE.format(key="zeta2005", more="read: never\n"))
    tiny.edit("plain.md", "gamma2003", "gama2003")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", ".", "_build/html"]
    run = programs.run(command, cwd=tiny.folder)
    assert run.returncode != 0
    assert "Traceback" not in run.stderr
    kinds = [line.rsplit("[", 1)[1] for line in run.stderr.splitlines() if "WARNING" in line]
    assert sorted(kinds) == [
        "papernotes.bad-read]",
        "papernotes.unknown-key]",
        "papernotes.unknown-key]",
    ]


def test_no_control_character_of_a_file_is_written(tiny: Site) -> None:
    quoted = r"\x1b]0;x\x07\x9b31m\u2028\u202e"
    tiny.write(
        "papers/a\x1b]0;x\x07\r\n\u202eb.md",
        f'---\npaper: "{quoted}"\n---\n\n# A\n\n[](x\x1b[2J.md)\n',
    )
    shown = "\n".join(tiny.build().messages)
    assert r"\x1b]0;x\x07\r\n\u202eb.md" in shown
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", shown), shown


def test_what_is_no_address_is_reported_where_docutils_would_take_it_for_one(tiny: Site) -> None:
    # In brackets, addresses have numbers.
    raw = "```{raw} html\n:url: http://[x]/y.html\n```\n\n"
    table = "```{csv-table} A title\n:url: http://[x]/y.csv\n```\n\n"
    picture = "```{image} http://[x]/y.png\n:alt: Its description\n```\n\n"
    tiny.edit("papers/alpha.md", "Its second", f"{raw}{table}{picture}[y](http://[x]/) Its second")
    build = tiny.build()
    # The feed has them, too.
    assert [re.sub(r"^.*WARNING: |, until then.*", "", line) for line in build.messages] == [
        f'"http://[x]/y.{name}" is no address; correct it' for name in ("html", "csv", "png")
    ]
    assert "Its description" in text(build.page("papers/alpha"))


def test_a_kind_can_be_suppressed(tiny: Site) -> None:
    tiny.edit("plain.md", "gamma2003", "gama2003")
    settings = {"suppress_warnings": ["papernotes.unknown-key"]}
    assert tiny.build(confoverrides=settings).messages == []


def test_an_unknown_key_reads_as_such(tiny: Site) -> None:
    tiny.edit("plain.md", "gamma2003", "gama2003")
    assert "cites [?gama2003]." in text(tiny.build().page("plain"))


def test_incomplete_entries_read_sensibly(tiny: Site) -> None:
    bib("\n@misc{eta, howpublished={Somewhere}}\n@misc{theta, title={Theta}}\n")(tiny)
    tiny.edit("plain.md", "cites", "cites {cite:t}`eta` and {cite:t}`theta` and")
    build = tiny.build()
    kinds = [message.rsplit("[papernotes.", 1)[1] for message in build.messages]
    assert kinds == ["incomplete-entry]"] * 2
    assert [text(item) for item in build.page("plain").cssselect(".pn-works > li")] == [
        "[eta] eta (n.d.). Somewhere. ↩",
        (
            "[GGG03] Gil Gamma, Gus Gamma and Gail Gamma (2003). The book of gamma. Letters Press."
            " abstract ↩"
        ),
        "[the] Theta (n.d.). ↩",
    ]
