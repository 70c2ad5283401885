"""Citations: how they read, where they lead, who cites whom."""

from __future__ import annotations

import json
import re
from typing import Any

import lxml.html
import pytest
from sites import ROOTS, Site, text
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

from papernotes.bibliography import formatting, reader
from papernotes.bibliography.formatting import ENGLISH
from papernotes.core.model import Paper
from papernotes.domain.citation_text import citation_nodes

Element = lxml.html.HtmlElement
OWN = {"bibtex_reference_style": "papernotes"}


def page(site: Site, content: str, **settings: object) -> Element:
    """Return the ordinary page with this *content*, in the site's own citation style."""
    site.write("plain.md", content)
    build = site.build(confoverrides=OWN | settings)
    assert build.messages == []
    return build.page("plain")


def citations(tree: Element) -> list[str]:
    return [text(found) for found in tree.cssselect(".bibtex-citation")]


def test_citations_read_well(tiny: Site) -> None:
    forms = {
        "{cite:t}`gamma2003`": "Gamma et al. (2003)",
        "{cite:p}`gamma2003`": "(Gamma et al., 2003)",
        "{cite}`gamma2003`": "(Gamma et al., 2003)",
        "{cite:t}`beta2002`": "Beta and Other (2002)",
        "{cite:t}`alpha2001`": "Alpha (2001)",
        "{cite:ts}`gamma2003`": "Gamma, Gamma and Gamma (2003)",
        "{cite:alp}`gamma2003`": "Gamma et al., 2003",
        "{cite:author}`gamma2003`": "Gamma et al.",
        "{cite:year}`gamma2003`": "2003",
        "{cite:yearpar}`gamma2003`": "(2003)",
        "{cite:p}`{see}gamma2003{p. 3}`": "(see Gamma et al., 2003, p. 3)",
        "{cite:t}`{see}gamma2003{p. 3}`": "Gamma et al. (see 2003, p. 3)",
        "{cite:p}`gamma2003,alpha2001`": "(Gamma et al., 2003; Alpha, 2001)",
        "{cite:t}`gamma2003,alpha2001`": "Gamma et al. (2003) and Alpha (2001)",
        "{cite:t}`alpha2001,beta2002,gamma2003`": (
            "Alpha (2001), Beta and Other (2002) and Gamma et al. (2003)"
        ),
    }
    content = "# Page\n\n" + "\n\n".join(forms)
    assert citations(page(tiny, content)) == list(forms.values())


def test_others_who_are_not_named(tiny: Site) -> None:
    """They are no name, and what shows the same names in one year is told apart by letters."""
    entries = """
@misc{one, author = {Al One and others}, title = {A}, year = 2001}
@misc{two, author = {Al One and Bo Two and others}, title = {B}, year = 2001}
@misc{three, author = {Al One and Bo Two and Cy Three}, title = {C}, year = 2001}
@misc{four, editor = {Al Four and others}, title = {D}, year = 2001}
"""
    tiny.write("refs.bib", (tiny.folder / "refs.bib").read_text(encoding="utf-8") + entries)
    assert citations(page(tiny, "# P\n\n{cite:t}`one,two,three,four`, {cite:ts}`one,two`.\n")) == [
        "One et al. (2001a), One et al. (2001b), One et al. (2001c) and Four et al. (2001)",
        "One et al. (2001a) and One, Two et al. (2001b)",
    ]


NAMES = r"""
@preamble{"\newcommand{\mine}[1]{#1 B}"}
@misc{serr, author = {Serr, J.\,P.}, title = {A}, year = 2001}
@misc{mart, author = {Mart{\'{\i}}nez, \mine{Ana}}, title = {R \& D of {DNA} in \TeX}, year = 2001}
@misc{tran, author = {Tr{\`\^a}n, {\relax Ch}ris}, title = {C}, year = 2001}
@misc{heer, author = {family=Heer, given=Hado P., prefix=van, useprefix=false}, title = {D},
  year = 2001}
@misc{king, author = {King, Jr., Marta Luz}, title = {E}, year = 2001}
@misc{alone, title = {R & D, 50\% of $x$}, subtitle = {Sub}, year = 2001}
@misc{office, title = {F}, organization = {R & D {\'E}cole}, year = 2001}
@xdata{lent, publisher = {P}}
@unheardof{odd, author = {Al Odd}, title = {Odd}, url = {https://example.org/a{\_}b{\%}20c}}
"""
OWN_BIBLIOGRAPHY = """---
orphan: true
---

# Own

```{bibliography}
:all:
:keyprefix: own-
```
"""


