"""The record of a document that has just been read."""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from papernotes import nodes as placeholders
from papernotes.bibliography.reader import Bibliography
from papernotes.core.model import Citation, Note, Page
from papernotes.core.wiki_links import Lead
from papernotes.domain import PaperNotesDomain, figures
from papernotes.domain.intents import intent_on, intents
from papernotes.domain.records import Excerpt, Mention, NotedPaper, Record, Spelled
from papernotes.domain.xrefs import cited_keys, linked_notes, located_keys, target, without_links
from papernotes.i18n import language_classes
from papernotes.mathematics.equations import referenced_labels
from papernotes.mathematics.renderer import make_readable, plain_text
from papernotes.reading import sentences
from papernotes.reading.summary import picture, shorten
from papernotes.reading.syntax import notebooks, quotes
from papernotes.reporting import noted_problems

# Where the front matter of a note, whether a document is a draft, and its spelled-out citations are
# kept while it is read.
FRONT_MATTER = "papernotes_front_matter"
DRAFT = "papernotes_draft"
SPELLED = "papernotes_spelled_citations"
_LEADS = "papernotes_leads"
_QUOTED = "papernotes_quoted"
_PRIVATE = "papernotes_private"
# Nodes before the first section of a note that are not part of its summary.
_NO_SUMMARY = (
    nodes.title,
    nodes.section,
    nodes.comment,
    nodes.footnote,
    nodes.system_message,
    nodes.substitution_definition,
    nodes.target,
    addnodes.toctree,
    addnodes.index,
    placeholders.Placeholder,
)


def note_lead(env: BuildEnvironment, lead: Lead) -> None:
    """Note where a link in two brackets leads, in the document that is being read."""
    env.current_document[_LEADS] = (*(env.current_document.get(_LEADS) or ()), lead)


def note_quoted(env: BuildEnvironment, name: str, digest: str) -> None:
    """Note that the document that is being read quotes *name*, with a *digest* of what it shows."""
    quoted = env.current_document.get(_QUOTED) or ()
    env.current_document[_QUOTED] = (*quoted, (name, digest))


def note_private(env: BuildEnvironment) -> None:
    """Note that the document that is being read has quotes that nothing may show."""
    env.current_document[_PRIVATE] = True


def is_note(env: BuildEnvironment, docname: str) -> bool:
    """Return whether the document *docname* is a note: Markdown in the folder of notes.

    A notebook there is one if it has front matter.
    """
    folder: str = env.config.papernotes_folder
    suffixes = (".md", notebooks.SUFFIX)
    return docname.startswith(f"{folder}/") and env.doc2path(docname).suffix in suffixes


def first_section(document: nodes.document) -> nodes.section | None:
    """Return the section under the first heading, or None."""
    return next((node for node in document.children if isinstance(node, nodes.section)), None)


def note_document(app: Sphinx, doctree: nodes.document) -> None:
    """Note the record of the document that has just been read."""
    env = app.env
    docname = env.docname
    path = env.doc2path(docname, base=False).as_posix()
    front = env.current_document.get(FRONT_MATTER)
    sources = list(doctree.findall(placeholders.front_matter_source))
    for source in sources:
        source.parent.remove(source)
    if front is not None or docname in env.config.papernotes_sections:
        # Sphinx warns about documents in no toctree. The front page and the sidebar lead to these.
        env.metadata[docname].setdefault("orphan", "")
    # Sphinx takes only the text or the MathML from these copies of headings.
    env.longtitles[docname] = env.longtitles[docname].deepcopy()
    for copy in (env.longtitles[docname], env.tocs[docname]):
        make_readable(copy)
    noted = None
    if front is not None:
        section = first_section(doctree)
        assert section is not None  # a transform adds what is missing
        # At last: docutils would report languages whose quotation marks it does not know.
        section["classes"] += language_classes(env.current_document[quotes.LANGUAGE])
        if front.papers:
            title = section[0]
            assert isinstance(title, nodes.Element)
            heading = without_links(title)
            parsed = {source["name"]: source.children for source in sources}
            limit: int = env.config.papernotes_summary_words
            opening = parsed.pop("summary", None) or shorten(opening_of(section), limit, docname)
            note = Note(
                docname=docname,
                keys=tuple(front.papers),
                title=plain_text(heading),
                tags=front.tags,
                read=front.read,
                lines=tuple(front.papers.values()),
                tags_line=front.tags_line,
                former_names=front.former_names,
                draft=front.draft,
                main=front.main,
                fields=front.fields,
                language=env.current_document[quotes.LANGUAGE],
            )
            shown = picture(env, section, opening, front.picture, parsed.pop("picture", ()))
            fields = tuple((name, Excerpt.of(part)) for name, part in parsed.items())
            noted = NotedPaper(note, Excerpt.of(heading), Excerpt.of(opening), fields, shown)
    spelled: tuple[Spelled, ...] = env.current_document.get(SPELLED) or ()
    domain = PaperNotesDomain.of(env)
    record = Record(
        path=path,
        page=_page(docname, doctree, sources, spelled, _key_prefixes(env), domain.bibliography),
        noted=noted,
        draft=bool(env.current_document.get(DRAFT)),
        mentions=tuple(_mentions(doctree)),
        spelled=spelled,
        leads=env.current_document.get(_LEADS) or (),
        quoted=env.current_document.get(_QUOTED) or (),
        private=bool(env.current_document.get(_PRIVATE)),
        problems=noted_problems(env),
        figures=tuple((kind, node["ids"][0]) for kind, node in figures.numbered(env, doctree)),
        opening=None if noted else _first_paragraph(doctree),
    )
    domain.note_record(docname, record)


