"""Read single values of front matter from the nodes of its YAML."""

from __future__ import annotations

import itertools
import re

import yaml

STRING_TAG = "tag:yaml.org,2002:str"
NULL_TAG = "tag:yaml.org,2002:null"
BOOL_TAG = "tag:yaml.org,2002:bool"
# File names with the suffixes of the files that a built site consists of.
_SITE_FILE = re.compile(
    r"\.(?:html|css|js|json|xml|bib|txt|inv|svg|png|ico|woff2?|buildinfo)$", re.IGNORECASE
)


def count_values(node: yaml.Node, known: dict[int, int]) -> int:
    """Return the number of values in *node*, with each alias counted as a copy of its anchor.

    *known* maps the ids of visited nodes to their counts. A node that contains itself counts once.
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 1
        parts = node.value if isinstance(node, yaml.SequenceNode) else itertools.chain(*node.value)
        known[id(node)] = 1 + sum(count_values(part, known) for part in parts)
    return known[id(node)]


def read_key(item: yaml.Node) -> tuple[str, str]:
    """Return a citation key, or the empty string, and what is wrong with it, if anything."""
    if not isinstance(item, yaml.ScalarNode):
        return "", '"paper" is not a citation key; write one key, or a list such as [first, second]'
    key = item.value.strip()
    if item.tag not in (STRING_TAG, NULL_TAG):
        return "", f'"paper" is not a string; put the key in quotes: "{item.value}"'
    if not key or item.tag == NULL_TAG:
        return "", 'a key in "paper" is empty; write a citation key or delete it'
    if "," in key:
        # BibTeX ends a key at a comma.
        keys = ", ".join(filter(None, map(str.strip, key.split(","))))
        return "", f'"paper" is not a citation key; write a list of keys: [{keys}]'
    return key, ""


def page_name(text: str) -> str:
    """Return the page name in a path or address within the site, or the empty string."""
    name = re.sub(r"(?:\.md|\.html)$", "", text.strip().strip("/"))
    parts = name.split("/")
    is_page = all(part.strip(".") and part == part.strip() for part in parts)
    # A file of the site cannot be a folder too; the limits on length are those of file systems.
    is_page = is_page and not any(map(_SITE_FILE.search, parts[:-1]))
    is_page = is_page and max(len(part.encode()) for part in parts) <= 247 and len(name) <= 1000
    return name if is_page and not re.search(r'[\\:?#*"<>|\x00-\x1f]', name) else ""


def text_line(node: yaml.ScalarNode) -> int:
    """Return the line on which a text begins, which for a block is that after its indicator."""
    return int(node.start_mark.line) + (2 if node.style in ("|", ">") else 1)
