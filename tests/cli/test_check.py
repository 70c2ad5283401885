"""Test ``papernotes check``: what it finds, corrects and prints, and what it costs."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path
from types import FrameType

import pytest
from commands import files, run
from sites import Site

from papernotes.cli.checks import report
from papernotes.cli.checks.run import check
from papernotes.cli.site import find_site
from papernotes.core.diagnostics import DiagnosticKind
from papernotes.incremental import parallel

ENTRY = """@article{{{key},
  author = {{Ann Onym}},
  title = {{{title}}},
  journal = {{Letters}},
  year = {{2020}},{more}
}}
"""


@pytest.fixture
def site(tiny: Site) -> Site:
    """Return a site without faults or remarks."""
    conf = (tiny.folder / "conf.py").read_text(encoding="utf-8")
    tiny.write("conf.py", conf + 'papernotes_key_pattern = "{family}{year}"\n')
    tiny.edit(
        "papers/delta.md", "paper: delta2004\n", "paper: delta2004\ntags: [letters, optimization]\n"
    )
    tiny.write("uses.md", "---\norphan: true\n---\n\n# Uses\n\n{cite:t}`zeta2006`\n")
    return tiny


def found(site: Site) -> list[str]:
    """Return what ``papernotes check`` finds beside a build, which takes longer."""
    folder = find_site(site.folder)
    return _relative(site, report.lines(folder, check(folder).diagnostics, report.text))


def printed(site: Site, *arguments: str) -> list[str]:
    """Return the lines that ``papernotes check`` prints, with paths relative to the site."""
    return _relative(site, run(site, "check", *arguments).stdout.splitlines())


def _relative(site: Site, lines: list[str]) -> list[str]:
    return [line.replace(f"{site.folder}/", "") for line in lines]


def test_site_in_order_has_no_faults_and_no_remarks(site: Site) -> None:
    result = run(site, "check")
    assert (result.stdout, result.exit_code) == ("", 0)
    assert result.stderr == "3 notes and 6 entries: no problems found.\n"


def add(site: Site, *entries: str) -> int:
    """Append entries and a page that cites them; return the line on which the first begins."""
    before = (site.folder / "refs.bib").read_text(encoding="utf-8")
    site.write("refs.bib", before + "\n" + "\n".join(entries))
    site.write("more.md", "---\norphan: true\n---\n\n# More\n\n" + _cite(entries))
    return before.count("\n") + 2


def _cite(entries: tuple[str, ...]) -> str:
    keys = [match[1] for entry in entries if (match := re.search(r"@\w+\{([^,]+),", entry))]
    return "\n".join(f"{{cite:p}}`{key}`" for key in keys)


def entry(more: str = "", title: str = "On something", key: str = "onym2020") -> str:
    return ENTRY.format(key=key, title=title, more=f"\n  {more}," if more else "")


FIELDS = {
    "pages with one dash": ("pages = {233-242}", "bad-pages", "BibTeX expects; write 233--242"),
    "pages backwards": ("pages = {242--233}", "bad-pages", "end before they begin"),
    "no pages": ("pages = {to appear}", "bad-pages", '"to appear" is not a page number'),
    "an offset in words": (
        "pdfoffset = {many}",
        "bad-pages",
        "is not a number of pages; write what",
    ),
    "an address without a DOI": ("doi = {https://doi.org/10.1/x}", "bad-doi", "is not a DOI"),
    "a DOI in an address": ("doi = {https://doi.org/10.1000/x}", "bad-doi", "is an address"),
    "no DOI": ("doi = {1000/182}", "bad-doi", "is not a DOI; write it like 10.1000/182"),
    "a DOI with a full stop": ("doi = {10.1000/182.}", "bad-doi", "ends with a punctuation"),
    "month 13": ("eprint = {1713.05394}", "bad-arxiv", "is not an arXiv identifier"),
    "too few digits": (
        "eprint = {1706.053}, archiveprefix = {arXiv}",
        "bad-arxiv",
        "is not an arXiv identifier",
    ),
    "a name in capitals": ("editor = {SMITH, JOHN}", "shouted-name", '"SMITH, JOHN" is in cap'),
    "an entity": ("note = {Q&amp;A}", "html-entity", '"Q&amp;A" contains HTML'),
    "an entity by number": ("note = {caf&#233;}", "html-entity", "contains HTML"),
    "a tag": ("note = {CO<sub>2</sub>}", "html-entity", "contains HTML"),
    "an ampersand": ("note = {Q & A}", "broken-latex", r"lacks a backslash; write \&"),
    "an underscore": ("note = {x_1 and $x_1$}", "broken-latex", r"lacks a backslash; write \_"),
    "a circumflex": ("note = {x^2}", "broken-latex", "has ^ outside mathematics"),
    "half of mathematics": ("note = {from $x to y}", "broken-latex", "opens mathematics"),
    "an unknown macro": (r"note = {\emhp{x}}", "broken-latex", r"\emhp is not a known macro"),
    "a backslash": ("note = {x\\}", "broken-latex", ""),
    "another scheme": ("url = {ftp://example.org}", "bad-link", "is not an http or https address"),
    "no scheme": ("url = {www.example.org}", "bad-link", "is not an http or https address"),
    "escapes in an address of a DOI": (
        r"doi = {http://dx.doi.org/10.1000/a{\_}b}",
        "bad-doi",
        '"http://dx.doi.org/10.1000/a_b" is an address',
    ),
    "a decade": ("date = {199X}", "bad-year", '"199X" stands for several years, and the site'),
    "a century": ("date = {19xx/2001}", "bad-year", "write the year, such as 1900"),
    "a password": ("url = {https://me:x@a.org/}", "private-value", "holds a name and a password"),
    "a file": (
        "howpublished = {file:///home/me/x.pdf}",
        "private-value",
        "where a file is on your",
    ),
    "no host": ("pdf = {https://paper}", "bad-link", "is not an http or https address"),
}


@pytest.mark.parametrize(("field", "kind", "message"), FIELDS.values(), ids=FIELDS)
def test_invalid_field_is_reported(site: Site, field: str, kind: str, message: str) -> None:
    line = add(site, entry(field))
    if field.endswith("\\}"):
        # In BibTeX, a backslash does not escape a brace; the value ends with the backslash.
        message = "ends with a backslash"
    (only,) = found(site)
    assert only.startswith(f"refs.bib:{line + 5}: ")
    assert message in only
    assert only.endswith(f"[papernotes.{kind}]")


SOUND = [
    "pages = {233--242}",
    "pages = {12, 15--17}",
    "pages = {xii--xv}",
    "pages = {e1000123}",
    "pages = {1527--54}",
    "doi = {10.1162/neco.2006.18.7.1527}",
    r"doi = {10.1007/978-3-030-01261-8\_1}",
    "eprint = {1706.05394v2}",
    "eprint = {math.GT/0309136}",
    "eprint = {10.2307/1234}, eprinttype = {jstor}",
    "editor = {Li, X. and IBM and {NASA Ames} and J. R. R. Tolkien and W3C}",
    r"note = {AT\&T, 5\%, \emph{x}, $x_1^2$, \url{https://a.b/c_d%20e}, {\"o}, caf{\'e}}",
    "abstract = {Raw text with 5% & more}",
    "date = {2020-02-29/2020-03}",
    "date = {2020-21}",
    "date = {2020-02-29T10:00:00Z}",
    "editor = {כהן, דוד and محمد علي حسن and สมชาย ใจดี and 山田, 太郎}",
    "editor = {family=Heer, given=Hado P., prefix=van, useprefix=false and Al Brown}",
    "editor = {{Smith and Sons} and {Academies of Sciences, Engineering, and Medicine}}",
    r"note = {{\relax A} {\TeX} \textregistered{} \noopsort{1973b}1973 Tr{\`\^a}n}",
    r"url = {http://l.example/a-1{\_}48{\%}20c}",
    r"doi = {10.1000/a{\_}b}",
    r"url = {https://example.org/a_b?c=d\%20e&f}",
    "note = {AT{\\&}T \\& R\\&D; x < y}",
]


@pytest.mark.parametrize("field", SOUND)
def test_valid_field_is_not_reported(site: Site, field: str) -> None:
    add(site, entry(field))
    assert found(site) == []


@pytest.mark.parametrize("year", ["20017", "in press", "1017", "9999", "{2020}?"])
def test_invalid_year_is_reported(site: Site, year: str) -> None:
    site.edit("refs.bib", "year = {2001}", f"year = {{{year}}}")
    (only,) = [line for line in found(site) if "key-pattern" not in line]
    assert only.startswith("refs.bib:5: ")
    assert only.endswith("[papernotes.bad-year]")


@pytest.mark.parametrize("date", ["2020-13", "2020-00-01", "May 2020", "2020-01-32"])
def test_invalid_date_is_reported(site: Site, date: str) -> None:
    add(site, entry(f"date = {{{date}}}"))
    (only,) = found(site)
    assert only.endswith("[papernotes.bad-year]")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("@article{onym2020, author={Ann Onym}, title={X}, year=2020}", "no journal or journalt"),
        ("@inproceedings{onym2020, author={Ann Onym}, title={X}, year=2020}", "no booktitle"),
        ("@book{onym, author={Ann Onym}, title={X}}", "no publisher and no year or date"),
        ("@techreport{onym2020, author={Ann Onym}, title={X}, year=2020}", "no institution"),
        ("@phdthesis{onym2020, author={Ann Onym}, title={X}, year=2020}", "no school or instit"),
        ("@online{onym2020, author={Ann Onym}, title={X}, year=2020}", "no url or doi or eprint"),
        ("@misc{onym2020, author={Ann Onym}, year=2020}", "no title"),
    ],
)
def test_entry_without_a_required_field_is_reported(site: Site, text: str, missing: str) -> None:
    line = add(site, text)
    (only,) = found(site)
    assert only.startswith(f"refs.bib:{line}: the @")
    assert missing in only
    assert only.endswith("[papernotes.missing-field]")


@pytest.mark.parametrize(
    "container",
    ["@xdata{x, publisher={P}}", "@set{x, entryset={zeta2006}}", "@XData{x, location={L}}"],
)
def test_container_of_fields_or_entries_needs_no_title_and_no_pattern(
    site: Site, container: str
) -> None:
    add(site, entry("xdata = {x}"), container)
    assert found(site) == []


def test_macro_of_a_preamble_is_known(site: Site) -> None:
    preamble = r'@preamble{"\newcommand{\mine}[2]{#2} \def\sortkey#1{}"}'
    add(site, preamble, entry(r"note = {\mine{a}{b} \sortkey{z}}"))
    assert found(site) == []


def test_inherited_field_is_not_reported_as_missing(site: Site) -> None:
    add(
        site,
        "@inproceedings{onym, author={Ann Onym}, title={X}, crossref={eds2020}}",
        "@proceedings{eds2020, editor={Edd Eds}, title={Y}, year=2020}",
    )
    assert found(site) == []


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("doi = {10.1000/X}", "doi = {10.1000/x}", "DOI:10.1000/x"),
        ("eprint = {1706.05394}", "eprint = {1706.05394v3}", "arXiv:1706.05394"),
        ("eprint = {1706.05394}", "url = {https://arxiv.org/abs/1706.05394}", "arXiv:1706.05394"),
        ("eprint = {1706.05394}", "doi = {10.48550/arXiv.1706.05394}", "arXiv:1706.05394"),
        ("eprint = {1706.05394}", "doi = {10.1000/x}", "title and first author"),
    ],
)
def test_second_entry_for_the_same_work_is_reported(
    site: Site, first: str, second: str, what: str
) -> None:
    titles = ("On {N}ets", "on nets") if "title" in what else ("One", "Another")
    line = add(site, entry(first, titles[0]), entry(second, titles[1], "onym2020a"))
    (only,) = found(site)
    assert only == (
        f'refs.bib:{line + 8}: "onym2020a" has the same {what} as "onym2020", refs.bib:{line};'
        " keep only one of the entries [papernotes.duplicate-work]"
    )


def test_entries_with_different_dois_are_different_works(site: Site) -> None:
    add(site, entry("doi = {10.1000/x}"), entry("doi = {10.1000/y}", key="onym2020a"))
    assert found(site) == []


def test_unused_entry_is_a_remark_and_not_a_fault(site: Site) -> None:
    line = add(site, entry())
    site.remove("more.md")
    assert found(site) == [
        (
            f'refs.bib:{line}: remark: the entry "onym2020" is not cited, has no note and is not'
            " marked to be read; cite it or delete it [papernotes.unused-entry]"
        )
    ]


@pytest.mark.parametrize(
    "use",
    [
        "{cite:t}`onym2020`",
        "{cite:p}`{see}onym2020{p. 3},beta2002`",
        "{note}`this <onym2020>`",
        "[see @onym2020, p. 3]",
        "@onym2020.",
        "```{bibliography}\n:all:\n```",
    ],
)
def test_cited_entry_is_not_reported_as_unused(site: Site, use: str) -> None:
    add(site, entry())
    site.write("more.md", f"# More\n\n{use}\n")
    assert found(site) == []


def test_key_that_does_not_match_the_pattern_is_a_remark(site: Site) -> None:
    line = add(site, entry(key="mine"), entry("doi = {10.1000/x}", "On more", "onym2020b"))
    assert found(site) == [
        (
            f'refs.bib:{line}: remark: the key "mine" does not match papernotes_key_pattern, which'
            ' gives "onym2020" [papernotes.key-pattern]'
        )
    ]


# Notes.

NOTE = "---\npaper: zeta2006\ntags: [{tags}]\n---\n\n# Zeta\n\n{text}\n"


def note(site: Site, text: str = "A summary.", tags: str = "optimization") -> None:
    site.write("papers/zeta.md", NOTE.format(tags=tags, text=text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "## A section\n\nText.",
        "% A comment\n\n## A section",
        "(a)=\n## A section\n\nx",
        "A\n---",
    ],
)
def test_note_without_a_summary_is_reported(site: Site, text: str) -> None:
    note(site, text)
    assert found(site) == [
        (
            "papers/zeta.md:6: the note has no summary; write a paragraph before its first section"
            " [papernotes.no-summary]"
        )
    ]


@pytest.mark.parametrize("text", ["x\n\n## A", "$$x$$\n\nA\n===", "* a list", "> quoted\n\n---\n"])
def test_note_with_a_summary_is_not_reported(site: Site, text: str) -> None:
    note(site, text)
    assert found(site) == []


def test_summary_in_the_front_matter_counts_as_a_summary(site: Site) -> None:
    text = "---\npaper: zeta2006\ntags: [optimization]\nsummary: x\norphan: y\n---\n\n# Z\n\n## A\n"
    site.write("papers/zeta.md", text)
    assert found(site) == []


def test_key_of_front_matter_that_nothing_reads_is_a_remark(site: Site) -> None:
    site.edit("papers/alpha.md", "read:", "status: done\nread:")
    advice = 'declare it in conf.py, such as papernotes_fields = {"status": "text"}, or delete it'
    assert found(site) == [
        (
            'papers/alpha.md:4: remark: the key "status" is neither known nor declared;'
            f" {advice} [papernotes.undeclared-field]"
        )
    ]
    site.edit("conf.py", "html_theme", 'papernotes_fields = {"status": "text"}\nhtml_theme')
    assert found(site) == []


def test_note_that_is_not_read_because_of_its_name_is_reported(site: Site) -> None:
    site.write("papers/Zeta.MD", "---\npaper: zeta2006\n---\n\n# Zeta\n")
    assert (
        'papers/Zeta.MD:1: the file is not read, since its name ends with ".MD"; rename it to'
        ' "Zeta.md" [papernotes.file-name]'
    ) in printed(site)


def test_day_in_the_future_is_a_remark(site: Site) -> None:
    site.edit("papers/alpha.md", "read: 2020-08-31", "read: 2999-01-01")
    assert found(site) == [
        (
            'papers/alpha.md:4: remark: the day in "read", 2999-01-01, is in the future; correct'
            ' it, or write "draft: true" to publish the note later [papernotes.future-day]'
        )
    ]


@pytest.mark.parametrize("tags", ["", "tags:\n", "tags: []\n"])
def test_note_without_tags_is_reported(site: Site, tags: str) -> None:
    site.write("papers/zeta.md", f"---\npaper: zeta2006\n{tags}---\n\n# Zeta\n\nText.\n")
    assert found(site) == [
        (
            f"papers/zeta.md:{3 if tags else 1}: the note has no tags; add"
            ' "tags: [some-tag]" to its front matter [papernotes.no-tags]'
        )
    ]


@pytest.mark.parametrize(
    ("tag", "how"),
    [
        ("Optimization", "in case only"),
        ("optimisation", "by one letter"),
        ("optimizatio", "by one letter"),
        ("optimizations", "by one letter"),
    ],
)
def test_similar_tags_are_reported(site: Site, tag: str, how: str) -> None:
    note(site, tags=tag)
    assert found(site) == [
        (
            f'papers/zeta.md:3: the tag "{tag}" differs {how} from "optimization", which'
            " 2 notes have; use the same tag in all notes [papernotes.similar-tags]"
        )
    ]


@pytest.mark.parametrize("tag", ["C#", "RL, ML", "gpt-2, gpt-3", "minimization"])
def test_different_tags_are_not_reported(site: Site, tag: str) -> None:
    note(site, tags=tag)
    assert found(site) == []


@pytest.mark.parametrize(
    "text",
    [
        "[x]()",
        "[x](www.example.org)",
        "[x](htp://example.org)",
        "[x](htttps://example.org)",
        "[x](https:/example.org)",
        "[x](https//example.org)",
        "[x](http://)",
        "[x](https://exa mple.org)",
        "![x](httpx://example.org/x.png)",
        "[x]\n\n[x]: htps://example.org",
    ],
)
def test_broken_link_is_reported(site: Site, text: str) -> None:
    note(site, text)
    (only,) = found(site)
    line = 8 + text.count("\n")
    assert only.startswith(f"papers/zeta.md:{line}: ")
    assert only.endswith("[papernotes.broken-link]")


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://example.org/a_(b)) and <https://example.org>",
        '[x](https://example.org "A title") and [y](alpha.md#section)',
        "[x](<beta.md>) [mail](mailto:a@example.org) [x](#here) [x](/index.md)",
        "`[x]()` and ``[y](htp://)``",
        "```\n[x]()\n```",
        "$a[0](htp://x)$",
        r"\[x\]() and \](htp://x)",
    ],
)
def test_valid_link_is_not_reported(site: Site, text: str) -> None:
    note(site, f"Text.\n\n{text}")
    assert found(site) == []


# What a build finds.

FAULTY = {
    "conf.py": """
