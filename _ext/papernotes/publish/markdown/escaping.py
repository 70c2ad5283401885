"""Text as Markdown that reads back as the same text.

Only what Markdown, or MyST with any of its extensions, would take for markup gets a backslash. Two
questions stay open until a whole paragraph is known: what begins a line, and whether an asterisk
can begin or end emphasis between its neighbours. So inline markup holds marks, which are no
characters of any text, and :func:`finish` decides.
"""

from __future__ import annotations

import re
import unicodedata

# Unicode keeps these code points free for programs (noncharacters).
_EMPHASIS, _END_OF_EMPHASIS = "\ufdd0", "\ufdd1"
_STRONG, _END_OF_STRONG = "\ufdd2", "\ufdd3"
_FORMULA, _END_OF_FORMULA = "\ufdd4", "\ufdd5"
HARD_BREAK = "\ufdd6"
# A space within a formula that is to stay whole.
_FORMULA_SPACE = "\ufdd7"
_BREAKS = re.compile("(?:\\s*\ufdd6\\s*)+")
# Code, until it is known whether other code follows it at once, which would not be told apart.
_CODE, _END_OF_CODE = "\ufdd8", "\ufdd9"
_CODES = re.compile("\ufdd8([^\ufdd9]*)\ufdd9")
_ASTERISKS = {_EMPHASIS: "*", _END_OF_EMPHASIS: "*", _STRONG: "**", _END_OF_STRONG: "**"}
_OPENING = {_EMPHASIS: _END_OF_EMPHASIS, _STRONG: _END_OF_STRONG}
_MARKS = re.compile("([\ufdd0-\ufdd3])")
_NO_TEXT = re.compile("[\0\ufdd0-\ufdef]")
# Characters that end a line for some program, but are spaces in a text.
_SPACES = re.compile("[\t\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")

_SPECIAL = re.compile(
    r"""[\\`*\[\]${]
    | <(?=[A-Za-z/!?])                      # a tag or an address
    | &(?=\#?\w+;)                          # a character reference
    | (?<![^\W_])_ | _(?![^\W_])            # emphasis, unless within a word
    | ~(?=~) | (?<=~)~ | =(?==) | %(?=%)    # struck out, marked, a comment
    | (?<!\w)@(?=[\w{])                     # a citation
    | !\Z                                   # a picture, if a link follows
    """,
    re.VERBOSE,
)
_LINE_START = re.compile(
    r"""^(?:
      (\d{1,9})(?=[.)](?:\s|$))         # a numbered item
    | (\[\^[^\]]+\])(?=:)              # a footnote
    | (?=[\#>:%]                        # a heading, a quotation, a definition, a comment
        | [-+](?:[\s|:+-]|$) | =+\s*$   # an item, a line under a heading
        | \|[\s|:-]*$                   # the second line of a table
        | \(.*\)=\s*$)                  # a target
    )""",
    re.VERBOSE | re.MULTILINE,
)
_FORMULAS = re.compile("(.?)\ufdd4([^\ufdd5]*)\ufdd5(?=(.?))", re.DOTALL)
_WHOLE = re.compile("(\ufdd4[^\ufdd5]*\ufdd5)")
_BACKTICKS = re.compile("`+")
# What may begin HTML in a formula, for programs to which dollar signs are only signs.
_TAG = re.compile(r"<(?:[!?/]|[A-Za-z][^<]*[>'\"])")
_ADDRESS = str.maketrans({each: f"%{ord(each):02X}" for each in ' ()<>\\`"{}\n\r\t'})


def escape(text: str) -> str:
    """Return *text* as inline markup."""
    return _SPECIAL.sub(r"\\\g<0>", clean(text))


def clean(text: str) -> str:
    """Return *text* without characters that are marks here, or ends of lines elsewhere."""
    return _SPACES.sub(" ", _NO_TEXT.sub("\ufffd", text))


def emphasis(markup: str) -> str:
    """Return inline *markup*, emphasized."""
    return _around(_EMPHASIS, markup, _END_OF_EMPHASIS)


def strong(markup: str) -> str:
    """Return inline *markup*, strongly emphasized."""
    return _around(_STRONG, markup, _END_OF_STRONG)


def _around(mark: str, markup: str, end: str) -> str:
    """Put marks around *markup*, but leave the space at its ends outside."""
    inner = markup.strip()
    if not inner:
        return markup
    start = markup.index(inner)
    return f"{markup[:start]}{mark}{inner}{end}{markup[start + len(inner) :]}"


def code(text: str) -> str:
    """Return *text* as code within a line."""
    text = clean(text).replace("\n", " ")
    return f"{_CODE}{text}{_END_OF_CODE}" if text.strip() else text


def _ticked(text: str) -> str:
    """Return *text* between more backticks than it has in a row."""
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    # A space at both ends is taken off again.
    around = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{around}{text}{around}{ticks}"


