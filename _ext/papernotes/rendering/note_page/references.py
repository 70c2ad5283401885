"""What the literature says beside the author: which works here the paper cites and is cited by."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence

from docutils import nodes

from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _, ngettext, phrases
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import joined
from papernotes.rendering.shown import Shown

# So many works are named on each side.
NAMED = 12


def references(context: RenderContext, note: Note) -> list[nodes.Node]:
    """Return a sentence on the citations between the papers of *note* and other works here."""
    sides = _sides(context.domain, note)
    if not any(sides):
        return []
    cited, citing = (_named(context, keys, note.docname) for keys in sides)
    if cited and citing:
        template = _("Of the works here, the paper cites %(cited)s and is cited by %(citing)s.")
    elif cited:
        template = _("Of the works here, the paper cites %(cited)s.")
    else:
        template = _("Of the works here, the paper is cited by %(citing)s.")
    line = nodes.paragraph(classes=["pn-byline", "pn-literature"])
    for part in re.split(r"(%\((?:cited|citing)\)s)", template):
        names = {"%(cited)s": cited, "%(citing)s": citing}.get(part)
        line.extend([nodes.Text(part)] if names is None else names)
    return [line]


def references_show(shown: Shown, note: Note) -> list[object]:
    """Return what the sentence shows."""
    sides = _sides(shown.domain, note)
    shows: list[object] = [
        [len(keys), *(note_card.work_link_shows(shown, key) for key in keys[:NAMED])]
        for keys in sides
    ]
    return shows if any(sides) else []


def _sides(domain: PaperNotesDomain, note: Note) -> tuple[list[str], list[str]]:
    """Return the keys of the works of the site that the papers of *note* cite, and are cited by."""
    here = domain.catalogue.papers
    found = domain.literature
    return _others(found.cites, note.keys, here), _others(found.cited_by, note.keys, here)


def _others(
    pairs: Mapping[str, Sequence[str]], own: Sequence[str], here: Container[str]
) -> list[str]:
    others = {other for key in own for other in pairs.get(key, ())}
    return sorted(key for key in others.difference(own) if key in here)


def _named(context: RenderContext, keys: Iterable[str], docname: str) -> list[nodes.Node]:
    keys = list(keys)
    names = [[note_card.work_link(context, key, docname)] for key in keys[:NAMED]]
    if rest := len(keys) - NAMED if len(keys) > NAMED else 0:
        more = ngettext("and %(count)d more", "and %(count)d more", rest) % {"count": rest}
        return [*joined(names, ", "), nodes.Text(f" {more}")]
    if len(names) < 2:
        return joined(names)
    return [*joined(names[:-1], ", "), nodes.Text(phrases().last), *names[-1]]
