"""What is decided about content: how text is found and filled, and who may change what. Pure: no database, no clock."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from org.models import Role

VARIABLES = ("客户称呼", "导购", "门店", "商品", "活动")
NEUTRAL = {"客户称呼": "您", "导购": "我", "门店": "门店", "商品": "这款", "活动": "活动"}
STAGES = ("引入期", "成长期", "成熟期", "休眠期", "流失期")
SCENES = ("私聊", "朋友圈", "社群", "到店", "售后")
MAX_TAGS, MAX_TAG = 10, 20
MAX_TERMS, MAX_TERM, MAX_BUBBLES, MAX_BUBBLE = 5, 20, 5, 1000
INITIALS_MARK = "~"

_VARIABLE = re.compile(r"\{([^{}\n]{1,12})\}")
_OPENING = re.compile(r"(^|(?<=[\n。！？!?]))\{客户称呼\}[，,、]\s*")
# Outside them a moment cannot be kept or read back: year 1 in Shanghai is before Christ in UTC.
YEARS = range(2000, 2101)


def normal(text: str) -> str:
    """Text as it is compared: full-width and half-width, upper and lower case are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def bigrams(text: str) -> list[str]:
    """The sorted single characters and pairs of neighbours of `text`: what the index holds, so any substring is found."""
    found: set[str] = set()
    for run in normal(text).split():
        found.update(run)
        found.update(run[i : i + 2] for i in range(len(run) - 1))
    return sorted(found - {"\x00"})


def trigrams(text: str) -> list[str]:
    """The sorted threes of neighbouring Latin letters and figures of `text`: pairs of figures stand in every article number."""
    found = {run[i : i + 3] for run in normal(text).split() for i in range(len(run) - 2)}
    return sorted(gram for gram in found if _is_latin(gram))


def _is_latin(gram: str) -> bool:
    return len(gram) == 3 and gram.isascii() and gram.isalnum()


def initials(text: str) -> str:
    """Pinyin initials: 羽绒服 gives "yrf"; Latin letters and digits stay, everything else goes."""
    letters = lazy_pinyin(normal(text), style=Style.FIRST_LETTER, errors="default")
    return "".join(c for c in "".join(letters) if c.isascii() and c.isalnum())[:200]


def search_terms(words: str) -> list[str]:
    """The words a person typed: at most 5 different ones of at most 20 characters; all of them must be found."""
    terms = [word[:MAX_TERM] for word in normal(words).replace("\x00", "").split()]
    return list(dict.fromkeys(terms))[:MAX_TERMS]


def lexemes(text: str, title_initials: str) -> list[str]:
    """What an item is indexed under: its characters, pairs and Latin threes, and those of its title's initials behind a mark."""
    short = bigrams(title_initials) + trigrams(title_initials)
    return bigrams(text) + trigrams(text) + [INITIALS_MARK + gram for gram in short]


def _all_of(grams: list[str]) -> str:
    return " & ".join("'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in grams)


def _longest_grams(term: str) -> list[str]:
    """The fewest and rarest of the grams every text with this term has: threes, the pairs no three covers, else characters."""
    text = normal(term)
    covered: set[int] = set()
    found: set[str] = set()
    for place in range(len(text) - 2):
        if _is_latin(text[place : place + 3]):
            found.add(text[place : place + 3])
            covered |= {place, place + 1}
    found |= {text[i : i + 2] for i in range(len(text) - 1) if i not in covered and not any(map(str.isspace, text[i : i + 2]))}
    return sorted(found) or bigrams(term)


def index_query(terms: list[str]) -> str:
    """The terms as a PostgreSQL tsquery over `lexemes`; it may find too much (pairs elsewhere), so hits are rechecked."""
    parts = []
    for term in terms:
        plain = f"({_all_of(_longest_grams(term))})"
        by_initials = [INITIALS_MARK + gram for gram in _longest_grams(term)]
        # Figures stand in initials as they are, and the many items that share their pairs make the index slow: looked up once.
        as_initials = term.isascii() and term.isalnum() and not term.isdigit()
        parts.append(f"({plain} | ({_all_of(by_initials)}))" if as_initials else plain)
    return " & ".join(parts)


def any_of_query(words: list[str]) -> str:
    """A tsquery that finds an item holding any of the words; empty when there is no word."""
    return " | ".join(f"({_all_of(_longest_grams(word))})" for word in words if _longest_grams(word))


def fill(text: str, variables: dict[str, str]) -> str:
    """The text with {客户称呼} {导购} {门店} {商品} {活动} put in. A missing value becomes a neutral word, never a bare brace;
    an opening "{客户称呼}，" without a name is left out.
    """
    if not variables.get("客户称呼"):
        text = _OPENING.sub(r"\1", text)

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return variables.get(name) or NEUTRAL.get(name) or match.group(0)

    return _VARIABLE.sub(value, text)


def unknown_variables(text: str) -> list[str]:
    """Names in braces that nobody will ever fill: a slip of the writer."""
    return [name for name in _VARIABLE.findall(text) if name not in VARIABLES]


def may_edit(role: Role, staff_path: str, item_path: str) -> bool:
    """Headquarters edits everything; a regional manager what is shown only inside her own subtree."""
    if role == Role.HEADQUARTERS:
        return True
    return role == Role.REGIONAL_MANAGER and bool(staff_path) and item_path.startswith(staff_path)


def may_publish(role: Role) -> bool:
    """Headquarters approves; regional managers hand in for review."""
    return role == Role.HEADQUARTERS


def paths_to(path: str) -> list[str]:
    """The paths above a place and its own: "1.2." gives "", "1." and "1.2."."""
    steps = path.split(".")[:-1]
    return ["".join(f"{step}." for step in steps[:count]) for count in range(len(steps) + 1)]


def sees(staff_path: str, item_path: str) -> bool:
    """Whether content is shown to everybody, above her, or inside her subtree."""
    return staff_path.startswith(item_path) or (bool(staff_path) and item_path.startswith(staff_path))


def tags_problem(tags: Sequence[str]) -> str | None:
    """What is wrong with an item's free tags, in Chinese."""
    if len(tags) > MAX_TAGS:
        return f"最多 {MAX_TAGS} 个标签，现在 {len(tags)} 个"
    long = next((tag for tag in tags if len(tag) > MAX_TAG), None)
    return f"标签「{long[:MAX_TAG]}…」太长，每个最多 {MAX_TAG} 个字" if long else None


@dataclass(frozen=True)
class Moment:
    """Where a customer stands: her lifecycle stage and the sentence that says why."""

    stage: str
    why: str


def moment_of(days_known: int, days_silent: int | None) -> Moment:
    """The lifecycle stage by days since adding and days since the last contact (None: never contacted)."""
    if days_known <= 3:
        return Moment("引入期", "今天刚加" if days_known <= 0 else f"加好友第 {days_known} 天")
    silent = days_known if days_silent is None else days_silent
    if silent > 180:
        return Moment("流失期", f"{silent} 天没联系")
    if silent > 60:
        return Moment("休眠期", f"{silent} 天没联系")
    return Moment("成长期" if days_known <= 30 else "成熟期", f"加好友第 {days_known} 天")
