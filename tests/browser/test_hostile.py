"""Hostile text in notes and bibliographies stays text, in every field and on every page."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import lxml.html
import pytest
from host import Quiet, serve
from markdown_it import MarkdownIt
from playwright.sync_api import Browser
from sites import NOTEBOOK, Build, Site, parse, text

from papernotes.cli.highlights.block import markdown

pytestmark = pytest.mark.browser

# Each tries to run a script that calls ran(), to load from evil.example or to read a file.
TEXTS = (
    "<script>ran(1)</script>",
    "<img src=x onerror=ran(1)>",
    '"><svg onload=ran(1)>',
    "' onmouseover='ran(1)",
    '" onfocus="ran(1)" autofocus="',
    "</script><script>ran(1)</script>",
    "</title></textarea></style></noscript><script>ran(1)</script>",
    "]]><script>ran(1)</script>",
    "--><script>ran(1)</script><!--",
    "<svg><script>ran(1)</script><animate onbegin=ran(1) attributeName=x dur=1s></svg>",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=ran(1)>",
    '<iframe srcdoc="<script>parent.ran(1)</script>"></iframe>',
    '<a href="javascript:ran(1)">x</a>',
    "javascript:ran(1)",
    "data:text/html,<script>ran(1)</script>",
    "{{ ran(1) }}{% raw %}{{ 7*7 }}",
    "${ran(1)}",
    r"\u003cscript\u003eran(1)\u003c/script\u003e",
    "&lt;script&gt;ran(1)&lt;/script&gt;",
    "&#60;script&#62;ran(1)&#60;/script&#62;",
    "\u202b<script>ran(1)</script>\u2066",
    "\u2028<script>ran(1)</script>",
    "\uff1cscript\uff1eran(1)\uff1c/script\uff1e",
    "<style>body{background:url(//evil.example/x)}</style>",
    "<link rel=stylesheet href=//evil.example/x.css><base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input autofocus onfocus=ran(1)></form>",
    '"]);ran(1);//',
    "</script><!--<script>",
    r"50% #1 & _ ^ ~ \csname input\endcsname /etc/passwd",
    r"\write18{touch /tmp/ran}\input{/etc/passwd}",
    r"\href{javascript:ran(1)}{x} \url{javascript:ran(1)}",
    r"\begin{document}\end{document}^^5cinput{/etc/passwd}",
    r"$\text{<script>ran(1)</script>}$",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
)
# TeX that could affect more than its own formula.
FORMULAS = (
    r"a%b",
    r"\text{50% #}",
    r"a\)\input{/etc/passwd}\(b",
    r"\includegraphics{/etc/passwd}",
    r"\href{javascript:ran(1)}{x}",
    r"\url{javascript:ran(1)}",
    r"\html{<script>ran(1)</script>}",
    r'\class{x" onclick="ran(1)}{y}',
    r"\style{background:url(//evil.example)}{x}",
    r"\unicode{x3c}script\unicode{x3e}",
    r"\newcommand{\x}{\write18{x}}\x",
    r"\mathrm{</math><script>ran(1)</script>}",
    r"\csname input\endcsname{/etc/passwd}",
    r"\expandafter\input /etc/passwd",
)
# Every field that some reference shows, and fields that appear only in exported data.
FIELDS = (
    "title journal booktitle series publisher institution school organization howpublished address"
    " note abstract volume number pages month type edition language url pdf doi eprint"
).split()
# What the settings of the notebook leave out; the names of things are hostile, too.
SETTINGS = f"""
project = html_title = html_short_title = {TEXTS[6]!r}
author = {TEXTS[2]!r}
copyright = {TEXTS[3]!r}
papernotes_authors = {{{TEXTS[2]!r}: ""}}
papernotes_fields = {{
    "remark": {{"label": {TEXTS[2]!r}, "kind": "text"}},
    "result": {{"label": {TEXTS[0]!r}, "kind": "markdown"}},
    "method": {{"label": {TEXTS[4]!r}, "kind": "choices", "choices": {[*TEXTS]!r}}},
}}
papernotes_browse = [
    "tags", "years", "authors", "venues", "map", "neighbours", "related", "filter", "overview",
]
papernotes_markdown = True
papernotes_venue_names = {{"Venue": {TEXTS[1]!r}}}
papernotes_bibtex_fields = ["abstract"]
html_theme_options |= {{
    "tagline": {TEXTS[6]!r}, "footer": {TEXTS[0]!r}, "license": {TEXTS[1]!r},
    "sidebar_links": [({TEXTS[2]!r}, "https://example.org/"), ("x", {TEXTS[13]!r})],
}}
"""
TABLES = """
```{papers}
:view: table
:columns: title, authors, year, venue, remark, result, method, tags, key, links, summary
:group: method
```

