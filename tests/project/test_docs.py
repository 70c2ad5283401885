"""The manual: its reference is that of the code, its links lead somewhere, its tutorial works."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import click
import programs
import pytest
from built_manual import SOURCES, build_manual
from docutils.parsers.rst import directives, roles
from sites import THEME, Site, parse, text
from sphinx.testing.util import SphinxTestApp
from sphinx.util.inventory import InventoryFile, _Inventory

from papernotes import __version__
from papernotes.cli.main import main
from papernotes.cli.note_template import VARIABLES
from papernotes.core.diagnostics import DiagnosticKind
from papernotes.core.frontmatter import FIELDS
from papernotes.publish import catalogue_json
from papernotes.reading.directives import OPTIONS
from papernotes.settings.table import SETTINGS
from papernotes.theme import defaults

PAGES = {path.relative_to(SOURCES).as_posix(): path for path in sorted(SOURCES.rglob("*.md"))}

# A block of code in Markdown: its language, and its text.
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def manual(once: Callable[..., Path]) -> Path:
    return once("manual", build_manual)


@pytest.fixture(scope="module")
def inventory(manual: Path) -> _Inventory:
    return InventoryFile.loads((manual / "objects.inv").read_bytes(), uri="")


def theme_options() -> dict[str, str]:
    options = tomllib.loads((THEME / "theme.toml").read_text(encoding="utf-8"))["options"]
    return dict.fromkeys(options, "")


def command_options() -> Iterator[tuple[str, str]]:
    """Yield the options of all commands, by their names in the inventory, with their help."""
    commands = {"papernotes": main}
    commands |= {f"papernotes-{name}": command for name, command in main.commands.items()}
    for program, command in commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                yield f"{program}.{parameter.human_readable_name}", ""
            elif isinstance(parameter, click.Option) and not parameter.hidden:
                for name in (*parameter.opts, *parameter.secondary_opts):
                    yield f"{program}.{name}", parameter.help or ""


DESCRIBED: dict[str, Mapping[str, str]] = {
    "confval": {setting.name: setting.help for setting in SETTINGS},
    "field": FIELDS,
    "list-option": OPTIONS,
    "message": {f"papernotes.{kind.subtype}": kind.meaning for kind in DiagnosticKind},
    "template-variable": VARIABLES,
    "theme-option": theme_options(),
    "cmdoption": dict(command_options()),
}


def plain(markdown: str) -> str:
    """Return text without what is typeset: quotation marks, code, and the case of letters."""
    return re.sub(r"[`\"'“”‘’]", "", " ".join(markdown.split())).lower()


@pytest.mark.parametrize("kind", DESCRIBED)
def test_everything_in_the_code_has_an_address_with_its_description(
    manual: Path, inventory: _Inventory, kind: str
) -> None:
    found = inventory.data[f"std:{kind}"]
    assert set(found) == set(DESCRIBED[kind])
    for name, description in DESCRIBED[kind].items():
        path, _, anchor = found[name].uri.partition("#")
        entry = parse(manual / path).get_element_by_id(unquote(anchor)).getparent()
        assert plain(description) in plain(text(entry)), name


def test_theme_options_show_their_comments(manual: Path) -> None:
    page = plain(text(parse(manual / "reference/settings.html")))
    comments = re.findall(r"^# (.*)", (THEME / "theme.toml").read_text("utf-8"), re.MULTILINE)
    # The first is about the theme as a whole.
    assert len(comments) > 5
    for comment in comments[1:]:
        assert plain(comment) in page


def test_settings_show_their_defaults(manual: Path) -> None:
    entries = parse(manual / "reference/settings.html").cssselect("dl.confval")
    shown = {
        text(entry.cssselect(".sig-name")[0]): entry.cssselect(".field-list dd")[1].text_content()
        for entry in entries
    }
    assert {name: ast.literal_eval(value.strip()) for name, value in shown.items()} == {
        setting.name: setting.default for setting in SETTINGS
    }


def test_settings_that_the_theme_changes_are_named(manual: Path) -> None:
    config = SimpleNamespace(project="x", html_baseurl="", _raw_config={}, overrides={})
    app = SimpleNamespace(config=config)
    section = parse(manual / "reference/settings.html").get_element_by_id("what-the-theme-sets")
    named = {text(code) for code in section.cssselect("dt code")}
    assert named == set(defaults._defaults(app))  # type: ignore[arg-type]


def test_properties_of_the_catalogue_are_those_of_its_schema(manual: Path) -> None:
    path = Path(catalogue_json.__file__).with_name(catalogue_json.SCHEMA)
    schema = json.loads(path.read_text(encoding="utf-8"))
    page = parse(manual / "reference/catalogue.html")
    shown = {
        text(section.cssselect("h2 code")[0]): [
            text(cell) for cell in section.cssselect("tbody td:first-child")
        ]
        for section in page.cssselect("section section")
    }
    definitions = {"papers.json": schema, **schema["$defs"]}
    assert shown == {
        name: list(definition.get("items", definition).get("properties", {}))
        for name, definition in definitions.items()
    }


def test_each_directive_and_role_is_described(tiny: Site, inventory: _Inventory) -> None:
    app = SphinxTestApp("dummy", srcdir=tiny.folder)
    try:
        registries = {"md-directive": directives._directives, "md-role": roles._roles}
        own = {
            kind: {name for name, value in registry.items() if is_own(value)}
            for kind, registry in registries.items()
        }
    finally:
        app.cleanup()
    # Libraries describe what is theirs. The extension makes it faster, or guards it.
    assert own["md-role"] == {"cite", "footcite", *inventory.data["std:md-role"]}
    guarded = {"bibliography", "csv-table", "include", "literalinclude", "raw"}
    assert own["md-directive"] == guarded | set(inventory.data["std:md-directive"])


def is_own(value: object) -> bool:
    kind = value if isinstance(value, type) else type(value)
    return kind.__module__.startswith("papernotes.")


def test_no_description_is_copied_into_the_sources() -> None:
    sources = {name: plain(path.read_text(encoding="utf-8")) for name, path in PAGES.items()}
    for kind, described in DESCRIBED.items():
        for name, description in described.items():
            if len(description) > 40:
                copies = [page for page, source in sources.items() if plain(description) in source]
                assert copies == [], (kind, name)


def test_links_within_the_manual_lead_to_pages_and_anchors(manual: Path) -> None:
    pages = {path: parse(path) for path in manual.rglob("*.html")}
    assert len(pages) > len(PAGES)
    for path, page in pages.items():
        # The page for missing files has absolute addresses.
        if path.name == "404.html":
            continue
        for link in page.xpath("//a/@href | //link/@href | //script/@src | //img/@src"):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), (path, link)
            if parts.fragment and target in pages:
                anchors = pages[target].xpath("//@id")
                assert unquote(parts.fragment) in anchors, (path, link)


def test_pages_mention_commands_and_settings_that_exist() -> None:
    settings = {setting.name for setting in SETTINGS} | {"papernotes_near"}
    for name, path in PAGES.items():
        source = path.read_text(encoding="utf-8")
        assert set(re.findall(r"\bpapernotes_\w+", source)) - {"papernotes_"} <= settings, name
        blocks = "".join(block for language, block in BLOCK.findall(source) if not language)
        commands = re.findall(r"^papernotes ([a-z]+)", blocks, re.MULTILINE)
        commands += re.findall(r"`papernotes ([a-z]+)", source)
        assert set(commands) <= set(main.commands), name


def test_manual_has_no_pages_but_its_own(manual: Path) -> None:
    written = {path.relative_to(manual).as_posix() for path in manual.rglob("*.html")}
    documents = {name.replace(".md", ".html") for name in PAGES}
    assert written == documents | {"404.html", "search.html"}


def test_the_tutorial_leads_from_nothing_to_a_note_on_a_site(tmp_path: Path) -> None:
    """Its commands, its entries and its note are used as they stand there."""
    tutorial = PAGES["tutorial.md"].read_text(encoding="utf-8")
    (saved_as,) = re.findall(r"Save this text as `(papers/.*\.md)`", tutorial)
    folder = tmp_path
    called = []
    for language, block in BLOCK.findall(tutorial):
        if language == "bibtex":
            with (folder / "refs.bib").open("a", encoding="utf-8") as refs:
                refs.write(f"\n{block}")
        elif language == "markdown":
            (folder / saved_as).write_text(block, encoding="utf-8")
        for line in [] if language else block.splitlines():
            program, *arguments = line.split()
            if program == "cd":
                folder /= arguments[0]
            elif program == "papernotes" and arguments != ["serve"]:
                called += arguments[:1]
                run = programs.run([sys.executable, "-m", "papernotes", *arguments], cwd=folder)
                assert run.returncode == 0, (line, run.stdout, run.stderr)
    assert called == ["new", "check", "build"]
    site = folder / "_build/html"
    cards = parse(site / "index.html").cssselect(".sd-card h2 a[href]")
    assert "Instance normalization" in {text(card) for card in cards}
    note = parse(site / saved_as.replace(".md", ".html"))
    assert note.cssselect("h1 a")[0].get("href") == "https://arxiv.org/abs/1607.08022"
    assert note.cssselect("math")
    citations = [text(each) for each in note.cssselect(".bibtex-citation")]
    assert citations == ["Ioffe and Szegedy (2015)", "(Ioffe and Szegedy, 2015)"]
    assert len(note.cssselect(".pn-references .pn-works > li")) == 1


def test_the_page_on_upgrades_names_this_version() -> None:
    source = PAGES["howto/upgrade.md"].read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(__version__)}\n: ", source, re.MULTILINE)
