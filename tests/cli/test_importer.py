"""``papernotes import``: collections of Hugo, Jekyll, MkDocs and Obsidian."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from commands import files, run
from sites import Build, Site

from papernotes.bibliography import reader
from papernotes.cli.importer.collection import KINDS
from papernotes.cli.importer.paper_urls import entry_of, is_paper


@dataclass
class Imported:
    """A collection, and the site that was made of it."""

    source: Site
    site: Site
    result: Result

    def read(self, name: str) -> str:
        return (self.site.folder / name).read_text(encoding="utf-8")

    def report(self) -> list[str]:
        lines = self.result.stdout.splitlines()
        assert self.read("report.txt").splitlines() == lines
        return [line.replace(f"{self.source.folder}/", "") for line in lines]

    def build(self) -> Build:
        build = self.site.build()
        assert build.messages == []
        return build

    def body(self, name: str) -> str:
        """Return a note without its front matter and title."""
        return self.read(name).split("\n# ", 1)[1].split("\n", 1)[1].strip("\n")


@pytest.fixture
def imported(tmp_path: Path, request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    def make(kind: str, **documents: str | bytes) -> Imported:
        source = Site(tmp_path / "source")
        for name, content in documents.items():
            source.write(name, content)
        before = files(source.folder)
        site = Site(tmp_path / "site")
        arguments = ["import", kind, str(source.folder), "--to", str(site.folder)]
        result = run(Site(tmp_path / "nowhere"), *arguments)
        assert result.exit_code == 0, result.output
        assert files(source.folder) == before
        return Imported(source, site, result)

    return make


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)

HUGO = r"""---
title: "A closer look: memorization & more"
link: https://arxiv.org/abs/1706.05394v2
date: 2017-06-20T10:00:00Z
tags: [generalization, "deep learning"]
categories: [Theory]
weight: 3
---