def test_names_are_converted_in_one_way_everywhere(tiny: Site) -> None:
    tiny.write("refs.bib", (tiny.folder / "refs.bib").read_text(encoding="utf-8") + NAMES)
    tiny.write("own.md", OWN_BIBLIOGRAPHY)
    keys = "serr mart tran heer king alone office".split()
    tiny.write("plain.md", "# Page\n\n" + "\n".join(f"{{cite:t}}`{key}`" for key in keys))
    build = tiny.build(confoverrides=OWN)
    fault = 'refs.bib:52: WARNING: the entry "alone" has no author; add what is known'
    assert build.messages == [f"{fault} [papernotes.incomplete-entry]"]
    tree = build.page("plain")
    assert citations(tree) == [
        "Serr (2001)",
        "Martínez (2001)",
        "Trần (2001)",
        "van Heer (2001)",
        "King (2001)",
        "R & D, 50% of x: Sub (2001)",
        "R & D École (2001)",
    ]
    shown = text(tree)
    for reference in (
        "J. P. Serr (2001). A.",
        "Ana B Martínez (2001). R & D of DNA in TeX.",
        "Chris Trần (2001). C.",
        "Hado P. van Heer (2001). D.",
        "Marta Luz King Jr. (2001). E.",
        "R & D École (2001). F.",
    ):
        assert reference in shown
    # The library's own list has the same names, and takes any type of entry.
    own = build.page("own")
    shown = text(own)
    for reference in (
        "J. P. Serr. A. 2001.",
        "Ana B Martínez. R & d of DNA in TeX. 2001.",
        "Chris Trần. C. 2001.",
        "Hado P. van Heer. D. 2001.",
        "Marta Luz King, Jr. E. 2001.",
        "Al Odd. Odd.",
    ):
        assert reference in shown
    assert own.cssselect('a[href="https://example.org/a_b%20c"]')
    papers = json.loads(build.read("papers.json"))
    assert papers["version"]
    assert "author = {King, Jr., Marta Luz}" in build.read("refs.bib")


def test_footnotes_stand_before_the_references(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "cited here.", "cited.[^1]\n\n[^1]: Only {cite:t}`gamma2003`.")
    tiny.edit("papers/alpha.md", "linked.", "linked.[^1]\n\n[^1]: The last word.")
    build = tiny.build(confoverrides={"papernotes_browse": ["neighbours"]})
    assert build.messages == []
    for name in ("alpha", "beta"):
        order = [
            element.tag if element.tag == "hr" else (element.get("class") or "").split()[0]
            for element in build.page(f"papers/{name}").cssselect(
                "hr.footnotes, aside.footnote, .pn-references, .pn-cited-by-section, .pn-neighbours"
            )
        ]
        assert order[:3] == ["hr", "footnote", "pn-references"]
        assert order[3:], "what closes the page is not looked at"


FOOTNOTES = {
    "@artwork{full, author={Ann Smith}, title={Full}, year=2001}": ("Ann Smith. Full. 2001.", ""),
    "@set{titled, title={A set}}": ("A set.", ""),
    "@book{book, title={A book}}": ("A book.", "editor"),
    "@unpublished{draft, author={Ann Smith}, title={Draft}}": ("Ann Smith. Draft.", "note"),
    "@misc{bare,\n}": ("bare", "title"),
    "@article{nothing,\n}": ("nothing", "author"),
}


