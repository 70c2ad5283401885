"""What holds for every page of a site: its markup, links and title, and where it loads from."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
from sites import Build, parse, text


def pages(build: Build) -> list[Path]:
    """Return the files of all pages."""
    found = sorted(build.outdir.rglob("*.html"))
    assert len(found) > 10
    return found


def assert_markup_parses(build: Build) -> None:
    """Assert that a parser that follows the standard finds no error."""
    for path in pages(build):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(path.read_text(encoding="utf-8"))
        errors = [code for _, code, _ in parser.errors]
        assert errors == [], path.name


def assert_links_have_targets(build: Build) -> None:
    """Assert that each link inside the site leads to a file, and to an element of its page."""
    trees = {path.resolve(): parse(path) for path in pages(build)}
    ids = {path: set(tree.xpath("//@id")) for path, tree in trees.items()}
    for path, tree in trees.items():
        for address in tree.xpath("//@href | //@src"):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or address.startswith("#svg-"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), (path.name, address)
            if parts.fragment and target in ids:
                assert parts.fragment in ids[target], (path.name, address)


def assert_ids_are_unique(build: Build) -> None:
    """Assert that no page has an id twice."""
    for path in pages(build):
        ids = parse(path).xpath("//@id")
        assert sorted(set(ids)) == sorted(ids), path.name


def assert_nothing_is_loaded_from_other_hosts(build: Build) -> None:
    """Assert that scripts, pictures, style sheets and fonts come from the site."""
    for path in pages(build):
        tree = parse(path)
        loaded = tree.xpath("//script/@src | //img/@src | //link[@rel='stylesheet']/@href")
        assert [address for address in loaded if urlsplit(address).netloc] == [], path.name
    for sheet in build.outdir.rglob("*.css"):
        assert re.findall(r"url\(['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8")) == []


def assert_titles_name_the_site(build: Build, name: str) -> None:
    """Assert that the title of each page has the *name* of the site."""
    for path in pages(build):
        title = parse(path).findtext(".//title") or ""
        assert name in title, path.name
        assert "documentation" not in title.lower(), path.name


def assert_icon_and_no_links_to_sources(build: Build) -> None:
    """Assert that pages have the site's icon, and do not offer their sources."""
    for path in pages(build):
        assert "View page source" not in text(parse(path)), path.name
    assert not list(build.outdir.glob("_sources/*"))
    assert build.page("index").xpath("//link[contains(@rel, 'icon')]")
