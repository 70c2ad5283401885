"""Comments are for the author: they reach no page, card, feed or catalogue."""

from __future__ import annotations

import pytest
from sites import Site, text

# Each comment holds the word "secret", and "shown" stands around it.
NOTE = """\
---
paper: alpha2001
tags: [generalization]
summary: |
  shown <!-- secret in a summary --> here.

  <!-- secret in a paragraph of a summary -->
---

<!-- secret above the heading -->

# Alpha <!-- secret in the heading -->

% secret line

shown <!-- secret in a paragraph --> here, cites {cite:t}`beta2002` <!-- secret in a sentence -->.
<!-- secret
of two lines --> shown.

<!-- secret block

with an empty line -->

- shown <!-- secret in a list -->

| shown | <!-- secret in a head --> |
|-------|---------------------------|
| shown | <!-- secret in a cell -->  |

+++ {"secret": "of a block break"}

<div>
<!-- secret in a division --> shown
</div>

```{raw} html
<p>shown <!-- secret in raw HTML --!></p><!-->
<script>const shown = "<!-- shown in a script -->";</script>
```

```{eval-rst}
.. secret of reStructuredText
```

:::{admonition} A title <!-- secret in a title -->
<!-- secret in an admonition -->
shown
:::

[^one]

[^one]: shown <!-- secret in a footnote -->

`<!-- shown as code -->`

```html
<!-- shown in a block of code -->
```
"""


def test_comments_are_published_nowhere(tiny: Site) -> None:
    tiny.write("papers/alpha.md", NOTE)
    tiny.edit("index.md", "# A shelf", "# A shelf\n\n<!-- secret on the front page -->\n\n% secret")
    for builder in ("html", "text", "latex"):
        build = tiny.build(builder)
        assert build.messages == []
        for path in build.outdir.rglob("*"):
            if path.is_file():
                assert b"secret" not in path.read_bytes(), path
    page = text(tiny.build().page("papers/alpha"))
    for place in ("as code", "in a block of code", "in a script"):
        assert f"<!-- shown {place} -->" in page


@pytest.mark.parametrize(
    ("comment", "line", "fault"),
    [
        (
            "<!-- secret\n\nA paragraph.",
            3,
            "is not closed, and hides what follows; end it with -->",
        ),
        (
            "Text <!-- with\n\nan empty line -->",
            3,
            (
                "contains an empty line or is not closed, and is shown as text; begin it on a line"
                " of its own, and end it with -->"
            ),
        ),
        (
            "<div>\n<!-- with\n\nan empty line -->\n</div>",
            3,
            "is not closed, and hides what follows; end it with -->",
        ),
    ],
)
def test_a_comment_without_an_end_is_reported(
    tiny: Site, comment: str, line: int, fault: str
) -> None:
    tiny.write("plain.md", f"# Plain\n\n{comment}\n")
    assert tiny.build("dummy").messages == [
        f"plain.md:{line}: WARNING: a comment {fault} [papernotes.bad-comment]"
    ]


def test_comments_are_private_where_html_is_text(tiny: Site) -> None:
    tiny.edit(
        "conf.py",
        "myst_enable_extensions",
        'myst_disable_syntax = ["html_block", "html_inline"]\nmyst_enable_extensions',
    )
    shown = "<b>shown</b>"
    tiny.write(
        "plain.md",
        f"# Plain\n\n{shown} <!-- secret --> on\n\n<!-- secret\n\nsecret --> {shown}\n\n"
        f"> <!-- secret\n> secret -->\n> {shown}\n\n<!--> {shown}\n\n<!-- secret --!> {shown}\n",
    )
    build = tiny.build()
    assert build.messages == []
    page = build.page("plain").cssselect("[role=main]")[0]
    assert text(page).count(shown) == 5
    assert not page.cssselect("b")
    assert "secret" not in build.read("plain.html")


def test_quotes_may_hold_nothing_or_only_comments(tiny: Site) -> None:
    quotes = ["> % secret", "{.a}\n> % secret", "```{epigraph}\n% secret\n```"]
    quotes += [
        "```{highlights}\n<!-- secret -->\n```",
        "{.a}\n> > <!-- secret -->",
        "```{epigraph}\n[a]: b.md\n```",
    ]
    shown = "\n\nText.\n\n".join([*quotes, "> shown\n>\n> % secret"])
    tiny.edit("conf.py", '"dollarmath"', '"dollarmath", "attrs_block"')
    tiny.write("plain.md", f"# Quotes\n\n{shown}\n")
    build = tiny.build()
    assert build.messages == []
    assert [text(quote) for quote in build.page("plain").cssselect("blockquote")] == ["shown"]
