"""The catalogue: everything that is derived from notes, papers and citations.

:func:`derive` builds it once, when all documents are read; pages only look things up in it.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.bibliography.reader import Bibliography
from papernotes.catalogue import status
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Citation, Note, Page, Paper, Query, keep
from papernotes.core.text import fold_plain, letter_suffix


@dataclass(frozen=True)
class Catalogue:
    """Everything that is derived from notes, papers and citations.

    - ``notes``: all notes, in the order of titles
    - ``by_key``: maps citation keys to the notes on those papers, in the same order
    - ``by_docname``: maps documents to the notes
    - ``by_name``: maps documents without the folder of the notes to the notes
    - ``papers``: maps the keys of all works that are cited, noted or to be read
    - ``works``: the keys of the works that are cited or noted, in the order of a bibliography
    - ``cited_by``: maps keys to the documents that cite the work or link to a note on it, sorted
    - ``mentioned_by``: maps the documents of notes to those that cite a paper of the note or link
      to the note, sorted
    - ``suffixes``: maps keys to the letters that tell works by the same people in one year apart
    - ``reading_list``: the keys of the works to be read, without those that have a note
    - ``redirects``: maps former names of pages to their notes
    - ``problems``: the problems that show only when everything is read
    """

    notes: tuple[Note, ...] = ()
    by_key: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    by_docname: Mapping[str, Note] = field(default_factory=dict)
    by_name: Mapping[str, Note] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    works: tuple[str, ...] = ()
    cited_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mentioned_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    suffixes: Mapping[str, str] = field(default_factory=dict)
    reading_list: tuple[str, ...] = ()
    redirects: Mapping[str, Note] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()

    def on(self, key: str) -> tuple[Note, ...]:
        """Return the notes on the paper *key*, in the order of titles."""
        return self.by_key.get(key, ())

    def linked(self, target: str) -> tuple[Note, ...]:
        """Return the notes that a link to *target* leads to.

        A citation key stands for all notes on its paper, or for the one with ``main: true``. Any
        other target is a note's own name: its document, with or without the folder.
        """
        if on := self.on(target):
            return tuple(note for note in on if note.main)[:1] or on
        named = self.by_docname.get(target) or self.by_name.get(target)
        return (named,) if named else ()

    def leading(self, key: str) -> Note | None:
        """Return the note on the paper *key* for a link that can lead to only one, or None."""
        return next(iter(self.linked(key) if key in self.by_key else ()), None)

    def papers_of(self, note: Note) -> list[Paper]:
        """Return the papers of *note* that the bibliography has, the main one first."""
        return [self.papers[key] for key in note.keys if key in self.papers]

    def years_of(self, note: Note) -> list[str]:
        """Return the years of the papers of *note*, each once."""
        papers = (paper for paper in self.papers_of(note) if paper.year.strip())
        return list(dict.fromkeys(map(formatting.year, papers)))

    def citing(self, note: Note) -> list[str]:
        """Return the documents that cite a paper of *note* or link to it, without its own."""
        return [name for name in self.mentioned_by.get(note.docname, ()) if name != note.docname]

    def select(self, query: Query) -> list[Note]:
        """Return the notes that *query* asks for, in its order.

        If the query has tags, a note must have at least one of them. Notes without the day or year
        that the query sorts by come last, in the order of titles.
        """
        found = [
            note
            for note in self.notes
            if not query.tags or not set(query.tags).isdisjoint(note.tags)
        ]
        descending = query.sort.startswith("-")
        name = query.sort.removeprefix("-")
        if name == "title":
            found = found[::-1] if descending else found
        else:
            ranks = {note.docname: self._rank(name, note) for note in found}
            without = [note for note in found if not ranks[note.docname]]
            found = [note for note in found if ranks[note.docname]]
            # A stable sort keeps the order of titles among equal values, in either direction.
            found.sort(key=lambda note: ranks[note.docname], reverse=descending)
            found += without
        return found[: query.limit]

    def _rank(self, name: str, note: Note) -> tuple[float | str, ...]:
        """Return what *note* is sorted by, or nothing."""
        if name == "read":
            return (note.read.isoformat(),) if note.read else ()
        if name == "year":
            year = next((paper.year for paper in self.papers_of(note)), "")
            return (year,) if year else ()
        own = note.field(name)
        return own.ranks if own else ()


def derive(
    notes: Iterable[Note],
    pages: Iterable[Page],
    bibliography: Bibliography,
    paths: Mapping[str, str],
    *,
    folder: str = "papers",
    report_unknown: bool = True,
) -> Catalogue:
    """Derive the catalogue.

    *paths* maps the name of each document to its file, relative to the source directory. *folder*
    is that of the notes. Without *report_unknown*, unknown citation keys are not problems, since
    another extension may resolve them.
    """
    problems: list[Diagnostic] = []
    noted = _noted(notes, folder)
    for note in noted.notes:
        problems += unknown_papers(note, bibliography, paths)
    problems += rival_mains(noted.notes, paths)

    pages = list(pages)
    prefixes = {prefix for page in pages for prefix in page.key_prefixes}
    mentions = _Mentions(noted, bibliography, paths, problems)
    known_tags = {tag for note in noted.notes for tag in note.tags}
    for page in pages:
        for citation in page.citations:
            mentions.add_citation(
                replace(citation, key=_without_prefix(citation.key, prefixes, bibliography)),
                report_unknown=report_unknown,
            )
        for link in page.note_links:
            mentions.add_link(link)
        for query in page.queries:
            problems += [
                Diagnostic(
                    paths[page.docname],
                    query.line,
                    f'no note has the tag "{tag}"; correct it or leave it out',
                    DiagnosticKind.UNKNOWN_TAG,
                )
                for tag in query.tags
                if tag not in known_tags
            ]

    citing = mentions.works
    shown = set(citing) | {key for key in noted.by_key if key in bibliography}
    to_read = [key for key in bibliography.to_read() if key not in noted.by_key]
    papers = {key: bibliography.paper(key) for key in sorted(shown | set(to_read))}
    ordered = tuple(sorted(shown, key=lambda key: formatting.sort_key(papers[key])))
    problems += _faults_of_entries(papers.values())
    return replace(
        noted,
        papers=papers,
        works=ordered,
        cited_by={key: tuple(sorted(citing[key])) for key in ordered if key in citing},
        mentioned_by={name: tuple(sorted(by)) for name, by in sorted(mentions.notes.items())},
        suffixes=_suffixes(papers, ordered),
        reading_list=tuple(to_read),
        redirects=_redirects(noted.notes, paths, problems),
        problems=tuple(problems),
    )


class _Mentions:
    """Collects the documents that cite each work, and those that mention each note."""

    def __init__(
        self,
        noted: Catalogue,
        bibliography: Bibliography,
        paths: Mapping[str, str],
        problems: list[Diagnostic],
    ) -> None:
        self.noted, self.bibliography, self.paths = noted, bibliography, paths
        self.problems = problems
        self.works: dict[str, set[str]] = defaultdict(set)
        self.notes: dict[str, set[str]] = defaultdict(set)

    def add_citation(self, citation: Citation, *, report_unknown: bool) -> None:
        """Add a citation, which mentions all notes on the work."""
        if citation.key in self.bibliography:
            self._add(citation.docname, [citation.key], self.noted.on(citation.key))
        elif report_unknown:
            self.problems.append(_unknown_key(citation, self.bibliography, self.paths))

    def add_link(self, link: Citation) -> None:
        """Add a link to notes: one by name counts for all papers of the note."""
        if linked := self.noted.linked(link.key):
            keys = [link.key] if self.noted.on(link.key) else linked[0].keys
            self._add(link.docname, keys, linked)
        elif link.key in self.bibliography:
            message = (
                f'no note is on the paper "{link.key}"; cite it with {{cite:t}}`{link.key}` or'
                " write the note"
            )
            path = self.paths[link.docname]
            self.problems.append(Diagnostic(path, link.line, message, DiagnosticKind.NO_NOTE))
        else:
            names = self.noted.by_name
            self.problems.append(_unknown_key(link, self.bibliography, self.paths, names))

    def _add(self, docname: str, keys: Iterable[str], notes: Iterable[Note]) -> None:
        for key in keys:
            if key in self.bibliography:
                self.works[key].add(docname)
        for note in notes:
            self.notes[note.docname].add(docname)


def _without_prefix(key: str, prefixes: Iterable[str], bibliography: Bibliography) -> str:
    """Strip a ``{bibliography}`` prefix from *key*, if only the rest is in the bibliography."""
    if key not in bibliography:
        for prefix in prefixes:
            if key.startswith(prefix) and key.removeprefix(prefix) in bibliography:
                return key.removeprefix(prefix)
    return key


def _noted(notes: Iterable[Note], folder: str) -> Catalogue:
    """Return a catalogue of nothing but *notes*, which are in *folder*."""
    by_title = tuple(sorted(notes, key=lambda note: (fold_plain(note.title), note.docname)))
    by_key: dict[str, list[Note]] = defaultdict(list)
    for note in by_title:
        for key in note.keys:
            by_key[key].append(note)
    return Catalogue(
        notes=by_title,
        by_key={key: tuple(on) for key, on in by_key.items()},
        by_docname={note.docname: note for note in by_title},
        by_name={note.docname.removeprefix(f"{folder}/"): note for note in by_title},
    )


def several_on_one(notes: Iterable[Note]) -> Iterator[tuple[str, int, Note, Note]]:
    """Yield each key of each note that another note has too, with its line and the other note.

    The other note is the first on the paper, in the order of documents.
    """
    first: dict[str, Note] = {}
    for note in sorted(notes, key=lambda note: note.docname):
        for key, line in zip(note.keys, note.lines, strict=True):
            if first.setdefault(key, note) is not note:
                yield key, line, note, first[key]


def rival_mains(notes: Iterable[Note], paths: Mapping[str, str]) -> list[Diagnostic]:
    """Return a problem for each note with ``main: true`` that shares a paper with another."""
    mains = [note for note in notes if note.main]
    return [
        Diagnostic(
            paths[note.docname],
            line,
            f'"main" is true here and in {paths[other.docname]}, and both notes are on "{key}";'
            " delete it in one of them",
            DiagnosticKind.BAD_MAIN,
        )
        for key, line, note, other in several_on_one(mains)
    ]


def _redirects(
    notes: Iterable[Note], paths: Mapping[str, str], problems: list[Diagnostic]
) -> dict[str, Note]:
    """Return the note that each former name redirects to: if several, the first by document.

    Many systems ignore case, and would write the redirect over the page.
    """
    redirects: dict[str, Note] = {}
    pages = {docname.casefold(): path for docname, path in paths.items()}
    leads: dict[str, str] = {}
    for note in sorted(notes, key=lambda note: note.docname):
        for former in note.former_names:
            folded = former.docname.casefold()
            if folded in pages:
                taken = f"is the page of {pages[folded]}"
            elif folded in leads:
                taken = f"already redirects to {leads[folded]}"
            else:
                redirects[former.docname] = note
                leads[folded] = paths[note.docname]
                continue
            taken += "" if former.docname in {*paths, *redirects} else ", but for its case"
            problems.append(
                Diagnostic(
                    paths[note.docname],
                    former.line,
                    f'"redirect_from" names "{former.docname}", which {taken}; delete it here or'
                    " there",
                    DiagnosticKind.BAD_REDIRECT,
                )
            )
    return redirects


def unknown_papers(
    note: Note, bibliography: Bibliography, paths: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Yield a problem for each key of *note* that is not in *bibliography*."""
    for key, line in zip(note.keys, note.lines, strict=True):
        if key not in bibliography:
            yield _unknown_key(Citation(note.docname, key, line), bibliography, paths)


