"""A large site: the pages of the notebook, generated notes, and one note that has everything."""

from __future__ import annotations

import sys
from pathlib import Path

from sites import PROJECT, Site

sys.path.insert(0, str(PROJECT))
from bench.sites import make_site, whole

NOTES = 30
ENTRIES = r"""
@article{everything2020,
  author = {Łukasz Gülçehre and Đorđe Nguyễn and Zoë de l'{\^I}le},
  title = {Everything that a note can hold},
  journal = {Časopis na všechno},
  year = {2020},
  url = {https://example.org/everything},
  doi = {10.5555/everything},
}
@article{accents2019,
  author = {José Öztürk and Ana Ćirić},
  title = {Accents},
  journal = {Résumés},
  year = {2019},
}
@article{plain2018,
  author = {Plain Jane},
  title = {Words alone},
  year = {2018},
  retracted = {2019-02-03},
  notice = {10.5555/notice},
}
@article{later2024,
  author = {Someone Else},
  title = {To be read later},
  year = {2024},
  keywords = {to-read},
}
"""
PLAIN = (
    "---\npaper: plain2018\ntags: [vision]\n---\n\n# Words alone\n\nThere are no formulas here.\n"
)
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z"/></svg>\n'
)
# How papers cite each other, as ``papernotes citations`` writes it.
CITATIONS = """{"version": 1, "cites": {"plain2018": ["accents2019"]}, "suggestions": [
 {"id": "W1", "doi": "10.5555/missing", "title": "What is missing", "cited_by":
  ["accents2019", "plain2018"]}]}
"""
SUGGESTIONS = """
## What is missing

```{suggestions}
```
"""
COMPONENTS = """\
---
orphan: true
---

# Components

```{dropdown} More
What is hidden at first.
```
"""


def write_large_site(folder: Path, notes: int = NOTES) -> Site:
    """Create *folder* with the site, and return the site."""
    make_site(folder, notes, whole)
    site = Site(folder)
    everything = Path(__file__).with_name("everything.md")
    site.write("papers/everything.md", everything.read_text(encoding="utf-8"))
    site.write("papers/plain.md", PLAIN)
    site.write("papers/picture.svg", PICTURE)
    site.write("components.md", COMPONENTS)
    site.write("citations.json", CITATIONS)
    reading_list = (folder / "reading-list.md").read_text(encoding="utf-8")
    site.write("reading-list.md", reading_list + SUGGESTIONS)
    bibliography = (folder / "refs.bib").read_text(encoding="utf-8")
    site.write("refs.bib", bibliography + ENTRIES)
    return site
