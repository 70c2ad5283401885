"""Formulas on built pages: numbers, references, copies, text, style sheets, other formats."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import programs
import pytest
from outputs import outputs
from sites import Build, Site, parse, text

from papernotes.mathematics.equations import EquationDomain

NOTE = r"""---
paper: zeta2006
---

# Zeta of $\ell_2$ and $\R$

A summary with $\E{x}$, and

$$
a^2 + b^2 = c^2
$$ (pythagoras)

which {eq}`pythagoras` and {eq}`inside` refer to.

## The norm $\|x\|_1$

\begin{align}
a &= b \label{inside} \\
c &= d
\end{align}

\begin{align*}
e &= f
\end{align*}

$$
E = mc^2 \label{energy}
$$

$$
\text{none}
$$

\begin{equation}
x = y
\end{equation}

See {eq}`energy`, and (so $x$), "$y$".
"""
MACROS = r'papernotes_macros = {"R": r"\mathbb{R}", "E": (r"\operatorname{E}\left[#1\right]", 1)}'
NAMESPACES = {"m": "http://www.w3.org/1998/Math/MathML", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def zeta(tiny: Site) -> Site:
    """Return the tiny site with a note full of formulas."""
    tiny.write("papers/zeta.md", NOTE)
    tiny.edit("conf.py", '["dollarmath"]', '["dollarmath", "amsmath"]\n' + MACROS)
    return tiny


def equations(build: Build, page: str) -> list[tuple[str, str]]:
    """Return the number and the TeX of each displayed formula."""
    found = []
    for block in build.page(page).cssselect(".pn-equation"):
        number = block.cssselect(".eqno")
        tex = text(block.cssselect("annotation")[0])
        found.append((text(number[0]).strip("¶#") if number else "", tex))
    return found


def ids(page: Path) -> list[str]:
    tree = html5lib.parse(page.read_bytes(), treebuilder="lxml", namespaceHTMLElements=False)
    return tree.xpath("//@id")


def test_equations_have_numbers_that_references_show(zeta: Site) -> None:
    build = zeta.build()
    assert build.messages == []
    numbers = [number for number, _ in equations(build, "papers/zeta")]
    assert numbers == ["(1)", "(2)", "", "(3)", "", "(4)"]
    page = build.page("papers/zeta")
    for label, number in (("pythagoras", "(1)"), ("inside", "(2)"), ("energy", "(3)")):
        link = page.cssselect(f"a.reference[href='#equation-{label}']")[0]
        assert text(link) == number
        assert page.get_element_by_id(f"equation-{label}") is not None


LABELS = r"""---
paper: zeta2006
---

# Zeta

The $D^⊤ ∈ ℝ → ½$, so $$x$$, and more.

\begin{align}
a &= b \label{one} \\
c &= d \\
e &= f \label{two}
\end{align}

$$
g \label{three}
$$

