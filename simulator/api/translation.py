"""id 转译: $userName=…$ and $departmentName=…$ in message texts become names when enable_id_trans is 1 (DOC 90236)."""

import re
from typing import Any

from simulator.world.people import People

MARK = re.compile(r"\$(userName|userAlias|userAliasOrName|departmentName)=([^$\s]+)\$")


def translate(people: People, value: Any) -> Any:
    """`value` with every known mark replaced, as a copy; unknown ones stay as they are."""
    if isinstance(value, str):
        return MARK.sub(lambda found: _name(people, found), value)
    if isinstance(value, list):
        return [translate(people, each) for each in value]
    if isinstance(value, dict):
        return {key: each if key in ("url", "key") else translate(people, each) for key, each in value.items()}
    return value


def _name(people: People, found: re.Match[str]) -> str:
    kind, wanted = found.group(1), found.group(2)
    if kind == "departmentName":
        department = people.departments.get(int(wanted)) if wanted.isdecimal() else None
        return department.name if department else found.group(0)
    member = people.find(wanted)
    if member is None:
        return found.group(0)
    if kind == "userName":
        return member.name
    return member.alias or (member.name if kind == "userAliasOrName" else found.group(0))
