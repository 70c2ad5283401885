"""MyST-NB beside the extension: notes can be notebooks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sites import PROJECT, Site, parse, text

NOTEBOOK = """\
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


@pytest.mark.parametrize("extensions", [["myst_nb", "papernotes"], ["papernotes", "myst_nb"]])
def test_notes_may_be_notebooks(tiny: Site, extensions: list[str]) -> None:
    tiny.write("papers/zeta.md", NOTEBOOK)
    tiny.edit("plain.md", "It links", "It costs $10, and then $20. [@beta2002] It links")
    tiny.edit("conf.py", '["papernotes"]', repr(extensions))
    # MyST-NB changes defaults of Sphinx for the whole process.
    result = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-q", "-D", "nb_execution_mode=off"),
            *("-D", "papernotes_pandoc_citations=1", ".", "_build/html"),
        ],
        cwd=tiny.folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "_ext")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line for line in result.stderr.splitlines() if "lexer" not in line] == []
    html = tiny.folder / "_build/html"
    assert "1 + 1" in text(parse(html / "papers/zeta.html"))
    assert "The summary" in text(parse(html / "index.html").cssselect(".sd-card")[-1])
    # Other documents have all of the syntax.
    page = parse(html / "plain.html")
    assert "$10, and then $20" in text(page)
    assert "[@beta2002]" not in text(page)
