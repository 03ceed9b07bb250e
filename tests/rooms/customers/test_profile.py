"""Profile fields and answers, the next question, the closet: who may, what is wrong, repeating is harmless."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.closet import add_item, list_closet, own_item, popular_names, take_out
from customers.models import Customer, FollowStatus
from customers.profile_actions import answer, move_field, remove_field, save_field, seed_profile_fields
from customers.profile_models import ClosetItem, FieldKind, FieldReader, ProfileAnswer
from customers.profile_queries import list_fields, next_question, profile_of
from customers.profile_rules import FieldDraft, kept_choices, read_answer
from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.builders.sop import Brand, make_brand, make_follow


@pytest.fixture
def brand(session: Session) -> Brand:
    made = make_brand(session)
    seed_profile_fields(session)
    return made


def _fields(session: Session) -> dict[str, int]:
    return {field.name: field.id for field in list_fields(session)}


def test_seeds_come_once_and_never_again_however_they_are_called(session: Session, brand: Brand) -> None:
    assert seed_profile_fields(session) == 0
    fields = list_fields(session)
    assert [field.key for field in fields] == ["for_whom", "scene", "children", "pets", "city", "cold"]
    fields[0].name = "买给谁"
    remove_field(session, brand.headquarters, fields[1].id)
    assert seed_profile_fields(session) == 0


def test_the_next_question_follows_the_brands_order_and_what_is_known(session: Session, brand: Brand) -> None:
    hers, fields = make_follow(session, brand.ai, "wm1").customer_id, _fields(session)
    asked = []
    while (field := next_question(session, brand.ai, hers)) is not None:
        asked.append(field.name)
        given = {FieldKind.CHOICE: field.choices[:1], FieldKind.CHOICES: field.choices[:2]}.get(field.kind, ["南京市"])
        answer(session, brand.ai, hers, field.id, given if field.kind == FieldKind.CHOICES else given[0])
    assert asked == list(fields)
    told = session.get_one(Customer, hers, populate_existing=True)
    assert (told.province, told.city) == ("江苏", "南京")
    profile = profile_of(session, brand.ai, hers)
    assert [known.text for known in profile.fields][:2] == ["自己、爱人", "通勤、户外"]


def test_a_city_that_is_known_is_shown_and_not_asked_for(session: Session, brand: Brand) -> None:
    hers, field = make_follow(session, brand.ai, "wm1").customer_id, _fields(session)["所在城市"]
    customer = session.get_one(Customer, hers)

    def asked() -> set[int]:
        return {known.field.id for known in profile_of(session, brand.ai, hers).fields if known.value is None}

    assert field in asked()
    customer.city = "杭州"
    session.flush()
    assert field not in asked()
    assert [(known.field.id, known.text) for known in profile_of(session, brand.ai, hers).answered] == [(field, "杭州")]
    answer(session, brand.ai, hers, field, "宁波")
    assert [known.source for known in profile_of(session, brand.ai, hers).answered] == ["guide"]


def test_a_skipped_question_comes_round_when_nothing_else_is_left(session: Session, brand: Brand) -> None:
    hers, fields = make_follow(session, brand.ai, "wm1").customer_id, list(_fields(session).values())
    profile = profile_of(session, brand.ai, hers)
    assert profile.next_question([fields[0]]).id == fields[1]  # type: ignore[union-attr]
    assert profile.next_question(fields).id == fields[0]  # type: ignore[union-attr]


def test_an_answer_is_hers_to_change_and_the_newest_counts(session: Session, brand: Brand) -> None:
    hers, field = make_follow(session, brand.ai, "wm1").customer_id, _fields(session)["孩子"]
    answer(session, brand.ai, hers, field, "4–6 岁")
    answer(session, brand.ai, hers, field, "没有", at=clock.now() - clock.days(1))
    assert profile_of(session, brand.ai, hers).answered[0].text == "4–6 岁"
    answer(session, brand.ai, hers, field, "")
    assert session.scalar(select(func.count()).select_from(ProfileAnswer)) == 0


def test_only_her_guide_answers_and_only_what_she_may_see(session: Session, brand: Brand) -> None:
    hers, field = make_follow(session, brand.ai, "wm1").customer_id, _fields(session)["孩子"]
    with pytest.raises(NotFound):
        answer(session, brand.bo, hers, field, "没有")
    draft = FieldDraft("家庭年收入", FieldKind.NUMBER, readers=FieldReader.HEADQUARTERS, purpose="只用于总部分析")
    secret = save_field(session, brand.headquarters, draft).id
    with pytest.raises(NotFound):
        answer(session, brand.ai, hers, secret, "1")
    assert secret not in [known.field.id for known in profile_of(session, brand.manager, hers).fields]
    assert secret in [known.field.id for known in profile_of(session, brand.headquarters, hers).fields]
    ended = make_follow(session, brand.ai, "wm2", status=FollowStatus.ENDED_BY_CUSTOMER).customer_id
    with pytest.raises(Conflict):
        answer(session, brand.ai, ended, field, "没有")


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (FieldKind.NUMBER, "2", 2), (FieldKind.NUMBER, "2.5", 2.5), (FieldKind.NUMBER, "两个", "请填数字"),
        (FieldKind.NUMBER, "nan", "请填数字"), (FieldKind.NUMBER, "1e99", "这个数太大了"),
        (FieldKind.DATE, "2020-02-30", "请选择日期"),
        (FieldKind.DATE, "1890-01-01", "请填 1900 到 2100 年之间的日期"), (FieldKind.DATE, "2020-02-29", "2020-02-29"),
        (FieldKind.TEXT, " 南京\x00 ", "南京"), (FieldKind.TEXT, "长" * 201, "最多 200 字"), (FieldKind.CHOICE, "甲", "甲"),
        (FieldKind.CHOICE, "丙", "请从选项里选择"), (FieldKind.CHOICES, ["乙", "甲"], ["甲", "乙"]),
        (FieldKind.CHOICES, ["甲", "丙"], "请从选项里选择"), (FieldKind.CHOICES, [], None), (FieldKind.TEXT, "  ", None),
    ],
)  # fmt: skip
def test_what_an_answer_means(kind: str, given: object, expected: object) -> None:
    value, problem = read_answer(kind, ["甲", "", "乙"], given)
    assert (problem or value) == expected


def test_a_field_is_headquarters_own_and_each_mistake_is_named(session: Session, brand: Brand) -> None:
    with pytest.raises(NotAllowed):
        save_field(session, brand.east, FieldDraft("x", "text", purpose="x"))
    with pytest.raises(Invalid) as wrong:
        save_field(session, brand.headquarters, FieldDraft("", "choice", ["甲", "甲"], "everybody", "问" * 101, ""))
    assert set(wrong.value.fields) == {"name", "choices", "readers", "question", "purpose"}
    with pytest.raises(Invalid) as twice:
        save_field(session, brand.headquarters, FieldDraft("孩子", "text", purpose="x"))
    assert twice.value.fields == {"name": "已经有同名的字段"}


def test_the_kind_of_an_answered_field_stays_and_choices_keep_their_places(session: Session, brand: Brand) -> None:
    hers, field = make_follow(session, brand.ai, "wm1").customer_id, _fields(session)["怕冷程度"]
    answer(session, brand.ai, hers, field, "一般")
    with pytest.raises(Invalid) as wrong:
        save_field(session, brand.headquarters, FieldDraft("怕冷程度", "text", purpose="x"), field)
    assert list(wrong.value.fields) == ["kind"]
    kept = save_field(session, brand.headquarters, FieldDraft("怕冷程度", "choice", ["一般", "特别怕冷"], purpose="x"), field)
    assert kept.choices == ["", "一般", "", "特别怕冷"]
    assert kept_choices(kept.choices, ["不怕冷", "一般"]) == ["", "一般", "", "", "不怕冷"]


def test_fields_change_places_and_stop_at_the_ends(session: Session, brand: Brand) -> None:
    first, second, *_ = _fields(session).values()
    move_field(session, brand.headquarters, second, up=True)
    move_field(session, brand.headquarters, second, up=True)
    assert list(_fields(session).values())[:2] == [second, first]


def test_the_closet_shows_wishes_first_and_then_the_newest_however_late_an_order_is_told(session: Session, brand: Brand) -> None:
    hers = make_follow(session, brand.ai, "wm1").customer_id
    for days, name, wished in ((3, "围巾", False), (400, "羽绒服", False), (9, "手套", True), (30, "毛衣", False)):
        add_item(session, brand.ai, hers, name, wished=wished, once=name)
        session.scalars(select(ClosetItem).where(ClosetItem.name == name)).one().at = clock.now() - clock.days(days)
    assert [item.name for item in list_closet(session, hers)] == ["手套", "围巾", "毛衣", "羽绒服"]


def test_the_closet_keeps_a_thing_once_wishes_come_true_and_what_is_out_can_come_back(session: Session, brand: Brand) -> None:
    hers = make_follow(session, brand.ai, "wm1").customer_id
    assert add_item(session, brand.ai, hers, "长款羽绒服", wished=True, once="a-1", colour="黑", size="L")
    assert not add_item(session, brand.ai, hers, "长款羽绒服", wished=True, once="a-1")
    add_item(session, brand.ai, hers, "围巾", wished=False, once="a-2")
    wish, scarf = list_closet(session, hers)
    assert (wish.wished, wish.name, scarf.name) == (True, "长款羽绒服", "围巾")
    own_item(session, brand.ai, wish.id)
    assert not session.get_one(ClosetItem, wish.id).wished
    take_out(session, brand.ai, scarf.id)
    assert [item.name for item in list_closet(session, hers)] == ["长款羽绒服"]
    take_out(session, brand.ai, scarf.id, out=False)
    assert len(list_closet(session, hers)) == 2
    assert set(popular_names(session)) == {"长款羽绒服", "围巾"}
    with pytest.raises(Invalid) as wrong:
        add_item(session, brand.ai, hers, " ", wished=True, once="a-3", size="x" * 21)
    assert set(wrong.value.fields) == {"name", "size"}
    with pytest.raises(NotFound):
        take_out(session, brand.bo, scarf.id)
