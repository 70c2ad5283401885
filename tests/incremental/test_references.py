"""Pages follow what they refer to in other documents, as in a clean build, byte for byte."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shelf import CHAPTER, CONF, INDEX, Entry, Shelf
from sites import Site

from papernotes.catalogue import literature
from papernotes.catalogue.literature import Suggestion
from papernotes.domain.places import Claims


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return a site that the tests edit one after another."""
    shelf = Shelf(Site(tmp_path_factory.mktemp("references")))
    shelf.write_sources()
    shelf.check()
    return shelf


def test_name_in_several_documents_leads_to_the_same_of_them(shelf: Shelf) -> None:
    """Whichever of them is read last, and when one of them loses the name."""
    text = (
        "(twice)=\n\n## Twice\n\n:::{glossary}\nword\n: A meaning.\n:::\n\n"
        ":::{program} git\n:::\n\n:::{option} -x\n:::\n"
    )
    links = "{ref}`twice`, [](#twice), {term}`word`, {option}`git -x`"
    shelf.site.write("page.md", f"# A page\n\n{links}.\n")
    for names in (("two.md", "three.md"), ("one.md",)):
        for name in names:
            shelf.site.write(name, f"# {name}\n\n{text}")
        shelf.check(parallel=2)
    for name in ("one.md", "two.md"):
        shelf.site.write(name, "# Without\n")
        shelf.check()


def test_labels_that_an_extension_adds_all_at_once_go_with_their_document() -> None:
    labels = Claims({}, max)
    labels.update({"here": ("one", "id", "One")})
    labels["here"] = ("two", "id", "Two")
    assert labels == {"here": ("two", "id", "Two")}
    labels.drop("two")
    assert labels == {"here": ("one", "id", "One")}


def test_links_to_what_a_document_describes_come_and_go_with_it(shelf: Shelf) -> None:
    for reference in ("{term}`Word`", "{py:func}`module.f`", "{option}`git -x`", "{any}`HOME`"):
        name = f"see-{''.join(filter(str.isalpha, reference))}.md"
        shelf.site.write(name, f"# A page\n\nSee {reference}.\n")
    shelf.site.write("more.md", "# More\n")
    shelf.check()
    described = (
        *(":::{glossary}\nword\n: A meaning.\n:::", ":::{py:function} module.f()\n:::"),
        *(":::{program} git\n:::", ":::{option} -x\n:::", ":::{envvar} HOME\n:::"),
    )
    shelf.site.write("more.md", "\n\n".join(("# More", *described)))
    shelf.check()
    shelf.site.remove("more.md")
    shelf.check()


def test_pages_follow_the_toctrees(shelf: Shelf) -> None:
    """Their neighbours, the numbers of sections, figures and equations, and the navigation."""
    site = shelf.site
    site.write("conf.py", f'{CONF}html_theme = "furo"\n')
    figure = ":::{figure} picture.svg\n:name: drawn-here\n\nCaption.\n:::\n"
    site.write("chapter.md", f"{CHAPTER}\n{figure}")
    site.write("page.md", "# A page\n")
    numbers = replace(shelf.notes["beta"], summary="{numref}`drawn-here` {eq}`first`")
    shelf.write_note("beta", numbers)
    shelf.check()
    site.write("chapter.md", f"{CHAPTER}\n{figure}".replace("A chapter", "Another chapter"))
    shelf.check()
    site.write("index.md", INDEX.replace("chapter", "page\nchapter"))
    shelf.check()
    site.write("page.md", f"# A page\n\n{figure.replace('-here', '-there')}")
    shelf.check()
    for numbered in (":hidden:\n:numbered:", ":hidden:"):
        site.write("index.md", INDEX.replace(":hidden:", numbered))
        shelf.check()
    site.write("conf.py", CONF)


def test_citations_that_lead_to_a_list_of_the_library_follow_it(shelf: Shelf) -> None:
    """Both on the page of the list, and where its sentences are shown."""
    text = "# A page\n\nIt cites {cite:p}`k2,k3`.\n\n```{bibliography}\n```\n"
    shelf.site.write("page.md", text)
    shelf.check()
    shelf.entries["k3"] = Entry(title="On a list")
    shelf.write_bibliography()
    shelf.check()
    shelf.site.write("page.md", text.replace("`.", "`.\n\nIt also cites {cite:p}`k0`."))
    shelf.check()


def test_list_of_the_library_has_what_other_documents_cite(shelf: Shelf) -> None:
    shelf.site.write("list.md", "# A list\n\n```{bibliography}\n```\n")
    for cited in ("{cite:p}`k3`", "nothing"):
        shelf.site.write("page.md", f"# A page\n\nIt cites {cited}.\n")
        shelf.check()
    shelf.site.remove("list.md")


def test_of_several_lists_of_the_library_citations_lead_to_the_same(shelf: Shelf) -> None:
    shelf.site.write("conf.py", f"{CONF}papernotes_references = False\n")
    for name in ("one.md", "two.md"):
        shelf.site.write(name, f"# {name}\n\n```{{bibliography}}\n```\n")
    shelf.check()
    shelf.site.write("one.md", "# One\n\nText.\n\n```{bibliography}\n```\n")
    shelf.write_note("alpha", replace(shelf.notes["alpha"], letter="c"))
    shelf.check()
    for name in ("one.md", "two.md"):
        shelf.site.remove(name)
    shelf.site.write("conf.py", CONF)


def test_links_to_works_that_a_page_does_not_cite_follow_their_entries(shelf: Shelf) -> None:
    """They are in the sentence on the literature and in suggestions."""
    works = [Suggestion("W1", "10.1234/w1", "A work", 1999, ("k3", "k4"))]
    shelf.site.write(literature.NAME, literature.write({"k0": ["k3"], "k4": ["k0"]}, works))
    shelf.site.write("page.md", "# A page\n\n{cite:p}`k3,k4`\n")
    shelf.site.write("works.md", "# Works\n\n```{suggestions}\n```\n")
    for address in ("https://a.example/x", "https://a.example/y"):
        for key in ("k3", "k4"):
            shelf.entries[key] = Entry(more=f",\n url = {{{address}}}")
        shelf.write_bibliography()
        shelf.check()
