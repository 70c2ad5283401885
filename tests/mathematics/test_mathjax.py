"""MathJax: one setting turns it on, and pages load nothing from elsewhere."""

from __future__ import annotations

import json
import re
import sys

import pytest
from sites import Site

from papernotes.mathematics import mathjax

MACROS = {"R": r"\mathbb{R}", "E": [r"\mathrm{E}[#1]", 1]}


def test_mathjax_is_loaded_from_the_site_itself(tiny: Site) -> None:
    tiny.edit("conf.py", '"mathml"', '"mathjax"')
    build = tiny.build(confoverrides={"papernotes_macros": MACROS})
    assert build.messages == []
    page = build.page("papers/alpha")
    script = page.cssselect("script[src*='mathjax']")[0].get("src")
    assert script.startswith("../_static/mathjax/tex-chtml.js")
    assert (build.outdir / "_static/mathjax/tex-chtml.js").stat().st_size > 1_000_000
    assert list((build.outdir / "_static/mathjax/output/chtml/fonts").rglob("*.woff"))
    assert not page.cssselect("math")
    assert r"\(p = 2n + d\)" in page.text_content()
    assert not page.cssselect("link[href*='mathematics.css']")
    (config,) = re.findall(r"window.MathJax = (\{.*\})", build.read("papers/alpha.html"))
    assert json.loads(config)["tex"]["macros"] == MACROS
    assert json.loads(config)["loader"] == {"load": ["ui/safe"]}
    assert (build.outdir / "_static/mathjax/ui/safe.js").is_file()


def test_mathjax_path_of_the_author_is_kept(tiny: Site) -> None:
    tiny.edit("conf.py", '"mathml"', '"mathjax"')
    build = tiny.build(confoverrides={"mathjax_path": "mine/tex.js"})
    assert "_static/mine/tex.js" in build.read("papers/alpha.html")
    assert not (build.outdir / "_static/mathjax").exists()


def test_mathjax_without_its_package_is_a_warning(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mathjax, "PACKAGE", "a-package-that-nobody-has")
    tiny.edit("conf.py", '"mathml"', '"mathjax"')
    assert tiny.build().messages == [
        (
            "conf.py:1: WARNING: MathJax is not installed, and pages would load it from another"
            f' server; run {sys.executable} -m pip install "sphinx-mathjax-offline>=0.0.2", or set'
            " mathjax_path to your own copy [papernotes.no-mathjax]"
        )
    ]
