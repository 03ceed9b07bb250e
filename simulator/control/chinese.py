"""The control plane's refusals in Chinese, for the pages: the English sentence stays for those who write programs."""

import functools
import re
from pathlib import Path

# One refusal a line: the English sentence with {} where a value stands, and the Chinese one with {0}, {1} for those values.
TABLE = Path(__file__).with_name("refusals_zh.tsv")


def in_chinese(why: str) -> str:
    """What a person reads in place of the English sentence; empty when nobody meets it on a page."""
    for pattern, words in _refusals():
        if found := pattern.fullmatch(why):
            return words.format(*found.groups())
    return ""


@functools.cache
def _refusals() -> list[tuple[re.Pattern[str], str]]:
    """Sentences without a value first: one with a value may fit many."""
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]
    rows.sort(key=lambda row: (row[0].count("{}"), -len(row[0])))
    return [(re.compile(re.escape(english).replace(r"\{\}", "(.*?)"), re.DOTALL), chinese) for english, chinese in rows]
