"""``papernotes new``: write a small site, ready to be built."""

from __future__ import annotations

import codecs
import datetime
import re
from pathlib import Path

from papernotes.bibliography import formatting, reader
from papernotes.bibliography.reader import Bibliography
from papernotes.cli import note_template, storage
from papernotes.cli.errors import CommandError
from papernotes.cli.scaffold import escaping, files
from papernotes.cli.scaffold.description import Description
from papernotes.cli.scaffold.texts import texts
from papernotes.cli.site import show

_BIBLIOGRAPHY = "refs.bib"
_EXAMPLES = Path(__file__).parent / "scaffold" / "templates" / _BIBLIOGRAPHY
# A key that is the name of a file on every system, and that stands in a role.
_PLAIN_KEY = re.compile(r"\w(?:[\w.+-]*\w)?")
# JabRef's line about the encoding of a file.
_ENCODING = re.compile(rb"^%\s*Encoding:\s*([\w-]+)", re.IGNORECASE)
_UTF_8 = "utf-8-sig"


def new(
    folder: Path,
    description: Description,
    bibliography: Path | None,
    today: datetime.date,
    *,
    obsidian: bool = False,
) -> tuple[list[str], int]:
    """Write a site to *folder*, and return the names of its files.

    It begins with a copy of the file *bibliography*, or with a few papers; *obsidian* says whether
    the notes are written in Obsidian. Also return the number
    of problems in the bibliography. Raise a CommandError, before anything is written, if *folder*
    is not empty or the bibliography cannot be used.
    """
    files.check_folder(folder)
    name, content = _content(bibliography)
    encoding = _encoding(content)
    read = reader.read([(name, content)], encoding)
    keys = _usable_keys(read)
    if not keys:
        raise CommandError(
            f"{show(bibliography or Path(name))} has no entry that a note can be about; name a file"
            " that has one with a title, or leave out --bib"
        )
    parts = files.Parts(name, "" if encoding == _UTF_8 else encoding, obsidian=obsidian)
    note = _note(read, keys, name, description, today)
    # The key of another author's file is not always the name of a file.
    note_name = f"papers/{keys[0] if _PLAIN_KEY.fullmatch(keys[0]) else 'example'}.md"
    written: dict[str, str | bytes] = {
        **files.render(description, parts),
        name: content,
        note_name: note,
    }
    files.write(folder, written)
    return sorted(written), len(read.problems)


def _content(bibliography: Path | None) -> tuple[str, bytes]:
    """Return the name and the content of the bibliography file of the site."""
    source = bibliography or _EXAMPLES
    content = storage.read(source)
    if content is None:
        raise CommandError(f"{show(source)} does not exist; check its name")
    return source.name if source.suffix == ".bib" else _BIBLIOGRAPHY, content


def _encoding(content: bytes) -> str:
    """Return the encoding of a bibliography file."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    named = _ENCODING.match(content)
    for encoding in (_UTF_8, named[1].decode() if named else "", "cp1252"):
        try:
            content.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
        return encoding
    # Every byte is a character in this one.
    return "latin-1"


def _usable_keys(read: Bibliography) -> list[str]:
    """Return the keys of the entries with a title, the best for an example first."""
    unread = set(read.to_read())

    def faults(key: str) -> tuple[bool, bool, bool]:
        paper = read.paper(key)
        is_complete = bool(paper.year and (paper.authors or paper.editors))
        return not is_complete, not _PLAIN_KEY.fullmatch(key), key in unread

    return sorted((key for key in read.places if read.paper(key).title), key=faults)


def _note(
    read: Bibliography, keys: list[str], file: str, description: Description, today: datetime.date
) -> str:
    """Return the text of a note on the first of *keys*, which explains how notes are written."""
    say = texts(description.language)
    key, cited = keys[0], keys[min(1, len(keys) - 1)]
    about_summary = say["about_summary"].format(
        formula="$p = 2n + d$", citation=f"{{cite:t}}`{cited}`"
    )
    about_title = say["about_title"].format(
        line=escaping.code(f"paper: {key}"), file=escaping.code(file)
    )
    about_example = say["about_example"].format(
        command="`papernotes add`", folder=escaping.code("papers/")
    )
    front = escaping.front_matter({"paper": key, "tags": [say["tag"]], "read": today})
    title = note_template.markdown(formatting.title(read.paper(key)))
    paragraphs = [f"# {title}", about_summary, f"## {say['example']}", about_title, about_example]
    return f"{front}\n" + "\n\n".join(paragraphs) + "\n"
