"""Drafts: documents that are read and checked, but of which a build publishes nothing.

Sphinx would write each document that it reads. So drafts are read ahead of all others, and then
forgotten: the environment, which other builds and extensions use, never holds one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join

from papernotes.core.frontmatter import is_draft
from papernotes.domain import PaperNotesDomain
from papernotes.reading.syntax import notebooks


def shows_drafts(app: Sphinx) -> bool:
    """Return whether the build treats drafts like all other documents.

    The dummy builder, which writes nothing, checks them like all others.
    """
    return app.config.papernotes_drafts or app.builder.name == "dummy"


def set_apart(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Read the drafts, take them out of *docnames*, and keep their records for this build."""
    domain = PaperNotesDomain.of(env)
    domain.drafts, domain.draft_targets = {}, frozenset()
    if shows_drafts(app):
        return
    drafts = [name for name in docnames if name != app.config.root_doc and _is_draft(env, name)]
    # An earlier build with the same cache may have shown them.
    drafts += [name for name, each in domain.records.items() if each.draft and name not in docnames]
    if not drafts:
        return
    holders = [
        name
        for name, included in env.toctree_includes.items()
        if name in env.found_docs and not set(included).isdisjoint(drafts)
    ]
    docnames[:] = sorted({*docnames, *holders}.difference(drafts))
    targets: set[str] = set()
    for name in drafts:
        forget(app, env, name)
        app.builder.read_doc(name)
        domain.note_draft(name)
        targets.update(_targets(env, name))
        forget(app, env, name)
    domain.draft_targets = frozenset(targets)


def _is_draft(env: BuildEnvironment, docname: str) -> bool:
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding=env.settings["input_encoding"], errors="replace")
    return says_draft(path, text)


def says_draft(path: Path, text: str) -> bool:
    """Return whether the file *path*, which holds *text*, says that it is a draft."""
    return (notebooks.is_draft if path.suffix == notebooks.SUFFIX else is_draft)(text)


def _targets(env: BuildEnvironment, docname: str) -> Iterator[str]:
    """Yield the labels of the document, by which others may link to it."""
    standard, mathematics = env.domains.standard_domain, env.domains.math_domain
    for places in (standard.labels, standard.anonlabels, mathematics.equations):
        yield from (label for label, place in places.items() if place[0] == docname)
    # Terms of glossaries, which are found in any case, and options of programs.
    objects = standard.objects.items()
    yield from (name.lower() for (_, name), place in objects if place[0] == docname)


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Remove the document from the environment, and from the cache, which may lie among pages."""
    app.events.emit("env-purge-doc", env, docname)
    env.clear_doc(docname)
    Path(app.doctreedir, f"{docname}.doctree").unlink(missing_ok=True)


def leave_out(app: Sphinx, env: BuildEnvironment) -> None:
    """Remove the drafts from the documents that Sphinx and other extensions know of."""
    env.found_docs.difference_update(PaperNotesDomain.of(env).drafts)


class LeaveOutOfToctrees(SphinxTransform):
    """Remove drafts from toctrees."""

    # After BindPages (10), which makes a toctree.
    default_priority = 11

    def apply(self, **kwargs: object) -> None:
        """Remove the entries, and read the document again until it has none of drafts."""
        drafts = PaperNotesDomain.of(self.env).drafts
        for toctree in self.document.findall(addnodes.toctree):
            if drafts.keys().isdisjoint(toctree["includefiles"]):
                continue
            toctree["entries"] = [entry for entry in toctree["entries"] if entry[1] not in drafts]
            toctree["includefiles"] = [
                name for name in toctree["includefiles"] if name not in drafts
            ]
            self.env.note_reread()


class UnlinkDrafts(SphinxPostTransform):
    """Replace links to drafts, and to places in them, by their text."""

    # Ahead of those that resolve links and report broken ones (9 and more), and behind what puts
    # summaries, which may hold such links, onto the pages of books (7).
    default_priority = 8

    def run(self, **kwargs: object) -> None:
        """Replace the links."""
        domain = PaperNotesDomain.of(self.env)
        if not domain.drafts:
            return
        for link in list(self.document.findall(addnodes.pending_xref)):
            if self.leads_to_draft(domain, link):
                name = link["reftarget"].rpartition("/")[2]
                link.replace_self(link.children if link.astext() else nodes.literal(name, name))

    def leads_to_draft(self, domain: PaperNotesDomain, link: addnodes.pending_xref) -> bool:
        """Return whether *link* leads to a draft, and to no other document."""
        target, kind = link["reftarget"], (link.get("refdomain"), link.get("reftype"))
        if kind == ("doc", "myst"):
            return target in domain.drafts
        name = docname_join(link.get("refdoc", self.env.docname), target)
        if kind == ("std", "doc"):
            return name in domain.drafts
        if kind[0] not in ("std", "math") and kind[1] not in ("any", "myst"):
            return False
        if domain.draft_targets.isdisjoint((target, target.lower())):
            return kind[1] == "any" and name in domain.drafts
        standard, mathematics = self.env.domains.standard_domain, self.env.domains.math_domain
        places = (standard.labels, standard.anonlabels, mathematics.equations)
        objects = {each.lower() for _, each in standard.objects}
        return target.lower() not in objects and not any(target in each for each in places)


def setup(app: Sphinx) -> None:
    """Connect the handlers, and add the transforms."""
    # Ahead of what counts the documents that are read.
    app.connect("env-before-read-docs", set_apart, priority=300)
    # Ahead of all that derives something from the documents.
    app.connect("env-updated", leave_out, priority=100)
    app.add_transform(LeaveOutOfToctrees)
    app.add_post_transform(UnlinkDrafts)
