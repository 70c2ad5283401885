"""Labels, terms and other named places, which lead to the same document in every build.

Sphinx leads to the document that it has read last, and for options of programs to the first. That
is the last or first by name in a clean build, and any other in an incremental one. And with that
document it forgets the name, even if others have it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, ClassVar

from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment

# A document, the id in it, and for labels with a title that title.
Place = tuple[str, ...]
# Sphinx's tables of places by name, with which of several documents has a name.
_TABLES: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("anonlabels", "labels", "objects", "terms"), max),
    "progoptions": min,
}


class Claims(dict[Any, Place]):
    """A table of places by name; of several documents with a name, *choose* says which has it.

    ``claims`` holds the places of all documents, by name and document, and ``names`` the names in
    each document.
    """

    def __init__(
        self, claims: Mapping[Any, Mapping[str, Place]], choose: Callable[[Any], str]
    ) -> None:
        super().__init__()
        self.choose = choose
        self.claims: dict[Any, dict[str, Place]] = {}
        self.names: dict[str, dict[Any, None]] = {}
        for name, places in claims.items():
            for docname, place in places.items():
                self.claim(name, docname, place)

    def __reduce__(self) -> tuple[object, ...]:
        return Claims, (self.claims, self.choose)

    def __setitem__(self, name: Any, place: Place) -> None:
        self.claim(name, place[0], place)

    def update(self, *places: Any, **named: Place) -> None:
        """Add places as :meth:`dict.update` does, which would pass over claims."""
        for name, place in dict(*places, **named).items():
            self[name] = place

    def claim(self, name: Any, docname: str, place: Place) -> None:
        """Note that *docname* has *name* at *place*."""
        self.claims.setdefault(name, {})[docname] = place
        self.names.setdefault(docname, {})[name] = None
        self._settle(name)

    def drop(self, docname: str) -> None:
        """Remove the names of *docname*, which pass to other documents that have them."""
        for name in self.names.pop(docname, ()):
            del self.claims[name][docname]
            self._settle(name)

    def _settle(self, name: Any) -> None:
        if claims := self.claims[name]:
            super().__setitem__(name, claims[self.choose(claims)])
        else:
            del self.claims[name], self[name]

    def take(self, other: Claims, docnames: Container[str]) -> None:
        """Take over the names of *docnames* from *other*."""
        for docname, names in other.names.items():
            if docname in docnames:
                for name in names:
                    self.claim(name, docname, other.claims[name][docname])


def _table(name: str) -> Claims:
    """Return Sphinx's table *name*, of which any document can claim the places."""
    places = StandardDomain.initial_data.get(name, {})
    return Claims({each: {"": place} for each, place in places.items()}, _TABLES[name])


class PlaceDomain(StandardDomain):
    """Sphinx's domain, with tables in which several documents can have a name."""

    initial_data: ClassVar[dict[str, Any]] = {  # type: ignore[misc]  # Sphinx's own is final
        **StandardDomain.initial_data,
        **{name: _table(name) for name in _TABLES},
    }
    data_version = StandardDomain.data_version + 1

    def clear_doc(self, docname: str) -> None:
        """Remove the document; its names pass to others that have them."""
        for name in _TABLES:
            self.data[name].drop(docname)
        super().clear_doc(docname)

    def merge_domaindata(self, docnames: Any, otherdata: dict[str, Any]) -> None:
        """Merge the data of *docnames*, which another process has read."""
        super().merge_domaindata(docnames, {**otherdata, **{name: {} for name in _TABLES}})
        for name in _TABLES:
            self.data[name].take(otherdata[name], docnames)

    def add_program_option(
        self, program: str | None, name: str, docname: str, labelid: str
    ) -> None:
        """Note an option of *program*; the first in its document counts."""
        options = self.data["progoptions"]
        if docname not in options.claims.get((program, name), ()):
            options.claim((program, name), docname, (docname, labelid))


def named(env: BuildEnvironment, name: str) -> Iterator[Place]:
    """Yield the places that a reference to *name* can lead to."""
    # Another extension may have put a domain of its own in the place of ours.
    domain = env.domains.standard_domain
    objects = (domain.objects.get((kind, name)) for kind in domain.object_types)
    found = (domain.labels.get(name), domain.anonlabels.get(name), *objects)
    # Sphinx finds terms in any case.
    yield from filter(None, (*found, domain.data["terms"].get(name.lower())))
