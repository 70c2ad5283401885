"""Generate notes and a bibliography, the same on every machine.

Each note and each entry has its own seed, so a large site begins with the notes of a smaller one.
Only the citations differ, because they are drawn from all entries.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random

ENTRIES_A_NOTE = 2
CITATIONS_A_NOTE = 3
FORMULAS_A_NOTE = 5

TAGS = ["attention", "causality", "generalization", "language", "optimization", "vision"]
VENUES = ["Advances in Measured Systems", "Journal of Slow Results", "Letters on Method"]
# Typical formulas of papers; random symbols replace A and B.
FORMULAS = [
    r"A_t",
    r"\mathcal{O}(A \log B)",
    r"A \in \mathbb{R}^{B \times d}",
    r"\|A - B\|_2^2",
    r"\hat{A} = \frac{1}{n} \sum_{i=1}^{n} A_i",
    r"p(A \mid B) = \frac{p(B \mid A)\, p(A)}{p(B)}",
    r"\mathbb{E}_{A \sim p}\left[f(A)\right] \le \sqrt{\frac{\log B}{2 n}}",
    r"A_{t+1} = A_t - \eta \nabla_A L(A_t)",
    r"\operatorname{softmax}\left(\frac{A B^\top}{\sqrt{d_k}}\right)",
    r"\min_{A} \max_{B} \; \mathbb{E}\left[\log B(x)\right] + \lambda \|A\|_1",
]
DISPLAYED = [
    r"\mathcal{L}(A) = -\sum_{i=1}^{n} \log \frac{\exp(A_i / \tau)}{\sum_{j} \exp(B_j / \tau)}",
    r"\begin{aligned} A &= \sigma(W_A x + b) \\ B &= \tanh(W_B x + U (A \odot h)) \end{aligned}",
    (
        r"f(A) = \begin{cases} A^2 / 2 & \text{if } |A| \le B \\"
        r" B (|A| - B / 2) & \text{else} \end{cases}"
    ),
]


# Words of each generated language: about as many as notes on a thousand papers contain.
VOCABULARY = 20_000


@dataclass(frozen=True)
class Language:
    """A generated language: its syllables, its space between words, its end of a sentence."""

    syllable: Callable[[Random], str]
    space: str = " "
    stop: str = ". "

    @cached_property
    def words(self) -> list[str]:
        """Return the words, the most frequent first; these are short, as in natural languages."""
        random = Random("words")
        lengths = [1 + int(3.5 * (rank / VOCABULARY) ** 0.3) for rank in range(VOCABULARY)]
        return ["".join(self.syllable(random) for _ in range(length)) for length in lengths]

    def text(self, random: Random, count: int) -> str:
        """Return *count* random words, distributed by Zipf's law."""
        ranks = (int(VOCABULARY ** random.random()) - 1 for _ in range(count))
        return self.space.join(self.words[rank] for rank in ranks)


def _letters(consonants: str, vowels: str) -> Callable[[Random], str]:
    # Squaring favours the first consonants, which are the most frequent.
    return lambda random: (
        consonants[int(random.random() ** 2 * len(consonants))] + random.choice(vowels)
    )


LATIN = Language(_letters("tnrslmdkphgbvfzw", "aeiou"))
# One note in five has accents or another script, to test reading, sorting and searching.
LANGUAGES = [
    *[LATIN] * 16,
    Language(_letters("nrtsdlgmbchkfzß", "aeiouäöüé")),
    Language(_letters("нртсвлкмдпзбг", "аеиоуыя")),
    Language(lambda random: chr(random.randrange(0x4E00, 0x5E00)), space="", stop="。"),
    Language(_letters("στνρλκπμδγθ", "αεηιοω")),
]


@dataclass(frozen=True)
class Entry:
    """A bibliography entry; ``bibtex`` is its whole text."""

    key: str
    title: str
    bibtex: str


@dataclass(frozen=True)
class Note:
    """A note: the values of its front matter, and its body as MyST Markdown."""

    key: str
    title: str
    tags: tuple[str, ...]
    read: datetime.date
    body: str

    @property
    def source(self) -> str:
        """The file of the note on our sites."""
        front = f"paper: {self.key}\ntags: [{', '.join(self.tags)}]\nread: {self.read}\n"
        return f"---\n{front}---\n\n{self.body}"


def make_entries(count: int, *, abstracts: bool = False) -> list[Entry]:
    """Return *count* entries; *abstracts* makes them as large as a reference manager's."""
    return [make_entry(number, abstracts=abstracts) for number in range(count)]


