"""The commands of the program ``papernotes``, with their arguments and their help.

Each command imports the modules that it needs when it runs, so that no command waits for the
libraries of another.
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
from papernotes.cli import site_commands
from papernotes.cli.citations.command import citations
from papernotes.cli.errors import CommandError, Program
from papernotes.cli.highlights.command import highlights
from papernotes.cli.progress import say
from papernotes.cli.site import Site, find_site, show

if TYPE_CHECKING:
    from papernotes.bibliography.identifiers import Identifier
    from papernotes.cli.add import Incoming, Outcome
    from papernotes.cli.importer.collection import Kind
    from papernotes.cli.refresh.changes import Change, Proposal
    from papernotes.core.diagnostics import Diagnostic

_STANDARD_INPUT = "-"


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog='Run "papernotes COMMAND --help" for help on a command. The exit status is 0 for'
    " success, 1 for a fault or a failure, and 2 for a usage error.",
)
@click.option(
    "--site",
    metavar="FOLDER",
    default=".",
    show_default="the current folder",
    help="Use the site in FOLDER, or in the nearest folder above it that has a conf.py.",
)
@click.version_option(__version__, message="papernotes %(version)s")
@click.pass_context
def main(context: click.Context, site: str) -> None:
    """Manage the notes and the bibliography of a site.

    The settings come from the site's conf.py: the bibliography files (bibtex_bibfiles), the folder
    of the notes (papernotes_folder), the form of new citation keys (papernotes_key_pattern) and
    your contact address for arXiv and the DOI registries (papernotes_contact).
    """
    context.obj = site


for _command in (
    site_commands.new,
    site_commands.build,
    site_commands.serve,
    citations,
    highlights,
):
    main.add_command(_command)


@main.command()
@click.argument("papers", nargs=-1, required=True, metavar="PAPER…", envvar="PAPERNOTES_PAPERS")
@click.option(
    "--to-read", is_flag=True, help="Put the papers on the reading list; create no notes."
)
@click.option("--open", "opened", is_flag=True, help="Open the notes in $VISUAL or $EDITOR.")
@click.option("--key", default="", metavar="KEY", help="Use this citation key (one paper only).")
@click.option(
    "--again",
    is_flag=True,
    help="Add a paper even if another has the same title and first author.",
)
@click.option("--new-note", is_flag=True, help="Create a note even if the paper has one already.")
@click.pass_obj
def add(
    folder: str,
    papers: Sequence[str],
    to_read: bool,
    opened: bool,
    key: str,
    again: bool,
    new_note: bool,
) -> None:
    """Add papers to the bibliography, and create their notes.

    \b
    PAPER is one of:
      1706.05394, hep-th/9901001   arXiv identifier, with or without a version
      10.1162/neco.2006.18.7.1527  DOI
      https://…                    URL of a paper on arXiv, or of a DOI
      refs-to-add.bib              file in BibTeX, RIS, CSL-JSON or PubMed's format (nbib)
      -                            the same from standard input

    Without PAPER, the command takes those that the environment variable PAPERNOTES_PAPERS names.
    For an identifier or a URL, the BibTeX is fetched from arXiv or the DOI registry. Each entry is
    cleaned, given a citation key, and appended to the first bibliography file that no other program
    owns (papernotes_external_bibliographies), in the style of that file. Its note is created from
    _templates/note.md, or from a built-in template.

    A paper that is already in the bibliography is not added again: its place and its notes are
    printed, and a note is created if it has none. Existing notes are never overwritten. If anything
    fails, nothing is written for any of the papers.
    """
    from papernotes.cli.add import AddOptions
    from papernotes.cli.add import add as run
    from papernotes.cli.bibfile import keys

    site = find_site(Path(folder))
    if key:
        keys.check_key(key)
    incoming = list(_incoming(site, papers))
    if key and len(incoming) != 1:
        raise CommandError(
            f"--key takes one paper, not {len(incoming)}; add the papers one at a time"
        )
    today = datetime.datetime.now().astimezone().date()
    options = AddOptions(today, to_read, key, again, new_note)
    outcomes = run(site, options, incoming)
    for outcome in outcomes:
        _print_outcome(outcome)
    if opened:
        # A paper on the reading list has no note; open its bibliography file instead.
        paths = [path for each in outcomes for path in each.notes or [each.indexed.path]]
        click.edit(filename=list(dict.fromkeys(map(str, paths))))


def _print_outcome(outcome: Outcome) -> None:
    from papernotes.cli.bibfile.entry import missing_author_or_year

    indexed = outcome.indexed
    if outcome.why:
        say(f"{outcome.why}:", err=True)
    say(f"{show(indexed.path)}:{indexed.line}")
    for note in outcome.notes:
        say(show(note))
    if outcome.added and (missing := missing_author_or_year(indexed.entry)):
        say(
            f'the entry "{indexed.key}" has no {" and no ".join(missing)}; add what is missing',
            err=True,
        )


def _incoming(site: Site, papers: Sequence[str]) -> Iterator[Incoming | Identifier]:
    """Yield what to add for each of the arguments *papers*, in their order."""
    from papernotes.bibliography.identifiers import Identifier, identify
    from papernotes.cli.add import Incoming
    from papernotes.cli.bibfile.clean import clean
    from papernotes.cli.fetch import fetch
    from papernotes.cli.formats.detect import read_entries

    parts: list[Identifier | list[Incoming]] = []
    for paper in papers:
        if identifier := identify(paper):
            parts.append(identifier)
            continue
        content, name = _content(paper)
        entries = [clean(entry) for entry in read_entries(content, name)]
        parts.append([Incoming(entry, keyed=bool(entry.given_key)) for entry in entries])
    fetched = fetch(site, [part for part in parts if isinstance(part, Identifier)])
    for part in parts:
        if isinstance(part, Identifier):
            yield fetched[part]
        else:
            yield from part


def _content(paper: str) -> tuple[bytes, str]:
    """Return the content and the name of the file that the argument *paper* names."""
    if paper == _STANDARD_INPUT:
        if sys.stdin.isatty():
            say("Paste BibTeX, RIS, CSL-JSON or nbib, then press Control-D:", err=True)
        return sys.stdin.buffer.read(), "standard input"
    path = Path(paper)
    if path.is_file():
        from papernotes.cli.storage import read

        return read(path) or b"", show(path)
    raise CommandError(
        f'"{paper}" is not an arXiv identifier, a DOI, a URL of either or a file; arXiv'
        " identifiers look like 1706.05394 or hep-th/9901001, DOIs like 10.1000/182"
    )


_format = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "github"]),
    default="text",
    show_default=True,
    help="Print plain lines or GitHub Actions annotations.",
)


@main.command()
@click.option(
    "--fix", is_flag=True, help="Correct what can be corrected with certainty, and show it."
)
@_format
@click.pass_obj
def check(folder: str, fix: bool, style: str) -> None:
    """Check the notes and the bibliography.

    The command reads the site as a build does, writes no pages, and finds all that a build warns
    about. It also finds duplicate papers; missing fields; invalid pages, years, DOIs and arXiv
    identifiers; names in capitals; HTML and broken LaTeX; broken links; notes without a summary or
    tags; and tags that are nearly the same. It needs no network.

    What has been read is kept in _build, and the next check reads only what has changed.

    Each line of output shows the file and the line, what is wrong, what to do, and the kind in
    brackets. The manual lists the kinds; suppress_warnings in conf.py silences them. A "remark"
    is not a fault: an unused entry, a key that does not match the pattern, or several notes on one
    paper.

    Files that another program owns (papernotes_external_bibliographies) are checked, but never
    corrected. Their entries may be unused, and their keys are that program's.

    The exit status is 1 if there is a fault, and 0 otherwise.
    """
    from papernotes.cli.building import site_check
    from papernotes.cli.checks import report
    from papernotes.cli.checks.run import apply_fixes

    if fix:
        site = find_site(Path(folder))
        for fixed in apply_fixes(site):
            say(report.describe_fix(site, fixed))
    site, result = site_check.check(Path(folder))
    _print_diagnostics(site, result.diagnostics, style)
    say(report.summary(result), err=True)
    if any(each.severity == "fault" for each in result.diagnostics):
        raise SystemExit(1)


def _print_diagnostics(site: Site, diagnostics: Sequence[Diagnostic], style: str) -> None:
    from papernotes.cli.checks import report

    for line in report.lines(site, diagnostics, report.STYLES[style]):
        say(line)


@main.command()
@_format
@click.option("--again", is_flag=True, help="Check all links, also those checked recently.")
@click.pass_obj
def linkcheck(folder: str, style: str, again: bool) -> None:
    """Check whether the links in notes and bibliography still work.

    Papers on arXiv are looked up fifty at a time, DOIs at their registry, and other links once a
    second per host. Links that work are remembered for 30 days; the next run checks only links
    that are new, broken or not checked since.

    A "remark" is not a fault: a server that refuses programs, or is busy. The exit status is 1 if a
    link is broken, and 0 otherwise.
    """
    from papernotes.cli.checks.links import addresses, cache_of
    from papernotes.cli.checks.links import check as run
    from papernotes.cli.progress import Progress
    from papernotes.cli.remote.http import Client
    from papernotes.cli.remote.sources import Sources
    from papernotes.core.diagnostics import without_suppressed

    site = find_site(Path(folder))
    cache = cache_of(site)
    if again:
        cache.path.unlink(missing_ok=True)
    contact: str = site.config.papernotes_contact
    with Progress(1) as progress:
        sources = Sources(site, Client(contact, progress.show))
        found = list(run(site, sources, lambda: Client(contact), cache, progress))
    diagnostics = without_suppressed(found, site.config.suppress_warnings)
    _print_diagnostics(site, diagnostics, style)
    broken = sum(each.severity == "fault" for each in diagnostics)
    say(f"{len(addresses(site))} links: {broken} broken.", err=True)
    if broken:
        raise SystemExit(1)


@main.command()
@click.argument("keys", nargs=-1, metavar="[KEY…]")
@click.option("--yes", is_flag=True, help="Make all changes without asking.")
@click.option("--dry-run", is_flag=True, help="Show the changes without making them.")
@click.pass_obj
def refresh(folder: str, keys: Sequence[str], yes: bool, dry_run: bool) -> None:
    """Find out what became of papers: published, retracted, corrected, in a newer version.

    KEY is the citation key of an entry. Without a KEY, the command looks up all. It asks arXiv
    whether a preprint has been published, or has a newer version than the one that was read; the
    DOI registry for the record of the publication, and for what entries lack; and Crossref whether
    a work was retracted or corrected, or whether there are concerns about it. It shows each change
    and asks what to do:

    \b
      y   make this change
      n   skip this change
      a   make this change and all that follow
      q   skip this change and all that follow

    Only fields that are missing, or that still have the value from arXiv, are changed. Fields that
    you have edited, comments and the order of the file stay as they are. Changes of a file that
    another program owns (papernotes_external_bibliographies) are shown, but not made.
    """
    from papernotes.cli.progress import Progress
    from papernotes.cli.refresh.application import apply
    from papernotes.cli.refresh.proposals import propose
    from papernotes.cli.remote.http import Client
    from papernotes.cli.remote.sources import Sources

    site = find_site(Path(folder))
    with Progress(1) as progress:
        sources = Sources(site, Client(site.config.papernotes_contact, progress.show))
        proposals = list(propose(site, sources, keys, progress.step))
    prompt = _ChangePrompt(yes, dry_run)
    answered = [prompt.ask(proposal) for proposal in proposals]
    changed = [proposal for proposal in answered if proposal.changes and not proposal.external]
    if changed and not dry_run:
        apply(site, changed)
    count = sum(len(proposal.changes) for proposal in changed)
    if dry_run:
        say("Nothing was changed.", err=True)
    else:
        say(f"{count} change{'' if count == 1 else 's'} made.", err=True)
    if left := sum(len(proposal.changes) for proposal in proposals if proposal.external):
        say(
            f"{left} change{'' if left == 1 else 's'} to make in the program that owns the file.",
            err=True,
        )


class _ChangePrompt:
    """Shows proposed changes one by one, and asks whether to make them."""

    def __init__(self, yes: bool, dry_run: bool) -> None:
        self.answer = "a" if yes else "q" if dry_run else ""

    def ask(self, proposal: Proposal) -> Proposal:
        """Return *proposal* with only the changes that the author accepts."""
        place = f"{show(proposal.path)}:{proposal.line}: {proposal.key}: {proposal.why}"
        if proposal.external:
            note = "; another program owns this file, so make these changes in that program"
            say(f"{place}{note if proposal.changes else ''}")
            for change in proposal.changes:
                self._show(change)
            return proposal
        say(place)
        return replace(
            proposal, changes=tuple(change for change in proposal.changes if self._accepts(change))
        )

    @staticmethod
    def _show(change: Change) -> None:
        name = change.field or "entry type"
        if change.old is not None:
            say(f"  - {name}: {change.old}")
        say(f"  + {name}: {change.new}")

    def _accepts(self, change: Change) -> bool:
        self._show(change)
        if self.answer not in ("a", "q"):
            try:
                choice = click.Choice(["y", "n", "a", "q"])
                self.answer = click.prompt("    make this change?", type=choice, default="y")
            except click.Abort:
                # Standard input has ended.
                self.answer = "q"
        return self.answer in ("y", "a")


@main.command("import", short_help="Import notes from Hugo, Jekyll, MkDocs or Obsidian.")
@click.argument("kind", type=click.Choice(["hugo", "jekyll", "mkdocs", "obsidian"]))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--to",
    "target",
    default="imported",
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write the site to this new folder.",
)
@site_commands.description_options
def import_(
    kind: Kind,
    folder: Path,
    target: Path,
    title: str | None,
    author: str | None,
    language: str | None,
    url: str | None,
) -> None:
    """Import the notes in FOLDER, written for another program, as a new site.

    A document that links to a paper, in its front matter (link, arxiv, doi, url or pdf) or in its
    first lines, becomes a note. The paper becomes an entry in refs.bib, which "papernotes refresh"
    completes. Other documents become pages, and drafts stay drafts. Links, images, mathematics,
    citations, tags, dates, shortcodes and metadata ("**Venue**: …") are converted. The rest of the
    site is what "papernotes new" writes.

    What cannot be converted is kept as text or left out, and listed in the output and in
    report.txt. Nothing in FOLDER is changed.
    """
    from papernotes.cli.importer.importer import Importer
    from papernotes.cli.progress import Progress

    description = site_commands.description_of(title, author, language, url, asks=False)
    with Progress(1) as progress:
        importer = Importer(kind, folder, target, description, progress.show)
        importer.run()
    for line in importer.report():
        say(line)
    say(f"{importer.written} documents are in {show(target)}.", err=True)
