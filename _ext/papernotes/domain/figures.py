"""Numbers of sections, and of figures, tables and code blocks with captions.

Sphinx numbers them along the toctrees, in which no note stands. Each note has numbers of its own
for its figures, tables and code blocks, and so has any other document outside the toctrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.environment.collectors.toctree import TocTreeCollector

from papernotes.domain.domain import PaperNotesDomain

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def setup(app: Sphinx) -> None:
    """Have all numbers assigned before the catalogue is derived, Sphinx's own first.

    Sphinx assigns its own only afterwards, when digests have already said which pages show others.
    """
    app.connect("env-updated", drop_section_numbers, priority=370)
    for listener in list(app.events.listeners["env-get-updated"]):
        if isinstance(getattr(listener.handler, "__self__", None), TocTreeCollector):
            app.disconnect(listener.id)
            app.connect("env-updated", listener.handler, priority=380)
    app.connect("env-updated", assign, priority=390)


def drop_section_numbers(app: Sphinx, env: BuildEnvironment) -> None:
    """Drop the section numbers of the last build, which Sphinx leaves in titles and contents."""
    for docname in env.toc_secnumbers.keys() & env.titles.keys():
        for root in (env.titles[docname], env.tocs[docname]):
            for node in root.findall(nodes.Element):
                node.attributes.pop("secnumber", None)


def numbered(env: BuildEnvironment, root: nodes.Node) -> Iterator[tuple[str, nodes.Element]]:
    """Yield each element under *root* that can have a number, with its kind for Sphinx."""
    standard = env.domains.standard_domain
    # A code block with a caption is a container, and few nodes are any of these.
    classes = {*standard.enumerable_nodes, nodes.container}
    for node in root.findall(nodes.Element):
        if type(node) in classes and node["ids"]:
            kind = standard.get_enumerable_node_type(node)
            if kind and standard.get_numfig_title(node):
                yield kind, node


def assign(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Assign the numbers, and return no page, since digests say which are out of date."""
    records = PaperNotesDomain.of(env).records if env.config.numfig else {}
    for name, record in records.items():
        has_numbers = bool(env.toc_fignumbers.get(name, {}).keys() - {"displaymath"})
        if not record.figures or (has_numbers and record.noted is None):
            continue
        # Where there are numbers, Sphinx expects those of equations among them.
        numbers = env.toc_fignumbers.setdefault(name, {"displaymath": {}})
        for kind in dict.fromkeys(kind for kind, _ in record.figures):
            ids = (id_ for each, id_ in record.figures if each == kind)
            numbers[kind] = {id_: (number,) for id_, number in zip(ids, count(1), strict=False)}
    return []


def number(env: BuildEnvironment, docname: str, id_: str) -> tuple[int, ...]:
    """Return the number of the figure, table or code block *id_*, or an empty tuple."""
    kinds = env.toc_fignumbers.get(docname, {}).values()
    return next((numbers[id_] for numbers in kinds if id_ in numbers), ())
