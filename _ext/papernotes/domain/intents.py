"""Intents: why a work is cited, in the words of the Citation Typing Ontology (CiTO).

http://purl.org/spar/cito has the properties. Citations name them as in Pandoc's filter ``cito``, in
lower case, and without "cites" or "uses" before the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sphinx.addnodes import pending_xref

from papernotes.core.model import Note
from papernotes.i18n import _

if TYPE_CHECKING:
    from papernotes.domain.domain import PaperNotesDomain

NAMESPACE = "http://purl.org/spar/cito/"

# The properties, in the order in which "Cited by" groups by them.
PROPERTIES = (
    "agreesWith confirms supports extends updates corrects qualifies disagreesWith disputes"
    " critiques refutes retracts derides parodies ridicules plagiarizes usesMethodIn usesDataFrom"
    " usesConclusionsFrom obtainsBackgroundFrom obtainsSupportFrom containsAssertionFrom"
    " includesExcerptFrom includesQuotationFrom compiles credits describes discusses documents"
    " repliesTo reviews speculatesOn citesAsAuthority citesAsDataSource citesAsEvidence"
    " citesAsMetadataDocument citesAsPotentialSolution citesAsRecommendedReading citesAsRelated"
    " citesAsSourceDocument citesForInformation"
).split()

# How a work is cited, as far as a picture can tell, with the properties that count as such.
STANCES = {
    "agrees": "agreesWith confirms supports obtainsSupportFrom citesAsAuthority citesAsEvidence",
    "disputes": "corrects qualifies disagreesWith disputes critiques refutes retracts derides"
    " parodies ridicules plagiarizes",
    "uses": "extends updates usesMethodIn usesDataFrom usesConclusionsFrom containsAssertionFrom"
    " includesExcerptFrom includesQuotationFrom compiles citesAsDataSource citesAsSourceDocument",
}
_STANCE = {name: stance for stance, names in STANCES.items() for name in names.split()}


def _words(name: str) -> list[str]:
    """Return the words for the property *name*: ``uses_method_in`` and ``method_in``."""
    word = re.sub(r"(?=[A-Z])", "_", name).lower()
    return [word, re.sub(r"^(?:cites|uses)_", "", word)]


WORDS = {word: name for name in PROPERTIES for word in _words(name)}


def split(word: str) -> tuple[str, str]:
    """Return the property and the key of *word*, such as ``disputes:key``; without one, the word.

    A key can begin like this, too, so that whole keys have to be tried first.
    """
    before, _colon, key = word.partition(":")
    return (WORDS[before], key) if key and before in WORDS else ("", word)


def intents(node: pending_xref) -> list[tuple[str, str]]:
    """Return the keys that a citation cites for a reason, each with the property."""
    found: list[tuple[str, str]] = node.get("papernotes_intents", [])
    return found


def intents_of(domain: PaperNotesDomain, note: Note) -> dict[str, list[str]]:
    """Return the works that *note* cites for a reason, with the properties of CiTO."""
    found: dict[str, dict[str, None]] = {}
    for citation in domain.records[note.docname].page.citations:
        if citation.intent and citation.key in domain.catalogue.papers:
            found.setdefault(citation.key, {})[citation.intent] = None
    return {key: list(names) for key, names in found.items()}


def intent_on(keys: Sequence[str], pairs: Sequence[tuple[str, str]]) -> str:
    """Return the first property of *pairs* for one of *keys*, or the empty string."""
    return next((name for key, name in pairs if key in keys), "")


def stance(names: Sequence[str]) -> str:
    """Return how a work is cited by the first of the properties *names* that tells, or nothing."""
    return next((_STANCE[name] for name in names if name in _STANCE), "")


def stance_label(stance: str) -> str:
    """Return what readers see of a *stance*."""
    labels = {
        "agrees": _("agrees with the work, or finds support in it"),
        "disputes": _("disputes the work, or corrects it"),
        "uses": _("builds on the work"),
    }
    return str(labels[stance])


def label(name: str) -> str:
    """Return what readers see of the property *name*."""
    labels = {
        "agreesWith": _("agrees with it"),
        "confirms": _("confirms it"),
        "supports": _("supports it"),
        "extends": _("extends it"),
        "updates": _("updates it"),
        "corrects": _("corrects it"),
        "qualifies": _("qualifies it"),
        "disagreesWith": _("disagrees with it"),
        "disputes": _("disputes it"),
        "critiques": _("criticizes it"),
        "refutes": _("refutes it"),
        "retracts": _("retracts it"),
        "derides": _("derides it"),
        "parodies": _("parodies it"),
        "ridicules": _("ridicules it"),
        "plagiarizes": _("plagiarizes it"),
        "usesMethodIn": _("uses its method"),
        "usesDataFrom": _("uses its data"),
        "usesConclusionsFrom": _("uses its conclusions"),
        "obtainsBackgroundFrom": _("takes background from it"),
        "obtainsSupportFrom": _("finds support in it"),
        "containsAssertionFrom": _("repeats an assertion of it"),
        "includesExcerptFrom": _("has an excerpt from it"),
        "includesQuotationFrom": _("quotes it"),
        "compiles": _("compiles it"),
        "credits": _("credits it"),
        "describes": _("describes it"),
        "discusses": _("discusses it"),
        "documents": _("documents it"),
        "repliesTo": _("replies to it"),
        "reviews": _("reviews it"),
        "speculatesOn": _("speculates on it"),
        "citesAsAuthority": _("cites it as an authority"),
        "citesAsDataSource": _("cites it as a source of data"),
        "citesAsEvidence": _("cites it as evidence"),
        "citesAsMetadataDocument": _("cites it as a description of data"),
        "citesAsPotentialSolution": _("cites it as a possible solution"),
        "citesAsRecommendedReading": _("recommends it"),
        "citesAsRelated": _("cites it as related"),
        "citesAsSourceDocument": _("cites it as its source"),
        "citesForInformation": _("cites it for information"),
    }
    return str(labels[name])


def sentence(name: str) -> str:
    """Return the label of the property *name* for a preview, which speaks of the cited work."""
    return str(_("this text %s") % label(name))
