"""The catalogue: everything that is derived from notes, papers and citations.

:func:`derive` builds it once, when all documents are read; pages only look things up in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from papernotes.bibliography import formatting
from papernotes.bibliography.reader import Bibliography
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Citation, Note, Page, Paper, Query
from papernotes.core.text import fold_plain, letter_suffix


@dataclass(frozen=True)
class Catalogue:
    """Everything that is derived from notes, papers and citations.

    - ``notes``: maps citation keys to the notes on those papers, in the order of titles
    - ``by_docname``: maps documents to the same notes
    - ``papers``: maps the keys of all works that are cited, noted or to be read
    - ``works``: the keys of the works that are cited or noted, in the order of a bibliography
    - ``cited_by``: maps keys to the documents that cite the work or link to its note, sorted
    - ``suffixes``: maps keys to the letters that tell works by the same people in one year apart
    - ``reading_list``: the keys of the works to be read, without those that have a note
    - ``redirects``: maps former names of pages to their notes
    - ``problems``: the problems that show only when everything is read
    """

    notes: Mapping[str, Note] = field(default_factory=dict)
    by_docname: Mapping[str, Note] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    works: tuple[str, ...] = ()
    cited_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    suffixes: Mapping[str, str] = field(default_factory=dict)
    reading_list: tuple[str, ...] = ()
    redirects: Mapping[str, Note] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()

    def select(self, query: Query) -> list[Note]:
        """Return the notes that *query* asks for, in its order.

        If the query has tags, a note must have at least one of them. Notes without the day or year
        that the query sorts by come last, in the order of titles.
        """
        found = [
            note
            for note in self.notes.values()
            if not query.tags or not set(query.tags).isdisjoint(note.tags)
        ]
        descending = query.sort.startswith("-")
        name = query.sort.removeprefix("-")
        if name == "title":
            found = found[::-1] if descending else found
        else:
            values = {note.docname: self._sort_value(name, note) for note in found}
            without = [note for note in found if not values[note.docname]]
            found = [note for note in found if values[note.docname]]
            # A stable sort keeps the order of titles among equal values, in either direction.
            found.sort(key=lambda note: values[note.docname], reverse=descending)
            found += without
        return found[: query.limit]

    def _sort_value(self, name: str, note: Note) -> str:
        if name == "read":
            return note.read.isoformat() if note.read else ""
        paper = self.papers.get(note.key)
        return paper.year if paper else ""


def derive(
    notes: Iterable[Note],
    pages: Iterable[Page],
    bibliography: Bibliography,
    paths: Mapping[str, str],
    sort_key: Callable[[Paper], formatting.SortKey] = formatting.sort_key,
    *,
    report_unknown: bool = True,
) -> Catalogue:
    """Derive the catalogue.

    *paths* maps the name of each document to its file, relative to the source directory. *sort_key*
    orders works; pass one that caches its results to save time. Without *report_unknown*, unknown
    citation keys are not problems, since another extension may resolve them.
    """
    problems: list[Diagnostic] = []
    by_title = sorted(notes, key=lambda note: (fold_plain(note.title), note.docname))
    kept = _one_note_a_paper(by_title, bibliography, paths, problems)
    by_title = [note for note in by_title if kept.get(note.key) is note]
    noted = {note.key: note for note in by_title}

    pages = list(pages)
    prefixes = {prefix for page in pages for prefix in page.key_prefixes}
    citing: dict[str, set[str]] = defaultdict(set)
    unknown = _UnknownKeys(bibliography, paths, problems)
    known_tags = {tag for note in noted.values() for tag in note.tags}
    for page in pages:
        for citation in page.citations:
            key = _without_prefix(citation.key, prefixes, bibliography)
            if key in bibliography:
                citing[key].add(page.docname)
            elif report_unknown:
                unknown.report(citation)
        for link in page.note_links:
            if link.key in noted:
                if link.key in bibliography:
                    citing[link.key].add(page.docname)
                continue
            if link.key in bibliography:
                problems.append(
                    Diagnostic(
                        paths[page.docname],
                        link.line,
                        f'no note is on the paper "{link.key}"; cite it with {{cite:t}}`{link.key}`'
                        " or write the note",
                        DiagnosticKind.NO_NOTE,
                    )
                )
            else:
                unknown.report(link)
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

    shown = set(citing) | {key for key in noted if key in bibliography}
    to_read = [key for key in bibliography.to_read() if key not in noted]
    papers = {key: bibliography.paper(key) for key in sorted(shown | set(to_read))}
    ordered = tuple(sorted(shown, key=lambda key: sort_key(papers[key])))
    problems += _incomplete(papers.values())
    return Catalogue(
        notes=noted,
        by_docname={note.docname: note for note in noted.values()},
        papers=papers,
        works=ordered,
        cited_by={key: tuple(sorted(citing[key])) for key in ordered if key in citing},
        suffixes=_suffixes(papers, ordered),
        reading_list=tuple(to_read),
        redirects=_redirects(by_title, paths, problems),
        problems=tuple(problems),
    )


def _without_prefix(key: str, prefixes: Iterable[str], bibliography: Bibliography) -> str:
    """Strip a ``{bibliography}`` prefix from *key*, if only the rest is in the bibliography."""
    if key not in bibliography:
        for prefix in prefixes:
            if key.startswith(prefix) and key.removeprefix(prefix) in bibliography:
                return key.removeprefix(prefix)
    return key


def _one_note_a_paper(
    notes: Iterable[Note],
    bibliography: Bibliography,
    paths: Mapping[str, str],
    problems: list[Diagnostic],
) -> dict[str, Note]:
    """Return the note on each paper: if there are several, the first by document name."""
    kept: dict[str, Note] = {}
    for note in sorted(notes, key=lambda note: note.docname):
        if note.key in kept:
            first = kept[note.key]
            problems.append(
                Diagnostic(
                    paths[note.docname],
                    note.line,
                    f'"{note.key}" already has a note, {paths[first.docname]}:{first.line}, which'
                    " is used instead; merge the two or change the key of one",
                    DiagnosticKind.DUPLICATE_NOTE,
                )
            )
            continue
        kept[note.key] = note
        if note.key not in bibliography:
            _UnknownKeys(bibliography, paths, problems).report(
                Citation(note.docname, note.key, note.line)
            )
    return kept


def _redirects(
    notes: Iterable[Note], paths: Mapping[str, str], problems: list[Diagnostic]
) -> dict[str, Note]:
    """Return the note that each former name redirects to: if several, the first by document."""
    redirects: dict[str, Note] = {}
    for note in sorted(notes, key=lambda note: note.docname):
        for former in note.former_names:
            if former.docname in paths:
                taken = f"is the page of {paths[former.docname]}"
            elif former.docname in redirects:
                taken = f"already redirects to {paths[redirects[former.docname].docname]}"
            else:
                redirects[former.docname] = note
                continue
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


@dataclass(frozen=True)
class _UnknownKeys:
    bibliography: Bibliography
    paths: Mapping[str, str]
    problems: list[Diagnostic]

    def report(self, citation: Citation) -> None:
        near = self.bibliography.nearest(citation.key)
        hint = " or ".join(f'"{key}"' for key in near)
        self.problems.append(
            Diagnostic(
                self.paths[citation.docname],
                citation.line,
                f'unknown citation key "{citation.key}"; '
                + (f"did you mean {hint}?" if near else "add it to the bibliography"),
                DiagnosticKind.UNKNOWN_KEY,
            )
        )


def _link_faults(paper: Paper) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each field whose address is not made a link, with what is wrong and what to do."""
    for name in formatting.unsafe_links(paper):
        if re.match(r"\W*https?://\S", paper.field(name), re.IGNORECASE):
            fault = "contains a space, a quote or an angle bracket, which no address may, and is"
            yield name, (fault, "write it as %20, %22, %3C or %3E")
        else:
            yield name, ("is not an http or https address and is", "correct it or delete it")


