"""MyST-NB beside the extension: notes can be notebooks."""

from __future__ import annotations

import pytest
from sites import Site, text

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
    settings = {"nb_execution_mode": "off", "papernotes_pandoc_citations": True}
    build = tiny.build(confoverrides=settings)
    assert [line for line in build.messages if "lexer" not in line] == []
    assert "1 + 1" in text(build.page("papers/zeta"))
    assert "The summary" in text(build.page("index").cssselect(".sd-card")[-1])
    # Other documents have all of the syntax.
    page = build.page("plain")
    assert "$10, and then $20" in text(page)
    assert "[@beta2002]" not in text(page)