The samples `\(p\)` and `$$n$$`, with $d$ for 5 dollars. See [the other]({{< relref "other.md" >}})
and [it]({{< ref "/posts/bundle" >}}#part), or {{< tweet 123 >}}.

% no comment

{{< figure src="plot.png" caption="A plot" >}}
![missing](nowhere.png)

{{< highlight python >}}
x = "[@key] {{< no >}}"
{{< /highlight >}}

---

### Details {#details}

As said [@nobody2020] and by @me, a@b.c. Again[^1], and never[^2].

[^1]: Once.
[^3]: Not used.

```nolanguage
[[x]] $
```

---
"""


def test_hugo(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported(
        "hugo",
        **{
            "content/posts/closer.md": HUGO,
            "content/posts/other.md": '+++\ntitle = "Other"\ndoi = "10.1000/x"\n+++\n\nText.\n',
            "content/posts/bundle/index.md": "---\ntitle: In a bundle\n---\n\n![p](plot.png)\n",
            "content/posts/bundle/plot.png": PICTURE,
            "content/posts/_index.md": "---\ntitle: Posts\n---\n",
            "content/draft.md": "---\ntitle: Draft\ndraft: true\nurl: https://x.example/p\n---\nHm.\n",
            "static/plot.png": PICTURE,
        },
    )
    assert made.read("papers/closer.md").startswith(
        "---\npaper: 2017closer\ntags: [generalization, deep learning, Theory]\n"
        "read: 2017-06-20\n---\n\n# A closer look: memorization & more\n"
    )
    body = made.body("papers/closer.md")
    for text in [
        "The samples $p$ and $n$, with $d$ for 5 dollars.",
        "See {note}`the other <other>`",
        "[it](</pages/bundle.md>)",
        "{{< tweet 123 >}}",
        "\\% no comment",
        "![A plot](</pictures/plot-2.png>)",
        "\\![missing]\\(nowhere.png)",
        '````python\nx = "[@key] {{< no >}}"\n````',
        "## Details",
        "\\@nobody2020",
        "a@b.c. Again[^1], and never\\[^2\\].",
        "[^1]: Once.",
        "\\[^3\\]: Not used.",
        "```text\n[[x]] $\n```",
    ]:
        assert text in body, text
    assert not re.search(r"^---$", body, re.MULTILINE)
    report = "\n".join(made.report())
    for line, what in [
        (7, "weight: 3 is left out"),
        (11, "#part is left out"),
        (11, "{{< tweet 123 >}} is a shortcode that is not known; left as text"),
        (16, ") is a picture that is not there"),
        (24, "{#details} is left out"),
        (26, "@nobody2020 cites what no bibliography file has"),
        (26, "[^2] is half of a footnote"),
        (29, "[^3]: is half of a footnote"),
        (31, 'code in "nolanguage" is left uncoloured'),
    ]:
        assert re.search(rf"closer\.md:{line}: .*{re.escape(what)}", report), (what, report)
    assert "content/draft.md:1: is a draft; it is in drafts/, which is not built" in report
    assert "bundle/index.md:1: names no paper; it is a page of its own" in report
    entry = reader.read([("refs.bib", made.read("refs.bib").encode())]).paper("2017closer")
    assert dict(entry.fields) == {
        "title": "A closer look: memorization \\& more",
        "year": "2017",
        "eprint": "1706.05394",
        "archiveprefix": "arXiv",
    }
    page = made.build().page("papers/closer")
    assert page.cssselect("h1 a")[0].get("href") == "https://arxiv.org/abs/1706.05394"


JEKYLL = r"""---
layout: post
title: Super convergence
arxiv: 1708.07120
categories: optimization training
---

{% include figure.html %} Rates $$\eta$$ grow, as in [the old]({% post_url 2016-01-01-old %}) and
[page]({{ site.baseurl }}/about/){:target="_blank"}.

$$
\eta = 1
$$

{% highlight ruby %}
puts 1
{% endhighlight %}

Section
-------
{: .no_toc}

<img src="/assets/a b.png" alt="A picture">
"""


def test_jekyll(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported(
        "jekyll",
        **{
            "_posts/2017-08-27-super-convergence.md": JEKYLL,
            "_posts/2016-01-01-old.markdown": "---\ntitle: Old\n---\nhttps://doi.org/10.1000/old\n",
            "_drafts/later.md": "---\ntitle: Later\n---\nLater.\n",
            "_layouts/post.md": "no note",
            "README.md": "no note",
            "assets/a b.png": PICTURE,
        },
    )
    assert sorted(n for n in files(made.site.folder) if n.endswith(".md")) == [
        "drafts/later.md",
        "index.md",
        "papers/old.md",
        "papers/super-convergence.md",
    ]
    text = made.read("papers/super-convergence.md")
    assert "read: 2017-08-27\n" in text
    body = made.body("papers/super-convergence.md")
    for part in [
        "{% include figure.html %} Rates $\\eta$ grow, as in {note}`the old <old>`",
        "\npage.",
        "$$\n\\eta = 1\n$$",
        "````ruby\nputs 1\n````",
        "## Section",
        "![A picture](</pictures/a-b.png>)",
    ]:
        assert part in body, part
    report = "\n".join(made.report())
    for what in ["layout: post", "{% include figure.html %}", '{:target="_blank"}', "{: .no_toc}"]:
        assert what in report
    made.build()


MKDOCS = """# 深度学习的记忆

论文: [https://arxiv.org/abs/1706.05394](https://arxiv.org/abs/1706.05394)

## 摘要

正文 \\(x^2\\) 与 [另一篇](sub/other.md#part)、[外面](../secret.md)。 { .big }

!!! note "注意"
    第一段。

    !!! warning
        第二段 $y$。

#### 太深

=== "Tab"

\\[
z
\\]
"""


def test_mkdocs(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported(
        "mkdocs",
        **{
            "docs/记忆.md": MKDOCS,
            "docs/sub/other.md": "# Other\n\n<https://proceedings.mlr.press/v70/arpit17a.html>\n",
            "docs/index.md": "# Welcome\n\nTo [it](记忆.md).\n",
        },
    )
    body = made.body("papers/记忆.md")
    for part in [
        "论文: [https://arxiv.org/abs/1706.05394](https://arxiv.org/abs/1706.05394)",
        "正文 $x^2$ 与 {note}`另一篇 <pmlr2017other>`、外面。",
        "::::{admonition} 注意\n:class: note\n\n第一段。\n\n:::{admonition} Warning\n",
        ":class: warning\n\n第二段 $y$。\n:::\n\n::::",
        "### 太深",
        '=== "Tab"',
        "$$\nz\n$$",
    ]:
        assert part in body, part
    assert "To {note}`it <2017shenduxuexidejiyi>`." in made.read("pages/index.md")
    refs = made.read("refs.bib")
    assert "series = {Proceedings of Machine Learning Research}" in refs
    assert "url = {https://proceedings.mlr.press/v70/arpit17a.html}" in refs
    made.build()


OBSIDIAN = """---
aliases: [closer]
tags: [vision/deep]
url: https://openreview.net/forum?id=Sy8gdB9xx
---
As in [[Other note]] or [[Other note#Part|that]], not [[Nobody]]. ==Mark== it. %%hidden%% ^block

![[shot.png]] ![[Other note]]

> [!tip] Do
> this $x$.

[@zhang2017understanding] says so, #later.
"""


def test_obsidian(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported(
        "obsidian",
        **{
            "Papers/Closer look.md": OBSIDIAN,
            "Other note.md": "https://jmlr.org/papers/v15/srivastava14a.html\n\nText.\n",
            ".obsidian/x.md": "no",
            "media/shot.png": PICTURE,
            "my.bib": "@misc{zhang2017understanding, title={U}, author={C Zhang}, year=2017}",
        },
    )
    body = made.body("papers/Closer-look.md")
    for part in [
        "{note}`Other note <2014other>` or {note}`that <2014other>`, not Nobody. **Mark** it.",
        "<!--hidden-->",
        "![](</pictures/shot.png>)",
        ":::{admonition} Do\n:class: tip\n\nthis $x$.\n:::",
        "[@zhang2017understanding] says so",
    ]:
        assert part in body, part
    report = "\n".join(made.report())
    for what in ["^block is left out", '"Nobody", which is not there', "#Part is left out"]:
        assert what in report
    refs = made.read("refs.bib")
    assert "@misc{zhang2017understanding" in refs
    assert "journal = {Journal of Machine Learning Research}" in refs
    made.build()


# What stands in real notes and trips up a build.
HAZARDS = {
    "a.md": r"""
# Title with `code` and $x$ and [link](https://arxiv.org/abs/1706.05394) {#id}

## One

# Another top

#### Deep

- item
    - nested [x](missing.md)

      code [@y] in list

        indented code @me
1. one
   ```python
   x = 1
   ```
| a | b |
|---|---|
| $x$ | `c` |

***

Text
***
# Last

---
""",
    "b.md": r"""Setext title
============

Section
-------

Text {x}`code` and {{ var }} and {% tag %} and <div class="x">html</div> and a & b &amp; c.

[ref]: ./nope.md
[a ref][ref] [x](../../etc/passwd) [y](file:///etc) [z](zotero://x) [mail](mailto:a@b.c) <me@x.org>

Term
: definition

[^1] [^a b]

(label)=
:::{note}
hi
:::

```{python}
print(1)
```

~~~
never closed
""",
    "c.md": r"""""",
    "d.md": r"""

""",
    "e.md": r"""```
only code""",
    "f.md": r"Just text, costs $5 and $10, or \$3. $ x $ and $$ y $$ end. \[a+b\] and \(c\). $un",
    "g.md": r"""# A

![](<b c.png>) ![x](http://x.y/z.png "t") <img src=nothing>

> quote
> - list

* * *
""",
    "h.md": r"""---
title: "T [x] *y*"
tags: foo, bar
date: not a date
summary: "Sum *x* $y$"
url: 10.1000/q
---
Hello
""",
    "i.md": r"""# Same

https://arxiv.org/abs/2001.00001

[[x]](y) [x]( https://a.b/c (t) ) ![alt [nested] x](h.md)
""",
    "j.md": "# \n\ntext",
    "k.md": r"""#hash
# Real
$$
a

$$

$$unclosed
b
""",
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_in_notes_builds_and_stays(imported, kind: str) -> None:  # type: ignore[no-untyped-def]
    """No warning, and no word lost: it is in the site, or in the report."""
    folder = "_posts/" if kind == "jekyll" else ""
    made = imported(kind, **{f"{folder}{name}": text for name, text in HAZARDS.items()})
    made.build()
    kept = "".join(
        content.decode()
        for name, content in files(made.site.folder).items()
        if name.endswith((".md", ".txt", ".bib")) and not name.startswith("_build/")
    )
    words = {word for text in HAZARDS.values() for word in re.findall(r"\w+", text)}
    # A YAML key of another program goes by another name here.
    lost = {word for word in words - {"url", "title", "date", "not"} if word not in kept}
    assert lost == set()


@pytest.mark.parametrize(
    ("address", "kind", "fields"),
    [
        ("https://arxiv.org/abs/1706.05394v1", "misc", {"eprint": "1706.05394", "year": "2017"}),
        ("https://doi.org/10.1000/x", "misc", {"doi": "10.1000/x"}),
        ("https://aclanthology.org/P19-1001/", "inproceedings", {"year": "2019"}),
        ("https://www.aclweb.org/anthology/P98-1001.pdf", "inproceedings", {"year": "1998"}),
        (
            "https://aclanthology.org/2020.acl-main.1",
            "inproceedings",
            {"year": "2020", "doi": "10.18653/v1/2020.acl-main.1"},
        ),
        ("https://openreview.net/pdf?id=abc", "misc", {"howpublished": "OpenReview"}),
        (
            "http://proceedings.mlr.press/v70/arpit17a/arpit17a.pdf",
            "inproceedings",
            {"volume": "70", "year": "2017", "publisher": "PMLR"},
        ),
        (
            "https://jmlr.org/papers/volume11/erhan10a/erhan10a.pdf",
            "article",
            {"volume": "11", "year": "2010"},
        ),
        ("https://jmlr.org/papers/v21/20-074.html", "article", {"volume": "21", "year": "2020"}),
    ],
)
def test_what_an_address_tells(address: str, kind: str, fields: dict[str, str]) -> None:
    entry = entry_of(address, "Title")
    assert is_paper(address)
    assert (entry.type, entry.get("title")) == (kind, "Title")
    assert fields.items() <= entry.fields.items()


def test_an_address_that_tells_nothing() -> None:
    assert not is_paper("https://example.org/paper.pdf")
    assert entry_of("https://example.org/p", "T").fields == {
        "title": "T",
        "url": "https://example.org/p",
    }


def test_two_notes_on_one_paper(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported(
        "mkdocs",
        **{
            "docs/a.md": "# A\n\nhttps://arxiv.org/abs/1706.05394\n",
            "docs/b.md": "# B\n\nhttps://arxiv.org/pdf/1706.05394v3\n",
        },
    )
    assert 'docs/b.md:1: another note is on "2017a" too; this is a page of its own' in made.report()
    assert made.read("pages/b.md").startswith("---\norphan: true\n---\n")
    made.build()


def test_front_matter_that_cannot_be_read_is_not_lost(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported("hugo", **{"a.md": "---\ntitle: [\n---\n\nText.\n"})
    assert "title: [" in made.read("pages/a.md")
    assert "a.md:1: front matter cannot be read" in "\n".join(made.report())
    made.build()


@pytest.mark.parametrize("kind", KINDS)
def test_targets_that_no_file_can_have(imported, kind: str) -> None:  # type: ignore[no-untyped-def]
    data = base64.b64encode(PICTURE).decode()
    text = f"# T\n\n![a](data:image/png;base64,{data}) [b]({'x' * 5000}) ![c]({'y' * 5000})\n\n"
    text += "[d](..) [e](.) [f](/) ![g](/) [h](%00) [i](**) [j]([k) ![l](*.png)\n"
    made = imported(kind, **{"_posts/a.md" if kind == "jekyll" else "a.md": text})
    assert f"![a](data:image/png;base64,{data}) b " in made.read("pages/a.md")
    made.build()


def test_what_lies_outside_the_collection_stays_there(imported, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "secret.png").write_bytes(PICTURE)
    made = imported("mkdocs", **{"a.md": "# T\n\n![x](../secret.png) [y](../secret.png)\n"})
    assert not (made.site.folder / "pictures").exists()


def test_what_is_empty_or_faulty_is_no_warning(imported) -> None:  # type: ignore[no-untyped-def]
    text = "# T\n\n####\n\nx\n\n## \n\n!!! note\n\n$\\nosuchmacro{$\n\n```python\n$ 。\n```\n"
    made = imported("mkdocs", **{"a.md": text})
    assert made.body("pages/a.md").startswith("x\n\n**Note**\n\n$")
    made.build()


def test_marks_in_the_text_are_no_marks(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported(
        "mkdocs", **{"a.md": "# T\n\n`x` \ufdd00\ufdd1 \ufdd0 \ufdd19 \ue0000\ue001 y\n"}
    )
    assert made.body("pages/a.md") == "`x` 0  9 \ue0000\ue001 y"


def test_long_work_shows_how_far_it_is(imported) -> None:  # type: ignore[no-untyped-def]
    made = imported("obsidian", **{f"{number}.md": f"Note {number}." for number in range(501)})
    assert "500 of 501 documents\n" in made.result.stderr
    assert made.result.stderr.startswith("500 of 501")


def test_a_folder_that_is_there_is_not_written_to(tmp_path: Path) -> None:
    source, target = Site(tmp_path / "source"), Site(tmp_path / "target")
    source.write("a.md", "# A\n")
    target.write("mine", "x")
    result = run(source, "import", "mkdocs", str(source.folder), "--to", str(target.folder))
    assert (result.exit_code, files(target.folder)) == (1, {"mine": b"x"})
    assert "is not empty; name a folder that is not there yet" in result.stderr


def test_a_folder_without_notes(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    result = run(
        Site(tmp_path), "import", "hugo", str(tmp_path / "source"), "--to", str(tmp_path / "x")
    )
    assert (result.exit_code, (tmp_path / "x").exists()) == (1, False)
    assert "is it the folder of a hugo site?" in result.stderr
