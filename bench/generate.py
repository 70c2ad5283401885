"""Make the sites that are measured: notes and a bibliography, the same on every machine.

Everything comes from generators with a seed of their own for each note and each entry, so that the
notes of a small site are those that a larger one begins with.  Only what they cite differs: that is
drawn from all entries.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

Flavour = Literal["papernotes", "libraries", "bare"]

ENTRIES_A_NOTE = 2
CITATIONS_A_NOTE = 3

TAGS = ["attention", "causality", "generalization", "language", "optimization", "vision"]
VENUES = ["Advances in Measured Systems", "Journal of Slow Results", "Letters on Method"]
# All sites have the theme and every setting in common, but for those of their libraries.  No
# toctree holds the notes: with one, each page would draw a link to every other, and that cost, not
# the citations', would be measured.
COMMON = """\
project = "bench"
html_theme = "alabaster"
"""
SETTINGS: dict[Flavour, str] = {
    "papernotes": """\
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
papernotes_sections = ["bibliography"]
""",
    # What the library's documentation says to silence where each page has its own bibliography.
    "libraries": """\
extensions = ["myst_parser", "sphinxcontrib.bibtex"]
bibtex_bibfiles = ["refs.bib"]
suppress_warnings = ["bibtex.duplicate_citation", "bibtex.duplicate_label", "toc.not_included"]
""",
    "bare": """\
extensions = ["myst_parser"]
suppress_warnings = ["toc.not_included"]
""",
}
CARDS = "\n```{papers}\n:limit: 24\n```\n"
WORKS = "# Bibliography\n\n```{works}\n```\n"
CITATION = re.compile(r"\{cite:[pt]\}`(.*?)`")
REFERENCES = "\n## References\n\n```{bibliography}\n:filter: docname in docnames\n```\n"


@dataclass(frozen=True)
class Entry:
    """An entry of the bibliography: its key, its title, and the whole as BibTeX."""

    key: str
    title: str
    bibtex: str


def make_site(folder: Path, notes: int, flavour: Flavour) -> None:
    """Write a site of *notes* notes into *folder*, which is made.

    The flavour ``papernotes`` uses the extension with its default features: cards on the front
    page, references on each page that cites, the list of all works.  ``libraries`` has the same
    notes for myst_parser and sphinxcontrib.bibtex as they come, a bibliography on each.  ``bare``
    has them for myst_parser alone, with a plain text for each citation.
    """
    entries = [make_entry(number) for number in range(notes * ENTRIES_A_NOTE)]
    papers = folder / "papers"
    papers.mkdir(parents=True)
    _write(folder / "conf.py", COMMON + SETTINGS[flavour])
    _write(folder / "refs.bib", "\n".join(entry.bibtex for entry in entries))
    index = "# Notes\n\nNotes on papers that nobody wrote.\n"
    _write(folder / "index.md", index + (CARDS if flavour == "papernotes" else ""))
    if flavour == "papernotes":
        _write(folder / "bibliography.md", WORKS)
    for number in range(notes):
        note = make_note(number, entries)
        if flavour == "libraries":
            note += REFERENCES
        elif flavour == "bare":
            note = CITATION.sub(r"(\1)", note)
        _write(papers / f"{entries[number].key}.md", note)


def make_entry(number: int) -> Entry:
    """Return the entry *number*: one to five authors, a title, a venue, a year, a DOI."""
    random = Random(f"entry {number}")
    authors = [f"{_name(random, 2)} {_name(random, 3)}" for _ in range(random.randint(1, 5))]
    year = random.randint(1985, 2024)
    title = _words(random, random.randint(4, 11)).capitalize()
    # The number makes the key unique.
    key = f"{authors[0].split()[1].lower()}{year}n{number}"
    bibtex = f"""\
@article{{{key},
  author = {{{" and ".join(authors)}}},
  title = {{{title}}},
  journal = {{{random.choice(VENUES)}}},
  volume = {{{random.randint(1, 60)}}},
  pages = {{{random.randint(1, 400)}--{random.randint(401, 900)}}},
  year = {{{year}}},
  doi = {{10.5555/{key}}},
}}
"""
    return Entry(key, title, bibtex)


def make_note(number: int, entries: list[Entry]) -> str:
    """Return the note on the entry *number*: some 150 to 500 words, with citations of *entries*."""
    random = Random(f"note {number}")
    paper = entries[number]
    read = datetime.date(2015, 1, 1) + datetime.timedelta(days=random.randrange(3650))
    opening = _paragraph(random, random.randint(20, 50))
    paragraphs = [
        _paragraph(random, random.randint(15, 75)) for _ in range(random.choice([4, 5, 6]))
    ]
    for position in random.sample(range(len(paragraphs)), CITATIONS_A_NOTE):
        paragraphs[position] += f" {_citation(random, entries)}"
    middle = len(paragraphs) // 2
    return f"""\
---
paper: {paper.key}
tags: [{", ".join(random.sample(TAGS, random.randint(1, 3)))}]
read: {read}
---

# {paper.title}

{opening}

## {_words(random, 3).capitalize()}

{_joined(paragraphs[:middle])}

## {_words(random, 3).capitalize()}

{_joined(paragraphs[middle:])}
"""


def _citation(random: Random, entries: list[Entry]) -> str:
    # A few works are cited often and most of them rarely, as it is with real ones.
    key = entries[int(random.random() ** 2 * len(entries))].key
    if random.random() < 0.5:
        return f"So say {{cite:t}}`{key}` as well."
    return f"It has been said before {{cite:p}}`{key}`."


def _joined(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs)


def _paragraph(random: Random, length: int) -> str:
    sentences = []
    while length > 0:
        words = random.randint(6, 20)
        sentences.append(f"{_words(random, words).capitalize()}.")
        length -= words
    return " ".join(sentences)


def _words(random: Random, count: int) -> str:
    return " ".join(_word(random) for _ in range(count))


def _word(random: Random) -> str:
    # The shorter a word, the more often it stands in a text, here as elsewhere.
    syllables = random.choices([1, 2, 3, 4], [50, 30, 15, 5])[0]
    return _syllables(random, syllables)


def _name(random: Random, syllables: int) -> str:
    return _syllables(random, syllables).capitalize()


def _syllables(random: Random, count: int) -> str:
    # The first consonants and vowels are the most frequent ones.
    chosen = [
        consonants[int(random.random() ** 2 * len(consonants))] + vowels[int(random.random() * 5)]
        for consonants, vowels in [("tnrslmdkphgbvfzw", "aeiou")] * count
    ]
    return "".join(chosen)


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