def _unknown_key(
    citation: Citation,
    bibliography: Bibliography,
    paths: Mapping[str, str],
    names: Iterable[str] = (),
) -> Diagnostic:
    """Return the problem of an unknown key; a link to a note may also mean one of *names*."""
    near = bibliography.nearest(citation.key)
    others = sorted(set(names) - set(near))
    near += difflib.get_close_matches(citation.key, others, n=1, cutoff=0.75)
    hint = " or ".join(f'"{key}"' for key in near)
    return Diagnostic(
        paths[citation.docname],
        citation.line,
        f'unknown citation key "{citation.key}"; '
        + (f"did you mean {hint}?" if near else "add it to the bibliography"),
        DiagnosticKind.UNKNOWN_KEY,
    )


def _link_faults(paper: Paper) -> Iterator[str]:
    """Yield what is wrong with each field whose address is not made a link, and what to do."""
    for name in formatting.unsafe_links(paper):
        if re.match(r"\W*https?://\S", paper.field(name), re.IGNORECASE):
            fault = "contains a space, a quote or an angle bracket, which no address may, and is"
            remedy = "write it as %20, %22, %3C or %3E"
        else:
            fault = "is not an http or https address and is"
            remedy = "correct it or delete it"
        yield f'the field "{name}" of the entry "{paper.key}" {fault} not linked; {remedy}'
    if "://" in (eprint := paper.field("eprint")):
        yield (
            f'the field "eprint" of the entry "{paper.key}" is an address, "{eprint}", and not'
            " linked; write only the identifier, such as 1706.03762"
        )


