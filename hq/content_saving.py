"""Keeping a typed content form: a draft, handed in, or published at once, as its writer's role allows."""

from typing import Any

from sqlalchemy.orm import Session

from content_library.actions import publish_item, save_item
from content_library.models import Item, ItemKind
from content_library.reviewing import submit_for_review
from content_library.rules import may_publish
from foundation.errors import Invalid
from hq.content_forms import ContentForm, placement_of
from hq.forms import as_number
from hq.pages import audience_choices
from org.models import Staff

# What a guide can do with it now, by what it is.
GUIDES_CAN = {ItemKind.POSTER: "用它发海报"}


def keep_content(
    session: Session, staff: Staff, kind: ItemKind, form: ContentForm, body: dict[str, Any], item_id: int | None, *,
    then: str, because: str,
) -> tuple[Item, str]:  # fmt: skip
    """The item and what to tell the writer. `then`: keep, submit or publish; publishing without the right to hands in.

    Raises Invalid (each field named), NotAllowed, NotFound.
    """
    places = {one.id: one.path for one in audience_choices(session, staff)} if form.values["department_id"] else {}
    if (asked := as_number(form.values["department_id"])) and asked not in places:
        raise Invalid("内容还不能保存", {"department_id": "这个部门不在您的范围里，请重新选"})
    placement = placement_of(form, places, everybody=may_publish(staff.role))
    item = save_item(session, staff, kind, form.values["title"], body, item_id=item_id, **placement)
    can = GUIDES_CAN.get(kind, "搜到")
    if then == "publish" and may_publish(staff.role):
        publish_item(session, staff, item.id, because=because)
        return item, f"已发布，导购现在就能{can}"
    if then in {"publish", "submit"}:
        submit_for_review(session, staff, item.id)
        return item, f"已提交，总部审核通过后导购就能{can}"
    return item, "已存为草稿，发布后导购才看得到"
