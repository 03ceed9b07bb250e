"""A person's data: shown whole, put right, erased in every table with proof, and not brought back by the platform."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.handlers import external_contact
from content_library.actions import record_send
from content_library.link_actions import track
from content_library.link_models import LinkVisit
from customers.actions import apply_customer, apply_pulled, note_timeline, set_consent, tag_customer, want_pull
from customers.closet import add_item
from customers.correcting import correct
from customers.erasing import erased_moments
from customers.models import Consent, Customer, Follow, TimelineEntry
from customers.person_data import read_person
from customers.person_registry import BY_TABLE
from customers.person_requests import (
    ask_for_data,
    close_request,
    confirm_erasing,
    copy_handed_out,
    erase_confirmed,
    page_requests,
)
from customers.person_rules import due_on, working_days_left
from customers.profile_actions import answer, seed_profile_fields
from customers.profile_models import ProfileField
from customers.respect import may_contact, note_contact
from customers.respect_models import ContactKind, DataRequest
from customers.service_actions import add_note, plan_step, set_size
from customers.tiering import retier
from foundation import clock
from foundation.audit import AuditEvent
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from outbox.actions import enqueue
from outbox.models import Lane
from segments.facts import refresh
from sop.actions import finish_care, seed_care_nodes
from sop.models import CareNode
from tests.builders.bot import make_event
from tests.builders.content_library import make_script
from tests.builders.customers import detail, follow_user, make_tags, pulled_row
from tests.builders.sop import Brand, make_brand, make_follow
from tests.builders.tiers import make_order

HER, NAME, PHONE, NUMBER = "wmHER0001", "陈独特", "13912345678", "VIP-778899"


@pytest.fixture
def brand(session: Session, noon: None) -> Brand:
    return make_brand(session)


def a_life(session: Session, brand: Brand, external_userid: str = HER, name: str = NAME) -> Customer:
    """A customer who left traces in most tables."""
    follow = make_follow(session, brand.ai, external_userid, days_ago=1)
    customer = session.get_one(Customer, follow.customer_id)
    customer.name, customer.phone, customer.phone_last4, customer.member_no = name, PHONE, PHONE[-4:], NUMBER
    customer.province, customer.city, customer.unionid, customer.owner_id = "上海", "上海", f"un-{external_userid}", brand.ai.id
    follow.remark = f"{name}姐"
    session.flush()
    id_, ai = customer.id, brand.ai
    add_note(session, ai, id_, f"{name}喜欢长款", f"note-{id_}-0001")
    set_size(session, ai, id_, "上衣", "L")
    plan_step(session, ai, id_, f"给{name}留货", clock.now() + timedelta(days=1), f"step-{id_}-0001")
    add_item(session, ai, id_, "极寒长款", wished=True, once=f"item-{id_}-0001")
    seed_profile_fields(session)
    city = session.scalars(select(ProfileField).where(ProfileField.key == "city")).one()
    answer(session, ai, id_, city.id, "上海")
    note_contact(session, id_, ContactKind.CARE, "chat", ai.id, "item:1", f"c-{id_}")
    set_consent(session, id_, Consent.SERVICE_ONLY, f"staff:{ai.id}", "sidebar", staff_id=ai.id, words=f"{name}说退订")
    make_order(session, id_, days_ago=3, yuan=899)
    retier(session, [id_], clock.now())
    item = make_script(session, brand.headquarters, title="羽绒保养")
    record_send(session, ai.id, id_, item.id, item.version_id, once=f"send-{id_}", at=clock.now())
    link = track(session, item_id=item.id, version_id=item.version_id, staff_id=ai.id, customer_id=id_, url="", once="chat")
    visit = {"first_at": clock.now(), "last_at": clock.now(), "seconds": 3, "agent": f"phone of {name}"}
    session.add(LinkVisit(link_id=link.id, visitor="v1", reader="hers", **visit))
    note_timeline(session, id_, "visited", staff_id=ai.id, at=clock.now(), once=f"v-{id_}", title=f"{name}来店")
    card = {"touser": ai.userid, "text": {"content": f"{name} 打开了 {external_userid}"}}
    enqueue(session, Lane.INTERACTIVE, "message/send", {f"k-{id_}": card}, about=f"customer:{id_}")
    body = {"Event": "change_external_contact", "ExternalUserID": external_userid, "UserID": ai.userid}
    make_event(session, change_type="edit_external_contact", body=body)
    seed_care_nodes(session)
    node = session.scalars(select(CareNode).where(CareNode.day == 1)).one()
    finish_care(session, ai, follow.id, node.id, "done")
    refresh(session)
    return customer


def found_anywhere(session: Session, words: str) -> dict[str, int]:
    """Tables in which these words stand in any column of any row."""
    counts = {}
    for table in session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
        rows = text(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE :words')
        counts[table] = session.scalar(rows, {"words": f"%{words}%"}) or 0
    return {table: count for table, count in counts.items() if count}


def asks(session: Session, brand: Brand, kind: str, external_userid: str = HER) -> DataRequest:
    return ask_for_data(session, brand.headquarters, external_userid, kind, "到店出示了会员卡", f"once-{kind}-0001")


def test_she_is_erased_everywhere_and_nobody_else_is(session: Session, brand: Brand) -> None:
    customer, other = a_life(session, brand), a_life(session, brand, "wmOTHER01", "李不同")
    id_, before = customer.id, found_anywhere(session, "李不同")
    request = asks(session, brand, "erase")
    assert erase_confirmed(session) == 0
    with pytest.raises(Invalid):
        confirm_erasing(session, brand.headquarters, request.id, "好的")
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    with pytest.raises(Conflict):
        close_request(session, brand.headquarters, request.id, "撤回")
    assert erase_confirmed(session) == 1
    assert erase_confirmed(session) == 0
    for words in (HER, NAME):
        assert found_anywhere(session, words) == {}, words
    assert found_anywhere(session, "李不同") == before
    husk = session.get_one(Customer, id_, populate_existing=True)
    assert (husk.external_userid, husk.name, husk.phone, husk.merged_into_id) == (f"erased-{id_}", "", None, id_)
    assert session.get_one(Customer, other.id, populate_existing=True).name == "李不同"
    counted = {one["table"]: (one["rows"], one["deed"]) for one in request.proof["places"]}
    assert counted["purchase"] == (1, "keep")
    assert counted["customer"] == (1, "empty")
    assert {"timeline_entry", "customer_note", "contact", "follow", "outgoing_message", "inbound_event"} <= set(counted)
    assert all(one["why"] for one in request.proof["places"] if one["deed"] == "keep")
    assert len(request.proof["digest"]) == 64
    assert refresh(session) == [id_], "the counter hears of it, or she would stand in its memory until it starts anew"
    for table in ("facts_wanted", "timeline_entry", "customer_facts", "customer_tier", "follow", "contact", "customer_change"):
        assert session.scalar(text(BY_TABLE[table].counting), {"ids": [id_], "follow_ids": []}) == 0, table


def test_what_stands_of_her_afterwards_names_nobody(session: Session, brand: Brand) -> None:
    customer = a_life(session, brand)
    request = asks(session, brand, "erase")
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    erase_confirmed(session)
    for words in (HER, NAME, PHONE, NUMBER, f"un-{HER}", "会员卡", "退订"):
        assert found_anywhere(session, words) == {}, words
    assert may_contact(session, [customer.id], ContactKind.SERVICE, clock.now())[customer.id].rule == "unknown"
    audited = select(AuditEvent.action).where(AuditEvent.subject == f"customer:{customer.id}")
    assert [deed for deed in session.scalars(audited) if deed.startswith("person.")] == [
        "person.ask",
        "person.confirm",
        "person.erase",
    ]


def test_the_platform_does_not_bring_her_back_but_she_herself_does(session: Session, brand: Brand) -> None:
    a_life(session, brand)
    request = asks(session, brand, "erase")
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    erase_confirmed(session)
    session.flush()
    long_ago, since = clock.now() - timedelta(days=30), clock.now()

    def there() -> bool:
        return session.scalar(select(Customer.id).where(Customer.external_userid == HER)) is not None

    def event(change_type: str, at: object, **more: object) -> None:
        told = {"UserID": brand.ai.userid, "ExternalUserID": HER, **more}
        row = make_event(session, change_type=change_type, body=told)
        row.created_at_platform = at  # type: ignore[assignment]
        getattr(external_contact, HANDLED[change_type])(session, row)

    assert apply_pulled(session, [pulled_row(HER, brand.ai.userid, long_ago)]).fresh == 0
    apply_customer(session, detail(HER, follow_user(brand.ai.userid, long_ago)))
    handed_on = pulled_row(HER, brand.bo.userid, since + timedelta(seconds=5))
    handed_on["follow_info"]["add_way"] = 202
    assert apply_pulled(session, [handed_on]).fresh == 0
    event("add_external_contact", long_ago)
    event("edit_external_contact", since)
    event("del_external_contact", since)
    event("del_follow_user", since)
    event("transfer_fail", since, FailReason="customer_refused")
    assert not there()
    event("add_external_contact", clock.now() + timedelta(seconds=5))
    assert there()
    back = session.scalars(select(Customer).where(Customer.external_userid == HER)).one()
    assert (back.consent, back.name, back.phone) == (Consent.ALL, "", None)
    both = [follow_user(brand.bo.userid, long_ago), follow_user(brand.ai.userid, since + timedelta(seconds=5))]
    apply_customer(session, detail(HER, *both))
    followers = session.scalars(select(Follow.staff_id).where(Follow.customer_id == back.id)).all()
    assert followers == [brand.ai.id], "a relation from before stays away"
    event("edit_external_contact", clock.now() + timedelta(seconds=6))
    want_pull(session, HER)
    assert set(erased_moments(session, [HER, "wm-nobody"])) == {HER}


HANDLED = {
    "add_external_contact": "added", "edit_external_contact": "edited", "del_external_contact": "deleted",
    "del_follow_user": "unfollowed", "transfer_fail": "transfer_failed",
}  # fmt: skip


def test_who_was_merged_into_her_goes_with_her(session: Session, brand: Brand) -> None:
    customer, double = a_life(session, brand), a_life(session, brand, "wmDOUBLE", "陈独特二")
    double.merged_into_id = customer.id
    session.flush()
    request = asks(session, brand, "erase")
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    erase_confirmed(session)
    assert found_anywhere(session, "wmDOUBLE") == {}
    assert found_anywhere(session, NAME) == {}


def test_her_copy_holds_what_is_hers_in_words(session: Session, brand: Brand) -> None:
    customer = a_life(session, brand)
    a_life(session, brand, "wmOTHER01", "李不同")
    sheets = {section.title: list(rows) for section, rows in read_person(session, [customer.id])}
    assert sheets["基本资料"][0]["手机"] == PHONE
    assert sheets["基本资料"][0]["归属导购"] == "G21A"
    assert sheets["订单"][0]["实付（元）"] == "899"
    assert "到店：陈独特来店" in [row["发生了什么"] for row in sheets["轨迹"]]
    assert sheets["接收意愿"][0]["现在"] == "只收服务消息"
    assert sheets["联系记录"][0]["种类"] == "关怀问候"
    assert sheets["档案"][0]["回答"] == "上海"
    assert len(sheets["备注"]) == len(sheets["尺码"]) == len(sheets["收到的内容"]) == len(sheets["打开记录"]) == 1
    assert "李不同" not in str(sheets)
    request = asks(session, brand, "copy")
    copy_handed_out(session, brand.headquarters, request.id, {"customer": 1, "loss": 0}, "a" * 64)
    assert request.done_at is not None
    assert request.proof["places"] == [{"table": "customer", "rows": 1, "deed": "copy", "why": ""}]


def test_what_is_wrong_is_put_right_once_and_only_the_fields_are_audited(session: Session, brand: Brand) -> None:
    customer = a_life(session, brand)
    request = asks(session, brand, "correct")
    hq, typed = brand.headquarters, {"phone": "+86 138-0013 8000", "birthday": "1990-03-25", "gender": "2"}
    wrong = {"phone": "12345", "birthday": "明天", "gender": "7", "province": "火星", "city": "长" * 41}
    with pytest.raises(Invalid) as caught:
        correct(session, hq, request.id, wrong)
    assert set(caught.value.fields) == set(wrong)
    assert session.get_one(Customer, customer.id, populate_existing=True).phone == PHONE
    with pytest.raises(Invalid):
        correct(session, hq, request.id, {})
    correct(session, hq, request.id, typed)
    held = session.get_one(Customer, customer.id, populate_existing=True)
    assert (held.phone, held.phone_last4, held.birthday, held.gender) == ("13800138000", "8000", date(1990, 3, 25), 2)
    deed = session.scalars(select(AuditEvent).where(AuditEvent.action == "person.correct")).one()
    assert sorted(deed.facts["fields"]) == ["性别", "手机", "生日"]
    assert "13800138000" not in str(deed.facts)
    assert session.scalar(select(func.count()).select_from(TimelineEntry).where(TimelineEntry.kind == "corrected")) == 1
    with pytest.raises(Conflict):
        correct(session, hq, request.id, typed | {"city": "杭州"})


def test_a_place_put_right_is_short_and_its_province_follows(session: Session, brand: Brand) -> None:
    customer = a_life(session, brand)
    correct(session, brand.headquarters, asks(session, brand, "correct").id, {"city": "江苏省苏州市"})
    held = session.get_one(Customer, customer.id, populate_existing=True)
    assert (held.province, held.city) == ("江苏", "苏州")


def test_only_headquarters_and_only_for_customers_there_are(session: Session, brand: Brand) -> None:
    a_life(session, brand)
    for staff in (brand.east, brand.manager, brand.ai):
        with pytest.raises(NotAllowed):
            ask_for_data(session, staff, HER, "copy", "会员卡", "once-0001")
        with pytest.raises(NotAllowed):
            page_requests(session, staff, done=False)
    with pytest.raises(NotFound):
        ask_for_data(session, brand.headquarters, "wm-nobody", "copy", "会员卡", "once-0001")
    with pytest.raises(Invalid) as caught:
        ask_for_data(session, brand.headquarters, HER, "everything", " ", "once-0001")
    assert set(caught.value.fields) == {"kind", "identified_by"}
    first, again = (asks(session, brand, "copy") for _ in range(2))
    assert first.id == again.id
    closed = asks(session, brand, "erase")
    close_request(session, brand.headquarters, closed.id, "她打电话撤回了")
    with pytest.raises(Conflict):
        confirm_erasing(session, brand.headquarters, closed.id, "删除")
    assert [one.id for one in page_requests(session, brand.headquarters, done=False)] == [first.id]
    assert [one.id for one in page_requests(session, brand.headquarters, done=True)] == [closed.id]
    assert page_requests(session, brand.headquarters, done=False, after=first.id) == []


def test_fifteen_working_days() -> None:
    monday = date(2026, 11, 16)
    assert due_on(monday) == date(2026, 12, 7)
    assert due_on(date(2026, 11, 21)) == date(2026, 12, 11), "asked on a Saturday"
    assert working_days_left(monday, due_on(monday)) == 15
    assert working_days_left(date(2026, 12, 7), date(2026, 12, 7)) == 0
    assert working_days_left(date(2026, 12, 9), date(2026, 12, 7)) == -2


def test_a_customer_is_looked_for_by_a_tag_rule_no_more(session: Session, brand: Brand) -> None:
    customer = a_life(session, brand)
    tag = make_tags(session, "高客单")[0]
    tag_customer(session, brand.ai, customer.id, add=[tag.id], by="guide")
    request = asks(session, brand, "erase")
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    erase_confirmed(session)
    with pytest.raises(NotFound):
        tag_customer(session, brand.ai, customer.id, add=[tag.id], by="guide")
