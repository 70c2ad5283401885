"""The extension in another project: under other themes, from its wheel, with the library's ways."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from sites import Site, parse, text
from sphinx.util.inventory import InventoryFile
from wheels import build_wheel, constraints, install, make_environment


def test_it_works_under_alabaster(tiny: Site) -> None:
    # Without the override, Sphinx's own test application would put "basic" in its place.
    build = tiny.build(confoverrides={"html_theme": "alabaster"})
    assert build.messages == []
    assert "alabaster.css" in build.read("index.html")
    front = build.page("index")
    assert [text(title) for title in front.cssselect(".sd-card h2")] == [
        "Alpha of x2x^2",
        "Beta",
        "Delta",
    ]
    alpha = build.page("papers/alpha")
    assert alpha.cssselect("h1 a")[0].get("href") == "https://arxiv.org/abs/math/0101001"
    # The style and the script that its markup needs come with it.
    for name in ("papernotes.css", "papernotes.js"):
        assert (build.outdir / "_static" / name).is_file()


@pytest.mark.parametrize("theme", ["basic", "classic", "furo"])
def test_it_works_under(tiny: Site, theme: str) -> None:
    tiny.edit("conf.py", "alabaster", theme)
    build = tiny.build()
    assert build.messages == []
    assert len(build.page("index").cssselect(".sd-card")) == 3


def test_the_library_s_own_label_style_has_its_labels(tiny: Site) -> None:
    """Without ``bibtex_reference_style`` citations go by labels, and the references show them."""
    plain = tiny.build().page("plain")
    assert text(plain.cssselect(".bibtex-citation")[0]) == "Gamma et al. [GGG03]"
    assert text(plain.cssselect(".pn-works > li")[0]).startswith("[GGG03] Gil Gamma")


def test_a_page_with_a_bibliography_of_its_own_has_no_second_list(tiny: Site) -> None:
    tiny.write("plain.md", "# Plain\n\n{cite:t}`gamma2003`\n\n```{bibliography}\n:cited:\n```\n")
    plain = tiny.build().page("plain")
    assert not plain.cssselect(".pn-works")
    link = plain.cssselect(".bibtex-citation a")[0].get("href")
    assert plain.get_element_by_id(link.removeprefix("#")) is not None


def test_references_can_be_left_to_the_author(tiny: Site) -> None:
    tiny.write("all.md", "---\norphan: true\n---\n\n# All\n\n```{bibliography}\n:cited:\n```\n")
    settings = {"papernotes_references": False}
    build = tiny.build(confoverrides=settings)
    assert build.messages == []
    plain = build.page("plain")
    assert not plain.cssselect(".pn-works")
    assert plain.cssselect(".bibtex-citation a")[0].get("href").startswith("all.html#")


def test_notes_can_lie_in_another_folder(tiny: Site) -> None:
    (tiny.folder / "papers").rename(tiny.folder / "readings")
    build = tiny.build(confoverrides={"papernotes_folder": "readings"})
    assert build.messages == []
    assert build.page("index").cssselect(".sd-card a[href='readings/alpha.html']")


def test_other_projects_can_link_to_a_note_by_its_key(tiny: Site) -> None:
    build = tiny.build()
    inventory = InventoryFile.loads(
        (build.outdir / "objects.inv").read_bytes(), uri="https://example.org"
    )
    entry = inventory["papernotes:note", "alpha2001"]
    assert entry.uri == "https://example.org/papers/alpha.html"


@pytest.mark.parametrize(
    "extensions", ['["own_labels", "papernotes"]', '["papernotes", "own_labels"]']
)
def test_another_extension_may_replace_the_domain_of_labels(
    tiny: Site, monkeypatch: pytest.MonkeyPatch, extensions: str
) -> None:
    own = """
from sphinx.domains.std import StandardDomain
from sphinx.roles import XRefRole

class Own(StandardDomain):
    roles = StandardDomain.roles | {"own": XRefRole()}

def setup(app):
    app.add_domain(Own, override=True)
