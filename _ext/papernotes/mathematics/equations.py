r"""Numbers and labels of equations, the same in every build and in every format.

Sphinx numbers an equation if its directive has a label. MyST ignores labels inside ``$$ … $$``, and
gives the environments of amsmath random labels, which differ from build to build.
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

# Marks a node as a copy of an equation that has its number and label elsewhere.
COPY = "papernotes_copy"
# Holds the MathML of a node.
MATHML = "papernotes_mathml"


class EquationDomain(MathDomain):
    """Sphinx's domain, which also knows shared labels, and equations outside any toctree.

    ``claims`` maps each label to the documents that have it, and their numbers for the equation;
    ``labels`` maps each document to its labels.
    """

    initial_data: ClassVar[dict[str, Any]] = {
        **MathDomain.initial_data,
        "claims": {},
        "labels": {},
    }
    data_version = MathDomain.data_version + 2

    def claim(self, docname: str, label: str, number: int) -> None:
        """Note that *docname* has the equation *label*.

        If several documents have it, references lead to the last by name, which a clean build reads
        last.
        """
        claims: dict[str, int] = self.data["claims"].setdefault(label, {})
        claims[docname] = number
        last = max(claims)
        self.equations[label] = (last, claims[last])
        self._note_label(docname, label)

    def note_equation(self, docname: str, labelid: str, location: Any = None) -> None:
        """Note that the document *docname* has the equation *labelid*."""
        super().note_equation(docname, labelid, location)
        self._note_label(docname, labelid)

    def _note_label(self, docname: str, label: str) -> None:
        labels: dict[str, None] = self.data["labels"].setdefault(docname, {})
        labels[label] = None

    def clear_doc(self, docname: str) -> None:
        """Remove the document; a label that others have passes to the last of them by name.

        Sphinx's method goes through all labels of the site for each document.
        """
        for label in self.data["labels"].pop(docname, ()):
            if self.equations.get(label, ("",))[0] == docname:
                del self.equations[label]
            claims = self.data["claims"].get(label, {})
            claims.pop(docname, None)
            if claims:
                last = max(claims)
                self.equations[label] = (last, claims[last])
            else:
                self.data["claims"].pop(label, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Merge the data of *docnames*, which another process has read."""
        super().merge_domaindata(docnames, otherdata)
        labels = otherdata["labels"]
        self.data["labels"].update((name, labels[name]) for name in labels.keys() & docnames)
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
        """Return a reference to the equation that shows its number.

        With ``math_numfig``, Sphinx numbers equations along the toctrees, and leaves references to
        pages outside any toctree, such as notes, without a number.
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
    """Return the number of an equation along the toctrees, empty if it is outside them."""
    numbers = env.toc_fignumbers.get(docname, {}).get("displaymath", {})
    return numbers.get(id_, ())


def referenced_labels(root: nodes.Node) -> Iterator[str]:
    """Yield the labels of the equations that ``{eq}`` roles under *root* refer to."""
    for reference in root.findall(pending_xref):
        if reference.get("refdomain") == "math":
            yield reference["reftarget"]


def equation_target(env: BuildEnvironment, label: str) -> object:
    """Return the document and the numbers of the equation *label*, or None if it is unknown."""
    found = env.domains.math_domain.equations.get(label)
    return found and (*found, figure_number(env, found[0], make_id(f"equation-{label}")))


def equation_place(env: BuildEnvironment, label: str) -> tuple[str, str] | None:
    """Return the document and the id of the equation *label*, or None if it is unknown."""
    found = env.domains.math_domain.equations.get(label)
    return (found[0], make_id(f"equation-{label}")) if found else None


class PlaceDisplays(SphinxTransform):
    """Move displayed formulas out of the lines in which they were written.

    A displayed formula parts its paragraph. Where there is no paragraph to part, as in a heading,
    it becomes an inline formula.
    """

    default_priority = 90

    def apply(self, **kwargs: Any) -> None:
        """Move the formulas of the document."""
        for node in list(self.document.findall(nodes.math_block)):
            parent = node.parent
            if isinstance(parent, nodes.paragraph):
                self.part(parent, node)
            elif isinstance(parent, nodes.TextElement):
                node.replace_self(nodes.math("", node.astext()))

    def part(self, paragraph: nodes.paragraph, formula: nodes.math_block) -> None:
        """Put *formula* between what stands before and after it in *paragraph*."""
        place = paragraph.index(formula)
        rest = paragraph.children[place + 1 :]
        if rest and isinstance(rest[0], nodes.Text):
            text = rest[0].lstrip()
            if text[:1] and text[0] in ".,;:":
                # Punctuation belongs to the line of the formula.
                formula.children = [nodes.Text(formula.astext() + text[0])]
                text = text[1:].lstrip()
            rest[:1] = [nodes.Text(text)] if text else []
        following = nodes.paragraph("", "", *rest)
        following.source, following.line = paragraph.source, paragraph.line
        del paragraph[place:]
        if paragraph.children and isinstance(paragraph[-1], nodes.Text):
            paragraph[-1] = nodes.Text(paragraph[-1].rstrip())
        before = [paragraph] if paragraph.astext() else []
        paragraph.replace_self([*before, formula, *([following] if rest else [])])


class NumberEquations(SphinxTransform):
    r"""Give each equation that is to be numbered a stable label, a number and a target.

    An equation is numbered if it has a label, in its TeX by ``\label`` or beside it; if it is in an
    environment that numbers; or, with ``math_number_all``, unless its environment does not number.
    """

    # Before docutils propagates the ids of targets to the nodes that follow them (260).
    default_priority = 100

    def apply(self, **kwargs: Any) -> None:
        """Give each equation of the document its number, in order."""
        number = 0
        for node in list(self.document.findall(nodes.math_block)):
            self.add_label(node)
            if node.get("label"):
                number += 1
                node["number"] = number
                self.domain.claim(self.env.docname, node["label"], number)
                number = self.number_rows(node, number)

    @property
    def domain(self) -> EquationDomain:
        domain = self.env.domains.math_domain
        assert isinstance(domain, EquationDomain)
        return domain

    def add_label(self, node: nodes.math_block) -> None:
        """Give *node* its label and its target, if it is to be numbered and has no stable label."""
        written = tex.labels(node.astext())
        is_random = "amsmath" in node["classes"]
        old = node.get("label")
        if is_random and old:
            self.domain.equations.pop(old, None)
        elif old or (not written and (node.get("nowrap") or not self.config.math_number_all)):
            return
        label = written[0] if written and not self.is_taken(written[0], node) else self.serial()
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

    def number_rows(self, node: nodes.math_block, number: int) -> int:
        """Give each row with a label of its own its number, after that of the first of them.

        Return the last number. Along the toctrees, Sphinx numbers only whole equations.
        """
        first, *others = tex.labels(node.astext()) or [""]
        rows = {first: number}
        numbers_whole = self.config.numfig and self.config.math_numfig
        for label in others:
            if label in rows or self.is_taken(label, node):
                continue
            rows[label] = number if numbers_whole else number + len(rows)
            target = nodes.target("", "", ids=[make_id(f"equation-{label}")])
            node.parent.insert(node.parent.index(node), target)
            self.document.note_explicit_target(target)
            self.domain.claim(self.env.docname, label, rows[label])
        if len(rows) > 1 and not numbers_whole:
            node["rows"] = rows
        return max(rows.values())

    def serial(self) -> str:
        """Return a label as Sphinx makes it for equations without one."""
        return f"{self.env.docname}:{self.env.new_serialno('sphinx.ext.math#equations')}"

    def is_taken(self, label: str, node: nodes.math_block) -> bool:
        """Return whether another equation has *label*, and report it if so."""
        if label not in self.domain.equations:
            return False
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        other = self.domain.equations[label][0]
        message = f'the label "{label}" is already used in {other}; choose another'
        line = node.line or 1
        note_problem(self.env, Diagnostic(path, line, message, DiagnosticKind.DUPLICATE_LABEL))
        return True


def mark_as_copy(node: nodes.math_block) -> None:
    """Mark *node* as a copy, without the number and label, which belong to the original."""
    node["number"] = node["label"] = None
    if node.attributes.pop("rows", None):
        # Converted with the numbers of its rows.
        node.attributes.pop(MATHML, None)
    node[COPY] = True


class LabelEquationsForLatex(SphinxPostTransform):
    """Write one label for each equation in LaTeX, and none for copies in summaries."""

    default_priority = 200
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Put labels where LaTeX expects them, and make copies unnumbered environments."""
        for node in self.document.findall(nodes.math_block):
            source = node.astext()
            if node.get(COPY):
                source = tex.unnumbered(source)
                if not node.get("nowrap"):
                    source = wrap_displaymath(source, None, False)
                    node["nowrap"] = node["no-wrap"] = True
            elif node.get("label") and node.get("nowrap"):
                # Sphinx would put the label before the environment, where it labels the section.
                prefix = f"equation:{node['docname']}:"
                numbers: dict[str, int] = node.get("rows", {})
                rows = {label: prefix + label for label in numbers}
                source = tex.labelled(source, prefix + node["label"], rows)
                node["label"] = None
            else:
                source = tex.unlabelled(source)
            node.children = []
            node.append(nodes.Text(source))


class ResolveEquationReferences(MathReferenceTransform):
    """Have LaTeX number references to equations in content that replaces placeholders.

    Sphinx runs the same transform before that content is in place.
    """

    # After placeholders are replaced (7), before references are resolved (10).
    default_priority = 8
