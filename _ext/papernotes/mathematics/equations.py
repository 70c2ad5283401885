r"""Numbers and labels of equations, the same in every build and in every format.

Sphinx numbers an equation where its directive gives a label. MyST passes over ``$$ … $$`` and the
labels in it, and invents labels for the environments of amsmath that differ from build to build.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any, ClassVar

from docutils import nodes
from docutils.nodes import make_id
from sphinx.addnodes import pending_xref
from sphinx.builders import Builder
from sphinx.builders.latex.transforms import MathReferenceTransform
from sphinx.domains.math import MathDomain
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import wrap_displaymath

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.mathematics import tex
from papernotes.reporting import note_problem

COPY = "papernotes_copy"


class EquationDomain(MathDomain):
    """Sphinx's domain, with a number for equations outside any toctree."""

    initial_data: ClassVar[dict[str, Any]] = {**MathDomain.initial_data, "claims": {}}
    data_version = MathDomain.data_version + 1

    def claim(self, docname: str, label: str, number: int) -> None:
        """Keep that *docname* has the equation *label*.

        Where several have it, it is that of the last by name, which a clean build reads last.
        """
        claims: dict[str, int] = self.data["claims"].setdefault(label, {})
        claims[docname] = number
        last = max(claims)
        self.equations[label] = (last, claims[last])

    def clear_doc(self, docname: str) -> None:
        """Forget the document; the equations that others claim are theirs."""
        super().clear_doc(docname)
        for label, claims in list(self.data["claims"].items()):
            if claims.pop(docname, None) is None:
                continue
            if claims:
                last = max(claims)
                self.equations[label] = (last, claims[last])
            else:
                del self.data["claims"][label]

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read of *docnames*."""
        super().merge_domaindata(docnames, otherdata)
        for label, claims in otherdata["claims"].items():
            for docname in claims.keys() & docnames:
                self.claim(docname, label, claims[docname])

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link to the equation, with its number.

        With ``math_numfig`` Sphinx numbers along the toctrees, and leaves the reference to a page
        outside them, as notes are, without one.
        """
        reference = super().resolve_xref(env, fromdocname, builder, typ, target, node, contnode)
        if reference is not None and target in self.equations:
            docname, number = self.equations[target]
            if (
                env.config.numfig
                and env.config.math_numfig
                and not figure_number(env, docname, make_id(f"equation-{target}"))
            ):
                form = env.config.math_eqref_format or "({number})"
                reference.children = []
                reference += nodes.Text(form.format(number=number))
        return reference


def figure_number(env: BuildEnvironment, docname: str, id_: str) -> tuple[int, ...]:
    """Return the number of an equation along the toctrees, empty for one outside them."""
    numbers = env.toc_fignumbers.get(docname, {}).get("displaymath", {})
    return numbers.get(id_, ())


def referred(root: nodes.Node) -> Iterator[str]:
    """Yield the labels of the equations that ``{eq}`` refers to under *root*."""
    for reference in root.findall(pending_xref):
        if reference.get("refdomain") == "math":
            yield reference["reftarget"]


def shown_number(env: BuildEnvironment, label: str) -> object:
    """Return what a reference to the equation *label* shows and leads to."""
    return env.domains.math_domain.equations.get(label)


class NumberEquations(SphinxTransform):
    r"""Give each equation that wants one a label that stays, a number and a target.

    It wants one if it has a label, in its TeX by ``\label`` or beside it; if it is an environment
    that numbers; or, by ``math_number_all``, if it is none that does not.
    """

    # Before docutils hands the ids of targets on to what follows them (260).
    default_priority = 100

    def apply(self, **kwargs: Any) -> None:
        """Give each equation of the document its number, in order."""
        number = 0
        for node in list(self.document.findall(nodes.math_block)):
            self.label(node)
            if node.get("label"):
                number += 1
                node["number"] = number
                self.domain.claim(self.env.docname, node["label"], number)

    @property
    def domain(self) -> EquationDomain:
        domain = self.env.domains.math_domain
        assert isinstance(domain, EquationDomain)
        return domain

    def label(self, node: nodes.math_block) -> None:
        """Give *node* its label and its target."""
        given = tex.labels(node.astext())
        invented = "amsmath" in node["classes"]
        old = node.get("label")
        if invented and old:
            self.domain.equations.pop(old, None)
        elif old or (not given and (node.get("nowrap") or not self.config.math_number_all)):
            return
        label = given[0] if given and not self.is_taken(given[0], node) else self.counted()
        id_ = make_id(f"equation-{label}")
        target = node.parent[node.parent.index(node) - 1] if old else None
        if isinstance(target, nodes.target):
            for stale in target["ids"]:
                self.document.ids.pop(stale, None)
        else:
            target = nodes.target()
            node.parent.insert(node.parent.index(node), target)
        target["ids"] = [id_]
        self.document.note_explicit_target(target)
        node["label"], node["docname"] = label, self.env.docname

    def counted(self) -> str:
        """Return a label as Sphinx makes it for equations that have none."""
        return f"{self.env.docname}:{self.env.new_serialno('sphinx.ext.math#equations')}"

    def is_taken(self, label: str, node: nodes.math_block) -> bool:
        """Return whether another equation has *label*, and note it."""
        if label not in self.domain.equations:
            return False
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        other = self.domain.equations[label][0]
        message = f'the label "{label}" is that of an equation in {other}; choose another'
        line = node.line or 1
        note_problem(self.env, Diagnostic(path, line, message, DiagnosticKind.DUPLICATE_LABEL))
        return True


def as_copy(node: nodes.math_block) -> None:
    """Make *node* one that can stand in a second place: its number and label stay in the first."""
    node["number"] = node["label"] = None
    node[COPY] = True


class LabelEquationsForLatex(SphinxPostTransform):
    """Leave each equation one label in LaTeX, and none to the copies that summaries show."""

    default_priority = 200
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Write labels where LaTeX takes them, and copies as environments that do not number."""
        for node in self.document.findall(nodes.math_block):
            source = node.astext()
            if node.get(COPY):
                source = tex.unnumbered(source)
                if not node.get("nowrap"):
                    source = wrap_displaymath(source, None, False)
                    node["nowrap"] = node["no-wrap"] = True
            elif node.get("label") and node.get("nowrap"):
                # Sphinx would put it before the environment, where it is that of a section.
                source = tex.labelled(source, f"equation:{node['docname']}:{node['label']}")
                node["label"] = None
            else:
                source = tex.unlabelled(source)
            node.children = []
            node.append(nodes.Text(source))


class ResolveEquationReferences(MathReferenceTransform):
    """Have LaTeX number references to equations in what is placed after Sphinx has seen to them."""

    # After the placing (7), before the resolving (10).
    default_priority = 8
