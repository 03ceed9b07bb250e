"""Plain XML of events: text as CDATA, numbers bare, lists nested; order can be shuffled (DOC 90240)."""

import random
import re
from collections.abc import Sequence
from typing import TypeAlias, Union

Value: TypeAlias = Union[str, int, "Fields"]
Fields: TypeAlias = Sequence[tuple[str, Value]]


# Characters no XML 1.0 document can hold, not even escaped.
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _text(value: str) -> str:
    return "<![CDATA[" + NO_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def element(name: str, value: Value) -> str:
    if isinstance(value, str):
        return f"<{name}>{_text(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{''.join(element(*each) for each in value)}</{name}>"


def render(fields: Fields, shuffle: random.Random | None = None) -> str:
    """The event as WeCom writes it; with `shuffle`, top-level elements in another order."""
    parts = [element(*each) for each in fields]
    if shuffle is not None:
        shuffle.shuffle(parts)
    return f"<xml>{''.join(parts)}</xml>"
