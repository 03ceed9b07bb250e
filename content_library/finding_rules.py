"""What is decided about finding when nothing was found as typed: how a slip is forgiven, how near a hit is. Pure."""

from content_library.rules import INITIALS_MARK, bigrams

LEAST_LIKE = 0.75
LEAST_LIKE_IN_TITLE = 0.3


def _lexeme(gram: str) -> str:
    return "'" + gram.replace("\\", "\\\\").replace("'", "''") + "'"


def _grams(part: str) -> list[str]:
    pairs = [gram for gram in bigrams(part) if len(gram) == 2]
    return pairs or bigrams(part)


def _without_one(term: str) -> list[list[str]]:
    """For each character: the grams that stay when just that one is wrong, superfluous or missing beside it."""
    kept = [sorted({*_grams(term[:place]), *_grams(term[place + 1 :])}) for place in range(len(term))]
    return [grams for grams in kept if grams]


def near_query(terms: list[str]) -> str:
    """A tsquery that finds what holds each term but for one character; "" when the terms are too short to slip in."""
    parts = []
    for term in terms:
        if len(term) < 2:
            continue
        ways = ["(" + " & ".join(map(_lexeme, grams)) + ")" for grams in _without_one(term)]
        if term.isascii() and term.isalnum() and len(term) > 2:
            ways += ["(" + " & ".join(_lexeme(INITIALS_MARK + one) for one in grams) + ")" for grams in _without_one(term)]
        parts.append("(" + " | ".join(ways) + ")")
    return " & ".join(parts)


def likeness(terms: list[str], text: str, initials: str = "") -> float:
    """How much of the terms (their characters and pairs of neighbours) stands in `text` or in the initials: 0 to 1."""
    shares = []
    for term in terms:
        grams = bigrams(term)
        found = sum(gram in text for gram in grams)
        by_initials = sum(gram in initials for gram in grams) if term.isascii() else 0
        shares.append(max(found, by_initials) / len(grams) if grams else 0.0)
    return sum(shares) / len(shares) if shares else 0.0


def is_near(in_title: float, in_text: float) -> bool:
    """Whether so much of what was typed stands there that she probably meant it."""
    return in_title >= LEAST_LIKE_IN_TITLE or in_text >= LEAST_LIKE
