"""The words after at-signs: which of them the bibliography makes citation keys."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment

from papernotes.bibliography.reader import Bibliography
from papernotes.domain import PaperNotesDomain
from papernotes.domain.intents import split


def setup(app: Sphinx) -> None:
    """Add the domain, and read documents again when the bibliography changes its answers."""
    app.add_domain(PandocDomain)
    app.connect("env-get-outdated", read_again)


def is_cited(word: str, bibliography: Bibliography) -> bool:
    """Return whether *word*, after an at-sign outside brackets, is meant as a citation key.

    A word that is close to a key counts as one, so that a misspelt citation gets a message. After
    an intent, that holds for the rest of the word.
    """
    intent, _ = split(word)
    return word in bibliography or (not intent and bool(bibliography.nearest(word)))


class PandocDomain(Domain):
    """Keeps the words after at-signs of each document, and whether they were taken for keys.

    When the bibliography changes, documents whose answers change are read again.
    """

    name = "papernotes_pandoc"
    label = "Citations in Pandoc's syntax"
    initial_data: ClassVar[dict[str, Any]] = {"words": {}, "digest": ""}
    data_version = 1

    @classmethod
    def of(cls, env: BuildEnvironment) -> PandocDomain:
        """Return the domain of *env*."""
        domain = env.get_domain(cls.name)
        assert isinstance(domain, cls)
        return domain

    @property
    def words(self) -> dict[str, dict[str, bool]]:
        """The words of each document, and whether each was taken for a key."""
        words: dict[str, dict[str, bool]] = self.data["words"]
        return words

    def is_key(self, docname: str, word: str) -> bool:
        """Return whether *word* in document *docname* is meant as a key, and keep the answer."""
        words = self.words.setdefault(docname, {})
        if word not in words:
            words[word] = is_cited(word, PaperNotesDomain.of(self.env).bibliography)
        return words[word]

    def note_bibliography(self, bibliography: Bibliography) -> list[str]:
        """Return the documents to read again after a change of the *bibliography*."""
        if self.data["digest"] == bibliography.digest:
            return []
        self.data["digest"] = bibliography.digest
        return [
            docname
            for docname, words in sorted(self.words.items())
            if any(is_cited(word, bibliography) != cited for word, cited in words.items())
        ]

    def resolve_any_xref(self, *_: Any) -> list[tuple[str, nodes.reference]]:
        """Return nothing, since cross-references cannot lead to these words."""
        return []

    def clear_doc(self, docname: str) -> None:
        """Remove document *docname*."""
        self.words.pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read of *docnames*."""
        self.words.update(
            (name, words) for name, words in otherdata["words"].items() if name in docnames
        )


def read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the documents in which the bibliography has turned words into keys, or back."""
    return PandocDomain.of(env).note_bibliography(PaperNotesDomain.of(env).bibliography)
