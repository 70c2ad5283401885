"""The command ``papernotes highlights``, with its arguments and its help."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from papernotes.cli.progress import say
from papernotes.cli.site import find_site

if TYPE_CHECKING:
    from papernotes.cli.highlights.run import Outcome, Paper
    from papernotes.cli.library import Library
    from papernotes.cli.site import Site


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY…]")
@click.option("--web", is_flag=True, help="Ask Zotero's servers instead of the program.")
@click.option(
    "--pdf",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the annotations in this PDF file, of the paper KEY.",
)
@click.option("--dry-run", is_flag=True, help="Show the changes without making them.")
@click.pass_obj
def highlights(
    folder: str, keys: Sequence[str], web: bool, pdf: Path | None, dry_run: bool
) -> None:
    """Bring highlights from Zotero or a PDF file into notes.

    KEY is the citation key of a paper that has a note. Without a KEY, the command looks for all
    papers that have notes, by their citation keys, DOIs and arXiv identifiers.

    It asks the Zotero that runs on this computer. With --web, it asks Zotero's servers, with the
    key in the environment variable ZOTERO_API_KEY. With --pdf, it reads a file; without a KEY, the
    paper is the one that the file is named after, or whose identifier is in it.

    Quotes, comments and pictures of areas are written into a block of the note, {quotes}, each with
    a number that it keeps. A later run changes only quotes whose annotations have changed, and adds
    new ones at their place. What you have edited, moved or deleted stays so. A quote whose
    annotation is gone is reported, and stays. What Zotero and a PDF both have comes once.

    The block is private unless you publish it (:public:, or papernotes_highlights_public).

    The exit status is 1 if a note had to be left alone, and 0 otherwise.
    """
    from papernotes.cli.highlights.run import from_pdf, write
    from papernotes.cli.library import Library

    if pdf and (web or len(keys) > 1):
        raise click.UsageError("--pdf takes one KEY at most, and no --web")
    site = find_site(Path(folder))
    library = Library.of(site)
    papers = (
        [from_pdf(site, library, pdf, keys[0] if keys else "")]
        if pdf
        else _in_zotero(site, library, keys, web=web)
    )
    _print(write(site, papers, dry=dry_run), dry=dry_run)


def _in_zotero(site: Site, library: Library, keys: Sequence[str], *, web: bool) -> list[Paper]:
    """Return the papers with notes that are in Zotero."""
    from papernotes.cli.highlights.run import from_zotero
    from papernotes.cli.highlights.zotero import KEY_VARIABLE, MAX_SIZE, Zotero
    from papernotes.cli.progress import Progress
    from papernotes.cli.remote.http import Client

    with Progress(1) as progress:
        client = Client(site.config.papernotes_contact, progress.show, max_size=MAX_SIZE)
        key = os.environ.get(KEY_VARIABLE, "").strip() if web else ""
        zotero = Zotero(site, client, key, web=web)
        progress.step(f"asking {zotero.server} for annotations")
        return from_zotero(site, library, zotero.items(site), zotero, keys)


def _print(outcomes: Iterable[Outcome], *, dry: bool) -> None:
    """Print what was done to each note; exit with status 1 if one had to be left alone."""
    from papernotes.cli.site import show

    added = changed = failed = 0
    for outcome in outcomes:
        added, changed = added + outcome.added, changed + outcome.changed
        failed += outcome.failed
        if outcome.added or outcome.changed or outcome.known:
            counts = f"{_count(outcome.added)} added, {_count(outcome.changed)} changed"
            known = f", {_count(outcome.known)} there already" if outcome.known else ""
            say(f"{show(outcome.note)}: {counts}{known}")
        for line in outcome.difference if dry else ():
            say(line)
        for message in outcome.told:
            say(message, err=True)
    done = "would be " if dry else ""
    say(f"{_count(added)} {done}added, {_count(changed)} {done}changed.", err=True)
    if failed:
        raise SystemExit(1)


def _count(number: int) -> str:
    return f"{number} quote{'' if number == 1 else 's'}"
