"""Formulas on built pages: numbers, references, copies, text, style, other formats."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from outputs import outputs
from sites import PROJECT, Build, Site, parse, text

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
    """Return number and TeX of each formula of its own line."""
    found = []
    for block in build.page(page).cssselect(".pn-equation"):
        number = block.cssselect(".eqno")
        tex = text(block.cssselect("annotation")[0])
        found.append((text(number[0]).strip("¶#") if number else "", tex))
    return found


def ids(page: Path) -> list[str]:
    tree = html5lib.parse(page.read_bytes(), treebuilder="lxml", namespaceHTMLElements=False)
    return tree.xpath("//@id")


def test_numbers_and_references(zeta: Site) -> None:
    build = zeta.build()
    assert build.messages == []
    numbers = [number for number, _ in equations(build, "papers/zeta")]
    assert numbers == ["(1)", "(2)", "", "(3)", "", "(4)"]
    page = build.page("papers/zeta")
    for label, number in (("pythagoras", "(1)"), ("inside", "(2)"), ("energy", "(3)")):
        link = page.cssselect(f"a.reference[href='#equation-{label}']")[0]
        assert text(link) == number
        assert page.get_element_by_id(f"equation-{label}") is not None


@pytest.mark.parametrize("theme", ["alabaster", "furo"])
def test_a_card_shows_the_formula_without_its_number(zeta: Site, theme: str) -> None:
    build = zeta.build(confoverrides={"html_theme": theme})
    assert equations(build, "index") == [("", "a^2 + b^2 = c^2")]
    links = build.page("index").cssselect(".pn-summary a[href*='#equation-']")
    assert [(link.get("href"), text(link)) for link in links] == [
        ("papers/zeta.html#equation-pythagoras", "(1)"),
        ("papers/zeta.html#equation-inside", "(2)"),
    ]
    for name in ("index.html", "papers/zeta.html"):
        assert [id_ for id_, count in Counter(ids(build.outdir / name)).items() if count > 1] == []


def test_all_equations_can_be_numbered(zeta: Site) -> None:
    build = zeta.build(confoverrides={"math_number_all": True})
    numbers = [number for number, _ in equations(build, "papers/zeta")]
    # All but that of an environment which says that it wants none.
    assert numbers == ["(1)", "(2)", "", "(3)", "(4)", "(5)"]
    assert equations(build, "index") == [("", "a^2 + b^2 = c^2")]


def test_numbers_by_figures(zeta: Site) -> None:
    """Pages in a toctree get the numbers of their sections, notes outside it keep plain ones."""
    zeta.write("plain.md", "# Plain\n\n$$\na\n$$ (first)\n\n{eq}`first`, {eq}`pythagoras`\n")
    zeta.edit("index.md", "```\n", "```\n\n```{toctree}\n:numbered:\nplain\n```\n")
    build = zeta.build(confoverrides={"numfig": True})
    assert equations(build, "plain")[0][0] == "(1.1)"
    assert [text(link) for link in build.page("plain").cssselect("p a[href*=equation]")] == [
        "(1.1)",
        "(1)",
    ]
    assert equations(build, "papers/zeta")[0][0] == "(1)"


def test_the_same_bytes_in_every_build(zeta: Site) -> None:
    """MyST labels the environments of amsmath at random."""
    first = outputs(zeta.build().outdir)
    zeta.clean()
    assert outputs(zeta.build().outdir) == first


def test_a_formula_is_readable_where_there_is_no_markup(zeta: Site) -> None:
    zeta.write("plain.md", "# Plain\n\nNothing.\n")
    zeta.edit("index.md", "```\n", "```\n\n```{toctree}\npapers/zeta\nplain\n```\n")
    build = zeta.build(confoverrides={"html_theme": "classic"})
    title = "Zeta of ℓ_2 and ℝ"
    assert build.page("papers/zeta").findtext("head/title").startswith(title)
    # Sidebar and links to the page before, on a page that has no formulas and no style for them.
    plain = build.page("plain")
    assert [link.get("title") for link in plain.cssselect(".related a[accesskey=P]")] == [title]
    assert title in text(plain.cssselect(".sphinxsidebar")[0])
    assert not plain.cssselect("math")
    # The page's own contents keep their formulas.
    contents = build.page("papers/zeta").cssselect(".sphinxsidebar a[href='#the-norm-x-1']")
    assert [len(link.cssselect("math")) for link in contents] == [1]
    # The search finds and shows them by their text.
    index = build.read("searchindex.js")
    titles = json.loads(index[index.index("{") : index.rindex("}") + 1])
    assert title in titles["titles"]
    assert {title, "The norm ‖x‖_1"} <= titles["alltitles"].keys()
    # What links to the note says its name to screen readers.
    unseen = [text(node) for node in build.page("index").cssselect(".pn-more .pn-unseen")]
    assert f"on {title}" in unseen


def test_style_font_and_script_come_with_formulas_only(zeta: Site) -> None:
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


def test_a_formula_that_cannot_be_shown_leaves_its_tex(tiny: Site) -> None:
    tiny.write("plain.md", "# Page\n\n$\\nosuch{x}$ and\n\n$$\n\\nosuch\n$$\n")
    build = tiny.build()
    assert [line.split(":")[1] for line in build.messages] == ["3", "5"]
    shown = build.page("plain").cssselect(".math code.pn-tex")
    assert [text(code) for code in shown] == [r"\nosuch{x}", r"\nosuch"]


def test_punctuation_stays_with_its_formula(zeta: Site) -> None:
    page = zeta.build().page("papers/zeta")
    together = page.cssselect(".pn-together")
    for span in together:
        for annotation in span.cssselect("annotation"):
            annotation.text = ""
    assert [text(span).replace("\u2061", "") for span in together] == ["E[x],", "x),", "“y”."]


def test_macros_in_latex(zeta: Site) -> None:
    tex = zeta.build("latex").read("tiny.tex")
    assert r"\providecommand{\R}{}\renewcommand{\R}{\mathbb{R}}" in tex
    assert r"\renewcommand{\E}[1]{\operatorname{E}\left[#1\right]}" in tex
    assert r"\(\E{x}\)" in tex


def test_each_equation_has_one_label_in_latex(zeta: Site) -> None:
    tex = zeta.build("latex", confoverrides={"math_number_all": True}).read("tiny.tex")
    labels = re.findall(r"\\label\{(equation:.*?)\}", tex)
    assert len(labels) == len(set(labels)) == 5
    assert "inside}" not in tex.replace("equation:papers/zeta:inside}", "")
    assert set(re.findall(r"\\eqref\{(.*?)\}", tex)) <= set(labels)
    # In the summary on the front page, which comes first, it has no number.
    assert tex.index(r"\begin{equation*}") < tex.index(r"\begin{equation}")
    # A label before its environment would be that of the section.
    assert not re.search(r"\\label\{equation:[^}]*\}\\begin", tex)


@pytest.mark.latex
def test_latex_takes_all_of_it(zeta: Site) -> None:
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


def test_text_has_the_tex(zeta: Site) -> None:
    assert r"A summary with \E{x}, and" in zeta.build("text").read("papers/zeta.txt")


def test_books_hold_mathml_and_say_so(zeta: Site) -> None:
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


def test_a_number_that_changes_elsewhere_is_shown_anew(zeta: Site) -> None:
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
    # What no other page shows rewrites none.
    zeta.edit("papers/zeta.md", "See {eq}", "$$\ny\n$$ (y)\n\nSee {eq}")
    assert zeta.build().written == {"papers/zeta"}


def test_parallel_builds_number_alike(zeta: Site) -> None:
    for jobs in ("1", "4"):
        subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-W", "-j", jobs, ".", f"_build/{jobs}"],
            cwd=zeta.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT / "_ext"), "LC_ALL": "C"},
            check=True,
        )
    pages = [parse(zeta.folder / "_build" / jobs / "papers/zeta.html") for jobs in ("1", "4")]
    assert text(pages[0].body) == text(pages[1].body)
