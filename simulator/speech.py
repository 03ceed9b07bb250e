"""How long an AMR recording is, by its frames (RFC 4867: 20 ms each); nothing is played."""

MAGIC = b"#!AMR\n"
# Bytes behind the first one of a frame, by its type; types 9 to 14 carry nothing we know.
SIZES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
FRAME_SECONDS = 0.02


def seconds(content: bytes) -> float:
    """Length of a narrow-band AMR file; 0.0 for one that has only its head."""
    position, frames = len(MAGIC), 0
    while position < len(content):
        position += 1 + SIZES[content[position] >> 3 & 0x0F]
        frames += 1
    return round(frames * FRAME_SECONDS, 2)


def silence(length: float) -> bytes:
    """A recording of that many seconds in which nobody speaks."""
    return MAGIC + bytes([0x3C, *[0] * SIZES[7]]) * int(length / FRAME_SECONDS)