def test_footnotes_show_entries_of_every_type_and_without_fields(tiny: Site) -> None:
    keys = {entry.partition("{")[2].partition(",")[0]: shown for entry, shown in FOOTNOTES.items()}
    entries = (tiny.folder / "refs.bib").read_text(encoding="utf-8")
    tiny.write("refs.bib", entries + "\n".join(FOOTNOTES))
    cited = "\n".join(f"{{footcite}}`{key}`, {{footcite:t}}`{key}`." for key in keys)
    tiny.write("plain.md", f"# Plain\n\n{cited}\n\n```{{footbibliography}}\n```\n")
    tiny.write("all.md", "---\norphan: true\n---\n\n# All\n\n```{bibliography}\n:all:\n```\n")
    build = tiny.build()
    footnotes = build.page("plain").cssselect("aside.footnote > p")
    assert [text(each) for each in footnotes] == [shown for shown, _ in keys.values()]
    messages = "\n".join(build.messages)
    for key, (_, lacks) in keys.items():
        message = f'WARNING: the entry "{key}" has no {lacks}, which the footnote needs; add it to'
        assert (message in messages) == bool(lacks), key
    # The library's own way for the lists that it sorts.
    assert "all.md:7: WARNING: missing author in nothing [bibtex.missing_field]" in messages


def test_works_of_the_same_people_and_year_have_letters(tiny: Site) -> None:
    for number in (7, 8):
        entry = (
            f"\n@misc{{gamma{number},\n  author = {{G. Gamma and X. Y and Z}},\n"
            f"  title = {{Part {number}}},\n  year = {{2003}},\n}}\n"
        )
        path = tiny.folder / "refs.bib"
        path.write_text(path.read_text() + entry)
    tree = page(tiny, "# Page\n\n{cite:t}`gamma2003`, {cite:p}`gamma8`, {cite:t}`gamma7`\n")
    assert citations(tree) == [
        "Gamma et al. (2003c)",
        "(Gamma et al., 2003b)",
        "Gamma et al. (2003a)",
    ]
    starts = [text(item)[:40] for item in tree.cssselect(".pn-works > li")]
    assert ["(2003a). Part 7" in start for start in starts] == [True, False, False]


def test_each_work_stands_once_and_leads_back_to_each_place(tiny: Site) -> None:
    tree = page(
        tiny,
        "# Page\n\nOnce {cite:t}`gamma2003`, twice {cite:p}`alpha2001,gamma2003`.\n\n"
        "Again {cite:t}`gamma2003`.\n",
    )
    items = {item.get("id"): item for item in tree.cssselect(".pn-references .pn-works > li")}
    assert list(items) == ["ref-alpha2001", "ref-gamma2003"]
    back = [a.get("href") for a in items["ref-gamma2003"].cssselect(".pn-backlinks a")]
    places = [f"#{found.get('id')}" for found in tree.cssselect(".bibtex-citation")]
    assert back == places
    for link in items["ref-gamma2003"].cssselect(".pn-backlinks a"):
        assert re.fullmatch(r"Back to citation \d", link.get("aria-label"))
    # Where there is a note, its entry leads to it; where there is none, it does not.
    note = items["ref-alpha2001"].cssselect(".pn-note-link")[0]
    assert (text(note), note.get("href")) == ("note on On alpha", "papers/alpha.html")
    assert not items["ref-gamma2003"].cssselect(".pn-note-link")


