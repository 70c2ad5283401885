"""Errors in an author's templates are reported with file and line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sites import Site
from sphinx.errors import SphinxError, ThemeError

CONF = """
extensions = ["papernotes"]
bibtex_bibfiles = []
html_theme = "basic"
templates_path = ["_templates"]
"""


@pytest.mark.parametrize(
    "wrong", ["{% for page in pages %}", "{{ title|unheard }}", "{{ nothing.at.all }}"]
)
def test_error_in_a_template_is_reported_with_file_and_line(tmp_path: Path, wrong: str) -> None:
    site = Site(tmp_path)
    site.write("conf.py", CONF)
    site.write("index.md", "# Notes\n")
    layout = '{%% extends "!layout.html" %%}\n{%% block footer %%}\n%s\n{%% endblock %%}\n'
    site.write("_templates/layout.html", layout % wrong)
    path = Path(os.path.relpath(tmp_path / "_templates/layout.html")).as_posix()
    # Jinja reports an unclosed block at the end of the block around it.
    line = 4 if "for" in wrong else 3
    with pytest.raises(SphinxError, match=rf"{path}:{line}: .*; correct the template"):
        site.build()


def test_author_s_own_template_bridge_is_kept(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("own.py", "from sphinx.jinja2glue import BuiltinTemplateLoader as Own\n")
    site.write("conf.py", f'import sys\nsys.path.insert(0, "{tmp_path}")\n{CONF}')
    site.edit("conf.py", "templates_path", 'template_bridge = "own.Own"\ntemplates_path')
    site.write("index.md", "# Notes\n")
    site.write("_templates/layout.html", "{{ nothing.at.all }}")
    with pytest.raises(ThemeError, match="'nothing' is undefined") as error:
        site.build()
    assert "correct the template" not in str(error.value)
