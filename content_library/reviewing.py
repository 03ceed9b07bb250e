"""The way of a version to the guides (审核): handed in, commented, sent back or approved. What waits is the newest version."""

from sqlalchemy.orm import Session

from content_library import rules
from content_library.actions import allow_edit, locked, newest_version, publish_item
from content_library.models import Item, ItemComment, ItemStatus, ItemVersion
from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff

LONGEST_COMMENT = 500


def waits(version: ItemVersion) -> bool:
    """Whether a version was handed in and nobody decided yet."""
    return version.submitted_at is not None and version.approved_by is None


def submit_for_review(session: Session, staff: Staff, item_id: int) -> Item:
    """Hand in the newest version; what guides see stays until it is approved. Harmless to repeat.

    Raises NotFound, NotAllowed, Conflict when guides have that version already.
    """
    item = locked(session, item_id)
    allow_edit(staff, item.path)
    version = _newest(session, item_id)
    allow_edit(staff, version.path)
    if waits(version):
        return item
    if version.published_at is not None and version.id == item.version_id:
        raise Conflict("这一版已经审核过了，改动之后再提交")
    version.submitted_at, version.submitted_by, version.approved_by = clock.now(), staff.id, None
    if item.status == ItemStatus.DRAFT:
        item.status = ItemStatus.REVIEW
    audit.record(session, f"staff:{staff.id}", "content.submit", f"item:{item.id}", version=version.number)
    session.flush()
    return item


def approve(
    session: Session, staff: Staff, item_id: int, comment: str = "", *, version_id: int | None = None, because: str = ""
) -> Item:
    """Publish the version that waits. `version_id`: the one the reviewer read; `because`: see `publish_item`.

    Raises Conflict when nothing waits or another version does, Invalid, NotAllowed, NotFound.
    """
    _waiting(session, staff, item_id, version_id)
    if comment.strip():
        comment_on(session, staff, item_id, comment)
    return publish_item(session, staff, item_id, because=because)


def send_back(session: Session, staff: Staff, item_id: int, comment: str, *, version_id: int | None = None) -> Item:
    """Give a version back to its writer with what is to be mended. Raises Invalid without a comment, Conflict, NotAllowed."""
    item, version = _waiting(session, staff, item_id, version_id)
    if not comment.strip():
        raise Invalid("请写明要改什么", {"comment": "请写明要改什么，作者才知道怎么改"})
    comment_on(session, staff, item_id, comment)
    version.submitted_at = version.submitted_by = None
    if item.status == ItemStatus.REVIEW:
        item.status = ItemStatus.DRAFT
    audit.record(session, f"staff:{staff.id}", "content.send_back", f"item:{item.id}", version=version.number)
    session.flush()
    return item


def comment_on(session: Session, staff: Staff, item_id: int, text: str) -> ItemComment:
    """Say something about the newest version. For headquarters and for regional managers who see the item.

    Raises Invalid with the field `comment`, NotFound, NotAllowed.
    """
    item, text = locked(session, item_id), text.strip()
    if staff.role not in {Role.HEADQUARTERS, Role.REGIONAL_MANAGER}:
        raise NotAllowed("您的角色不能写审核意见")
    if not rules.sees(staff.path, item.path):
        raise NotFound("这条内容不存在")
    if not text or len(text) > LONGEST_COMMENT:
        wrong = f"最多 {LONGEST_COMMENT} 个字，现在 {len(text)} 个字" if text else "请写点什么"
        raise Invalid(wrong, {"comment": wrong})
    version = _newest(session, item_id)
    comment = ItemComment(item_id=item.id, version_id=version.id, staff_id=staff.id, text=text, at=clock.now())
    session.add(comment)
    audit.record(session, f"staff:{staff.id}", "content.comment", f"item:{item.id}", version=version.number)
    session.flush()
    return comment


def _newest(session: Session, item_id: int) -> ItemVersion:
    version = newest_version(session, item_id)
    if version is None:
        raise NotFound("这条内容还没有写好的版本")
    return version


def _waiting(session: Session, staff: Staff, item_id: int, version_id: int | None) -> tuple[Item, ItemVersion]:
    item = locked(session, item_id)
    if not rules.may_publish(staff.role):
        raise NotAllowed("只有总部可以审核")
    version = _newest(session, item_id)
    if not waits(version):
        raise Conflict("这条内容没有在等审核，可能已经有人处理过了")
    if version_id is not None and version.id != version_id:
        raise Conflict("作者刚刚又提交了新的一版，请看过新版再决定")
    return item, version
