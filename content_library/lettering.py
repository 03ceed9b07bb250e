"""Words on a poster: Chinese and Latin in two weights, emoji in colour; wrapped, shrunk, cut, and never outside their box."""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from content_library.emoji import AS_PICTURE, JOINER, emoji_at, picture_of
from content_library.layout import TextBox
from foundation.vendor import font_path

ELLIPSIS = "…"
# These never begin a line.
CLINGING = frozenset("，。！？、；：）》”’%…")
LINE_HEIGHT = 1.35
EMOJI_WIDTH = 1.12
# Widths are measured once at this size and scaled, so that trying sizes opens no fonts.
MEASURE = 200
INVISIBLE = frozenset({AS_PICTURE, JOINER, "\u200b", "\u2060", "\ufeff"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One character or one emoji."""

    text: str
    is_emoji: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines as they are drawn; `cut` when words were lost or the box is lower than a line."""

    lines: tuple[tuple[Cell, ...], ...]
    size: int
    height: int
    cut: bool


@lru_cache(maxsize=64)
def font_of(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """A font at a size in pixels."""
    return ImageFont.truetype(str(font_path(weight)), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _has_glyph(weight: str, character: str) -> bool:
    if character in " \u3000":
        return True
    font = font_of(weight, 24)
    drawn, missing = font.getmask(character), font.getmask("\U0010ffff")
    return drawn.size != (0, 0) and (drawn.size != missing.size or bytes(drawn) != bytes(missing))


@lru_cache(maxsize=4096)
def _width(weight: str, cell: Cell) -> float:
    """At MEASURE pixels. Narrow letters are rounded to whole pixels when drawn, so each gets room for that."""
    if cell.is_emoji:
        return EMOJI_WIDTH * MEASURE
    return font_of(weight, MEASURE).getlength(cell.text)


def cells_of(text: str, weight: str) -> tuple[list[list[Cell]], str]:
    """The text by paragraph, and the characters neither the font nor the emoji set has: those are left out."""
    paragraphs: list[list[Cell]] = [[]]
    left_out: dict[str, None] = {}
    place = 0
    while place < len(text):
        character, step = text[place], 1
        follower = text[place + 1 : place + 2]
        plain = _has_glyph(weight, character) and follower not in (AS_PICTURE, JOINER)
        if character == "\n":
            paragraphs.append([])
        elif not plain and (emoji := emoji_at(text, place)):
            paragraphs[-1].append(Cell(emoji, is_emoji=True))
            step = len(emoji)
        elif _has_glyph(weight, character):
            paragraphs[-1].append(Cell(character))
        elif character not in INVISIBLE and character.isprintable():
            left_out[character] = None
        place += step
    return paragraphs, "".join(left_out)


def _latin(cell: Cell) -> bool:
    return cell.text.isascii() and not cell.text.isspace()


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stays together if it fits: a Latin word or number, and a sign with what it clings to. Widths as at MEASURE pixels."""

    cells: list[Cell]
    wide: float
    narrow: float

    def at(self, size: int) -> float:
        return self.wide * size / MEASURE + self.narrow


def _piece(cells: list[Cell], weight: str) -> _Piece:
    narrow = sum(0.5 for cell in cells if not cell.is_emoji and cell.text.isascii())
    return _Piece(cells, sum(_width(weight, cell) for cell in cells), narrow)


def _pieces(cells: list[Cell], weight: str) -> list[_Piece]:
    pieces: list[list[Cell]] = []
    for cell in cells:
        if pieces and (cell.text in CLINGING or (_latin(cell) and _latin(pieces[-1][-1]))):
            pieces[-1].append(cell)
        else:
            pieces.append([cell])
    return [_piece(piece, weight) for piece in pieces]


class _Text:
    """Paragraphs measured once, so that trying a size opens no font and measures nothing."""

    def __init__(self, paragraphs: list[list[Cell]], weight: str) -> None:
        self._weight = weight
        self._paragraphs = [_pieces(paragraph, weight) for paragraph in paragraphs]
        # A gap at the beginning of a line is not drawn, nor what clings to it.
        pieces = [piece for paragraph in self._paragraphs for piece in paragraph if not piece.cells[0].text.isspace()]
        inked = [cell for piece in pieces for cell in piece.cells]
        self._ink = _piece(inked, weight)

    def may_fit(self, size: int, room: int) -> bool:
        """False only when the words alone, without a gap, are wider than `room` pixels of lines."""
        return self._ink.at(size) <= room * (1 + 1e-9)

    def width(self, cells: list[Cell], size: int) -> float:
        return _piece(cells, self._weight).at(size)

    def wrapped(self, size: int, width: int, most: int | None = None) -> list[list[Cell]] | None:
        """Lines no wider than `width`; Chinese breaks anywhere, a Latin word stays whole if it fits.

        None as soon as there are more than `most`.
        """
        lines: list[list[Cell]] = []
        for paragraph in self._paragraphs:
            line: list[Cell] = []
            used = 0.0
            for piece in paragraph:
                whole = piece.at(size)
                for part in [piece] if whole <= width else [_piece([cell], self._weight) for cell in piece.cells]:
                    wide = part.at(size)
                    if line and used + wide > width:
                        lines.append(_trimmed(line))
                        line, used = [], 0.0
                        if most is not None and len(lines) >= most:
                            return None
                    if line or not part.cells[0].text.isspace():
                        line, used = [*line, *part.cells], used + wide
            lines.append(_trimmed(line))
        return None if most is not None and len(lines) > most else lines


def _trimmed(line: list[Cell]) -> list[Cell]:
    while line and line[-1].text.isspace():
        line = line[:-1]
    return line


def fit(paragraphs: list[list[Cell]], box: TextBox) -> Fitted:
    """The largest size at which the text fills the box; at the smallest it is cut with an ellipsis.

    Not a bisection: a Latin word broken at a larger size can need fewer lines than whole at a smaller one. Sizes at which the
    words have no room at all are passed over without breaking lines.
    """
    text, smallest = _Text(paragraphs, box.weight), min(box.min_size, box.size)
    for size in [*range(box.size, smallest, -2), smallest]:
        height = round(size * LINE_HEIGHT)
        most = min(box.lines, max(box.h, height) // height)
        if not text.may_fit(size, most * box.w):
            continue
        lines = text.wrapped(size, box.w, most)
        if lines is not None and all(text.width(line, size) <= box.w for line in lines):
            return Fitted(tuple(tuple(line) for line in lines), size, height, cut=size > box.h)
    return _cut(text, box, smallest)


def _cut(text: _Text, box: TextBox, size: int) -> Fitted:
    height = round(size * LINE_HEIGHT)
    room = max(1, min(box.lines, box.h // height))
    lines = text.wrapped(size, box.w) or []
    if len(lines) <= room:
        return Fitted(tuple(tuple(line) for line in lines), size, height, cut=True)
    end = Cell(ELLIPSIS)
    last = lines[room - 1]
    while last and text.width([*last, end], size) > box.w:
        last = last[:-1]
    kept = [*lines[: room - 1], [*last, end]]
    return Fitted(tuple(tuple(line) for line in kept), size, height, cut=True)


def draw_text(canvas: Image.Image, text: str, box: TextBox) -> tuple[bool, str]:
    """Draw the words into their box; whether some were cut, and what no font has. Nothing is drawn outside the box."""
    paragraphs, left_out = cells_of(text.strip(), box.weight)
    if not any(paragraphs):
        return False, left_out
    fitted = fit(paragraphs, box)
    frame = (box.x, box.y, box.x + box.w, box.y + box.h)
    inside = canvas.crop(frame)
    top = max(0, (box.h - len(fitted.lines) * fitted.height) // 2)
    for number, line in enumerate(fitted.lines):
        _draw_line(inside, line, box, fitted.size, top + number * fitted.height + fitted.height // 2)
    canvas.paste(inside, frame)
    return fitted.cut, left_out


def _runs(line: tuple[Cell, ...]) -> list[Cell]:
    """Neighbouring characters together: they are drawn in one go."""
    runs: list[Cell] = []
    for cell in line:
        if runs and not cell.is_emoji and not runs[-1].is_emoji:
            runs[-1] = Cell(runs[-1].text + cell.text)
        else:
            runs.append(cell)
    return runs


def _draw_line(inside: Image.Image, line: tuple[Cell, ...], box: TextBox, size: int, middle: int) -> None:
    font, runs = font_of(box.weight, size), _runs(line)
    widths = [EMOJI_WIDTH * size if run.is_emoji else font.getlength(run.text) for run in runs]
    spare = max(0.0, box.w - sum(widths))
    left = {"left": 0.0, "center": spare / 2, "right": spare}[box.align]
    pen = ImageDraw.Draw(inside)
    for run, width in zip(runs, widths, strict=True):
        if run.is_emoji:
            drawn = picture_of(run.text, size)
            inside.paste(drawn, (round(left + (width - size) / 2), middle - size // 2), drawn)
        else:
            pen.text((left, middle), run.text, font=font, fill=box.colour, anchor="lm")
        left += width
