"""A province and a city that contradict each other are never kept, whoever writes them: files, guides, headquarters, merges."""

import pytest
from sqlalchemy.orm import Session

from customers.correcting import correct
from customers.import_changes import Change, shown_changes
from customers.member_actions import MemberFacts, put_members
from customers.merging import merge, undo_merge
from customers.models import Customer
from customers.person_requests import ask_for_data
from customers.profile_actions import answer, seed_profile_fields
from customers.profile_models import ProfileField
from foundation.db import transaction
from foundation.errors import Invalid
from jobs.import_jobs import work_imports
from tests.builders.customers import find_customer, make_customer, make_follow
from tests.builders.imports import begin, bring_in, problems, row_of
from tests.builders.sop import make_brand


def _at_home(session: Session, external_userid: str, province: str, city: str) -> Customer:
    customer = make_customer(session, external_userid)
    customer.member_no, customer.province, customer.city = external_userid.upper(), province, city
    session.flush()
    return customer


def _place(session: Session, external_userid: str) -> tuple[str, str]:
    found = find_customer(session, external_userid)
    assert found
    session.refresh(found)
    return found.province, found.city


def test_a_file_is_told_which_city_lies_elsewhere(database: None) -> None:
    with transaction() as session:
        brand = make_brand(session)
        for number, place in enumerate((("", ""), ("江苏", "苏州"), ("", ""), ("浙江", "杭州")), start=1):
            _at_home(session, f"wm{number}", *place)
    rows = "WM1,江苏省,杭州市\nWM2,浙江省,\nWM3,北京市,朝阳\nWM4,,苏州市\n"
    import_id = begin(brand, "members", f"会员号,省份,城市\n{rows}")
    work_imports()
    assert problems(import_id) == {2: "city:杭州属于浙江省，不属于江苏省，请核对省份和城市"}
    with transaction() as session:
        assert shown_changes(session, row_of(import_id))[1] == Change("城市", 2, [("苏州", "（清空）"), ("杭州", "苏州")])
    bring_in(brand, "members", f"会员号,省份,城市\n{rows}", "2")
    with transaction() as session:
        assert [_place(session, f"wm{number}") for number in range(1, 5)] == [
            ("", ""), ("浙江", ""), ("北京", "朝阳"), ("江苏", "苏州"),
        ]  # fmt: skip


def test_a_province_alone_empties_a_city_that_lies_elsewhere_and_no_other(session: Session) -> None:
    places = {"wm1": ("江苏", "苏州"), "wm2": ("辽宁", "朝阳"), "wm3": ("浙江", "乌镇"), "wm4": ("", "苏州")}
    told = {_at_home(session, one, *place).id: MemberFacts(province="北京") for one, place in places.items()}
    told[_at_home(session, "wm5", "", "苏州").id] = MemberFacts(province="江苏")
    put_members(session, told)
    assert [_place(session, f"wm{number}") for number in range(1, 6)] == [
        ("北京", ""), ("北京", "朝阳"), ("北京", "乌镇"), ("北京", ""), ("江苏", "苏州"),
    ]  # fmt: skip


def test_the_province_follows_the_city_a_guide_was_told_though_the_city_is_the_same(session: Session) -> None:
    brand = make_brand(session)
    seed_profile_fields(session)
    hers = make_follow(session, brand.ai, "wm1").customer_id
    customer = session.get_one(Customer, hers)
    customer.province, customer.city = "浙江", "苏州"
    session.flush()
    city = session.query(ProfileField).filter_by(key="city").one()
    answer(session, brand.ai, hers, city.id, "苏州市")
    assert _place(session, "wm1") == ("江苏", "苏州")


@pytest.mark.parametrize("typed", [{"province": "江苏", "city": "杭州"}, {"province": "江苏"}])
def test_headquarters_corrects_both_or_none(session: Session, typed: dict[str, str]) -> None:
    brand = make_brand(session)
    customer = session.get_one(Customer, make_follow(session, brand.ai, "wm1").customer_id)
    customer.province, customer.city = "浙江", "杭州" if len(typed) == 1 else "宁波"
    session.flush()
    request = ask_for_data(session, brand.headquarters, "wm1", "correct", "会员卡", "once-0001")
    with pytest.raises(Invalid) as caught:
        correct(session, brand.headquarters, request.id, typed)
    assert caught.value.fields == {"city": "杭州属于浙江省，不属于江苏省，请核对省份和城市"}
    correct(session, brand.headquarters, request.id, {"province": "江苏省", "city": "南京市"})
    assert _place(session, "wm1") == ("江苏", "南京")


@pytest.mark.parametrize("kept", [("江苏", ""), ("", "苏州")])
def test_a_merge_fills_no_half_of_a_place_that_contradicts_the_other(session: Session, kept: tuple[str, str]) -> None:
    one, other = _at_home(session, "wm1", *kept), _at_home(session, "wm2", "浙江", "杭州")
    three, four = _at_home(session, "wm3", "江苏", ""), _at_home(session, "wm4", "江苏", "苏州")
    done = merge(session, one.id, other.id, "hand", "staff:1")
    assert _place(session, "wm1") == kept
    merge(session, three.id, four.id, "hand", "staff:1")
    assert _place(session, "wm3") == ("江苏", "苏州")
    undo_merge(session, done.id, "staff:1")
    assert (_place(session, "wm1"), _place(session, "wm2")) == (kept, ("浙江", "杭州"))