def _incomplete(papers: Iterable[Paper]) -> list[Diagnostic]:
    problems = []
    for paper in papers:
        if lacking := formatting.missing_fields(paper):
            problems.append(
                Diagnostic(
                    paper.path,
                    paper.line,
                    f'the entry "{paper.key}" has no {" and no ".join(lacking)}; add what is known',
                    DiagnosticKind.INCOMPLETE_ENTRY,
                )
            )
        problems += [
            Diagnostic(
                paper.path,
                paper.line,
                f'the field "{name}" of the entry "{paper.key}" {fault} not linked; {remedy}',
                DiagnosticKind.BAD_LINK,
            )
            for name, (fault, remedy) in _link_faults(paper)
        ]
        if "://" in (eprint := paper.field("eprint")):
            message = (
                f'the field "eprint" of the entry "{paper.key}" is an address, "{eprint}", and not'
                " linked; write only the identifier, such as 1706.03762"
            )
            problems.append(Diagnostic(paper.path, paper.line, message, DiagnosticKind.BAD_LINK))
    return problems


def _suffixes(papers: Mapping[str, Paper], keys: Iterable[str]) -> dict[str, str]:
    """Return a letter for each work whose citation would look the same as that of another."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in keys:
        paper = papers[key]
        families = [formatting.fold(person.family) for person in formatting.people(paper)]
        # A citation names one, two, or the first of more.
        more = len(families) > 2 or families[1:] == [formatting.OTHERS]
        names = [families[0], "et al."] if more else families
        groups[(*names, formatting.year(paper)) if names else (key,)].append(key)
    return {
        key: letter_suffix(position)
        for group in groups.values()
        if len(group) > 1
        for position, key in enumerate(group)
    }
