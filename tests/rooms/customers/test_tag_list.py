"""The corp's tags as the platform lists them, and the first groups."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers import actions as customers
from customers.models import Tag, TagGroup
from customers.queries import list_tags
from foundation.db import Json
from outbox.models import MessageStatus, OutgoingMessage


def group(number: str, name: str, *tags: str, order: int = 0) -> Json:
    return {
        "group_id": number,
        "group_name": name,
        "order": order,
        "tag": [{"id": f"{number}-{tag}", "name": tag, "order": 0} for tag in tags],
    }


def names(session: Session) -> dict[str, list[str]]:
    return {one.group.name: [tag.name for tag in one.tags] for one in list_tags(session)}


def test_tags_come_go_and_are_renamed(session: Session) -> None:
    customers.apply_tags(session, [group("g1", "等级", "金", "银"), group("g2", "爱好", "户外", order=9)])
    assert list(names(session)) == ["爱好", "等级"]
    customers.apply_tags(session, [{**group("g1", "会员等级", "金")}])
    assert names(session) == {"会员等级": ["金"]}
    customers.apply_tags(session, [group("g1", "会员等级", "金", "银")])
    assert names(session) == {"会员等级": ["金", "银"]}
    assert len(session.scalars(select(Tag)).all()) == 3


def test_a_deleted_group_takes_its_tags_along(session: Session) -> None:
    customers.apply_tags(session, [group("g1", "等级", "金"), group("g2", "爱好", "户外", "亲子")])
    customers.remove_tag(session, "g1", "tag_group")
    customers.remove_tag(session, "g2-亲子", "tag")
    customers.remove_tag(session, "unknown", "tag_group")
    assert names(session) == {"爱好": ["户外"]}


def test_seeded_groups_get_the_platforms_ids_from_its_answer(session: Session) -> None:
    assert customers.seed_tag_groups(session) == 2
    message = session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)).first()
    assert message is not None
    message.status = MessageStatus.SENT
    told = {
        "group_id": "new",
        "group_name": "消费属性",
        "tag": [{"id": f"t{i}", **tag} for i, tag in enumerate(message.payload["tag"])],
    }
    message.answer = {"errcode": 0, "tag_group": told}
    customers.tags_created(session, message)
    found = session.scalars(select(TagGroup).where(TagGroup.name == "消费属性")).one()
    assert found.platform_id == "new"
    assert all(session.scalars(select(Tag.platform_id).where(Tag.group_id == found.id)))
    assert customers.seed_tag_groups(session) == 0


def test_a_group_the_corp_has_is_not_seeded(session: Session) -> None:
    customers.apply_tags(session, [group("g1", "消费属性", "高客单"), group("g2", "行为偏好", "户外")])
    assert customers.seed_tag_groups(session) == 0


def test_a_refused_seed_is_taken_back(session: Session) -> None:
    customers.seed_tag_groups(session)
    for message in session.scalars(select(OutgoingMessage)).all():
        message.status = MessageStatus.DEAD
        customers.tags_created(session, message)
    session.expire_all()
    assert names(session) == {}


def test_a_pull_that_comes_before_the_answer_adopts_the_seed(session: Session) -> None:
    customers.seed_tag_groups(session)
    customers.apply_tags(session, [group("g1", "消费属性", "高客单")])
    groups = session.scalars(select(TagGroup).where(TagGroup.name == "消费属性")).all()
    assert [one.platform_id for one in groups] == ["g1"]
