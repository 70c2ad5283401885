"""Find out which format a file is in, and read its entries."""

from __future__ import annotations

import re
from collections.abc import Callable

from papernotes.cli.bibfile.entry import Entry, parse
from papernotes.cli.errors import CommandError

_FORMATS = "BibTeX, RIS, CSL-JSON or PubMed's format (nbib)"
# How each record of RIS and of nbib begins.
RIS_START = re.compile(r"^[ \t]*TY {0,2}- ?", re.MULTILINE)
NBIB_START = re.compile(r"^PMID ?- ", re.MULTILINE)
_BIBTEX = re.compile(r"@\s*[A-Za-z]+\s*[{(]")
_ENTRY = re.compile(rf"^[ \t]*{_BIBTEX.pattern}", re.MULTILINE)
_JSON = re.compile(r"\s*[\[{]")
# Formats that programs offer beside those that are read here.
_OTHERS = {
    re.compile(r"\s*<(?:\?xml|!DOCTYPE|xml|html)", re.IGNORECASE): "XML or HTML",
    re.compile(r"\s*%[0A-Z] ", re.MULTILINE): "EndNote's own format",
    re.compile(r"\s*(?:FN |PT [JBSP]$)", re.MULTILINE): "the format of Web of Science",
}


def read_entries(content: bytes, name: str) -> list[Entry]:
    """Return the entries of *content*, whatever its format. Error messages call its source *name*.

    Raise a CommandError if the content cannot be read, has no entry, or has one without a title.
    """
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError:
        text = content.decode("latin-1")
        is_utf_8 = False
    else:
        is_utf_8 = True
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (read := _reader(text)) is None:
        other = next((label for form, label in _OTHERS.items() if form.match(text)), "")
        if other:
            raise CommandError(f"{name} is in {other}; export it as {_FORMATS}")
        if not _BIBTEX.search(text):
            raise CommandError(
                f"{name} holds no BibTeX entry, nor a paper in another format; give it {_FORMATS}"
            )
        return parse(content, name)
    if not is_utf_8:
        raise CommandError(f"{name} is not UTF-8; save it in that encoding")
    entries = []
    for line, entry in read(text, name):
        if not entry.title():
            raise CommandError(f"{name}:{line}: the entry has no title; add one")
        entries.append(entry)
    if not entries:
        raise CommandError(f"{name} holds no paper; export it again, with at least one")
    return entries


def _encoding(content: bytes) -> str:
    return "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"


def _reader(text: str) -> Callable[[str, str], list[tuple[int, Entry]]] | None:
    """Return the function that reads the format of *text*, or None for BibTeX and the unknown."""
    # The text of an entry may have lines like those of another format.
    bibtex = _ENTRY.search(text)
    text = text[: bibtex.start()] if bibtex else text
    if _JSON.match(text) and not bibtex:
        from papernotes.cli.formats import csl_json

        return csl_json.read
    if RIS_START.search(text):
        from papernotes.cli.formats import tagged

        return tagged.read_ris
    if NBIB_START.search(text):
        from papernotes.cli.formats import tagged

        return tagged.read_nbib
    return None
