"""``papernotes import`` with collections of Hugo, Jekyll, MkDocs and Obsidian."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from click.testing import Result
from commands import files, run
from sites import Build, Site, text

from papernotes.bibliography import reader
from papernotes.cli.importer.collection import Kind
from papernotes.cli.importer.paper_urls import entry_of, is_paper


@dataclass
class Imported:
    """A collection, and the site that was imported from it."""

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
        """Return the text of a note without its front matter and title."""
        return self.read(name).split("\n# ", 1)[1].split("\n", 1)[1].strip("\n")


# Imports documents, given by their names and contents, with `papernotes import KIND`.
RunImport = Callable[..., Imported]


@pytest.fixture
def import_documents(tmp_path: Path) -> RunImport:
    def run_import(kind: str, **documents: str | bytes) -> Imported:
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

    return run_import


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)

HUGO = r"""---
title: "A closer look: memorization & more"
link: https://arxiv.org/abs/1706.05394v2
date: 2017-06-20T10:00:00Z
tags: [generalization, "deep learning"]
categories: [Theory]
weight: 3
---

The samples `\(p\)` and `$$n$$`, with $d$ for $5 or $10. See [the other]({{< relref "other.md" >}})
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


def test_hugo_collection_is_converted(import_documents: RunImport) -> None:
    imported = import_documents(
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
    assert imported.read("papers/closer.md").startswith(
        "---\npaper: 2017closer\ntags: [generalization, deep learning, Theory]\n"
        "read: 2017-06-20\n---\n\n# A closer look: memorization & more\n"
    )
    body = imported.body("papers/closer.md")
    for part in [
        "The samples $p$ and $n$, with $d$ for \\$5 or \\$10.",
        "See {note}`the other <other>`",
        "[it](</pages/bundle.md>)",
        "{{< tweet 123 >}}",
        "\\% no comment",
        ":::{figure-md}\n![A plot](</pictures/plot-2.png>)\n\nA plot\n:::",
        "\\![missing]\\(nowhere.png)",
        '````python\nx = "[@key] {{< no >}}"\n````',
        "## Details",
        "\\@nobody2020",
        "a@b.c. Again[^1], and never\\[^2\\].",
        "[^1]: Once.",
        "\\[^3\\]: Not used.",
        "```text\n[[x]] $\n```",
    ]:
        assert part in body, part
    assert not re.search(r"^---$", body, re.MULTILINE)
    report = "\n".join(imported.report())
    for line, message in [
        (7, "weight: 3 is left out"),
        (11, "#part is left out"),
        (11, "{{< tweet 123 >}} is an unknown shortcode; it is left as text"),
        (16, ") is a picture that does not exist"),
        (24, "{#details} is left out"),
        (26, "@nobody2020 cites a key that no bibliography file has"),
        (26, "[^2] is half of a footnote"),
        (29, "[^3]: is half of a footnote"),
        (31, '"nolanguage" is not a known language; the code is not highlighted'),
    ]:
        assert re.search(rf"closer\.md:{line}: .*{re.escape(message)}", report), (message, report)
    assert "content/draft.md:1: is a draft; it stays one, by draft: true" in report
    assert imported.read("papers/draft.md").startswith("---\npaper: draft\ndraft: true\n---\n")
    assert "bundle/index.md:1: names no paper; it becomes a page" in report
    entry = reader.read([("refs.bib", imported.read("refs.bib").encode())]).paper("2017closer")
    assert dict(entry.fields) == {
        "title": "A closer look: memorization \\& more",
        "year": "2017",
        "eprint": "1706.05394",
        "archiveprefix": "arXiv",
    }
    page = imported.build().page("papers/closer")
    assert page.cssselect("h1 a")[0].get("href") == "https://arxiv.org/abs/1706.05394"


PLAIN_HUGO = """---
title: A closer look
link: https://arxiv.org/abs/1706.05394
date: 2017-06-20
tags: [generalization]
---

What is learned, and what is memorized.
"""


def test_imported_site_is_the_scaffold_of_a_new_one(tmp_path: Path) -> None:
    source, site, other = (Site(tmp_path / name) for name in ("source", "site", "other"))
    source.write("content/closer.md", PLAIN_HUGO)
    options = ["--title", 'My "notes"', "--language", "fr", "--url", "https://example.org/"]
    command = ["import", "hugo", str(source.folder), "--to", str(site.folder)]
    assert run(source, *command, *options).exit_code == 0
    assert run(source, "new", str(other.folder), *options).exit_code == 0
    written, expected = files(site.folder), files(other.folder)
    del expected["papers/shannon1948mathematical.md"]
    assert set(written) == {*expected, "papers/closer.md", "report.txt"}
    differ = {name for name in expected if written[name] != expected[name]}
    assert differ == {"conf.py", "index.md", "refs.bib"}
    result = run(site, "check")
    assert (result.exit_code, result.stdout) == (0, "")
    build = site.build(warningiserror=True)
    assert build.messages == []
    front = build.page("index")
    card = front.cssselect(".sd-card")[0]
    assert "What is learned, and what is memorized." in text(card)
    assert text(front.cssselect(".site-name")[0]) == 'My "notes"'
    assert front.cssselect("form.site-search")
    assert "A closer look" in text(build.page("tags/generalization"))
    assert "A closer look" in text(build.page("bibliography"))


def test_value_that_no_site_can_have_is_refused(tmp_path: Path) -> None:
    source = Site(tmp_path / "source")
    source.write("a.md", "# A\n")
    target = tmp_path / "site"
    result = run(
        source, "import", "mkdocs", str(source.folder), "--to", str(target), "--url", "nowhere"
    )
    assert (result.exit_code, target.exists()) == (2, False)
    assert '"nowhere" is not an address' in result.stderr


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


def test_jekyll_collection_is_converted(import_documents: RunImport) -> None:
    imported = import_documents(
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
    assert sorted(n for n in files(imported.site.folder) if n.endswith(".md")) == [
        "README.md",
        "bibliography.md",
        "index.md",
        "pages/later.md",
        "papers/old.md",
        "papers/super-convergence.md",
        "reading-list.md",
    ]
    assert imported.read("pages/later.md").startswith("---\norphan: true\ndraft: true\n---\n")
    front = imported.read("papers/super-convergence.md")
    assert "tags: [optimization, training]\nread: 2017-08-27\n" in front
    body = imported.body("papers/super-convergence.md")
    for part in [
        "{% include figure.html %} Rates $\\eta$ grow, as in {note}`the old <old>`",
        "\npage.",
        "$$\n\\eta = 1\n$$",
        "````ruby\nputs 1\n````",
        "## Section",
        "![A picture](</pictures/a-b.png>)",
    ]:
        assert part in body, part
    report = "\n".join(imported.report())
    for part in ["layout: post", "{% include figure.html %}", '{:target="_blank"}', "{: .no_toc}"]:
        assert part in report
    imported.build()


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


def test_mkdocs_collection_is_converted(import_documents: RunImport) -> None:
    imported = import_documents(
        "mkdocs",
        **{
            "docs/记忆.md": MKDOCS,
            "docs/sub/other.md": "# Other\n\n<https://proceedings.mlr.press/v70/arpit17a.html>\n",
            "docs/index.md": "# Welcome\n\nTo [it](记忆.md).\n",
        },
    )
    body = imported.body("papers/记忆.md")
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
    assert "To {note}`it <2017shenduxuexidejiyi>`." in imported.read("pages/index.md")
    refs = imported.read("refs.bib")
    assert "series = {Proceedings of Machine Learning Research}" in refs
    assert "url = {https://proceedings.mlr.press/v70/arpit17a.html}" in refs
    imported.build()


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


def test_obsidian_collection_is_converted(import_documents: RunImport) -> None:
    imported = import_documents(
        "obsidian",
        **{
            "Papers/Closer look.md": OBSIDIAN,
            "Other note.md": "https://jmlr.org/papers/v15/srivastava14a.html\n\nText.\n",
            ".obsidian/x.md": "no",
            "media/shot.png": PICTURE,
            "my.bib": "@misc{zhang2017understanding, title={U}, author={C Zhang}, year=2017}",
        },
    )
    body = imported.body("papers/Closer-look.md")
    for part in [
        "{note}`Other note <2014other>` or {note}`that <2014other>`, not Nobody. **Mark** it.",
        "![](</pictures/shot.png>)",
        ":::{admonition} Do\n:class: tip\n\nthis $x$.\n:::",
        "[@zhang2017understanding] says so",
    ]:
        assert part in body, part
    report = "\n".join(imported.report())
    assert "hidden" not in body + report
    for message in [
        "^block is left out",
        "Closer look.md:6: a private comment is left out",
        '"Nobody", which does not exist',
        "#Part is left out",
    ]:
        assert message in report
    refs = imported.read("refs.bib")
    assert "@misc{zhang2017understanding" in refs
    assert "journal = {Journal of Machine Learning Research}" in refs
    imported.build()


# What each kind of collection has, what becomes of it, and what is told of it.
CONVERSIONS: dict[str, tuple[str, str, str, str]] = {
    "a sidenote": (
        "hugo",
        "A word {{% sidenote %}}\nOf *this*.\n\nAnd more.\n{{% /sidenote %}} goes on.",
        "A word[^sidenote-1] goes on.\n\n[^sidenote-1]: Of *this*.\n\n    And more.",
        "",
    ),
    "a sidenote with its words": (
        "hugo",
        'The {{< sidenote "right" "id" "words" >}}Note.{{< /sidenote >}} go on.',
        "The words[^sidenote-1] go on.\n\n[^sidenote-1]: Note.",
        "",
    ),
    "a sidenote of Tufte's": (
        "jekyll",
        "Word {% sidenote 'id' 'A *note*, with $x$.' %} goes on.",
        "Word[^sidenote-1] goes on.\n\n[^sidenote-1]: A *note*, with $x$.",
        "",
    ),
    "a sidenote by itself": (
        "hugo",
        "Text.\n{{% sidenote %}}One.{{% /sidenote %}}\n\n{{% sidenote %}}\nTwo.\n{{% /sidenote %}}",
        (
            "Text.\n[^sidenote-1]\n\n:::{admonition} Aside\n:class: aside\n\nTwo.\n\n:::\n\n"
            "[^sidenote-1]: One."
        ),
        "",
    ),
    "a picture of another site": (
        "hugo",
        (
            '{{< figure src="https://x.example/y.png" caption="A [link](https://x.example)" >}}\n\n'
            "[a](<https://x.example/$b>)"
        ),
        (
            ":::{figure-md}\n![A link](https://x.example/y.png)\n\nA [link](https://x.example)\n:::\n\n"
            "[a](https://x.example/$b)"
        ),
        "",
    ),
    "a notice": (
        "hugo",
        '{{% notice tip "The *title*" %}}\nInside.\n{{% /notice %}}',
        ":::{admonition} The *title*\n:class: tip\n\nInside.\n\n:::",
        "",
    ),
    "details": (
        "jekyll",
        "{% details The title %}\nInside.\n{% enddetails %}",
        ":::{admonition} The title\n:class: details\n\nInside.\n\n:::",
        "",
    ),
    "an unknown pair": (
        "hugo",
        "An {{< mark >}}*inner*{{< /mark >}} text, and {{< mark >}}another{{< /mark >}}.",
        "An *inner* text, and another.",
        (
            "a.md:1: {{< mark >}} is an unknown pair of tags; only what is between them is kept"
            " (2 times in all)"
        ),
    ),
    "unknown shortcodes": (
        "hugo",
        "{{< tweet 1 >}} {{< tweet 2 >}}\n\n{{< tweet 3 >}}",
        "{{< tweet 1 >}} {{< tweet 2 >}}\n\n{{< tweet 3 >}}",
        "a.md:1: {{< tweet 1 >}} is an unknown shortcode; it is left as text (3 times in all)",
    ),
    "a shortcode that is shown": ("hugo", "Write {{</* x */>}}.", "Write {{< x >}}.", ""),
    "a formula": (
        "hugo",
        "Let {{< katex >}}y_1{{< /katex >}}.\n\n{{< katex >}}\nx^2\n{{< /katex >}}",
        "Let $y_1$.\n\n$$\nx^2\n$$",
        "",
    ),
    "a picture with a caption": (
        "hugo",
        '{{< marginfigure file="p.png"\n   caption="A *caption*, $x$" >}}',
        ":::{figure-md}\n![A caption, x](</pictures/p.png>)\n\nA *caption*, $x$\n:::",
        "",
    ),
    "a picture around its caption": (
        "hugo",
        '{{< side src="p.png" alt="Alt" >}}\nThe caption.\n{{< /side >}}',
        ":::{figure-md}\n![Alt](</pictures/p.png>)\n\nThe caption.\n:::",
        "",
    ),
    "a picture within a line": (
        "hugo",
        'See {{< figure src="p.png" caption="this" >}}.',
        "See ![this](</pictures/p.png>) (this).",
        "",
    ),
    "a picture that is included": (
        "jekyll",
        '{% include figure.liquid path="p.png" caption="A caption" class="big" %}',
        ":::{figure-md}\n![A caption](</pictures/p.png>)\n\nA caption\n:::",
        "",
    ),
    "a figure in HTML": (
        "mkdocs",
        '<figure>\n  ![Alt](p.png){ width="300" }\n  <figcaption>Cap</figcaption>\n</figure>',
        ":::{figure-md}\n![Alt](</pictures/p.png>)\n\nCap\n:::",
        "",
    ),
    "a citation of jekyll-scholar": (
        "jekyll",
        "As {% cite known2000 %} says.",
        "As [@known2000] says.",
        "",
    ),
    "links in a table": (
        "obsidian",
        (
            "| a | b |\n|---|---|\n| [[other\\|alias]] | ![[p.png\\|100]] |\n"
            "| [[other|alias]] | ![[p.png|cap|10x20]] |"
        ),
        (
            "| a | b |\n|---|---|\n| {note}`alias <other2000>` | ![](</pictures/p.png>) |\n"
            "| {note}`alias <other2000>` | ![cap](</pictures/p.png>) |"
        ),
        "a.md:3: the size of the picture p.png is left out (2 times in all)",
    ),
    "a target that stands alone": (
        "hugo",
        'See {{< relref "gone" >}} and {{< relref "other.md" >}}, <a href="other.md">it</a>.',
        "See gone and {note}`other2000`, {note}`it <other2000>`.",
        'a.md:1: the link to "gone", which does not exist, becomes text',
    ),
    "a post that is gone": (
        "jekyll",
        "See {% post_url 2016-01-01-gone %}.",
        "See 2016-01-01-gone.",
        'a.md:1: the link to "2016-01-01-gone", which does not exist, becomes text',
    ),
    "money": (
        "mkdocs",
        "Costs $10, and then $20, or $5 (not 10$).\n\n## Only $3\n\n`$x` <https://x.example/$y>",
        (
            "Costs \\$10, and then \\$20, or \\$5 (not 10\\$).\n\n## Only \\$3\n\n`$x`"
            " <https://x.example/$y>"
        ),
        "",
    ),
    "formulas with spaces": ("mkdocs", "Let $ x $ and $ y_1 = 2 $.", "Let $x$ and $y_1 = 2$.", ""),
    "code in a list": (
        "mkdocs",
        "- item\n\n      $ make [[x]]",
        "- item\n\n      $ make [[x]]",
        "",
    ),
    "tasks": (
        "obsidian",
        "- [ ] one\n- [x] two\n  1. [X] three\n\n[x] no task",
        "- ☐ one\n- ☑ two\n  1. ☑ three\n\n[x] no task",
        "",
    ),
    "inline footnotes": (
        "obsidian",
        "A word^[See [[other]], $x^2$.] and^[two].",
        (
            "A word[^note-1] and[^note-2].\n\n[^note-1]: See {note}`other <other2000>`, $x^2$.\n\n"
            "[^note-2]: two"
        ),
        "",
    ),
    "tabs": (
        "mkdocs",
        '=== "A $x$"\n\n    One\n\n    !!! tip\n        Two\n\n=== "B"\n    Three\n\nAfter.',
        (
            ":::::{tab-set}\n::::{tab-item} A $x$\n\nOne\n\n"
            ":::{admonition} Tip\n:class: tip\n\nTwo\n:::\n\n::::\n"
            ":::{tab-item} B\nThree\n:::\n:::::\n\nAfter."
        ),
        "",
    ),
    "tabs in a list": (
        "mkdocs",
        '- item\n\n    === "A"\n\n        Text',
        '- item\n\n    === "A"\n\n        Text',
        'a.md:3: === "A" is in a list; it is left as text',
    ),
    "private comments": (
        "obsidian",
        "A %%secret%% word, `%%code%%`.\n\n%%\nsecret `tick\n\nmore secret\n%%\n\nAfter.",
        "A  word, `%%code%%`.\n\nAfter.",
        "a.md:1: a private comment is left out (2 times in all)",
    ),
    "a comment that is not closed": (
        "obsidian",
        "Before 50%%.\n\n%%\nsecret\n\nsecret",
        "Before 50%%.",
        "a.md:3: a private comment, %%, is not closed; what follows is left out",
    ),
    "a comment of Liquid": (
        "jekyll",
        "A{% comment %} secret {% endcomment %} word.",
        "A word.",
        "a.md:1: a private comment is left out",
    ),
    "a comment as a shortcode": (
        "hugo",
        "A{{< comment >}} secret {{< /comment >}} word.",
        "A word.",
        "a.md:1: a private comment is left out",
    ),
    "a comment in HTML": (
        "mkdocs",
        "A <!-- $5 --> word.\n\n<!--\n# No title\n\n---\n[[x]] https://arxiv.org/abs/1706.05394\n-->",
        "A <!-- $5 --> word.\n\n<!--\n# No title\n\n---\n[[x]] https://arxiv.org/abs/1706.05394\n-->",
        "",
    ),
}


@pytest.mark.parametrize("name", CONVERSIONS)
def test_syntax_of_other_programs_is_carried_over_or_told(
    import_documents: RunImport, name: str
) -> None:
    kind, markdown, expected, told = CONVERSIONS[name]
    folder = "_posts/" if kind == "jekyll" else ""
    imported = import_documents(
        kind,
        **{
            f"{folder}a.md": f"{markdown}\n",
            f"{folder}other.md": "---\ntitle: Other\nurl: https://x.example/\n---\n",
            f"{folder}p.png": PICTURE,
            "known.bib": "@misc{known2000, title={K}, author={A K}, year=2000}\n"
            "@misc{other2000, title={Other}, url={https://x.example/}, year=2000}",
        },
    )
    assert imported.body("pages/a.md") == expected
    report = [line.replace(folder, "") for line in imported.report()]
    found = [line for line in report if line.startswith("a.md") and "names no paper" not in line]
    # What is told of tags and sizes in attributes has tests of its own.
    assert [line for line in found if "is left out" not in line or line == told] == (
        [told] if told else []
    )
    assert "secret" not in "".join(map(str, imported.report())) + imported.read("pages/a.md")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_conversions_build_without_warnings(import_documents: RunImport, kind: str) -> None:
    folder = "_posts/" if kind == "jekyll" else ""
    texts = [text for of, text, _, _ in CONVERSIONS.values() if of == kind]
    documents = {f"{folder}{number}.md": f"{text}\n" for number, text in enumerate(texts)}
    # As the summary of a note, all of them stand on its card, too.
    url = "---\nurl: https://x.example/p\n---\n\n# Note\n\n"
    documents[f"{folder}note.md"] = url + "\n\n".join(texts[::-1])
    import_documents(kind, **documents, **{f"{folder}p.png": PICTURE}).build()


# Markdown from real notes that could make a build warn.
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


@pytest.mark.parametrize("kind", get_args(Kind))
def test_any_markdown_builds_without_warnings_or_lost_words(
    import_documents: RunImport, kind: str
) -> None:
    """Each word is in the site or in the report."""
    folder = "_posts/" if kind == "jekyll" else ""
    imported = import_documents(kind, **{f"{folder}{name}": text for name, text in HAZARDS.items()})
    imported.build()
    kept = "".join(
        content.decode()
        for name, content in files(imported.site.folder).items()
        if name.endswith((".md", ".txt", ".bib")) and not name.startswith("_build/")
    )
    words = {word for text in HAZARDS.values() for word in re.findall(r"\w+", text)}
    # These YAML keys have other names in the site.
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
def test_paper_url_becomes_an_entry(address: str, kind: str, fields: dict[str, str]) -> None:
    entry = entry_of(address, "Title")
    assert is_paper(address)
    assert (entry.type, entry.get("title")) == (kind, "Title")
    assert fields.items() <= entry.fields.items()


def test_unknown_url_becomes_an_entry_with_title_and_url() -> None:
    assert not is_paper("https://example.org/paper.pdf")
    assert entry_of("https://example.org/p", "T").fields == {
        "title": "T",
        "url": "https://example.org/p",
    }


METADATA = """# A note

**Authors**: Jane Doe, John Q. Public, et al.
**Venue**: Journal of $5 & More, 2019 **arXiv**: [1901.00001](https://arxiv.org/abs/1901.00001v2)
- **Code**: https://x.example/code
- **Rating**: 5/5, see [[gone]]
**Tags**: #one, two

The summary.

## Section

Text.
"""


def test_metadata_of_a_note_goes_to_its_entry_and_the_rest_to_a_list(
    import_documents: RunImport,
) -> None:
    imported = import_documents("obsidian", **{"a.md": METADATA})
    entry = reader.read([("refs.bib", imported.read("refs.bib").encode())]).paper("doe2019note")
    assert dict(entry.fields) == {
        "title": "A note",
        "journal": r"Journal of \$5 \& More",
        "year": "2019",
        "eprint": "1901.00001",
        "archiveprefix": "arXiv",
    }
    assert (entry.type, len(entry.authors)) == ("article", 3)
    assert imported.read("papers/a.md") == (
        "---\npaper: doe2019note\ntags: [one, two]\n---\n\n# A note\n\nThe summary.\n\n"
        "## Details\n\n"
        "- **Code**: <https://x.example/code>\n- **Rating**: 5/5, see gone\n\n## Section\n\nText.\n"
    )
    result = run(imported.site, "check")
    assert "broken-latex" not in result.stdout
    build = imported.build()
    assert text(build.page("index").cssselect(".sd-card-text, .pn-summary")[0]) == "The summary."


@pytest.mark.parametrize(
    ("top", "fields"),
    [
        ("**Year:** 2017\\\n**DOI**: 10.1000/x", {"year": "2017", "doi": "10.1000/x"}),
        ("Venue: ICML 2017\nAuthors: A. Bee; C. Dee", {"booktitle": "ICML", "year": "2017"}),
        ("> **Conference**: CVPR\n> **arXiv**: 1706.05394v2 [cs.LG]", {"eprint": "1706.05394"}),
        (
            "- **Published**: 2017-06-12\n- **PDF**: [here](https://x.example/p.pdf)",
            {"year": "2017", "month": "June", "pdf": "https://x.example/p.pdf"},
        ),
        (
            "**Paper title**: The $x$ of $5\n\n**Paper**: <https://openreview.net/forum?id=x>",
            {"title": r"The $x$ of \$5", "howpublished": "OpenReview"},
        ),
    ],
)
def test_metadata_has_many_forms(
    import_documents: RunImport, top: str, fields: dict[str, str]
) -> None:
    imported = import_documents("mkdocs", **{"a.md": f"# T\n\n{top}\n\nThe summary.\n"})
    read = reader.read([("refs.bib", imported.read("refs.bib").encode())])
    (key,) = read.places
    assert fields.items() <= dict(read.paper(key).fields).items()
    assert imported.body("papers/a.md") == "The summary."


@pytest.mark.parametrize(
    "top",
    [
        "**Main idea**: a network is trained.\n\nhttps://arxiv.org/abs/1706.05394",
        "**Abstract**: https://arxiv.org/abs/1706.05394",
        "Note: this is prose, see https://arxiv.org/abs/1706.05394.",
    ],
)
def test_prose_that_begins_like_metadata_stays(import_documents: RunImport, top: str) -> None:
    imported = import_documents("mkdocs", **{"a.md": f"# T\n\n{top}\n"})
    assert imported.body("papers/a.md") == top


def test_what_an_entry_of_the_collection_lacks_stays_in_the_note(
    import_documents: RunImport,
) -> None:
    imported = import_documents(
        "mkdocs",
        **{
            "docs/a.md": "# T\n\n**DOI**: 10.1000/x\n**Venue**: ICML 2017\n\nThe summary.\n",
            "my.bib": "@misc{my2000, title={T}, author={A B}, year=2000, doi={10.1000/x}}",
        },
    )
    assert imported.body("papers/a.md").endswith("## Details\n\n- **Venue**: ICML 2017")
    assert imported.read("refs.bib").count("@") == 1


def test_front_matter_says_what_its_paper_is(import_documents: RunImport) -> None:
    front = (
        "venue: ICML\nyear: 2017\nauthors: [A. Bee, C. Dee]\nauthor: me\nurl: https://x.example/"
    )
    imported = import_documents("hugo", **{"a.md": f"---\ntitle: T\n{front}\n---\nText.\n"})
    refs = imported.read("refs.bib")
    assert "@inproceedings{bee2017t,\n" in refs
    assert "author = {A. Bee and C. Dee}" in refs
    assert [line for line in imported.report() if "left out" in line] == [
        "a.md:6: author: me is left out"
    ]


@pytest.mark.parametrize(
    ("kind", "name", "front"),
    [
        ("hugo", "a.md", "draft: true\n"),
        ("hugo", "a.md", "draft: yes\nurl: https://x.example/p\n"),
        ("hugo", "a.md", "draft: true\ntags: [\n"),
        ("jekyll", "_posts/a.md", "published: false\n"),
        ("jekyll", "_drafts/a.md", "arxiv: 1706.05394\n"),
        ("obsidian", "a.md", "publish: false\n"),
        ("mkdocs", "a.md", "draft: true\n"),
    ],
)
def test_draft_stays_one_where_it_stands(
    import_documents: RunImport, kind: str, name: str, front: str
) -> None:
    imported = import_documents(kind, **{name: f"---\n{front}---\n\n# T\n\nText.\n"})
    folder = "papers" if "://" in front or "arxiv" in front else "pages"
    assert "\ndraft: true\n---\n" in imported.read(f"{folder}/a.md")
    assert f"{name}:1: is a draft; it stays one, by draft: true" in imported.report()


@pytest.mark.parametrize(
    ("kind", "front", "tags"),
    [
        ("jekyll", "tags: one two", "[one, two]"),
        ("jekyll", "tags: deep learning, two", "[deep learning, two]"),
        ("jekyll", "category: deep learning", "[deep learning]"),
        ("obsidian", "tags: one two", "[one, two]"),
        ("hugo", "tags: deep learning", "[deep learning]"),
    ],
)
def test_tags_in_one_text_are_parted_as_the_program_does(
    import_documents: RunImport, kind: str, front: str, tags: str
) -> None:
    name = "_posts/a.md" if kind == "jekyll" else "a.md"
    imported = import_documents(
        kind, **{name: f"---\n{front}\narxiv: 1706.05394\ntitle: T\n---\nText.\n"}
    )
    assert f"\ntags: {tags}\n" in imported.read("papers/a.md")


def test_title_with_money_makes_an_entry_without_faults(import_documents: RunImport) -> None:
    front = (
        "title: Earning $75,000 per year & 10% of $x_1$\narxiv: 1706.05394\nsummary: Only $5_.\n"
    )
    second = "title: '10'\ndate: 2025-01-01\nlink: https://x.example/10\n"
    imported = import_documents(
        "hugo", **{"a.md": f"---\n{front}---\nText.\n", "b.md": f"---\n{second}---\nText.\n"}
    )
    refs = imported.read("refs.bib")
    assert r"title = {Earning \$75,000 per year \& 10\% of $x_1$}" in refs
    assert "@misc{work10,\n" in refs
    assert "\nsummary: Only \\$5\\_.\n" in imported.read("papers/a.md")
    assert "\n# Earning \\$75,000 per year & 10% of $x_1$\n" in imported.read("papers/a.md")
    result = run(imported.site, "check")
    assert "broken-latex" not in result.stdout
    imported.build()


def test_notes_on_the_same_paper_are_linked_by_name(import_documents: RunImport) -> None:
    imported = import_documents(
        "mkdocs",
        **{
            "docs/a.md": "# A\n\nhttps://arxiv.org/abs/1706.05394\n",
            "docs/b.md": "# B\n\nhttps://arxiv.org/pdf/1706.05394v3\n\nSee [A](a.md).\n",
            "docs/c.md": "# C\n\nhttps://arxiv.org/abs/1706.05395\n\n[B](b.md), [C](c.md).\n",
        },
    )
    assert imported.report() == []
    assert imported.read("papers/b.md").startswith("---\npaper: 2017a\n")
    assert "See {note}`A <papers/a>`." in imported.read("papers/b.md")
    assert "{note}`B <papers/b>`, {note}`C <2017c>`." in imported.read("papers/c.md")
    imported.build()


def test_unreadable_front_matter_is_kept_as_text(import_documents: RunImport) -> None:
    imported = import_documents("hugo", **{"a.md": "---\ntitle: [\n---\n\nText.\n"})
    assert "title: [" in imported.read("pages/a.md")
    assert "a.md:1: front matter cannot be read" in "\n".join(imported.report())
    imported.build()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_link_targets_that_are_no_file_names_build(import_documents: RunImport, kind: str) -> None:
    data = base64.b64encode(PICTURE).decode()
    text = f"# T\n\n![a](data:image/png;base64,{data}) [b]({'x' * 5000}) ![c]({'y' * 5000})\n\n"
    text += "[d](..) [e](.) [f](/) ![g](/) [h](%00) [i](**) [j]([k) ![l](*.png)\n"
    imported = import_documents(kind, **{"_posts/a.md" if kind == "jekyll" else "a.md": text})
    assert f"![a](data:image/png;base64,{data}) b " in imported.read("pages/a.md")
    imported.build()


def test_files_outside_the_collection_are_not_copied(
    import_documents: RunImport, tmp_path: Path
) -> None:
    (tmp_path / "secret.png").write_bytes(PICTURE)
    imported = import_documents(
        "mkdocs", **{"a.md": "# T\n\n![x](../secret.png) [y](../secret.png)\n"}
    )
    assert not (imported.site.folder / "pictures").exists()


def test_empty_headings_and_bad_formulas_build_without_warnings(
    import_documents: RunImport,
) -> None:
    text = "# T\n\n####\n\nx\n\n## \n\n!!! note\n\n$\\nosuchmacro{$\n\n```python\n$ 。\n```\n"
    imported = import_documents("mkdocs", **{"a.md": text})
    assert imported.body("pages/a.md").startswith("x\n\n**Note**\n\n$")
    imported.build()


def test_placeholder_characters_in_a_note_are_removed(import_documents: RunImport) -> None:
    imported = import_documents(
        "mkdocs", **{"a.md": "# T\n\n`x` \ufdd00\ufdd1 \ufdd0 \ufdd19 \ue0000\ue001 y\n"}
    )
    assert imported.body("pages/a.md") == "`x` 0  9 \ue0000\ue001 y"


def test_progress_is_shown_every_500_documents(import_documents: RunImport) -> None:
    imported = import_documents(
        "obsidian", **{f"{number}.md": f"Note {number}." for number in range(501)}
    )
    assert "500 of 501 documents\n" in imported.result.stderr
    assert imported.result.stderr.startswith("500 of 501")


def test_target_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    source, target = Site(tmp_path / "source"), Site(tmp_path / "target")
    source.write("a.md", "# A\n")
    target.write("mine", "x")
    result = run(source, "import", "mkdocs", str(source.folder), "--to", str(target.folder))
    assert (result.exit_code, files(target.folder)) == (1, {"mine": b"x"})
    assert "is not empty, it contains mine; name a folder that is empty" in result.stderr


def test_folder_without_notes_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    result = run(
        Site(tmp_path), "import", "hugo", str(tmp_path / "source"), "--to", str(tmp_path / "x")
    )
    assert (result.exit_code, (tmp_path / "x").exists()) == (1, False)
    assert "contains no notes in Markdown; name the folder of a hugo" in result.stderr