```{papers}
:view: rows
```

```{suggestions}
```
"""
KINDS = "article inproceedings techreport phdthesis book misc".split()
FOREIGN = {"iframe", "base", "object", "embed", "animate", "mglyph", "frame", "marquee"}


def entry(number: int, hostile: str) -> str:
    fields = "".join(f"  {field} = {{{hostile} w{number}}},\n" for field in FIELDS)
    people = (
        f"  author = {{{{{hostile}}} and {{w{number}}}}},\n  editor = {{{{{hostile}}}}},\n"
        f"  keywords = {{to-read, {hostile}}},\n"
    )
    kind = KINDS[number % len(KINDS)]
    return f"@{kind}{{h{number},\n{fields}{people}  year = {{2001 {hostile}}},\n}}\n"


def note(number: int, hostile: str) -> str:
    quoted = json.dumps(hostile)
    # As papernotes highlights writes it.
    line = " ".join(hostile.split())
    front = f"tags: [{quoted}]\nread: 2020-01-{number % 28 + 1:02}\nredirect_from: [{quoted}]\n"
    # Every third note has a summary in its front matter; the others take it from their text.
    front += f"summary: {quoted}\n" if number % 3 == 0 else ""
    front += f"deck: {quoted}\nremark: {quoted}\nresult: {quoted}\nmethod: [{quoted}]\n"
    other = (number + 1) % len(TEXTS)
    alt = re.sub(r'([]["\\`$@*_<{])', r"\\\1", hostile)
    formula = "" if "$" in hostile else f"$\\text{{{hostile}}}$"
    return (
        f"---\npaper: h{number}\n{front}---\n\n# w{number} `{hostile}`\n\nOf `{hostile}`, and"
        f" {{cite:t}}`h{other}`, {{cite:p}}`r{number}`, {{note}}`h{other}`.\n\n"
        f"{' '.join(f'${formula}$' for formula in FORMULAS) if number == 0 else ''}\n\n"
        f'![{alt}](/_static/favicon.svg "{alt}") [x](https://example.org/ "{alt}")\n\n'
        f"## More `{hostile}`\n\n```html\n{hostile}\n```\n\n{formula}\n"
        f"[x](javascript:ran(1))\n\n"
        f"::::{{quotes}} h{number}\n:public:\n\n:::{{quote}} 1\n:page: {line}\n:colour: {line}\n\n"
        f"> {markdown(line)}\n:::\n::::\n"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Write a site with hostile text in every field and with the settings of the notebook."""
    folder = tmp_path_factory.mktemp("hostile") / "site"
    folder.mkdir()
    site = Site(folder)
    shutil.copytree(NOTEBOOK / "_static", folder / "_static")
    for name in ("conf.py", "index.md", "reading-list.md", "bibliography.md"):
        site.write(name, (NOTEBOOK / name).read_bytes())
    entries = ""
    site.write("conf.py", (NOTEBOOK / "conf.py").read_text(encoding="utf-8") + SETTINGS)
    site.write("index.md", (NOTEBOOK / "index.md").read_text(encoding="utf-8") + TABLES)
    by = ["h0", "h1"]
    missing = [
        {"id": f"W{n}", "doi": f"10.1000/x{n}", "title": title, "cited_by": by}
        for n, title in enumerate(TEXTS)
    ]
    site.write("citations.json", json.dumps({"version": 1, "cites": {}, "suggestions": missing}))
    for number, hostile in enumerate(TEXTS):
        site.write(f"papers/h{number}.md", note(number, hostile))
        entries += entry(number, hostile) + entry(number, hostile).replace("{h", "{r", 1)
    site.write("refs.bib", entries)
    return site