def test_cited_by_quotes_the_sentence_and_marks_the_citation(tiny: Site) -> None:
    tiny.write(
        "plain.md",
        "# An *ordinary* page\n\nFirst of all. As {cite:t}`alpha2001` shows for $x^2$ (see e.g."
        " Fig. 3), it *holds {cite:p}`gamma2003`*. And last.\n\n"
        "| table |\n|---|\n| Here is {note}`alpha2001` linked. Not this. |\n",
    )
    alpha = tiny.build(confoverrides=OWN).page("papers/alpha")
    section = alpha.get_element_by_id("pn-cited-by")
    pages = [text(line) for line in section.cssselect(".pn-mention-page")]
    assert pages == ["Delta", "An ordinary page"]
    sentences = [text(line) for line in section.cssselect(".pn-mention")]
    assert "The summary of delta cites (Alpha, 2001)." in sentences
    quoted = next(line for line in section.cssselect(".pn-mention") if "shows" in text(line))
    assert text(quoted).startswith("As Alpha (2001) shows for x")
    assert text(quoted).endswith("(see e.g. Fig. 3), it holds (Gamma et al., 2003).")
    assert quoted.cssselect("math")
    assert quoted.cssselect("em .bibtex-citation")
    assert [text(found) for found in quoted.cssselect("mark")] == ["Alpha (2001)"]
    # The mark leads to the place; the other citation to that page's references.
    place = quoted.cssselect("mark a")[0].get("href")
    assert place.startswith("../plain.html#")
    assert quoted.cssselect("em a")[0].get("href") == "../plain.html#ref-gamma2003"
    linked = next(line for line in section.cssselect(".pn-mention") if "linked" in text(line))
    assert text(linked).startswith("Here is Alpha of x")
    assert "Not this" not in text(linked)
    there = lxml.html.parse(str(tiny.folder / "_build/html/plain.html")).getroot()
    assert there.get_element_by_id(place.split("#")[1]) is not None


def test_a_note_that_nobody_cites_has_no_such_section(tiny: Site) -> None:
    assert not tiny.build().page("papers/delta").cssselect("#pn-cited-by")


