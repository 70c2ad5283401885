"""The Nu HTML Checker, which knows the HTML Living Standard, finds no error on any page."""

from __future__ import annotations

import json

import pytest
from java import run_jar
from sites import Build
from visits import CHECKERS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("site", ["notebook", "large"])
def test_nu_html_checker_finds_no_error(builds: dict[str, Build], site: str) -> None:
    jar = CHECKERS / "vnu-jar/build/dist/vnu.jar"
    pages = sorted(builds[site].outdir.rglob("*.html"))
    result = run_jar(jar, "--format", "json", "--stdout", *pages)
    messages = json.loads(result.stdout)["messages"]
    # The checker has hints for each page, so every page has been checked.
    assert {message["url"] for message in messages} == {
        page.as_uri()[:5] + page.as_uri()[7:] for page in pages
    }
    faults = [
        f"{message['url']}:{message['lastLine']}: {message['message']}"
        for message in messages
        if message["type"] != "info"
    ]
    assert faults == []
