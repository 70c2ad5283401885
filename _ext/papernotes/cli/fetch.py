"""Getting the entries of papers from where they were published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from papernotes.bibliography.identifiers import Identifier
from papernotes.cli.add import Incoming
from papernotes.cli.bibfile.clean import arxiv_year, clean
from papernotes.cli.bibfile.entry import Entry, parse
from papernotes.cli.errors import CommandError
from papernotes.cli.library import Library
from papernotes.cli.progress import Progress
from papernotes.cli.site import Site

# What registries add that is no matter of a bibliography; keywords are the author's.
_OF_THE_REGISTRY = frozenset({"abstract", "copyright", "keywords", "language"})


def fetch(site: Site, identifiers: Sequence[Identifier]) -> dict[Identifier, Incoming | Identifier]:
    """Return the cleaned entry of each paper, or its identifier where the site has it already.

    A CommandError is raised where one cannot be had, or has been withdrawn.
    """
    found: dict[Identifier, Incoming | Identifier] = {}
    if not identifiers:
        return found
    library = Library.of(site)
    there = [identifier for identifier in identifiers if library.by_identifier(identifier)]
    found.update((identifier, identifier) for identifier in there)
    missing = [one for one in dict.fromkeys(identifiers) if one not in found]
    if missing:
        found.update(_ask(site, missing))
    return found


def _ask(site: Site, identifiers: Sequence[Identifier]) -> dict[Identifier, Incoming]:
    from papernotes.cli.remote.http import Client
    from papernotes.cli.remote.sources import Sources

    found: dict[Identifier, Incoming] = {}
    on_arxiv = [one.value for one in identifiers if one.kind == "arXiv"]
    with Progress(len(identifiers) + bool(on_arxiv)) as progress:
        sources = Sources(site, Client(site.config.papernotes_contact, progress.tell))
        for identifier in identifiers:
            progress.step(f"asking for the BibTeX of {identifier}")
            found[identifier] = Incoming(_entry(sources.bibtex(identifier), identifier))
        if on_arxiv:
            progress.step("asking arXiv whether any paper was withdrawn")
            records = {record.id: record for record in sources.records(on_arxiv)}
            for one in on_arxiv:
                if one not in records:
                    raise CommandError(
                        f"arXiv's interface knows no arXiv:{one}; check it, or try later"
                    )
                if records[one].withdrawn:
                    raise CommandError(
                        f"arXiv:{one} has been withdrawn by its authors or by arXiv; if you want"
                        " it all the same, add its BibTeX from a file"
                    )
    return found


def _entry(text: str, identifier: Identifier) -> Entry:
    entries = parse(text.encode(), f"the BibTeX of {identifier}")
    if len(entries) != 1:
        raise CommandError(
            f"{len(entries)} entries came for {identifier}, where there should be one"
        )
    entry = entries[0]
    theirs = {one.kind: one for one in entry.identifiers()}
    if identifier.kind == "arXiv":
        if theirs.get("arXiv", identifier) != identifier:
            raise CommandError(
                f"for {identifier} the BibTeX of {theirs['arXiv']} came; try again later"
            )
        # arXiv's own year is that of the last version, 2023 for a paper of 2017.
        year = arxiv_year(identifier)
        fields = {**entry.fields, "eprint": identifier.value, "year": year}
    else:
        # The registry may know the work under a newer DOI.
        fields = {"doi": identifier.value, **entry.fields}
    kept = {name: value for name, value in fields.items() if name not in _OF_THE_REGISTRY}
    return clean(replace(entry, fields=kept))
