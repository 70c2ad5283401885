"""MathJax from the site itself, for those who prefer it: ``html_math_renderer = "mathjax"``.

Its files come from the package sphinx-mathjax-offline; none is fetched from elsewhere.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.ext.mathjax import MATHJAX_URL

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reporting import warn

PACKAGE = "sphinx-mathjax-offline"
SCRIPT = "mathjax/tex-chtml.js"
# What the script loads when a formula needs it: commands, fonts, and its menu's aids.
_PARTS = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts", "a11y", "sre")


def _source() -> Path | None:
    spec = find_spec(PACKAGE)
    return Path(spec.origin).parent / "static/mathjax" if spec and spec.origin else None


def is_ours(config: Config) -> bool:
    """Return whether MathJax is wanted, and the author has no copy of their own."""
    return config.html_math_renderer == "mathjax" and config.mathjax_path in (MATHJAX_URL, SCRIPT)


def configure_mathjax(app: Sphinx, config: Config) -> None:
    """Have pages load MathJax from the site."""
    if not is_ours(config):
        return
    if _source() is None:
        message = (
            f"MathJax is not installed, and pages would load it from elsewhere; pip install"
            f" {PACKAGE}, or set mathjax_path to a copy of yours"
        )
        warn(Diagnostic("conf.py", 1, message, DiagnosticKind.NO_MATHJAX))
        return
    config.mathjax_path = SCRIPT


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax into the built site."""
    source = _source()
    if exception or source is None or app.builder.format != "html" or not is_ours(app.config):
        return
    target = Path(app.outdir, "_static/mathjax")
    for part in _PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        elif (source / part).is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / part, target / part)
