"""HTML that is written once leads to the same pages from each of them."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sphinx.util.osutil import relative_uri

from papernotes.rendering.html_fragments import NOWHERE, Places


class Html:
    def get_target_uri(self, docname: str) -> str:
        return f"{docname}.html"


class Dirhtml:
    def get_target_uri(self, docname: str) -> str:
        folder = docname.removesuffix("index")
        return folder if folder in ("", docname[:-5]) and folder != docname else f"{docname}/"


@pytest.mark.parametrize("builder", [Html(), Dirhtml()])
def test_links_of_shared_html_lead_where_links_of_the_page_lead(builder: Any) -> None:
    places = Places(cast("Any", builder))
    address = builder.get_target_uri
    for home in ("index", "other", "papers/a", "papers/index", "tags/deep/a"):
        for target in ("index", "papers/b", "papers/index", "tags/x-2"):
            from_nowhere = relative_uri(address(NOWHERE), address(target))
            # No page is its own target here: such links are not shared.
            expected = relative_uri(address(home).replace("a.html", "_.html"), address(target))
            if home != target:
                shared = f'<a href="{from_nowhere}#place">b</a>'
                assert places.moved(shared, home) == f'<a href="{expected}#place">b</a>'


def test_links_of_an_author_stay_as_they_are() -> None:
    places = Places(cast("Any", Html()))
    for own in ('<a href="../../raw.html">', '="../../', '<a href="https://a.example/../../b">'):
        assert places.moved(own, "papers/a") == own
