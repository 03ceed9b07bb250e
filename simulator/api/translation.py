"""id 转译: $userName=…$ and its like in the documented fields of a message become names when enable_id_trans is 1 (DOC 90236)."""

import re
from typing import Any

from simulator.world.people import People

MARK = re.compile(r"\$(userName|userAlias|userAliasOrName|departmentName)=([^$\s]+)\$")
_NOTICE = {"title": None, "description": None, "content_item": {"value": None}}
# None: the text itself is translated; a list is gone through item by item.
FIELDS: dict[str, dict[str, Any]] = {
    "text": {"content": None},
    "textcard": {"title": None, "description": None},
    "news": {"articles": {"title": None, "description": None}},
    "mpnews": {"articles": {"title": None, "digest": None, "content": None}},
    "miniprogram_notice": _NOTICE,
    "template_card": {
        "source": {"desc": None}, "main_title": {"title": None, "desc": None}, "sub_title_text": None,
        "horizontal_content_list": {"value": None},
    },
}  # fmt: skip


def translate(people: People, msgtype: str, body: dict[str, Any]) -> dict[str, Any]:
    """A copy of the message's body with every known mark replaced; unknown marks and other fields stay as they are."""
    translated: dict[str, Any] = _walk(people, FIELDS.get(msgtype, {}), body)
    return translated


def _walk(people: People, wanted: Any, value: Any) -> Any:
    if isinstance(value, list):
        return [_walk(people, wanted, each) for each in value]
    if isinstance(value, dict) and wanted:
        return {key: _walk(people, wanted[key], each) if key in wanted else each for key, each in value.items()}
    if isinstance(value, str) and wanted is None:
        return MARK.sub(lambda found: _name(people, found), value)
    return value


def _name(people: People, found: re.Match[str]) -> str:
    kind, wanted = found.group(1), found.group(2)
    if kind == "departmentName":
        department = people.departments.get(int(wanted)) if wanted.isdecimal() and len(wanted) < 10 else None
        return department.name if department else found.group(0)
    member = people.find(wanted)
    if member is None:
        return found.group(0)
    if kind == "userName":
        return member.name
    return member.alias or (member.name if kind == "userAliasOrName" else found.group(0))
