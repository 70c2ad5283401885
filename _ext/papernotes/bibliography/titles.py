"""Compare titles, and protect those capitals that BibTeX styles must not change."""

from __future__ import annotations

import re
from collections.abc import Mapping

from papernotes.core.text import fold_plain

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Words whose capitals do not depend on a style: BERT, ImageNet, fMRI, L2, the Q of Q-learning.
_INNER_CAPITAL = re.compile(r"[^\W\d_AI]\b|[AI]\d|\w+[A-Z]|[A-Z]\d|\d[A-Z]")
_PROPER = re.compile(
    r"(?:American|Atari|Banach|Bayes|Bernoulli|Boltzmann|Brownian|Carlo|Chinese|Dirichlet|English"
    r"|Euclidean?|European?|Fisher|Fourier|French|Gauss|Gaussian|German|Gibbs|Hamiltonian|Hebbian"
    r"|Hessian|Hilbert|Hopfield|Jacobian|Japanese|Kalman|Kolmogorov|Lagrangian|Langevin|Laplace"
    r"|Lebesgue|Lipschitz|Markov|Monte|Nash|Newton|Pareto|Poisson|Python|Riemann|Shannon|Shapley"
    r"|Sobolev|Turing|Wasserstein|Wikipedia)(?:ian)?s?"
)

# Macros that are letters become these letters; those of accents and of style are dropped.
_LETTER_MACRO = re.compile(r"\\(ss|[aA]e|AE|[oO]e|OE|aa|AA|[lLoOij])(?![A-Za-z])\s*")
_MACRO = re.compile(r"\\(?:[A-Za-z]{2,}\s*|[uvHckbdrt](?![A-Za-z])\s*|[^A-Za-z])")
_MARKS = str.maketrans("", "", "{}$")
_DASHES = re.compile("[-\u2010-\u2015]+")


# Fields with a title, and where the rest of the title is: BibLaTeX's manual, 2.2.
_PARTS = {
    "title": ("subtitle", "titleaddon"),
    "booktitle": ("booksubtitle", "booktitleaddon"),
    "maintitle": ("mainsubtitle", "maintitleaddon"),
    "journal": ("journalsubtitle", "journaltitleaddon"),
    "journaltitle": ("journalsubtitle", "journaltitleaddon"),
}


def with_subtitle(fields: Mapping[str, str], name: str) -> str:
    """Return the field *name* with its subtitle and its addition, as in "Main: The sub. Draft"."""
    whole = fields.get(name, "")
    if not whole:
        return ""
    for part, mark in zip(_PARTS.get(name, ()), (":", "."), strict=False):
        more = fields.get(part, "")
        # Some programs also write the subtitle at the end of the title.
        if more and not comparison_key(whole).endswith(comparison_key(more)):
            whole += (
                f" {more}" if whole.rstrip("}").endswith((":", ".", "?", "!")) else f"{mark} {more}"
            )
    return whole


def strip_latex(source: str) -> str:
    r"""Return *source* without LaTeX macros; those for letters, such as ``\ss``, become letters.

    This is much faster than :func:`papernotes.bibliography.latex.plain`, which parses LaTeX.
    """
    if "\\" in source:
        source = _MACRO.sub("", _LETTER_MACRO.sub(r"\1", source))
    return source.translate(_MARKS)


def comparison_key(source: str) -> str:
    """Return the LaTeX text *source* as it is compared: letters and digits in lower case."""
    return fold_plain(_DASHES.sub(" ", strip_latex(source)))


def protect_capitals(title: str) -> str:
    """Return *title* with braces around the words whose capitals must stay.

    Text in braces, mathematics and macros are left unchanged. So is a title all in capitals, from
    which the capitals of a single word cannot be told.
    """
    if not re.search(r"[a-z]", re.sub(r"\{[^{}]*\}|\\[A-Za-z]+", "", title)):
        return title
    found: list[str] = []
    for part in _split(title):
        if part[0] in "{$\\":
            found.append(part)
        else:
            found.append(_WORD.sub(lambda match: _protect_word(match[0]), part))
    return "".join(found)


def _split(text: str) -> list[str]:
    """Split *text* into groups in braces, mathematics, macros and the text between them."""
    pieces: list[str] = []
    depth, start = 0, 0

    def end(position: int) -> None:
        nonlocal start
        if position > start:
            pieces.append(text[start:position])
        start = position

    position = 0
    while position < len(text):
        char = text[position]
        if char == "\\" and depth == 0:
            end(position)
            match = re.compile(r"\\(?:[A-Za-z]+\s*|.?)").match(text, position)
            position = match.end() if match else position + 1
            end(position)
            continue
        if char == "$" and depth == 0 and "$" in text[position + 1 :]:
            end(position)
            position = text.index("$", position + 1) + 1
            end(position)
            continue
        if char == "{":
            if depth == 0:
                end(position)
            depth += 1
        position += 1
        if char == "}" and depth:
            depth -= 1
            if depth == 0:
                end(position)
    end(position)
    return pieces


def _protect_word(word: str) -> str:
    stem = re.sub(r"['’]s$", "", word)
    has_capital = _INNER_CAPITAL.match(stem) and not stem.islower() and not stem.isdigit()
    return f"{{{stem}}}{word[len(stem) :]}" if has_capital or _PROPER.fullmatch(stem) else word
