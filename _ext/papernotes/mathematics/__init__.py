"""Mathematics: TeX as MathML or for MathJax, macros, and the numbers of equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register the renderer, the domain of equations, and the transforms for LaTeX."""
    from papernotes.mathematics import equations, latex_safety, macros, mathjax, renderer, symbols

    app.connect("config-inited", macros.configure_macros)
    app.connect("config-inited", mathjax.configure_mathjax)
    app.connect("build-finished", mathjax.copy_mathjax)
    renderer.add_mathematics(app)
    app.add_domain(equations.EquationDomain, override=True)
    app.add_transform(equations.PlaceDisplays)
    app.add_transform(equations.NumberEquations)
    app.add_post_transform(symbols.NameSymbolsForLatex)
    app.add_post_transform(latex_safety.EscapeHarmfulLatex)
    app.add_post_transform(equations.LabelEquationsForLatex)
    app.add_post_transform(equations.ResolveEquationReferences)