PLACES = {
    "summary": "{}\n",
    "table": "| a | b |\n|---|---|\n| x | {} |\n",
    "footnote": "Text[^1].\n\n[^1]: See {}.\n",
    "caption": "```{{figure}} picture.svg\n:alt: A picture.\n\nFrom {}.\n```\n",
    "admonition": "```{{tip}}\nSee {}.\n```\n",
    "list": "- one\n- {}\n",
    "emphasis": "*so {} says*\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_citation_works_in(tiny: Site, place: str) -> None:
    tiny.write("picture.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    tree = page(tiny, "# Page\n\n" + PLACES[place].format("{cite:t}`gamma2003`"))
    assert citations(tree) == ["Gamma et al. (2003)"]
    (item,) = tree.cssselect(".pn-references .pn-works > li")
    assert tree.cssselect(".bibtex-citation a")[0].get("href") == f"#{item.get('id')}"
    back = item.cssselect(".pn-backlinks a")[0].get("href")
    assert tree.get_element_by_id(back.removeprefix("#")) is not None


def test_a_citation_in_a_heading_is_text_and_no_raw_key(tiny: Site) -> None:
    tiny.write(
        "plain.md",
        "# On {cite:t}`gamma2003` and {note}`beta2002`\n\n## After {cite:p}`alpha2001`\n\nText.\n",
    )
    tiny.edit("papers/delta.md", "# Delta", "# Delta, after {cite:t}`beta2002`")
    tiny.edit("index.md", "# A shelf", "# A shelf\n\n```{toctree}\nplain\n```")
    build = tiny.build(confoverrides=OWN | {"papernotes_sections": []})
    tree = build.page("plain")
    assert text(tree.cssselect("h1")[0]).startswith("On Gamma et al. (2003) and On beta")
    assert text(tree.cssselect("h2")[0]).startswith("After (Alpha, 2001)")
    assert tree.findtext(".//title").startswith("On Gamma et al. (2003) and On beta")
    front = build.page("index")
    assert text(front.cssselect(".toctree-wrapper a")[0]) == "On Gamma et al. (2003) and On beta"
    titles = [text(title) for title in front.cssselect(".sd-card h2")]
    assert "Delta, after Beta and Other (2002)" in titles
    # What the headings name counts as cited.
    references = [item.get("id") for item in tree.cssselect(".pn-references .pn-works > li")]
    assert references == ["ref-alpha2001", "ref-beta2002", "ref-gamma2003"]
    for name in ("plain", "index", "papers/delta"):
        shown = text(build.page(name).cssselect(".body")[0])
        assert not re.search(r"(?<!\{)\b(gamma2003|beta2002|alpha2001)\b(?!,)", shown), name


@pytest.mark.parametrize(
    ("role", "target", "expected"),
    [
        ("p", "gamma2003", "(Gamma et al., 2003)"),
        (
            "p",
            "{see}gamma2003{p. 3},beta2002",
            "(see Gamma et al., 2003, p. 3; Beta and Other, 2002)",
        ),
        ("t", "gamma2003{p. 3}", "Gamma et al. (2003, p. 3)"),
        ("t", "alpha2001,beta2002", "Alpha (2001) and Beta and Other (2002)"),
        ("ts", "gamma2003", "Gamma, Gamma and Gamma (2003)"),
        ("author", "gamma2003", "Gamma et al."),
        ("authorpar", "alpha2001", "(Alpha)"),
        ("year", "gamma2003,alpha2001", "2003; 2001"),
        ("yearpar", "gamma2003", "(2003)"),
        ("empty", "gamma2003", ""),
        ("p", "nosuch", "[?nosuch]"),
    ],
)
def test_a_citation_in_a_heading_keeps_its_form(role: str, target: str, expected: str) -> None:
    path = ROOTS / "tiny/refs.bib"
    read = reader.read([(path.name, path.read_bytes())], "utf-8")

    def paper(key: str) -> Paper | None:
        return read.paper(key) if key in read else None

    targets = tuple(parse_citation_targets(target))
    shown = citation_nodes(role, targets, paper, ENGLISH)
    assert "".join(node.astext() for node in shown) == expected


def test_a_heading_follows_its_entry(tiny: Site) -> None:
    tiny.write("plain.md", "# On {cite:t}`gamma2003`\n\nText.\n")
    tiny.build()
    tiny.edit("refs.bib", "Gil Gamma and", "Gil Gammon and")
    build = tiny.build()
    assert text(build.page("plain").cssselect("h1")[0]).startswith("On Gammon et al. (2003)")


def test_forty_pages_gain_and_lose_the_link_to_a_note(tiny: Site) -> None:
    names = [f"page{number}" for number in range(40)]
    for name in names:
        tiny.write(
            f"{name}.md", f"---\norphan: true\n---\n\n# {name}\n\nSee {{cite:t}}`zeta2006`.\n"
        )
    assert not tiny.build().page("page7").cssselect(".pn-note-link")
    tiny.write("papers/zeta.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nThe summary.\n")
    build = tiny.build()
    assert build.written == {*names, "papers/zeta", "index", "works"}
    for name in names:
        assert build.page(name).cssselect(".pn-note-link")[0].get("href") == "papers/zeta.html"
    assert len(build.page("papers/zeta").cssselect(".pn-mentions > li")) == 40
    tiny.remove("papers/zeta.md")
    build = tiny.build()
    assert build.written == {*names, "index", "works"}
    for name in names:
        assert not build.page(name).cssselect(".pn-note-link")


def test_an_entry_is_formatted_once_and_again_when_it_has_changed(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    formatted: list[str] = []
    original = formatting.reference

    def reference(paper: formatting.Paper, *others: Any) -> object:
        formatted.append(paper.key)
        return original(paper, *others)

    monkeypatch.setattr(formatting, "reference", reference)
    tiny.build()
    assert sorted(formatted) == ["alpha2001", "beta2002", "delta2004", "epsilon2005", "gamma2003"]
    formatted.clear()
    tiny.edit("refs.bib", "On beta", "On the letter beta")
    tiny.edit("plain.md", "It links", "Here it links")
    tiny.build()
    assert formatted == ["beta2002"]


def test_each_work_has_a_preview(tiny: Site) -> None:
    tiny.edit(
        "refs.bib", "title = {The book of gamma}", r"title = {The $\gamma$ of Erd{\H{o}}s \emph{x}}"
    )
    build = tiny.build(confoverrides=OWN)
    scripts = {path.stem: path.read_text() for path in (build.outdir / "previews").iterdir()}
    assert set(scripts) == {"alpha2001", "beta2002", "gamma2003", "delta2004"}
    assert set(build.page("plain").xpath("//@data-pn-preview")) == {"alpha2001", "gamma2003"}
    match = re.fullmatch(r'papernotes\.preview\("gamma2003", (".*")\);\n', scripts["gamma2003"])

    gamma = lxml.html.fromstring(json.loads(match[1]))
    assert "of Erdős x" in text(gamma.cssselect(".pn-preview-title")[0])
    assert gamma.cssselect(".pn-preview-title math")
    assert "Gil Gamma, Gus Gamma and Gail Gamma · 2003 · Letters Press" in text(gamma)
    assert [a.get("href") for a in gamma.cssselect(".pn-links a")] == ["https://example.org/gamma"]
    alpha = lxml.html.fromstring(
        json.loads(scripts["alpha2001"][len('papernotes.preview("alpha2001", ') : -3])
    )
    assert "A summary with" in text(alpha.cssselect(".pn-summary")[0])
    # As from the front page: the script resolves it against the root.
    assert alpha.cssselect(".pn-links a")[0].get("href") == "papers/alpha.html"


def test_previews_are_written_when_they_change_and_go_with_their_work(tiny: Site) -> None:
    folder = tiny.folder / "_build/html/previews"

    def stamps() -> dict[str, int]:
        return {path.stem: path.stat().st_mtime_ns for path in folder.glob("*")}

    tiny.build()
    before = stamps()
    tiny.edit("papers/beta.md", "The summary of beta.", "Another summary.")
    tiny.edit("papers/beta.md", "Nothing is cited here.", "Here is {cite:t}`zeta2006`.")
    tiny.build()
    after = stamps()
    assert {name for name in after if after[name] != before.get(name)} == {"beta2002", "zeta2006"}
    tiny.edit("papers/beta.md", "{cite:t}`zeta2006`", "nothing")
    tiny.build()
    assert "zeta2006" not in stamps()
    tiny.build(confoverrides={"papernotes_previews": False})
    assert not stamps()


def test_keys_of_any_kind_have_addresses_of_their_own(tiny: Site) -> None:
    keys = ["DBLP:conf/a/b", "a+b", "a-b", "κ", "A_b"]
    path = tiny.folder / "refs.bib"
    entries = [
        f"\n@misc{{{key}, author={{P{n}}}, title={{T}}, year=1}}" for n, key in enumerate(keys)
    ]
    path.write_text(path.read_text(encoding="utf-8") + "\n".join(entries), encoding="utf-8")
    tree = page(tiny, "# Page\n\n" + " ".join(f"{{cite:t}}`{key}`" for key in keys))
    items = tree.cssselect(".pn-references .pn-works > li")
    assert len({item.get("id") for item in items}) == len(keys)
    previews = tree.xpath("//@data-pn-preview")
    assert len(set(previews)) == len(keys)
    for name in previews:
        assert (tiny.folder / f"_build/html/previews/{name}.js").is_file()


def test_a_long_list_of_works_is_parted_by_initials(tiny: Site) -> None:
    path = tiny.folder / "refs.bib"
    entries = [
        f"\n@misc{{k{n},\n  author = {{{chr(65 + n % 20)}. {chr(65 + n % 20)}on}},\n"
        f"  title = {{Title {n}}},\n  year = {{{1980 + n}}},\n}}"
        for n in range(60)
    ]
    path.write_text(path.read_text() + "\n".join(entries))
    tiny.write("plain.md", "# Page\n\n" + " ".join(f"{{cite:p}}`k{n}`" for n in range(60)))
    tree = tiny.build(confoverrides=OWN).page("works")
    letters = [text(a) for a in tree.cssselect(".pn-letters a")]
    assert letters == [chr(65 + n) for n in range(20)]
    for link in tree.cssselect(".pn-letters a"):
        heading = tree.get_element_by_id(link.get("href").removeprefix("#"))
        group = heading.getparent()
        assert all(text(item)[0] == text(heading)[0] for item in group.cssselect("li"))
    assert len(tree.cssselect(".pn-works > li")) == 60 + 4
