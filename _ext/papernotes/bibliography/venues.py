"""Short names of venues, such as "ICML" for its proceedings, whose name can fill three lines."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from papernotes.bibliography.latex import flatten, spans

# Venues by what only their names contain. Names of journals fit on a line, with few exceptions.
KNOWN = {
    "AAAI Conference on Artificial Intelligence": "AAAI",
    "Conference on Human Factors in Computing Systems": "CHI",
    "Annual Conference on Learning Theory": "COLT",
    "Conference on Learning Theory": "COLT",
    "Conference on Robot Learning": "CoRL",
    "Computer Vision and Pattern Recognition": "CVPR",
    "European Chapter of the Association for Computational Linguistics": "EACL",
    "European Conference on Computer Vision": "ECCV",
    "Empirical Methods in Natural Language Processing": "EMNLP",
    "IEEE Symposium on Foundations of Computer Science": "FOCS",
    "International Conference on Acoustics, Speech and Signal Processing": "ICASSP",
    "International Conference on Artificial Intelligence and Statistics": "AISTATS",
    "International Conference on Computational Linguistics": "COLING",
    "International Conference on Computer Vision": "ICCV",
    "International Conference on Data Mining": "ICDM",
    "International Conference on Intelligent Robots and Systems": "IROS",
    "International Conference on Knowledge Discovery and Data Mining": "KDD",
    "International Conference on Knowledge Discovery & Data Mining": "KDD",
    "International Conference on Learning Representations": "ICLR",
    "International Conference on Machine Learning": "ICML",
    "International Conference on Management of Data": "SIGMOD",
    "International Conference on Robotics and Automation": "ICRA",
    "International Conference on Software Engineering": "ICSE",
    "International Conference on Very Large Data Bases": "VLDB",
    "International Joint Conference on Artificial Intelligence": "IJCAI",
    "International Joint Conference on Natural Language Processing": "IJCNLP",
    "International Symposium on Computer Architecture": "ISCA",
    "International World Wide Web Conference": "WWW",
    "Meeting of the Association for Computational Linguistics": "ACL",
    "Neural Information Processing Systems": "NeurIPS",
    "North American Chapter of the Association for Computational Linguistics": "NAACL",
    "Proceedings of the National Academy of Sciences of the United States of America": "PNAS",
    "Research and Development in Information Retrieval": "SIGIR",
    "Symposium on Operating Systems Principles": "SOSP",
    "Symposium on Theory of Computing": "STOC",
    "Transactions on Pattern Analysis and Machine Intelligence": "TPAMI",
    "Uncertainty in Artificial Intelligence": "UAI",
    "Winter Conference on Applications of Computer Vision": "WACV",
}
# Events beside a conference are not the conference.
_BESIDE = re.compile(r"\b(?:workshops?|companion|adjunct|tutorials?|doctoral)\b", re.IGNORECASE)
_NAME = r"(?P<name>[A-Z][\w&/+-]{0,20}[A-Z][\w&/+-]{0,20})"
_YEAR = r"(?:(?:19|20)\d\d|['’]\s?\d\d)"
# How DBLP and publishers write it: "…, ICML 2017, Sydney, …", "Computer Vision – ECCV 2018", or in
# parentheses with or without the year.
_ACRONYM = re.compile(
    rf"(?:, | [-–—] ){_NAME}[ ,]*{_YEAR}(?=,|$)|\({_NAME.replace('name', 'inner')}[ ,]*{_YEAR}?\)"
)
_PLACES = frozenset("ACT BC CA DC IEEE ACM MA NJ NSW NY PRC UAE UK USA WA".split())
# A series that names the conference, such as "KDD '16"; others number books of many conferences.
_SERIES = re.compile(rf"{_NAME}\s*{_YEAR}?")


def short_name(type_: str, fields: Mapping[str, str], venue: str, own: Mapping[str, str]) -> str:
    """Return the short name of *venue* in LaTeX text, or the empty string if none is known.

    The *fields* of the entry come first, then the names that the site has as its *own*.
    """
    for field in ("shortjournal", "shortbooktitle"):
        if fields.get(field):
            return fields[field]
    name = " ".join(flatten(spans(venue)).split())
    if short := _look_up(name, tuple(own.items())):
        return short
    if not name or _BESIDE.search(name):
        return ""
    series = flatten(spans(fields.get("series", "")))
    if not fields.get("volume") and (match := _SERIES.fullmatch(series)):
        return match["name"]
    if type_ not in ("article", "periodical") and (match := _ACRONYM.search(name)):
        acronym: str = match["name"] or match["inner"]
        if acronym not in _PLACES:
            return acronym
    return _look_up(name, tuple(KNOWN.items()))


def _look_up(name: str, names: tuple[tuple[str, str], ...]) -> str:
    """Return the short name of the venue *name* by a table, or the empty string."""
    pattern, short_names = _table(names)
    match = pattern.search(name) if names else None
    return short_names[match[0].casefold()] if match else ""


@functools.lru_cache(maxsize=8)
def _table(names: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern for *names*, and the short ones by the names in lower case.

    No further word may follow a name, as in "Conference on Machine Learning and Applications".
    """
    longest_first = sorted((full for full, _ in names), key=len, reverse=True)
    any_name = "|".join(map(re.escape, longest_first))
    pattern = re.compile(rf"\b(?:{any_name})(?!-?\w| +[^\W\d_])", re.IGNORECASE)
    return pattern, {full.casefold(): short for full, short in names}
