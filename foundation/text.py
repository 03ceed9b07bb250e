"""Small rules for text: cut to characters or bytes, clean what a table cannot hold, keep a spreadsheet from computing it."""

import unicodedata

COMPUTED = frozenset("=+-@")


def cut(text: str, limit: int, end: str = "…") -> str:
    """At most `limit` characters; a cut text ends with an ellipsis and never inside a surrogate or joiner pair."""
    if len(text) <= limit:
        return text
    kept = text[: limit - len(end)]
    while kept and (kept[-1] == "\u200d" or 0x1F3FB <= ord(kept[-1]) <= 0x1F3FF or ord(kept[-1]) == 0xFE0F):
        kept = kept[:-1]
    return kept + end


def cut_bytes(text: str, limit: int, end: str = "…") -> str:
    """At most `limit` UTF-8 bytes, never half a character (the platform counts bytes in texts and titles)."""
    if len(text.encode()) <= limit:
        return text
    room = limit - len(end.encode())
    return text.encode()[:room].decode(errors="ignore") + end


def clean(text: str) -> str:
    """What a database and a page can hold: NUL, lone surrogates and direction overrides are taken out."""
    if text.isprintable():
        return text
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(
        c
        for c in text
        if c == "\n"
        or c == "\t"
        or ((c.isprintable() or c == "\u200d") and c not in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
    )


def would_compute(text: str) -> bool:
    """Whether a spreadsheet may take a cell for a formula: by its first visible character, full-width as its plain twin."""
    for letter in text:
        if not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf"):
            return unicodedata.normalize("NFKC", letter)[:1] in COMPUTED
    return False


def neutral(text: str) -> str:
    """A cell of a CSV people open in a spreadsheet: nothing in it is computed, nor jumps to another cell."""
    return "'" + text if would_compute(text) or text[:1] in ("\t", "\r", "\n") else text