{eq}`one` {eq}`two` {eq}`three`
"""


def test_each_label_of_an_environment_has_its_number(zeta: Site) -> None:
    zeta.write("papers/zeta.md", LABELS)
    build = zeta.build()
    assert build.messages == []
    page = build.page("papers/zeta")
    links = {link.get("href"): text(link) for link in page.cssselect("a[href^='#equation-']")}
    for label, number in (("one", "(1)"), ("two", "(2)"), ("three", "(3)")):
        assert links[f"#equation-{label}"] == number
        assert page.get_element_by_id(f"equation-{label}") is not None
    rows = [text(row) for row in page.cssselect(".amsmath mtr")]
    assert ["(1)" in rows[0], "(" in rows[1], "(2)" in rows[2]] == [True, False, True]
    # A card has no numbers, and the formula in a line of text stands on its own.
    card = build.page("index").cssselect(".pn-summary")[-1]
    assert "(1)" not in text(card.cssselect(".pn-equation")[1])
    assert not page.cssselect("p .pn-equation")
    latex = zeta.build("latex").read("tiny.tex")
    assert r"\label{equation:papers/zeta:two}" in latex
    assert r"D^\top  \in  {\mathbb{R}} \rightarrow  {\tfrac{1}{2}}" in latex


@pytest.mark.parametrize("theme", ["alabaster", "furo"])
def test_a_card_shows_a_formula_without_its_number(zeta: Site, theme: str) -> None:
    build = zeta.build(confoverrides={"html_theme": theme})
    assert equations(build, "index") == [("", "a^2 + b^2 = c^2")]
    links = build.page("index").cssselect(".pn-summary a[href*='#equation-']")
    assert [(link.get("href"), text(link)) for link in links] == [
        ("papers/zeta.html#equation-pythagoras", "(1)"),
        ("papers/zeta.html#equation-inside", "(2)"),
    ]
    for name in ("index.html", "papers/zeta.html"):
        assert [id_ for id_, count in Counter(ids(build.outdir / name)).items() if count > 1] == []


def test_math_number_all_numbers_all_equations_but_unnumbered_environments(zeta: Site) -> None:
    build = zeta.build(confoverrides={"math_number_all": True})
    numbers = [number for number, _ in equations(build, "papers/zeta")]
    # The environment align* stays without a number.
    assert numbers == ["(1)", "(2)", "", "(3)", "(4)", "(5)"]
    assert equations(build, "index") == [("", "a^2 + b^2 = c^2")]


def test_equations_in_a_toctree_are_numbered_by_section(zeta: Site) -> None:
    """Notes outside any toctree keep plain numbers."""
    zeta.write("plain.md", "# Plain\n\n$$\na\n$$ (first)\n\n{eq}`first`, {eq}`pythagoras`\n")
    zeta.edit("index.md", "```\n", "```\n\n```{toctree}\n:numbered:\nplain\n```\n")
    build = zeta.build(confoverrides={"numfig": True})
    assert equations(build, "plain")[0][0] == "(1.1)"
    assert [text(link) for link in build.page("plain").cssselect("p a[href*=equation]")] == [
        "(1.1)",
        "(1)",
    ]
    assert equations(build, "papers/zeta")[0][0] == "(1)"


def test_pages_with_equations_are_the_same_in_every_build(zeta: Site) -> None:
    """MyST gives the environments of amsmath random labels."""
    first = outputs(zeta.build().outdir)
    zeta.clean()
    assert outputs(zeta.build().outdir) == first


def test_a_formula_is_readable_text_in_places_without_markup(zeta: Site) -> None:
    zeta.write("plain.md", "# Plain\n\nNothing.\n")
    zeta.edit("index.md", "```\n", "```\n\n```{toctree}\npapers/zeta\nplain\n```\n")
    build = zeta.build(confoverrides={"html_theme": "classic"})
    title = "Zeta of ℓ_2 and ℝ"
    assert build.page("papers/zeta").findtext("head/title").startswith(title)
    # Sidebar and link to the previous page, on a page without formulas and their style sheet.
    plain = build.page("plain")
    assert [link.get("title") for link in plain.cssselect(".related a[accesskey=P]")] == [title]
    assert title in text(plain.cssselect(".sphinxsidebar")[0])
    assert not plain.cssselect("math")
    # The page's own table of contents keeps its formulas.
    contents = build.page("papers/zeta").cssselect(".sphinxsidebar a[href='#the-norm-x-1']")
    assert [len(link.cssselect("math")) for link in contents] == [1]
    # The search finds titles by this text and shows it.
    index = build.read("searchindex.js")
    titles = json.loads(index[index.index("{") : index.rindex("}") + 1])
    assert title in titles["titles"]
    assert {title, "The norm ‖x‖_1"} <= titles["alltitles"].keys()
    # Links to the note contain its title for screen readers.
    unseen = [text(node) for node in build.page("index").cssselect(".pn-more .pn-unseen")]
    assert f"on {title}" in unseen


def test_only_pages_with_formulas_load_their_style_font_and_script(zeta: Site) -> None:
    zeta.write("plain.md", "# Plain\n\nNothing.\n")
    build = zeta.build()
    for name, wanted in (("papers/zeta", True), ("index", True), ("plain", False)):
        page = build.page(name)
        assert bool(page.cssselect("link[href*='mathematics.css']")) is wanted
        assert bool(page.cssselect("script[src*='mathematics.js']")) is wanted
    style = build.read("_static/mathematics.css")
    for address in re.findall(r'url\("(.*?)"\)', style):
        assert (build.outdir / "_static" / address).read_bytes()[:4] == b"wOF2"
    assert "Open Font License" in build.read("_static/mathematics/OFL.txt")


def test_a_formula_that_cannot_be_converted_is_shown_as_tex(tiny: Site) -> None:
    tiny.write("plain.md", "# Page\n\n$\\nosuch{x}$ and\n\n$$\n\\nosuch\n$$\n")
    build = tiny.build()
    assert [line.split(":")[1] for line in build.messages] == ["3", "5"]
    shown = build.page("plain").cssselect(".math code.pn-tex")
    assert [text(code) for code in shown] == [r"\nosuch{x}", r"\nosuch"]


def test_punctuation_is_wrapped_together_with_its_formula(zeta: Site) -> None:
    page = zeta.build().page("papers/zeta")
    together = page.cssselect(".pn-together")
    for span in together:
        for annotation in span.cssselect("annotation"):
            annotation.text = ""
    assert [text(span).replace("\u2061", "") for span in together] == ["E[x],", "x),", "“y”."]


def test_macros_are_defined_in_the_latex_preamble(zeta: Site) -> None:
    tex = zeta.build("latex").read("tiny.tex")
    assert r"\providecommand{\R}{}\renewcommand{\R}{\mathbb{R}}" in tex
    assert r"\renewcommand{\E}[1]{\operatorname{E}\left[#1\right]}" in tex
    assert r"\(\E{x}\)" in tex


def test_each_equation_has_exactly_one_label_in_latex(zeta: Site) -> None:
    tex = zeta.build("latex", confoverrides={"math_number_all": True}).read("tiny.tex")
    labels = re.findall(r"\\label\{(equation:.*?)\}", tex)
    assert len(labels) == len(set(labels)) == 5
    assert "inside}" not in tex.replace("equation:papers/zeta:inside}", "")
    assert set(re.findall(r"\\eqref\{(.*?)\}", tex)) <= set(labels)
    # The copy in the summary on the front page, which comes first, has no number.
    assert tex.index(r"\begin{equation*}") < tex.index(r"\begin{equation}")
    # A label before its environment would label the section.
    assert not re.search(r"\\label\{equation:[^}]*\}\\begin", tex)


# What LuaLaTeX would run, read, write or define; each with another name for something harmful.
HARMFUL = [
    *(r"\latelua{x}", r"\luafunction1", r"\luaexec{x}", r"\text{\directlua{x}}"),
    *(r"\begincsname input\endcsname x", r"\scantextokens{x}", r"\letcharcode64=x"),
    *(r"\VerbatimInput{x}", r"\begin{VerbatimOut}{x}\end{VerbatimOut}", r"\lstinputlisting{x}"),
    *(r"\begin{filecontents}{x}\end{filecontents}", r"\sphinxincludegraphics{x}", r"\font\x=x"),
    *(r"\embedfile{x}", r"\initcatcodetable1", r"\chardef\x=1", r"\futurelet\x", r"\everymath{x}"),
    *(r"\global\mathcode`x=1", r"\NewDocumentCommand\x{}{}", r"\AtEndDocument{x}", r"\batchmode"),
]
HARMLESS = [r"\eqdef", r"\evaluated{x}", r"\inputs", r"\deflection", r"\letters", r"\fontsize"]


def test_formulas_that_would_do_more_than_typeset_are_text_in_latex(tiny: Site) -> None:
    lines = "\n\n".join(f"${tex}$" for tex in [*HARMFUL, *HARMLESS])
    tiny.write(
        "papers/zeta.md", f"---\npaper: zeta2006\n---\n\n# Zeta\n\nA text.\n\n## Part\n\n{lines}\n"
    )
    body = tiny.build("latex").read("tiny.tex").partition(r"\begin{document}")[2]
    assert [tex for tex in HARMFUL if rf"\({tex}\)" in body] == []
    assert [tex for tex in HARMLESS if rf"\({tex}\)" not in body] == []


@pytest.mark.latex
def test_latex_compiles_a_site_with_equations_without_warnings(zeta: Site) -> None:
    build = zeta.build("latex", confoverrides={"latex_elements": {"fontpkg": ""}})
    run = subprocess.run(
        ["latexmk", "-pdf", "-interaction=nonstopmode", "tiny.tex"],
        cwd=build.outdir,
        capture_output=True,
        text=True,
        check=False,
    )
    log = (build.outdir / "tiny.log").read_text(errors="replace")
    assert run.returncode == 0, log[-3000:]
    assert not re.search(r"LaTeX Warning: .*(undefined|multiply)", log)


def test_the_text_builder_writes_formulas_as_tex(zeta: Site) -> None:
    assert r"A summary with \E{x}, and" in zeta.build("text").read("papers/zeta.txt")


def test_epub_pages_with_mathml_declare_it_in_the_manifest(zeta: Site) -> None:
    settings = {"version": "1", "copyright": "2026"}
    build = zeta.build("epub", confoverrides=settings)
    assert build.messages == []
    with zipfile.ZipFile(build.outdir / "tiny.epub") as book:
        package = ElementTree.fromstring(book.read("content.opf"))
        manifest = {item.get("href"): item for item in package.findall(".//{*}item")}
        assert manifest["papers/zeta.xhtml"].get("properties") == "mathml"
        assert manifest["nav.xhtml"].get("properties") == "nav"
        assert manifest["papers/delta.xhtml"].get("properties") is None
        assert "Zeta of ℓ_2 and ℝ" in book.read("nav.xhtml").decode()
        page = ElementTree.fromstring(book.read("papers/zeta.xhtml"))
        assert len(page.findall(".//m:math", NAMESPACES)) > 5
        assert "_static/mathematics/stix-two-math.woff2" in manifest


def test_a_changed_equation_number_rewrites_exactly_the_pages_that_show_it(zeta: Site) -> None:
    zeta.write("plain.md", "# Plain\n\nBy {eq}`energy`.\n")
    zeta.write("other.md", "---\norphan: true\n---\n\n# Other\n\n$$\na\n$$ (a)\n\nBy {eq}`a`.\n")
    zeta.build()
    zeta.edit("papers/zeta.md", "## The norm", "$$\nx\n$$ (x)\n\n## The norm")
    build = zeta.build()
    assert build.written == {"index", "plain", "papers/zeta"}
    assert text(build.page("plain").cssselect("a[href*=equation]")[0]) == "(4)"
    card = build.page("index").cssselect(".pn-summary a[href*=equation]")
    assert [text(link) for link in card] == ["(1)", "(3)"]
    incremental = outputs(build.outdir)
    zeta.clean()
    assert outputs(zeta.build().outdir) == incremental
    # A new equation that no other page refers to rewrites only its own page.
    zeta.edit("papers/zeta.md", "See {eq}", "$$\ny\n$$ (y)\n\nSee {eq}")
    assert zeta.build().written == {"papers/zeta"}


def test_parallel_and_serial_builds_number_equations_alike(zeta: Site) -> None:
    for jobs in ("1", "4"):
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-j", jobs, ".", f"_build/{jobs}"]
        programs.run(command, cwd=zeta.folder, check=True)
    pages = [parse(zeta.folder / "_build" / jobs / "papers/zeta.html") for jobs in ("1", "4")]
    assert text(pages[0].body) == text(pages[1].body)


def test_removing_a_document_visits_no_labels_of_others() -> None:
    class Labels(dict[str, Any]):
        def items(self) -> Any:
            raise AssertionError("all labels are visited")

        __iter__ = keys = values = items  # type: ignore[assignment]

    domain = EquationDomain.__new__(EquationDomain)
    domain.data = {"objects": Labels(), "claims": Labels(), "labels": Labels()}
    for name in ("a", "b"):
        domain.claim(name, "shared", 1)
        domain.claim(name, f"only-{name}", 2)
    domain.clear_doc("b")
    assert dict.items(domain.data["objects"]) == {"shared": ("a", 1), "only-a": ("a", 2)}.items()
    domain.clear_doc("a")
    assert not any(len(held) for held in domain.data.values())