def fence(text: str, info: str = "") -> str:
    """Return *text* as a block of code; *info* is its language."""
    text = _NO_TEXT.sub("\ufffd", text).replace("\r", "\n").rstrip("\n")
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{info}\n{text}\n{ticks}"


def formula(tex: str) -> str:
    """Return a formula within a line."""
    tex = " ".join(clean(tex).split())
    if not tex:
        return ""
    # A dollar sign in a formula, as in \text{}, ends it unless it has a backslash.
    if re.search(r"(?<!\\)\$", tex) or tex.endswith("\\") or may_be_html(tex):
        return _role(tex)
    return f"{_FORMULA}{tex}{_END_OF_FORMULA}"


def may_be_html(tex: str) -> bool:
    """Return whether a formula can only stand in code, so that no program takes it for HTML."""
    return bool(_TAG.search(tex))


def _role(tex: str) -> str:
    """Return a formula as MyST has it where dollar signs do not do."""
    return f"{{math}}{_ticked(tex)}"


def whole_formula(tex: str) -> str:
    """Return a formula as a single word of plain text, for :func:`prose`."""
    return formula(tex).replace(" ", _FORMULA_SPACE)


def prose(text: str) -> str:
    """Return plain *text* with whole formulas as inline markup."""
    parts = _WHOLE.split(text)
    parts[::2] = map(escape, parts[::2])
    return "".join(parts).replace(_FORMULA_SPACE, " ")


def address(uri: str) -> str:
    """Return the address *uri* for a link."""
    return re.sub(r"&(?=#?\w+;)", "&amp;", _NO_TEXT.sub("\ufffd", uri).translate(_ADDRESS))


def finish(markup: str) -> str:
    """Return the paragraph of inline *markup*, with as many lines as its text has."""
    markup = _settled(markup)
    markup = _BREAKS.sub("\\\\\n", markup.strip(f" \n{HARD_BREAK}"))
    lines = (line.strip() for line in markup.split("\n"))
    return _LINE_START.sub(r"\1\2\\", "\n".join(filter(None, lines)))


def one_line(markup: str) -> str:
    """Return inline *markup* on one line, which other markup begins, such as a heading."""
    return " ".join(_settled(markup).replace(HARD_BREAK, " ").split())


def _settled(markup: str) -> str:
    """Return *markup* with what its marks stand for."""
    markup = _FORMULAS.sub(_dollars, _asterisks(markup)).replace(f"{_END_OF_CODE}{_CODE}", "")
    return _CODES.sub(lambda match: _ticked(match[1]), markup)


def _dollars(match: re.Match[str]) -> str:
    """Return a formula in dollar signs, or as a role between digits, where those are prices."""
    before, tex, after = match.groups()
    shown = _role(tex) if before.isdigit() or after.isdigit() else f"${tex}$"
    return f"{before}{shown}"


def _asterisks(markup: str) -> str:
    """Replace the marks of emphasis by asterisks, and drop those that would stay in the text."""
    parts = _MARKS.split(markup)
    if len(parts) == 1:
        return markup
    dropped: set[int] = set()
    open_marks: list[int] = []
    for place in range(1, len(parts), 2):
        if parts[place] in _OPENING:
            open_marks.append(place)
            continue
        start = open_marks.pop()
        is_nested = any(parts[each] == parts[start] for each in open_marks)
        inner = bool(open_marks)
        if (
            is_nested
            or _follows_an_end(parts, start)
            or not _stands(_last(parts, start), _first(parts, start), inner=inner)
            or not _stands(_first(parts, place), _last(parts, place), inner=inner)
        ):
            dropped |= {start, place}
    for place in range(1, len(parts), 2):
        parts[place] = "" if place in dropped else _ASTERISKS[parts[place]]
    return "".join(parts)


def _follows_an_end(parts: list[str], place: int) -> bool:
    """Return whether there are only marks between the one at *place* and an end before it."""
    while place > 1 and not parts[place - 1]:
        place -= 2
        if parts[place] not in _OPENING:
            return True
    return False


def _stands(outside: str, inside: str, *, inner: bool) -> bool:
    """Return whether asterisks between these characters begin or end emphasis.

    Within other emphasis (*inner*) they must not be able to do both.
    """
    if not outside or outside.isspace():
        return True
    is_punctuation = unicodedata.category(outside)[0] == "P"
    if inner:
        return is_punctuation and inside.isalnum()
    return is_punctuation or inside.isalnum()


def _last(parts: list[str], place: int) -> str:
    """Return the last character of the text before the mark at *place*, if there is any."""
    return next((text[-1] for text in parts[place - 1 :: -2] if text), "")


def _first(parts: list[str], place: int) -> str:
    """Return the first character of the text after the mark at *place*, if there is any."""
    return next((text[0] for text in parts[place + 1 :: 2] if text), "")
