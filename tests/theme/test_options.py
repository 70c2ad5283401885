"""The options of the theme: what a page shows of them, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sites import Build, Site, text

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 10"><path d="M0 0h{0}v10z"/></svg>'
HTML = '<b onclick="x()">"bold" & bare</b>'
WithOptions = Callable[..., Build]


def themed(site: Site, options: dict[str, Any] | None = None, more: str = "") -> Site:
    """Give *site* the theme with *options*, and *more* lines of settings."""
    site.write(
        "conf.py",
        "\n".join(
            [
                'project = "Shelf"',
                'extensions = ["papernotes"]',
                'bibtex_bibfiles = ["refs.bib"]',
                'papernotes_sections = ["generalization", "plain", "reading", "works"]',
                'papernotes_search = "sphinx"',
                'html_theme = "marginalia"',
                f"html_theme_options = {options or {}!r}",
                more,
            ]
        ),
    )
    return site


@pytest.fixture
def with_options(tiny: Site) -> WithOptions:
    """Return a function that builds a site with theme options."""

    def build(**options: Any) -> Build:
        return themed(tiny, options).build()

    return build


def sidebar_links(build: Build, docname: str = "index") -> list[tuple[str, str]]:
    """Return the links of the sidebar's sections, as texts and addresses."""
    links = build.page(docname).cssselect(".site-sections a")
    return [(text(link), link.get("href")) for link in links]


def test_tagline_follows_the_title_of_the_front_page_alone(with_options: WithOptions) -> None:
    build = with_options(tagline="Notes on papers")
    assert build.messages == []
    assert text(build.page("index").cssselect("title")[0]) == "Shelf – Notes on papers"
    assert text(build.page("plain").cssselect("title")[0]) == "An ordinary page – Shelf"


def test_without_options_a_page_has_nothing_in_their_places(with_options: WithOptions) -> None:
    build = with_options()
    assert build.messages == []
    page = build.page("index")
    assert text(page.cssselect("title")[0]) == "Shelf"
    footer = [text(line) for line in page.cssselect(".site-footer > p")]
    assert footer == ["Made with Sphinx and Furo"]
    assert not page.cssselect(".site-logo")
    assert "light-dark(var(--color-accent-light)" in build.read("_static/page.css")
    assert build.read("_static/page.css").count("--color-brand-primary:") == 1


def test_footer_and_licence_close_each_page(with_options: WithOptions) -> None:
    address = "https://creativecommons.org/licenses/by/4.0/"
    build = with_options(footer="Written at home", license="CC BY 4.0", license_url=address)
    assert build.messages == []
    for docname in ("index", "papers/alpha", "search", "404"):
        footer = build.page(docname).cssselect(".site-footer")[0]
        lines = [text(line) for line in footer.cssselect("p")]
        assert lines[:2] == ["Written at home", "Notes are under CC BY 4.0"]
        [link] = footer.cssselect("a[rel=license]")
        assert (link.get("href"), text(link)) == (address, "CC BY 4.0")


def test_licence_without_an_address_is_no_link(with_options: WithOptions) -> None:
    footer = with_options(license="MIT").page("index").cssselect(".site-footer")[0]
    assert "Notes are under MIT" in text(footer)
    assert not footer.cssselect("a[rel=license]")


def test_links_stand_below_the_sections(with_options: WithOptions) -> None:
    build = with_options(
        sidebar_links=[
            ("Code", "https://example.org/code?a=1&b=2"),
            ("Mail", "mailto:me@example.org"),
            ("Elsewhere", "/other/"),
            ["Page", "plain"],
            ("Part", "papers/alpha#a-section"),
            ("Tags", "tags/index"),
            ("Feed", "files/cv.pdf"),
        ]
    )
    assert build.messages == []
    assert sidebar_links(build)[-7:] == [
        ("Code", "https://example.org/code?a=1&b=2"),
        ("Mail", "mailto:me@example.org"),
        ("Elsewhere", "/other/"),
        ("Page", "plain.html"),
        ("Part", "papers/alpha.html#a-section"),
        ("Tags", "tags/index.html"),
        ("Feed", "files/cv.pdf"),
    ]
    # What belongs to the site is found from every page.
    assert sidebar_links(build, "papers/beta")[-4:] == [
        ("Page", "../plain.html"),
        ("Part", "alpha.html#a-section"),
        ("Tags", "../tags/index.html"),
        ("Feed", "../files/cv.pdf"),
    ]


