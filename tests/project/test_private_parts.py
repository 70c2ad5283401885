"""Parts of other libraries that are not documented, and whose change no other test notices.

CONTRIBUTING.md lists all such parts, in the table under "Private parts of other libraries".
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import furo
import pytest
import sphinx_design
import sphinx_last_updated_by_git
from docutils import nodes
from docutils.core import publish_doctree
from docutils.readers import standalone
from docutils.transforms.references import Footnotes, PropagateTargets
from docutils.utils import new_document
from hypothesis import given
from hypothesis import strategies as st
from importlinter.cli import lint_imports_command
from markdown_it import MarkdownIt
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.mdit_to_docutils.transforms import CollectFootnotes
from pybtex.database import Person
from pybtex.database.input.bibtex import LowLevelParser
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text as RichText
from sites import NOTEBOOK, PROJECT, Site, application, parse
from sphinx.builders import Builder
from sphinx.builders.epub3 import Epub3Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.builders.latex.transforms import MathReferenceTransform
from sphinx.cmd.build import build_main
from sphinx.config import Config
from sphinx.environment import CONFIG_OK
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.testing.util import SphinxTestApp
from sphinx.transforms.post_transforms import ReferencesResolver
from sphinx.util import docutils
from sphinx.util.docutils import ReferenceRole
from sphinx_design.shared import create_component
from sphinxcontrib import bibtex
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.style.referencing.basic_author_year import (
    BasicAuthorYearTextualReferenceStyle,
)

from papernotes import events, site_info
from papernotes.bibliography.scanner import Scanner
from papernotes.builders import BookBuilder
from papernotes.citations.domain import CitationDomain, read_bibliography
from papernotes.citations.entries import ReadablePerson, escape, readable
from papernotes.citations.lists import ListDomain
from papernotes.citations.style import TextualStyle
from papernotes.cli.site import find_site
from papernotes.domain.records import Excerpt
from papernotes.incremental import document_settings, output_folder, writing
from papernotes.incremental.document_settings import DocumentSettings
from papernotes.mathematics import equations, mathjax
from papernotes.pages import pagefind
from papernotes.pages.author_templates import Templates
from papernotes.reading import record, source_files, transforms
from papernotes.reading.parser import Parser
from papernotes.reading.renderer import Renderer
from papernotes.reading.syntax import footnotes
from papernotes.rendering import html_fragments, post_transforms, resolver
from papernotes.settings import given_author
from papernotes.theme import bundling, margin

LIBRARIES = Path(sphinx_design.__file__).parent.parent
SPHINX_STATIC = LIBRARIES / "sphinx/themes/basic/static"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
MINIMAL = 'extensions = ["papernotes"]\nbibtex_bibfiles = []\n'
CONF = """\
html_copy_source = True
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
html_theme = "basic"
html_static_path = ["_static"]
html_extra_path = ["extra"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 1
math_number_all = True
"""
SAMPLE = """\
Title
=====

*Text*, `a link <https://a.example/>`_ and ``code``::

    more code

.. left out

- a list

=====  =====
table  cells
=====  =====
"""
ENTRY = "@article{a2020, author = {Ann Author}, title = {A title}, journal = {J}, year = 2020}\n"
# One picture and one download of each of two folders, so that names must differ.
INDEX = r"""# Notes

![](picture.svg) ![](deep/picture.svg) {download}`a.txt` {download}`deep/a.txt`

One line\
and another.

$$ a $$

```{math}
b
```

(here)=
## Of $x^{2}$

(there)=
By {cite:t}`a2020`.

```{toctree}
self
```
"""


# The table


def test_the_table_names_modules_and_tests_that_exist_and_have_the_parts() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("## Private parts of other libraries")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "][1:]
    assert rows
    assert [len(row) for row in rows] == [4] * len(rows)
    assert [row[0].casefold() for row in rows] == sorted(row[0].casefold() for row in rows)
    for _, parts, users, tests in rows:
        paths = [PROJECT / "tests" / f"{name}.py" for name in re.findall(r"`(.+?)`", tests)]
        for name in re.findall(r"`(.+?)`", users):
            inner = PROJECT / "_ext/papernotes" / name
            paths.append(inner if inner.exists() else PROJECT / name)
        files = [each for path in paths for each in ([path], path.rglob("*.py"))[path.is_dir()]]
        source = b"".join(file.read_bytes() for file in files).decode(errors="replace")
        for part in re.findall(r"`(.+?)`", parts):
            # A module may import the last part of a dotted name; "rich_…" begins several.
            last = re.findall(r"[\w-]{3,}", part.partition("…")[0])[-1:]
            assert not last or last[0] in source, part


# Orders


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SphinxTestApp]:
    """Load the notebook, whose extensions and theme all have handlers; build nothing."""
    app = SphinxTestApp("html", srcdir=NOTEBOOK, builddir=tmp_path_factory.mktemp("project"))
    yield app
    app.cleanup()


def handlers(app: SphinxTestApp, event: str) -> list[Callable[..., Any]]:
    """Return the handlers of an event in the order in which Sphinx calls them."""
    listeners = app.events.listeners[event]
    ordered = sorted(listeners, key=lambda listener: listener.priority)
    return [listener.handler for listener in ordered]


@pytest.mark.parametrize(
    ("event", "first", "second"),
    [
        ("builder-inited", read_bibliography, bibtex.builder_inited_cite),
        ("builder-inited", furo._builder_inited, bundling.write_bundles),
        ("builder-inited", bundling.write_bundles, events.hold_output_folder),
        ("env-updated", events.derive_catalogue, bibtex.env_updated),
        ("env-updated", sphinx_last_updated_by_git._env_updated, events.outdated_dates),
        ("html-page-context", furo._html_page_context, bundling.choose_assets),
        ("build-finished", furo._overwrite_pygments_css, events.mark_folders_finished),
    ],
)
def test_handler_runs_before_or_after_that_of_another_library(
    project: SphinxTestApp, event: str, first: Callable[..., Any], second: Callable[..., Any]
) -> None:
    ordered = handlers(project, event)
    assert ordered.index(first) < ordered.index(second)


def test_documents_are_noted_after_sphinx_has_collected_their_images(
    project: SphinxTestApp,
) -> None:
    ordered = handlers(project, "doctree-read")
    collectors = [
        number
        for number, handler in enumerate(ordered)
        if isinstance(getattr(handler, "__self__", None), EnvironmentCollector)
    ]
    assert len(collectors) >= 5
    for own in (record.note_document, source_files.note_source):
        assert ordered.index(own) > max(collectors)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (resolver.ReplacePlaceholders, ReferencesResolver),
        (post_transforms.AppendAddresses, ReferencesResolver),
        (ReferencesResolver, post_transforms.UniqueIds),
        # Sphinx's own runs before the placeholders are replaced, so that it has to run again.
        (MathReferenceTransform, resolver.ReplacePlaceholders),
        (resolver.ReplacePlaceholders, equations.ResolveEquationReferences),
        (equations.ResolveEquationReferences, ReferencesResolver),
        (equations.NumberEquations, PropagateTargets),
        (Footnotes, footnotes.NumberFootnotes),
        (footnotes.NumberFootnotes, CollectFootnotes),
        (CollectFootnotes, footnotes.PlaceFootnotes),
        (furo.WrapTableAndMathInAContainerTransform, margin.PlaceInMargin),
        (furo.WrapTableAndMathInAContainerTransform, bundling.StrictMarkup),
    ],
)
def test_transform_runs_before_or_after_that_of_another_library(
    first: type[Any], second: type[Any]
) -> None:
    assert first.default_priority < second.default_priority


# The output folder of Sphinx


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SphinxTestApp]:
    """Build a site with every kind of file that Sphinx copies, in French."""
    site = Site(tmp_path_factory.mktemp("site"))
    site.write("conf.py", CONF)
    site.write("index.md", INDEX)
    for folder in ("", "deep/"):
        site.write(f"{folder}picture.svg", PICTURE)
        site.write(f"{folder}a.txt", folder)
    for name in ("plain.txt", "old.css_t", "new.css.jinja"):
        site.write(f"_static/{name}", "")
    site.write("extra/deep/plain.txt", "")
    site.write("refs.bib", ENTRY)
    for name in ("deep/_sources/a.md", "deep/.#a.md"):
        site.write(name, "# No document\n")
    app = SphinxTestApp("html", srcdir=site.folder, confoverrides={"language": "fr"})
    app.build()
    yield app
    app.cleanup()


def test_sphinx_copies_the_files_that_are_expected(built: SphinxTestApp) -> None:
    outdir = Path(built.outdir)
    expected = set(output_folder.copied_files(built))
    there = {path.relative_to(outdir).as_posix() for path in outdir.rglob("*") if path.is_file()}
    assert expected <= there
    folders = ("_images/", "_downloads/", "_sources/")
    assert {name for name in there if name.startswith(folders)} <= expected
    assert {"_static/old.css", "_static/new.css", "deep/plain.txt"} <= expected
    # Of each, that of the document, and both pictures and both downloads.
    assert [sum(name.startswith(folder) for name in expected) for folder in folders] == [2, 2, 1]


def test_scripts_of_sphinx_s_search_have_the_names_that_are_loaded(built: SphinxTestApp) -> None:
    assert built.config.language == "fr"
    for name in pagefind._BUILT_IN:
        assert (Path(built.outdir) / name).is_file(), name
    page = (Path(built.outdir) / "search.html").read_text(encoding="utf-8")
    linked = re.findall(r'<script src="([^"?]+)', page)
    assert [name for name in linked if name in pagefind._BUILT_IN] == list(pagefind._BUILT_IN)
    # search.js sets it where a page cannot fetch others.
    assert "SHOW_SEARCH_SUMMARY" in (SPHINX_STATIC / "searchtools.js").read_text(encoding="utf-8")


def test_settings_of_conf_py_and_of_the_command_line_are_told_from_defaults(
    built: SphinxTestApp, project: SphinxTestApp
) -> None:
    assert "html_theme" in built.config._raw_config
    assert "language" in built.config.overrides
    assert "html_title" not in {*built.config._raw_config, *built.config.overrides}
    # Furo's default, in place of which the theme has its own.
    assert project.config.pygments_dark_style == bundling.FURO_DARK_CODE


def test_default_cache_of_sphinx_is_no_part_of_the_output(tmp_path: Path) -> None:
    site, out = Site(tmp_path), tmp_path / "out"
    site.write("conf.py", MINIMAL)
    site.write("index.md", "# Notes\n")
    assert build_main(["-q", "-b", "html", str(site.folder), str(out)]) == 0
    assert (out / ".doctrees/environment.pickle").is_file()
    names = json.loads((out / output_folder.FILES).read_text(encoding="utf-8"))["names"]
    assert "index.html" in names
    assert not [name for name in names if name.startswith(".doctrees")]


def test_settings_that_change_are_known_before_the_build_and_leave_no_file(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("conf.py", MINIMAL)
    site.write("index.md", "# Notes\n")
    outdir = site.build().outdir
    hidden = {path.name for path in outdir.glob(".*")}
    assert ".buildinfo" in hidden
    settings = {"papernotes_folder": "notes", "html_title": "Another title"}
    app = SphinxTestApp("html", srcdir=site.folder, confoverrides=settings)
    before = app.env.config_status
    app.build()
    app.cleanup()
    assert before != CONFIG_OK
    assert app.env.config_status == CONFIG_OK
    assert {path.name for path in outdir.glob(".*")} == hidden


def test_build_info_differs_after_a_change_of_settings(built: SphinxTestApp) -> None:
    assert isinstance(built.builder, StandaloneHTMLBuilder)
    before = built.builder.build_info
    title = built.config.html_title
    built.config.html_title = "Another title"
    after = built.builder.create_build_info()
    built.config.html_title = title
    assert before.tags_hash == after.tags_hash
    assert before.config_hash != after.config_hash


def test_command_line_finds_the_documents_that_sphinx_finds(built: SphinxTestApp) -> None:
    documents = set(find_site(Path(built.srcdir)).documents())
    assert {name.removesuffix(".md") for name in documents} == built.env.found_docs == {"index"}


def test_sphinx_keeps_copies_of_headings_in_the_environment(built: SphinxTestApp) -> None:
    titles = [title.astext() for title in built.env.get_doctree("index").findall(nodes.title)]
    assert titles[1] == "Of x^{2}"
    assert "Of x^2" in built.env.tocs["index"].astext()
    assert built.env.longtitles["index"] is not built.env.titles["index"]


def test_sphinx_keeps_the_targets_of_references_by_label(built: SphinxTestApp) -> None:
    standard = built.env.domains.standard_domain
    assert standard.labels["here"][:2] == standard.anonlabels["here"] == ("index", "here")
    assert standard.anonlabels["there"] == ("index", "there")
    assert "there" not in standard.labels


def test_defaults_of_title_and_author_are_those_of_sphinx(built: SphinxTestApp) -> None:
    assert built.config.project
    assert site_info.title(built.config) == built.config.project
    assert given_author(Config()) == built.config.author == ""


# Reading by MyST


def test_myst_keeps_the_anchors_of_headings_in_the_metadata(built: SphinxTestApp) -> None:
    assert "notes" in built.env.metadata["index"]["myst_slugs"]


def test_myst_breaks_lines_by_raw_nodes(built: SphinxTestApp) -> None:
    raw = built.env.get_doctree("index").findall(nodes.raw)
    assert {node.astext().strip() for node in raw} == set(transforms._LINE_BREAKS)


def test_serial_labels_of_equations_are_counted_together_with_those_of_sphinx(
    built: SphinxTestApp,
) -> None:
    assert set(built.env.domains.math_domain.equations) == {"index:0", "index:1"}


class Role(ReferenceRole):
    """A role that only takes its text apart."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return nothing."""
        return [], []


def test_roles_take_escaped_signs_for_text() -> None:
    role = Role()
    role("role", "", "\0!a \0<b>", 1, None)  # type: ignore[arg-type]
    assert (role.disabled, role.has_explicit_title, role.target) == (False, False, "!a <b>")


# Methods that are not documented as what a subclass may replace


@pytest.mark.parametrize(
    ("own", "library", "names"),
    [
        (Templates, BuiltinTemplateLoader, ["render", "render_string"]),
        (BookBuilder, Epub3Builder, ["build_content", "build_epub"]),
        (CitationDomain, BibtexDomain, ["env_updated", "resolve_xref"]),
        (
            ListDomain,
            BibtexDomain,
            ["get_filtered_entries", "get_sorted_entries", "get_formatted_entries"],
        ),
        (TextualStyle, BasicAuthorYearTextualReferenceStyle, ["inner"]),
        (
            Scanner,
            LowLevelParser,
            [
                *["parse_bibliography", "parse_entry_fields", "parse_value", "parse_value_part"],
                *["parse_string", "substitute_macro", "handle_error"],
            ],
        ),
    ],
)
def test_replaced_methods_are_there_with_the_same_parameters(
    own: type[Any], library: type[Any], names: list[str]
) -> None:
    for name in names:
        assert name in vars(own)
        ours, theirs = (inspect.signature(getattr(kind, name)) for kind in (own, library))
        assert len(ours.parameters) == len(theirs.parameters), name


# Rendering by Sphinx and docutils


def test_lists_of_toctrees_have_the_classes_that_are_looked_for(built: SphinxTestApp) -> None:
    [wrapper] = built.env.get_doctree("index").findall(nodes.compound)
    assert pagefind._LEFT_OUT.intersection(wrapper["classes"])
    page = (Path(built.outdir) / "index.html").read_text(encoding="utf-8")
    assert '<li class="toctree-l1' in page


@pytest.fixture
def renderer(built: SphinxTestApp) -> html_fragments.Renderer:
    """Return what renders nodes of the components."""
    return html_fragments.Renderer(built, "index")


def test_html_writer_takes_levels_and_numbers_from_these_attributes(
    renderer: html_fragments.Renderer,
) -> None:
    section = nodes.section("", nodes.title("", "Title"), ids=["here"])
    builder, translator = renderer.builder, renderer.translator
    builder.secnumbers, builder.fignumbers = {"#here": (4, 2)}, {}
    translator.section_level = 2
    start = len(translator.body)
    section.walkabout(translator)
    written = "".join(translator.body[start:])
    assert re.search(r"<h3><span class=\"section-number\">4\.2\.\s</span>Title", written)
    # And components are written without numbers of the page that was written before.
    builder.secnumbers = {"#here": (4, 2)}
    assert "<h3>Title" in renderer.write([section], depth=2)


def test_furo_wraps_tables_and_formulas_and_gives_the_ids_to_both() -> None:
    document = new_document("a.md")
    table, formula = nodes.table(ids=["a"]), nodes.math_block("", "x", ids=["b"])
    document += [table, formula]
    furo.WrapTableAndMathInAContainerTransform(document).run()
    for node, name, id_ in ((table, "table-wrapper", "a"), (formula, "math-wrapper", "b")):
        assert name in node.parent["classes"]
        assert node.parent["ids"] == node["ids"] == [id_]


def test_textual_citation_is_a_link_as_a_whole(built: SphinxTestApp) -> None:
    """The library has a style for each role, of which one is replaced."""
    page = parse(Path(built.outdir) / "index.html")
    assert [link.text_content() for link in page.cssselect("p a[href='#ref-a2020']")] == [
        "Author (2020)"
    ]


def test_page_of_the_theme_has_no_files_of_others(tmp_path: Path) -> None:
    """What it links is what is left in the lists of files in the context of the page."""
    site = Site(tmp_path)
    site.write("conf.py", f'{MINIMAL}html_theme = "marginalia"\n')
    site.write("index.md", "# Notes\n")
    page = site.build().page("index")
    sheets = [link.get("href") for link in page.cssselect("link[rel=stylesheet]")]
    scripts = [script.get("src") for script in page.cssselect("script[src]")]
    assert [Path(name.partition("?")[0]).name for name in sheets] == ["page.css"]
    assert [Path(name.partition("?")[0]).name for name in scripts] == ["theme.js"]


def test_rubric_has_the_level_that_a_component_gives_it(
    renderer: html_fragments.Renderer,
) -> None:
    rubric = nodes.rubric("", "A")
    rubric["heading-level"] = 3
    assert renderer.write([rubric]).startswith("<h3")


@pytest.mark.parametrize(("classes", "has_style"), [(["colwidths-given"], True), ([], False)])
def test_widths_of_columns_are_written_for_tables_of_this_class(
    renderer: html_fragments.Renderer, classes: list[str], has_style: bool
) -> None:
    row = nodes.row("", nodes.entry("", nodes.paragraph("", "Text")))
    group = nodes.tgroup("", nodes.colspec(colwidth=30), nodes.tbody("", row), cols=1)
    table = nodes.table("", group, classes=classes)
    assert ("style=" in renderer.write([table])) == has_style


def test_contents_of_a_page_have_the_class_that_the_search_leaves_out() -> None:
    source = ".. contents:: Contents\n\nA\n=\n\nText\n"
    [topic] = publish_doctree(source).findall(nodes.topic)
    assert pagefind._LEFT_OUT.intersection(topic["classes"])


def plain_nodes() -> Iterator[nodes.Element]:
    """Yield an element of each kind that post-transforms are taken to leave as it is."""
    kinds = [kind for kind in html_fragments._PLAIN if kind is not nodes.Text]
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        node = kind()
        node += nodes.paragraph("", "Text, “quoted” -- text...")
        if kind is nodes.raw:
            node["format"] = "html"
        elif kind is nodes.reference:
            node.update_basic_atts({})
            node["refuri"], node["internal"] = "https://example.org/", False
        yield node
    # Sphinx sets the last of these, which is its default too.
    yield nodes.literal_block("", "text", language="none", linenos=False)
    yield nodes.literal("", "text")
    for name in ("card", "grid-container", "pn-group"):
        yield create_component(name, [name], children=[nodes.paragraph("", "Text")])


def test_post_transforms_leave_plain_nodes_unchanged(renderer: html_fragments.Renderer) -> None:
    changed = {}
    for node in plain_nodes():
        renderer.document.children = []
        renderer.document += node
        before = node.pformat()
        renderer.app.env.apply_post_transforms(renderer.document, "index")
        after = renderer.document.children[0].pformat()
        if after != before:
            changed[node.__class__.__name__] = (before, after)
    assert changed == {}


def test_writer_looks_for_no_style_sheets_of_docutils(renderer: html_fragments.Renderer) -> None:
    assert renderer.translator.stylesheet == []
    assert renderer.builder._settings.stylesheet_path is None


def test_nodes_are_written_as_by_docutils(renderer: html_fragments.Renderer) -> None:
    [section] = publish_doctree(SAMPLE, settings_overrides={"doctitle_xform": False}).children
    body = renderer.translator.body
    start = len(body)
    renderer.translator.section_level = 0
    section.walkabout(renderer.translator)
    expected = "".join(body[start:])
    del body[start:]
    assert "<em>" in expected
    assert "left out" not in expected
    assert renderer.write([section]) == expected


def test_excerpt_is_pickled_without_its_document() -> None:
    document = new_document("a.md")
    document += [nodes.paragraph("", "Text"), nodes.paragraph("", "x" * 10_000)]
    assert len(Excerpt.of([document[0]]).pickled) < 1_000


# Documents that MyST renders


def test_renderer_begins_a_document_as_myst_does() -> None:
    options = {"myst_config": MdParserConfig(), "document": new_document("a.md")}
    ours, theirs = (kind(MarkdownIt()) for kind in (Renderer, SphinxRenderer))
    before = set(vars(theirs))
    for each in (ours, theirs):
        each.setup_render(options, {})
    begun = vars(theirs).keys() - before
    assert len(begun) == 10
    assert {name: vars(ours)[name] for name in begun} == {
        name: vars(theirs)[name] for name in begun
    }


# Work shared among processes


def test_search_index_keeps_of_documents_what_processes_hand_back(built: SphinxTestApp) -> None:
    tables = {
        name for name, value in vars(built.builder.indexer).items() if isinstance(value, dict)
    }
    assert tables - {"_objtypes", "_objnames", "_env_version"} == {
        *writing.BY_WORD,
        *writing.BY_DOCUMENT,
        writing.ENTRIES,
    }


def test_settings_that_are_made_once_are_those_that_sphinx_makes(built: SphinxTestApp) -> None:
    made = DocumentSettings()
    given = {"traceback": True, **built.env.settings}
    components = (standalone.Reader, Parser())
    expected = vars(docutils._get_settings(*components, defaults=given, read_config_files=True))
    for _ in range(2):
        settings = vars(made(*components, defaults=given, read_config_files=True))
        assert settings.pop("record_dependencies").list == []
        assert settings == {
            each: expected[each] for each in expected.keys() - {"record_dependencies"}
        }
        settings["stylesheet_dirs" if "stylesheet_dirs" in settings else "_config_files"].append("")
    given["language_code"] = "de"
    assert made(*components, defaults=given, read_config_files=True).language_code == "de"


def test_a_build_makes_the_settings_of_documents_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path)
    site.write("conf.py", MINIMAL)
    for name in ("index", "other"):
        site.write(f"{name}.md", "---\norphan: true\n---\n\n# Notes\n")
    made = []
    make = document_settings._get_settings
    spy = lambda *each, **options: made.append(each) or make(*each, **options)  # noqa: E731
    monkeypatch.setattr(document_settings, "_get_settings", spy)
    assert site.build("dummy").messages == []
    assert len(made) == 1


