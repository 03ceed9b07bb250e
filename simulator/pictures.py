"""Draws what the platform would host: people's avatars and QR codes, as PNG bytes made from nothing but their name."""

import functools
import hashlib
import io
import math
import struct
import zlib

import segno

SIZE = 96
SKINS = ((250, 216, 189), (241, 194, 160), (232, 180, 143))
HAIRS = ((46, 38, 35), (84, 56, 40), (28, 28, 34), (120, 82, 54))
BACKS = ((126, 181, 224), (242, 166, 146), (150, 200, 150), (236, 196, 112), (176, 160, 220), (120, 196, 196))
Colour = tuple[int, int, int]


@functools.lru_cache(maxsize=4096)
def avatar(name: str, gender: int = 0) -> bytes:
    """A head and shoulders in colours that depend on `name` alone, women (2) with long hair, men (1) with short; 96 x 96 PNG."""
    seed = hashlib.sha1(name.encode(), usedforsecurity=False).digest()
    back, skin, hair = BACKS[seed[0] % len(BACKS)], SKINS[seed[1] % len(SKINS)], HAIRS[seed[2] % len(HAIRS)]
    coat, long_hair = BACKS[seed[3] % len(BACKS)], (seed[4] % 2 == 0 if gender == 0 else gender == 2)
    coat = (coat[0] // 2, coat[1] // 2, coat[2] // 2 + 40)
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)
        for x in range(SIZE):
            rows += bytes(_pixel(x - SIZE / 2 + 0.5, y + 0.5, back, skin, hair, coat, long_hair))
    return _png(bytes(rows))


def _pixel(x: float, y: float, back: Colour, skin: Colour, hair: Colour, coat: Colour, long_hair: bool) -> Colour:
    """The colour at x (from the middle) and y; soft edges by mixing over one pixel."""
    colour = back
    if long_hair:
        colour = _mix(colour, hair, 1 - _outside(x, y, 44, 23, 28))
    else:
        colour = _mix(colour, hair, 1 - _outside(x, y, 36, 20.5, 21))
    colour = _mix(colour, coat, 1 - _outside(x, y, 108, 37, 42))
    colour = _mix(colour, skin, 1 - _outside(x, y, 62, 8, 14))
    colour = _mix(colour, skin, 1 - _outside(x, y, 43, 16.5, 19.5))
    fringe = min(1 - _outside(x, y, 33, 18.5, 17), 1 if y < 35 - abs(x) * 0.25 else 0)
    return _mix(colour, hair, max(0.0, fringe))


def _outside(x: float, y: float, middle: float, across: float, down: float) -> float:
    """0 inside the ellipse, 1 outside, a ramp of about one pixel between."""
    distance = math.hypot(x / across, (y - middle) / down)
    return max(0.0, min(1.0, (distance - 1) * min(across, down) + 0.5))


def _mix(under: Colour, over: Colour, share: float) -> Colour:
    if share <= 0:
        return under
    return (
        int(under[0] + (over[0] - under[0]) * share), int(under[1] + (over[1] - under[1]) * share),
        int(under[2] + (over[2] - under[2]) * share),
    )  # fmt: skip


def _png(rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@functools.lru_cache(maxsize=512)
def qr_code(content: str) -> bytes:
    """A QR code of `content`, about 400 pixels wide."""
    drawn = io.BytesIO()
    segno.make(content, error="m", micro=False).save(drawn, kind="png", scale=12, border=2)
    return drawn.getvalue()