def test_links_follow_the_addresses_of_dirhtml(tiny: Site) -> None:
    site = themed(tiny, {"sidebar_links": [("Page", "plain")]})
    build = site.build("dirhtml")
    links = build.page("papers/beta/index").cssselect(".site-sections a")
    assert links[-1].get("href") == "../../plain/"


def test_html_in_an_option_is_text(with_options: WithOptions) -> None:
    build = with_options(
        tagline=HTML,
        footer=HTML,
        license=HTML,
        license_url='https://example.org/?a="b"',
        sidebar_links=[(HTML, "https://example.org/")],
    )
    page = build.page("index")
    assert not page.cssselect("[onclick]")
    assert text(page.cssselect("title")[0]) == f"Shelf – {HTML}"
    lines = [text(line) for line in page.cssselect(".site-footer p")]
    assert lines[:2] == [HTML, f"Notes are under {HTML}"]
    assert sidebar_links(build)[-1][0] == HTML


def test_html_in_the_name_of_the_site_is_text(tiny: Site) -> None:
    name = "R&D <3 <img src=x>"
    build = themed(tiny, more=f"project = {name!r}").build()
    for docname in ("index", "papers/alpha", "search", "404"):
        page = build.page(docname)
        assert {text(link) for link in page.cssselect(".site-name")} == {name}
        assert text(page.cssselect("title")[0]).endswith(name)
        assert not page.cssselect("img[src=x]")


LEAST = "colour, with at least 4.5"
LINKS = 'is not a list of links; write [("Title", "https://example.org/")]'
WRONG: list[tuple[str, Any, str]] = [
    ("tagline", 5, "is 5, which is not a text; write it in quotes"),
    ("footer", ["x"], "is ['x'], which is not a text; write it in quotes"),
    ("license", True, "is True, which is not a text; write it in quotes"),
    ("accent", "blue", "is 'blue', which is not a colour; write it as \"#24509f\""),
    ("accent", "#24f", "is '#24f', which is not a colour; write it as \"#24509f\""),
    ("accent_dark", 0xFFFFFF, 'is 16777215, which is not a colour; write it as "#24509f"'),
    (
        "accent",
        "#7fa0e0",
        f"is #7fa0e0, whose contrast to the background #fdfdfb is 2.6; choose a darker {LEAST}",
    ),
    (
        "accent_dark",
        "#24509f",
        f"is #24509f, whose contrast to the background #17181a is 2.3; choose a lighter {LEAST}",
    ),
    (
        "license_url",
        "javascript:alert(1)",
        "is 'javascript:alert(1)', which is not an http or https address; correct it",
    ),
    (
        "sidebar_links",
        "https://example.org/",
        f"is 'https://example.org/', which {LINKS}",
    ),
    (
        "sidebar_links",
        [("Title",)],
        f"is [('Title',)], which {LINKS}",
    ),
]


@pytest.mark.parametrize(("name", "value", "fault"), WRONG)
def test_wrong_option_is_reported_and_the_rest_is_kept(
    with_options: WithOptions, name: str, value: Any, fault: str
) -> None:
    right = {"tagline": "A tagline", "footer": "A footer", "license": "A licence"}
    build = with_options(**right | {name: value})
    (message,) = build.messages
    assert message == (
        f'conf.py:1: WARNING: html_theme_options["{name}"] {fault}; until then the theme ignores it'
        " [papernotes.bad-option]"
    )
    page = build.page("index")
    shown = text(page.cssselect("title")[0]) + text(page.cssselect(".site-footer")[0])
    for other, words in right.items():
        assert (words in shown) == (other != name)
    assert str(value) not in shown
    assert build.read("_static/page.css").count("--color-brand-primary:") == 1


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("javascript:alert(1)", "is not an http, https or mailto address"),
        # Browsers leave out the tab.
        ("java\tscript:alert(1)", "is not an http, https or mailto address"),
        ("data:text/html,x", "is not an http, https or mailto address"),
        ("https://example.org/a b", "is not an http, https or mailto address"),
        ("plane", "is not a page of the site"),
    ],
)
def test_link_that_leads_nowhere_is_reported_and_the_others_are_kept(
    with_options: WithOptions, address: str, fault: str
) -> None:
    build = with_options(sidebar_links=[("Wrong", address), ("Right", "plain")])
    (message,) = build.messages
    assert message == (
        f'conf.py:1: WARNING: html_theme_options["sidebar_links"] has the address {address!r},'
        f" which {fault}; correct it, until then the theme ignores it [papernotes.bad-option]"
    )
    assert sidebar_links(build)[-1] == ("Right", "plain.html")
    assert "Wrong" not in dict(sidebar_links(build))


