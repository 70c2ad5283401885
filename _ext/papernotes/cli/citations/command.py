"""The command with its arguments and its help."""

from __future__ import annotations

from pathlib import Path

import click

from papernotes.cli.progress import say
from papernotes.cli.site import find_site, show


@click.command()
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--again", is_flag=True, help="Ask for all works, also for those asked recently.")
@click.pass_obj
def citations(folder: str, dry_run: bool, again: bool) -> None:
    """Find out how the papers cite each other, and what many of them cite.

    The command asks OpenAlex which works each paper of the bibliography cites, fifty papers in a
    request, and writes citations.json. From that file, a build shows on each note which of the
    papers here its paper cites and is cited by, draws these citations on the map, and lists works
    that many papers cite and the bibliography lacks ({suggestions}).

    Answers are remembered for 30 days. OpenAlex answers a few hundred requests a day without a key;
    the command sends one that the environment variable OPENALEX_API_KEY holds.
    """
    from papernotes.catalogue.literature import NAME
    from papernotes.cli.citations.collect import Collector, save
    from papernotes.cli.citations.memory import Memory
    from papernotes.cli.progress import Progress
    from papernotes.cli.remote.http import Client
    from papernotes.cli.remote.openalex import OpenAlex

    site = find_site(Path(folder))
    memory = Memory.of(site)
    if not again:
        memory.load()
    with Progress(1) as progress:
        openalex = OpenAlex(site, Client(site.config.papernotes_contact, progress.show))
        collected = Collector(openalex, memory, progress.show).collect(site)
    if collected.unknown:
        say(f"OpenAlex does not know, or cannot find: {', '.join(collected.unknown)}", err=True)
    counts = (
        f"{collected.papers} papers, {collected.citations} citations between them,"
        f" {collected.suggestions} suggestions"
    )
    if dry_run:
        for line in collected.content.decode().splitlines():
            say(line)
        say(f"{counts}. Nothing was written.", err=True)
    elif save(site, collected.content):
        say(show(site.root / NAME))
        say(f"{counts}.", err=True)
    else:
        say(f"{counts}. {NAME} is up to date.", err=True)
