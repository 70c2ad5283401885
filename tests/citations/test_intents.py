"""Why a work is cited: on the pages that cite it and are cited, and for machines."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest
from sites import PROJECT, ROOTS, Build, Site, text

from papernotes.domain.intents import PROPERTIES, STANCES, WORDS, label, stance, stance_label

SETTINGS = {
    "bibtex_reference_style": "papernotes",
    "papernotes_pandoc_citations": True,
    "papernotes_browse": ["map"],
}


def test_each_property_has_words_and_a_label() -> None:
    assert WORDS["disputes"] == "disputes"
    assert WORDS["method_in"] == WORDS["uses_method_in"] == "usesMethodIn"
    assert WORDS["as_evidence"] == WORDS["cites_as_evidence"] == "citesAsEvidence"
    assert len({label(name) for name in PROPERTIES}) == len(PROPERTIES)
    manual = (PROJECT / "docs/howto/cite.md").read_text(encoding="utf-8")
    listed = manual.partition("## Say why")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", listed)) >= {word for word in WORDS if WORDS[word]} - {
        word for word in WORDS if word.startswith(("cites_", "uses_"))
    }


def test_a_picture_tells_a_few_stances_apart() -> None:
    names = " ".join(STANCES.values()).split()
    assert len(names) == len(set(names))
    assert set(names) <= set(PROPERTIES)
    assert stance(["describes", "refutes"]) == "disputes"
    assert stance(["describes"]) == stance([]) == ""
    assert all(map(stance_label, STANCES))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Build]:
    site = Site(tmp_path_factory.mktemp("intents") / "site")
    shutil.copytree(ROOTS / "tiny", site.folder)
    site.edit(
        "papers/alpha.md", "Here {cite:p}", "[@disputes:beta2002, p. 3]. It [@beta2002]. {cite:p}"
    )
    site.edit("papers/delta.md", "{cite:p}`alpha2001`", "[@method_in:beta2002; @alpha2001]")
    site.write("plain.md", "# Page\n\nIt [@disputes:beta2002; @extends:nosuch].\n")
    return site, site.build(confoverrides=SETTINGS)


def test_cited_by_groups_by_the_reason(built: tuple[Site, Build]) -> None:
    _, build = built
    [message] = build.messages
    assert message.startswith('plain.md:3: WARNING: unknown citation key "nosuch"')
    [section] = build.page("papers/beta").cssselect(".pn-cited-by-section")
    shown = [
        (text(each), [text(link) for link in each.cssselect(".pn-mention-page")])
        for each in section
        if "pn-mentions" in each.classes or "pn-intent" in each.classes
    ]
    labels = [found for found, pages in shown if not pages]
    pages = [[re.sub(" of .*", "", page) for page in pages] for _, pages in shown if pages]
    assert labels == ["disputes it", "uses its method"]
    assert pages == [["Alpha"], ["Alpha", "Page"], ["Delta"]]
    # Who gives no reason is listed as ever.
    assert not build.page("papers/alpha").cssselect(".pn-intent")


def test_the_map_draws_the_reason_and_says_it_in_words(built: tuple[Site, Build]) -> None:
    _, build = built
    page = build.page("map")
    for kind in ("across", "down"):
        lines = page.cssselect(f".pn-map-{kind} .pn-map-arc")
        assert sorted(line.get("class") for line in lines) == [
            "pn-map-arc",
            "pn-map-arc",
            "pn-map-arc pn-map-disputes",
            "pn-map-arc pn-map-uses",
        ]
    legend = [
        (text(item), item.cssselect("path")[0].get("class"))
        for item in page.cssselect(".pn-map-legend li")
    ]
    assert legend == [
        ("disputes the work, or corrects it", "pn-map-arc pn-map-disputes"),
        ("builds on the work", "pn-map-arc pn-map-uses"),
    ]
    words = [text(each) for each in page.cssselect(".pn-groups dd")]
    assert words == [
        "cites Beta and Other (2002) (disputes it), Gamma et al. (2003)",
        "cites Alpha (2001), Beta and Other (2002) (uses its method)",
    ]


def test_the_strip_of_a_note_says_the_reason(built: tuple[Site, Build]) -> None:
    _, build = built
    sides = [
        [text(item) for item in build.page(name).cssselect(".pn-strip li")]
        for name in ("papers/delta", "papers/beta")
    ]
    assert sides == [
        ["Alpha (2001)", "Beta and Other (2002) (uses its method)"],
        ["Alpha (2001) (disputes it)", "Delta (2004) (uses its method)"],
    ]


def test_previews_and_machines_know_the_reason(built: tuple[Site, Build]) -> None:
    _, build = built
    works = build.page("papers/delta").cssselect("#delta > p [data-pn-preview]")
    assert [work.get("data-pn-intent") for work in works] == ["this text uses its method", None]
    catalogue = json.loads(build.read("papers.json"))
    schema = json.loads(Path(build.outdir / "papers.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(catalogue, schema)
    reasons = {note["name"]: note.get("intents") for note in catalogue["notes"]}
    assert reasons == {
        "papers/alpha": {"beta2002": ["disputes"]},
        "papers/beta": None,
        "papers/delta": {"beta2002": ["usesMethodIn"]},
    }
    [script] = build.page("papers/delta").cssselect("script[type='application/ld+json']")
    thing = json.loads(script.text)
    assert thing["@context"] == ["https://schema.org", {"cito": "http://purl.org/spar/cito/"}]
    assert [work["name"] for work in thing["cito:usesMethodIn"]] == ["On beta"]
    [script] = build.page("papers/beta").cssselect("script[type='application/ld+json']")
    assert json.loads(script.text)["@context"] == "https://schema.org"


def test_a_reason_is_outdated_where_it_is_shown(built: tuple[Site, Build]) -> None:
    site, _ = built
    site.edit("papers/delta.md", "@method_in:", "@extends:")
    build = site.build(confoverrides=SETTINGS)
    assert {"papers/beta", "papers/delta"} <= build.written
    assert "extends it" in text(build.page("map"))
    labels = [text(each) for each in build.page("papers/beta").cssselect(".pn-intent")]
    assert labels == ["extends it", "disputes it"]
