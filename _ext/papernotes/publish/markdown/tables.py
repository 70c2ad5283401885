"""Tables with vertical bars, as GitHub and MyST read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from docutils import nodes

_RULES = {"text-left": ":--", "text-center": ":-:", "text-right": "--:"}


def pipe_table(table: nodes.table, cell: Callable[[nodes.Element], str]) -> str:
    """Return *table*; *cell* returns the markup of an entry on one line.

    Of an entry that spans several columns or rows, the first cell has the text.
    """
    head = [row for part in table.findall(nodes.thead) for row in part.findall(nodes.row)]
    body = [row for part in table.findall(nodes.tbody) for row in part.findall(nodes.row)]
    rows = _laid_out([*head, *body])
    if not rows:
        return ""
    width = max(map(len, rows))
    texts = [
        [cell(entry).replace("|", "\\|") if entry is not None else "" for entry in row]
        + [""] * (width - len(row))
        for row in rows
    ]
    # Markdown has one row of headings, even if it is empty.
    first, rest = (texts[0], texts[1:]) if head else ([""] * width, texts)
    aligned = rows[1] if len(rows) > 1 else rows[0]
    rules = [_rule(entry) for entry in aligned] + ["---"] * (width - len(aligned))
    return "\n".join(f"| {' | '.join(row)} |" for row in (first, rules, *rest))


def _rule(entry: nodes.Element | None) -> str:
    """Return the part of the line under the headings that says how a column is aligned."""
    names = entry["classes"] if entry is not None else ()
    return next((_RULES[name] for name in names if name in _RULES), "---")


def _laid_out(rows: Iterable[nodes.row]) -> list[list[nodes.Element | None]]:
    """Return the entries of *rows* in their columns, with None where another one reaches."""
    laid: list[list[nodes.Element | None]] = []
    reaching: dict[int, int] = {}
    for row in rows:
        line: list[nodes.Element | None] = []
        for entry in row.findall(nodes.entry):
            _skip_reached(line, reaching)
            columns = 1 + entry.get("morecols", 0)
            for column in range(len(line), len(line) + columns):
                reaching[column] = entry.get("morerows", 0)
            line += [entry, *[None] * (columns - 1)]
        _skip_reached(line, reaching)
        laid.append(line)
    return laid


def _skip_reached(line: list[nodes.Element | None], reaching: dict[int, int]) -> None:
    """Leave the next columns of *line* out as long as an entry of a row above reaches them."""
    while reaching.get(len(line), 0):
        reaching[len(line)] -= 1
        line.append(None)