papernotes_fields = {"result": "markdown"}
papernotes_pandoc_citations = True
papernotes_sort = "size"
language = None
# Only the page of a tag shows the summary of the note.
papernotes_browse = ["tags"]
papernotes_metadata = False
""",
    "index.md": "# Front\n",
    "lone.md": "# Lone\n\n[x](gone.md) and a note[^1].\n\n[^2]: {cite:t}`key1`\n",
    "papers/far.md": "---\npaper: far\ndraft: true\ntags: x\n---\n\nIt has no heading.\n",
    "papers/zeta.md": """---
paper: zeta2006
tags: [letters]
result: '{cite:t}`key2` and $\\one{x}$'
summary: '{ref}`label1` and {cite:t}`key3`'
---

# On {cite:p}`{see}key4{p. 3}` and $\\two$

{cite:t}`key5`, [@key6] and [-@key7], {footcite}`key8`[^a].

### A jump

| {cite:p}`key9` | b |
|---|---|
| {ref}`label2` | {doc}`document` |

- {eq}`label3`, {numref}`label4` and {any}`label5`
- [x](#label6), [y](project:#label7), {nosuchrole}`x`, {note}`beat`

:::{admonition} About {cite:t}`key10`
{cite:t}`key11` and $\\three$
:::

```{nosuchdirective}
```

```{figure} nothing.png
:widht: 3
```

```{math}
:label: twice
\\four
```

$$
x \\label{twice}
$$

\\begin{align}
\\five
\\end{align}

[^a]: {cite:t}`key12`
""",
    "plain.md": """# Plain

[[key13]]

```{papers}
:tags: nothing
:sort: size
:foo: bar
```

```nosuchlexer
x
```

```python
def $
```

$$
x

<!-- not closed
""",
}


def told(site: Site) -> list[str]:
    """Return what a build of pages warns about, in the form of ``papernotes check``."""
    lines = [line.replace(f"{site.folder}/", "") for line in site.build().messages]
    form = re.compile(r"(?:(.+?)(?::(\d+))?: )?(?:WARNING|ERROR): (.*)")
    matches = [match for line in lines if (match := form.fullmatch(line))]
    return sorted(f"{match[1] or 'conf.py'}:{match[2] or 1}: {match[3]}" for match in matches)


def test_a_check_finds_what_a_build_warns_about_each_time(site: Site) -> None:
    # A check alone would report the missing fields and the address of the second in its own words.
    bare = "@article{bare, title = {A title}, journal = {Letters}, url = {ftp://example.org/x}}"
    add(site, entry("journal = {Again}"), bare)
    for name, text in FAULTY.items():
        before = (site.folder / name).read_text(encoding="utf-8") if name == "conf.py" else ""
        site.write(name, before + text)
    expected = told(site)
    assert {f"key{number}" for number in range(1, 13)} <= set(re.findall(r"key\d+", str(expected)))
    assert {f"label{number}" for number in range(1, 8)} <= set(
        re.findall(r"label\d", str(expected))
    )
    assert len(expected) > 40
    for _ in range(2):
        lines = printed(site)
        assert sorted(line for line in lines if "remark: " not in line) == expected
        assert next(line for line in lines if "key13" in line).endswith("[papernotes.obsidian]")
    assert run(site, "check").exit_code == 1


def test_a_check_of_many_documents_forgets_no_warning(site: Site) -> None:
    """Several processes read them, and a check reads those with a warning again."""
    for number in range(2 * parallel.FEW):
        site.write(f"papers/more{number}.md", f"---\npaper: alpha2001\n---\n\n# More {number}\n")
    site.edit("papers/more3.md", "# More 3", "# More 3\n\nText {nothing}`x`.")
    message = 'papers/more3.md:7: Unknown interpreted text role "nothing". [myst.role_unknown]'
    for _ in range(2):
        assert message in printed(site)


def test_a_check_follows_what_other_documents_do(site: Site) -> None:
    site.write("target.md", "---\norphan: true\n---\n\n(here)=\n# Target\n\nText.\n")
    site.edit("papers/beta.md", "The summary", "The {ref}`here` of {cite:t}`zeta2006`,")
    site.edit("plain.md", "cites", "[leads](target.md) and cites")
    assert printed(site) == []
    site.remove("target.md")
    broken = "papers/beta.md:9: undefined label: 'here' [ref.ref]"
    gone = (
        'plain.md:3: the page "target.md" does not exist; correct the name, or add the file'
        " [papernotes.missing-file]"
    )
    assert printed(site) == [broken, gone]
    # Lines move, and the fault with them, also where other pages show the summary.
    site.edit("papers/beta.md", "# ", "% A comment\n\n# ")
    assert printed(site) == [broken.replace("9", "11", 1), gone]
    site.edit("refs.bib", "@book{gamma2003", "@book{gamma2004")
    assert [line[:50] for line in printed(site) if "unknown-key" in line] == [
        'papers/alpha.md:15: unknown citation key "gamma200',
        'plain.md:3: unknown citation key "gamma2003"; did ',
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("1 / 0", "conf.py cannot be read: ZeroDivisionError: division by zero"),
        ('extensions = ["no_such_extension"]', "the site cannot be read: Could not import extens"),
        (
            'extensions = []\nhtml_math_renderer = "mathjax"',
            'conf.py cannot be read: it does not load papernotes; add extensions = ["papernotes"]',
        ),
        ('html_theme = "no_such_theme"', "the site cannot be read: no theme named 'no_such_theme'"),
        (
            "def setup(app):\n    app.connect('source-read', lambda *_: 1 / 0)",
            "the site cannot be read: generalization.md:1: the build fails at this document (",
        ),
    ],
)
def test_what_ends_a_build_ends_a_check_with_a_message(
    site: Site, setting: str, message: str
) -> None:
    conf = (site.folder / "conf.py").read_text(encoding="utf-8")
    site.write("conf.py", f"{conf}{setting}\n")
    result = run(site, "check")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_site_without_a_bibliography_can_be_checked(site: Site) -> None:
    site.edit("conf.py", '["refs.bib"]', "[]")
    assert "6 entries" not in run(site, "check").stderr


def test_suppress_warnings_silences_faults_and_remarks(site: Site) -> None:
    add(site, entry("pages = {1-2}", key="mine"))
    assert len(found(site)) == 2
    conf = (site.folder / "conf.py").read_text(encoding="utf-8")
    for names, count in [("bad-pages", 1), ("key-pattern", 1), ("*", 0)]:
        site.write("conf.py", conf + f'suppress_warnings = ["papernotes.{names}"]\n')
        assert len(found(site)) == count


# Corrections.


def test_fix_corrects_what_is_certain_and_shows_each_correction(site: Site) -> None:
    wrong = [
        ("pages = {233-242}", "pages = {233--242}"),
        ("doi = {https://doi.org/10.1000/182}", "doi = {10.1000/182}"),
        (
            "note = {Q &amp; CO<sub>2</sub> & x_1}",
            r"note = {Q \& CO\textsubscript{2} \& x\_1}",
        ),
        ('annote_ = "x"', 'annote_ = "x"'),
        ("pages = {9--3}", "pages = {9--3}"),
        ("editor = {SMITH, JOHN}", "editor = {SMITH, JOHN}"),
    ]
    entries = [
        entry(field, f"Number {number}", f"onym2020{'abcdef'[number]}")
        for number, (field, _) in enumerate(wrong)
    ]
    add(site, *entries)
    before = files(site.folder)
    lines = printed(site, "--fix")
    after = files(site.folder)
    wanted = before["refs.bib"].decode()
    for old, new in wrong:
        wanted = wanted.replace(old, new)
    assert after.pop("refs.bib").decode() == wanted
    del before["refs.bib"]
    assert after == before
    assert [line.partition(": ")[2] for line in lines[:3]] == [
        "fixed: {233-242} is now {233--242} [papernotes.bad-pages]",
        "fixed: {https://doi.org/10.1000/182} is now {10.1000/182} [papernotes.bad-doi]",
        (
            r"fixed: {Q &amp; CO<sub>2</sub> & x_1} is now {Q \& CO\textsubscript{2} \& x\_1}"
            " [papernotes.html-entity]"
        ),
    ]
    # Only the author can correct the rest.
    assert [line.rpartition("[")[2] for line in lines[3:]] == [
        "papernotes.bad-pages]",
        "papernotes.shouted-name]",
    ]
    again = files(site.folder)
    printed(site, "--fix")
    assert files(site.folder) == again


def test_fix_keeps_line_endings_byte_order_mark_macros_and_comments(site: Site) -> None:
    text = (
        "\ufeff% Q&amp;A\r\n@string{q = {Q&amp;A}}\r\n@misc{zeta2006,\r\n  author = {Zoe Zeta},\r\n"
        "  title = {On\r\n    Q&amp;A},\r\n  note = q # {&amp;},\r\n  year = 2006,\r\n}\r\n"
    )
    site.write("refs.bib", text)
    printed(site, "--fix")
    assert (site.folder / "refs.bib").read_bytes().decode() == text.replace(
        "    Q&amp;A", "    Q\\&A"
    )


def test_fix_without_faults_does_not_write_the_file(site: Site) -> None:
    before = (site.folder / "refs.bib").stat()
    assert printed(site, "--fix") == []
    after = (site.folder / "refs.bib").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


# Output.


def test_password_in_a_link_of_a_note_is_reported(site: Site) -> None:
    links = "[x](https://me:x@a.org/) <https://me@a.org>\n\nme@a.org @me\n"
    site.write("more.md", f"---\norphan: true\n---\n\n# More\n\n{links}")
    message = "a link holds a name and a password, which readers would see; delete them"
    assert [line for line in printed(site) if "more.md" in line] == [
        f"more.md:7: {message} [papernotes.private-value]"
    ]


def test_github_format_prints_annotations(site: Site) -> None:
    line = add(site, entry("note = {5% & more}", key="mine"))
    result = run(site, "check", "--format", "github")
    place = f"file={site.folder}/refs.bib".replace(":", "%3A").replace(",", "%2C")
    assert result.stdout.splitlines() == [
        (
            f"::notice {place},line={line},title=papernotes.key-pattern::"
            'the key "mine" does not match papernotes_key_pattern, which gives "onym2020"'
        ),
        (
            f"::error {place},line={line + 5},title=papernotes.broken-latex::"
            '"5%25 & more" lacks a backslash; write \\%25 and \\& (field "note" of "mine")'
        ),
    ]
    assert result.exit_code == 1


def test_summary_is_printed_on_standard_error(site: Site) -> None:
    add(site, entry("pages = {1-2}"), entry("doi = {10.1000/x}", "Y", key="mine"))
    assert run(site, "check").stderr == "3 notes and 8 entries: 1 fault, 1 remark.\n"


SEVERAL = "---\npaper: {papers}\ntags: [letters]\n---\n\n# Title\n\nThe summary.\n"


def test_several_notes_on_a_paper_are_a_remark(site: Site) -> None:
    site.write("papers/zeta.md", SEVERAL.format(papers="[zeta2006, alpha2001]"))
    site.write("papers/alpha-again.md", SEVERAL.format(papers="alpha2001"))
    message = (
        '2: remark: "alpha2001" also has the note papers/alpha.md:2; if both are meant, "main:'
        ' true" makes one of them the note that links by key lead to, otherwise merge them'
        " [papernotes.duplicate-note]"
    )
    assert found(site) == [f"papers/alpha-again.md:{message}", f"papers/zeta.md:{message}"]


def test_retracted_work_must_be_acknowledged_by_each_note_on_it(site: Site) -> None:
    site.edit("refs.bib", "year = {2002}", "retracted = {2024-05-01},\n  year = {2002}")
    result = run(site, "check")
    (message,) = _relative(site, result.stdout.splitlines())
    assert message == (
        'papers/beta.md:2: "beta2002" was retracted; say in the note what follows from that, and'
        ' add "retraction: acknowledged" to its front matter [papernotes.retracted]'
    )
    assert result.exit_code == 1
    site.edit("papers/beta.md", "paper:", "retraction: acknowledged\npaper:")
    result = run(site, "check")
    assert (result.stdout, result.exit_code) == ("", 0)


def test_every_kind_that_check_finds_occurs_in_a_test() -> None:
    tests = [Path(__file__), Path(__file__).with_name("test_links.py")]
    text = "".join(test.read_text(encoding="utf-8") for test in tests)
    assert [
        kind.subtype
        for kind in DiagnosticKind
        if kind.found_by == "check" and kind.subtype not in text
    ] == []


def write_notes(site: Site, number: int) -> None:
    """Write that many notes, and a bibliography with three entries for each."""
    rng = random.Random(1)
    words = [f"word{count}" for count in range(300)]
    entries = []
    for count in range(3 * number):
        title = " ".join(rng.choices(words, k=8))
        people = " and ".join(f"A. B. Name{rng.randrange(900)}" for _ in range(4))
        more = (
            f"author = {{{people}}},\n  pages = {{{count}--{count + 9}}},\n"
            f"  volume = {{{count % 90}}},\n  doi = {{10.1234/x.{count}}},\n"
            f"  eprint = {{{1701 + count % 12}.{count:05}}},\n  archiveprefix = {{arXiv}}"
        )
        text = ENTRY.format(key=f"key{count}", title=f'{title} of {{DNA}} and {{\\"o}}', more="")
        entries.append(text.replace("author = {Ann Onym}", more))
    site.write("refs.bib", "\n".join(entries))
    prose = " ".join(rng.choices(words, k=100))
    for count in range(number):
        body = f"{prose} {{cite:t}}`key{count}` [link](https://example.org/{count}) $x^2$\n\n" * 4
        site.write(
            f"papers/key{count}.md",
            f"---\npaper: key{count}\ntags: [{rng.choice(words)}, {rng.choice(words)}]\n"
            f"read: 2020-08-31\n---\n\n# Title\n\nSummary.\n\n## Section\n\n{body}",
        )


def calls(site: Site) -> int:
    """Return how many functions of Python a check of *site* calls."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        run(site, "check")
    finally:
        sys.setprofile(None)
    return count


def test_check_after_an_edit_reads_one_note_and_looks_at_the_others(site: Site) -> None:
    """It counts calls, because times depend on the machine; test_main.py is about the start."""
    counts = []
    for number in (10, 10, 40):
        write_notes(site, number)
        run(site, "check")
        site.edit("papers/key3.md", "Summary.", f"A summary of {number} words.")
        counts.append(calls(site))
    assert run(site, "check").stderr.startswith("43 notes and 120 entries: ")
    # The first check of a process also fills caches.
    _, small, large = counts
    # To read a note and to resolve its page takes some 40,000 calls.
    assert 0 < (large - small) / 30 <= 5_000
