"""The overview of the front page: numbers of notes, tags and years, and the largest tags."""

from __future__ import annotations

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.i18n import _, ngettext
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import day_text, joined, tag_list
from papernotes.rendering.note_card import FEW
from papernotes.rendering.overview import year_strip
from papernotes.rendering.shown import Shown

# With fewer notes, the cards themselves say it all.
_FEWEST = 4


def overview_shows(shown: Shown) -> list[object]:
    """Return what stands above the front page's list."""
    found = shown.archives.overview
    if found is None:
        return []
    tags = [(group.name, group.page, shown.archives.hues.get(group.name)) for group in found.tags]
    years = [(group.name, group.page, len(group.notes)) for group in found.years]
    return [found.count, found.tag_count, tags, years, found.last]


def overview(context: RenderContext, docname: str) -> list[nodes.Node]:
    """Return what stands above the front page's list, for the page *docname*."""
    found = context.archives.overview
    if found is None or found.count < _FEWEST:
        return []
    facts = [ngettext("%(count)d note", "%(count)d notes", found.count) % {"count": found.count}]
    if found.tag_count:
        facts.append(
            ngettext("%(count)d tag", "%(count)d tags", found.tag_count)
            % {"count": found.tag_count}
        )
    if found.years:
        first, last = found.years[0].name, found.years[-1].name
        facts.append(
            first
            if first == last
            else _("papers of %(first)s to %(last)s") % {"first": first, "last": last}
        )
    if found.last:
        facts.append(_("last read on %s") % day_text(context.env.config, found.last))
    line = joined([nodes.Text(fact)] for fact in facts)
    whole = create_component("pn-overview", ["pn-overview"])
    whole += nodes.paragraph("", "", *line, classes=["pn-byline"])
    whole += tag_list(context.archives, [group.name for group in found.tags], docname)
    # A few bars say no more than the line.
    if found.count > FEW:
        whole.extend(year_strip.strip(found.years, docname))
    return [whole]
