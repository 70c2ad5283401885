"""The blocks of code on a page of the manual, and the files that they are."""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it import MarkdownIt
from sites import PROJECT


class Block(NamedTuple):
    """A block of code; its caption, if any, is the name of the file that it shows."""

    language: str
    caption: str
    code: str


def blocks(page: str) -> list[Block]:
    """Return the blocks of code on *page*, such as ``howto/theme``, in their order."""
    text = (PROJECT / f"docs/{page}.md").read_text(encoding="utf-8")
    found = []
    for token in MarkdownIt().parse(text):
        if token.type == "fence" and token.info.startswith("{code-block}"):
            options, code = re.fullmatch(
                r"((?::[^\n]*\n)*)\n?(.*)", token.content, re.DOTALL
            ).groups()
            caption = re.search(r":caption: (.*)", options)
            language = token.info.partition(" ")[2]
            found.append(Block(language, caption[1] if caption else "", code))
    return found


def files(page: str) -> dict[str, str]:
    """Return the files that *page* has its reader write, by name.

    Blocks with the same caption are parts of one file.
    """
    contents: dict[str, str] = {}
    for block in blocks(page):
        if block.caption:
            contents[block.caption] = contents.get(block.caption, "") + block.code
    return contents


def commands(page: str) -> list[str]:
    """Return the commands that *page* has its reader run."""
    consoles = [block.code for block in blocks(page) if block.language == "console"]
    return re.findall(r"^\$ (.*)$", "".join(consoles), re.MULTILINE)
