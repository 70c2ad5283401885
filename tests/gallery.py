"""A site whose notes have what most have not: many authors, figures, and other scripts."""

from __future__ import annotations

from pathlib import Path

from sites import Site

CONF = """\
project = "Marginal observations"
author = "Ada Lovelace"
html_show_sphinx = False
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
html_baseurl = "https://example.org/"
html_theme = "marginalia"
papernotes_pictures = False
papernotes_search = "sphinx"
papernotes_venue_names = {"Letters on Everything": "LE"}
"""
PEOPLE = [f"Ada Number{number}" for number in range(80)]
REFS = f"""
@inproceedings{{many2020, title = {{Many}}, author = {{{" and ".join(PEOPLE)}}}, year = {{2020}},
  booktitle = {{Proceedings of the 34th International Conference on Machine Learning,
    {{ICML}} 2020}},
  eprint = {{2001.00001}}, archiveprefix = {{arXiv}}, doi = {{10.5555/many}}}}
@article{{one2019, title = {{One}}, author = {{Oda One}}, year = {{2019}},
  journal = {{Letters on Everything}}}}
@article{{zh2018, title = {{深度学习}}, author = {{王小明}}, year = {{2018}}}}
@article{{el2016, title = {{Βάθος}}, author = {{Άννα Νίκα}}, year = {{2016}}}}
@article{{ar2017, title = {{التعلم العميق}}, author = {{محمد علي}}, year = {{2017}}}}
@article{{k2015, title = {{The $k$-server problem}}, author = {{Claude K.}}, year = {{2015}}}}
@article{{long2014, title = {{Donau{"dampfschifffahrts" * 3}gesellschaft}}, author = {{D. Lang}},
  year = {{2014}}}}
"""
MANY = r"""---
paper: many2020
tags: [ab, pneumonoultramicroscopicsilicovolcanoconiosis-and-more-lungs]
read: 2021-02-03
deck: Models of $x^2$, as {cite:t}`one2019` has *them*.
---

# Many

The opening.

## Roots

$\sqrt{x}$ $\sqrt{d_k}$ $\sqrt[3]{n}$ $\sqrt{(a+b)^2}$ $\sqrt{\frac{a}{b}}$

## Tables

| Method | Size | Given | Mixed | Error | Internationalization |
|--------|------|:------|-------|-------|----------------------|
| One    | 10M  | 1     | 1     | $1.5 \pm 0.2$ | a word    |
| Two    | 9.5M | 2     | one   | -     | a word               |

```{table} Results
:name: results

| a |
|---|
| 1 |
```

## Figures

```{figure} picture.svg
:name: first

The first.
```

```{figure} picture.svg
:name: second

The second.
```

```{code-block} python
:caption: A program
:name: program

pass
```

See {numref}`second`, {numref}`results`, {numref}`program` and {numref}`Figure %s <first>`.
"""
ONE = """\
---
paper: one2019
read: 2021-02-04
---

# One

See {numref}`second` of the other note.

```{figure} picture.svg
The only one.
```
"""
CHINESE = """\
---
paper: zh2018
read: 2021-02-05
---

# 关于"泛化"的笔记

本文研究"深度学习"的'泛化'能力,见 {cite:t}`ar2017`,don't。`"code"`
"""
ARABIC = """\
---
paper: ar2017
tags: [rtl]
---

# ملاحظة حول التعميم

تستطيع الشبكات العصبية "حفظ" التسميات. انظر {cite:t}`one2019` و {cite:t}`zh2018`.

- أولا
"""
GREEK = """\
---
paper: el2016
lang: el
---

# Δεύτερη

Κείμενο.
"""
SEVERAL = """\
---
paper: [k2015, long2014]
---

# Two papers

The opening.

# A second heading

More.
"""
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z"/></svg>\n'
)


def write_gallery(folder: Path) -> Site:
    """Create *folder* with the site, and return the site."""
    site = Site(folder)
    site.write("conf.py", CONF)
    site.write("refs.bib", REFS)
    site.write("index.md", "# Notes\n\n```{papers}\n```\n")
    site.write("papers/many.md", MANY)
    site.write("papers/one.md", ONE)
    site.write("papers/zh.md", CHINESE)
    site.write("papers/ar.md", ARABIC)
    site.write("papers/el.md", GREEK)
    site.write("papers/several.md", SEVERAL)
    site.write("bibliography.md", "---\norphan: true\n---\n\n# Bibliography\n\n```{works}\n```\n")
    site.write("papers/picture.svg", PICTURE)
    return site