def opening_of(holder: nodes.Element) -> list[nodes.Node]:
    """Return the text that stands before the first section of *holder*, such as a summary."""
    opening: list[nodes.Node] = []
    for node in holder.children:
        if isinstance(node, nodes.section):
            break
        if not isinstance(node, _NO_SUMMARY) and not _is_no_text(node):
            opening.append(node)
    return opening


def _first_paragraph(doctree: nodes.document) -> Excerpt | None:
    """Return the first paragraph of a document before its second heading, if it has one."""
    opening = opening_of(first_section(doctree) or doctree)
    first = next((node for node in opening if isinstance(node, nodes.paragraph)), None)
    return Excerpt.of([first]) if first else None


def _is_no_text(node: nodes.Node) -> bool:
    """Return whether *node* is the deck, a toctree, quotes, or a cell of a notebook that runs."""
    if isinstance(node, nodes.paragraph):
        return placeholders.DECK in node["classes"]
    if isinstance(node, nodes.compound):
        return "toctree-wrapper" in node["classes"]
    return isinstance(node, nodes.container) and (
        placeholders.QUOTES in node["classes"] or node.get("nb_element") == "cell_code"
    )


def _key_prefixes(env: BuildEnvironment) -> tuple[str, ...]:
    """Return the key prefixes of the document's ``{bibliography}`` directives."""
    bibliographies = env.domaindata["cite"]["bibliographies"]
    return tuple(
        value.keyprefix
        for key, value in bibliographies.items()
        if key.docname == env.docname and value.keyprefix
    )


def _page(
    docname: str,
    doctree: nodes.document,
    sources: list[placeholders.front_matter_source],
    spelled: tuple[Spelled, ...],
    key_prefixes: tuple[str, ...],
    known: Bibliography,
) -> Page:
    """Return what the document shows; *known* contains the keys of the bibliography."""
    # What headings name counts as cited, except for a note that is linked by its name.
    links = [each.citation for each in spelled if not each.role and each.citation.key not in known]
    citations = [each.citation for each in spelled if each.citation not in links]
    targets: set[str] = set()
    located: set[str] = set()
    for root in (doctree, *sources):
        for node in root.findall(addnodes.pending_xref):
            line = line_of(node)
            id_ = node["ids"][0] if root is doctree and node["ids"] else ""
            citations += [
                Citation(docname, key, line, id_, intent_on([key], intents(node)))
                for key in cited_keys(node)
            ]
            links += [Citation(docname, key, line, id_) for key in linked_notes(node)]
            targets.update(target(node))
            located.update(located_keys(node))
    limits = [each["limit"] for each in doctree.findall(placeholders.suggestions)]
    return Page(
        docname=docname,
        citations=tuple(citations),
        note_links=tuple(links),
        queries=tuple(node["query"] for node in doctree.findall(placeholders.papers)),
        reading_list=any(doctree.findall(placeholders.reading_list)),
        works=any(doctree.findall(placeholders.works_list)),
        suggestions=max(limits, default=0),
        references=any(doctree.findall(placeholders.references)),
        key_prefixes=key_prefixes,
        equations=tuple(referenced_labels(doctree)),
        targets=tuple(sorted(targets)),
        located=tuple(sorted(located)),
    )


def _mentions(doctree: nodes.document) -> Iterator[Mention]:
    # A sentence that cites several works is copied once.
    excerpts: dict[tuple[int, sentences.Extent], Excerpt] = {}
    for node in doctree.findall(addnodes.pending_xref):
        keys, links = dict.fromkeys(cited_keys(node)), tuple(linked_notes(node))
        if not (keys or links) or not node["ids"]:
            continue
        child: nodes.Element = node
        while isinstance(child.parent, nodes.Inline):
            child = child.parent  # type: ignore[assignment]  # inline nodes are elements
        block = child.parent.children
        extent = sentences.around(block, block.index(child))
        place = (id(block), extent)
        if place not in excerpts:
            excerpts[place] = Excerpt.of(sentences.take(block, extent))
        why = tuple(intents(node))
        yield Mention(node["ids"][0], tuple(keys), links, excerpts[place], why)


def line_of(node: nodes.Node) -> int:
    """Return the line of *node*, or of the nearest element above it that has one."""
    current: nodes.Node | None = node
    while current is not None:
        if current.line:
            return current.line
        current = current.parent
    return 1
