"""Directives that write the reference from the code, so that the manual repeats nothing by hand.

Each directive writes Markdown, which is then read like the rest of its page. Settings, options,
messages and the like are objects, so that each has an address in ``objects.inv``.
"""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import click
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from papernotes.catalogue.status import FIELDS as STATUS_FIELDS
from papernotes.cli.note_template import VARIABLES
from papernotes.core.diagnostics import WARNING_TYPE, DiagnosticKind
from papernotes.core.fields import KINDS
from papernotes.core.frontmatter import FIELDS
from papernotes.core.model import COLUMNS
from papernotes.publish import catalogue_json
from papernotes.reading.directives import OPTIONS
from papernotes.settings.table import SETTINGS
from papernotes.theme import FOLDER as THEME

PROJECT = Path(__file__).parents[2]
# What is described by an object of its own: the name of its directive and role, how its name is
# shown, and what Sphinx calls it.
OBJECTS = {
    "field": ("{}", "front-matter key"),
    "list-option": (":{}:", "option of a directive"),
    "md-directive": ("{{{}}}", "directive"),
    "md-role": ("{{{}}}", "role"),
    "message": ("{}", "message"),
    "template-variable": ("{}", "variable of the template of notes"),
    "theme-option": ("{}", "option of the theme"),
}
_OPTION = re.compile(r"(?P<name>\w+) = (?P<default>.+)")


class Generated(SphinxDirective):
    """A directive that is replaced by Markdown."""

    def run(self) -> list[nodes.Node]:
        """Parse the Markdown in place of the directive."""
        return self.parse_text_to_nodes("\n".join(self.markdown()), allow_section_headings=True)

    def markdown(self) -> Iterable[str]:
        """Return the lines of the Markdown."""
        raise NotImplementedError


def described(kind: str, name: str, text: str, **options: str) -> str:
    """Return the description of an object, as a directive in Markdown."""
    lines = [f":{option}: {value}" for option, value in options.items()]
    return "\n".join([f"```{{{kind}}} {name}", *lines, "", sentence(text), "```", ""])


def sentence(text: str) -> str:
    """Return *text* with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


class Settings(Generated):
    """All settings, in their order in the code."""

    def markdown(self) -> Iterator[str]:
        """Describe each setting as Sphinx describes its own."""
        for setting in SETTINGS:
            types = " or ".join(f"`{each.__name__}`" for each in setting.types)
            yield described(
                "confval", setting.name, setting.help, type=types, default=f"`{setting.default!r}`"
            )


class ThemeOptions(Generated):
    """All options of the theme, with the comments of ``theme.toml``."""

    def markdown(self) -> Iterator[str]:
        """Describe each option; options in a row share the comment above them."""
        _, _, options = (THEME / "theme.toml").read_text(encoding="utf-8").partition("[options]\n")
        comment: list[str] = []
        is_complete = False
        for line in options.splitlines():
            if line.startswith("#"):
                comment = [line] if is_complete else [*comment, line]
                is_complete = False
            elif option := _OPTION.fullmatch(line):
                is_complete = True
                text = " ".join(each.removeprefix("#").strip() for each in comment)
                yield described("theme-option", option["name"], text)


class FrontMatterFields(Generated):
    """All keys of the front matter."""

    def markdown(self) -> Iterator[str]:
        """Describe each key."""
        return (described("field", name, text) for name, text in FIELDS.items())


class ListOptions(Generated):
    """All options of the directive ``{papers}``."""

    def markdown(self) -> Iterator[str]:
        """Describe each option."""
        return (described("list-option", name, text) for name, text in OPTIONS.items())


class FieldKinds(Generated):
    """All kinds of fields of the author's own."""

    def markdown(self) -> Iterator[str]:
        """Write a list."""
        return (f"- `{name}`: {text}" for name, text in KINDS.items())


class Columns(Generated):
    """The columns of tables that have a name of their own."""

    def markdown(self) -> Iterator[str]:
        """Write a table."""
        yield "| column | |\n| --- | --- |"
        for name, text in COLUMNS.items():
            yield f"| `{name}` | {text} |"


class StatusFields(Generated):
    """The fields of an entry that say what became of its work."""

    def markdown(self) -> Iterator[str]:
        """Write a table."""
        yield "| field | |\n| --- | --- |"
        for name, text in STATUS_FIELDS.items():
            yield f"| `{name}` | {text} |"


