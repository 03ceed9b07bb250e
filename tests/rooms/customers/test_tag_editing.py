"""The tag manager: here at once, on the platform behind; renamed on both sides at once; refusals; ten thousand tags."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from customers import actions as customers
from customers.models import Customer, Follow, Tag, TagGroup
from customers.tag_editing import (
    add_tags,
    create_group,
    delete_group,
    delete_tag,
    edit_group,
    put_first,
    rename_tag,
    tags_edited,
)
from customers.tag_marks import get_mark, list_given
from customers.tag_models import TagsWanted
from customers.tag_queries import count_tags, find_tags, list_groups, tags_of_group
from customers.tag_writing import hand_on, how_far
from customers.tagging import tag_customer
from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff, SyncRun
from outbox.models import Lane, MessageStatus, OutgoingMessage
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff


@pytest.fixture
def boss(session: Session) -> Staff:
    return make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")


def listed(tag: Tag, name: str) -> list[Json]:
    return [{"group_id": "etg-消费属性", "group_name": "消费属性", "tag": [{"id": tag.platform_id, "name": name, "order": 0}]}]


def newest(session: Session) -> OutgoingMessage:
    return session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id.desc()).limit(1)).one()


def answered(session: Session, status: MessageStatus = MessageStatus.SENT, errcode: int | None = None) -> None:
    message = newest(session)
    message.status, message.errcode, message.reason = status, errcode, "" if errcode is None else "不让改"
    session.flush()
    tags_edited(session, message)


def test_a_group_is_made_with_its_tags_and_more_are_added(session: Session, boss: Staff) -> None:
    group = create_group(session, boss, " 会员等级 ", ["金卡", "银卡", "", "金卡"], exclusive=True)
    message = newest(session)
    assert message.payload == {"group_name": "会员等级", "tag": [{"name": "金卡", "order": 2}, {"name": "银卡", "order": 1}]}
    with pytest.raises(Conflict):
        add_tags(session, boss, group.id, ["铜卡"])
    told = [{"id": f"t{number}", **tag} for number, tag in enumerate(message.payload["tag"])]
    message.status, message.answer = MessageStatus.SENT, {"tag_group": {"group_id": "g9", "group_name": "会员等级", "tag": told}}
    customers.tags_created(session, message)
    add_tags(session, boss, group.id, ["铜卡"])
    assert newest(session).payload == {"group_id": "g9", "tag": [{"name": "铜卡", "order": 1}]}
    refused = newest(session)
    refused.status, refused.reason = MessageStatus.DEAD, "标签已满"
    customers.tags_created(session, refused)
    assert [tag.name for tag in tags_of_group(session, group.id)] == ["金卡", "银卡"]
    assert group.removed_at is None
    assert "标签已满" in group.news


def test_what_cannot_be_is_told_at_the_field(session: Session, boss: Staff) -> None:
    tags = make_tags(session, "高客单", "会员")
    with pytest.raises(Invalid) as wrong:
        create_group(session, boss, "消费属性", ["x" * 31])
    assert set(wrong.value.fields) == {"name", "tags"}
    with pytest.raises(Invalid):
        rename_tag(session, boss, tags[0].id, "会员")
    with pytest.raises(Invalid):
        add_tags(session, boss, tags[0].group_id, ["会员"])
    guide = make_staff(session, userid="ai")
    with pytest.raises(NotAllowed):
        rename_tag(session, guide, tags[0].id, "x")
    with pytest.raises(NotFound):
        delete_tag(session, boss, 999)


def test_a_rename_is_true_here_at_once_and_an_older_list_does_not_undo_it(session: Session, boss: Staff) -> None:
    tag = make_tags(session, "高客单")[0]
    before = clock.now()
    rename_tag(session, boss, tag.id, "大客户")
    assert newest(session).payload == {"id": "et-高客单", "name": "大客户", "order": 0}
    customers.apply_tags(session, listed(tag, "高客单"), fetched_at=before)
    assert (tag.name, tag.editing) == ("大客户", True)
    answered(session)
    customers.apply_tags(session, listed(tag, "高客单"), fetched_at=before)
    assert (tag.name, tag.editing) == ("大客户", False)


def test_renamed_on_the_platform_while_ours_is_on_its_way_ours_is_newer_and_the_editor_is_told(
    session: Session, boss: Staff
) -> None:
    tag = make_tags(session, "高客单")[0]
    rename_tag(session, boss, tag.id, "大客户")
    customers.apply_tags(session, listed(tag, "豪客"), fetched_at=clock.now())
    assert tag.name == "大客户"
    assert tag.news == "企业微信上也有人改名为「豪客」，以这里较新的「大客户」为准"
    answered(session)
    assert session.scalars(select(SyncRun.kind)).all() == ["tags"]


def test_renamed_on_the_platform_after_ours_landed_theirs_is_newer_and_the_editor_is_told(session: Session, boss: Staff) -> None:
    tag = make_tags(session, "高客单")[0]
    rename_tag(session, boss, tag.id, "大客户")
    answered(session)
    customers.apply_tags(session, listed(tag, "豪客"), fetched_at=clock.now() + timedelta(seconds=1))
    assert tag.name == "豪客"
    assert "又在企业微信上被改成「豪客」" in tag.news


def test_two_renames_in_a_row_leave_one_call(session: Session, boss: Staff) -> None:
    tag = make_tags(session, "高客单")[0]
    rename_tag(session, boss, tag.id, "甲")
    first = newest(session)
    rename_tag(session, boss, tag.id, "乙")
    session.refresh(first)
    assert (first.status, newest(session).payload["name"]) == (MessageStatus.EXPIRED, "乙")
    tags_edited(session, first)
    assert tag.editing


def test_a_refused_change_is_told_and_the_platforms_word_is_asked_for(session: Session, boss: Staff) -> None:
    tag = make_tags(session, "高客单")[0]
    rename_tag(session, boss, tag.id, "大客户")
    answered(session, MessageStatus.DEAD, 81011)
    assert tag.news == "企业微信没有接受这次修改：不让改"
    assert session.scalars(select(SyncRun.kind)).all() == ["tags"]
    customers.apply_tags(session, listed(tag, "高客单"), fetched_at=clock.now())
    assert tag.name == "高客单"


def test_deleted_there_while_it_is_renamed_here_it_is_gone(session: Session, boss: Staff) -> None:
    tag = make_tags(session, "高客单")[0]
    rename_tag(session, boss, tag.id, "大客户")
    answered(session, MessageStatus.DEAD, 40068)
    assert tag.removed_at is not None


def test_a_deleted_group_stays_deleted_until_the_platform_refuses(session: Session, boss: Staff) -> None:
    tag = make_tags(session, "高客单")[0]
    delete_group(session, boss, tag.group_id)
    session.expire_all()
    customers.apply_tags(session, listed(tag, "高客单"), fetched_at=clock.now())
    assert list_groups(session) == []
    answered(session, MessageStatus.DEAD, 81011)
    session.expire_all()
    customers.apply_tags(session, listed(tag, "高客单"), fetched_at=clock.now())
    session.flush()
    assert [line.tags for line in list_groups(session)] == [1]


def test_exclusive_is_ours_alone_and_first_is_the_platforms(session: Session, boss: Staff) -> None:
    tags = make_tags(session, "高客单", "会员")
    edit_group(session, boss, tags[0].group_id, "消费属性", exclusive=True)
    assert session.scalars(select(OutgoingMessage)).all() == []
    put_first(session, boss, tags[1])
    assert newest(session).payload == {"id": "et-会员", "name": "会员", "order": 1}
    assert [tag.name for tag in tags_of_group(session, tags[0].group_id)] == ["会员", "高客单"]
    assert session.get_one(TagGroup, tags[0].group_id).exclusive


def test_ten_thousand_tags_are_listed_by_group_searched_and_full(
    session: Session, boss: Staff, count_sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for number in range(100):
        group = TagGroup(name=f"组{number}", platform_id=f"g{number}")
        session.add(group)
        session.flush()
        rows = [{"group_id": group.id, "name": f"标签{number}-{each}", "platform_id": f"t{number}-{each}"} for each in range(100)]
        session.execute(insert(Tag), [row | {"order": 0, "customers": 0} for row in rows])
    with count_sql() as statements:
        lines = list_groups(session)
        found = find_tags(session, "标签77-")
    assert (len(lines), lines[0].tags, len(found), len(statements)) == (100, 100, 100, 2)
    with pytest.raises(Invalid) as full:
        create_group(session, boss, "再来", ["一个"])
    assert "最多 10000 个标签" in full.value.fields["tags"]


def test_customers_are_counted_at_night(session: Session, boss: Staff) -> None:
    tags = make_tags(session, "高客单", "会员")
    guide = make_staff(session, userid="ai", path="1.2.")
    for number in range(3):
        follow = make_follow(session, guide, f"wm{number}")
        tag_customer(session, guide, follow.customer_id, add=[tags[0].id], by="guide")
    count_tags(session)
    session.expire_all()
    assert [tag.customers for tag in tags] == [3, 0]


def test_a_giving_is_taken_back_by_who_may_see_it(session: Session, boss: Staff) -> None:
    tags = make_tags(session, "高客单")
    guide, other = make_staff(session, userid="ai", path="1.2."), make_staff(session, userid="bo", path="1.3.")
    follow = make_follow(session, guide)
    tag_customer(session, guide, follow.customer_id, add=[tags[0].id], by="guide", why="sidebar")
    given = list_given(session, boss, follow.customer_id)[0]
    assert given.mark is not None
    assert given.guide.id == guide.id
    with pytest.raises(NotFound):
        get_mark(session, other, given.mark.id)
    mark, owner, _ = get_mark(session, boss, given.mark.id)
    tag_customer(session, owner, mark.customer_id, remove=[mark.tag_id], by="console", why="撤销")
    assert follow.tag_ids == []
    with pytest.raises(NotFound):
        get_mark(session, boss, given.mark.id)


def test_waiting_changes_are_handed_on_bit_by_bit_behind_a_guides_tap(session: Session) -> None:
    tags = make_tags(session, "高客单", "会员")
    guide = make_staff(session, userid="ai", path="1.2.")
    follows = [make_follow(session, guide, f"wm{number}") for number in range(3)]
    for number, follow in enumerate(follows):
        follow.tag_ids = [tags[0].id]
        session.add(TagsWanted(follow_id=follow.id, at=clock.now() + timedelta(seconds=number)))
    session.flush()
    assert how_far(session).behind == 3
    assert hand_on(session, limit=2) == 2
    messages = session.scalars(select(OutgoingMessage)).all()
    assert [one.lane for one in messages] == [Lane.BULK, Lane.BULK]
    tag_customer(session, guide, follows[0].customer_id, add=[tags[1].id], by="guide")
    session.expire_all()
    assert sorted(one.lane for one in messages) == [Lane.BULK, Lane.INTERACTIVE]
    far = how_far(session)
    assert (far.later, far.pace.waiting, far.done_at) == (1, {Lane.INTERACTIVE: 1, Lane.BULK: 1}, None)
    messages[0].status, messages[0].sent_at = MessageStatus.SENT, clock.now()
    session.flush()
    assert how_far(session).done_at is not None


def test_a_waiting_change_of_a_deleted_tag_is_forgotten(session: Session) -> None:
    tag = make_tags(session, "高客单")[0]
    follow = make_follow(session, make_staff(session, userid="ai"), "wm1")
    follow.tag_ids = [tag.id]
    session.add(TagsWanted(follow_id=follow.id, at=clock.now()))
    tag.removed_at = clock.now()
    session.flush()
    assert hand_on(session) == 1
    assert (follow.tag_ids, how_far(session).later, hand_on(session)) == ([], 0, 0)
    assert session.scalars(select(Customer)).one()
    assert session.scalars(select(Follow)).one()
