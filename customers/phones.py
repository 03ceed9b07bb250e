"""One person's phone in six spellings is one phone: mainland mobiles become 11 bare digits. Pure."""

import re
import unicodedata

_LEFT_OUT = re.compile(r"[\s\-.()·‐‑–—]+")
_MOBILE = re.compile(r"(?:\+?(?:00)?86)?0?(1[3-9][0-9]{9})")
# With its area code (区号): 021-62345678, also as +86 21 62345678. Shops' own customers do leave those.
_LANDLINE = re.compile(r"(?:\+860?|0)((?:10|2[0-9])[0-9]{8}|[3-9][0-9]{9,10})")
# Another country's, always with + or 00 and its code; without, it is a mainland number mistyped.
_ABROAD = re.compile(r"\+(?!86)[1-9][0-9]{6,14}")
# A spreadsheet turns a long number into 1.38E+10 and the last digits are gone for good.
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)


def normal_phone(text: str) -> str | None:
    """+86 138-0013 8000, 0086…, 86…, 0138…, full-width: all 13800138000; else 02162345678, +12125551234, or None."""
    if len(text) == 11 and text.isascii() and text.isdecimal() and text[0] == "1" and text[1] > "2":
        return text
    bare = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text).removesuffix(".0"))
    if found := _MOBILE.fullmatch(bare):
        return found[1]
    bare = "+" + bare[2:] if bare.startswith("00") else bare
    if found := _LANDLINE.fullmatch(bare):
        return "0" + found[1]
    return bare if _ABROAD.fullmatch(bare) else None


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has spoiled the number (1.38E+10)."""
    return _ROUNDED.fullmatch(text.strip()) is not None


def spellings(phone: str) -> list[str]:
    """How else a normal phone may stand in what the platform told (remark_mobiles is kept as a guide wrote it)."""
    return [f"+86{phone}", f"86{phone}", f"0086{phone}"] if len(phone) == 11 and phone.startswith("1") else []
