"""How words nobody should send (禁用词) are found in a text and shown: positions, overlaps, highlighted fragments. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from content_library.persona_models import WordKind
from content_library.rules import normal

PERSONA = "persona"
KIND_NAMES: dict[str, str] = {
    WordKind.SUPERLATIVE: "绝对化用语",
    WordKind.PROMISE: "承诺",
    WordKind.SENSITIVE: "敏感词",
    WordKind.COMPETITOR: "竞品",
    WordKind.BRAND: "品牌规定",
    PERSONA: "人设不说",
}
# What headquarters alone lets through, with a reason; the others are advice.
BLOCKING = frozenset({WordKind.SUPERLATIVE.value, WordKind.PROMISE.value})
LONGEST_WORD, LONGEST_WHY, MOST_PASTED = 40, 200, 2000
SEPARATORS = ("\t", "|", "｜")


@dataclass(frozen=True)
class Finding:
    """A watched word met in a text: from character `at` up to `until` as typed. `kind` is a WordKind's value or "persona"."""

    word: str
    kind: str
    why: str
    at: int
    until: int = 0

    @property
    def kind_name(self) -> str:
        """Its kind in Chinese."""
        return KIND_NAMES.get(self.kind, self.kind)


@dataclass(frozen=True)
class Watched:
    """A word to look for, with the reason a writer is told."""

    word: str
    kind: str
    why: str


Watch = dict[str, list[tuple[str, Watched]]]


@dataclass(frozen=True)
class Fragment:
    """A piece of a text; with a finding it is to be marked."""

    text: str
    finding: Finding | None = None


@lru_cache(maxsize=16384)
def _compared(character: str) -> str:
    """A character as it is compared; spaces and invisible ones that would hide a word vanish ("最 好" is 最好)."""
    return "".join(part for part in normal(character) if part == "\n" or (part.isprintable() and not part.isspace()))


def watch_for(words: Iterable[Watched]) -> Watch:
    """Words by their first two characters, the longest first: a text is gone through once however many words there are."""
    watch: Watch = defaultdict(list)
    for one in words:
        if plain := "".join(map(_compared, one.word)):
            watch[plain[:2]].append((plain, one))
    for waiting in watch.values():
        waiting.sort(key=lambda pair: -len(pair[0]))
    return dict(watch)


def _stands_alone(plain: str, at: int, until: int) -> bool:
    """A Latin word or number counts only as a whole: "best" is not met in "bestow"."""
    before, after = plain[at - 1 : at], plain[until : until + 1]

    def joins(inner: str, outer: str) -> bool:
        return all(one.isascii() and one.isalnum() for one in (inner, outer)) if outer else False

    return not joins(plain[at], before) and not joins(plain[until - 1], after)


def findings_in(text: str, watch: Watch) -> list[Finding]:
    """Every watched word of a text in its order. One inside a longer one is not told apart; overlapping ones both are."""
    plain, places = "", []
    for place, character in enumerate(text):
        part = _compared(character)
        plain += part
        places += [place] * len(part)
    found: list[Finding] = []
    reached = 0
    for at in range(len(plain)):
        for word, watched in (*watch.get(plain[at : at + 2], ()), *(watch.get(plain[at], ()) if at + 1 < len(plain) else ())):
            until = at + len(word)
            if until > reached and plain.startswith(word, at) and _stands_alone(plain, at, until):
                found.append(Finding(watched.word, watched.kind, watched.why, places[at], places[until - 1] + 1))
                reached = until
                break
    return found


def fragments(text: str, findings: Sequence[Finding]) -> list[Fragment]:
    """A text cut into plain and marked pieces; joined they are the text again."""
    pieces, reached = [], 0
    for one in sorted(findings, key=lambda finding: (finding.at, -finding.until)):
        start = max(one.at, reached)
        if one.until <= start:
            continue
        if start > reached:
            pieces.append(Fragment(text[reached:start]))
        pieces.append(Fragment(text[start : one.until], one))
        reached = one.until
    return pieces + ([Fragment(text[reached:])] if reached < len(text) else [])


def word_problems(word: str, kind: str, why: str) -> dict[str, str]:
    """What is wrong with one word, field by field; empty when it may be kept."""
    problems = {
        "word": "请写要拦下的词" if not word else "" if len(word) <= LONGEST_WORD else f"最多 {LONGEST_WORD} 字",
        "kind": "" if kind in set(WordKind) else "请选择类别",
        "why": "" if len(why) <= LONGEST_WHY else f"最多 {LONGEST_WHY} 字，现在 {len(why)} 字",
    }
    return {field: problem for field, problem in problems.items() if problem}


def pasted_words(pasted: str, kind: str, why: str) -> tuple[list[Watched], list[str]]:
    """Lines of "word" or "word | reason" (or a tab, as copied from a table), and what is wrong line by line."""
    words: dict[str, Watched] = {}
    problems = []
    lines = [(number, line.strip()) for number, line in enumerate(pasted.splitlines(), start=1) if line.strip()]
    for number, line in lines[:MOST_PASTED]:
        separator = next((one for one in SEPARATORS if one in line), None)
        word, _, reason = line.partition(separator) if separator else (line, "", "")
        one = Watched(word.strip(), kind, reason.strip() or why)
        if wrong := word_problems(one.word, one.kind, one.why):
            problems.append(f"第 {number} 行：{'；'.join(wrong.values())}")
        words[one.word] = one
    if len(lines) > MOST_PASTED:
        problems.append(f"一次最多 {MOST_PASTED} 行，现在 {len(lines)} 行")
    return list(words.values()), problems
