"""Write annotations into the block of quotes of a note, beside what its author has written.

Each quote names the annotation that it is from, with a digest of what was written. So a later run
knows what the author has edited, and leaves it. An annotation that Zotero and a PDF both have makes
one quote, which names both, each with the digest of what it would write. The block lists all that
it was ever given: what the author has deleted or moved does not come back, and no number is given
twice.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from papernotes.cli.highlights.annotation import Annotation, comparable
from papernotes.cli.scaffold import escaping
from papernotes.reading.syntax.quote_blocks import BLOCK, LINE, QUOTE, Block, Directive, find_blocks

_Look = tuple[str, str, str, str]
# What makes a line more than text where it begins: lists, headings, tables, comments, targets.
_BEGINNING = re.compile(r"(\d*)([-+=|:%(^]|(?<=\d)[.)])")


# A block that begins behind the mark of a list or a quotation, or further right.
_INDENTED = re.compile(
    rf"^[ \t>*+\d.)-]+(?::{{3,}}|`{{3,}}|~{{3,}})[ \t]*\{{{BLOCK}\}}", re.MULTILINE
)


class UnusableNote(Exception):  # noqa: N818 - told about a note, and the others go on
    """A note whose block cannot be changed; the message says where, why, and what to do."""


@dataclass(frozen=True)
class Source:
    """Where annotations are from.

    ``name`` names the program or file for messages, and ``kind`` begins the names of the
    annotations. ``words`` are those for colours, and ``draws`` says whether the area of an
    annotation can be drawn.
    """

    name: str
    kind: str
    words: Mapping[str, str]
    draws: Callable[[Annotation], bool]


@dataclass
class Merged:
    """The new text of a note, and what was done to its quotes.

    ``known`` is the number of annotations whose quotes are there from another source. ``told`` are
    messages for the author, each with its line. ``pictures`` are the annotations whose picture has
    to be written, by its address.
    """

    text: str
    added: int = 0
    changed: int = 0
    known: int = 0
    told: list[tuple[int, str]] = field(default_factory=list)
    pictures: dict[str, Annotation] = field(default_factory=dict)


def markdown(text: str) -> str:
    """Return a line of *text* as Markdown that shows it as it is."""
    escaped = escaping.markdown(text)
    return _BEGINNING.sub(r"\1\\\2", escaped, count=1) if _BEGINNING.match(escaped) else escaped


def merge(
    text: str, key: str, annotations: Sequence[Annotation], source: Source, stem: str
) -> Merged:
    """Return the *text* of a note with *annotations* of the work *key*, in their order.

    *stem* is the name of the note's file. Raise UnusableNote if the block cannot be read, or would
    not be read as it is written.
    """
    block = _block_of(text, key)
    if block is None:
        if place := _INDENTED.search(text):
            line = text.count("\n", 0, place.start()) + 1
            raise UnusableNote(
                f"{line}: the block of quotes stands in a list or a quotation, where none is"
                " written; move it out"
            )
        empty = _with_empty_block(text, key) if annotations else text
        block = _block_of(empty, key)
    else:
        empty = text
    if block is None:
        if annotations:
            raise UnusableNote(
                "1: something in the note is not closed, so that a block of quotes at its end would"
                f' be a part of that; close it, or write "::::{{{BLOCK}}} {key}" and "::::" where'
                " the quotes shall stand"
            )
        return Merged(text)
    merger = _Merger(empty, block, source, stem)
    for annotation in annotations:
        merger.take(annotation)
    merger.tell_gone(annotations)
    return merger.merged(text)


def _block_of(text: str, key: str) -> Block | None:
    """Return the block on the work *key*, or None if the note has none."""
    blocks = find_blocks(text)
    for block in blocks:
        for directive in (block.directive, *block.quotes):
            if not directive.is_closed:
                what = "the block of quotes" if directive is block.directive else "the quote"
                raise UnusableNote(
                    f"{directive.start + 1}: {what} that begins here is not closed; close it with"
                    " as many colons as it begins with"
                )
    found = [block for block in blocks if block.key == key]
    if len(found) > 1:
        raise UnusableNote(
            f"{found[1].directive.start + 1}: there is another block of quotes on {key}; move all"
            " quotes into one block"
        )
    return found[0] if found else None


def _with_empty_block(text: str, key: str) -> str:
    """Return *text* with a block for *key* behind it."""
    lines = LINE.findall(text)
    end = _line_end(lines)
    before = "" if not lines or lines[-1].endswith(("\n", "\r")) else end
    before += end if lines and lines[-1].strip() else ""
    return f"{text}{before}::::{{{BLOCK}}} {key}{end}::::{end}"


def _line_end(lines: list[str]) -> str:
    return next((line[len(line.rstrip("\r\n")) :] for line in lines[:1]), "") or "\n"


def _digest(lines: Iterable[str]) -> str:
    """Return the digest of the lines of a quote, but for the one that says where it is from."""
    kept = (line.rstrip() for line in lines if not line.lstrip().startswith(":from:"))
    return hashlib.blake2b("\n".join(kept).strip("\n").encode(), digest_size=4).hexdigest()


def _origins(quote: Directive) -> dict[str, str]:
    """Return the annotations that a quote is from, each with the digest of what it would write."""
    words = quote.options.get("from", "").split()
    return dict(itertools.zip_longest(words[::2], words[1::2], fillvalue=""))


def _look(area: str, page: str, colour: str, text: str) -> _Look:
    """Return what two quotes of the same part of a paper have in common."""
    return (area, "", "", "") if area else ("", page, colour, comparable(text))


class _Merger:
    """Takes annotations in their order, and notes what they change in a block."""

    def __init__(self, text: str, block: Block, source: Source, stem: str) -> None:
        self.lines = LINE.findall(text)
        self.block, self.source, self.stem = block, source, stem
        self.result = Merged(text)
        self.quotes: dict[str, Directive] = {}
        # Quotes that are not from this source, by what they show.
        self.others: dict[_Look, Directive] = {}
        for quote in reversed(block.quotes):
            names = _origins(quote)
            self.quotes |= dict.fromkeys(names, quote)
            if names and not any(name.startswith(f"{source.kind}:") for name in names):
                area, page, word = map(quote.options.get, ("area", "page", "colour"))
                look = _look(area or "", page or "", word or "", quote.quotation)
                self.others[look] = quote
        listed = block.directive.options.get("imported", "").split()
        self.names = list(dict.fromkeys([*listed, *reversed(self.quotes)]))
        numbers = [int(q.argument) for q in block.quotes if q.argument.isdecimal()]
        aliases = len(self.quotes) - len({quote.start for quote in self.quotes.values()})
        self.highest = max([len(self.names) - aliases, *numbers])
        # The lines to put ahead of a line, and those in the place of a quote that begins there.
        self.insertions: dict[int, list[str]] = {}
        self.replacements: dict[int, list[str]] = {}
        # The quote behind which the next one belongs, and those that belong ahead of all.
        self.before: Directive | None = None
        self.pending: list[list[str]] = []
        # Messages on quotes, each with the first annotation that its quote is from.
        self.told: list[tuple[str, str]] = []

    def take(self, annotation: Annotation) -> None:
        """Add *annotation*, or change its quote, unless the author has edited or dropped that."""
        quote = self.quotes.get(annotation.name)
        is_new = annotation.name not in self.names
        twin = self._twin(annotation) if quote is None and is_new else None
        if is_new:
            self.names.append(annotation.name)
        if quote is None and twin is None:
            # What the author has deleted does not come back from the other source either.
            if is_new and annotation.twin not in self.names:
                self._add(annotation)
            return
        place = quote or twin
        assert place is not None
        for written in self.pending:
            self.insertions.setdefault(place.start, []).extend([*written, ""])
        self.before, self.pending = place, []
        if twin:
            self._adopt(annotation, twin)
        elif quote:
            self._change(annotation, quote)

    def _add(self, annotation: Annotation) -> None:
        self.highest += 1
        written = self._written(annotation, str(self.highest), {})
        if self.before:
            self.insertions.setdefault(self.before.end, []).extend(["", *written])
        else:
            self.pending.append(written)
        self.result.added += 1

    def _twin(self, annotation: Annotation) -> Directive | None:
        """Return the quote of the same annotation from another source, by its name or its look."""
        if twin := self.quotes.get(annotation.twin):
            return twin
        word = self.source.words.get(annotation.colour.lower(), "")
        text = markdown(annotation.text or annotation.comment)
        look = _look(str(annotation.area or ""), annotation.page, word, text)
        return self.others.pop(look, None) if any((look[0], look[-1])) else None

    def _adopt(self, annotation: Annotation, quote: Directive) -> None:
        """Note that *quote* is from *annotation*, too, and add a picture that it may lack."""
        self.result.known += 1
        origins = _origins(quote)
        # A place alone, with or without a comment, is what the other source could not draw.
        has_picture = any(line.startswith("> ![") for line in quote.body)
        is_edited = _digest(quote.content) not in origins.values()
        if self._shows_picture(annotation) and not (has_picture or is_edited):
            self.replacements[quote.start] = self._written(annotation, quote.argument, origins)
            return
        digest = _digest(self._body(annotation, quote.argument))
        lines = [line.rstrip("\r\n") for line in self.lines[quote.start : quote.end]]
        place = next(n for n, line in enumerate(lines) if line.lstrip().startswith(":from:"))
        lines[place] = f"{lines[place].rstrip()} {annotation.name} {digest}"
        self.replacements[quote.start] = lines

    def _change(self, annotation: Annotation, quote: Directive) -> None:
        """Change *quote* if *annotation* has changed, unless the author has edited it."""
        origins = _origins(quote)
        bodies = [self._body(annotation, quote.argument)]
        if annotation.area and not self._shows_picture(annotation):
            # A run on another computer, which has the PDF, may have drawn it.
            bodies.append(self._body(annotation, quote.argument, is_drawn=True))
        if origins[annotation.name] in map(_digest, bodies):
            return
        if _digest(quote.content) not in origins.values():
            self._tell(quote, f"has changed in {self.source.name}, and stays as you have edited it")
            return
        self.replacements[quote.start] = self._written(annotation, quote.argument, origins)
        self.result.changed += 1

    def tell_gone(self, annotations: Sequence[Annotation]) -> None:
        """Tell which quotes have no annotation any more."""
        there = {each.name for each in annotations}
        for name, quote in self.quotes.items():
            if name not in there and name.startswith(f"{self.source.kind}:"):
                advice = "delete it here, too, or keep it"
                self._tell(quote, f"is no longer in {self.source.name}; {advice}")

    def _tell(self, quote: Directive, message: str) -> None:
        self.told.append((next(iter(_origins(quote))), f"quote {quote.argument} {message}"))

    def _written(
        self, annotation: Annotation, number: str, origins: Mapping[str, str]
    ) -> list[str]:
        """Return the lines of a new quote, and note the picture that it shows.

        *origins* are the annotations that its text was from until now, with their digests.
        """
        body = self._body(annotation, number)
        if self._shows_picture(annotation):
            self.result.pictures[self._picture(number)] = annotation
        origins = {**origins, annotation.name: _digest(body)}
        source = " ".join(f"{name} {digest}".rstrip() for name, digest in origins.items())
        return [f":::{{{QUOTE}}} {number}", f":from: {source}", *body, ":::"]

    def _body(self, annotation: Annotation, number: str, *, is_drawn: bool = False) -> list[str]:
        """Return the lines of a quote after the one that says where it is from.

        It shows the picture of an area that can be drawn, or *is_drawn* already.
        """
        word = self.source.words.get(annotation.colour.lower())
        options = {"page": annotation.page, "colour": word, "area": annotation.area}
        lines = [f":{name}: {value}" for name, value in options.items() if value]
        if annotation.text:
            lines += ["", f"> {markdown(annotation.text)}"]
        elif annotation.area and (is_drawn or self._shows_picture(annotation)):
            shown = f"p. {annotation.page or annotation.area.page + 1}"
            lines += ["", f"> ![{shown}]({self._picture(number)})"]
        for paragraph in annotation.comment.splitlines():
            lines += ["", markdown(paragraph)]
        return lines

    def _shows_picture(self, annotation: Annotation) -> bool:
        return bool(annotation.area) and not annotation.text and self.source.draws(annotation)

    def _picture(self, number: str) -> str:
        # Without what Markdown would read in it, and another for each note.
        stem = re.sub(r"[^\w.-]", lambda sign: f"_{ord(sign[0]):x}", self.stem)
        return f"highlights/{stem}-{number}.png"

    def merged(self, before: str) -> Merged:
        """Return the result; raise UnusableNote if it would be read otherwise."""
        result = self.result
        first, last = self.block.directive.start, self.block.directive.end
        if result.added or result.changed or result.known:
            for written in self.pending:
                self.insertions.setdefault(last - 1, []).extend(["", *written])
            changed = "".join(self._changed(range(first, last), _line_end(self.lines)))
            result.text = "".join([*self.lines[:first], changed, *self.lines[last:]])
        else:
            result.text = before
        found = _block_of(result.text, self.block.key)
        quotes = found.quotes if found else ()
        is_read = found is None or found.directive.start == first
        if not is_read or len(quotes) != len(self.block.quotes) + result.added:
            raise UnusableNote(
                f"{first + 1}: the block of quotes would not be read as it is written; check what"
                " stands between the quotes"
            )
        lines = {next(iter(_origins(each)), ""): each.start + 1 for each in reversed(quotes)}
        result.told = [(lines[name], message) for name, message in self.told]
        return result

    def _changed(self, places: range, end: str) -> Iterator[str]:
        """Yield the lines of the block with its changes."""
        options = range(places.start + 1, places.start + 1 + len(self.block.directive.options))
        listing = next(
            (at for at in options if self.lines[at].lstrip().startswith(":imported:")), None
        )
        imported = f":imported: {' '.join(self.names)}{end}"
        skipped = 0
        ends = {quote.start: quote.end for quote in self.block.quotes}
        for place in places:
            for line in self.insertions.get(place, ()):
                yield line + end
            if place in self.replacements:
                skipped = ends[place]
                yield from (line + end for line in self.replacements[place])
            if place < skipped:
                continue
            yield imported if place == listing else self.lines[place]
            if place == places.start and listing is None:
                yield imported
