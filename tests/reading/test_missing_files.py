"""Files that a note names: whatever the name, they are found, and missing ones are reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import PNG, Site, text

from papernotes.core.files import fault, find

NOTE = """\
---
paper: zeta2006
tags: [generalization]
---

# Zeta

![x](<img/a b.png>) ![y](img/a%20b.png) ![z](/papers/img/%C3%A4.png)

```{figure} img/a b.png
The caption.
```

```{image} img/a%20b.png
```

[data](img/a%20b.csv)
"""


def test_files_of_any_name_are_found(tiny: Site) -> None:
    for name in ("a b.png", "\N{LATIN SMALL LETTER A WITH DIAERESIS}.png", "a b.csv"):
        tiny.write(f"papers/img/{name}", PNG)
    tiny.write("papers/zeta.md", NOTE)
    build = tiny.build(confoverrides={"papernotes_summary_words": 0})
    assert build.messages == []
    for page in (build.page("papers/zeta"), build.page("index").cssselect(".pn-summary")[-1]):
        found = [Path(image.get("src")).name for image in page.cssselect("img")]
        assert found == ["a%20b.png", "a%20b.png", "%C3%A4.png", "a%20b.png", "a%20b.png"]
    assert "The caption." in text(build.page("index"))


def test_missing_file_is_reported_once_wherever_its_place_is_shown(tiny: Site) -> None:
    body = "A ![picture](gone.png) and [a page](beat.md#x).\n\n```{figure} gone.svg\n"
    body += ":target: https://example.org/\n\nCaption\n```\n"
    tiny.write("papers/zeta.md", f"---\npaper: zeta2006\ntags: [letters]\n---\n\n# Zeta\n\n{body}")
    tiny.edit("conf.py", "html_theme", 'papernotes_browse = ["tags"]\nhtml_theme')
    build = tiny.build()
    told = "papers/zeta.md:{}: WARNING: the {} does not exist; {} [papernotes.missing-file]"
    advice = "correct the name, or add the file"
    assert build.messages == [
        told.format(8, 'file "gone.png"', advice),
        told.format(8, 'page "beat.md"', 'did you mean "beta.md"?'),
        told.format(10, 'file "gone.svg"', advice),
    ]
    # What was written in its place stays.
    assert "A picture and a page." in text(build.page("index"))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("fig/convergance.png", 'did you mean "fig/convergence.png"?'),
        ("/papers/fig/converg.svg", 'did you mean "/papers/fig/convergence.png"?'),
        ("../fig/convergence.png", 'did you mean "/papers/fig/convergence.png"?'),
        ("fig/a%20c.png", 'the file "fig/a c.png" does not exist; did you mean "fig/a b.png"?'),
        ("gone.md", 'the page "gone.md" does not exist; correct the name, or add the file'),
    ],
)
def test_nearest_name_is_that_of_a_file(tmp_path: Path, target: str, expected: str) -> None:
    folder = tmp_path / "papers/fig"
    folder.mkdir(parents=True)
    for name in ("convergence.png", "a b.png"):
        (folder / name).write_bytes(PNG)
    assert expected in fault(tmp_path, "papers/note.md", target)
    assert find(tmp_path, "papers/note.md", "fig/convergence.*") == "papers/fig/convergence.*"
    assert fault(tmp_path, "papers/note.md", "fig/a%20b.png#x") == ""