def test_documents_can_be_read_without_being_kept() -> None:
    assert inspect.signature(Builder.read_doc).parameters["_cache"].default is True


# Files and names of other packages


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        (SPHINX_STATIC, bundling.SEARCH),
        (LIBRARIES / "sphinx_design/static", bundling.COMPONENTS),
        (furo.THEME_PATH / "static", (*bundling.REPLACED, *bundling.COMPONENTS)),
    ],
    ids=["sphinx", "sphinx-design", "furo"],
)
def test_static_files_have_the_names_that_pages_do_without(
    folder: Path, names: tuple[str, ...]
) -> None:
    there = {path.name.removesuffix(".jinja") for path in folder.rglob("*") if path.is_file()}
    # Those of another library, or made in the build, are not in the folder.
    elsewhere = {
        "sphinx": {"translations.js"},
        "sphinx_design": {"furo-extensions.css"},
        "furo": {"pygments.css", "sphinx-design.min.css", "design-tabs.js"},
    }
    assert set(names) - there == elsewhere[folder.relative_to(LIBRARIES).parts[0]]


def test_classes_of_components_are_styled_by_sphinx_design() -> None:
    style = (LIBRARIES / "sphinx_design/static/sphinx-design.min.css").read_text(encoding="utf-8")
    styled = set(re.findall(r"\.(sd-[\w-]+)", style))
    used = {
        name
        for package in ("rendering", "pages")
        for path in (PROJECT / "_ext/papernotes" / package).glob("*.py")
        for name in re.findall(r"\bsd-[a-z0-9-]+", path.read_text(encoding="utf-8"))
    }
    assert "sd-card" in used
    # sphinx-design gives its rows this class too, without a style.
    assert used - styled == {"sd-row-cols-xs-1"}