def make_entry(number: int, *, abstracts: bool = False) -> Entry:
    """Return entry *number*, an article with one to five authors and a DOI."""
    random = Random(f"entry {number}")
    authors = [f"{_name(random, 2)} {_name(random, 3)}" for _ in range(random.randint(1, 5))]
    year = random.randint(1985, 2024)
    title = LATIN.text(random, random.randint(4, 11)).capitalize()
    # The number makes the key unique.
    key = f"{authors[0].split()[1].lower()}{year}n{number}"
    fields = {
        "author": " and ".join(authors),
        "title": title,
        "journal": random.choice(VENUES),
        "volume": random.randint(1, 60),
        "pages": f"{random.randint(1, 400)}--{random.randint(401, 900)}",
        "year": year,
        "doi": f"10.5555/{key}",
    }
    if abstracts:
        fields["abstract"] = _paragraph(random, 150)
        fields["keywords"] = ", ".join(LATIN.text(random, 2) for _ in range(4))
        fields["file"] = f":files/{key}.pdf:PDF"
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return Entry(key, title, f"@article{{{key},\n{body}}}\n")


def make_notes(count: int, entries: list[Entry], *, long: bool = False) -> list[Note]:
    """Return *count* notes on the first *count* entries."""
    return [make_note(number, entries, long=long) for number in range(count)]


def make_note(number: int, entries: list[Entry], *, long: bool = False) -> Note:
    """Return the note on entry *number*: some 500 words, with formulas and citations.

    A *long* note has 1,500 words, with tables and links as well.
    """
    random = Random(f"note {number}")
    language = random.choice(LANGUAGES)
    day = datetime.date(2015, 1, 1) + datetime.timedelta(days=random.randrange(3650))
    paragraphs = [_paragraph(random, random.randint(30, 80), language) for _ in range(8)]
    for position in random.sample(range(1, len(paragraphs)), CITATIONS_A_NOTE):
        paragraphs[position] += f" {_citation(random, entries)}"
    for position in random.choices(range(len(paragraphs)), k=FORMULAS_A_NOTE - 1):
        paragraphs[position] += f" Here ${_formula(random, FORMULAS)}$ holds."
    paragraphs.insert(5, f"$$\n{_formula(random, DISPLAYED)}\n$$")
    parts = [
        f"# {entries[number].title}",
        paragraphs[0],
        f"## {language.text(random, 3).capitalize()}",
        *paragraphs[1:4],
        f"## {language.text(random, 3).capitalize()}",
        *paragraphs[4:],
    ]
    if long:
        parts += [part for _ in range(4) for part in _section(random, language, entries)]
    return Note(
        key=entries[number].key,
        title=entries[number].title,
        tags=tuple(random.sample(TAGS, random.randint(1, 3))),
        read=day,
        body="\n\n".join(parts) + "\n",
    )


def _section(random: Random, language: Language, entries: list[Entry]) -> list[str]:
    """Return a section of some 250 words, with a table, a link, a formula and a citation."""
    cells = ("|".join(language.text(random, 2) for _ in range(3)) for _ in range(5))
    address = f"https://example.org/{random.randrange(1000)}"
    formula = f"Here ${_formula(random, FORMULAS)}$ holds, see [this]({address})."
    return [
        f"## {language.text(random, 3).capitalize()}",
        f"{_paragraph(random, 70, language)} {formula}",
        "\n".join(["|a|b|c|", "|---|---|---|", *(f"|{row}|" for row in cells)]),
        f"{_paragraph(random, 70, language)} {_citation(random, entries)}",
        _paragraph(random, 70, language),
    ]


def _citation(random: Random, entries: list[Entry]) -> str:
    # As in real literature, a few works are cited often and most of them rarely.
    key = entries[int(random.random() ** 3 * len(entries))].key
    if random.random() < 0.5:
        return f"So say {{cite:t}}`{key}` as well."
    return f"It has been said before {{cite:p}}`{key}`."


def _formula(random: Random, formulas: list[str]) -> str:
    first, second = random.sample(["u", "v", "x", "y", "w", r"\theta", r"\phi", r"\alpha"], 2)
    return random.choice(formulas).replace("A", f"{{{first}}}").replace("B", f"{{{second}}}")


def _paragraph(random: Random, length: int, language: Language = LATIN) -> str:
    sentences = []
    while length > 0:
        words = random.randint(6, 20)
        sentences.append(language.text(random, words).capitalize() + language.stop)
        length -= words
    return "".join(sentences).strip()


def _name(random: Random, syllables: int) -> str:
    return "".join(LATIN.syllable(random) for _ in range(syllables)).capitalize()