"""
    monkeypatch.syspath_prepend(tiny.folder)
    tiny.write("own_labels.py", own)
    tiny.edit("conf.py", '["papernotes"]', extensions)
    tiny.write("page.md", "---\norphan: true\n---\n\n(here)=\n\n# A page\n\n{ref}`here` {own}`a`\n")
    build = tiny.build()
    assert build.messages == []
    assert "#here" in build.read("page.html")


def test_directive_options(tiny: Site) -> None:
    cases = {
        ":sort: title": ["alpha", "beta", "delta"],
        ":sort: -title": ["delta", "beta", "alpha"],
        # No day, no place in the order of days: it comes last, either way.
        ":sort: read": ["alpha", "beta", "delta"],
        ":sort: -read": ["beta", "alpha", "delta"],
        ":sort: -year": ["delta", "beta", "alpha"],
        ":limit: 2": ["alpha", "beta"],
        ":tags: C++, optimization": ["alpha", "beta"],
        ":tags: generalization": ["alpha"],
    }
    for number, options in enumerate(cases):
        content = f"---\norphan: true\n---\n\n# Page\n\n```{{papers}}\n{options}\n```\n"
        tiny.write(f"case{number}.md", content)
        tiny.write(f"line{number}.md", content.replace("\n```\n", "\n:view: list\n```\n"))
    build = tiny.build()
    assert build.messages == []
    for number, expected in enumerate(cases.values()):
        links = [f"papers/{name}.html" for name in expected]
        cards = build.page(f"case{number}").cssselect(".sd-card h2 a")
        assert [link.get("href") for link in cards] == links
        lines = build.page(f"line{number}").cssselect(".pn-list li > p > a")
        assert [link.get("href") for link in lines] == links


def test_summary_of_the_front_matter_takes_the_place_of_the_opening(tiny: Site) -> None:
    tiny.edit(
        "papers/beta.md",
        "tags: [optimization]",
        "tags: [optimization]\nsummary: |\n  Short, with $x$ and {cite:p}`gamma2003`.",
    )
    build = tiny.build()
    summary = build.page("index").cssselect(".pn-summary")[1]
    assert text(summary).startswith("Short, with x")
    assert summary.cssselect("math")
    assert summary.cssselect(".bibtex-citation a")
    note = build.page("papers/beta")
    assert "The summary of beta." in text(note)
    # It is said in the head alone, to programs.
    assert "Short, with" not in text(note.body)


def test_note_role_takes_a_title_or_a_text(tiny: Site) -> None:
    tiny.write("plain.md", "# Page\n\n{note}`alpha2001` and {note}`this one <beta2002>`.\n")
    links = tiny.build().page("plain").cssselect(".body p a")
    assert [(text(link), link.get("href")) for link in links] == [
        ("Alpha of x2x^2", "papers/alpha.html"),
        ("this one", "papers/beta.html"),
    ]


def test_markup_of_bibtex_is_shown_and_no_html_of_it_gets_through(tiny: Site) -> None:
    tiny.edit(
        "refs.bib",
        "title = {The book of gamma}",
        r"title = {The $\gamma$ of {DNA} \emph{in} Erd{\H{o}}s -- <script>alert(1)</script>}",
    )
    item = tiny.build().page("plain").cssselect(".pn-works > li")[0]
    assert "of DNA in Erdős – <script>alert(1)</script>." in text(item)
    assert item.cssselect("math")
    assert not item.cssselect("script")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the distribution, install it alone, and return the Python that has it."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build_wheel(folder)
    # A name that a shell takes apart.
    python = make_environment(folder / "an empty environment")
    install(python, str(wheel), constraints("requirements.txt", folder))
    return python


@pytest.mark.wheel
def test_the_wheel_serves_an_empty_environment(installed: Path, tiny: Site) -> None:
    run = subprocess.run(
        [installed, "-m", "sphinx", "-q", "-W", ".", "_build"],
        cwd=tiny.folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert len(parse(tiny.folder / "_build/index.html").cssselect(".sd-card")) == 3
    assert (tiny.folder / "_build/_static/papernotes.css").is_file()


@pytest.mark.wheel
def test_the_message_on_a_missing_library_says_how_to_install_it(
    installed: Path, tiny: Site
) -> None:
    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [installed.with_name("papernotes"), "check"],
            cwd=tiny.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )

    first = check()
    assert first.returncode == 1
    says, _, install = first.stderr.partition("install the libraries of the command line: ")
    assert says == 'papernotes: the module "click" is missing; '
    subprocess.run(install, shell=True, check=True, capture_output=True)  # noqa: S602
    second = check()
    assert second.stderr.startswith("3 notes and 6 entries: ")
    assert "refs.bib:" in second.stdout