@keep
def _faults(paper: Paper) -> tuple[tuple[str, DiagnosticKind], ...]:
    """Return what is wrong with the entry of *paper*, and the kind of each fault."""
    faults = []
    if lacking := formatting.missing_fields(paper):
        remedy = "add what is known"
        if "year" in lacking and (date := paper.field("date")):
            remedy = f'its date "{date}" does not begin with one, write it like 2020-08-31'
        message = f'the entry "{paper.key}" has no {" and no ".join(lacking)}; {remedy}'
        faults.append((message, DiagnosticKind.INCOMPLETE_ENTRY))
    faults += [(message, DiagnosticKind.BAD_LINK) for message in _link_faults(paper)]
    faults += [(message, DiagnosticKind.BAD_STATUS) for message in status.faults(paper)]
    return tuple(faults)


def _faults_of_entries(papers: Iterable[Paper]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the entries of *papers*."""
    for paper in papers:
        withheld = (
            f'the field "{name}" of the entry "{paper.key}" {fault} not published; delete that'
            for name, fault in paper.withheld
        )
        private = ((message, DiagnosticKind.PRIVATE_VALUE) for message in withheld)
        for message, kind in (*_faults(paper), *private):
            yield Diagnostic(paper.path, paper.line, message, kind)


@keep
def _cited_as(paper: Paper) -> tuple[str, ...]:
    """Return what tells citations of works apart: names and year."""
    families = [
        fold_plain(flatten(formatting.cited_name(person))) for person in formatting.people(paper)
    ] or [fold_plain(flatten(formatting.byline(paper) or formatting.title(paper)))]
    # A citation names one, two, or the first of more.
    more = len(families) > 2 or families[1:] == [formatting.OTHERS]
    return (*([families[0], "et al."] if more else families), formatting.year(paper))


def _suffixes(papers: Mapping[str, Paper], keys: Iterable[str]) -> dict[str, str]:
    """Return a letter for each work whose citation would look the same as that of another."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in keys:
        groups[_cited_as(papers[key])].append(key)
    return {
        key: letter_suffix(position)
        for group in groups.values()
        if len(group) > 1
        for position, key in enumerate(group)
    }
