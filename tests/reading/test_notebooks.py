"""MyST-NB beside the extension: notes can be notebooks."""

from __future__ import annotations

import json
import sys
from typing import Any

import programs
import pytest
from sites import Site, parse, text

from papernotes.cli.checks.run import check
from papernotes.cli.site import find_site
from papernotes.core.fields import Field
from papernotes.core.frontmatter import FrontMatter
from papernotes.reading.syntax import notebooks

MARKDOWN = """\
---
paper: zeta2006
tags: [a]
kernelspec:
  name: python3
  display_name: Python
file_format: mystnb
---

# Zeta

The summary, {cite:t}`beta2002`.

```{code-cell} python
1 + 1
```
"""
FRONT = "---\npaper: gamma2003\ntags: [letters]\n---\n"
GAMMA = f"{FRONT}\n# Gamma in cells\n\nWords before the code, [@beta2002], for $10, and then $20."
MORE = """\
## More

See [@beta2002] and @bata2002, and \\(x + y\\).

[[delta|The other]] [[epsilon]] ==and== ![a picture](gone.png)
"""


def notebook(*cells: str, first: str = "markdown", **metadata: Any) -> str:
    """Return a notebook of *cells*, of which those that begin with ``>>>`` are code."""
    made: list[dict[str, Any]] = []
    for number, source in enumerate(cells):
        cell: dict[str, Any] = {"id": f"c{number}", "metadata": {}, "source": source}
        if source.startswith(">>>"):
            output = {"output_type": "stream", "name": "stdout", "text": ["the output"]}
            cell |= {"cell_type": "code", "execution_count": 1, "outputs": [output]}
        else:
            cell |= {"cell_type": "markdown" if number else first}
        made.append(cell)
    kernel = {"name": "python3", "display_name": "Python", "language": "python"}
    metadata |= {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps(
        {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


@pytest.mark.parametrize("extensions", [["myst_nb", "papernotes"], ["papernotes", "myst_nb"]])
def test_notes_may_be_notebooks(tiny: Site, extensions: list[str]) -> None:
    tiny.write("papers/zeta.md", MARKDOWN)
    tiny.write("papers/gamma.ipynb", notebook(GAMMA, ">>> 2 + 2", MORE))
    tiny.write("papers/epsilon.ipynb", notebook("# Epsilon", "Cells.", paper="epsilon2005"))
    draft = "---\npaper: alpha2001\ndraft: true\n---\n\n# Alpha\n\nA penumbra."
    tiny.write("papers/draft.ipynb", notebook(draft))
    tiny.write("papers/broken.ipynb", "{")
    load = ":load: draft.ipynb"
    tiny.write("papers/delta.md", MARKDOWN.replace("zeta2006", "delta2004").replace("1 + 1", load))
    tagged = MARKDOWN.replace("[a]", "[generalization]")
    tiny.write("papers/alpha.md", tagged.replace("1 + 1", ":load: gone.py"))
    tiny.edit("plain.md", "It links", "It costs $10, and then $20. [@beta2002] It links")
    tiny.edit("conf.py", '["papernotes"]', repr(extensions))
    # MyST-NB changes defaults of Sphinx for the whole process.
    result = programs.run(
        [
            *(sys.executable, "-m", "sphinx", "-q", "-D", "nb_execution_mode=off"),
            *("-D", "papernotes_pandoc_citations=1", "-D", "papernotes_obsidian=1"),
            *(".", "_build/html"),
        ],
        cwd=tiny.folder,
        check=True,
    )
    place = "papers/gamma.ipynb:30003: WARNING:"
    assert [line for line in result.stderr.splitlines() if "lexer" not in line] == [
        (
            "papers/broken.ipynb:1: WARNING: the file is not a notebook; save it again, until then"
            " the site leaves the page out [papernotes.encoding]"
        ),
        (
            'papers/alpha.md:15: WARNING: the file "gone.py" does not exist; correct the name, or'
            " add the file [papernotes.missing-file]"
        ),
        (
            'papers/delta.md:15: WARNING: the page shows the file "papers/draft.ipynb", which is a'
            " draft; publish it, or delete this line, until then nothing of it is shown"
            " [papernotes.draft-file]"
        ),
        (
            f'{place} "\\(x + y\\)" is shown as text; write $x + y$ (cell 3, line 3)'
            " [papernotes.unread-formula]"
        ),
        (
            f'{place} unknown citation key "bata2002"; did you mean "beta2002" or "zeta2006"?'
            " (cell 3, line 3) [papernotes.unknown-key]"
        ),
        (
            'papers/gamma.ipynb:30005: WARNING: the file "gone.png" does not exist; correct the'
            " name, or add the file (cell 3, line 5) [papernotes.missing-file]"
        ),
    ]
    html = tiny.folder / "_build/html"
    assert "1 + 1" in text(parse(html / "papers/zeta.html"))
    cards = {text(card.cssselect("h2, h3, .pn-card-title")[0]): card for card in cards_of(html)}
    assert "The summary" in text(cards["Zeta"])
    assert "Epsilon" in cards
    assert "the output" not in text(cards["Gamma in cells"])
    assert "for $10, and then $20." in text(cards["Gamma in cells"])
    page = parse(html / "papers/gamma.html")
    for shown in (">>> 2 + 2", "the output", "Gil Gamma", "letters"):
        assert shown in text(page)
    assert "[@beta2002]" not in text(page)
    assert "The other" in map(text, page.xpath("//a[@href='delta.html']"))
    assert page.xpath("//a[@href='epsilon.html']")
    assert text(page.cssselect("mark")[0]) == "and"
    assert not [path for path in html.rglob("*.html") if "penumbra" in path.read_text("utf-8")]
    # Other documents have all of the syntax.
    page = parse(html / "plain.html")
    assert "$10, and then $20" in text(page)
    assert "[@beta2002]" not in text(page)
    copy = (tiny.folder / "_build/jupyter_execute/papers/draft.ipynb").read_text(encoding="utf-8")
    assert notebooks.is_draft(copy)
    # The copies that MyST-NB leaves are no documents.
    found = check(find_site(tiny.folder))
    assert found.notes == 7
    assert not [each for each in found.diagnostics if each.path.startswith("_build")]


def cards_of(folder: Any) -> list[Any]:
    return list(parse(folder / "index.html").cssselect(".sd-card"))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (notebook(GAMMA), 10_002),
        (notebook(" \n", GAMMA), 20_002),
        (notebook(FRONT, "# Gamma", first="raw"), 10_002),
        (notebook("# Gamma", paper="gamma2003", tags=["letters"]), 1),
    ],
)
def test_front_matter_of_a_notebook(content: str, line: int) -> None:
    front = front_of(content)
    assert (front.papers, front.tags) == ({"gamma2003": line}, ("letters",))
    rest = json.loads(front.rest)
    assert "gamma2003" not in front.rest
    assert "# Gamma" in rest["cells"][-1]["source"]


def test_other_keys_of_front_matter_are_for_myst() -> None:
    front = front_of(notebook("---\npaper: a\nmyst:\n  x: 1\n---\n\n# A"))
    rest = json.loads(front.rest)
    assert rest["metadata"]["myst"] == {"x": 1}
    assert rest["cells"][0]["source"].split("\n")[-2:] == ["", "# A"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"cells": 1}', "[" * 50_000, notebook("# A"), notebook("---")]
)
def test_a_notebook_without_front_matter_is_no_note(content: str) -> None:
    assert notebooks.parse(content, "a.ipynb", {}) is None


def front_of(content: str) -> FrontMatter:
    """Return the front matter of a notebook, in which nothing is wrong."""
    own: dict[str, Field] = {}
    parsed = notebooks.parse(content, "papers/a.ipynb", own)
    assert parsed is not None
    front, problems = parsed
    assert problems == []
    return front
