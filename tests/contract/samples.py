"""Says which documented sample a test holds the platform to, and compares an answer with a sample: shapes, and every errcode."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest


def documented(doc: str, *paths: str, writes: bool = False, people: bool = False) -> Callable[..., Any]:
    """Mark a test with the document it comes from: `doc` is the number in developer.work.weixin.qq.com/document/path/<doc>.

    `writes` changes something in the corp, `people` needs somebody to act (the simulator's deeds, so never the real platform).
    """
    return pytest.mark.documented(doc=doc, paths=paths, writes=writes, people=people)


def shaped_like(answer: Any, sample: Any, optional: Sequence[str] = (), at: str = "") -> None:
    """Every key of `sample` is in `answer` with the same JSON type; lists are compared by their first elements.
    An `errcode` has to be the sample's: a call that always fails has the right shape too.

    `optional` names places by their path (`task_list[].send_time`, `fail_list[]`): these may be missing or empty.
    Keys beside the sample's are welcome: the platform adds some over the years.
    """
    assert _kind(answer) == _kind(sample), (
        f"{at or 'the answer'} is {_kind(answer)}, documented as {_kind(sample)}: {answer!r:.300}"
    )
    if isinstance(sample, Mapping):
        for key, value in sample.items():
            place = f"{at}.{key}" if at else key
            if key in answer:
                shaped_like(answer[key], value, optional, place)
                assert key != "errcode" or answer[key] == value, f"{place} is {answer[key]}, not {value}: {answer!r:.400}"
            else:
                assert place in optional, f"{place} is missing in {answer!r:.600}"
    elif isinstance(sample, list) and sample:
        place = f"{at}[]"
        if answer:
            shaped_like(answer[0], sample[0], optional, place)
        else:
            assert place in optional, f"{at or 'the answer'} is an empty list; the sample has {sample[0]!r:.200}"


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")