def test_unknown_option_is_reported_by_sphinx(with_options: WithOptions) -> None:
    build = with_options(tagLine="x")
    assert build.messages == ["WARNING: unsupported theme option 'tagLine' given"]


def test_logo_stands_beside_the_name(tiny: Site) -> None:
    site = themed(tiny, more='html_logo = "logo.svg"')
    site.write("logo.svg", SVG.format(30))
    build = site.build()
    assert build.messages == []
    for docname, path in [("index", ""), ("papers/alpha", "../")]:
        page = build.page(docname)
        for place in (".site-header", ".site-sidebar"):
            [link] = page.cssselect(f"{place} .site-name")
            [logo] = link.cssselect("img")
            assert logo.get("src").startswith(f"{path}_static/logo.svg")
            # The name is read once.
            assert (logo.get("alt"), text(link)) == ("", "Shelf")
    assert (build.outdir / "_static/logo.svg").is_file()


def test_logo_in_place_of_the_name_has_the_name_as_its_text(tiny: Site) -> None:
    more = 'html_logo = "logo.svg"\nproject = "R&D"'
    site = themed(tiny, {"sidebar_hide_name": True}, more)
    site.write("logo.svg", SVG.format(30))
    for link in site.build().page("index").cssselect(".site-name"):
        assert text(link) == ""
        assert [logo.get("alt") for logo in link.cssselect("img")] == ["R&D"]


def test_each_colour_scheme_can_have_a_logo(tiny: Site) -> None:
    options = {"light_logo": "light.svg", "dark_logo": "dark.svg"}
    site = themed(tiny, options, 'html_static_path = ["_static"]')
    for name in options.values():
        site.write(f"_static/{name}", SVG.format(10))
    build = site.build()
    assert build.messages == []
    for link in build.page("papers/alpha").cssselect(".site-name"):
        found = {logo.get("class"): logo.get("src") for logo in link.cssselect("img")}
        assert found == {
            "site-logo only-light": "../_static/light.svg",
            "site-logo only-dark": "../_static/dark.svg",
        }


def test_logo_that_is_missing_is_reported_and_no_page_asks_for_it(tiny: Site) -> None:
    site = themed(tiny, more='html_logo = "logo.svg"\nhtml_favicon = "icon.svg"')
    build = site.build()
    assert build.messages == [
        "WARNING: logo file 'logo.svg' does not exist",
        "WARNING: favicon file 'icon.svg' does not exist",
    ]
    assert not build.page("index").cssselect(".site-logo")
    assert icon(build, "index") == "_static/marginalia.svg"


def icon(build: Build, name: str) -> str:
    """Return the file of the icon of a page, which must exist."""
    [link] = build.page(name).cssselect("link[rel='shortcut icon']")
    address: str = link.get("href").partition("?")[0]
    assert (build.outdir / name).parent.joinpath(address).is_file()
    return address


def test_every_page_has_an_icon_which_is_that_of_sphinx_if_set(tiny: Site) -> None:
    site = themed(tiny)
    build = site.build()
    assert icon(build, "papers/alpha") == "../_static/marginalia.svg"
    assert icon(build, "search") == "_static/marginalia.svg"
    site.edit("conf.py", "project =", 'html_favicon = "icon.svg"\nproject =')
    site.write("icon.svg", SVG.format(10))
    assert icon(site.build(), "papers/alpha") == "../_static/icon.svg"


def test_own_style_sheet_is_linked_behind_the_theme_s(tiny: Site) -> None:
    site = themed(tiny, more='html_static_path = ["_static"]\nhtml_css_files = ["own.css"]')
    site.write("_static/own.css", "/* own */\n:root { --color-accent-light: #7a1f3d; }\n")
    build = site.build()
    links = [link.get("href") for link in build.page("index").cssselect("link[rel=stylesheet]")]
    names = [link.partition("?")[0] for link in links]
    assert names.index("_static/own.css") > names.index("_static/page-mathematics.css")
