"""Write any text as a value in Python, YAML or Markdown."""

from __future__ import annotations

import json
import re

import yaml

# Characters that Markdown, MyST or Obsidian could read as markup. A bracket that closes none is
# text, and text in two escaped brackets would look like a formula of LaTeX.
_SPECIAL = re.compile(r"[\\`*_{}\[<>$#@~]|&(?=#?\w+;)|%(?=%)|=(?==)")
# A backslash that would begin or end a formula.
_COMMAND = re.compile(r"\\(?=[()\[\]]|begin\{)")


def python(text: str) -> str:
    """Return *text* as a string literal of Python; that of JSON is one too."""
    return json.dumps(text, ensure_ascii=False)


def markdown(text: str) -> str:
    """Return a line of *text* as Markdown that shows it as it is."""
    return "&#92;".join(_SPECIAL.sub(r"\\\g<0>", part) for part in _COMMAND.split(text))


def code(text: str) -> str:
    """Return a line of *text* as code in Markdown."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def front_matter(values: dict[str, object]) -> str:
    """Return the front matter of a document, lists on one line."""
    lines = [yaml_line(name, value) for name, value in values.items()]
    return f"---\n{''.join(lines)}---\n"


def yaml_line(name: str, value: object) -> str:
    """Return a key of YAML and its value, on one line."""
    if isinstance(value, list):
        written = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=2**20)
        return f"{name}: {written}"
    return str(yaml.safe_dump({name: value}, allow_unicode=True, width=2**20))
