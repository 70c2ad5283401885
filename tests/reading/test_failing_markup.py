"""What a library fails at is reported with document and line; the rest is built if it can be."""

from __future__ import annotations

import pytest
from sites import Site, text

from papernotes.reporting import DocumentFaultError

FAILING = """
from docutils import nodes
from docutils.parsers.rst import Directive

class Failing(Directive):
    has_content = True

    def run(self):
        holder = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, holder)
        raise LookupError("no <luck>")

class Odd(nodes.Element):
    pass

class Later(Directive):
    def run(self):
        return [Odd()]

def role(name, rawtext, text, lineno, inliner, options={}, content=[]):
    raise LookupError("no luck")

def setup(app):
    app.add_directive("failing", Failing)
    app.add_directive("later", Later)
    app.add_role("failing", role)
"""


@pytest.fixture
def site(tiny: Site) -> Site:
    """Return the tiny site with a directive and a role that fail."""
    conf = (tiny.folder / "conf.py").read_text(encoding="utf-8")
    tiny.write("conf.py", conf + FAILING)
    return tiny


def test_a_directive_that_fails_is_left_out_and_a_role_shown_as_text(site: Site) -> None:
    """What a directive began, such as a list, ends with it. Its text may be for nobody else."""
    markup = "````{note}\n```{failing}\n- a\n\n  ## Lost\n```\n\nIn the note.\n````"
    page = f"# Page\n\n{markup}\n\n## Section\n\n{{failing}}`as <it> is` {{cite:p}}`beta2002`\n"
    site.write("plain.md", page)
    build = site.build(parallel=2)
    advice = "correct it, or delete it [papernotes.failed-markup]"
    assert [line for line in build.messages if "failed-markup" in line] == [
        f"plain.md:4: WARNING: the directive {{failing}} fails (LookupError: no <luck>); {advice}",
        f"plain.md:15: WARNING: the role {{failing}} fails (LookupError: no luck); {advice}",
    ]
    built = build.page("plain")
    assert "Lost" not in text(built)
    assert not any("Lost" in path.read_text("utf-8") for path in build.outdir.rglob("*.js"))
    assert "In the note." in text(built.cssselect(".admonition > p")[-1])
    assert text(built.cssselect("section section code")[0]) == "as <it> is"
    assert built.cssselect("section section .pn-references, section section a")


def test_a_page_that_cannot_be_written_is_named(site: Site) -> None:
    site.write("plain.md", "# Page\n\n```{later}\n```\n")
    with pytest.raises(DocumentFaultError, match=r"^plain\.md:1: the build fails at this document"):
        site.build()
