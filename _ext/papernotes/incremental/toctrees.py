"""What pages show of the toctrees: their neighbours, section numbers, and the whole navigation."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from sphinx import addnodes
from sphinx.environment import BuildEnvironment


class Toctrees:
    """The toctrees of the site, as far as they lead from the front page."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.env = env

    @functools.cached_property
    def _relations(self) -> dict[str, list[str | None]]:
        """The page above each page, the one before and the one after, by name."""
        return self.env.collect_relations()

    def page(self, docname: str) -> list[object]:
        """Return what the page *docname* shows: links to its neighbours, and its numbers."""
        env = self.env
        numbers = [env.toc_secnumbers.get(docname), env.toc_fignumbers.get(docname)]
        parent, *beside = self._relations.get(docname, (None,))
        return [*numbers, *map(self._link, beside), *map(self._link, self._above(parent))]

    def _above(self, name: str | None) -> Iterator[str]:
        seen = set()
        while name is not None and name not in seen:
            seen.add(name)
            yield name
            name = self._relations.get(name, (None,))[0]

    def _link(self, name: str | None) -> list[object]:
        """Return what a link to the page *name* shows; its title may have a number."""
        title = self.env.titles.get(name or "")
        return [name, title.pformat() if title is not None else None]

    def navigation(self) -> list[object]:
        """Return what a theme can show of the toctrees on every page.

        Of the front page, these are its toctrees, but not its title and headings.
        """
        tocs, root = self.env.tocs, self.env.config.root_doc
        names = [name for name in self._relations if name in tocs and name != root]
        toctrees = tocs[root].findall(addnodes.toctree) if root in tocs else ()
        shown = [(self._link(name), tocs[name].pformat()) for name in names]
        return [*shown, *(toctree.pformat() for toctree in toctrees)]