def test_parts_of_mathjax_are_in_its_package() -> None:
    source = mathjax._source()
    assert source is not None
    assert [part for part in mathjax._PARTS if not (source / part).exists()] == []


def test_pybtex_cannot_read_what_is_kept_from_it() -> None:
    """It takes what a per cent sign begins for a comment, and pairs what LaTeX escapes."""
    assert str(RichText.from_latex("7% of it")) != "7% of it"
    with pytest.raises(PybtexError):
        RichText.from_latex(r"\{")
    with pytest.raises(UnicodeError):
        RichText.from_latex("J.\\")
    texts = ("7% of it & x_1 #2 ~ ^ $5", r"\ \a", 'it\'s -- "x"')
    assert [str(RichText.from_latex(escape(text))) for text in texts] == [
        texts[0],
        texts[1],
        'it\'s – "x"',
    ]
    assert readable(r"A \{ B, {DNA}, {\TeX}, \emph{x}") == "A  B, {DNA}, {TeX}, x"
    # What it reads as we do keeps its LaTeX, from which it makes labels.
    person = ReadablePerson(Person(r"Tr{\`\^a}n, G{\"o}del"))
    assert (person.last_names, person.first_names) == (["Trần"], [r"G{\"o}del"])


def test_examples_of_hypothesis_do_not_depend_on_what_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def examples() -> list[int]:
        drawn: list[int] = []

        @given(st.integers(0, 10**6))
        def draw(number: int) -> None:
            drawn.append(number)

        draw()
        return drawn

    before = examples()
    module = ModuleType("module_of_another_test")
    module.__file__ = str(tmp_path / "module.py")
    Path(module.__file__).write_text(f"NUMBERS = {list(range(1000))}", encoding="utf-8")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert examples() == before


# Programs that the Makefile runs


def test_sites_of_tests_share_no_folders_of_templates_and_report_no_progress(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    site.write("index.md", "# A site")
    theme = 'extensions = ["myst_parser"]\nhtml_theme = "pydata_sphinx_theme"'
    site.write("conf.py", theme)
    app = application("html", site.folder)
    app.cleanup()
    assert app.config.templates_path
    site.write("conf.py", theme.replace("pydata_sphinx_theme", "alabaster"))
    app = application("html", site.folder)
    app.build()
    app.cleanup()
    assert app.config.templates_path == []
    assert "writing output" not in app.status.getvalue()


def test_import_linter_has_the_function_and_options_that_make_uses() -> None:
    options = {option for param in lint_imports_command.params for option in param.opts}
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert "from importlinter.cli import lint_imports_command as main" in makefile
    assert {"--no-logo", "--cache-dir"} <= options


def test_babel_s_program_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "babel.messages.frontend", "--version"]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def test_sphinx_autobuild_ignores_what_make_does_not_name() -> None:
    import sphinx_autobuild.__main__ as program

    source = inspect.getsource(program.main)
    for name in (".git", ".venv"):
        assert f'"{name}"' in source
