"""MathJax served by the site itself, as an alternative: ``html_math_renderer = "mathjax"``.

Its files come from the package sphinx-mathjax-offline, so that pages load nothing from elsewhere.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.ext.mathjax import MATHJAX_URL

from papernotes.builders import CheckBuilder
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.extras import install_command
from papernotes.reporting import warn

PACKAGE = "sphinx-mathjax-offline"
SCRIPT = "mathjax/tex-chtml.js"
# What the script loads on demand: TeX extensions, fonts, and the accessibility tools of its menu.
_PARTS = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts", "a11y", "sre", "ui/safe.js")
# Entries come from elsewhere, and their formulas may have links that run scripts.
_SAFE = "ui/safe"


def _source() -> Path | None:
    spec = find_spec(PACKAGE)
    return Path(spec.origin).parent / "static/mathjax" if spec and spec.origin else None


def _is_bundled(config: Config) -> bool:
    """Return whether formulas are for MathJax, and the author does not set ``mathjax_path``."""
    return config.html_math_renderer == "mathjax" and config.mathjax_path in (MATHJAX_URL, SCRIPT)


def configure_mathjax(app: Sphinx, config: Config) -> None:
    """Make pages load MathJax from the site, or warn if its package is not installed."""
    if not _is_bundled(config):
        return
    if _source() is None:
        message = (
            "MathJax is not installed, and pages would load it from another server; run"
            f" {install_command('mathjax')}, or set mathjax_path to your own copy"
        )
        warn(Diagnostic("conf.py", 1, message, DiagnosticKind.NO_MATHJAX))
        return
    config.mathjax_path = SCRIPT
    # Pages have both, and the last one counts.
    name = "mathjax4_config" if config.mathjax4_config else "mathjax3_config"
    options = config[name] or {}
    loader = options.get("loader", {})
    parts = [*loader.get("load", ()), _SAFE]
    config[name] = {**options, "loader": {**loader, "load": parts}}


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax into the built site."""
    source = _source()
    if exception or source is None or app.builder.format != "html" or not _is_bundled(app.config):
        return
    if isinstance(app.builder, CheckBuilder):
        return
    target = Path(app.outdir, "_static/mathjax")
    for part in _PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        elif (source / part).is_file():
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / part, target / part)
