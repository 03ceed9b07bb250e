"""Understanding what a guide writes to the app. Pure: words in, a wish out."""

import re
from dataclasses import dataclass

BOARD, TASKS, TODAY, SCRIPTS, CUSTOMERS, HELP = "board", "tasks", "today", "scripts", "customers", "help"

# The first word decides; longer names stand before those they begin with.
NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (BOARD, ("业绩榜", "排行榜", "榜单", "排名", "业绩")),
    (TODAY, ("今日客户", "今日任务", "今日", "今天")),
    (TASKS, ("我的任务", "任务列表", "任务")),
    (SCRIPTS, ("找话术", "搜话术", "话术")),
    (CUSTOMERS, ("找客户", "我的客户", "客户")),
    (HELP, ("帮助", "菜单", "help", "?", "？")),
)
TAKES_WORDS = (SCRIPTS, CUSTOMERS)
WORDS_LIMIT = 40
SEPARATORS = re.compile(r"[\s:：,，。.、/|+\-—~～!！]+")


@dataclass(frozen=True)
class Wish:
    """What she wants; `words` is what she looks for, when it is a search."""

    kind: str
    words: str = ""


def understand(text: str) -> Wish:
    """ "话术 羽绒服", "话术：羽绒服" and "话术羽绒服" are one wish; what is not understood is a wish for help."""
    plain = SEPARATORS.sub(" ", text).strip()
    for kind, names in NAMES:
        for name in names:
            if plain.lower().startswith(name):
                rest = plain[len(name) :].strip()[:WORDS_LIMIT]
                if kind in TAKES_WORDS or not rest or plain[len(name)] == " ":
                    return Wish(kind, rest if kind in TAKES_WORDS else "")
    return Wish(HELP, plain[:WORDS_LIMIT])


def wish_of_key(key: str) -> Wish:
    """A menu key ("today"); an old menu's unknown key is a wish for help."""
    return Wish(key if key in {BOARD, TASKS, TODAY, SCRIPTS, CUSTOMERS} else HELP)