@pytest.fixture(scope="module")
def built(site: Site) -> Build:
    return site.build(confoverrides={"papernotes_pictures": True})


def assert_no_foreign_markup(tree: lxml.html.HtmlElement, where: object) -> None:
    """Assert that *tree* has no markup that comes from hostile text."""
    for element in tree.iter(lxml.html.etree.Element):
        assert element.tag not in FOREIGN, where
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (where, element.tag, name)
            if name in ("href", "src", "action", "srcdoc", "xlink:href", "formaction"):
                address = re.sub(r"[\0-\x20]", "", value).lower()
                assert not address.startswith(("javascript:", "vbscript:", "//evil")), (
                    where,
                    value,
                )
                assert not address.startswith("data:text"), (where, value)
        if element.tag in ("script", "style") and element.get("type") != "application/ld+json":
            assert "ran(" not in (element.text or ""), where
            assert "evil" not in (element.text or ""), where
        elif element.tag == "script":
            json.loads(element.text)


def test_hostile_text_adds_no_markup_to_pages(built: Build) -> None:
    pages = sorted(built.outdir.rglob("*.html"))
    assert len(pages) > 2 * len(TEXTS)
    for path in pages:
        if "ran(" in path.read_text(encoding="utf-8"):
            assert_no_foreign_markup(parse(path), path)
    for number, hostile in enumerate(TEXTS):
        page = built.page(f"papers/h{number}")
        folded = " ".join(hostile.split())
        assert folded in text(page.cssselect("h1")[0])
        assert folded in text(page.cssselect(".highlight-html pre")[0])


def test_json_feed_and_pictures_with_hostile_text_are_well_formed(built: Build) -> None:
    data = json.loads(built.read("papers.json"))
    titles = {note["title"] for note in data["notes"]}
    assert {f"w{number} {' '.join(hostile.split())}" for number, hostile in enumerate(TEXTS)} <= {
        " ".join(title.split()) for title in titles
    }
    for path in built.outdir.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    feed = ElementTree.parse(built.outdir / "feed.xml")
    contents = [element.text for element in feed.iter("{http://www.w3.org/2005/Atom}content")]
    assert len(contents) == len(TEXTS)
    for content in contents:
        tree = lxml.html.fragment_fromstring(content, create_parent="div")
        assert_no_foreign_markup(tree, "feed")
    for path in [*built.outdir.rglob("*.xml"), *built.outdir.rglob("*.svg")]:
        ElementTree.parse(path)


def test_hostile_text_in_the_markdown_of_pages_stays_text(built: Build) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    paths = [*built.outdir.rglob("*.md"), built.outdir / "llms.txt"]
    assert len(paths) > 2 * len(TEXTS)
    for path in paths:
        _, _, content = path.read_text(encoding="utf-8").rpartition("\n---\n")
        for block in parser.parse(content):
            # Comments keep lists apart.
            is_html = block.type == "html_block"
            assert not is_html or block.content == "<!-- -->\n", (path, block.content)
            for token in block.children or ():
                is_html = token.type == "html_inline"
                assert not is_html or re.fullmatch("</?su[bp]>", token.content), (path, token)
                link = str(token.attrs.get("href") or token.attrs.get("src") or "")
                scheme = re.match(r"[a-z]+(?=:)|//", link)
                assert scheme is None or scheme[0] in ("http", "https", "mailto"), (path, link)
    # The names of the settings, and what is on the tables, are there.
    front = built.page("index")
    assert text(front.cssselect(".site-footer p")[0]) == TEXTS[0]
    cells = {text(cell) for cell in front.cssselect(".pn-table td")}
    assert {" ".join(each.split()) for each in TEXTS} <= cells | {TEXTS[-2]}


