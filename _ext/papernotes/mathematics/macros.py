"""The author's TeX macros, ``papernotes_macros``, for MathML, LaTeX and MathJax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.mathematics import mathml
from papernotes.reporting import warn

_NAME = re.compile(r"[A-Za-z]+")
_ARGUMENT = re.compile(r"#(.)")
# The limit of TeX.
_MAX_ARGUMENTS = 9


def _check(config: Config) -> None:
    """Reduce ``papernotes_macros`` to valid macros, as pairs of TeX and number of arguments."""
    valid: dict[str, tuple[str, int]] = {}
    for name, value in config.papernotes_macros.items():
        fault = _fault(name, value)
        if not fault:
            tex, arguments = (value, 0) if isinstance(value, str) else value
            fault = mathml.fault_of_macros({**_definitions(valid), name: tex})
        if fault:
            message = (
                f'papernotes_macros: "{name}" cannot be used: {fault}; write'
                r""" "R": r"\mathbb{R}" or "E": (r"\mathrm{E}[#1]", 1)"""
            )
            warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_MACRO))
        else:
            valid[name] = (tex, arguments)
    config.papernotes_macros = valid


def _fault(name: Any, value: Any) -> str:
    """Return what is wrong with the name or the form of a macro, or the empty string."""
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        return "a name consists of letters, without the backslash"
    match value:
        case str():
            tex, arguments = value, 0
        case [str(tex), int(arguments)] if 0 <= arguments <= _MAX_ARGUMENTS:
            pass
        case _:
            return "it is neither TeX nor a pair of TeX and the number of its arguments"
    used = max((int(digit) for digit in _ARGUMENT.findall(tex) if digit.isdigit()), default=0)
    if used != arguments:
        return f"it uses {used} arguments and declares {arguments}"
    return ""


def _definitions(macros: dict[str, tuple[str, int]]) -> dict[str, str]:
    return {name: tex for name, (tex, _arguments) in macros.items()}


def for_converter(config: Config) -> mathml.Macros:
    """Return the macros in the form that :func:`.mathml.to_mathml` takes."""
    return tuple(_definitions(config.papernotes_macros).items())


def for_latex(config: Config) -> Iterator[str]:
    """Yield lines for the LaTeX preamble, which replace commands of the same names."""
    for name, (tex, arguments) in config.papernotes_macros.items():
        count = f"[{arguments}]" if arguments else ""
        yield f"\\providecommand{{\\{name}}}{{}}\\renewcommand{{\\{name}}}{count}{{{tex}}}"


def for_mathjax(config: Config) -> dict[str, Any]:
    """Return the macros in the form of MathJax's configuration."""
    return {
        name: [tex, arguments] if arguments else tex
        for name, (tex, arguments) in config.papernotes_macros.items()
    }


def configure_macros(app: Sphinx, config: Config) -> None:
    """Check the macros, and add them to the configuration of LaTeX and MathJax."""
    _check(config)
    if not config.papernotes_macros:
        return
    preamble = "\n".join([config.latex_elements.get("preamble", ""), *for_latex(config)])
    config.latex_elements = {**config.latex_elements, "preamble": preamble}
    if config.html_math_renderer != "mathjax":
        return
    name = "mathjax4_config" if config.mathjax4_config else "mathjax3_config"
    options = config[name] or {}
    tex = options.get("tex", {})
    macros = {**for_mathjax(config), **tex.get("macros", {})}
    config[name] = {**options, "tex": {**tex, "macros": macros}}
