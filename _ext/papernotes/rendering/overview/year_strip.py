"""The years of the papers as a strip of bars, which lead to the pages of the years."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from papernotes.catalogue.index_pages import Group
from papernotes.domain.xrefs import place_link
from papernotes.i18n import ngettext
from papernotes.nodes import bars

# The strip has a place for each year up to this many; of more, only for those with notes.
_MOST_YEARS = 80


def strip(years: Sequence[Group], docname: str) -> list[nodes.Node]:
    """Return a bar for each of *years*, in a strip for the page *docname*.

    Return nothing for a single year. Years that are no numbers, such as "in press", have no place.
    """
    groups = {int(group.name): group for group in years if group.name.isdecimal()}
    if len(groups) < 2:
        return []
    first, last = min(groups), max(groups)
    places = range(first, last + 1) if last - first < _MOST_YEARS else sorted(groups)
    highest = max(len(group.notes) for group in groups.values())
    picture = bars("", heights=[], titles=[])
    for year in places:
        group = groups.get(year)
        count = len(group.notes) if group else 0
        title = ngettext("%(year)s: %(count)d note", "%(year)s: %(count)d notes", count)
        picture["titles"].append(title % {"year": year, "count": count})
        picture["heights"].append(round(100 * count / highest))
        text = nodes.Text(str(year))
        picture += (
            place_link(group.page, "", docname, [text])
            if group and group.page
            else nodes.inline("", "", text)
        )
    return [picture]
