"""How the library's address narrows it: read once for the page, its pager and what is exported. A wrong word narrows nothing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from content_library.library_queries import Validity, Wanted
from content_library.models import ContentType, ItemKind, ItemStatus
from content_library.rules import MAX_TAG, SCENES, STAGES
from foundation.errors import NotFound
from hq.forms import as_number
from org.models import Staff
from org.queries import get_department_in

LONGEST_SEARCH = 40
NAMES = ("q", "kind", "status", "category", "persona", "stage", "type", "scene", "tag", "department", "validity")
Word = TypeVar("Word", bound=StrEnum)


def asked(args: Mapping[str, str]) -> dict[str, str]:
    """What the address narrows by, nothing empty."""
    return {name: text for name in NAMES if (text := args.get(name, "").strip()[:LONGEST_SEARCH])}


def _one_of(words: type[Word], text: str | None) -> Word | None:
    return words(text) if text in set(words) else None


def wanted_of(session: Session, staff: Staff, args: Mapping[str, str]) -> Wanted:
    """The library as this address asks for it; a department is taken only from her own subtree."""
    given = asked(args)
    department_id, path = as_number(given.get("department")), ""
    if department_id:
        try:
            path = get_department_in(session, staff, department_id).path
        except NotFound:
            path = ""
    return Wanted(
        q=given.get("q", ""),
        kind=_one_of(ItemKind, given.get("kind")),
        status=_one_of(ItemStatus, given.get("status")),
        category_id=as_number(given.get("category")),
        persona_id=as_number(given.get("persona")),
        stage=given["stage"] if given.get("stage") in STAGES else "",
        content_type=given["type"] if given.get("type") in set(ContentType) else "",
        scene=given["scene"] if given.get("scene") in SCENES else "",
        tag=given.get("tag", "")[:MAX_TAG],
        path=path,
        validity=_one_of(Validity, given.get("validity")),
    )
