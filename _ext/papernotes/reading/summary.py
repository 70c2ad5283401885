"""Cut the opening of a note to the size of a card, and find the picture of the card.

Sizes are counted in words, since a card is mostly text. What is not text counts as many words as
would take its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from docutils import nodes
from sphinx.environment import BuildEnvironment

from papernotes.core.model import Picture
from papernotes.domain.xrefs import place_link
from papernotes.pictures import CARD_WIDTH, is_scaled, natural_size
from papernotes.reading import sentences

ELLIPSIS = "…"
# Words in a line of a card, and in the place of a picture.
_LINE, _PICTURE = 8, 40
# Chinese and Japanese have no spaces; two letters take the place of a word.
_SCRIPTS = "぀-ヿ㐀-鿿豈-﫿"
_LETTERS = re.compile(f"[{_SCRIPTS}]")
# What a text can be cut behind.
_UNITS = re.compile(rf"[{_SCRIPTS}]|[^\s{_SCRIPTS}]+")
# The text goes on around these when there is no room for one, but no part of them is shown.
_FLOATS = (nodes.figure, nodes.image, nodes.table, nodes.literal_block)
_WHOLE = (
    *_FLOATS,
    nodes.TextElement,
    nodes.definition_list,
    nodes.field_list,
    nodes.line_block,
)


# The formats that browsers show, in the order in which Sphinx prefers them for pages.
_FORMATS = ("image/svg+xml", "image/png", "image/gif", "image/jpeg", "image/webp", "*")


def picture(
    env: BuildEnvironment,
    section: nodes.Element,
    opening: Sequence[nodes.Node],
    named: str | None,
    given: Sequence[nodes.Node],
) -> Picture | None:
    """Return the picture for the card of the note in *section*, or None.

    It is the one that the front matter has *named*, as the nodes *given*, or else the first figure.
    There is none beside an *opening* that shows a picture by itself.
    """
    shown = list(section.findall(nodes.image))
    chosen = [image for node in given for image in node.findall(nodes.image)]
    if named is None and not any(any(node.findall(nodes.image)) for node in opening):
        figures = section.findall(nodes.figure)
        chosen = next(filter(None, (list(each.findall(nodes.image)) for each in figures)), [])
    files = [shown_file(image) for image in chosen[:2]]
    if not files or not files[0]:
        return None
    light, dark = files[0], files[1] if "pn-schemes" in chosen[0].parent["classes"] else ""
    alts = [image.get("alt", "") for image in shown if image["uri"] == chosen[0]["uri"]]
    width, height = natural_size(env.srcdir / light) or (0, 0)
    apart = not alts or (width > CARD_WIDTH and is_scaled(light))
    return Picture(light, dark, alts[0] if alts else "", width, height, apart)


def shown_file(image: nodes.image) -> str:
    """Return the path of the file of *image* that pages show, or nothing if it is elsewhere."""
    candidates: dict[str, str] = image.get("candidates", {})
    return next((candidates[each] for each in _FORMATS if each in candidates), "")


def shorten(
    opening: Sequence[nodes.Node], words: int, docname: str, id_: str = ""
) -> list[nodes.Node]:
    """Return the *opening* of the note *docname*, or its beginning if it has more than *words*.

    The beginning ends with a sentence and an ellipsis that leads to the note, or to the place *id_*
    in it. It has at least one sentence, unless that is more than twice too long.
    """
    if not words or sum(map(_size, opening)) <= words:
        return list(opening)
    kept: list[nodes.Node] = [
        node for node in _fitting(opening, words) if not isinstance(node, nodes.raw)
    ]
    paragraph = kept[-1] if kept else None
    # What announces a formula, say, goes with it, unless nothing else would be left.
    if isinstance(paragraph, nodes.paragraph) and paragraph.astext().rstrip().endswith(":"):
        end = _last_end(paragraph, _size(paragraph))
        if end is not None or len(kept) > 1:
            kept[-1:] = [] if end is None else [_up_to(paragraph, end)]
    more = place_link(docname, id_, docname, [nodes.Text(ELLIPSIS)])
    last = _closing(kept)
    if last is not None:
        last += [nodes.Text("\N{NO-BREAK SPACE}"), more]
    else:
        kept.append(nodes.paragraph("", "", more))
    return kept


def first_line(opening: Sequence[nodes.Node], words: int) -> list[nodes.Node]:
    """Return the first paragraph of text in *opening*, without pictures, and cut behind *words*."""
    for block in opening:
        assert isinstance(block, nodes.Element)
        found = None if _is_float(block) else next(iter(block.findall(nodes.paragraph)), None)
        if found is None:
            continue
        text = found.deepcopy()
        for picture in list(text.findall(nodes.image)):
            picture.parent.remove(picture)
        cut = _up_to(text, _word_end(text, words))
        if len(cut.astext()) < len(text.astext()):
            end = cut.astext()[-1:]
            space = "\N{NO-BREAK SPACE}" if end and not (end.isalnum() or end.isspace()) else ""
            cut += nodes.Text(space + ELLIPSIS)
        return cut.children
    return []


def _fitting(
    blocks: Sequence[nodes.Node], words: int, *, alone: bool = True
) -> list[nodes.Element]:
    """Return copies of the first of *blocks* that have no more than *words*, the last in part.

    *alone* says that nothing else is kept, so that a part of the first may be too long.
    """
    kept: list[nodes.Element] = []
    for block in blocks:
        assert isinstance(block, nodes.Element)
        size = _size(block)
        if size <= words:
            kept.append(block.deepcopy())
            words -= size
        elif not _is_float(block):
            kept += _beginning(block, words, alone=alone and not kept)
            break
    return kept


def _is_float(block: nodes.Element) -> bool:
    """Return whether text goes on around *block*; a picture is alone in its paragraph."""
    alone = isinstance(block, nodes.paragraph) and len(block.children) == 1
    return isinstance(block[0] if alone else block, _FLOATS)


def _beginning(block: nodes.Element, words: int, *, alone: bool) -> Iterator[nodes.Element]:
    """Yield the beginning of *block*, if a part of it fits, or if it is *alone*."""
    if isinstance(block, nodes.paragraph):
        end = _last_end(block, words)
        if end is None and alone:
            end = _first_end(block, 2 * words) or _word_end(block, words)
        if end is not None:
            yield _up_to(block, end)
    elif not isinstance(block, _WHOLE):
        inside = _fitting(block.children, words, alone=alone)
        if inside:
            holder = block.copy()
            holder.extend(inside)
            yield holder


def _size(node: nodes.Node) -> int:
    """Return the size of *node* in words."""
    match node:
        case nodes.math_block():
            return _LINE * (node.astext().count(r"\\") + 2)
        case nodes.literal_block():
            return _LINE * (node.astext().count("\n") + 1)
        case nodes.image():
            return _PICTURE
        case nodes.row():
            return max(_LINE, _words(node))
        case nodes.TextElement() | nodes.raw():
            return max(1, _words(node)) + _PICTURE * len(list(node.findall(nodes.image)))
        case nodes.Element():
            return sum(map(_size, node.children))
    return 0


def _words(node: nodes.Node) -> int:
    text = node.astext()
    return len(text.split()) + len(_LETTERS.findall(text)) // 2


# The number of a node of a paragraph, and a position in its text.
_Place = tuple[int, int]


def _ends(paragraph: nodes.paragraph) -> Iterator[tuple[_Place, int]]:
    """Yield where sentences of *paragraph* end ahead of its own end, each with its words so far."""
    words = 0
    for number, node in enumerate(paragraph.children):
        if isinstance(node, nodes.Text):
            text = str(node)
            for end in sentences.inner_ends(node):
                yield (number, end), words + _words(nodes.Text(text[:end]))
        words += _words(node)


def _last_end(paragraph: nodes.paragraph, words: int) -> _Place | None:
    return max((place for place, size in _ends(paragraph) if size <= words), default=None)


def _first_end(paragraph: nodes.paragraph, words: int) -> _Place | None:
    """Return where the first sentence ends, or the end of the paragraph, within *words*."""
    if (first := next(_ends(paragraph), None)) is not None:
        return first[0] if first[1] <= words else None
    whole = (len(paragraph.children), 0)
    return whole if _size(paragraph) <= words else None


def _word_end(paragraph: nodes.paragraph, words: int) -> _Place:
    """Return where the last word of *paragraph* ends that is within *words*."""
    for number, node in enumerate(paragraph.children):
        size = _words(node)
        if size > words:
            if not isinstance(node, nodes.Text):
                return number, 0
            found = [match.end() for match in _UNITS.finditer(str(node))]
            fitting = [end for end in found if _words(nodes.Text(str(node)[:end])) <= words]
            return number, fitting[-1] if fitting else 0
        words -= size
    return len(paragraph.children), 0


def _up_to(paragraph: nodes.paragraph, end: _Place) -> nodes.paragraph:
    """Return a copy of *paragraph* up to *end*, without HTML, whose tags may end behind it."""
    number, position = end
    copy = paragraph.copy()
    copy += [
        node.deepcopy() for node in paragraph.children[:number] if not isinstance(node, nodes.raw)
    ]
    if position:
        copy += nodes.Text(str(paragraph[number])[:position])
    return copy


def _closing(blocks: Sequence[nodes.Node]) -> nodes.paragraph | None:
    """Return the paragraph that ends *blocks*, such as that of a list's last item."""
    last = blocks[-1] if blocks else None
    if isinstance(last, nodes.paragraph) or last is None:
        return last
    assert isinstance(last, nodes.Element)
    return None if isinstance(last, _WHOLE) else _closing(last.children)
