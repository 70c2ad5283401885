"""``papers.json`` is valid by its schema, and the published ``refs.bib`` is BibTeX."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import lxml.html
import pytest
from pybtex.database import parse_string
from sites import PNG, PROJECT, Build, Site, text

ADDRESS = "https://example.org/notes/"
SCHEMA = json.loads(
    (PROJECT / "_ext/papernotes/publish/papers.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def catalogue(made: Build) -> dict[str, Any]:
    """Validate ``papers.json``, and return its content."""
    content: dict[str, Any] = json.loads(made.read("papers.json"))
    VALIDATOR.validate(content)
    return content


def by_key(made: Build) -> dict[str, dict[str, Any]]:
    return {note["keys"][0]: note for note in catalogue(made)["notes"]}


def test_schema_is_valid_and_rejects_wrong_catalogues() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for fault in ({"version": 1}, {"notes": [{}]}, {"url": 3}):
        base = {"version": 2, "title": "", "url": None, "language": "en", "bibliography": ""}
        assert VALIDATOR.is_valid({**base, "notes": []})
        assert not VALIDATOR.is_valid({**base, "notes": [], **fault})


def test_papers_json_describes_the_site(tiny: Site) -> None:
    made = tiny.build()
    found = catalogue(made)
    assert {name: value for name, value in found.items() if name != "notes"} == {
        "$schema": "papers.schema.json",
        "version": 2,
        "title": "tiny",
        "url": ADDRESS + "index.html",
        "language": "en",
        "bibliography": ADDRESS + "refs.bib",
    }
    assert json.loads(made.read(found["$schema"])) == SCHEMA
    assert [(note["name"], note["keys"]) for note in found["notes"]] == [
        ("papers/alpha", ["alpha2001"]),
        ("papers/beta", ["beta2002"]),
        ("papers/delta", ["delta2004"]),
    ]


def test_papers_json_describes_each_note(tiny: Site) -> None:
    alpha = by_key(tiny.build())["alpha2001"]
    html = lxml.html.fragment_fromstring(alpha["summary"].pop("html"), create_parent="div")
    assert text(html).startswith("A summary with p=2n+d")
    assert len(html.cssselect("math")) == 1
    assert [link for _, _, link, _ in html.iterlinks()] == [ADDRESS + "papers/beta.html"]
    assert alpha == {
        "name": "papers/alpha",
        "keys": ["alpha2001"],
        "main": False,
        "url": ADDRESS + "papers/alpha.html",
        "title": "Alpha of x^2",
        "fields": {},
        "read": "2020-08-31",
        "tags": ["generalization", "C++"],
        "summary": {
            "text": "A summary with p = 2n + d that cites Beta and Other [BO02].\n\n"
            "Its second paragraph."
        },
        "cites": ["beta2002", "gamma2003"],
        "links": {
            "alpha2001": {
                "abstract": "https://arxiv.org/abs/math/0101001",
                "PDF": "https://arxiv.org/pdf/math/0101001",
            }
        },
        "papers": [
            {
                "id": "alpha2001",
                "type": "article-journal",
                "title": "On alpha",
                "author": [{"family": "Alpha", "given": "Anna"}],
                "issued": {"date-parts": [[2001]]},
                "container-title": "Journal of Letters",
                "URL": "https://arxiv.org/abs/math/0101001",
                "archive": "arXiv",
                "archive_location": "math/0101001",
            }
        ],
    }


def test_unknown_values_in_papers_json_are_null_or_left_out(tiny: Site) -> None:
    tiny.edit("papers/delta.md", "delta2004", "nobody")
    made = tiny.build()
    assert "papernotes.unknown-key" in made.messages[0]
    nobody = by_key(made)["nobody"]
    assert (nobody["papers"], nobody["read"], nobody["tags"]) == ([], None, [])


def test_papers_json_has_relative_links_without_html_baseurl(tiny: Site) -> None:
    made = tiny.build(confoverrides={"html_baseurl": ""})
    found = catalogue(made)
    assert (found["url"], found["bibliography"]) == (None, "refs.bib")
    alpha = by_key(made)["alpha2001"]
    assert (made.outdir / alpha["url"]).is_file()
    html = lxml.html.fragment_fromstring(alpha["summary"]["html"], create_parent="div")
    for _, _, link, _ in html.iterlinks():
        assert (made.outdir / link).is_file()


def test_papers_json_has_the_addresses_of_dirhtml(tiny: Site) -> None:
    made = tiny.build("dirhtml")
    assert by_key(made)["alpha2001"]["url"] == ADDRESS + "papers/alpha/"
    assert catalogue(made)["url"] == ADDRESS


def test_summary_in_papers_json_is_plain_text(tiny: Site) -> None:
    tiny.write("picture.png", PNG)
    tiny.edit(
        "papers/beta.md",
        "The summary of beta.",
        "One *word*, `code`, $\\frac{a + b}{c}$, {note}`alpha2001`,\n"
        "{cite:p}`{see}gamma2003` and a note[^1].\n\n"
        "- first\n- second\n\n  more\n\n"
        "$$a = b + c$$\n\n"
        "> said\n\n"
        "```python\nx = 1\n    y\n```\n\n"
        "![A picture](../picture.png)\n\n"
        "<b>raw</b> html\n\n"
        "| a | b |\n|---|---|\n| 1 | $x^2$ |\n\n"
        "[^1]: Below.",
    )
    build = tiny.build(confoverrides={"papernotes_summary_words": 0})
    assert by_key(build)["beta2002"]["summary"]["text"].split("\n\n") == [
        "One word, code, (a + b)/c, Alpha of x^2, [see GGG03] and a note.",
        "- first",
        "- second",
        "more",
        "a = b + c",
        "said",
        "x = 1\n    y",
        "A picture",
        "raw html",
        "a | b",
        "1 | x^2",
    ]


def test_hostile_text_in_papers_json_stays_text(tiny: Site) -> None:
    hostile = '</script><b>"\\ \x01\u2028\U0001f600'
    tiny.edit("papers/beta.md", "# Beta", f"# Beta `{hostile}`")
    tiny.edit("papers/beta.md", "[optimization]", "['<i>', \"\\x00\"]")
    tiny.edit("refs.bib", "{On beta}", "{On <b>beta</b>}")
    beta = by_key(tiny.build())["beta2002"]
    assert beta["title"].startswith('Beta </script><b>"\\ ')
    assert beta["title"].endswith("\U0001f600")
    assert beta["tags"] == ["<i>", "\ufffd"]
    assert beta["papers"][0]["title"] == "On <b>beta</b>"


def test_published_bibliography_has_no_private_fields(tiny: Site) -> None:
    tiny.edit(
        "refs.bib",
        "title = {On beta},",
        "title = {On beta}, file = {:/home/me/beta.pdf:PDF}, abstract = {A}, bdsk-url-1 = {x},"
        " mendeley-groups = {y}, keywords = {mine}, comment-me = {silly}, owner = {me},"
        " rating = {5},"
        " notes = {dull}, localfile = {/home/me/beta.pdf}, crossref = {m},"
        " url = {https://me:secret@example.org/beta}, note = {C:\\Users\\me\\beta.pdf},",
    )
    tiny.write(
        "refs.bib",
        (tiny.folder / "refs.bib").read_text(encoding="utf-8")
        + "\n@proceedings{m, title = {M}, howpublished = {file:///home/me/m.pdf}, rating = {4}}\n",
    )
    tiny.write("plain.md", "# Plain\n\n{cite:p}`beta2002`\n\n```{bibliography}\n```\n")
    made = tiny.build()
    assert [message.split('"')[1] for message in made.messages] == ["howpublished", "note", "url"]
    found = parse_string(made.read("refs.bib"), "bibtex")
    # No page shows zeta.
    assert list(found.entries) == [
        "alpha2001", "beta2002", "delta2004", "epsilon2005", "gamma2003",
    ]  # fmt: skip
    beta = found.entries["beta2002"]
    assert set(beta.fields) == {"title", "booktitle", "year", "doi", "url"}
    for path in made.outdir.rglob("*.*"):
        if path.suffix in (".html", ".json", ".bib", ".xml", ".js"):
            assert not re.search("secret|/home/me|Users|dull", path.read_text("utf-8")), path
    assert [str(person) for person in beta.persons["author"]] == ["Beta, Bo", "Other, Bo"]
    assert "/home/me" not in made.read("refs.bib")


def test_published_entry_has_the_fields_it_inherits_by_crossref(tiny: Site) -> None:
    """The parent entry is not published if no page shows it."""
    tiny.edit(
        "refs.bib", "booktitle = {Proceedings of the 3rd Meeting on Letters}", "crossref = {m}"
    )
    bib = (tiny.folder / "refs.bib").read_text(encoding="utf-8")
    tiny.write("refs.bib", bib + "\n@proceedings{m, title = {A meeting}, publisher = {P}}\n")
    found = parse_string(tiny.build().read("refs.bib"), "bibtex")
    assert "m" not in found.entries
    fields = found.entries["beta2002"].fields
    assert (fields["booktitle"], fields["publisher"]) == ("A meeting", "P")
    assert "crossref" not in fields


def test_front_page_links_papers_json_and_refs_bib(tiny: Site) -> None:
    made = tiny.build()
    links = made.page("index").cssselect("head link[rel=alternate]")
    assert {link.get("type"): link.get("href") for link in links} == {
        "application/atom+xml": ADDRESS + "feed.xml",
        "application/json": "papers.json",
        "application/x-bibtex": "refs.bib",
    }
    assert not made.page("plain").cssselect("link[type='application/json']")


def test_papernotes_catalogue_turns_the_published_files_off(tiny: Site) -> None:
    tiny.build()
    made = tiny.build(confoverrides={"papernotes_catalogue": False})
    for name in ("papers.json", "papers.schema.json", "refs.bib"):
        assert not (made.outdir / name).exists()
    assert not made.page("index").cssselect("link[type='application/json']")


@pytest.mark.parametrize(
    ("file", "old", "new", "written"),
    [
        ("papers/beta.md", "The summary of beta.", "Another summary.", {"papers.json"}),
        ("papers/beta.md", "Nothing is cited", "{cite:t}`zeta2006`", {"papers.json", "refs.bib"}),
        ("papers/beta.md", "Nothing is cited here.", "Still nothing.", set()),
        ("refs.bib", "The book of gamma", "The book", {"refs.bib"}),
        ("refs.bib", "On alpha", "On big alpha", {"papers.json", "refs.bib"}),
        ("refs.bib", "On zeta", "On little zeta", set()),
    ],
    ids=["summary", "citation", "text", "cited work", "noted work", "work not shown"],
)
def test_published_files_are_written_only_when_their_content_changes(
    tiny: Site, file: str, old: str, new: str, written: set[str]
) -> None:
    names = ("papers.json", "papers.schema.json", "refs.bib")
    outdir = tiny.build().outdir
    before = {name: (outdir / name).stat().st_mtime_ns for name in names}
    tiny.edit(file, old, new)
    tiny.build()
    assert {name for name in names if (outdir / name).stat().st_mtime_ns != before[name]} == written
    incremental = [(outdir / name).read_bytes() for name in names]
    tiny.clean()
    tiny.build()
    assert [(outdir / name).read_bytes() for name in names] == incremental
