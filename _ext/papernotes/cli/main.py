"""The program ``papernotes``: its commands, their arguments and their help.

Each command imports what it needs when it runs, so that none waits for another's libraries.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from papernotes import __version__
from papernotes.cli.errors import CommandError
from papernotes.cli.site import Site, find, show

if TYPE_CHECKING:
    from papernotes.bibliography.identifiers import Identifier
    from papernotes.cli.add import Incoming, Outcome
    from papernotes.cli.importer.collection import Kind
    from papernotes.cli.refresh import Change, Proposal
    from papernotes.core.diagnostics import Diagnostic

_STANDARD_INPUT = "-"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Each command has a --help of its own. The status is 0 where all is well, 1 where"
    " something is wrong, 2 where the command line cannot be understood.",
)
@click.option(
    "--site",
    metavar="FOLDER",
    default=".",
    show_default="the working folder",
    help="The site to work on: the folder with its conf.py, or one below it.",
)
@click.version_option(__version__, message="papernotes %(version)s")
@click.pass_context
def main(context: click.Context, site: str) -> None:
    """Keep the bibliography of a site of notes on papers.

    Settings come from the site's conf.py: which bibliography files there are (bibtex_bibfiles),
    where notes lie (papernotes_folder), how keys are made (papernotes_key_pattern), whom arXiv and
    the registries of DOIs can turn to (papernotes_contact).
    """
    context.obj = site


@main.command()
@click.argument("papers", nargs=-1, required=True, metavar="PAPER…")
@click.option("--to-read", is_flag=True, help="Put the paper on the reading list; make no note.")
@click.option("--open", "opened", is_flag=True, help="Open the notes in $VISUAL or $EDITOR.")
@click.option("--key", default="", metavar="KEY", help="The citation key, in place of a made one.")
@click.option(
    "--again",
    is_flag=True,
    help="Add a paper also where another has its title and its first author.",
)
@click.pass_obj
def add(
    folder: str, papers: Sequence[str], to_read: bool, opened: bool, key: str, again: bool
) -> None:
    """Add papers to the bibliography, each with a note.

    \b
    PAPER is one of
      1706.05394, hep-th/9901001   an arXiv identifier, with or without version
      10.1162/neco.2006.18.7.1527  a DOI
      https://…                    an address at arXiv or of a DOI
      refs-to-add.bib              a file with BibTeX entries
      -                            BibTeX entries from standard input

    arXiv and the registries of DOIs give the BibTeX. It is cleaned, given a key by the pattern in
    conf.py and appended to the first bibliography file, in that file's own style. The note is
    made from _templates/note.md, or else from a template that comes with this program, and is
    never written over one that is there. A paper that is there already is not added again: it is
    told where, and gets the note that it lacks.

    Where anything goes wrong, nothing is written, of all papers.
    """
    from papernotes.cli.add import Wanted
    from papernotes.cli.add import add as run
    from papernotes.cli.bibfile import keys

    site = find(Path(folder))
    if key:
        keys.check_key(key)
    incoming = list(_incoming(site, papers))
    if key and len(incoming) != 1:
        raise CommandError(f"--key goes with one paper, and these are {len(incoming)}")
    today = datetime.datetime.now().astimezone().date()
    outcomes = run(site, Wanted(today, to_read, key, again), incoming)
    for outcome in outcomes:
        _report(outcome)
    if opened:
        # Those on the reading list have no note; what there is to open is their bibliography.
        opening = dict.fromkeys(str(outcome.note or outcome.held.path) for outcome in outcomes)
        click.edit(filename=list(opening))


def _report(outcome: Outcome) -> None:
    from papernotes.cli.bibfile.entry import missing_author_or_year

    held, note = outcome.held, outcome.note
    if outcome.why:
        click.echo(f"{outcome.why}:", err=True)
    click.echo(f"{show(held.path)}:{held.line}")
    if note:
        click.echo(show(note))
    if outcome.added and (lacking := missing_author_or_year(held.entry)):
        click.echo(f"the entry {held.key} has no {' and no '.join(lacking)}; add it", err=True)


def _incoming(site: Site, papers: Sequence[str]) -> Iterator[Incoming | Identifier]:
    """Yield what is to be added, in the order of *papers*."""
    from papernotes.bibliography.identifiers import Identifier, identify
    from papernotes.cli.add import Incoming
    from papernotes.cli.bibfile.clean import clean
    from papernotes.cli.bibfile.entry import parse
    from papernotes.cli.fetch import fetch

    parts: list[Identifier | list[Incoming]] = []
    for paper in papers:
        if identifier := identify(paper):
            parts.append(identifier)
            continue
        content, name = _bibtex(paper)
        entries = [clean(entry) for entry in parse(content, name)]
        parts.append([Incoming(entry, keyed=True) for entry in entries])
    fetched = fetch(site, [part for part in parts if isinstance(part, Identifier)])
    for part in parts:
        if isinstance(part, Identifier):
            yield fetched[part]
        else:
            yield from part


def _bibtex(paper: str) -> tuple[bytes, str]:
    """Return the content and the name of the BibTeX file that is meant by *paper*."""
    if paper == _STANDARD_INPUT:
        if sys.stdin.isatty():
            click.echo("Paste BibTeX, and end it with Control-D:", err=True)
        return sys.stdin.buffer.read(), "standard input"
    path = Path(paper)
    if path.is_file():
        from papernotes.cli.storage import read

        return read(path) or b"", show(path)
    raise CommandError(
        f'"{paper}" is no arXiv identifier, no DOI, no address of either, and no file; arXiv'
        " identifiers look like 1706.05394 or hep-th/9901001, DOIs like 10.1000/182"
    )


_format = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "github"]),
    default="text",
    show_default=True,
    help="Plain lines, or annotations for GitHub's workflows.",
)


@main.command()
@click.option(
    "--fix", is_flag=True, help="Correct what can be corrected without a doubt, and show it."
)
@_format
@click.pass_obj
def check(folder: str, fix: bool, style: str) -> None:
    """Check notes and bibliography.

    Each line tells a file and a line of it, what is wrong and what to do, and in brackets the kind,
    which the site's README explains and suppress_warnings in conf.py silences. It finds papers
    that are there twice; entries that lack what their kind needs; pages, years, DOIs and arXiv
    identifiers that cannot be; names in capitals; HTML and broken LaTeX; links that are none;
    notes without summary or tags; tags that are nearly the same.

    A "remark" is no fault: an entry that nobody cites, a key that does not follow the pattern.
    The status is 1 if there is a fault, and 0 otherwise. Nothing is built, and nobody is asked.
    """
    from papernotes.cli.checks import report
    from papernotes.cli.checks.run import apply_fixes
    from papernotes.cli.checks.run import check as run

    site = find(Path(folder))
    if fix:
        for fixed in apply_fixes(site):
            click.echo(report.fixed(site, fixed))
    checked = run(site)
    _print(site, checked.diagnostics, style)
    click.echo(report.summary(checked), err=True)
    if any(each.severity == "fault" for each in checked.diagnostics):
        raise SystemExit(1)


def _print(site: Site, diagnostics: Sequence[Diagnostic], style: str) -> None:
    from papernotes.cli.checks import report

    lines = report.lines(site, diagnostics, report.STYLES[style])
    if lines:
        click.echo("\n".join(lines))


@main.command(short_help="Ask whether addresses still lead somewhere.")
@_format
@click.option("--again", is_flag=True, help="Ask for every address, whatever earlier runs found.")
@click.pass_obj
def linkcheck(folder: str, style: str, again: bool) -> None:
    """Ask whether the addresses in notes and bibliography still lead somewhere.

    Papers on arXiv are asked for fifty at a time, DOIs at their registry, and no host more often
    than once a second. What was found is kept for a month, so that the next run asks for what is
    new, gone or old. A "remark" is no fault: a server that refuses programs, or is busy.
    """
    from papernotes.cli.checks.links import addresses, cache_of
    from papernotes.cli.checks.links import check as run
    from papernotes.cli.progress import Progress
    from papernotes.cli.remote.http import Client
    from papernotes.cli.remote.sources import Sources
    from papernotes.core.diagnostics import without_suppressed

    site = find(Path(folder))
    cache = cache_of(site)
    if again:
        cache.path.unlink(missing_ok=True)
    contact: str = site.config.papernotes_contact
    with Progress(1) as progress:
        sources = Sources(site, Client(contact, progress.tell))
        found = list(run(site, sources, lambda: Client(contact), cache, progress))
    diagnostics = without_suppressed(found, site.config.suppress_warnings)
    _print(site, diagnostics, style)
    gone = sum(each.severity == "fault" for each in diagnostics)
    click.echo(f"{len(addresses(site))} addresses: {gone} gone.", err=True)
    if gone:
        raise SystemExit(1)


@main.command()
@click.argument("keys", nargs=-1, metavar="[KEY…]")
@click.option("--yes", is_flag=True, help="Make every change without asking.")
@click.option("--dry-run", is_flag=True, help="Show what could change, and change nothing.")
@click.pass_obj
def refresh(folder: str, keys: Sequence[str], yes: bool, dry_run: bool) -> None:
    """Find what has become of preprints, and what entries lack.

    arXiv is asked whether the papers with these citation keys, or all preprints, have been
    published, and the registry of DOIs for the record of the publication, or for what an entry
    with a DOI lacks. Each difference is shown, and made if you agree:

    \b
      y   this one
      n   not this one
      a   this one and all that follow
      q   not this one, and no more

    Only fields that are missing, or that say what arXiv says, are changed: what you have changed
    yourself stays, as do comments, order and everything else in the file.
    """
    from papernotes.cli.progress import Progress
    from papernotes.cli.refresh import apply, propose
    from papernotes.cli.remote.http import Client
    from papernotes.cli.remote.sources import Sources

    site = find(Path(folder))
    with Progress(1) as progress:
        sources = Sources(site, Client(site.config.papernotes_contact, progress.tell))
        proposals = list(propose(site, sources, keys, progress.step))
    agreement = _Agreement(yes, dry_run)
    agreed = [agreement.on(proposal) for proposal in proposals]
    changed = [proposal for proposal in agreed if proposal.changes]
    if changed and not dry_run:
        apply(site, changed)
    count = sum(len(proposal.changes) for proposal in changed)
    if dry_run:
        click.echo("Nothing was changed.", err=True)
    else:
        click.echo(f"{count} change{'' if count == 1 else 's'} made.", err=True)


class _Agreement:
    """Shows changes one by one, and asks about each."""

    def __init__(self, yes: bool, dry_run: bool) -> None:
        self.answer = "a" if yes else "q" if dry_run else ""

    def on(self, proposal: Proposal) -> Proposal:
        """Return *proposal* with the changes that are agreed."""
        click.echo(f"{show(proposal.path)}:{proposal.line}: {proposal.key}: {proposal.why}")
        return replace(
            proposal, changes=tuple(change for change in proposal.changes if self.agrees(change))
        )

    def agrees(self, change: Change) -> bool:
        name = change.field or "kind"
        if change.old is not None:
            click.echo(f"  - {name}: {change.old}")
        click.echo(f"  + {name}: {change.new}")
        if self.answer not in ("a", "q"):
            try:
                choice = click.Choice(["y", "n", "a", "q"])
                self.answer = click.prompt("    make this change?", type=choice, default="y")
            except click.Abort:
                # The input has ended.
                self.answer = "q"
        return self.answer in ("y", "a")


@main.command("import", short_help="Bring notes along from Hugo, Jekyll, MkDocs or Obsidian.")
@click.argument("kind", type=click.Choice(["hugo", "jekyll", "mkdocs", "obsidian"]))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--to",
    "target",
    default="imported",
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The new folder to write to.",
)
def import_(kind: Kind, folder: Path, target: Path) -> None:
    """Make a site of the notes in FOLDER, which another program was used for.

    A document that names a paper, by link, arxiv, doi, url or pdf in its front matter or by an
    address in its first lines, becomes a note on it, and the paper an entry in refs.bib, with what
    the address tells; papernotes refresh completes it. Other documents become pages. Links,
    pictures, mathematics, citations, tags and days are carried over.

    What cannot be is left as text, or left out, and told line by line, here and in report.txt.
    Nothing in FOLDER is changed.
    """
    from papernotes.cli.importer.importer import Importer
    from papernotes.cli.progress import Progress

    with Progress(1) as progress:
        importer = Importer(kind, folder, target, progress.tell)
        importer.run()
    for line in importer.report():
        click.echo(line)
    click.echo(f"{importer.written} documents are in {show(target)}.", err=True)
