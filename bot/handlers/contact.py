"""通讯录变更 (DOC 90970). Since 2022 events carry little more than ids, so people and departments are marked to be pulled."""

from sqlalchemy.orm import Session

from bot.fields import need, need_number, number_of, text_of
from bot.models import InboundEvent
from org import actions as org


def user_created(session: Session, event: InboundEvent) -> None:
    """A member joined; who she is will be pulled."""
    org.want_staff(session, need(event.body, "UserID"))


def user_updated(session: Session, event: InboundEvent) -> None:
    """A member changed departments or, once in her life, her userid."""
    userid, new = need(event.body, "UserID"), text_of(event.body, "NewUserID", 64)
    if new and new != userid:
        org.move_userid(session, userid, new)
    org.want_staff(session, new or userid)


def user_deleted(session: Session, event: InboundEvent) -> None:
    """A member left; her history stays."""
    org.depart(session, need(event.body, "UserID"), event.created_at_platform)


def party_created(session: Session, event: InboundEvent) -> None:
    """A department was made or changed. The reduced form has no name, so all departments are pulled again."""
    need_number(event.body, "Id")
    org.start_run(session, "org", "platform")


def party_updated(session: Session, event: InboundEvent) -> None:
    """As party_created."""
    party_created(session, event)


def party_deleted(session: Session, event: InboundEvent) -> None:
    """A department is gone; its store is closed and kept."""
    number = number_of(event.body, "Id")
    if number is not None:
        org.remove_department(session, number)
