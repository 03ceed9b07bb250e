"""Reads what a file says of itself: pixels of a PNG or JPEG, seconds of an MP4. Never decodes."""

import struct

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
# Start-of-frame markers carry the size; C4, C8 and CC are tables of other kinds.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
BARE = frozenset({0x01, *range(0xD0, 0xDA)})


def pixels(content: bytes) -> tuple[int, int] | None:
    """(width, height); None when it is no PNG or JPEG, or broken before its size is known."""
    if content.startswith(PNG):
        whole = len(content) >= 24 and content[12:16] == b"IHDR"
        return _pair(struct.unpack(">II", content[16:24])) if whole else None
    return _jpeg(content) if content.startswith(JPEG) else None


def seconds(content: bytes) -> float | None:
    """How long an MP4 plays, out of its mvhd box; None when it is no MP4 or has none."""
    if content[4:8] != b"ftyp":
        return None
    movie = _box(content, 0, len(content), b"moov")
    header = _box(content, *movie, b"mvhd") if movie else None
    return _duration(content[header[0] : header[1]]) if header else None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in BARE:
            at += 2
        elif marker in FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9]) if at + 9 <= len(content) else (0, 0)
            return _pair((width, height))
        else:
            at += 2 + max(2, struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def _pair(size: tuple[int, ...]) -> tuple[int, int] | None:
    return (size[0], size[1]) if size[0] and size[1] else None


def _box(content: bytes, start: int, end: int, name: bytes) -> tuple[int, int] | None:
    """Where the inside of the first such box begins and ends."""
    while start + 8 <= end:
        size, kind = struct.unpack(">I4s", content[start : start + 8])
        head = 8
        if size == 1 and start + 16 <= end:
            size, head = struct.unpack(">Q", content[start + 8 : start + 16])[0], 16
        size = size or end - start
        if size < head or start + size > end:
            return None
        if kind == name:
            return start + head, start + size
        start += size
    return None


def _duration(header: bytes) -> float | None:
    """Version 0 has 32-bit times, version 1 has 64-bit ones."""
    wide = header[:1] == b"\x01"
    at, shape = (20, ">IQ") if wide else (12, ">II")
    if len(header) < at + struct.calcsize(shape):
        return None
    scale, length = struct.unpack(shape, header[at : at + struct.calcsize(shape)])
    return length / scale if scale else None