class Messages(Generated):
    """The messages of builds, or those that only commands give."""

    required_arguments = 1
    option_spec: ClassVar = {}

    def markdown(self) -> Iterator[str]:
        """Describe each kind of message under the name that ``suppress_warnings`` takes."""
        found_by = directives.choice(self.arguments[0], ("build", "check"))
        for kind in DiagnosticKind:
            if kind.found_by == found_by:
                yield described("message", f"{WARNING_TYPE}.{kind.subtype}", kind.meaning)


class TemplateVariables(Generated):
    """All variables of the template of new notes."""

    def markdown(self) -> Iterator[str]:
        """Describe each variable."""
        return (described("template-variable", name, text) for name, text in VARIABLES.items())


class Extras(Generated):
    """The extras of the distribution with their libraries, as in ``pyproject.toml``."""

    def markdown(self) -> Iterator[str]:
        """Write a table."""
        project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        yield "| extra | libraries |\n| --- | --- |"
        for name, libraries in sorted(project["optional-dependencies"].items()):
            yield f"| `{name}` | {', '.join(f'`{library}`' for library in libraries)} |"


class CatalogueSchema(Generated):
    """The objects of ``papers.schema.json``, each as a table of its properties."""

    def markdown(self) -> Iterator[str]:
        """Write a table for the catalogue itself, and one for each definition of an object."""
        path = Path(catalogue_json.__file__).with_name(catalogue_json.SCHEMA)
        schema = json.loads(path.read_text(encoding="utf-8"))
        # MyST drops what stands ahead of the first heading in a directive.
        yield f"## `papers.json`\n\n{schema['description']}\n"
        yield from properties(schema)
        for name, definition in schema["$defs"].items():
            yield f"## `{name}`\n"
            if "description" in definition:
                yield f"{definition['description']}\n"
            described_object = definition.get("items", definition)
            if "properties" in described_object:
                if described_object is not definition:
                    yield "A list of objects with these properties:\n"
                yield from properties(described_object)
            else:
                yield f"{sentence(described_type(definition))}\n"


def properties(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the rows of a table of the properties of an object."""
    required = schema.get("required", [])
    yield "| property | type | |\n| --- | --- | --- |"
    for name, value in schema["properties"].items():
        text = [] if name in required else ["Optional."]
        text += [value["description"]] if "description" in value else []
        yield f"| `{name}` | {described_type(value)} | {' '.join(text)} |"
    yield ""


def described_type(schema: dict[str, Any]) -> str:
    """Return the type of a value in words, with links to definitions."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return f"[`{name}`](#{name})"
    if "anyOf" in schema:
        return " or ".join(map(described_type, schema["anyOf"]))
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {described_type(schema['items'])}"
    if schema["type"] == "object" and "properties" not in schema:
        return f"object of {described_type(schema['additionalProperties'])}"
    if schema["type"] == "object":
        names = ", ".join(
            f"`{name}` ({described_type(value)})" for name, value in schema["properties"].items()
        )
        return f"object with {names}"
    details = [schema["format"]] if "format" in schema else []
    details += ["not empty"] if schema.get("minLength") else []
    return schema["type"] + (f" ({', '.join(details)})" if details else "")


def keep_columns(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Show the tables in the help of a command as the terminal shows them.

    sphinx-click makes a line block of each, in which the columns are lost.
    """
    source, lines[:] = list(lines), []
    for is_table, block in itertools.groupby(source, lambda line: line.startswith("| ")):
        if is_table:
            lines += ["::", "", *(f"    {line[2:]}" for line in block), ""]
        else:
            lines += block


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives, and the kinds of objects that they describe."""
    app.setup_extension("sphinx_click")
    app.connect("sphinx-click-process-description", keep_columns)
    for kind, (shown, title) in OBJECTS.items():

        def show(
            env: BuildEnvironment, sig: str, signature: addnodes.desc_signature, shown: str = shown
        ) -> str:
            signature += addnodes.desc_name(sig, shown.format(sig))
            return sig

        app.add_object_type(kind, kind, objname=title, parse_node=show)
    for name, directive in {
        "generated-settings": Settings,
        "generated-theme-options": ThemeOptions,
        "generated-front-matter": FrontMatterFields,
        "generated-list-options": ListOptions,
        "generated-field-kinds": FieldKinds,
        "generated-columns": Columns,
        "generated-status-fields": StatusFields,
        "generated-messages": Messages,
        "generated-template-variables": TemplateVariables,
        "generated-extras": Extras,
        "generated-catalogue-schema": CatalogueSchema,
    }.items():
        app.add_directive(name, directive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