def test_no_script_in_hostile_text_runs(built: Build, browser: Browser) -> None:
    """The pages are served without a policy, which would block all such scripts."""
    incidents: list[str] = []
    context = browser.new_context()
    context.add_init_script("window.ran = () => { document.documentElement.dataset.ran = 'yes' }")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("dialog", lambda dialog: (incidents.append(dialog.message), dialog.dismiss()))
    # A script that runs is detected.
    page.set_content("<img src=x onerror=ran(1)><link rel=stylesheet href=https://evil.example/>")
    page.wait_for_selector("[data-ran]")
    with serve(built.outdir, Quiet) as address:
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:"))
                else incidents.append(request.url)
            ),
        )
        tags = sorted((built.outdir / "tags").glob("*.html"))
        paths = [
            *built.outdir.glob("*.html"),
            *(built.outdir / "papers").glob("*.html"),
            *tags[::6],
        ]
        for path in sorted(paths):
            if 'http-equiv="refresh"' in path.read_text(encoding="utf-8"):
                continue  # A redirect leads to another page at once.
            page.goto(address + path.relative_to(built.outdir).as_posix(), wait_until="load")
            assert page.locator("[data-ran]").count() == 0, path
            assert page.url.startswith(address), path
        # Previews, the filter and the search insert text by script.
        for number in range(0, len(TEXTS), 3):
            page.goto(f"{address}papers/h{number}.html")
            page.locator("article [data-pn-preview] > a").first.hover()
            page.locator(".pn-preview").wait_for()
            assert (
                page.locator(".pn-preview script, .pn-preview img, .pn-preview iframe").count() == 0
            )
        page.goto(f"{address}index.html")
        page.locator(".pn-filter-fold > summary").click()
        for hostile in ("<img src=x onerror=ran(1)>", '"><svg onload=ran(1)>', "script"):
            page.get_by_label("Find notes").fill(hostile)
            page.locator(".pn-filter > .pn-list a").first.wait_for()
            page.wait_for_timeout(300)
            assert page.locator("[data-ran]").count() == 0
        page.goto(f"{address}search.html?q=%3Cimg%20src%3Dx%20onerror%3Dran(1)%3E%20script")
        page.wait_for_timeout(500)
        page.goto(f"{address}search.html?q=w1")
        page.locator(".pn-search-excerpt").first.wait_for()
        page.wait_for_timeout(300)
        assert page.locator("[data-ran]").count() == 0
    context.close()
    assert incidents == []


def test_mathjax_makes_no_link_that_runs_a_script(tiny: Site, browser: Browser) -> None:
    tiny.edit("conf.py", '"mathml"', '"mathjax"')
    formulas = r"$\href{javascript:ran(1)}{x} \href{https://example.org/}{y}$"
    tiny.edit("refs.bib", "title = {On alpha}", f"title = {{{formulas}}}")
    with serve(tiny.build().outdir, Quiet) as address:
        page = browser.new_page()
        page.goto(f"{address}works.html")
        page.locator("mjx-container a").first.wait_for()
        links = page.locator("mjx-container a").evaluate_all("links => links.map(a => a.href)")
        page.close()
    assert set(links) == {"https://example.org/"}


def test_hostile_text_is_escaped_in_latex(site: Site) -> None:
    build = site.build("latex")
    (path,) = build.outdir.glob("*.tex")
    tex = path.read_text(encoding="utf-8")
    body = tex[tex.index("\\begin{document}") :]
    assert "\\write18" not in body
    assert "\\input{/etc" not in body
    assert body.count("\\begin{document}") == body.count("\\end{document}") == 1
    assert "textbackslash{}write18" in body
    assert re.search(r"\\\(a\s*\\\)", body), "a comment ends with its formula"
    for command in (
        "includegraphics{{/etc",
        "href{javascript",
        "newcommand",
        "csname",
        "expandafter",
    ):
        assert f"\\{command}" not in body, command
    # Comments only at the end of a line, and no parameter outside a definition.
    assert not re.findall(r"(?<!\\)[%](?!\n).{0,40}", body)
    assert not re.findall(r".{0,20}(?<!\\)#", body)
    links = re.findall(r"(?:href|url)\{([^}]*)", body)
    assert {link.partition(":")[0] for link in links} == {"https"}


def test_hostile_text_adds_no_markup_to_epub(site: Site) -> None:
    build = site.build("epub")
    (path,) = build.outdir.glob("*.epub")
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if name.endswith((".xhtml", ".opf", ".ncx"))]
        assert len(names) > len(TEXTS)
        for name in names:
            ElementTree.fromstring(book.read(name))
            if name.endswith(".xhtml"):
                assert_no_foreign_markup(lxml.html.document_fromstring(book.read(name)), Path(name))
