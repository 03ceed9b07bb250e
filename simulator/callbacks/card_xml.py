"""A template card written as reply XML, turned into the JSON shape of message/send (DOC 90241)."""

import re
from typing import Any
from xml.etree import ElementTree

# Lists are repeated elements there, without a wrapper.
LISTS = {
    "HorizontalContentList", "JumpList", "VerticalContentList", "ButtonList", "OptionList", "SelectList", "ActionList",
}  # fmt: skip
NUMBERS = {"Type", "DescColor", "Style", "Mode"}
NAMES = {"KeyName": "keyname", "UserId": "userid", "AppId": "appid", "PagePath": "pagepath", "CheckBox": "checkbox"}
RATIO = re.compile(r"\d+(\.\d+)?", re.ASCII)
TRUTHS = {"IsChecked": "is_checked", "Disable": "disable"}


def card_from_xml(card: ElementTree.Element) -> dict[str, Any]:
    """{"card_type": …, "main_title": {…}, "button_list": [{…}], …}"""
    built: dict[str, Any] = {}
    for child in card:
        name = NAMES.get(child.tag) or re.sub(r"(?<=[a-z])([A-Z])", r"_\1", child.tag).lower()
        value: Any = card_from_xml(child) if len(child) else _value(child)
        if child.tag in LISTS:
            built.setdefault(name, []).append(value)
        else:
            built[name] = value
    return built


def _value(child: ElementTree.Element) -> str | int | float | bool:
    text = (child.text or "").strip()
    if child.tag in TRUTHS:
        return text in ("1", "true")
    if child.tag in NUMBERS and text.isdecimal():
        return int(text)
    return float(text) if child.tag == "AspectRatio" and RATIO.fullmatch(text) else text
