"""Fetch the entries of papers from arXiv and the DOI registries."""

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

# Fields of registries that do not belong in a bibliography; keywords are the author's own.
_UNWANTED_FIELDS = frozenset({"abstract", "copyright", "keywords", "language"})


def fetch(site: Site, identifiers: Sequence[Identifier]) -> dict[Identifier, Incoming | Identifier]:
    """Return the cleaned entry of each paper, or its identifier if the site already has the paper.

    Raise a CommandError if an entry cannot be fetched, or if a paper has been withdrawn.
    """
    found: dict[Identifier, Incoming | Identifier] = {}
    if not identifiers:
        return found
    library = Library.of(site)
    missing: list[Identifier] = []
    for identifier in dict.fromkeys(identifiers):
        if library.by_identifier(identifier):
            found[identifier] = identifier
        else:
            missing.append(identifier)
    if missing:
        found.update(_download(site, missing))
    return found


def _download(site: Site, identifiers: Sequence[Identifier]) -> dict[Identifier, Incoming]:
    from papernotes.cli.remote.http import Client
    from papernotes.cli.remote.sources import Sources

    found: dict[Identifier, Incoming] = {}
    arxiv_ids = [identifier.value for identifier in identifiers if identifier.kind == "arXiv"]
    with Progress(len(identifiers) + bool(arxiv_ids)) as progress:
        sources = Sources(site, Client(site.config.papernotes_contact, progress.show))
        for identifier in identifiers:
            progress.step(f"fetching the BibTeX of {identifier}")
            found[identifier] = Incoming(_entry(sources.bibtex(identifier), identifier))
        if arxiv_ids:
            progress.step("asking arXiv whether a paper has been withdrawn")
            records = {record.id: record for record in sources.records(arxiv_ids)}
            for identifier in identifiers:
                arxiv_id = identifier.value
                if identifier.kind != "arXiv":
                    continue
                if arxiv_id not in records:
                    raise CommandError(
                        f"the arXiv API has no record of arXiv:{arxiv_id}; check the identifier, or"
                        " try again later"
                    )
                if records[arxiv_id].withdrawn:
                    raise CommandError(
                        f"arXiv:{arxiv_id} has been withdrawn by its authors or by arXiv; to add"
                        " it nevertheless, save its BibTeX to a file and add that"
                    )
                version = identifier.version or records[arxiv_id].version
                if version:
                    entry = found[identifier].entry
                    fields = {**entry.fields, "read_version": str(version)}
                    found[identifier] = Incoming(replace(entry, fields=fields))
    return found


def _entry(text: str, identifier: Identifier) -> Entry:
    entries = parse(text.encode(), f"the BibTeX of {identifier}")
    if len(entries) != 1:
        raise CommandError(
            f"the BibTeX of {identifier} has {len(entries)} entries instead of one; try again later"
        )
    entry = entries[0]
    if identifier.kind == "arXiv":
        received = {each.kind: each for each in entry.identifiers()}.get("arXiv", identifier)
        if received != identifier:
            raise CommandError(
                f"arXiv answered with the BibTeX of {received} instead of {identifier}; try again"
                " later"
            )
        # arXiv gives the year of the last version, such as 2023 for a paper of 2017.
        year = arxiv_year(identifier)
        fields = {**entry.fields, "eprint": identifier.value, "year": year}
    else:
        # The registry may know the work under a newer DOI.
        fields = {"doi": identifier.value, **entry.fields}
    kept = {name: value for name, value in fields.items() if name not in _UNWANTED_FIELDS}
    return clean(replace(entry, fields=kept))
