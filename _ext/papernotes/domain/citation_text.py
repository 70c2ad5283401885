"""Citations as plain text, for headings, where a link is not allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sphinxcontrib.bibtex.citation_target import CitationTarget

from papernotes.bibliography import formatting
from papernotes.bibliography.formatting import Phrases
from papernotes.core.model import Paper

# The roles of sphinxcontrib-bibtex: a "c" for a capital, what is shown, whether in brackets, and an
# "s" for all names.
_ROLE = re.compile(r"(c?)(p|t|author|label|year|empty)(par)?(s?)")


def citation_text(
    role: str,
    targets: Sequence[CitationTarget],
    paper: Callable[[str], Paper | None],
    phrases: Phrases,
) -> str:
    """Return the text of the citation that *role* makes of *targets*, by author and year.

    *paper* returns the work with a key, or None for an unknown one.
    """
    match = _ROLE.fullmatch(role)
    capital, shown, brackets, full = match.groups() if match else ("", "p", "", "")
    parts = []
    for target in targets:
        work = paper(target.key)
        if work is None:
            parts.append(f"[?{target.key}]")
            continue
        names = formatting.cited_names(work, phrases, full=bool(full))
        year = formatting.year(work, phrases)
        match shown:
            case "t":
                parts.append(f"{names} ({_with(target, year)})")
            case "p" | "label":
                parts.append(_with(target, f"{names}, {year}"))
            case "author":
                parts.append(names)
            case "year":
                parts.append(year)
    if not parts:
        return ""
    if shown == "t":
        text = phrases.last.join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    else:
        text = "; ".join(parts)
    is_known = any(paper(target.key) for target in targets)
    if is_known and (brackets or shown in ("p", "label")):
        text = f"({text})"
    return text[:1].upper() + text[1:] if capital else text


def _with(target: CitationTarget, text: str) -> str:
    """Return *text* with what is to be read before and after it."""
    before = f"{target.pre} " if target.pre else ""
    after = f", {target.post}" if target.post else ""
    return f"{before}{text}{after}"
